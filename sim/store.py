"""The folder of a run: its manifest, its trials in parts, and its tables.

A folder is written part by part, each file under a temporary name and then renamed, so a file is either
whole or absent. The manifest says `running` until the last file is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim import resolved, tables
from sim.results import Progress, Result, collect

if TYPE_CHECKING:
    from sim.engine import Block, Cell
    from sim.experiment import Experiment

PROGRAM = "strait"
SCHEMA = "1"  # of the parquet files; it changes when their columns or types do
MANIFEST = "manifest.json"
TRIALS = "trials.parquet"
TABLES = ("summary.csv", "differences.csv", "worlds.parquet", "rungs.parquet")
DISTRIBUTIONS = ("strait-wargame", "numpy", "numba", "pandas", "pyarrow", "mesa", "scipy")


class FolderError(Exception):
    """A folder of results that cannot be used; the message says why and what can be done."""


def write_folder(
    experiment: Experiment,
    out: str | Path,
    *,
    fresh: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run an experiment and keep it in a folder: manifest, trials, summary, differences, worlds and rungs.

    Parameters
    ----------
    out
        The folder. It may be new, empty, or hold this very experiment: then that is read instead of run,
        and the result's `reused` says so.
    fresh
        Remove what an earlier run wrote there (nothing else) and run.
    workers, progress
        As for `sim.results.run`.

    Raises
    ------
    FolderError
        If the folder holds another experiment, an unfinished run, or files of another kind.

    Examples
    --------
    >>> import sim, tempfile
    >>> from sim.store import write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = write_folder(sim.load("debate", trials=100), folder)
    >>> result.manifest["status"]
    'complete'
    """
    from sim.engine import blocks

    folder = Path(out)
    manifest = _manifest(experiment)
    held = _held(folder)
    if held and fresh:
        _clear(folder, held)
    elif held:
        _refuse_other(folder, held, manifest)
        return replace(_read(folder, held, experiment), reused=True)
    (folder / TRIALS).mkdir(parents=True, exist_ok=True)
    _write_json(folder / MANIFEST, manifest)
    with closing(blocks(experiment, workers=workers)) as made:
        result = collect(experiment, _kept(experiment, made, folder), progress)
    _write_text(folder / "summary.csv", tables.csv(result.summary()))
    _write_text(folder / "differences.csv", tables.csv(result.differences()))
    _write_parquet(folder / "worlds.parquet", result.worlds)
    _write_parquet(folder / "rungs.parquet", result.rungs)
    manifest |= {"status": "complete", "finished": _now()}
    _write_json(folder / MANIFEST, manifest)
    return replace(result, manifest=manifest)


def load_folder(folder: str | Path) -> Result:
    """Read a finished run back from its folder, without running it.

    Raises
    ------
    FolderError
        If it holds no finished run, or a file of it is missing or damaged.

    Examples
    --------
    >>> import sim, tempfile
    >>> from sim.store import load_folder, write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_folder(sim.load("debate", trials=100), folder)
    ...     len(load_folder(folder).trials)
    3000
    """
    held = _held(Path(folder))
    if not held:
        raise FolderError(f"{folder}: there are no results here")
    experiment = resolved.experiment({**held["experiment"], "files": held["files"]})
    return _read(Path(folder), held, experiment)


def add_files(folder: str | Path, files: Iterable[str | Path]) -> None:
    """Enter files written into a run's folder (figures) in its manifest, so that a fresh run removes them."""
    held = _held(Path(folder))
    if not held:
        raise FolderError(f"{folder}: there are no results here")
    names = {Path(file).resolve().relative_to(Path(folder).resolve()).as_posix() for file in files}
    _write_json(Path(folder) / MANIFEST, held | {"written": sorted({*held["written"], *names})})


