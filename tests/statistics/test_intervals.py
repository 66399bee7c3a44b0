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


def test_limits_are_the_mean_of_students_and_halls() -> None:
    """Hall's cubic is inverted numerically here, and the moments are scipy's."""
    values = np.random.default_rng(1).exponential(size=80) ** 2
    skew, kurtosis = stats.skew(values), stats.kurtosis(values, fisher=False)
    t = stats.t.ppf(0.975, min(2 * 80 / (kurtosis - 1), 79))

    def hall(of: float) -> float:
        a = skew / math.sqrt(80)
        return float(optimize.brentq(lambda x: x + a * x**2 / 3 + a**2 * x**3 / 27 + a / 6 - of, -50, 50))

    mean, error = values.mean(), values.std(ddof=1) / math.sqrt(80)
    expected = (mean, mean - error * (t + hall(t)) / 2, mean + error * (t - hall(-t)) / 2)
    assert intervals.interval_of_mean(values) == pytest.approx(expected)
    assert intervals.interval_of_mean(-values) == pytest.approx((-mean, -expected[2], -expected[1]))


def test_the_interval_of_normal_values_is_students() -> None:
    values = stats.norm.ppf((np.arange(200) + 0.5) / 200)
    assert intervals.interval_of_mean(values)[1:] == pytest.approx(stats.t.interval(0.95, 199, 0, stats.sem(values)))


