"""What a folder says of what is in it: what was played, by which program, and whether it is finished."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import FolderError
from sim.model import compiled
from sim.results import disk, tables
from sim.results.parquet import SCHEMA

if TYPE_CHECKING:
    from sim.results.shares import Share
    from sim.scenario.experiment import Experiment

PROGRAM = "strait"
MANIFEST = "manifest.json"
DISTRIBUTIONS = ("strait-wargame", "numpy", "numba", "pandas", "pyarrow", "mesa", "scipy")
SHOWN = 4  # differences named in one refusal

Manifest = dict[str, Any]


def describe_run(experiment: Experiment, block_worlds: int, share: Share | None = None) -> Manifest:
    """Describe a run that begins now."""
    return {
        "program": PROGRAM,
        "schema": SCHEMA,
        "status": "running",
        "trials": experiment.trials,
        "block_worlds": block_worlds,
        "share": str(share) if share else None,
        "cells": len(tables.cells(experiment)),
        **describe_experiment(experiment),
    }


def describe_experiment(experiment: Experiment) -> Manifest:
    """What any manifest says: the experiment in full, its seed, when it began, and what plays it."""
    content = experiment.resolved()
    files = content.pop("files", {})
    return {
        "seed": experiment.seed,
        "started": utc_now(),
        "finished": None,
        "rules_sha256": compiled.rules_mark(),
        "versions": {"python": platform.python_version(), **{name: installed_version(name) for name in DISTRIBUTIONS}},
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "written": [],
        "files": files,
        "experiment": json.loads(json.dumps(content)),
    }


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Put a manifest in its folder, in place of the last."""
    disk.save(folder / MANIFEST, (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())


def read(folder: Path) -> Manifest | None:
    """Manifest of a folder, of a run or of another command (it has a `command`); None if there is none of ours."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("program") == PROGRAM else None


def read_run(folder: Path, *, any_schema: bool = False) -> Manifest | None:
    """Manifest of a folder; None if it is new, or nothing was kept in it yet.

    Raises
    ------
    FolderError
        If there is something in it, but no run, or one of another schema.
    """
    begun = {disk.LOCK, disk.temporary_path(folder / MANIFEST).name}
    if not folder.exists() or (folder.is_dir() and {entry.name for entry in folder.iterdir()} <= begun):
        return None
    found = read(folder) or {}
    if "command" in found:
        raise FolderError(f"{folder}: it holds tables of {PROGRAM} {found['command']}, not a run; name another folder")
    if "schema" not in found:
        raise FolderError(f"{folder}: not empty, and no run this {PROGRAM} can read; name another folder")
    if found["schema"] != SCHEMA and not any_schema:
        raise FolderError(
            f"{folder}: its schema is {found['schema']}, and this {PROGRAM} reads {SCHEMA}; "
            "name another folder, or use --fresh to replace it"
        )
    return found


def require_same_run(folder: Path, found: Manifest, wanted: Manifest) -> None:
    """Refuse a folder that does not hold the beginning of this run, or all of it.

    Raises
    ------
    FolderError
        It names what differs.
    """
    faults = list_differences(found, wanted)
    if found["trials"] > wanted["trials"]:
        faults.insert(0, f"trials: {found['trials']} there, only {wanted['trials']} here")
    if found.get("share") != wanted["share"]:
        faults.insert(0, f"part: {found.get('share') or 'all'} there, {wanted['share'] or 'all'} here")
    _refuse(folder, faults, "another experiment or program")


def list_differences(found: Manifest, wanted: Manifest) -> list[str]:
    """What differs between the experiments and programs of two runs; not their trials."""
    programs = [f"{what}: {a} there, {b} here" for what, a, b in _programs(found, wanted) if a != b]
    return [*_differing(found["experiment"], wanted["experiment"]), *programs]


def require_same_libraries(folder: Path, found: Manifest, wanted: Manifest) -> None:
    """Refuse to go on with libraries or a system that may round otherwise than those a run was begun with."""
    known = "traits" in found and "traits" in wanted
    there, here = (run["traits"] if known else _libraries(run) for run in (found, wanted))
    _refuse(folder, differing_values(there, here), "a run begun with other libraries")


def differing_values(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """What differs, of what is known of both.

    >>> unlike({"numba": "0.61.0", "numpy": "2.4.6"}, {"numba": "0.68.1", "numpy": "2.4.6"})
    ['numba: 0.61.0 there, 0.68.1 here']
    """
    names = [name for name in there if name in here and there[name] != here[name]]
    return [f"{name}: {there[name]} there, {here[name]} here" for name in names]


def _libraries(run: Manifest) -> dict[str, Any]:
    return {name: run["versions"].get(name) for name in DISTRIBUTIONS} | {"system": run["platform"]}


def _programs(found: Manifest, wanted: Manifest) -> Iterator[tuple[str, str, str]]:
    name = DISTRIBUTIONS[0]
    yield name, str(found["versions"].get(name)), str(wanted["versions"].get(name))
    yield "the rules' sources (sim/)", found["rules_sha256"][:12], wanted["rules_sha256"][:12]


def _refuse(folder: Path, differing: list[str], what: str) -> None:
    if differing:
        more = f"; and {len(differing) - SHOWN} more" if len(differing) > SHOWN else ""
        raise FolderError(
            f"{folder}: it holds {what} ({'; '.join(differing[:SHOWN])}{more}); "
            "name another folder, or use --fresh to replace it"
        )


def _differing(there: Any, here: Any, where: str = "") -> Iterator[str]:
    """Say where two resolved experiments differ, but for their trials; entries of a list go by their names."""
    if isinstance(there, list) and isinstance(here, list):
        there, here = _by_name(there), _by_name(here)
    if isinstance(there, dict) and isinstance(here, dict):
        for key in dict.fromkeys([*there, *here]):
            if (where, key) != ("", "trials"):
                yield from _differing(there.get(key), here.get(key), f"{where}.{key}" if where else key)
    elif there != here:
        yield f"{where}: {_short(there)} there, {_short(here)} here"


def _by_name(entries: list[Any]) -> dict[str, Any]:
    named = {str(entry["name"]) if isinstance(entry, dict) and "name" in entry else str(i): entry
             for i, entry in enumerate(entries)}  # fmt: skip
    return {**named, "order": " ".join(named)} if list(named) != [str(i) for i in range(len(entries))] else named


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def installed_version(name: str) -> str | None:
    """Version of an installed distribution; None if it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def utc_now() -> str:
    """The time, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
