"""Small table of a result: how often one outcome comes with each policy under each worldview, and each verdict.

Notebooks and the sheet of `strait sheet` show it. Shares are natural frequencies, such as "40 of 100 (39 to 41)".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from sim.results import verdicts
from sim.results.tables import reference_policy
from sim.statistics.contrasts import TOO_FEW

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

VERDICTS = {
    "better": "better", "better but may be small": f"better, {verdicts.MAY_BE_SMALL}",
    "worse": "worse", "worse but may be small": f"worse, {verdicts.MAY_BE_SMALL}",
    "same within margin": verdicts.SAME, "undecided": verdicts.UNDECIDED,
    "identical": verdicts.IDENTICAL, TOO_FEW: verdicts.FEW,
}  # fmt: skip
"""Words of a policy's verdict against the first policy."""


@dataclass(frozen=True)
class SmallTable:
    """One outcome from one start.

    Attributes
    ----------
    caption
        What the table shows.
    levels
        Natural frequency or mean with its 95 % interval: a row for each policy, a column for each worldview, by title.
    verdicts
        Each policy against the first one, in the same worlds with the same luck; same shape, empty in the first row.
    """

    caption: str
    levels: pd.DataFrame
    verdicts: pd.DataFrame


class Played(Protocol):
    """What a small table is made from: a result."""

    @property
    def experiment(self) -> Experiment:
        """What was played."""

    def summary(self) -> pd.DataFrame:
        """Outcomes by cell."""

    def differences(self) -> pd.DataFrame:
        """Differences between policies."""


def small_table(result: Played) -> SmallTable:
    """Return the small table of the first primary outcome, from the last start.

    Examples
    --------
    >>> import sim
    >>> table = small_table(sim.run(sim.load("debate", starts=["2026"]), trials=100, seed=7))
    >>> table.levels.shape == table.verdicts.shape == (5, 3)
    True
    >>> " of 100 (" in table.levels.loc["Status quo", "The evidence"], table.verdicts.loc["Status quo", "The evidence"]
    (True, '')
    """
    exp = result.experiment
    outcomes = exp.catalogue.outcomes.values()
    outcome = next((entry for entry in outcomes if entry.primary), None) or next(iter(outcomes))
    start, base = exp.starts[-1], reference_policy(exp)
    means = result.summary()
    means = means[(means["outcome"] == outcome.name) & (means["statistic"] == "mean") & (means["start"] == start.name)]
    cells = {(row["worldview"], row["policy"]): row for row in means.to_dict("records")}
    against: dict[tuple[str, str], str] = {}
    if len(exp.policies) > 1:
        table = result.differences()
        for row in table[(table["outcome"] == outcome.name) & (table["start"] == start.name)].to_dict("records"):
            if base in (row["policy_a"], row["policy_b"]):
                other = row["policy_b"] if row["policy_a"] == base else row["policy_a"]
                against[row["worldview"], other] = _verdict(row, other)
    level = _frequency_words if outcome.unit == "share" else _mean_words
    unit = "in so many trials" if outcome.unit == "share" else outcome.unit
    caption = f"{outcome.label}, {unit}, from {start.title}, with 95\u00a0% intervals."
    if against:
        caption += f" Verdicts are against {exp.policies[0].title}, in the same worlds with the same luck."
    if exp.changes:
        caption += f" Changed: {'; '.join(exp.changes)}."
    rows, heads = [policy.title for policy in exp.policies], [view.title for view in exp.worldviews]
    names = [[(view.name, policy.name) for view in exp.worldviews] for policy in exp.policies]
    levels = [[level(cells[cell]) for cell in row] for row in names]
    found = [[against.get(cell, "") for cell in row] for row in names]
    return SmallTable(caption, pd.DataFrame(levels, rows, heads), pd.DataFrame(found, rows, heads))


def frequency(share: float) -> str:
    """Return a share as a natural frequency, as fine as it is large.

    >>> frequency(0.402), frequency(0.0042), frequency(0)
    ('40 of 100', '4 of 1,000', 'none')
    """
    if not share:
        return "none"
    if share < 0.00005:
        return "fewer than 1 of 10,000"
    base = _base(share)
    return f"{round(base * share):,} of {base:,}"


def frequency_interval(share: float, low: float, high: float) -> str:
    """Return a share as a natural frequency with its interval, which counts in the same whole.

    >>> frequency_interval(0.402, 0.391, 0.4149), frequency_interval(0.402, 0.4001, 0.4039)
    ('40 of 100 (39 to 41)', '40 of 100 (40.0 to 40.4)')
    >>> frequency_interval(0.0, 0.0, 0.0012)
    'none (0 to 1 of 1,000)'
    """
    base = _base(share or high)
    places = 0 if round(base * low) < round(base * high) else 1
    limits = f"{base * low:,.{places}f} to {base * high:,.{places}f}"
    return f"{frequency(share)} ({limits})" if share else f"none ({limits} of {base:,})"


def _base(share: float) -> int:
    return 100 if share >= 0.0095 else 1_000 if share >= 0.00095 else 10_000


def _frequency_words(row: dict[Any, Any]) -> str:
    if pd.isna(row["estimate"]):
        return "too few to say"
    if pd.isna(row["low"]):
        return f"{frequency(row['estimate'])} (too few for an interval)"
    return frequency_interval(row["estimate"], row["low"], row["high"])


def _mean_words(row: dict[Any, Any]) -> str:
    if pd.isna(row["estimate"]):
        return "too few to say"
    limits = "too few for an interval" if pd.isna(row["low"]) else f"{row['low']:.3g} to {row['high']:.3g}"
    return f"{row['estimate']:.3g} ({limits})"


def _verdict(row: dict[Any, Any], policy: str) -> str:
    """Return the verdict on one of the two policies of a row of the differences, in words."""
    if row["identical"]:
        return VERDICTS["identical"]
    verdict = "" if pd.isna(row["verdict"]) else str(row["verdict"])
    own = "a " if row["policy_a"] == policy else "b "
    if verdict[:2] in ("a ", "b "):
        verdict = verdict[2:] if verdict.startswith(own) else f"worse{verdict[2:].removeprefix('better')}"
    return VERDICTS.get(verdict, "")
