"""The tables of `strait claims`, from values in blocks of trials."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.questions.coalitions import NEWSHAM, SELF, TOTAL, Game
from sim.statistics.intervals import Floats, Interval, block_mean

THEME = "(theme)"
COLUMNS = ("start", "policy_a", "policy_b", "outcome", "theme", "claim", "value", "low", "high",
           "swap_into_newsham", "swap_into_self")  # fmt: skip
Parts = dict[str, Floats]  # float[block, half, outcome] of each value; float[block, place, outcome] of `places`


def _rows(played: Game) -> list[tuple[str, str, str]]:
    """Theme, claim and name of every row: the total, then each theme with its claims, as in the catalogue."""
    everything = {**{name: theme for theme, names in played.unions.items() for name in names}, **played.silent}
    catalogue = [*played.asked.exp.catalogue.claims, *everything]
    ordered = sorted(everything, key=catalogue.index)
    rows = [("", TOTAL, TOTAL)]
    for theme in dict.fromkeys(everything[name] for name in ordered):
        rows.append((theme, THEME, theme))
        rows += [(theme, name, name) for name in ordered if everything[name] == theme]
    return rows


def shared(played: Game, parts: Parts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of claims, and the table of its details."""
    table, details = [], []
    for i, outcome in enumerate(played.asked.outcomes):
        for theme, claim, name in _rows(played):
            value, newsham, by_self = (
                interval(parts, f"{what} {name}", i) for what in ("value", "into newsham", "into self")
            )
            key = (*_contrast(played), outcome, theme, claim)
            table.append((*key, *value, newsham.estimate, by_self.estimate))
            error = 0.0 if claim in (TOTAL, THEME) else _sampling_error(parts, name, i)
            details.append((*key, error, *newsham[1:], *by_self[1:]))
    more = ("sampling_error", "into_newsham_low", "into_newsham_high", "into_self_low", "into_self_high")
    return pd.DataFrame(table, columns=COLUMNS), pd.DataFrame(details, columns=[*COLUMNS[:6], *more])


def ends(played: Game, parts: Parts) -> pd.DataFrame:
    rows = [
        (*_contrast(played), outcome, name, *interval(parts, f"at {name}", i))
        for i, outcome in enumerate(played.asked.outcomes) for name in (NEWSHAM, SELF)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS[:4], "worldview", "difference", "low", "high"])


def paired(played: Game, pairs: list[tuple[str, str]], tried: Floats) -> pd.DataFrame:
    """Rows of pairs, the strongest first; `tried` is float[block, pair, end, half]."""
    rows = []
    for i, pair in enumerate(pairs):
        at_self, at_newsham = (block_mean(tried[:, i, end].mean(axis=1)) for end in (0, 1))
        mean = block_mean(tried[:, i].mean(axis=(1, 2)))
        rows.append((*_contrast(played), played.asked.outcomes[0], *pair, *mean, *at_self, *at_newsham))
    at_ends = [f"{end}{limit}" for end in ("at_self", "at_newsham") for limit in ("", "_low", "_high")]
    names = [*COLUMNS[:4], "claim_a", "claim_b", "interaction", "low", "high", *at_ends]
    made = pd.DataFrame(rows, columns=names)
    return made.sort_values("interaction", key=abs, ascending=False, kind="stable", ignore_index=True)


def _contrast(played: Game) -> tuple[str, str, str]:
    a, b = played.asked.policies
    return played.asked.start.name, a.name, b.name


def interval(parts: Mapping[str, Floats], name: str, outcome: int) -> Interval:
    """Mean over blocks with Student's t; what was never played is nought, exactly."""
    if name not in parts:
        return Interval(0.0, 0.0, 0.0)
    return block_mean(parts[name][:, :, outcome].mean(axis=1))


def _sampling_error(parts: Mapping[str, Floats], name: str, outcome: int) -> float:
    """Standard error from sampled orders alone.

    A block has an order for every place its theme can have, all in the same worlds. What is left of the claim's
    values when the means of blocks and of places are taken out comes of the orders.
    """
    if f"places {name}" not in parts:
        return 0.0
    values = parts[f"places {name}"][:, :, outcome]
    blocks, places = values.shape
    rest = values - values.mean(axis=0)
    if places > 1:
        rest = rest - rest.mean(axis=1, keepdims=True)
    return float(np.sqrt((rest**2).sum() / ((blocks - 1) * max(places - 1, 1)) / values.size))
