"""Manifest of a folder: what was played, by which program, and whether it is complete."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from sim.errors import FolderError
from sim.model import compiled
from sim.model.records import fields
from sim.model.state import Parameters
from sim.results import command_line, disk, tables
from sim.scenario.experiment import Experiment

PROGRAM = "strait"
MANIFEST = "manifest.json"
CHECKSUM = "manifest_sha256"  # of all other entries, as they are written
SCHEMA = "5"  # of a folder; it changes when the columns, types or names of files do
DISTRIBUTIONS = ("strait-wargame", "numpy", "llvmlite", "pandas", "pyarrow", "mesa", "scipy")
MAX_NAMED = 4  # differences named in one message
NO_SETTINGS = ("trials", "changes")  # of an experiment: trials can be added, and changes only say why settings differ

RESTORE = "restore the file, or give the command again with --fresh to replace the results"

Manifest = dict[str, Any]


# Write


def describe_run(experiment: Experiment, block_worlds: int, share: str | None = None) -> Manifest:
    """Manifest of a run that begins now; `share` as in `2/4`."""
    return {
        "program": PROGRAM,
        "schema": SCHEMA,
        "status": "running",
        "trials": experiment.trials,
        "block_worlds": block_worlds,
        "share": share,
        "cells": len(tables.cells(experiment)),
        **describe_experiment(experiment),
    }


def describe_experiment(experiment: Experiment) -> Manifest:
    """Entries of every manifest: the experiment in full, its seed, the time, and the program that plays it."""
    content = experiment.resolved()
    files = content.pop("files", {})
    versions = {name: installed_version(name) for name in DISTRIBUTIONS}
    return {
        "seed": experiment.seed,
        "started": utc_now(),
        "finished": None,
        "rules_sha256": compiled.hash_rules(),
        "versions": {"python": platform.python_version(), **versions},
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "command_line": command_line.WORDS.get(),
        "written": [],
        "files": files,
        "experiment": json.loads(json.dumps(content)),
    }


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest to its folder, in place of an earlier one, with its own checksum."""
    # Under LANG=C Python keeps the bytes of a non-ASCII path as surrogates; here they become letters again.
    letters = _format(manifest).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    content = json.loads(letters)
    disk.save(folder / MANIFEST, _format(content | {CHECKSUM: _checksum(content)}).encode())


