"""An experiment from its resolved form."""

from __future__ import annotations

import json

import pytest

import sim
from sim.scenario.experiment import Experiment

CHANGES: list[list[str]] = [
    [],
    ["claim.N12=0.4"],  # a blend of two readings
    ["us_intervenes_prob={normal: [0.5, 0.3]}"],  # truncated to the parameter's bounds
    ["lever.escorts.depth=1", "switch.learning=off"],
]


@pytest.mark.parametrize("changes", CHANGES)
def test_an_experiment_is_equal_after_a_round_trip_through_json(changes: list[str]) -> None:
    exp = sim.load("debate", trials=300, set_=changes)
    copy = Experiment.from_resolved(json.loads(json.dumps(exp.resolved())))
    assert copy == exp
    assert copy.resolved() == exp.resolved()


@pytest.mark.parametrize("use", ["run", "evaluate", "mesa"])
def test_no_use_of_an_experiment_changes_it(use: str) -> None:
    exp = sim.load("debate", trials=4, policies=["direct_ties", "interoperability"], worldviews="neutral")
    before = exp.resolved()
    if use == "run":
        sim.run(exp, workers=1)
    elif use == "evaluate":
        design = sim.problem(exp)
        sim.evaluate(exp, [[sum(ends) / 2 for ends in design["bounds"]]], design["names"], worlds=2)
    else:
        sim.StraitModel(exp).step()
    assert exp.resolved() == before
