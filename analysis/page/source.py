"""What a saved experiment must say besides the beliefs, so that `strait run` plays what the page played."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sim.engine.beliefs import dialled_parameters
from sim.scenario.loader import find_experiment
from sim.scenario.shipped import shipped_folder

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

REPLACED = ("experiment", "extends", "policies", "worldviews", "starts", "trials", "lucks", "claims", "events")


@dataclass(frozen=True)
class Source:
    """An experiment's file as one that extends it, or stands for it, refers to it."""

    name: str
    """What `strait run` calls the file: a shipped one's name, or its file."""
    extends: str | None
    text: str
    """Entries that are taken over as they are."""
    claims: dict[str, float | str]
    """Dials of the experiment itself, which apply in every worldview."""
    worldviews: dict[str, str]
    """What a file calls each worldview: a name, or a path from the folder of the experiment."""
    starts: dict[str, str]
    events: list[dict[str, Any]]
    """Scripted events, which a class adds to."""
    policies: dict[str, str]
    levers: list[str]
    """Levers that the experiment itself sets, in every policy."""


def read_source(name: str, exp: Experiment) -> Source:
    """Read what is needed of an experiment's file; `name` is a shipped one's, or a path.

    A file may extend only one that extends nothing itself. So a file that extends another is taken over entry by entry,
    and the saved file must lie beside it, as its paths are from there.

    Examples
    --------
    >>> import sim
    >>> read_source("debate", sim.load("debate")).extends
    'debate'
    """
    path = find_experiment(name)
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    views = _references(data.get("worldviews"), [view.name for view in exp.worldviews])
    starts = _references(data.get("starts"), [start.name for start in exp.starts])
    events = [{"month": event.month, "event": event.event} for event in exp.events]
    policies = _references(data.get("policies"), [policy.name for policy in exp.policies])
    called = path.stem if path.resolve().parent == shipped_folder().resolve() else path.name
    own_levers = [*(data.get("levers") or {})]
    if "extends" not in data:
        return Source(called, called, "", {}, views, starts, events, policies, own_levers)
    own = {key: value for key, value in data.items() if key not in REPLACED}
    text = yaml.safe_dump(own, sort_keys=False, allow_unicode=True) if own else ""
    said = data.get("claims") or {}
    claims = dict.fromkeys(dialled_parameters(exp.catalogue), said) if isinstance(said, str) else said
    extends = str(data["extends"])
    levers = [*_levers_of_base(path, extends), *own_levers]
    return Source(called, Path(extends).as_posix(), text, claims, views, starts, events, policies, levers)


def _levers_of_base(path: Path, extends: str) -> list[str]:
    """The levers that an extended file sets; it lies beside the file, or is a shipped one."""
    beside = [path.parent / extends, path.parent / f"{extends}.yaml"]
    base = next((each for each in beside if each.is_file()), None) or find_experiment(extends)
    return [*(yaml.safe_load(base.read_text(encoding="utf-8")).get("levers") or {})]


def _references(listed: list[str | int] | None, names: list[str]) -> dict[str, str]:
    """What a file calls each entry: a file of its name, or the name itself."""
    by_name = {Path(str(reference)).stem: str(reference) for reference in listed or ()}
    return {name: by_name.get(name, name) for name in names}
