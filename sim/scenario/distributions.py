"""Uncertain numbers as distributions, each evaluated through its inverse CDF.

`ppf(u)` maps quantiles u in [0, 1) to values. The same u gives the same quantile of any two distributions, so
worldviews that share a world stay coupled. A distribution that reaches beyond a parameter's legal bounds is truncated
by its CDF: u becomes F(low) + u (F(high) - F(low)). Nothing is drawn again.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from sim.scenario.messages import correct_number, describe_unknown, format_value, show_value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Bounds = tuple[float, float]
Z95 = 1.6448536269514722
"""The 95th percentile of a normal lies this many standard deviations above its mean."""
LEAST_INSIDE = 0.01
"""Least share of a distribution that must lie within the legal bounds; less is surely a mistake."""


class Distribution(ABC):
    """The values of one parameter. Frozen, equal by value; `str` gives its text in YAML."""

    @abstractmethod
    def ppf(self, u: Floats) -> Floats:
        """Values at the quantiles u, float[n] in [0, 1): float[n], rising with u, inside the legal bounds."""

    def spec(self) -> Any:
        """A number, or a mapping as in a scenario file; plain data that JSON can hold."""
        return {type(self).__name__.lower(): [getattr(self, name) for name in self.numbers()]}

    @classmethod
    def numbers(cls) -> list[str]:
        """The fields that a scenario file gives; the other two are legal bounds."""
        return [field.name for field in fields(cls) if field.name not in ("lowest", "highest")]  # type: ignore[arg-type]

    def __str__(self) -> str:
        return format_value(self.spec())


@dataclass(frozen=True)
class Fixed(Distribution):
    """Always the same value.

    >>> str(Fixed(0.4))
    '0.4'
    """

    value: float

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        return np.full(u.shape, self.value)

    def spec(self) -> Any:
        return self.value


@dataclass(frozen=True)
class Uniform(Distribution):
    """Any value from low to high, all equally likely."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _require(self.low < self.high, "a uniform needs low < high", self)

    def ppf(self, u: Floats) -> Floats:
        return _clip(self.low + u * (self.high - self.low), self.low, self.high)


@dataclass(frozen=True)
class Triangular(Distribution):
    """From low to high, most likely at the mode.

    >>> import numpy as np
    >>> Triangular(0.0, 0.5, 1.0).ppf(np.array([0.0, 0.125, 0.5])).tolist()
    [0.0, 0.25, 0.5]
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        rising = self.low <= self.mode <= self.high and self.low < self.high
        _require(rising, "a triangular needs low <= mode <= high and low < high", self)

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        width, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
        left = self.low + np.sqrt(u * width * rise)
        right = self.high - np.sqrt((1 - u) * width * fall)
        return _clip(np.where(u * width < rise, left, right), self.low, self.high)


@dataclass(frozen=True)
class Normal(Distribution):
    """The normal with this mean and standard deviation (before truncation), within lowest..highest."""

    mean: float
    sd: float
    lowest: float = -math.inf
    highest: float = math.inf

    def __post_init__(self) -> None:
        _require(self.sd > 0, "a normal needs sd > 0", self)
        _require_inside(_normal_cdf, self._z(self.lowest), self._z(self.highest), self)

    def _z(self, x: float) -> float:
        return (x - self.mean) / self.sd

    def ppf(self, u: Floats) -> Floats:
        from scipy.special import ndtri

        z = ndtri(_truncate(u, _normal_cdf(self._z(self.lowest)), _normal_cdf(self._z(self.highest))))
        return _clip(self.mean + self.sd * z, self.lowest, self.highest)


@dataclass(frozen=True)
class LogNormal(Distribution):
    """The lognormal with this median and 95th percentile (before truncation), within lowest..highest."""

    median: float
    p95: float
    lowest: float = 0.0
    highest: float = math.inf

    def __post_init__(self) -> None:
        rule = "a lognormal needs 0 < median < p95 <= 1e6 * median"
        _require(0 < self.median < self.p95 <= 1e6 * self.median and self._sigma > 0, rule, self)
        _require_inside(_normal_cdf, self._z(self.lowest), self._z(self.highest), self)

    @property
    def _sigma(self) -> float:
        return math.log(self.p95 / self.median) / Z95

    def _z(self, x: float) -> float:
        return -math.inf if x <= 0 else math.log(x / self.median) / self._sigma

    def ppf(self, u: Floats) -> Floats:
        import numpy as np
        from scipy.special import ndtri

        z = ndtri(_truncate(u, _normal_cdf(self._z(self.lowest)), _normal_cdf(self._z(self.highest))))
        # NumPy's exp rounds differently on processors with AVX-512; Python's does not.
        ratio = np.array([math.exp(x) for x in (self._sigma * z).tolist()])
        return _clip(self.median * ratio, self.lowest, self.highest)


@dataclass(frozen=True)
class Beta(Distribution):
    """The beta with shapes a and b on 0..1, within lowest..highest."""

    a: float
    b: float
    lowest: float = 0.0
    highest: float = 1.0

    def __post_init__(self) -> None:
        valid = 0.01 <= self.a <= 1e6 and 0.01 <= self.b <= 1e6
        _require(valid, "a beta needs a and b from 0.01 to 1e6", self)
        if self.lowest > 0 or self.highest < 1:
            _require_inside(self._cdf, self.lowest, self.highest, self)

    def _cdf(self, x: float) -> float:
        from scipy.special import betainc

        return float(betainc(self.a, self.b, min(max(x, 0.0), 1.0)))

    def ppf(self, u: Floats) -> Floats:
        from scipy.special import betaincinv

        x = betaincinv(self.a, self.b, _truncate(u, self._cdf(self.lowest), self._cdf(self.highest)))
        return _clip(x, self.lowest, self.highest)


@dataclass(frozen=True)
class Blend(Distribution):
    """Between the evidence and an author's reading of a claim, quantile by quantile.

    With a share of |dial| it is (1 - share) Q_evidence(u) + share Q_reading(u).

    >>> import numpy as np
    >>> Blend(Fixed(0.2), Fixed(0.6), 0.25).ppf(np.array([0.5])).round(12).tolist()
    [0.3]
    """

    evidence: Distribution
    reading: Distribution
    dial: float
    """-1..1: below 0 the reading is Self's, above 0 Newsham's."""

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        a, b, share = self.evidence.ppf(u), self.reading.ppf(u), abs(self.dial)
        return np.clip((1 - share) * a + share * b, np.minimum(a, b), np.maximum(a, b))

    def spec(self) -> Any:
        author = "newsham" if self.dial > 0 else "self"
        return {"blend": {"evidence": self.evidence.spec(), author: self.reading.spec(), "dial": self.dial}}


def blend(evidence: Distribution, reading: Distribution, dial: float) -> Distribution:
    """The simplest distribution for this dial: -1 or 1 an author's reading, 0 the evidence.

    >>> blend(Fixed(0.2), Fixed(0.6), -1)
    Fixed(value=0.6)
    """
    if dial == 0 or evidence == reading:
        return evidence
    return reading if abs(dial) == 1 else Blend(evidence, reading, dial)


def _require(valid: bool, rule: str, distribution: Distribution) -> None:
    if not valid:
        [numbers] = distribution.spec().values()
        raise ValueError(f"{rule}, got {format_value(numbers)}")


def _require_inside(cdf: Callable[[float], float], low: float, high: float, full: Normal | LogNormal | Beta) -> None:
    if not cdf(high) - cdf(low) >= LEAST_INSIDE:
        rule = f"must have at least {LEAST_INSIDE:.0%} of its weight within its bounds"
        raise ValueError(f"{rule}, {format_value(full.lowest)} to {format_value(full.highest)}, got {full}")


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _truncate(u: Floats, floor: float, ceiling: float) -> Floats:
    """Truncation by the CDF: map quantiles of the part within the bounds to quantiles of the full distribution."""
    return floor + u * (ceiling - floor)


def _clip(x: Floats, low: float, high: float) -> Floats:
    """Remove rounding errors in the last bits; truncation itself has been done before."""
    import numpy as np

    return np.clip(x, low, high)


_FAMILIES: dict[str, Any] = {
    family.__name__.lower(): family for family in (Uniform, Triangular, Normal, LogNormal, Beta)
}


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number (and not on or off)."""
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]


