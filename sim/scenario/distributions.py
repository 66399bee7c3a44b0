"""What is not known, as distributions read through their inverse CDF.

A value lies where a uniform number says: ``ppf(u)``. The same uniform read through two distributions gives
two values at the same quantile, so worldviews stay coupled. Where a distribution reaches beyond a parameter's
legal bounds it is truncated by its CDF: u becomes F(low) + u (F(high) - F(low)). Nothing is resampled.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.scenario.messages import flow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Z95 = 1.6448536269514722
"""How many standard deviations the 95th percentile of a normal lies above its mean."""
LEAST_INSIDE = 0.01
"""Share of a distribution that must lie within the legal bounds; with less it is surely a slip."""


class Distribution(ABC):
    """One parameter's values. Frozen, equal by value, shown by `str` as it would be written in YAML."""

    @abstractmethod
    def ppf(self, u: Floats) -> Floats:
        """Values at the quantiles u, float[n] in [0, 1): float[n], rising with u, inside the legal bounds."""

    @abstractmethod
    def spec(self) -> Any:
        """A number, or a mapping as in a scenario file; plain data that JSON can hold."""

    def __str__(self) -> str:
        return flow(self.spec())


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
    """Anything from low to high, all equally likely."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _require(self.low < self.high, "a uniform needs low < high", self.low, self.high)

    def ppf(self, u: Floats) -> Floats:
        return _bounded(self.low + u * (self.high - self.low), self.low, self.high)

    def spec(self) -> Any:
        return {"uniform": [self.low, self.high]}


@dataclass(frozen=True)
class Triangular(Distribution):
    """From low to high, likeliest at the mode.

    >>> import numpy as np
    >>> Triangular(0.0, 0.5, 1.0).ppf(np.array([0.0, 0.125, 0.5])).tolist()
    [0.0, 0.25, 0.5]
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        rising = self.low <= self.mode <= self.high and self.low < self.high
        rule = "a triangular needs low <= mode <= high and low < high"
        _require(rising, rule, self.low, self.mode, self.high)

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        width, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
        left = self.low + np.sqrt(u * width * rise)
        right = self.high - np.sqrt((1 - u) * width * fall)
        return _bounded(np.where(u * width < rise, left, right), self.low, self.high)

    def spec(self) -> Any:
        return {"triangular": [self.low, self.mode, self.high]}


@dataclass(frozen=True)
class Normal(Distribution):
    """The normal of this mean and standard deviation (before truncation), within lowest..highest."""

    mean: float
    sd: float
    lowest: float = -math.inf
    highest: float = math.inf

    def __post_init__(self) -> None:
        _require(self.sd > 0, "a normal needs sd > 0", self.mean, self.sd)
        _require_inside(_normal_cdf, self._z(self.lowest), self._z(self.highest), self)

    def _z(self, x: float) -> float:
        return (x - self.mean) / self.sd

    def ppf(self, u: Floats) -> Floats:
        from scipy.special import ndtri

        z = ndtri(_squeezed(u, _normal_cdf(self._z(self.lowest)), _normal_cdf(self._z(self.highest))))
        return _bounded(self.mean + self.sd * z, self.lowest, self.highest)

    def spec(self) -> Any:
        return {"normal": [self.mean, self.sd]}


@dataclass(frozen=True)
class LogNormal(Distribution):
    """The lognormal of this median and 95th percentile (before truncation), within lowest..highest."""

    median: float
    p95: float
    lowest: float = 0.0
    highest: float = math.inf

    def __post_init__(self) -> None:
        rule = "a lognormal needs 0 < median < p95 <= 1e6 * median"
        _require(0 < self.median < self.p95 <= 1e6 * self.median, rule, self.median, self.p95)
        _require(self._sigma > 0, rule, self.median, self.p95)
        _require_inside(_normal_cdf, self._z(self.lowest), self._z(self.highest), self)

    @property
    def _sigma(self) -> float:
        return math.log(self.p95 / self.median) / Z95

    def _z(self, x: float) -> float:
        return -math.inf if x <= 0 else math.log(x / self.median) / self._sigma

    def ppf(self, u: Floats) -> Floats:
        import numpy as np
        from scipy.special import ndtri

        z = ndtri(_squeezed(u, _normal_cdf(self._z(self.lowest)), _normal_cdf(self._z(self.highest))))
        # NumPy's exp rounds otherwise on processors with AVX-512; Python's is the system's.
        ratio = np.array([math.exp(x) for x in (self._sigma * z).tolist()])
        return _bounded(self.median * ratio, self.lowest, self.highest)

    def spec(self) -> Any:
        return {"lognormal": [self.median, self.p95]}


