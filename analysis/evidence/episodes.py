"""Episodes of coercion: files of them are read and checked, and put on the model's two ladders.

Two kinds of file have nearly one form: the shipped record, whose triggers were coded by the rules at its head, and
files of others, which give fewer details and may have more keys or empty values. Both become an `Episode`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import AfterValidator, BeforeValidator, ConfigDict, PlainValidator

from sim.errors import Fault, ScenarioError
from sim.scenario import schema, shipped
from sim.scenario.files import read_file
from sim.scenario.messages import show_value
from sim.scenario.yaml_marks import Document

TARGETS = ("Japan", "Taiwan")
PRC_INITIATED = "prc_initiated"
TriggerType = Literal[
    "official_visit", "declaratory", "history", "incident", "human_rights", "other_policy", "domestic_politics",
    "mil_deployment", "legal", "sovereignty_act", "quiet_institutional", "exercise", "ship_transit", "arms_sale",
    "prc_initiated",
]  # fmt: skip
FORCES = ("mil_deployment", "exercise", "ship_transit", "arms_sale")
WITH_THE_US = (*FORCES, "quiet_institutional")
Branch = Literal["taiwan", "tie", "alliance", "dispute"]
PERSONAL, ECONOMIC = {"diplomatic", "individual_sanction", "detention"}, {"economic"}
INSTRUMENTS = frozenset(
    {*PERSONAL, *ECONOMIC, "protest", "greyzone", "drills", "blockade", "quarantine", "seizure", "fatal_clash", "war",
     "cyber"}
)  # fmt: skip
STILL_ON = re.compile(r"\bongoing\b|\bstill (on|running|going on|in force)\b", re.IGNORECASE)
LONGEST_MONTHS = 1200
OPEN_STEP, FULL_COMBAT = 0.3, 0.6  # rule 8: provocation of an open, official step about Taiwan, and what combat adds


@dataclass(frozen=True)
class Trigger:
    """A trigger in the model's terms, and the conditions of its month.

    `branch` is the kind of answer that the model plays (rule 1 at the head of the record). `official`, `openness`,
    `combat` and `defence` are shares, and count for ties and alliance steps only. `drills_usual` is whether large
    drills are usual; `japan_trade_share` is the share of Japan's exports that go to the PRC.
    """

    branch: Branch
    official: float
    openness: float
    combat: float
    drills_usual: bool
    japan_trade_share: float
    defence: float = 0.0


@dataclass(frozen=True)
class Episode:
    """A trigger and the PRC's answer; `provocation` is a share, `months` is None if the duration is not known."""

    name: str
    start: str
    target: str
    happened: str
    trigger_type: str
    provocation: float
    trigger: Trigger
    economic: int
    military: int
    domain: str
    months: float | None
    ongoing: bool

    def rung(self, domain: str) -> int:
        """The rung that the answer reached in a domain."""
        return self.economic if domain == "economic" else self.military

    @property
    def is_ordinary_step(self) -> bool:
        """Whether it was a step of Japan's with Taiwan without a military side."""
        return self.trigger.branch == "tie" and self.trigger.defence == 0

    @property
    def cluster(self) -> str:
        """The target and year: episodes that share both depend on each other."""
        return f"{self.target} {self.start[:4]}"


class Record(NamedTuple):
    """The shipped record: provoked episodes, the number of unprovoked ones by target, and the years it covers."""

    episodes: tuple[Episode, ...]
    unprovoked: dict[str, int]
    years: float
    conditions: Conditions
    last: str


class OtherEpisodes(NamedTuple):
    """Episodes of others' files: those to forecast, those skipped with the reason, and warnings."""

    episodes: tuple[Episode, ...]
    skipped: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


# --- the files ---


def _month_or_day(value: Any) -> str:
    """The month of a month or day."""
    if isinstance(value, str) and re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])(-[0-3][0-9])?", value):
        return value[:7]
    raise ValueError(f"must be a month written YYYY-MM, or a day written YYYY-MM-DD, got {show_value(value)}")


def _year(value: str) -> str:
    if re.fullmatch("(19|20)[0-9]{2}", value):
        return value
    raise ValueError(f"must be a year, got {show_value(value)}")


def _or_empty(check: BeforeValidator) -> PlainValidator:
    """What `check` allows, or an empty value."""
    return PlainValidator(lambda value: None if value is None else check.func(value))  # type: ignore[call-arg]


