"""A made-up experiment and its blocks, of known numbers, and what tests of intervals share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.results import result as results
from sim.results import tables
from sim.results.result import Result
from sim.scenario.catalogue import Contrast
from sim.scenario.experiment import Experiment
from sim.statistics.intervals import Interval

CHANCES = {"status_quo": 0.30, "direct_ties": 0.20, "twin": 0.30, "both": 0.25}


def outcome(unit: str, better: str, margin: float = 0.005, **more: Any) -> SimpleNamespace:
    entry = {"primary": False, "compensator": False, "quantiles": (), "given": None}
    return SimpleNamespace(unit=unit, better=better, margin=margin, **(entry | more))


OUTCOMES = {
    "force": outcome("share", "low", primary=True, compensator=True),
    "crisis": outcome("share", "low"),
    "holds": outcome("share", "high", primary=True),
    "loss_pct": outcome("% of GDP", "low", 0.05, primary=True, compensator=True, quantiles=(0.5, 0.9)),
    "months_to_force": outcome("months", "none", 1.0, given="force"),
    "mood": outcome("ratio", "none", 0.02),
}


def named(*names: str) -> tuple[SimpleNamespace, ...]:
    return tuple(SimpleNamespace(name=name) for name in names)


class Parameters(dict[str, Any]):
    """Two parameters; the bounds of any other can be asked for too."""

    def __missing__(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(bounds=(0.5, 60.0))


@dataclass(frozen=True)
class MadeUp:
    """What tables and folders read of an experiment."""

    trials: int
    lucks: int
    seed: int
    chances: dict[str, float]
    months = 120
    starts = named("2026")
    worldviews = named("self", "neutral")
    values = ()
    contrasts = tuple(Contrast((name, "status_quo")) for name in ("direct_ties", "twin", "both"))
    catalogue = SimpleNamespace(
        outcomes=OUTCOMES,
        parameters=Parameters(edge=None, cost=None),
    )

    @property
    def policies(self) -> tuple[SimpleNamespace, ...]:
        return named(*self.chances)

    def resolved(self) -> dict[str, Any]:
        return {**asdict(self), "files": {"debate.yaml": "0" * 64}}


def experiment(trials: int = 1_000, lucks: int = 1, seed: int = 7, **chances: float) -> Experiment:
    """Make an experiment in which each policy has this chance of force."""
    return cast(Experiment, MadeUp(trials, lucks, seed, chances or CHANCES))


def rows(exp: Any, policy: str, worldview: str) -> NDArray[Any]:
    """Trials of a policy: the same worlds and luck for all, force with a chance that depends on both."""
    worlds = exp.trials // exp.lucks
    rng = np.random.default_rng([exp.seed, len(worldview)])
    danger = np.repeat(rng.random(worlds), exp.lucks)
    luck = rng.random((2, worlds, exp.lucks)).reshape(2, -1)
    chance = exp.chances[policy] * 2 * danger
    names = [(name, "u1" if entry.unit == "share" else "f8") for name, entry in OUTCOMES.items()]
    names += [(name, "f8") for name in ("extra", "force_compensator", "loss_pct_compensator")]
    records = np.zeros(exp.trials, [("world", "i8"), ("luck", "i8"), *names])
    records["world"], records["luck"] = np.divmod(np.arange(exp.trials), exp.lucks)
    records["force"] = luck[0] < chance
    records["crisis"] = luck[1] < chance
    records["holds"] = ~records["force"].astype(bool)
    records["loss_pct"] = records["force"] * 4 * danger
    records["months_to_force"] = np.where(records["force"], 120 * luck[0], np.nan)
    records["mood"] = 0.5
    records["force_compensator"] = chance
    records["loss_pct_compensator"] = chance * 4 * danger
    records["extra"] = danger
    return records


def blocks(
    exp: Any, *, workers: int | None = None, block_worlds: int = 300, numbers: Iterable[int] | None = None
) -> Iterator[Any]:
    """As the engine gives them: in order of worlds, the last one short."""
    whole = {cell: rows(exp, cell[2], cell[1]) for cell in tables.cells(exp)}
    worlds = exp.trials // exp.lucks
    for number in range(-(-worlds // block_worlds)) if numbers is None else numbers:
        first = number * block_worlds
        size = min(block_worlds, worlds - first)
        part = slice(first * exp.lucks, (first + size) * exp.lucks)
        counts = np.zeros((3, 4, 8), np.int64)
        counts[:, :, 0] = size * exp.lucks
        counts[2, 3] = [0, 0, 0, 0, size * exp.lucks - size, 0, 0, size]
        yield SimpleNamespace(
            first_world=first,
            worlds=size,
            records={cell: of_cell[part] for cell, of_cell in whole.items()},
            parameters={w.name: np.arange(first, first + size)[:, None] + [0.0, 0.5] for w in exp.worldviews},
            rung_counts=dict.fromkeys(whole, counts),
        )


def played(exp: Experiment, block_worlds: int = 300) -> Result:
    """Gather the blocks of a made-up experiment."""
    return results.collect_blocks(exp, blocks(exp, block_worlds=block_worlds))


def one(frame: pd.DataFrame, **where: str) -> Any:
    """Take the only row of a table with these names."""
    for name, value in where.items():
        frame = frame[frame[name] == value]
    (place,) = frame.index
    return frame.loc[place]


def pair(frame: pd.DataFrame, outcome: str, a: str = "direct_ties", b: str = "status_quo") -> Any:
    """Take the row of a pair of policies under the worldview of Self."""
    return one(frame, outcome=outcome, policy_a=a, policy_b=b, worldview="self")


def of(result: Result, policy: str, column: str, worldview: str = "self") -> Any:
    """Read a column of a policy's trials, by default under the worldview of Self."""
    return result.records["2026", worldview, policy][column].astype(float)


def coverage_margin(reps: int, level: float = 0.95) -> float:
    """Four standard errors of a coverage simulated `reps` times."""
    return 4 * math.sqrt(level * (1 - level) / reps)


def covers(interval: Interval, truth: float) -> bool:
    """Whether an interval with both limits holds the truth."""
    return interval.low is not None and interval.high is not None and interval.low <= truth <= interval.high
