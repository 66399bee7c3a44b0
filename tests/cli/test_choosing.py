"""`strait discover`, `strait robust` and `strait worth`, as a user meets them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from commands import Strait, assert_refused

import sim
from analysis import cli
from sim.results import store


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def test_discover_writes_its_tables_and_goes_on_from_what_is_kept(strait: Strait, tmp_path: Path) -> None:
    words = ["discover", "--contrast", "both-status_quo", "--outcome", "prc_buildup_pct", "--out", "found"]
    words += ["--points", "128", "--trials", "20"]
    result = strait(*words)
    assert result.exit_code == 0, result.output
    assert "sets of beliefs" in result.stdout
    assert "It does not predict" in result.stdout
    before = tables(tmp_path / "found")
    assert {*before} == {"discover.csv", "discover_boxes.csv", "discover_points.csv"}
    points = pd.read_csv(tmp_path / "found" / "discover_points.csv")
    assert len(points) == 128
    assert points["claim.N12"].between(-1, 1).all()
    assert points["claim.N1"].between(0, 1).all()
    next(iter(sorted((tmp_path / "found" / "played").iterdir()))).unlink()
    assert strait(*words, "--workers", "1", "--no-figures").exit_code == 0
    assert tables(tmp_path / "found") == before


def test_worth_writes_its_tables_and_goes_on_from_what_is_kept(strait: Strait, tmp_path: Path) -> None:
    words = ["worth", "--points", "1024", "--trials", "2", "--out", "found", "--policy", "both"]
    words += ["--policy", "interoperability"]
    result = strait(*words)
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert "Without a study, Japan would choose" in text
    assert "the saving says what would change the choice" in text
    assert "From November 2026, by what one chooses:" in text
    before = tables(tmp_path / "found")
    assert {*before} == {"worth.csv", "worth_policies.csv"}
    table = pd.read_csv(tmp_path / "found" / "worth.csv", dtype={"start": str})
    assert {*table["outcome"]} == {"loss_newsham", "loss_self", "loss_neutral"}
    assert {*table["choice"], *table["instead"].dropna()} <= {"both", "interoperability"}
    figures = {path.name for path in (tmp_path / "found" / "figures").glob("*.png")}
    assert figures == {f"worth_{name}_2026.png" for name in ("loss_newsham", "loss_self", "loss_neutral")}
    next(iter(sorted((tmp_path / "found" / "played").iterdir()))).unlink()
    assert strait(*words, "--workers", "1", "--no-figures").exit_code == 0
    assert tables(tmp_path / "found") == before


def test_robust_plays_what_it_needs_once(strait: Strait, tmp_path: Path) -> None:
    words = ["robust", "--trials", "200", "--lucks", "4", "--keep", "use_of_force=0.25", "--out", "found"]
    words += ["--outcome", "loss_newsham", "--outcome", "loss_self"]
    result = strait(*words)
    assert result.exit_code == 0, result.output
    assert "most often stays within 25\u00a0%." in result.stdout
    before = tables(tmp_path / "found")
    assert {*before} == {"robust.csv", "robust_ranks.csv", "robust_map.csv"}
    table = pd.read_csv(tmp_path / "found" / "robust.csv", dtype={"start": str})
    assert {*table["start"]} == {"2026"}
    assert len({*table["policy"]}) == 5
    figures = {path.name for path in (tmp_path / "found" / "figures").glob("*.png")}
    assert figures == {f"robust_{name}_2026.png" for name in ("map", "loss_newsham", "loss_self")}
    again = strait(*words, "--no-figures")
    assert again.exit_code == 0, again.output
    assert tables(tmp_path / "found") == before
    from_folder = strait("robust", "found/run", *words[5:7], *words[9:], "--out", "read", "--no-figures")
    assert from_folder.exit_code == 0, from_folder.output
    assert tables(tmp_path / "read") == before


def test_robust_refuses_a_run_with_one_luck(strait: Strait, tmp_path: Path) -> None:
    store.write_folder(sim.load("debate", trials=20, starts=["2026"]), tmp_path / "kept")
    result = strait("robust", "kept")
    assert result.exit_code == cli.BAD_INPUT, result.output
    assert "two lucks" in result.stderr
    result = strait("robust", "kept", "--seed", "1")
    assert result.exit_code == cli.BAD_INPUT
    assert "leave out --seed" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("discover --contrast direct_tie-both", "nearest: direct_ties"),
        ("discover --contrast both", "two policies"),
        ("discover --outcome use_of_forc", "nearest: use_of_force"),
        ("discover --outcome us_defends_japan", "recorded only in trials with taiwan_falls"),
        ("discover --worldview newshan", "nearest: newsham"),
        ("discover --start 2027", "2027"),
        ("discover --points 3", "points"),
        ("discover --coverage 2", "coverage"),
        ("robust nowhere", "nowhere"),
        ("worth --policy bth", "both"),
        ("worth --policy both", "with one policy there is no choice"),
        ("worth --outcome prc_gave_up", "no better side"),
        ("worth --outcome use_of_forc", "nearest: use_of_force"),
        ("worth --points 1500", "power of 2"),
        ("worth --points 100", "points"),
        ("worth --worldview newshan", "nearest: newsham"),
        ("robust --outcome use_of_forc", "nearest: use_of_force"),
        ("robust --keep use_of_force", "as in use_of_force=0.25"),
        ("robust --keep use_of_force=nan", "as in use_of_force=0.25"),
        ("robust --keep use_of_forc=0.2", "nearest: use_of_force"),
        ("robust --lucks 1", "lucks"),
        ("robust --start 2027", "2027"),
    ],
)
def test_bad_input_is_answered_in_words(strait: Strait, words: str, said: str) -> None:
    assert_refused(strait(*words.split()), said)
