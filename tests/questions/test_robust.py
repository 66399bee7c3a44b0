"""Regret and its kin: known games come back, luck's bias is taken off, and the map turns where it must."""

from __future__ import annotations

import doctest
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import sim
from analysis.figures import robust_figure, robust_map_figure
from analysis.questions import robust as robust_module
from analysis.questions.robust import ALL, BETWEEN, losses_of, map_best_policies, play_policies, robust
from analysis.questions.work import Work
from sim.engine.question import Question
from sim.errors import QuestionError
from sim.results import store
from sim.results.result import Result
from sim.statistics import regret
from sim.statistics.intervals import Floats


def game(seed: int, worlds: int = 1000, lucks: int = 10, luck: float = 1.0) -> tuple[Floats, Floats]:
    """Expected losses of three policies in worlds of two worldviews, and what some lucks show of them."""
    random = np.random.default_rng(seed)
    means = np.array([0.0, 0.1, 0.4])[None, :, None] + random.normal(0, 0.5, (2, 3, worlds))
    return means, means[..., None] + random.normal(0, luck, (2, 3, worlds, lucks))


def alike(values: Floats) -> Floats:
    return np.full((1, values.shape[2]), 1 / values.shape[2])


@pytest.mark.parametrize("name", ["expected_regret", "regret_95", "worst_worlds", "failing"])
def test_the_bias_of_luck_is_taken_off(name: str) -> None:
    measure = regret.failing(0.6) if name == "failing" else regret.measures()[name]
    errors, biases = [], []
    for seed in range(6):
        means, seen = game(seed, luck=0.7)
        true = measure(means, alike(means))[0]
        found = regret.estimate(measure, seen)
        errors.append(float((found.value - true).mean()))
        biases.append(float((found.uncorrected - true).mean()))
    assert np.mean(biases) > 4 * np.std(biases, ddof=1) / np.sqrt(6)  # it is there to be taken off
    assert abs(np.mean(errors)) < 0.25 * np.mean(biases)


def test_known_regret_lies_between_both_bounds() -> None:
    means, seen = game(1, lucks=4)
    true = regret.expected_regret(means, alike(means))[0]
    raw = regret.estimate(regret.expected_regret, seen).uncorrected
    assert (regret.cross_fitted(seen) < true).all()
    assert (true < raw).all()


def test_intervals_hold() -> None:
    """The regret over endless worlds lies in the interval as often as it says."""
    endless = game(99, worlds=200_000)[0]
    true, inside, tries = regret.expected_regret(endless, alike(endless))[0], 0, 40
    for seed in range(tries):
        found = regret.estimate(regret.expected_regret, game(seed, worlds=200, lucks=10, luck=0.5)[1])
        inside += int(found.low[0] <= true[0] <= found.high[0])
    assert inside / tries > 0.95 - 4 * np.sqrt(0.95 * 0.05 / tries)


def test_a_game_worked_by_hand() -> None:
    """Two worldviews, two worlds each, no luck: every measure on paper."""
    means = np.array([[[1.0, 3.0], [2.0, 2.0]], [[6.0, 6.0], [4.0, 5.0]]])  # [view, policy, world]
    seen = np.repeat(means[..., None], 4, axis=3)
    expected = {
        "expected": [4.0, 3.25],
        "expected_regret": [(0 + 1 + 2 + 1) / 4, 1 / 4],
        "max_regret": [1.5, 0.0],
        "regret_95": [2.0, 1.0],
        "worst_view": [6.0, 4.5],
        "worst_worlds": [6.0, 5.0],
    }
    for name, answer in expected.items():
        found = regret.estimate(regret.measures()[name], seen)
        assert found.value == pytest.approx(answer), name
        assert found.uncorrected == pytest.approx(answer)
        assert found.rank.tolist() == [2, 1]
    assert regret.estimate(regret.failing(2.0), seen).value == pytest.approx([0.75, 0.5])
    assert regret.cross_fitted(seen) == pytest.approx(expected["expected_regret"])


def test_ties_share_their_ranks() -> None:
    same = np.random.default_rng(1).normal(size=(1, 1, 50, 4))
    found = regret.estimate(regret.expected, np.concatenate([same, same, same + 1], axis=1))
    assert found.ranks == pytest.approx(np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]))
    assert found.rank.tolist() == [1, 1, 3]
    assert found.first == pytest.approx([0.5, 0.5, 0.0])


def test_an_odd_number_of_lucks_is_corrected_as_well() -> None:
    means, seen = game(3, lucks=5)
    true = regret.expected_regret(means, alike(means))[0]
    found = regret.estimate(regret.expected_regret, seen)
    assert (np.abs(found.value - true) < 0.4 * np.abs(found.uncorrected - true)).all()


@pytest.mark.parametrize("shape", [(1, 2, 10, 1), (1, 2, 1, 4), (2, 10, 4)])
def test_too_little_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="two worlds and two lucks"):
        regret.estimate(regret.expected, np.zeros(shape))


def test_missing_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        regret.estimate(regret.expected, np.full((1, 2, 4, 4), np.nan))


@cache
def result() -> Result:
    exp = sim.load("debate", policies=["status_quo", "interoperability", "both"], starts=["2026"])
    return play_policies(exp, trials=400, lucks=4)


