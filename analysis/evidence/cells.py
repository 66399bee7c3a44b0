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


def interval_of_level(values: Floats) -> Interval:
    """The mean over trials (float[trial]) with its 95 % interval; blank if there are no values.

    A share that is counted has Wilson's interval, also where nothing happened. Other limits are blank where fewer than
    ten trials have an event.

    >>> [round(limit, 4) for limit in interval_of_level(np.zeros(400))]
    [0.0, 0.0, 0.0095]
    >>> interval_of_level(np.repeat([0.0, 7.5], [399, 1])).low is None
    True
    """
    if not values.size:
        return intervals.BLANK
    if np.isin(values, (0, 1)).all():
        return intervals.interval_of_share(values.reshape(-1, 1))
    return intervals.interval_over_worlds(values)


def interval_of_difference(first: Floats, second: Floats) -> Interval:
    """The mean paired difference over trials, first minus second, with its 95 % interval.

    Shares that are counted have Tango's. Other differences are exactly 0 if no trial differs; their limits are blank if
    fewer than ten do.

    >>> interval_of_difference(np.repeat([0.0, 0.5], [399, 1]), np.zeros(400)).low is None
    True
    """
    if np.isin([first, second], (0, 1)).all():
        return intervals.interval_of_share_difference(first.reshape(-1, 1), second.reshape(-1, 1))
    return intervals.interval_over_blocks(first - second)


def interval_of_ratio(numerator: Floats, denominator: Floats) -> Interval:
    """The ratio of two means over the same trials with its 95 % interval; blank if the denominator's mean is 0.

    Limits are blank where fewer than ten trials make the numerator, or separate it from a multiple of the denominator.

    >>> interval_of_ratio(np.repeat([0.0, 1.0], [395, 5]), np.ones(400))
    Interval(estimate=0.0125, low=None, high=None)
    """
    ratio = intervals.linearise_ratio(numerator, denominator)
    if not ratio.size:
        return intervals.BLANK
    return intervals.interval_over_worlds(ratio, events=min(map(intervals.count_events, (numerator, ratio))))
