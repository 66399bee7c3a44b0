"""How near decisions come to going the other way, and so how often another system's last bit could change one.

Every draw, and every result of `math`, is played as a number that stays marked in whatever is worked out from it;
when a marked number is compared, the distance is noted. Distances near 0 are evenly spread, so what is counted
within 1e-4 tells how many lie within 1e-12.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.engine import mesa_model, setup
from sim.model import codes, draws, outcomes, state
from sim.model.compiled import plain, twin
from sim.model.rules import japan, prc, scale, taiwan, us

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

LAST_BITS = 1e-12  # relative: what rounding of the last bit can add up to over a trial, with room to spare
COUNTED = (1e-3, 1e-4, 1e-5)  # relative distances within which comparisons are counted
BASE = 1  # place of the distance whose count is scaled down to the last bits: small, yet often met
CARRIED = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "rpow", "neg", "abs")


class Crossings(NamedTuple):
    """Comparisons a trial, those within each distance of `COUNTED`, and those within `LAST_BITS` in 10**9 trials."""

    comparisons: float
    within: tuple[float, ...]
    in_1e9_trials: float


def order(maths: Any = math, four: Callable[..., Any] = draws.four) -> types.SimpleNamespace:
    """The order of play in plain Python, with this `math` and these draws wherever the rules use theirs."""
    counted = twin(draws, math=maths)
    made = types.SimpleNamespace(four=four, exponential=counted.exponential, logistic=counted.logistic)
    scales = twin(scale, math=maths)
    actors = {"prc": prc, "japan": japan, "us": us, "taiwan": taiwan}
    played = {name: twin(rules, math=maths, scale=scales) for name, rules in actors.items()}
    return mesa_model.order_of_play(math=maths, draws=made, scale=scales, **played)


def play(exp: Experiment, by: types.SimpleNamespace, trials: int) -> list[list[float]]:
    """Outcomes of the first trials of each policy, from the first start, under the first worldview."""
    rows = []
    names = tuple(exp.catalogue.parameters)
    natures = draws.parameters(exp, exp.worldviews[0], 0, trials).view(state.parameters_dtype(names))
    for policy in exp.policies:
        setting = setup.setting(exp, policy, exp.starts[0])
        c = state.record(setting.dtype, setting[0])
        for row in range(trials):
            w = state.record(state.world_dtype(len(exp.catalogue.levers)))
            p = state.record(natures.dtype, natures[row, 0])
            w.world, w.luck = row, 1
            by.begin(w, p, c)
            while w.time < c.months and not w.over:
                by.play(w, p, c)
            by.finish(w, p, c)
            rows.append([0.0] * len(outcomes.COLUMNS))
            plain(outcomes.write)(w, c, rows[-1])
    return rows


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
    marked = _marked(distances.append)

    def four(*key: int) -> tuple[Any, ...]:
        return tuple(marked(u) for u in draws.four(*key))

    def marking(function: Callable[..., float]) -> Callable[..., Any]:
        return lambda *numbers: marked(function(*numbers))

    functions = {name: marking(getattr(math, name)) for name in ("exp", "log", "sqrt")}
    play(exp, order(types.SimpleNamespace(**{**vars(math), **functions}), four), trials)
    played = trials * len(exp.policies)
    within = tuple(sum(distance < limit for distance in distances) / played for limit in COUNTED)
    return Crossings(len(distances) / played, within, within[BASE] * (LAST_BITS / COUNTED[BASE]) * 1e9)


def _marked(note: Callable[[float], None]) -> type[float]:
    """A float that passes its mark on to what is worked out from it, and notes how near each comparison is.

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
            gap, size = abs(float(self) - float(other)), max(abs(float(self)), abs(float(other)))
            if gap > 0 and size < codes.NEVER:
                note(gap / size)
            return operate(self, other)

        return operation

    comparing = {f"__{name}__": compare(f"__{name}__") for name in ("lt", "le", "gt", "ge")}
    Marked = type("Marked", (float,), {f"__{name}__": carry(f"__{name}__") for name in CARRIED} | comparing)
    return Marked
