"""What docs/findings.md rests on: each analysis of the debate, from every start, as large as its command has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from analysis.figures import discover_figure, robust_figure, robust_map_figure
from analysis.questions import averages, claims, crossover, discover, flip, robust, sensitivity, variance
from analysis.questions.averages import Update
from sim.results import result as results

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

T = TypeVar("T")
CONTRAST = "direct_ties-interoperability"
PAIRS = (("direct_ties", "status_quo"), ("interoperability", "status_quo"), ("direct_ties", "interoperability"))
TURNED = "use_of_force"  # the outcome whose result is turned round


def policies(exp: Experiment, trials: int, told: Update) -> pd.DataFrame:
    """The paired differences of `strait run` between the policies of the debate, on what is compared first."""
    found = results.run(exp, trials=trials, progress=told).differences()
    pairs = [*zip(found["policy_a"], found["policy_b"], strict=True)]
    either = {*PAIRS, *((b, a) for a, b in PAIRS)}
    shown = found["outcome"].isin(_compared(exp)) & pd.Series([pair in either for pair in pairs], index=found.index)
    return found.loc[shown].reset_index(drop=True)


def shares(exp: Experiment, trials: int, told: Update) -> pd.DataFrame:
    """What each claim carries of the disagreement: tables and ends of `strait claims`, told apart by `kind`."""

    def one(start: str, folder: Path, update: Update) -> pd.DataFrame:
        found = claims.claims(exp, CONTRAST, None, start, trials=trials, folder=folder, progress=update)
        keys = ["start", "policy_a", "policy_b", "outcome", "theme", "claim"]
        values = found.table.merge(found.details, on=keys).assign(kind="value")
        ends = found.ends.rename(columns={"worldview": "claim", "difference": "value"}).assign(kind="end")
        return pd.concat([values, ends, _pairs(found.pairs)], ignore_index=True)

    return _each_start(exp, one, told)


def _pairs(found: pd.DataFrame) -> pd.DataFrame:
    named = found.assign(claim=found["claim_a"] + " " + found["claim_b"], kind="pair")
    columns = ["start", "policy_a", "policy_b", "outcome", "claim", "value", "low", "high", "kind"]
    return named.rename(columns={"interaction": "value"})[columns]


def crossings(exp: Experiment, trials: int, told: Update) -> pd.DataFrame:
    """Where along each claim the better policy changes: the table of `strait crossover`, with the ends of each dial."""

    def one(start: str, folder: Path, update: Update) -> pd.DataFrame:
        found = crossover.crossover(exp, CONTRAST, start=start, trials=trials, folder=folder, progress=update)
        curves = found.curves.pivot_table(index=["claim", "outcome"], columns="dial", values="difference")
        ends = curves[[0.0, 1.0]].rename(columns={0.0: "at_self", 1.0: "at_newsham"}).reset_index()
        return found.table.merge(ends, on=["claim", "outcome"])

    return _each_start(exp, one, told)


def flips(exp: Experiment, trials: int, told: Update) -> pd.DataFrame:
    """The fewest changes of belief that turn the result round: the table of `strait flip`, from every worldview."""
    jobs = [(start.name, view.name) for start in exp.starts for view in exp.worldviews]
    return _each(jobs, lambda job, folder, update: flip.flip(
        exp, CONTRAST, TURNED, *job, trials=trials, folder=folder, progress=update).table, told)  # fmt: skip


def weights(exp: Experiment, trials: int, told: Update) -> pd.DataFrame:
    """What weighs when every belief is open: the table of `strait sensitivity`."""

    def one(start: str, folder: Path, update: Update) -> pd.DataFrame:
        found = sensitivity.sensitivity(exp, CONTRAST, start=start, trials=trials, folder=folder, progress=update)
        return found.table.drop(columns=["says", "law"])

    return _each_start(exp, one, told)


def spreads(exp: Experiment, trials: int, told: Update) -> pd.DataFrame:
    """How much of the spread is luck: the table of `strait variance`."""
    return _each_start(exp, lambda start, folder, update: variance.variance(
        exp, CONTRAST, start=start, trials=trials, folder=folder, progress=update).table, told)  # fmt: skip


def boxes(exp: Experiment, trials: int, told: Update) -> pd.DataFrame:
    """With which beliefs the policy that mostly does worse does better: what `strait discover` says."""

    def one(start: str, folder: Path, update: Update) -> pd.DataFrame:
        found = discover.discover(exp, CONTRAST, start=start, trials=trials, folder=folder, progress=update)
        lines = ((name, line) for name in found.asked.outcomes
                 for line in discover_figure.describe_discover(found, name) if " says: " not in line)  # fmt: skip
        return pd.DataFrame(lines, columns=["outcome", "line"]).assign(start=start)

    return _each_start(exp, one, told)


def regrets(exp: Experiment, trials: int, told: Update) -> pd.DataFrame:
    """Which policy one would regret least: what `strait robust` says."""
    result = robust.played(exp, trials, progress=told)
    lines = []
    for start in exp.starts:
        found = robust.robust(result, start=start.name)
        lines += [(start.name, "", line) for line in robust_map_figure.describe_robust_map(found)]
        for name in found.names:
            lines += [(start.name, name, line) for line in robust_figure.describe_robust(found, name)]
    return pd.DataFrame(lines, columns=["start", "outcome", "line"])


def _each_start(exp: Experiment, work: Callable[[str, Path, Update], pd.DataFrame], told: Update) -> pd.DataFrame:
    return _each([start.name for start in exp.starts], work, told)


def _each(jobs: Sequence[T], work: Callable[[T, Path, Update], pd.DataFrame], told: Update) -> pd.DataFrame:
    """The tables of some jobs, one beneath the other; what is played is kept until the measure is recorded."""
    folder = averages.scratch() / "analyses"

    def update(number: int) -> Update:
        return lambda done, total: told(number * total + done, len(jobs) * total)

    return pd.concat([work(job, folder, update(n)) for n, job in enumerate(jobs)], ignore_index=True)


def _compared(exp: Experiment) -> list[str]:
    """The primary outcomes, and what values make of an outcome."""
    entries = exp.catalogue.outcomes
    return [name for name, entry in entries.items() if entry.primary or name.startswith("loss_")]
