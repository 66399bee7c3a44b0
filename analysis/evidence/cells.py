"""Cells in which the rows of validation.yaml are measured: each is played when it is first needed, and cached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from analysis.evidence.chronicle import Chronicle, chronicle
from sim.engine import batch
from sim.scenario import loader
from sim.scenario.experiment import Experiment
from sim.statistics import intervals
from sim.statistics.intervals import Floats, Interval

CACHED_CELLS = 48
CHRONICLE_SHARE = 0.2  # of the trials: a chronicle is played in plain Python, which is slow


class Cell(NamedTuple):
    """One start, worldview and policy of an experiment, with changes (KEY=VALUE, as after --set) laid over it."""

    start: str
    worldview: str
    policy: str
    experiment: str = "debate"
    changes: tuple[str, ...] = ()
    months: int | None = None
    step_months: float | None = None

    def with_changes(self, changes: Sequence[str]) -> Cell:
        """The same cell with more changes laid over it: a key that is set again has its new value.

        >>> Cell("2026", "self", "both", changes=("a=1", "b=1")).with_changes(["a=2"]).changes
        ('b=1', 'a=2')
        """
        keys = {change.partition("=")[0] for change in changes}
        kept = (change for change in self.changes if change.partition("=")[0] not in keys)
        return self._replace(changes=(*kept, *changes))


class Cells:
    """Plays cells with `trials` trials each; a chronicle has a fifth of them.

    `changes` (KEY=VALUE) are laid over every experiment; `load` builds experiments, as `sim.load` does; `record`
    holds the dates of recorded events.
    """

    def __init__(
        self,
        trials: int,
        changes: Sequence[str] = (),
        load: Callable[..., Experiment] = loader.load,
        record: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.trials, self.changes, self.load, self.record = trials, [*changes], load, record or {}
        self.records = lru_cache(CACHED_CELLS)(self._records)
        self.chronicle = lru_cache(CACHED_CELLS)(self._chronicle)

    def experiment(self, cell: Cell, share: float = 1.0) -> Experiment:
        """The experiment of one cell, with a share of the trials."""
        return self.load(
            cell.experiment,
            starts=[cell.start],
            worldviews=[cell.worldview],
            policies=[cell.policy],
            set_=[*cell.with_changes(self.changes).changes],
            months=cell.months,
            step_months=cell.step_months,
            trials=max(100, round(self.trials * share)),
        )

    def _records(self, cell: Cell, share: float = 1.0) -> Any:
        """Structured array[trial] of a cell's outcomes."""
        return play_cell(self.experiment(cell, share))

    def _chronicle(self, cell: Cell) -> Chronicle:
        return chronicle(self.experiment(cell, CHRONICLE_SHARE))

    def values(self, cell: Cell, outcome: str) -> Floats:
        """float[trial] of an outcome."""
        return outcome_values(self.records(cell), outcome)


def play_cell(exp: Experiment) -> Any:
    """Structured array[trial] of the outcomes of an experiment with one cell."""
    return np.concatenate([next(iter(block.records.values())) for block in batch.blocks(exp)])


def outcome_values(records: Any, outcome: str) -> Floats:
    """float[trial] of an outcome, or of its compensator where it has one."""
    name = f"{outcome}_compensator"
    return np.asarray(records[name if name in records.dtype.names else outcome], dtype=float)


def linearize_ratio(numerator: Floats, denominator: Floats) -> Floats:
    """float[trial] whose mean is the ratio of two means, and whose spread is that of the ratio.

    Near the means n and d of its parts, the ratio r = n / d changes by (dn - r dd) / d (the delta method). So each
    trial contributes r + (its numerator - r times its denominator) / d, and the interval of the mean of these
    contributions is an interval of the ratio. The result is empty where the denominator's mean is 0.

    >>> linearize_ratio(np.array([1.0, 2.0]), np.array([2.0, 4.0])).tolist()
    [0.5, 0.5]
    """
    mean = float(denominator.mean())
    if mean == 0:
        return np.empty(0)
    ratio = float(numerator.mean()) / mean
    return np.asarray(ratio + (numerator - ratio * denominator) / mean)


def interval_of_mean(values: Floats) -> Interval:
    """The mean over trials with its 95 % interval; blank if there are no values."""
    return intervals.interval_of_mean(values) if values.size else intervals.BLANK


def interval_of_ratio(numerator: Floats, denominator: Floats) -> Interval:
    """The ratio of two means over the same trials with its 95 % interval; blank if the denominator's mean is 0."""
    return interval_of_mean(linearize_ratio(numerator, denominator))
