"""Worlds drawn once, and their parameters at any setting of claims' dials and of parameters.

A setting is given by name: {"N12": 0.3, "us_intervenes_prob": 0.5}. A claim's dial goes from 0 (Self's reading) to 1
(Newsham's) and moves all numbers of the claim together, quantile by quantile; a parameter takes one value in every
world. Every other number stays as the worldview has it.

A dial may go on beyond an author's reading, as far as is legal. The medians of the claim's numbers go on along their
straight line until the first of them is at its bound. On the way each number draws in from the author's distribution to
its last place, where it is the same in every world. So all values are legal, and the last place can be checked by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model import draws
from sim.scenario.catalogue import Catalogue
from sim.scenario.distributions import Distribution, blend
from sim.scenario.experiment import Experiment, Worldview
from sim.scenario.layers import ExperimentFile, merge_beliefs

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


@dataclass(frozen=True)
class LegalEnds:
    """How far a claim's dial may go: `low` (0 or less) to `high` (1 or more).

    `at_low` and `at_high` are the claim's numbers there, in every world.
    """

    low: float
    high: float
    at_low: tuple[float, ...]
    at_high: tuple[float, ...]


def legal_ends(catalogue: Catalogue, claim: str) -> LegalEnds:
    """How far a claim's dial may go, and its numbers there.

    >>> import sim
    >>> ends = legal_ends(sim.load("debate").catalogue, "N17")
    >>> round(ends.low, 2), round(ends.high, 2), ends.at_high
    (-3.75, 6.96, (0.5,))
    """
    views = [worldview_at(catalogue, {claim: end}) for end in (0.0, 1.0)]
    return _legal_ends(catalogue, dialled_parameters(catalogue)[claim], *views)


def _legal_ends(catalogue: Catalogue, names: tuple[str, ...], by_self: Worldview, newsham: Worldview) -> LegalEnds:
    a, b = (np.array([_median(view.distributions[name]) for name in names]) for view in (by_self, newsham))
    bounds = np.array([catalogue.parameters[name].bounds for name in names], dtype=np.float64)
    # Each median moves by b - a for each dial. It reaches its lower or its upper bound first, according to its sign.
    step = np.where(a == b, np.inf, b - a)
    reached = (bounds - a[:, None]) / step[:, None]
    moving = a != b
    low = min(float(reached[moving].min(axis=1).max()), 0.0) if moving.any() else 0.0
    high = max(float(reached[moving].max(axis=1).min()), 1.0) if moving.any() else 1.0
    there = [np.clip(a + end * (b - a), bounds[:, 0], bounds[:, 1]) for end in (low, high)]
    return LegalEnds(low, high, *(tuple(values.tolist()) for values in there))


def _median(distribution: Distribution) -> float:
    return float(distribution.ppf(np.array([0.5]))[0])


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
    ends: Mapping[str, LegalEnds]

    def at(self, setting: Mapping[str, float]) -> Floats:
        """The worlds' parameters at a setting; a parameter takes precedence over the dial of its claim."""
        table = self.own.copy()
        for name in sorted(setting, key=lambda name: name not in self.claims):  # dials first
            for column, values in self._columns(name, setting[name]):
                table[:, column] = values
        return table

    def _columns(self, name: str, value: float) -> list[tuple[int, Any]]:
        columns = [self.names.index(parameter) for parameter in self.claims.get(name, ())]
        if columns and not 0 <= value <= 1:
            return [(column, self._beyond(name, column, i, value)) for i, column in enumerate(columns)]
        if columns:
            return [(column, self._blended(column, value)) for column in columns]
        parameter = name.removeprefix(QUANTILE)
        if parameter != name:
            value = float(self.worldview.distributions[parameter].ppf(np.array([value]))[0])
        return [(self.names.index(parameter), value)]

    def _blended(self, column: int, dial: float) -> Floats:
        ends = _Evaluated(self.by_self[:, column]), _Evaluated(self.by_newsham[:, column])
        return blend(*ends, dial).ppf(ends[0].values)

    def _beyond(self, claim: str, column: int, number: int, dial: float) -> Floats:
        """Values between the nearer author's and the last legal place, at a dial below 0 or above 1."""
        ends, by_self = self.ends[claim], dial < 0
        nearest = (self.by_self if by_self else self.by_newsham)[:, column]
        last = (ends.at_low if by_self else ends.at_high)[number]
        share = dial / ends.low if by_self else (dial - 1) / (ends.high - 1)
        return np.clip((1 - share) * nearest + share * last, np.minimum(nearest, last), np.maximum(nearest, last))


def draw_worlds(
    exp: Experiment, worldview: Worldview, claims: Collection[str], first_world: int, worlds: int
) -> DrawnWorlds:
    """Draw worlds of a worldview, first_world and on, with both readings of these claims."""
    ends = [worldview_at(exp.catalogue, dict.fromkeys(claims, dial)) for dial in (0.0, 1.0)]
    own, by_self, newsham = (draws.draw_parameters(exp, view, first_world, worlds) for view in (worldview, *ends))
    parameters = {name: names for name, names in dialled_parameters(exp.catalogue).items() if name in claims}
    legal = {name: _legal_ends(exp.catalogue, names, *ends) for name, names in parameters.items()}
    return DrawnWorlds(tuple(exp.catalogue.parameters), parameters, worldview, own, by_self, newsham, legal)


@dataclass(frozen=True, eq=False)
class _Evaluated(Distribution):
    """A distribution with its values at some uniform numbers."""

    values: Floats

    def ppf(self, u: Floats) -> Floats:
        return self.values

    def spec(self) -> Any:
        return self.values.tolist()