def _manifest(experiment: Experiment) -> dict[str, Any]:
    content = experiment.resolved()
    files = content.pop("files", {})
    return {
        "program": PROGRAM,
        "schema": SCHEMA,
        "status": "running",
        "experiment_sha256": hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
        "seed": experiment.seed,
        "trials": experiment.trials,
        "cells": len(tables.cells(experiment)),
        "started": _now(),
        "finished": None,
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in DISTRIBUTIONS}},
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "written": [*TABLES],
        "files": files,
        "experiment": content,
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _held(folder: Path) -> dict[str, Any] | None:
    """Manifest of the run a folder holds; None if there is no folder or it is empty."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        held = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        held = None
    if not isinstance(held, dict) or (held.get("program"), held.get("schema")) != (PROGRAM, SCHEMA):
        raise FolderError(f"{folder}: not empty, and no run this {PROGRAM} can read; name another folder")
    return held


def _refuse_other(folder: Path, held: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    if held["experiment_sha256"] != wanted["experiment_sha256"]:
        raise FolderError(
            f"{folder}: it holds another experiment ({_title(held)}); name another folder, or use --fresh to replace it"
        )


def _title(held: Mapping[str, Any]) -> str:
    return f"{held['trials']} trials, seed {held['seed']}, started {held['started']}"


def _clear(folder: Path, held: Mapping[str, Any]) -> None:
    """Remove what a run wrote, the manifest last; folders only if nothing else is in them."""
    parts = [path.relative_to(folder).as_posix() for path in (folder / TRIALS).glob("part-*")]
    for name in [*parts, *held["written"], *(f"{name}.tmp" for name in held["written"])]:
        path = folder / name
        if path.resolve().is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)
            if path.parent != folder and not any(path.parent.iterdir()):
                path.parent.rmdir()
    for name in (f"{MANIFEST}.tmp", MANIFEST):
        (folder / name).unlink(missing_ok=True)


def _kept(experiment: Experiment, blocks: Iterable[Block], folder: Path) -> Iterator[Block]:
    """Pass blocks on, each once its trials are in the folder."""
    for number, block in enumerate(blocks):
        part = tables.trials(experiment, block.records)
        _write_parquet(folder / TRIALS / f"part-{number:05}.parquet", part)
        yield block


def _write_parquet(path: Path, frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({"strait_schema": SCHEMA})
    _replace(path, lambda temporary: pq.write_table(table, temporary, compression="zstd"))


def _read_parquet(path: Path) -> pd.DataFrame:
    with pq.ParquetFile(path) as file:  # one file, whose folders' names are not taken for columns
        frame: pd.DataFrame = file.read().to_pandas()
    return frame


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    _write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    _replace(path, lambda temporary: temporary.write_bytes(text.encode()))


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    temporary = path.with_name(f"{path.name}.tmp")
    write(temporary)
    temporary.replace(path)


def _read(folder: Path, held: Mapping[str, Any], experiment: Experiment) -> Result:
    if held["status"] != "complete":
        raise FolderError(
            f"{folder}: the run in it did not finish ({_title(held)}); "
            "use --fresh to run it anew, or name another folder"
        )
    try:
        worlds, rungs = (_read_parquet(folder / name) for name in ("worlds.parquet", "rungs.parquet"))
        records = _records(folder / TRIALS, experiment)
    except (OSError, pa.ArrowException) as fault:
        raise FolderError(f"{folder}: a file is missing or damaged ({fault}); use --fresh") from fault
    return Result(experiment, records, worlds, rungs, manifest=held)


def _records(folder: Path, experiment: Experiment) -> dict[Cell, tables.Rows]:
    """Rows of each cell from the parts, each at its trial's place."""
    records: dict[Cell, tables.Rows] = {}
    found = dict.fromkeys(tables.cells(experiment), 0)
    for path in sorted(folder.glob("part-*.parquet")):
        part = _read_parquet(path)
        columns = part.columns.drop([*tables.CELL, "trial"])
        values = {name: part[name].to_numpy() for name in columns}
        for key, rows in part.groupby(tables.CELL, observed=True).indices.items():
            cell = cast("Cell", key)
            if cell not in records:
                dtype = np.dtype([(name, column.dtype) for name, column in values.items()])
                records[cell] = np.empty(experiment.trials, dtype)
            trial = part["trial"].to_numpy()[rows]
            for name, column in values.items():
                records[cell][name][trial] = column[rows]
            found[cell] += len(rows)
    if set(found.values()) != {experiment.trials}:
        raise OSError(f"{folder.name} does not hold every trial")
    return records
