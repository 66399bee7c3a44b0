"""Further kinds of YAML file, for `sim.scenario.loader.check`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from analysis.evidence.episodes import find_faults, read_kinds
from analysis.evidence.seen import read_seen
from analysis.evidence.validation_rows import read_rows
from sim.errors import Fault
from sim.scenario.glossary import read_glossary

FILE_CHECKS: Mapping[str, Callable[[Path], list[Fault]]] = {
    "episodes": find_faults,
    "seen": lambda path: read_seen(path)[1],
    "triggers": lambda path: read_kinds(path)[1],
    "checks": lambda path: read_rows(path)[1],
    "terms": lambda path: read_glossary(path)[1],
}
"""A function that lists the faults of a file, by a key that only this kind of file has at its top."""
