"""Crossings of curves whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from sim.statistics.intervals import Floats
from sim.statistics.zero_crossing import find_crossing, next_points

DIALS = np.linspace(0, 1, 9)


def blocks(curve: Floats, noise: float = 0.05, own: float = 0.0, seed: int = 0) -> Floats:
    """50 blocks of a curve: noise common to all its points, and some of their own."""
    random = np.random.default_rng(seed)
    return curve + noise * random.normal(size=(50, 1)) + own * random.normal(size=(50, curve.size))


@pytest.mark.parametrize("place", [0.05, 0.37, 0.8])
def test_one_crossing_lies_in_its_interval(place: float) -> None:
    found = find_crossing(blocks(DIALS - place), DIALS)
    assert found.kind == "one"
    assert found.low is not None
    assert found.high is not None
    assert found.low - 0.01 < place < found.high + 0.01


def test_the_interval_covers_as_often_as_it_says() -> None:
    hits = 0
    for seed in range(200):
        found = find_crossing(blocks(DIALS**2 - 0.3, noise=0.3, own=0.05, seed=seed), DIALS)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= np.sqrt(0.3) <= found.high
    assert hits >= 200 * 0.95 - 4 * np.sqrt(200 * 0.95 * 0.05)


def test_a_straight_line_is_divided_exactly() -> None:
    found = find_crossing(np.tile(3 * DIALS - 1, (2, 1)), DIALS)
    assert found.at == pytest.approx(1 / 3, abs=1e-9)


def test_nothing_is_read_beyond_the_last_point() -> None:
    """A trend that would lead to 0 beyond the last point is no crossing: nobody has played there."""
    for curve in (DIALS - 1.5, DIALS + 0.25):
        assert find_crossing(blocks(curve), DIALS).kind == "none"


def test_a_curve_on_one_side_has_none() -> None:
    assert find_crossing(blocks(np.full(9, 0.5), own=0.01), DIALS).kind == "none"
    assert find_crossing(blocks(0.5 - 0.4 * DIALS * (1 - DIALS)), DIALS).kind == "none"  # sags, but is back at the end


@pytest.mark.parametrize("curve", [np.zeros(9), np.full(9, 0.002), np.minimum(0.0, DIALS - 0.5), 0.5 - DIALS / 2])
def test_a_flat_curve_a_tie_and_one_that_ends_at_0_are_undecided(curve: Floats) -> None:
    assert find_crossing(blocks(curve), DIALS).kind == "undecided"
    assert find_crossing(np.tile(np.minimum(0.0, curve), (5, 1)), DIALS).kind == "undecided"


def test_the_next_points_lead_to_every_crossing() -> None:
    """From three points: down and up again within one gap, then through 0 once more near the end."""

    def curve(dials: Floats) -> Floats:
        return np.asarray((dials - 0.2) * (dials - 0.4) * (4.5 - dials))

    dials = np.array([0.0, 0.5, 1.0, 6.0])
    for _ in range(5):
        more = next_points(blocks(curve(dials), noise=0.02), dials)
        dials = np.unique([*dials, *more])
    found = find_crossing(blocks(curve(dials), noise=0.02), dials)
    assert found.kind == "many"
    assert found.every == pytest.approx((0.2, 0.4, 4.5), abs=0.05)
    assert len(dials) <= 20


def test_many_crossings_are_said_to_be_many() -> None:
    found = find_crossing(blocks(np.cos(2 * np.pi * DIALS), noise=0.1), DIALS)
    assert found.kind == "many"
    assert found.every == pytest.approx((0.25, 0.75), abs=0.05)
    assert found.at is None


def test_crossings_that_are_noise_are_settled_by_a_monotone_fit() -> None:
    curve = np.array([-1.0, -0.6, -0.3, 0.005, -0.005, 0.005, 0.3, 0.6, 1.0])
    found = find_crossing(blocks(curve, own=0.2), DIALS)
    assert found.kind == "one"
    assert found.at == pytest.approx(0.5, abs=0.15)


def test_missing_numbers_are_refused() -> None:
    spoilt = blocks(DIALS - 0.5)
    spoilt[3, 3] = np.nan
    with pytest.raises(ValueError, match="missing"):
        find_crossing(spoilt, DIALS)
    with pytest.raises(ValueError, match="two of each"):
        find_crossing(spoilt[:1], DIALS)
