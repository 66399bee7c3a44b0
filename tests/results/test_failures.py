"""Failed trials: removed from every table, reported, and played again by the reported command."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import sim
from analysis import cli as commands
from analysis.cli import main
from sim.engine import batch
from sim.engine.batch import Block
from sim.model import outcomes
from sim.results import csv_tables, disk, failures, replay, store
from sim.results.store import write_folder
from sim.scenario.experiment import Experiment

ENGINE = batch.blocks
CELLS = ["--start=2026", "--worldview=neutral", "--policy=both", "--policy=status_quo", "--trials=60", "--no-figures"]
BAD = {17: ("japan_gdp_loss_pct", np.nan), 45: ("public_support", np.inf)}


@pytest.fixture
def exp() -> Experiment:
    return sim.load("debate", starts=["2026"], worldviews=["neutral"], policies=["both", "status_quo"], trials=60)


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spoil two trials of one cell, as a faulty rule would."""

    def spoilt(*given: Any, **how: Any) -> Iterator[Block]:
        for block in ENGINE(*given, **how):
            rows = block.records["2026", "neutral", "both"]
            for world, (name, value) in BAD.items():
                rows[name][rows["world"] == world] = value
            yield block

    monkeypatch.setattr("sim.engine.batch.blocks", spoilt)
    monkeypatch.setattr("sim.results.store.BLOCK_TRIALS", 20)


def test_examples_run() -> None:
    for module in (disk, replay, store):
        found = doctest.testmod(module)
        assert (found.failed, found.attempted > 1) == (0, True)


@pytest.mark.parametrize(
    ("column", "sound", "faulty"),
    [
        ("use_of_force", [0, 1], [2, 255]),
        ("crisis_censored", [0, 1], [7]),
        ("japan_gdp_loss_pct", [0.0, 300.0], [-1e-9, np.nan, np.inf]),
        ("months_to_first_force", [np.nan, 0.0, 137.2], [-0.1, np.inf, 2325.0]),
        ("japan_military_months_2", [0.0, 120.0], [np.nan, -1.0, 120.1]),
        ("taiwan_military_highest_rung", [0.0, 6.0], [-1.0, 7.0, np.nan]),
        ("use_of_force_compensator", [0.0, 4.6], [np.nan, -np.inf]),
        ("public_support", [-0.2, 0.9], [np.nan, np.inf]),
    ],
)
def test_what_a_record_may_hold(exp: Experiment, column: str, sound: list[float], faulty: list[float]) -> None:
    assert not failures.invalid_values(exp, column, np.array(sound)).any()
    assert failures.invalid_values(exp, column, np.array(faulty)).all()


def test_a_war_that_outlasts_a_short_horizon_is_no_failure() -> None:
    slow = ["force_per_year=0.5", "quarantine_share=0.9", "quarantine_escalates_prob=1", "quarantine_months=60"]
    exp = sim.load("debate", set_=slow, policies=["status_quo"], worldviews=["neutral"], months=1, trials=500)
    latest = 0.0
    for block in batch.blocks(exp):
        latest = max(latest, *(np.nanmax(rows["months_to_first_force"]) for rows in block.records.values()))
        assert not failures.remove_failures(exp, block)[1]
    assert latest > 10 * exp.months


def test_a_sound_block_passes_untouched(exp: Experiment) -> None:
    (block,) = batch.blocks(exp)
    assert failures.remove_failures(exp, block) == (block, [])


