"""Two things that nobody knows, who is right and whose values count, and which policy is best at each mix of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.questions.coalitions import NEWSHAM, SELF
from sim.statistics import regret
from sim.statistics.intervals import LEVEL, Floats

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

GRID = np.linspace(0.0, 1.0, 101)
EXPECTED, MAX_REGRET = "expected", "max_regret"
BETWEEN = f"{NEWSHAM}-{SELF}"  # worldviews that are mixed
COLUMNS = ("start", "measure", "worldview", "newsham_right", "newsham_values", "policy", "second", "lead", "low",
           "high", "settled")  # fmt: skip


def mapped(exp: Experiment, start: str, means: Mapping[str, Floats]) -> pd.DataFrame:
    """Which policy is best at each mix of worldviews and values: the columns of robust_map.csv.

    Parameters
    ----------
    means
        Losses float[worldview, policy, world], by outcome; those of both authors' values are used.

    Returns
    -------
    pandas.DataFrame
        `newsham_right`: the chance that Newsham's worldview is right, else Self's (blank where it does not apply: under
        other worldviews by themselves, and for `max_regret`, which needs no chances: the most that one could
        lose, over all worldviews, for not having known which is right). `newsham_values`: the weight of Newsham's
        prices, else Self's. The `policy` with the least, the `second`, by how much it leads (% of GDP) with the paired
        95 % interval, and `settled`: the interval lies above nought and the lead above what counts as the same.
        Empty if a worldview or the values of an author are missing.

    Examples
    --------
    >>> import sim
    >>> len(mapped(sim.load("debate", worldviews=["self"]), "2026", {}))
    0
    """
    views, prices = [view.name for view in exp.worldviews], [f"loss_{NEWSHAM}", f"loss_{SELF}"]
    if not {NEWSHAM, SELF} <= {*views} or not {*prices} <= {*means}:
        return pd.DataFrame(columns=COLUMNS)
    worlds = means[prices[0]].shape[2]
    weights = [np.full((1, worlds), 1 / worlds), *regret.resamples(worlds, len(views))]
    # float[value, resample, worldview, policy]; the first row is the estimate
    losses = np.stack([np.concatenate([regret.by_view(means[name], one) for one in weights]) for name in prices])
    margin = exp.catalogue.outcomes[prices[0]].margin
    names = [policy.name for policy in exp.policies]
    rows = []
    for weight in GRID.tolist():
        of = weight * losses[0] + (1 - weight) * losses[1]
        newsham, by_self = of[:, [views.index(NEWSHAM)]], of[:, [views.index(SELF)]]
        mixed = GRID[:, None] * newsham + (1 - GRID[:, None]) * by_self
        rows += [(start, EXPECTED, BETWEEN, right, weight, *best)
                 for right, best in zip(GRID.tolist(), _best(names, mixed, margin), strict=True)]  # fmt: skip
        alone = zip(views, _best(names, of, margin), strict=True)
        rows += [(start, EXPECTED, view, None, weight, *best) for view, best in alone if view not in (NEWSHAM, SELF)]
        worst = (of - of.min(axis=2, keepdims=True)).max(axis=1, keepdims=True)
        rows.append((start, MAX_REGRET, "(all)", None, weight, *_best(names, worst, margin)[0]))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"newsham_right": float})


def _best(names: list[str], losses: Floats, margin: float) -> list[tuple[str, str, float, float, float, bool]]:
    """The best policy, the second and the lead at each place of float[resample, place, policy].

    The first resample is the estimate.
    """
    first, second = np.argsort(losses[0], axis=1, kind="stable")[:, :2].T
    places = np.arange(losses.shape[1])
    leads = losses[:, places, second] - losses[:, places, first]
    low, high = np.quantile(leads[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    settled = (low > 0) & (leads[0] > margin)
    columns = (leads[0].tolist(), low.tolist(), high.tolist(), settled.tolist())
    return [(names[a], names[b], *numbers) for a, b, *numbers in zip(first, second, *columns, strict=True)]
