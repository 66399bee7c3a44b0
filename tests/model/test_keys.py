"""Luck is keyed by name: the order of a file, or an entry that nobody uses, changes no trial."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from playing import needs_kernels, play

from sim.engine import batch, setup
from sim.scenario.catalogue import Lever
from sim.scenario.experiment import Experiment
from sim.scenario.layers import LeverLevel, ScriptedEvent
from sim.scenario.loader import load

LEVERS = len(load("debate").catalogue.levers)
Entry = TypeVar("Entry")


def small() -> Experiment:
    return load("debate", trials=40, starts="2026", worldviews=["self", "newsham"])


def inert(exp: Experiment) -> Lever:
    """A lever like the first one, under a name that no file has."""
    return replace(next(iter(exp.catalogue.levers.values())), name="inert")


def with_levers(exp: Experiment, levers: Mapping[str, Lever]) -> Experiment:
    """The experiment with these levers in this order; what no start knows is not used there."""
    unused = LeverLevel(depth=0.0, openness=0.0)
    starts = [
        replace(start, levers={name: start.levers.get(name, unused) for name in levers})
        for start in (*exp.starts, exp.reference)
    ]
    catalogue = replace(exp.catalogue, levers=dict(levers))
    return replace(exp, catalogue=catalogue, starts=tuple(starts[:-1]), reference=starts[-1])


def shuffled(entries: Mapping[str, Entry], seed: int) -> dict[str, Entry]:
    """The same entries in another order."""
    order = [*entries]
    random.Random(seed).shuffle(order)
    return {name: entries[name] for name in order}


def records(exp: Experiment) -> dict[batch.Cell, bytes]:
    return {cell: rows.tobytes() for cell, rows in play(exp).records.items()}


@pytest.fixture(scope="module")
def before() -> dict[batch.Cell, bytes]:
    return records(small())


@needs_kernels
@pytest.mark.parametrize("position", range(LEVERS + 1))
def test_a_lever_that_nobody_uses_changes_no_trial(position: int, before: dict[batch.Cell, bytes]) -> None:
    exp = small()
    levers = list(exp.catalogue.levers.items())
    levers.insert(position, ("inert", inert(exp)))
    assert records(with_levers(exp, dict(levers))) == before


@pytest.mark.parametrize("name", ["a", "inert", "zz"])
def test_nor_does_it_whatever_its_name_is(name: str) -> None:
    exp = load("debate", trials=1, starts="2026", worldviews="neutral")
    more = with_levers(exp, {**exp.catalogue.levers, name: replace(inert(exp), name=name)})
    for policy in exp.policies:
        now, then = (setup.build_setting(one, policy, one.starts[0])[0] for one in (more, exp))
        rows = [row for row, lever in enumerate(more.catalogue.lever_rows) if lever.name != name]
        assert [more.catalogue.lever_rows[row].name for row in now["moved"][: now["moves"]]] == [
            exp.catalogue.lever_rows[row].name for row in then["moved"][: then["moves"]]
        ]
        assert (now["first_step_key"][rows] == then["first_step_key"]).all()
        assert all(now[field] == then[field] for field in then.dtype.names if then[field].shape == ())


@needs_kernels
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_no_file_changes_a_trial(seed: int, before: dict[batch.Cell, bytes]) -> None:
    exp = small()
    catalogue = replace(
        exp.catalogue,
        levers=shuffled(exp.catalogue.levers, seed),
        parameters=shuffled(exp.catalogue.parameters, seed),
        claims=shuffled(exp.catalogue.claims, seed),
        switches=shuffled(exp.catalogue.switches, seed),
    )
    values = tuple(replace(one, prices=shuffled(one.prices, seed)) for one in exp.values)
    policies = tuple(replace(one, levers=shuffled(one.levers, seed)) for one in reversed(exp.policies))
    views = tuple(reversed(exp.worldviews))
    other = replace(exp, catalogue=catalogue, values=values, policies=policies, worldviews=views)
    assert records(other) == before


@needs_kernels
def test_an_event_more_gives_other_events_no_other_luck() -> None:
    late = [ScriptedEvent(month=100, event="large_drill"), ScriptedEvent(month=110, event="taiwan_trigger")]
    exp = replace(small(), events=tuple(late))
    shown = setup.build_setting(exp, exp.policies[0], exp.starts[0])[0]
    more = replace(exp, events=(*reversed(late), ScriptedEvent(month=3, event="large_drill")))
    now = setup.build_setting(more, exp.policies[0], exp.starts[0])[0]
    assert now["scripted"] == 3
    assert (now["scripted_key"][1:3] == shown["scripted_key"][:2]).all()
    assert records(replace(exp, events=tuple(reversed(late)))) == records(exp)


def test_two_events_of_a_kind_in_one_month_have_luck_of_their_own() -> None:
    twice = (ScriptedEvent(month=3, event="large_drill"),) * 2
    exp = replace(small(), events=twice)
    keys = setup.build_setting(exp, exp.policies[0], exp.starts[0])[0]["scripted_key"]
    assert len(np.unique(keys[:2])) == 2
