"""Every rule against its cases (tests/cases), compiled and plain, and what holds for all numbers at once."""

from __future__ import annotations

import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from playing import blank

from sim.model import codes
from sim.model.effects import campaign, war
from sim.model.rules import japan, prc, scale, taiwan, us
from sim.model.state import Parameters, Setting, State

ACTORS = {"prc": prc, "japan": japan, "us": us, "taiwan": taiwan}
chance = st.floats(0.001, 0.999)
ratio = st.floats(0.05, 20)


WAR = types.SimpleNamespace(
    balance=war.balance, success=war.success, gain_by_striking=war.gain_by_striking,
    success_with_us=war.success_with_us, chances=war.chances,
    enter=campaign.enter, leave=campaign.leave,
)  # fmt: skip


def cases(actor: str) -> dict[str, list[dict[str, Any]]]:
    text = (Path(__file__).parents[1] / "cases" / f"{actor}.yaml").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = yaml.load(text, yaml.CSafeLoader)
    return found


def rules_of(module: types.ModuleType) -> dict[str, Callable[..., Any]]:
    """The public rules that a module defines."""
    functions = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return {
        name: function
        for name, function in functions.items()
        if isinstance(function, types.FunctionType) and function.__module__ == module.__name__
    }


def rule_of(actor: str, name: str) -> Callable[..., Any]:
    """A rule in plain Python; tests/translate runs the same rules as machine code."""
    return cast(Callable[..., Any], getattr(WAR if actor == "war" else ACTORS[actor], name))


def value(entry: Any) -> Any:
    """A number, yes or no as they stand; a word is one of the options."""
    if isinstance(entry, str):
        options = {name: option for actor in ACTORS.values() for name, option in vars(actor).items()}
        return options[entry]
    return entry if isinstance(entry, (bool, list)) else float(entry)


def each(*, of_records: bool) -> list[Any]:
    """The cases of all actors: of rules, or of what happens in a world."""
    return [
        pytest.param(actor, rule, case, id=f"{actor}.{rule}: {case['case']}")
        for actor in (*ACTORS, "war")
        for rule, of_rule in cases(actor).items()
        for case in of_rule
        if ("state" in case) == of_records
    ]


@pytest.mark.parametrize(("actor", "rule", "case"), each(of_records=False))
def test_an_actor_decides_as_the_case_says(actor: str, rule: str, case: dict[str, Any]) -> None:
    situation = {name: value(entry) for name, entry in case["given"].items()}
    decided = rule_of(actor, rule)(**situation)
    expected = _expected(actor, case["expect"])
    assert decided == (pytest.approx(expected, rel=1e-12) if isinstance(expected, (float, list)) else expected)


def _expected(actor: str, entry: Any) -> Any:
    """An option is looked up in its own actor's module: two actors may use a word for different numbers."""
    return getattr(ACTORS[actor], entry) if isinstance(entry, str) else value(entry)


@pytest.mark.parametrize(("actor", "rule", "case"), each(of_records=True))
def test_a_campaign_goes_as_the_case_says(actor: str, rule: str, case: dict[str, Any]) -> None:
    fields = {name: value(entry) for name, entry in case["state"].items()}
    state = blank(State, fields, compiled=False)
    params = blank(Parameters, {"nuclear_hr_guarantee": 1, **case.get("parameters", {})}, compiled=False)
    setting = blank(Setting, compiled=False)
    situation = {name: value(entry) for name, entry in case["given"].items()}
    function = rule_of(actor, rule)
    if rule == "chances":
        fields["balance"] = rule_of("war", "balance")(state)
        state = blank(State, fields, compiled=False)
        assert list(function(state, params, **situation)) == pytest.approx(case["expect"], rel=1e-9)
        return
    function(state, params, setting, *situation.values(), *([0.0] if rule == "enter" else []))
    after = {name: _after(state, name) for name in case["expect"]}
    assert after == pytest.approx({name: value(entry) for name, entry in case["expect"].items()}, rel=1e-12)


def _after(state: Any, name: str) -> Any:
    """An event, or a field, of a record of either sort."""
    field = "happened" if name in codes.EVENTS else name
    found = state[field] if isinstance(state, np.void) else getattr(state, field)
    return found[codes.EVENTS.index(name)] if name in codes.EVENTS else found


@pytest.mark.parametrize("actor", ACTORS)
def test_every_rule_has_cases_on_both_sides_of_what_it_decides(actor: str) -> None:
    rules, written = rules_of(ACTORS[actor]), cases(actor)
    assert list(written) == list(rules), "cases stand in the order of the rules"
    for name, rule in rules.items():
        given = [case["given"].keys() for case in written[name]]
        assert all(list(names) == list(rule.__code__.co_varnames[: len(names)]) for names in given), name
        results = {str(case["expect"]) for case in written[name]}
        least = 2 if rule.__annotations__["return"] == "bool" else 3
        assert len(results) >= least, f"{actor}.{name} has cases for {results} only"
        assert len(written[name]) >= 3, name


