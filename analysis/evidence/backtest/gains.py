"""Mean gains of one forecaster over another, with intervals, and the smallest gain that the sample could show.

Episodes of one year at one target depend on each other, so the bootstrap resamples such clusters and not episodes.
With few clusters, percentiles of the resampled means are too narrow. They are widened as Hesterberg (2015) does (the
expanded percentile interval): the level of the tails is that of a normal whose quantile is t x sqrt(n / (n - 1)), with
Student's t for n clusters. The draws are keyed like all others (`sim.model.draws`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from sim.model import draws
from sim.statistics.intervals import Floats

if TYPE_CHECKING:
    from analysis.evidence.backtest.forecasts import Backtest
    from analysis.evidence.episodes import Episode

RESAMPLES = 10_000
POWER_SAMPLES, POWER_RESAMPLES = 400, 500  # samples that one might have had, and resamples for the interval of each
LEVEL, POWER = 0.95, 0.8
FEWEST_CLUSTERS = 6  # with fewer there is no interval: by luck alone, five agree on a sign once in sixteen times
AFTER_ESSAYS = "2020-03"  # the first month after the essays appeared
SAMPLES: dict[str, Callable[[Episode], bool]] = {
    "all": lambda episode: True,
    "since_2020_03": lambda episode: episode.start >= AFTER_ESSAYS,
    "ordinary_steps": lambda episode: episode.is_ordinary_step,
}
MEASURES = ("log_score", "brier", "rps", "duration")
NEGLIGIBLE = 5e-4  # smaller than any table shows


class ClusterMean(NamedTuple):
    """A mean, its 95 % interval, and the smallest mean that the sample would show with a chance of 80 %.

    Both need six clusters.
    """

    mean: float
    low: float | None
    high: float | None
    smallest: float | None
    clusters: int


class Gain(NamedTuple):
    """The mean gain of a forecaster over another in one sample, domain and measure: a row of summary.csv."""

    sample: str
    domain: str
    measure: str
    forecaster: str
    against: str
    gain: float
    low: float | None
    high: float | None
    smallest_gain: float | None
    episodes: int
    clusters: int

    def is_clear(self) -> bool:
        """True if the interval excludes zero."""
        return self.low is not None and self.high is not None and (self.low > NEGLIGIBLE or self.high < -NEGLIGIBLE)


def cluster_mean(
    values: Sequence[float], clusters: Sequence[str], *, seed: int, resamples: int = RESAMPLES
) -> ClusterMean:
    """The mean of `values`, with a bootstrap over the clusters to which they belong.

    A mean is shown if its interval excludes zero. The smallest mean is the one, upwards or downwards, that is shown in
    four of five samples of the clusters' own distribution.

    >>> cluster_mean([1.0, 1.0, 2.0, 0.0], ["a", "a", "b", "c"], seed=1).mean
    1.0
    """
    names, index = np.unique(clusters, return_inverse=True)
    sums, counts = (np.bincount(index, each).astype(np.float64) for each in (values, np.ones(len(index))))
    mean, n = float(sums.sum() / counts.sum()), len(names)
    if n < FEWEST_CLUSTERS:
        return ClusterMean(mean, None, None, None, n)
    low, high = interval_of_clusters(sums, counts, seed, resamples)
    return ClusterMean(mean, low, high, _smallest_shown(sums - mean * counts, counts, seed), n)


def interval_of_clusters(sums: Floats, counts: Floats, seed: int, resamples: int = RESAMPLES) -> tuple[float, float]:
    """Expanded percentile interval of a mean, from the sum of the values and their number in each cluster."""
    chosen = _resample(seed, len(sums), resamples)
    means = sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
    low, high = np.quantile(means, _tails(len(sums))).tolist()
    return low, high


def _tails(n: int) -> list[float]:
    """Levels of the two limits of the expanded percentile interval of n clusters."""
    tail = float(ndtr(stdtrit(n - 1, (1 - LEVEL) / 2) * math.sqrt(n / (n - 1))))
    return [tail, 1 - tail]


def _smallest_shown(residuals: Floats, counts: Floats, seed: int) -> float:
    """The smallest true mean whose interval excludes zero with the chance `POWER`.

    Each outer resample is a sample that one might have had, with a mean of zero; each gets its interval, by the same
    method, from inner resamples. A true mean of d moves both limits by d, so it is shown where d is above -low.
    Residuals of n clusters are too close together by (n - 1) / n, which the factor undoes.
    """
    n = len(residuals)
    outer, weights = _resample(seed + 1, n, POWER_SAMPLES), _weights(seed, n, POWER_RESAMPLES)
    sums = residuals[outer] * math.sqrt(n / (n - 1))
    low, high = np.quantile((sums @ weights) / (counts[outer] @ weights), _tails(n), axis=1)
    return float(max(np.quantile(-low, POWER), np.quantile(high, POWER)))


@lru_cache(maxsize=64)
def _resample(seed: int, clusters: int, resamples: int) -> NDArray[np.int64]:
    """int64[resample, cluster]: the clusters of each resample, the same for all comparisons."""
    drawn = draws.draw_uniforms(seed, [f"cluster {i} of a resample" for i in range(clusters)], 0, resamples)
    return (drawn * clusters).astype(np.int64)


@lru_cache(maxsize=64)
def _weights(seed: int, clusters: int, resamples: int) -> Floats:
    """float[cluster, resample]: how often a resample has each cluster."""
    chosen = _resample(seed, clusters, resamples)
    return np.stack([np.count_nonzero(chosen == cluster, axis=1) for cluster in range(clusters)]).astype(np.float64)


def mean_gains(backtest: Backtest, pairs: Sequence[tuple[str, str]], *, resamples: int = RESAMPLES) -> tuple[Gain, ...]:
    """Mean gains of each first forecaster over the second, by sample, domain and measure.

    A gain is positive if the first is better, whichever way the score runs. In the domain `both` the two domains of an
    episode count half each.
    """
    cluster = {episode.name: episode.cluster for episode in backtest.episodes}
    gains = []
    for sample, domain, measure in product(SAMPLES, ("both", "economic", "military"), MEASURES):
        table = _higher_is_better(backtest, domain, measure)
        chosen = {episode.name for episode in backtest.episodes if SAMPLES[sample](episode)}
        names = [name for name in table.index if name in chosen]
        for first, second in pairs if names else ():
            values = (table[first] - table[second])[names].tolist()
            clusters = [cluster[name] for name in names]
            mean = cluster_mean(values, clusters, seed=backtest.experiment.seed, resamples=resamples)
            gains.append(Gain(sample, domain, measure, first, second, *mean[:4], len(names), mean.clusters))
    return tuple(gains)


def _higher_is_better(backtest: Backtest, domain: str, measure: str) -> pd.DataFrame:
    """A score by episode and forecaster, with its sign changed if lower is better."""
    column = "log_score" if measure == "duration" else measure
    table = backtest.durations if measure == "duration" else backtest.scores
    table = table if domain == "both" else table[table["domain"] == domain]
    scores = table.pivot_table(index="episode", columns="forecaster", values=column, aggfunc="mean", sort=False)
    return scores if column == "log_score" else -scores
