"""Worlds drawn once, and their parameters at any setting of claims' dials and of parameters.

A setting is given by name: {"N12": 0.3, "us_intervenes_prob": 0.5}. A claim's dial goes from 0 (the evidence) to 1
(Newsham's reading) and to -1 (Self's), on the side of each author who speaks, and moves all numbers of the claim
together, quantile by quantile; a parameter takes one value in every world. Every other number stays as the worldview
has it.

A dial may go on beyond an author's reading, as far as is legal. The medians of the claim's numbers go on along their
straight line from the evidence until the first of them is at its bound. On the way each number draws in from the
author's distribution to its last place, where it is the same in every world. So all values are legal, and the last
place can be checked by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model import draws
from sim.scenario.catalogue import Catalogue, Claim
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
    return {claim: tuple(names) for claim, names in owned.items() if names and catalogue.claims[claim].readings}


def worldview_at(catalogue: Catalogue, dials: Mapping[str, float]) -> Worldview:
    """The worldview with these dials, in which every other number is from the evidence.

    Raises ValueError for a dial on the side of a silent author, or beyond a reading.

    >>> import sim
    >>> str(worldview_at(sim.load("debate").catalogue, {"S9": -1.0}).distributions["answer_or_combat"])
    '{triangular: [20, 60, 150]}'
    """
    for claim, dial in dials.items():
        low, high = catalogue.claims[claim].dial_range
        if not low <= dial <= high:
            raise ValueError(f"claim {claim}: its dial goes from {low:g} to {high:g}, got {dial:g}")
    layer = ExperimentFile(claims={claim: float(dial) for claim, dial in dials.items()})
    return Worldview("standing", "", "", merge_beliefs(catalogue, [layer]))


def dials_of(catalogue: Catalogue, word: str, claims: Collection[str] | None = None) -> dict[str, float]:
    """The dials of claims (by default all) with an author, `newsham` or `self`, or the `evidence`.

    Where the author is silent the dial is 0, the evidence.

    >>> import sim
    >>> dials_of(sim.load("debate").catalogue, "self", ["N1", "N12", "S9"])
    {'N1': 0.0, 'N12': -1.0, 'S9': -1.0}
    """
    chosen = dialled_parameters(catalogue) if claims is None else claims
    return {claim: catalogue.claims[claim].stops.get(word, 0.0) for claim in chosen}


def nearest_stop(claim: Claim, dial: float) -> float:
    """The stop of a claim's dial (a reading or the evidence) whose part of the range, all alike, holds this place.

    >>> import sim
    >>> claims = sim.load("debate").catalogue.claims
    >>> [nearest_stop(claims["N12"], dial) for dial in (-0.9, -0.3, 0.5)], nearest_stop(claims["N1"], 0.4)
    ([-1.0, 0.0, 1.0], 0.0)
    """
    (low, high), stops = claim.dial_range, sorted(claim.stops.values())
    return stops[min(int((dial - low) / (high - low) * len(stops)), len(stops) - 1)]


@dataclass(frozen=True)
class LegalEnds:
    """How far a claim's dial may go: `low` (-1 or less; 0 if Self is silent) to `high` (1 or more; 0 likewise).

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
    (0.0, 6.96, (0.5,))
    """
    names = dialled_parameters(catalogue)[claim]
    bounds = np.array([catalogue.parameters[name].bounds for name in names], dtype=np.float64)
    evidence = medians(catalogue, claim, 0.0)
    ends = []
    for dial in catalogue.claims[claim].dial_range:
        step = medians(catalogue, claim, dial) - evidence  # of each median, as the dial goes to the reading
        moving = step != 0
        reach = abs(dial)
        if moving.any():  # a median that moves reaches its lower or its upper bound, according to its sign
            reached = (bounds[moving] - evidence[moving, None]) / step[moving, None]
            reach = max(float(reached.max(axis=1).min()), 1.0)
        there = np.clip(evidence + reach * step, bounds[:, 0], bounds[:, 1])
        ends.append((float(np.copysign(reach, dial)) if reach else 0.0, tuple(there.tolist())))
    (low, at_low), (high, at_high) = ends
    return LegalEnds(low, high, at_low, at_high)


def medians(catalogue: Catalogue, claim: str, dial: float) -> Floats:
    """The medians of a claim's numbers at a dial within its range: float[number]."""
    laws = worldview_at(catalogue, {claim: dial}).distributions
    return np.array([float(laws[name].ppf(np.array([0.5]))[0]) for name in dialled_parameters(catalogue)[claim]])


