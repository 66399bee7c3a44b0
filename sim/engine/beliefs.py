"""Worlds drawn once, and their parameters at any setting of claims' dials and of parameters.

A setting is given by name: {"N12": 0.3, "us_intervenes_prob": 0.5}. A claim's dial goes from 0 (Self's reading) to 1
(Newsham's) and moves all numbers of the claim together, quantile by quantile; a parameter takes one value in every
world. Every other number stays as the worldview has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.model import draws
from sim.scenario.distributions import Distribution, blend
from sim.scenario.experiment import Worldview
from sim.scenario.layers import ExperimentFile, merge_beliefs

if TYPE_CHECKING:
    from sim.scenario.catalogue import Catalogue
    from sim.scenario.experiment import Experiment

Floats = NDArray[np.float64]
QUANTILE = "quantile."
"""Before a parameter's name: the quantile of its distribution (0..1), instead of its value."""


def dialled_parameters(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """The parameters that each claim's dial moves; claims without a dial are left out.

    >>> import sim
    >>> dialled_parameters(sim.load("debate").catalogue)["S9"]
    ('answer_or_combat',)
    """
    owned: dict[str, list[str]] = {claim: [] for claim in catalogue.claims}
    for name, parameter in catalogue.parameters.items():
        if parameter.claim:
            owned[parameter.claim].append(name)
    return {claim: tuple(names) for claim, names in owned.items() if names}


def worldview_at(catalogue: Catalogue, dials: Mapping[str, float]) -> Worldview:
    """The worldview with these dials, in which every other number is neutral.

    >>> import sim
    >>> str(worldview_at(sim.load("debate").catalogue, {"S9": 0.0}).distributions["answer_or_combat"])
    '{triangular: [20, 60, 150]}'
    """
    layer = ExperimentFile(claims={claim: float(dial) for claim, dial in dials.items()})
    return Worldview("standing", "", "", merge_beliefs(catalogue, [layer]))


@dataclass(frozen=True, eq=False)
class DrawnWorlds:
    """Worlds of a worldview, and the same worlds under both authors' readings: each float[world, parameter].

    >>> import sim
    >>> exp = sim.load("debate")
    >>> worlds = draw_worlds(exp, exp.worldviews[0], ["S9"], 0, 100)
    >>> bool((worlds.at({"S9": 0.5}) != worlds.own).any(axis=0).sum() == 1)
    True
    """

    names: tuple[str, ...]
    claims: Mapping[str, tuple[str, ...]]
    worldview: Worldview
    own: Floats
    by_self: Floats
    by_newsham: Floats

    def at(self, setting: Mapping[str, float]) -> Floats:
        """The worlds' parameters at a setting; a parameter takes precedence over the dial of its claim."""
        table = self.own.copy()
        for name in sorted(setting, key=lambda name: name not in self.claims):  # dials first
            for column, values in self._columns(name, setting[name]):
                table[:, column] = values
        return table

    def _columns(self, name: str, value: float) -> list[tuple[int, Any]]:
        columns = [self.names.index(parameter) for parameter in self.claims.get(name, ())]
        if columns:
            return [(column, self._blended(column, value)) for column in columns]
        parameter = name.removeprefix(QUANTILE)
        if parameter != name:
            value = float(self.worldview.distributions[parameter].ppf(np.array([value]))[0])
        return [(self.names.index(parameter), value)]

    def _blended(self, column: int, dial: float) -> Floats:
        ends = _Evaluated(self.by_self[:, column]), _Evaluated(self.by_newsham[:, column])
        return blend(*ends, dial).ppf(ends[0].values)


def draw_worlds(
    exp: Experiment, worldview: Worldview, claims: Collection[str], first_world: int, worlds: int
) -> DrawnWorlds:
    """Draw worlds of a worldview, first_world and on, with both readings of these claims."""
    ends = (worldview_at(exp.catalogue, dict.fromkeys(claims, dial)) for dial in (0.0, 1.0))
    tables = [draws.draw_parameters(exp, view, first_world, worlds) for view in (worldview, *ends)]
    parameters = dialled_parameters(exp.catalogue)
    return DrawnWorlds(tuple(exp.catalogue.parameters), {name: parameters[name] for name in claims}, worldview, *tables)


@dataclass(frozen=True, eq=False)
class _Evaluated(Distribution):
    """A distribution with its values at some uniform numbers."""

    values: Floats

    def ppf(self, u: Floats) -> Floats:
        return self.values

    def spec(self) -> Any:
        return self.values.tolist()
