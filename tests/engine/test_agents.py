"""Agents of one's own at full speed: what the Mesa model plays, the kernel plays."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playing import needs_kernels

import sim
from sim.engine import loop_limit
from sim.errors import QuestionError, RuleError
from sim.model import compiled, outcomes
from sim.model.rules import prc
from sim.translate.kernel import Kernel
from sim.translate.subset import NotInSubset

TRIALS = 200


class Patient(sim.PRC):
    """Hope weighs nothing while success looks unlikely, and a war climbs less easily."""

    patience = 0.6

    def urge(self, success: float, price: float, hope: float, crisis: float) -> Any:
        if success < 0 and crisis == 0:
            return self.patience * super().urge(success, price, hope, 0.0)
        return super().urge(success, price, hope, crisis)

    def escalates(self, probability: float, u: float) -> bool:
        return u < probability * probability


class Dove(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
        return 0.0


class Forgetful(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
        self.last = success
        return 1.0


class Careless(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
        return 1.0 / (crisis - crisis)


def small(**how: Any) -> Any:
    return sim.load("debate", policies="direct_ties", worldviews="self", starts="2026", **how)


@pytest.fixture
def plain() -> Iterator[None]:
    """The rules as plain Python."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "way", "python")
        yield


@pytest.fixture
def optimised() -> None:
    """Agents with their optimised code."""


