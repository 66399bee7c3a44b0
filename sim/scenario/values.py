"""The worth of outcomes to an author: prices that add up to one loss, in per cent of a year's GDP of Japan.

Prices change no trial. `scenarios/values/` holds them; each set of prices adds the outcome `loss_<name>`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from sim.scenario.catalogue import Outcome
from sim.scenario.schema import FileEntry, Text, number

Amounts = NDArray[np.float64] | float
MARGIN = 0.1  # per cent of GDP: closer losses count as equal


@dataclass(frozen=True)
class Price(FileEntry):
    """The loss in one unit of an outcome, in per cent of a year's GDP of Japan, and the reason."""

    price: Annotated[float, number(0, 10_000)]
    why: Text


@dataclass(frozen=True)
class Values:
    """One set of prices, by outcome; outcomes without a price cost nothing."""

    name: str
    title: str
    summary: str
    prices: dict[str, Price]

    @property
    def outcome(self) -> str:
        """The name of the loss at these prices."""
        return f"loss_{self.name.replace('-', '_')}"


def loss_outcomes(values: Iterable[Values]) -> dict[str, Outcome]:
    """The losses as outcomes, by name.

    >>> import sim
    >>> list(loss_outcomes(sim.load("debate").values))
    ['loss_newsham', 'loss_self', 'loss_neutral']
    """
    return {
        entry.outcome: Outcome(
            name=entry.outcome,
            label=f"Loss ({entry.title})",
            meaning=f"All outcomes at the prices of {entry.name}, what follows a fall included.",
            unit="% of GDP",
            better="low",
            margin=MARGIN,
            compensator=True,
            quantiles=(0.5, 0.9, 0.95, 0.99),
        )
        for entry in values
    }


def loss(
    values: Values, known: Mapping[str, Outcome], column: Callable[[str], Amounts], *, compensated: bool
) -> NDArray[np.float64]:
    """The loss of each trial at these prices: float[trial], or float[] of a single trial.

    Parameters
    ----------
    known
        The outcomes, by name.
    column
        Gives a column of the trials, or the number of a single trial. An outcome that is recorded only in trials with
        a fall is NaN in the others, and counts as zero there.
    compensated
        Use the compensator of each outcome that has one: the same mean with less noise.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate")
    >>> trial = {"taiwan_falls": np.array([1.0, 0.0])}
    >>> zero = np.zeros(2)
    >>> loss(exp.values[2], exp.catalogue.outcomes, lambda name: trial.get(name, zero), compensated=False)[1]
    0.0
    """
    total: Amounts = 0.0
    for name, entry in sorted(values.prices.items()):  # sorted: the last bit must not depend on the order of a file
        source = f"{name}_compensator" if compensated and known[name].compensator else name
        amount = column(source)
        total = total + entry.price * (_zero_where_missing(amount) if known[name].given else amount)
    return np.asarray(total)


def _zero_where_missing(amount: Amounts) -> Amounts:
    if isinstance(amount, float):  # NumPy takes a hundred times as long for one number
        return 0.0 if math.isnan(amount) else amount
    return np.nan_to_num(amount)
