"""What `strait explain` and `strait list` print: everything the scenario files say about a name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.scenario import loader
from sim.scenario.catalogue import Claim, Contrast, Lever, Outcome, Parameter, Quantity, Rung, Source, Switch
from sim.scenario.distributions import Distribution, Triangular, Uniform
from sim.scenario.experiment import Experiment, LeverSetting, Policy, Start, Worldview
from sim.scenario.glossary import Term, glossary
from sim.scenario.layers import LeverLevel, Order
from sim.scenario.schema import DialWord
from sim.scenario.shipped import shipped_folder
from sim.scenario.values import Values

Lines = Iterator[tuple[str, object]]  # label and text; a line without text is not shown

SUMMARY_FIELDS = ("says", "summary", "words", "meaning", "cite")  # an entry's main text is in one of these

AUTHORS = {"newsham": "Newsham", "self": "Self", "editor": "the editor"}
ANSWERS: dict[DialWord, str] = {"self": "Self", "neutral": "the evidence", "newsham": "Newsham"}
KNOWN = {
    "record": "on record",
    "literature": "from published research",
    "judgement": "a judgement",
    "unidentifiable": "no observation could settle it",
}
CLAIM_KINDS = {
    "primitive": "a belief that sets numbers of the model",
    "process": "a belief about how one thing leads to another",
    "composite": "a conclusion, which follows from the model or not; it sets no number",
    "normative": "a matter of values, not of how the world works",
}
BETTER = {"low": "less is better", "high": "more is better", "none": "neither more nor less is better"}

PACKAGES = {
    "direct_ties": "the measures of Newsham's essay: open ties with Taiwan",
    "interoperability": "the measures of Self's essay: integration with US forces",
    "standing": "what the alliance allows US forces to do from bases in Japan",
    "extras": "further measures, which neither essay proposes",
}
EFFECTS = {
    "assurance": "telling Beijing that Taiwan's status is not to change",
    "coast_guard": "Japan's part at sea below force",
    "stocks": "energy and shipping that last through a quarantine or blockade",
    "resilience": "trade that coercion cannot hurt",
    "access": "bases outside Japan from which the US can fight",
    "warning": "knowing of an attack beforehand",
    "evacuation": "people out of the way, and the law in force sooner",
    "tripwire": "Japanese forces on the spot when force begins",
}
WHEN_COERCED = {
    "japan_decides": "Japan decides, by its public's support: it goes on, makes its ties quieter, or suspends them",
    "continue": "it goes on", "quieten": "it makes its ties quieter", "suspend": "it suspends its ties",
}  # fmt: skip
SETTINGS = "depth 0 (nothing of it) to 1 (all of it); openness 0 (secret) to 1 (public)"
EVERYDAY = ("experiment", "policy", "lever", "start", "world", "luck", "outcome", "contrast", "episode", "evidence",
            "claim", "reading", "parameter", "interval", "resolve", "depth", "openness", "margin", "rung")  # fmt: skip
"""Terms of the glossary that a card does not explain again: it says enough of them itself."""

CHANGES = {
    Parameter: "{name}=...   a number, or a distribution such as '{{triangular: [.1, .2, .5]}}'",
    Claim: "claim.{name}={author}   or {others}, or a number from {low:g} to {high:g}; evidence is 0",
    Lever: "lever.{name}.depth=1",
    Quantity: "quantity.{name}=...",
    Switch: "switch.{name}={other}",
}
"""The text after --set that changes an entry."""


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
    """Return everything that can be explained: kind, then name, then the entry of the scenario files."""
    catalogue = exp.catalogue
    lists: dict[str, Sequence[Policy | Worldview | Start | Values]]
    lists = {"policies": exp.policies, "worldviews": exp.worldviews, "starts": exp.starts, "values": exp.values}
    catalogued = ("claims", "levers", "parameters", "quantities", "outcomes", "switches", "sources")
    return {
        **{kind: {entry.name: entry for entry in entries} for kind, entries in lists.items()},
        "contrasts": {entry.name: entry for entry in exp.contrasts},
        **{kind: getattr(catalogue, kind) for kind in catalogued},
        "rungs": {rung.name: rung for ladder in catalogue.rungs.values() for rung in ladder},
        "glossary": glossary(),
    }


def names(exp: Experiment) -> dict[str, str]:
    """Return all names that can be explained, by themselves in small letters.

    >>> import sim
    >>> names(sim.load("debate"))["n12"]
    'N12'
    """
    every = (alias for entries in kinds(exp).values() for name, entry in entries.items()
             for alias in _aliases(name, entry))  # fmt: skip
    return {alias.casefold(): alias for alias in every}


def matches(exp: Experiment, wanted: str) -> list[tuple[str, str]]:
    """Return the kind and name of every entry with a name, a title or a question.

    Capitals, spaces, hyphens and underscores count alike, and neither an article nor a question mark counts.

    >>> import sim
    >>> matches(sim.load("debate"), "Moral hazard"), matches(sim.load("debate"), "open ties")
    ([('switches', 'moral_hazard'), ('glossary', 'moral hazard')], [('policies', 'direct_ties')])
    """

    def key(name: str) -> str:
        return name.casefold().replace("_", " ").replace("-", " ").removeprefix("the ").rstrip("?")

    return [(kind, name) for kind, entries in kinds(exp).items() for name, entry in entries.items()
            if key(wanted) in map(key, _aliases(name, entry))]  # fmt: skip


def _aliases(name: str, entry: Any) -> list[str]:
    """All that an entry is called: its name in files, and what the page and the figures call it."""
    fields = ("words",) if isinstance(entry, Contrast) else ("title", "plain_name", "label", "question")
    return [name, *filter(None, _texts(entry, *fields))]


def contents(entries_by_kind: Mapping[str, Mapping[str, Any]]) -> Group:
    """Return every kind with its names."""
    hint = Text("\nstrait list levers explains each lever in a line; strait explain NAME explains one name in full.")
    return Group(grid((kind, ", ".join(entries)) for kind, entries in entries_by_kind.items()), hint)


def listing(entries: Mapping[str, Any]) -> Table:
    """Return the names of one kind, each with its main text."""
    return grid((name, next(filter(None, _texts(entry, *SUMMARY_FIELDS)))) for name, entry in entries.items())


def card(kind: str, name: str, exp: Experiment) -> Group:
    """Return everything about one name of one kind, and what the terms in it mean."""
    lines = [*about(kinds(exp)[kind][name], exp)]
    if kind not in ("glossary", "sources"):
        own = itertools.takewhile(lambda line: line[0] != "sources", lines)
        lines += terms_in(" ".join(f"{label}. {text}." for label, text in own))
    return Group(Text.assemble((name, "bold"), f"   in {kind}"), grid(lines), "")


def terms_in(text: str) -> Lines:
    """Yield the terms of the glossary in a text, with their meanings.

    >>> list(terms_in("The hazard of force"))
    [('in words', 'hazard: A hazard is the chance per unit of time that something happens, given that it has not yet.')]
    """
    found = [term for term in glossary().values() if term.name not in EVERYDAY
             and re.search(rf"(?i)\b{re.escape(term.title)}s?\b", text.replace("r-year", "r year"))]  # fmt: skip
    for number, term in enumerate(found):
        yield "" if number else "in words", f"{term.title}: {term.meaning}"


def grid(lines: Iterable[tuple[str, object]]) -> Table:
    """Return labels and texts side by side; a line without text is left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan")
    table.add_column(ratio=1)
    for label, text in lines:
        if text:
            table.add_row(Text(label), Text(str(text)))
    return table


