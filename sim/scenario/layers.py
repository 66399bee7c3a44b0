"""The five kinds of scenario file as written, and how one lies over another.

A file that extends another, an option of the command line and a `--set` are layers: mappings are taken
together name by name, anything else is replaced where the upper layer says something.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import ConfigDict, Field

from sim.scenario.catalogue import Catalogue
from sim.scenario.distributions import Distribution, blend
from sim.scenario.fields import (
    Claims,
    Distributions,
    LeverName,
    Month,
    Months,
    Name,
    OnOff,
    OutcomeName,
    ParameterName,
    Quantities,
    References,
    Share,
    Step,
    SwitchName,
    Text,
    Word,
    number,
    whole,
)
from sim.scenario.schema import STRICT

T = TypeVar("T")

Coerced = Literal["japan_decides", "continue", "quieten", "suspend"]
Scripted = Literal[
    "taiwan_trigger", "japan_dispute", "us_arms_sale", "us_transit", "pressure_on_japan", "large_drill",
    "deadly_incident", "political_crisis", "drill_regime",
]  # fmt: skip
Correlation = tuple[ParameterName, ParameterName, Annotated[float, number(-0.999, 0.999)]]


@dataclass(frozen=True)
class LeverChange:
    """What a policy sets of a lever; what it leaves out stays as it is at the start."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    depth: Share | None = None
    openness: Share | None = None
    from_month: Months | None = None
    ramp_months: Months | None = None


@dataclass(frozen=True)
class LeverLevel:
    """Where a lever stands: how much of it is done (depth, 0..1) and how much of that is seen (openness)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    depth: Share
    openness: Share


@dataclass(frozen=True)
class PolicyFile:
    """What Japan does."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    policy: Name
    extends: Word | None = None
    title: Text | None = None
    summary: Text | None = None
    levers: dict[LeverName, LeverChange] = field(default_factory=dict)
    when_coerced: Coerced | None = None


@dataclass(frozen=True)
class WorldviewFile:
    """Which beliefs hold."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    worldview: Name
    extends: Word | None = None
    title: Text | None = None
    summary: Text | None = None
    claims: Claims = field(default_factory=dict)
    parameters: Distributions = field(default_factory=dict)


@dataclass(frozen=True)
class StartFile:
    """Where things stand when play begins."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    start: Name
    extends: Word | None = None
    title: Text | None = None
    summary: Text | None = None
    date: Month | None = None
    levers: dict[LeverName, LeverLevel] = field(default_factory=dict)
    quantities: Quantities = field(default_factory=dict)


@dataclass(frozen=True)
class PriceEntry:
    """What a unit of an outcome is worth avoiding, in per cent of a year's GDP."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    price: Annotated[float, number(0, 10_000)]
    why: Text


@dataclass(frozen=True)
class ValuesFile:
    """What outcomes are worth to someone."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    values: Name
    extends: Word | None = None
    title: Text | None = None
    summary: Text | None = None
    prices: dict[OutcomeName, PriceEntry] = field(default_factory=dict)


@dataclass(frozen=True)
class ScriptedEvent:
    """Something that happens in every trial, at a month counted from 0, whatever else does."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    month: Months
    event: Scripted


@dataclass(frozen=True)
class ExperimentFile:
    """What is compared, how often it is played, and what is changed everywhere."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    experiment: Name | None = None
    extends: Word | None = None
    title: Text | None = None
    policies: References | None = None
    worldviews: References | None = None
    starts: References | None = None
    values: References | None = None
    trials: Annotated[int, whole(1, 10_000_000)] | None = None
    lucks: Annotated[int, whole(1, 10_000)] | None = None
    months: Annotated[int, whole(1, 600)] | None = None
    step_months: Step | None = None
    seed: Annotated[int, whole(0, 2**63 - 1)] | None = None
    claims: Claims = field(default_factory=dict)
    parameters: Distributions = field(default_factory=dict)
    levers: dict[LeverName, LeverChange] = field(default_factory=dict)
    quantities: Quantities = field(default_factory=dict)
    switches: dict[SwitchName, OnOff] = field(default_factory=dict)
    correlations: tuple[Correlation, ...] | None = None
    events: Annotated[tuple[ScriptedEvent, ...], Field(max_length=64)] | None = None


_LAYERED = (PolicyFile, WorldviewFile, StartFile, ValuesFile, ExperimentFile, LeverChange)


def laid(layers: Iterable[T]) -> T:
    """All layers as one, each lying over those before it."""
    return reduce(_over, layers)


def _over(lower: Any, upper: Any) -> Any:
    if isinstance(lower, dict) and isinstance(upper, dict):
        return lower | {name: _over(lower.get(name), entry) for name, entry in upper.items()}
    if isinstance(upper, _LAYERED) and type(lower) is type(upper):
        return type(upper)(**{name: _over(getattr(lower, name), entry) for name, entry in vars(upper).items()})
    return lower if upper is None else upper


def believed(catalogue: Catalogue, layers: Iterable[WorldviewFile | ExperimentFile]) -> dict[str, Distribution]:
    """Every parameter's distribution: neutral, then each layer's dials of claims, then its parameters."""
    beliefs = {name: parameter.neutral for name, parameter in catalogue.parameters.items()}
    for layer in layers:
        for name, parameter in catalogue.parameters.items():
            claim = parameter.claim
            if claim in layer.claims:
                beliefs[name] = _reading(catalogue, name, claim, layer.claims[claim])
        beliefs |= layer.parameters
    return beliefs


def _reading(catalogue: Catalogue, name: str, claim: str, dial: float | str) -> Distribution:
    """A parameter with its claim's dial at 0 (Self) .. 1 (Newsham) or a word; a silent author is neutral."""
    neutral, readings = catalogue.parameters[name].neutral, catalogue.claims[claim].readings
    by_self, by_newsham = (readings.get(author, {}).get(name, neutral) for author in ("self", "newsham"))
    if isinstance(dial, float):
        return blend(by_self, by_newsham, dial)
    return {"neutral": neutral, "self": by_self, "newsham": by_newsham}[dial]
