"""Confidence sequences hold at every look together: exactly for counts, and on all that runs are made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from made_up import coverage_margin
from playing import needs_kernels

import sim
from sim.statistics import sequences
from sim.statistics.intervals import Floats, tango_interval

REPS, WORLDS, EVERY = 400, 8_000, 40
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]
Case = tuple[Draw, float, float]  # how differences are drawn, their mean, and how large one is known to be at least


def missed_by_counts(chances: list[float], reps: int = 400) -> float:
    """Share of runs in which a look after every fourth world finds the mean of paired counts outside its interval."""
    values = np.array([1.0, 0.0, -1.0])
    truth, missed = np.array(chances) @ values, 0
    rng = np.random.default_rng(1)
    for _ in range(reps):
        drawn = rng.choice(3, WORLDS, p=chances)
        counts = np.cumsum(drawn[:, None] == np.arange(3), axis=0)[::4].astype(float)
        won = [sequences.log_wealth(sign * values, counts, np.array([sign * truth])).max() for sign in (1, -1)]
        missed += max(won) >= math.log(2 / 0.05)
    return missed / reps


@pytest.mark.parametrize(
    "chances",
    [[0.001, 0.999, 0], [0.02, 0.98, 0], [0.5, 0.5, 0], [0.001, 0.9985, 0.0005], [0.012, 0.98, 0.008], [0.3, 0.4, 0.3]],
    ids=str,
)
def test_counts_are_covered_at_every_look(chances: list[float]) -> None:
    assert missed_by_counts(chances) <= 0.05 + coverage_margin(400)


def test_the_limits_are_where_the_gambler_has_just_not_won() -> None:
    values, counts = np.array([1.0, 0.0, -1.0]), np.array([[30.0, 960.0, 10.0], [0.0, 500.0, 0.0]])
    low, high = sequences.interval_of_bounded_mean(values, counts)
    won = math.log(2 / 0.05)
    assert sequences.log_wealth(values, counts, low) == pytest.approx([won, won], abs=1e-6)
    assert sequences.log_wealth(-values, counts, -high) == pytest.approx([won, won], abs=1e-6)
    assert low[1] == -high[1]


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (10, 0), (120, 80), (5_000, 0), (3_000, 3_000)])
def test_an_exact_sequence_costs_at_most_twice_tangos_width(only_a: int, only_b: int) -> None:
    n = 10_000
    counts = np.array([only_a, n - only_a - only_b, only_b], float)
    low, high = sequences.interval_of_bounded_mean(np.array([1.0, 0.0, -1.0]), counts)
    one_look = tango_interval(only_a, only_b, n)
    assert one_look.low is not None
    assert one_look.high is not None
    assert 1.5 < (high - low) / (one_look.high - one_look.low) < 2.01


def test_counted_worlds_are_told_apart_with_several_lucks() -> None:
    sums = sequences.CountedDifferences(2, lucks=4)
    a, b = np.array([[0.75, 0.0], [0.5, 0.25]]), np.array([[0.25, 0.0], [0.5, 1.0]])
    sums.add(a, b)
    assert sums.values @ sums.counts.T == pytest.approx((a - b).sum(axis=0))
    assert sums.counts.sum() == 4


def seldom_lognormal(share: float, spread: float) -> Case:
    """Mostly nothing, else a lognormal amount: as losses and compensators are, and worse."""

    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        return np.where(rng.random(shape) < share, rng.lognormal(0, spread, shape), 0.0)

    return draw, share * math.exp(spread**2 / 2), 0.0


def two_sided(share: float, up: float) -> Case:
    """Mostly no difference, else a lognormal amount up or down."""

    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        amount = np.where(rng.random(shape) < share, rng.lognormal(0, 1, shape), 0.0)
        return np.where(rng.random(shape) < up, amount, -amount)

    return draw, share * (2 * up - 1) * math.exp(0.5), 0.0


def event(chance: float) -> Case:
    """Nothing or 1, of which 1 is known to be the most."""
    return lambda rng, shape: (rng.random(shape) < chance).astype(float), chance, 1.0


def missed_by_sums(draw: Draw, truth: float, largest: float = 0.0) -> tuple[float, float]:
    """Share of runs missed at some look, and the share that an interval for one look would miss."""
    rng = np.random.default_rng(2)
    sums = sequences.SummedDifferences(REPS, largest)
    missed = fooled = np.zeros(REPS, bool)
    for _ in range(WORLDS // EVERY):
        worlds = draw(rng, (EVERY, REPS))
        sums.add(worlds, np.zeros_like(worlds))
        error = np.abs(sums.mean - truth)
        missed = missed | (error > sums.half_width())
        if sums.worlds >= 500:
            fooled = fooled | (error > 1.96 * np.sqrt(sums.variance / sums.worlds))
    return float(missed.mean()), float(fooled.mean())


@pytest.mark.parametrize(
    "case",
    [
        event(0.001), event(0.02), event(0.5),
        seldom_lognormal(0.001, 1), seldom_lognormal(0.01, 1), seldom_lognormal(0.1, 1.5), seldom_lognormal(1, 1.5),
        two_sided(0.002, 0.5), two_sided(0.02, 0.7),
    ],
    ids=["p .001", "p .02", "p .5", "one in 1000", "one in 100", "one in 10", "all skewed", "rare signs", "signs"],
)  # fmt: skip
def test_sums_are_covered_at_every_look(case: Case) -> None:
    missed, _ = missed_by_sums(*case)
    assert missed <= 0.05 + coverage_margin(REPS)


def test_an_interval_for_one_look_would_fool_who_keeps_looking() -> None:
    missed, fooled = missed_by_sums(*event(0.5))
    assert missed < 0.05 < 0.2 < fooled


def again(worlds: Floats, rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Draw worlds of a run again, as they come."""
    return rng.choice(worlds, shape)