def about(entry: Any, exp: Experiment) -> Lines:
    """Yield everything that the scenario files say about an entry, line by line."""
    fields = [field for field in ("title", *SUMMARY_FIELDS) if not (field == "title" and isinstance(entry, Term))]
    yield from zip(fields, _texts(entry, *fields), strict=True)
    yield from _details(entry, exp)
    yield "note", getattr(entry, "note", "")
    if not isinstance(entry, Source):
        for number, name in enumerate(_sources(entry, exp)):
            yield "" if number else "sources", exp.catalogue.sources[name].described
    if change := CHANGES.get(type(entry)) if getattr(entry, "readings", True) else None:
        other = "off" if getattr(entry, "default", True) else "on"
        dial = _dial(entry) if isinstance(entry, Claim) else {}
        yield "to change it", "strait run --set " + change.format(name=entry.name, other=other, **dial)


def _texts(entry: Any, *fields: str) -> list[str]:
    return [getattr(entry, field, "") for field in fields]


def _sources(entry: Any, exp: Experiment) -> Iterable[str]:
    claim = exp.catalogue.claims.get(getattr(entry, "claim", None) or "")
    return dict.fromkeys((*getattr(entry, "source", ()), *(claim.source if claim else ())))


def _details(entry: Any, exp: Experiment) -> Lines:
    """Yield the lines that only this kind of entry has."""
    match entry:
        case Parameter():
            yield from _parameter(entry, exp)
        case Claim():
            yield from _claim(entry, exp)
        case Lever():
            yield from _lever(entry, exp)
        case Quantity():
            yield "unit", f"{entry.unit}, from {entry.bounds[0]:g} to {entry.bounds[1]:g}"
            yield from ((f"start {start.name}", f"{start.quantities[entry.name]:g}") for start in exp.starts)
        case Outcome():
            yield "unit", "share of trials" if entry.unit == "share" else entry.unit
            yield "better", BETTER[entry.better]
            yield (
                "margin",
                f"{entry.margin:g}, or a tenth of the level if that is less: a smaller difference does not matter",
            )
            yield "primary", "one of the few outcomes by which policies are judged" if entry.primary else ""
        case Rung():
            domain, ladder = next(item for item in exp.catalogue.rungs.items() if entry in item[1])
            yield "ladder", f"{domain}, rung {entry.rung} of 0 to {len(ladder) - 1}"
        case Switch():
            yield "default", "on" if entry.default else "off"
        case Term():
            yield "", entry.matters
        case Source():
            yield "address", entry.url
        case Policy():
            yield "to play it", f"strait run --policy {entry.name}"
            yield "when coerced", WHEN_COERCED[entry.when_coerced]
            yield "levers", f"what the policy sets, each at {SETTINGS}" if entry.levers else ""
            titles = {name: exp.catalogue.levers[name].title for name in entry.levers}
            yield from ((name, f"{titles[name]}: {depths(setting)}") for name, setting in entry.levers.items())
            yield from ((f"order in month {order.month:g}", order_text(order)) for order in entry.orders)
            yield "other levers", "stay as they are at the start"
        case Worldview():
            evidence = {name: exp.catalogue.parameters[name].neutral for name in entry.distributions}
            yield from ((name, f"{value} (evidence: {evidence[name]})") for name, value in entry.distributions.items()
                        if value != evidence[name])  # fmt: skip
            yield "other numbers", "as on the evidence"
        case Values():
            yield "outcome", f"{entry.outcome}: every outcome times its price, in % of a year's GDP of Japan"
            units = {name: exp.catalogue.outcomes[name].unit for name in entry.prices}
            yield from ((name, f"{price.price:g} for each unit ({units[name]}); {price.why}")
                        for name, price in entry.prices.items())  # fmt: skip
        case Start():
            yield "date", entry.date
            quantities = exp.catalogue.quantities
            yield from ((name, f"{value:g}: {quantities[name].meaning}") for name, value in entry.quantities.items())
            yield "levers", f"each at {SETTINGS}"
            yield from ((name, depths(level)) for name, level in entry.levers.items())


