"""Distributions: known quantiles, and what must hold of every one of them."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from scipy import stats

from sim.scenario.distributions import (
    Beta,
    Blend,
    Distribution,
    Fixed,
    LogNormal,
    Normal,
    Triangular,
    Uniform,
    blend,
    parse_distribution,
)
from sim.scenario.yaml_marks import parse_value

GRID = np.linspace(0, 1, 501)[:-1]

number = st.floats(-100, 100, allow_nan=False).map(lambda x: round(x, 6))
width = st.floats(0.001, 50).map(lambda x: round(x, 6))


@st.composite
def bounded(draw: st.DrawFn) -> tuple[Distribution, float, float]:
    """A distribution and the bounds that it must keep to."""
    low, span = draw(number), draw(width)
    high = low + span
    inner = sorted(draw(st.lists(st.floats(low, high), min_size=3, max_size=3, unique=True)))
    family = draw(st.sampled_from(["fixed", "uniform", "triangular", "normal", "lognormal", "beta"]))
    if family == "fixed":
        return Fixed(inner[0]), low, high
    if family == "uniform":
        return Uniform(inner[0], inner[2]), low, high
    if family == "triangular":
        return Triangular(inner[0], inner[1], inner[2]), low, high
    if family == "normal":
        return Normal(inner[1], draw(st.floats(0.01, 5)) * span, low, high), low, high
    if family == "lognormal":
        return LogNormal(span, span * draw(st.floats(1.1, 20)), span / 2, 3 * span), span / 2, 3 * span
    lowest, highest = draw(st.floats(0.05, 0.35)), draw(st.floats(0.6, 0.95))
    shapes = draw(st.tuples(st.floats(1, 5), st.floats(1, 5)))
    return Beta(*shapes, lowest, highest), lowest, highest


def at(which: Distribution, *quantiles: float) -> NDArray[np.float64]:
    return which.ppf(np.array(quantiles))


@pytest.mark.parametrize(
    ("which", "quantiles", "values"),
    [
        (Fixed(3), [0, 0.3, 0.999], [3, 3, 3]),
        (Uniform(2, 6), [0, 0.25, 0.5], [2, 3, 4]),
        (Triangular(0, 0.5, 1), [0, 0.125, 0.5, 0.875], [0, 0.25, 0.5, 0.75]),
        (Triangular(0, 0, 1), [0, 0.75], [0, 0.5]),
        (Triangular(0, 1, 1), [0, 0.25], [0, 0.5]),
        (Normal(10, 2), [0.5, 0.975], [10, 10 + 2 * 1.959963984540054]),
        (Normal(0, 1, 0, math.inf), [0, 0.5], [0, 0.6744897501960817]),
        (LogNormal(3, 12), [0.5, 0.95], [3, 12]),
        (Beta(1, 1), [0.1, 0.7], [0.1, 0.7]),
        (Beta(2, 1), [0.25, 0.81], [0.5, 0.9]),
        (Beta(1, 1, 0.5, 1), [0, 0.5], [0.5, 0.75]),
        (Blend(Uniform(0, 1), Uniform(2, 4), 0.25), [0, 0.5], [0.5, 1.125]),
    ],
    ids=str,
)
def test_known_quantiles(which: Distribution, quantiles: list[float], values: list[float]) -> None:
    assert_allclose(at(which, *quantiles), values, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Triangular(1, 2, 5), stats.triang(0.25, 1, 4)),
        (Normal(0.5, 0.4, 0, 1), stats.truncnorm(-1.25, 1.25, 0.5, 0.4)),
        (LogNormal(2, 5), stats.lognorm(math.log(2.5) / 1.6448536269514722, scale=2)),
        (Beta(2.5, 4), stats.beta(2.5, 4)),
    ],
    ids=lambda it: str(it) if isinstance(it, Distribution) else type(it.dist).__name__,
)
def test_same_as_scipy(ours: Distribution, theirs: stats.rv_continuous) -> None:
    assert_allclose(ours.ppf(GRID[1:]), theirs.ppf(GRID[1:]), rtol=1e-9)


@given(bounded())
def test_ppf_rises_with_u_and_stays_within_bounds(case: tuple[Distribution, float, float]) -> None:
    which, low, high = case
    values = which.ppf(GRID)
    assert values.shape == GRID.shape
    assert values.dtype == np.float64
    assert np.diff(values).min() >= -1e-12 * max(abs(low), abs(high))
    assert low <= values.min() <= values.max() <= high


@given(bounded())
def test_ends_of_u_are_finite(case: tuple[Distribution, float, float]) -> None:
    assert np.isfinite(at(case[0], 0.0, np.nextafter(0, 1), np.nextafter(1, 0))).all()


@given(bounded(), bounded())
def test_dial_ends_are_the_readings_exactly(
    a: tuple[Distribution, float, float], b: tuple[Distribution, float, float]
) -> None:
    evidence, reading = a[0], b[0]
    assert_array_equal(Blend(evidence, reading, 0).ppf(GRID), evidence.ppf(GRID))
    for end in (-1, 1):
        assert_array_equal(Blend(evidence, reading, end).ppf(GRID), reading.ppf(GRID))
        assert blend(evidence, reading, end) == reading
    assert_array_equal(Blend(evidence, reading, -0.3).ppf(GRID), Blend(evidence, reading, 0.3).ppf(GRID))
    assert blend(evidence, reading, 0) is evidence
    assert blend(evidence, evidence, 0.3) is evidence


@given(bounded(), bounded(), st.floats(-1, 1))
def test_blend_lies_between_its_readings(
    a: tuple[Distribution, float, float], b: tuple[Distribution, float, float], dial: float
) -> None:
    lower, upper = np.sort([a[0].ppf(GRID), b[0].ppf(GRID)], axis=0)
    mixed = Blend(a[0], b[0], dial).ppf(GRID)
    assert (lower <= mixed).all()
    assert (mixed <= upper).all()


@given(bounded())
def test_reads_back_what_it_writes(case: tuple[Distribution, float, float]) -> None:
    which, low, high = case
    assert parse_distribution(parse_value(str(which))[0], (low, high)) == which
    assert parse_distribution(which.spec(), (low, high)) == which
    assert pickle.loads(pickle.dumps(which)) == which


def test_truncation_keeps_the_shape_inside() -> None:
    full, part = stats.norm(0, 1), Normal(0, 1, 0.5, 1.5)
    share = (full.cdf(1) - full.cdf(0.5)) / (full.cdf(1.5) - full.cdf(0.5))
    assert_allclose(at(part, share), 1.0, rtol=1e-12)


def test_equal_by_value() -> None:
    assert Triangular(0, 1, 2) == Triangular(0.0, 1.0, 2.0)
    assert Normal(0, 1, 0, 1) != Normal(0, 1, 0, 2)
    assert len({Uniform(0, 1), Uniform(0, 1), Uniform(0, 2)}) == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: Uniform(1, 1),
        lambda: Triangular(0, 2, 1),
        lambda: Triangular(1, 1, 1),
        lambda: Normal(0, 0),
        lambda: Normal(9, 1, 0, 2),
        lambda: LogNormal(2, 1),
        lambda: LogNormal(0, 1),
        lambda: LogNormal(1, 2, 50, 60),
        lambda: Beta(0, 1),
        lambda: Beta(50, 50, 0.9, 1),
    ],
)
def test_impossible_distributions_are_rejected(make: object) -> None:
    with pytest.raises(ValueError, match=r"needs|must have at least 1%"):
        make()  # type: ignore[operator]


def test_texts() -> None:
    assert str(Fixed(1.0)) == "1"
    assert str(LogNormal(2, 4.5, 0.5, 10)) == "{lognormal: [2, 4.5]}"
    assert str(Blend(Fixed(1), Beta(2, 3), 0.5)) == "{blend: {evidence: 1, newsham: {beta: [2, 3]}, dial: 0.5}}"
    assert str(Blend(Fixed(1), Fixed(2), -0.5)) == "{blend: {evidence: 1, self: 2, dial: -0.5}}"