@pytest.mark.parametrize("actor", [*ACTORS, "war"])
def test_no_two_cases_of_a_rule_have_one_title(actor: str) -> None:
    for rule, of_rule in cases(actor).items():
        titles = [case["case"] for case in of_rule]
        assert len(set(titles)) >= len(titles) - titles.count("Luck just above it"), rule


# What holds for all numbers at once


@given(chance, ratio)
def test_odds_and_probabilities_are_one_thing(p: float, r: float) -> None:
    f = rules_of(scale)
    assert f["probability"](f["odds"](p)) == pytest.approx(p)
    assert f["shifted"](p, 1.0) == pytest.approx(p)
    assert f["odds"](f["shifted"](p, r)) == pytest.approx(f["odds"](p) * r)
    assert f["log_odds"](f["shifted"](p, r)) == pytest.approx(f["log_odds"](p) + f["log_odds"](r / (1 + r)))
    assert f["shifted"](f["shifted"](p, r), 1 / r) == pytest.approx(p)


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_a_clipped_number_is_in_its_range_and_in_order(x: float, y: float) -> None:
    clip, sure = scale.clip, scale.chance
    assert 0 <= clip(x, 0.0, 1.0) <= 1
    assert clip(x, 0.0, 1.0) == x or not 0 <= x <= 1
    assert (sure(x) <= sure(y)) or x > y
    assert 0 < sure(x) < 1


@given(st.floats(0, 50), ratio, st.floats(1, 20), chance, chance)
def test_a_step_that_provokes_more_never_draws_less(
    odds: float, more: float, freeze: float, drill: float, u: float
) -> None:
    calm = prc.answers_economically(odds, freeze, u)
    assert prc.answers_economically(odds * (1 + more), freeze, u) >= calm
    assert prc.answers_economically(odds, freeze * (1 + more), u) >= calm
    assert prc.answers_militarily(0.5, drill, u) >= prc.answers_militarily(0.5, drill * 0.5, u)


@given(chance, st.floats(0, 3), st.floats(0, 3), chance, ratio)
def test_anger_and_a_race_never_keep_a_crisis_away(
    probability: float, anger: float, race: float, u: float, more: float
) -> None:
    now = prc.turns_critical(probability, anger, race, 0.0, u)
    assert prc.turns_critical(probability, anger + more, race, 0.0, u) >= now
    assert prc.turns_critical(probability, anger, race + more, 0.0, u) >= now
    assert prc.turns_critical(probability, anger, race, -more, u) <= now
    assert prc.breaks_off(probability, anger + more) > prc.breaks_off(probability, anger)


@given(chance, ratio, st.floats(1, 20), st.floats(0, 0.3), chance)
def test_weaker_support_never_makes_japan_firmer(
    concede: float, weaker: float, quieten: float, advance: float, u: float
) -> None:
    firm = japan.responds(concede, weaker, quieten, advance, u)
    assert japan.responds(concede, weaker * 2, quieten, advance, u) <= firm


@given(*[st.floats(-3, 3)] * 4, st.floats(0, 2))
def test_every_reason_for_force_counts_the_same_way(a: float, b: float, c: float, d: float, more: float) -> None:
    urge = prc.urge
    reasons = [a, b, c, d]
    for place in range(4):
        raised = [reason + more * (at == place) for at, reason in enumerate(reasons)]
        assert urge(*raised) >= urge(*reasons) * (1 - 1e-12)


@given(chance, chance, chance, chance)
def test_more_resolve_never_helps_the_prc_where_help_helps(us_comes: float, more: float, a: float, b: float) -> None:
    alone, with_us = max(a, b), min(a, b)
    success, gains = war.success, war.gain_by_striking

    def chance_of(resist: float, us_comes: float) -> float:
        gain = gains(us_comes, alone, with_us, max(us_comes, b), with_us)
        return float(success(resist, us_comes, alone, with_us, a, gain))

    assert chance_of(more, max(us_comes, more)) <= chance_of(more, us_comes) + 1e-12
    assert chance_of(1.0, us_comes) <= chance_of(more, us_comes) + 1e-12


@given(chance, chance, st.integers(0, 1))
def test_a_yes_or_no_is_yes_as_often_as_its_chance_says(p: float, u: float, flag: int) -> None:
    rules = [prc.escalates, prc.strikes_japan, prc.strikes_first, prc.threatens_japan, prc.presses_economically,
             japan.permits_bases, japan.joins_convoy, japan.protects, us.intervenes, us.convoys, us.deploys,
             us.answers_drill, taiwan.resists, taiwan.submits, taiwan.consents]  # fmt: skip
    assert all(rule(p, u) == (u < p) for rule in rules)
    assert prc.breaks_settlement(p, bool(flag), u) == (u < p and bool(flag))
    assert japan.fights(bool(flag), p, u) == (u < p or bool(flag))
