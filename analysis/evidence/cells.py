"""The bench on which measures are taken: cells are played when they are first asked for, and then kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from analysis.evidence.chronicle import Chronicle, chronicle
from sim.engine import batch
from sim.scenario import loader
from sim.statistics import intervals
from sim.statistics.intervals import Floats, Interval

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

KEPT = 48  # cells in memory at a time


class At(NamedTuple):
    """A cell of an experiment, and what is changed in it."""

    start: str
    worldview: str
    policy: str
    experiment: str = "debate"
    changes: tuple[str, ...] = ()
    months: int | None = None
    step_months: float | None = None


class Lab:
    """Plays cells and tells chronicles, `trials` a cell; a chronicle, being slow, has a fifth of them.

    `changes` (KEY=VALUE) are laid over every experiment, `load` makes them, as `sim.load` does; `record` has the dates
    of what happened.
    """

    def __init__(
        self,
        trials: int,
        changes: Sequence[str] = (),
        load: Callable[..., Experiment] = loader.load,
        record: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.trials, self.changes, self.load, self.record = trials, [*changes], load, record or {}
        self.cell = lru_cache(KEPT)(self._cell)
        self.told = lru_cache(KEPT)(self._told)

    def experiment(self, at: At, share: float = 1.0) -> Experiment:
        """The experiment of one cell, with a share of the trials."""
        return self.load(
            at.experiment,
            starts=[at.start],
            worldviews=[at.worldview],
            policies=[at.policy],
            set_=[*at.changes, *self.changes],
            months=at.months,
            step_months=at.step_months,
            trials=max(100, round(self.trials * share)),
        )

    def _cell(self, at: At, share: float = 1.0) -> Any:
        """Every trial of a cell: a structured array, one row a trial."""
        return play(self.experiment(at, share))

    def _told(self, at: At) -> Chronicle:
        return chronicle(self.experiment(at, 0.2))

    def values(self, at: At, outcome: str) -> Floats:
        """An outcome in each trial: by its compensator, where it has one."""
        return values(self.cell(at), outcome)


def play(exp: Experiment) -> Any:
    """The records of an experiment of one cell."""
    return np.concatenate([next(iter(block.records.values())) for block in batch.blocks(exp)])


def values(rows: Any, outcome: str) -> Floats:
    """An outcome of some trials: by its compensator, where it has one."""
    name = f"{outcome}_compensator"
    return np.asarray(rows[name if name in rows.dtype.names else outcome], dtype=float)


def ratio_parts(above: Floats, below: Floats) -> Floats:
    """One number a trial whose mean is a ratio of two means, and whose spread is that of the ratio (its linear part).

    >>> ratio_parts(np.array([1.0, 2.0]), np.array([2.0, 4.0])).tolist()
    [0.5, 0.5]
    """
    middle = float(below.mean())
    if middle == 0:
        return np.empty(0)
    estimate = float(above.mean()) / middle
    return np.asarray(estimate + (above - estimate * below) / middle)


def mean(values: Floats) -> Interval:
    """The mean of one number a trial, with its 95 % interval; blank if there is none."""
    return intervals.block_mean(values) if values.size else intervals.BLANK


def ratio(above: Floats, below: Floats) -> Interval:
    """A ratio of two means over the same trials, with its 95 % interval; blank where there is nothing below."""
    return mean(ratio_parts(above, below))


def changed(at: At, *changes: Sequence[str]) -> At:
    """The same cell with more changes laid over it."""
    return at._replace(changes=(*at.changes, *(change for some in changes for change in some)))
