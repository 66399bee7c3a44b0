"""Intervals against published values, against exact and simulated coverage, and at their edges."""

from __future__ import annotations

import doctest
import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import coverage_margin, covers
from scipy import optimize, stats

from sim.statistics import intervals


def test_the_examples_in_the_docstrings_hold() -> None:
    results = doctest.testmod(intervals)
    assert (results.failed, results.attempted > 5) == (0, True)


# One share


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_intervals_of_newcombe_1998(successes: int, n: int, low: float, high: float) -> None:
    assert intervals.wilson_interval(successes, n)[1:] == pytest.approx((low, high), abs=5e-5)


def test_wilson_at_its_ends_is_exact_and_mirrored() -> None:
    assert intervals.wilson_interval(0, 7).low == 0.0
    assert intervals.wilson_interval(7, 7).high == 1.0
    none, all_ = intervals.wilson_interval(0, 7), intervals.wilson_interval(7, 7)
    assert all_.low == pytest.approx(1 - (none.high or 0))


# The difference of two paired shares


@pytest.mark.parametrize(
    ("only_a", "only_b", "n", "level", "low", "high"),
    [
        (9, 3, 32, 0.95, -0.027, 0.390),  # Tango 1998
        (0, 1, 44, 0.90, -0.096, 0.037),  # Tango 1998: one discordant pair
        (16, 8, 86, 0.95, -0.020, 0.207),  # Agresti and Min 2005
        (1, 7, 21, 0.95, -0.517, -0.026),  # Fagerland, Lydersen and Laake 2014
    ],
)
def test_tango_gives_the_published_intervals(
    only_a: int, only_b: int, n: int, level: float, low: float, high: float
) -> None:
    assert intervals.tango_interval(only_a, only_b, n, level)[1:] == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize(("only_a", "only_b", "n"), [(3, 1, 12), (0, 2, 200), (40, 20, 160), (5, 0, 6)])
def test_at_tangos_limits_the_score_test_just_rejects(only_a: int, only_b: int, n: int) -> None:
    """The likelihood given a difference is maximised numerically, not by the closed form under test."""

    def score(difference: float) -> float:
        def minus_log_likelihood(b_prob: float) -> float:
            a_prob = b_prob + difference
            rest = 1 - a_prob - b_prob
            terms = [(only_a, a_prob), (only_b, b_prob), (n - only_a - only_b, rest)]
            return -sum(count * math.log(max(prob, 1e-300)) for count, prob in terms if count)

        bounds = (max(0.0, -difference), (1 - difference) / 2)
        b_prob = float(optimize.minimize_scalar(
            minus_log_likelihood, bounds=bounds, method="bounded", options={"xatol": 1e-12}
        ).x)  # fmt: skip
        variance = n * (2 * b_prob + difference * (1 - difference))
        return (only_a - only_b - n * difference) / math.sqrt(variance)

    _, low, high = intervals.tango_interval(only_a, only_b, n)
    assert low is not None
    assert high is not None
    assert score(low) == pytest.approx(1.959964, abs=1e-3)
    assert score(high) == pytest.approx(-1.959964, abs=1e-3)


def test_tango_with_no_discordant_pair_has_its_closed_form() -> None:
    z2 = 1.959963984540054**2
    assert intervals.tango_interval(0, 0, 10_000) == pytest.approx((0, -z2 / (10_000 + z2), z2 / (10_000 + z2)))


def test_tango_where_every_pair_is_discordant_the_same_way() -> None:
    z2 = 1.959963984540054**2
    assert intervals.tango_interval(25, 0, 25) == pytest.approx((1, (25 - z2) / (25 + z2), 1))
    assert intervals.tango_interval(0, 25, 25) == pytest.approx((-1, -1, -(25 - z2) / (25 + z2)))


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 100_000))
def test_tango_mirrors_and_holds_its_estimate(only_a: int, only_b: int, concordant: int) -> None:
    n = only_a + only_b + concordant
    estimate, low, high = intervals.tango_interval(only_a, only_b, n)
    other = intervals.tango_interval(only_b, only_a, n)
    assert low is not None
    assert high is not None
    assert (estimate, low, high) == (-(other.estimate or 0), -(other.high or 0), -(other.low or 0))
    assert -1 <= low < (only_a - only_b) / n < high <= 1
    wider = intervals.tango_interval(only_a, only_b, n, 0.99)
    assert covers(wider, low)
    assert covers(wider, high)


