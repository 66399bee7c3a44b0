"""How long an answer lasts, given that there is one in its domain: the model's law, and what the record knows.

The model draws durations from log-logistic laws. With median m and spread s (both of one world), the chance that an
answer has ended after t months is the logistic function of (ln t - ln m) / s. Over many worlds the model's forecast
is the mixture of these laws.

The record knows a duration only between two limits, so what can be scored is the chance of that interval. A duration
of a month or more is known to half a month, and a shorter one to a twentieth of a month. A duration of 0 was below
that ("left-censored"); for an answer that still runs there is only a lower limit ("right-censored").
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from analysis.evidence.episodes import Episode
from sim.model import codes
from sim.model.rules import prc
from sim.statistics.intervals import Floats


class Limits(NamedTuple):
    """Two limits, in months, between which a duration lay; `kind` is interval, left or right."""

    low: float
    high: float
    kind: str


def recorded_limits(episode: Episode) -> Limits | None:
    """The limits between which an answer's duration lay; None if there was no answer or no duration is given."""
    if episode.domain == "none" or episode.months is None:
        return None
    if episode.ongoing:
        return Limits(episode.months, math.inf, "right")
    precision = 0.5 if episode.months >= 1 else 0.05
    if episode.months <= precision:
        return Limits(0.0, episode.months + precision, "left")
    return Limits(episode.months - precision, episode.months + precision, "interval")


def prob_ended(months: Floats | float, median: Floats | float, spread: Floats | float) -> Floats:
    """The chance that an answer has ended after so many months, element by element.

    The function is the inverse of the quantile `sim.model.effects.reactions.lasts`.

    >>> prob_ended(9.5, 9.5, 0.6).item()
    0.5
    """
    with np.errstate(divide="ignore"):  # the logarithm of a duration of zero
        log_odds = (np.log(months) - np.log(median)) / spread
    chance: Floats = expit(log_odds)
    return chance


def prob_between(limits: Limits, median: Floats | float, spread: Floats | float) -> float:
    """The chance that a duration lies between two limits, averaged over worlds."""
    return float((prob_ended(limits.high, median, spread) - prob_ended(limits.low, median, spread)).mean())


def median_of_mixture(median: Floats | float, spread: Floats | float) -> float:
    """The median duration in months over all worlds together."""
    return math.exp(brentq(lambda log_months: prob_ended(math.exp(log_months), median, spread).mean() - 0.5, -20, 20))


def laws_of_answers(rungs: NDArray[np.int64], parameters: np.ndarray, track: int) -> tuple[Floats, Floats]:
    """The laws of the answers on a track, in the worlds that have one.

    Parameters
    ----------
    rungs : int64[world, track]
        As from `analysis.evidence.single_trigger.play_trigger`.
    parameters : structured array[world]
    track
        An index of `sim.model.codes.TRACKS`.

    Returns
    -------
    median_months, spread : float[world]
        If no world has an answer, those of an answer on the lowest rung in every world.
    """
    rung = rungs[:, track]
    answered = rung > 0
    if not answered.any():
        answered, rung = np.ones_like(answered), np.ones_like(rung)
    params = parameters[answered]
    if track in (codes.JAPAN_ECONOMIC, codes.TAIWAN_ECONOMIC):
        return params["economic_duration_months"], params["duration_spread"]
    median, spread = params["surge_duration_months"], params["duration_spread"]
    if track == codes.TAIWAN_MILITARY:
        median, spread = params["taiwan_surge_duration_months"], params["taiwan_surge_spread"]
    drill = rung[answered] == prc.DRILL
    return np.where(drill, params["drill_duration_months"], median), np.where(drill, params["duration_spread"], spread)
