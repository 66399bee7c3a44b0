"""What is said of a pair: the simultaneous band, who does better, what pairing saves, the verdict."""

from __future__ import annotations

import doctest
import math
from collections.abc import Iterator

import numpy as np
import pytest
from made_up import covers
from scipy import stats

from sim.statistics import contrasts, intervals
from sim.statistics.intervals import Floats


def test_the_examples_in_the_docstrings_hold() -> None:
    results = doctest.testmod(contrasts)
    assert (results.failed, results.attempted > 4) == (0, True)


def test_the_band_of_independent_contrasts_is_sidaks_and_of_equal_ones_the_single_level() -> None:
    rng = np.random.default_rng(7)
    independent = rng.normal(size=(200_000, 4))
    assert contrasts.band_level(independent) == pytest.approx(0.95 ** (1 / 4), abs=6e-4)
    same = np.tile(rng.normal(size=(500, 1)), 4)
    assert contrasts.band_level(same) == pytest.approx(0.95, abs=3e-3)


def test_the_band_leaves_out_what_never_varies_and_repeats_itself() -> None:
    varying = np.random.default_rng(8).normal(size=(300, 3))
    with_constant = np.column_stack([np.zeros(300), varying, np.full(300, 0.2)])
    assert contrasts.band_level(with_constant) == contrasts.band_level(varying)
    assert contrasts.band_level(np.zeros((300, 4))) == 0.95
    assert contrasts.band_level(varying[:, :1]) == 0.95


def test_the_band_bears_contrasts_that_follow_from_each_other() -> None:
    values = np.random.default_rng(9).normal(size=(300, 2))
    dependent = np.column_stack([values, values[:, 0] - values[:, 1]])
    assert 0.95 < contrasts.band_level(dependent) < 1 - 0.05 / 3


@pytest.mark.parametrize(("worlds", "least"), [(contrasts.BAND_WORLDS, 0.90), (200, 0.93), (1_000, 0.93)])
def test_the_band_holds_for_all_contrasts_together(worlds: int, least: float) -> None:
    """Three policies against a fourth, by a count and by a skewed loss: intervals made for one don't hold.

    The band held .85, .91 and .94.
    """
    rng, reps = np.random.default_rng(10), 600
    chances, scales = np.array([0.08, 0.10, 0.06, 0.12]), np.array([1.0, 1.0, 0.8, 1.3])
    together = alone = 0
    for _ in range(reps):
        luck = (rng.normal(size=(worlds, 1)) + rng.normal(size=(worlds, 4))) / math.sqrt(2)
        happened = (luck < stats.norm.ppf(chances)).astype(float)
        loss = rng.exponential(size=(worlds, 1)) * scales * rng.exponential(size=(worlds, 4))
        differences = np.column_stack([happened[:, 1:] - happened[:, :1], loss[:, 1:] - loss[:, :1]])
        level = contrasts.band_level(differences, draws=5_000)
        together += all(hold_together(happened, chances, loss, scales, level))
        alone += all(hold_together(happened, chances, loss, scales, 0.95))
    assert least <= together / reps <= 0.97
    assert alone / reps < 0.90


def hold_together(happened: Floats, chances: Floats, loss: Floats, scales: Floats, level: float) -> Iterator[bool]:
    """Whether each interval of policies 1 to 3 against policy 0 covers its truth."""
    for i in (1, 2, 3):
        count = intervals.interval_of_share_difference(happened[:, [i]], happened[:, [0]], level)
        yield covers(count, chances[i] - chances[0])
        yield covers(intervals.interval_of_mean(loss[:, i] - loss[:, 0], level), scales[i] - scales[0])


def test_a_rare_event_has_a_margin_of_its_own_size() -> None:
    """Nuclear use in 4 instead of 6 of 1,000 decades is a third less: within half a point, but not the same."""
    margin = contrasts.margin_at(0.005, 0.005)
    assert margin == pytest.approx(0.0005)
    assert contrasts.verdict(-0.003, -0.001, margin, "low") == "a better"
    assert contrasts.margin_at(0.005, 0.4) == 0.005
    assert contrasts.margin_at(0.1, -0.5) == pytest.approx(0.05)


