"""Reads the files of one experiment, the catalogue among them, and gathers every fault on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sim.errors import Fault
from sim.scenario import shipped
from sim.scenario.files import Library, NotFound, looks_like_path, read
from sim.scenario.layers import ExperimentFile, PolicyFile, StartFile, ValuesFile, WorldviewFile
from sim.scenario.messages import show
from sim.scenario.schema import checked
from sim.scenario.yaml_marks import Document

KINDS: dict[str, type] = {
    "experiment": ExperimentFile,
    "policy": PolicyFile,
    "worldview": WorldviewFile,
    "start": StartFile,
    "values": ValuesFile,
}
"""The kinds of scenario file, each by the key that its name stands under."""
LISTS = {"policy": "policies", "worldview": "worldviews", "start": "starts", "values": "values"}
OPTIONAL = ("values",)

Place = Callable[[str], Fault]
"""Where a file was asked for: makes a fault of a message."""


@dataclass(frozen=True)
class Layer:
    """One file or option, and what it says; the record is None if it has faults."""

    document: Document
    record: Any
    path: Path | None = None


class Reader:
    """The files seen from one experiment's folder, and the faults found in them so far."""

    def __init__(self, home: Path, scenarios: Path) -> None:
        self.catalogue, self.known, faults, files = shipped.load(scenarios)
        self.library = Library(home, scenarios)
        self.faults, self.files = set(faults), dict(files)
        self._layers: dict[Path, Layer | None] = {}

    def option(self, label: str, data: dict[str, Any]) -> Layer:
        """A layer that an option of the command line lays over the experiment."""
        document = Document(label, data)
        record, faults = checked(ExperimentFile, document, self.known)
        self.faults.update(faults)
        return Layer(document, record)

    def file(self, kind: str, path: Path, place: Place | None = None) -> Layer | None:
        """One file of a kind; each is read once."""
        if path not in self._layers:
            self._layers[path] = self._file(kind, path, place)
        return self._layers[path]

    def _file(self, kind: str, path: Path, place: Place | None) -> Layer | None:
        label = self.library.label(path)
        document, faults = read(path, label)
        self.faults.update(place(f"{label}: {f.message}") if place and not f.line else f for f in faults)
        if document is None:
            return None
        self.files[label] = document.sha256
        if kind not in document.data:
            place = place or partial(document.fault, ())
            if other := next((other for other in KINDS if other in document.data), None):
                self.faults.add(place(f"{label} is a {other} file; allowed: {kind} files"))
                return None
            self.faults.add(document.fault((), f"missing key {kind!r}, whose value is the file's name"))
            document.data[kind] = path.stem
        record, faults = checked(KINDS[kind], document, self.known)
        self.faults.update(faults)
        if (name := _text(document.data[kind])) not in (None, path.stem):
            message = f"{kind}: must be named as its file, {path.stem}, got {show(name)}"
            self.faults.add(document.fault((kind,), message))
        return Layer(document, record, path)

    def chain(self, kind: str, path: Path, place: Place | None = None) -> list[Layer]:
        """A file after the one it extends, if any."""
        layer = self.file(kind, path, place)
        if layer is None:
            return []
        reference = _text(layer.document.data.get("extends"))
        if reference is None:
            return [layer]
        place = partial(layer.document.fault, ("extends",))
        parent = self._found(kind, reference, path.parent, place, sibling=True)
        lower = self.file(kind, parent, place) if parent else None
        if parent is None or lower is None:
            return [layer]
        if problem := self._descent(kind, path, parent, lower):
            self.faults.add(place(f"extends: {problem}; allowed: a file that extends nothing"))
            return [layer]
        return [lower, layer]

    def _descent(self, kind: str, path: Path, parent: Path, lower: Layer) -> str | None:
        """What is wrong with extending this parent."""
        if parent.samefile(path):
            return f"{path.stem} extends itself"
        reference = _text(lower.document.data.get("extends"))
        if reference is None:
            return None
        try:
            above = self.library.find(kind, reference, parent.parent, sibling=True)
        except NotFound:
            above = parent
        if above.samefile(path):
            return f"{path.stem} and {parent.stem} extend each other"
        return f"{parent.stem} extends {show(reference)} in its turn"

    def _found(self, kind: str, reference: str, beside: Path, place: Place, *, sibling: bool = False) -> Path | None:
        try:
            return self.library.find(kind, reference, beside, sibling=sibling)
        except NotFound as problem:
            self.faults.add(place(str(problem)))
            return None

    def parts(self, kind: str, layers: Sequence[Layer]) -> list[list[Layer]]:
        """The chains of all policies, worldviews, starts or values that the topmost layer to list any lists."""
        section, names = LISTS[kind], set()
        listing = topmost(layers, section)
        if listing is None:
            if kind in OPTIONAL:
                return []
            written = next(layer for layer in reversed(layers) if layer.path)
            self.faults.add(written.document.fault((), f"missing key {section!r}"))
            return []
        layer = listing[0]
        chains = []
        for number, reference in _references(layer, section):
            place = partial(layer.document.fault, (section, number))
            beside = layer.path.parent if layer.path else self._trusted(reference)
            path = self._found(kind, reference, beside, place)
            chain = self.chain(kind, path, place) if path else []
            name = _text(chain[-1].document.data.get(kind)) if chain else None
            if name and name in names:
                self.faults.add(place(f"{section}: must name each entry once, got {show(name)} twice"))
            names.add(name)
            chains.append(chain)
        return chains

    def _trusted(self, reference: str) -> Path:
        """A path on the command line is the user's own choice: its folder may be read."""
        if looks_like_path(reference):
            self.library.trust((Path.cwd() / reference).parent)
        return Path.cwd()


def topmost(layers: Sequence[Layer], *keys: str) -> tuple[Layer, str] | None:
    """The uppermost layer that has one of these keys, and the key."""
    found = ((layer, key) for layer in reversed(layers) for key in keys if key in layer.document.data)
    return next(found, None)


def _references(layer: Layer, section: str) -> Iterator[tuple[int, str]]:
    listed = layer.document.data[section]
    for number, entry in enumerate(listed if isinstance(listed, list) else []):
        if reference := _text(entry):
            yield number, reference


def _text(value: Any) -> str | None:
    """A name as text; None if it is something else, which the schema complains of."""
    return str(value) if isinstance(value, str) or type(value) is int else None
