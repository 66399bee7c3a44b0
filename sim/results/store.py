"""Folder of a run: written block by block, continued after a stop, extended, and read back.

Blocks go to disk as they come (`sim.results.parts`) and are not held in memory; tables are built from the files. The
manifest says `running` until the last table is written. `docs/results.md` describes the folder and its rules.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from sim.errors import ClusterError, FolderError
from sim.results import csv_tables, disk, failures, manifest, same_program, tables
from sim.results.manifest import Manifest
from sim.results.parts import KINDS, FillBlocks, Parts, Share, encode_parquet
from sim.results.result import Progress, Result
from sim.results.stopping_rule import StoppingRule
from sim.scenario.experiment import Experiment

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
    """Run an experiment and write it to a folder: manifest, trials, summary, differences, worlds and rungs.

    Parameters
    ----------
    out
        The folder. It may be new or hold this experiment. An unfinished run is continued; a complete run with fewer
        trials is extended; a complete run with as many trials is read, and the result's `reused` is True. The files
        are the same as those of one uninterrupted run.
    fresh
        Remove what an earlier run wrote there (nothing else), and run.
    workers, progress, cluster
        As for `sim.results.result.run`.
    share
        Play only this share of the blocks; `sim.results.merge.merge` joins the folders of all shares. The result has
        the trials of the share.
    until
        Target half widths of outcomes, in their units: stop as soon as every contrast reaches them
        (`sim.results.stopping_rule`); not with a cluster or a share. The experiment's trials are then the maximum,
        and the folder is that of a run with the trials played. Trials in the folder are never removed.

    Raises
    ------
    FolderError
        If the folder holds another experiment, more trials, the work of another program, or files of another
        kind; if it cannot be written; if another process writes there.
    OSError
        If the disk is full or refuses. Finished blocks are saved, and the same call continues from there.
    ClusterError, ClusterLostError, ShareError
        If there is no such cluster, it is lost, or there is no such share; or one is combined with `until`.

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
            "--until needs all trials, in order, on this computer; find the number of trials with it, "
            "then use --trials with --cluster or --part"
        )
    wanted = _describe(experiment, share)
    Parts.of_run(Path(out), wanted, experiment)  # an impossible share is an error before anything is played
    if cluster or share:
        wanted["traits"] = same_program.fingerprint(experiment)
    if cluster:
        from sim.results.cluster import fill_on_cluster

        fill = fill_on_cluster(cluster, workers, wanted["traits"])
    else:
        fill = _fill_here(workers)
    return fill_folder(experiment, Path(out), wanted, fill, fresh=fresh, until=until, progress=progress)


def require_usable(experiment: Experiment, out: str | Path, *, fresh: bool = False, share: Share | None = None) -> None:
    """Raise FolderError where `write_folder` would, for what the folder holds; nothing is played or written."""
    _read_same_run(Path(out), experiment, _describe(experiment, share), fresh=fresh)


