"""The five kinds of scenario file, and how layers of them are merged.

A file that extends another, an option of the command line and a `--set` are layers. Mappings are merged name by
name; any other value of an upper layer replaces the lower one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import reduce
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field

from sim.scenario import schema
from sim.scenario.catalogue import Catalogue, Contrast
from sim.scenario.distributions import Distribution, blend
from sim.scenario.messages import show_value
from sim.scenario.values import Price

T = TypeVar("T")

Coerced = Literal["japan_decides", "continue", "quieten", "suspend"]
Scripted = Literal[
    "taiwan_trigger", "japan_dispute", "us_arms_sale", "us_transit", "pressure_on_japan", "large_drill",
    "deadly_incident", "political_crisis", "drill_regime",
]  # fmt: skip
_CONTRAST_KEYS = ("key", "policies", "words")


def _contrast_entry(value: Any) -> Any:
    """A pair of policies as the contrast without a key; a question has all three entries."""
    if isinstance(value, list):
        return {"policies": value}
    if not isinstance(value, dict):
        raise ValueError(f"must be two policies, as [a, b], or key, policies and words, got {show_value(value)}")
    if missing := [key for key in _CONTRAST_KEYS if key not in value]:
        raise ValueError(f"missing key {missing[0]!r}; a question has key, policies and words")
    return value


_ContrastEntry = Annotated[Contrast, BeforeValidator(_contrast_entry)]
Correlation = tuple[schema.ParameterName, schema.ParameterName, Annotated[float, schema.number(-0.999, 0.999)]]


@dataclass(frozen=True)
class LeverChange(schema.FileEntry):
    """A policy's change of one lever; what it leaves out stays at the start's level."""

    depth: schema.Share | None = None
    openness: schema.Share | None = None
    from_month: schema.Months | None = None
    ramp_months: schema.Months | None = None


@dataclass(frozen=True)
class Order(schema.FileEntry):
    """What a policy changes from a month on: a lever, which leaves what it leaves out as it stands, or the response."""

    month: schema.Months
    lever: schema.LeverName | None = None
    depth: schema.Share | None = None
    openness: schema.Share | None = None
    ramp_months: schema.Months | None = None
    when_coerced: Coerced | None = None


def _order_entry(value: Any) -> Any:
    """An order that changes something."""
    if isinstance(value, dict) and value.keys() <= {each.name for each in fields(Order)}:
        if "ramp_months" in value and "lever" not in value:
            raise ValueError("ramp_months is of a lever, and this order has none")
        if ("lever" in value) != ("depth" in value or "openness" in value):
            raise ValueError("an order for a lever has lever, and depth or openness or both")
        if "lever" not in value and "when_coerced" not in value:
            raise ValueError("an order has month, and a lever with depth or openness, or when_coerced")
    return value


_OrderEntry = Annotated[Order, BeforeValidator(_order_entry)]


@dataclass(frozen=True)
class LeverLevel(schema.FileEntry):
    """The level of a lever: its depth (0..1), and the share of it that is public (openness)."""

    depth: schema.Share
    openness: schema.Share


@dataclass(frozen=True, kw_only=True)
class TitledFile(schema.FileEntry):
    """What all kinds of scenario file share."""

    extends: schema.Word | None = None
    title: schema.Text | None = None
    summary: schema.Text | None = None


@dataclass(frozen=True, kw_only=True)
class PolicyFile(TitledFile):
    """Japan's policy."""

    policy: schema.RowName
    plain_name: schema.Text | None = None
    levers: dict[schema.LeverName, LeverChange] = field(default_factory=dict)
    when_coerced: Coerced | None = None
    orders: Annotated[tuple[_OrderEntry, ...], Field(max_length=128)] | None = None
    source: schema.Sources | None = None


@dataclass(frozen=True, kw_only=True)
class WorldviewFile(TitledFile):
    """A set of beliefs."""

    worldview: schema.RowName
    claims: schema.Claims = field(default_factory=dict)
    parameters: schema.Distributions = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StartFile(TitledFile):
    """The situation in month 0."""

    start: schema.StartRowName
    date: schema.Month | None = None
    levers: dict[schema.LeverName, LeverLevel] = field(default_factory=dict)
    quantities: schema.Quantities = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ValuesFile(TitledFile):
    """The worth of outcomes to an author."""

    values: schema.RowName
    prices: dict[schema.OutcomeName, Price] = field(default_factory=dict)


@dataclass(frozen=True)
class ScriptedEvent(schema.FileEntry):
    """An event that happens in every trial, in this month, counted from 0."""

    month: schema.Months
    event: Scripted


@dataclass(frozen=True, kw_only=True)
class ExperimentFile(schema.FileEntry):
    """The policies, worldviews and starts to compare, the number of trials, and changes to all of them."""

    experiment: schema.Name | None = None
    extends: schema.Word | None = None
    title: schema.Text | None = None
    policies: schema.References | None = None
    contrasts: tuple[_ContrastEntry, ...] | None = None
    worldviews: schema.References | None = None
    starts: schema.References | None = None
    values: schema.References | None = None
    trials: Annotated[int, schema.integer(1, 10_000_000)] | None = None
    lucks: Annotated[int, schema.integer(1, 10_000)] | None = None
    months: Annotated[int, schema.integer(1, 600)] | None = None
    step_months: schema.Step | None = None
    seed: Annotated[int, schema.integer(0, 2**63 - 1)] | None = None
    claims: schema.Claims = field(default_factory=dict)
    parameters: schema.Distributions = field(default_factory=dict)
    levers: dict[schema.LeverName, LeverChange] = field(default_factory=dict)
    quantities: schema.Quantities = field(default_factory=dict)
    switches: dict[schema.SwitchName, schema.OnOff] = field(default_factory=dict)
    correlations: tuple[Correlation, ...] | None = None
    events: Annotated[tuple[ScriptedEvent, ...], Field(max_length=64)] | None = None


def merge_layers(layers: Iterable[T]) -> T:
    """Merge layers into one record; each takes precedence over those before it."""
    return reduce(_merge, layers)


def _merge(lower: Any, upper: Any) -> Any:
    if isinstance(lower, dict) and isinstance(upper, dict):
        return lower | {name: _merge(lower.get(name), entry) for name, entry in upper.items()}
    if isinstance(upper, schema.FileEntry) and type(lower) is type(upper):
        return type(upper)(**{name: _merge(getattr(lower, name), entry) for name, entry in vars(upper).items()})
    return lower if upper is None else upper


def merge_beliefs(catalogue: Catalogue, layers: Iterable[WorldviewFile | ExperimentFile]) -> dict[str, Distribution]:
    """Every parameter's distribution: the evidence, then for each layer its dials of claims, then its parameters."""
    beliefs = {name: parameter.neutral for name, parameter in catalogue.parameters.items()}
    for layer in layers:
        for name, parameter in catalogue.parameters.items():
            claim = parameter.claim
            if claim in layer.claims:
                beliefs[name] = _reading(catalogue, name, claim, layer.claims[claim])
        beliefs |= layer.parameters
    return beliefs


def _reading(catalogue: Catalogue, name: str, claim: str, dial: float) -> Distribution:
    """A parameter at a dial of its claim: -1 (Self) over 0 (the evidence) to 1 (Newsham)."""
    evidence, readings = catalogue.parameters[name].neutral, catalogue.claims[claim].readings
    accepted = readings.get("newsham" if dial > 0 else "self", {})
    return blend(evidence, accepted.get(name, evidence), dial)
