"""An experiment: complete policies, worldviews and starts, checked and frozen by `sim.scenario.loader`."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import repeat
from typing import Any, cast, get_args, get_origin, get_type_hints

from sim.scenario.catalogue import Catalogue, Contrast
from sim.scenario.distributions import Bounds, Distribution, blend, parse_distribution
from sim.scenario.layers import Coerced, LeverLevel, Order, ScriptedEvent
from sim.scenario.values import Values


@dataclass(frozen=True)
class LeverSetting:
    """A policy's change of one lever; a depth or openness of None stays at the start's level.

    Depth and openness are shares (0..1). The change begins in month `from_month` and takes `ramp_months`.
    """

    depth: float | None = None
    openness: float | None = None
    from_month: float = 0.0
    ramp_months: float = 12.0


@dataclass(frozen=True)
class Start:
    """The situation in month 0: every lever's level and every quantity."""

    name: str
    title: str
    summary: str
    date: str
    levers: dict[str, LeverLevel] = field(repr=False)
    quantities: dict[str, float] = field(repr=False)


@dataclass(frozen=True)
class Policy:
    """Japan's policy: its changes of levers; all other levers stay at the start's level.

    `plain_name` is what a sentence calls it, such as "open ties"; without one its title serves. `orders` change levers
    and the response to coercion later, month by month. `source` names those who propose it.
    """

    name: str
    title: str
    summary: str
    levers: dict[str, LeverSetting]
    when_coerced: Coerced
    plain_name: str = ""
    orders: tuple[Order, ...] = field(default=(), metadata={"optional": True})
    source: tuple[str, ...] = field(default=(), metadata={"optional": True})

    def target(self, lever: str, start: Start) -> LeverLevel:
        """The level of a lever under this policy, from this start, before any order.

        >>> from sim.scenario.loader import load
        >>> experiment = load("debate")
        >>> start = experiment.starts[0]
        >>> experiment.policies[0].target("escorts", start) == start.levers["escorts"]
        True
        """
        level, change = start.levers[lever], self.levers.get(lever, LeverSetting())
        depth = level.depth if change.depth is None else change.depth
        return LeverLevel(depth, level.openness if change.openness is None else change.openness)


@dataclass(frozen=True)
class Worldview:
    """A set of beliefs: a distribution for every parameter of the catalogue."""

    name: str
    title: str
    summary: str
    distributions: dict[str, Distribution] = field(repr=False)


