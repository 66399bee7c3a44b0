"""Scenario files become one checked, frozen experiment, or one error that lists every fault with its position.

The result of `load` needs no further checks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import Fault, ScenarioError
from sim.scenario.catalogue import Catalogue
from sim.scenario.checks import check_experiment, check_orders, check_start, check_values, describe_surprises
from sim.scenario.experiment import Experiment, LeverSetting, Policy, Start, Worldview
from sim.scenario.files import PARTS, exists, looks_like_path, misnamed_file, read_file
from sim.scenario.layers import (
    ExperimentFile,
    LeverChange,
    PolicyFile,
    StartFile,
    TitledFile,
    ValuesFile,
    WorldviewFile,
    merge_beliefs,
    merge_layers,
)
from sim.scenario.messages import describe_unknown
from sim.scenario.reader import KINDS, Layer, Reader
from sim.scenario.shipped import FILES, find_catalogue, read_catalogue, shipped_folder
from sim.scenario.values import Values, loss_outcomes

_Part = list[Layer]
_Parts = Mapping[str, list[_Part]]
FileCheck = Callable[[Path], Iterable[Fault]]
Several = str | Path | Sequence[str | Path]

DEFAULTS: dict[str, Any] = {"trials": 10_000, "lucks": 1, "months": 120, "step_months": 1.0, "seed": 2020}
"""The numbers of an experiment whose file does not set them."""


def load(
    experiment: str | Path,
    *,
    set_: str | Sequence[str] = (),
    policies: Several = (),
    worldviews: Several = (),
    starts: Several = (),
    values: Several = (),
    trials: int | None = None,
    lucks: int | None = None,
    months: int | None = None,
    step_months: float | None = None,
    seed: int | None = None,
) -> Experiment:
    """Load an experiment, with changes.

    Parameters
    ----------
    experiment
        The name of a shipped experiment ("debate"), or a path.
    set_
        KEY=VALUE texts, as after ``--set`` (`sim.scenario.overrides`), each key once.
    policies, worldviews, starts, values
        Names or paths, instead of those in the file.
    trials, lucks, months, step_months, seed
        Numbers instead of those in the file.

    Raises
    ------
    ScenarioError
        Lists every fault of every file and option.

    Examples
    --------
    >>> load("debate", trials=100, set_=["switch.learning=off"]).trials
    100
    """
    numbers = {"trials": trials, "lucks": lucks, "months": months, "step_months": step_months, "seed": seed}
    lists = {"policies": policies, "worldviews": worldviews, "starts": starts, "values": values}
    options = numbers | {name: _as_list(entries) or None for name, entries in lists.items()}

    path = find_experiment(str(experiment))
    reader = Reader(path.parent, find_catalogue(path.parent))
    layers = reader.read_layers("experiment", path)
    changes = [reader.read_option(_flag(name), {name: to}) for name, to in options.items() if to is not None]
    changes += reader.read_overrides(_as_list(set_))
    if not layers:
        raise ScenarioError(_located(reader.faults, reader.library.scenarios))
    layers += changes

    parts = {kind: reader.read_parts(kind, layers) for kind in PARTS}
    for kind in parts:
        for part in parts[kind]:
            _check_part(reader, kind, part)
    reference = reader.read_reference_start()
    _check_part(reader, "start", reference)
    if reader.faults or reader.catalogue is None:
        raise ScenarioError(_located(reader.faults, reader.library.scenarios))

    result = replace(_freeze(reader.catalogue, reader, layers, parts, reference), changes=tuple(_as_list(set_)))
    faults = list(check_experiment(layers, result, reader.known))
    changed = merge_layers(layer.record for layer in layers).levers
    for part, policy in zip(parts["policy"], result.policies, strict=True):
        faults.extend(check_orders(part, policy, changed))
    if faults:
        raise ScenarioError(_located(faults, reader.library.scenarios))
    return result


def check(paths: Iterable[str | Path], further: Mapping[str, FileCheck] | None = None) -> list[Fault]:
    """List all faults of files: experiments with all files that they name, policies, worldviews, starts and values.

    `further` adds kinds of file: a function that lists a file's faults, by a key at the top of such files
    (`analysis.evidence.file_checks.FILE_CHECKS`).

    >>> check(["debate"])
    []
    """
    return sorted({fault for path in paths for fault in _check_file(str(path), further or {})})


def list_notes(names: Iterable[str | Path]) -> list[str]:
    """What is allowed but may not be meant, in experiments and policies without faults (`describe_surprises`).

    >>> list_notes(["debate"])
    []
    """
    notes: dict[str, None] = {}
    for name in map(str, names):
        path = find_experiment(name)
        document, _ = read_file(path, path.name, loose=True)
        if document and "experiment" in document.data:
            notes |= dict.fromkeys(describe_surprises(load(path)))
        elif document and "policy" in document.data:
            debate = find_catalogue(path.parent) / "debate.yaml"
            if debate.is_file():
                notes |= dict.fromkeys(describe_surprises(load(debate, policies=path)))
    return [*notes]


def _check_file(name: str, further: Mapping[str, FileCheck]) -> Iterable[Fault]:
    path = find_experiment(name)
    document, _ = read_file(path, path.name, loose=True)
    keys = document.data.keys() if document else ()
    kind = next((key for key in keys if key in KINDS), None)
    if document is None or kind == "experiment":
        try:
            load(path)
        except ScenarioError as error:
            return error.faults
        return ()
    if kind:
        folder = path.absolute().parent
        home = folder.parent if folder.name == PARTS[kind] else folder
        reader = Reader(home, find_catalogue(path.parent))
        _check_part(reader, kind, reader.read_layers(kind, path))
        return _located(reader.faults, reader.library.scenarios)
    if key := next((key for key in keys if key in further), None):
        return further[key](path)
    if path.stem in FILES:
        return _located(read_catalogue(path.parent).faults, path.parent)
    return [document.fault((), describe_unknown("kind of file", next(iter(keys), ""), KINDS))]


def _located(faults: Iterable[Fault], catalogue: Path) -> list[Fault]:
    """The faults; those in a catalogue of one's own by the path of its folder, so that they can be found."""
    if catalogue.resolve() == shipped_folder().resolve():
        return [*faults]
    label = Path(os.path.relpath(catalogue)).as_posix()
    return [replace(fault, file=f"{label}/{fault.file.removeprefix('scenarios/')}")
            if fault.file.startswith("scenarios/") else fault for fault in faults]  # fmt: skip