Rung = Annotated[int, schema.integer(0, 7)]
_duration = schema.number(0, LONGEST_MONTHS)
Year = Annotated[schema.Word, AfterValidator(_year)]
_on_off = schema.OnOff.__metadata__[0]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Code(schema.FileEntry):
    """A code between 0 and 1, and the cue in the trigger that it was given for."""

    code: schema.Share
    cue: schema.Text


@dataclass(frozen=True)
class BranchCode(schema.FileEntry):
    """The branch of a trigger, and the cue."""

    code: Branch
    cue: schema.Text


@dataclass(frozen=True)
class Codes(schema.FileEntry):
    """Attributes of a trigger, coded by the rules at the head of the shipped record."""

    branch: BranchCode
    matter: Code
    official: Code
    leader: Code
    openness: Code
    combat: Code
    defence: Code


@dataclass(frozen=True)
class ShippedEpisode(schema.FileEntry):
    """An episode of the shipped record; an unprovoked one has no codes."""

    id: schema.Word
    start: schema.Month
    target: Literal["Japan", "Taiwan"]
    trigger: schema.Text
    trigger_type: TriggerType
    max_rung: Rung
    instruments: schema.Texts
    duration_months: Annotated[float, _duration]
    confidence: Literal["high", "medium", "low"]
    source: schema.Sources
    end: schema.Month | None = None
    ongoing: schema.OnOff = False
    found: schema.Texts = ()
    codes: Codes | None = None


@dataclass(frozen=True)
class Conditions(schema.FileEntry):
    """Conditions of a year that matter for the answers."""

    drills_usual_after: schema.Month
    japan_trade_share: dict[Year, schema.Share]
    source: schema.Sources


@dataclass(frozen=True)
class Span(schema.FileEntry):
    """The first and the last month of the record."""

    first: schema.Month
    last: schema.Month

    @property
    def years(self) -> float:
        """From the first month to the last."""
        first, last = (int(month[:4]) + (int(month[5:]) - 1) / 12 for month in (self.first, self.last))
        return last - first


@dataclass(frozen=True)
class ShippedFile(schema.FileEntry):
    """The shipped record."""

    record: Span
    conditions: Conditions
    episodes: tuple[ShippedEpisode, ...]


@dataclass(frozen=True)
class TriggerKind(schema.FileEntry):
    """A kind of trigger that may come, coded as its plainest case would be."""

    id: schema.Word
    target: Literal["Japan", "Taiwan"]
    trigger: schema.Text
    trigger_type: TriggerType
    codes: Codes


@dataclass(frozen=True)
class KindsFile(schema.FileEntry):
    """The kinds of trigger in the register of forecasts."""

    triggers: tuple[TriggerKind, ...]


@dataclass(frozen=True)
class OtherEpisode:
    """An episode of someone else's file; keys that are not used here are ignored."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")
    id: schema.Word
    start: Annotated[str, BeforeValidator(_month_or_day)]
    target: schema.Text
    trigger: schema.Text
    trigger_type: TriggerType
    provocation: schema.Share
    overt: schema.OnOff
    instruments: Annotated[tuple[schema.Text, ...], AfterValidator(schema.without_repeats)]
    max_rung: Rung
    duration_months: Annotated[float | None, _or_empty(_duration)]
    japan_taiwan_lever: Annotated[bool | None, _or_empty(_on_off)] = None
    end: Any = ""
    mark: Any = ""
    note: Any = ""


@dataclass(frozen=True)
class OtherFile:
    """Someone else's file of episodes."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")
    episodes: tuple[OtherEpisode, ...]


def find_faults(path: Path) -> list[Fault]:
    """All faults of a file of episodes; only the shipped record has the key `record`."""
    document, _ = read_file(path, path.name, loose=True)
    return _read_file(ShippedFile if document and "record" in document.data else OtherFile, path, path.name)[1]


def load_next_triggers(month: str, record: Record) -> tuple[Episode, ...]:
    """The kinds of trigger of next_triggers.yaml as episodes of a month, still without an answer.

    >>> load_next_triggers("2027-01", load_record())[0].name
    'ordinary_visit'
    """
    episodes = []
    for kind in shipped.load_further(KindsFile, "history/next_triggers.yaml").triggers:
        entry = ShippedEpisode(
            kind.id, month, kind.target, kind.trigger, kind.trigger_type, max_rung=0, instruments=(),
            duration_months=0.0, confidence="low", source=(),
        )  # fmt: skip
        episodes.append(_from_codes(entry, kind.codes, record.conditions))
    return tuple(episodes)