def _parameter(entry: Parameter, exp: Experiment) -> Lines:
    claim = exp.catalogue.claims.get(entry.claim or "")
    yield "unit", f"{entry.unit}, from {entry.bounds[0]:g} to {entry.bounds[1]:g}"
    yield "evidence", range_words(entry.neutral)
    if claim:
        yield from _readings(claim, entry.name)
    yield "known", KNOWN[entry.known]
    if claim:
        yield "claim", f"{claim.name}, {', '.join(claim.paragraphs)}: {claim.says}"
        yield from _reasons(claim)


def _claim(entry: Claim, exp: Experiment) -> Lines:
    yield "author", f"{AUTHORS[entry.author]}, {', '.join(entry.paragraphs)}"
    yield "theme", entry.theme
    yield "kind", f"{entry.kind}: {CLAIM_KINDS[entry.kind]}"
    yield "question", entry.question
    yield from ((f"  {label}", entry.answers.get(who)) for who, label in ANSWERS.items())
    for name in dict.fromkeys(name for reading in entry.readings.values() for name in reading):
        yield name, exp.catalogue.parameters[name].meaning
        yield from ((f"  {label}", text) for label, text in _readings(entry, name))
        yield "  evidence", range_words(exp.catalogue.parameters[name].neutral)
    yield from _reasons(entry)


