"""A file of a run that was cut, edited or lost is noticed by every command that reads the run, and named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from commands import Strait, assert_refused

from sim.results.parts import RUNG_COUNTS, TRIALS, WORLDS, needed_columns
from sim.results.store import load_folder

RUN = ("run", "--trials", "200", "--start", "2026", "--worldview", "neutral", "--policy", "status_quo",
       "--policy", "direct_ties", "--seed", "7", "--lucks", "2", "--no-figures")  # fmt: skip
READERS = [
    ("summarise",), ("export", "--csv"), ("methods",), ("sheet",), ("variance",), ("robust",), ("rerun",),
]  # fmt: skip


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def flip(path: Path) -> None:
    """Turn a byte in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


DAMAGE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a number of the summary": ("summary.csv", lambda path: edit(path, "0.", "1.")),
    "a cut summary": ("summary.csv", lambda path: os.truncate(path, 900)),
    "a lost summary": ("summary.csv", Path.unlink),
    "a verdict of the differences": ("differences.csv", lambda path: edit(path, "a better", "b better")),
    "a cut table of rungs": ("rungs.parquet", lambda path: os.truncate(path, 900)),
    "a number of the manifest": ("manifest.json", lambda path: edit(path, '"trials": 200', '"trials": 190')),
    "a cut manifest": ("manifest.json", lambda path: os.truncate(path, 5000)),
}
BLOCKS = ("trials.parquet/part-00000.parquet", "rung_counts.parquet/part-00000.parquet",
          "worlds.parquet/part-00000.parquet")  # fmt: skip


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from typer.testing import CliRunner

    from analysis.cli import main

    folder = tmp_path_factory.mktemp("healthy") / "run"
    result = CliRunner().invoke(main.app, [*RUN, "--out", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_reader_names_the_damaged_file(strait: Strait, tmp_path: Path, healthy: Path, damage: str) -> None:
    shutil.copytree(healthy, tmp_path / "run")
    name, spoil = DAMAGE[damage]
    spoil(tmp_path / "run" / name)
    for word, *options in READERS:
        result = strait(word, "run", *options)
        if word == "rerun" and name != "manifest.json":  # it compares the tables: the damaged one differs
            assert (result.exit_code, name in result.stderr) == (1, True)
            continue
        assert_refused(result, name)
        assert len(result.stderr.splitlines()) == 1, word


@pytest.mark.parametrize("name", BLOCKS)
def test_a_damaged_block_is_named_by_those_that_read_it(
    strait: Strait, tmp_path: Path, healthy: Path, name: str
) -> None:
    shutil.copytree(healthy, tmp_path / "run")
    flip(tmp_path / "run" / name)
    if name == BLOCKS[1]:  # its middle lies in names of cells, which no command reads from it
        os.truncate(tmp_path / "run" / name, 4000)
    assert_refused(strait("export", "run", "--csv"), name)
    if name == BLOCKS[0]:
        os.truncate(tmp_path / "run" / name, 4000)
        for word, *options in READERS[:-1]:
            assert_refused(strait(word, "run", *options), name)


@pytest.mark.parametrize(
    ("name", "column"),
    [(BLOCKS[0], "use_of_force"), (BLOCKS[0], "hazard_of_force"), (BLOCKS[1], "count"), (BLOCKS[2], "world")],
)
def test_a_column_that_is_not_there_is_named(
    strait: Strait, tmp_path: Path, healthy: Path, name: str, column: str
) -> None:
    """Results that another version or another program wrote: no reader ends in a traceback."""
    shutil.copytree(healthy, tmp_path / "run")
    path = tmp_path / "run" / name
    table = pq.read_table(path, partitioning=None)
    pq.write_table(table.drop_columns([column]), path, write_page_checksum=True)
    assert_refused(strait("export", "run", "--csv"), f"{name}: missing or damaged (it lacks the column {column})")
    if name != BLOCKS[2]:  # only export reads worlds
        for word, *options in [*READERS[:-1], ("story",)]:
            result = strait(word, "run", *options)
            assert_refused(result, f"{name}: missing or damaged (it lacks the column {column})")
            assert len(result.stderr.splitlines()) == 1, word
    assert strait(*RUN, "--out", "run").exit_code == 0
    assert path.read_bytes() == (healthy / name).read_bytes()


def test_a_part_has_the_columns_that_its_readers_need(healthy: Path) -> None:
    run = load_folder(healthy)
    for name, kind in zip(BLOCKS, (TRIALS, RUNG_COUNTS, WORLDS), strict=True):
        assert sorted(pq.read_schema(healthy / name).names) == sorted(needed_columns(run.experiment, kind))


def test_a_figure_beside_a_damaged_manifest_is_not_cited(strait: Strait, tmp_path: Path, healthy: Path) -> None:
    shutil.copytree(healthy, tmp_path / "run")
    (tmp_path / "run/figures").mkdir()
    (tmp_path / "run/figures/mine.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    assert strait("cite", "run/figures/mine.svg").exit_code == 0
    edit(tmp_path / "run/manifest.json", '"seed": 7', '"seed": 8')
    assert_refused(strait("cite", "run/figures/mine.svg"), "manifest.json: edited since it was written")


def test_the_command_of_the_run_replaces_what_is_damaged(strait: Strait, tmp_path: Path, healthy: Path) -> None:
    shutil.copytree(healthy, tmp_path / "run")
    edit(tmp_path / "run/summary.csv", "0.", "1.")
    flip(tmp_path / "run" / BLOCKS[0])
    result = strait(*RUN, "--out", "run")
    assert result.exit_code == 0, result.output
    for name in ("summary.csv", "differences.csv", "rungs.parquet", *BLOCKS):
        assert (tmp_path / "run" / name).read_bytes() == (healthy / name).read_bytes()
    edit(tmp_path / "run/manifest.json", '"seed": 7', '"seed": 8')
    assert_refused(strait(*RUN, "--out", "run"), "manifest.json: edited since it was written")
    assert strait(*RUN, "--out", "run", "--fresh").exit_code == 0
    assert strait("summarise", "run").exit_code == 0