@pytest.fixture(autouse=True)
def _not_optimised(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let agents run in the code that is there first: few trials never reach the one that takes seconds to make."""
    if "optimised" not in request.fixturenames:
        monkeypatch.setattr(Kernel, "_optimise", lambda *_: None)


@needs_kernels
def test_the_kernel_plays_what_the_mesa_model_plays(optimised: None) -> None:
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
    assert "division by zero: 1.0 / (crisis - crisis)" in str(fault.value)
    assert "(trial 0, seed 2020, policy direct_ties, start 2026)" in str(fault.value)
    assert sim.run(small(trials=10), agents={"prc": Patient}).records  # another kernel has no fault


class Boundless(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
        return math.inf


class Waiting(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
        level = 0.0
        while level < 1.0:
            level = level / 2.0
        return level


class OnOneLine(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
        while crisis < 2.0: crisis = crisis * 0.5  # noqa: E701  # fmt: skip
        return crisis


class Nested(sim.PRC):
    def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
        total = 0.0
        for _ in range(2):
            outer = 0
            while outer < 200:
                outer += 1
                inner = 0
                while inner < 400:
                    inner += 1
                    total += 1.0
        return total


@needs_kernels
def test_an_agent_that_never_comes_to_a_result_is_a_fault() -> None:
    says = r"test_agents.py:\d+: the loop goes on for 100,000 rounds: .* \(trial 0, seed 2020"
    with pytest.raises(RuleError, match=says):
        sim.run(small(trials=10), agents={"prc": Waiting})


@pytest.mark.parametrize("agent", [Waiting, OnOneLine])
def test_a_loop_without_an_end_is_a_fault_in_plain_python_too(plain: None, agent: type) -> None:
    with pytest.raises(RuleError, match=r"test_agents.py:\d+: the loop goes on for 100,000 rounds \(trial 0, seed"):
        sim.run(small(trials=10), agents={"prc": agent})


def test_loops_that_end_are_counted_one_by_one(plain: None) -> None:
    """Many rounds in all, few in each loop: no fault, and the trace that was there before is there again."""
    before = sys.gettrace()
    assert Nested.urge(object.__new__(Nested), 0.0, 0.0, 0.0, 0.0) == 160_000
    assert loop_limit.play(Nested.urge, object.__new__(Nested), 0.0, 0.0, 0.0, 0.0) == 160_000
    assert sys.gettrace() is before


def returning(value: float) -> type[sim.PRC]:
    class Returning(sim.PRC):
        number = value

        def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
            return self.number if crisis > -1.0 and success < 0.1 else 1.0

    return Returning


def play_by_mesa(agents: Any) -> None:
    for trial in range(30):
        sim.StraitModel(small(), trial=trial, agents=agents).run()


@pytest.mark.parametrize("value", [math.nan, math.inf, -5.0])
def test_a_choice_that_is_no_legal_number_is_the_same_fault_in_all_ways(value: float) -> None:
    agents = {"prc": returning(value)}
    says = r"test_agents.py:\d+: urge must give a finite number of 0 or more.* \(trial \d+, seed 2020, policy"
    with pytest.raises(RuleError, match=says):
        sim.run(small(trials=10), agents=agents)
    with pytest.raises(RuleError, match=says):
        sim.evaluate(small(), [[0.0]], ["N12"], worlds=10, agents=agents)
    with pytest.raises(RuleError, match=says):
        play_by_mesa(agents)


def test_a_choice_that_is_no_legal_number_is_a_fault_in_plain_python_too(plain: None) -> None:
    with pytest.raises(RuleError, match=r"test_agents.py:\d+: urge .* gives nan \(trial \d"):
        sim.run(small(trials=10), agents={"prc": returning(math.nan)})


class Pressing(sim.PRC):
    def presses_more(self, demands: float, conceded: float, learning: float) -> float:
        return 1e50


@pytest.mark.parametrize(("agent", "says"), [(Boundless, "gives inf"), (Pressing, "goes on for 100,000 rounds")])
def test_an_endless_loop_is_a_fault_in_the_mesa_model_too(agent: type, says: str) -> None:
    with pytest.raises(RuleError, match=rf"{says}.* \(trial \d+, seed 2020"):
        play_by_mesa({"prc": agent})


class Misspelt(sim.PRC):
    def urg(self, success: float, price: float, hope: float, crisis: float) -> float:
        return 0.0


class Idle(sim.PRC):
    pass


class Helped(Dove):
    def half(self, number: float) -> float:
        return number / 2.0

    def escalates(self, probability: float, u: float) -> bool:
        return u < self.half(probability)


@pytest.mark.parametrize(("agent", "says"), [
    (Misspelt, "Misspelt: unknown rule 'urg'.*nearest: urge"), (Idle, "Idle overrides no rule of sim.PRC"),
])  # fmt: skip
def test_an_agent_that_would_change_nothing_is_refused(agent: type, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        sim.run(small(trials=10), agents={"prc": agent})
    with pytest.raises(QuestionError, match=says):
        sim.StraitModel(small(), agents={"prc": agent})


def test_helpers_that_a_rule_calls_are_no_misspelt_rules() -> None:
    for agent in (Helped, sim.PRC):
        assert sim.run(small(trials=10), agents={"prc": agent}).records


@needs_kernels
def test_an_agent_that_is_changed_is_read_again() -> None:
    class Moody(sim.PRC):
        factor = 0.01

        def urge(self, success: float, price: float, hope: float, crisis: float) -> Any:
            return self.factor * super().urge(success, price, hope, crisis)

    def hazard() -> float:
        (records,) = sim.run(small(trials=20), agents={"prc": Moody}).records.values()
        return float(records["hazard_of_force"].mean())

    calm = hazard()
    Moody.factor = 3.0
    assert hazard() > 10 * calm


@needs_kernels
def test_two_closures_of_one_function_are_two_rules() -> None:
    def scaled(factor: float) -> Any:
        def times(x: float) -> float:
            return factor * x

        return times

    low, high = scaled(0.01), scaled(3.0)

    class Two(sim.PRC):
        def urge(self, success: float, price: float, hope: float, crisis: float) -> Any:
            return 0.0 * low(1.0) + high(1.0)

    (records,) = sim.run(small(trials=20), agents={"prc": Two}).records.values()
    (played,) = {sim.StraitModel(small(trials=20), trial=7, agents={"prc": Two}).run()["hazard_of_force"]}
    assert records["hazard_of_force"][7] == played


class Counting(sim.PRC):
    weights = (0.5, 1.0, 2.0)

    def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
        return self.weights[int(4.0 + abs(crisis))]


class FromBehind(sim.PRC):
    weights = (0.5, 1.0, 2.0)

    def urge(self, success: float, price: float, hope: float, crisis: float) -> float:
        return self.weights[-1]


@needs_kernels
def test_an_index_outside_its_array_is_a_fault_and_never_garbage() -> None:
    with pytest.raises(RuleError, match=r"the index is outside: self.weights\[int"):
        sim.run(small(trials=10), agents={"prc": Counting})
    with pytest.raises(NotInSubset, match="the index -1 is outside"):
        sim.run(small(trials=10), agents={"prc": FromBehind})


@pytest.mark.parametrize(("agents", "says"), [
    ({"prc": sim.Japan}, "prc must be a class that extends sim.PRC"), ({"prc": 5}, "prc must be a class"),
    (["prc"], "give classes by actor"),
])  # fmt: skip
def test_what_is_no_agent_is_refused(agents: Any, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        sim.run(small(trials=10), agents=agents)


def test_a_division_by_zero_in_plain_python_names_its_trial(plain: None) -> None:
    with pytest.raises(RuleError, match="trial 0, seed 2020, policy direct_ties"):
        sim.run(small(trials=3), agents={"prc": Careless})


def test_a_mesa_model_refuses_what_is_no_agent_and_no_trial() -> None:
    with pytest.raises(QuestionError, match="prc must be a class that extends"):
        sim.StraitModel(small(), agents={"prc": 3})  # type: ignore[dict-item]
    with pytest.raises(QuestionError, match="trial: must be 0 or more, got -1"):
        sim.StraitModel(small(), trial=-1)


def test_an_unknown_actor_is_refused() -> None:
    with pytest.raises(QuestionError, match="nearest: prc"):
        sim.run(small(trials=10), agents={"pcr": Dove})


def test_agents_do_not_travel_to_a_cluster() -> None:
    with pytest.raises(QuestionError, match="leave out cluster"):
        sim.run(small(trials=10), agents={"prc": Dove}, cluster="local")


def test_agents_have_the_names_of_options() -> None:
    assert sim.PRC.DRILL == prc.DRILL


@needs_kernels
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_ctrl_c_ends_an_agent_that_never_comes_to_a_result(tmp_path: Path) -> None:
    path = tmp_path / "endless.py"
    path.write_text(ENDLESS, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(sim.__file__).parents[1])}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, path], stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "in the loop soon\n"
        for _ in range(60):  # a Ctrl-C before the loop ends the process as well
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
                break
        assert process.poll() not in (None, 0)
        assert "rounds" not in process.stderr.read()  # not by the fault that ends such a loop in the end


ENDLESS = """
import signal

import sim

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell plays the tests in the background

class Loop(sim.PRC):
    def urge(self, success, price, hope, crisis):
        x = 1.0
        while x > 0.0:
            y = 0.0
            while y < 99000.0:  # below the rounds after which a loop is a fault
                y = y + price * 0.0 + 1.0
            x = x + 1.0
        return x

exp = sim.load("debate", trials=20, starts="2026", worldviews="neutral", policies=["status_quo"])
print("in the loop soon", flush=True)
sim.run(exp, agents={"prc": Loop})
"""
