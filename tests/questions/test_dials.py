"""Effects of accepting claims: only who speaks has rows, effects agree with runs, nothing is called something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up import one
from playing import needs_kernels

import sim
from analysis.questions import averages, dials
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load

TRIALS = 500


def only(exp: Experiment, *claims: str) -> Experiment:
    """The experiment with readings of these claims alone."""
    kept = {
        name: claim if name in claims else replace(claim, readings={}) for name, claim in exp.catalogue.claims.items()
    }
    return replace(exp, catalogue=replace(exp.catalogue, claims=kept))


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return dials.effects(only(load("debate"), "S5", "S19", "N12"), TRIALS)


@needs_kernels
def test_an_effect_is_the_difference_of_two_runs(found: pd.DataFrame) -> None:
    ends = []
    for end in ("newsham", "evidence"):
        exp = load("debate", worldviews="neutral", starts="2026", set_=[f"claim.N12={end}"], trials=TRIALS)
        ends.append(sim.run(exp).summary())
    for policy, than in [("status_quo", ""), *(entry.policies for entry in exp.contrasts if entry.words)]:
        of = f"{policy} - {than}" if than else policy
        effect = one(found, claim="N12", reading="newsham", of=of, outcome="use_of_force")["effect"]
        moved = {name: [one(end, outcome="use_of_force", policy=name)["estimate"] for end in ends]
                 for name in (policy, than) if name}  # fmt: skip
        expected = sum(sign * (a - b) for sign, (a, b) in zip((1, -1), moved.values(), strict=False))
        assert effect == pytest.approx(expected, abs=1e-12)


@needs_kernels
def test_a_dial_of_costs_alone_moves_costs_alone(found: pd.DataFrame) -> None:
    of_taiwan = found[found["claim"] == "S19"]
    others = of_taiwan[of_taiwan["outcome"] != "taiwan_gdp_loss_pct"]
    assert (others[["effect", "low", "high"]] == 0).all(axis=None)
    most = one(of_taiwan, outcome="taiwan_gdp_loss_pct")
    assert most["most"]
    assert most["effect"] > 0  # what Self reads is worse than the evidence
    assert {*zip(found["claim"], found["reading"], strict=True)} == {
        ("S5", "self"), ("S19", "self"), ("N12", "newsham"), ("N12", "self")
    }  # fmt: skip
    japan = one(found, claim="S5", of="direct_ties - status_quo", outcome="japan_gdp_loss_pct")
    assert japan["low"] > 0 or japan["high"] < 0


@needs_kernels
def test_a_dial_on_which_nothing_hangs_moves_nothing() -> None:
    exp = only(load("debate"), "S19")
    claim = exp.catalogue.claims["S19"]
    neutral = {name: exp.catalogue.parameters[name].neutral for name in claim.readings["self"]}
    alike = {**exp.catalogue.claims, "S19": replace(claim, readings={"self": neutral})}
    found = dials.effects(replace(exp, catalogue=replace(exp.catalogue, claims=alike)), 100)
    assert (found[["effect", "low", "high"]] == 0).all(axis=None)
    assert not found["most"].any()


@needs_kernels
def test_averages_agree_with_results_and_do_not_hang_on_what_is_kept(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    exp = load("debate", worldviews="neutral", starts="2026", policies=["status_quo", "both"], trials=200)
    summary = sim.run(exp).summary()
    told: list[int] = []
    for keep in (False, True, True):
        cells = averages.play({"it": exp}, 200, keep=keep, update=lambda done, _: told.append(done))["it"]
        for name in ("use_of_force", "crisis", "japan_gdp_loss_pct", "months_to_first_force"):
            estimate = one(summary, outcome=name, policy="both", statistic="mean")["estimate"]
            assert cells["2026", "neutral", "both"].outcome(exp, name).mean() == pytest.approx(estimate)
        assert told[-1] == 400
    with pytest.raises(ValueError, match="multiple of 100"):
        averages.play({"it": exp}, 150)


def test_the_jackknife_of_a_mean_is_the_interval_of_blocks() -> None:
    values = np.random.default_rng(1).normal(3, 1, 40)
    from sim.statistics.intervals import interval_of_mean

    found = averages.jackknife(lambda mean: mean["x"], {"x": values})
    assert found == pytest.approx(interval_of_mean(values))
    ratio = averages.jackknife(lambda mean: mean["x"] / mean["y"], {"x": 2 * values, "y": values})
    assert ratio == pytest.approx((2.0, 2.0, 2.0))
