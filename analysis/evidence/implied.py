"""What the model implies of composite claims, beside the evidence and what each author expects.

A composite claim restates the question of the debate. It has no dial: setting one would decide the debate in advance.
So the claim can be compared with the model instead. All figures are from the reference start, for each worldview of the
experiment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.questions import averages, effort
from analysis.questions.averages import Averages
from sim.engine import batch
from sim.model import draws
from sim.model.rules import prc
from sim.results.result import Progress
from sim.scenario.distributions import Fixed
from sim.scenario.experiment import Experiment, LeverSetting, Policy, Start
from sim.scenario.layers import LeverLevel
from sim.statistics import intervals
from sim.statistics.intervals import Floats, Interval

COLUMNS = ["claim", "what", "worldview", "implied", "low", "high", "evidence_low", "evidence_likeliest",
           "evidence_high", "newsham", "self"]  # fmt: skip
FORCE = "use_of_force"
READINESS_DEPTH = 0.25  # of a package: the evidence on claim N16 is per quarter of a package
AFTERMATH_YEARS = 10  # that are recorded after a fall
AT_ONCE_MONTHS = 1e-6

Implied = Callable[["Play"], Mapping[str, Interval]]


@dataclass(frozen=True)
class Play:
    """The experiment from its reference start, and the averages of its cells by worldview and policy."""

    exp: Experiment
    trials: int
    cells: Mapping[tuple[str, str], Averages]

    def from_parameters(self, figure: Callable[[Mapping[str, Floats]], Floats]) -> Mapping[str, Interval]:
        """The mean of a function of parameters over the worlds of each worldview."""
        names, means = tuple(self.exp.catalogue.parameters), {}
        for view in self.exp.worldviews:
            values = draws.draw_parameters(self.exp, view, 0, self.trials)
            means[view.name] = intervals.interval_of_mean(figure(dict(zip(names, values.T, strict=True))))
        return means


def log_odds(probability: Floats | float) -> Floats:
    """The logarithm of the odds."""
    return np.log(probability / (1 - np.asarray(probability)))


def readiness(policy: str, package: str) -> Implied:
    """Change of the log-odds of the use of force by a policy, for each 0.25 of its package in place for the decade."""

    def implied(play: Play) -> Mapping[str, Interval]:
        exp = play.exp
        (chosen,) = (p for p in exp.policies if p.name == policy)
        share = {lever.name: lever.capability_share for lever in exp.catalogue.levers.values()
                 if lever.package == package}  # fmt: skip
        years = effort.lever_years(exp, chosen, exp.reference)
        depth = sum(share.get(name, 0.0) * value for name, value in years.items()) * 12 / exp.months

        def change(mean: Mapping[str, float]) -> float:
            odds = {name: float(log_odds(value)) for name, value in mean.items()}
            return READINESS_DEPTH / depth * (odds["with"] - odds["without"])

        return {
            view.name: averages.jackknife(
                change,
                {"with": play.cells[view.name, policy].outcome(exp, FORCE),
                 "without": play.cells[view.name, "status_quo"].outcome(exp, FORCE)},
            )
            for view in exp.worldviews
        }  # fmt: skip

    return implied


def after_a_fall(outcome: str, per_year: bool) -> Implied:
    """The chance of an outcome in the ten years after a fall, or the constant yearly hazard that gives it."""

    def figure(mean: Mapping[str, float]) -> float:
        return -float(np.log1p(-mean["chance"])) / AFTERMATH_YEARS if per_year else mean["chance"]

    def implied(play: Play) -> Mapping[str, Interval]:
        return {
            view.name: averages.jackknife(
                figure, {"chance": play.cells[view.name, "status_quo"].outcome(play.exp, outcome)}
            )
            for view in play.exp.worldviews
        }

    return implied


def pressure(play: Play) -> Mapping[str, Interval]:
    """Unprovoked pressure on Japan after a fall, relative to before: the mean over limited and unlimited aims."""

    def figure(params: Mapping[str, Floats]) -> Floats:
        unlimited = params["prc_unlimited_prob"] * (params["unlimited_pressure_ratio"] - 1)
        return params["aftermath_pressure_ratio"] * (1 + unlimited)

    return play.from_parameters(figure)


def price_of_facing_both(play: Play) -> Mapping[str, Interval]:
    """How many times likelier force is if Japan seems 0.3 likelier to fight: the price of facing both allies."""

    def figure(params: Mapping[str, Floats]) -> Floats:
        bases = params["us_intervenes_prob"] * params["japan_permits_bases_prob"]
        before, after = (bases * np.clip(params["japan_fights_prob"] + added, 0.001, 0.999) for added in (0.0, 0.3))
        triplings_of_odds = (log_odds(after) - log_odds(before)) / np.log(3)  # the hazard ratio is per tripling
        ratio: Floats = params["force_hr_joint_involvement"] ** triplings_of_odds
        return ratio

    return play.from_parameters(figure)


def success_against_both(play: Play) -> Mapping[str, Interval]:
    """By how much the PRC's chance against the US falls if US forces have Japan's bases and Japan fights."""

    def figure(params: Mapping[str, Floats]) -> Floats:
        with_bases = params["success_with_bases_prob"]
        odds = with_bases / (1 - with_bases) * params["success_or_japan_fights"]
        return params["success_without_bases_prob"] - odds / (1 + odds)

    return play.from_parameters(figure)


def integration(play: Play) -> Mapping[str, Interval]:
    """The hazard of force with interoperability in full throughout, over that with half."""
    exp = play.exp
    starts = tuple(_start_with(exp, "interoperability", depth) for depth in (1.0, 0.5))
    names = [start.name for start in starts]
    base = tuple(policy for policy in exp.policies if policy.name == "status_quo")
    cells = averages.play({"": replace(exp, starts=starts, policies=base)}, play.trials)[""]

    def ratio(mean: Mapping[str, float]) -> float:
        full, half = (mean[f"{name} hazard_of_force"] / mean[f"{name} peace_years"] for name in names)
        return full / half

    ratios = {}
    for view in exp.worldviews:
        blocks = {f"{name} {column}": cells[name, view.name, "status_quo"].means(column)
                  for name in names for column in ("hazard_of_force", "peace_years")}  # fmt: skip
        ratios[view.name] = averages.jackknife(ratio, blocks)
    return ratios


def _start_with(exp: Experiment, package: str, depth: float) -> Start:
    """The reference start with every lever of a package at this depth."""
    levers = {
        name: LeverLevel(depth, level.openness) if exp.catalogue.levers[name].package == package else level
        for name, level in exp.reference.levers.items()
    }
    return replace(exp.reference, name=f"{package} {depth:g}", levers=levers)


def reaction(play: Play) -> Mapping[str, Interval]:
    """By how much an answer to Japan within a year becomes likelier if one direct tie is opened in full at once.

    Everyone consents, and nothing else is under way at Japan. An answer is selective coercion or worse, or a surge at
    sea or in the air; the result is the mean over the ties.
    """
    exp = _year_of_opening(play.exp)
    ties = [lever.name for lever in exp.catalogue.levers.values() if lever.package == "direct_ties"]
    opened = {tie: LeverSetting(1.0, 1.0, 0.0, AT_ONCE_MONTHS) for tie in ties}
    policies = [Policy(tie, tie, "", {tie: setting}, "continue") for tie, setting in opened.items()]
    none = Policy("", "", "", {}, "continue")
    answered: dict[tuple[str, str], list[Floats]] = {}
    for block in batch.blocks(replace(exp, policies=(none, *policies), trials=play.trials)):
        for (_, worldview, policy), rows in block.records.items():
            coerced = rows["japan_economic_highest_rung"] >= prc.SELECTIVE
            pressed = rows["japan_military_highest_rung"] >= prc.SURGE
            answered.setdefault((worldview, policy), []).append((coerced | pressed).astype(float))
    increases = {}
    for view in exp.worldviews:
        before = np.concatenate(answered[view.name, ""])
        after = np.mean([np.concatenate(answered[view.name, tie]) for tie in ties], axis=0)
        increases[view.name] = intervals.interval_over_blocks(after - before)
    return increases


def _year_of_opening(exp: Experiment) -> Experiment:
    """A year from a quiet reference start without ties, in which a tie is practised as soon as it is decided."""
    fastest = exp.catalogue.parameters["ties_adoption_years"].bounds[0]
    values = {"ties_adoption_years": fastest, "support_needed": 0.0, "taiwan_consents_prob": 1.0,
              "us_consents_prob": 1.0}  # fmt: skip
    fixed = {name: Fixed(value) for name, value in values.items()}
    views = tuple(replace(view, distributions={**view.distributions, **fixed}) for view in exp.worldviews)
    levers = {
        name: LeverLevel(0.0, 0.0) if exp.catalogue.levers[name].package == "direct_ties" else level
        for name, level in exp.reference.levers.items()
    }
    quiet = {name: 0.0 for name in exp.reference.quantities if name.endswith(("_rung", "_months"))}
    start = replace(exp.reference, levers=levers, quantities={**exp.reference.quantities, **quiet})
    return replace(exp, starts=(start,), worldviews=views, months=12)


@dataclass(frozen=True)
class Figure:
    """A figure for a claim: its meaning, the range of the evidence, and what each author expects.

    `evidence` has the lowest, the likeliest (None if the sources give none) and the highest value, read from the
    sources that claims.yaml names for the claim. `newsham` and `self` are `silent` for an author who says nothing.
    """

    claim: str
    what: str
    evidence: tuple[float, float | None, float]
    newsham: str
    self: str
    implied: Implied


FIGURES = (
    Figure("N1", "Hazard of force if Japan seems .3 likelier to fight, over before (its price; success apart)",
           (0.55, 0.8, 1.0), "well below 1", "silent", price_of_facing_both),
    Figure("N5", "Hazard a year that the PRC takes islands from Japan after a fall", (0.005, 0.02, 0.08), "high",
           "silent", after_a_fall("islands_seized", per_year=True)),
    Figure("N5", "The same for islands of the Ryukyus", (0.0005, None, 0.01), "high", "silent",
           after_a_fall("ryukyus_seized", per_year=True)),
    Figure("N8", "Fall in the PRC's chance against the US if Japan's bases are open and Japan fights",
           (0.35, 0.6, 0.8), "large", "silent", success_against_both),
    Figure("N14", "Unprovoked pressure on Japan after a fall, over before", (0.7, 1.4, 3.0), "well above 1", "silent",
           pressure),
    Figure("N16", "Log-odds of the use of force for .25 of direct ties in place (readiness with no ally)",
           (-0.15, None, 0.25), "below 0", "above 0", readiness("direct_ties", "direct_ties")),
    Figure("N16", "The same for .25 of interoperability (readiness among allies)", (-0.35, None, 0.0), "below 0",
           "below 0", readiness("interoperability", "interoperability")),
    Figure("N21", "Chance of a clash between the PRC and Japan in the ten years after a fall", (0.03, 0.1, 0.3),
           "high", "silent", after_a_fall("prc_japan_clash", per_year=False)),
    Figure("S1", "Rise in the chance of coercion or a surge at Japan in the year after one direct tie opens in full",
           (0.25, 0.5, 0.8), "silent", "high", reaction),
    Figure("S11", "Hazard of force with interoperability in full, over that with half", (0.65, 0.85, 1.0), "silent",
           "below 1", integration),
)  # fmt: skip


def table(exp: Experiment, trials: int, update: Progress | None = None, *, keep: bool = False) -> pd.DataFrame:
    """Each figure under each worldview, with its 95 % interval, beside the evidence and the two authors.

    Parameters
    ----------
    exp
        Its policies and worldviews are played from its reference start.
    trials
        Of each cell: a multiple of a hundred.
    update, keep
        As in `analysis.questions.averages.play`.

    Returns
    -------
    pandas.DataFrame
        `claim`, `what`, `worldview`, `implied`, `low`, `high`; `evidence_low`, `evidence_likeliest`,
        `evidence_high`; `newsham`, `self` (what each expects).
    """
    exp = replace(exp, starts=(exp.reference,), trials=trials)
    cells = averages.play({"": exp}, trials, update=update, keep=keep)[""]
    play = Play(exp, trials, {(view, policy): cell for (_, view, policy), cell in cells.items()})
    rows = [
        [figure.claim, figure.what, view, *interval, *figure.evidence, figure.newsham, figure.self]
        for figure in FIGURES
        for view, interval in figure.implied(play).items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
