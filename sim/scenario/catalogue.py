"""What experiments are made of: parameters, claims, levers, outcomes, switches and sources, as shipped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from sim.scenario.fields import (
    Author,
    ClaimName,
    Distributions,
    KeyName,
    OnOff,
    OutcomeName,
    OwnDistribution,
    Positive,
    Range,
    Share,
    Sources,
    Text,
    Texts,
    number,
    whole,
    without_repeats,
)
from sim.scenario.schema import STRICT

Unit = Literal[
    "probability", "share", "points", "odds ratio", "hazard ratio", "ratio", "per year", "months", "years",
    "% of GDP", "% of GDP a year", "pp a year", "log-odds", "log-odds a year", "aircraft", "ships",
]  # fmt: skip
Package = Literal["direct_ties", "interoperability", "standing", "extras"]
Theme = Literal["provocation and assurance", "commitment", "war", "aftermath", "economy", "politics"]
Domain = Literal["economic", "military"]


@dataclass(frozen=True)
class Parameter:
    """A number in the model that is not known for sure; one claim at most decides it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    meaning: Text
    unit: Unit
    bounds: Range
    neutral: OwnDistribution
    known: Literal["record", "literature", "judgement", "unidentifiable"]
    source: Sources
    claim: ClaimName | None = None
    note: Text = ""


@dataclass(frozen=True)
class Quantity:
    """A number in the model that a start sets: known on its date, so not drawn."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    meaning: Text
    unit: Text
    bounds: Range
    source: Sources
    whole: OnOff = False
    note: Text = ""


@dataclass(frozen=True)
class Claim:
    """What an author claims, and what each author's reading of it makes of the parameters it decides."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    author: Literal["newsham", "self", "editor"]
    paragraphs: Texts
    kind: Literal["primitive", "process", "composite", "normative"]
    theme: Theme
    says: Text
    supports: Text = ""
    contradicts: Text = ""
    verdict: Text = ""
    source: Sources = ()
    readings: dict[Author, Distributions] = field(default_factory=dict)
    why: dict[Author, Text] = field(default_factory=dict)
    note: Text = ""


@dataclass(frozen=True)
class Lever:
    """A step that Japan can take, and the attributes that say what kind of step it is."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    title: Text
    package: Package
    paragraphs: Texts
    meaning: Text
    consent: Annotated[tuple[Literal["us", "taiwan"], ...], Field(max_length=2)]
    official: Share
    combat: Share
    signal_share: Share
    capability_share: Share
    incident_exposure: Share
    adoption_ratio: Positive
    steps_per_year: Annotated[float, number(0, 365)]
    source: Sources
    note: Text = ""


@dataclass(frozen=True)
class Rung:
    """A step of a ladder of escalation."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    rung: Annotated[int, whole(0, 20)]
    name: Text
    meaning: Text


@dataclass(frozen=True)
class Outcome:
    """What is recorded of a trial; two policies closer than the margin count as the same.

    `given` names an outcome without which there is nothing to record: it is told of such trials only.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    meaning: Text
    unit: Text
    better: Literal["low", "high", "none"]
    margin: Positive
    label: Text
    primary: OnOff = False
    compensator: OnOff = False
    given: OutcomeName | None = None
    quantiles: Annotated[tuple[Share, ...], AfterValidator(without_repeats)] = ()


@dataclass(frozen=True)
class Switch:
    """A part of the model that can be switched off."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    meaning: Text
    default: OnOff


@dataclass(frozen=True)
class Source:
    """A work that a number or a claim rests on."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: KeyName
    cite: Text
    url: Text | None = None
    year: Annotated[int, whole(1500, 2100)] | None = None
    note: Text = ""


@dataclass(frozen=True)
class Catalogue:
    """Everything that policies, worldviews, starts and experiments refer to, by name.

    `reference_start` names the start from which hazard and odds ratios are counted.
    """

    reference_start: str
    parameters: dict[str, Parameter]
    quantities: dict[str, Quantity]
    claims: dict[str, Claim]
    levers: dict[str, Lever]
    outcomes: dict[str, Outcome]
    rungs: dict[Domain, tuple[Rung, ...]]
    contrasts: tuple[tuple[str, str], ...]
    switches: dict[str, Switch]
    sources: dict[str, Source]

    @property
    def lever_rows(self) -> list[Lever]:
        """The levers in the order in which a trial's record has them: by name, whatever the order of their file."""
        return [self.levers[name] for name in sorted(self.levers)]
