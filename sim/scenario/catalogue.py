"""The catalogue: the parameters, claims, levers, outcomes, switches and sources that experiments refer to by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sim.scenario.schema import (
    Author,
    ByName,
    ClaimName,
    DialWord,
    Distributions,
    FileEntry,
    KeyName,
    OnOff,
    OutcomeName,
    OwnDistribution,
    ParameterName,
    PolicyName,
    Positive,
    Range,
    Share,
    ShownNumber,
    Sources,
    StartName,
    Text,
    Texts,
    integer,
    number,
    without_repeats,
)

Unit = Literal[
    "probability", "share", "points", "odds ratio", "hazard ratio", "ratio", "per year", "months", "years",
    "% of GDP", "% of GDP a year", "% above trend", "log-odds", "log-odds a year", "aircraft", "ships",
]  # fmt: skip
Package = Literal["direct_ties", "interoperability", "standing", "extras"]
Theme = Literal["provocation and assurance", "commitment", "war", "aftermath", "economy", "politics"]
Domain = Literal["economic", "military"]


@dataclass(frozen=True)
class Parameter(FileEntry):
    """An uncertain number of the model; at most one claim decides it."""

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
class Quantity(FileEntry):
    """A number of the model that a start sets: it is known at that date, so it is not drawn."""

    name: KeyName
    meaning: Text
    unit: Text
    bounds: Range
    source: Sources
    whole: OnOff = False
    note: Text = ""


@dataclass(frozen=True)
class Claim(FileEntry):
    """A claim of an author, and each author's reading of it: the distributions of the parameters that it decides.

    `question` asks it in plain words, `answers` says what each end of its dial and the evidence say to it, and `shown`
    has the words around the median of a parameter, such as "about {%} in 100".
    """

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
    question: Text = ""
    answers: dict[DialWord, Text] = field(default_factory=dict)
    shown: dict[ParameterName, ShownNumber] = field(default_factory=dict)
    readings: dict[Author, Distributions] = field(default_factory=dict)
    why: dict[Author, Text] = field(default_factory=dict)
    note: Text = ""


@dataclass(frozen=True)
class Lever(FileEntry):
    """A step that Japan can take, with the attributes of its kind."""

    name: KeyName
    title: Text
    package: Package
    paragraphs: Texts
    meaning: Text
    consent: Annotated[tuple[Literal["us", "taiwan"], ...], Field(max_length=2)]
    official: Share
    defence: Share
    combat: Share
    signal_share: Share
    capability_share: Share
    incident_exposure: Share
    adoption_ratio: Positive
    steps_per_year: Annotated[float, number(0, 365)]
    source: Sources
    note: Text = ""


@dataclass(frozen=True)
class Rung(FileEntry):
    """A step of a ladder of escalation."""

    rung: Annotated[int, integer(0, 20)]
    name: Text
    meaning: Text


@dataclass(frozen=True)
class Outcome(FileEntry):
    """A column of the record of trials; a difference below the margin does not matter.

    `given` names another outcome: only trials with that outcome have a value.
    """

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
class Switch(FileEntry):
    """A part of the model that can be switched on and off."""

    name: KeyName
    meaning: Text
    default: OnOff


@dataclass(frozen=True)
class Source(FileEntry):
    """A publication that supports a number or a claim."""

    name: KeyName
    cite: Text
    url: Text | None = None
    year: Annotated[int, integer(1500, 2100)] | None = None
    note: Text = ""

    @property
    def described(self) -> str:
        """The reference with its note, such as what of it is from memory."""
        return f"{self.cite} ({self.note})" if self.note else self.cite


@dataclass(frozen=True, repr=False)
class Catalogue:
    """All entries of the six shipped files, by name.

    `reference_start` names the start in which hazard ratios and odds ratios are 1.
    """

    reference_start: StartName
    parameters: ByName[Parameter]
    quantities: ByName[Quantity]
    claims: ByName[Claim]
    levers: ByName[Lever]
    outcomes: ByName[Outcome]
    rungs: dict[Domain, tuple[Rung, ...]]
    contrasts: tuple[tuple[PolicyName, PolicyName], ...]
    switches: ByName[Switch]
    sources: ByName[Source]

    def __repr__(self) -> str:
        """How many entries of each kind there are."""
        kinds = ("parameters", "quantities", "claims", "levers", "outcomes", "switches", "sources")
        return "Catalogue of " + ", ".join(f"{len(getattr(self, kind))} {kind}" for kind in kinds)

    @property
    def lever_rows(self) -> list[Lever]:
        """The levers in the order of a trial's record: by name, so that the order of the file has no effect."""
        return [self.levers[name] for name in sorted(self.levers)]
