"""The folder of a run: written block by block, resumed where it stopped, extended, and read back.

Blocks are kept as they come (`sim.results.parts`) and are not held in memory; tables are made from the files. The
manifest says `running` until the last table is there. `docs/results.md` tells what is in a folder, and the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import ClusterError, FolderError
from sim.results import disk, failures, filling, manifest, parquet, same_program, tables
from sim.results.filling import Fill
from sim.results.parts import KINDS, Parts
from sim.results.parts import of_run as parts_of
from sim.results.result import Progress, Result
from sim.results.shares import Share
from sim.results.stopping_rule import StoppingRule
from sim.scenario.experiment import Experiment

if TYPE_CHECKING:
    from sim.results.manifest import Manifest

BLOCK_TRIALS = 2000  # of a cell in one part: a task of the engine stays far below a second
TABLES = ("summary.csv", "differences.csv", "rungs.parquet")


def write_folder(
    experiment: Experiment,
    out: str | Path,
    *,
    fresh: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
    cluster: str | None = None,
    share: Share | None = None,
    until: Mapping[str, float] | None = None,
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
    workers, progress, cluster
        As for `sim.results.result.run`.
    share
        Play only this share of the blocks; `sim.results.merge.merge` puts the folders of all shares together. The
        result has the trials of the share.
    until
        Half widths of outcomes, in their units: stop as soon as every contrast of theirs is known so well
        (`sim.results.stopping_rule`); not on a cluster, nor for a share. The experiment's trials are then the most that
        are played, and the folder is that of a run with as many trials as it took; what is there is never thrown away.

    Raises
    ------
    FolderError
        If the folder holds another experiment, more trials, the work of another program, or files of another
        kind; if it cannot be written; if another process writes there.
    OSError
        If the disk is full or refuses. What was kept is whole, and the same call goes on from there.
    ClusterError, ClusterLostError, ShareError
        If there is no such cluster, it is lost, or there is no such share; or they are to watch `until`.

    Examples
    --------
    >>> import sim, tempfile
    >>> from sim.results.store import write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_folder(sim.load("debate", trials=100), folder)
    ...     result = write_folder(sim.load("debate", trials=200), folder)
    >>> result.manifest["status"], result.manifest["trials"]
    ('complete', 200)
    """
    if until and (cluster or share):
        raise ClusterError(
            "--until looks at the trials in their order, on this computer and at all of them; find the number with "
            "it, and take --trials with --cluster or --part"
        )
    wanted = manifest.describe_run(experiment, max(1, BLOCK_TRIALS // experiment.lucks), share)
    parts_of(Path(out), wanted, experiment)  # refuses a share that cannot be, before anything is played
    if cluster or share:
        wanted["traits"] = same_program.traits(experiment)
    if cluster:
        from sim.results.cluster import filler

        fill = filler(cluster, workers, wanted["traits"])
    else:
        fill = filling.player(workers)
    return filled(experiment, Path(out), wanted, fill, fresh=fresh, until=until or {}, progress=progress)


def filled(
    experiment: Experiment,
    folder: Path,
    wanted: Manifest,
    fill: Fill,
    *,
    fresh: bool = False,
    until: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Result:
    """See to it that a folder holds this run: have the blocks filled in that are missing, and make the tables.

    `write_folder` says what may be raised.
    """
    found = manifest.read_run(folder, any_schema=fresh)
    if found and not fresh:
        manifest.require_same_run(folder, _so_far(folder, found, experiment), wanted)
        there = replace(experiment, trials=found["trials"]) if until else experiment
        if _finished(folder, found, there):
            parts, enough = parts_of(folder, found, there), StoppingRule(there, until or {})
            if not until or enough.after(parts, parts.total):
                return replace(_read(folder, found, there), reused=True, notes=tuple(enough.told()))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise FolderError(f"{folder}: cannot be made ({fault.strerror}); name another folder") from fault
    with disk.lock_folder(folder):
        found = manifest.read_run(folder, any_schema=fresh)
        if found and not fresh:
            manifest.require_same_run(folder, _so_far(folder, found, experiment), wanted)
            wanted |= {name: found[name] for name in ("block_worlds", "started", "written")}
        elif found:
            _clear(folder, found)
        before = None if fresh else found
        notes, trials = filling.fill(folder, before, wanted, experiment, fill, until or {}, progress)
        wanted |= {"trials": trials, "experiment": wanted["experiment"] | {"trials": trials}}
        return replace(_finish(folder, wanted, replace(experiment, trials=trials)), notes=notes)


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
    >>> from sim.results.store import load_folder, write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_folder(sim.load("debate", trials=100), folder)
    ...     len(load_folder(folder).trials)
    3000
    """
    found = _held(Path(folder))
    if found.get("share") and not partial:
        raise FolderError(f"{folder}: it holds part {found['share']} of a run; strait merge puts all parts together")
    if found["status"] != "complete" and not partial:
        raise FolderError(
            f"{folder}: the run in it is not finished; strait run goes on with it, strait summarise shows "
            "what there is, and --fresh replaces it"
        )
    experiment = Experiment.from_resolved({**found["experiment"], "files": found["files"]})
    return _read(Path(folder), found, replace(experiment, trials=found["trials"]), partial=partial)


def add_files(folder: str | Path, files: Iterable[str | Path]) -> None:
    """Enter files written into a run's folder (figures) in its manifest, so that a fresh run removes them."""
    with disk.lock_folder(Path(folder)):
        found = _held(Path(folder))
        names = {Path(file).resolve().relative_to(Path(folder).resolve()).as_posix() for file in files}
        manifest.write(Path(folder), found | {"written": sorted({*found["written"], *names})})


def _held(folder: Path) -> Manifest:
    found = manifest.read_run(folder)
    if not found:
        raise FolderError(f"{folder}: there are no results here")
    return found


def _finished(folder: Path, found: Manifest, experiment: Experiment) -> bool:
    """Whether a folder holds every trial and table of an experiment, all of it readable."""
    if found["status"] != "complete" or found["trials"] != experiment.trials:
        return False
    parts = parts_of(folder, found, experiment)
    there = found.get("share") or all((folder / name).exists() for name in TABLES)
    return bool(there) and all(parts.standing(number) == "whole" for number in parts.wanted)


def _so_far(folder: Path, found: Manifest, experiment: Experiment) -> Manifest:
    """A manifest with the trials that are there, where a run that was stopped had more in mind."""
    if found["status"] == "complete" or found.get("share"):
        return found
    blocks = max(Parts(folder, experiment, found["block_worlds"]).numbers(), default=-1) + 1
    return found | {"trials": min(found["trials"], blocks * found["block_worlds"] * experiment.lucks)}


def _finish(folder: Path, wanted: Manifest, experiment: Experiment) -> Result:
    """Make the tables of a folder that holds every trial; of a share there are none."""
    result = _read(folder, wanted, experiment)
    if not wanted["share"]:
        disk.save(folder / "summary.csv", tables.format_csv(result.summary()).encode())
        disk.save(folder / "differences.csv", tables.format_csv(result.differences()).encode())
        disk.save(folder / "rungs.parquet", parquet.encoded(result.rungs))
    if len(result.failures):
        failures.write_failures(folder, result.failures)
    ready = {"status": "complete", "finished": manifest.utc_now()}
    whole = wanted | ready | {"written": sorted({*wanted["written"], *TABLES, failures.FAILURES})}
    manifest.write(folder, whole)
    return replace(result, manifest=whole)


def _read(folder: Path, found: Manifest, experiment: Experiment, *, partial: bool = False) -> Result:
    """The result of the parts that are there, each column read when it is asked for."""
    parts = parts_of(folder, found, experiment)
    numbers = [number for number in parts.numbers() if number in parts.wanted]
    if found["status"] == "complete" and len(numbers) < len(parts.wanted):
        raise FolderError(
            f"{folder}: a file is missing ({len(parts.wanted) - len(numbers)} of {len(parts.wanted)} parts); "
            "run the same command again to have it made anew"
        )
    if not numbers:
        raise FolderError(f"{folder}: the run in it has no part yet; strait run goes on with it")
    records = parts.trials(numbers)
    failed = failures.failures_table(parts.failures(numbers))
    if not records.size:
        raise FolderError(f"{folder}: no trial of it is sound; the first that failed: {failed.iloc[0].to_dict()}")
    if found.get("share") or (partial and found["status"] != "complete"):
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
    for name in [*parts, *TABLES, failures.FAILURES, *found.get("written", ())]:
        path = folder / name
        if path.resolve().is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)
            disk.temporary_path(path).unlink(missing_ok=True)
            if path.parent != folder and path.parent.exists() and not any(path.parent.iterdir()):
                path.parent.rmdir()
