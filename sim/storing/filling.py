"""How the blocks that a folder lacks come to be in it: played here, on a cluster, or copied from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sim import tables
from sim.storing import failures, manifest
from sim.storing.parts import Parts, of_run

if TYPE_CHECKING:
    from sim.experiment import Experiment
    from sim.results import Progress
    from sim.storing.manifest import Manifest

Fill = Callable[[Parts, Sequence[int]], Generator[int, None, None]]
"""Keeps these blocks in a folder, one after another in any order, and gives the number of each that is kept."""


class ClusterError(Exception):
    """A cluster that cannot be used; the message says why and what can be done."""


class ClusterLostError(Exception):
    """A cluster that went away, or lost a block again and again; what was kept is whole."""


def player(workers: int | None) -> Fill:
    """Play blocks on this computer."""

    def play(parts: Parts, numbers: Sequence[int]) -> Generator[int, None, None]:
        from sim.engine import blocks

        experiment, size = parts.experiment, parts.block_worlds
        with closing(blocks(experiment, workers=workers, block_worlds=size, numbers=numbers)) as played:
            for number, block in zip(numbers, played, strict=True):
                parts.keep(number, parts.packed(*failures.sift(experiment, block)))
                yield number

    return play


def fill(
    folder: Path,
    found: Manifest | None,
    wanted: Manifest,
    experiment: Experiment,
    how: Fill,
    progress: Progress | None,
) -> tuple[str, ...]:
    """Have the blocks filled in that are missing, short or damaged; say what was found."""
    parts = of_run(folder, wanted, experiment)
    standing = {number: parts.standing(number) for number in parts.wanted}
    todo = [number for number, stands in standing.items() if stands != "whole"]
    if found and todo:
        manifest.refuse_other_libraries(folder, found, wanted)
    manifest.write(folder, wanted)
    damaged = [number for number in todo if standing[number] == "damaged"]
    for number in damaged:
        parts.set_aside(number)
    trials, cells = parts.worlds_of(parts.wanted) * experiment.lucks, len(tables.cells(experiment))
    done = trials - parts.worlds_of(todo) * experiment.lucks
    notes = [f"{done:,} of {trials:,} trials a cell were there already."] if done else []
    if damaged:
        notes.append(f"{len(damaged)} damaged parts were set aside in {folder / 'damaged'} and played again.")
    with closing(how(parts, todo)) as kept:
        for number in kept:
            if parts.failures([number]):
                failures.tell(folder, failures.table(parts.failures(parts.numbers())))
            done += parts.worlds_of([number]) * experiment.lucks
            if progress:
                progress(done * cells, trials * cells)
    return tuple(notes)
