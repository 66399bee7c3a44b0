"""Contrasts of two policies beyond the interval of their difference: joint coverage, odds, savings and verdicts.

All values are one per world (the mean over its lucks), and both policies play the same worlds.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from sim.statistics.intervals import LEVEL, ROUNDING, Floats, Interval

RELATIVE_MARGIN = 0.1  # of the outcome's level: a smaller difference does not matter
TOO_FEW = "too few to say"
BAND_WORLDS = 100  # with fewer, intervals at so high a level hold together in less than nine of ten runs
BAND_DRAWS = 20_000  # their error in the joint coverage is 0.2 points
BAND_KEY = 1998  # fixed key of the Philox generator, so that a band is the same in every call


def band_level(differences: Floats, level: float = LEVEL, draws: int = BAND_DRAWS) -> float:
    """Level of each single interval at which all intervals hold together with `level` (single-step max-t).

    Parameters
    ----------
    differences
        float[world, contrast]: paired differences, or their sums over blocks of worlds. Columns that never vary are
        ignored: their intervals cannot miss.
    level
        Joint coverage.
    draws
        Gaussian draws with the correlation of the differences.

    Returns
    -------
    float
        2Φ(c) - 1, where c is the `level` quantile of the largest absolute value of a draw; at least `level`. It
        serves Tango's and other intervals alike.

    Examples
    --------
    >>> same = np.tile(np.random.default_rng(0).normal(size=(500, 1)), 3)
    >>> round(band_level(same), 2)
    0.95
    """
    varying = np.flatnonzero(np.ptp(differences, axis=0) > ROUNDING)
    if varying.size < 2:
        return level
    # All intervals hold exactly if the largest standardised error stays below c. By the central limit theorem the
    # errors are jointly Gaussian with the correlation R of the differences, so c is a quantile of max|z|, z ~ N(0, R).
    # z is drawn as R^(1/2) times independent normals. The symmetric root exists even where R is singular, as it is
    # when one contrast follows from two others; eigenvalues just below 0 are rounding.
    eigenvalues, vectors = np.linalg.eigh(np.corrcoef(differences[:, varying], rowvar=False))
    root = (vectors * np.sqrt(np.clip(eigenvalues, 0, None))) @ vectors.T
    errors = root @ _standard_normals(draws, root.shape[0])
    critical = float(np.quantile(np.abs(errors, out=errors).max(axis=0), level))
    # Back from c to the level of one interval, P(|z| < c). Rounding to 6 digits is far below the error of the draws.
    return max(level, round(math.erf(critical / math.sqrt(2)), 6))


@functools.lru_cache(maxsize=2)
def _standard_normals(draws: int, contrasts: int) -> Floats:
    normals = np.random.Generator(np.random.Philox(key=BAND_KEY)).standard_normal((draws, contrasts))
    return np.ascontiguousarray(normals.T)


def variance_ratio(difference: Floats, unpaired_variance: float) -> float | None:
    """How many times as many trials two unpaired runs need for the precision of this pair.

    `difference` is float[world], a minus b; `unpaired_variance` is the variance of a plus that of b over worlds, which
    two independent runs would have. None if the difference never varies.

    >>> a, b = np.array([0.0, 2.0, 4.0]), np.array([0.0, 1.0, 2.0])
    >>> variance_ratio(a - b, a.var() + b.var())
    5.0
    """
    if np.ptp(difference) <= ROUNDING:
        return None
    return float(unpaired_variance / difference.var())


def margin_at(margin: float, level: float) -> float:
    """The margin of one comparison: the outcome's, or a tenth of the level if that is smaller.

    A fixed margin says nothing about a rare event: half a point is more than all of it.

    `margin` is the outcome's own and `level` the mean of both policies, in its unit.

    >>> margin_at(0.005, 0.4), round(margin_at(0.005, 0.003), 6)
    (0.005, 0.0003)
    """
    return min(margin, RELATIVE_MARGIN * abs(level))


def verdict(low: float | None, high: float | None, margin: float, better: str) -> str | None:
    """Verdict that follows from the interval of a difference a - b.

    Returns
    -------
    str or None
        If the interval excludes 0: `a better` or `b better` if it lies beyond the margin, `a better but may be small`
        or `b better but may be small` if it reaches inside. Else `same within margin` if it lies within the margin, or
        `undecided`.
        If `better` is `none`: `same within margin` or None. Without an interval `too few to say`.

    Examples
    --------
    >>> verdict(-0.03, -0.01, margin=0.005, better="low")
    'a better'
    >>> verdict(-0.003, -0.001, margin=0.005, better="low")
    'a better but may be small'
    >>> verdict(0.32, 0.67, margin=0.5, better="low")
    'b better but may be small'
    """
    if low is None or high is None:
        return TOO_FEW
    if low <= 0 <= high:
        return "same within margin" if -margin <= low and high <= margin else None if better == "none" else "undecided"
    if better == "none":
        return None
    side = "a better" if (low > 0) == (better == "high") else "b better"
    return side if low >= margin or high <= -margin else f"{side} but may be small"


def trials_needed(interval: Interval, margin: float, trials: int) -> float | None:
    """About how many trials put a difference beyond the margin or within it, if its estimate stays as it is.

    Returns
    -------
    float or None
        At most `trials` if the present trials suffice. None without an interval, or if the estimate equals the
        margin: no number of trials settles that.

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
    # `ratio` is the present half width over the one that just reaches the margin. A half width shrinks with the
    # square root of the trials, so the trials grow with its square.
    if abs(difference) > margin:
        ratio = (difference - low if difference > 0 else high - difference) / (abs(difference) - margin)
    else:
        ratio = max((high - difference) / (margin - difference), (difference - low) / (margin + difference))
    return float(math.ceil(round(trials * ratio * ratio, 6)))
