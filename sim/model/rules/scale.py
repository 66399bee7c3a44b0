"""Chances and odds: the few scales on which the rules move things."""

from __future__ import annotations

from sim.model.elementary import exp, log

# Parameters are numbers one could ask an expert for, so many are ratios for a change of a certain size. These turn
# them into ratios for a change from 0 to 1.
PER_TEN_POINTS = 10  # a ratio for 10 points of a probability: a change from 0 to 1 is ten of them
FULL_AGAINST_HALF = 2  # a ratio for a thing in full against by half: from nothing to full is two halves
TEN_PERCENT = 10  # for a ratio per ten per cent
LN_2 = log(2.0)  # half of a thing is left after LN_2 of its mean lives
LEAST, MOST = 0.001, 0.999  # how near to certainty a probability may come


def clip(x: float, low: float, high: float) -> float:
    """`x`, or the nearer end of what is possible."""
    return low if x < low else high if x > high else x


def chance(x: float) -> float:
    """A probability kept off certainty: no one is ever sure."""
    return clip(x, LEAST, MOST)


def ratio(log_ratio: float) -> float:
    """The ratio of a logarithm; most that move nothing are 0, and cost no exponential."""
    return 1.0 if log_ratio == 0 else exp(log_ratio)


def share_left(half_life: float, time: float) -> float:
    """The share that is left after some time of what halves in every `half_life`, both in one unit."""
    return exp(-LN_2 * time / half_life)


def odds(probability: float) -> float:
    """The odds of a probability: .75 has odds 3."""
    return probability / (1 - probability)


def probability(odds: float) -> float:
    """The probability that has these odds."""
    return odds / (1 + odds)


def log_odds(probability: float) -> float:
    """The logarithm of the odds, on which odds ratios add."""
    return log(probability / (1 - probability))


def shifted(probability: float, odds_ratio: float) -> float:
    """A probability whose odds are multiplied by `odds_ratio`."""
    lifted = probability * odds_ratio
    return lifted / (1 - probability + lifted)
