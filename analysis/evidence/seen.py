"""The register of which number saw which episode of the record."""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario.schema import FileEntry, ParameterName, Text, Texts
from sim.scenario.shipped import load_further


@dataclass(frozen=True)
class Seen(FileEntry):
    """The episodes and months whose answers were known to whoever set a number, and what was taken from them."""

    saw: Texts
    why: Text


@dataclass(frozen=True)
class SeenFile(FileEntry):
    """The content of seen.yaml."""

    seen: dict[ParameterName, Seen]


def load_seen() -> dict[str, Seen]:
    """The shipped register, by the name of the number; raises ScenarioError if the file has faults.

    >>> load_seen()["taiwan_surge_spread"].saw
    ('E02', 'E16', 'E23', 'E32')
    """
    return load_further(SeenFile, "history/seen.yaml").seen
