"""Where a curve crosses nought: how often, where, and how sure that is, from its values in blocks of trials.

Every point of a curve is played in the same worlds with the same luck, so a curve is smooth and its error is common
to its points: a smoother that takes errors as independent would be wrong. The curve is therefore read between its
points by a shape-preserving cubic (PCHIP, which makes no wave of its own), and its error by resampling whole blocks.
Crossings that most resamples do not share are taken for noise: a monotone fit (isotonic regression) settles them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.statistics.intervals import LEVEL, Floats

RESAMPLES = 2000
KEY = 1979  # of the Philox generator behind the resamples: the same ones every time (Efron 1979)
FINE = 257  # places at which the cubic is read
REVERSAL = 0.1  # of its whole change: a curve that goes back by no more has a trend


@dataclass(frozen=True)
class Crossing:
    """Where a curve on 0..1 crosses nought.

    Attributes
    ----------
    kind
        `one`; `many`, if at least 95 % of resamples cross more than once; `outside`, if there is none within 0..1
        but a trend that is settled leads to one beyond, on a straight line from the nearer end; or `none`.
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
    """Where the mean of some blocks' curves crosses nought.

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
    times, ats = _read(resampled, dials)
    places, (own, own_at) = _settled(resampled, dials, times, ats), _read(mean[None], dials)
    found = int(own[0])
    if found > 1 and np.mean(times > 1) >= LEVEL:
        return Crossing("many", every=tuple(roots(mean, dials)))
    at = float(_settled(mean[None], dials, own, own_at)[0])
    change = resampled[:, -1] - resampled[:, 0]
    trend = np.quantile(change, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if found == 0 and not (trend[0] * trend[1] > 0 and _back(mean) <= REVERSAL * abs(mean[-1] - mean[0])):
        return Crossing("none")
    ends = np.quantile(places, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="nearest").tolist()
    low, high = [end if math.isfinite(end) else None for end in ends]
    return Crossing("one" if found else "outside", at, low, high)


def roots(curve: Floats, dials: Floats) -> list[float]:
    """Every crossing of one curve within 0..1.

    >>> roots(np.array([-1.0, 0.0, 1.0, 0.0, -1.0]), np.linspace(0, 1, 5))
    [0.25, 0.75]
    """
    from scipy.interpolate import PchipInterpolator

    places = np.unique(np.round(PchipInterpolator(dials, curve).roots(extrapolate=False), 9))
    return [float(place) for place in places if np.isfinite(place)]


def _read(curves: Floats, dials: Floats) -> tuple[Floats, Floats]:
    """How often each curve crosses nought, and where it first does, or would on a straight line beyond its ends."""
    from scipy.interpolate import PchipInterpolator

    fine = np.linspace(dials[0], dials[-1], FINE)
    values = PchipInterpolator(dials, curves, axis=1)(fine)
    turns = (values[:, 1:] > 0) != (values[:, :-1] > 0)
    times = turns.sum(axis=1)
    first, rows = turns.argmax(axis=1), np.arange(len(curves))
    before, after = values[rows, first], values[rows, first + 1]
    begin, end = curves[:, 0], curves[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = fine[first] + (fine[1] - fine[0]) * before / (before - after)
        beyond = np.where(np.abs(begin) < np.abs(end), -begin / (end - begin), 1 - end / (end - begin))
    return times, np.where(times > 0, inside, np.where(begin == end, np.inf, beyond))


def _settled(curves: Floats, dials: Floats, times: Floats, places: Floats) -> Floats:
    """The one crossing of each curve: its own, or that of a monotone fit where it has several."""
    from scipy.optimize import isotonic_regression

    settled = places.copy()
    for row in np.flatnonzero(times > 1):
        curve = curves[row]
        fit = isotonic_regression(curve, increasing=bool(curve[-1] >= curve[0])).x
        settled[row] = _read(fit[None], dials)[1][0]
    return settled


def _back(curve: Floats) -> float:
    """The farthest that a curve goes back against its own direction."""
    along = curve if curve[-1] >= curve[0] else -curve
    return float((np.maximum.accumulate(along) - along).max())


@lru_cache(maxsize=8)
def _weights(blocks: int) -> Floats:
    """How much each block counts in each resample: float[resample, block]."""
    random = np.random.Generator(np.random.Philox(key=KEY))
    return random.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES) / blocks
