"""The data dictionary of an export: what each column of each table means, in which unit, with which values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sim.results import failures

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Policy, Start, Worldview

NEVER, NOT_APPLICABLE = "never", "where it does not apply"
ZERO_ONE = "0 = no, 1 = yes"

# Columns that no catalogue describes: label, meaning, unit.
WHERE = {
    "start": ("Start", "Where things stand when play begins.", ""),
    "worldview": ("Worldview", "Which beliefs hold.", ""),
    "policy": ("Policy", "What Japan does.", ""),
    "world": ("World", "Number of the world: what nobody knows. The same in every cell.", ""),
    "luck": ("Luck", "Number of the luck in its world: what nobody can know.", ""),
    "trial": ("Trial", "Number of the trial: world × lucks a world + luck. The same in every cell.", ""),
    "outcome": ("Outcome", "Which column of the trials this row is about.", ""),
}
RECORDED = {
    "crisis_censored": ("No crisis", "The trial ended before any crisis came.", "share"),
    "force_censored": ("No use of force", "The trial ended before any use of force came.", "share"),
    "peace_years": ("Years at peace", "Years in which force could begin.", "years"),
    "hazard_of_force": ("Hazard of force", "Hazard of a use of force, added up over those years.", ""),
}
IN_ITS_UNIT = "the outcome's"
ESTIMATED = {
    "low": ("Lower limit", "Lower limit of the 95 % interval.", IN_ITS_UNIT),
    "high": ("Upper limit", "Upper limit of the 95 % interval.", IN_ITS_UNIT),
    "estimator": ("Estimator", "compensator: the chance of it added up; count, mean or quantile: of what came.", ""),
    "n": ("Trials", "Trials behind the estimate.", "trials"),
}
SUMMARY = ESTIMATED | {
    "statistic": ("Statistic", "mean, or a quantile: q0.9 is passed by one trial in ten.", ""),
    "estimate": ("Estimate", "The statistic of the outcome in this cell.", IN_ITS_UNIT),
}
DIFFERENCES = ESTIMATED | {
    "policy_a": ("First policy", "The difference is this policy's outcome", ""),
    "policy_b": ("Second policy", "minus this policy's, in the same worlds and with the same luck.", ""),
    "difference": ("Difference", "Mean paired difference of the outcome, first policy minus second.", IN_ITS_UNIT),
    "simultaneous_low": ("Joint lower limit", "Of the 95 % interval of all main comparisons together.", IN_ITS_UNIT),
    "simultaneous_high": ("Joint upper limit", "Of the 95 % interval of all main comparisons together.", IN_ITS_UNIT),
    "prob_better": ("First better", "Share of worlds in which the first policy does better, ties half.", "share"),
    "variance_ratio": ("Variance ratio", "How many times the trials two unpaired runs would need.", "ratio"),
    "margin": ("Margin", "A smaller difference counts as none.", IN_ITS_UNIT),
    "verdict": ("Verdict", "What the interval says: the joint one where there is one.", ""),
    "identical": ("Identical", "Both policies gave the very same trials.", "share"),
    "trials_needed": (
        "Trials needed",
        "About how many put it beyond or within the margin; n or fewer: done.",
        "trials",
    ),
}
RUNGS = {
    "target": ("Target", "Whom the pressure is on.", ""),
    "domain": ("Domain", "Which ladder: economic or military.", ""),
    "month": ("Month", "Month of play, from 1.", "months"),
    "rung": ("Rung", "Highest rung of the ladder in that month; -1: Taiwan fell before.", "rung"),
    "share": ("Share", "Share of trials on that rung in that month.", "share"),
}
FIXED = {"trials": RECORDED, "worlds": {}, "summary": SUMMARY, "differences": DIFFERENCES, "rungs": RUNGS}


@dataclass(frozen=True)
class Entry:
    """What is to be known of a column; `name` is what it is called in the file."""

    table: str
    column: str
    name: str
    label: str
    meaning: str
    unit: str
    type: str
    values: str
    blank: str

    @property
    def caption(self) -> str:
        """Label and unit in at most 80 signs, which is what Stata takes."""
        return (f"{self.label} ({self.unit})" if self.unit else self.label)[:80]

    @property
    def yes_or_no(self) -> bool:
        """Whether it is 0 or 1."""
        return self.values == ZERO_ONE


def entries(experiment: Experiment, table: str, frame: pd.DataFrame, names: Mapping[str, str]) -> list[Entry]:
    """Describe each column of a table; `names` are the columns' names in the file."""
    found = []
    for column in frame.columns:
        label, meaning, unit = described(experiment, table, column)
        kind, values = _values(experiment, table, column, frame[column])
        blank = _blank(experiment, table, column)
        found.append(Entry(table, column, names.get(column, column), label, meaning, unit, kind, values, blank))
    return found


def described(experiment: Experiment, table: str, column: str) -> tuple[str, str, str]:
    """Return the label, meaning and unit of a column.

    Examples
    --------
    >>> import sim
    >>> described(sim.load("debate"), "trials", "blockade_compensator")[0]
    'Blockade (compensator)'
    """
    known = experiment.catalogue
    if column in (here := WHERE | FIXED[table]):
        return here[column]
    if column in known.parameters:
        parameter = known.parameters[column]
        return column.replace("_", " ").capitalize(), parameter.meaning, parameter.unit
    outcome = known.outcomes[column.removesuffix("_compensator")]
    if column in known.outcomes:
        return outcome.label, outcome.meaning, outcome.unit
    meaning = f"{outcome.meaning} Expected as the trial went on: the same mean as {outcome.name}, with less noise."
    return f"{outcome.label} (compensator)", meaning, outcome.unit


def _values(experiment: Experiment, table: str, column: str, values: pd.Series) -> tuple[str, str]:
    """Return the type of a column and what it may hold."""
    names: dict[str, Sequence[Start | Worldview | Policy]] = {
        "start": experiment.starts, "worldview": experiment.worldviews, "policy": experiment.policies,
        "policy_a": experiment.policies, "policy_b": experiment.policies,
    }  # fmt: skip
    if column in names:
        return "text", "; ".join(f"{one.name} = {one.title}" for one in names[column])
    if isinstance(values.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(values):
        present = values.dropna().astype(str).unique()
        return "text", "outcomes of trials" if column == "outcome" else "; ".join(present)
    if values.dtype == "uint8":
        return "whole number", ZERO_ONE
    kind = "whole number" if pd.api.types.is_integer_dtype(values) else "number"
    if column in experiment.catalogue.parameters:
        low, high = experiment.catalogue.parameters[column].bounds
        return kind, f"{low:g} to {high:g}"
    low, high = failures.value_limits(experiment, column) if table == "trials" else (float("-inf"), float("inf"))
    if column.endswith("_compensator"):
        return kind, "" if column.startswith("deterrence_holds") else "0 or more"
    if high == float("inf"):
        return kind, "0 or more" if low == 0 or column in WHERE else ""
    return kind, f"{low:g} to {round(high):g}"


def _blank(experiment: Experiment, table: str, column: str) -> str:
    known = experiment.catalogue.outcomes
    if table == "trials" and column in known and known[column].given:
        return f"without {known[column].given}"
    sometimes = {"estimate", "difference", "low", "high", "simultaneous_low", "simultaneous_high", "prob_better"}
    sometimes |= {"variance_ratio", "verdict", "trials_needed"}
    return NOT_APPLICABLE if table in ("summary", "differences") and column in sometimes else NEVER


def table(found: Iterable[Entry]) -> pd.DataFrame:
    """Return the dictionary as a table, a column a row."""
    return pd.DataFrame([asdict(entry) for entry in found])
