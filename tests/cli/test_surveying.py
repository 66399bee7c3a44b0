"""`strait sensitivity` and `strait variance`, as a user meets them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from commands import Strait, assert_refused

import sim
from sim.results.store import write_folder

SMALL = "--trials 40 --trajectories 2 --points 16 --heaviest 2 --outcome use_of_force --out found"


def test_sensitivity_writes_its_tables_and_goes_on_from_what_is_kept(strait: Strait, tmp_path: Path) -> None:
    result = strait("sensitivity", *SMALL.split())
    assert result.exit_code == 0, result.output
    folder = tmp_path / "found"
    before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    assert {*before} == {"sensitivity.csv", "sensitivity_convergence.csv", "sensitivity_tornado.csv"}
    assert {path.suffix for path in (folder / "figures").iterdir()} == {".png", ".svg"}
    assert "It does not predict" in result.stdout
    assert "between none and all, uniformly and independently" in result.stdout
    table = pd.read_csv(folder / "sensitivity.csv", dtype={"start": str})
    assert [*table.columns[:10]] == ["start", "policy_a", "policy_b", "worldview", "outcome", "method", "input",
                                     "measure", "points", "rows"]  # fmt: skip
    assert {*table["verdict"]} <= {"settled", "not settled"}
    next(iter(sorted((folder / "played").iterdir()))).unlink()
    assert strait("sensitivity", *SMALL.split(), "--workers", "1", "--no-figures").exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == before


def test_variance_plays_or_reads_a_run(strait: Strait, tmp_path: Path) -> None:
    few = ["--outcome", "use_of_force", "--trials", "200"]
    result = strait("variance", *few, "--out", "played")
    assert result.exit_code == 0, result.output
    write_folder(replace(sim.load("debate"), lucks=2, trials=200), tmp_path / "run")
    result = strait("variance", "run", *few, "--out", "read")
    assert result.exit_code == 0, result.output
    tables = [(tmp_path / name / "variance.csv").read_bytes() for name in ("played", "read")]
    assert tables[0] == tables[1]
    assert list((tmp_path / "read" / "figures").glob("variance_*.png"))
    assert "It does not predict" in result.stdout


def test_a_run_can_have_lucks_without_a_file(strait: Strait, tmp_path: Path) -> None:
    few = ["--trials", "200", "--start", "2026"]
    assert strait("run", "debate", *few, "--lucks", "1", "--no-figures", "--out", "one").exit_code == 0
    result = strait("variance", "one", "--outcome", "use_of_force")
    assert_refused(result, "strait run --lucks 2")
    assert strait("run", "debate", *few, "--lucks", "4", "--no-figures", "--out", "four").exit_code == 0
    assert strait("variance", "four", "--outcome", "use_of_force", "--no-figures").exit_code == 0
    table = pd.read_csv(tmp_path / "out" / "variance" / "variance.csv")
    assert {*zip(table["worlds"], table["lucks"], strict=True)} == {(50, 4)}
    result = strait("run", "debate", *few, "--lucks", "3")
    assert_refused(result, "must be a multiple of lucks (3)")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("sensitivity --contrast direct_tie-both", "nearest: direct_ties"),
        ("sensitivity --outcome use_of_forc", "nearest: use_of_force"),
        ("sensitivity --outcome months_to_first_force", "recorded only in trials with use_of_force"),
        ("sensitivity --over dial", "nearest: dials"),
        ("sensitivity --points 100", "power of 2"),
        ("sensitivity --trajectories 1", "trajectories"),
        ("sensitivity --worldview newshan", "nearest: newsham"),
        ("sensitivity --start 2027", "2027"),
        ("variance --lucks 1", "one luck in each world"),
        ("variance --contrast both", "two policies"),
        ("variance --outcome months_to_first_force", "recorded only in trials with use_of_force"),
        ("variance nowhere", "nowhere"),
    ],
)
def test_bad_input_is_answered_in_words(strait: Strait, words: str, said: str) -> None:
    assert_refused(strait(*words.split()), said)
