"""Folders of results: written, read back, refused, replaced."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from made_up import blocks, experiment, played

import sim
from sim.errors import FolderError
from sim.results import csv_tables, disk, manifest, parts, store, tables
from sim.results.result import Result
from sim.results.store import load_folder, write_folder


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.engine.batch.blocks", blocks)
    monkeypatch.setattr("sim.results.store.BLOCK_TRIALS", 300)


@pytest.fixture(scope="module")
def result() -> Result:
    return played(experiment())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(experiment(), tmp_path / "out")
    return tmp_path / "out"


def read_manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found


def edit_manifest(folder: Path, **changes: Any) -> None:
    manifest.write(folder, read_manifest(folder) | changes)


def test_a_folder_holds_the_run_and_says_how_it_was_made(folder: Path, result: Result) -> None:
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    kinds = ("trials", "worlds", "rung_counts")
    parts = [f"{kind}.parquet/part-0000{number}.parquet" for kind in kinds for number in range(4)]
    single = [".lock", "differences.csv", "manifest.json", "rungs.parquet", "summary.csv"]
    assert files == sorted([*single, *parts])
    found = read_manifest(folder)
    assert [found[key] for key in ("status", "trials", "cells", "seed")] == ["complete", 1_000, 8, 7]
    assert found["experiment"] | {"files": found["files"]} == experiment().resolved()
    assert found["versions"]["numpy"] == np.__version__
    assert found["started"] <= found["finished"]
    assert (folder / "summary.csv").read_bytes() == csv_tables.format_csv(result.summary()).encode()
    assert (folder / "differences.csv").read_bytes() == csv_tables.format_csv(result.differences()).encode()


def test_the_parts_are_one_table_any_reader_can_read(folder: Path, result: Result) -> None:
    (folder / "trials.parquet" / ".part-00009.parquet.tmp").write_bytes(b"cut sh")  # as a kill leaves it
    read = pd.read_parquet(folder / "trials.parquet")
    assert list(read.columns) == list(result.trials.columns)
    sorted_ = read.sort_values(["start", "worldview", "policy", "trial"], ignore_index=True)
    pd.testing.assert_frame_equal(sorted_, result.trials)
    assert len(pd.read_parquet(folder / "worlds.parquet")) == 2 * 1_000
    schema = pq.read_schema(folder / "trials.parquet" / "part-00000.parquet")
    assert schema.metadata[b"strait_schema"] == manifest.SCHEMA.encode()
    table = pq.ParquetFile(folder / "trials.parquet" / "part-00001.parquet").read()
    assert table["months_to_force"].null_count == (table["force"].to_numpy() == 0).sum()
    assert len(table) == 300 * 8


def test_a_folder_that_holds_the_experiment_is_read_not_run(
    folder: Path, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.engine.batch.blocks", None)
    read = write_folder(experiment(), folder)
    assert read.reused
    assert read.manifest is not None
    assert read.manifest["status"] == "complete"
    assert set(read.records) == set(result.records)
    for cell, expected in result.records.items():
        for name in expected.dtype.names or ():
            assert read.records[cell][name].tobytes() == expected[name].tobytes()
    assert csv_tables.format_csv(read.differences()) == csv_tables.format_csv(result.differences())
    assert csv_tables.format_csv(read.summary()) == csv_tables.format_csv(result.summary())
    assert csv_tables.format_csv(read.differences("count")) == csv_tables.format_csv(result.differences("count"))
    assert csv_tables.format_csv(read.summary("count")) == csv_tables.format_csv(result.summary("count"))
    pd.testing.assert_frame_equal(read.trials, result.trials)
    pd.testing.assert_frame_equal(read.trials_of("mood"), result.trials[[*tables.CELL_COLUMNS, "mood"]])
    pd.testing.assert_frame_equal(read.worlds, result.worlds)
    pd.testing.assert_frame_equal(read.rungs, result.rungs)


# Refusals


def test_a_folder_of_another_experiment_is_refused_unless_fresh(folder: Path) -> None:
    with pytest.raises(FolderError, match=r"another run \(seed: 7 there, 8 here\).*use --fresh"):
        write_folder(experiment(seed=8), folder)
    with pytest.raises(FolderError, match=r"trials: 1000 there, only 900 here"):
        write_folder(experiment(trials=900), folder)
    with pytest.raises(FolderError, match=r"chances\.both: 0\.25 there, 0\.5 here"):
        write_folder(experiment(status_quo=0.3, direct_ties=0.2, twin=0.3, both=0.5), folder)
    assert write_folder(experiment(seed=8), folder, fresh=True).reused is False
    assert read_manifest(folder)["seed"] == 8


def test_what_differs_between_experiments_is_named(tmp_path: Path) -> None:
    def resolved(*changes: str, **names: Any) -> dict[str, Any]:
        exp = sim.load("debate", starts=["2026"], trials=20, set_=changes, **names)
        return manifest.describe_run(exp, 20)

    def refusal(*changes: str, **names: Any) -> str:
        with pytest.raises(FolderError) as error:
            manifest.require_same_run(tmp_path, resolved(), resolved(*changes, **names))
        return str(error.value)

    manifest.require_same_run(tmp_path, resolved(), resolved())
    changed = refusal("us_intervenes_prob=0.4")
    assert changed == (
        f"{tmp_path}: it holds another run (us_intervenes_prob: other numbers); "
        "name another folder (--out out/NAME), or use --fresh to replace it"
    )
    assert "switches.provocation: on there, off here" in refusal("switch.provocation=off")
    fewer = refusal(policies=["status_quo", "direct_ties"])
    assert "policies: interoperability both quiet_depth only there" in fewer
    assert "policies.order" not in fewer
    assert not any(set('{}[]"') & set(text) for text in (changed, fewer))
    assert "seed: 2020 there, 3 here" in refusal(seed=3)
    many = ("switch.provocation=off", "us_intervenes_prob=0.4", "quantity.prc_strength=0.2")
    assert "; and " in refusal(*many, seed=3, lucks=4)


def test_another_program_or_schema_is_refused_unless_fresh(folder: Path) -> None:
    edit_manifest(folder, rules_sha256="0" * 64)
    with pytest.raises(FolderError, match=r"the rules' sources \(sim/\): 000000000000 there"):
        write_folder(experiment(), folder)
    edit_manifest(folder, versions=read_manifest(folder)["versions"] | {"strait-wargame": "0.0.9"})
    with pytest.raises(FolderError, match=r"strait-wargame: 0\.0\.9 there"):
        write_folder(experiment(), folder)
    edit_manifest(folder, schema="1")
    message = rf"earlier version are refused. Their schema is 1, and this strait reads {manifest.SCHEMA}; .*use --fresh"
    with pytest.raises(FolderError, match=message):
        write_folder(experiment(), folder)
    with pytest.raises(FolderError, match=message):
        load_folder(folder)
    assert write_folder(experiment(), folder, fresh=True).manifest


def test_other_libraries_may_read_a_run_but_not_go_on_with_it(folder: Path) -> None:
    edit_manifest(folder, versions=read_manifest(folder)["versions"] | {"numpy": "1.0"})
    assert write_folder(experiment(), folder).reused
    with pytest.raises(FolderError, match=r"begun with other libraries \(numpy: 1\.0 there"):
        write_folder(experiment(trials=1_200), folder)


@pytest.mark.parametrize("content", [None, "not json", "[]", '{"program": "x"}', '{"program": "strait"}'])
@pytest.mark.parametrize("fresh", [False, True])
def test_a_strangers_folder_is_refused(tmp_path: Path, content: str | None, fresh: bool) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(FolderError, match="not empty, and not a run that this strait can read; name another folder"):
        write_folder(experiment(), tmp_path, fresh=fresh)
    assert (tmp_path / "thesis.docx").read_text() == "x"
    assert not (tmp_path / ".lock").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(FolderError, match="name another folder"):
        write_folder(experiment(), tmp_path / "out")


def test_a_folder_without_results_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="no results here; name the folder of a run"):
        load_folder(tmp_path)


def test_a_second_process_is_refused_while_the_first_writes(folder: Path) -> None:
    with disk.lock_folder(folder):
        for write in (
            lambda: write_folder(experiment(trials=1_200), folder),
            lambda: write_folder(experiment(), folder, fresh=True),
            lambda: store.add_files(folder, []),
        ):
            with pytest.raises(FolderError, match=rf"process {os.getpid()} is writing there"):
                write()
        assert write_folder(experiment(), folder).reused  # reading is no writing
    assert write_folder(experiment(trials=1_200), folder).manifest


def test_a_folder_that_cannot_be_written_is_refused_but_can_be_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("sim.results.disk.os.open", refused)
    assert write_folder(experiment(), folder).reused
    with pytest.raises(FolderError, match=r"cannot be written \(Read-only file system\)"):
        write_folder(experiment(trials=1_200), folder)


# Fresh


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
    assert len(pd.read_parquet(folder / "worlds.parquet")) == 2 * 200


def test_fresh_never_leaves_the_folder(folder: Path) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_text("x")
    edit_manifest(folder, written=["../outside.txt", str(outside)])
    write_folder(experiment(), folder, fresh=True)
    assert outside.read_text() == "x"


# Partial runs


def test_what_there_is_of_an_unfinished_run_can_be_read(tmp_path: Path) -> None:
    def interrupted(done: int, total: int) -> None:
        if done > 2_400:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(experiment(), tmp_path / "out", progress=interrupted)
    assert read_manifest(tmp_path / "out")["status"] == "running"
    with pytest.raises(FolderError, match="is not finished; strait run continues it"):
        load_folder(tmp_path / "out")


def test_a_missing_part_is_told_when_a_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("sim.results.store.BLOCK_TRIALS", 20)
    exp = sim.load("debate", starts=["2026"], worldviews=["neutral"], policies=["status_quo"], trials=60)
    write_folder(exp, tmp_path)
    (tmp_path / "rung_counts.parquet" / "part-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(FolderError, match=r"part-00001.parquet: missing or damaged"):
        load_folder(tmp_path)
    (tmp_path / "trials.parquet" / "part-00001.parquet").unlink()
    with pytest.raises(FolderError, match=r"parts are missing \(1 of 3\)"):
        load_folder(tmp_path)


def test_a_real_run_is_read_back_with_its_whole_experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    exp = sim.load("debate", starts=["2026"], worldviews=["neutral"], trials=60, set_=["claim.N12=0.4"])
    run = sim.run(exp)
    write_folder(exp, tmp_path / "seed=2020")  # a name some readers take for a column
    read = load_folder(tmp_path / "seed=2020")
    assert read.experiment == exp
    pd.testing.assert_frame_equal(read.trials, run.trials)
    pd.testing.assert_frame_equal(read.summary(), run.summary())
    pd.testing.assert_frame_equal(read.differences("count"), run.differences("count"))
    pd.testing.assert_frame_equal(read.worlds, run.worlds)
    pd.testing.assert_frame_equal(read.rungs, run.rungs)


@pytest.mark.parametrize("name", ["run-12:30", "s3:copy", "seed=7", "a b", "50%20", "x#y", "q?", "[1]", "日本", "-x"])
def test_every_folder_name_works(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name == "nt" and set(name) & set(":?"):
        pytest.skip("Windows has no such names")
    monkeypatch.chdir(tmp_path)
    fresh = write_folder(experiment(), name)  # relative, as it is typed
    assert write_folder(experiment(), name).reused
    assert write_folder(experiment(), Path(name)).summary().equals(fresh.summary())
    assert not (Path(name) / "damaged").exists()
    (Path(name) / "trials.parquet" / "part-00001.parquet").write_bytes(b"cut")
    (Path(name) / "worlds.parquet" / "part-00002.parquet").unlink()
    assert write_folder(experiment(), name).notes[1] == (
        f"Damaged parts moved to {Path(name, 'damaged')} and played again: 2."
    )


def test_a_part_that_may_not_be_read_is_not_damaged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbidden = folder / "trials.parquet" / "part-00001.parquet"

    def refuse(path: Path) -> Any:
        if path == forbidden:
            raise PermissionError(errno.EACCES, "refused", str(path))
        return pq_open(path)

    pq_open = parts._open
    monkeypatch.setattr(parts, "_open", refuse)
    with pytest.raises(FolderError, match=r"part-00001.parquet: cannot be read \(.+\); allow it, then run again"):
        write_folder(experiment(), folder)
    assert forbidden.exists()
    assert not (folder / "damaged").exists()


def test_a_table_is_read_back_with_its_types(tmp_path: Path, result: Result) -> None:
    for name, table in (("summary", result.summary()), ("differences", result.differences())):
        (tmp_path / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + csv_tables.format_csv(table).encode())
        read = sim.read_table(tmp_path / f"{name}.csv")
        assert set(read["start"]) == {"2026"}
        keys = ["start", "worldview", "outcome"]
        keys += ["policy", "statistic"] if name == "summary" else ["policy_a", "policy_b"]
        assert len(read.merge(table, on=keys)) == len(table)
        assert read["low"].isna().tolist() == table["low"].isna().tolist()
        for column in ("low", "estimate", "difference"):
            if column in table:
                assert str(read[column].dtype) == str(table[column].dtype) == "Float64"
                gap = (read[column] - table[column]).abs()
                assert (gap.dropna() <= 1e-9 * table[column].abs().dropna().clip(lower=1)).all()
        assert read["n"].tolist() == table["n"].tolist()
        if name == "differences":
            assert read["identical"].tolist() == table["identical"].tolist()
    with pytest.raises(FolderError, match=r"none\.csv: not a CSV table that can be read"):
        sim.read_table(tmp_path / "none.csv")


def test_names_that_look_like_something_else_stay_text(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("start,policy,value\n2026,NA,1.5\n0007,nan,\n", encoding="utf-8")
    read = sim.read_table(tmp_path / "table.csv")
    assert read["start"].tolist() == ["2026", "0007"]
    assert read["policy"].tolist() == ["NA", "nan"]
    assert read["value"].isna().tolist() == [False, True]


def test_an_empty_manifest_is_named_and_replaced(tmp_path: Path) -> None:
    exp = experiment(trials=200)
    sim.write_folder(exp, tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"")
    with pytest.raises(FolderError, match=r"its manifest.json is empty; use --fresh to replace the run"):
        sim.write_folder(exp, tmp_path)
    result = sim.write_folder(exp, tmp_path, fresh=True)
    assert result.manifest is not None
    assert result.manifest["status"] == "complete"