def test_variance_ratio_says_what_pairing_saves() -> None:
    rng = np.random.default_rng(11)
    shared, own = rng.normal(size=(2, 100_000)) * [[3.0], [1.0]]
    other = rng.normal(size=100_000)

    def ratio(a: np.ndarray, b: np.ndarray) -> float | None:
        return contrasts.variance_ratio(a - b, a.var() + b.var())

    assert ratio(shared + own, shared + other) == pytest.approx(20 / 2, rel=0.05)
    assert ratio(own, other) == pytest.approx(1, rel=0.05)
    assert ratio(own, own) is None
    assert ratio(np.array([0.3, 1.3]), np.array([0.1, 1.1])) is None  # but for rounding


@pytest.mark.parametrize(
    ("low", "high", "better", "expected"),
    [
        (-0.005, 0.005, "low", "same within margin"),
        (0.001, 0.004, "low", "b better but may be small"),  # off zero, but too small to matter
        (-0.004, -0.001, "low", "a better but may be small"),
        (-0.004, -0.001, "none", None),
        (0.0, 0.004, "low", "same within margin"),
        (-0.0051, 0.001, "low", "undecided"),
        (-0.02, 0.01, "high", "undecided"),
        (0.0, 0.01, "low", "undecided"),
        (-0.02, -0.001, "low", "a better but may be small"),  # it reaches inside the margin
        (0.001, 0.02, "high", "a better but may be small"),
        (0.0032, 0.0067, "low", "b better but may be small"),
        (-0.02, -0.006, "low", "a better"),
        (-0.02, -0.006, "high", "b better"),
        (0.005, 0.02, "low", "b better"),
        (0.006, 0.02, "high", "a better"),
        (0.001, 0.02, "none", None),
        (-0.001, 0.001, "none", "same within margin"),
        (None, None, "low", "too few to say"),
        (None, None, "none", "too few to say"),
    ],
)
def test_verdicts(low: float | None, high: float | None, better: str, expected: str | None) -> None:
    assert contrasts.verdict(low, high, 0.005, better) == expected


@pytest.mark.parametrize("difference", [-0.02, -0.004, 0.0, 0.003, 0.0049, 0.0051, 0.01])
@pytest.mark.parametrize("half", [0.0, 0.001, 0.004, 0.02])
def test_trials_needed_are_those_that_bring_the_interval_there(difference: float, half: float) -> None:
    """Scaled to that many trials, the interval just touches the margin; with as many as there are it is there."""
    needed = contrasts.trials_needed(intervals.Interval(difference, difference - half, difference + half), 0.005, 10**6)
    assert needed is not None
    low, high = abs(difference) - half, abs(difference) + half
    assert (needed <= 10**6) == (low >= 0.005 or high <= 0.005)
    if half:
        scaled = half * math.sqrt(10**6 / needed)
        end = abs(difference) + (-scaled if abs(difference) > 0.005 else scaled)
        assert end == pytest.approx(0.005, abs=1e-6)


def test_no_number_of_trials_will_do_at_the_margin_itself() -> None:
    assert contrasts.trials_needed(intervals.Interval(0.005, 0.004, 0.006), 0.005, 1_000) is None
    assert contrasts.trials_needed(intervals.BLANK, 0.005, 1_000) is None


def test_a_lopsided_interval_counts_by_its_wider_side() -> None:
    """Tango's: it is within the margin only when both ends are."""
    assert contrasts.trials_needed(intervals.Interval(0.001, 0.0, 0.004), 0.005, 400) == 225
    assert contrasts.trials_needed(intervals.Interval(0.010, 0.004, 0.011), 0.005, 400) == 576
