"""The model's rivals: three simple forecasters, each fitted to episodes of the record and to nothing else.

No rival gives a rung the probability 0. Each begins as if one more episode had been seen, spread evenly over the
rungs (1 / rungs each: Perks 1947), so the logarithm of the probability of what happened is always a number.

For durations each rival has a log-logistic law like the model's (`analysis.evidence.backtest.durations`). The
logarithm of its median is linear in the domain, and in the trigger's type or its provocation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, gammaln, log_softmax, logit, softmax

from analysis.evidence.backtest.durations import prob_ended, recorded_limits
from analysis.evidence.episodes import Episode
from sim.statistics.intervals import Floats

Training = tuple[Episode, ...]

RUNGS: Mapping[str, int] = {"economic": 4, "military": 7}
PRIOR_WEIGHTS = 2.0 ** np.arange(-1, 7)  # in episodes: the weight of the climatology against a trigger type's own
SLOPE_SD = 2.5  # log-odds for two standard deviations of a covariate: Gelman et al. 2008, with a normal

# The prior of the laws of duration is normal: a median of about three months, within a factor of 50 either way.
LOG_MEDIAN, LOG_MEDIAN_SD = math.log(3.0), 2.0
EFFECT_SD = 1.0  # of a trigger's type or provocation on the logarithm of the median
LOG_SPREAD_SD = 1.0


def _counts(training: Training, domain: str) -> Floats:
    rungs = np.array([episode.rung(domain) for episode in training], dtype=np.int64)
    return np.bincount(rungs, minlength=RUNGS[domain]).astype(np.float64)


def _shares(counts: Floats) -> Floats:
    shares: Floats = counts / counts.sum()
    return shares


def climatology(training: Training, episode: Episode, domain: str) -> Floats:
    """How often each rung was reached at this target; both targets together count as one more episode."""
    return _climatology(training, episode.target, domain)


@lru_cache(maxsize=1024)
def _climatology(training: Training, target: str, domain: str) -> Floats:
    pooled = _shares(_counts(training, domain) + 1 / RUNGS[domain])
    at_target = tuple(other for other in training if other.target == target)
    return _shares(_counts(at_target, domain) + pooled)


def trigger_type(training: Training, episode: Episode, domain: str) -> Floats:
    """How often each rung followed triggers of this type at this target, drawn towards the climatology."""
    prior = climatology(training, episode, domain) * _prior_weight(training, domain)
    group = _of_type(training, episode.target, episode.trigger_type)
    return _shares(_counts(group, domain) + prior)


def _of_type(training: Training, target: str, trigger_type: str) -> Training:
    return tuple(other for other in training if (other.target, other.trigger_type) == (target, trigger_type))


@lru_cache(maxsize=1024)
def _prior_weight(training: Training, domain: str) -> float:
    """The weight of the climatology that makes the training episodes likeliest.

    Episodes of one target and type form a group, whose rung probabilities have a Dirichlet prior with the parameters
    weight x climatology. The likelihood of a group's counts is then Dirichlet-multinomial. Up to a constant its
    logarithm is ln G(w) - ln G(w + n) + sum over rungs of ln G(w c + n_rung) - ln G(w c), with the gamma function G.
    If the types differ, a small weight fits best; if they are alike, a large one does.
    """
    fits = np.zeros(len(PRIOR_WEIGHTS))
    for target, kind in sorted({(other.target, other.trigger_type) for other in training}):
        counts = _counts(_of_type(training, target, kind), domain)
        prior = PRIOR_WEIGHTS[:, None] * _climatology(training, target, domain)
        fits += gammaln(PRIOR_WEIGHTS) - gammaln(PRIOR_WEIGHTS + counts.sum())
        fits += (gammaln(prior + counts) - gammaln(prior)).sum(axis=1)
    return float(PRIOR_WEIGHTS[int(fits.argmax())])


def ordered_logit(training: Training, episode: Episode, domain: str) -> Floats:
    """A cumulative logit on provocation and target: one slope each, and one threshold between each pair of rungs."""
    mean, sd = _scale(training)
    covariates = (_covariates(episode) - mean) / (2 * sd)
    (chances,) = _logit_chances(_fit_logit(training, domain), covariates[None, :], RUNGS[domain])
    return np.asarray(chances)


def _covariates(episode: Episode) -> Floats:
    return np.array([episode.provocation, float(episode.target == "Taiwan")])


def _scale(training: Training) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the covariates; 1 for one that does not vary."""
    if not training:
        return np.zeros(2), np.ones(2)
    table = np.array([_covariates(other) for other in training])
    sd = table.std(axis=0)
    return table.mean(axis=0), np.where(sd > 0, sd, 1.0)


