"""The years after a fall: events against their expectations, what moves them, and what they leave alone."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import sim
from sim.model import codes
from sim.results.result import Result
from sim.scenario.experiment import Experiment

FALLS = ("force_per_year=0.3", "settlement_broken_prob=0.5")
CELL = ("2026", "newsham", "direct_ties")


def dangerous(*changes: str, **options: Any) -> Experiment:
    """A world in which Taiwan falls often, with these changes."""
    given = {"trials": 4000, "policies": "direct_ties", "worldviews": "newsham", "starts": "2026", **options}
    return sim.load("debate", set_=[*FALLS, *changes], **given)


@functools.cache
def played(*changes: str) -> Result:
    return sim.run(dangerous(*changes))


def mean(result: Result, outcome: str, cell: tuple[str, str, str] = CELL) -> float:
    """The mean of an outcome given a fall, by its compensator."""
    rows = result.records[cell]
    return float(rows[f"{outcome}_compensator"].sum() / rows["taiwan_falls_compensator"].sum())


@pytest.mark.parametrize("outcome", codes.AFTERMATH)
def test_what_happens_is_on_average_what_was_expected(outcome: str) -> None:
    rows = played().records[CELL]
    gap = np.where(rows["taiwan_falls"] == 1, rows[outcome], 0.0) - rows[f"{outcome}_compensator"]
    assert np.abs(gap.mean()) < 4 * gap.std() / np.sqrt(gap.size)
    assert rows[f"{outcome}_compensator"].sum() > 0


def test_it_is_told_of_trials_with_a_fall_and_of_no_other() -> None:
    rows = played().records[CELL]
    fallen = rows["taiwan_falls"] == 1
    assert 0.2 < fallen.mean() < 0.9
    assert all(np.array_equal(np.isnan(rows[name]), ~fallen) for name in codes.AFTERMATH)


def test_a_fall_has_the_same_years_after_it_whenever_it_comes() -> None:
    """Ten years of one's own: what follows does not hang on how near the horizon the fall is."""
    rows, short = played().records[CELL], sim.run(dangerous(months=24)).records[CELL]
    both = (rows["taiwan_falls"] == 1) & (short["taiwan_falls"] == 1) & (rows["use_of_force"] == short["use_of_force"])
    assert both.sum() > 200
    for name in ("sealane_cost_pct", "arming_cost_pct", "islands_seized"):
        assert np.array_equal(rows[name][both], short[name][both])


MOVES = [
    ("us_credibility_loss_share=0.6", "us_credibility_lost", 1),
    ("us_credibility_loss_share=0.6", "us_defends_japan", -1),
    ("us_credibility_loss_share=0.6", "japan_goes_nuclear", 1),
    ("us_credibility_loss_share=0.6", "islands_seized", 1),
    ("us_defends_ties_points=0.4", "us_defends_japan", 1),
    ("partners_lost_share=0.9", "partners_lost", 1),
    ("veto_points=0.85", "autonomy_lost", 1),
    ("veto_points=0.85", "demands_granted", 1),
    ("veto_points=0.85", "prc_japan_clash", -1),
    ("pacific_reach_ratio=3", "islands_seized", 1),
    ("pacific_reach_ratio=3", "sealane_cost_pct", 1),
    ("closure_per_year=0.5", "sealane_cost_pct", 1),
    ("nuclear_decision_per_year=0.005", "japan_goes_nuclear", -1),
    ("arming_pct=4", "arming_cost_pct", 1),
    ("prc_unlimited_prob=0", "ryukyus_seized", -1),
    ("prc_unlimited_prob=0", "prc_japan_clash", -1),
]


@pytest.mark.parametrize(("change", "outcome", "sign"), MOVES)
def test_each_belief_moves_what_it_speaks_of(change: str, outcome: str, sign: int) -> None:
    assert (mean(played(change), outcome) - mean(played(), outcome)) * sign > 0


@pytest.mark.parametrize("change", sorted({change for change, *_ in MOVES} - {"prc_unlimited_prob=0"}))
def test_nothing_that_follows_a_fall_moves_what_comes_before(change: str) -> None:
    one, other = played().records[CELL], played(change).records[CELL]
    later = {ending for name in codes.AFTERMATH for ending in (name, f"{name}_compensator")}
    names = [name for name in one.dtype.names or () if name not in later and not name.startswith("loss_")]
    assert all(one[name].tobytes() == other[name].tobytes() for name in names)


def test_who_fought_for_taiwan_loses_less_credibility() -> None:
    rows = played("us_credibility_loss_share=0.4", "fought_loss_ratio=0.5").records[CELL]
    lost, fought = rows["us_credibility_lost"], rows["us_prc_war"] == 1
    fallen = rows["taiwan_falls"] == 1
    assert set(np.unique(lost[fallen & ~fought])) == {0.4}
    assert set(np.unique(lost[fallen & fought])) <= {0.2, 0.4}  # who fought an earlier war may have stayed out of this
    assert (lost[fallen & fought] == 0.2).mean() > 0.5


def test_without_a_fall_there_is_nothing_to_tell() -> None:
    set_ = ["force_per_year=0.001", "switch.incidents=off"]
    exp = sim.load(
        "debate", set_=set_, trials=20, months=6, policies="direct_ties", worldviews="newsham", starts="2026"
    )
    row = sim.run(exp).summary().query("outcome == 'islands_seized'")
    assert row["n"].tolist() == [0]
    assert row["estimate"].isna().all()


def test_the_order_of_play_is_a_switch() -> None:
    first, last = played().records[CELL], played("switch.allies_first=off").records[CELL]
    assert first["use_of_force"].tobytes() != last["use_of_force"].tobytes()
    assert abs(first["use_of_force_compensator"].mean() - last["use_of_force_compensator"].mean()) < 0.02
