"""exp and log of our own against decimals of 50 digits: at most .52 units in the last place, and right at the edges."""

from __future__ import annotations

import decimal
import math
import random
from collections.abc import Callable, Iterator

import pytest

from sim.model import elementary

MOST_ULP = decimal.Decimal("0.52")
POINTS = 10_000


def arguments_of_exp(draw: random.Random) -> Iterator[float]:
    for _ in range(POINTS):
        yield draw.choice([draw.gauss(0, 2), draw.uniform(-700, 700), draw.gauss(0, 1e-6)])


def arguments_of_log(draw: random.Random) -> Iterator[float]:
    for _ in range(POINTS):
        yield draw.choice([draw.random(), draw.uniform(0.98, 1.02), math.exp(draw.uniform(-700, 700)), 5e-324])


@pytest.mark.parametrize(("function", "true", "arguments"), [
    (elementary.exp, decimal.Decimal.exp, arguments_of_exp),
    (elementary.log, decimal.Decimal.ln, arguments_of_log),
], ids=["exp", "log"])  # fmt: skip
def test_the_error_is_at_most_half_a_unit_and_a_little(
    function: Callable[[float], float],
    true: Callable[[decimal.Decimal], decimal.Decimal],
    arguments: Callable[[random.Random], Iterator[float]],
) -> None:
    with decimal.localcontext(prec=50):
        for x in arguments(random.Random(7)):
            exact = true(decimal.Decimal(x))
            error = abs(decimal.Decimal(function(x)) - exact) / decimal.Decimal(math.ulp(float(exact)))
            assert error <= MOST_ULP, x


def test_the_edges() -> None:
    assert (elementary.exp(0.0), elementary.log(1.0)) == (1.0, 0.0)
    assert (elementary.exp(-1e9), elementary.exp(1e9), elementary.exp(-math.inf)) == (0.0, math.inf, 0.0)
    assert (elementary.log(0.0), elementary.log(math.inf)) == (-math.inf, math.inf)
    nowhere = elementary.exp(math.nan), elementary.log(math.nan), elementary.log(-1.0)
    assert all(math.isnan(number) for number in nowhere)
