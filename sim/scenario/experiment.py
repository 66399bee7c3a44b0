"""An experiment: policies, worldviews and starts, each complete, as `sim.scenario.loader` makes them."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from sim.scenario.catalogue import Catalogue
from sim.scenario.distributions import Distribution
from sim.scenario.layers import Coerced, LeverLevel, ScriptedEvent
from sim.scenario.values import Values


@dataclass(frozen=True)
class LeverSetting:
    """What a policy does with a lever; a depth or openness of None stays where the start has it.

    Depth and openness are shares (0..1). The change begins at `from_month` and takes `ramp_months`.
    """

    depth: float | None = None
    openness: float | None = None
    from_month: float = 0.0
    ramp_months: float = 12.0


@dataclass(frozen=True)
class Start:
    """Where things stand when play begins: every lever's level and every quantity."""

    name: str
    title: str
    summary: str
    date: str
    levers: dict[str, LeverLevel]
    quantities: dict[str, float]


@dataclass(frozen=True)
class Policy:
    """What Japan does; levers not named stay at the start's level."""

    name: str
    title: str
    summary: str
    levers: dict[str, LeverSetting]
    when_coerced: Coerced

    def target(self, lever: str, start: Start) -> LeverLevel:
        """Where this policy takes a lever from a start: neither depth nor openness is left open.

        >>> from sim.scenario.loader import load
        >>> experiment = load("debate")
        >>> start = experiment.starts[0]
        >>> experiment.policies[0].target("escorts", start) == start.levers["escorts"]
        True
        """
        now, wanted = start.levers[lever], self.levers.get(lever, LeverSetting())
        depth = now.depth if wanted.depth is None else wanted.depth
        return LeverLevel(depth, now.openness if wanted.openness is None else wanted.openness)


@dataclass(frozen=True)
class Worldview:
    """Which beliefs hold: the distribution of every parameter of the catalogue."""

    name: str
    title: str
    summary: str
    distributions: dict[str, Distribution]


@dataclass(frozen=True)
class Experiment:
    """What is compared and how often it is played; all that a run depends on besides the program itself.

    Each of `values` adds an outcome to the catalogue's, the loss at its prices.
    trials = worlds x lucks; a step lasts `step_months`; `correlations` are (parameter, parameter, rho) of a
    Gaussian copula; `events` happen in every trial; `reference` is the start from which ratios are counted;
    `files` gives the SHA-256 of every file read.
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

    def plainest(self) -> Worldview:
        """The worldview with the fewest numbers off the catalogue's neutral ranges.

        >>> from sim.scenario.loader import load
        >>> load("debate").plainest().name
        'neutral'
        """
        entries = self.catalogue.parameters

        def off(view: Worldview) -> int:
            return sum(drawn != entries[name].neutral for name, drawn in view.distributions.items())

        return min(self.worldviews, key=off)

    def resolved(self) -> dict[str, Any]:
        """Everything as plain data that JSON can hold.

        >>> from sim.scenario.loader import load
        >>> load("debate").resolved()["policies"][0]["name"]
        'status_quo'
        """
        plain: dict[str, Any] = _plain(self)
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Distribution):
        return value.spec()
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    return value