def _read_file(shape: Any, path: Path, label: str) -> tuple[Any, list[Fault], Document | None]:
    """The content of a file of episodes, or None, with all its faults."""
    is_shipped = shape is ShippedFile
    document, faults = read_file(path, label, loose=not is_shipped)
    if document is None:
        return None, faults, None
    known = shipped.read_catalogue(shipped.find_catalogue(path.parent)).known
    content, faults = schema.read_record(shape, document, known)
    if content is not None:
        faults = [*_find_inconsistencies(document, content.episodes)]
    return None if faults else content, faults, document


def _find_inconsistencies(document: Document, episodes: Sequence[OtherEpisode | ShippedEpisode]) -> Iterator[Fault]:
    """Faults of entries that are each well formed."""
    seen: set[str] = set()
    for i, episode in enumerate(episodes):
        path = ("episodes", i)
        if episode.id in seen:
            yield document.fault((*path, "id"), f"id: {episode.id} is used twice in this file; give each its own")
        seen.add(episode.id)
        if _is_date(episode.end) and str(episode.end)[:7] < episode.start:
            message = f"end: must not be before start ({episode.start}), got {show_value(str(episode.end))}"
            yield document.fault((*path, "end"), message)
        if isinstance(episode, ShippedEpisode) and (episode.codes is None) != (episode.trigger_type == PRC_INITIATED):
            message = f"{episode.id}: codes are required, except for type {PRC_INITIATED}, which has none"
            yield document.fault((*path, "id"), message)


def _is_date(end: Any) -> bool:
    """Whether an end is a month or a day."""
    return re.match("(19|20)[0-9]{2}-[01][0-9]", str(end)) is not None


def load_record() -> Record:
    """The shipped record.

    Raises ScenarioError if the file has faults.

    >>> sorted(load_record().unprovoked.items())
    [('Japan', 4), ('Taiwan', 1)]
    """
    path = shipped.shipped_folder() / "history" / "episodes.yaml"
    content, faults, _ = _read_file(ShippedFile, path, "scenarios/history/episodes.yaml")
    if content is None:
        raise ScenarioError(faults)
    provoked = [_from_codes(entry, entry.codes, content.conditions) for entry in content.episodes if entry.codes]
    unprovoked = Counter(str(entry.target) for entry in content.episodes if not entry.codes)
    return Record(tuple(provoked), dict(unprovoked), content.record.years, content.conditions, content.record.last)


def load_others(paths: Sequence[str | Path], record: Record) -> OtherEpisodes:
    """The episodes of others' files, in the form that docs/backtest.md describes.

    Raises ScenarioError with all faults of all files.
    """
    episodes: list[Episode] = []
    skipped: list[tuple[str, str]] = []
    warnings: list[str] = []
    faults: list[Fault] = []
    files: dict[str, str] = {}
    for path in map(Path, paths):
        content, new_faults, document = _read_file(OtherFile, path, path.as_posix())
        faults += new_faults
        for i, entry in enumerate(content.episodes if content and document else ()):
            if document and entry.id in files:
                message = f"id: {entry.id} is already used in {files[entry.id]}; give each episode its own"
                faults.append(document.fault(("episodes", i, "id"), message))
            files.setdefault(entry.id, path.as_posix())
            target = next((name for name in TARGETS if name.casefold() == entry.target.casefold()), None)
            if target is None:
                skipped.append((entry.id, f"the target is {entry.target}"))
            elif entry.trigger_type == PRC_INITIATED:
                skipped.append((entry.id, "nobody had provoked it"))
            else:
                episodes.append(_from_other(entry, target, record))
                warnings += [f"{entry.id}: unknown instrument {instrument} is ignored; "
                             f"known: {', '.join(sorted(INSTRUMENTS))}"
                             for instrument in entry.instruments if instrument not in INSTRUMENTS]  # fmt: skip
    if faults:
        raise ScenarioError(faults)
    return OtherEpisodes(tuple(episodes), tuple(skipped), tuple(warnings))


# --- from files to the model's ladders and triggers ---


