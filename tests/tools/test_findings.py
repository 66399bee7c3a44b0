"""The page of findings says what its tables say: words follow numbers, and it is one page that a student can repeat."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sim import load
from sim.scenario.experiment import Experiment
from tools import debate_tables, findings, measures, pages

DOCS = Path(__file__).parents[2] / "docs"
PARTS = {**findings.PARTS, **debate_tables.PARTS}
MOST_LINES, MOST_WORDS, MOST_WORDS_OF_A_SENTENCE = 62, 1060, 30


@pytest.fixture(scope="module")
def exp() -> Experiment:
    return load("debate")


def written(exp: Experiment, part: str, change: Mapping[str, Any] | None = None, where: str = "", of: int = 0) -> str:
    """Return a part from its recorded measures, with other numbers in some rows of one of them."""
    names, make = PARTS[part]
    frames = [measures.read(name, DOCS / pages.FOLDER)[0] for name in names]
    rows = frames[of].query(where).index if where else frames[of].index
    assert len(rows)
    for column, value in (change or {}).items():
        frames[of].loc[rows, column] = value
    return make(exp, *frames)


def sentences(page: str) -> list[str]:
    """Return the sentences of a page, without tables, headings, pictures and what generates them."""
    kept = [line for line in page.splitlines() if not re.match(r"\||#|!\[|<!--|\*From |\*[\d,]+ trials", line)]
    paragraphs = re.split(r"\n\s*\n|\n\* ", "\n".join(kept))
    return [sentence for text in paragraphs for sentence in re.split(r"(?<=[.?!:])\*{0,2}\s+", " ".join(text.split()))]


def test_the_page_is_one_page_in_short_sentences() -> None:
    page = (DOCS / "findings.md").read_text(encoding="utf-8")
    assert len(page.splitlines()) <= MOST_LINES
    assert len(page.split()) <= MOST_WORDS
    long = [text for text in sentences(page) if len(text.split()) > MOST_WORDS_OF_A_SENTENCE]
    assert not long


def test_the_page_and_its_figure_answer_in_the_same_words(exp: Experiment) -> None:
    policies, _ = measures.read("policies", DOCS / pages.FOLDER)
    caption = " ".join(measures.draw_policies(exp, policies).caption.split())
    for line in written(exp, "findings-answers").splitlines():
        question, answer = re.fullmatch(r"\* \*\*(.+?)\*\* (.+?) If Newsham is right: .+", line).groups()  # type: ignore[union-attr]
        assert f"{question} {answer}" in caption


def test_answers_follow_the_numbers(exp: Experiment) -> None:
    where = "kind == 'difference' and start == '2026' and worldview == 'self' and outcome == 'use_of_force'"
    where += " and policy_a == 'direct_ties' and policy_b == 'status_quo'"
    limits = ("low", "high", "simultaneous_low", "simultaneous_high")

    def first(value: float, low: float, high: float, verdict: str) -> tuple[str, str]:
        change = {"difference": value, "verdict": verdict, **dict(zip(limits, (low, high, low, high), strict=True))}
        answer = written(exp, "findings-answers", change, where).splitlines()[0]
        return answer, written(exp, "findings-certainty", change, where).splitlines()[2]

    answer, sure = first(-0.06, -0.07, -0.05, "a better")
    assert "less often if Newsham is right and if Self is right, more often on the evidence." in answer
    assert "6.0 points lower (5.0 to 7.0)" in sure.replace("\N{NO-BREAK SPACE}", " ")
    answer, sure = first(0.01, -0.01, 0.03, "undecided")
    assert "It is too close to call if Self is right." in answer
    assert "too close to call" in sure
    level = "kind == 'level' and start == '2026' and worldview == 'self' and outcome == 'use_of_force'"
    answer = written(exp, "findings-answers", {"estimate": 0.61}, f"{level} and policy == 'direct_ties'")
    assert "If Self is right: in 61.0, against 26.3." in answer


def test_another_start_that_answers_otherwise_is_named(exp: Experiment) -> None:
    assert "all 9 answers point the same way." in written(exp, "findings-certainty")
    where = "kind == 'difference' and start == '2020' and worldview == 'self' and policy_a == 'both'"
    change = {"difference": -0.02, "simultaneous_low": -0.03, "simultaneous_high": -0.01}
    text = written(exp, "findings-certainty", change, where)
    assert "8 of the 9 answers" in text
    assert "Not: Should Japan add open ties to integration with the US? (if Self is right)" in text


def test_values_that_would_choose_otherwise_are_named(exp: Experiment) -> None:
    assert "Values do not separate them." in written(exp, "findings-beliefs")
    where = "kind == 'difference' and start == '2026' and worldview == 'self' and outcome == 'loss_newsham'"
    text = written(exp, "findings-beliefs", {"verdict": "a better"}, where, of=3)
    assert "By Newsham’s values, integration and open ties instead of integration with the US is better if" in text
    assert "By Self’s values" in text


def test_a_result_that_does_not_turn_has_its_sentence(exp: Experiment) -> None:
    none = written(exp, "debate-flips", {"result": "none"})
    assert none.count("no set of changes that was tried") == len(exp.starts) * len(exp.worldviews)
    assert written(exp, "debate-flips", {"result": "unsettled"}).count("too close to call") == none.count("`strait")


def test_answers_that_hang_on_the_late_numbers_are_named(exp: Experiment) -> None:
    assert "No answer changes without them." in written(exp, "findings-ours")
    where = "late_numbers == 'without'"
    turned = written(exp, "findings-ours", {"low": -0.02, "high": -0.01}, f"{where} and policy_b == 'status_quo'", of=1)
    assert "open ties instead of the status quo, from March 2020" in turned


def test_a_mechanism_that_moves_nothing_is_named_with_its_number(exp: Experiment) -> None:
    last = written(exp, "mechanisms").splitlines()[-1].replace("\N{NO-BREAK SPACE}", " ")
    small = r"entrapment \(at most [\d.]+ points\)"
    assert re.fullmatch(rf"Less than 0\.5 points, .+: {small}\.", last)
    change = {"value": 0.03, "low": 0.02, "high": 0.04, "joint_low": 0.02, "joint_high": 0.04}
    text = written(exp, "mechanisms", change, "mechanism == 'entrapment' and outcome == 'use_of_force'")
    assert "entrapment (" not in text
    assert "+3.0 (+2.0 to +4.0)" in text


def test_a_crossing_has_its_position(exp: Experiment) -> None:
    change = {"kind": "one", "crossing": 0.4, "low": 0.3, "high": 0.5}
    text = written(exp, "debate-crossings", change, "claim == 'N18' and outcome == 'use_of_force'")
    assert "| Use of force | **N18** | 0.40 (0.30 to 0.50) |" in text


@pytest.mark.parametrize("part", debate_tables.PARTS)
def test_every_table_is_about_every_start(exp: Experiment, part: str) -> None:
    """Each has numbers, and none is left without a value."""
    text = written(exp, part)
    assert "nan" not in text.lower().replace("finance", "")
    starts = [start for start in exp.starts if part not in ("mechanisms", "studies")]  # measured from one start
    assert all(start.name in text for start in starts)


def test_parts_of_the_distance_add_up_to_it(exp: Experiment) -> None:
    frame, _ = measures.read("claims", DOCS / pages.FOLDER)
    text = written(exp, "debate-claims").split("**From ")[1]
    rows = r"^\| (\*\*[NS]\d+\*\*|numbers of no claim|\*\*all\*\*) \|.*?\|.*?\| ([^|]+) \|"
    found = re.findall(rows, text, re.MULTILINE)
    values = {name: float(cell.strip("*( ").split(" ")[0].replace("−", "-")) for name, cell in found}
    total = values.pop("**all**")
    assert len(values) == frame[frame["claim"].str.match(r"[NS]\d+$")]["claim"].nunique() + 1
    assert sum(values.values()) == pytest.approx(total, abs=0.2)


def test_effort_says_what_policies_plan_and_carry_out(exp: Experiment) -> None:
    where = "kind == 'level' and start == '2026' and worldview == 'neutral' and policy == 'direct_ties' and outcome == "
    planned, done = f"{where}'lever_years_planned'", f"{where}'lever_years'"
    text = written(exp, "findings-ours", {"estimate": 71.0}, planned, of=3)
    assert re.search(r"On the evidence Japan carries out \d+ of 71 planned with open ties, \d+ of \d+ with integ", text)
    assert " 19 of " in written(exp, "findings-ours", {"estimate": 19.0}, done, of=3)
    assert "planned with integration with the US" in written(exp, "findings-ours", {"estimate": 0.0}, planned, of=3)


def test_claims_in_the_text_are_explained(exp: Experiment) -> None:
    text = findings.explain_claims(exp, ["N18 and S12 as Self reads them", "DNA1"])
    assert re.findall(r"\*\*([NS]\d+)\*\*", text) == ["N18", "S12"]


def test_the_page_names_no_number_that_is_not_recorded(exp: Experiment) -> None:
    """Its generated parts are those of the measures: `python -m tools document --check` compares the rest."""
    page = (DOCS / "findings.md").read_text(encoding="utf-8")
    for part in findings.PARTS:
        assert written(exp, part).replace("\N{NO-BREAK SPACE}", " ") in page.replace("\N{NO-BREAK SPACE}", " ")
