"""Two runs compared: how far each policy, and each contrast between policies, differs between two experiments."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.results import tables
from sim.statistics import intervals
from sim.statistics.intervals import Floats, Interval

if TYPE_CHECKING:
    from sim.results.result import Result

COLUMNS = ["start", "worldview", "outcome", "policy_a", "policy_b", "experiment_a", "estimate_a", "low_a", "high_a",
           "experiment_b", "estimate_b", "low_b", "high_b", "difference", "low", "high", "paired"]  # fmt: skip


def compare_runs(a: Result, b: Result) -> pd.DataFrame:
    """Compare the policies and the contrasts that two runs share, on the primary outcomes.

    Parameters
    ----------
    a, b
        Results of two experiments; worldviews, starts and policies count as shared if their names are equal.

    Returns
    -------
    pandas.DataFrame
        One row for each start, worldview, outcome and policy (`policy_b` is empty) or contrast (`policy_a` minus
        `policy_b`): the estimate in each experiment with its 95 % interval, in the outcome's unit, then `difference`
        (experiment a minus experiment b) with its interval. It is `paired`, world by world, where both runs met the
        same worlds and luck; otherwise the runs count as independent.

    Examples
    --------
    >>> import sim
    >>> few = {"policies": ["both", "status_quo"], "worldviews": ["neutral"], "starts": ["2026"], "trials": 100}
    >>> runs = [sim.run(sim.load("debate", set_=[f"us_intervenes_prob={p}"], **few)) for p in (0.9, 0.1)]
    >>> rows = compare_runs(*runs)
    >>> bool(rows["paired"].all()), sorted(set(rows["policy_a"]))
    (True, ['both', 'status_quo'])
    """
    shared_cells, contrasts = set(tables.cells(b.experiment)), tables.shown_contrasts(b.experiment)
    known = b.experiment.catalogue.outcomes
    outcomes = [name for name, outcome in a.experiment.catalogue.outcomes.items()
                if outcome.primary and not outcome.given and name in known]  # fmt: skip
    starts, worldviews, policies = tables.axes(a.experiment)
    compared = [(policy, "") for policy in policies]
    compared += [pair for pair in tables.shown_contrasts(a.experiment) if pair in contrasts]
    rows = []
    for start, worldview, outcome, (first, second) in product(starts, worldviews, outcomes, compared):
        if (start, worldview, first) not in shared_cells:
            continue
        both = [_by_world(result, (start, worldview), (first, second), outcome) for result in (a, b)]
        paired = _same_worlds(a, b, (start, worldview, first))
        estimates = [(result.experiment.name, *intervals.interval_over_worlds(values))
                     for result, values in zip((a, b), both, strict=True)]  # fmt: skip
        difference = _paired(*both) if paired else _independent(*both)
        rows.append((start, worldview, outcome, first, second, *estimates[0], *estimates[1], *difference, paired))
    return pd.DataFrame(rows, columns=COLUMNS)


def _by_world(result: Result, at: tuple[str, str], policies: tuple[str, str], outcome: str) -> Floats:
    """Return the outcome of a policy, or the difference between two, in each world."""
    values = [tables.read_outcome(result.experiment, result.records, (*at, policy), outcome, None).values
              for policy in policies if policy]  # fmt: skip
    return values[0] - values[1] if len(values) == 2 else values[0]


def _same_worlds(a: Result, b: Result, cell: tuple[str, str, str]) -> bool:
    """Return whether two runs played the same worlds with the same luck: then one is the other's twin."""
    if a.experiment.seed != b.experiment.seed:
        return False
    return all(np.array_equal(a.records[cell][name], b.records[cell][name]) for name in ("world", "luck"))


def _paired(a: Floats, b: Floats) -> Interval:
    """Return the difference in the same worlds; exactly 0 if both runs are the same in every world."""
    if np.array_equal(a, b):
        return Interval(0.0, 0.0, 0.0)
    return intervals.interval_over_worlds(a - b)


def _independent(a: Floats, b: Floats) -> Interval:
    """Return the difference of two independent means; on each side, the squares of their widths add up (MOVER)."""
    (mean_a, low_a, high_a), (mean_b, low_b, high_b) = (intervals.interval_over_worlds(values) for values in (a, b))
    if mean_a is None or mean_b is None or low_a is None or low_b is None or high_a is None or high_b is None:
        return Interval(float(a.mean() - b.mean()), None, None)
    difference = mean_a - mean_b
    below, above = math.hypot(mean_a - low_a, high_b - mean_b), math.hypot(high_a - mean_a, mean_b - low_b)
    return Interval(difference, difference - below, difference + above)