def parse_distribution(value: object, bounds: Bounds | None = None) -> Distribution:
    """A distribution from its form in a scenario file: a number, or one word and its numbers.

    Raises ValueError, also if the distribution lies outside a parameter's legal bounds (None: any).

    >>> parse_distribution({"triangular": [0.1, 0.2, 0.5]}, (0, 1))
    Triangular(low=0.1, mode=0.2, high=0.5)
    """
    if is_number(value):
        require_legal(value, value, bounds, value)
        return Fixed(float(value))
    family, numbers = _family(value, bounds)
    if family in (Uniform, Triangular):  # a file gives their ends, so they are never truncated
        distribution: Distribution = family(*numbers)
        require_legal(numbers[0], numbers[-1], bounds, value)
        return distribution
    low, high = bounds or (family.lowest, family.highest)
    return cast(Distribution, family(*numbers, max(low, family.lowest), min(high, family.highest)))


def _family(value: object, bounds: Bounds | None) -> tuple[Any, list[float]]:
    """The class and the numbers of ``{word: [numbers]}``."""
    forms = {word: f"{{{word}: [{', '.join(family.numbers())}]}}" for word, family in _FAMILIES.items()}
    if not isinstance(value, dict) or len(value) != 1:
        low, high = bounds or (-math.inf, math.inf)
        hint = correct_number(value, low, high)
        if isinstance(value, list) and len(value) in (2, 3) and all(map(is_number, value)):
            hint = f"; write {{{'uniform' if len(value) == 2 else 'triangular'}: {format_value(value)}}}"
        allowed = "a finite number" if hint else f"a finite number or one of {', '.join(forms.values())}"
        raise ValueError(f"must be {allowed}, got {show_value(value)}{hint}")
    [(word, numbers)] = value.items()
    if word not in _FAMILIES:
        raise ValueError(describe_unknown("distribution", word, _FAMILIES))
    right_length = isinstance(numbers, list) and len(numbers) == len(_FAMILIES[word].numbers())
    if not right_length or not all(map(is_number, numbers)):
        hint = _correct_numbers(numbers, bounds)
        raise ValueError(f"must be {forms[word]} with finite numbers, got {show_value(value)}{hint}")
    return _FAMILIES[word], [float(entry) for entry in numbers]


def _correct_numbers(numbers: object, bounds: Bounds | None) -> str:
    """What to write instead of the first entry that is no number."""
    low, high = bounds or (-math.inf, math.inf)
    hints = (correct_number(entry, low, high) for entry in (numbers if isinstance(numbers, list) else ()))
    return next(filter(None, hints), "")


def require_legal(low: float, high: float, bounds: Bounds | None, value: object) -> None:
    """Raise ValueError unless low..high, the range of `value`, lies within the bounds."""
    if bounds and not bounds[0] <= low <= high <= bounds[1]:
        legal = f"{format_value(bounds[0])} to {format_value(bounds[1])}"
        hint = correct_number(value, *bounds)
        raise ValueError(f"must lie within its bounds, {legal}, got {show_value(value)}{hint}")
