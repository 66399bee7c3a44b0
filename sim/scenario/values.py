"""What outcomes are worth to someone: prices that add up to one loss, in per cent of a year's GDP of Japan.

Prices change no trial, only what one makes of it. `scenarios/values/` holds them; `loss_<name>` is made of them here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.catalogue import Outcome

MARGIN = 0.1  # per cent of GDP: losses closer than that count as the same


@dataclass(frozen=True)
class Price:
    """What one unit of an outcome is worth avoiding, in per cent of a year's GDP of Japan, and why."""

    price: float
    why: str


@dataclass(frozen=True)
class Values:
    """Somebody's prices, by outcome; what they leave out is worth nothing to them."""

    name: str
    title: str
    summary: str
    prices: dict[str, Price]

    @property
    def outcome(self) -> str:
        """Name of the loss that these prices add up to."""
        return f"loss_{self.name.replace('-', '_')}"


def outcomes(values: Iterable[Values]) -> dict[str, Outcome]:
    """The losses as outcomes, by name.

    >>> import sim
    >>> list(outcomes(sim.load("debate").values))
    ['loss_newsham', 'loss_self', 'loss_neutral']
    """
    made = [
        Outcome(
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
    ]
    return {outcome.name: outcome for outcome in made}


def loss(
    values: Values, known: Mapping[str, Outcome], column: Callable[[str], NDArray[np.float64]], *, compensated: bool
) -> NDArray[np.float64]:
    """What trials cost at these prices: float[trial].

    Parameters
    ----------
    known
        The outcomes, by name.
    column
        Gives a column of the trials. What is told only of trials with a fall is NaN in the others, and weighs
        nothing there.
    compensated
        Take the compensator of an outcome that has one: the same mean with less noise.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate")
    >>> trial = {"taiwan_falls": np.array([1.0, 0.0])}
    >>> zero = np.zeros(2)
    >>> loss(exp.values[2], exp.catalogue.outcomes, lambda name: trial.get(name, zero), compensated=False)[1]
    0.0
    """
    total: NDArray[np.float64] | float = 0.0
    for name, entry in sorted(values.prices.items()):  # in one order, so that the last bit does not hang on a file's
        of = f"{name}_compensator" if compensated and known[name].compensator else name
        told = np.nan_to_num(column(of)) if known[name].given else column(of)
        total = total + entry.price * told
    return np.asarray(total)
