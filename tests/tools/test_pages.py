"""`python -m tools document`: generated parts of docs/ follow code, scenario files and recorded measures.

That pages and measures are up to date is a step of .ci/run, not a test here.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playing import needs_kernels
from typer.testing import CliRunner

import sim
from analysis.evidence import implied
from analysis.paper import markdown
from sim.model.decisions import decision_table
from sim.scenario.distributions import Fixed
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load
from tools import decision_page, input_tables, measure_tables, measures, pages
from tools.__main__ import app

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def docs(tmp_path: Path, exp: Experiment) -> Path:
    """Return a copy of the pages, and of the measures as if they were just recorded."""
    copied = Path(shutil.copytree(DOCS, tmp_path / "docs"))
    record = copied / pages.FOLDER / measures.RECORD
    entries = json.loads(record.read_text(encoding="utf-8"))
    now = {**measures.fingerprints(exp), "trace": measures.trace(exp)}
    record.write_text(json.dumps({name: entry | now for name, entry in entries.items()}), encoding="utf-8")
    return copied


@pytest.fixture(scope="module")
def exp() -> Experiment:
    return load("debate")


def test_every_part_is_on_a_page() -> None:
    found = [name for page in pages.pages(DOCS) for name in markdown.names(page.read_text(encoding="utf-8"))]
    known = [*input_tables.PARTS, *decision_page.PARTS, *pages.MEASURED]
    known += [pages.BACKTEST, pages.API, pages.REGISTER, pages.CLAIMS]
    assert sorted(found) == sorted(known)
    assert {name for names, _ in pages.MEASURED.values() for name in names} == set(measures.MEASURES)


def test_each_choice_of_the_decision_table_is_two_short_sentences_over_a_fold(exp: Experiment) -> None:
    page, overview = decision_page.choices(exp), decision_page.overview(exp)
    outside = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    for key, summary in decision_page.summaries().items():
        first, second = re.split(r"(?<=\.) ", summary.strip())
        assert max(len(part.split()) for sentence in (first, second) for part in sentence.split(";")) <= 20, key
        assert f".** {summary}" in outside
    assert "|" not in outside
    assert page.count("<details>") == len(decision_page.summaries())
    assert [overview.count(f"| {title} |") for title in decision_page.TITLES.values()] == [1, 1, 1, 1]


def test_a_choice_without_a_summary_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict(decision_table())
    monkeypatch.setattr(decision_page, "decision_table", lambda: known)
    decision_page.summaries.cache_clear()
    known["us.wavers"] = dataclasses.replace(known["us.intervenes"], name="wavers")
    with pytest.raises(ValueError, match=r"us\.wavers: write its two sentences"):
        decision_page.summaries()
    del known["us.wavers"], known["us.intervenes"]
    with pytest.raises(ValueError, match=r"us\.intervenes: no such choice; take it out"):
        decision_page.summaries()


def test_no_estimate_stands_outside_the_generated_parts() -> None:
    """A number with its interval that was copied by hand stays when the model changes; a part made by code does not."""
    estimate = re.compile(r"\d[\d.]*(?: %)? \((?:about )?[−-]?[\d.]+ to [−-]?[\d.]+")
    for page in [*DOCS.glob("*.md"), DOCS.parent / "README.md"]:
        text = re.sub(
            r"<!-- generated:.*?<!-- end -->|```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        assert not estimate.findall(text), page.name


def test_tables_hold_every_name(exp: Experiment) -> None:
    text = "\n".join(part(exp) for part in input_tables.PARTS.values())
    known = exp.catalogue
    for kind in (known.parameters, known.quantities, known.levers, known.outcomes, known.switches, known.sources):
        assert [name for name in kind if f"`{name}`" not in text] == []
    assert [name for name in known.claims if f"**{name}**" not in text] == []


def test_the_reference_holds_every_public_name_and_parameter() -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    for name in sim.__all__:
        assert f"## `sim.{name}`" in text
    for function in (sim.load, sim.run, sim.evaluate, sim.problem, sim.replay, sim.Result.with_outcome):
        for parameter in inspect.signature(function).parameters:
            assert re.search(rf"\b{parameter}\b", text), parameter
    assert "-----" not in text


def test_every_dial_moves_an_outcome_beyond_its_interval(exp: Experiment) -> None:
    found, trials = measures.read("dials", DOCS / pages.FOLDER)
    assert trials >= 10_000
    dials = {name for name, claim in exp.catalogue.claims.items() if claim.readings}
    assert dials & set(found["claim"]) <= set(found[found["most"]]["claim"])


def test_check_names_an_old_page_and_document_updates_it(docs: Path) -> None:
    assert CliRunner().invoke(app, ["document", "--docs", str(docs)]).exit_code == 0
    page = docs / "tables.md"
    text = page.read_text(encoding="utf-8")
    assert "| `force_per_year` |" in text
    page.write_text(text.replace("| `force_per_year` |", "| `force_per_decade` |"), encoding="utf-8")
    result = CliRunner().invoke(app, ["document", "--check", "--docs", str(docs)])
    assert result.exit_code == 1
    assert "tables.md: is out of date" in result.output
    assert "force_per_decade" in page.read_text(encoding="utf-8")
    assert CliRunner().invoke(app, ["document", "--docs", str(docs)]).exit_code == 0
    assert page.read_text(encoding="utf-8") == text


def test_check_names_a_measure_of_another_version(exp: Experiment, docs: Path) -> None:
    file = docs / pages.FOLDER / measures.RECORD
    entries = json.loads(file.read_text(encoding="utf-8"))
    entries["dials"] |= {"rules": "0" * 16, "trace": [value + 0.001 for value in measures.trace(exp)]}
    entries["effort"]["rules"] = "0" * 16  # rewritten, and does the same
    del entries["forms"]
    file.write_text(json.dumps(entries), encoding="utf-8")
    table = docs / pages.FOLDER / "implied.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("0.1", "0.2", 1), encoding="utf-8")
    result = CliRunner().invoke(app, ["document", "--check", "--docs", str(docs)])
    assert result.exit_code == 1
    assert "dials: was computed with other rules; python -m tools document --measure dials" in result.output
    assert "forms: was never recorded" in result.output
    assert "effort" not in result.output
    assert "implied: was changed by hand; python -m tools document --measure implied" in result.output


@needs_kernels
def test_a_measure_is_recorded_with_its_version_and_read(exp: Experiment, docs: Path) -> None:
    words = ["document", "--measure", "implied", "--trials", "200", "--docs", str(docs)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    found, trials = measures.read("implied", docs / pages.FOLDER)
    assert trials == 200
    assert set(found["claim"]) == {figure.claim for figure in implied.FIGURES}
    assert "implied" not in measures.find_stale(exp, docs / pages.FOLDER)
    assert "200 trials a cell" in (docs / "measured.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--measure", "dails"], "dials"),
        (["--docs", "nowhere"], "nowhere is no folder"),
        (["--measure", "dials", "--trials", "150"], "multiple of 100"),
    ],
)
def test_bad_options_are_rejected(words: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["document", *words])
    assert result.exit_code == 2
    assert message in result.output


def test_an_unknown_part_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("<!-- generated: weather -->\n<!-- end -->\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["document", "--docs", str(tmp_path)])
    assert result.exit_code == 2
    assert "weather" in result.output


def test_prose_makes_no_measure_old(exp: Experiment) -> None:
    from dataclasses import replace

    parameters = exp.catalogue.parameters
    one = parameters["force_per_year"]

    def marks(changed: object) -> dict[str, str]:
        known = {**parameters, "force_per_year": changed}
        return measures.fingerprints(replace(exp, catalogue=replace(exp.catalogue, parameters=known)))  # type: ignore[arg-type]

    assert marks(replace(one, note="Another word.", known="record")) == measures.fingerprints(exp)
    assert marks(replace(one, neutral=Fixed(0.05)))["numbers"] != measures.fingerprints(exp)["numbers"]
    renamed = replace(exp, trials=7, name="mine", title="Mine")
    assert measures.fingerprints(renamed)["numbers"] == measures.fingerprints(exp)["numbers"]


def test_an_effect_shows_its_weight() -> None:
    outcome = load("debate").catalogue.outcomes["use_of_force"]

    def text(effect: float, half: float) -> str:
        row = {"effect": effect, "low": effect - half, "high": effect + half, "margin": 0.005}
        return measure_tables.effect(row, outcome)

    assert text(-0.02, 0.001) == "**−2.00 ± 0.10**"
    assert text(0.002, 0.001) == "+0.20 ± 0.10"
    assert text(0.002, 0.003) == "(+0.20 ± 0.30)"
    assert text(0.0, 0.0) == "0"


def test_implied_figures_are_those_worked_by_hand(exp: Experiment) -> None:
    sure = {"us_intervenes_prob": 0.5, "japan_permits_bases_prob": 1.0, "japan_fights_prob": 0.2,
            "force_hr_joint_involvement": 0.5, "success_with_bases_prob": 0.2, "success_or_japan_fights": 0.5,
            "success_without_bases_prob": 0.7}  # fmt: skip
    set_ = [f"{name}={value}" for name, value in sure.items()]
    played = implied.Play(load("debate", worldviews="neutral", set_=set_), 10, {})
    before, after = 0.5 * 0.2, 0.5 * 0.5
    steps = np.log(after / (1 - after) / (before / (1 - before))) / np.log(3)
    assert implied.price_of_facing_both(played)["neutral"].estimate == pytest.approx(0.5**steps)
    assert implied.success_against_both(played)["neutral"].estimate == pytest.approx(0.7 - 0.125 / 1.125)


def test_authors_expect_of_composites_what_their_claims_say(exp: Experiment) -> None:
    known = exp.catalogue.claims
    for figure in implied.FIGURES:
        low, likeliest, high = figure.evidence
        assert low < high
        assert likeliest is None or low <= likeliest <= high
        by_author = {"newsham": figure.newsham, "self": figure.self}
        assert by_author[known[figure.claim].author] != "silent"
    composite = {name for name, claim in known.items() if claim.kind == "composite"}
    assert composite <= {figure.claim for figure in implied.FIGURES}


def test_tables_survive_bars_and_blanks() -> None:
    assert markdown.table(["a"], [["x|y"], [""]]).splitlines() == ["| a |", "|---|", r"| x\|y |", "|  |"]
    frame = pd.DataFrame({"form": ["x"], "turned": [None]})
    assert measure_tables.turned_pairs(load("debate"), frame) == "No pair turns round."
