"""The decision table: what each actor perceives, in which direction it moves each choice, and why.

The entries stand beside the rules, in `sim/model/rules/ACTOR.yaml`; names, arguments, reasons and sources come from the
rules themselves. `tests/model/test_decisions.py` moves each argument and sees each rule move as its entry says.
"""

from __future__ import annotations

import functools
import inspect
import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sim.model.rules import japan, prc, taiwan, us

ACTORS: Mapping[str, types.ModuleType] = {"prc": prc, "japan": japan, "us": us, "taiwan": taiwan}
DIRECTIONS = ("up", "down", "scales", "either")
KINDS = ("seen", "trait", "number")
LUCK = re.compile(r"u(_\w+)?")
USUAL = (0.05, 0.95)  # the range of an argument of which an entry says nothing

ASK = """the entry of the rule in the file, such as

  {rule}:
    result: what the rule gives, in a few words
    moved_by:
      argument: {{up: seen, is: what the actor perceives, because: why it moves the choice}}

for each argument but the luck; `up: number` for an expert's number (the head of sim/model/rules/prc.yaml says more)"""


@dataclass(frozen=True)
class Argument:
    """One argument of a rule: what it is, in which direction it moves the result, and why.

    `sources` has the rules whose result it is, as "actor.rule": with 1 where more of that result is more of this
    argument, -1 where it is less, 0 where it can be either. "prc.revises of prc.expects_both" is what the first rule
    makes of the second's result. `low` and `high` bound what it can be.
    """

    name: str
    direction: str
    kind: str
    meaning: str
    because: str
    sources: Mapping[str, int]
    low: float
    high: float


@dataclass(frozen=True)
class Decision:
    """One rule of an actor with its entry in the table.

    `choice` says what is chosen; it is empty for rules that only lead up to a choice. With `luck`, the rule takes luck.
    `chance` says why no perception moves a choice that none moves.
    """

    actor: str
    name: str
    rule: Callable[..., Any]
    result: str
    choice: str
    arguments: tuple[Argument, ...]
    luck: bool
    chance: str

    @property
    def key(self) -> str:
        """The name by which other entries know it: "us.intervenes"."""
        return f"{self.actor}.{self.name}"

    @property
    def perceives(self) -> tuple[Argument, ...]:
        """The arguments that can change during a trial or between policies, and those of the actor's nature."""
        return tuple(argument for argument in self.arguments if argument.kind != "number")


def is_luck(argument: str) -> bool:
    """Whether an argument of a rule is luck, by its name: `u`, or `u_` and a word."""
    return LUCK.fullmatch(argument) is not None


def rules_of(actor: str) -> dict[str, Callable[..., Any]]:
    """Return the public rules of an actor, in the order of its module."""
    module = ACTORS[actor]
    return {
        name: rule
        for name, rule in vars(module).items()
        if isinstance(rule, types.FunctionType) and rule.__module__ == module.__name__ and not name.startswith("_")
    }


@functools.cache
def decision_table() -> Mapping[str, Decision]:
    """Return every rule of every actor with its entry, by "actor.rule", in the order of the modules.

    Raises ValueError, with the file and what to write there, if an entry is missing, left over, or does not fit its
    rule.

    >>> decision_table()["us.intervenes"].result
    'the US fights for Taiwan'
    """
    table = {decision.key: decision for actor in ACTORS for decision in _read(actor)}
    for decision in table.values():
        for argument in decision.arguments:
            for source in argument.sources:
                if unknown := [key for key in source.split(" of ") if key not in table]:
                    raise ValueError(f"{_file(decision.actor)}: {decision.name}: {argument.name}: no rule {unknown[0]}")
    return table


def reason(rule: Callable[..., Any]) -> str:
    """Return why the rule is as it is, from its docstring; empty if it gives no "Because".

    >>> reason(us.intervenes)
    "The same luck is kept through escalation, one who came to a blockade's aid also meets the invasion."
    """
    found = re.search(r"Because (.*?)(?=Source:|$)", " ".join(inspect.getdoc(rule).split()))  # type: ignore[union-attr]
    return found[1].strip()[:1].upper() + found[1].strip()[1:] if found else ""


def source(rule: Callable[..., Any]) -> str:
    """Return on what the rule rests, from its docstring.

    >>> source(us.intervenes)
    'CSIS 2023, 2025.'
    """
    found = re.search(r"Source: (.*)$", " ".join(inspect.getdoc(rule).split()))  # type: ignore[union-attr]
    return found[1].strip() if found else ""


@dataclass(frozen=True)
class Perception:
    """Something that an actor perceives and that moves a choice, by way of which rules (as "actor.rule")."""

    meaning: str
    direction: str
    because: str
    through: tuple[str, ...]


