"""The catalogue in six files: those that come with Strait, or those that lie beside an experiment."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import make_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_type_hints

from sim.errors import Fault, ScenarioError
from sim.scenario.catalogue import Catalogue, Claim, Domain, Lever, Parameter, Rung
from sim.scenario.distributions import is_number
from sim.scenario.files import PARTS, read_file
from sim.scenario.messages import format_value
from sim.scenario.schema import AUTHORS, FileEntry, KnownNames, read_record
from sim.scenario.yaml_marks import Document

T = TypeVar("T")
Check = Callable[[Document, Any, KnownNames], Iterable[Fault]]

_SECTIONS = {
    "parameters": ("reference_start", "parameters", "quantities"),
    "claims": ("claims",),
    "levers": ("levers",),
    "outcomes": ("rungs", "outcomes"),
    "switches": ("switches",),
    "sources": ("sources",),
}
_HINTS = get_type_hints(Catalogue, include_extras=True)
FILES: dict[str, type] = {
    stem: make_dataclass(stem, [(name, _HINTS[name]) for name in sections], bases=(FileEntry,), frozen=True)
    for stem, sections in _SECTIONS.items()
}
"""The six files, by stem: each is a dataclass of some fields of the catalogue."""
FOLDERS = (*PARTS.values(), "history")  # below a catalogue
_KINDS = {"parameter": "parameters", "quantity": "quantities", "claim": "claims", "lever": "levers"}
_KINDS |= {"outcome": "outcomes", "switch": "switches", "source": "sources"}


class CatalogueReading(NamedTuple):
    """The catalogue, or None if it has faults, and the names in it in any case."""

    catalogue: Catalogue | None
    known: KnownNames
    faults: tuple[Fault, ...]
    files: dict[str, str]


def shipped_folder() -> Path:
    """The folder of the scenarios of this package, in a checkout or in an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / "scenarios"
    return checkout if (checkout / "parameters.yaml").is_file() else package / "_shipped"


def shipped_policies() -> set[str]:
    """Names of the policies of this package; every other is a user's own.

    >>> "direct_ties" in shipped_policies()
    True
    """
    return {path.stem for path in (shipped_folder() / "policies").glob("*.yaml")}


def own_catalogue(home: Path) -> Path | None:
    """The folder of a catalogue beside a file in the folder `home`; None without one.

    It is `home`, or `scenarios` in it, or the folder above it for a folder of policies or of another kind of file.
    """
    above = [home.parent if home.name else Path("..")] if home.absolute().name in FOLDERS else []
    folders = (home, home / "scenarios", *above)
    return next((folder for folder in folders if any((folder / f"{stem}.yaml").is_file() for stem in FILES)), None)


def find_catalogue(home: Path) -> Path:
    """The folder of the catalogue that files in a folder use: the one beside them, else the shipped one."""
    return own_catalogue(home) or shipped_folder()


def read_catalogue(folder: Path) -> CatalogueReading:
    """The catalogue in a folder of scenarios; read again only after a change of a file."""
    names = tuple(
        (kind, tuple(sorted(path.stem for path in (folder / section).glob("*.yaml"))))
        for kind, section in (("policy", "policies"), ("worldview", "worldviews"), ("start", "starts"))
    )
    return _read_catalogue(folder, names, tuple(_time_and_size(folder / f"{stem}.yaml") for stem in FILES))


def read_further(shape: type[T], path: Path, check: Check = lambda *_: ()) -> tuple[T | None, list[Fault]]:
    """The content of a file beside the catalogue that may name its entries, or None, and all its faults.

    `check` finds faults between entries that are valid by themselves.
    """
    document, faults = read_file(path, path.name)
    if document is None:
        return None, faults
    known = read_catalogue(find_catalogue(path.parent)).known
    content, faults = read_record(shape, document, known)
    if content is not None:
        faults = [*check(document, content, known)]
    return None if faults else content, faults


def load_further(shape: type[T], name: str, check: Check = lambda *_: ()) -> T:
    """The content of a shipped file, by its path among the scenarios; raises ScenarioError if it has faults."""
    content, faults = read_further(shape, shipped_folder() / name, check)
    if content is None:
        raise ScenarioError(faults)
    return content


def _time_and_size(path: Path) -> tuple[int, int] | None:
    try:
        entry = path.stat()
    except OSError:
        return None
    return entry.st_mtime_ns, entry.st_size


