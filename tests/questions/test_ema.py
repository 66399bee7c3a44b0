"""The EMA workbench's model of an experiment: it gives what `sim.evaluate` gives, to every evaluator."""

from __future__ import annotations

import builtins
import pickle
from typing import Any

import numpy as np
import pytest
from planted import EXP

import sim
from analysis.questions import ema

PAIR = "direct_ties-interoperability"
NAMES = ["N12", "us_intervenes_prob", "force_hr_lost_hope"]


@pytest.fixture(scope="module")
def workbench() -> Any:
    """The library: it takes seconds to import, so not while tests are collected."""
    return ema.workbench()


def test_each_experiment_is_a_row_of_evaluate(workbench: Any) -> None:
    made = ema.model(EXP, NAMES, outcomes=["use_of_force", "deterrence_holds"], worldview="self", worlds=30)
    with workbench.SequentialEvaluator(made) as evaluator:
        settings, found = evaluator.perform_experiments(scenarios=3, policies=2)
    assert len(settings) == 6
    for name, values in found.items():
        truth = [
            sim.evaluate(EXP, [row[NAMES].to_numpy(float)], NAMES, outcomes=[name], policy=row[ema.LEVER],
                         worldview="self", worlds=30)[0, 0]
            for _, row in settings.iterrows()
        ]  # fmt: skip
        assert np.array_equal(values, truth)


def test_all_dials_and_several_processes_change_nothing(workbench: Any) -> None:
    made = ema.model(EXP, contrast=PAIR, worlds=10)
    between = {one.name: np.linspace(one.lower_bound, one.upper_bound, 3) for one in made.uncertainties}
    scenarios = [workbench.Scenario(str(n), **{name: ends[n] for name, ends in between.items()}) for n in range(3)]
    with workbench.SequentialEvaluator(made) as evaluator:
        settings, alone = evaluator.perform_experiments(scenarios=scenarios)
    with workbench.MultiprocessingEvaluator(pickle.loads(pickle.dumps(made)), n_processes=2) as evaluator:
        other, together = evaluator.perform_experiments(scenarios=scenarios)
    order, names = other["scenario"].astype(int).argsort(), list(alone)
    rows = settings[[one.name for one in made.uncertainties]].to_numpy(float)
    truth = sim.evaluate(EXP, rows, [one.name for one in made.uncertainties], contrast=PAIR, worlds=10)
    assert np.array_equal(np.column_stack([alone[name] for name in names]), truth)
    assert np.array_equal(np.column_stack([together[name][order] for name in names]), truth)


def test_kinds_constants_and_levers_are_the_experiments(workbench: Any) -> None:
    made = ema.model(EXP, ["N12"], worlds=7)
    kinds = {"low": workbench.ScalarOutcome.MINIMIZE, "high": workbench.ScalarOutcome.MAXIMIZE}
    assert {one.name: one.kind for one in made.outcomes} == {
        name: kinds[entry.better] for name, entry in EXP.catalogue.outcomes.items() if entry.primary
    }
    assert {one.name: one.value for one in made.constants} == {"worlds": 7, "lucks": EXP.lucks}
    assert [one.name for one in made.levers[ema.LEVER].categories] == [policy.name for policy in EXP.policies]
    assert not [*ema.model(EXP, ["N12"], contrast=PAIR).levers]


def test_distributions_are_the_worldviews() -> None:
    made = ema.model(EXP, "parameters", worldview="self")
    problem = sim.problem(EXP, "parameters", "self")
    assert len([*made.uncertainties]) == problem["num_vars"]
    assert all(one.name.isidentifier() for one in made.uncertainties)
    view = next(one for one in EXP.worldviews if one.name == "self")
    for share in (0.1, 0.5, 0.9):
        drawn = {one.name: float(one.dist.ppf(share)) for one in made.uncertainties}
        own = {name: float(law.ppf(np.array([share]))[0]) for name, law in view.distributions.items()}
        for name, value in drawn.items():
            assert value == pytest.approx(own.get(name, share), rel=1e-9, abs=1e-12), name
    quantile = next(one.name for one in made.uncertainties if one.name.startswith("quantile_"))
    found = made.function(worlds=5, lucks=1, policy_played="both", **{quantile: 0.3})
    truth = sim.evaluate(EXP, [[0.3]], [quantile.replace("_", ".", 1)], policy="both", worldview="self", worlds=5)
    assert [*found.values()] == truth[0].tolist()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"uncertain": ["us_intervene_prob"]}, "nearest: us_intervenes_prob"),
        ({"uncertain": ["claim.S1x"]}, "nearest: S1"),
        ({"uncertain": ["claim.N16"]}, "N16 has no dial"),
        ({"uncertain": "dial"}, "nearest: dials"),
        ({"uncertain": []}, "at least one"),
        ({"uncertain": ["N12", "claim.N12"]}, "each once"),
        ({"uncertain": ["force_calibration"]}, "nothing to draw"),
        ({"outcomes": ["use_of_forces"]}, "nearest: use_of_force"),
        ({"contrast": "direct_tie-status_quo"}, "nearest: direct_ties"),
        ({"worldview": "newshan"}, "nearest: newsham"),
        ({"start": "2027"}, "allowed: 2020, 2026"),
    ],
    ids=str,
)
def test_what_is_misspelt_is_refused_with_the_nearest(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match="(?s).*" + said):
        ema.model(EXP, **{"uncertain": ["N12"], **change})


def test_a_setting_that_is_unknown_is_refused() -> None:
    with pytest.raises(ValueError, match="nearest: N12"):
        ema.model(EXP, ["N12"]).function(worlds=5, lucks=1, N1=0.5)


def test_without_the_workbench_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any, **named: Any) -> Any:
        if name == "ema_workbench":
            raise ModuleNotFoundError("No module named 'ema_workbench'", name=name)
        return real(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match=r"python -m pip install -e '\.\[ema\]'"):
        ema.model(EXP, ["N12"])
