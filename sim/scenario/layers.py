"""The five kinds of scenario file, and how layers of them are merged.

A file that extends another, an option of the command line and a `--set` are layers. Mappings are merged name by
name; any other value of an upper layer replaces the lower one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from sim.scenario.catalogue import Catalogue
from sim.scenario.distributions import Distribution, blend
from sim.scenario.schema import (
    Claims,
    Distributions,
    FileEntry,
    LeverName,
    Month,
    Months,
    Name,
    OnOff,
    OutcomeName,
    ParameterName,
    Quantities,
    References,
    RowName,
    Share,
    StartRowName,
    Step,
    SwitchName,
    Text,
    Word,
    integer,
    number,
)
from sim.scenario.values import Price

T = TypeVar("T")

Coerced = Literal["japan_decides", "continue", "quieten", "suspend"]
Scripted = Literal[
    "taiwan_trigger", "japan_dispute", "us_arms_sale", "us_transit", "pressure_on_japan", "large_drill",
    "deadly_incident", "political_crisis", "drill_regime",
]  # fmt: skip
Correlation = tuple[ParameterName, ParameterName, Annotated[float, number(-0.999, 0.999)]]


@dataclass(frozen=True)
class LeverChange(FileEntry):
    """A policy's change of one lever; what it leaves out stays at the start's level."""

    depth: Share | None = None
    openness: Share | None = None
    from_month: Months | None = None
    ramp_months: Months | None = None


@dataclass(frozen=True)
class LeverLevel(FileEntry):
    """The level of a lever: its depth (0..1), and the share of it that is public (openness)."""

    depth: Share
    openness: Share


@dataclass(frozen=True, kw_only=True)
class TitledFile(FileEntry):
    """What all kinds of scenario file share."""

    extends: Word | None = None
    title: Text | None = None
    summary: Text | None = None


@dataclass(frozen=True, kw_only=True)
class PolicyFile(TitledFile):
    """Japan's policy."""

    policy: RowName
    plain_name: Text | None = None
    levers: dict[LeverName, LeverChange] = field(default_factory=dict)
    when_coerced: Coerced | None = None


@dataclass(frozen=True, kw_only=True)
class WorldviewFile(TitledFile):
    """A set of beliefs."""

    worldview: RowName
    claims: Claims = field(default_factory=dict)
    parameters: Distributions = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StartFile(TitledFile):
    """The situation in month 0."""

    start: StartRowName
    date: Month | None = None
    levers: dict[LeverName, LeverLevel] = field(default_factory=dict)
    quantities: Quantities = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ValuesFile(TitledFile):
    """The worth of outcomes to an author."""

    values: RowName
    prices: dict[OutcomeName, Price] = field(default_factory=dict)


@dataclass(frozen=True)
class ScriptedEvent(FileEntry):
    """An event that happens in every trial, in this month, counted from 0."""

    month: Months
    event: Scripted


@dataclass(frozen=True, kw_only=True)
class ExperimentFile(FileEntry):
    """The policies, worldviews and starts to compare, the number of trials, and changes to all of them."""

    experiment: Name | None = None
    extends: Word | None = None
    title: Text | None = None
    policies: References | None = None
    contrasts: tuple[tuple[Word, Word], ...] | None = None
    worldviews: References | None = None
    starts: References | None = None
    values: References | None = None
    trials: Annotated[int, integer(1, 10_000_000)] | None = None
    lucks: Annotated[int, integer(1, 10_000)] | None = None
    months: Annotated[int, integer(1, 600)] | None = None
    step_months: Step | None = None
    seed: Annotated[int, integer(0, 2**63 - 1)] | None = None
    claims: Claims = field(default_factory=dict)
    parameters: Distributions = field(default_factory=dict)
    levers: dict[LeverName, LeverChange] = field(default_factory=dict)
    quantities: Quantities = field(default_factory=dict)
    switches: dict[SwitchName, OnOff] = field(default_factory=dict)
    correlations: tuple[Correlation, ...] | None = None
    events: Annotated[tuple[ScriptedEvent, ...], Field(max_length=64)] | None = None


def merge_layers(layers: Iterable[T]) -> T:
    """Merge layers into one record; each takes precedence over those before it."""
    return reduce(_merge, layers)


def _merge(lower: Any, upper: Any) -> Any:
    if isinstance(lower, dict) and isinstance(upper, dict):
        return lower | {name: _merge(lower.get(name), entry) for name, entry in upper.items()}
    if isinstance(upper, FileEntry) and type(lower) is type(upper):
        return type(upper)(**{name: _merge(getattr(lower, name), entry) for name, entry in vars(upper).items()})
    return lower if upper is None else upper


def merge_beliefs(catalogue: Catalogue, layers: Iterable[WorldviewFile | ExperimentFile]) -> dict[str, Distribution]:
    """Every parameter's distribution: neutral, then for each layer its dials of claims, then its parameters."""
    beliefs = {name: parameter.neutral for name, parameter in catalogue.parameters.items()}
    for layer in layers:
        for name, parameter in catalogue.parameters.items():
            claim = parameter.claim
            if claim in layer.claims:
                beliefs[name] = _reading(catalogue, name, claim, layer.claims[claim])
        beliefs |= layer.parameters
    return beliefs


def _reading(catalogue: Catalogue, name: str, claim: str, dial: float | str) -> Distribution:
    """A parameter at a dial of its claim: 0 (Self) .. 1 (Newsham) or a word; a silent author is neutral."""
    neutral, readings = catalogue.parameters[name].neutral, catalogue.claims[claim].readings
    by_self, by_newsham = (readings.get(author, {}).get(name, neutral) for author in ("self", "newsham"))
    if isinstance(dial, float):
        return blend(by_self, by_newsham, dial)
    return {"neutral": neutral, "self": by_self, "newsham": by_newsham}[dial]