RARE = [(10_000, 0.0006, 0.0002), (10_000, 0.0003, 0.0003), (10_000, 0.002, 0.0005), (2_000, 0.0001, 0.0)]


@pytest.mark.parametrize(("n", "a_prob", "b_prob"), [*RARE, (60, 0.2, 0.1)])
def test_tangos_coverage_is_near_what_is_asked_where_discordance_is_rare(n: int, a_prob: float, b_prob: float) -> None:
    assert tangos_coverage(n, a_prob, b_prob) >= 0.93


def test_tangos_coverage_over_many_rates_of_discordance_is_what_is_asked() -> None:
    mixes = product((0.005, 0.01, 0.02), (0.5, 0.7))
    coverages = [tangos_coverage(1_000, rate * a, rate * (1 - a)) for rate, a in mixes]
    assert np.mean(coverages) == pytest.approx(0.95, abs=0.01)


def tangos_coverage(n: int, a_prob: float, b_prob: float) -> float:
    """Exact: every likely pair of counts, weighted by its chance."""
    most = int(stats.binom.ppf(1 - 1e-9, n, max(a_prob, b_prob)))
    counts = np.array([(a, b, n - a - b) for a, b in product(range(most + 1), repeat=2) if a + b <= n])
    chances = stats.multinomial.pmf(counts, n, [a_prob, b_prob, 1 - a_prob - b_prob])
    inside = [covers(intervals.tango_interval(int(a), int(b), n), a_prob - b_prob) for a, b, _ in counts]
    assert chances.sum() == pytest.approx(1, abs=1e-6)
    return float(chances @ np.array(inside))


# Means over worlds


def test_block_mean_of_equal_blocks_is_students_t_over_block_means() -> None:
    values = np.random.default_rng(1).exponential(size=1_000)
    means = values.reshape(100, 10).mean(axis=1)
    reach = stats.t.ppf(0.975, 99) * means.std(ddof=1) / 10
    expected = (values.mean(), values.mean() - reach, values.mean() + reach)
    assert intervals.interval_of_mean(values) == pytest.approx(expected)


def test_block_mean_weighs_blocks_by_their_size() -> None:
    values = np.repeat([1.0, 2.0], [1, 2]).tolist() * 50  # 150 worlds: blocks of 1 and 2 in turn
    mean, low, high = intervals.interval_of_mean(np.array(values))
    sums, sizes = np.array([1.0, 4.0] * 50), np.array([1, 2] * 50)
    error = math.sqrt(100 / 99 * ((sums - 5 / 3 * sizes) ** 2).sum()) / 150
    assert mean == pytest.approx(5 / 3)
    assert low == pytest.approx(5 / 3 - stats.t.ppf(0.975, 99) * error)
    assert high == pytest.approx(5 / 3 + stats.t.ppf(0.975, 99) * error)


def test_block_mean_of_few_worlds_has_few_degrees_of_freedom_and_of_one_no_limits() -> None:
    assert intervals.interval_of_mean(np.array([0.0, 1.0])).high == pytest.approx(0.5 + 12.7062 * 0.5, abs=1e-3)
    assert intervals.interval_of_mean(np.array([3.0])) == (3.0, None, None)


def test_block_mean_covers_skewed_losses() -> None:
    """Losses are 0 in nineteen worlds of twenty; blocks of 10,050 worlds are unequal."""
    rng, reps = np.random.default_rng(2), 600
    inside = 0
    for _ in range(reps):
        values = np.where(rng.random(10_050) < 0.05, rng.exponential(10, 10_050), 0.0)
        inside += covers(intervals.interval_of_mean(values), 0.5)
    assert inside / reps == pytest.approx(0.95, abs=coverage_margin(reps))