def _logit_chances(coefficients: Floats, covariates: Floats, rungs: int) -> Floats:
    """float[episode, rung]: probabilities; `coefficients` are log-weights of the rungs above 0, and two slopes.

    The weights give the rung probabilities of the average episode, whose covariates are 0. Their cumulated sums, as
    log-odds, are the thresholds. A slope shifts an episode against all thresholds at once:
    P(rung <= k) = logistic(threshold_k - covariates . slopes).
    """
    average = softmax(np.append(0.0, coefficients[: rungs - 1]))
    thresholds = logit(np.cumsum(average)[:-1])
    up_to = expit(thresholds - (covariates @ coefficients[rungs - 1 :])[:, None])
    edge = np.ones((len(covariates), 1))
    chances: Floats = np.diff(np.hstack([0 * edge, up_to, edge]), axis=1)
    return chances


@lru_cache(maxsize=1024)
def _fit_logit(training: Training, domain: str) -> Floats:
    """The likeliest coefficients, with a normal prior on the slopes and every rung seen 1 / rungs times at average."""
    rungs = RUNGS[domain]
    mean, sd = _scale(training)
    covariates = (np.array([_covariates(other) for other in training]).reshape(-1, 2) - mean) / (2 * sd)
    observed = np.array([other.rung(domain) for other in training], dtype=np.int64)

    def loss(coefficients: Floats) -> float:
        chances = _logit_chances(coefficients, covariates, rungs)[np.arange(len(observed)), observed]
        average = log_softmax(np.append(0.0, coefficients[: rungs - 1]))
        slopes = coefficients[rungs - 1 :] / SLOPE_SD
        return float(-np.log(np.maximum(chances, 1e-300)).sum() - average.sum() / rungs + (slopes**2).sum() / 2)

    start = np.append(np.log(_counts(training, domain) + 1 / rungs), [0.0, 0.0])
    start[:rungs] -= start[0]
    coefficients: Floats = minimize(loss, start[1:], method="BFGS").x
    return coefficients


# --- durations ---


def _domain_columns(training: Training, episode: Episode) -> Floats:
    return np.array([episode.domain == "economic", episode.domain == "military"], float)


def _type_columns(training: Training, episode: Episode) -> Floats:
    types = sorted({other.trigger_type for other in training})
    return np.append(_domain_columns(training, episode), [float(episode.trigger_type == kind) for kind in types])


def _provocation_columns(training: Training, episode: Episode) -> Floats:
    values = np.array([other.provocation for other in training or (episode,)])
    scaled = (episode.provocation - values.mean()) / (2 * values.std() or 1.0)
    return np.append(_domain_columns(training, episode), scaled)


def fit_duration(rival: str, training: Training, episode: Episode) -> tuple[float, float]:
    """A rival's median in months and spread for an episode's answer, from the training episodes."""
    columns = RIVALS[rival].duration_columns(training, episode)
    median, spread = _law(columns, _fit_law(rival, training, len(columns)))
    return float(median), spread


def _law(columns: Floats, coefficients: Floats) -> tuple[Floats, float]:
    """Medians and spread; clipped where an optimizer's trial step would overflow, far beyond any result."""
    return np.exp(np.clip(columns @ coefficients[:-1], -20, 20)), math.exp(np.clip(coefficients[-1], -5, 5))


@lru_cache(maxsize=1024)
def _fit_law(rival: str, training: Training, size: int) -> Floats:
    """The likeliest coefficients of the logarithm of the median, then the logarithm of the spread.

    A censored duration contributes the probability of its interval, F(high) - F(low). This serves all kinds alike:
    F(0) is 0 for a duration with an upper limit only, and F(infinity) is 1 for an answer that still runs.
    """
    columns_of = RIVALS[rival].duration_columns
    known = [(columns_of(training, other), limits) for other in training if (limits := recorded_limits(other))]
    columns = np.array([row for row, _ in known]).reshape(-1, size)
    low, high = (np.array([limits[edge] for _, limits in known], float) for edge in (0, 1))
    prior_mean = np.append([LOG_MEDIAN, LOG_MEDIAN], np.zeros(size - 1))
    prior_sd = np.append([LOG_MEDIAN_SD, LOG_MEDIAN_SD], np.full(size - 1, EFFECT_SD))
    prior_sd[-1] = LOG_SPREAD_SD

    def loss(coefficients: Floats) -> float:
        law = _law(columns, coefficients)
        chances = np.maximum(prob_ended(high, *law) - prob_ended(low, *law), 1e-300)
        return float(-np.log(chances).sum() + (((coefficients - prior_mean) / prior_sd) ** 2).sum() / 2)

    coefficients: Floats = minimize(loss, prior_mean, method="BFGS").x
    return coefficients


class Rival(NamedTuple):
    """A rival: `chances` gives float[rung] for an episode and domain; `duration_columns` the covariates of its law."""

    chances: Callable[[Training, Episode, str], Floats]
    duration_columns: Callable[[Training, Episode], Floats]


RIVALS: Mapping[str, Rival] = {
    "climatology": Rival(climatology, _domain_columns),
    "trigger_type": Rival(trigger_type, _type_columns),
    "ordered_logit": Rival(ordered_logit, _provocation_columns),
}
