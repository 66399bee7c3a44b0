"""Where a curve crosses 0: how often, where, and how sure that is, from its values in blocks of trials.

Every point of a curve is played in the same worlds with the same luck, so a curve is smooth and its error is common
to its points: a smoother that assumes independent errors would be wrong. Between its points the curve is therefore
interpolated by a shape-preserving cubic (PCHIP, which adds no wave of its own), and its error comes from resampling
complete blocks. Crossings that most resamples do not share count as noise: a monotone fit (isotonic regression)
decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.statistics.intervals import LEVEL, Floats

RESAMPLES = 2000
KEY = 1979  # of the Philox generator behind the resamples: the same ones every time (Efron 1979)
FINE = 257  # points at which the cubic is evaluated
REVERSAL = 0.1  # of its whole change: a curve that goes back by no more has a trend


@dataclass(frozen=True)
class Crossing:
    """Where a curve on 0..1 crosses 0.

    Attributes
    ----------
    kind
        `one`; `many`, if at least 95 % of resamples cross more than once; `outside`, if there is none within 0..1
        but a settled trend leads to one beyond, on a straight line from the nearer end; or `none`.
    at, low, high
        The crossing and its 95 % interval, which may reach beyond 0..1; None where it does not apply or the
        interval has no end.
    every
        All crossings within 0..1, if there are many.
    """

    kind: str
    at: float | None = None
    low: float | None = None
    high: float | None = None
    every: tuple[float, ...] = ()


def find_crossing(curves: Floats, dials: Floats) -> Crossing:
    """Find where the mean of some blocks' curves crosses 0.

    Parameters
    ----------
    curves
        float[block, point]: independent blocks, at least two.
    dials
        float[point]: rising from 0 to 1.

    Raises
    ------
    ValueError
        If a value is not finite, or there are too few blocks or points.

    Examples
    --------
    >>> dials = np.linspace(0, 1, 5)
    >>> noise = np.random.default_rng(0).normal(0, 0.1, (50, 1))
    >>> found = find_crossing(dials - 0.3 + noise - noise.mean(), dials)
    >>> found.kind, round(found.at, 6), found.low < 0.3 < found.high
    ('one', 0.3, True)
    """
    if curves.ndim != 2 or curves.shape[0] < 2 or curves.shape[1] != dials.size or dials.size < 2:
        raise ValueError(f"a crossing needs float[block, point] with two of each at least, got {curves.shape}")
    if not np.isfinite(curves).all():
        raise ValueError("a crossing needs finite numbers: some values of the curve are missing")
    mean = curves.mean(axis=0)
    if np.ptp(mean) == 0:
        return Crossing("none")
    resampled = _weights(len(curves)) @ curves
    counts, firsts = _evaluate(resampled, dials)
    crossings = _single_crossings(resampled, dials, counts, firsts)
    own_count, own_first = _evaluate(mean[None], dials)
    count = int(own_count[0])
    if count > 1 and np.mean(counts > 1) >= LEVEL:
        return Crossing("many", every=tuple(roots(mean, dials)))
    at = float(_single_crossings(mean[None], dials, own_count, own_first)[0])
    # A curve without a crossing still leads to one outside if its trend is settled: the interval of its whole change
    # excludes 0, and it goes back against that direction by no more than a tenth of the change.
    change = resampled[:, -1] - resampled[:, 0]
    trend = np.quantile(change, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if count == 0 and not (trend[0] * trend[1] > 0 and _reversal(mean) <= REVERSAL * abs(mean[-1] - mean[0])):
        return Crossing("none")
    ends = np.quantile(crossings, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="nearest").tolist()
    low, high = [end if math.isfinite(end) else None for end in ends]
    return Crossing("one" if count else "outside", at, low, high)


def roots(curve: Floats, dials: Floats) -> list[float]:
    """Every crossing of one curve within 0..1.

    >>> roots(np.array([-1.0, 0.0, 1.0, 0.0, -1.0]), np.linspace(0, 1, 5))
    [0.25, 0.75]
    """
    from scipy.interpolate import PchipInterpolator

    crossings = np.unique(np.round(PchipInterpolator(dials, curve).roots(extrapolate=False), 9))
    return [float(dial) for dial in crossings if np.isfinite(dial)]


def _evaluate(curves: Floats, dials: Floats) -> tuple[Floats, Floats]:
    """How often each curve crosses 0, and where it first does, or would on a straight line beyond its ends."""
    from scipy.interpolate import PchipInterpolator

    fine = np.linspace(dials[0], dials[-1], FINE)
    values = PchipInterpolator(dials, curves, axis=1)(fine)
    turns = (values[:, 1:] > 0) != (values[:, :-1] > 0)
    counts = turns.sum(axis=1)
    # Within: the first step of the fine grid with a change of sign, and linearly within the step.
    first, rows = turns.argmax(axis=1), np.arange(len(curves))
    before, after = values[rows, first], values[rows, first + 1]
    begin, end = curves[:, 0], curves[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = fine[first] + (fine[1] - fine[0]) * before / (before - after)
        # Beyond: along the chord from end to end, starting at the end that is nearer to 0; a level curve has none.
        beyond = np.where(np.abs(begin) < np.abs(end), -begin / (end - begin), 1 - end / (end - begin))
    return counts, np.where(counts > 0, inside, np.where(begin == end, np.inf, beyond))


def _single_crossings(curves: Floats, dials: Floats, counts: Floats, firsts: Floats) -> Floats:
    """The one crossing of each curve: its own, or that of a monotone fit where it has several."""
    from scipy.optimize import isotonic_regression

    crossings = firsts.copy()
    for row in np.flatnonzero(counts > 1):
        curve = curves[row]
        fit = isotonic_regression(curve, increasing=bool(curve[-1] >= curve[0])).x
        crossings[row] = _evaluate(fit[None], dials)[1][0]
    return crossings


def _reversal(curve: Floats) -> float:
    """The farthest that a curve goes back against its own direction."""
    along = curve if curve[-1] >= curve[0] else -curve
    return float((np.maximum.accumulate(along) - along).max())


@lru_cache(maxsize=8)
def _weights(blocks: int) -> Floats:
    """How much each block counts in each resample: float[resample, block]."""
    random = np.random.Generator(np.random.Philox(key=KEY))
    return random.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES) / blocks