@dataclass(frozen=True, eq=False)
class DrawnWorlds:
    """Worlds of a worldview, and the same worlds by the evidence and by each author: each float[world, parameter].

    >>> import sim
    >>> exp = sim.load("debate")
    >>> worlds = draw_worlds(exp, exp.worldviews[0], ["S9"], 0, 100)
    >>> bool((worlds.at({"S9": -0.5}) != worlds.own).any(axis=0).sum() == 1)
    True
    """

    names: tuple[str, ...]
    claims: Mapping[str, tuple[str, ...]]
    worldview: Worldview
    own: Floats
    evidence: Floats
    by_self: Floats
    by_newsham: Floats
    catalogue: Catalogue = field(repr=False)

    def part(self, worlds: slice) -> DrawnWorlds:
        """Some of these worlds."""
        drawn = {name: getattr(self, name)[worlds] for name in ("own", "evidence", "by_self", "by_newsham")}
        return replace(self, **drawn)

    def at(self, setting: Mapping[str, float]) -> Floats:
        """The worlds' parameters at a setting; a parameter takes precedence over the dial of its claim."""
        table = self.own.copy()
        for name in sorted(setting, key=lambda name: name not in self.claims):  # dials first
            for column, values in self._columns(name, setting[name]):
                table[:, column] = values
        return table

    def _columns(self, name: str, value: float) -> list[tuple[int, Any]]:
        columns = [self.names.index(parameter) for parameter in self.claims.get(name, ())]
        if columns and abs(value) > 1:
            ends = legal_ends(self.catalogue, name)
            end, places = (ends.low, ends.at_low) if value < 0 else (ends.high, ends.at_high)
            share = (abs(value) - 1) / (abs(end) - 1)
            return [(column, self._beyond(column, value, share, place))
                    for column, place in zip(columns, places, strict=True)]  # fmt: skip
        if columns:
            return [(column, self._blended(column, value)) for column in columns]
        parameter = name.removeprefix(QUANTILE)
        if parameter != name:
            value = float(self.worldview.distributions[parameter].ppf(np.array([value]))[0])
        return [(self.names.index(parameter), value)]

    def _reading(self, column: int, dial: float) -> Floats:
        return (self.by_self if dial < 0 else self.by_newsham)[:, column]

    def _blended(self, column: int, dial: float) -> Floats:
        evidence, reading = _Evaluated(self.evidence[:, column]), _Evaluated(self._reading(column, dial))
        return blend(evidence, reading, dial).ppf(evidence.values)

    def _beyond(self, column: int, dial: float, share: float, last: float) -> Floats:
        """Values a share of the way from an author's to the last legal place."""
        nearest = self._reading(column, dial)
        return np.clip((1 - share) * nearest + share * last, np.minimum(nearest, last), np.maximum(nearest, last))


def draw_worlds(
    exp: Experiment, worldview: Worldview, claims: Collection[str], first_world: int, worlds: int
) -> DrawnWorlds:
    """Draw worlds of a worldview, first_world and on, with the evidence and both readings of these claims."""
    catalogue = exp.catalogue
    stops = [worldview_at(catalogue, dials_of(catalogue, word, claims)) for word in ("evidence", "self", "newsham")]
    own, evidence, by_self, newsham = (
        draws.draw_parameters(exp, view, first_world, worlds) for view in (worldview, *stops)
    )
    parameters = {name: names for name, names in dialled_parameters(catalogue).items() if name in claims}
    names = tuple(catalogue.parameters)
    return DrawnWorlds(names, parameters, worldview, own, evidence, by_self, newsham, catalogue)


@dataclass(frozen=True, eq=False)
class _Evaluated(Distribution):
    """A distribution with its values at some uniform numbers."""

    values: Floats

    def ppf(self, u: Floats) -> Floats:
        return self.values

    def spec(self) -> Any:
        return self.values.tolist()
