"""Crossings of curves whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from sim.statistics.intervals import Floats
from sim.statistics.zero_crossing import find_crossing

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


def test_a_trend_that_leads_beyond_is_outside() -> None:
    above, below = find_crossing(blocks(DIALS - 1.5), DIALS), find_crossing(blocks(DIALS + 0.25), DIALS)
    assert (above.kind, below.kind) == ("outside", "outside")
    assert above.at == pytest.approx(1.5, abs=0.05)
    assert below.at == pytest.approx(-0.25, abs=0.05)


def test_no_trend_and_no_crossing_is_none() -> None:
    assert find_crossing(blocks(np.full(9, 0.5), own=0.01), DIALS).kind == "none"
    assert find_crossing(blocks(0.5 - 0.4 * DIALS * (1 - DIALS)), DIALS).kind == "none"  # sags, but is back at the end
    assert find_crossing(np.zeros((5, 9)), DIALS).kind == "none"


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
