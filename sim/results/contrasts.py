"""Which pairs of policies are compared, and what is said of one beyond the interval of its difference.

Values are one per world (the mean over its lucks), in the same worlds for both policies.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.statistics.intervals import LEVEL, Floats, Interval

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

ROUNDING = 1e-12  # in any unit: what varies by less does not vary
BAND_DRAWS = 100_000
ROWS = 10_000  # worked on at a time
BAND_KEY = 1998  # of the Philox generator behind the simultaneous band: the same draws every time


def shown(experiment: Experiment) -> list[tuple[str, str]]:
    """Give the pairs to show: the catalogue's own, then each other policy against the yardstick.

    Examples
    --------
    >>> import sim
    >>> shown(sim.load("debate", policies=["status_quo", "both"]))
    [('both', 'status_quo')]
    """
    names = [policy.name for policy in experiment.policies]
    declared = [(a, b) for a, b in experiment.catalogue.contrasts if a in names and b in names]
    base = yardstick(experiment)
    paired = {name for pair in declared for name in pair} | {base}
    return declared + [(name, base) for name in names if name not in paired]


def yardstick(experiment: Experiment) -> str:
    """Give the policy that most contrasts compare with, or else the experiment's first."""
    names = [policy.name for policy in experiment.policies]
    seconds = Counter(b for _, b in experiment.catalogue.contrasts if b in names)
    return seconds.most_common(1)[0][0] if seconds else names[0]


def band_level(differences: Floats, level: float = LEVEL, draws: int = BAND_DRAWS) -> float:
    """Level each of several intervals needs so that together they hold with `level` (single-step max-t).

    Parameters
    ----------
    differences
        float[world, contrast]: paired differences; a column that never varies is left out, since it cannot
        be missed.
    level
        Coverage of all together.
    draws
        Gaussian draws with the correlation of the differences, from a fixed key.

    Returns
    -------
    float
        2Φ(c) - 1, where c is the level's quantile of the largest absolute value; at least `level`. It serves
        Tango's and block intervals alike.

    Examples
    --------
    >>> same = np.tile(np.random.default_rng(0).normal(size=(500, 1)), 3)
    >>> round(band_level(same), 2)
    0.95
    """
    varying = np.flatnonzero(np.ptp(differences, axis=0) > ROUNDING)
    if varying.size < 2:
        return level
    values, vectors = np.linalg.eigh(_correlations(differences, varying))
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    drawn = root @ _normals(draws, root.shape[0])
    critical = float(np.quantile(np.abs(drawn, out=drawn).max(axis=0), level))
    return max(level, round(math.erf(critical / math.sqrt(2)), 6))  # the draws err by more than that


def _correlations(values: Floats, columns: NDArray[np.intp]) -> Floats:
    """Correlations of these columns, some rows at a time: a long run's would fill the memory several times over."""
    means = values.mean(axis=0)[columns]
    products = np.zeros((columns.size, columns.size))
    for first in range(0, len(values), ROWS):
        apart = values[first : first + ROWS, columns] - means
        products += apart.T @ apart
    spread = np.sqrt(np.diag(products))
    correlations: Floats = products / np.outer(spread, spread)
    return correlations


@functools.lru_cache(maxsize=2)
def _normals(draws: int, contrasts: int) -> Floats:
    drawn = np.random.Generator(np.random.Philox(key=BAND_KEY)).standard_normal((draws, contrasts))
    return np.ascontiguousarray(drawn.T)


def prob_better(a: Floats, b: Floats, better: str) -> float | None:
    """Share of worlds in which a does better than b, ties counted half; None where no direction is good.

    Examples
    --------
    >>> prob_better(np.array([0.0, 1.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0, 0.0]), "low")
    0.625
    """
    if better == "none":
        return None
    wins = np.count_nonzero(a < b if better == "low" else a > b)
    return float(wins + np.count_nonzero(a == b) / 2) / a.size


def variance_ratio(difference: Floats, apart: float) -> float | None:
    """How many times the trials two unpaired runs would need for the precision this pair has.

    `apart`, the variance of a + variance of b, over that of their difference, over worlds; None where that never
    varies.

    Examples
    --------
    >>> a, b = np.array([0.0, 2.0, 4.0]), np.array([0.0, 1.0, 2.0])
    >>> variance_ratio(a - b, a.var() + b.var())
    5.0
    """
    if np.ptp(difference) <= ROUNDING:
        return None
    return float(apart / difference.var())


def verdict(low: float | None, high: float | None, margin: float, better: str) -> str | None:
    """What an interval of a difference a - b says.

    Returns
    -------
    str or None
        `same within margin` if the interval lies wholly within plus and minus the margin; else `a better` or
        `b better` if it excludes 0; else `undecided`. Where no direction is good: `same within margin` or
        None. None too where there is no interval.

    Examples
    --------
    >>> verdict(-0.03, -0.01, margin=0.005, better="low")
    'a better'
    """
    if low is None or high is None:
        return None
    if -margin <= low and high <= margin:
        return "same within margin"
    if better == "none":
        return None
    if low <= 0 <= high:
        return "undecided"
    return "a better" if (low > 0) == (better == "high") else "b better"


def trials_needed(interval: Interval, margin: float, trials: int) -> float | None:
    """About how many trials would put a difference beyond the margin, or within it, if its estimate stays as it is.

    An interval shrinks with the square root of the trials. As many as there are, or fewer, mean that it is there
    already. None where there is no interval, or the difference is at the margin itself: no number of trials will do.

    Examples
    --------
    >>> trials_needed(Interval(0.010, 0.003, 0.017), margin=0.005, trials=10_000)
    19600.0
    >>> trials_needed(Interval(0.001, -0.001, 0.003), margin=0.005, trials=10_000)
    2500.0
    """
    difference, low, high = interval
    if difference is None or low is None or high is None or abs(difference) == margin:
        return None
    if abs(difference) > margin:
        ratio = (difference - low if difference > 0 else high - difference) / (abs(difference) - margin)
    else:
        ratio = max((high - difference) / (margin - difference), (difference - low) / (margin + difference))
    return float(math.ceil(round(trials * ratio * ratio, 6)))
