"""What happens inside the trials of a run: when the first events come, and how losses spread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.questions.compare import Cell, Levels

if TYPE_CHECKING:
    from sim.statistics.intervals import Floats

FIRST_EVENTS = {"months_to_first_crisis": "crisis", "months_to_first_force": "use_of_force"}  # column -> outcome
LOSSES = ("japan_gdp_loss_pct", "taiwan_gdp_loss_pct")
QUANTILES = {"median": 0.5, "1 in 10": 0.9, "1 in 20": 0.95, "1 in 100": 0.99}
FEWEST = 5  # trials that lose more: with fewer, such a quantile is one trial's luck


def event_curves(trials: pd.DataFrame, start: str, months: int) -> dict[Cell, Floats]:
    """Return the share of trials in which each first event has come by each month: float[month], from month 0.

    Nothing else ends the record of a trial, so the plain share is the Kaplan-Meier estimate.
    """
    curves: dict[Cell, Floats] = {}
    for (worldview, policy), rows in _cells(trials, start, FIRST_EVENTS):
        for column in FIRST_EVENTS:
            times = np.sort(rows[column].dropna().to_numpy(float))
            curves[worldview, policy, column] = np.searchsorted(times, np.arange(months + 1), side="right") / len(rows)
    return curves


def loss_spread(levels: Levels, trials: pd.DataFrame, start: str) -> dict[Cell, dict[str, float]]:
    """Return the mean of each loss in each cell, its median, and what one trial in so many exceeds.

    A quantile that fewer than `FEWEST` trials exceed is left out.
    """
    spread = {}
    for (worldview, policy), rows in _cells(trials, start, LOSSES):
        known = {name: q for name, q in QUANTILES.items() if len(rows) * (1 - q) > FEWEST - 1e-9}
        for name in LOSSES:
            tail = np.quantile(rows[name], list(known.values())).tolist()
            mean = levels[worldview, policy, name][0]
            spread[worldview, policy, name] = {"mean": mean, **dict(zip(known, tail, strict=True))}
    return spread


def _cells(trials: pd.DataFrame, start: str, columns: Iterable[str]) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Yield (worldview, policy) and these columns of its trials: a copy of one cell at a time."""
    keys = [trials[name] for name in ("worldview", "policy")]
    for cell in product(*(key.cat.categories for key in keys)):
        here = trials["start"] == start
        for key, entry in zip(keys, cell, strict=True):
            here &= key == entry
        if here.any():
            yield (str(cell[0]), str(cell[1])), trials.loc[here, [*columns]]
