"""Tables of the model's inputs, from the scenario files: for docs/tables.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from analysis.paper.explain import KNOWN
from analysis.paper.markdown import table

if TYPE_CHECKING:
    from sim.scenario.catalogue import Claim
    from sim.scenario.distributions import Distribution
    from sim.scenario.experiment import Experiment

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
    """Write every parameter: meaning, unit, range, neutral distribution, and how well it is known."""
    head = ["parameter", "meaning", "unit", "possible", "neutral", "known", "claim", "sources"]
    return table(
        head,
        (
            [_code(entry.name), " ".join(filter(None, (entry.meaning, entry.note))), entry.unit, _range(entry.bounds),
             distribution(entry.neutral), KNOWN[entry.known], entry.claim or "", _code(*entry.source)]
            for entry in exp.catalogue.parameters.values()
        ),
    )  # fmt: skip


def quantities(exp: Experiment) -> str:
    """Write every quantity that a start sets, with its value at each start."""
    head = ["quantity", "meaning", "unit", "possible", *(start.name for start in exp.starts), "sources"]
    return table(
        head,
        (
            [_code(entry.name), entry.meaning, entry.unit, _range(entry.bounds),
             *(f"{start.quantities[entry.name]:g}" for start in exp.starts), _code(*entry.source)]
            for entry in exp.catalogue.quantities.values()
        ),
    )  # fmt: skip


def levers(exp: Experiment) -> str:
    """Write every lever: its attributes, whose consent it needs, and its depth and openness at each start."""
    head = ["lever", "what it is", "package", "paragraphs", "consent", "official", "combat", "signal", "capability",
            "incidents", "adoption", "steps a year", *(start.name for start in exp.starts), "sources"]  # fmt: skip
    return table(
        head,
        (
            [_code(lever.name), lever.meaning, lever.package, ", ".join(lever.paragraphs), ", ".join(lever.consent),
             *(f"{value:g}" for value in (lever.official, lever.combat, lever.signal_share, lever.capability_share,
                                          lever.incident_exposure, lever.adoption_ratio, lever.steps_per_year)),
             *(f"{level.depth:g} / {level.openness:g}" for start in exp.starts for level in [start.levers[lever.name]]),
             _code(*lever.source)]
            for lever in exp.catalogue.levers.values()
        ),
    )  # fmt: skip


def claims(exp: Experiment) -> str:
    """Write every claim: its author, paragraphs, kind and theme."""
    head = ["claim", "of", "paragraphs", "kind", "theme", "says", "the evidence", "sources"]
    return table(
        head,
        (
            [f"**{claim.name}**", AUTHORS[claim.author], ", ".join(claim.paragraphs), claim.kind, claim.theme, claim.says, claim.verdict,
             _code(*claim.source)]
            for claim in exp.catalogue.claims.values()
        ),
    )  # fmt: skip


def readings(exp: Experiment) -> str:
    """Write every number that a claim decides: both readings and the neutral range."""
    rows = []
    for claim in exp.catalogue.claims.values():
        for name in dict.fromkeys(name for reading in claim.readings.values() for name in reading):
            neutral = exp.catalogue.parameters[name].neutral
            rows.append([f"**{claim.name}**", _code(name), _reading(claim, "self", name), distribution(neutral),
                         _reading(claim, "newsham", name)])  # fmt: skip
    return table(["claim", "parameter", "Self (dial 0)", "neutral", "Newsham (dial 1)"], rows)


def _reading(claim: Claim, author: str, parameter: str) -> str:
    by_author = {str(name): reading for name, reading in claim.readings.items()}
    found = by_author.get(author, {}).get(parameter)
    return distribution(found) if found else "silent"


def outcomes(exp: Experiment) -> str:
    """Write every outcome: meaning, unit, which direction is better, and what counts as no difference."""
    head = ["outcome", "meaning", "unit", "better", "margin", "primary", "given", "estimated by"]
    return table(
        head,
        (
            [_code(outcome.name), outcome.meaning, outcome.unit, outcome.better if outcome.better != "none" else "", f"{outcome.margin:g}",
             "yes" if outcome.primary else "", f"`{outcome.given}`" if outcome.given else "",
             "compensator" if outcome.compensator else "count or mean"]
            for outcome in exp.catalogue.outcomes.values()
        ),
    )  # fmt: skip


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
    return table(
        ["switch", "meaning", "default"],
        ([_code(switch.name), switch.meaning, "on" if switch.default else "off"] for switch in exp.catalogue.switches.values()),
    )


def sources(exp: Experiment) -> str:
    """Write every source by its key."""
    return table(
        ["key", "source"],
        ([_code(source.name), source.cite + (f" <{source.url}>" if source.url else "")] for source in exp.catalogue.sources.values()),
    )


PARTS: Mapping[str, Callable[[Experiment], str]] = {
    "parameters": parameters, "quantities": quantities, "levers": levers, "claims": claims, "readings": readings,
    "outcomes": outcomes, "values": values, "switches": switches, "sources": sources,
}  # fmt: skip