def test_lucks_inside_a_world_are_not_taken_for_independent() -> None:
    rng, reps = np.random.default_rng(3), 600
    by_world = by_trial = 0
    for _ in range(reps):
        chance = rng.beta(1, 3, size=(400, 1))
        happened = (rng.random((400, 5)) < chance).astype(float)
        by_world += covers(intervals.interval_of_share(happened.mean(axis=1)), 0.25)
        by_trial += covers(intervals.wilson_interval(float(happened.sum()), happened.size), 0.25)
    assert by_world / reps == pytest.approx(0.95, abs=coverage_margin(reps))
    assert by_trial / reps < 0.90


def test_shares_take_the_interval_of_counts_where_each_world_is_of_one_mind() -> None:
    happened = np.repeat([1.0, 0.0], [15, 133])
    assert intervals.interval_of_share(happened) == intervals.wilson_interval(15, 148)
    a, b = np.repeat([1.0, 0.0], [9, 23]), np.repeat([0.0, 1.0], [29, 3])
    assert intervals.interval_of_share_difference(a, b) == intervals.tango_interval(9, 3, 32)


def test_shares_of_divided_worlds_come_from_blocks() -> None:
    a, b = np.array([0.5, 1.0, 0.0, 0.5]), np.array([0.0, 1.0, 0.0, 1.0])
    assert intervals.interval_of_share(a) == intervals.interval_of_mean(a)
    assert intervals.interval_of_share_difference(a, b) == intervals.interval_of_mean(a - b)


def test_known_has_the_mean_of_the_values_that_are_there() -> None:
    values = np.array([[1.0, np.nan], [np.nan, np.nan], [5.0, 9.0]])
    linear, n = intervals.linearise_mean(values)
    assert n == 3
    assert linear.mean() == pytest.approx(5.0)
    assert linear == pytest.approx([5 + (-4 / 2) * 2, 5, 5 + (4 / 2) * 2])
    assert intervals.linearise_mean(np.full((2, 1), np.nan))[1] == 0


def test_known_makes_intervals_that_cover_a_conditional_mean() -> None:
    """Month of an event that comes earlier where it comes more often."""
    rng, reps = np.random.default_rng(4), 600
    inside = 0
    for _ in range(reps):
        hazard = rng.choice([0.1, 0.4], size=(500, 1))
        came = rng.random((500, 2)) < hazard
        month = np.where(came, rng.normal(60 - 50 * hazard, 5, (500, 2)), np.nan)
        interval = intervals.interval_of_mean(intervals.linearise_mean(month)[0])
        inside += covers(interval, 60 - 50 * (0.8 * 0.4 + 0.2 * 0.1))
    assert inside / reps == pytest.approx(0.95, abs=coverage_margin(reps))


# Quantiles


def test_the_median_of_a_hundred_lies_between_the_40th_and_the_61st() -> None:
    values = np.random.default_rng(5).permutation(np.arange(1.0, 101.0)).reshape(-1, 1)
    assert intervals.interval_of_quantile(values, 0.5) == (50.5, 40.0, 61.0)


def test_a_quantile_beyond_the_sample_has_a_blank_limit() -> None:
    values = np.arange(1.0, 21.0).reshape(-1, 1)
    assert intervals.interval_of_quantile(values, 0.99).high is None
    assert intervals.interval_of_quantile(values, 0.01).low is None
    assert intervals.interval_of_quantile(np.full((3, 1), np.nan), 0.5) == (None, None, None)


@pytest.mark.parametrize("lucks", [1, 4])
def test_quantiles_cover_also_where_lucks_share_a_world(lucks: int) -> None:
    rng, reps = np.random.default_rng(6), 600
    truth = stats.norm.ppf(0.9) * math.sqrt(2)
    inside = 0
    for _ in range(reps):
        values = rng.normal(size=(400, 1)) + rng.normal(size=(400, lucks))
        inside += covers(intervals.interval_of_quantile(values, 0.9), truth)
    slack = 0.01 if lucks == 1 else 0.0  # order statistics are discrete: a little more than asked for
    assert 0.95 - coverage_margin(reps) <= inside / reps <= 0.95 + coverage_margin(reps) + slack


def test_a_column_with_holes_is_refused_by_name_and_number() -> None:
    with pytest.raises(ValueError, match=r"column crisis: 2 of 4 rows are not finite numbers"):
        intervals.reject_not_finite("crisis", np.array([np.nan, 1.0, np.inf, 0.0]))
    intervals.reject_not_finite("crisis", np.zeros(3))
