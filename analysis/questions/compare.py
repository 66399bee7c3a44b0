"""Comparisons of policies from a run's tables: paired differences with verdicts, and the leading policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sim.statistics.contrasts import TOO_FEW

if TYPE_CHECKING:
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment

Cell = tuple[str, str, str]  # worldview, policy, outcome
Levels = dict[Cell, tuple[float, float, float]]  # estimate, low, high
Versus = tuple[str, str, str, str]  # worldview, outcome, policy, policy compared with
VERDICTS = {
    "a better": "better", "b better": "worse", "a better but may be small": "a little better",
    "b better but may be small": "a little worse", "same within margin": "same", TOO_FEW: "few",
}  # fmt: skip
OPPOSITES = {"better": "worse", "worse": "better",
             "a little better": "a little worse", "a little worse": "a little better"}  # fmt: skip
FIGURES = ("difference", "low", "high", "simultaneous_low", "simultaneous_high")


@dataclass(frozen=True)
class Comparison:
    """One paired difference in the outcome's unit, first policy minus second, and the first's verdict."""

    difference: float
    low: float
    high: float
    joint_low: float
    joint_high: float
    verdict: str  # better | a little better | worse | a little worse | same | undecided | few (trials) | identical
    margin: float
    trials_needed: float  # to decide whether it lies beyond the margin, if the estimate stays; NaN if no number would

    def reversed(self) -> Comparison:
        """Return the same comparison, second policy minus first."""
        verdict = OPPOSITES.get(self.verdict, self.verdict)
        joint = -self.joint_high, -self.joint_low
        return Comparison(-self.difference, -self.high, -self.low, *joint, verdict, self.margin, self.trials_needed)

    @property
    def deciding(self) -> tuple[str, float, float]:
        """The interval that gives the verdict, with its name: the joint interval if there is one."""
        if pd.isna(self.joint_low):
            return "95\u00a0% interval", self.low, self.high
        return "joint 95\u00a0% interval", self.joint_low, self.joint_high


@dataclass(frozen=True)
class Leader:
    """The policy with the best estimate in one cell, the second best, and those that may be as good."""

    policy: str
    runner_up: str
    unsettled: tuple[str, ...]
    status: str  # settled | small (clear, but may be small) | same | few (too few trials to say) | undecided


def comparisons(differences: pd.DataFrame, start: str) -> dict[Versus, Comparison]:
    """Return every comparison of one start in both directions, by (worldview, outcome, first, second)."""
    pairs: dict[Versus, Comparison] = {}
    for row in differences[differences["start"] == start].to_dict("records"):
        verdict = "identical" if row["identical"] else VERDICTS.get(str(row["verdict"]), "undecided")
        difference, low, high, joint_low, joint_high = (_number(row[name]) for name in FIGURES)
        needed = 0.0 if verdict == "identical" else _number(row["trials_needed"])
        comparison = Comparison(difference, low, high, joint_low, joint_high, verdict, _number(row["margin"]), needed)
        pairs[row["worldview"], row["outcome"], row["policy_a"], row["policy_b"]] = comparison
        pairs[row["worldview"], row["outcome"], row["policy_b"], row["policy_a"]] = comparison.reversed()
    return pairs


def means(summary: pd.DataFrame, start: str) -> Levels:
    """Return (estimate, low, high) of each mean of one start, by (worldview, policy, outcome)."""
    rows = summary[(summary["start"] == start) & (summary["statistic"] == "mean")]
    names = ["worldview", "policy", "outcome", "estimate", "low", "high"]
    return {
        (w, p, o): (_number(e), _number(low), _number(high))
        for w, p, o, e, low, high in rows[names].itertuples(index=False)
    }


def rivals(exp: Experiment) -> list[str]:
    """Return the policies in dispute: those of the experiment's questions, and those of no contrast.

    >>> import sim
    >>> rivals(sim.load("debate"))
    ['status_quo', 'direct_ties', 'interoperability', 'both']
    """
    names = [policy.name for policy in exp.policies]
    compared = {name for entry in exp.contrasts for name in entry.policies}
    asked = {name for entry in exp.contrasts if entry.words for name in entry.policies}
    return [name for name in names if name in asked or name not in compared] if asked else names


def leader(
    exp: Experiment, levels: Levels, versus: dict[Versus, Comparison], worldview: str, outcome: Outcome
) -> Leader:
    """Return the policy that does best of all on an outcome under a worldview, and whether that is settled."""
    sign = -1 if outcome.better == "high" else 1
    names = [policy.name for policy in exp.policies]
    order = sorted(names, key=lambda name: sign * levels[worldview, name, outcome.name][0])
    verdicts = {other: versus[worldview, outcome.name, order[0], other].verdict for other in order[1:]}
    found, alike = set(verdicts.values()), {"same", "identical"}
    # A policy that is clearly worse, if perhaps by little, is not in front, and may differ by more than the margin.
    unsettled = tuple(other for other, verdict in verdicts.items() if verdict not in ("better", "a little better"))
    if not unsettled:
        return Leader(order[0], order[1], (), "small" if "a little better" in found else "settled")
    left = {verdicts[other] for other in unsettled}
    status = "same" if left <= alike else "few" if left <= {*alike, "few"} else "undecided"
    return Leader(order[0], order[1], unsettled, status)


def primary(exp: Experiment) -> list[Outcome]:
    """Return the primary outcomes, in the order of the catalogue."""
    return [outcome for outcome in exp.catalogue.outcomes.values() if outcome.primary]


def _number(value: object) -> float:
    return float("nan") if pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]
