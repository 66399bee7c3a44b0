"""Where a curve crosses 0: how often, where, and how sure that is, from its values in blocks of trials.

Every point of a curve is played in the same worlds with the same luck, so a curve is smooth and its error is common
to its points: a smoother that assumes independent errors would be wrong. Between its points the curve is therefore
interpolated by a shape-preserving cubic (PCHIP, which adds no wave of its own), and its error comes from resampling
complete blocks. Nothing is read beyond the first and the last point. `next_points` says where to play next, until what
is read between points is more certain than what was played.

A crossing is clear if the curve lies clearly above 0 at one point and clearly below at another, each with its 95 %
interval. A curve that is clearly on one side at every point has no crossing. Any other curve is undecided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.statistics.intervals import LEVEL, Floats, interval_over_blocks

RESAMPLES = 2000
KEY = 1979  # of the Philox generator behind the resamples: the same ones every time (Efron 1979)
FINE = 32  # steps between two points, at which the cubic is evaluated
NEAR = 0.25  # of the interval's half width: a point so near to 0 stands at the crossing
INWARD = 0.1  # of a gap between points: a new point comes no nearer to either


@dataclass(frozen=True)
class Crossing:
    """Where a curve crosses 0, between its first and its last point.

    Attributes
    ----------
    kind
        `one`; `many`, if it clearly changes its side more than once; `none`, if it is clearly on one side at every
        point; or `undecided`.
    at, low, high
        The one crossing and its 95 % interval. A limit is None if it lies beyond the last point.
    every
        All crossings, if there are many.
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
        float[point]: rising.

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
    _reject(curves, dials)
    mean, signs = curves.mean(axis=0), clear_signs(curves)
    clear = signs != 0
    changes = np.count_nonzero(np.diff(signs[clear]))
    if changes == 0:
        return Crossing("none" if clear.all() else "undecided")
    if changes > 1:
        return Crossing("many", every=tuple(roots(mean[clear], dials[clear])))
    at = float(_single_crossings(mean[None], dials)[0])
    crossings = _single_crossings(_weights(len(curves)) @ curves, dials)
    ends = np.quantile(crossings, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="nearest").tolist()
    low, high = [end if math.isfinite(end) else None for end in ends]
    return Crossing("one", at, low, high)


def clear_signs(curves: Floats) -> NDArray[np.int64]:
    """The side of 0 on which each point clearly lies, int[point]; 0 where its 95 % interval holds 0."""
    return np.array([0 if low <= 0 <= high else int(np.sign(low)) for _, low, high in _intervals(curves)])


def next_points(curves: Floats, dials: Floats) -> list[float]:
    """Where to play a curve next: at its crossings, and where it may bend to 0 between points; empty if nowhere.

    Parameters are those of `find_crossing`.

    >>> dials = np.array([0.0, 0.5, 1.0])
    >>> curve = np.tile((dials - 0.2) ** 2 + 1, (4, 1)) - 1.01 + np.array([[0.0], [0.001], [0.0], [-0.001]])
    >>> [round(point, 2) for point in next_points(curve, dials)]
    [0.2]
    """
    _reject(curves, dials)
    mean, signs = curves.mean(axis=0), clear_signs(curves)
    reach = np.array([(high - low) / 2 for _, low, high in _intervals(curves)])
    near = np.abs(mean) <= NEAR * reach
    wanted = []
    for i, j in pairwise(range(len(dials))):
        if mean[i] * mean[j] < 0 and (signs[i] or signs[j]) and not (near[i] or near[j]):
            inside = [root for root in roots(mean, dials) if dials[i] < root < dials[j]]
            gap = INWARD * (dials[j] - dials[i])
            wanted.append(float(np.clip(inside[0], dials[i] + gap, dials[j] - gap)))
    for i in range(1, len(dials) - 1):
        part = slice(i - 1, i + 2)
        if abs(signs[part].sum()) == 3:
            # A parabola through three points on one side: does it come to 0 between them?
            square, slope, _ = np.polyfit(dials[part] - dials[i], mean[part], 2)
            turn = dials[i] - slope / (2 * square) if square else math.inf
            value = mean[i] - slope**2 / (4 * square) if square else mean[i]
            far = min(abs(turn - dials[part])) > INWARD / 2 * (dials[i + 1] - dials[i - 1])
            if dials[i - 1] < turn < dials[i + 1] and far and signs[i] * value <= reach[i]:
                wanted.append(float(turn))
    return wanted


def roots(curve: Floats, dials: Floats) -> list[float]:
    """Every crossing of one curve, between its first and its last point.

    >>> roots(np.array([-1.0, 0.0, 1.0, 0.0, -1.0]), np.linspace(0, 1, 5))
    [0.25, 0.75]
    """
    from scipy.interpolate import PchipInterpolator

    crossings = np.unique(np.round(PchipInterpolator(dials, curve).roots(extrapolate=False), 9))
    return [float(dial) for dial in crossings if np.isfinite(dial)]


def _reject(curves: Floats, dials: Floats) -> None:
    if curves.ndim != 2 or curves.shape[0] < 2 or curves.shape[1] != dials.size or dials.size < 2:
        raise ValueError(f"a crossing needs float[block, point] with two of each at least, got {curves.shape}")
    if not np.isfinite(curves).all():
        raise ValueError("a crossing needs finite numbers: some values of the curve are missing")


def _intervals(curves: Floats) -> list[tuple[float, float, float]]:
    """Mean and limits at each point; both are 0, which decides nothing, where too few blocks differ to have limits."""
    found = [interval_over_blocks(curves[:, i]) for i in range(curves.shape[1])]
    return [(float(mean or 0), float(low or 0), float(high or 0)) for mean, low, high in found]


def _single_crossings(curves: Floats, dials: Floats) -> Floats:
    """The one crossing of each curve: its own, or that of a monotone fit where it has several.

    A curve without a crossing has it beyond the end that is nearer to 0: infinity, with a sign.
    """
    from scipy.optimize import isotonic_regression

    counts, crossings = _evaluate(curves, dials)
    for row in np.flatnonzero(counts > 1):
        curve = curves[row]
        fit = isotonic_regression(curve, increasing=bool(curve[-1] >= curve[0])).x
        crossings[row] = _evaluate(fit[None], dials)[1][0]
    return crossings


def _evaluate(curves: Floats, dials: Floats) -> tuple[NDArray[np.int64], Floats]:
    """How often each curve crosses 0, and where it first does."""
    from scipy.interpolate import PchipInterpolator

    fine = np.interp(np.arange((len(dials) - 1) * FINE + 1) / FINE, np.arange(len(dials)), dials)
    values = PchipInterpolator(dials, curves, axis=1)(fine)
    turns = (values[:, 1:] > 0) != (values[:, :-1] > 0)
    counts = turns.sum(axis=1)
    # The first step of the fine grid with a change of sign, and linearly within the step.
    first, rows = turns.argmax(axis=1), np.arange(len(curves))
    before, after = values[rows, first], values[rows, first + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = fine[first] + (fine[first + 1] - fine[first]) * before / (before - after)
    beyond = np.where(np.abs(curves[:, 0]) < np.abs(curves[:, -1]), -np.inf, np.inf)
    return counts, np.where(counts > 0, inside, beyond)


@lru_cache(maxsize=8)
def _weights(blocks: int) -> Floats:
    """How much each block counts in each resample: float[resample, block]."""
    random = np.random.Generator(np.random.Philox(key=KEY))
    return random.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES) / blocks
