"""Chances and odds: the few scales on which the rules move things."""

from __future__ import annotations

import math

from sim.model.compiled import rule


@rule
def clip(x: float, low: float, high: float) -> float:
    """`x`, or the nearer end of what is possible."""
    return low if x < low else high if x > high else x


@rule
def chance(x: float) -> float:
    """A probability kept off certainty: no one is ever sure."""
    return clip(x, 0.001, 0.999)


@rule
def ratio(log_ratio: float) -> float:
    """The ratio of a logarithm; most that move nothing are 0, and cost no exponential."""
    return 1.0 if log_ratio == 0 else math.exp(log_ratio)


@rule
def odds(probability: float) -> float:
    """The odds of a probability: .75 has odds 3."""
    return probability / (1 - probability)


@rule
def probability(odds: float) -> float:
    """The probability that has these odds."""
    return odds / (1 + odds)


@rule
def log_odds(probability: float) -> float:
    """The logarithm of the odds, on which odds ratios add."""
    return math.log(probability / (1 - probability))


@rule
def shifted(probability: float, odds_ratio: float) -> float:
    """A probability whose odds are multiplied by `odds_ratio`."""
    lifted = probability * odds_ratio
    return lifted / (1 - probability + lifted)
