"""Runs that are stopped, killed, damaged or extended, and continue to the same bytes."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import blocks, experiment
from run_files import Files, files
from typer.testing import CliRunner

import sim
from analysis.cli import main
from sim.engine import batch as sim_engine
from sim.errors import FolderError
from sim.results import csv_tables
from sim.results.parts import KINDS
from sim.results.store import load_folder, write_folder
from sim.scenario.experiment import Experiment

ROOT = Path(__file__).parents[2]
ENGINE = sim_engine.blocks
KILLS = 24
KILLER = """
import os, random, select, signal, sys, time
sys.path[:0] = [{root!r}, {tests!r}]
from pathlib import Path
from sim.engine import batch
from sim.results import store
import made_up, scipy.special

batch.blocks, store.BLOCK_TRIALS = made_up.blocks, 50
replace, fsync = Path.replace, os.fsync

def run(folder, stall_at, pipe):
    # Play in this process, and stand still at a random fsync or rename.
    calls = iter(range(1000))
    def stalled(act, *given):
        if next(calls) == stall_at:
            os.write(pipe, b"stalled")
            time.sleep(60)
        return act(*given)
    Path.replace = lambda *given: stalled(replace, *given)
    os.fsync = lambda *given: stalled(fsync, *given)
    store.write_folder(made_up.experiment(trials=600), folder)
    os._exit(0)

chance = random.Random(2026)
for kill in range({kills}):
    listen, pipe = os.pipe()
    child = os.fork()
    if not child:
        run(sys.argv[1 + kill % (len(sys.argv) - 1)], chance.randrange(60) if kill % 3 else -1, pipe)
    chance.random()
    os.close(pipe)
    wait = 10 if kill % 3 else chance.uniform(0.001, 0.08)
    ready = select.select([listen], [], [], wait)[0]
    print("stalled" if ready and os.read(listen, 7) else "done" if ready else "busy", flush=True)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(listen)
