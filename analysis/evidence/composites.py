"""What the model implies of a claim that restates the answer: one figure for each worldview, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.questions import averages, effort
from analysis.questions.averages import Averages
from sim.engine import batch
from sim.model import draws
from sim.model.rules import prc
from sim.scenario.distributions import Fixed
from sim.scenario.experiment import LeverSetting, Policy
from sim.scenario.layers import LeverLevel
from sim.statistics import intervals
from sim.statistics.intervals import Floats, Interval

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Start, Worldview

FORCE = "use_of_force"
READINESS = 0.25  # of a package's depth: what the evidence on claim N16 is counted by
AFTER_YEARS = 10  # that are told of after a fall
AT_ONCE_MONTHS, SURE = 1e-6, 1.0


@dataclass(frozen=True)
class Played:
    """The experiment from its reference start, and the averages of its cells by worldview and policy."""

    exp: Experiment
    trials: int
    cells: Mapping[tuple[str, str], Averages]

    @property
    def views(self) -> tuple[Worldview, ...]:
        """The worldviews of the experiment."""
        return self.exp.worldviews

    def drawn(self, view: Worldview) -> dict[str, Floats]:
        """float[world] of every parameter under a worldview."""
        values = draws.draw_parameters(self.exp, view, 0, self.trials)
        return dict(zip(self.exp.catalogue.parameters, values.T, strict=True))


def readiness(policy: str, package: str) -> Callable[[Played], Mapping[str, Interval]]:
    """Change of the log-odds of the use of force by a policy, for each 0.25 of its package in place for the decade."""

    def implied(played: Played) -> Mapping[str, Interval]:
        exp, start = played.exp, played.exp.reference
        (chosen,) = (p for p in exp.policies if p.name == policy)
        share = {lever.name: lever.capability_share for lever in exp.catalogue.levers.values()
                 if lever.package == package}  # fmt: skip
        added = sum(share.get(name, 0.0) * years for name, years in effort.lever_years(exp, chosen, start).items())
        scale = READINESS / (added * 12 / exp.months)

        def change(mean: Mapping[str, float]) -> float:
            odds = {name: np.log(value / (1 - value)) for name, value in mean.items()}
            return float(scale * (odds["with"] - odds["without"]))

        found = {}
        for view in played.views:
            cells = {"with": played.cells[view.name, policy], "without": played.cells[view.name, "status_quo"]}
            found[view.name] = averages.jackknife(
                change, {way: cell.outcome(exp, FORCE) for way, cell in cells.items()}
            )
        return found

    return implied


def given_a_fall(outcome: str, per_year: bool) -> Callable[[Played], Mapping[str, Interval]]:
    """The chance of an outcome in the ten years after a fall, or the yearly hazard that it comes to."""

    def implied(played: Played) -> Mapping[str, Interval]:
        def figure(mean: Mapping[str, float]) -> float:
            return -float(np.log1p(-mean["chance"])) / AFTER_YEARS if per_year else mean["chance"]

        return {
            view.name: averages.jackknife(figure, {"chance": here.outcome(played.exp, outcome)})
            for view in played.views
            for here in [played.cells[view.name, "status_quo"]]
        }

    return implied


def pressure(played: Played) -> Mapping[str, Interval]:
    """Unprovoked pressure on Japan after a fall, relative to before: over limited and unlimited aims."""
    found = {}
    for view in played.views:
        p = played.drawn(view)
        unlimited = p["prc_unlimited_prob"] * (p["unlimited_pressure_ratio"] - 1)
        found[view.name] = intervals.block_mean(p["aftermath_pressure_ratio"] * (1 + unlimited))
    return found


def price(played: Played) -> Mapping[str, Interval]:
    """How many times likelier force is if Japan seems 0.3 likelier to fight: the price of facing both allies."""
    found = {}
    for view in played.views:
        p = played.drawn(view)
        both = p["us_intervenes_prob"] * p["japan_permits_bases_prob"]
        before, after = (both * np.clip(p["japan_fights_prob"] + more, 0.001, 0.999) for more in (0.0, 0.3))
        steps = (np.log(after / (1 - after)) - np.log(before / (1 - before))) / np.log(3)
        found[view.name] = intervals.block_mean(p["force_hr_joint_involvement"] ** steps)
    return found


def with_japan(played: Played) -> Mapping[str, Interval]:
    """By how much the PRC's chance against the US falls if US forces have Japan's bases and Japan fights."""
    found = {}
    for view in played.views:
        p = played.drawn(view)
        odds = p["success_with_bases_prob"] / (1 - p["success_with_bases_prob"]) * p["success_or_japan_fights"]
        found[view.name] = intervals.block_mean(p["success_without_bases_prob"] - odds / (1 + odds))
    return found


def integration(played: Played) -> Mapping[str, Interval]:
    """The hazard of force with interoperability in full all along, over that with half."""
    exp = played.exp
    starts = tuple(_from(exp, "interoperability", depth) for depth in (1.0, 0.5))
    names = [start.name for start in starts]
    base = tuple(policy for policy in exp.policies if policy.name == "status_quo")
    cells = averages.play({"": replace(exp, starts=starts, policies=base)}, played.trials)[""]

    def ratio(mean: Mapping[str, float]) -> float:
        hazards = [mean[f"{name} hazard_of_force"] / mean[f"{name} peace_years"] for name in names]
        return hazards[0] / hazards[1]

    found = {}
    for view in exp.worldviews:
        blocks = {f"{name} {column}": cells[name, view.name, "status_quo"].means(column)
                  for name in names for column in ("hazard_of_force", "peace_years")}  # fmt: skip
        found[view.name] = averages.jackknife(ratio, blocks)
    return found


def _from(exp: Experiment, package: str, depth: float) -> Start:
    """The reference start with every lever of a package at this depth."""
    levers = {
        name: LeverLevel(depth, level.openness) if exp.catalogue.levers[name].package == package else level
        for name, level in exp.reference.levers.items()
    }
    return replace(exp.reference, name=f"{package} {depth:g}", levers=levers)


def reaction(played: Played) -> Mapping[str, Interval]:
    """By how much an answer to Japan within a year becomes likelier if one direct tie is opened in full at once.

    Everyone consents, and nothing else is under way at Japan. An answer is selective coercion or worse, or a surge at
    sea or in the air; the mean over the ties is taken.
    """
    exp = _at_once(played.exp)
    ties = [lever.name for lever in exp.catalogue.levers.values() if lever.package == "direct_ties"]
    open_ = {tie: LeverSetting(1.0, 1.0, 0.0, AT_ONCE_MONTHS) for tie in ties}
    policies = [Policy(tie, tie, "", {tie: setting}, "continue") for tie, setting in open_.items()]
    none = Policy("", "", "", {}, "continue")
    answered: dict[tuple[str, str], list[Floats]] = {}
    for block in batch.blocks(replace(exp, policies=(none, *policies), trials=played.trials)):
        for (_, believed, policy), rows in block.records.items():
            coerced = rows["japan_economic_highest_rung"] >= prc.SELECTIVE
            pressed = rows["japan_military_highest_rung"] >= prc.SURGE
            answered.setdefault((believed, policy), []).append((coerced | pressed).astype(float))
    found = {}
    for view in exp.worldviews:
        before = np.concatenate(answered[view.name, ""])
        after = np.mean([np.concatenate(answered[view.name, tie]) for tie in ties], axis=0)
        found[view.name] = intervals.block_mean(after - before)
    return found


def _at_once(exp: Experiment) -> Experiment:
    """A year from a quiet reference start in which a tie is practised as soon as it is decided."""
    surely = {"ties_adoption_years": exp.catalogue.parameters["ties_adoption_years"].bounds[0], "support_needed": 0.0,
              "taiwan_consents_prob": SURE, "us_consents_prob": SURE}  # fmt: skip
    fixed = {name: Fixed(value) for name, value in surely.items()}
    views = tuple(replace(view, distributions={**view.distributions, **fixed}) for view in exp.worldviews)
    levers = {
        name: LeverLevel(0.0, 0.0) if exp.catalogue.levers[name].package == "direct_ties" else level
        for name, level in exp.reference.levers.items()
    }
    quiet = {name: 0.0 for name in exp.reference.quantities if name.endswith(("_rung", "_months"))}
    start = replace(exp.reference, levers=levers, quantities={**exp.reference.quantities, **quiet})
    return replace(exp, starts=(start,), worldviews=views, months=12)
