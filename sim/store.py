"""The folder of a run: written block by block, resumed where it stopped, extended, and read back.

Blocks are kept as they come (`sim.storing.parts`) and are not held in memory; tables are made from the files. The
manifest says `running` until the last table is there. `docs/results.md` tells what is in a folder, and the rules.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim import tables
from sim.results import Progress, Result
from sim.storing import disk, failures, manifest, parquet, resolved
from sim.storing.disk import FolderError as FolderError
from sim.storing.parts import KINDS, Parts

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment import Experiment
    from sim.storing.manifest import Manifest

BLOCK_TRIALS = 2000  # of a cell in one part: a task of the engine stays far below a second
TABLES = ("summary.csv", "differences.csv", "rungs.parquet")
FAILURES = "failures.csv"


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
        The folder. It may be new, or hold this experiment: unfinished, then the run goes on where it stopped;
        finished with fewer trials, then it is extended; finished with as many, then it is read instead of
        run, and the result's `reused` says so. The files are the same as those of one uninterrupted run.
    fresh
        Remove what an earlier run wrote there (nothing else) and run.
    workers, progress
        As for `sim.results.run`.

    Raises
    ------
    FolderError
        If the folder holds another experiment, more trials, the work of another program, or files of another
        kind; if it cannot be written; if another process writes there.
    OSError
        If the disk is full or refuses. What was kept is whole, and the same call goes on from there.

    Examples
    --------
    >>> import sim, tempfile
    >>> from sim.store import write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_folder(sim.load("debate", trials=100), folder)
    ...     result = write_folder(sim.load("debate", trials=200), folder)
    >>> result.manifest["status"], result.manifest["trials"]
    ('complete', 200)
    """
    folder = Path(out)
    wanted = manifest.made(experiment, max(1, BLOCK_TRIALS // experiment.lucks))
    found = manifest.held(folder, any_schema=fresh)
    if found and not fresh:
        manifest.refuse_other(folder, found, wanted)
        if _finished(folder, found, experiment):
            return replace(_read(folder, found, experiment), reused=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise FolderError(f"{folder}: cannot be made ({fault.strerror}); name another folder") from fault
    with disk.locked(folder):
        found = manifest.held(folder, any_schema=fresh)
        if found and not fresh:
            manifest.refuse_other(folder, found, wanted)
            wanted |= {name: found[name] for name in ("block_worlds", "started", "written")}
        elif found:
            _clear(folder, found)
        notes = _play(folder, found if not fresh else None, wanted, experiment, workers, progress)
        return replace(_finish(folder, wanted, experiment), notes=notes)


def load_folder(folder: str | Path, *, partial: bool = False) -> Result:
    """Read a run back from its folder, without running it.

    Parameters
    ----------
    partial
        Take a run that is not finished too, and give what is there: all cells have the same worlds. The
        result's experiment then has as many trials as there are, and its manifest as many as there will be.

    Raises
    ------
    FolderError
        If it holds no run, none that is finished, or a file of it is missing or damaged.

    Examples
    --------
    >>> import sim, tempfile
    >>> from sim.store import load_folder, write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_folder(sim.load("debate", trials=100), folder)
    ...     len(load_folder(folder).trials)
    3000
    """
    found = _held(Path(folder))
    if found["status"] != "complete" and not partial:
        raise FolderError(
            f"{folder}: the run in it is not finished; strait run goes on with it, strait summarise shows "
            "what there is, and --fresh replaces it"
        )
    experiment = resolved.experiment({**found["experiment"], "files": found["files"]})
    return _read(Path(folder), found, replace(experiment, trials=found["trials"]), partial=partial)


def add_files(folder: str | Path, files: Iterable[str | Path]) -> None:
    """Enter files written into a run's folder (figures) in its manifest, so that a fresh run removes them."""
    with disk.locked(Path(folder)):
        found = _held(Path(folder))
        names = {Path(file).resolve().relative_to(Path(folder).resolve()).as_posix() for file in files}
        manifest.write(Path(folder), found | {"written": sorted({*found["written"], *names})})


def _held(folder: Path) -> Manifest:
    found = manifest.held(folder)
    if not found:
        raise FolderError(f"{folder}: there are no results here")
    return found


def _finished(folder: Path, found: Manifest, experiment: Experiment) -> bool:
    """Whether a folder holds every trial and table of an experiment, all of it readable."""
    if found["status"] != "complete" or found["trials"] != experiment.trials:
        return False
    parts = Parts(folder, experiment, found["block_worlds"])
    there = all((folder / name).exists() for name in TABLES)
    return there and all(parts.standing(number) == "whole" for number in range(parts.total))


def _play(
    folder: Path,
    found: Manifest | None,
    wanted: Manifest,
    experiment: Experiment,
    workers: int | None,
    progress: Progress | None,
) -> tuple[str, ...]:
    """Play the blocks that are missing, short or damaged; say what was found."""
    from sim.engine import blocks

    parts = Parts(folder, experiment, wanted["block_worlds"])
    standing = {number: parts.standing(number) for number in range(parts.total)}
    todo = [number for number, how in standing.items() if how != "whole"]
    if found and todo:
        manifest.refuse_other_libraries(folder, found, wanted)
    manifest.write(folder, wanted)
    damaged = [number for number in todo if standing[number] == "damaged"]
    for number in damaged:
        parts.set_aside(number)
    cells, worlds = len(tables.cells(experiment)), experiment.trials // experiment.lucks
    done = worlds - sum(min(parts.block_worlds, worlds - number * parts.block_worlds) for number in todo)
    notes = [f"{done * experiment.lucks:,} of {experiment.trials:,} trials a cell were there already."] if done else []
    if damaged:
        notes.append(f"{len(damaged)} damaged parts were set aside in {folder / 'damaged'} and played again.")
    with closing(blocks(experiment, workers=workers, block_worlds=parts.block_worlds, numbers=todo)) as played:
        for block in played:
            sound, failed = failures.sift(experiment, block)
            parts.write(sound, failed)
            if failed:
                _tell(folder, failures.table(parts.failures(parts.numbers())))
            done += block.worlds
            if progress:
                progress(done * experiment.lucks * cells, experiment.trials * cells)
    return tuple(notes)


def _finish(folder: Path, wanted: Manifest, experiment: Experiment) -> Result:
    """Make the tables of a folder that holds every trial."""
    result = _read(folder, wanted, experiment)
    disk.save(folder / "summary.csv", tables.csv(result.summary()).encode())
    disk.save(folder / "differences.csv", tables.csv(result.differences()).encode())
    disk.save(folder / "rungs.parquet", parquet.encoded(result.rungs))
    if len(result.failures):
        _tell(folder, result.failures)
    ready = {"status": "complete", "finished": manifest.now()}
    whole = wanted | ready | {"written": sorted({*wanted["written"], *TABLES, FAILURES})}
    manifest.write(folder, whole)
    return replace(result, manifest=whole)


def _tell(folder: Path, failed: pd.DataFrame) -> None:
    """Write the failures down, each with the command that plays it again in the folder of the run."""
    commands = [
        shlex.join(["python", "-m", "sim.storing.replay", ".", *map(str, row)])
        for row in failed[[*tables.CELL, "trial"]].itertuples(index=False)
    ]
    disk.save(folder / FAILURES, tables.csv(failed.assign(replay=commands)).encode())


def _read(folder: Path, found: Manifest, experiment: Experiment, *, partial: bool = False) -> Result:
    """The result of the parts that are there, each column read when it is asked for."""
    parts = Parts(folder, experiment, found["block_worlds"])
    numbers = [number for number in parts.numbers() if number < parts.total]
    if found["status"] == "complete" and len(numbers) < parts.total:
        raise FolderError(
            f"{folder}: a file is missing ({parts.total - len(numbers)} of {parts.total} parts); "
            "run the same command again to have it made anew"
        )
    if not numbers:
        raise FolderError(f"{folder}: the run in it has no part yet; strait run goes on with it")
    records = parts.trials(numbers)
    failed = failures.table(parts.failures(numbers))
    if not records.size:
        raise FolderError(f"{folder}: no trial of it is sound; the first that failed: {failed.iloc[0].to_dict()}")
    if partial and found["status"] != "complete":
        experiment = replace(experiment, trials=records.size)
    return Result(
        experiment,
        records,
        lambda: parts.worlds(numbers),
        parts.rungs(numbers, records.size),
        manifest=found,
        failures=failed,
    )


def _clear(folder: Path, found: Manifest) -> None:
    """Remove what a run wrote but its manifest, which the next replaces; folders only if nothing else is in them."""
    parts = [path.relative_to(folder).as_posix() for kind in KINDS for path in (folder / kind).glob("part-*")]
    parts += [path.relative_to(folder).as_posix() for kind in KINDS for path in (folder / kind).glob(".part-*.tmp")]
    for name in [*parts, *TABLES, FAILURES, *found.get("written", ())]:
        path = folder / name
        if path.resolve().is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)
            disk.temporary(path).unlink(missing_ok=True)
            if path.parent != folder and path.parent.exists() and not any(path.parent.iterdir()):
                path.parent.rmdir()
