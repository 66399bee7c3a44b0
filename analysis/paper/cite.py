"""The basis of each name of the model, ready to be cited: paragraphs of the essays, evidence, sources, a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch

from analysis.figures.captions import join_words
from analysis.paper import bibtex, explain
from sim.scenario.catalogue import Claim, Lever, Outcome, Parameter, Quantity, Source
from sim.scenario.experiment import Experiment, Policy, Start, Worldview
from sim.scenario.values import Values

STRAIT = "strait"
MARK = re.compile(r"[NSE]¶\d+(?:[-–]\d+)?")
LEGEND = "N is Newsham's essay, S Self's, E the editor's introduction, ¶ the paragraph"


@dataclass(frozen=True)
class Basis:
    """What a name rests on.

    Attributes
    ----------
    head
        The name as part of a sentence.
    meaning
        What the name stands for.
    paragraphs, sources
        Paragraphs of the essays, and keys of sources.yaml.
    evidence
        Pairs of a label and a text.
    quotes_source
        Whether `meaning` already quotes the source.
    """

    head: str
    meaning: str
    paragraphs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    evidence: tuple[tuple[str, object], ...] = ()
    quotes_source: bool = False

    def sentence(self, exp: Experiment, version: str | None) -> str:
        """Return a sentence for a paper, with references by author and year."""
        _, essay, *works = bibtex.works(exp, [bibtex.ESSAY, *self.sources], version)
        program = ", ".join([bibtex.AUTHORS, str(bibtex.YEAR), *([f"version {version}"] if version else [])])
        head = f", {self.head}" if self.head else ""
        after = f", after {essay.label[:-1]}, {', '.join(self.paragraphs)})" if self.paragraphs else ""
        sources = f" Sources: {'; '.join(work.label for work in works)}." if works and not self.quotes_source else ""
        return f"Strait ({program}){head}{after}: {self.meaning}{sources}"

    def lines(self, exp: Experiment, version: str | None) -> Iterator[tuple[str, object]]:
        """Give every part of the basis as a label and a text."""
        if self.paragraphs:
            yield "rests on", f"{', '.join(self.paragraphs)}   ({LEGEND})"
        yield from self.evidence
        for number, name in enumerate(self.sources):
            yield "" if number else "sources", f"{exp.catalogue.sources[name].described} [{name}]"
        yield "in a paper", self.sentence(exp, version)


def bases(exp: Experiment, name: str) -> dict[str, Basis]:
    """Return the basis of a name, by the kind of thing that has it; several kinds may share a name.

    Raises KeyError if nothing has that name.

    >>> import sim
    >>> bases(sim.load("debate"), "N12")["claims"].paragraphs
    ('N¶3', 'N¶16', 'N¶27')
    """
    if name == STRAIT:
        purpose = "It shows what follows from each set of beliefs. It does not predict."
        meaning = f"an executable debate on Japan, Taiwan and deterrence. {purpose}"
        return {"the program": Basis("", meaning)}
    meanings = {kind: basis(entries[name], exp) for kind, entries in explain.kinds(exp).items() if name in entries}
    if not meanings:
        raise KeyError(name)
    return meanings


def sources(cited: Iterable[Basis]) -> list[str]:
    """Return the keys of all sources of some bases, each once."""
    return list(dict.fromkeys(name for basis in cited for name in basis.sources))


@singledispatch
def basis(entry: object, exp: Experiment) -> Basis:
    """Return the basis of an entry; rungs and switches have only a meaning."""
    name, meaning = getattr(entry, "name", ""), getattr(entry, "meaning", "")
    return Basis(f"“{name}”", meaning)


@basis.register
def _claim(entry: Claim, exp: Experiment) -> Basis:
    evidence = tuple(line for line in explain.evidence(entry) if line[1])
    head = f"claim {entry.name} ({entry.theme})"
    return Basis(head, f"“{entry.says}”", entry.paragraphs, entry.source, evidence)


@basis.register
def _parameter(entry: Parameter, exp: Experiment) -> Basis:
    claim = exp.catalogue.claims.get(entry.claim or "")
    parts = [f"{entry.meaning} Unit: {entry.unit}; by the evidence {entry.neutral}"]
    if claim:
        parts += [
            f"{explain.AUTHORS[author]}'s reading {claim.readings[author][entry.name]}"
            for author in ("newsham", "self") if entry.name in claim.readings.get(author, {})
        ] + [f"claim {claim.name}"]  # fmt: skip
    evidence = (("known", explain.KNOWN[entry.known]), ("note", entry.note))
    of_claim = _claim(claim, exp) if claim else Basis("", "")
    keys = tuple(dict.fromkeys((*entry.source, *of_claim.sources)))
    lines = tuple(line for line in (*evidence, *of_claim.evidence) if line[1])
    return Basis(f"parameter {entry.name}", f"{'; '.join(parts)}.", of_claim.paragraphs, keys, lines)


@basis.register
def _lever(entry: Lever, exp: Experiment) -> Basis:
    return Basis(f"lever “{entry.title}”", entry.meaning, entry.paragraphs, entry.source)


@basis.register
def _quantity(entry: Quantity, exp: Experiment) -> Basis:
    values = (f"{start.quantities[entry.name]:g} at the start {start.name}" for start in exp.starts)
    meaning = f"{entry.meaning} Unit: {entry.unit}; {', '.join(values)}."
    return Basis(f"quantity {entry.name}", meaning, (), entry.source)


@basis.register
def _outcome(entry: Outcome, exp: Experiment) -> Basis:
    scale = f"{explain.BETTER[entry.better]}; less than {entry.margin:g}, or a tenth of the level, does not matter"
    unit = "share of trials" if entry.unit == "share" else entry.unit
    return Basis(f"outcome “{entry.label}”", f"{entry.meaning} Unit: {unit}; {scale}.")


@basis.register
def _policy(entry: Policy, exp: Experiment) -> Basis:
    paragraphs, keys = _basis_of([exp.catalogue.levers[name] for name in entry.levers])
    sources = tuple(dict.fromkeys((*entry.source, *keys)))
    return Basis(f"policy “{entry.title}”", entry.summary, paragraphs, sources, (("levers", ", ".join(entry.levers)),))


@basis.register
def _worldview(entry: Worldview, exp: Experiment) -> Basis:
    claims = claims_of(exp, entry)
    names = ", ".join(claim.name for claim in claims)
    return Basis(f"worldview “{entry.title}”", entry.summary, *_basis_of(claims), (("claims", names),))


@basis.register
def _start(entry: Start, exp: Experiment) -> Basis:
    keys = (name for quantity in exp.catalogue.quantities.values() for name in quantity.source)
    meaning = f"{entry.summary} It begins on {entry.date}."
    return Basis(f"start “{entry.title}”", meaning, (), tuple(dict.fromkeys(keys)))


@basis.register
def _values(entry: Values, exp: Experiment) -> Basis:
    marks = dict.fromkeys(mark for price in entry.prices.values() for mark in MARK.findall(price.why))
    prices = tuple((name, f"{price.price:g}; {price.why}") for name, price in entry.prices.items())
    return Basis(f"values “{entry.title}”", entry.summary, in_order(marks), (), prices)


@basis.register
def _source(entry: Source, exp: Experiment) -> Basis:
    catalogue = exp.catalogue
    users: list[Claim | Parameter | Lever | Quantity] = [*catalogue.claims.values(), *catalogue.parameters.values()]
    users += [*catalogue.levers.values(), *catalogue.quantities.values()]
    names = [user.name for user in users if entry.name in user.source]
    used = f" Used for {join_words(names)}." if names else ""
    return Basis(f"source {entry.name}", f"{entry.cite.rstrip('.')}.{used}", (), (entry.name,), quotes_source=True)


def claims_of(exp: Experiment, *worldviews: Worldview) -> list[Claim]:
    """Return the claims with a number that at least one of these worldviews takes from elsewhere than the evidence."""
    entries = exp.catalogue.parameters
    off = {name for view in worldviews for name, law in view.distributions.items() if law != entries[name].neutral}
    return [claim for claim in exp.catalogue.claims.values() if any(entries[name].claim == claim.name for name in off)]


def in_order(marks: Iterable[str]) -> tuple[str, ...]:
    """Return paragraphs in the order of the essays, each once.

    >>> in_order(["S¶2", "N¶21", "N¶3", "S¶2"])
    ('N¶3', 'N¶21', 'S¶2')
    """
    return tuple(sorted({*marks}, key=lambda mark: ("NSE".index(mark[0]), int(re.findall(r"\d+", mark)[0]), mark)))


def _basis_of(entries: Sequence[Claim | Lever]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the paragraphs and sources of some claims or levers, each once."""
    marks = in_order(mark for entry in entries for mark in entry.paragraphs)
    return marks, tuple(dict.fromkeys(name for entry in entries for name in entry.source))
