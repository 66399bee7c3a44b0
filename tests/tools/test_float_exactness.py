"""Decisions near a crossing are counted, and another system's last bits change no other."""

from __future__ import annotations

import doctest
import math
import types
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from analysis.questions import speed
from sim.model import outcomes
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load
from tools import float_exactness


@cache
def cell() -> Experiment:
    """One cell, with force often reached for."""
    often = ["force_per_year=0.2"]
    return load("debate", policies=["direct_ties"], worldviews=["neutral"], starts=["2026"], trials=100, set_=often)


def test_the_example_in_the_docstring_holds() -> None:
    found = doctest.testmod(float_exactness)
    assert (found.failed, found.attempted) == (0, 3)


def test_each_comparison_with_luck_in_it_is_counted_and_none_without() -> None:
    noted: list[float] = []
    marked = float_exactness._marked_type(noted.append)
    u = marked(0.5)
    assert not u < 0.5
    assert (u > 0.5, len(noted)) == (False, 0)  # a copy of the number
    assert u < 0.51
    assert u > 0.49
    assert max(2 * (1 - u), 1.25) == 1.25
    assert -(u**2) / 3 + 1 > 0.9
    assert noted == pytest.approx([0.01 / 0.51, 0.01 / 0.5, 0.2, (1 - 0.25 / 3 - 0.9) / (1 - 0.25 / 3)])


def test_marked_numbers_play_the_same_trials_and_distances_near_zero_are_evenly_spread() -> None:
    marked = float_exactness.count(cell(), 100)
    assert 1_000 < marked.comparisons < 20_000
    a_thousandth, a_tenth_of_it, _ = (100 * within for within in marked.within)
    assert a_tenth_of_it == pytest.approx(a_thousandth / 10, abs=4 * math.sqrt(a_thousandth / 10))
    assert marked.in_1e9_trials == pytest.approx(marked.within[1] * 10)


def off_by_a_bit(function: Callable[[float], float]) -> Callable[[float], float]:
    """The function as another system might round it: now and then the next number up or down."""

    def rounded(x: float) -> float:
        result = function(x)
        return math.nextafter(result, (-math.inf, result, math.inf)[hash(x) % 3])

    return rounded


def test_where_the_last_bit_of_exp_and_log_differs_events_are_the_same_and_numbers_nearly() -> None:
    other = types.SimpleNamespace(**{**vars(math), "exp": off_by_a_bit(math.exp), "log": off_by_a_bit(math.log)})
    here, there = (np.array(speed.play_plainly(cell(), speed.order_of_play(maths), 100)) for maths in (math, other))
    shares = [outcomes.COLUMNS.index(name) for name in outcomes.SHARES]
    assert (here[:, shares] == there[:, shares]).all()
    assert not np.array_equal(here, there, equal_nan=True)
    np.testing.assert_allclose(there, here, rtol=1e-10, atol=1e-12)
