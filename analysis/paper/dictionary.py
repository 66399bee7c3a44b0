"""The data dictionary of an export: meaning, unit and possible values of each column of each table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

from sim.results import tables
from sim.scenario.experiment import Experiment, Policy, Start, Worldview

NEVER, NOT_APPLICABLE = "never", "where it does not apply"
ZERO_ONE = "0 = no, 1 = yes"


@cache
def fixed_columns() -> dict[str, dict[str, tuple[str, str, str]]]:
    """Return label, meaning and unit of columns that no catalogue describes, by table, from columns.yaml."""
    read = yaml.safe_load(Path(__file__).with_name("columns.yaml").read_text(encoding="utf-8"))
    return {table: {name: tuple(texts) for name, texts in columns.items()} for table, columns in read.items()}


@dataclass(frozen=True)
class Entry:
    """The description of a column; `name` is its name in the file."""

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
        """Label and unit in at most 80 characters, the limit of Stata."""
        return (f"{self.label} ({self.unit})" if self.unit else self.label)[:80]

    @property
    def yes_or_no(self) -> bool:
        """Whether all values are 0 or 1."""
        return self.values == ZERO_ONE


def entries(experiment: Experiment, table: str, frame: pd.DataFrame, names: Mapping[str, str]) -> list[Entry]:
    """Describe each column of a table; `names` are the columns' names in the file."""
    return [
        Entry(table, column, names.get(column, column), *describe(experiment, table, column),
              *_values(experiment, table, column, frame[column]), _blank(experiment, table, column))
        for column in frame.columns
    ]  # fmt: skip


def describe(experiment: Experiment, table: str, column: str) -> tuple[str, str, str]:
    """Return the label, meaning and unit of a column.

    >>> import sim
    >>> describe(sim.load("debate"), "trials", "blockade_compensator")[0]
    'Blockade (compensator)'
    """
    known = experiment.catalogue
    fixed = fixed_columns()
    if column in (here := fixed["everywhere"] | fixed[table]):
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
    """Return the type of a column and its possible values."""
    names: dict[str, Sequence[Start | Worldview | Policy]] = {
        "start": experiment.starts, "worldview": experiment.worldviews, "policy": experiment.policies,
        "policy_a": experiment.policies, "policy_b": experiment.policies,
    }  # fmt: skip
    if column in names:
        return "text", "; ".join(f"{entry.name} = {entry.title}" for entry in names[column])
    if isinstance(values.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(values):
        present = values.dropna().astype(str).unique()
        return "text", "outcomes of trials" if column == "outcome" else "; ".join(present)
    if values.dtype == "uint8":
        return "whole number", ZERO_ONE
    kind = "whole number" if pd.api.types.is_integer_dtype(values) else "number"
    if column in experiment.catalogue.parameters:
        low, high = experiment.catalogue.parameters[column].bounds
        return kind, f"{low:g} to {high:g}"
    low, high = tables.value_limits(experiment, column) if table == "trials" else (float("-inf"), float("inf"))
    if column.endswith("_compensator"):
        return kind, "" if column.startswith("deterrence_holds") else "0 or more"
    if high == float("inf"):
        return kind, "0 or more" if low == 0 or column in fixed_columns()["everywhere"] else ""
    return kind, f"{low:g} to {round(high):g}"


def _blank(experiment: Experiment, table: str, column: str) -> str:
    known = experiment.catalogue.outcomes
    if table == "trials" and column in known and known[column].given:
        return f"without {known[column].given}"
    sometimes = {"estimate", "difference", "low", "high", "simultaneous_low", "simultaneous_high", "level"}
    sometimes |= {"variance_ratio", "verdict", "verdict_interval", "trials_needed"}
    return NOT_APPLICABLE if table in ("summary", "differences") and column in sometimes else NEVER


def table(entries: Iterable[Entry]) -> pd.DataFrame:
    """Return the dictionary as a table, with a row for each column."""
    return pd.DataFrame([asdict(entry) for entry in entries])
