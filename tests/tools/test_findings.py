"""The page of findings says what its tables say: words follow numbers, and every sentence has its command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim import load
from sim.scenario.experiment import Experiment
from tools import findings, measures, pages
from tools.findings import PARTS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def exp() -> Experiment:
    return load("debate")


def written(exp: Experiment, part: str, change: dict[str, float] | None = None, where: str = "") -> str:
    """Return a part from its recorded measure, with other numbers in some rows."""
    measure, make = PARTS[part]
    found, _ = measures.read(measure, DOCS / pages.FOLDER)
    if change:
        rows = found.query(where).index if where else found.index
        for column, value in change.items():
            found.loc[rows, column] = value
    return make(exp, found)


@pytest.mark.parametrize("part", [part for part in PARTS if part not in ("findings-table", "findings-risk")])
def test_every_sentence_has_a_number_or_says_there_is_none_and_its_command(exp: Experiment, part: str) -> None:
    lines = [line for line in written(exp, part).splitlines() if line.startswith("* ")]
    assert len(lines) >= 2 * len(exp.starts)
    for line in lines:
        assert re.search(r"`strait \w+ [^`]+`$", line), line
        assert re.search(r"\d", line.split("`")[0]) or "nothing" in line, line


def test_words_follow_the_numbers(exp: Experiment) -> None:
    """Turned round, shrunk below the margin or widened over zero, a difference has other words."""
    where = "kind == 'end' and outcome == 'use_of_force' and start == '2026' and claim == 'self'"

    def first(value: float, low: float, high: float) -> str:
        text = written(exp, "findings-claims", {"value": value, "low": low, "high": high}, where)
        return text.split("\n* ")[1]

    assert "6.0 points higher (5.0 to 7.0) if Self is right" in first(0.06, 0.05, 0.07)
    assert "6.0 points lower (5.0 to 7.0) if Self is right" in first(-0.06, -0.07, -0.05)
    assert "too close to call (−1.0 to +3.0) if Self is right" in first(0.01, -0.01, 0.03)
    assert "no difference that matters (under 0.5 points) if Self is right" in first(0.0005, -0.001, 0.002)
    assert "identical in every trial if Self is right" in first(0.0, 0.0, 0.0)


def test_numbers_of_no_claim_are_mentioned_when_zero(exp: Experiment) -> None:
    """The page says that such numbers add nothing only while that is exact."""
    assert "numbers that belong to no claim" in written(exp, "findings-claims")
    changed = {"value": 0.01, "low": 0.005, "high": 0.015}
    assert "numbers that belong to no claim" not in written(exp, "findings-claims", changed, "theme == '(no dial)'")


def test_a_crossing_has_its_position(exp: Experiment) -> None:
    where = "claim == 'N18' and outcome == 'use_of_force'"
    text = written(exp, "findings-crossings", {"crossing": 0.4, "low": 0.3, "high": 0.5}, where)
    found, _ = measures.read("crossings", DOCS / pages.FOLDER)
    kinds = found.assign(crossing=0.4, low=0.3, high=0.5)
    kinds.loc[kinds["claim"] == "N18", "kind"] = "one"
    assert "N18 at 0.40 (0.30 to 0.50)" in findings.crossings(exp, kinds)
    assert "N18 at 0.40" not in text


def test_a_result_that_does_not_turn_has_its_sentence(exp: Experiment) -> None:
    found, _ = measures.read("flips", DOCS / pages.FOLDER)
    none = findings.flips(exp, found.assign(result="none"))
    assert none.count("no set of changes that was tried") == len(exp.starts) * len(exp.worldviews)
    assert findings.flips(exp, found.assign(result="unsettled")).count("nothing to turn round") == none.count("`strait")


def test_claims_in_the_text_are_explained(exp: Experiment) -> None:
    text = findings.explain_claims(exp, ["N18 and S12 as Self reads them", "DNA1"])
    assert [line[4:].split("*")[0] for line in text.splitlines()] == ["N18", "S12"]


def test_small_differences_have_no_minus_before_zero(exp: Experiment) -> None:
    outcome = exp.catalogue.outcomes["use_of_force"]
    assert findings.number(-1e-9, outcome).startswith("0")
    assert findings.number(-0.01, outcome) == "−1.0"