def _dial(claim: Claim) -> dict[str, object]:
    """Return the words of a claim's dial, and its ends."""
    author, *others = (word for word in ("newsham", "self", "evidence") if word in claim.stops)
    low, high = claim.dial_range
    return {"author": author, "others": ", ".join(others), "low": low, "high": high}


def _readings(claim: Claim, parameter: str) -> Lines:
    for author in ("newsham", "self"):
        reading = claim.readings.get(author, {}).get(parameter)
        yield AUTHORS[author], range_words(reading) if reading else "silent, so the evidence stands"


def range_words(numbers: Distribution) -> str:
    """Say what a number can be.

    >>> range_words(Triangular(0.3, 0.5, 0.75))
    'most likely 0.5, from 0.3 to 0.75'
    """
    match numbers:
        case Triangular():
            return f"most likely {numbers.mode:g}, from {numbers.low:g} to {numbers.high:g}"
        case Uniform():
            return f"anything from {numbers.low:g} to {numbers.high:g}"
    return str(numbers)


def _reasons(claim: Claim) -> Lines:
    yield from ((f"why {AUTHORS[author]}", why) for author, why in claim.why.items())
    yield from evidence(claim)


def evidence(claim: Claim) -> Lines:
    """Yield the evidence for a claim, the evidence against it, and the verdict."""
    yield "supports", claim.supports
    yield "contradicts", claim.contradicts
    yield "verdict", claim.verdict


def _lever(entry: Lever, exp: Experiment) -> Lines:
    whose = " and ".join({"us": "the US", "taiwan": "Taiwan"}[actor] for actor in entry.consent)
    of_all = "of what all measures of its kind come to"
    yield "kind", "; ".join([PACKAGES[entry.package], *(f"paragraph {name}" for name in entry.paragraphs)])
    if whose:
        yield "needs", f"the consent of {whose}"
    elif entry.package == "interoperability":
        yield "needs", "a US government that goes on with integration"
    else:
        yield "needs", "neither Taiwan's consent nor, beyond the alliance, that of the US"
    yield "official step", f"{entry.official:g}, where 1 crosses the line of 1972 and 0 does not"
    yield "role in combat", f"{entry.combat:g}, where 1 is forces that would fight for Taiwan and 0 is none"
    yield "signal", f"{entry.signal_share:g} {of_all}: how strongly it shows commitment"
    yield "military use", f"{entry.capability_share:g} {of_all}"
    yield "encounters", f"{entry.incident_exposure:g} of the dangerous encounters that joint escorts add"
    yield "time to begin", f"{entry.adoption_ratio:g} times as long as usual for its kind"
    yield "steps seen", f"{entry.steps_per_year:g} a year at full depth: visits, exercises, patrols"
    if entry.effects:
        yield "also", "; ".join(f"{share:g} of {EFFECTS[name]}" for name, share in entry.effects.items())
    yield "settings", SETTINGS
    yield from ((f"start {start.name}", depths(start.levers[entry.name])) for start in exp.starts)
    yield from ((f"policy {p.name}", depths(p.levers[entry.name])) for p in exp.policies if entry.name in p.levers)


def order_text(order: Order) -> str:
    """Return what an order of a policy changes."""
    parts = [f"{order.lever}: {depths(order)}"] if order.lever else []
    if order.when_coerced:
        parts.append(f"under pressure: {order.when_coerced.replace('_', ' ')}")
    return "; ".join(parts)


def depths(level: LeverLevel | LeverSetting | Order) -> str:
    """Return how deep and how open a lever is, and from which month."""
    parts = [f"{what} {value:g}" for what in ("depth", "openness") if (value := getattr(level, what)) is not None]
    if isinstance(level, LeverSetting):
        parts += [f"from month {level.from_month:g} over {level.ramp_months:g} months"]
    elif isinstance(level, Order) and level.ramp_months is not None:
        parts += [f"over {level.ramp_months:g} months"]
    return ", ".join(parts)