@needs_kernels
@pytest.mark.parametrize(("worldview", "policy"), [("self", "quiet_depth"), ("newsham", "direct_ties")])
def test_differences_of_a_real_run_are_covered_at_every_look(worldview: str, policy: str) -> None:
    """Worlds drawn again and again from those of a run: its own mean is then the truth."""
    exp = sim.load("debate", trials=4_000, starts=["2026"], worldviews=[worldview], policies=[policy, "status_quo"])
    records = sim.run(exp).records
    for outcome in ("use_of_force", "japan_in_combat", "japan_gdp_loss_pct"):
        column = f"{outcome}_compensator"
        difference = records["2026", worldview, policy][column] - records["2026", worldview, "status_quo"][column]
        assert np.abs(difference).max() > 10 * difference.std(), "or the column is no test"
        missed, _ = missed_by_sums(partial(again, difference), float(difference.mean()))
        assert missed <= 0.05 + coverage_margin(REPS), outcome


def test_sums_lose_no_digits_to_a_large_mean() -> None:
    rng = np.random.default_rng(3)
    a = rng.normal(size=(3_000, 2))
    near, far = sequences.SummedDifferences(2), sequences.SummedDifferences(2)
    for block in np.split(a, 3):
        near.add(block, np.zeros_like(block))
        far.add(block + 1e6, np.zeros_like(block))
    assert near.variance == pytest.approx(a.var(axis=0))
    assert far.half_width() == pytest.approx(near.half_width(), rel=1e-6)
    assert far.carrying == pytest.approx(near.carrying, rel=1e-6)
    assert near.carrying == pytest.approx([1_000, 1_000], rel=0.15)


def test_policies_that_never_differed_may_yet() -> None:
    share = sequences.SummedDifferences(1, largest=1.0)
    loss, losses = sequences.SummedDifferences(1), sequences.SummedDifferences(1)
    nothing, some = np.zeros((2_000, 1)), np.full((2_000, 1), 5.0)
    share.add(nothing, nothing)
    loss.add(nothing, nothing)
    losses.add(some, some)
    assert 0 < share.half_width()[0] < 0.005
    assert losses.half_width() == pytest.approx(5 * share.half_width())
    assert np.isinf(loss.half_width()[0])


def test_what_is_said_to_be_needed_is_about_what_it_takes() -> None:
    rng = np.random.default_rng(4)
    sums, target = sequences.SummedDifferences(1), 0.02
    while sums.worlds < 2_000 or sums.half_width()[0] > target:
        worlds = rng.normal(size=(200, 1))
        sums.add(worlds, np.zeros_like(worlds))
        if sums.worlds == 2_000:
            expected = sums.needed(target)[0]
    assert sums.worlds == pytest.approx(expected, rel=0.35)
    counted = sequences.CountedDifferences(1)
    counted.add(np.ones((100, 1)), np.zeros((100, 1)))
    assert counted.needed(float(counted.half_width()[0])) == pytest.approx(100)