def test_what_is_told_of_a_run() -> None:
    found = robust(result(), thresholds={"use_of_force": 0.3})
    table = found.table
    assert found.question.outcomes == ("loss_newsham", "loss_self", "loss_neutral")
    assert {*table["lucks"]} == {4}
    assert {*table["worlds"]} == {100}
    summary = result().summary()
    for row in table[table["worldview"] != ALL].to_dict("records"):
        same = summary[(summary["worldview"] == row["worldview"]) & (summary["policy"] == row["policy"])
                       & (summary["outcome"] == row["values"]) & (summary["statistic"] == "mean")]  # fmt: skip
        assert row["value"] == pytest.approx(float(same["estimate"].iloc[0]))
    assert (table["low"] <= table["high"]).all()
    regrets = table[table["measure"] == "expected_regret"]
    assert (regrets["cross_fitted"] <= regrets["uncorrected"] + 1e-12).all()
    kept = table[(table["measure"] == "kept") & (table["values"] == "use_of_force")]
    assert {*kept["threshold"]} == {0.3}
    force = losses_of(result(), "2026", "use_of_force")
    assert kept["uncorrected"].to_numpy() == pytest.approx((force.mean(axis=3) <= 0.3).mean(axis=(0, 2)))
    shares = found.ranks[[f"rank_{i}_share" for i in (1, 2, 3)]]
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1.0)
    said = robust_figure.describe_robust(found, "loss_self") + robust_map_figure.describe_robust_map(found)
    assert all("nan" not in line for line in said)
    assert robust_map_figure.draw_robust_map(found) is not None


def test_an_outcome_of_which_more_is_better() -> None:
    found = robust(result(), outcomes=["deterrence_holds"])
    rows = found.table[found.table["worldview"] == ALL]
    expected = rows[rows["measure"] == "expected"].set_index("policy")
    assert expected["rank"].idxmin() == expected["value"].idxmax()
    assert expected["value"].between(0, 1).all()
    kept = rows[rows["measure"] == "kept"].set_index("policy")
    assert kept["threshold"].iloc[0] == pytest.approx(expected.loc["status_quo", "value"])
    assert (rows.loc[rows["measure"] == "expected_regret", "value"] > -0.01).all()
    assert found.map.empty
    assert robust_map_figure.draw_robust_map(found) is None
    assert robust_figure.draw_robust(found, "deterrence_holds").caption


def test_a_folder_gives_the_same(tmp_path: Path) -> None:
    exp = replace(result().experiment, trials=80)
    kept = play_policies(exp, Work(tmp_path), trials=80, lucks=4)
    assert robust(store.load_folder(tmp_path / "run")).table.equals(robust(kept).table)
    assert play_policies(exp, Work(tmp_path), trials=80, lucks=4).reused


def test_what_cannot_be_asked() -> None:
    exp = result().experiment
    with pytest.raises(QuestionError, match="two lucks"):
        play_policies(exp, lucks=1)
    with pytest.raises(QuestionError, match="two lucks"):
        robust(sim.run(replace(exp, trials=20, lucks=1)))
    with pytest.raises(QuestionError, match="one policy alone"):
        robust(play_policies(replace(exp, policies=exp.policies[:1]), trials=20, lucks=2))
    with pytest.raises(QuestionError, match="recorded only in trials with taiwan_falls"):
        robust(result(), outcomes=["us_defends_japan"])
    with pytest.raises(QuestionError, match="unknown start"):
        robust(result(), start="2027")


def test_the_map_turns_where_it_must() -> None:
    """Policy 1 costs 2 if Newsham is right and 0 if Self is, policy 0 costs 1: they are level at even chances."""
    exp = replace(result().experiment, policies=result().experiment.policies[:2])
    views = [view.name for view in exp.worldviews]
    noise = np.random.default_rng(5).normal(0, 0.2, (len(views), 1, 400))
    means = np.ones((len(views), 2, 400)) + noise
    means[views.index("newsham"), 1] += 1
    means[views.index("self"), 1] -= 1
    found = map_best_policies(Question.of(exp), {"loss_newsham": means, "loss_self": means})
    square = found[found["worldview"] == BETWEEN]
    names = [policy.name for policy in exp.policies]
    ahead = np.where(square["newsham_right"] > 0.5, names[0], names[1])
    away = (square["newsham_right"] - 0.5).abs() > 0.06
    assert (square["policy"] == ahead)[away].all()
    assert square["settled"][away].all()
    assert not square["settled"][(square["newsham_right"] - 0.5).abs() < 1e-9].any()
    assert square["lead"].to_numpy() == pytest.approx((2 * square["newsham_right"] - 1).abs().to_numpy(), abs=1e-9)
    worst = found[found["measure"] == "max_regret"]
    assert not worst["settled"].any()  # either way one may lose 1
    alone = replace(exp, worldviews=tuple(view for view in exp.worldviews if view.name != "self"))
    assert map_best_policies(Question.of(alone), {"loss_newsham": means, "loss_self": means}).empty


@pytest.mark.parametrize("module", [regret, robust_module])
def test_examples_in_docstrings_run(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize("apart", [0.0, 0.02, 0.1, 0.5])
def test_near_ties_the_interval_holds_the_regret(apart: float) -> None:
    """Two policies almost tie in each world: half the bias may be left, and the interval left the truth out."""
    covered = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        expected = np.stack([np.zeros(300), apart * random.normal(size=300)])
        seen = expected[None, :, :, None] + 0.5 * random.normal(size=(1, 2, 300, 20))
        truth = float(np.mean(np.sqrt(2 / np.pi) * apart / 2))  # mean of max(0, a normal)
        found = regret.estimate(regret.expected_regret, seen)
        covered += found.low[0] <= truth <= found.high[0]
    assert covered >= 36
