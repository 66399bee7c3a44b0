"""The record of coercion: episodes as files tell them, checked, and put on the model's two ladders.

Two kinds of file have nearly one form: the shipped record, whose triggers were coded by the rules at its head, and
files of others' episodes, which give less. What both become is an `Episode`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.evidence import episode_files
from analysis.evidence.episode_files import PRC_INITIATED, Branch, Conditions, OwnEpisode, OwnFile, Told
from analysis.evidence.single_trigger import Trigger
from sim.errors import Fault, ScenarioError
from sim.model.rules import scale
from sim.scenario import shipped

TARGETS = ("Japan", "Taiwan")
PERSONAL, ECONOMIC = ("diplomatic", "individual_sanction", "detention"), ("economic",)
WORDS = frozenset(
    (*PERSONAL, *ECONOMIC, "protest", "greyzone", "drills", "blockade", "quarantine", "seizure", "fatal_clash", "war",
     "cyber")
)  # fmt: skip
STILL_ON = re.compile(r"\bongoing\b|\bstill (on|running|going on|in force)\b", re.IGNORECASE)
WITH_THE_US = ("mil_deployment", "exercise", "ship_transit", "arms_sale", "quiet_institutional")
OPEN_STEP, FULL_COMBAT = 0.3, 0.6  # rule 7: provocation of an open, official step about Taiwan, and what combat adds


@dataclass(frozen=True)
class Episode:
    """What happened, and how the PRC answered; `provocation` is a share, `months` None where it is not known."""

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
        """How far the answer went in a domain."""
        return self.economic if domain == "economic" else self.military


class Record(NamedTuple):
    """The shipped record: episodes that something set off, how many nobody did by target, and over how many years."""

    episodes: tuple[Episode, ...]
    unprovoked: dict[str, int]
    years: float
    conditions: Conditions
    last: str


class Reading(NamedTuple):
    """Others' files: episodes to forecast, those skipped with the reason, and what else a reader should know."""

    episodes: tuple[Episode, ...]
    skipped: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def record() -> Record:
    """The shipped record. Raises ScenarioError.

    >>> sorted(record().unprovoked.items())
    [('Japan', 4), ('Taiwan', 1)]
    """
    found, faults, _ = episode_files.own_file(
        shipped.shipped_folder() / "history" / "episodes.yaml", "scenarios/history/episodes.yaml"
    )
    if found is None:
        raise ScenarioError(faults)
    own = [_own(one, found.conditions) for one in found.episodes if one.codes]
    unprovoked = Counter(str(one.target) for one in found.episodes if one.trigger_type == PRC_INITIATED)
    return Record(tuple(own), dict(unprovoked), _years(found), found.conditions, found.record.last)


def others(paths: Sequence[str | Path], known: Record) -> Reading:
    """The episodes of others' files, in the form that docs/backtest.md describes. Raises ScenarioError."""
    episodes: list[Episode] = []
    skipped: list[tuple[str, str]] = []
    notes: list[str] = []
    faults: list[Fault] = []
    names: dict[str, str] = {}
    for path in map(Path, paths):
        found, wrong, document = episode_files.others_file(path, path.as_posix())
        faults += wrong
        for place, one in enumerate(found.episodes if found and document else ()):
            if document and one.id in names:
                message = f"id: {one.id} stands in {names[one.id]} already"
                faults.append(document.fault(("episodes", place, "id"), message))
            names.setdefault(one.id, path.as_posix())
            target = next((name for name in TARGETS if name.casefold() == one.target.casefold()), None)
            if target is None:
                skipped.append((one.id, f"the target is {one.target}"))
            elif one.trigger_type == PRC_INITIATED:
                skipped.append((one.id, "nobody had provoked it"))
            else:
                episodes.append(_told(one, target, known))
                notes += [f"{one.id}: instrument {word} is not one that Strait knows, and counts for nothing"
                          for word in one.instruments if word not in WORDS]  # fmt: skip
    if faults:
        raise ScenarioError(faults)
    return Reading(tuple(episodes), tuple(skipped), tuple(notes))