@dataclass(frozen=True, repr=False)
class Experiment:
    """Everything that the results of a run depend on, except the program itself.

    `trials` is worlds times `lucks`; one step lasts `step_months`. `correlations` are (parameter, parameter, rho) of
    a Gaussian copula. `events` happen in every trial. Each of `values` adds its loss to the catalogue's outcomes.
    `contrasts` are the comparisons that it asks about, also of policies that are not played. In the start `reference`,
    hazard ratios and odds ratios are 1. `files` has the SHA-256 of every file. `changes` are the texts after `--set`:
    they have been applied, and figures and texts name them.
    """

    name: str
    title: str
    policies: tuple[Policy, ...]
    worldviews: tuple[Worldview, ...]
    starts: tuple[Start, ...]
    values: tuple[Values, ...]
    reference: Start
    trials: int
    lucks: int
    months: int
    step_months: float
    seed: int
    switches: dict[str, bool]
    correlations: tuple[tuple[str, str, float], ...]
    events: tuple[ScriptedEvent, ...]
    catalogue: Catalogue
    files: dict[str, str]
    contrasts: tuple[Contrast, ...] = ()
    changes: tuple[str, ...] = ()

    def describe(self) -> str:
        """What is compared, in a few lines.

        >>> from sim.scenario.loader import load
        >>> print(load("debate", trials=100, worldviews=["self"], policies=["status_quo", "both"]).describe())
        debate: Should Japan deepen defence co-operation with Taiwan?
          policies    status_quo, both
          worldviews  self
          starts      2020, 2026
          trials      100 in each of 4 combinations, 400 in all
          months      120, with seed 2020
        """
        combinations = len(self.policies) * len(self.worldviews) * len(self.starts)
        lucks = "" if self.lucks == 1 else f" and {self.lucks} lucks in each world"
        lines = {
            "policies": ", ".join(policy.name for policy in self.policies),
            "worldviews": ", ".join(worldview.name for worldview in self.worldviews),
            "starts": ", ".join(start.name for start in self.starts),
            "trials": f"{self.trials:,} in each of {combinations} combinations, {self.trials * combinations:,} in all",
            "months": f"{self.months}, with seed {self.seed}{lucks}",
        }
        return "\n".join([f"{self.name}: {self.title}", *(f"  {kind:<11} {text}" for kind, text in lines.items())])

    def __repr__(self) -> str:
        """What is compared, in a few lines."""
        return f"Experiment {self.describe()}"

    def _repr_html_(self) -> str:
        """What is compared, as a small table for notebooks."""
        head, *lines = self.describe().splitlines()
        cells = [line.strip().split(maxsplit=1) for line in lines]
        rows = "".join(f"<tr><th>{kind}</th><td>{html.escape(text)}</td></tr>" for kind, text in cells)
        return f"<p>{html.escape(head)}</p><table>{rows}</table>"

    def most_neutral(self) -> Worldview:
        """The worldview with the fewest parameters that differ from the catalogue's neutral ranges.

        >>> from sim.scenario.loader import load
        >>> load("debate").most_neutral().name
        'neutral'
        """
        entries = self.catalogue.parameters

        def count_changed(worldview: Worldview) -> int:
            return sum(drawn != entries[name].neutral for name, drawn in worldview.distributions.items())

        return min(self.worldviews, key=count_changed)

    def resolved(self) -> dict[str, Any]:
        """The experiment as plain data that JSON can hold; the manifest of a run stores it.

        >>> from sim.scenario.loader import load
        >>> load("debate").resolved()["policies"][0]["name"]
        'status_quo'
        """
        return cast(dict[str, Any], _plain(self))

    @classmethod
    def from_resolved(cls, resolved: Mapping[str, Any]) -> Experiment:
        """The experiment from the plain data of `resolved`, also after a round trip through JSON.

        >>> import json, sim
        >>> exp = sim.load("debate")
        >>> Experiment.from_resolved(json.loads(json.dumps(exp.resolved()))) == exp
        True
        """
        parameters = resolved["catalogue"]["parameters"]
        bounds = {name: (entry["bounds"][0], entry["bounds"][1]) for name, entry in parameters.items()}
        return cast(Experiment, _typed(Experiment, resolved, "", bounds))


def _plain(value: Any) -> Any:
    if isinstance(value, Distribution):
        return value.spec()
    if is_dataclass(value):
        # What is optional and empty is left out, so that manifests and measures are the same as before it existed.
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)
                if getattr(value, part.name) or not part.metadata.get("optional")}  # fmt: skip
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    return value


def _typed(kind: Any, value: Any, name: str, bounds: Mapping[str, Bounds]) -> Any:
    """Plain data as a value of this type; `name`, its key, gives the bounds of a distribution."""
    if kind is Distribution:
        return _distribution(value, bounds[name])
    if is_dataclass(kind):
        kinds = get_type_hints(kind)
        own_name = value.get("name", name)
        parts = {part.name: _typed(kinds[part.name], value[part.name], own_name, bounds)
                 for part in fields(kind) if part.name in value}  # fmt: skip
        return kind(**parts)  # type: ignore[operator]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is dict:
        return {key: _typed(inner[1], entry, key, bounds) for key, entry in value.items()}
    if origin is tuple:
        kinds_of_items = repeat(inner[0]) if inner[-1] is ... else inner
        return tuple(_typed(part, entry, name, bounds) for part, entry in zip(kinds_of_items, value, strict=False))
    return value


def _distribution(spec: Any, bounds: Bounds) -> Distribution:
    if isinstance(spec, dict) and "blend" in spec:
        mix = spec["blend"]
        reading = mix["newsham" if mix["dial"] > 0 else "self"]
        return blend(_distribution(mix["evidence"], bounds), _distribution(reading, bounds), mix["dial"])
    return parse_distribution(spec, bounds)
