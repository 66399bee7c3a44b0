"""`strait backtest` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from playing import needs_kernels
from typer.testing import CliRunner

from analysis import cli as commands
from analysis.cli import main
from analysis.evidence.backtest import gains
from analysis.evidence.episodes import load_record

TABLES = {"scores.csv", "durations.csv", "forecasts.csv", "summary.csv", "skipped.csv", "rates.csv", "table.md"}
FIGURES = {f"backtest_{name}.{form}" for name in ("forecasts", "gains") for form in ("png", "svg")}
ENTRY = {
    "id": "Z1", "start": "2025-11", "end": "2026-11", "target": "Japan", "trigger": "A speech on Taiwan",
    "trigger_type": "declaratory", "provocation": 0.7, "overt": True, "japan_taiwan_lever": False, "max_rung": 2,
    "instruments": ["protest", "diplomatic", "economic", "tourism"], "duration_months": 12, "gdp_cost_pct": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(gains, "POWER_SAMPLES", 20)  # tests/evidence/test_backtest.py checks what they are for
    return tmp_path


def strait(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main.app, ["backtest", *words])
    return result.exit_code, result.stdout, result.stderr


def written(*entries: dict[str, object]) -> str:
    Path("mine.yaml").write_text(yaml.safe_dump({"meta": {"n": None}, "episodes": list(entries)}), encoding="utf-8")
    return "mine.yaml"


@needs_kernels
def test_the_shipped_record_is_scored(here: Path) -> None:
    code, said, _ = strait("--worlds", "200")
    assert code == 0
    assert {path.name for path in (here / "out" / "backtest").iterdir()} == TABLES | FIGURES
    assert f"{len(load_record().episodes)} episodes were scored, in " in said
    assert "4 at Japan (0.13 per year" in said
    assert "The reading of the essays is ours" in said
    assert "It does not predict" in said
    scores = pd.read_csv(here / "out" / "backtest" / "scores.csv")
    assert list(scores.columns) == ["episode", "target", "domain", "forecaster", "log_score", "brier", "rps"]
    assert np.isfinite(scores[["log_score", "brier", "rps"]].to_numpy()).all()


@needs_kernels
def test_a_file_is_scored_and_what_is_not_is_said(here: Path) -> None:
    others = [{**ENTRY, "id": "Z2", "target": "Norway"}, {**ENTRY, "id": "Z3", "trigger_type": "prc_initiated"}]
    graver = [{**ENTRY, "id": f"Z{4 + rung}", "start": f"20{10 + rung}-02", "max_rung": rung, "end": "ongoing",
               "target": "Taiwan", "duration_months": 0} for rung in range(8)]  # fmt: skip
    code, said, errors = strait("--episodes", written(ENTRY, *others, *graver), "--out", "there", "--worlds", "200")
    assert code == 0
    assert "Skipped Z2: the target is Norway." in said
    assert "Skipped Z3: nobody had provoked it." in said
    assert "Z1: unknown instrument tourism is ignored; known: blockade" in errors
    assert {path.name for path in (here / "there").iterdir()} == TABLES | FIGURES
    chances = pd.read_csv(here / "there" / "forecasts.csv")
    assert set(chances["episode"]) == {"Z1", *(f"Z{4 + rung}" for rung in range(8))}
    sums = chances.groupby(["episode", "target", "domain", "forecaster"])["probability"].sum()
    assert sums.to_numpy() == pytest.approx(1, abs=1e-9)
    durations = pd.read_csv(here / "there" / "durations.csv")
    assert set(durations["known"]) == {"right"}
    assert (durations.groupby("episode").size() == 9).all()
    assert "Z4" not in set(durations["episode"])  # nothing happened, so nothing lasted
    assert np.isfinite(durations["log_score"]).all()
    assert (here / "there" / "skipped.csv").read_text(encoding="utf-8").splitlines()[1] == "Z2,the target is Norway"


@needs_kernels
def test_a_file_may_hold_nothing_to_score_or_one_episode(here: Path) -> None:
    code, said, _ = strait("--episodes", written({**ENTRY, "target": "India"}), "--worlds", "100")
    assert (code, "nothing was scored" in said) == (0, True)
    assert pd.read_csv(here / "out" / "backtest" / "scores.csv").empty
    code, said, _ = strait("--episodes", written(ENTRY), "--worlds", "100")
    assert (code, "1 episode was scored, in 1 cluster." in said) == (0, True)


def test_a_broken_file_is_refused_with_its_place() -> None:
    wrong = {**ENTRY, "trigger_type": "speech", "max_rung": 9}
    del wrong["overt"]
    code, said, errors = strait("--episodes", written(ENTRY, wrong))
    assert (code, said) == (commands.BAD_INPUT, "")
    lines = errors.splitlines()
    assert len(lines) == 3
    assert lines[0] == "mine.yaml:19:3: episodes[2]: missing key 'overt'"
    assert lines[1] == "mine.yaml:25:13: max_rung: must be a whole number from 0 to 7, got 9"
    assert lines[2].startswith("mine.yaml:30:17: trigger_type: must be one of official_visit, ")
    assert strait("--episodes", "nowhere.yaml")[0] == commands.BAD_INPUT
