"""One set of rules, three ways to run them: kernel, Mesa model and plain Python agree bit for bit.

And the Mesa model's agents own their choices: whichever of their methods answers otherwise from some month on, the
trial is the same up to that month and, where the choice matters, another afterwards.
"""

from __future__ import annotations

import functools
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from playing import blank, columns, needs_kernels, play

from sim.engine.mesa_model import AGENTS, Actor, StraitModel
from sim.model import outcomes
from sim.model.rules import japan, prc, us
from sim.model.state import State
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load

TRIALS_PER_CELL = 7  # of 30 cells: 210 trials
MONTH = 24  # from which an agent decides otherwise
SEARCHED = 300  # trials among which one must show it

PLAINLY = """
import sys
import numpy as np
from sim import load
from sim.engine import batch
from sim.model import compiled, outcomes
assert not compiled.is_compiled()
block, = batch.blocks(load("debate", trials=int(sys.argv[1])), workers=1)
np.savez(sys.argv[2], counts=np.array(list(block.rung_counts.values())), trials=np.array(
    [[record[name].astype(float) for name in outcomes.COLUMNS] for record in block.records.values()]))
"""


def test_plain_python_plays_every_cell_as_the_kernel_does(tmp_path: Path) -> None:
    file = tmp_path / "plain.npz"
    command = [sys.executable, "-W", "error", "-c", PLAINLY, str(TRIALS_PER_CELL), str(file)]
    root = Path(__file__).parents[2]
    subprocess.run(command, check=True, cwd=root, env={**os.environ, "STRAIT_RULES": "python"})
    kernel = play(load("debate", trials=TRIALS_PER_CELL))
    assert len(kernel.records) == 30
    with np.load(file) as plain:
        trials = np.array([columns(record).T for record in kernel.records.values()])
        different = ~((plain["trials"] == trials) | (np.isnan(plain["trials"]) & np.isnan(trials)))
        assert not [outcomes.COLUMNS[place] for place in np.flatnonzero(different.any(axis=(0, 2)))]
        assert (plain["counts"] == np.array(list(kernel.rung_counts.values()))).all()


