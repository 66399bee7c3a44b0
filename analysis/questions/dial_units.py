"""Places on a claim's dial in the units of its numbers, and where neutral numbers stand on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine import beliefs

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution
    from sim.scenario.experiment import Experiment


def medians(exp: Experiment, claim: str, dial: float) -> list[tuple[str, float, float, float, float]]:
    """Each number of a claim: its median at a dial (beyond 0..1 on a straight line), at Self's and Newsham's end,
    and the neutral mode."""
    ends = [beliefs.standing(exp.catalogue, {claim: end}).distributions for end in (0.0, 1.0)]
    rows = []
    for name in beliefs.moved(exp.catalogue)[claim]:
        by_self, newsham = (float(end[name].ppf(np.array([0.5]))[0]) for end in ends)
        neutral = mode(exp.catalogue.parameters[name].neutral)
        rows.append((name, (1 - dial) * by_self + dial * newsham, by_self, newsham, neutral))
    return rows


def mode(distribution: Distribution) -> float:
    """The likeliest value, to a thousandth of the range: where the inverse CDF is flattest.

    >>> from sim.scenario.distributions import Triangular
    >>> round(mode(Triangular(0.0, 0.3, 1.0)), 2)
    0.3
    """
    values = distribution.ppf(np.linspace(0.0005, 0.9995, 1000))
    steps = np.diff(values)
    flattest = np.flatnonzero(steps <= steps.min() * (1 + 1e-6))
    return float(values[flattest[len(flattest) // 2]])


def neutral_place(exp: Experiment, claim: str) -> float | None:
    """Where the neutral medians stand on a claim's dial (least squares over its numbers); None if it moves none.

    >>> import sim
    >>> neutral_place(sim.load("debate"), "S9")
    1.0
    """
    along = away = 0.0
    for name, _, by_self, newsham, _ in medians(exp, claim, 0.0):
        middle = float(exp.catalogue.parameters[name].neutral.ppf(np.array([0.5]))[0])
        spread = max(by_self, newsham, middle) - min(by_self, newsham, middle)
        if newsham != by_self:
            along += ((newsham - by_self) / spread) ** 2
            away += (newsham - by_self) * (middle - by_self) / spread**2
    return away / along if along else None
