"""What the model is held against: the rows of validation.yaml, read and checked as every scenario file is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict

from sim.errors import Fault
from sim.scenario import shipped
from sim.scenario.files import read_file
from sim.scenario.layers import ExperimentFile
from sim.scenario.overrides import parse_override
from sim.scenario.schema import (
    STRICT,
    ByName,
    KeyName,
    KnownNames,
    LeverName,
    Month,
    OnOff,
    OutcomeName,
    PolicyName,
    Sources,
    StartName,
    Text,
    Texts,
    Word,
    WorldviewName,
    integer,
    number,
    read_record,
)
from sim.scenario.yaml_marks import Document

Number = Annotated[float, number(-1e9, 1e9)]
Kind = Literal["input", "fitted", "out-of-sample", "reported"]
Group = Annotated[Literal["1", "2", "3", "4", "5", "6", "7", "8", "hindcast"], BeforeValidator(str)]
Track = Literal["japan_economic", "japan_military", "taiwan_economic", "taiwan_military"]
Measure = Literal[
    "absence", "added_arms_growth", "always_the_same", "backtest_gain", "below_record",
    "change_of_difference", "crises",
    "deadly_share", "difference", "episode_months", "episodes", "force_per_dispute", "half_step", "hazard_of_force",
    "held_levers_that_differ", "idle_dials", "level", "median", "moving_dials", "per_year",
    "quiet_years_below_record", "rally_share", "ratio_of_policies", "response_share", "share_given",
    "share_given_difference", "steps_unanswered", "tracks_with_varying_episodes", "tracks_with_varying_months",
]  # fmt: skip

NEEDS: dict[str, tuple[str, ...]] = {
    "absence": ("outcome",), "backtest_gain": ("rival",),
    "below_record": ("track", "rung"), "level": ("outcome",), "median": ("outcome",),
    "change_of_difference": ("outcome", "against", "plus"), "difference": ("outcome",), "half_step": ("outcome",),
    "episodes": ("track", "rung"), "episode_months": ("track", "rung"), "per_year": ("outcome",),
    "ratio_of_policies": ("outcome", "against"), "share_given": ("outcome", "given"),
    "share_given_difference": ("outcome", "given"), "steps_unanswered": ("lever",),
}  # fmt: skip
"""What of `of` a measure cannot do without."""


@dataclass(frozen=True)
class Of:
    """Where a measure is taken: cells of an experiment, and what is changed in it (KEY=VALUE, as after --set).

    Of two things compared `plus` is laid over the first and `less` over the second. `rung` is the least that counts.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    experiment: Word = "debate"
    start: tuple[StartName, ...] = ()
    worldview: tuple[WorldviewName, ...] = ("neutral",)
    policy: tuple[PolicyName, ...] = ("status_quo",)
    against: PolicyName | None = None
    outcome: OutcomeName | None = None
    given: OutcomeName | None = None
    set: Texts = ()
    plus: Texts = ()
    less: Texts = ()
    months: Annotated[int, integer(1, 600)] | None = None
    until_month: Annotated[float, number(1, 600)] = 600.0
    lever: tuple[LeverName, ...] = ()
    track: tuple[Track, ...] = ()
    rung: Annotated[int, integer(0, 6)] = 0
    per_year: OnOff = False
    rival: Literal["climatology", "trigger_type", "ordered_logit", "self"] | None = None
    option: Literal["suspend", "quieten", "continue", "advance"] = "suspend"


@dataclass(frozen=True)
class Check:
    """A row: one measure, where it should lie, and why there. A row that only reports has no range."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    check: Group
    what: Text
    measure: Measure
    unit: Text
    kind: Kind
    source: Sources
    of: Of = field(default_factory=Of)
    low: Number | None = None
    high: Number | None = None
    judged: Literal["interval", "estimate"] = "estimate"
    record: Word | None = None
    why: Text = ""


@dataclass(frozen=True)
class Record:
    """When something on record happened."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    dates: tuple[Month, ...]
    source: Sources


@dataclass(frozen=True)
class NoHome:
    """What the evidence offers and no row takes up, and why not."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    what: Text
    source: Sources
    why: Text


@dataclass(frozen=True)
class Validation:
    """The whole of validation.yaml."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    checks: ByName[Check]
    record: ByName[Record]
    no_home: ByName[NoHome]


def load(path: Path) -> tuple[Validation | None, list[Fault]]:
    """The rows of a validation file, or None, and every fault in it.

    >>> rows, faults = load(shipped.shipped_folder() / "validation.yaml")
    >>> faults, rows.checks["quarantine_per_year"].unit
    ([], 'a year')
    """
    document, faults = read_file(path, path.name)
    if document is None:
        return None, faults
    known = shipped.read_catalogue(shipped.shipped_folder()).known
    made, found = read_record(Validation, document, known)
    if made is None:
        return None, [*faults, *found]
    for row in made.checks.values():
        faults += _form(document, row, made.record)
        faults += _changes(document, row, known)
    return None if faults else made, faults


def _form(document: Document, row: Check, records: dict[str, Record]) -> Iterator[Fault]:
    """Faults between the parts of a row: what its measure needs, its range, the record it is held against."""
    place = ("checks", row.name)
    if missing := [name for name in NEEDS.get(row.measure, ()) if not getattr(row.of, name)]:
        message = f"{row.name}: measure {row.measure} needs {', '.join(missing)}"
        yield document.fault((*place, "of"), message, key=True)
    if row.measure == "below_record" and row.record is None:
        yield document.fault((*place, "measure"), f"{row.name}: measure below_record needs a record")
    if row.kind == "reported" and (row.low is not None or row.high is not None):
        yield document.fault((*place, "kind"), f"{row.name}: a row that only reports has no range")
    if row.kind != "reported":
        if row.low is None or row.high is None or not row.why:
            yield document.fault(place, f"{row.name}: needs low, high and why", key=True)
        elif row.low > row.high:
            yield document.fault((*place, "low"), f"low: must not lie above high, got {row.low:g} and {row.high:g}")
    if row.record is not None and row.record not in records:
        allowed = ", ".join(records)
        yield document.fault((*place, "record"), f"record: unknown record {row.record!r}; allowed: {allowed}")


def _changes(document: Document, row: Check, known: KnownNames) -> Iterator[Fault]:
    """Faults of what a row changes in its experiment."""
    for section in ("set", "plus", "less"):
        for number_, text in enumerate(getattr(row.of, section)):
            data, problems = parse_override(text, known)
            _, faults = read_record(ExperimentFile, Document(text, data), known)
            for problem in [*problems, *(fault.message for fault in faults)]:
                yield document.fault(("checks", row.name, "of", section, number_), f"{text}: {problem}")
