"""The shares of a run, played each in a folder of its own, put together: the files of one uninterrupted run."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import FolderError
from sim.results import manifest, same_program
from sim.results.parts import KINDS, TRIALS, Parts, of_run
from sim.results.result import Progress, Result
from sim.results.shares import share
from sim.results.store import filled
from sim.scenario.experiment import Experiment

if TYPE_CHECKING:
    from sim.results.manifest import Manifest

SHOWN = 3  # damaged blocks named for one folder


class _Held(NamedTuple):
    """A share's folder, what its manifest says, and its parts."""

    folder: Path
    run: Manifest
    experiment: Experiment
    parts: Parts


def merge(
    folders: Sequence[str | Path], out: str | Path, *, fresh: bool = False, progress: Progress | None = None
) -> Result:
    """Put the shares of a run together.

    Parameters
    ----------
    folders
        Each holds a share, or folders that hold shares; in any order.
    out
        Folder for the whole: a new one, or one in which the same shares were merged before.
    fresh
        Replace another run that is there.
    progress
        Called after each block with the trials done and the trials to do, over all cells.

    Raises
    ------
    FolderError
        It names every folder that is no share, is of another run, was made by another program, is not finished,
        is damaged, or is there twice; and every share that is missing. Nothing is written then.
    OSError
        If the disk is full or refuses; the same call goes on from there.

    Examples
    --------
    >>> import sim, tempfile
    >>> from sim.results.store import write_folder
    >>> from sim.results.shares import share
    >>> exp = sim.load("debate", trials=4000, starts="2026", worldviews="neutral", policies=["both", "status_quo"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for part in ("1/2", "2/2"):
    ...         _ = write_folder(exp, f"{folder}/{part[0]}", share=share(part))
    ...     len(merge([folder], f"{folder}/whole").trials)
    8000
    """
    held = [_held(path) for given in folders for path in _shares(Path(given))]
    first = held[0]
    faults = [fault for each in held[1:] for fault in _of_another_run(each, first)] or [*_incomplete(held)]
    if unlike := manifest.differing_values(first.run["traits"], same_program.program()):
        faults.append(f"{first.folder}: it was not played by the Strait that is here ({'; '.join(unlike)})")
    if faults:
        raise FolderError("\n".join(faults))
    wanted = manifest.describe_run(first.experiment, first.run["block_worlds"]) | {"traits": first.run["traits"]}

    def copy(parts: Parts, numbers: Sequence[int]) -> Generator[int, None, None]:
        source = {number: each.parts for each in held for number in each.parts.wanted}
        for number in numbers:
            last_trials = sorted(KINDS, key=lambda kind: kind == TRIALS)
            parts.keep(number, {kind: source[number].path(kind, number).read_bytes() for kind in last_trials})
            yield number

    return filled(first.experiment, Path(out), wanted, copy, fresh=fresh, progress=progress)


def _shares(folder: Path) -> list[Path]:
    """The folder itself, or the folders in it that hold shares."""
    if (folder / manifest.MANIFEST).exists():
        return [folder]
    within = sorted(path.parent for path in folder.glob(f"*/{manifest.MANIFEST}"))
    runs = [path for path in within if "command" not in (manifest.read(path) or {})]
    found = [path for path in runs if (manifest.read_run(path) or {}).get("share")]
    if not found:
        raise FolderError(f"{folder}: there is no part of a run here, as strait run --part makes it")
    return found


def _held(folder: Path) -> _Held:
    run = manifest.read_run(folder) or {}
    if not run.get("share"):
        raise FolderError(f"{folder}: it holds a whole run, not a part of one as strait run --part makes it")
    experiment = Experiment.from_resolved({**run["experiment"], "files": run["files"]})
    experiment = replace(experiment, trials=run["trials"])
    return _Held(folder, run, experiment, of_run(folder, run, experiment))


def _of_another_run(each: _Held, first: _Held) -> Iterator[str]:
    """What shows that two folders do not belong to one run."""
    differing = [f"{name}: {each.run[name]} there, {first.run[name]} here" for name in ("trials", "block_worlds")
                 if each.run[name] != first.run[name]]  # fmt: skip
    if each.parts.share.of != first.parts.share.of:
        differing.append(f"part: {each.parts.share} there, {first.parts.share} here")
    differing += manifest.list_differences(each.run, first.run)
    differing += manifest.differing_values(each.run["traits"], first.run["traits"])
    if differing:
        yield f"{each.folder}: it does not belong with {first.folder} ({'; '.join(dict.fromkeys(differing))})"


def _incomplete(held: Sequence[_Held]) -> Iterator[str]:
    """What of the run is missing, twice there, unfinished or damaged."""
    of, folders = held[0].parts.share.of, {each.parts.share: each.folder for each in reversed(held)}
    for each in held:
        if (other := folders[each.parts.share]) != each.folder:
            yield f"{each.folder}: part {each.parts.share} is in {other} too; name one of them"
    for number in range(1, of + 1):
        if (missing := share(f"{number}/{of}")) not in folders:
            yield f"part {missing} is missing: name its folder too; strait run ... --part {missing} makes it"
    for each in held:
        stand = {number: each.parts.standing(number) for number in each.parts.wanted}
        whole = [*stand.values()].count("whole")
        if damaged := [number for number, how in stand.items() if how == "damaged"]:
            files = [str(path) for number in damaged for path in each.parts.broken(number)]
            more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
            yield f"{', '.join(files[:SHOWN])}{more}: damaged; the command of part {each.parts.share} mends that"
        elif whole < len(stand) or each.run["status"] != "complete":
            done = f"{whole} of {len(stand)} blocks are done"
            yield f"{each.folder}: part {each.parts.share} is not finished ({done}); its command goes on with it"