def _format(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _checksum(manifest: Mapping[str, Any]) -> str:
    """Checksum of all entries but the checksum itself."""
    entries = {name: entry for name, entry in manifest.items() if name != CHECKSUM}
    return hashlib.sha256(_format(entries).encode()).hexdigest()


def installed_version(name: str) -> str | None:
    """Version of an installed distribution; None if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def utc_now() -> str:
    """Present time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


# Read


def read(folder: Path) -> Manifest | None:
    """Manifest of a run or of another command (it has a `command`); None if the folder has none of this program.

    Raises FolderError if the file was cut or edited: it is no JSON any more, or does not have its own checksum.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except OSError:
        return None
    try:
        found = json.loads(content.decode())
    except ValueError as error:
        if content.startswith(_format({"program": PROGRAM})[:-3].encode()):
            raise FolderError(f"{path}: cut or edited, and cannot be read ({error}); {RESTORE}") from error
        return None
    if not isinstance(found, dict) or found.get("program") != PROGRAM:
        return None
    if found.get(CHECKSUM) not in (None, _checksum(found)):
        raise FolderError(f"{path}: edited since it was written, by its {CHECKSUM}; {RESTORE}")
    return found


def read_run(folder: Path, *, any_schema: bool = False) -> Manifest | None:
    """Manifest of a run; None if the folder is new or empty.

    Raises FolderError if the folder holds anything but a run, or a run of another schema.
    """
    unfinished = {disk.LOCK, disk.temporary_path(folder / MANIFEST).name}
    if not folder.exists() or (folder.is_dir() and {entry.name for entry in folder.iterdir()} <= unfinished):
        return None
    try:
        found = read(folder) or {}
    except FolderError:
        if any_schema:
            return {"written": [], "status": "running"}
        raise
    if not found and (folder / MANIFEST).is_file() and not (folder / MANIFEST).read_bytes().strip():
        if any_schema:
            return {"written": [], "status": "running"}
        raise FolderError(f"{folder}: its {MANIFEST} is empty; use --fresh to replace the run, or name another folder")
    if "command" in found:
        raise FolderError(f"{folder}: it holds tables of {PROGRAM} {found['command']}, not a run; name another folder")
    if "schema" not in found:
        raise FolderError(f"{folder}: not empty, and not a run that this {PROGRAM} can read; name another folder")
    if found["schema"] != SCHEMA and not any_schema:
        raise FolderError(
            f"{folder}: results of an earlier version are refused. Their schema is {found['schema']}, and this "
            f"{PROGRAM} reads {SCHEMA}; name another folder, or use --fresh to replace them"
        )
    return found


def require_run(folder: Path) -> Manifest:
    """Manifest of a run; raise FolderError if there is none."""
    if not (found := read_run(folder)):
        raise FolderError(f"{folder}: no results here; name the folder of a run")
    return found


def read_experiment(folder: Path, run: Manifest) -> Experiment:
    """Experiment of the run in a folder, as it was played.

    Raises FolderError if an earlier version wrote it, whose claims, settings or parameters are not those of this one.
    """
    why, reason = None, "with other names of claims or settings"
    try:
        experiment = Experiment.from_resolved({**run["experiment"], "files": run["files"]})
        recorded, known = set(experiment.catalogue.parameters), set(fields(Parameters))
        if recorded == known:
            return experiment
        sides = (("without", known - recorded), ("with", recorded - known))
        reason = ", and ".join(f"{word} the parameters {_name_few(names)}" for word, names in sides if names)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        why = error
    version = run.get("versions", {}).get(DISTRIBUTIONS[0]) or "another version"
    raise FolderError(
        f"{folder / MANIFEST}: results of an earlier version are refused. {PROGRAM} {version} wrote them on "
        f"{str(run.get('started'))[:10]}, {reason}. "
        "Give the command again with another --out, or read the folder with that version"
    ) from why


def _name_few(names: Iterable[str]) -> str:
    first, *more = sorted(names)
    return f"{first} and {len(more)} more" if more else first


# Compare


def require_same_run(folder: Path, found: Manifest, wanted: Manifest) -> None:
    """Raise FolderError, with what differs, if the folder does not hold the wanted run or its beginning."""
    differences = list_differences(found, wanted)
    if found["trials"] > wanted["trials"]:
        differences.insert(0, f"trials: {found['trials']} there, only {wanted['trials']} here")
    if found.get("share") != wanted["share"]:
        differences.insert(0, f"part: {found.get('share') or 'all'} there, {wanted['share'] or 'all'} here")
    _refuse(folder, differences, "another run")


def require_same_libraries(folder: Path, found: Manifest, wanted: Manifest) -> None:
    """Raise FolderError if the run began with libraries or on a system that may round differently."""
    known = "traits" in found and "traits" in wanted
    there, here = (run["traits"] if known else _libraries(run) for run in (found, wanted))
    _refuse(folder, differing_values(there, here), "a run begun with other libraries")


def list_differences(found: Manifest, wanted: Manifest) -> list[str]:
    """Differences between the experiments and programs of two runs, except their trials."""
    name = DISTRIBUTIONS[0]
    there, here = (
        {name: str(run["versions"].get(name)), "the rules' sources (sim/)": run["rules_sha256"][:12]}
        for run in (found, wanted)
    )
    settings = differing_settings(found["experiment"], wanted["experiment"])
    return [*_describe_settings(settings), *differing_values(there, here)]


def differing_values(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Differences between two descriptions, for the names that both have.

    >>> differing_values({"pandas": "2.2.3", "numpy": "2.4.6"}, {"pandas": "3.0.1", "numpy": "2.4.6"})
    ['pandas: 2.2.3 there, 3.0.1 here']
    """
    names = [name for name in there if name in here and there[name] != here[name]]
    return [f"{name}: {there[name]} there, {here[name]} here" for name in names]


def _libraries(run: Manifest) -> dict[str, Any]:
    return {name: run["versions"].get(name) for name in DISTRIBUTIONS} | {"system": run["platform"]}


def _refuse(folder: Path, differences: list[str], content: str) -> None:
    if differences:
        more = f"; and {len(differences) - MAX_NAMED} more" if len(differences) > MAX_NAMED else ""
        raise FolderError(
            f"{folder}: it holds {content} ({'; '.join(differences[:MAX_NAMED])}{more}); "
            "name another folder (--out out/NAME), or use --fresh to replace it"
        )


def differing_settings(there: Any, here: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Path and both values of each difference between two resolved experiments, except `NO_SETTINGS`.

    Entries of a list are matched by name.
    """
    if isinstance(there, list) and isinstance(here, list):
        there, here = _by_name(there), _by_name(here)
    if isinstance(there, dict) and isinstance(here, dict):
        for key in dict.fromkeys([*there, *here]):
            if path or key not in NO_SETTINGS:
                yield from differing_settings(there.get(key), here.get(key), *path, key)
    elif there != here:
        yield path, there, here


def _describe_settings(differences: Iterable[tuple[tuple[str, ...], Any, Any]]) -> list[str]:
    """Say in words what differs: single values are shown, larger ones only named, each once.

    >>> _describe_settings([(("starts", "2020"), {"title": "T"}, None), (("starts", "order"), "2020 2026", "2026"),
    ...                     (("worldviews", "self", "distributions", "p"), {"fixed": 0.3}, 0.4)])
    ['starts: 2020 only there', 'p: other numbers']
    """
    entries: dict[tuple[str, str], dict[str, None]] = {}  # of a kind such as levers, that one of the two runs lacks
    words: list[str] = []
    for (*sections, name), there, here in differences:
        if "distributions" in sections:  # of a parameter, under each worldview in which it differs
            words.append(f"{[*sections, name][sections.index('distributions') + 1]}: other numbers")
        elif isinstance(there or here, dict) and (there is None or here is None):
            entries.setdefault((sections[-1], "there" if here is None else "here"), {})[name] = None
        elif isinstance(there, dict | list) or isinstance(here, dict | list):
            words.append(f"{'.'.join([*sections, name])}: differs")
        elif name != "order" or not any(kind == sections[-1] for kind, _ in entries):
            words.append(f"{'.'.join([*sections, name])}: {_shorten(there)} there, {_shorten(here)} here")
    lacking = [f"{kind}: {' '.join(names)} only {where}" for (kind, where), names in entries.items()]
    return list(dict.fromkeys([*lacking, *words]))


def _by_name(entries: list[Any]) -> dict[str, Any]:
    named = {str(entry["name"]) if isinstance(entry, dict) and "name" in entry else str(i): entry
             for i, entry in enumerate(entries)}  # fmt: skip
    return {**named, "order": " ".join(named)} if list(named) != [str(i) for i in range(len(entries))] else named


def _shorten(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else "on" if value else "off"
    return text if len(text := str(value)) <= 60 else f"{text[:57]}..."
