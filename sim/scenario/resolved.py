"""An experiment back from its resolved form, as the manifest of a run keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from itertools import repeat
from typing import Any, get_args, get_origin, get_type_hints

from sim.scenario.distributions import Distribution, blend
from sim.scenario.experiment import Experiment
from sim.scenario.grammar import Bounds, distribution


def experiment(resolved: Mapping[str, Any]) -> Experiment:
    """The experiment whose `resolved()` this is, also after a journey through JSON.

    Examples
    --------
    >>> import json, sim
    >>> exp = sim.load("debate")
    >>> experiment(json.loads(json.dumps(exp.resolved()))) == exp
    True
    """
    parameters = resolved["catalogue"]["parameters"]
    bounds = {name: (entry["bounds"][0], entry["bounds"][1]) for name, entry in parameters.items()}
    made: Experiment = _made(Experiment, resolved, "", bounds)
    return made


def _made(kind: Any, value: Any, name: str, bounds: Mapping[str, Bounds]) -> Any:
    """A value of this type; the name it stands under says whose bounds a distribution has."""
    if kind is Distribution:
        return _distribution(value, bounds[name])
    if is_dataclass(kind):
        kinds = get_type_hints(kind)
        own = value.get("name", name)
        parts = {part.name: _made(kinds[part.name], value[part.name], own, bounds) for part in fields(kind)}
        return kind(**parts)  # type: ignore[operator]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is dict:
        return {key: _made(inner[1], entry, key, bounds) for key, entry in value.items()}
    if origin is tuple:
        each = repeat(inner[0]) if inner[-1] is ... else inner
        return tuple(_made(of, entry, name, bounds) for of, entry in zip(each, value, strict=False))
    return value


def _distribution(spec: Any, bounds: Bounds) -> Distribution:
    if isinstance(spec, dict) and "blend" in spec:
        mix = spec["blend"]
        return blend(_distribution(mix["self"], bounds), _distribution(mix["newsham"], bounds), mix["dial"])
    return distribution(spec, bounds)
