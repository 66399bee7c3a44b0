"""Distributions as they are written in scenario files: a number, or one word and its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeGuard

from sim.scenario.distributions import Beta, Distribution, Fixed, LogNormal, Normal, Triangular, Uniform
from sim.scenario.messages import flow, show, unknown

Bounds = tuple[float, float]


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number (and not on or off)."""
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]


def distribution(value: object, bounds: Bounds | None = None) -> Distribution:
    """A distribution as written in a scenario file, held to a parameter's legal bounds (None: any).

    Raises ValueError.

    >>> distribution({"triangular": [0.1, 0.2, 0.5]}, (0, 1))
    Triangular(low=0.1, mode=0.2, high=0.5)
    """
    lowest, highest = bounds or (-math.inf, math.inf)
    if is_number(value):
        require_legal(value, value, bounds, value)
        return Fixed(float(value))
    family, numbers = _family(value)
    make, _, own_range = _FAMILIES[family]
    if own_range is None:
        found = make(*numbers)
        require_legal(numbers[0], numbers[-1], bounds, value)
        return found
    return make(*numbers, max(lowest, own_range[0]), min(highest, own_range[1]))


_FAMILIES: dict[str, tuple[Callable[..., Distribution], tuple[str, ...], Bounds | None]] = {
    "uniform": (Uniform, ("low", "high"), None),
    "triangular": (Triangular, ("low", "mode", "high"), None),
    "normal": (Normal, ("mean", "sd"), (-math.inf, math.inf)),
    "lognormal": (LogNormal, ("median", "p95"), (0.0, math.inf)),
    "beta": (Beta, ("a", "b"), (0.0, 1.0)),
}
"""Word: how to make it, its numbers, and its own range where the legal bounds may truncate it."""


def _family(value: object) -> tuple[str, list[float]]:
    """The word and the numbers of ``{word: [numbers]}``."""
    forms = {word: f"{{{word}: [{', '.join(names)}]}}" for word, (_, names, _) in _FAMILIES.items()}
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"must be a finite number or one of {', '.join(forms.values())}, got {show(value)}")
    [(word, numbers)] = value.items()
    if word not in _FAMILIES:
        raise ValueError(unknown("distribution", word, _FAMILIES))
    right_length = isinstance(numbers, list) and len(numbers) == len(_FAMILIES[word][1])
    if not right_length or not all(map(is_number, numbers)):
        raise ValueError(f"must be {forms[word]} with finite numbers, got {show(value)}")
    return word, [float(entry) for entry in numbers]


def require_legal(low: float, high: float, bounds: Bounds | None, value: object) -> None:
    """Raise ValueError unless low..high, which `value` spans, lies within the bounds."""
    if bounds and not bounds[0] <= low <= high <= bounds[1]:
        legal = f"{flow(bounds[0])} to {flow(bounds[1])}"
        raise ValueError(f"must lie within its bounds, {legal}, got {show(value)}")
