"""The tables of `strait discover`, and the limits of a box in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.statistics.intervals import LEVEL, Floats

if TYPE_CHECKING:
    from analysis.questions.discover import Sought
    from sim.engine.question import Asked

HALVES = ("search", "held out")
KEYS = ("start", "policy_a", "policy_b", "outcome", "worldview")
COLUMNS = (*KEYS, "better", "method", "box", "claim", "low", "high", "words")
RATES = (*KEYS, "better", "method", "box", "half", "points", "coverage", "coverage_low", "coverage_high", "density",
         "density_low", "density_high", "base_rate", "base_rate_low", "base_rate_high", "holds")  # fmt: skip


def words(low: float, high: float) -> str:
    """The limits of a dial in words.

    >>> words(0.62, np.inf), words(-np.inf, 0.7), words(0.2, 0.6)
    ('near Newsham’s reading (above 0.62)', 'not near Newsham’s reading (below 0.70)', 'between 0.20 and 0.60')
    """
    if np.isfinite(low) and np.isfinite(high):
        return f"between {low:.2f} and {high:.2f}"
    if np.isfinite(low):
        return f"{'near Newsham’s' if low >= 0.5 else 'not near Self’s'} reading (above {low:.2f})"
    return f"{'near Self’s' if high <= 0.5 else 'not near Newsham’s'} reading (below {high:.2f})"


def made(
    asked: Asked, claims: tuple[str, ...], places: Floats, sought: dict[str, Sought]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    a, b = (policy.name for policy in asked.policies)
    limits, rates, points = [], [], []
    for outcome, one in sought.items():
        key = (asked.start.name, a, b, outcome, asked.worldview.name)
        seen = dict.fromkeys(("prim", "cart"), 0)
        for found in one.found:
            seen[found.method] += 1
            name = (*key, one.exception, found.method, seen[found.method])
            for claim in found.box.restricted:
                ends = found.box.limits(claim)
                limits.append((*name, claim, *np.clip(ends, 0, 1).tolist(), words(*ends)))
            for half, fit in zip(HALVES, (found.train, found.held_out), strict=True):
                rates.append((*name, half, fit.points, *fit.coverage, *fit.density, *fit.base_rate, found.holds))
        points.append(_points(key, one, claims, places))
    return pd.DataFrame(limits, columns=COLUMNS), pd.DataFrame(rates, columns=RATES), pd.concat(points)


def _points(key: tuple[str, ...], one: Sought, claims: tuple[str, ...], places: Floats) -> pd.DataFrame:
    mean, half = one.differences.mean(axis=2).ravel(), reach(one.differences).ravel()
    columns = dict(zip(KEYS, key, strict=True)) | {
        "half": np.repeat(HALVES, places.shape[1]),
        "point": np.tile(np.arange(places.shape[1]), 2),
        "difference": mean, "low": mean - half, "high": mean + half,
        "case": one.cases.ravel(), "settled": ~one.unsettled.ravel(),
    }  # fmt: skip
    dials = pd.DataFrame(np.concatenate(places), columns=[f"claim.{claim}" for claim in claims])
    return pd.concat([pd.DataFrame(columns), dials], axis=1)


def reach(differences: Floats) -> Floats:
    """Half the width of each point's 95 % interval: Student's t over its blocks."""
    error = differences.std(axis=-1, ddof=1) / np.sqrt(differences.shape[-1])
    return np.asarray(error * stdtrit(differences.shape[-1] - 1, (1 + LEVEL) / 2))
