"""The batch engine: pairing, prefixes, blocks, the time step, and what must hold between policies and strengths."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from playing import COMPENSATED, PRIMARY, Played, mean_and_error, needs_kernels, play

from sim.engine import batch
from sim.model import codes, outcomes
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load

pytestmark = needs_kernels

TIMES = ("months_to_first_crisis", "months_to_first_force")
HAPPENINGS = ("islands_seized", "ryukyus_seized", "prc_japan_clash", "japan_goes_nuclear")
STEADY = [f"switch.{name}=off" for name in ("moral_hazard", "entrapment", "incidents")]


def cell(trials: int = 4_000, policies: Any = ("status_quo",), **changes: Any) -> Experiment:
    """The neutral worldview in 2026, unless told otherwise."""
    place: dict[str, Any] = {"worldviews": ["neutral"], "starts": ["2026"]}
    return load("debate", trials=trials, policies=list(policies), **(place | changes))


def only(exp: Experiment, column: str) -> np.ndarray:
    """A column of an experiment of one cell, float64[trial]."""
    (record,) = play(exp).records.values()
    return record[column].astype(float)


def paired(exp: Experiment, column: str, policy: str, than: str = "status_quo") -> tuple[float, float]:
    """Mean difference of a column between two policies of the same trials, and its standard error."""
    records = {name: record for (_, _, name), record in play(exp).records.items()}
    return mean_and_error(records[policy][column].astype(float) - records[than][column])


@pytest.fixture(scope="module")
def whole() -> Played:
    """All 30 cells."""
    return play(load("debate", trials=1_500))


@pytest.fixture(scope="module")
def user_policy(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Writes a policy file of the user's own."""

    def write(name: str, **content: Any) -> str:
        path: Path = tmp_path_factory.mktemp("policies") / f"{name}.yaml"
        path.write_text(yaml.safe_dump({"policy": name, **content}), encoding="utf-8")
        return str(path)

    return write


# Keys


def test_a_policy_under_another_name_has_the_same_trials(user_policy: Any) -> None:
    twin = user_policy("another_name", extends="direct_ties")
    views = {"worldviews": ["newsham", "neutral"], "starts": ["2020", "2026"]}
    played = play(cell(100, ["direct_ties", twin], **views))
    for start, view in ((start, view) for start in views["starts"] for view in views["worldviews"]):
        twins = [(start, view, name) for name in ("direct_ties", "another_name")]
        assert played.records[twins[0]].tobytes() == played.records[twins[1]].tobytes()
        assert (played.rung_counts[twins[0]] == played.rung_counts[twins[1]]).all()


