"""The evidence's own kinds of YAML file, for `sim.scenario.loader.check`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from analysis.evidence import episode_files, validation_rows
from sim.errors import Fault
from sim.scenario.files import read_file


def _check_episodes(path: Path) -> list[Fault]:
    document, _ = read_file(path, path.name, loose=True)
    shipped_record = document is not None and "record" in document.data
    return (episode_files.own_file if shipped_record else episode_files.others_file)(path, path.name)[1]


def _check_validation(path: Path) -> list[Fault]:
    return validation_rows.load(path)[1]


FILE_CHECKS: Mapping[str, Callable[[Path], list[Fault]]] = {"episodes": _check_episodes, "checks": _check_validation}
"""A function that lists the faults of a file, by a key that only this kind of file has at its top."""
