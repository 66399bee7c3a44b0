"""Tables of what is put into the model, from the scenario files: for docs/tables.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from analysis.paper.explain import KNOWN
from analysis.paper.markdown import table

if TYPE_CHECKING:
    from sim.scenario.catalogue import Claim
    from sim.scenario.distributions import Distribution
    from sim.scenario.experiment import Experiment

SAID = {"newsham": "Newsham", "self": "Self", "editor": "Editor"}


def believed(value: Distribution) -> str:
    """A distribution in a table: the number, or its kind with its numbers; a triangular's alone.

    >>> from sim.scenario.distributions import Fixed, Triangular, LogNormal
    >>> [believed(value) for value in (Fixed(0.5), Triangular(0.1, 0.2, 0.5), LogNormal(2.0, 5.0))]
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
    """Every parameter: what it means, in what unit and range, what is believed of it, and how well it is known."""
    head = ["parameter", "meaning", "unit", "possible", "neutral", "known", "claim", "sources"]
    return table(
        head,
        (
            [_code(one.name), " ".join(filter(None, (one.meaning, one.note))), one.unit, _range(one.bounds),
             believed(one.neutral), KNOWN[one.known], one.claim or "", _code(*one.source)]
            for one in exp.catalogue.parameters.values()
        ),
    )  # fmt: skip


def quantities(exp: Experiment) -> str:
    """Every quantity that a start sets, and where it stands at each."""
    head = ["quantity", "meaning", "unit", "possible", *(start.name for start in exp.starts), "sources"]
    return table(
        head,
        (
            [_code(one.name), one.meaning, one.unit, _range(one.bounds),
             *(f"{start.quantities[one.name]:g}" for start in exp.starts), _code(*one.source)]
            for one in exp.catalogue.quantities.values()
        ),
    )  # fmt: skip


def levers(exp: Experiment) -> str:
    """Every lever: its attributes, whose consent it needs, and its depth and openness at each start."""
    head = ["lever", "what it is", "package", "paragraphs", "consent", "official", "combat", "signal", "capability",
            "incidents", "adoption", "steps a year", *(start.name for start in exp.starts), "sources"]  # fmt: skip
    return table(
        head,
        (
            [_code(one.name), one.meaning, one.package, ", ".join(one.paragraphs), ", ".join(one.consent),
             *(f"{value:g}" for value in (one.official, one.combat, one.signal_share, one.capability_share,
                                          one.incident_exposure, one.adoption_ratio, one.steps_per_year)),
             *(f"{level.depth:g} / {level.openness:g}" for start in exp.starts for level in [start.levers[one.name]]),
             _code(*one.source)]
            for one in exp.catalogue.levers.values()
        ),
    )  # fmt: skip


def claims(exp: Experiment) -> str:
    """Every claim: whose, where, of what kind and theme."""
    head = ["claim", "of", "paragraphs", "kind", "theme", "says", "the evidence", "sources"]
    return table(
        head,
        (
            [f"**{one.name}**", SAID[one.author], ", ".join(one.paragraphs), one.kind, one.theme, one.says, one.verdict,
             _code(*one.source)]
            for one in exp.catalogue.claims.values()
        ),
    )  # fmt: skip


def readings(exp: Experiment) -> str:
    """Every number that a claim decides: both readings and the neutral range between them."""
    rows = []
    for claim in exp.catalogue.claims.values():
        for name in dict.fromkeys(name for reading in claim.readings.values() for name in reading):
            neutral = exp.catalogue.parameters[name].neutral
            rows.append([f"**{claim.name}**", _code(name), _reading(claim, "self", name), believed(neutral),
                         _reading(claim, "newsham", name)])  # fmt: skip
    return table(["claim", "parameter", "Self (dial 0)", "neutral", "Newsham (dial 1)"], rows)


def _reading(claim: Claim, author: str, parameter: str) -> str:
    by_author = {str(name): reading for name, reading in claim.readings.items()}
    found = by_author.get(author, {}).get(parameter)
    return believed(found) if found else "silent"


def outcomes(exp: Experiment) -> str:
    """Every outcome: what it means, its unit, which way is better, and what counts as no difference."""
    head = ["outcome", "meaning", "unit", "better", "margin", "primary", "given", "estimated by"]
    return table(
        head,
        (
            [_code(one.name), one.meaning, one.unit, one.better if one.better != "none" else "", f"{one.margin:g}",
             "yes" if one.primary else "", f"`{one.given}`" if one.given else "",
             "compensator" if one.compensator else "count or mean"]
            for one in exp.catalogue.outcomes.values()
        ),
    )  # fmt: skip


def values(exp: Experiment) -> str:
    """What one unit of each outcome is worth avoiding at each of the experiment's values."""
    priced = dict.fromkeys(name for values in exp.values for name in values.prices)
    rows = []
    for name in priced:
        prices = [values.prices[name].price if name in values.prices else 0.0 for values in exp.values]
        rows.append([_code(name), exp.catalogue.outcomes[name].unit, *(f"{price:g}" for price in prices)])
    return table(["one unit of", "unit", *(values.title for values in exp.values)], rows)


def switches(exp: Experiment) -> str:
    """Every part of the model that can be switched off."""
    return table(
        ["switch", "meaning", "unless said"],
        ([_code(one.name), one.meaning, "on" if one.default else "off"] for one in exp.catalogue.switches.values()),
    )


def sources(exp: Experiment) -> str:
    """Every source by its key."""
    return table(
        ["key", "source"],
        ([_code(one.name), one.cite + (f" <{one.url}>" if one.url else "")] for one in exp.catalogue.sources.values()),
    )


PARTS: Mapping[str, Callable[[Experiment], str]] = {
    "parameters": parameters, "quantities": quantities, "levers": levers, "claims": claims, "readings": readings,
    "outcomes": outcomes, "values": values, "switches": switches, "sources": sources,
}  # fmt: skip
