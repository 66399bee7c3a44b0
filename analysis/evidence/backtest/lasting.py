"""How long an answer lasts, given that there is one in its domain: laws of duration, and how a duration is known.

A duration is known between two limits. One of a month or more is known to half a month, a shorter one to half a tenth;
one given as 0 lay below half a tenth; of one that still runs only a lower limit is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import expit

from analysis.evidence.episodes import Episode
from sim.model import codes
from sim.model.rules import prc

if TYPE_CHECKING:
    from analysis.evidence.backtest.rivals import Training

Floats = NDArray[np.float64]
Columns = Callable[["Training", Episode], Floats]

USUAL, WIDE = math.log(3.0), 2.0  # before any data: a median of three months, within a factor of 50 either way
EXTRA_SPREAD, SHAPE_SPREAD = 1.0, 1.0  # of what a trigger adds to the log of the median, and of the log of the spread


class Known(NamedTuple):
    """What is known of a duration, in months: it lay between two limits; `kind` is interval, left or right."""

    low: float
    high: float
    kind: str


def known(episode: Episode) -> Known | None:
    """Between which limits an answer's duration lay; None where there was no answer or no duration is given."""
    if episode.domain == "none" or episode.months is None:
        return None
    if episode.ongoing:
        return Known(episode.months, math.inf, "right")
    slack = 0.5 if episode.months >= 1 else 0.05
    if episode.months <= slack:
        return Known(0.0, episode.months + slack, "left")
    return Known(episode.months - slack, episode.months + slack, "interval")


def ended(months: Floats | float, median: Floats | float, spread: Floats | float) -> Floats:
    """The chance that an episode has ended by then, one by one.

    The law of which `sim.model.effects.reactions.lasts` is the quantile: log-logistic.

    >>> ended(9.5, 9.5, 0.6).item()
    0.5
    """
    with np.errstate(divide="ignore"):  # the log of no time at all
        odds = (np.log(months) - np.log(median)) / spread
    chance: Floats = expit(odds)
    return chance


def between(limits: Known, median: Floats | float, spread: Floats | float) -> float:
    """The chance that a duration lies between two limits, averaged over worlds."""
    return float((ended(limits.high, median, spread) - ended(limits.low, median, spread)).mean())


def middle(median: Floats | float, spread: Floats | float) -> float:
    """The median in months over all worlds together."""
    found = brentq(lambda log_months: ended(math.exp(log_months), median, spread).mean() - 0.5, -20, 20)
    return math.exp(found)


def medians(rungs: NDArray[np.int64], parameters: np.ndarray, track: int) -> tuple[Floats, Floats]:
    """Median months and spread of the answers on a track, one for each world that has one: a mixture of their laws."""
    rung = rungs[:, track]
    answered = rung > 0
    if not answered.any():
        answered, rung = np.ones_like(answered), np.ones_like(rung)
    p = parameters[answered]
    if track in (codes.JAPAN_ECONOMIC, codes.TAIWAN_ECONOMIC):
        return p["economic_duration_months"], p["duration_spread"]
    drill = rung[answered] == prc.DRILL
    median, spread = p["surge_duration_months"], p["duration_spread"]
    if track == codes.TAIWAN_MILITARY:
        median, spread = p["taiwan_surge_duration_months"], p["taiwan_surge_spread"]
    return np.where(drill, p["drill_duration_months"], median), np.where(drill, p["duration_spread"], spread)


# --- the rivals' laws: log-logistic like the model's, with a median for each domain, fitted to known limits ---


def _of_domain(training: Training, episode: Episode) -> Floats:
    return np.array([episode.domain == "economic", episode.domain == "military"], float)


def _of_type(training: Training, episode: Episode) -> Floats:
    types = sorted({one.trigger_type for one in training})
    return np.append(_of_domain(training, episode), [float(episode.trigger_type == one) for one in types])


def _of_provocation(training: Training, episode: Episode) -> Floats:
    given = np.array([one.provocation for one in training])
    return np.append(_of_domain(training, episode), (episode.provocation - given.mean()) / (2 * given.std() or 1.0))


COLUMNS: dict[str, Columns] = {"climatology": _of_domain, "trigger_type": _of_type, "ordered_logit": _of_provocation}
"""What the log of each rival's median is made of: the domain, then the trigger's type or its provocation."""


def fitted(name: str, training: Training, episode: Episode) -> tuple[float, float]:
    """A rival's median months and spread for an episode's answer, from the training episodes."""
    median, spread = _law(COLUMNS[name](training, episode), _fit(name, training))
    return float(median), spread


def _law(columns: Floats, found: Floats) -> tuple[Floats, float]:
    """Medians and spread; held within what a search may try without harm, far beyond what it ends in."""
    return np.exp(np.clip(columns @ found[:-1], -20, 20)), math.exp(np.clip(found[-1], -5, 5))


@lru_cache(maxsize=1024)
def _fit(name: str, training: Training) -> Floats:
    """The likeliest coefficients, and the log of the spread last, with weak bell curves round what is usual."""
    seen = [(COLUMNS[name](training, one), limits) for one in training if (limits := known(one))]
    size = len(COLUMNS[name](training, training[0]))
    columns = np.array([row for row, _ in seen]).reshape(-1, size)
    low, high = (np.array([limits[edge] for _, limits in seen], float) for edge in (0, 1))
    usual = np.append([USUAL, USUAL], np.zeros(size - 1))
    width = np.append([WIDE, WIDE], np.full(size - 1, EXTRA_SPREAD))
    width[-1] = SHAPE_SPREAD

    def surprise(found: Floats) -> float:
        law = _law(columns, found)
        chances = np.maximum(ended(high, *law) - ended(low, *law), 1e-300)
        return float(-np.log(chances).sum() + (((found - usual) / width) ** 2).sum() / 2)

    best: Floats = minimize(surprise, usual, method="BFGS").x
    return best
