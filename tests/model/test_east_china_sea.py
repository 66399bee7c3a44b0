"""Force at Japan outside a war over Taiwan: how often it comes, what follows, and that all of it is counted once."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest
from playing import COMPENSATED, mean_and_error, needs_kernels, play

from sim.model import outcomes
from sim.scenario.loader import load

pytestmark = needs_kernels

OFTEN = ("east_china_per_year=0.9", "islet_share=0.4")
NO_WAR = ("force_per_year=0.001", "force_calibration=0.05")  # the least that the bounds allow: 5 in 10,000
PLAIN = tuple(f"east_china_hr_{reason}=1" for reason in ("anger", "guarantee", "effort", "coast_guard"))


@functools.cache
def record(
    *changes: str, trials: int = 4_000, view: str = "neutral", policy: str = "status_quo", step_months: float = 1
) -> np.ndarray:
    """The trials of one cell in 2026."""
    place: dict[str, Any] = {"worldviews": [view], "starts": ["2026"], "policies": [policy]}
    exp = load("debate", trials=trials, step_months=step_months, set_=list(changes), **place)
    (only,) = play(exp).records.values()
    return only


def share(played: np.ndarray, column: str) -> float:
    return float(played[column].astype(float).mean())


@pytest.mark.parametrize("outcome", COMPENSATED)
def test_compensators_hold_where_wars_and_clashes_crowd(outcome: str) -> None:
    wars = ("force_per_year=0.4", "force_calibration=1", "rebuild_months=1", "taiwan_resists_prob=0.95")
    played = record(*wars, *OFTEN, trials=20_000, view="self", policy="direct_ties", step_months=0.5)
    counted, compensator = np.nan_to_num(played[outcome].astype(float)), played[f"{outcome}_compensator"]
    mean, error = mean_and_error(counted - compensator)
    happens = ("islands_seized", "ryukyus_seized", "prc_japan_clash", "japan_goes_nuclear")
    if outcome in (*outcomes.SHARES, *happens):  # a count less its compensator varies as the latter's mean
        expected = 1 - compensator.mean() if outcome == "deterrence_holds" else compensator.mean()
        error = math.sqrt(expected / len(played))
    assert abs(mean) < 4 * error


@pytest.mark.parametrize("per_year", [0.01, 0.1, 1.0])
def test_without_reasons_it_comes_at_its_rate(per_year: float) -> None:
    played = record(f"east_china_per_year={per_year}", *NO_WAR, *PLAIN)
    expected = 1 - math.exp(-10 * per_year)
    error = math.sqrt(expected * (1 - expected) / len(played))
    assert abs(share(played, "force_at_japan") - expected) < 4 * error + 1e-9


def test_without_its_clock_the_east_china_sea_is_quiet() -> None:
    played = record("east_china_per_year=0")
    for column in ("force_at_japan", "islet_seized", "force_at_japan_compensator", "islet_seized_compensator"):
        assert share(played, column) == 0


def test_fighting_at_sea_is_counted_and_is_no_war_over_taiwan() -> None:
    played = record(*OFTEN, *NO_WAR)
    for column in ("use_of_force", "quarantine", "taiwan_falls", "japan_struck"):
        assert share(played, column) < 0.01, column
    assert share(played, "japan_in_combat") > 0.5
    assert 0 < share(played, "us_prc_war") < share(played, "japan_in_combat")


def test_an_islet_is_seized_by_force_and_force_is_a_crisis() -> None:
    played = record(*OFTEN)
    force, islet, crisis = (played[name].astype(bool) for name in ("force_at_japan", "islet_seized", "crisis"))
    assert islet.any()
    assert not (islet & ~force).any()
    assert not (force & ~crisis).any()


def test_islets_are_a_choice() -> None:
    assert share(record(OFTEN[0], "islet_share=0"), "islet_seized") == 0
    few, many = (share(record(OFTEN[0], f"islet_share={part}"), "islet_seized") for part in (0.1, 0.6))
    assert few < many


def test_a_firmer_us_lowers_it_in_every_worldview() -> None:
    often = ("east_china_per_year=0.05", "east_china_hr_guarantee=0.8")
    for view in ("newsham", "self", "neutral"):
        usual, firmer = (
            record(*often, *NO_WAR, *more, trials=6_000, view=view)["force_at_japan_compensator"]
            for more in ((), ("quantity.us_shift=0.1",))
        )
        mean, error = mean_and_error(firmer - usual)
        assert mean < -4 * error, view


def test_a_japan_that_never_answers_is_not_in_combat() -> None:
    calm = ("japan_answers_clash_prob=0.001", "japan_answers_seizure_prob=0.001")
    assert share(record(*OFTEN, *NO_WAR, *calm), "japan_in_combat") < 0.1
    assert share(record(*OFTEN, *NO_WAR), "japan_in_combat") > 0.5


def test_fighting_costs_japan() -> None:
    cheap, dear = (
        share(record(*OFTEN, *NO_WAR, f"east_china_cost_japan_pct={cost}"), "japan_gdp_loss_pct") for cost in (0, 5)
    )
    assert dear > cheap + 1
