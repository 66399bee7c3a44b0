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
def test_an_experiment_comes_back_from_json_as_it_was(changes: list[str]) -> None:
    exp = sim.load("debate", trials=300, set_=changes)
    back = Experiment.from_resolved(json.loads(json.dumps(exp.resolved())))
    assert back == exp
    assert back.resolved() == exp.resolved()
