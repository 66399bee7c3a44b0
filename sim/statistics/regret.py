"""How policies do when nobody knows which world is real: regret, worst cases and thresholds, from values per world.

In a world a policy has an expected loss, the mean over all luck; a sample has only some lucks. A minimum or a tail of
such noisy means is biased: the policy that looks best in a world is partly the lucky one, so regret is too large. The
bias falls as one over the number of lucks. So half of the lucks have about twice the bias. The difference estimates it
(the jackknife of Gordy and Juneja 2010 for nested simulation). That holds where the distance between policies differs
from world to world. Where policies tie in most worlds, the bias falls as one over the root of the number of lucks, and
more of it is left. So the interval holds both corrections. It comes from resampling worlds, the same ones for all
policies and worldviews.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.statistics.intervals import LEVEL, Floats

RESAMPLES = 500
KEY = 1988  # of the Philox generator behind the resamples: the same ones every time
TAIL = 0.05  # the worst worlds: one in twenty
CHUNK = 4_000_000  # numbers in memory at a time

Measure = Callable[[Floats, Floats], Floats]
"""Of losses float[view, policy, world] and weights float[resample, world] that sum to 1: float[resample, policy]."""


@dataclass(frozen=True)
class Measured:
    """One measure of each policy.

    `value`, `low`, `high`: float[policy], with the 95 % interval; `rank` from 1, the best; `ranks`: the share of
    resamples in which it has each rank, float[policy, rank]; `uncorrected`: the estimate from the lucks as they are.
    """

    value: Floats
    low: Floats
    high: Floats
    rank: NDArray[np.int64]
    ranks: Floats
    uncorrected: Floats

    def rescaled(self, sign: float, added: float = 0.0) -> Measured:
        """The same ranks for numbers on another scale: added + sign * value."""
        value, low, high, raw = (added + sign * part for part in (self.value, self.low, self.high, self.uncorrected))
        return Measured(value, *((low, high) if sign > 0 else (high, low)), self.rank, self.ranks, raw)

    @property
    def first(self) -> Floats:
        """Share of resamples in which the policy is best."""
        return np.asarray(self.ranks[:, 0])


def estimate(measure: Measure, losses: Floats) -> Measured:
    """Estimate a measure, with its bias removed, and its interval.

    Parameters
    ----------
    losses
        float[view, policy, world, luck]: less is better. Two lucks and two worlds at least.

    Raises
    ------
    ValueError
        If there are fewer, or a value is not finite.
    """
    if losses.ndim != 4 or losses.shape[2] < 2 or losses.shape[3] < 2:
        raise ValueError(f"needs float[view, policy, world, luck] with two worlds and two lucks, got {losses.shape}")
    if not np.isfinite(losses).all():
        raise ValueError("needs finite numbers: some are missing")
    worlds, lucks = losses.shape[2:]
    means = losses.mean(axis=3)
    halves = [losses[..., first::2].mean(axis=3) for first in (0, 1)]
    # The bias is c / lucks ** power with an unknown c. All lucks and half of them together give c, and so the bias.
    share, share_of_ties = (_share_of_gap(lucks, power) for power in (1.0, 0.5))

    def corrected(weights: Floats) -> tuple[Floats, Floats, Floats]:
        raw = measure(means, weights)
        gap = raw - sum(measure(half, weights) for half in halves) / 2
        return raw + share * gap, raw + share_of_ties * gap, raw

    value, _, uncorrected = (each[0] for each in corrected(np.full((1, worlds), 1 / worlds)))
    parts = [corrected(weights)[:2] for weights in resamples(worlds, losses.shape[0])]
    resampled, with_ties = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    limits = np.quantile([resampled, with_ties], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    low, high = limits[0].min(axis=0), limits[1].max(axis=0)
    rank = np.array([1 + int((value < number).sum()) for number in value])
    return Measured(value, low, high, rank, _ranks(resampled), uncorrected)


def _share_of_gap(lucks: int, power: float) -> float:
    """How many times the distance of all lucks from half of them is added, if the bias falls as 1 / lucks ** power.

    >>> _share_of_gap(20, 1.0), round(_share_of_gap(20, 0.5), 3)
    (1.0, 2.414)
    """
    of_halves = sum(0.5 / len(range(first, lucks, 2)) ** power for first in (0, 1))
    return float(1 / (of_halves * lucks**power - 1))


def resamples(worlds: int, views: int = 1) -> Iterator[Floats]:
    """How much each world counts in each resample, float[resample, world], some resamples at a time."""
    size = max(CHUNK // (worlds * views), 1)
    random = np.random.Generator(np.random.Philox(key=KEY))
    for first in range(0, RESAMPLES, size):
        count = min(size, RESAMPLES - first)
        yield random.multinomial(worlds, np.full(worlds, 1 / worlds), size=count) / worlds


def _ranks(resampled: Floats) -> Floats:
    """The share of resamples in which each policy has each rank: float[policy, rank].

    Policies that tie share the ranks they take together equally.
    """
    policies = resampled.shape[1]
    below = (resampled[:, None, :] < resampled[:, :, None]).sum(axis=2)
    equal = (resampled[:, None, :] == resampled[:, :, None]).sum(axis=2)
    ranks = np.arange(policies)
    within = (ranks >= below[..., None]) & (ranks < (below + equal)[..., None])
    return np.asarray((within / equal[..., None]).mean(axis=0))


def expected(losses: Floats, weights: Floats) -> Floats:
    """Expected loss, worldviews weighed equally."""
    return np.asarray(by_view(losses, weights).mean(axis=1))


def expected_regret(losses: Floats, weights: Floats) -> Floats:
    """Loss from not knowing the world: the mean over worlds and worldviews."""
    return expected(losses - losses.min(axis=1, keepdims=True), weights)


def max_regret(losses: Floats, weights: Floats) -> Floats:
    """Loss from not knowing the worldview, at worst."""
    means = by_view(losses, weights)
    return np.asarray((means - means.min(axis=2, keepdims=True)).max(axis=1))


def worst_view(losses: Floats, weights: Floats) -> Floats:
    """Expected loss under the worldview that is worst for the policy (maximin)."""
    return np.asarray(by_view(losses, weights).max(axis=1))


def regret_95(losses: Floats, weights: Floats) -> Floats:
    """The regret that one world in twenty exceeds, among all worlds of all worldviews."""

    def beyond(values: Floats, sorted_weights: Floats) -> Floats:
        exceeding = np.cumsum(sorted_weights, axis=1) > TAIL
        return np.asarray(values[exceeding.argmax(axis=1)])

    return _over_all(losses - losses.min(axis=1, keepdims=True), weights, beyond)


def worst_worlds(losses: Floats, weights: Floats) -> Floats:
    """Mean loss in the worst twentieth of all worlds of all worldviews."""

    def mean(values: Floats, sorted_weights: Floats) -> Floats:
        before = np.cumsum(sorted_weights, axis=1) - sorted_weights
        return np.asarray(np.clip(TAIL - before, 0, sorted_weights) @ values / TAIL)

    return _over_all(losses, weights, mean)


def failing(threshold: float) -> Measure:
    """Share of worlds, worldviews weighed equally, in which the expected loss is above a threshold."""
    return lambda losses, weights: expected((losses > threshold).astype(np.float64), weights)


def by_view(losses: Floats, weights: Floats) -> Floats:
    """Expected loss under each worldview: float[resample, view, policy]."""
    return np.asarray(np.einsum("rw,vpw->rvp", weights, losses, optimize=True))


def _over_all(losses: Floats, weights: Floats, statistic: Callable[[Floats, Floats], Floats]) -> Floats:
    """A statistic of all worlds of all worldviews, sorted from the worst: float[resample, policy]."""
    views, policies, worlds = losses.shape
    columns = []
    for policy in range(policies):
        values = losses[:, policy].ravel()
        order = np.argsort(-values, kind="stable")
        columns.append(statistic(values[order], weights[:, order % worlds] / views))
    return np.stack(columns, axis=1)


def cross_fitted(losses: Floats) -> Floats:
    """Expected regret, float[policy], against the policy best in a world on all lucks but one, judged on that one.

    A choice on some lucks that is judged on others owes nothing to luck. So this is a lower bound, since the choice
    may be wrong; the estimate from the lucks as they are is an upper one.

    >>> cross_fitted(np.zeros((1, 2, 5, 4))).tolist()
    [0.0, 0.0]
    """
    lucks = losses.shape[3]
    total, regrets = losses.sum(axis=3), np.zeros(losses.shape[1])
    for luck in range(lucks):
        held_out = losses[..., luck]
        chosen = (total - held_out).argmin(axis=1, keepdims=True)
        regrets += (held_out - np.take_along_axis(held_out, chosen, axis=1)).mean(axis=(0, 2))
    return np.asarray(regrets / lucks)


def measures() -> dict[str, Measure]:
    """The measures that need no threshold, by name.

    >>> list(measures())[:2]
    ['expected', 'expected_regret']
    """
    every = (expected, expected_regret, max_regret, regret_95, worst_view, worst_worlds)
    return {measure.__name__: measure for measure in every}
