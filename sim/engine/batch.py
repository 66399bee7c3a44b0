"""The batch engine: blocks of worlds, every cell of an experiment on the same luck.

A cell is (start, worldview, policy). A block plays a range of worlds through all cells, so that what has been done
so far is balanced at any moment. Results depend on the key of each trial only: not on blocks, workers or order.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import setup
from sim.model import codes, draws, month, outcomes, state
from sim.model.compiled import COMPILED, kernel, rule
from sim.scenario.values import loss

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Policy, Start

Cell = tuple[str, str, str]
NO_SHARE = 255  # stands in a record for a share that cannot be: `sim.results.failures` sets such trials apart


@dataclass(frozen=True)
class Block:
    """The trials of a range of worlds: `records[cell][trial]`, `parameters[worldview][world, parameter]`,
    and `rung_counts[cell][month, track, rung]`, whose last rung counts trials in which Taiwan has fallen before."""

    first_world: int
    worlds: int
    records: dict[Cell, np.ndarray]
    parameters: dict[str, np.ndarray]
    rung_counts: dict[Cell, np.ndarray]


@rule
def play_trial(w: Any, p: Any, c: Any, counts: Any) -> None:
    """Play one trial to its end; add the highest rung of each month and track to `counts`."""
    month.begin(w, p, c)
    parts = round(1 / c.step)
    high = [0, 0, 0, 0]
    for step in range(round(c.months)):
        fallen = w.over == 1
        for track in range(4):
            high[track] = 0
        for _ in range(parts):
            if w.over == 0:
                month.play(w, p, c)
                for track in range(4):
                    if w.month_high[track] > high[track]:
                        high[track] = w.month_high[track]
        for track in range(4):
            counts[step, track, codes.FALLEN if fallen else high[track]] += 1
    month.finish(w, p, c)


@kernel
def play_block(c: Any, parameters: Any, scratch: Any, first_world: int, lucks: int, out: Any, counts: Any) -> None:
    """Play `lucks` trials in each world; `scratch` holds two blank records, `out[trial, column]` is filled."""
    for row in range(len(parameters)):
        for luck in range(lucks):
            scratch[1] = scratch[0]
            w = scratch[1]
            w.world, w.luck = first_world + row, luck + 1
            play_trial(w, parameters[row], c, counts)
            outcomes.write(w, c, out[row * lucks + luck])


def to_records(exp: Experiment, out: np.ndarray, first_world: int) -> np.ndarray:
    """`out[trial, column]` and losses as a structured array with its key: shares as 0/1 bytes, the rest as float64.

    A share that is neither 0 nor 1 does not fit a byte, and becomes `NO_SHARE`.
    """
    lucks = exp.lucks
    kinds = [(name, "u1" if name in outcomes.SHARES else "f8") for name in outcomes.COLUMNS]
    kinds += [(entry.outcome + ending, "f8") for ending in ("", "_compensator") for entry in exp.values]
    made = np.empty(len(out), [("world", "i8"), ("luck", "i8"), *kinds])
    made["world"] = first_world + np.arange(len(out)) // lucks
    made["luck"] = np.arange(len(out)) % lucks
    for column, name in enumerate(outcomes.COLUMNS):
        values = out[:, column]
        made[name] = np.where((values == 0) | (values == 1), values, NO_SHARE) if name in outcomes.SHARES else values
    for entry in exp.values:
        for ending in ("", "_compensator"):
            made[entry.outcome + ending] = loss(
                entry, exp.catalogue.outcomes, lambda name: made[name].astype(np.float64), compensated=bool(ending)
            )
    return made


def play_cell(
    exp: Experiment, policy: Policy, start: Start, parameters: np.ndarray, first_world: int
) -> tuple[np.ndarray, np.ndarray]:
    """Play a cell's trials in the worlds of `parameters[world, parameter]`: their records and rung counts."""
    c = setup.setting(exp, policy, start)
    names = tuple(exp.catalogue.parameters)
    p = np.ascontiguousarray(parameters).view(state.parameters_dtype(names)).reshape(-1)
    trials = len(p) * exp.lucks
    out = np.empty((trials, len(outcomes.COLUMNS)))
    counts = np.zeros((exp.months, 4, 8), np.int64)
    if COMPILED:
        scratch = np.zeros(2, state.world_dtype(len(exp.catalogue.levers)))
        play_block(c[0], p, scratch, first_world, exp.lucks, out, counts)
    else:
        play_plainly(c, p, first_world, exp, out, counts)
    return to_records(exp, out, first_world), counts


def play_plainly(c: np.ndarray, p: np.ndarray, first_world: int, exp: Experiment, out: Any, counts: Any) -> None:
    """What `play_block` does, for plain Python."""
    place = state.record(c.dtype, c[0])
    for row in range(len(p)):
        nature = state.record(p.dtype, p[row])
        for luck in range(exp.lucks):
            w = state.record(state.world_dtype(len(exp.catalogue.levers)))
            w.world, w.luck = first_world + row, luck + 1
            play_trial(w, nature, place, counts)
            outcomes.write(w, place, out[row * exp.lucks + luck])


def workers_here() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def blocks(
    exp: Experiment, *, workers: int | None = None, block_worlds: int = 1000, numbers: Iterable[int] | None = None
) -> Generator[Block, None, None]:
    """Play the experiment, yielding blocks in order of worlds; closing the iterator stops the work.

    `numbers` are the blocks to play, in this order: block n begins with world n * block_worlds. By default all.

    >>> import sim
    >>> exp = sim.load("debate", trials=20)
    >>> [block.worlds for block in blocks(exp, block_worlds=15)]
    [15, 5]
    """
    worlds = exp.trials // exp.lucks
    firsts = range(0, worlds, block_worlds) if numbers is None else [number * block_worlds for number in numbers]
    pool = ThreadPoolExecutor(workers or workers_here())
    waiting: list[tuple[int, dict[str, np.ndarray], dict[Cell, Future[Any]]]] = []

    def submit(first: int) -> None:
        count = min(block_worlds, worlds - first)
        drawn = {view.name: draws.parameters(exp, view, first, count) for view in exp.worldviews}
        played = {
            (start.name, view.name, policy.name): pool.submit(play_cell, exp, policy, start, drawn[view.name], first)
            for start in exp.starts for view in exp.worldviews for policy in exp.policies
        }  # fmt: skip
        waiting.append((first, drawn, played))

    try:
        todo = iter(firsts)
        for first in [*zip(range(2), todo, strict=False)]:
            submit(first[1])
        while waiting:
            first_world, drawn, played = waiting.pop(0)
            done = {cell: future.result() for cell, future in played.items()}
            upcoming = next(todo, None)
            if upcoming is not None:
                submit(upcoming)
            yield Block(
                first_world, len(next(iter(drawn.values()))), {cell: one[0] for cell, one in done.items()},
                drawn, {cell: one[1] for cell, one in done.items()},
            )  # fmt: skip
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
