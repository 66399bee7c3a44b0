"""The batch engine: blocks of worlds, every cell of an experiment on the same luck.

A cell is (start, worldview, policy). A block plays a range of worlds through all cells, so that what has been done
so far is balanced at any moment. Results depend on the key of each trial only: not on blocks, workers or order.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import draws, month, outcomes, world
from sim.compiled import COMPILED, kernel, rule, twin
from sim.effects import levers as effects_levers
from sim.values import loss

if TYPE_CHECKING:
    from sim.scenario import Experiment, LeverLevel, Policy, Start

Cell = tuple[str, str, str]
NO_SHARE = 255  # stands in a record for a share that cannot be: `sim.storing.failures` sets such trials apart


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
            counts[step, track, world.FALLEN if fallen else high[track]] += 1
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


def setting(exp: Experiment, policy: Policy, start: Start) -> np.ndarray:
    """A cell's record: what the start, the policy and the switches set (see `sim.world.setting_dtype`), length 1.

    Levers and scripted events are keyed by name and stand in the order of their names, so that the order of a file,
    or a lever that nobody uses, changes no trial.
    """
    levers = exp.catalogue.lever_rows
    made = np.zeros(1, world.setting_dtype(len(levers)))
    c = made[0]
    c["step"], c["years"], c["months"], c["seed"] = exp.step_months, exp.step_months / 12, exp.months, exp.seed
    c["start_rung"] = [start.quantities[f"{target}_{domain}_rung"] for target, domain, _ in world.TRACKS]
    c["start_months"] = [start.quantities[f"{target}_{domain}_months"] for target, domain, _ in world.TRACKS]
    for name, value in start.quantities.items():
        if name in c.dtype.names:
            c[name] = value
    for name, on in exp.switches.items():
        c["on_" + name] = float(on)
    reference = exp.reference.quantities
    c["reference_hope"], c["reference_trade"] = reference["hope"], reference["japan_trade_share"]
    c["when_coerced"] = world.WHEN_COERCED.index(policy.when_coerced)
    for i, lever in enumerate(levers):
        c["package"][i] = world.PACKAGES.index(lever.package)
        c["first_step_key"][i] = draws.key_of(f"first step {lever.name}")
        c["needs_us"][i], c["needs_taiwan"][i] = "us" in lever.consent, "taiwan" in lever.consent
        for name in ("official", "combat", "signal_share", "capability_share", "incident_exposure",
                     "adoption_ratio", "steps_per_year"):  # fmt: skip
            c[name][i] = getattr(lever, name)
        now, goal = start.levers[lever.name], policy.target(lever.name, start)
        c["start_depth"][i], c["start_openness"][i] = now.depth, now.openness
        c["goal_depth"][i], c["goal_openness"][i] = goal.depth, goal.openness
        if goal != now:
            c["from_month"][i] = policy.levers[lever.name].from_month
            c["ramp_months"][i] = max(policy.levers[lever.name].ramp_months, 1e-6)
            c["moved"][c["moves"]] = i
            c["moves"] += 1
    c["scripted"] = len(exp.events)
    before: Counter[str] = Counter()
    for number, scripted in enumerate(sorted(exp.events, key=lambda one: (one.month, one.event))):
        name = f"{scripted.event} in month {scripted.month:g}"
        c["scripted_event"][number] = world.SCRIPTED.index(scripted.event)
        c["scripted_month"][number] = scripted.month
        c["scripted_key"][number] = draws.key_of(f"{name}, {before[name]}")
        before[name] += 1
    for prefix, place in (("base_", start), ("reference_", exp.reference)):
        for name, value in vars(amounts(c, [place.levers[lever.name] for lever in levers])).items():
            c[prefix + name] = value
    return made


def amounts(c: np.void, levels: Sequence[LeverLevel]) -> SimpleNamespace:
    """What a setting's levers amount to at these levels, under the names of `sim.world.SUMS`."""
    total = SimpleNamespace(**dict.fromkeys(world.SUMS, 0.0))
    place, add = world.record(c.dtype, c), twin(effects_levers).add
    for i, level in enumerate(levels):
        seen = level.depth * level.openness
        add(total, place, i, level.depth, seen, seen)
    return total


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
    c = setting(exp, policy, start)
    names = tuple(exp.catalogue.parameters)
    p = np.ascontiguousarray(parameters).view(world.parameters_dtype(names)).reshape(-1)
    trials = len(p) * exp.lucks
    out = np.empty((trials, len(outcomes.COLUMNS)))
    counts = np.zeros((exp.months, 4, 8), np.int64)
    if COMPILED:
        scratch = np.zeros(2, world.world_dtype(len(exp.catalogue.levers)))
        play_block(c[0], p, scratch, first_world, exp.lucks, out, counts)
    else:
        play_plainly(c, p, first_world, exp, out, counts)
    return to_records(exp, out, first_world), counts


def play_plainly(c: np.ndarray, p: np.ndarray, first_world: int, exp: Experiment, out: Any, counts: Any) -> None:
    """What `play_block` does, for plain Python."""
    place = world.record(c.dtype, c[0])
    for row in range(len(p)):
        nature = world.record(p.dtype, p[row])
        for luck in range(exp.lucks):
            w = world.record(world.world_dtype(len(exp.catalogue.levers)))
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
