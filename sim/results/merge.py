"""Merge the shares of a run, each played in a folder of its own, into the files of one uninterrupted run."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sim.errors import FolderError
from sim.results import manifest, same_program
from sim.results.manifest import Manifest
from sim.results.parts import KINDS, TRIALS, Parts, Share
from sim.results.result import Progress, Result
from sim.results.store import fill_folder
from sim.scenario.experiment import Experiment

MAX_NAMED = 3  # damaged files named for one folder


class _ShareFolder(NamedTuple):
    """Folder of a share, its manifest, and its parts."""

    folder: Path
    run: Manifest
    experiment: Experiment
    parts: Parts


def merge(
    folders: Sequence[str | Path], out: str | Path, *, fresh: bool = False, progress: Progress | None = None
) -> Result:
    """Merge the shares of a run into one folder.

    Parameters
    ----------
    folders
        Folders of shares, or folders that contain them; in any order.
    out
        Folder of the whole run: a new one, or one in which the same shares were merged before.
    fresh
        Replace another run in `out`.
    progress
        Called after each block with the trials done and the trials to do, over all cells.

    Raises
    ------
    FolderError
        If a folder is not a share, belongs to another run, was played by another program, is unfinished, damaged or
        given twice, or a share is missing. The text names all of them, and nothing is written.
    OSError
        If the disk is full or refuses; the same call continues from there.

    Examples
    --------
    >>> import sim, tempfile
    >>> from sim.results.parts import Share
    >>> from sim.results.store import write_folder
    >>> exp = sim.load("debate", trials=4000, starts="2026", worldviews="neutral", policies=["both", "status_quo"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for part in ("1/2", "2/2"):
    ...         _ = write_folder(exp, f"{folder}/{part[0]}", share=Share.parse(part))
    ...     len(merge([folder], f"{folder}/whole").trials)
    8000
    """
    shares = [_read_share(path) for given in folders for path in _find_shares(Path(given))]
    first = shares[0]
    faults = [fault for share in shares[1:] for fault in _of_another_run(share, first)] or [*_incomplete(shares)]
    if differences := manifest.differing_values(first.run["traits"], same_program.describe_program()):
        faults.append(f"{first.folder}: it was played by another Strait ({'; '.join(differences)}); merge it there")
    if faults:
        raise FolderError("\n".join(faults))
    wanted = manifest.describe_run(first.experiment, first.run["block_worlds"]) | {"traits": first.run["traits"]}

    def copy(parts: Parts, numbers: Sequence[int]) -> Generator[int, None, None]:
        source = {number: share.parts for share in shares for number in share.parts.own_blocks}
        for number in numbers:
            trials_last = sorted(KINDS, key=lambda kind: kind == TRIALS)
            parts.write(number, {kind: source[number].path(kind, number).read_bytes() for kind in trials_last})
            yield number

    return fill_folder(first.experiment, Path(out), wanted, copy, fresh=fresh, progress=progress)


def _find_shares(folder: Path) -> list[Path]:
    """The folder itself, or the folders in it that hold shares."""
    if (folder / manifest.MANIFEST).exists():
        return [folder]
    within = sorted(path.parent for path in folder.glob(f"*/{manifest.MANIFEST}"))
    runs = [path for path in within if "command" not in (manifest.read(path) or {})]
    shares = [path for path in runs if (manifest.read_run(path) or {}).get("share")]
    if not shares:
        raise FolderError(f"{folder}: no part of a run here; strait run --part 1/2 --out {folder / '1'} makes one")
    return shares


def _read_share(folder: Path) -> _ShareFolder:
    run = manifest.read_run(folder) or {}
    if not run.get("share"):
        raise FolderError(f"{folder}: it holds a whole run, not a part; name folders of strait run --part")
    experiment = replace(manifest.read_experiment(folder, run), trials=run["trials"])
    return _ShareFolder(folder, run, experiment, Parts.of_run(folder, run, experiment))


def _of_another_run(share: _ShareFolder, first: _ShareFolder) -> Iterator[str]:
    """Message for a share that does not belong to the run of the first."""
    there, here = ({name: each.run[name] for name in ("trials", "block_worlds")} for each in (share, first))
    differences = manifest.differing_values(there, here)
    if share.parts.share.of != first.parts.share.of:
        differences.append(f"part: {share.parts.share} there, {first.parts.share} here")
    differences += manifest.list_differences(share.run, first.run)
    differences += manifest.differing_values(share.run["traits"], first.run["traits"])
    if differences:
        yield f"{share.folder}: not of the same run as {first.folder} ({'; '.join(dict.fromkeys(differences))})"


def _incomplete(shares: Sequence[_ShareFolder]) -> Iterator[str]:
    """Messages for shares that are missing, given twice, unfinished or damaged."""
    of, folders = shares[0].parts.share.of, {share.parts.share: share.folder for share in reversed(shares)}
    for folder, _, _, parts in shares:
        if (other := folders[parts.share]) != folder:
            yield f"{folder}: part {parts.share} is in {other} too; name one of them"
    for number in range(1, of + 1):
        if (missing := Share(number, of)) not in folders:
            yield f"part {missing} is missing: name its folder too; strait run ... --part {missing} makes it"
    for folder, run, _, parts in shares:
        status = {number: parts.status(number) for number in parts.own_blocks}
        complete = [*status.values()].count("complete")
        if damaged := [number for number, of_block in status.items() if of_block == "damaged"]:
            files = [str(path) for number in damaged for path in parts.damaged_files(number)]
            more = f" and {len(files) - MAX_NAMED} more" if len(files) > MAX_NAMED else ""
            yield f"{', '.join(files[:MAX_NAMED])}{more}: damaged; run the command of part {parts.share} again"
        elif complete < len(status) or run["status"] != "complete":
            done = f"{complete} of {len(status)} blocks are done"
            yield f"{folder}: part {parts.share} is not finished ({done}); run its command again to continue"
