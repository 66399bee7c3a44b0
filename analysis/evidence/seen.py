"""The register of which number saw which episode of the record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.errors import Fault, ScenarioError
from sim.scenario import shipped
from sim.scenario.files import read_file
from sim.scenario.schema import FileEntry, ParameterName, Text, Texts, read_record


@dataclass(frozen=True)
class Seen(FileEntry):
    """The episodes and months whose answers were known to whoever set a number, and what was taken from them."""

    saw: Texts
    why: Text


@dataclass(frozen=True)
class SeenFile(FileEntry):
    """The content of seen.yaml."""

    seen: dict[ParameterName, Seen]


def read_seen(path: Path) -> tuple[SeenFile | None, list[Fault]]:
    """A register, or None, and every fault in it."""
    document, faults = read_file(path, path.name)
    if document is None:
        return None, faults
    return read_record(SeenFile, document, shipped.read_catalogue(shipped.shipped_folder()).known)


def load_seen() -> dict[str, Seen]:
    """The shipped register, by the name of the number.

    Raises
    ------
    ScenarioError
        If the file has faults.

    Examples
    --------
    >>> load_seen()["taiwan_surge_spread"].saw
    ('E02', 'E16', 'E23', 'E32')
    """
    content, faults = read_seen(shipped.shipped_folder() / "history" / "seen.yaml")
    if content is None:
        raise ScenarioError(faults)
    return content.seen
