"""Models with known answers, put in the place of the real one; everything else runs as it does for users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

import sim
from sim.engine.question import Question
from sim.statistics.intervals import Floats

EXP = sim.load("debate")
NAMES = list(EXP.catalogue.parameters)


@dataclass(frozen=True)
class Planted(Question):
    """An answer that is a sum of products of parameters, and noise that is the same wherever the world is."""

    terms: Mapping[tuple[str, ...], float] = field(default_factory=dict)
    constant: float = 0.0
    noise: float = 0.0

    def values(self, parameters: Floats, first_world: int) -> Floats:
        """Give float[world, 1]."""
        worlds = np.arange(first_world, first_world + len(parameters))
        luck = np.sin(worlds * 12.9898) * 43758.5453
        found = self.constant + self.noise * (luck - np.floor(luck) - 0.5)
        for names, weight in self.terms.items():
            found = found + weight * np.prod([parameters[:, NAMES.index(name)] for name in names], axis=0)
        return np.asarray(found, dtype=np.float64)[:, None]


def planted(terms: Mapping[tuple[str, ...], float], constant: float = 0.0, noise: float = 0.0) -> Planted:
    """A question to the planted model, under the neutral worldview."""
    question = Question.of(EXP, outcomes=["use_of_force"], contrast="direct_ties-interoperability")
    kept = {name: getattr(question, name) for name in ("experiment", "policies", "start", "worldview", "outcomes")}
    return Planted(**kept, terms=terms, constant=constant, noise=noise)


def means(worldview: str) -> dict[str, float]:
    """Mean of every parameter under a worldview, from its quantiles."""
    view = next(one for one in EXP.worldviews if one.name == worldview)
    u = (np.arange(20_000) + 0.5) / 20_000
    return {name: float(value.ppf(u).mean()) for name, value in view.distributions.items()}


def without_dial(question: Planted, name: str, value: float) -> Planted:
    """The same question where a worldview also has its own idea of a number that belongs to no claim."""
    from sim.scenario.distributions import Fixed

    views = tuple(
        replace(view, distributions={**view.distributions, name: Fixed(value)}) if view.name == "newsham" else view
        for view in question.experiment.worldviews
    )
    return replace(question, experiment=replace(question.experiment, worldviews=views))
