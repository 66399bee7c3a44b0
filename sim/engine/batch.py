"""The batch engine: blocks of worlds, every cell of an experiment on the same luck.

A cell is (start, worldview, policy). A block plays a range of worlds through all cells, so that the
trials so far are balanced at any moment. Results depend on the key of each trial only: not on blocks, workers or order.
"""

from __future__ import annotations

import itertools
import math
import os
import sys
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import setup
from sim.errors import RuleError
from sim.model import codes, compiled, draws, month, outcomes, trace
from sim.model.compiled import is_compiled, kernel, twin
from sim.model.records import blank_state, parameter_records, plain_record, state_dtype
from sim.model.state import Parameters, Setting, State
from sim.scenario.values import loss
from sim.translate.kernel import Kernel

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Policy, Start

Cell = tuple[str, str, str]
CHECKED_TRIALS = 10
NO_SHARE = 255  # in a record, an impossible share: `sim.results.failures` sets such trials apart


@dataclass(frozen=True)
class Block:
    """The trials of a range of worlds: `records[cell][trial]`, `parameters[worldview][world, parameter]`,
    and `rung_counts[cell][month, track, rung]`, whose last rung counts trials in which Taiwan has fallen before."""

    first_world: int
    worlds: int
    records: dict[Cell, np.ndarray]
    parameters: dict[str, np.ndarray]
    rung_counts: dict[Cell, np.ndarray]


def play_trial(state: State, params: Parameters, setting: Setting, counts: Any) -> None:
    """Play one trial to its end; add the highest rung of each month and track to `counts`."""
    month.begin(state, params, setting)
    parts = round(1 / setting.step)
    high = [0, 0, 0, 0]  # by track
    for number in range(round(setting.months)):
        fallen = state.over == 1
        for track in range(len(high)):
            high[track] = 0
        for _ in range(parts):
            if state.over == 0:
                month.play(state, params, setting)
                for track in range(len(high)):
                    if state.month_high[track] > high[track]:
                        high[track] = state.month_high[track]
        for track in range(len(high)):
            counts[number, track, codes.FALLEN if fallen else high[track]] += 1
    month.finish(state, params, setting)


@kernel
def play_block(settings: Any, worlds: Any, scratch: Any, first_world: int, lucks: int, out: Any, counts: Any) -> None:
    """Play `lucks` trials in each world, in the cell of `settings[0]`.

    `scratch` holds two blank records, `out[trial, column]` is filled.
    """
    setting = settings[0]
    for row in range(len(worlds)):
        for luck in range(lucks):
            scratch[1] = scratch[0]
            state = scratch[1]
            state.world, state.luck = first_world + row, luck + 1
            play_trial(state, worlds[row], setting, counts)
            outcomes.write(state, out[row * lucks + luck])


def play_plain_block(
    settings: np.ndarray, worlds: np.ndarray, levers: int, first_world: int, lucks: int, out: Any, counts: Any
) -> None:
    """What `play_block` does, for plain Python."""
    plain_setting = plain_record(Setting, settings[0])
    for row, world in enumerate(worlds):
        params = plain_record(Parameters, world)
        for luck in range(lucks):
            state = blank_state(levers, first_world + row, luck + 1)
            play_trial(state, params, plain_setting, counts)
            outcomes.write(state, out[row * lucks + luck])


@dataclass(frozen=True, eq=False)
class Agents:
    """The kernel with the methods of agents where the rules of the actors stand, as `read_agents` makes it."""

    play_block: Any
    play_plain_block: Any


def read_agents(agents: Mapping[str, type] | None) -> Agents | None:
    """Read agents as they are now: a class that is changed later is read again by the next run.

    Raises QuestionError as `sim.engine.mesa_model.check_agents`.
    """
    if not agents:
        return None
    from sim.engine.mesa_model import AGENTS, CheckedAgent, check_agents, order_of_play

    check_agents(agents)
    # Compiled rules need no Mesa model around the agents, so nothing is set up.
    actors: dict[str, Any] = {name: object.__new__(agent) for name, agent in {**AGENTS, **agents}.items()}
    if not is_compiled():
        actors = {name: CheckedAgent(agent, math.inf, limit_loops=True) for name, agent in actors.items()}
    functions = twin(sys.modules[__name__], month=order_of_play(**actors))
    block = Kernel(functions.play_block, dropped=(trace.note,)) if is_compiled() else functions.play_block
    return Agents(block, functions.play_plain_block)


