"""Files of episodes as written: the shipped record with its codes, and files of others' episodes, which have fewer.

Others' files may hold more than is read here, and leave values empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, PlainValidator

from sim.errors import Fault
from sim.scenario import shipped
from sim.scenario.files import read_file
from sim.scenario.messages import show
from sim.scenario.schema import (
    STRICT,
    Month,
    OnOff,
    Share,
    Sources,
    Text,
    Texts,
    Word,
    integer,
    number,
    read_record,
    without_repeats,
)
from sim.scenario.yaml_marks import Document

PRC_INITIATED = "prc_initiated"
TriggerType = Literal[
    "official_visit", "declaratory", "history", "incident", "human_rights", "other_policy", "domestic_politics",
    "mil_deployment", "legal", "sovereignty_act", "quiet_institutional", "exercise", "ship_transit", "arms_sale",
    "prc_initiated",
]  # fmt: skip
Branch = Literal["taiwan", "tie", "alliance", "dispute"]
LOOSE = ConfigDict(extra="ignore")


def _date(value: Any) -> str:
    """A month, whether a day is given with it or not."""
    if isinstance(value, str) and re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])(-[0-3][0-9])?", value):
        return value[:7]
    raise ValueError(f"must be a month written YYYY-MM, or a day written YYYY-MM-DD, got {show(value)}")


def _year(value: str) -> str:
    if re.fullmatch("(19|20)[0-9]{2}", value):
        return value
    raise ValueError(f"must be a year, got {show(value)}")


def _or_nothing(check: BeforeValidator) -> PlainValidator:
    """What `check` allows, or an empty value."""
    return PlainValidator(lambda value: None if value is None else check.func(value))  # type: ignore[call-arg]


Rung = Annotated[int, integer(0, 7)]
LONGEST_MONTHS = 1200
_duration = number(0, LONGEST_MONTHS)
Duration = Annotated[float, _duration]
Date = Annotated[str, BeforeValidator(_date)]
Year = Annotated[Word, AfterValidator(_year)]
_switch = OnOff.__metadata__[0]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Code:
    """A code between 0 and 1, and the cue in the trigger that it was given for."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    code: Share
    cue: Text


@dataclass(frozen=True)
class BranchCode:
    """Which of the model's answers a trigger asks for, and the cue."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    code: Branch
    cue: Text


@dataclass(frozen=True)
class Codes:
    """What a trigger was like, by the rules at the head of the shipped record."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    branch: BranchCode
    matter: Code
    official: Code
    leader: Code
    openness: Code
    combat: Code


@dataclass(frozen=True)
class OwnEpisode:
    """An episode of the shipped record; one that nobody provoked has no codes."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    id: Word
    start: Month
    target: Literal["Japan", "Taiwan"]
    trigger: Text
    trigger_type: TriggerType
    max_rung: Rung
    instruments: Texts
    duration_months: Duration
    confidence: Literal["high", "medium", "low"]
    source: Sources
    end: Month | None = None
    ongoing: OnOff = False
    found: Texts = ()
    codes: Codes | None = None


@dataclass(frozen=True)
class Conditions:
    """What is known of a year and matters for the answers."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    drills_usual_after: Month
    japan_trade_share: dict[Year, Share]
    source: Sources


@dataclass(frozen=True)
class Span:
    """From which month to which the record runs."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    first: Month
    last: Month


@dataclass(frozen=True)
class OwnFile:
    """The shipped record."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    record: Span
    conditions: Conditions
    episodes: tuple[OwnEpisode, ...]


@dataclass(frozen=True)
class Told:
    """An episode of somebody else's file, as far as it is read."""

    __pydantic_config__: ClassVar[ConfigDict] = LOOSE
    id: Word
    start: Date
    target: Text
    trigger: Text
    trigger_type: TriggerType
    provocation: Share
    overt: OnOff
    instruments: Annotated[tuple[Text, ...], AfterValidator(without_repeats)]
    max_rung: Rung
    duration_months: Annotated[float | None, _or_nothing(_duration)]
    japan_taiwan_lever: Annotated[bool | None, _or_nothing(_switch)] = None
    end: Any = ""
    mark: Any = ""
    note: Any = ""


@dataclass(frozen=True)
class ToldFile:
    """Somebody else's file of episodes."""

    __pydantic_config__: ClassVar[ConfigDict] = LOOSE
    episodes: tuple[Told, ...]


def own_file(path: Path, label: str) -> tuple[OwnFile | None, list[Fault], Document | None]:
    """The shipped record, or None, with all that is wrong in it."""
    return _file(OwnFile, path, label)


def others_file(path: Path, label: str) -> tuple[ToldFile | None, list[Fault], Document | None]:
    """Somebody else's file of episodes, or None, with all that is wrong in it."""
    return _file(ToldFile, path, label)


def _file(shape: Any, path: Path, label: str) -> tuple[Any, list[Fault], Document | None]:
    own = shape is OwnFile
    document, faults = read_file(path, label, loose=not own)
    if document is None:
        return None, faults, None
    found, faults = read_record(shape, document, shipped.read_catalogue(shipped.shipped_folder()).known)
    if found is not None:
        faults = [*_disagreements(document, found.episodes), *(_uncoded(document, found.episodes) if own else ())]
    return None if faults else found, faults, document


def _disagreements(document: Document, episodes: Sequence[Told | OwnEpisode]) -> Iterator[Fault]:
    """Faults of entries that are each well formed."""
    seen: set[str] = set()
    for place, one in enumerate(episodes):
        if one.id in seen:
            yield document.fault(("episodes", place, "id"), f"id: {one.id} stands twice in this file")
        seen.add(one.id)
        if is_date(one.end) and str(one.end)[:7] < one.start:
            message = f"end: must not be before start ({one.start}), got {show(str(one.end))}"
            yield document.fault(("episodes", place, "end"), message)


def _uncoded(document: Document, episodes: Sequence[OwnEpisode]) -> Iterator[Fault]:
    for place, one in enumerate(episodes):
        if (one.codes is None) != (one.trigger_type == PRC_INITIATED):
            message = f"{one.id}: codes belong to every episode but those of type {PRC_INITIATED}"
            yield document.fault(("episodes", place, "id"), message)


def is_date(end: Any) -> bool:
    """Whether what is said of an end is a month or a day."""
    return re.match("(19|20)[0-9]{2}-[01][0-9]", str(end)) is not None