"""


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.engine.batch.blocks", blocks)
    monkeypatch.setattr("sim.results.store.BLOCK_TRIALS", 50)


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the folder of an uninterrupted run of 600 trials."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.engine.batch.blocks", blocks)
        patch.setattr("sim.results.store.BLOCK_TRIALS", 50)
        folder = tmp_path_factory.mktemp("whole") / "out"
        write_folder(experiment(trials=600), folder)
        yield folder


@pytest.fixture(scope="module")
def whole(complete: Path) -> Files:
    """Give its files."""
    return files(complete)


def stop_after(folder: Path, parts: int) -> None:
    """Stop a run by Ctrl-C after so many parts."""
    done = 0

    def interrupted(*_: int) -> None:
        nonlocal done
        done += 1
        if done == parts:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(experiment(trials=600), folder, progress=interrupted)


@cache
def small(trials: int, lucks: int = 1) -> Experiment:
    """Give the debate with two policies under one worldview."""
    cells: dict[str, Any] = {"starts": ["2026"], "worldviews": ["neutral"], "policies": ["both", "status_quo"]}
    return sim.load("debate", trials=trials, lucks=lucks, **cells)


# Killed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_killed_run_continues_to_the_same_bytes(tmp_path: Path, whole: Files) -> None:
    folders = [tmp_path / str(number) for number in range(KILLS // 4)]
    code = KILLER.format(root=str(ROOT), tests=str(ROOT / "tests"), kills=KILLS)
    command = [sys.executable, "-c", code, *map(str, folders)]
    how = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert len(how) == KILLS
    assert how.count("stalled") >= KILLS // 3  # inside a write
    assert how.count("busy") >= 3  # anywhere else
    assert how.count("done") <= KILLS - 20  # ended before it could be killed
    for folder in folders:
        result = write_folder(experiment(trials=600), folder)
        assert result.manifest
        assert result.manifest["status"] == "complete"
        assert files(folder) == whole


# Stopped, extended


def test_a_stopped_run_is_not_played_again(tmp_path: Path, whole: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_after(tmp_path, 5)
    played: list[list[int]] = []

    def counted(exp: Any, *, numbers: list[int], **how: Any) -> Any:
        played.append([*numbers])
        return blocks(exp, numbers=numbers, **how)

    monkeypatch.setattr("sim.engine.batch.blocks", counted)
    calls: list[tuple[int, int]] = []
    result = write_folder(experiment(trials=600), tmp_path, progress=lambda *how: calls.append(how))
    assert played == [[*range(5, 12)]]
    assert calls[0] == (300 * 8, 600 * 8)
    assert calls[-1] == (600 * 8, 600 * 8)
    assert result.notes == ("250 of 600 trials per cell were already there.",)
    assert not result.reused
    assert files(tmp_path) == whole


def test_a_run_is_extended_to_the_bytes_of_a_longer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.engine.batch.blocks", ENGINE)
    write_folder(small(140), tmp_path / "at_once")
    started = None
    for trials in (30, 70, 140):  # two short last parts are replaced
        result = write_folder(small(trials), tmp_path / "out")
        assert result.manifest
        started = started or result.manifest["started"]
        assert (result.manifest["trials"], result.manifest["started"]) == (trials, started)
    assert files(tmp_path / "out") == files(tmp_path / "at_once")
    with pytest.raises(FolderError, match="trials: 140 there, only 70 here"):
        write_folder(small(70), tmp_path / "out")


def test_another_block_size_does_not_disturb_a_run(
    tmp_path: Path, whole: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_after(tmp_path, 3)
    monkeypatch.setattr("sim.results.store.BLOCK_TRIALS", 77)
    write_folder(experiment(trials=600), tmp_path)
    assert files(tmp_path) == whole


def test_what_is_there_of_a_run_is_balanced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FolderError, match="no results here"):
        load_folder(tmp_path, partial=True)
    monkeypatch.setattr("sim.engine.batch.blocks", ENGINE)

    def interrupted(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(small(60), tmp_path, progress=interrupted)
    part, short = load_folder(tmp_path, partial=True), sim.run(small(50))
    assert part.manifest
    assert (part.experiment.trials, part.manifest["trials"], part.manifest["status"]) == (50, 60, "running")
    assert csv_tables.format_csv(part.summary()) == csv_tables.format_csv(short.summary())
    pd.testing.assert_frame_equal(part.rungs, short.rungs)
    command = CliRunner().invoke(main.app, ["summarise", str(tmp_path)])
    assert command.exit_code == 0
    assert "Done: 50 of 60 trials for each policy, worldview and start (83%)" in command.stdout


# Damaged, full


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["cut short", "one bit", "empty", "of another block"])
def test_a_damaged_part_is_set_aside_and_played_again(
    tmp_path: Path, complete: Path, whole: Files, kind: str, how: str
) -> None:
    shutil.copytree(complete, tmp_path, dirs_exist_ok=True)
    path = tmp_path / kind / "part-00003.parquet"
    content = bytearray(path.read_bytes())
    if how == "cut short":
        content = content[: len(content) // 2]
    elif how == "one bit":
        content[len(content) // 4] ^= 1
    else:
        content = bytearray() if how == "empty" else bytearray(path.with_name("part-00004.parquet").read_bytes())
    path.write_bytes(content)
    result = write_folder(experiment(trials=600), tmp_path)
    assert result.notes[-1].startswith("Damaged parts moved to ")
    assert [path.read_bytes() for path in (tmp_path / "damaged").iterdir()] == [content]
    assert files(tmp_path) == whole


LOST = ["trials.parquet/part-00003.parquet", "worlds.parquet/part-00001.parquet", "rungs.parquet"]


@pytest.mark.parametrize("lost", LOST)
def test_what_is_missing_is_made_again(tmp_path: Path, complete: Path, whole: Files, lost: str) -> None:
    shutil.copytree(complete, tmp_path, dirs_exist_ok=True)
    (tmp_path / lost).unlink()
    assert not write_folder(experiment(trials=600), tmp_path).reused
    assert files(tmp_path) == whole


def test_a_full_disk_loses_nothing_that_was_whole(
    tmp_path: Path, whole: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_after(tmp_path, 3)
    before = files(tmp_path)
    fsync, calls = os.fsync, iter(range(1000))

    def full(number: int) -> None:
        if next(calls) > 12:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(number)

    with monkeypatch.context() as patch:
        patch.setattr("sim.results.disk.os.fsync", full)
        with pytest.raises(OSError, match="No space left on device; finished blocks are saved") as error:
            write_folder(experiment(trials=600), tmp_path)
    assert error.value.errno == errno.ENOSPC
    left = files(tmp_path)
    assert len(left) > len(before)
    assert left.items() <= whole.items()
    write_folder(experiment(trials=600), tmp_path)
    assert files(tmp_path) == whole


# Any blocks, any workers


@settings(max_examples=10)
@given(block=st.integers(9, 90), workers=st.integers(1, 5), lucks=st.sampled_from([1, 2]), before=st.integers(0, 3))
def test_blocks_workers_and_stops_change_no_number(
    tmp_path_factory: pytest.TempPathFactory, block: int, workers: int, lucks: int, before: int
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.engine.batch.blocks", ENGINE)
        patch.setattr("sim.results.store.BLOCK_TRIALS", block)
        for trials in (20 * before, 60) if before else (60,):
            write_folder(small(trials, lucks), folder, workers=workers)
        expected = sim.run(small(60, lucks))
    assert (folder / "summary.csv").read_bytes() == csv_tables.format_csv(expected.summary()).encode()
    assert (folder / "differences.csv").read_bytes() == csv_tables.format_csv(expected.differences()).encode()
    read = load_folder(folder)
    pd.testing.assert_frame_equal(read.rungs, expected.rungs)
    pd.testing.assert_frame_equal(read.worlds, expected.worlds)
