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

if TYPE_CHECKING:
    from analysis.evidence.backtest.forecasts import Backtest
    from analysis.evidence.episodes import Episode

RESAMPLES = 10_000
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

    The interval needs six clusters, and the smallest mean needs two.
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

    The standard error treats the mean as a ratio of sums over clusters. A mean is shown if its interval excludes zero;
    a true mean of (t of 97.5 % + t of 80 %) standard errors is shown in four of five samples.

    >>> cluster_mean([1.0, 1.0, 2.0, 0.0], ["a", "a", "b", "c"], seed=1).mean
    1.0
    """
    names, index = np.unique(clusters, return_inverse=True)
    sums, counts = np.bincount(index, values), np.bincount(index)
    mean, n = float(sums.sum() / counts.sum()), len(names)
    smallest = low = high = None
    if n > 1:
        error = math.sqrt(n / (n - 1) * ((sums - mean * counts) ** 2).sum()) / counts.sum()
        smallest = float((stdtrit(n - 1, (1 + LEVEL) / 2) + stdtrit(n - 1, POWER)) * error)
    if n >= FEWEST_CLUSTERS:
        chosen = _resample(seed, n, resamples)
        means = sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
        tail = float(ndtr(stdtrit(n - 1, (1 - LEVEL) / 2) * math.sqrt(n / (n - 1))))
        low, high = np.quantile(means, [tail, 1 - tail]).tolist()
    return ClusterMean(mean, low, high, smallest, n)


@lru_cache(maxsize=64)
def _resample(seed: int, clusters: int, resamples: int) -> NDArray[np.int64]:
    """int64[resample, cluster]: the clusters of each resample, the same for all comparisons."""
    drawn = draws.draw_uniforms(seed, [f"cluster {i} of a resample" for i in range(clusters)], 0, resamples)
    return (drawn * clusters).astype(np.int64)


def mean_gains(
    backtest: Backtest, pairs: Sequence[tuple[str, str]], *, resamples: int = RESAMPLES
) -> tuple[Gain, ...]:
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
