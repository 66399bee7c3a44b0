"""How the blocks that a folder lacks come to be in it: played here, on a cluster, or copied from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from sim.results import failures, manifest, tables
from sim.results.parts import Parts, of_run
from sim.results.stopping_rule import StoppingRule

if TYPE_CHECKING:
    from sim.results.manifest import Manifest
    from sim.results.result import Progress
    from sim.scenario.experiment import Experiment

Fill = Callable[[Parts, Sequence[int]], Generator[int, None, None]]
"""Keeps these blocks in a folder, one after another in any order, and gives the number of each that is kept."""


def player(workers: int | None) -> Fill:
    """Play blocks on this computer."""

    def play(parts: Parts, numbers: Sequence[int]) -> Generator[int, None, None]:
        from sim.engine.batch import blocks

        experiment, size = parts.experiment, parts.block_worlds
        with closing(blocks(experiment, workers=workers, block_worlds=size, numbers=numbers)) as played:
            for number, block in zip(numbers, played, strict=True):
                parts.keep(number, parts.packed(*failures.remove_failures(experiment, block)))
                yield number

    return play


def fill(
    folder: Path,
    found: Manifest | None,
    wanted: Manifest,
    experiment: Experiment,
    how: Fill,
    until: Mapping[str, float],
    progress: Progress | None,
) -> tuple[tuple[str, ...], int]:
    """Have the blocks filled in that are missing, short or damaged; say what was found, and how many trials it has.

    With `until` they are filled in order, until enough is known; what is there already is never thrown away.
    """
    parts = of_run(folder, wanted, experiment)
    standing = {number: parts.standing(number) for number in parts.wanted}
    todo = [number for number, stands in standing.items() if stands != "whole"]
    there = max((number for number, stands in standing.items() if stands != "missing"), default=0) + 1
    whole, watch = (*todo, parts.total)[0], StoppingRule(experiment, until)  # blocks from the first that are whole

    def ends() -> bool:
        return bool(until) and whole >= there and watch.after(parts, whole)

    if ends():
        todo = []
    if found and todo:
        manifest.require_same_libraries(folder, found, wanted)
    manifest.write(folder, wanted)
    damaged = [number for number in todo if standing[number] == "damaged"]
    for number in damaged:
        parts.set_aside(number)
    trials, cells = parts.worlds_of(parts.wanted) * experiment.lucks, len(tables.cells(experiment))
    done = parts.worlds_of([number for number, stands in standing.items() if stands == "whole"]) * experiment.lucks
    of_all = "" if until else f" of {trials:,}"
    notes = [f"{done:,}{of_all} trials a cell were there already."] if done else []
    if damaged:
        notes.append(f"{len(damaged)} damaged parts were set aside in {folder / 'damaged'} and played again.")
    following = dict(pairwise((*todo, parts.total)))
    with closing(how(parts, todo)) as kept:
        for number in kept:
            if parts.failures([number]):
                failures.write_failures(folder, failures.failures_table(parts.failures(parts.numbers())))
            done += parts.worlds_of([number]) * experiment.lucks
            whole = following[number]
            enough = ends()
            if progress:
                ahead = max(watch.needed(), done + parts.block_worlds * experiment.lucks) if until else trials
                progress(done * cells, (done if enough else min(ahead, trials)) * cells)
            if enough:
                break
    played = min(experiment.trials, whole * parts.block_worlds * experiment.lucks) if until else experiment.trials
    return (*notes, *watch.told()), played
