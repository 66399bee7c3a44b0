"""Results of an earlier version, whose claims have other names, are refused by one located error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Strait, assert_refused, shorter


def make_older(folder: Path, place: str, change: Any) -> None:
    """Change a part of the recorded experiment, as an earlier version had it."""
    file = folder / "manifest.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    found["versions"]["strait-wargame"] = "0.0.9"
    laws = found["experiment"]["worldviews"][0]["distributions"]
    if place == "blend":
        laws[next(iter(laws))] = {"blend": change}
    else:
        found["experiment"][place] = change
    found.pop("manifest_sha256")  # which an earlier version did not write
    file.write_text(json.dumps(found), encoding="utf-8")


@pytest.mark.parametrize(
    ("place", "change"),
    [("blend", {"neutral": 0.1, "newsham": 0.2, "weight": 0.5}), ("contrasts", [["both", "status_quo"]])],
)
def test_an_older_run_is_refused(strait: Strait, place: str, change: Any) -> None:
    few = ["--trials", "20", "--start", "2026", "--policy", "status_quo", "--policy", "both"]
    strait("run", *few, "--no-figures", "--out", "old")
    make_older(Path("old"), place, change)
    for command in ("summarise", "methods", "rerun", "robust", "variance", "export --csv"):
        word, *options = command.split()
        assert_refused(strait(word, "old", *options), "old/manifest.json: results of an earlier version are refused",
                       "strait 0.0.9 wrote them on 20", "another --out")  # fmt: skip


def test_an_older_question_is_refused(strait: Strait) -> None:
    few = ["--contrast", "ties_alone", "--worldview", "newsham", "--trials", "200"]
    assert strait("flip", shorter(6), *few, "--no-figures", "--out", "old").exit_code == 0
    make_older(Path("old"), "contrasts", [["both", "status_quo"]])
    assert_refused(strait("methods", "old"), "old/manifest.json: results of an earlier version are refused")


def test_a_run_of_other_rules_is_refused_with_what_they_lacked(strait: Strait) -> None:
    strait("run", "--trials", "20", "--start", "2026", "--policy", "status_quo", "--no-figures", "--out", "old")
    file = Path("old/manifest.json")
    found = json.loads(file.read_text(encoding="utf-8"))
    found.pop("manifest_sha256")
    experiment = found["experiment"]
    laws = [
        view["distributions"]
        for view in (*experiment["worldviews"], experiment["reference"])
        if "distributions" in view
    ]
    for known in (experiment["catalogue"]["parameters"], *laws):
        del known["drill_prob"]
    file.write_text(json.dumps(found), encoding="utf-8")
    for command in ("summarise", "methods", "rerun", "sheet", "export --csv"):
        word, *options = command.split()
        assert_refused(strait(word, "old", *options), "old/manifest.json: results of an earlier version are refused",
                       "without the parameters drill_prob", "another --out")  # fmt: skip


def test_a_run_with_other_columns_is_refused(strait: Strait) -> None:
    strait("run", "--trials", "20", "--start", "2026", "--policy", "status_quo", "--no-figures", "--out", "old")
    file = Path("old/manifest.json")
    found = json.loads(file.read_text(encoding="utf-8"))
    found.pop("manifest_sha256")
    file.write_text(json.dumps({**found, "schema": "4"}), encoding="utf-8")
    assert_refused(
        strait("summarise", "old"), "old: results of an earlier version are refused", "schema is 4", "--fresh"
    )
