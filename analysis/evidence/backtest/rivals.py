"""The model's rivals: three simple forecasts of rungs, fitted to episodes of the record and to nothing else.

None ever gives a rung no chance: each begins as if every rung had been seen once between them (1 / rungs each:
Perks 1947), so the logarithm of what it gave to what happened is always a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, gammaln, log_softmax, logit, softmax

from analysis.evidence.episodes import Episode

Floats = NDArray[np.float64]
Training = tuple[Episode, ...]

RUNGS: Mapping[str, int] = {"economic": 4, "military": 7}
SHRINKAGES = 2.0 ** np.arange(-1, 7)  # how many episodes the climatology may count for against a trigger type's own
SLOPE_SPREAD = 2.5  # log-odds for two standard deviations of a covariate: Gelman et al. 2008, with a normal


def _counts(training: Training, domain: str) -> Floats:
    rungs = [episode.rung(domain) for episode in training]
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
    return _shares(_counts(tuple(one for one in training if one.target == target), domain) + pooled)


def trigger_type(training: Training, episode: Episode, domain: str) -> Floats:
    """How often after triggers of this type at this target, drawn towards the climatology as far as helps the fit."""
    prior = climatology(training, episode, domain) * _shrinkage(training, domain)
    same = (episode.target, episode.trigger_type)
    return _shares(_counts(tuple(one for one in training if (one.target, one.trigger_type) == same), domain) + prior)


@lru_cache(maxsize=1024)
def _shrinkage(training: Training, domain: str) -> float:
    """The weight of the climatology under which the groups of the training episodes are likeliest (Dirichlet)."""
    groups = {(one.target, one.trigger_type) for one in training}
    fits = np.zeros(len(SHRINKAGES))
    for target, kind in sorted(groups):
        own = _counts(tuple(one for one in training if (one.target, one.trigger_type) == (target, kind)), domain)
        prior = SHRINKAGES[:, None] * _climatology(training, target, domain)
        fits += gammaln(SHRINKAGES) - gammaln(SHRINKAGES + own.sum())
        fits += (gammaln(prior + own) - gammaln(prior)).sum(axis=1)
    return float(SHRINKAGES[int(fits.argmax())])


def ordered_logit(training: Training, episode: Episode, domain: str) -> Floats:
    """A cumulative logit on provocation and target: one slope each, and as many thresholds as there are steps up."""
    average, spread = _scale(training)
    place = (_covariates(episode) - average) / (2 * spread)
    (chances,) = _rungs(_fit(training, domain), place[None, :], RUNGS[domain])
    return np.asarray(chances)


def _covariates(episode: Episode) -> Floats:
    return np.array([episode.provocation, float(episode.target == "Taiwan")])


def _scale(training: Training) -> tuple[Floats, Floats]:
    table = np.array([_covariates(one) for one in training])
    spread = table.std(axis=0)
    return table.mean(axis=0), np.where(spread > 0, spread, 1.0)


def _rungs(fitted: Floats, places: Floats, rungs: int) -> Floats:
    """Chances float64[place, rung]; `fitted` holds weights of the average episode's rungs, and two slopes."""
    average = softmax(np.append(0.0, fitted[: rungs - 1]))
    thresholds = logit(np.cumsum(average)[:-1])
    up_to = expit(thresholds - (places @ fitted[rungs - 1 :])[:, None])
    edge = np.ones((len(places), 1))
    chances: Floats = np.diff(np.hstack([0 * edge, up_to, edge]), axis=1)
    return chances


@lru_cache(maxsize=1024)
def _fit(training: Training, domain: str) -> Floats:
    """The likeliest fit, with a bell curve round 0 for the slopes and every rung seen 1 / rungs times on average."""
    rungs = RUNGS[domain]
    average, spread = _scale(training)
    places = (np.array([_covariates(one) for one in training]) - average) / (2 * spread)
    seen = np.array([one.rung(domain) for one in training])

    def surprise(fitted: Floats) -> float:
        chances = np.maximum(_rungs(fitted, places, rungs)[np.arange(len(seen)), seen], 1e-300)
        typical = log_softmax(np.append(0.0, fitted[: rungs - 1]))
        slopes = fitted[rungs - 1 :] / SLOPE_SPREAD
        return float(-np.log(chances).sum() - typical.sum() / rungs + (slopes**2).sum() / 2)

    start = np.append(np.log(_counts(training, domain) + 1 / rungs), [0.0, 0.0])
    start[:rungs] -= start[0]
    found: Floats = minimize(surprise, start[1:], method="BFGS").x
    return found


RIVALS: Mapping[str, Callable[[Training, Episode, str], Floats]] = {
    "climatology": climatology,
    "trigger_type": trigger_type,
    "ordered_logit": ordered_logit,
}
"""The rivals by name: each gives float64[rung], the chances of an episode's rungs, from the training episodes."""
