"""Further kinds of YAML file, for `sim.scenario.loader.check`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from analysis.evidence.episodes import KindsFile, find_faults
from analysis.evidence.seen import SeenFile
from analysis.evidence.validation_rows import Validation, find_inconsistencies
from sim.errors import Fault
from sim.scenario.glossary import Glossary
from sim.scenario.shipped import read_further

FILE_CHECKS: Mapping[str, Callable[[Path], list[Fault]]] = {
    "episodes": find_faults,
    "seen": lambda path: read_further(SeenFile, path)[1],
    "triggers": lambda path: read_further(KindsFile, path)[1],
    "checks": lambda path: read_further(Validation, path, find_inconsistencies)[1],
    "terms": lambda path: read_further(Glossary, path)[1],
}
"""A function that lists the faults of a file, by a key that only this kind of file has at its top."""
