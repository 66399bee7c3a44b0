"""How often the last bit of a number could turn a decision on another system.

Every draw, and every result of `math`, is played as a number that stays marked through arithmetic. A comparison of a
marked number records its distance. Distances near 0 are evenly spread, so the count within 1e-4 gives the count within
1e-12.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.questions.speed import order_of_play, play_plainly
from sim.model import codes, draws

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

LAST_BITS = 1e-12  # relative: what rounding of the last bit can add up to over a trial, with room to spare
DISTANCES = (1e-3, 1e-4, 1e-5)  # relative distances within which comparisons are counted
BASE = 1  # index of the distance whose count is scaled down to the last bits: small, yet often met
CARRIED = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "rpow", "neg", "abs")


class Crossings(NamedTuple):
    """Comparisons a trial, those within each of `DISTANCES`, and those within `LAST_BITS` in 10**9 trials."""

    comparisons: float
    within: tuple[float, ...]
    in_1e9_trials: float


def count(exp: Experiment, trials: int) -> Crossings:
    """Count comparisons near a crossing in the first trials of each policy.

    Examples
    --------
    >>> import sim
    >>> found = count(sim.load("debate", policies=["both"], worldviews=["self"], starts=["2026"]), trials=3)
    >>> found.comparisons > 100, 0 < found.in_1e9_trials < 1000
    (True, True)
    """
    distances: list[float] = []
    marked = _marked_type(distances.append)

    def four(*key: int) -> tuple[Any, ...]:
        return tuple(marked(u) for u in draws.four(*key))

    def mark_result(function: Callable[..., float]) -> Callable[..., Any]:
        return lambda *numbers: marked(function(*numbers))

    functions = {name: mark_result(getattr(math, name)) for name in ("exp", "log", "sqrt")}
    play_plainly(exp, order_of_play(types.SimpleNamespace(**{**vars(math), **functions}), four), trials)
    played = trials * len(exp.policies)
    within = tuple(sum(distance < limit for distance in distances) / played for limit in DISTANCES)
    return Crossings(len(distances) / played, within, within[BASE] * (LAST_BITS / DISTANCES[BASE]) * 1e9)


def _marked_type(record: Callable[[float], None]) -> type[float]:
    """Return a float type that marks the results of its arithmetic, and records the distance of each comparison.

    Left out: numbers equal to the last bit, which are copies of each other on every system, and times that never come.
    """

    def carry(name: str) -> Callable[..., Any]:
        operate = getattr(float, name)

        def operation(self: float, *other: Any) -> Any:
            result = operate(self, *other)
            return result if result is NotImplemented else Marked(result)

        return operation

    def compare(name: str) -> Callable[..., Any]:
        operate = getattr(float, name)

        def operation(self: float, other: float) -> Any:
            distance, size = abs(float(self) - float(other)), max(abs(float(self)), abs(float(other)))
            if distance > 0 and size < codes.NEVER:
                record(distance / size)
            return operate(self, other)

        return operation

    comparing = {f"__{name}__": compare(f"__{name}__") for name in ("lt", "le", "gt", "ge")}
    Marked = type("Marked", (float,), {f"__{name}__": carry(f"__{name}__") for name in CARRIED} | comparing)
    return Marked
