"""The value of information: decisions with known answers, luck that must be worth nothing, and limits that hold."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import qmc

from sim.statistics.information import SIZES, Information, value_information
from sim.statistics.intervals import Floats

UNIT = (0.0, 1.0)


def sobol(seed: int, inputs: int, points: int) -> Floats:
    return np.asarray(qmc.Sobol(inputs, rng=np.random.default_rng(seed)).random(points))


def found(
    seed: int, inputs: int, change: Callable[[Floats], Floats], luck: float = 0.0, points: int = 2048
) -> Information:
    """Two actions: keep (loss 0), and change, with this loss; luck is common to both and different in each half."""
    x, rng = sobol(seed, inputs, points), np.random.default_rng(seed + 1000)
    common = rng.normal(0, 5, (points, 2, 1))
    losses = np.stack([np.zeros(points), change(x)], axis=1)[:, None] + common
    losses = losses + luck * rng.normal(0, np.sqrt(2), (points, 2, 2))
    return value_information(x, [UNIT] * inputs, losses)


def gaussian(mean: float, spread: float) -> float:
    """What it saves to know a loss difference that is normal, before one keeps (0) or changes."""
    normal = NormalDist()
    return spread * normal.pdf(mean / spread) - abs(mean) * normal.cdf(-abs(mean) / spread)


WEIGHTS = np.array([1.0, 0.6, 0.3, 0.0])
MEAN = 0.25


def linear_gaussian(x: Floats) -> Floats:
    """A mean and normal inputs with these weights."""
    return np.asarray(MEAN + ndtri(np.clip(x, 1e-9, 1 - 1e-9)) @ WEIGHTS)


def spread_of(inputs: tuple[int, ...]) -> float:
    return float(np.sqrt((WEIGHTS[list(inputs)] ** 2).sum()))


@pytest.mark.parametrize("luck", [0.0, 1.0])
def test_a_linear_gaussian_decision_is_worth_what_its_formula_says(luck: float) -> None:
    """Over 20 sets of points: each of the limits holds the truth nine times in ten, and the mean is right."""
    runs = [found(seed, 4, linear_gaussian, luck) for seed in range(20)]
    sets = [runs[0].all.inputs, (0,), (1,), (2,), (0, 1), (0, 1, 2)]
    for known in sets:
        truth = gaussian(MEAN, spread_of(known))
        savings = [next(s for s in (run.all, *run.single, *run.best) if s.inputs == known) for run in runs]
        assert np.mean([s.low <= truth <= s.high for s in savings]) >= 0.9, known
        values = np.array([s.value for s in savings])
        assert abs(values.mean() - truth) < 4 * values.std(ddof=1) / np.sqrt(len(runs)) + 0.01, known
        assert np.mean([s.uncorrected for s in savings]) >= values.mean() - 0.005
    assert {run.best[0].inputs for run in runs} == {(0, 1)}


def test_more_is_worth_no_less_and_all_is_worth_most() -> None:
    run = found(3, 4, linear_gaussian, 1.0)
    order = [max(run.single, key=lambda s: s.value), *run.best, run.all]
    for smaller, larger in pairwise(order):
        assert {*smaller.inputs} <= {*larger.inputs}
        assert smaller.low <= larger.high
        assert smaller.value <= larger.value + 0.01
    assert [len(saving.inputs) for saving in run.best] == list(SIZES)


def test_an_input_that_does_nothing_is_worth_nothing() -> None:
    runs = [found(seed, 4, linear_gaussian, 2.0) for seed in range(20)]
    assert not any(run.single[3].is_clear for run in runs)
    assert all(run.single[3].low <= 0 <= run.single[3].high for run in runs)
    assert np.mean([share.low <= 0 <= share.high for run in runs for share in run.shares[3:]]) >= 0.9


def test_luck_is_worth_nothing_though_the_best_of_noisy_means_looks_better() -> None:
    """Three actions with the same expected loss: the least of three noisy means is far below it at each point."""
    single, every, worth = [], [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        losses = rng.normal(10, 3, (1024, 2, 3))
        naive = losses.mean() - losses.mean(axis=1).min(axis=1).mean()
        run = value_information(sobol(seed, 5, 1024), [UNIT] * 5, losses)
        assert naive > 1
        assert all(0 <= saving.high < naive / 3 for saving in (run.all, *run.single, *run.best))
        single.append(any(saving.is_clear for saving in run.single))
        every.append(run.all.is_clear)
        worth.append(run.all.value)
    assert np.mean(single) <= 0.1
    assert np.mean(every) <= 0.1
    assert abs(np.mean(worth)) < 4 * np.std(worth) / np.sqrt(20)


def test_what_moves_the_result_need_not_change_the_choice() -> None:
    """The first input makes nearly all of the spread but never turns the sign; the last alone turns it."""
    run = found(1, 3, lambda x: 5 + 4 * (x[:, 0] - 0.5) - 6 * (x[:, 2] > 0.9), 0.5)
    assert run.single[0].value == 0
    assert not run.single[0].is_clear
    aside = found(1, 3, lambda x: 9 * x[:, 0] + 1, 0.5)
    assert aside.shares[0].value == pytest.approx(1, abs=0.02)
    assert aside.all.value == 0
    assert aside.all.instead is None
    assert aside.choices.tolist() == [1.0, 0.0]


def test_two_inputs_that_are_worth_something_only_together() -> None:
    """Change costs 3 x y on -1..1: neither alone says on which side of 0 it is. E max(0, -3 x y) = 3/8."""
    run = found(2, 5, lambda x: 3 * (2 * x[:, 1] - 1) * (2 * x[:, 3] - 1), 1.0)
    assert not any(saving.is_clear for saving in run.single)
    pair = run.best[0]
    assert pair.inputs == (1, 3)
    assert pair.low <= 3 / 8 <= pair.high
    assert pair.value == pytest.approx(3 / 8, abs=0.05)
    assert pair.agreeing == 4


def test_shares_of_the_spread_are_sobols() -> None:
    truth = WEIGHTS**2 / (WEIGHTS @ WEIGHTS)
    runs = [found(seed, 4, lambda x: MEAN + (2 * x - 1) @ WEIGHTS, 0.5) for seed in range(20)]
    for i, share in enumerate(truth):
        assert np.mean([run.shares[i].low <= share <= run.shares[i].high for run in runs]) >= 0.9
        assert np.mean([run.shares[i].value for run in runs]) == pytest.approx(share, abs=0.02)


def test_an_inputs_range_is_whatever_its_bounds_say() -> None:
    """0..1 and -1..1 give the same worth, and the choice changes at the same place of the range."""
    x = sobol(5, 2, 1024)
    losses = np.repeat(np.stack([np.zeros(1024), 0.7 - x[:, 0]], axis=1)[:, None], 2, axis=1)
    one = value_information(x, [UNIT] * 2, losses)
    two = value_information(2 * x - 1, [(-1.0, 1.0)] * 2, losses)
    assert two.single[0].value == pytest.approx(one.single[0].value)
    assert one.single[0].value == pytest.approx(0.3**2 / 2, abs=0.002)
    assert one.single[0].where == pytest.approx((0.7, 1.0), abs=0.01)
    assert two.single[0].where == pytest.approx((0.4, 1.0), abs=0.02)


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        (np.zeros((1024, 2, 1)), "two actions"),
        (np.zeros((1024, 3, 2)), "two actions"),
        (np.full((1024, 2, 2), np.nan), "finite"),
        (np.zeros((8, 2, 2)), "more points"),
    ],
    ids=["one action", "three halves", "NaN", "few points"],
)
def test_wrong_tables_are_rejected(losses: Floats, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        value_information(sobol(0, 5, len(losses)), [UNIT] * 5, losses)