@lru_cache(maxsize=4)
def _read_catalogue(folder: Path, names: tuple[tuple[str, tuple[str, ...]], ...], versions: object) -> CatalogueReading:
    documents, faults = {}, []
    for stem in FILES:
        document, file_faults = read_file(folder / f"{stem}.yaml", f"scenarios/{stem}.yaml")
        faults += file_faults if document or (folder / f"{stem}.yaml").exists() else [_missing(stem)]
        if document:
            documents[stem] = document
    known = _known({stem: document.data for stem, document in documents.items()}, names)
    sections: dict[str, Any] = {}
    for stem, document in documents.items():
        record, record_faults = read_record(FILES[stem], document, known)
        faults += record_faults
        sections |= vars(record) if record else {}
    faults += _disagreements(documents, sections)
    files = {document.file: document.sha256 for document in documents.values()}
    return CatalogueReading(None if faults else Catalogue(**sections), known, tuple(faults), files)


def _missing(stem: str) -> Fault:
    message = f"no such file; a catalogue has all {len(FILES)} files, as strait init FOLDER copies them"
    return Fault(f"scenarios/{stem}.yaml", 0, 0, message)


def _known(data: dict[str, dict[str, Any]], names: Iterable[tuple[str, tuple[str, ...]]]) -> KnownNames:
    """The names in use, even if their entries have faults."""
    sections: dict[str, Any] = {name: section for file in data.values() for name, section in file.items()}
    entries = {kind: sections[name] for kind, name in _KINDS.items() if isinstance(sections.get(name), dict)}
    bounds = {}
    for name, entry in (entries.get("parameter", {}) | entries.get("quantity", {})).items():
        match entry:
            case {"bounds": [low, high]} if is_number(low) and is_number(high) and low < high:
                bounds[name] = (float(low), float(high))
    claims = entries.get("claim", {})
    dials = {name: [author for author in AUTHORS if author in entry["readings"]] for name, entry in claims.items()
             if isinstance(entry, dict) and isinstance(entry.get("readings"), dict) and entry["readings"]}  # fmt: skip
    quantities = entries.get("quantity", {})
    integers = {name for name, entry in quantities.items() if isinstance(entry, dict) and entry.get("whole")}
    return KnownNames({**dict(names), **entries}, bounds, dials, integers)


def _disagreements(documents: dict[str, Document], sections: dict[str, Any]) -> Iterator[Fault]:
    """Faults between entries that are valid by themselves."""
    if {"parameters", "claims"} <= sections.keys():
        yield from _wrong_readings(documents["claims"], sections["claims"], sections["parameters"])
    if "levers" in sections:
        yield from _too_much_of_bases(documents["levers"], sections["levers"])
        yield from _too_much_of_an_effect(documents["levers"], sections["levers"])
    if "rungs" in sections:
        yield from _gaps_in_ladders(documents["outcomes"], sections["rungs"])


def _wrong_readings(document: Document, claims: dict[str, Claim], parameters: dict[str, Parameter]) -> Iterator[Fault]:
    for claim in claims.values():
        if claim.readings and claim.kind in ("composite", "normative"):
            message = f"{claim.name}: a {claim.kind} claim has no readings; allowed: primitive, process"
            yield document.fault(("claims", claim.name, "readings"), message, key=True)
        for author, reading in claim.readings.items():
            for name in reading:
                if (owner := parameters[name].claim) != claim.name:
                    whose = f"belongs to claim {owner}" if owner else "belongs to no claim"
                    message = f"{claim.name}: parameter {name} {whose} in parameters.yaml"
                    yield document.fault(("claims", claim.name, "readings", author, name), message, key=True)


def _too_much_of_bases(document: Document, levers: dict[str, Lever]) -> Iterator[Fault]:
    """Standing levers scale the chance that US forces fight from bases in Japan, which cannot exceed 1."""
    standing = [lever for lever in levers.values() if lever.package == "standing"]
    total = math.fsum(lever.signal_share for lever in standing)
    if total > 1 + 1e-9:
        listed = ", ".join(lever.name for lever in standing)
        message = f"signal_share: must add up to 1 at most over package standing ({listed}), got {total:.6g}"
        yield document.fault(("levers", standing[-1].name, "signal_share"), message)


def _too_much_of_an_effect(document: Document, levers: dict[str, Lever]) -> Iterator[Fault]:
    """A share of an effect is of all of it, so all levers together cannot have more than 1."""
    for effect in sorted({name for lever in levers.values() for name in lever.effects}):
        having = [lever for lever in levers.values() if effect in lever.effects]
        total = math.fsum(lever.effects[effect] for lever in having)
        if total > 1 + 1e-9:
            listed = ", ".join(lever.name for lever in having)
            message = f"effects: {effect} must add up to 1 at most over all levers ({listed}), got {total:.6g}"
            yield document.fault(("levers", having[-1].name, "effects", effect), message)


def _gaps_in_ladders(document: Document, rungs: dict[Domain, tuple[Rung, ...]]) -> Iterator[Fault]:
    for domain, ladder in rungs.items():
        numbers = [entry.rung for entry in ladder]
        if numbers != list(range(len(ladder))):
            message = f"{domain}: rungs must count 0, 1, 2 and so on, got {format_value(numbers)}"
            yield document.fault(("rungs", domain), message)