def rungs(max_rung: int, instruments: Collection[str]) -> tuple[int, int]:
    """The economic and the military rung that one scale of 0-7 and the instruments amount to.

    The scale gives the rung of its own domain; of the other domain only instruments tell.

    >>> rungs(3, ["protest", "economic", "greyzone"]), rungs(5, ["blockade"]), rungs(6, ["fatal_clash"])
    ((2, 1), (0, 4), (0, 1))
    """
    economic = 2 if set(ECONOMIC) & set(instruments) else 1 if set(PERSONAL) & set(instruments) else 0
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


def coded(one: Told, target: str) -> tuple[Branch, float, float, float]:
    """Branch, official, openness and combat where a file gives no codes: the last rule at the head of the record."""
    named = re.search("taiwan|taipei", one.trigger, re.IGNORECASE) is not None
    if target == "Taiwan":
        branch: Branch = "taiwan"
    elif one.japan_taiwan_lever or named:
        branch = "tie"
    else:
        branch = "alliance" if one.trigger_type in WITH_THE_US else "dispute"
    official = 0.5 if one.trigger_type == "quiet_institutional" else 1.0
    combat = scale.clip((one.provocation - OPEN_STEP) / FULL_COMBAT, 0.0, 1.0)
    return branch, official, 1.0 if one.overt else 0.2, combat


def _told(one: Told, target: str, known: Record) -> Episode:
    economic, military = rungs(one.max_rung, one.instruments)
    ongoing = one.end is None or bool(STILL_ON.search(f"{one.end} {one.mark} {one.note}"))
    ongoing = ongoing or (episode_files.is_date(one.end) and str(one.end)[:7] >= known.last)
    return Episode(
        one.id, one.start, target, one.trigger.strip(), one.trigger_type, one.provocation,
        _trigger(*coded(one, target), one.start, known.conditions),
        economic, military, _domain(one.max_rung), one.duration_months, ongoing,
    )  # fmt: skip


def _own(one: OwnEpisode, conditions: Conditions) -> Episode:
    codes = one.codes
    assert codes
    matter, official, leader = codes.matter.code, codes.official.code, codes.leader.code
    openness, combat = codes.openness.code, codes.combat.code
    provocation = OPEN_STEP / 3 * (matter + official + openness) + FULL_COMBAT * (leader / 2 + combat)
    role = min(1.0, combat + leader / 2)
    economic, military = rungs(one.max_rung, one.instruments)
    return Episode(
        one.id, one.start, one.target, one.trigger, one.trigger_type, min(1.0, provocation),
        _trigger(codes.branch.code, official, openness, role, one.start, conditions),
        economic, military, _domain(one.max_rung), one.duration_months, one.ongoing,
    )  # fmt: skip


def _domain(max_rung: int) -> str:
    """The domain of an episode's gravest instrument, to which its duration belongs; none if there was no answer."""
    return "none" if max_rung == 0 else "economic" if max_rung <= 2 else "military"


def _trigger(
    branch: Branch, official: float, openness: float, combat: float, month: str, conditions: Conditions
) -> Trigger:
    """A trigger in the conditions of its month; attributes that its branch does not have are 0."""
    if branch in ("taiwan", "dispute"):
        official = openness = combat = 0.0
    years = sorted(conditions.japan_trade_share)
    shares = [conditions.japan_trade_share[year] for year in years]
    share = float(np.interp(int(month[:4]), [int(year) for year in years], shares))
    return Trigger(branch, official, openness, combat, month > conditions.drills_usual_after, share)


def _years(found: OwnFile) -> float:
    first, last = (int(month[:4]) + (int(month[5:]) - 1) / 12 for month in (found.record.first, found.record.last))
    return last - first
