"""Scenario files into one checked, frozen experiment; or one error that lists every fault with its place.

Nothing that comes out of `load` needs checking again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import Fault, ScenarioError
from sim.scenario.catalogue import Catalogue
from sim.scenario.checks import fault, gaps, too_late, uncorrelatable, unpriceable
from sim.scenario.experiment import Experiment, LeverSetting, Policy, Start, Worldview
from sim.scenario.files import FOLDERS, exists, looks_like_path, read
from sim.scenario.layers import (
    ExperimentFile,
    LeverChange,
    PolicyFile,
    StartFile,
    ValuesFile,
    WorldviewFile,
    believed,
    laid,
)
from sim.scenario.messages import unknown
from sim.scenario.overrides import fragment
from sim.scenario.reader import KINDS, LISTS, Layer, Reader
from sim.scenario.shipped import FILES, shipped
from sim.scenario.shipped import load as load_catalogue
from sim.scenario.values import Price, Values, outcomes

FileCheck = Callable[[Path], Iterable[Fault]]
Several = str | Path | Sequence[str | Path]

DEFAULTS: dict[str, Any] = {"trials": 10_000, "lucks": 1, "months": 120, "step_months": 1.0, "seed": 2020}
"""What an experiment has where it says nothing."""


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
    """The experiment of a name or a file, with these changes.

    `experiment` is a shipped experiment's name ("debate") or a path. Policies, worldviews, starts and values are
    names or paths, and replace the file's. `set_` holds KEY=VALUE texts (`sim.scenario.overrides`), each laid over
    those before it.

    Raises ScenarioError, which lists every fault of every file.

    >>> load("debate", trials=100, set_=["switch.learning=off"]).trials
    100
    """
    path = _experiment_path(str(experiment))
    reader = Reader(path.parent, shipped())
    layers = reader.chain("experiment", path)
    numbers = {"trials": trials, "lucks": lucks, "months": months, "step_months": step_months, "seed": seed}
    lists = {"policies": policies, "worldviews": worldviews, "starts": starts, "values": values}
    options = numbers | {name: _several(value) or None for name, value in lists.items()}
    layers += [reader.option(_flag(name), {name: set_to}) for name, set_to in options.items() if set_to is not None]
    for text in _several(set_):
        data, problems = fragment(text, reader.known)
        reader.faults.update(Fault(f"--set {text}", 0, 0, problem) for problem in problems)
        layers.append(reader.option(f"--set {text}", data))
    made = _experiment(reader, layers) if layers and layers[0].path else None
    if reader.faults or made is None:
        raise ScenarioError(reader.faults)
    return made


def check(paths: Iterable[str | Path], further: Mapping[str, FileCheck] | None = None) -> list[Fault]:
    """All faults of some files: experiments with all files that they name, policies, worldviews, starts and values.

    `further` adds kinds of file: a function that lists a file's faults, by a key at the top of such files
    (`analysis.evidence.file_checks.FILE_CHECKS`).

    >>> check(["debate"])
    []
    """
    return sorted({fault for path in paths for fault in _check(str(path), further or {})})


def _check(name: str, further: Mapping[str, FileCheck]) -> set[Fault]:
    path = _experiment_path(name)
    document, _ = read(path, path.name, loose=True)
    keys = document.data.keys() if document else ()
    kind = next((key for key in keys if key in KINDS), None)
    if document is None or kind == "experiment":
        try:
            load(path)
        except ScenarioError as error:
            return set(error.faults)
        return set()
    if kind:
        folder = path.absolute().parent
        reader = Reader(folder.parent if folder.name == FOLDERS[kind] else folder, shipped())
        chain = reader.chain(kind, path)
        if kind in ("start", "values"):
            reader.faults.update((gaps if kind == "start" else unpriceable)(reader, chain))
        return reader.faults
    if found := next((key for key in keys if key in further), None):
        return set(further[found](path))
    if path.stem in FILES:
        return set(load_catalogue(path.parent).faults)
    return {document.fault((), unknown("kind of file", next(iter(keys), ""), KINDS))}


def _experiment_path(name: str) -> Path:
    """The file of an experiment: a shipped name, or a path, for which a shipped name may stand too."""
    bare = not looks_like_path(name)
    path, known = Path(f"{name}.yaml" if bare else name), shipped() / (f"{name}.yaml" if bare else name)
    candidates = [known, path] if bare else [path, known] if path.name == name else [path]
    if found := next((candidate for candidate in candidates if exists(candidate)), None):
        return found
    if bare:
        experiments = [entry.stem for entry in shipped().glob("*.yaml") if entry.stem not in {*FILES, "validation"}]
        raise ScenarioError([Fault(name, 0, 0, unknown("experiment", name, experiments))])
    return path


def _several(value: Several) -> list[str]:
    return [str(value)] if isinstance(value, (str, Path)) else [str(entry) for entry in value]


def _flag(name: str) -> str:
    """The option of the command line that sets a key of an experiment file."""
    kind = next((kind for kind, section in LISTS.items() if section == name), name)
    return "--" + kind.replace("_", "-")


def _experiment(reader: Reader, layers: list[Layer]) -> Experiment | None:
    """The experiment that the layers make, or None where the reader has found faults."""
    parts = {kind: reader.parts(kind, layers) for kind in LISTS}
    for chain in parts["start"]:
        reader.faults.update(gaps(reader, chain))
    for chain in parts["values"]:
        reader.faults.update(unpriceable(reader, chain))
    records: list[ExperimentFile] = [layer.record for layer in layers if layer.record]
    if len(records) < len(layers):
        return None
    whole = laid(records)
    numbers = DEFAULTS | {name: value for name in DEFAULTS if (value := getattr(whole, name)) is not None}
    if numbers["trials"] % numbers["lucks"]:
        message = f"trials: must be a multiple of lucks ({numbers['lucks']}), got {numbers['trials']}"
        reader.faults.add(fault(layers, ["trials", "lucks"], message))
    if reader.faults or reader.catalogue is None:
        return None
    catalogue = reader.catalogue
    reference = reader.chain("start", shipped() / "starts" / f"{catalogue.reference_start}.yaml")
    reader.faults.update(gaps(reader, reference))
    if reader.faults:
        return None
    worldviews = tuple(_worldview(catalogue, chain, records) for chain in parts["worldview"])
    reader.faults.update(uncorrelatable(layers, whole.correlations or (), worldviews))
    reader.faults.update(too_late(layers, whole.events or (), numbers["months"]))
    values = tuple(_values(chain) for chain in parts["values"])
    catalogue = replace(catalogue, outcomes=catalogue.outcomes | outcomes(values))
    return Experiment(
        name=str(whole.experiment),
        title=whole.title or str(whole.experiment),
        policies=tuple(_policy(catalogue, chain, whole) for chain in parts["policy"]),
        worldviews=worldviews,
        values=values,
        starts=tuple(_start(catalogue, chain, whole.quantities) for chain in parts["start"]),
        reference=_start(catalogue, reference, {}),
        **numbers,
        switches={name: switch.default for name, switch in catalogue.switches.items()} | whole.switches,
        correlations=whole.correlations or (),
        events=whole.events or (),
        catalogue=catalogue,
        files=dict(sorted(reader.files.items())),
    )


def _policy(catalogue: Catalogue, chain: list[Layer], experiment: ExperimentFile) -> Policy:
    whole: PolicyFile = laid(layer.record for layer in chain)
    changes = laid([whole.levers, experiment.levers])
    levers = {name: _setting(changes[name]) for name in catalogue.levers if name in changes}
    title, coerced = whole.title or whole.policy, whole.when_coerced or "japan_decides"
    return Policy(whole.policy, title, whole.summary or "", levers, coerced)


def _setting(change: LeverChange) -> LeverSetting:
    return LeverSetting(**{name: value for name, value in vars(change).items() if value is not None})


def _worldview(catalogue: Catalogue, chain: list[Layer], experiment: list[ExperimentFile]) -> Worldview:
    layers: list[WorldviewFile] = [layer.record for layer in chain]
    whole = laid(layers)
    beliefs = believed(catalogue, [*layers, *experiment])
    return Worldview(whole.worldview, whole.title or whole.worldview, whole.summary or "", beliefs)


def _start(catalogue: Catalogue, chain: list[Layer], changes: Mapping[str, float]) -> Start:
    whole: StartFile = laid(layer.record for layer in chain)
    values = {**whole.quantities, **changes}
    levers = {name: whole.levers[name] for name in catalogue.levers}
    quantities = {name: values[name] for name in catalogue.quantities}
    title = whole.title or whole.start
    return Start(whole.start, title, whole.summary or "", str(whole.date), levers, quantities)


def _values(chain: list[Layer]) -> Values:
    whole: ValuesFile = laid(layer.record for layer in chain)
    prices = {name: Price(entry.price, entry.why) for name, entry in whole.prices.items()}
    return Values(whole.values, whole.title or whole.values, whole.summary or "", prices)
