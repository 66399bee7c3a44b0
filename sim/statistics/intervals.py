"""Estimates with their intervals, as the tables of a result give them.

`level` is the coverage of an interval, between 0 and 1. Worlds are independent of each other; the lucks inside one
world are not, for they share everything that was drawn for it. So an interval rests on the spread between worlds,
never on the number of trials alone.

Few worlds, or few worlds in which anything happens, say too little of that spread. `interval_over_worlds` leaves the
limits blank then. `python -m tools selftest` measures how often each interval holds the truth (docs/calibration.md).
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, gammaincinv, stdtrit

Floats = NDArray[np.float64]

LEVEL = 0.95
BLOCKS = 1000  # into which a long column is summed: more add nothing
MIN_WORLDS = 30  # with fewer, means have no limits
FEW_EVENTS = 10  # worlds in which something happens: with fewer, means have no limits
ROUNDING = 1e-12  # in any unit: a difference or spread below this is rounding
FEW_COUNTED = 3  # events up to which a count's limits are widened


class Interval(NamedTuple):
    """An estimate between its lower and upper limit; None where a figure does not apply."""

    estimate: float | None
    low: float | None
    high: float | None


BLANK = Interval(None, None, None)


def reject_not_finite(name: str, values: Floats) -> None:
    """Reject a column that holds NaN or infinity.

    Raises
    ------
    ValueError
        It names the column and counts the rows at fault.

    Examples
    --------
    >>> reject_not_finite("crisis", np.array([0.0, np.nan, 1.0]))
    Traceback (most recent call last):
    ValueError: column crisis: 1 of 3 rows are not finite numbers
    """
    faults = values.size - int(np.count_nonzero(np.isfinite(values)))
    if faults:
        raise ValueError(f"column {name}: {faults} of {values.size} rows are not finite numbers")


def wilson_interval(successes: float, n: float, level: float = LEVEL) -> Interval:
    """Wilson's (1927) score interval for a share: it stays within 0 and 1 and is sound when nothing happened.

    >>> [round(limit, 4) for limit in wilson_interval(15, 148)]
    [0.1014, 0.0624, 0.1605]
    """
    z = _normal_quantile(level)
    low, high = _wilson_low(successes, n, z), 1 - _wilson_low(n - successes, n, z)
    return Interval(successes / n, low, high)


def _wilson_low(successes: float, n: float, z: float) -> float:
    """The lower root p of (successes / n - p)² = z² p (1 - p) / n: the share at which the score test just rejects."""
    spread = z * math.sqrt(z * z + 4 * successes * (1 - successes / n))
    return (2 * successes + z * z - spread) / (2 * (n + z * z))


def tango_interval(only_a: float, only_b: float, n: float, level: float = LEVEL) -> Interval:
    """Tango's (1998) score interval for the difference of two paired shares, a minus b.

    `only_a` and `only_b` count the pairs in which it happened under a alone, and under b alone; `n` counts all. It
    inverts the score test of each possible difference, so it needs no correction when few pairs, or none, are
    discordant: with none among n it is plus and minus z²/(n + z²).

    >>> [round(limit, 3) for limit in tango_interval(9, 3, 32)]
    [0.188, -0.027, 0.39]
    """
    z = _normal_quantile(level)
    low, high = -_tango_high(only_b, only_a, n, z), _tango_high(only_a, only_b, n, z)
    return Interval((only_a - only_b) / n, low, high)


def _tango_high(b: float, c: float, n: float, z: float) -> float:
    """Bisect, from the estimate up to 1, for the difference at which the score statistic reaches -z."""
    low, high = (b - c) / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        linear = (2 * n - b + c) * middle - b - c
        root = math.sqrt(max(linear * linear + 8 * n * c * middle * (1 - middle), 0.0))
        only_b_prob = (root - linear) / (4 * n)  # most likely, given that the difference is `middle`
        variance = n * (2 * only_b_prob + middle * (1 - middle))
        if (b - c - n * middle) ** 2 < z * z * variance:
            low = middle
        else:
            high = middle
    return high


def interval_of_mean(values: Floats, level: float = LEVEL) -> Interval:
    """Mean of independent values, with limits for skewed and heavy-tailed ones.

    Parameters
    ----------
    values
        float[world], the mean over each world's lucks; or float[block], of blocks of worlds.

    Returns
    -------
    Interval
        Without limits if there is one value only. It takes the values' spread as it finds it; `interval_over_worlds`
        leaves the limits blank where they say too little.

    Notes
    -----
    Each limit is the mean of two. The first is Student's, with the degrees of freedom of the variance, which are few if
    the values have heavy tails: 2n / (kurtosis - 1), at most n - 1 (Satterthwaite). The second is Hall's (1992), which
    transforms the statistic by the cubic that removes its skewness. Student's alone is too short on the side of a long
    tail; Hall's alone is too short where a few large values happen to lie on one side of a symmetric law.

    Examples
    --------
    >>> [round(limit, 3) for limit in interval_of_mean(np.array([1.0, 2.0, 3.0, 4.0]))]
    [2.5, 0.446, 4.554]
    >>> [round(limit, 3) for limit in interval_of_mean(np.array([0.0, 0.0, 0.0, 4.0]))]
    [1.0, -1.647, 7.691]
    """
    mean = float(values.mean())
    distances = sum_blocks(values - mean)
    n = distances.size
    if n == 1:
        return Interval(mean, None, None)
    squares = distances * distances
    variance = float(squares.mean())
    if variance == 0:
        return Interval(mean, mean, mean)
    student = float(stdtrit(_freedom(distances), (1 + level) / 2))
    skew = float((squares * distances).mean()) / variance**1.5 / math.sqrt(n)
    below = (student + _without_skew(student, skew)) / 2
    above = (student - _without_skew(-student, skew)) / 2
    error = math.sqrt(variance / (n - 1)) * n / values.size
    return Interval(mean, mean - below * error, mean + above * error)


def _freedom(distances: Floats) -> float:
    """Degrees of freedom of the variance of values, from their distances from their mean, which must not all be 0."""
    n, squares = distances.size, distances * distances
    kurtosis = float((squares * squares).mean() / squares.mean() ** 2)
    return min(2 * n / (kurtosis - 1), n - 1) if kurtosis > 1 else n - 1


def sum_blocks(values: Floats) -> Floats:
    """Sums over at most `BLOCKS` blocks of neighbouring worlds: float[world, ...] to float[block, ...].

    >>> sum_blocks(np.ones(2500))[:3]
    array([2., 3., 2.])
    """
    blocks = min(BLOCKS, len(values))
    sums: Floats = np.add.reduceat(values, np.arange(blocks) * len(values) // blocks, axis=0)
    return sums


def _without_skew(quantile: float, skew: float) -> float:
    """Quantile of a studentised mean, from that of a symmetric one; `skew` is the values' skewness over the root of n.

    The inverse of Hall's (1992) cubic t + skew t² / 3 + skew² t³ / 27 + skew / 6.
    """
    if abs(skew) < 1e-6:
        return quantile
    return 3 / skew * (math.cbrt(1 + skew * (quantile - skew / 6)) - 1)


def count_events(values: Floats) -> int:
    """Count the worlds (float[world]) whose value is not the usual one, such as 0 where nothing happens.

    The usual value is the median of the first 999 worlds.

    >>> count_events(np.array([0.0, 0.0, 7.0, 0.0, 0.5]))
    2
    """
    first = np.sort(values[:999])
    return int(np.count_nonzero(values != first[first.size // 2]))


def interval_over_worlds(values: Floats, level: float = LEVEL, events: int | None = None) -> Interval:
    """Mean over worlds (float[world]); limits are blank where they would rest on too little.

    They are blank below `MIN_WORLDS` worlds, or `FEW_EVENTS` worlds with an event: one event says nothing of the size
    of the next, and a spread of none is no certainty. `events` are these worlds, by default from `count_events`.

    >>> interval_over_worlds(np.repeat([0.0, 4.0], [999, 1]))
    Interval(estimate=0.004, low=None, high=None)
    """
    estimate, low, high = interval_of_mean(values, level)
    if values.size < MIN_WORLDS or (count_events(values) if events is None else events) < FEW_EVENTS:
        return Interval(estimate, None, None)
    return Interval(estimate, low, high)


def interval_over_blocks(values: Floats, level: float = LEVEL) -> Interval:
    """Mean of differences over blocks of worlds (float[block]); limits are blank where few blocks differ.

    Returns
    -------
    Interval
        0, 0, 0 if not one block differs; blank limits if some do not and fewer than `FEW_EVENTS` do, since so few
        events then make the difference.

    Examples
    --------
    >>> interval_over_blocks(np.repeat([0.0, 1.0], [19, 1])), interval_over_blocks(np.zeros(20))
    (Interval(estimate=0.05, low=None, high=None), Interval(estimate=0.0, low=0.0, high=0.0))
    """
    values = np.where(np.abs(values) <= ROUNDING, 0.0, values)
    interval = interval_of_mean(values, level)
    few = 0 < np.count_nonzero(values) < min(FEW_EVENTS, values.size)
    return Interval(interval.estimate, None, None) if few else interval


def effective_size(values: Floats, level: float = LEVEL) -> float:
    """How many independent trials would give as much information as these: trials over the design effect.

    `values` is float[world, luck], such as 0 or 1; NaN where there is no value. With one luck a world the size is the
    number of values; with more it lies between the number of worlds and the number of values. The design effect is the
    variance between worlds over what it would be if lucks were independent (Kish 1965). Where nothing varies it is not
    known, so the largest is taken: all lucks of a world are alike. The variance between few worlds, or few that differ,
    is not known well: the size is scaled by the squared ratio of a normal quantile to Student's (Korn and Graubard
    1998).

    >>> alike = np.repeat([[0.0], [1.0]], [60, 40], axis=0)
    >>> effective_size(alike), round(effective_size(np.tile(alike, 5)), 1)
    (100.0, 97.6)
    """
    worlds, lucks = values.shape
    linear, n = linearise_mean(values)
    if lucks == 1 or worlds == 1:
        return float(n if lucks == 1 else 1)
    distances = linear - linear.mean()
    between, alone = float((distances * distances).sum()) / (worlds - 1), float(np.nanvar(values))
    if alone == 0 or between == 0:
        return float(worlds if alone == 0 else n)
    few = _normal_quantile(level) / float(stdtrit(_freedom(distances), (1 + level) / 2))
    return float(n / min(max(n / worlds * between / alone, 1.0), lucks) * few * few)


def interval_of_share(happened: Floats, level: float = LEVEL) -> Interval:
    """Share of trials in which something happened: float[world, luck] of 0 or 1.

    Wilson's interval, of as many independent trials as the lucks of a world are worth (`effective_size`). Up to
    `FEW_COUNTED` events its lower limit is the one-sided Poisson limit, because Wilson's own lies too high to hold
    shares below 1/n (Brown, Cai and DasGupta 2001); so too for the upper limit, of the trials without.

    >>> [round(limit, 4) for limit in interval_of_share(np.zeros((20, 1)))]
    [0.0, 0.0, 0.1611]
    >>> [round(limit, 4) for limit in interval_of_share(np.repeat([[1.0], [0.0]], [1, 99], axis=0))]
    [0.01, 0.0005, 0.0545]
    """
    n, share = effective_size(happened, level), float(happened.mean())
    return Interval(share, _share_low(share * n, n, level), 1 - _share_low((1 - share) * n, n, level))


def _share_low(events: float, n: float, level: float) -> float:
    low = _wilson_low(events, n, _normal_quantile(level))
    return min(low, float(gammaincinv(events, 1 - level)) / n) if 0 < events <= FEW_COUNTED else low


def interval_of_share_difference(a: Floats, b: Floats, level: float = LEVEL) -> Interval:
    """Difference of two paired shares, a minus b: float[world, luck] of 0 or 1 both.

    Tango's interval, of as many independent pairs as the lucks of a world are worth (`effective_size`).

    >>> [round(limit, 4) for limit in interval_of_share_difference(np.ones((20, 1)), np.ones((20, 1)))]
    [0.0, -0.1611, 0.1611]
    """
    difference = a - b
    n = effective_size(difference, level)
    only_a, only_b = (int(np.count_nonzero(difference == sign)) * n / difference.size for sign in (1, -1))
    return tango_interval(only_a, only_b, n, level)


def linearise_mean(values: Floats) -> tuple[Floats, int]:
    """Make a column that is NaN where nothing happened ready for estimates of its mean over the rest.

    From float[world, luck] it makes float[world] and the number of values. The mean of the array is the mean of the
    values, and its spread between worlds is that of this ratio of two sums (its linear approximation). So
    `interval_of_mean` of it, or of a difference of two such arrays, is sound. It is empty if there is no value.

    >>> linearise_mean(np.array([[2.0], [np.nan], [4.0]]))
    (array([1.5, 3. , 4.5]), 2)
    """
    has_value = ~np.isnan(values)
    n = int(np.count_nonzero(has_value))
    if n == values.size:
        return values.mean(axis=1), n
    if n == 0:
        return np.empty(0), 0
    mean = values[has_value].mean()
    return mean + np.where(has_value, values - mean, 0.0).mean(axis=1) * (values.size / n), n


def linearise_ratio(values: Floats, weights: Floats) -> Floats:
    """Make two columns ready for estimates of their ratio of sums: the mean of `values` given what `weights` counts.

    Both are float[world], and weights are not negative. The mean of the result, float[world], is the ratio, and its
    spread between worlds is that of its linear approximation, as in `linearise_mean`. It is empty if the weights add up
    to nothing.

    >>> linearise_ratio(np.array([2.0, 0.0, 4.0]), np.array([1.0, 0.0, 1.0]))
    array([1.5, 3. , 4.5])
    """
    mean = float(weights.mean())
    if mean == 0:
        return np.empty(0)
    estimate = float(values.mean()) / mean
    return estimate + (values - estimate * weights) / mean


def interval_of_quantile(values: Floats, q: float, level: float = LEVEL) -> Interval:
    """Quantile q (0..1) of a column float[world, luck], NaN left out; its interval assumes nothing of its shape.

    The limits are order statistics, by the binomial, of as many independent trials as the lucks of a world are worth
    (`effective_size`, of the share below the estimate: Woodruff 1952). A limit is None where the sample is too small to
    have one; both are None where they do not enclose the estimate.

    >>> interval_of_quantile(np.arange(1.0, 11.0).reshape(-1, 1), 0.5)
    Interval(estimate=5.5, low=2.0, high=9.0)
    """
    ordered = np.sort(values[~np.isnan(values)])
    if ordered.size == 0:
        return BLANK
    estimate = float(np.quantile(ordered, q))
    n = int(effective_size(np.where(np.isnan(values), np.nan, values <= estimate), level))
    limits = (float(np.quantile(ordered, (rank - 0.5) / n, method="inverted_cdf")) if 0 < rank <= n else None
              for rank in (_ranks(n, q, level) if n else (0, 1)))  # fmt: skip
    low, high = limits
    encloses = (low is None or low <= estimate) and (high is None or estimate <= high)
    return Interval(estimate, low, high) if encloses else Interval(estimate, None, None)


@lru_cache(maxsize=256)
def _ranks(n: int, q: float, level: float) -> tuple[int, int]:
    """Ranks, from 1, of the order statistics that bound the quantile: 0 or n + 1 where none does."""
    at_most = bdtr(np.arange(n + 1), n, q)
    tail = (1 - level) / 2
    return int(np.searchsorted(at_most, tail, side="right")), int(np.searchsorted(at_most, 1 - tail)) + 1


def _normal_quantile(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
