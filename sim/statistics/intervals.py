"""Estimates with their intervals, as the tables of a result give them.

Worlds are independent of each other; the lucks inside one world are not, for they share everything that was
drawn for it. So every estimator here takes one value per world (the mean over its lucks), and an interval
rests on the number of worlds, never on the number of trials.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, stdtrit

Floats = NDArray[np.float64]

LEVEL = 0.95
BLOCKS = 100


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


def wilson_interval(successes: float, n: int, level: float = LEVEL) -> Interval:
    """Wilson's (1927) score interval for a share: it stays within 0 and 1 and is sound when nothing happened.

    Examples
    --------
    >>> [round(limit, 4) for limit in wilson_interval(15, 148)]
    [0.1014, 0.0624, 0.1605]
    """
    z = _normal_quantile(level)
    low, high = _wilson_low(successes, n, z), 1 - _wilson_low(n - successes, n, z)
    return Interval(successes / n, low, high)


def _wilson_low(successes: float, n: int, z: float) -> float:
    """The lower root p of (successes / n - p)² = z² p (1 - p) / n: the share at which the score test just rejects."""
    spread = z * math.sqrt(z * z + 4 * successes * (1 - successes / n))
    return (2 * successes + z * z - spread) / (2 * (n + z * z))


def tango_interval(only_a: int, only_b: int, n: int, level: float = LEVEL) -> Interval:
    """Tango's (1998) score interval for the difference of two paired shares, a minus b.

    Parameters
    ----------
    only_a, only_b
        Pairs in which it happened under a alone, and under b alone.
    n
        All pairs.
    level
        Coverage, between 0 and 1.

    Notes
    -----
    It inverts the score test of each possible difference, so it needs no correction when few pairs, or none,
    are discordant: with none among n it is plus and minus z²/(n + z²).

    Examples
    --------
    >>> [round(limit, 3) for limit in tango_interval(9, 3, 32)]
    [0.188, -0.027, 0.39]
    """
    z = _normal_quantile(level)
    low, high = -_tango_high(only_b, only_a, n, z), _tango_high(only_a, only_b, n, z)
    return Interval((only_a - only_b) / n, low, high)


def _tango_high(b: int, c: int, n: int, z: float) -> float:
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
    """Mean over worlds, with Student's t over the means of up to 100 blocks of neighbouring worlds.

    Parameters
    ----------
    values
        float[world]: the mean over each world's lucks.
    level
        Coverage, between 0 and 1.

    Returns
    -------
    Interval
        Without limits if there is one world only.

    Notes
    -----
    A block's mean over many worlds is nearly normal even where single worlds are not (most war losses are
    0), which is what Student's t asks for; and a hundred sums a column are all that a long run must keep.
    Where blocks differ in size the mean is a ratio of sums, and each block's distance from it counts with
    the block's size.

    Examples
    --------
    >>> [round(limit, 3) for limit in interval_of_mean(np.array([1.0, 2.0, 3.0, 4.0]))]
    [2.5, 0.446, 4.554]
    """
    blocks = min(BLOCKS, values.size)
    edges = np.arange(blocks + 1) * values.size // blocks
    sums = np.add.reduceat(values, edges[:-1])
    mean = float(sums.sum()) / values.size
    if blocks == 1:
        return Interval(mean, None, None)
    residuals = sums - mean * np.diff(edges)
    error = math.sqrt(blocks / (blocks - 1) * float((residuals**2).sum())) / values.size
    reach = float(stdtrit(blocks - 1, (1 + level) / 2)) * error
    return Interval(mean, mean - reach, mean + reach)


def interval_of_share(values: Floats, level: float = LEVEL) -> Interval:
    """Share of trials in which something happened, from each world's share (float[world]).

    Where the lucks of each world agree (always so with one luck a world) worlds are a binomial sample and
    the interval is Wilson's; otherwise it comes from blocks.

    Examples
    --------
    >>> [round(limit, 4) for limit in interval_of_share(np.zeros(20))]
    [0.0, 0.0, 0.1611]
    """
    if np.isin(values, (0, 1)).all():
        return wilson_interval(float(values.sum()), values.size, level)
    return interval_of_mean(values, level)


def interval_of_share_difference(a: Floats, b: Floats, level: float = LEVEL) -> Interval:
    """Difference of two paired shares, a minus b, from each world's shares (float[world] both).

    Tango's interval where in each world the two agree or wholly differ (always so with one luck a world);
    otherwise from blocks.

    Examples
    --------
    >>> [round(limit, 4) for limit in interval_of_share_difference(np.ones(20), np.ones(20))]
    [0.0, -0.1611, 0.1611]
    """
    difference = a - b
    if np.isin(difference, (-1, 0, 1)).all():
        only_a, only_b = (int(np.count_nonzero(difference == sign)) for sign in (1, -1))
        return tango_interval(only_a, only_b, a.size, level)
    return interval_of_mean(difference, level)


def linearise_mean(values: Floats) -> tuple[Floats, int]:
    """Make a column that is NaN where nothing happened ready for estimates of its mean over the rest.

    Parameters
    ----------
    values
        float[world, luck]; NaN where there is no value.

    Returns
    -------
    tuple
        float[world] and the number of values. The mean of the array is the mean of the values, and its
        spread between worlds is that of this ratio of two sums (its linear approximation); so `interval_of_mean`
        of it, or of a difference of two such arrays, is sound. Empty if there is no value.

    Examples
    --------
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

    Parameters
    ----------
    values, weights
        float[world] both; weights are not negative.

    Returns
    -------
    numpy.ndarray
        float[world] whose mean is the ratio and whose spread between worlds is that of its linear
        approximation, as in `linearise_mean`. Empty if the weights add up to nothing.

    Examples
    --------
    >>> linearise_ratio(np.array([2.0, 0.0, 4.0]), np.array([1.0, 0.0, 1.0]))
    array([1.5, 3. , 4.5])
    """
    mean = float(weights.mean())
    if mean == 0:
        return np.empty(0)
    estimate = float(values.mean()) / mean
    return estimate + (values - estimate * weights) / mean


def interval_of_quantile(values: Floats, q: float, level: float = LEVEL) -> Interval:
    """Quantile of a column, NaN left out, with an interval that assumes nothing of its shape.

    Parameters
    ----------
    values
        float[world, luck].
    q
        Between 0 and 1.
    level
        Coverage, between 0 and 1.

    Returns
    -------
    Interval
        With one luck a world its limits are order statistics, by the binomial; a limit is None where the
        sample is too small to have one. With more, Woodruff's (1952): the interval of the share below the
        estimate, from blocks, read back as quantiles.

    Examples
    --------
    >>> interval_of_quantile(np.arange(1.0, 11.0).reshape(-1, 1), 0.5)
    Interval(estimate=5.5, low=2.0, high=9.0)
    """
    ordered = np.sort(values[~np.isnan(values)])
    if ordered.size == 0:
        return BLANK
    estimate = float(np.quantile(ordered, q))
    if values.shape[1] == 1:
        low, high = _ranks(ordered.size, q, level)
        return Interval(
            estimate,
            float(ordered[low - 1]) if low else None,
            float(ordered[high - 1]) if high <= ordered.size else None,
        )
    below, _ = linearise_mean(np.where(np.isnan(values), np.nan, values <= estimate))
    middle, lower, upper = interval_of_mean(below, level)
    if middle is None or lower is None or upper is None:
        return Interval(estimate, None, None)
    at = np.clip((q + lower - middle, q + upper - middle), 0, 1)
    return Interval(estimate, *(float(limit) for limit in np.quantile(ordered, at)))


@lru_cache(maxsize=256)
def _ranks(n: int, q: float, level: float) -> tuple[int, int]:
    """Ranks, from 1, of the order statistics that bound the quantile: 0 or n + 1 where none does."""
    at_most = bdtr(np.arange(n + 1), n, q)
    tail = (1 - level) / 2
    return int(np.searchsorted(at_most, tail, side="right")), int(np.searchsorted(at_most, 1 - tail)) + 1


def _normal_quantile(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