def assert_mesa_agrees(exp: Experiment) -> None:
    for (start, view, policy), record in play(exp).records.items():
        rows = columns(record)
        for trial in range(exp.trials):
            played = StraitModel(exp, policy, view, start, trial=trial).run()
            key = {"start": start, "worldview": view, "policy": policy, "trial": trial,
                   "world": trial // exp.lucks, "luck": trial % exp.lucks}  # fmt: skip
            assert dict(list(played.items())[: len(key)]) == key
            losses = [entry.outcome + ending for ending in ("", "_compensator") for entry in exp.values]
            assert list(played)[len(key) :] == [*outcomes.COLUMNS, *losses]
            assert [played[name] for name in losses] == [record[name][trial] for name in losses]
            mesa = np.array([played[name] for name in outcomes.COLUMNS], dtype=float)
            different = ~((mesa == rows[trial]) | (np.isnan(mesa) & np.isnan(rows[trial])))
            assert not {outcomes.COLUMNS[place]: (mesa[place], rows[trial][place])
                        for place in np.flatnonzero(different)}, key  # fmt: skip


def test_the_mesa_model_plays_every_cell_as_the_kernel_does() -> None:
    assert_mesa_agrees(load("debate", trials=TRIALS_PER_CELL))


def test_the_mesa_model_agrees_in_half_months_with_several_lucks_and_with_parts_switched_off() -> None:
    views, policies = ["newsham"], ["both", "quiet_depth"]
    assert_mesa_agrees(load("debate", trials=8, lucks=4, step_months=0.5, worldviews=views, policies=policies))
    off = ["switch.provocation=off", "switch.traits=off", "switch.perception_lag=off", "switch.learning=off"]
    assert_mesa_agrees(load("debate", trials=4, set_=off, worldviews=views, policies=policies))


# An agent that decides otherwise


def opposite(decided: bool) -> bool:
    return not decided


def always(result: Any) -> Callable[[Any], Any]:
    return lambda decided: result


OTHERWISE: dict[str, dict[str, Callable[[Any], Any]]] = {
    "prc": {
        "expects_us": always(0.999), "expects_japan": always(0.999), "expects_both": always(0.999),
        "perceives_success": always(0.99), "revises": always(0.99), "fears_failure": always(0.001),
        "fears_both": always(0.999), "perceives_hope": always(0.01),
        "heeds_motive": always(0.0), "sees_opportunity": always(-9.0), "fears_price": always(-9.0),
        "despairs": always(-9.0), "urge": always(0.0), "weighs_forms": always((0.0, 0.0, 0.0)),
        "chooses_form": always(prc.INVASION), "resents_ties": always(9.0), "weighs_step": always(1e6),
        "learns": always(3.0),
        "grows_angry": always(0.999), "drill_chance": always(1.0), "presses_more": always(50.0),
        "answers_economically": always(prc.RUPTURE), "answers_militarily": always(prc.DRILL),
        "presses_economically": opposite, "escalates": opposite, "strikes_japan": opposite,
        "breaks_settlement": opposite, "goes_for_ryukyus": opposite,
    },
    "japan": {
        "support": always(0.001), "goes_on": opposite, "wavers": always(100.0), "responds": always(japan.SUSPEND),
        "earns_firmness": always(-0.5), "permits_bases": opposite,
        "readiness_to_fight": always(0.999), "fights": opposite, "gives_way_prob": always(0.999),
        "gives_way": opposite, "nuclear_hazard": always(2.0), "goes_nuclear": opposite,
    },
    "us": {
        "willingness": always(0.001), "intervenes": opposite, "deploys": opposite, "signals": always(us.ARMS),
        "consents": opposite, "credibility_lost": always(0.9), "stands_by_japan": always(0.001),
        "defends_japan": opposite, "politics": always(-0.3), "shows_resolve": always(0.001), "needs_help": always(3.0),
        "answers_drill": opposite,
    },
    "taiwan": {
        "will": always(0.001), "resists": opposite, "submits": opposite, "presses": opposite, "builds": opposite,
        "consents": opposite,
    },
}  # fmt: skip
BY_RESULT: dict[str, Callable[[Any], Any]] = {"bool": opposite, "int": always(0), "float": always(0.0)}
"""How a rule decides otherwise that `OTHERWISE` does not name, by the type of its result."""
METHODS = [
    (agent, name) for agent, actor in AGENTS.items()
    for name, method in vars(actor).items() if callable(method) and not name.startswith("_")
]  # fmt: skip


@functools.cache
def dangerous() -> Experiment:
    """One cell in which the PRC reaches for force soon and often, so that every decision comes up in few trials."""
    return load("debate", trials=SEARCHED, policies=["direct_ties"], worldviews=["neutral"], starts=["2026"],
                set_=["force_per_year=0.25", "lever.assurance.depth=1", "lever.cybersecurity.depth=1",
                      "submission_or_joined=0.2", "quarantine_submission_prob=0.6"])  # fmt: skip


def snapshot(model: StraitModel) -> dict[str, Any]:
    """Every field of the trial's record."""
    return {name: list(value) if isinstance(value, list) else value for name, value in vars(model.state).items()}


@functools.cache
def story(trial: int) -> list[dict[str, Any]]:
    """The record at the start and after each month, with the usual agents."""
    model = StraitModel(dangerous(), trial=trial)
    months = [snapshot(model)]
    while model.running:
        model.step()
        months.append(snapshot(model))
    return months


@functools.cache
def ending(trial: int) -> dict[str, Any]:
    """The trial's outcomes with the usual agents."""
    return StraitModel(dangerous(), trial=trial).run()


def deciding_otherwise(agent: str, method: str) -> type[Actor]:
    """The usual agent, but for one method that from `MONTH` on answers otherwise."""
    usual = getattr(AGENTS[agent], method)
    change = OTHERWISE[agent].get(method) or BY_RESULT[usual.__annotations__["return"]]

    def decide(self: Actor, *situation: Any) -> Any:
        decided = usual(self, *situation)
        return change(decided) if self.model.state.time >= MONTH else decided

    return type(f"Other{AGENTS[agent].__name__}", (AGENTS[agent],), {method: decide})


def test_what_decides_otherwise_is_a_method() -> None:
    assert {(agent, method) for agent, methods in OTHERWISE.items() for method in methods} <= {*METHODS}


@pytest.mark.parametrize(("agent", "method"), METHODS, ids=[".".join(pair) for pair in METHODS])
def test_an_agent_that_decides_otherwise_changes_what_follows_and_nothing_before(agent: str, method: str) -> None:
    other = deciding_otherwise(agent, method)
    for trial in range(SEARCHED):
        months = story(trial)
        model = StraitModel(dangerous(), trial=trial, agents={agent: other})
        assert snapshot(model) == months[0]
        for usual in months[1 : MONTH + 1]:
            model.step()
            assert snapshot(model) == usual, f"trial {trial} differs already in month {usual['time']}"
        if repr(model.run()) != repr(ending(trial)):
            return
    pytest.fail(f"{agent}.{method} answers otherwise from month {MONTH} on, and no trial of {SEARCHED} shows it")


def test_an_agent_in_one_model_leaves_other_models_alone() -> None:
    StraitModel(dangerous(), trial=0, agents={"prc": deciding_otherwise("prc", "urge")}).run()
    model = StraitModel(dangerous(), trial=0)
    model.run()
    assert snapshot(model) == story(0)[-1]


@needs_kernels
def test_a_blank_record_of_either_sort_has_the_same_fields() -> None:
    compiled, plain = blank(State), blank(State, compiled=False)
    assert list(compiled.dtype.names) == list(vars(plain))


def test_a_model_says_which_names_it_knows() -> None:
    with pytest.raises(ValueError, match="unknown policy 'appeasement'; there are direct_ties"):
        StraitModel(dangerous(), policy="appeasement")
    with pytest.raises(ValueError, match="unknown agent 'china'; there are prc, japan, us, taiwan"):
        StraitModel(dangerous(), agents={"china": AGENTS["prc"]})


def test_mesa_collects_outcomes_month_by_month() -> None:
    model = StraitModel(dangerous(), trial=1)
    assert {type(agent) for agent in model.agents} == set(AGENTS.values())
    outcome = model.run()
    frame = model.datacollector.get_model_vars_dataframe()
    assert len(frame) == math.ceil(model.state.time)
    assert list(frame) == ["trial", *dangerous().catalogue.outcomes]
    last = pd.Series({name: outcome[name] for name in frame}, name=len(frame) - 1, dtype=float)
    pd.testing.assert_series_equal(frame.iloc[-1].astype(float), last, check_exact=True)
    rising = ["use_of_force", "taiwan_falls", "crisis", "japan_gdp_loss_pct", "loss_self"]
    assert all(frame[name].is_monotonic_increasing for name in rising)


def test_a_finished_model_does_not_change() -> None:
    model = StraitModel(dangerous(), trial=1)
    outcome, steps = model.run(), model.steps
    for _ in range(3):
        with pytest.warns(UserWarning, match=rf"The trial ended in month {steps}; step\(\) changed nothing"):
            model.step()
    again = pd.Series(model.outcomes()), model.steps, len(model.datacollector.get_model_vars_dataframe())
    pd.testing.assert_series_equal(again[0], pd.Series(outcome))
    assert again[1:] == (steps, steps)
    pd.testing.assert_series_equal(pd.Series(model.run()), again[0])


def test_replicates_of_a_batch_differ_and_can_be_played_again() -> None:
    cell = {"exp": [dangerous()], "policy": "direct_ties"}
    rows = mesa.batch_run(StraitModel, cell, iterations=5, display_progress=False)
    assert len({row["trial"] for row in rows}) == 5
    assert len({row["japan_gdp_loss_pct"] for row in rows}) > 1
    row = rows[-1]
    outcome = StraitModel(dangerous(), "direct_ties", trial=row["trial"]).run()
    again = pd.Series({name: outcome[name] for name in row if name in outcome})
    pd.testing.assert_series_equal(pd.Series(row)[again.index], again)
    fixed = mesa.batch_run(StraitModel, cell | {"seed": 7}, iterations=2, display_progress=False)
    assert [row["trial"] for row in fixed] == [0, 0]  # a seed fixes the trial, as with other Mesa models


def test_mesa_runs_batches() -> None:
    cell = {"exp": "debate", "policy": ["direct_ties", "status_quo"], "worldview": "self", "start": "2026"}
    rows = mesa.batch_run(StraitModel, {**cell, "trial": [3, 4]}, max_steps=200, display_progress=False)
    for row in rows:
        played = StraitModel("debate", row["policy"], "self", "2026", trial=row["trial"]).run()
        assert row["taiwan_gdp_loss_pct"] == played["taiwan_gdp_loss_pct"]
        assert row["use_of_force"] == played["use_of_force"]
    assert [(row["policy"], row["trial"]) for row in rows] == [
        ("direct_ties", 3), ("direct_ties", 4), ("status_quo", 3), ("status_quo", 4)]  # fmt: skip
