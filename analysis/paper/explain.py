"""What `strait explain` and `strait list` print: everything the scenario files say about a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.scenario import loader
from sim.scenario.catalogue import Claim, Lever, Outcome, Parameter, Quantity, Rung, Source, Switch
from sim.scenario.experiment import Experiment, LeverSetting, Policy, Start, Worldview
from sim.scenario.layers import LeverLevel
from sim.scenario.shipped import shipped_folder
from sim.scenario.values import Values

Lines = Iterator[tuple[str, object]]  # label and text; a line without text is not shown

AUTHORS = {"newsham": "Newsham", "self": "Self", "editor": "the editor"}
KNOWN = {
    "record": "on record",
    "literature": "from published research",
    "judgement": "a judgement",
    "unidentifiable": "nothing that could be observed would tell",
}
CLAIM_KINDS = {
    "primitive": "a belief that sets numbers of the model",
    "process": "a belief about how one thing leads to another",
    "composite": "a conclusion, which the model comes to by itself or not; it sets no number",
    "normative": "a matter of values, not of how the world works",
}
BETTER = {"low": "less is better", "high": "more is better", "none": "neither more nor less is better"}


def everything(experiment: str = "debate") -> Experiment:
    """Load an experiment with all policies, worldviews, starts and values that come with Strait, besides its own."""
    exp = loader.load(experiment)

    def names(kind: str, own: Sequence[Policy | Worldview | Start | Values]) -> list[str]:
        return sorted({path.stem for path in (shipped_folder() / kind).glob("*.yaml")} | {entry.name for entry in own})

    return loader.load(
        experiment,
        policies=names("policies", exp.policies),
        worldviews=names("worldviews", exp.worldviews),
        starts=names("starts", exp.starts),
        values=names("values", exp.values),
    )


def kinds(exp: Experiment) -> dict[str, Mapping[str, Any]]:
    """Return all that can be explained: kind, then name, then what the scenario files made of it."""
    catalogue = exp.catalogue
    return {
        "policies": {policy.name: policy for policy in exp.policies},
        "worldviews": {worldview.name: worldview for worldview in exp.worldviews},
        "starts": {start.name: start for start in exp.starts},
        "values": {entry.name: entry for entry in exp.values},
        "claims": catalogue.claims,
        "levers": catalogue.levers,
        "parameters": catalogue.parameters,
        "quantities": catalogue.quantities,
        "outcomes": catalogue.outcomes,
        "rungs": {rung.name: rung for ladder in catalogue.rungs.values() for rung in ladder},
        "switches": catalogue.switches,
        "sources": catalogue.sources,
    }


def names(exp: Experiment) -> dict[str, str]:
    """Return all names that can be explained, by themselves without capitals.

    >>> import sim
    >>> names(sim.load("debate"))["n12"]
    'N12'
    """
    return {name.casefold(): name for entries in kinds(exp).values() for name in entries}


def contents(found: Mapping[str, Mapping[str, Any]]) -> Group:
    """Return every kind with its names."""
    hint = Text("\nstrait list levers says what each lever is; strait explain NAME says everything about one name.")
    return Group(grid([(kind, ", ".join(entries)) for kind, entries in found.items()]), hint)


def listing(entries: Mapping[str, Any]) -> Table:
    """Return the names of one kind, each with what it says, is or means."""
    return grid(
        (
            name,
            next(getattr(entry, field) for field in ("says", "meaning", "summary", "cite") if hasattr(entry, field)),
        )
        for name, entry in entries.items()
    )


def card(kind: str, name: str, exp: Experiment) -> Group:
    """Return everything about one name of one kind."""
    return Group(Text.assemble((name, "bold"), f"   in {kind}"), grid(about(kinds(exp)[kind][name], exp)), "")


def grid(lines: Iterable[tuple[str, object]]) -> Table:
    """Return labels and texts side by side; a line without text is left out."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="cyan")
    made.add_column(ratio=1)
    for label, text in lines:
        if text:
            made.add_row(Text(label), Text(str(text)))
    return made


@singledispatch
def about(entry: object, exp: Experiment) -> Lines:
    """Give what is known of an entry, line by line."""
    raise TypeError(f"nothing can be said about a {type(entry).__name__}")


@about.register
def _parameter(entry: Parameter, exp: Experiment) -> Lines:
    claim = exp.catalogue.claims.get(entry.claim or "")
    yield "meaning", entry.meaning
    yield "unit", f"{entry.unit}, from {entry.bounds[0]:g} to {entry.bounds[1]:g}"
    yield "neutral", entry.neutral
    if claim:
        yield from _readings(claim, entry.name)
    yield "known", KNOWN[entry.known]
    yield "note", entry.note
    if claim:
        yield "claim", f"{claim.name}, {', '.join(claim.paragraphs)}: {claim.says}"
        yield from ((f"why {AUTHORS[author]}", why) for author, why in claim.why.items())
        yield from evidence(claim)
    yield from _cited(dict.fromkeys((*entry.source, *(claim.source if claim else ()))), exp)
    yield "to change it", f"strait run debate --set {entry.name}=...   a number or a distribution"


@about.register
def _claim(entry: Claim, exp: Experiment) -> Lines:
    yield "says", entry.says
    yield "author", f"{AUTHORS[entry.author]}, {', '.join(entry.paragraphs)}"
    yield "theme", entry.theme
    yield "kind", f"{entry.kind}: {CLAIM_KINDS[entry.kind]}"
    yield from evidence(entry)
    for name in dict.fromkeys(name for reading in entry.readings.values() for name in reading):
        yield name, exp.catalogue.parameters[name].meaning
        yield from ((f"  {label}", text) for label, text in _readings(entry, name))
        yield "  neutral", exp.catalogue.parameters[name].neutral
    yield from ((f"why {AUTHORS[author]}", why) for author, why in entry.why.items())
    yield "note", entry.note
    yield from _cited(entry.source, exp)
    if entry.readings:
        yield (
            "to change it",
            f"strait run debate --set claim.{entry.name}=0.5   0 is Self's reading, 1 is Newsham's",
        )


