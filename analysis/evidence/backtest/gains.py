"""What one forecaster gains over another on average, how sure that is, and what this sample could have shown at all.

Episodes of one year at one target hang together, so the bootstrap draws such clusters, not episodes. Its limits are
percentiles widened for the small number of clusters (Hesterberg 2015, the expanded percentile interval), and its
draws are keyed like all others (`sim.model.draws`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from sim.model import draws

if TYPE_CHECKING:
    from analysis.evidence.backtest.forecasts import Scored

RESAMPLES = 10_000
LEVEL, POWER = 0.95, 0.8
FEWEST = 6  # clusters, below which all may well agree on a sign by luck
ESSAYS = "2020-03"  # after the month in which the essays appeared
SAMPLES = ("all", "since_2020_03")
MEASURES = ("log_score", "brier", "rps", "duration")
NOTHING = 5e-4  # smaller than any table shows


class Clustered(NamedTuple):
    """A mean, its 95 % interval, and the smallest mean that would have been shown with a chance of 80 %.

    There is no interval of fewer than six clusters: by luck alone five agree on a sign once in sixteen times. The
    smallest mean needs two.
    """

    mean: float
    low: float | None
    high: float | None
    smallest: float | None
    clusters: int


class Gain(NamedTuple):
    """What a forecaster gains over another on average, in one sample, domain and measure: a row of summary.csv."""

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

    def told(self) -> bool:
        """Whether it can be told from luck: the interval leaves nought out."""
        return self.low is not None and self.high is not None and (self.low > NOTHING or self.high < -NOTHING)


def clustered(values: Sequence[float], clusters: Sequence[str], *, seed: int, resamples: int = RESAMPLES) -> Clustered:
    """The mean of `values`, whose luck is shared within clusters, with a cluster bootstrap.

    >>> clustered([1.0, 1.0, 2.0, 0.0], ["a", "a", "b", "c"], seed=1).mean
    1.0
    """
    names, place = np.unique(clusters, return_inverse=True)
    sums, counts = np.bincount(place, values), np.bincount(place)
    mean, n = float(sums.sum() / counts.sum()), len(names)
    smallest = low = high = None
    if n > 1:
        error = math.sqrt(n / (n - 1) * ((sums - mean * counts) ** 2).sum()) / counts.sum()
        smallest = float((stdtrit(n - 1, (1 + LEVEL) / 2) + stdtrit(n - 1, POWER)) * error)
    if n >= FEWEST:
        chosen = _resampled(seed, n, resamples)
        means = sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
        tail = float(ndtr(stdtrit(n - 1, (1 - LEVEL) / 2) * math.sqrt(n / (n - 1))))
        low, high = np.quantile(means, [tail, 1 - tail]).tolist()
    return Clustered(mean, low, high, smallest, n)


@lru_cache(maxsize=64)
def _resampled(seed: int, clusters: int, resamples: int) -> NDArray[np.int64]:
    """Which clusters each resample is made of: int64[resample, cluster], the same for all comparisons."""
    drawn = draws.uniforms(seed, [f"cluster {i} of a resample" for i in range(clusters)], 0, resamples)
    return (drawn * clusters).astype(np.int64)


def gains(found: Scored, pairs: Sequence[tuple[str, str]], *, resamples: int = RESAMPLES) -> list[Gain]:
    """Mean gains of each first forecaster over the second, by sample, domain and measure.

    A gain is positive where the first is better, whichever way the score runs. Where the domain is both, the two of an
    episode count half each.
    """
    when = {one.name: one.start for one in found.episodes}
    cluster = {one.name: f"{one.target} {one.start[:4]}" for one in found.episodes}
    seed, made = found.experiment.seed, []
    for sample, domain, measure in product(SAMPLES, ("both", "economic", "military"), MEASURES):
        table = _better(found, domain, measure)
        names = [name for name in table.index if sample == "all" or when[name] >= ESSAYS]
        for first, second in pairs if names else ():
            values = (table[first] - table[second])[names].tolist()
            one = clustered(values, [cluster[name] for name in names], seed=seed, resamples=resamples)
            made.append(Gain(sample, domain, measure, first, second, *one[:4], len(names), one.clusters))
    return made


def _better(found: Scored, domain: str, measure: str) -> pd.DataFrame:
    """A score of each episode and forecaster, turned so that higher is better."""
    column = "log_score" if measure == "duration" else measure
    table = found.durations if measure == "duration" else found.scores
    table = table if domain == "both" else table[table["domain"] == domain]
    made = table.pivot_table(index="episode", columns="forecaster", values=column, aggfunc="mean", sort=False)
    return made if column == "log_score" else -made