def _describe(experiment: Experiment, share: Share | None) -> Manifest:
    block_worlds = max(1, BLOCK_TRIALS // experiment.lucks)
    return manifest.describe_run(experiment, block_worlds, str(share) if share else None)


def _read_same_run(folder: Path, experiment: Experiment, wanted: Manifest, *, fresh: bool) -> Manifest | None:
    """Manifest of what the folder holds, None if it is new; raise FolderError if it is another run and not `fresh`."""
    found = manifest.read_run(folder, any_schema=fresh)
    if found and not fresh:
        manifest.require_same_run(folder, _with_present_trials(folder, found, experiment), wanted)
    return found


def _fill_here(workers: int | None) -> FillBlocks:
    """Play blocks on this computer."""

    def fill(parts: Parts, numbers: Sequence[int]) -> Generator[int, None, None]:
        from sim.engine.batch import blocks

        size = parts.block_worlds
        with closing(blocks(parts.experiment, workers=workers, block_worlds=size, numbers=numbers)) as played:
            for number, block in zip(numbers, played, strict=True):
                parts.write(number, parts.encode(block))
                yield number

    return fill


def fill_folder(
    experiment: Experiment,
    folder: Path,
    wanted: Manifest,
    fill: FillBlocks,
    *,
    fresh: bool = False,
    until: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Result:
    """Complete the folder of a run: fill the blocks that are missing, then write the tables; raises as `write_folder`.

    Parameters
    ----------
    wanted
        Manifest of the run, as it should be.
    fill
        Writes blocks into the folder: played here, played on a cluster, or copied.
    """
    found = _read_same_run(folder, experiment, wanted, fresh=fresh)
    if found and not fresh and (result := _read_complete(folder, found, experiment, until or {})):
        return result
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(f"{folder}: cannot be made ({error.strerror}); name another folder") from error
    with disk.lock_folder(folder):
        # Again: another process may have written until the lock was ours.
        found = _read_same_run(folder, experiment, wanted, fresh=fresh)
        if found and fresh:
            _clear(folder, found)
        elif found:
            wanted |= {name: found[name] for name in ("block_worlds", "started", "written")}
        notes, trials = _fill_missing(folder, None if fresh else found, wanted, experiment, fill, until or {}, progress)
        wanted |= {"trials": trials, "experiment": wanted["experiment"] | {"trials": trials}}
        return replace(_write_tables(folder, wanted, replace(experiment, trials=trials)), notes=notes)


def _read_complete(folder: Path, found: Manifest, experiment: Experiment, until: Mapping[str, float]) -> Result | None:
    """Result of a folder that holds every trial and table, all readable, and reaches the targets; else None."""
    present = replace(experiment, trials=found["trials"]) if until else experiment
    if found["status"] != "complete" or found["trials"] != present.trials:
        return None
    parts, rule = Parts.of_run(folder, found, present), StoppingRule(present, until)
    if _damaged_tables(folder, found) or any(parts.status(number) != "complete" for number in parts.own_blocks):
        return None
    if until and not rule.is_met(parts, parts.total):
        return None
    return replace(_read(folder, found, present), reused=True, notes=tuple(rule.report()))


def _fill_missing(
    folder: Path,
    found: Manifest | None,
    wanted: Manifest,
    experiment: Experiment,
    fill: FillBlocks,
    until: Mapping[str, float],
    progress: Progress | None,
) -> tuple[tuple[str, ...], int]:
    """Fill the blocks that are missing, short or damaged; return notes on the folder, and the trials of a cell.

    With `until` the blocks are filled in order until the targets are reached; blocks in the folder are never removed.
    """
    parts, rule = Parts.of_run(folder, wanted, experiment), StoppingRule(experiment, until)
    status = {number: parts.status(number) for number in parts.own_blocks}
    todo = [number for number, of_block in status.items() if of_block != "complete"]
    present = max((number for number, of_block in status.items() if of_block != "missing"), default=0) + 1
    unbroken = todo[0] if todo else parts.total  # blocks that are complete, counted from the first without a gap

    def ends() -> bool:
        return bool(until) and unbroken >= present and rule.is_met(parts, unbroken)

    if ends():
        todo = []
    if found and todo:
        manifest.require_same_libraries(folder, found, wanted)
    manifest.write(folder, wanted)
    damaged = [number for number in todo if status[number] == "damaged"]
    for number in damaged:
        parts.set_aside(number)
    total, n_cells = parts.count_trials(parts.own_blocks), len(tables.cells(experiment))
    done = parts.count_trials([number for number, of_block in status.items() if of_block == "complete"])
    of_total = "" if until else f" of {total:,}"
    notes = [f"{done:,}{of_total} trials per cell were already there."] if done else []
    if damaged:
        notes.append(f"Damaged parts moved to {folder / 'damaged'} and played again: {len(damaged)}.")
    unbroken_after = dict(pairwise((*todo, parts.total)))
    with closing(fill(parts, todo)) as filled:
        for number in filled:
            if parts.failures([number]):
                failures.write_failures(folder, failures.failures_table(parts.failures(parts.numbers())))
            done += parts.count_trials([number])
            unbroken = unbroken_after[number]
            reached = ends()
            if progress:
                if until:  # the total is an estimate, and above what is done until the targets are reached
                    estimate = max(rule.trials_needed(), done + parts.block_worlds * experiment.lucks)
                    total = done if reached else min(estimate, experiment.trials)
                progress(done * n_cells, total * n_cells)
            if reached:
                break
    trials = min(experiment.trials, unbroken * parts.block_worlds * experiment.lucks) if until else experiment.trials
    return (*notes, *rule.report()), trials


def load_folder(folder: str | Path, *, partial: bool = False) -> Result:
    """Read a run back from its folder, without running it.

    Parameters
    ----------
    partial
        Read an unfinished run too. All its cells have the same worlds. The result's experiment has the trials that
        are there, its manifest those there will be.

    Raises
    ------
    FolderError
        If the folder holds no run, none that is complete, or a file is missing or damaged. The manifest and the
        tables have sha256 checksums in the manifest, and each page of a Parquet file has its own.

    Examples
    --------
    >>> import sim, tempfile
    >>> from sim.results.store import load_folder, write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_folder(sim.load("debate", trials=100), folder)
    ...     len(load_folder(folder).trials)
    3000
    """
    found = manifest.require_run(Path(folder))
    if found.get("share") and not partial:
        raise FolderError(f"{folder}: it holds part {found['share']} of a run; join all parts with strait merge")
    if found["status"] != "complete" and not partial:
        raise FolderError(
            f"{folder}: its run is not finished; strait run continues it, strait summarise shows what there is, "
            "and --fresh replaces it"
        )
    if damaged := _damaged_tables(Path(folder), found):
        raise FolderError(
            f"{Path(folder) / damaged[0]}: missing, cut or edited, by its sha256 in {manifest.MANIFEST}; restore the "
            "file, or give the command of the run again, which writes its tables again"
        )
    experiment = replace(manifest.read_experiment(Path(folder), found), trials=found["trials"])
    return _read(Path(folder), found, experiment, partial=partial)


def add_files(folder: str | Path, files: Iterable[str | Path]) -> None:
    """Add files in a run's folder (figures) to its manifest, so that `fresh` removes them."""
    with disk.lock_folder(Path(folder)):
        found = manifest.require_run(Path(folder))
        names = {Path(file).resolve().relative_to(Path(folder).resolve()).as_posix() for file in files}
        manifest.write(Path(folder), found | {"written": sorted({*found["written"], *names})})


def _damaged_tables(folder: Path, found: Manifest) -> list[str]:
    """Tables of a finished run that are missing, or not the bytes that were written; a share has no tables."""
    if found["status"] != "complete" or found.get("share"):
        return []
    sums, paths = found.get("tables_sha256", {}), {name: folder / name for name in TABLES}
    return [name for name, path in paths.items() if not path.is_file() or sums.get(name) != _hash(path)]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _with_present_trials(folder: Path, found: Manifest, experiment: Experiment) -> Manifest:
    """Manifest with the trials in the folder: a run that was stopped may have planned more."""
    if found["status"] == "complete" or found.get("share"):
        return found
    blocks = max(Parts(folder, experiment, found["block_worlds"]).numbers(), default=-1) + 1
    return found | {"trials": min(found["trials"], blocks * found["block_worlds"] * experiment.lucks)}


def _write_tables(folder: Path, wanted: Manifest, experiment: Experiment) -> Result:
    """Write the tables of a folder that holds every trial (a share has none), and its final manifest."""
    result = _read(folder, wanted, experiment)
    if not wanted["share"]:
        disk.save(folder / "summary.csv", csv_tables.format_csv(result.summary()).encode())
        disk.save(folder / "differences.csv", csv_tables.format_csv(result.differences()).encode())
        disk.save(folder / "rungs.parquet", encode_parquet(result.rungs))
    if len(result.failures):
        failures.write_failures(folder, result.failures)
    written = sorted({*wanted["written"], *TABLES, failures.FAILURES})
    final = wanted | {"status": "complete", "finished": manifest.utc_now(), "written": written}
    if not wanted["share"]:
        final["tables_sha256"] = {name: _hash(folder / name) for name in TABLES}
    manifest.write(folder, final)
    return replace(result, manifest=final)


def _read(folder: Path, found: Manifest, experiment: Experiment, *, partial: bool = False) -> Result:
    """Result of the parts in a folder; a column is read when it is used."""
    parts = Parts.of_run(folder, found, experiment)
    numbers = [number for number in parts.numbers() if number in parts.own_blocks]
    if found["status"] == "complete" and len(numbers) < len(parts.own_blocks):
        raise FolderError(
            f"{folder}: parts are missing ({len(parts.own_blocks) - len(numbers)} of {len(parts.own_blocks)}); "
            "run the same command again to replace them"
        )
    if not numbers:
        raise FolderError(f"{folder}: its run has no finished part yet; strait run continues it")
    records = parts.trials(numbers)
    failed = failures.failures_table(parts.failures(numbers))
    failures.warn_of_failures(failed)
    if not records.size:
        raise FolderError(f"{folder}: every trial failed; the first failure: {failed.iloc[0].to_dict()}")
    if found.get("share") or (partial and found["status"] != "complete"):
        experiment = replace(experiment, trials=records.size)
    return Result(
        experiment,
        records,
        functools.partial(parts.worlds, numbers),
        parts.rungs(numbers, records.size),
        manifest=found,
        failures=failed,
    )


def _clear(folder: Path, found: Manifest) -> None:
    """Remove the files of a run except its manifest, which the next run replaces, and the folders left empty."""
    patterns = ("part-*", ".part-*.tmp")
    parts = [path for kind in KINDS for pattern in patterns for path in (folder / kind).glob(pattern)]
    for path in [*parts, *(folder / name for name in (*TABLES, failures.FAILURES, *found.get("written", ())))]:
        if path.resolve().is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)
            disk.temporary_path(path).unlink(missing_ok=True)
            if path.parent != folder and path.parent.exists() and not any(path.parent.iterdir()):
                path.parent.rmdir()