def _readings(claim: Claim, parameter: str) -> Lines:
    for author in ("newsham", "self"):
        yield AUTHORS[author], claim.readings.get(author, {}).get(parameter, "silent, so the neutral value")


def evidence(claim: Claim) -> Lines:
    """Give what speaks for a claim, what against it, and what that comes to."""
    yield "supports", claim.supports
    yield "contradicts", claim.contradicts
    yield "verdict", claim.verdict


@about.register
def _lever(entry: Lever, exp: Experiment) -> Lines:
    consent = " and ".join({"us": "the US", "taiwan": "Taiwan"}[country] for country in entry.consent)
    yield "title", entry.title
    yield "meaning", entry.meaning
    yield "package", f"{entry.package}, {', '.join(entry.paragraphs)}"
    yield "consent", f"of {consent}" if consent else "of no one"
    yield "official", f"{entry.official:g} (1 crosses the line of 1972)"
    yield "combat", f"{entry.combat:g} (1 is a combat role in support of Taiwan)"
    yield "signal", f"{entry.signal_share:g} of what its package signals"
    yield "capability", f"{entry.capability_share:g} of its package's military effect"
    yield "incidents", f"{entry.incident_exposure:g} of the added chance of dangerous encounters"
    yield "adoption", f"takes {entry.adoption_ratio:g} times its package's median"
    yield "visible steps", f"{entry.steps_per_year:g} a year at full depth"
    yield from ((f"start {start.name}", depths(start.levers[entry.name])) for start in exp.starts)
    yield from ((p.name, depths(p.levers[entry.name])) for p in exp.policies if entry.name in p.levers)
    yield "note", entry.note
    yield from _cited(entry.source, exp)
    yield "to change it", f"strait run debate --set lever.{entry.name}.depth=1"


def depths(level: LeverLevel | LeverSetting) -> str:
    """Return how deep and how open a lever is, and from when, in words."""
    said = [f"{what} {value:g}" for what in ("depth", "openness") if (value := getattr(level, what)) is not None]
    if isinstance(level, LeverSetting):
        said += [f"from month {level.from_month:g} over {level.ramp_months:g} months"]
    return ", ".join(said)


@about.register
def _quantity(entry: Quantity, exp: Experiment) -> Lines:
    yield "meaning", entry.meaning
    yield "unit", f"{entry.unit}, from {entry.bounds[0]:g} to {entry.bounds[1]:g}"
    yield from ((f"start {start.name}", f"{start.quantities[entry.name]:g}") for start in exp.starts)
    yield "note", entry.note
    yield from _cited(entry.source, exp)
    yield "to change it", f"strait run debate --set quantity.{entry.name}=..."


@about.register
def _outcome(entry: Outcome, exp: Experiment) -> Lines:
    yield "meaning", entry.meaning
    yield "unit", "share of trials" if entry.unit == "share" else entry.unit
    yield "better", BETTER[entry.better]
    yield "margin", f"{entry.margin:g}: policies that differ by less count as the same"
    yield "primary", "among the few that policies are judged by" if entry.primary else ""


@about.register
def _rung(entry: Rung, exp: Experiment) -> Lines:
    domain, ladder = next((domain, ladder) for domain, ladder in exp.catalogue.rungs.items() if entry in ladder)
    yield "meaning", entry.meaning
    yield "ladder", f"{domain}, rung {entry.rung} of 0 to {len(ladder) - 1}"


@about.register
def _switch(entry: Switch, exp: Experiment) -> Lines:
    yield "meaning", entry.meaning
    yield "unless said", "on" if entry.default else "off"
    yield "to change it", f"strait run debate --set switch.{entry.name}={'off' if entry.default else 'on'}"


@about.register
def _source(entry: Source, exp: Experiment) -> Lines:
    yield "cite", entry.cite
    yield "address", entry.url
    yield "note", entry.note


@about.register
def _policy(entry: Policy, exp: Experiment) -> Lines:
    yield "title", entry.title
    yield "summary", entry.summary
    yield "under pressure", entry.when_coerced.replace("_", " ")
    yield from ((name, depths(setting)) for name, setting in entry.levers.items())
    yield "other levers", "stay as at the start"


@about.register
def _worldview(entry: Worldview, exp: Experiment) -> Lines:
    yield "title", entry.title
    yield "summary", entry.summary
    for name, value in entry.distributions.items():
        if value != exp.catalogue.parameters[name].neutral:
            yield name, f"{value} (neutral: {exp.catalogue.parameters[name].neutral})"
    yield "other numbers", "neutral"


@about.register
def _values(entry: Values, exp: Experiment) -> Lines:
    yield "title", entry.title
    yield "summary", entry.summary
    yield "outcome", f"{entry.outcome}: every outcome times its price, in % of a year's GDP of Japan"
    for name, price in entry.prices.items():
        outcome = exp.catalogue.outcomes[name]
        yield name, f"{price.price:g} for each unit ({outcome.unit}); {price.why}"


@about.register
def _start(entry: Start, exp: Experiment) -> Lines:
    yield "title", entry.title
    yield "summary", entry.summary
    yield "date", entry.date
    yield from ((name, f"{value:g}") for name, value in entry.quantities.items())
    yield from ((name, depths(at)) for name, at in entry.levers.items())


def _cited(names: Iterable[str], exp: Experiment) -> Lines:
    for number, name in enumerate(names):
        yield "" if number else "sources", exp.catalogue.sources[name].cite
