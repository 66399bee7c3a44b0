"""Tables of the model's inputs, from the scenario files: for docs/tables.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analysis.evidence.episodes import load_record
from analysis.evidence.seen import load_seen
from analysis.paper import bibtex
from analysis.paper.explain import KNOWN
from analysis.paper.markdown import table
from sim.scenario.catalogue import Claim
from sim.scenario.distributions import Distribution
from sim.scenario.experiment import Experiment
from sim.scenario.glossary import glossary

AUTHORS = {"newsham": "Newsham", "self": "Self", "editor": "Editor"}


def distribution(value: Distribution) -> str:
    """Return a distribution for a table: its number, or its kind and numbers; of a triangular one only the numbers.

    >>> from sim.scenario.distributions import Fixed, Triangular, LogNormal
    >>> [distribution(value) for value in (Fixed(0.5), Triangular(0.1, 0.2, 0.5), LogNormal(2.0, 5.0))]
    ['0.5', '0.1 · 0.2 · 0.5', 'lognormal 2 · 5']
    """
    spec = value.spec()
    if not isinstance(spec, dict):
        return f"{spec:g}"
    ((kind, numbers),) = spec.items()
    listed = " · ".join(f"{number:g}" for number in numbers)
    return listed if kind == "triangular" else f"{kind} {listed}"


def _code(*names: str) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _range(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:g} to {bounds[1]:g}"


def parameters(exp: Experiment) -> str:
    """Write every parameter: meaning, unit, range, distribution by the evidence, and how well it is known."""
    head = ["parameter", "meaning", "unit", "possible", "evidence", "known", "claim", "sources"]
    rows = ([_code(entry.name), " ".join(filter(None, (entry.meaning, entry.note))), entry.unit, _range(entry.bounds),
             distribution(entry.neutral), KNOWN[entry.known], entry.claim or "", _code(*entry.source)]
            for entry in exp.catalogue.parameters.values())  # fmt: skip
    return table(head, rows)


def quantities(exp: Experiment) -> str:
    """Write every quantity that a start sets, with its value at each start."""
    head = ["quantity", "meaning", "unit", "possible", *(start.name for start in exp.starts), "sources"]
    rows = ([_code(entry.name), entry.meaning, entry.unit, _range(entry.bounds),
             *(f"{start.quantities[entry.name]:g}" for start in exp.starts), _code(*entry.source)]
            for entry in exp.catalogue.quantities.values())  # fmt: skip
    return table(head, rows)


def levers(exp: Experiment) -> str:
    """Write every lever: its attributes, whose consent it needs, and its depth and openness at each start."""
    head = ["lever", "what it is", "package", "paragraphs", "consent", "official", "combat", "signal", "capability",
            "incidents", "adoption", "steps a year", *(start.name for start in exp.starts), "sources"]  # fmt: skip
    rows = ([_code(entry.name), entry.meaning, entry.package, ", ".join(entry.paragraphs), ", ".join(entry.consent),
             *(f"{value:g}" for value in (entry.official, entry.combat, entry.signal_share, entry.capability_share,
                                          entry.incident_exposure, entry.adoption_ratio, entry.steps_per_year)),
             *(f"{level.depth:g} / {level.openness:g}" for start in exp.starts for level in [start.levers[entry.name]]),
             _code(*entry.source)]
            for entry in exp.catalogue.levers.values())  # fmt: skip
    return table(head, rows)


def claims(exp: Experiment) -> str:
    """Write every claim: its author, paragraphs, kind and theme."""
    head = ["claim", "of", "paragraphs", "kind", "theme", "says", "the evidence", "sources"]
    rows = ([f"**{entry.name}**", AUTHORS[entry.author], ", ".join(entry.paragraphs), entry.kind, entry.theme,
             entry.says, entry.verdict, _code(*entry.source)]
            for entry in exp.catalogue.claims.values())  # fmt: skip
    return table(head, rows)


def readings(exp: Experiment) -> str:
    """Write every number that a claim decides: both readings and the range by the evidence."""
    rows = []
    for claim in exp.catalogue.claims.values():
        for name in dict.fromkeys(name for reading in claim.readings.values() for name in reading):
            evidence = exp.catalogue.parameters[name].neutral
            rows.append([f"**{claim.name}**", _code(name), _reading(claim, "self", name), distribution(evidence),
                         _reading(claim, "newsham", name)])  # fmt: skip
    return table(["claim", "parameter", "Self (−1)", "evidence (0)", "Newsham (1)"], rows)


def _reading(claim: Claim, author: str, parameter: str) -> str:
    by_author = {str(name): reading for name, reading in claim.readings.items()}
    reading = by_author.get(author, {}).get(parameter)
    return distribution(reading) if reading else "silent"


def outcomes(exp: Experiment) -> str:
    """Write every outcome: meaning, unit, which direction is better, and what counts as no difference."""
    head = ["outcome", "meaning", "unit", "better", "margin", "primary", "given", "estimated by"]
    rows = ([_code(entry.name), entry.meaning, entry.unit, entry.better if entry.better != "none" else "",
             f"{entry.margin:g}", "yes" if entry.primary else "", f"`{entry.given}`" if entry.given else "",
             "compensator" if entry.compensator else "count or mean"]
            for entry in exp.catalogue.outcomes.values())  # fmt: skip
    return table(head, rows)


def values(exp: Experiment) -> str:
    """Write what each of the experiment's values would pay to avoid one unit of each outcome."""
    priced = dict.fromkeys(name for values in exp.values for name in values.prices)
    rows = []
    for name in priced:
        prices = [values.prices[name].price if name in values.prices else 0.0 for values in exp.values]
        rows.append([_code(name), exp.catalogue.outcomes[name].unit, *(f"{price:g}" for price in prices)])
    return table(["one unit of", "unit", *(values.title for values in exp.values)], rows)


