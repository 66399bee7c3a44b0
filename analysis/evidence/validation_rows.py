"""The rows of validation.yaml, read and checked as every scenario file is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BeforeValidator

from sim.errors import Fault
from sim.scenario import schema
from sim.scenario.layers import ExperimentFile
from sim.scenario.overrides import parse_override
from sim.scenario.shipped import load_further
from sim.scenario.yaml_marks import Document

Number = Annotated[float, schema.number(-1e9, 1e9)]
Kind = Literal["input", "fitted", "out-of-sample", "reported"]
Group = Annotated[Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "hindcast"], BeforeValidator(str)]
Track = Literal["japan_economic", "japan_military", "taiwan_economic", "taiwan_military"]
Measure = Literal[
    "absence", "added_arms_growth", "answers_to_drills", "always_the_same", "backtest_gain", "below_record",
    "change_of_difference", "crises",
    "deadly_share", "difference", "episode_months", "episodes", "force_per_dispute", "half_step", "hazard_of_force",
    "held_levers_that_differ", "idle_dials", "idle_switches", "level", "moving_dials", "overstretched_share",
    "per_year", "quantile",
    "quiet_years_below_record", "rally_share", "ratio_of_policies", "response_share", "responses_per_coercion",
    "share_given", "share_given_difference", "steps_unanswered",
    "tracks_with_varying_episodes", "tracks_with_varying_months",
]  # fmt: skip

NEEDS: dict[str, tuple[str, ...]] = {
    "absence": ("outcome",), "backtest_gain": ("rival",),
    "below_record": ("track", "rung"), "level": ("outcome",), "quantile": ("outcome",),
    "change_of_difference": ("outcome", "against", "plus"), "difference": ("outcome",), "half_step": ("outcome",),
    "episodes": ("track", "rung"), "episode_months": ("track", "rung"), "per_year": ("outcome",),
    "ratio_of_policies": ("outcome", "against"), "responses_per_coercion": ("track", "rung"),
    "share_given": ("outcome", "given"), "share_given_difference": ("outcome", "given"), "steps_unanswered": ("lever",),
}  # fmt: skip
"""Entries of `of` that a measure requires."""


@dataclass(frozen=True)
class MeasureSpec(schema.FileEntry):
    """What a measure is applied to: cells of an experiment, and changes in it (KEY=VALUE, as after --set).

    Where two cells are compared, the changes `plus` are laid over the first and `less` over the second. Episodes
    count from `rung` up.
    """

    experiment: schema.Word = "debate"
    start: tuple[schema.StartName, ...] = ()
    worldview: tuple[schema.WorldviewName, ...] = ("neutral",)
    policy: tuple[schema.PolicyName, ...] = ("status_quo",)
    against: schema.PolicyName | None = None
    outcome: schema.OutcomeName | None = None
    given: schema.OutcomeName | None = None
    without: schema.OutcomeName | None = None
    quantile: schema.Share = 0.5
    set: schema.Texts = ()
    plus: schema.Texts = ()
    less: schema.Texts = ()
    months: Annotated[int, schema.integer(1, 600)] | None = None
    until_month: Annotated[float, schema.number(1, 600)] = 600.0
    lever: tuple[schema.LeverName, ...] = ()
    track: tuple[Track, ...] = ()
    rung: Annotated[int, schema.integer(0, 6)] = 0
    per_year: schema.OnOff = False
    rival: Literal["climatology", "trigger_type", "ordered_logit", "self"] | None = None
    option: Literal["suspend", "quieten", "continue", "advance"] = "suspend"


@dataclass(frozen=True)
class Row(schema.FileEntry):
    """One measure, its expected range, and the reason for the range. A row that only reports has no range."""

    name: schema.KeyName
    check: Group
    what: schema.Text
    measure: Measure
    unit: schema.Text
    kind: Kind
    source: schema.Sources
    of: MeasureSpec = field(default_factory=MeasureSpec)
    low: Number | None = None
    high: Number | None = None
    judged: Literal["interval", "estimate"] = "estimate"
    record: schema.Word | None = None
    why: schema.Text = ""

    @property
    def expected_sign(self) -> int:
        """-1 or 1 if the row expects that sign and nothing else, otherwise 0."""
        if self.judged == "interval" and self.low is not None and self.high is not None:
            return (self.low == 0) - (self.high == 0)
        return 0

    @property
    def expected(self) -> str:
        """The expected range as text, without its unit; empty if the row only reports.

        >>> rows = load_rows().checks
        >>> rows["large_drills"].expected, rows["us_resolve"].expected
        ('4 to 12', 'below 0')
        """
        if self.low is None or self.high is None:
            return ""
        if self.expected_sign:
            return "below 0" if self.expected_sign < 0 else "above 0"
        limits = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return limits.replace("-", "−")


@dataclass(frozen=True)
class Record(schema.FileEntry):
    """The months in which one kind of event happened."""

    name: schema.KeyName
    dates: tuple[schema.Month, ...]
    source: schema.Sources


@dataclass(frozen=True)
class NoHome(schema.FileEntry):
    """Evidence that no row uses, and the reason."""

    name: schema.KeyName
    what: schema.Text
    source: schema.Sources
    why: schema.Text


@dataclass(frozen=True)
class Validation(schema.FileEntry):
    """The content of validation.yaml."""

    checks: schema.ByName[Row]
    record: schema.ByName[Record]
    no_home: schema.ByName[NoHome]


def load_rows() -> Validation:
    """The shipped validation.yaml; raises ScenarioError if the file has faults.

    >>> load_rows().checks["large_drills"].high
    12.0
    """
    return load_further(Validation, "validation.yaml", find_inconsistencies)


def find_inconsistencies(document: Document, validation: Validation, known: schema.KnownNames) -> Iterator[Fault]:
    """Faults between the parts of each row, and in the changes that it makes to its experiment."""
    for row in validation.checks.values():
        yield from _find_inconsistencies(document, row, validation.record)
        yield from _find_faulty_changes(document, row, known)


def _find_inconsistencies(document: Document, row: Row, records: dict[str, Record]) -> Iterator[Fault]:
    """Faults between the parts of a row: what its measure needs, its range, the record it is compared with."""
    path = ("checks", row.name)
    if missing := [name for name in NEEDS.get(row.measure, ()) if not getattr(row.of, name)]:
        message = f"{row.name}: measure {row.measure} needs {', '.join(missing)}; add it below `of`"
        yield document.fault((*path, "of"), message, key=True)
    if row.measure == "below_record" and row.record is None:
        message = f"{row.name}: measure below_record needs a record; allowed: {', '.join(records)}"
        yield document.fault((*path, "measure"), message)
    if row.kind == "reported" and (row.low is not None or row.high is not None):
        message = f"{row.name}: a row of kind reported has no range; delete low and high, or choose another kind"
        yield document.fault((*path, "kind"), message)
    if row.kind != "reported":
        if row.low is None or row.high is None or not row.why:
            message = f"{row.name}: needs low, high and why; a row without a range has kind reported"
            yield document.fault(path, message, key=True)
        elif row.low > row.high:
            yield document.fault((*path, "low"), f"low: must not lie above high, got {row.low:g} and {row.high:g}")
    if row.record is not None and row.record not in records:
        allowed = ", ".join(records)
        yield document.fault((*path, "record"), f"record: unknown record {row.record!r}; allowed: {allowed}")


def _find_faulty_changes(document: Document, row: Row, known: schema.KnownNames) -> Iterator[Fault]:
    """Faults in the changes that a row makes to its experiment."""
    for section in ("set", "plus", "less"):
        for i, text in enumerate(getattr(row.of, section)):
            data, problems = parse_override(text, known)
            _, faults = schema.read_record(ExperimentFile, Document(text, data), known)
            for problem in [*problems, *(fault.message for fault in faults)]:
                yield document.fault(("checks", row.name, "of", section, i), f"{text}: {problem}")
