"""Folders of results: written, read back, refused, replaced."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from made_up import blocks, experiment, played

import sim
from sim import store, tables
from sim.results import Result
from sim.store import FolderError, load_folder, write_folder


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.engine.blocks", blocks)


@pytest.fixture(scope="module")
def result() -> Result:
    return played(experiment())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(experiment(), tmp_path / "out")
    return tmp_path / "out"


def test_a_folder_holds_the_run_and_says_how_it_was_made(folder: Path, result: Result) -> None:
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    parts = [f"trials.parquet/part-0000{number}.parquet" for number in range(4)]
    single = ["differences.csv", "manifest.json", "rungs.parquet", "summary.csv", "worlds.parquet"]
    assert files == sorted([*single, *parts])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [manifest[key] for key in ("status", "trials", "cells", "seed")] == ["complete", 1_000, 8, 7]
    assert manifest["experiment"] | {"files": manifest["files"]} == experiment().resolved()
    assert manifest["versions"]["numpy"] == np.__version__
    assert manifest["started"] <= manifest["finished"]
    assert (folder / "summary.csv").read_bytes() == tables.csv(result.summary()).encode()
    assert (folder / "differences.csv").read_bytes() == tables.csv(result.differences()).encode()


def test_the_parts_are_one_table_any_reader_can_read(folder: Path, result: Result) -> None:
    read = pd.read_parquet(folder / "trials.parquet")
    assert list(read.columns) == list(result.trials.columns)
    sorted_ = read.sort_values(["start", "worldview", "policy", "trial"], ignore_index=True)
    pd.testing.assert_frame_equal(sorted_, result.trials)
    schema = pq.read_schema(folder / "trials.parquet" / "part-00000.parquet")
    assert schema.metadata == {b"strait_schema": b"1"}
    table = pq.ParquetFile(folder / "trials.parquet" / "part-00001.parquet").read()
    assert table["months_to_force"].null_count == (table["force"].to_numpy() == 0).sum()
    assert len(table) == 300 * 8


def test_two_folders_of_one_experiment_have_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_folder(experiment(), tmp_path / "again")
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(folder)).read_bytes()


def test_a_folder_that_holds_the_experiment_is_read_not_run(
    folder: Path, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.engine.blocks", None)
    read = write_folder(experiment(), folder)
    assert read.reused
    assert read.manifest is not None
    assert read.manifest["status"] == "complete"
    for cell, expected in result.records.items():
        for name in expected.dtype.names or ():
            assert read.records[cell][name].tobytes() == expected[name].tobytes()
    assert tables.csv(read.differences()) == (folder / "differences.csv").read_text()
    assert tables.csv(read.summary()) == (folder / "summary.csv").read_text()
    pd.testing.assert_frame_equal(read.worlds, result.worlds)
    pd.testing.assert_frame_equal(read.rungs, result.rungs)


def test_a_folder_of_another_experiment_is_refused_unless_fresh(folder: Path) -> None:
    with pytest.raises(FolderError, match=r"holds another experiment \(1000 trials, seed 7, .*use --fresh"):
        write_folder(experiment(seed=8), folder)
    assert write_folder(experiment(seed=8), folder, fresh=True).reused is False
    assert json.loads((folder / "manifest.json").read_text())["seed"] == 8


def test_fresh_removes_what_it_wrote_and_no_stranger(folder: Path) -> None:
    mine = [folder / "notes.txt", folder / "trials.parquet" / "mine.csv", folder / "figures" / "mine.png"]
    (folder / "figures").mkdir()
    for path in [*mine, folder / "figures" / "losses.png"]:
        path.write_text("x")
    store.add_files(folder, [folder / "figures" / "losses.png"])
    write_folder(experiment(trials=200), folder, fresh=True)
    assert [path.read_text() for path in mine] == ["x", "x", "x"]
    assert not (folder / "figures" / "losses.png").exists()
    assert [path.name for path in (folder / "trials.parquet").glob("part-*")] == ["part-00000.parquet"]


def test_fresh_never_leaves_the_folder(folder: Path) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_text("x")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["written"] = ["../outside.txt", str(outside)]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    write_folder(experiment(), folder, fresh=True)
    assert outside.read_text() == "x"


@pytest.mark.parametrize("content", [None, "not json", "[]", '{"program": "x"}', '{"program": "strait"}'])
@pytest.mark.parametrize("fresh", [False, True])
def test_a_strangers_folder_is_refused(tmp_path: Path, content: str | None, fresh: bool) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(FolderError, match="not empty, and no run this strait can read; name another folder"):
        write_folder(experiment(), tmp_path, fresh=fresh)
    assert (tmp_path / "thesis.docx").read_text() == "x"


def test_an_unfinished_run_is_refused_and_fresh_runs_it_anew(tmp_path: Path) -> None:
    def interrupted(done: int, total: int) -> None:
        if done > 2_400:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(experiment(), tmp_path / "out", progress=interrupted)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["status"] == "running"
    with pytest.raises(FolderError, match=r"the run in it did not finish .*use --fresh"):
        write_folder(experiment(), tmp_path / "out")
    assert write_folder(experiment(), tmp_path / "out", fresh=True).manifest


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "trials.parquet" / "part-00002.parquet").unlink(),
        lambda folder: (folder / "trials.parquet" / "part-00002.parquet").write_bytes(b"PAR1"),
        lambda folder: (folder / "rungs.parquet").unlink(),
    ],
)
def test_a_damaged_folder_is_refused(folder: Path, damage: Callable[[Path], object]) -> None:
    damage(folder)
    with pytest.raises(FolderError, match=r"a file is missing or damaged \(.*\); use --fresh"):
        write_folder(experiment(), folder)


def test_a_folder_without_results_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="there are no results here"):
        load_folder(tmp_path)


def test_a_real_run_is_read_back_with_its_whole_experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    exp = sim.load("debate", starts=["2026"], worldviews=["neutral"], trials=60, set_=["claim.N12=0.4"])
    run = write_folder(exp, tmp_path / "seed=2020")  # a name some readers take for a column
    read = load_folder(tmp_path / "seed=2020")
    assert read.experiment == exp
    pd.testing.assert_frame_equal(read.trials, run.trials)
    pd.testing.assert_frame_equal(read.summary(), run.summary())
    pd.testing.assert_frame_equal(read.differences("count"), run.differences("count"))
    pd.testing.assert_frame_equal(read.worlds, run.worlds)
    pd.testing.assert_frame_equal(read.rungs, run.rungs)
