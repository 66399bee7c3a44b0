"""The decision table against trials as they are played: what is perceived changes, and comes from where it says.

Trials run in plain Python. Every number that a rule gives carries the rule's name through whatever is calculated from
it, so that what reaches another rule says which rules it was made of.
"""

from __future__ import annotations

import functools
import itertools
import types
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from sim.engine import setup
from sim.engine.mesa_model import order_of_play
from sim.model import elementary
from sim.model.compiled import twin
from sim.model.decisions import ACTORS, Decision, decision_table
from sim.model.records import blank_state, plain_record
from sim.model.rules import scale
from sim.model.state import Parameters, Setting
from sim.scenario.loader import load

WORLDS = 6
DANGER = (1.0, 5.0, 30.0)  # how many times likelier force is than the evidence has it, for each luck


class Traced(float):
    """A number that knows the rules whose results it was calculated from."""

    of: frozenset[str]


def traced(value: float, of: frozenset[str]) -> float:
    if not of:
        return value
    number = Traced(value)
    number.of = of
    return number


def made_of(value: Any) -> frozenset[str]:
    return value.of if isinstance(value, Traced) else frozenset()


def _calculate(name: str) -> Callable[..., Any]:
    operation = getattr(float, name)

    def calculate(self: Traced, *others: Any) -> Any:
        value = operation(self, *others)
        return traced(value, self.of.union(*(made_of(other) for other in others)))

    return calculate


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "neg", "abs"):
    setattr(Traced, f"__{_name}__", _calculate(f"__{_name}__"))


def of_one(function: Callable[[float], float]) -> Callable[[float], float]:
    """A function of one number, whose result is made of what the number is made of."""
    return lambda x: traced(function(float(x)), made_of(x))


@dataclass
class Seen:
    """What has reached each argument of each rule: its values in each world, and the rules they were made of."""

    values: dict[tuple[str, str], dict[int, set[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    sources: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    world: int = 0
    first: bool = False

    def watch(self, decision: Decision) -> Callable[..., Any]:
        names, key = list(decision.rule.__annotations__), decision.key

        @functools.wraps(decision.rule)
        def rule(*situation: Any) -> Any:
            for name, value in zip(names, situation, strict=False):
                if not self.first:  # in the first month beliefs begin, and some numbers are others
                    self.values[key, name][self.world].add(float(value))
                self.sources[key, name] |= made_of(value)
            plain = [float(value) if isinstance(value, Traced) else value for value in situation]
            result = decision.rule(*plain)
            if isinstance(result, tuple):
                return tuple(traced(part, frozenset({key})) for part in result)
            return traced(result, frozenset({key})) if isinstance(result, float) else result

        return rule


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Trials of the debate's policies and of one that does half of everything, in some of which force comes soon."""
    seen = Seen()
    exp, policy = load("debate"), tmp_path_factory.mktemp("policies") / "half_of_all.yaml"
    levers = {lever: {"depth": 0.5, "openness": 0.5} for lever in exp.catalogue.levers}
    policy.write_text(yaml.safe_dump({"policy": "half_of_all", "title": "Half of all", "levers": levers}))
    policies = [*(shipped.name for shipped in exp.policies), str(policy)]
    exp = load("debate", policies=policies, worldviews="newsham", starts=["2020", "2026"])
    logs = {"exp": of_one(elementary.exp), "log": of_one(elementary.log)}
    watched = {actor: types.SimpleNamespace(**vars(module)) for actor, module in ACTORS.items()}
    for decision in decision_table().values():
        setattr(watched[decision.actor], decision.name, seen.watch(decision))
    months = order_of_play(**watched, **logs, scale=twin(scale, **logs))
    worlds = setup.draw_worlds(exp, exp.worldviews[0], 0, WORLDS)
    for chosen, start, world, luck in itertools.product(exp.policies, exp.starts, range(WORLDS), range(len(DANGER))):
        setting = plain_record(Setting, setup.build_setting(exp, chosen, start)[0])
        params = plain_record(Parameters, worlds[world])
        params.force_calibration *= DANGER[luck]
        params.east_china_per_year *= 30.0
        params.quarantine_share *= 0.1  # most campaigns are graver ones, in which more is decided
        state = blank_state(len(exp.catalogue.levers), world, luck + 1)
        seen.world, seen.first = world, True
        months.begin(state, params, setting)
        while not state.over and state.time < setting.months:
            months.play(state, params, setting)
            seen.first = False
        months.finish(state, params, setting)
    return seen


def test_every_rule_is_used(seen: Seen) -> None:
    unused = [key for key, decision in decision_table().items() if (key, decision.arguments[0].name) not in seen.values]
    assert not unused, "no trial asks these rules"


def test_what_is_perceived_changes_and_an_experts_number_does_not(seen: Seen) -> None:
    wrong = []
    for key, decision in decision_table().items():
        for argument in decision.arguments:
            changes = any(len(values) > 1 for values in seen.values[key, argument.name].values())
            if changes and argument.kind == "number":
                wrong.append(f"{key}: {argument.name} is said to be a number, but changes within a world: `seen`")
            if not changes and argument.kind == "seen":
                wrong.append(
                    f"{key}: {argument.name} is said to be perceived, but never changes: nothing perceived moves it"
                )
    assert not wrong, "\n".join(wrong)


def test_each_argument_comes_from_the_rules_that_the_table_names(seen: Seen) -> None:
    wrong = []
    for key, decision in decision_table().items():
        for argument in decision.arguments:
            named = {way.partition(" of ")[0] for way in argument.sources}
            found = seen.sources[key, argument.name] - {key}
            if more := sorted(found - named):
                wrong.append(f"{key}: {argument.name}: add `from: {', '.join(more)}`")
            kind = decision.rule.__annotations__[argument.name]
            if kind == "float" and (less := sorted(named - found)):
                wrong.append(f"{key}: {argument.name}: is not made of {', '.join(less)}: take it out of `from`")
    assert not wrong, "\n".join(wrong)
