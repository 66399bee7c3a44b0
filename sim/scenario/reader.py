"""The files of one experiment as layers, the catalogue among them, and every fault in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sim.errors import Fault, FileReferenceError
from sim.scenario.files import NONE, PARTS, Library, looks_like_path, name_of, read_file
from sim.scenario.layers import ExperimentFile, PolicyFile, StartFile, ValuesFile, WorldviewFile
from sim.scenario.messages import show_value
from sim.scenario.overrides import parse_override
from sim.scenario.schema import read_record
from sim.scenario.shipped import read_catalogue
from sim.scenario.yaml_marks import Document

KINDS: dict[str, type] = {
    "experiment": ExperimentFile,
    "policy": PolicyFile,
    "worldview": WorldviewFile,
    "start": StartFile,
    "values": ValuesFile,
}
"""The kinds of scenario file, by the key that gives the file's name."""
OPTIONAL_PARTS = ("values",)

MakeFault = Callable[[str], Fault]
"""Makes a fault of a message, at the position of the reference to a file."""


@dataclass(frozen=True)
class Layer:
    """The data of one file or option; the record is None if it has faults, the path is None for an option."""

    document: Document
    record: Any
    path: Path | None = None


class Reader:
    """Reads the files of one experiment, and collects their faults."""

    def __init__(self, home: Path, scenarios: Path) -> None:
        self.catalogue, self.known, faults, files = read_catalogue(scenarios)
        self.library = Library(home, scenarios)
        self.faults, self.files = set(faults), dict(files)
        self._layers: dict[Path, Layer | None] = {}

    def read_option(self, label: str, data: dict[str, Any]) -> Layer:
        """The layer of an option of the command line, over the experiment."""
        document = Document(label, data)
        record, faults = read_record(ExperimentFile, document, self.known)
        key = label.removeprefix("--").replace("-", "_") + ": "  # which the label says already
        self.faults.update(replace(fault, message=fault.message.removeprefix(key)) for fault in faults)
        return Layer(document, record)

    def read_overrides(self, texts: Sequence[str]) -> list[Layer]:
        """A layer for each ``--set KEY=VALUE``; a key that is set twice is a fault."""
        layers, first = [], dict[str, str]()
        for text in texts:
            data, messages = parse_override(text, self.known)
            key = text.partition("=")[0].strip()
            if not messages and first.setdefault(key, text) is not text:
                messages = [f"{key} is set twice, first by --set {first[key]}; leave out one of the two"]
            self.faults.update(Fault(f"--set {text}", 0, 0, message) for message in messages)
            layers.append(self.read_option(f"--set {text}", data))
        return layers

    def read_layers(self, kind: str, path: Path, make_fault: MakeFault | None = None) -> list[Layer]:
        """The layers of a file: the file that it extends, if any, and its own; none if it is unreadable."""
        layer = self._read_layer(kind, path, make_fault)
        if layer is None:
            return []
        reference = _reference(layer.document.data.get("extends"))
        if reference is None:
            return [layer]
        make_fault = partial(layer.document.fault, ("extends",))
        parent = self._find(kind, reference, path.parent, make_fault, sibling=True)
        lower = self._read_layer(kind, parent, make_fault) if parent else None
        if lower is None:
            return [layer]
        if "extends" in lower.document.data:
            message = f"extends: {lower.document.file} extends a file itself; allowed: a file that extends nothing"
            self.faults.add(make_fault(message))
            return [layer]
        return [lower, layer]

    def read_parts(self, kind: str, layers: Sequence[Layer]) -> list[list[Layer]]:
        """The layers of each policy, worldview, start or values in the uppermost list of them."""
        section, names = PARTS[kind], set()
        layer = next((layer for layer in reversed(layers) if section in layer.document.data), None)
        if layer is None:
            if kind not in OPTIONAL_PARTS:
                file = next(layer for layer in reversed(layers) if layer.path)
                message = f"missing key {section!r}; list at least one {kind}, or extend an experiment"
                self.faults.add(file.document.fault((), message))
            return []
        parts = []
        for index, reference in _references(layer.document.data[section]):
            make_fault = partial(layer.document.fault, (section, index))
            folder = layer.path.parent if layer.path else self._trusted_folder(reference)
            listed = NONE if layer.path else _listed_files(section, layers)
            path = self._find(kind, reference, folder, make_fault, listed=listed)
            part = self.read_layers(kind, path, make_fault) if path else []
            name = _reference(part[-1].document.data.get(kind)) if part else None
            if name and name in names:
                self.faults.add(make_fault(f"{section}: must name each entry once, got {show_value(name)} twice"))
            names.add(name)
            parts.append(part)
        return parts

    def read_reference_start(self) -> list[Layer]:
        """The layers of the start in which hazard ratios and odds ratios are 1; none without a catalogue."""
        if self.catalogue is None:
            return []
        return self.read_layers("start", self.library.scenarios / "starts" / f"{self.catalogue.reference_start}.yaml")

    def _read_layer(self, kind: str, path: Path, make_fault: MakeFault | None) -> Layer | None:
        if path not in self._layers:  # a file with faults is not read again
            self._layers[path] = self._parse_layer(kind, path, make_fault)
        return self._layers[path]

    def _parse_layer(self, kind: str, path: Path, make_fault: MakeFault | None) -> Layer | None:
        label = self.library.label(path)
        document, faults = read_file(path, label)
        for fault in faults:  # a fault without a line, as "no such file", is shown at the reference to the file
            self.faults.add(make_fault(f"{label}: {fault.message}") if make_fault and not fault.line else fault)
        if document is None:
            return None
        self.files[label] = document.sha256
        if kind not in document.data:
            make_fault = make_fault or partial(document.fault, ())
            if other := next((other for other in KINDS if other in document.data), None):
                self.faults.add(make_fault(f"{label} is a {other} file; allowed: {kind} files"))
                return None
            self.faults.add(document.fault((), f"missing key {kind!r}; write '{kind}: {path.stem}', the file's name"))
            document.data[kind] = path.stem
        record, faults = read_record(KINDS[kind], document, self.known)
        self.faults.update(faults)
        if (name := _reference(document.data[kind])) not in (None, path.stem):
            message = f"{kind}: must be named as its file, {path.stem}, got {show_value(name)}"
            self.faults.add(document.fault((kind,), message))
        return Layer(document, record, path)

    def _find(
        self, kind: str, reference: str, folder: Path, make_fault: MakeFault, *, sibling: bool = False,
        listed: Mapping[str, Path] = NONE,
    ) -> Path | None:  # fmt: skip
        try:
            return self.library.find(kind, reference, folder, sibling=sibling, listed=listed)
        except FileReferenceError as error:
            self.faults.add(make_fault(str(error)))
            return None

    def _trusted_folder(self, reference: str) -> Path:
        """The current folder; a path on the command line is the user's own choice, so its folder may be read."""
        if looks_like_path(reference):
            self.library.trust((Path.cwd() / reference).parent)
        return Path.cwd()


def _listed_files(section: str, layers: Sequence[Layer]) -> dict[str, Path]:
    """The files that an experiment lists by path, by name: an option may name them."""
    return {
        name_of(reference): layer.path.parent / reference
        for layer in layers
        for _, reference in _references(layer.document.data.get(section))
        if layer.path and looks_like_path(reference)
    }


def list_names(section: str, layers: Sequence[Layer]) -> set[str]:
    """The names of all entries that the layers of an experiment list, also of those that an upper layer leaves out."""
    return {name_of(reference) for layer in layers for _, reference in _references(layer.document.data.get(section))}


def _references(entries: Any) -> Iterator[tuple[int, str]]:
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if reference := _reference(entry):
            yield index, reference


def _reference(value: Any) -> str | None:
    """A name as text, or None if the value is no name: the schema gives that fault."""
    return str(value) if isinstance(value, str) or type(value) is int else None