def test_worlds_with_a_failure_are_in_no_table(
    exp: Experiment, faults: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    warning = "2 trials failed: their worlds are in no table"
    result = sim.run(exp)
    assert caplog.text.count(warning) == 1
    stored = write_folder(exp, tmp_path)
    assert caplog.text.count(warning) == 2  # it was silent here
    sim.load_folder(tmp_path)
    assert caplog.text.count(warning) == 3
    (block,) = ENGINE(exp)
    for each in (result, stored):
        assert each.failures[["policy", "trial", "found"]].to_numpy().tolist() == [
            ["both", 17, "japan_gdp_loss_pct is nan"], ["both", 45, "public_support is inf"],
        ]  # fmt: skip
        left = {world for world in range(60) if world not in BAD}
        for rows in each.records.values():
            assert set(rows["world"].tolist()) == left
        assert set(each.summary().query("outcome == 'crisis'")["n"]) == {58}
        assert each.summary()["low"].isna().all()  # more than one in a hundred trials failed
        assert set(each.differences()["verdict"].dropna()) == {"too few to say"}
        both = each.rungs.query("policy == 'both' and target == 'japan' and domain == 'military' and month == 9")
        assert both["share"].sum() == pytest.approx(1)
    for cell, rows in block.records.items():
        sound = rows[~np.isin(rows["world"], list(BAD))]
        assert all(sound[name].tobytes() == stored.records[cell][name].tobytes() for name in rows.dtype.names or ())
    pd.testing.assert_frame_equal(result.rungs, stored.rungs)
    assert (tmp_path / "differences.csv").read_text() == csv_tables.format_csv(result.differences())


def test_the_command_ends_as_failed_and_tells_how_to_play_a_trial_again(
    faults: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["run", "debate", *CELLS], ["run", "debate", *CELLS], ["summarise", "out/debate"]):
        command = CliRunner().invoke(main.app, words)
        assert command.exit_code == commands.FAILED, command.output
        assert "2 trials failed" in command.stderr
        assert "failures.csv" in command.stderr
    table = pd.read_csv("out/debate/failures.csv", dtype={"start": str})
    assert table["replay"].tolist() == [f"python -m sim.results.replay . 2026 neutral both {trial}" for trial in BAD]
    words = [sys.executable, *table["replay"][0].split()[1:]]
    root = str(Path(__file__).parents[2])
    shown = subprocess.run(
        words, cwd="out/debate", env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert shown[0] == "world: 17"
    assert not [line for line in shown if "invalid" in line]  # the trial itself is sound: the test spoilt it


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 0.5, 256.0])
def test_a_share_that_fits_no_byte_is_found(exp: Experiment, monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    to_records, column = batch.to_records, outcomes.COLUMNS.index("use_of_force")

    def spoilt(exp: Experiment, out: np.ndarray, first_world: int) -> np.ndarray:
        out[17:18, column] = value  # a bad world that is played again alone, for its rungs, has one row
        return to_records(exp, out, first_world)

    monkeypatch.setattr("sim.engine.batch.to_records", spoilt)
    (block,) = batch.blocks(exp)
    sound, found = failures.remove_failures(exp, block)
    assert [failure[2:] for failure in found] == [
        (policy, 17, 17, 0, "use_of_force is neither 0 nor 1") for policy in ("both", "status_quo")
    ]
    assert all(17 not in rows["world"] for rows in sound.records.values())


def test_a_trial_is_played_again_as_it_was(exp: Experiment) -> None:
    (block,) = batch.blocks(exp)
    again = replay.replay(exp, "2026", "neutral", "both", 17)
    assert again.tobytes() == block.records["2026", "neutral", "both"][17:18].tobytes()
    with pytest.raises(ValueError, match="there is no trial 17 of 2026, neutral, nobody"):
        replay.replay(exp, "2026", "neutral", "nobody", 17)
    assert replay.main(["nowhere"]) == 2


def test_a_run_without_a_sound_trial_is_an_error(exp: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(*given: Any, **how: Any) -> Iterator[Block]:
        for block in ENGINE(*given, **how):
            block.records["2026", "neutral", "both"]["peace_years"][:] = np.nan
            yield block

    monkeypatch.setattr("sim.engine.batch.blocks", spoilt)
    with pytest.raises(ValueError, match=r"every trial failed; the first failure: .*peace_years is nan"):
        sim.run(exp)


def test_below_the_least_number_of_worlds_no_comparison_has_a_verdict() -> None:
    differences = sim.run(sim.load("debate", trials=60, starts="2026", worldviews="neutral")).differences()
    others = differences[~differences["identical"]]
    assert set(others["verdict"].dropna()) == {"too few to say"}
