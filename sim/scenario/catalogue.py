"""The catalogue: the parameters, claims, levers, outcomes, switches and sources that experiments refer to by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sim.scenario import schema

Unit = Literal[
    "probability", "share", "points", "odds ratio", "hazard ratio", "ratio", "per year", "months", "years",
    "% of GDP", "% of GDP a year", "% above trend", "log-odds", "log-odds a year", "aircraft", "ships",
]  # fmt: skip
Package = Literal["direct_ties", "interoperability", "standing", "extras"]
Effect = Literal[
    "assurance", "coast_guard", "stocks", "resilience", "access", "warning", "evacuation", "tripwire",
]  # fmt: skip
Theme = Literal["provocation and assurance", "commitment", "war", "aftermath", "economy", "politics"]
Domain = Literal["economic", "military"]


@dataclass(frozen=True)
class Parameter(schema.FileEntry):
    """An uncertain number of the model; at most one claim decides it."""

    name: schema.KeyName
    meaning: schema.Text
    unit: Unit
    bounds: schema.Range
    neutral: schema.OwnDistribution
    known: Literal["record", "literature", "judgement", "unidentifiable"]
    source: schema.Sources
    claim: schema.ClaimName | None = None
    note: schema.Text = ""


@dataclass(frozen=True)
class Quantity(schema.FileEntry):
    """A number of the model that a start sets: it is known at that date, so it is not drawn."""

    name: schema.KeyName
    meaning: schema.Text
    unit: schema.Text
    bounds: schema.Range
    source: schema.Sources
    whole: schema.OnOff = False
    note: schema.Text = ""


@dataclass(frozen=True)
class Claim(schema.FileEntry):
    """A claim of an author, and each author's reading of it: the distributions of the parameters that it decides.

    `question` asks it in plain words, `answers` says what each end of its dial and the evidence say to it, and `shown`
    has the words around the median of a parameter, such as "about {%} in 100".
    """

    name: schema.KeyName
    author: Literal["newsham", "self", "editor"]
    paragraphs: schema.Texts
    kind: Literal["primitive", "process", "composite", "normative"]
    theme: Theme
    says: schema.Text
    supports: schema.Text = ""
    contradicts: schema.Text = ""
    verdict: schema.Text = ""
    source: schema.Sources = ()
    question: schema.Text = ""
    answers: dict[schema.DialWord, schema.Text] = field(default_factory=dict)
    shown: dict[schema.ParameterName, schema.ShownNumber] = field(default_factory=dict)
    readings: dict[schema.Author, schema.Distributions] = field(default_factory=dict)
    why: dict[schema.Author, schema.Text] = field(default_factory=dict)
    note: schema.Text = ""

    @property
    def dial_range(self) -> tuple[float, float]:
        """From where to where the claim's dial goes: on the side of each author who speaks.

        -1 is Self's reading, 0 the evidence, 1 Newsham's reading. Every analysis that moves a dial asks here.
        """
        return schema.dial_range(self.readings)

    @property
    def stops(self) -> dict[str, float]:
        """Where the dial may stand by a word, from Self's side to Newsham's: readings, and the evidence."""
        low, high = self.dial_range
        return {word: dial for word, dial in schema.STOPS.items() if low <= dial <= high}


@dataclass(frozen=True)
class Lever(schema.FileEntry):
    """A step that Japan can take, with the attributes of its kind; `effects` are shares of what 1 is all of."""

    name: schema.KeyName
    title: schema.Text
    package: Package
    paragraphs: schema.Texts
    meaning: schema.Text
    consent: Annotated[tuple[Literal["us", "taiwan"], ...], Field(max_length=2)]
    official: schema.Share
    defence: schema.Share
    combat: schema.Share
    signal_share: schema.Share
    capability_share: schema.Share
    incident_exposure: schema.Share
    adoption_ratio: schema.Positive
    steps_per_year: Annotated[float, schema.number(0, 365)]
    source: schema.Sources
    note: schema.Text = ""
    budget: schema.Share = field(default=0.0, metadata={"optional": True})
    effects: dict[Effect, schema.Share] = field(default_factory=dict, metadata={"optional": True})


@dataclass(frozen=True)
class Rung(schema.FileEntry):
    """A step of a ladder of escalation."""

    rung: Annotated[int, schema.integer(0, 20)]
    name: schema.Text
    meaning: schema.Text


@dataclass(frozen=True)
class Outcome(schema.FileEntry):
    """A column of the record of trials; a difference below the margin does not matter.

    `given` names another outcome: only trials with that outcome have a value.
    """

    name: schema.KeyName
    meaning: schema.Text
    unit: schema.Text
    better: Literal["low", "high", "none"]
    margin: schema.Positive
    label: schema.Text
    primary: schema.OnOff = False
    compensator: schema.OnOff = False
    given: schema.OutcomeName | None = None
    quantiles: Annotated[tuple[schema.Share, ...], AfterValidator(schema.without_repeats)] = ()


@dataclass(frozen=True)
class Contrast(schema.FileEntry):
    """A comparison of two policies, the first minus the second; a question has a key and words."""

    policies: tuple[schema.Word, schema.Word]
    key: schema.ContrastKey = ""
    words: schema.Text = ""

    @property
    def name(self) -> str:
        """What a command takes: the key, or both policies.

        >>> Contrast(("both", "status_quo")).name
        'both-status_quo'
        """
        return self.key or "-".join(self.policies)

    @property
    def meaning(self) -> str:
        """What is subtracted from what."""
        return "The outcome of {} minus that of {}.".format(*self.policies)


@dataclass(frozen=True)
class Switch(schema.FileEntry):
    """A part of the model that can be switched on and off."""

    name: schema.KeyName
    meaning: schema.Text
    default: schema.OnOff


@dataclass(frozen=True)
class Source(schema.FileEntry):
    """A publication that supports a number or a claim."""

    name: schema.KeyName
    cite: schema.Text
    url: schema.Text | None = None
    year: Annotated[int, schema.integer(1500, 2100)] | None = None
    note: schema.Text = ""

    @property
    def described(self) -> str:
        """The reference with its note, such as what of it is from memory."""
        return f"{self.cite} ({self.note})" if self.note else self.cite


@dataclass(frozen=True, repr=False)
class Catalogue:
    """All entries of the six shipped files, by name.

    `reference_start` names the start in which hazard ratios and odds ratios are 1.
    """

    reference_start: schema.StartName
    parameters: schema.ByName[Parameter]
    quantities: schema.ByName[Quantity]
    claims: schema.ByName[Claim]
    levers: schema.ByName[Lever]
    outcomes: schema.ByName[Outcome]
    rungs: dict[Domain, tuple[Rung, ...]]
    switches: schema.ByName[Switch]
    sources: schema.ByName[Source]

    def __repr__(self) -> str:
        """How many entries of each kind there are."""
        kinds = ("parameters", "quantities", "claims", "levers", "outcomes", "switches", "sources")
        return "Catalogue of " + ", ".join(f"{len(getattr(self, kind))} {kind}" for kind in kinds)

    @property
    def lever_rows(self) -> list[Lever]:
        """The levers in the order of a trial's record: by name, so that the order of the file has no effect."""
        return [self.levers[name] for name in sorted(self.levers)]
