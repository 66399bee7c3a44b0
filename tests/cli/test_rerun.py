"""What was changed by --set is named everywhere, and a folder's work can be repeated byte by byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from commands import Strait

RUN = ("run", "--trials", "40", "--start", "2026", "--worldview", "neutral", "--policy", "status_quo",
       "--policy", "direct_ties")  # fmt: skip
SET = ("--set", "claim.N12=0.5", "--set", "us_intervenes_prob=0.4")
NAMED = "with N12 and us_intervenes_prob changed"


def captions(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((folder / "figures").glob("*.svg"))]


def test_set_is_named_in_terminal_captions_citation_and_manifest(strait: Strait, tmp_path: Path) -> None:
    result = strait(*RUN, *SET, "--out", "changed")
    assert f"{NAMED} (claim.N12=0.5; us_intervenes_prob=0.4)" in " ".join(result.stdout.split())
    drawn = captions(tmp_path / "changed")
    assert len(drawn) == 7
    assert all(f"W{NAMED[1:]} (claim.N12=0.5; us_intervenes_prob=0.4). " in svg for svg in drawn)
    assert NAMED in " ".join(strait("cite", "changed/figures/differences_2026.svg").stdout.split())
    record = json.loads((tmp_path / "changed/manifest.json").read_text(encoding="utf-8"))
    assert record["experiment"]["changes"] == ["claim.N12=0.5", "us_intervenes_prob=0.4"]
    assert record["command_line"] == ["strait", *RUN, *SET, "--out", "changed"]
    assert "changed" not in strait(*RUN, "--out", "plain").stdout
    assert not any("changed (" in svg for svg in captions(tmp_path / "plain"))


def test_the_same_number_written_otherwise_continues_the_run(strait: Strait) -> None:
    words = (*RUN, "--no-figures", "--out", "one", "--set")
    assert strait(*words, "us_intervenes_prob=0.4").exit_code == 0
    assert "already run" in strait(*words, "us_intervenes_prob=.40").stdout


def test_what_is_written_about_a_run_does_not_count_when_it_is_repeated(strait: Strait) -> None:
    assert strait(*RUN, "--no-figures", "--out", "one").exit_code == 0
    assert strait("methods", "one").exit_code == 0
    assert strait("sheet", "one", "--out", "one/sheet.html").exit_code == 0
    repeated = strait("rerun", "one")
    assert repeated.exit_code == 0, repeated.output
    assert "files are the same, byte by byte" in repeated.stdout


def test_the_unchanged_run_is_played_beside_it_and_compared(strait: Strait, tmp_path: Path) -> None:
    result = strait(*RUN, *SET, "--no-figures", "--out", "changed", "--with-unchanged")
    assert "debate compared with debate_unchanged" in result.stdout
    assert (tmp_path / "changed/comparison.csv").exists()
    unchanged = json.loads((tmp_path / "changed_unchanged/manifest.json").read_text(encoding="utf-8"))
    assert unchanged["experiment"]["changes"] == []
    shutil.rmtree(tmp_path / "changed_unchanged")
    other = strait(*RUN, "--set", "us_intervenes_prob=0.9", "--no-figures", "--out", "changed", "--with-unchanged")
    assert other.exit_code == 2
    assert "us_intervenes_prob: other numbers" in other.stderr
    assert not (tmp_path / "changed_unchanged").exists()  # the other folder is checked before this one is played
    refused = strait(*RUN, "--with-unchanged")
    assert refused.exit_code == 2
    assert "--with-unchanged: needs one experiment with --set" in refused.stderr


@pytest.mark.parametrize("words", [
    (*RUN, *SET), (*RUN, "--no-figures", "--lucks", "2"), ("variance", "--trials", "40", "--no-figures"),
])  # fmt: skip
def test_rerun_gives_the_same_bytes(strait: Strait, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert strait(*words, "--out", "one").exit_code == 0
    again = strait("rerun", "one")
    assert again.exit_code == 0, again.output
    assert "files are the same, byte by byte" in again.stdout
    assert "Repeating: strait " in again.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_rerun_names_what_differs(strait: Strait, tmp_path: Path) -> None:
    strait(*RUN, "--no-figures", "--out", "one")
    table, worlds = tmp_path / "one/summary.csv", next((tmp_path / "one/worlds.parquet").glob("*"))
    table.write_text(table.read_text(encoding="utf-8").replace("0", "1", 1), encoding="utf-8")
    worlds.unlink()
    again = strait("rerun", "one", "--out", "two")
    assert again.exit_code == 1
    assert "2 of" in again.stderr
    assert "summary.csv" in again.stderr
    assert worlds.name in again.stderr
    assert (tmp_path / "two/summary.csv").exists()
    refused = strait("rerun", "one", "--out", "two")
    assert (refused.exit_code, "not empty" in refused.stderr) == (2, True)


def test_rerun_wants_a_finished_folder(strait: Strait, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused = strait("rerun", "empty")
    assert refused.exit_code == 2
    assert "no manifest.json" in refused.stderr