def rungs(max_rung: int, instruments: Collection[str]) -> tuple[int, int]:
    """The economic and the military rung that the record's one scale of 0-7 and the instruments amount to.

    The scale gives the rung of its own domain; the instruments give the rung of the other domain.

    >>> rungs(3, ["protest", "economic", "greyzone"]), rungs(5, ["blockade"]), rungs(6, ["fatal_clash"])
    ((2, 1), (0, 4), (0, 1))
    """
    economic = 2 if ECONOMIC & set(instruments) else 1 if PERSONAL & set(instruments) else 0
    military = 2 if "drills" in instruments else 1 if "greyzone" in instruments else 0
    if max_rung == 0:
        return 0, 0
    if max_rung <= 2:
        return max_rung, military
    if max_rung == 5:
        return economic, 4 if "blockade" in instruments else 3
    if max_rung == 6:
        return economic, 5 if "seizure" in instruments else max(military, 1)
    return economic, {3: 1, 4: 2, 7: 6}[max_rung]


def code_trigger(entry: OtherEpisode, target: str) -> tuple[Branch, float, float, float, float]:
    """Branch, official, openness, combat and defence without codes: the last rule at the head of the record."""
    names_taiwan = re.search("taiwan|taipei", entry.trigger, re.IGNORECASE) is not None
    if target == "Taiwan":
        branch: Branch = "taiwan"
    elif entry.japan_taiwan_lever or names_taiwan:
        branch = "tie"
    else:
        branch = "alliance" if entry.trigger_type in WITH_THE_US else "dispute"
    official = 0.5 if entry.trigger_type == "quiet_institutional" else 1.0
    combat = min(max((entry.provocation - OPEN_STEP) / FULL_COMBAT, 0.0), 1.0)
    defence = float(combat > 0 or entry.trigger_type in FORCES)
    return branch, official, 1.0 if entry.overt else 0.2, combat, defence


def combat_or_leader(combat: float, leader: float) -> float:
    """The combat attribute of a step in the model, which has none for rank: a leader in person is half a combat role.

    >>> combat_or_leader(0.0, 1.0)
    0.5
    """
    return min(1.0, combat + leader / 2)


def _from_other(entry: OtherEpisode, target: str, record: Record) -> Episode:
    ongoing = entry.end is None or bool(STILL_ON.search(f"{entry.end} {entry.mark} {entry.note}"))
    ongoing = ongoing or (_is_date(entry.end) and str(entry.end)[:7] >= record.last)
    trigger = _trigger(*code_trigger(entry, target), entry.start, record.conditions)
    return _episode(entry, target, entry.provocation, trigger, ongoing)


def _from_codes(entry: ShippedEpisode, codes: Codes, conditions: Conditions) -> Episode:
    matter, official, leader = codes.matter.code, codes.official.code, codes.leader.code
    openness, combat = codes.openness.code, codes.combat.code
    provocation = OPEN_STEP / 3 * (matter + official + openness) + FULL_COMBAT * (leader / 2 + combat)
    weight = combat_or_leader(combat, leader)
    trigger = _trigger(codes.branch.code, official, openness, weight, codes.defence.code, entry.start, conditions)
    return _episode(entry, entry.target, min(1.0, provocation), trigger, entry.ongoing)


def _episode(
    entry: OtherEpisode | ShippedEpisode, target: str, provocation: float, trigger: Trigger, ongoing: bool
) -> Episode:
    """An episode, whose domain is that of its gravest instrument: to it the duration belongs."""
    domain = "none" if entry.max_rung == 0 else "economic" if entry.max_rung <= 2 else "military"
    return Episode(
        entry.id, entry.start, target, entry.trigger.strip(), entry.trigger_type, provocation, trigger,
        *rungs(entry.max_rung, entry.instruments), domain, entry.duration_months, ongoing,
    )  # fmt: skip


def _trigger(
    branch: Branch, official: float, openness: float, combat: float, defence: float, month: str, conditions: Conditions
) -> Trigger:
    """A trigger in the conditions of its month; attributes that its branch does not have are 0."""
    if branch in ("taiwan", "dispute"):
        official = openness = combat = defence = 0.0
    years = sorted(conditions.japan_trade_share)
    shares = [conditions.japan_trade_share[year] for year in years]
    share = float(np.interp(int(month[:4]), [int(year) for year in years], shares))
    return Trigger(branch, official, openness, combat, month > conditions.drills_usual_after, share, defence)
