"""`strait claims`, `strait crossover` and `strait flip`, as a user meets them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from commands import Strait, assert_refused, shorter


def test_claims_writes_its_tables_and_goes_on_from_what_is_kept(strait: Strait, tmp_path: Path) -> None:
    words = ["claims", shorter(12), "--trials", "200", "--outcome", "use_of_force", "--out", "found"]
    result = strait(*words)
    assert result.exit_code == 0, result.output
    folder = tmp_path / "found"
    before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    assert {*before} == {"claims.csv", "claims_details.csv", "claims_ends.csv", "claims_pairs.csv"}
    assert {path.suffix for path in (folder / "figures").iterdir()} == {".png", ".svg"}
    assert "It does not predict" in result.stdout
    next(iter(sorted((folder / "played").iterdir()))).unlink()
    assert strait(*words, "--workers", "1", "--no-figures").exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == before


def test_crossover_and_its_map(strait: Strait, tmp_path: Path) -> None:
    few = ["--trials", "200", "--outcome", "use_of_force", "--worldview", "newsham", "--out", "found"]
    result = strait("crossover", "--claim", "N18", *few)
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "found" / "crossover.csv", dtype={"start": str})
    assert "".join(table.columns[:10]) == "startclaimoutcomepolicy_apolicy_bworldviewcrossinglowhighkind"
    assert table["start"].to_list() == ["2026"]
    result = strait("crossover", "--claim", "N18", "--claim", "S12", "--map", *few)
    assert result.exit_code == 0, result.output
    assert len(pd.read_csv(tmp_path / "found" / "crossover_map.csv")) == 49


def test_flip(strait: Strait, tmp_path: Path) -> None:
    words = f"flip {shorter(36)} --contrast ties_alone --trials 200 --worldview newsham --out found"
    result = strait(*words.split())
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "found" / "flip.csv")
    assert not table.empty
    assert {*table["result"]} <= {"turned", "undecided", "none", "unsettled"}
    assert list((tmp_path / "found" / "figures").glob("flip_*.png"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("claims --contrast direct_tie-both", "nearest: direct_ties"),
        ("claims --contrast both", "two policies"),
        ("claims --contrast ties_aded", "nearest: ties_added"),
        ("claims --contrast ties-added", "nearest: ties_added"),
        ("claims --outcome use_of_forc", "nearest: use_of_force"),
        ("claims --outcome months_to_first_force", "recorded only in trials with use_of_force"),
        ("claims --outcome us_defends_japan", "recorded only in trials with taiwan_falls"),
        ("claims --start 2027", "2027"),
        ("crossover --claim N120", "claim with a dial"),
        ("crossover --claim N18 --worldview newshan", "nearest: newsham"),
        ("crossover --claim N18 --map", "two claims"),
        ("crossover N18 S12 --map", "N18 is a claim, not an experiment; write --claim N18 --claim S12"),
        ("crossover debate N18", "N18 is a claim, not an experiment; write --claim N18"),
        ("crossover debate hindcast", "name one experiment"),
        ("claims N18", "N18 is a claim, not an experiment"),
        ("flip --worldview x", "unknown worldview"),
        ("flip --set claim.N12=2", "claim"),
    ],
)
def test_bad_input_is_answered_in_words(strait: Strait, words: str, said: str) -> None:
    assert_refused(strait(*words.split()), said)


def test_mechanisms_shows_a_table_for_people_and_writes_its_tables(strait: Strait, tmp_path: Path) -> None:
    words = ["mechanisms", "--contrast", "direct_ties-status_quo", "--trials", "100", "--out", "found"]
    result = strait(*words)
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    for part in ("in points per 100 imagined decades:", "Lost hope", "(our", "In all", "It does not predict"):
        assert part in text
    table = pd.read_csv(tmp_path / "found" / "mechanisms.csv", dtype={"start": str})
    assert {*table["worldview"]} == {"newsham", "self", "neutral"}
    assert {*table["policy_a"] + "-" + table["policy_b"]} == {"direct_ties-status_quo"}
    assert len(pd.read_csv(tmp_path / "found" / "mechanisms_pairs.csv")) == 3 * 6
    assert (tmp_path / "found" / "figures" / "mechanisms_use_of_force_2026.png").is_file()
    alone = strait("mechanisms", "--policy", "both", "--trials", "100")
    assert alone.exit_code == 2
    assert "name two or more" in alone.output


def test_a_number_of_trials_that_is_rounded_up_is_noted(strait: Strait) -> None:
    words = ("claims", shorter(6), "--outcome", "use_of_force", "--contrast", "direct_ties-status_quo", "--no-figures")
    few = strait(*words, "--trials", "100")
    assert few.exit_code == 0, few.output
    assert "--trials 100 was rounded up to complete blocks: 400 trials.\n" in few.stderr
    assert "rounded" not in strait(*words, "--trials", "400").output


def test_the_trials_of_a_finished_run_are_not_called_rounded(strait: Strait) -> None:
    run = ("run", "--trials", "200", "--lucks", "2", "--start", "2026", "--no-figures", "--out", "run")
    assert strait(*run).exit_code == 0
    read = strait("variance", "run", "--trials", "20", "--no-figures")
    assert read.exit_code == 0, read.output
    assert "rounded" not in read.output
