"""The shipped scenarios: where they are, and their catalogue, read from six files and checked as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, get_args

from pydantic import ConfigDict

from sim.errors import Fault
from sim.scenario.catalogue import (
    Catalogue,
    Claim,
    Domain,
    Lever,
    Outcome,
    Package,
    Parameter,
    Quantity,
    Rung,
    Source,
    Switch,
)
from sim.scenario.fields import ByName, Known, PolicyName, StartName
from sim.scenario.files import read
from sim.scenario.grammar import is_number
from sim.scenario.messages import flow
from sim.scenario.schema import STRICT, checked
from sim.scenario.yaml_marks import Document


def shipped() -> Path:
    """The folder of the scenarios that come with the package, in a checkout or in an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / "scenarios"
    return checkout if (checkout / "parameters.yaml").is_file() else package / "_shipped"


@dataclass(frozen=True)
class _Parameters:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    reference_start: StartName
    parameters: ByName[Parameter]
    quantities: ByName[Quantity]


@dataclass(frozen=True)
class _Claims:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    claims: ByName[Claim]


@dataclass(frozen=True)
class _Levers:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    levers: ByName[Lever]


@dataclass(frozen=True)
class _Outcomes:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    rungs: dict[Domain, tuple[Rung, ...]]
    contrasts: tuple[tuple[PolicyName, PolicyName], ...]
    outcomes: ByName[Outcome]


@dataclass(frozen=True)
class _Switches:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    switches: ByName[Switch]


@dataclass(frozen=True)
class _Sources:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    sources: ByName[Source]


FILES: dict[str, type] = {
    "parameters": _Parameters,
    "claims": _Claims,
    "levers": _Levers,
    "outcomes": _Outcomes,
    "switches": _Switches,
    "sources": _Sources,
}
"""The six files, by stem."""


_KINDS = {"parameter": "parameters", "quantity": "quantities", "claim": "claims", "lever": "levers"}
_KINDS |= {"outcome": "outcomes", "switch": "switches", "source": "sources"}


class Reading(NamedTuple):
    """The catalogue as far as it could be read: None with faults, and the names it has in any case."""

    catalogue: Catalogue | None
    known: Known
    faults: tuple[Fault, ...]
    files: dict[str, str]


def load(folder: Path) -> Reading:
    """The catalogue in a scenarios folder; read again only when a file has changed."""
    names = tuple(
        (kind, tuple(sorted(path.stem for path in (folder / section).glob("*.yaml"))))
        for kind, section in (("policy", "policies"), ("worldview", "worldviews"), ("start", "starts"))
    )
    return _load(folder, names, tuple(map(_stamp, _paths(folder))))


def _paths(folder: Path) -> list[Path]:
    return [folder / f"{stem}.yaml" for stem in FILES]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=4)
def _load(folder: Path, names: tuple[tuple[str, tuple[str, ...]], ...], stamps: object) -> Reading:
    documents, faults = {}, []
    for path in _paths(folder):
        document, found = read(path, f"scenarios/{path.name}")
        faults += found
        if document:
            documents[path.stem] = document
    known = _known({stem: document.data for stem, document in documents.items()}, names)
    sections: dict[str, Any] = {}
    for stem, document in documents.items():
        record, found = checked(FILES[stem], document, known)
        faults += found
        sections |= vars(record) if record else {}
    faults += _disagreements(documents, sections)
    files = {document.file: document.sha256 for document in documents.values()}
    return Reading(None if faults else Catalogue(**sections), known, tuple(faults), files)


def _known(data: dict[str, dict[str, Any]], names: Iterable[tuple[str, tuple[str, ...]]]) -> Known:
    """The names in use, whatever else may be wrong with their entries."""

    sections: dict[str, Any] = {name: section for file in data.values() for name, section in file.items()}
    entries = {kind: sections[name] for kind, name in _KINDS.items() if isinstance(sections.get(name), dict)}
    bounds = {}
    for name, entry in (entries.get("parameter", {}) | entries.get("quantity", {})).items():
        match entry:
            case {"bounds": [low, high]} if is_number(low) and is_number(high) and low < high:
                bounds[name] = (float(low), float(high))
    claims = entries.get("claim", {})
    dials = {name for name, entry in claims.items() if isinstance(entry, dict) and entry.get("readings")}
    quantities = entries.get("quantity", {})
    whole = {name for name, entry in quantities.items() if isinstance(entry, dict) and entry.get("whole")}
    return Known({**dict(names), **entries}, bounds, dials, whole)


def _disagreements(documents: dict[str, Document], sections: dict[str, Any]) -> Iterator[Fault]:
    """Faults between entries that are each well formed."""
    if {"parameters", "claims"} <= sections.keys():
        yield from _strangers(documents["claims"], sections["claims"], sections["parameters"])
    if "levers" in sections:
        yield from _shares(documents["levers"], sections["levers"])
    if "rungs" in sections:
        yield from _ladders(documents["outcomes"], sections["rungs"])
        yield from _pairs(documents["outcomes"], sections["contrasts"])


def _strangers(document: Document, claims: dict[str, Claim], parameters: dict[str, Parameter]) -> Iterator[Fault]:
    for claim in claims.values():
        if claim.readings and claim.kind in ("composite", "normative"):
            message = f"{claim.name}: a {claim.kind} claim has no readings; allowed: primitive, process"
            yield document.fault(("claims", claim.name, "readings"), message, key=True)
        for author, reading in claim.readings.items():
            for name in reading:
                if (owner := parameters[name].claim) != claim.name:
                    whose = f"belongs to claim {owner}" if owner else "belongs to no claim"
                    message = f"{claim.name}: parameter {name} {whose}, as parameters.yaml has it"
                    yield document.fault(("claims", claim.name, "readings", author, name), message, key=True)


def _shares(document: Document, levers: dict[str, Lever]) -> Iterator[Fault]:
    for package in get_args(Package):
        members = [lever for lever in levers.values() if lever.package == package]
        for share in ("signal_share", "capability_share"):
            total = sum(getattr(lever, share) for lever in members)
            if total and abs(total - 1) > 1e-6:
                listed = ", ".join(lever.name for lever in members)
                message = f"{share}: must add up to 1 over package {package} ({listed}), got {total:.6g}"
                yield document.fault(("levers", members[0].name, share), message)


def _ladders(document: Document, rungs: dict[Domain, tuple[Rung, ...]]) -> Iterator[Fault]:
    for domain, ladder in rungs.items():
        numbers = [entry.rung for entry in ladder]
        if numbers != list(range(len(ladder))):
            message = f"{domain}: rungs must count 0, 1, 2 and so on, got {flow(numbers)}"
            yield document.fault(("rungs", domain), message)


def _pairs(document: Document, contrasts: tuple[tuple[str, str], ...]) -> Iterator[Fault]:
    for place, pair in enumerate(contrasts):
        if pair[0] == pair[1] or set(pair) in map(set, contrasts[:place]):
            message = f"contrasts: must be pairs of two policies, each pair once, got {flow(pair)}"
            yield document.fault(("contrasts", place), message)