@dataclass(frozen=True)
class Beta(Distribution):
    """The beta of shapes a and b on 0..1, within lowest..highest."""

    a: float
    b: float
    lowest: float = 0.0
    highest: float = 1.0

    def __post_init__(self) -> None:
        fine = 0.01 <= self.a <= 1e6 and 0.01 <= self.b <= 1e6
        _require(fine, "a beta needs a and b from 0.01 to 1e6", self.a, self.b)
        if self.lowest > 0 or self.highest < 1:
            _require_inside(self._cdf, self.lowest, self.highest, self)

    def _cdf(self, x: float) -> float:
        from scipy.special import betainc

        return float(betainc(self.a, self.b, min(max(x, 0.0), 1.0)))

    def ppf(self, u: Floats) -> Floats:
        from scipy.special import betaincinv

        x = betaincinv(self.a, self.b, _squeezed(u, self._cdf(self.lowest), self._cdf(self.highest)))
        return _bounded(x, self.lowest, self.highest)

    def spec(self) -> Any:
        return {"beta": [self.a, self.b]}


@dataclass(frozen=True)
class Blend(Distribution):
    """Between two readings of a claim, quantile by quantile: (1 - dial) Q_self(u) + dial Q_newsham(u).

    >>> import numpy as np
    >>> Blend(Fixed(0.2), Fixed(0.6), 0.25).ppf(np.array([0.5])).round(12).tolist()
    [0.3]
    """

    self_reading: Distribution
    newsham_reading: Distribution
    dial: float

    def ppf(self, u: Floats) -> Floats:
        import numpy as np

        a, b = self.self_reading.ppf(u), self.newsham_reading.ppf(u)
        return np.clip((1 - self.dial) * a + self.dial * b, np.minimum(a, b), np.maximum(a, b))

    def spec(self) -> Any:
        readings = {"self": self.self_reading.spec(), "newsham": self.newsham_reading.spec()}
        return {"blend": {**readings, "dial": self.dial}}


def blend(self_reading: Distribution, newsham_reading: Distribution, dial: float) -> Distribution:
    """The simplest distribution that stands at this dial (0 Self's reading .. 1 Newsham's).

    >>> blend(Fixed(0.2), Fixed(0.6), 1)
    Fixed(value=0.6)
    """
    if dial == 0 or self_reading == newsham_reading:
        return self_reading
    return newsham_reading if dial == 1 else Blend(self_reading, newsham_reading, dial)


def _require(fine: bool, rule: str, *numbers: float) -> None:
    if not fine:
        raise ValueError(f"{rule}, got {flow(list(numbers))}")


def _require_inside(cdf: Callable[[float], float], low: float, high: float, whole: Normal | LogNormal | Beta) -> None:
    if not cdf(high) - cdf(low) >= LEAST_INSIDE:
        rule = f"must have at least {LEAST_INSIDE:.0%} of its weight within its bounds"
        raise ValueError(f"{rule}, {flow(whole.lowest)} to {flow(whole.highest)}, got {whole}")


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _squeezed(u: Floats, floor: float, ceiling: float) -> Floats:
    """Truncation by the CDF: quantiles of the whole that lie within the bounds."""
    return floor + u * (ceiling - floor)


def _bounded(x: Floats, low: float, high: float) -> Floats:
    """Undo rounding in the last bits; truncation itself has been done before."""
    import numpy as np

    return np.clip(x, low, high)