def perceptions(decision: Decision, through: tuple[str, ...] = (), only: str = "") -> Iterator[Perception]:
    """Give all that moves a rule and can change, traced back through the rules that lead up to it.

    A rule that leads up to itself is followed once. With `only`, other rules are not followed from here.

    >>> [(found.meaning, found.direction) for found in perceptions(decision_table()["us.intervenes"])][-1]
    ('the help that Japan would give', 'up')
    """
    table = decision_table()
    for argument in decision.perceives:
        leads = [way.partition(" of ") for way, sign in argument.sources.items() if sign != 0]
        leads = [lead for lead in leads if lead[0] not in (decision.key, *through)]
        if not leads:
            yield Perception(argument.meaning, argument.direction, argument.because, through)
        for key, of, made_from in leads:
            if only and key != only:
                continue
            for found in perceptions(table[key], (*through, key), made_from):
                signs = (argument.sources[f"{key}{of}{made_from}"], _SIGN[argument.direction], _SIGN[found.direction])
                direction = {1: "up", -1: "down", 0: "scales"}[signs[0] * signs[1] * signs[2]]
                yield Perception(found.meaning, direction, found.because, found.through)


_SIGN = {"up": 1, "down": -1, "scales": 0, "either": 0}


def _file(actor: str) -> str:
    return f"sim/model/rules/{actor}.yaml"


def _read(actor: str) -> Iterator[Decision]:
    path = Path(ACTORS[actor].__file__ or "").with_suffix(".yaml")
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules = rules_of(actor)
    for name in entries:
        if name not in rules:
            raise ValueError(f"{_file(actor)}: there is no rule {name} in {actor}.py any more: take its entry out")
    for name, rule in rules.items():
        if name not in entries:
            raise ValueError(f"{_file(actor)}: {actor}.{name} is missing from the decision table: write "
                             + ASK.format(rule=name))  # fmt: skip
        yield _decision(actor, name, rule, entries[name])


def _decision(actor: str, name: str, rule: Callable[..., Any], entry: Mapping[str, Any]) -> Decision:
    taken = list(inspect.signature(rule).parameters)
    wanted = [argument for argument in taken if not is_luck(argument)]
    place = f"{_file(actor)}: {name}"
    if set(entry) - {"given", "choice", "chance"} != {"result", "moved_by"}:
        raise ValueError(
            f"{place}: write `result`, `moved_by`, perhaps `choice`, `chance`, `given`; got {', '.join(entry)}"
        )
    if list(entry["moved_by"]) != wanted:
        raise ValueError(f"{place}: `moved_by` must have the rule's arguments in their order, {', '.join(wanted)}; got "
                         f"{', '.join(entry['moved_by'])}. Write " + ASK.format(rule=name))  # fmt: skip
    given = entry.get("given", {})
    if set(given) - set(wanted):
        raise ValueError(f"{place}: `given` names {', '.join(set(given) - set(wanted))}, which the rule does not take")
    arguments = tuple(_argument(actor, place, argument, entry["moved_by"][argument], given.get(argument, USUAL))
                      for argument in wanted)  # fmt: skip
    luck = len(wanted) < len(taken)
    chosen = entry["result"] if luck or rule.__annotations__["return"] == "bool" else entry.get("choice", "")
    chance, blind = entry.get("chance", ""), luck and all(argument.kind == "number" for argument in arguments)
    if blind and not chance:
        raise ValueError(f"{place}: nothing that the actor perceives moves this choice: give the rule an argument that "
                         "does, or say why there is none: chance: ...")  # fmt: skip
    if chance and not blind:
        raise ValueError(f"{place}: perceptions move this choice, or it takes no luck: take out `chance`")
    return Decision(actor, name, rule, entry["result"], chosen, arguments, luck, chance)


def _argument(actor: str, place: str, name: str, entry: Mapping[str, Any], given: tuple[float, float]) -> Argument:
    place = f"{place}: {name}"
    directions = [direction for direction in DIRECTIONS if direction in entry]
    if len(directions) != 1 or entry[directions[0]] not in KINDS or "is" not in entry:
        raise ValueError(f"{place}: write one of {', '.join(DIRECTIONS)}, with {' or '.join(KINDS)}, and `is`")
    if unknown := set(entry) - {*DIRECTIONS, "is", "from", "because"}:
        raise ValueError(f"{place}: unknown {', '.join(sorted(unknown))}; known are is, from, because")
    direction, kind = directions[0], entry[directions[0]]
    if kind != "number" and not entry.get("because"):
        raise ValueError(f"{place}: what an actor perceives needs a reason: because: ...")
    if kind != "number" and direction == "either":
        raise ValueError(f"{place}: say in which direction what an actor perceives moves it: up, down or scales")
    origin = entry.get("from", {})
    if not isinstance(origin, Mapping):
        origin = dict.fromkeys([origin] if isinstance(origin, str) else origin, "up")
    if wrong := [sign for sign in origin.values() if sign not in _SIGN]:
        raise ValueError(f"{place}: from: {wrong[0]} is none of {', '.join(_SIGN)}")
    sources = {
        " of ".join(key if "." in key else f"{actor}.{key}" for key in way.split(" of ")): _SIGN[sign]
        for way, sign in origin.items()
    }
    low, high = given
    return Argument(name, direction, kind, entry["is"], entry.get("because", ""), sources, float(low), float(high))