def switches(exp: Experiment) -> str:
    """Write every part of the model that can be switched off."""
    rows = ([_code(entry.name), entry.meaning, "on" if entry.default else "off"]
            for entry in exp.catalogue.switches.values())  # fmt: skip
    return table(["switch", "meaning", "default"], rows)


def sources(exp: Experiment) -> str:
    """Write every source by its key."""
    rows = ([_code(entry.name), entry.described + (f" <{entry.url}>" if entry.url else "")]
            for entry in exp.catalogue.sources.values())  # fmt: skip
    return table(["key", "source"], rows)


def works(exp: Experiment) -> str:
    """Write every work on methods: authors and year, title, where it appeared, and whether that is from memory."""
    rows = []
    for work in bibtex.methods().values():
        field = work.fields.get
        names = [name.partition(",")[0] for name in work.authors]
        volume = f" {field('volume')}({field('number')})" if field("volume") else ""
        where = (field("journal") or field("booktitle") or field("publisher") or "") + volume
        doi = f"<https://doi.org/{field('doi')}>" if field("doi") else ""
        rows.append([" & ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names), field("year") or "",
                     field("title") or "", ", ".join(filter(None, (where, field("pages")))), doi,
                     field("note") or "looked up"])  # fmt: skip
    return table(["authors", "year", "title", "where", "DOI", "checked"], rows)


def seen(exp: Experiment) -> str:
    """Which number of the back-test saw which episode; and the episodes that none saw."""
    register, record = load_seen(), load_record()
    rows = ([_code(name), ", ".join(entry.saw) or "none", entry.why] for name, entry in register.items())
    known = {name for entry in register.values() for name in entry.saw}
    blind = [episode.name for episode in record.episodes if episode.name not in known]
    unseen = f"No number saw these episodes of the record: {', '.join(blind) or 'none'}."
    return f"{table(['number', 'saw', 'what was taken'], rows)}\n\n{unseen}"


def terms(exp: Experiment) -> str:
    """Every term of the glossary: what it is, and why it matters or an example."""
    return table(
        ["term", "what it is", "why it matters, or an example"],
        ([f"**{term.title}**", term.meaning, term.matters] for term in glossary().values()),
    )


PARTS: Mapping[str, Callable[[Experiment], str]] = {
    "parameters": parameters, "quantities": quantities, "levers": levers, "claims": claims, "readings": readings,
    "outcomes": outcomes, "values": values, "switches": switches, "sources": sources, "works": works, "seen": seen,
    "glossary": terms,
}  # fmt: skip