@pytest.mark.parametrize("lucks", [1, 2])
def test_a_short_run_is_the_start_of_a_long_one(lucks: int) -> None:
    short, long = (play(load("debate", trials=trials, lucks=lucks)) for trials in (40, 100))
    for key, record in short.records.items():
        assert record.tobytes() == long.records[key][:40].tobytes()
    for view, drawn in short.parameters.items():
        assert drawn.tobytes() == long.parameters[view][: 40 // lucks].tobytes()


def test_blocks_and_workers_change_no_byte() -> None:
    exp = load("debate", trials=60, lucks=2, starts=["2026"])
    one = play(exp, workers=1)
    for how in ({"workers": 2, "block_worlds": 7}, {"workers": 4, "block_worlds": 1}):
        other = play(exp, **how)
        for key, record in one.records.items():
            assert record.tobytes() == other.records[key].tobytes()
            assert (one.rung_counts[key] == other.rung_counts[key]).all()


def test_trials_carry_their_world_and_luck() -> None:
    (record,) = play(cell(12, lucks=3), block_worlds=3).records.values()
    assert record["world"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert record["luck"].tolist() == [0, 1, 2] * 4
    assert len(set(record["hazard_of_force"])) == 12


def test_another_seed_gives_other_trials() -> None:
    assert (only(cell(50, seed=1), "hazard_of_force") != only(cell(50, seed=2), "hazard_of_force")).all()


def test_a_parameter_set_to_its_own_distribution_changes_nothing() -> None:
    neutral = str(load("debate").catalogue.parameters["us_intervenes_prob"].neutral)
    assert neutral.startswith("{triangular: [")
    own = [f"us_intervenes_prob={neutral}"]
    (a,), (b,) = play(cell(50)).records.values(), play(cell(50, set_=own)).records.values()
    assert a.tobytes() == b.tobytes()


# Time


@pytest.fixture(scope="module")
def steps() -> tuple[Played, Played]:
    policies = ["status_quo", "direct_ties"]
    return play(cell(4_000, policies)), play(cell(4_000, policies, step_months=0.5))


@pytest.mark.parametrize("outcome", PRIMARY)
def test_half_months_give_what_months_give_to_half_a_point(outcome: str, steps: tuple[Played, Played]) -> None:
    for key, record in steps[0].records.items():
        column = f"{outcome}_compensator"
        mean, error = mean_and_error(steps[1].records[key][column] - record[column])
        margin = 0.05 if outcome == "japan_gdp_loss_pct" else 0.005
        assert abs(mean) + 4 * error < margin, key


# Policies and strengths


def test_levers_held_at_their_start_are_status_quo_exactly(user_policy: Any) -> None:
    start = load("debate", starts=["2026"]).starts[0]
    levels = {name: {"depth": level.depth, "openness": level.openness} for name, level in start.levers.items()}
    policies = ["status_quo", user_policy("held", levers=levels)]
    for view in ("newsham", "self", "neutral"):
        held, usual = play(cell(300, policies, worldviews=[view])).records.values()
        assert held.tobytes() == usual.tobytes()


def test_a_policy_that_begins_after_the_horizon_is_status_quo_exactly(user_policy: Any) -> None:
    levers = {name: {"depth": 1, "openness": 1, "from_month": 130} for name in load("debate").catalogue.levers}
    late, usual = play(cell(300, ["status_quo", user_policy("too_late", levers=levers)])).records.values()
    assert late.tobytes() == usual.tobytes()


def test_without_provocation_ties_do_no_harm() -> None:
    for switches in (["switch.provocation=off"], ["switch.provocation=off", *STEADY]):
        exp = cell(4_000, ["direct_ties", "status_quo"], set_=switches)
        mean, error = paired(exp, "use_of_force_compensator", "direct_ties")
        assert mean < 4 * error


FIRMER = {
    "the US comes": "us_intervenes_prob=0.85", "Japan fights": "japan_fights_prob=0.75",
    "Taiwan resists": "taiwan_resists_prob=0.99", "the PRC is weaker": "quantity.prc_strength=-0.5",
}  # fmt: skip


@pytest.mark.parametrize("view", ["newsham", "self", "neutral"])
@pytest.mark.parametrize("what", FIRMER)
def test_more_resolve_and_less_prc_strength_never_raise_force(what: str, view: str) -> None:
    usual, firmer = (
        next(iter(play(cell(1_500, worldviews=[view], set_=[*STEADY, *changes])).records.values()))
        for changes in ([], [FIRMER[what]])
    )
    reaches = [record["use_of_force"].astype(bool) | record["quarantine"].astype(bool) for record in (usual, firmer)]
    assert not (reaches[1] & ~reaches[0]).any(), "clocks are monotone: no trial gains a campaign"
    mean, error = mean_and_error(firmer["use_of_force_compensator"] - usual["use_of_force_compensator"])
    assert mean < -4 * error, "and force falls by more than chance"


@pytest.mark.parametrize("column", ["use_of_force_compensator", "taiwan_falls_compensator"])
def test_a_stronger_prc_never_lowers_force(column: str) -> None:
    usual, stronger = (only(cell(1_500, set_=[*STEADY, *more]), column) for more in ([], ["quantity.prc_strength=0.5"]))
    mean, error = mean_and_error(stronger - usual)
    assert mean > 4 * error


# What is written down


@pytest.fixture(scope="module")
def again_and_again() -> Played:
    """A world of wars: the PRC reaches for force every few years, and after a failure soon again."""
    dangerous = ["force_per_year=0.4", "force_calibration=1", "rebuild_months=1", "taiwan_resists_prob=0.95",
                 "east_china_per_year=0.2"]  # fmt: skip
    return play(cell(5_000, ["direct_ties"], set_=dangerous))


@pytest.mark.parametrize("outcome", COMPENSATED)
def test_compensators_have_the_means_of_what_they_stand_for(
    outcome: str, whole: Played, again_and_again: Played
) -> None:
    for key, record in [*whole.records.items(), *again_and_again.records.items()]:
        counted, compensator = np.nan_to_num(record[outcome].astype(float)), record[f"{outcome}_compensator"]
        mean, error = mean_and_error(counted - compensator)
        if outcome in (*outcomes.SHARES, *HAPPENINGS):  # a count less its compensator varies as the latter's mean
            expected = 1 - compensator.mean() if outcome == "deterrence_holds" else compensator.mean()
            error = math.sqrt(expected / len(record))
        assert abs(mean) < 4 * error, key


def on_rungs(record: np.ndarray, target: str, domain: str, rungs: int) -> np.ndarray:
    """Months spent on all rungs of a ladder together, float64[trial]."""
    months: np.ndarray = np.array([record[f"{target}_{domain}_months_{rung}"] for rung in range(rungs)]).sum(axis=0)
    return months


def test_months_on_rungs_are_the_months_played(whole: Played) -> None:
    for key, record in whole.records.items():
        for target, domain, rungs in codes.TRACKS:
            months = on_rungs(record, target, domain, rungs)
            stands = record["taiwan_falls"] == 0
            assert np.abs(months[stands] - 120).max() < 1e-9, key
            assert (months > 0).all()
            assert months.max() < 120 + 1e-9


def test_a_fall_ends_all_four_ladders_in_the_same_month(whole: Played) -> None:
    for key, record in whole.records.items():
        months = np.array([on_rungs(record, *track) for track in codes.TRACKS])
        assert (np.ptp(months, axis=0) <= 1 + 1e-9).all(), key


def test_the_highest_rung_is_one_on_which_time_was_spent_or_war_went_past_the_horizon(whole: Played) -> None:
    for key, record in whole.records.items():
        for target, domain, rungs in codes.TRACKS:
            highest = record[f"{target}_{domain}_highest_rung"].astype(int)
            for rung in range(rungs):
                spent = record[f"{target}_{domain}_months_{rung}"] > 0
                assert (highest[spent] >= rung).all(), key


def test_each_month_counts_every_trial_once(whole: Played) -> None:
    for key, counts in whole.rung_counts.items():
        assert counts.shape == (120, 4, 8)
        assert (counts.sum(axis=2) == 1_500).all()
        fallen = counts[:, :, codes.FALLEN]
        assert (np.diff(fallen, axis=0) >= 0).all()
        assert (fallen == fallen[:, :1]).all(), key
        assert fallen[-1, 0] <= whole.records[key]["taiwan_falls"].sum()
        assert not counts[:, [0, 2], 4:7].any(), "an economic ladder has four rungs"


def test_no_cell_has_one_result_in_every_trial(whole: Played) -> None:
    for key, record in whole.records.items():
        for outcome in PRIMARY:
            assert 0 < record[outcome].mean() < (1 if outcome in outcomes.SHARES else math.inf), (key, outcome)
            assert record[outcome].std() > 0


def test_only_times_that_did_not_come_are_blank(whole: Played) -> None:
    for record in whole.records.values():
        blank = {name for name in outcomes.COLUMNS if np.isnan(record[name].astype(float)).any()}
        assert blank == {*TIMES, *codes.AFTERMATH}
        assert (np.isnan(record["islands_seized"]) == (record["taiwan_falls"] == 0)).all()
        assert (np.isnan(record["months_to_first_crisis"]) == (record["crisis_censored"] == 1)).all()
        assert (np.isnan(record["months_to_first_force"]) == (record["force_censored"] == 1)).all()
        assert ((record["crisis"] == 1) == (record["crisis_censored"] == 0)).all()
        assert ((record["use_of_force"] == 1) == (record["force_censored"] == 0)).all()
        assert np.isfinite(record["hazard_of_force"]).all()
        assert not set(record["use_of_force"]) - {0, 1}


def test_one_outcome_is_part_of_another(whole: Played) -> None:
    for record in whole.records.values():
        part_of = {"japan_struck": "japan_in_combat", "islet_seized": "force_at_japan", "japan_supports": "us_prc_war",
                   "japan_protects": "japan_supports", "first_strike": "japan_struck",
                   "invasion": "use_of_force", "blockade": "use_of_force", "limited_strike": "use_of_force",
                   "taiwan_conquered": "taiwan_falls", "coerced_settlement": "taiwan_falls",
                   "settlement_broken": "coerced_settlement", "nuclear_use": "invasion"}  # fmt: skip
        assert all((record[part] <= record[of]).all() for part, of in part_of.items())
        for fighting in ("japan_in_combat", "us_prc_war"):  # over Taiwan, or over force at Japan
            assert (record[fighting] <= np.maximum(record["use_of_force"], record["force_at_japan"])).all()
        fails = (record["use_of_force"] == 1) | (record["taiwan_falls"] == 1)
        assert ((record["deterrence_holds"] == 0) == fails).all()
        assert (record["japan_gdp_loss_pct"] >= 0).all()


def test_a_stopped_run_stops() -> None:
    blocks = batch.blocks(cell(4_000), block_worlds=100)
    assert next(blocks).worlds == 100
    blocks.close()
    assert list(blocks) == []
