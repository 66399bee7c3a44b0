"""Agents of one's own at full speed: what the Mesa model plays, the kernel plays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playing import needs_kernels

import sim
from sim.engine import batch
from sim.errors import QuestionError, RuleError
from sim.model import compiled, outcomes
from sim.model.rules import prc
from sim.translate.subset import NotInSubset

TRIALS = 200


class Patient(sim.PRC):
    """Hope weighs nothing while success looks unlikely, and a war climbs less easily."""

    patience = 0.6

    def urge(self, success: float, price: float, hope: float, crisis: float, window: float) -> Any:
        if success < 0 and crisis == 0:
            return self.patience * super().urge(success, price, hope, 0.0, window)
        return super().urge(success, price, hope, crisis, window)

    def escalates(self, probability: float, u: float) -> bool:
        return u < probability * probability


class Dove(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float, window: float) -> float:
        return 0.0


class Forgetful(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float, window: float) -> float:
        self.last = success
        return 1.0


class Careless(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float, window: float) -> float:
        return 1.0 / (window - window)


def small(**how: Any) -> Any:
    return sim.load("debate", policies="direct_ties", worldviews="self", starts="2026", **how)


@pytest.fixture
def plain() -> Iterator[None]:
    """The rules as plain Python."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "way", "python")
        batch._with_agents.cache_clear()
        yield
    batch._with_agents.cache_clear()


@needs_kernels
def test_the_kernel_plays_what_the_mesa_model_plays() -> None:
    exp = small(trials=TRIALS)
    (records,) = sim.run(exp, agents={"prc": Patient}).records.values()
    for trial in range(TRIALS):
        played = sim.StraitModel(exp, trial=trial, agents={"prc": Patient}).run()
        for name in outcomes.COLUMNS:
            assert records[name][trial] == played[name] or np.isnan(played[name]), (trial, name)
    (usual,) = sim.run(exp).records.values()
    assert usual["hazard_of_force"].mean() > records["hazard_of_force"].mean() > 0


def test_in_plain_python_too(plain: None) -> None:
    exp = small(trials=5)
    (records,) = sim.run(exp, agents={"prc": Patient}).records.values()
    played = [sim.StraitModel(exp, trial=trial, agents={"prc": Patient}).run() for trial in range(5)]
    assert records["hazard_of_force"].tolist() == [trial["hazard_of_force"] for trial in played]


def test_a_dove_never_reaches_for_force() -> None:
    (records,) = sim.run(small(trials=100), agents={"prc": Dove}).records.values()
    assert not records["use_of_force"].any()
    assert sim.evaluate(small(), [[0.0]], ["N12"], outcomes=["use_of_force"], worlds=20, agents={"prc": Dove}) == 0


@needs_kernels
def test_an_agent_that_remembers_is_refused_with_a_hint() -> None:
    with pytest.raises(NotInSubset) as refusal:
        sim.run(small(trials=10), agents={"prc": Forgetful})
    assert "test_agents.py" in str(refusal.value)
    assert "use sim.StraitModel for that" in str(refusal.value)


@needs_kernels
def test_a_division_by_zero_names_its_rule_and_its_trial() -> None:
    with pytest.raises(RuleError) as fault:
        sim.run(small(trials=10), agents={"prc": Careless})
    assert "division by zero: 1.0 / (window - window)" in str(fault.value)
    assert "(trial 0, seed 2020, policy direct_ties, start 2026)" in str(fault.value)
    assert sim.run(small(trials=10), agents={"prc": Patient}).records  # another kernel has no fault


def test_an_unknown_actor_is_refused() -> None:
    with pytest.raises(QuestionError, match="nearest: prc"):
        sim.run(small(trials=10), agents={"pcr": Dove})


def test_agents_do_not_travel_to_a_cluster() -> None:
    with pytest.raises(QuestionError, match="leave out cluster"):
        sim.run(small(trials=10), agents={"prc": Dove}, cluster="local")


def test_agents_have_the_names_of_options() -> None:
    assert sim.PRC.DRILL == prc.DRILL