def play_cell(
    exp: Experiment,
    policy: Policy,
    start: Start,
    parameters: np.ndarray,
    first_world: int,
    agents: Agents | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Play a cell's trials in some worlds.

    Parameters
    ----------
    parameters : float[world, parameter]
        What the worlds are like, in the catalogue's order; the first row is world `first_world`.
    agents
        As `read_agents` gives them.

    Returns
    -------
    records : structured array[trial]
        As `to_records` makes them.
    counts : int64[month, track, rung]
        Trials by the highest rung of the month.

    Raises
    ------
    RuleError
        Where a rule divides by zero; it names the rule's line and the trial.
    NotInSubset
        For a rule or an agent's method that cannot be translated.
    """
    play: Any = agents or sys.modules[__name__]
    settings = setup.build_setting(exp, policy, start)
    worlds, levers = parameter_records(parameters, list(exp.catalogue.parameters)), len(exp.catalogue.levers)
    out = np.empty((len(worlds) * exp.lucks, len(outcomes.COLUMNS)))
    counts = np.zeros((exp.months, len(codes.TRACKS), codes.FALLEN + 1), np.int64)
    scratch = np.zeros(2, state_dtype(levers))
    given = settings, worlds, scratch, first_world, exp.lucks, out, counts
    is_new = is_compiled() and not play.play_block.is_kept(*given)
    try:
        if is_compiled():
            play.play_block(*given)
        else:
            play.play_plain_block(settings, worlds, levers, first_world, exp.lucks, out, counts)
    except (ZeroDivisionError, IndexError, RuleError) as fault:
        where = f"{_first_fault(play, given, levers)}, seed {exp.seed}, policy {policy.name}, start {start.name}"
        raise RuleError(f"{fault} ({where})") from None
    if is_new and not agents and not _is_right(given, levers):
        compiled.fall_back()
        return play_cell(exp, policy, start, parameters, first_world)
    return to_records(exp, out, first_world), counts


def _first_fault(play: Any, given: tuple[Any, ...], levers: int) -> str:
    """The first trial in which a rule fails, found by playing one at a time."""
    settings, worlds, scratch, first_world, lucks, out, counts = given
    for row in range(len(worlds)):
        few = worlds[row : row + 1]
        try:
            if is_compiled():
                play.play_block(settings, few, scratch, first_world + row, lucks, out, counts)
            else:
                play.play_plain_block(settings, few, levers, first_world + row, lucks, out, counts)
        except (ZeroDivisionError, IndexError, RuleError):
            luck = int(scratch[1]["luck"]) - 1 if is_compiled() else 0
            return f"trial {(first_world + row) * lucks + luck}"
    return "no single trial"


def _is_right(given: tuple[Any, ...], levers: int) -> bool:
    """Whether new machine code gives what plain Python gives, to the last bit, in the first ten trials."""
    settings, worlds, _, first_world, lucks, out, counts = given
    few = worlds[: max(CHECKED_TRIALS // lucks, 1)]
    plain = np.empty((len(few) * lucks, out.shape[1]))
    play_plain_block(settings, few, levers, first_world, lucks, plain, np.zeros_like(counts))
    return bool(np.array_equal(plain, out[: len(plain)], equal_nan=True))


def to_records(exp: Experiment, out: np.ndarray, first_world: int) -> np.ndarray:
    """`out[trial, column]` and losses as a structured array with its key: shares as 0/1 bytes, the rest as float64.

    A share that is neither 0 nor 1 does not fit a byte, and becomes `NO_SHARE`.
    """
    lucks = exp.lucks
    types = [(name, "u1" if name in outcomes.SHARES else "f8") for name in outcomes.COLUMNS]
    types += [(entry.outcome + ending, "f8") for ending in ("", "_compensator") for entry in exp.values]
    records = np.empty(len(out), [("world", "i8"), ("luck", "i8"), *types])
    records["world"] = first_world + np.arange(len(out)) // lucks
    records["luck"] = np.arange(len(out)) % lucks
    for column, name in enumerate(outcomes.COLUMNS):
        values = out[:, column]
        share = name in outcomes.SHARES
        records[name] = np.where((values == 0) | (values == 1), values, NO_SHARE) if share else values
    for entry in exp.values:
        for ending in ("", "_compensator"):
            records[entry.outcome + ending] = loss(
                entry, exp.catalogue.outcomes, lambda name: records[name].astype(np.float64), compensated=bool(ending)
            )
    return records


def workers_here() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def blocks(
    exp: Experiment,
    *,
    workers: int | None = None,
    block_worlds: int = 1000,
    numbers: Iterable[int] | None = None,
    agents: Agents | None = None,
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
        drawn = {view.name: draws.draw_parameters(exp, view, first, count) for view in exp.worldviews}
        played = {
            (start.name, view.name, policy.name): pool.submit(
                play_cell, exp, policy, start, drawn[view.name], first, agents)
            for start in exp.starts for view in exp.worldviews for policy in exp.policies
        }  # fmt: skip
        waiting.append((first, drawn, played))

    try:
        upcoming = iter(firsts)
        for first in itertools.islice(upcoming, 2):
            submit(first)
        while waiting:
            first_world, drawn, played = waiting.pop(0)
            finished = {cell: future.result() for cell, future in played.items()}
            for first in itertools.islice(upcoming, 1):
                submit(first)
            yield Block(
                first_world, len(next(iter(drawn.values()))), {cell: trials for cell, (trials, _) in finished.items()},
                drawn, {cell: counts for cell, (_, counts) in finished.items()},
            )  # fmt: skip
    except KeyboardInterrupt:
        play_block.stop()  # a kernel does not hear of Ctrl-C
        if agents and is_compiled():
            agents.play_block.stop()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