def test_a_long_column_is_summed_in_blocks_that_weigh_by_their_size() -> None:
    values = np.random.default_rng(1).exponential(size=3_000)
    by_block = intervals.interval_of_mean(values.reshape(1_000, 3).mean(axis=1))
    assert intervals.interval_of_mean(values) == pytest.approx(by_block)
    values = values[:1_500]  # blocks of 1 and 2 worlds in turn
    mean, low, high = intervals.interval_of_mean(values)
    sums, sizes = np.add.reduceat(values, np.arange(1_000) * 3 // 2), np.tile([1, 2], 500)
    assert mean == pytest.approx(values.mean())
    assert low is not None
    assert high is not None
    error = math.sqrt(((sums - values.mean() * sizes) ** 2).sum()) / 1_500
    assert high - low == pytest.approx(2 * 1.962 * error, rel=0.01)


def test_a_mean_of_few_worlds_has_few_degrees_of_freedom_and_of_one_no_limits() -> None:
    assert intervals.interval_of_mean(np.array([0.0, 1.0])).high == pytest.approx(0.5 + 12.7062 * 0.5, abs=1e-3)
    assert intervals.interval_of_mean(np.array([3.0])) == (3.0, None, None)


@pytest.mark.parametrize("worlds", [29, 30])
def test_fewer_than_thirty_worlds_have_no_limits(worlds: int) -> None:
    interval = intervals.interval_over_worlds(np.arange(float(worlds)))
    assert interval.estimate == (worlds - 1) / 2
    assert (interval.low is None, interval.high is None) == (worlds < 30, worlds < 30)


@pytest.mark.parametrize("events", [0, 1, 9, 10])
def test_fewer_than_ten_events_have_no_limits(events: int) -> None:
    """One event had limits, and none had an interval of no width."""
    values = np.repeat([0.0, 3.0], [1_000 - events, events])
    interval = intervals.interval_over_worlds(values)
    assert interval.estimate == pytest.approx(3 * events / 1_000)
    assert (interval.low is None, interval.high is None) == (events < 10, events < 10)
    assert intervals.interval_over_worlds(values, events=9).low is None  # whoever counts them


@pytest.mark.parametrize("worlds", [50, 200, 1_000])
def test_skewed_losses_are_covered_from_few_events(worlds: int) -> None:
    """Student's t held .83 to .93 of them."""
    rng, reps = np.random.default_rng(2), 1_500
    shown = inside = 0
    for _ in range(reps):
        values = np.where(rng.random(worlds) < 0.3, rng.lognormal(0, 1.2, worlds), 0.0)
        interval = intervals.interval_over_worlds(values)
        shown += interval.low is not None
        inside += covers(interval, 0.3 * math.exp(0.72))
    assert 0.93 <= inside / shown <= 0.97
    assert shown > 0.9 * reps


def test_long_columns_cover_skewed_losses() -> None:
    """Losses are 0 in nineteen worlds of twenty; blocks of 10,050 worlds are unequal."""
    rng, reps = np.random.default_rng(2), 600
    inside = 0
    for _ in range(reps):
        values = np.where(rng.random(10_050) < 0.05, rng.exponential(10, 10_050), 0.0)
        inside += covers(intervals.interval_of_mean(values), 0.5)
    assert inside / reps == pytest.approx(0.95, abs=coverage_margin(reps))


# Lucks inside a world


def draw_happened(rng: np.random.Generator, worlds: int, lucks: int, a: float, b: float) -> intervals.Floats:
    """Draw events of a chance that is Beta(a, b) over worlds: float[world, luck]."""
    return (rng.random((worlds, lucks)) < rng.beta(a, b, size=(worlds, 1))).astype(float)


@pytest.mark.parametrize(("worlds", "a", "b"), [(400, 1, 3), (200, 0.1, 0.9), (50, 2, 2)])
def test_lucks_inside_a_world_are_not_taken_for_independent(worlds: int, a: float, b: float) -> None:
    rng, reps = np.random.default_rng(3), 800
    by_world = by_trial = 0
    for _ in range(reps):
        happened = draw_happened(rng, worlds, 5, a, b)
        by_world += covers(intervals.interval_of_share(happened), a / (a + b))
        by_trial += covers(intervals.wilson_interval(float(happened.sum()), happened.size), a / (a + b))
    assert by_world / reps == pytest.approx(0.95, abs=coverage_margin(reps))
    assert by_trial / reps < 0.91


def test_rare_shares_stay_within_0_and_1_with_two_lucks() -> None:
    """Of such shares, 61 of 100 had a lower limit below 0."""
    rng = np.random.default_rng(7)
    for _ in range(200):
        share, low, high = intervals.interval_of_share(draw_happened(rng, 200, 2, 0.3, 99.7))
        assert 0 <= (low or 0) <= (share or 0) < (high or 0) <= 1


def test_lucks_of_one_mind_are_worth_one_trial_and_independent_ones_all() -> None:
    rng = np.random.default_rng(8)
    one_mind = np.repeat(rng.integers(2, size=(200, 1)).astype(float), 20, axis=1)
    assert intervals.effective_size(one_mind) == pytest.approx(200, rel=0.02)
    assert intervals.effective_size(rng.integers(2, size=(2_000, 4)).astype(float)) == pytest.approx(8_000, rel=0.1)
    assert intervals.effective_size(np.zeros((200, 20))) == pytest.approx(200, rel=0.02)
    share = intervals.interval_of_share(one_mind)
    single = intervals.wilson_interval(float(one_mind[:, 0].sum()), 200)
    assert share[1:] == pytest.approx(single[1:], abs=0.001)


def test_paired_shares_are_covered_where_lucks_share_a_world() -> None:
    rng, reps = np.random.default_rng(9), 800
    inside = 0
    for _ in range(reps):
        chance, luck = rng.beta(0.5, 1.5, size=(200, 1)), rng.random((200, 5))
        a, b = (luck < 0.8 * chance).astype(float), (luck < chance).astype(float)
        inside += covers(intervals.interval_of_share_difference(a, b), -0.05)
    assert inside / reps == pytest.approx(0.95, abs=coverage_margin(reps))


@pytest.mark.parametrize("n", [20, 200, 1_000])
def test_shares_of_any_size_are_covered(n: int) -> None:
    """Exact: every count, weighted by its chance. Wilson's own interval holds .84 of shares about .2 / n."""
    limits = [intervals.interval_of_share(np.repeat([[1.0], [0.0]], [x, n - x], axis=0)) for x in range(n + 1)]
    for share in np.geomspace(0.01 / n, 0.5, 100):
        chances = stats.binom.pmf(np.arange(n + 1), n, share)
        assert chances @ [covers(interval, share) for interval in limits] > 0.92
    wilson = intervals.wilson_interval(1, n)
    assert (wilson.low or 0) > (limits[1].low or 0)


def test_with_one_luck_shares_have_the_interval_of_counts() -> None:
    happened = np.repeat([[1.0], [0.0]], [15, 133], axis=0)
    assert intervals.interval_of_share(happened) == pytest.approx(intervals.wilson_interval(15, 148))
    a, b = np.repeat([[1.0], [0.0]], [9, 23], axis=0), np.repeat([[0.0], [1.0]], [29, 3], axis=0)
    assert intervals.interval_of_share_difference(a, b) == pytest.approx(intervals.tango_interval(9, 3, 32))


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


@pytest.mark.parametrize(("worlds", "lucks", "q"), [(400, 1, 0.9), (400, 4, 0.9), (50, 20, 0.5), (200, 20, 0.99)])
def test_quantiles_cover_also_where_lucks_share_a_world(worlds: int, lucks: int, q: float) -> None:
    """With many lucks, 99 % quantiles held .33 to .61."""
    rng, reps = np.random.default_rng(6), 600
    truth = stats.norm.ppf(q) * math.sqrt(2)
    held = []
    for _ in range(reps):
        values = rng.normal(size=(worlds, 1)) + rng.normal(size=(worlds, lucks))
        _, low, high = intervals.interval_of_quantile(values, q)
        if low is not None or high is not None:
            held.append((low is None or low <= truth) and (high is None or truth <= high))
    assert 0.95 - coverage_margin(reps) <= np.mean(held) <= 0.98  # order statistics are discrete
    assert len(held) > reps / 2


def test_a_quantile_that_the_worlds_cannot_bear_has_no_upper_limit() -> None:
    """Twenty lucks of one mind are one trial, so 20 worlds have no 99 % quantile."""
    values = np.repeat(np.arange(20.0)[:, None], 20, axis=1)
    assert intervals.interval_of_quantile(values, 0.99).high is None
    assert intervals.interval_of_quantile(values, 0.5)[1:] == pytest.approx((5, 14), abs=1)


def test_a_column_with_holes_is_refused_by_name_and_number() -> None:
    with pytest.raises(ValueError, match=r"column crisis: 2 of 4 rows are not finite numbers"):
        intervals.reject_not_finite("crisis", np.array([np.nan, 1.0, np.inf, 0.0]))
    intervals.reject_not_finite("crisis", np.zeros(3))


@pytest.mark.parametrize(("differing", "blank"), [(0, False), (1, True), (9, True), (10, False)])
def test_a_difference_that_few_blocks_make_has_no_limits(differing: int, blank: bool) -> None:
    values = np.repeat([0.0, 1.0], [20 - differing, differing])
    interval = intervals.interval_over_blocks(values)
    assert (interval.low is None, interval.high is None) == (blank, blank)
    assert blank or interval == intervals.interval_of_mean(values)


def test_limits_that_do_not_enclose_a_quantile_are_blank() -> None:
    for n in range(1, 12):
        for q in (0.01, 0.05, 0.1, 0.5, 0.9, 0.95, 0.99):
            estimate, low, high = intervals.interval_of_quantile(np.arange(n, dtype=float).reshape(-1, 1), q)
            assert estimate is not None
            assert low is None or low <= estimate
            assert high is None or high >= estimate
    assert intervals.interval_of_quantile(np.array([[0.0], [10.0]]), 0.99)[1:] == (None, None)
