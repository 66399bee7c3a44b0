"""Confidence sequences: intervals that hold at every look together, so that a run may stop when they are narrow.

An interval for a fixed number of trials holds at that number. Who looks again and again, and stops at a look that
pleases, is wrong far more often than it says. A confidence sequence is wide enough for any number of looks.

Shares that are counted lie between 0 and 1, and have a sequence that holds in any sample, however rare the event
(`interval_of_bounded_mean`). Losses and compensators have no upper limit, and without one no interval holds in every
sample (Bahadur and Savage 1956): theirs holds in the limit (`half_width_factor`), and is widened while few worlds carry
the variance. `FEW` and `MANY` are such that it holds from the first look on in tests/statistics/test_sequences.py:
rare, skewed, and drawn from a real run.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import logsumexp

from sim.statistics.intervals import LEVEL, Floats

TUNED_TO = 10_000  # worlds at which `half_width_factor` is shortest, for what is known by then
FEW, MANY = 10, 100  # worlds that carry the variance: with fewer the limit is not used, or is widened
ROUNDING = 1e-15
STAKES = 0.9 / np.sqrt(2.0) ** np.arange(24)  # shares of the capital that are staked, each on as much of it


def log_wealth(values: Floats, counts: Floats, mean: Floats) -> Floats:
    """Log of the wealth of a gambler who began with 1 and bets that a number's mean is more than this.

    `values`, float[value], are those that the number can take, from -1 to 1; `counts`, float[..., value], is how often
    each was observed; `mean`, float[...], is the mean bet against, above -1. If the mean is that, (1 + value) / (1 +
    mean) is 1 on average: no bet gains on average, and the chance of ever holding x times the first wealth is at most
    1/x (Ville's inequality). That holds in any sample. Bets on each world multiply, so only the counts matter and not
    the order of the worlds.
    """
    # A stake s of the capital turns 1 into 1 + s * odds in each world. The gambler divides 1 equally among accounts
    # with the stakes of `STAKES`, since the best stake depends on the unknown mean; wealth is the mean of the accounts.
    odds = (1 + values) / np.maximum(1 + mean[..., None], ROUNDING) - 1
    gains = np.einsum("...v,...vs->...s", counts, np.log1p(odds[..., None] * STAKES))
    return np.asarray(logsumexp(gains, axis=-1) - math.log(STAKES.size))


def interval_of_bounded_mean(values: Floats, counts: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Lower and upper limit for the mean of a number between -1 and 1, which hold at all looks in any sample.

    `values` and `counts` are those of `log_wealth`; `level` is the coverage of all looks together. A mean is rejected
    once a gambler against it holds 2 / (1 - level) times the first wealth, which has a chance of at most (1 - level) /
    2 on either side if it is the true one (Waudby-Smith and Ramdas 2024, with a fixed spread of stakes). For paired
    counts the limits are 1.8 times as far apart as Tango's.

    >>> limits = interval_of_bounded_mean(np.array([1.0, 0.0, -1.0]), np.array([30.0, 960.0, 10.0]))
    >>> [round(float(limit), 4) for limit in limits]
    [-0.0017, 0.0448]
    """
    return _lower(values, counts, level), -_lower(-values, counts, level)


def _lower(values: Floats, counts: Floats, level: float) -> Floats:
    """Bisect for the least mean against which the gambler has not won: wealth falls as the mean rises."""
    high = counts @ values / counts.sum(axis=-1)
    low = np.full_like(high, -1.0)
    for _ in range(50):
        middle = (low + high) / 2
        won = log_wealth(values, counts, middle) >= math.log(2 / (1 - level))
        low, high = np.where(won, middle, low), np.where(won, high, middle)
    return np.asarray(low)


def half_width_factor(worlds: float, level: float = LEVEL) -> float:
    """Half width, in standard deviations of a world, of an interval that holds at all looks together in the limit.

    Robbins' normal mixture, with the estimated variance: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024),
    theorem 2.2.

    >>> round(half_width_factor(10_000) * 100, 2)  # in standard errors; a single look has 1.96
    3.04
    """
    alpha = 1 - level
    weight = worlds * (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / TUNED_TO
    return math.sqrt(2 * (weight + 1) / (worlds * weight) * math.log(math.sqrt(weight + 1) / alpha))


class CountedDifferences:
    """Paired differences of shares that are counted: how often each difference was observed."""

    def __init__(self, contrasts: int, lucks: int = 1) -> None:
        """Begin with no world; a world's share is a multiple of 1 / lucks."""
        self.worlds, self.lucks = 0, lucks
        self.values = np.arange(-lucks, lucks + 1) / lucks
        self.counts = np.zeros((contrasts, self.values.size))

    def add(self, a: Floats, b: Floats) -> None:
        """Add worlds: float[world, contrast] of the first policy and of the second."""
        columns = np.rint((a - b) * self.lucks).astype(int) + self.lucks
        for contrast, of_contrast in enumerate(columns.T):
            self.counts[contrast] += np.bincount(of_contrast, minlength=self.values.size)
        self.worlds += len(a)

    def half_width(self) -> Floats:
        """Half of the width of each contrast's interval: float[contrast]."""
        low, high = interval_of_bounded_mean(self.values, self.counts)
        return np.asarray(high - low) / 2

    def needed(self, width: float) -> Floats:
        """About how many worlds would make each half width this: float[contrast]."""
        return self.worlds * (self.half_width() / width) ** 2


class SummedDifferences:
    """Paired differences of any size: running sums of powers, which give the variance and how many worlds carry it."""

    def __init__(self, contrasts: int, largest: float = 0.0) -> None:
        """Begin with no world; `largest` is an upper limit of the outcome, if there is one."""
        self.worlds, self.known = 0, largest > 0
        self.differing = np.zeros(contrasts)  # worlds in which the policies differ
        self.arising = np.zeros(contrasts)  # worlds in which either has an outcome other than 0
        self.largest = np.full(contrasts, largest)  # outcome of either policy in any world so far
        self.shift = np.zeros(contrasts)  # about which powers are summed, so that no digits are lost
        self.powers = np.zeros((4, contrasts))

    def add(self, a: Floats, b: Floats) -> None:
        """Add worlds: float[world, contrast] of the first policy and of the second."""
        if not len(a):
            return
        difference = a - b
        if not self.worlds:
            self.shift = difference.mean(axis=0)
        away = difference - self.shift
        square = away * away
        self.powers += [part.sum(axis=0) for part in (away, square, square * away, square * square)]
        self.worlds += len(a)
        self.differing += np.count_nonzero(difference, axis=0)
        either = np.maximum(np.abs(a), np.abs(b))
        self.arising += np.count_nonzero(either, axis=0)
        self.largest = np.maximum(self.largest, either.max(axis=0))

    @property
    def mean(self) -> Floats:
        """Mean difference: float[contrast]."""
        return np.asarray(self.shift + self.powers[0] / self.worlds)

    @property
    def variance(self) -> Floats:
        """Variance of the difference over worlds: float[contrast]."""
        first, second = self.powers[:2] / self.worlds
        return np.asarray(np.maximum(second - first * first, 0.0))

    @property
    def carrying(self) -> Floats:
        """How many worlds carry the variance: few if few differ much. (Sum of squares)² / sum of fourth powers.

        It is the number of worlds with equal deviations that would have the same ratio: n if all deviate equally, 1 if
        a single world deviates.
        """
        # The fourth central moment from the sums of powers about the shift; m1 is the distance of the mean from it.
        m1, m2, m3, m4 = self.powers / self.worlds
        fourth, square = m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4, self.variance**2
        varies = (fourth > 0) & (square > 0)
        constant = np.where(self.differing > 0, self.worlds, 0)  # the same difference in each world
        return np.where(varies, self.worlds * square / np.where(varies, fourth, 1.0), constant)

    def half_width(self) -> Floats:
        """Half of the width of each contrast's interval, which holds in the limit: float[contrast].

        While too few worlds carry the variance it is the upper limit of how often the policies differ at all
        (`interval_of_bounded_mean`), times the largest outcome of either so far. It is infinite while too few worlds
        have any outcome, unless the largest is known.
        """
        widths = self._in_the_limit() * np.sqrt(self._widening())
        few = self.carrying < FEW
        return np.where(few, self._by_largest() if few.any() else math.inf, widths)

    def needed(self, width: float) -> Floats:
        """About how many worlds would make each half width this: float[contrast]."""
        plain, widened = self._in_the_limit() / width, self._widening()
        soonest = np.minimum(plain * np.sqrt(widened), widened)  # narrow though widened, or no longer widened
        enough = np.maximum(np.maximum(plain**2, soonest), FEW / np.maximum(self.carrying, 1.0))
        return self.worlds * np.minimum(enough, self._by_largest() / width)

    def _in_the_limit(self) -> Floats:
        return half_width_factor(self.worlds) * np.sqrt(self.variance)

    def _widening(self) -> Floats:
        return np.maximum(MANY / np.maximum(self.carrying, 1.0), 1.0)

    def _by_largest(self) -> Floats:
        differing, row = np.unique(self.differing, return_inverse=True)
        counts = np.stack([differing, self.worlds - differing], axis=-1)
        _, often = interval_of_bounded_mean(np.array([1.0, 0.0]), counts)
        return np.where(self.known | (self.arising >= FEW), often[row] * self.largest, math.inf)