def _check_part(reader: Reader, kind: str, part: _Part) -> None:
    if kind == "start":
        reader.faults.update(check_start(part, reader.known))
    elif kind == "values":
        reader.faults.update(check_values(part, reader.catalogue))


def find_experiment(name: str) -> Path:
    """The file of an experiment: a shipped name or a path; a bare file name may also be a shipped one.

    Raises ScenarioError.
    """
    is_name = not looks_like_path(name)
    path = Path(f"{name}.yaml" if is_name else name)
    shipped = shipped_folder() / path
    candidates = [shipped, path] if is_name else [path, shipped] if path.name == name else [path]
    if file := next((candidate for candidate in candidates if exists(candidate)), None):
        return file
    if is_name:
        others = {*FILES, "validation", "glossary"}
        names = [entry.stem for entry in shipped_folder().glob("*.yaml") if entry.stem not in others]
        message = describe_unknown("experiment", name, names) + misnamed_file(name, [Path()])
        if name.endswith(".txt") and exists(Path(name)):
            message = f"the ending is wrong; rename the file to {name.removesuffix('.txt').removesuffix('.yaml')}.yaml"
        raise ScenarioError([Fault(name, 0, 0, message)])
    return path


def _as_list(entries: Several) -> list[str]:
    return [str(entries)] if isinstance(entries, (str, Path)) else [str(entry) for entry in entries]


def _flag(name: str) -> str:
    """The option of the command line for a key of an experiment file."""
    kind = next((kind for kind, section in PARTS.items() if section == name), name)
    return "--" + kind.replace("_", "-")


def _freeze(catalogue: Catalogue, reader: Reader, layers: list[Layer], parts: _Parts, reference: _Part) -> Experiment:
    """The experiment that layers without faults make."""
    records = [layer.record for layer in layers]
    file: ExperimentFile = merge_layers(records)
    numbers = DEFAULTS | {name: value for name in DEFAULTS if (value := getattr(file, name)) is not None}
    values = tuple(_values(part) for part in parts["values"])
    return Experiment(
        name=str(file.experiment),
        title=file.title or str(file.experiment),
        policies=tuple(_policy(catalogue, part, file.levers) for part in parts["policy"]),
        worldviews=tuple(_worldview(catalogue, part, records) for part in parts["worldview"]),
        values=values,
        starts=tuple(_start(catalogue, part, file.quantities) for part in parts["start"]),
        reference=_start(catalogue, reference, {}),
        **numbers,
        switches={name: switch.default for name, switch in catalogue.switches.items()} | file.switches,
        correlations=file.correlations or (),
        events=file.events or (),
        catalogue=replace(catalogue, outcomes=catalogue.outcomes | loss_outcomes(values)),
        files=dict(sorted(reader.files.items())),
        contrasts=file.contrasts or (),
    )


def _policy(catalogue: Catalogue, part: _Part, changes: Mapping[str, LeverChange]) -> Policy:
    file: PolicyFile = merge_layers(layer.record for layer in part)
    merged = merge_layers([file.levers, changes])
    settings = {
        lever: LeverSetting(**{name: value for name, value in vars(merged[lever]).items() if value is not None})
        for lever in catalogue.levers
        if lever in merged
    }
    own: PolicyFile = part[-1].record
    names, response = _names(part, file, file.policy), file.when_coerced or "japan_decides"
    return Policy(*names, settings, response, own.plain_name or "", file.orders or (), own.source or ())


def _worldview(catalogue: Catalogue, part: _Part, changes: list[ExperimentFile]) -> Worldview:
    records: list[WorldviewFile] = [layer.record for layer in part]
    file = merge_layers(records)
    return Worldview(*_names(part, file, file.worldview), merge_beliefs(catalogue, [*records, *changes]))


def _start(catalogue: Catalogue, part: _Part, changes: Mapping[str, float]) -> Start:
    file: StartFile = merge_layers(layer.record for layer in part)
    merged = {**file.quantities, **changes}
    levers = {name: file.levers[name] for name in catalogue.levers}
    quantities = {name: merged[name] for name in catalogue.quantities}
    return Start(*_names(part, file, file.start), str(file.date), levers, quantities)


def _values(part: _Part) -> Values:
    file: ValuesFile = merge_layers(layer.record for layer in part)
    return Values(*_names(part, file, file.values), file.prices)


def _names(part: _Part, file: TitledFile, name: str) -> tuple[str, str, str]:
    """Name, title and summary. A title is never that of an extended file; without its own, the name serves."""
    own: TitledFile = part[-1].record
    return name, own.title or name, file.summary or ""
