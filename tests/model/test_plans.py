"""What a policy takes: the lever-years that it plans and those that are carried out, and what delays them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playing import needs_kernels

from analysis.evidence.cells import play_cell
from sim.engine import setup
from sim.model.effects import levers
from sim.model.records import plain_record
from sim.model.state import Setting
from sim.scenario.experiment import Experiment, LeverSetting
from sim.scenario.layers import Order
from sim.scenario.loader import load

share = st.floats(0, 1)
months = st.sampled_from([0.0, 6.0, 30.0, 119.0, 200.0])


def _planned(exp: Experiment, levers_: dict[str, LeverSetting], orders: tuple[Order, ...] = ()) -> float:
    policy = replace(exp.policies[0], levers=levers_, orders=orders)
    setting = plain_record(Setting, setup.build_setting(exp, policy, exp.starts[-1])[0])
    return sum(levers.plan(setting, lever) for lever in setting.moved[: setting.moves])


def test_a_lever_in_full_from_the_first_day_takes_as_many_lever_years_as_there_are_years() -> None:
    exp = load("debate")
    assert _planned(exp, {"escorts": LeverSetting(1, 1, 0, 0)}) == pytest.approx(10)
    assert _planned(exp, {"escorts": LeverSetting(1, 1, 24, 12)}) == pytest.approx(7.5)
    assert _planned(exp, {"liaison": LeverSetting(0, 0, 0, 0)}) == pytest.approx(3)  # what is given up counts too


@given(share, months, st.sampled_from([0.0, 5.0, 48.0]), share, months, share, months)
def test_a_plan_is_the_area_under_the_depths_that_it_aims_at(
    depth: float, month: float, ramp: float, first: float, at: float, second: float, later: float
) -> None:
    exp = load("debate", policies=["status_quo"], starts=["2026"])
    start = exp.starts[0].levers["liaison"].depth
    orders = (Order(at, "liaison", first, ramp_months=ramp), Order(later, "liaison", second, ramp_months=3))
    found = _planned(exp, {"liaison": LeverSetting(depth, 1, month, ramp)}, orders)
    times, depths = np.linspace(0, exp.months, 12_001), np.full(12_001, start)
    begins = min([month, at, later] if depth != start else [at, later])  # a goal that is the start's is no move
    moves = [(begins, depth, ramp), *sorted([(at, first, ramp), (later, second, 3.0)], key=lambda move: move[0])]
    now = start
    for (since, goal, takes), (until, *_) in pairwise([*moves, (1e9, 0.0, 0.0)]):
        inside = (times >= since) & (times < until)
        depths[inside] = now + (goal - now) * np.minimum(1, (times[inside] - since) / max(takes, 1e-6))
        now += (goal - now) * min(1, (until - since) / max(takes, 1e-6))
    area = np.trapezoid(np.abs(depths - start), times) / 12
    assert found == pytest.approx(area, abs=0.02)


def test_money_waits_for_april() -> None:
    assert [levers.budget_wait(*when) for when in [(0, 4, 5), (1, 4, 5), (2, 4, 5), (30, 0, 5)]] == [5, 4, 15, 11]


@needs_kernels
def test_carried_out_is_no_more_than_planned_and_nothing_where_nothing_moves() -> None:
    exp = load("ten", trials=200, starts=["2026"], worldviews=["neutral"])
    for policy in exp.policies:
        records = play_cell(replace(exp, policies=(policy,)))
        planned, done = records["lever_years_planned"], records["lever_years"]
        assert np.ptp(planned) == 0
        if policy.name == "status_quo":
            assert planned[0] == 0
            assert not done.any()
        else:
            assert 0 < done.mean() < planned[0], policy.name
            assert (done <= planned + 1e-9).all(), policy.name


@needs_kernels
def test_integration_waits_for_the_administration_and_the_budget() -> None:
    def done(*changes: str) -> float:
        exp = load("debate", trials=200, starts=["2026"], worldviews=["neutral"], policies=["interoperability"],
                   set_=changes)  # fmt: skip
        return float(play_cell(exp)["lever_years"].mean())

    assert done("us_integrates_prob=0") == 0
    assert done("us_integrates_prob=1") > done("us_integrates_prob=0.5") > 0
    assert done("budget_lead_months=4") > done("budget_lead_months=6") + 1  # the first April comes after five months


@needs_kernels
def test_a_lever_that_is_off_changes_no_trial() -> None:
    def play(changes: list[str]) -> bytes:
        exp = load("debate", trials=50, starts=["2026"], worldviews=["self"], policies=["both"], set_=changes)
        return bytes(play_cell(exp))

    held = ("assurance", "coast_guard", "convoys_and_stocks", "economic_resilience", "network", "quiet_intelligence",
            "evacuation")  # fmt: skip
    usual = play([])
    for lever in held:
        assert play([f"lever.{lever}.depth=0"]) == usual, lever
    ratios = ("assurance_hope_points=0.4", "assurance_anger_ratio=0.2", "assurance_doubt_points=0.3",
              "success_or_access=0.2", "warning_alert_share=1", "evacuation_delay_ratio=0.1",
              "resilience_cost_ratio=0.2", "resilience_concede_or=0.2")  # fmt: skip
    assert play([*ratios]) == usual
