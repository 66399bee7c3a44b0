"""Along one belief, where does the better policy change? Every claim's dial from Self's reading to Newsham's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.questions import work
from analysis.questions.coalitions import stakes
from analysis.questions.dial_units import medians, neutral_place
from sim.engine import beliefs
from sim.engine.evaluation import block_means
from sim.engine.question import ask
from sim.errors import QuestionError
from sim.scenario.messages import unknown
from sim.statistics.intervals import Floats, block_mean
from sim.statistics.zero_crossing import Crossing, crossing

if TYPE_CHECKING:
    from sim.engine.question import Asked
    from sim.scenario.experiment import Experiment

GRID = np.linspace(0.0, 1.0, 9)
MAP = np.linspace(0.0, 1.0, 7)
TRIALS = 5000
BLOCK = 100  # trials of a setting in one block
PART = 5  # blocks that are played and kept together
TRAITS = frozenset({"prc_opportunist_prob", "prc_unlimited_prob"})
"""Chances of a trait that a world has or has not, drawn once: a difference is linear in each, exactly."""
COLUMNS = ("start", "claim", "outcome", "policy_a", "policy_b", "worldview", "crossing", "low", "high", "kind")
Progress = Callable[[int, int], object] | None


@dataclass(frozen=True)
class Crossover:
    """Where the better policy changes along each claim's dial.

    Attributes
    ----------
    table
        The columns of crossover.csv: `crossing` on the dial (0 Self .. 1 Newsham) with its 95 % interval, and its
        `kind` (`one`, `none`, `many`, or `outside`: beyond both authors, with numbers that are still possible).
        Then `neutral`, where neutral numbers would be on the dial; how far the crossing lies beyond
        `from_newsham`, `from_self` and `from_neutral`, in dials; all crossings if there are many; and the claim's
        numbers at the crossing.
    numbers
        For each crossing and number of its claim: its median there, at both ends, and the neutral mode.
    curves
        The difference at each place on each dial, with its 95 % interval.
    """

    asked: Asked
    trials: int
    table: pd.DataFrame
    numbers: pd.DataFrame
    curves: pd.DataFrame
    found: dict[tuple[str, str], Crossing] = field(repr=False)


def crossover(
    exp: Experiment,
    contrast: str,
    claims: Sequence[str] = (),
    outcomes: Sequence[str] | None = None,
    start: str | None = None,
    worldview: str | None = None,
    *,
    trials: int = TRIALS,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress = None,
) -> Crossover:
    """Find where the difference between two policies crosses nought along each claim's dial.

    All that is not the claim's own stays as the worldview has it. A claim whose only numbers are chances of a trait
    is not read between points: its difference is worked out exactly from the worlds with and without the trait.

    Parameters
    ----------
    claims
        By default every claim with a dial.
    worldview
        By default the one with the fewest numbers off neutral.
    trials
        For each policy and place on a dial: rounded up to parts of 500.

    Raises
    ------
    QuestionError
        For an unknown name, or if the two policies come to the same everywhere.

    Examples
    --------
    >>> import sim
    >>> found = crossover(sim.load("debate"), "direct_ties-status_quo", ["N18"], ["use_of_force"], trials=500)
    >>> len(found.table), len(found.curves)
    (1, 9)
    """
    asked = ask(exp, stakes(exp) if outcomes is None else outcomes, contrast, start=start, worldview=worldview)
    return crossed(asked, dialled(exp, claims), trials, folder=folder, workers=workers, progress=progress)


def crossed(
    asked: Asked,
    asked_claims: Sequence[str],
    trials: int = TRIALS,
    *,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress = None,
) -> Crossover:
    """Find the crossings; as `crossover`, for a question that is checked already."""
    exp = asked.exp
    points = {claim: _points(asked, claim) for claim in asked_claims}
    every = [point for rows in points.values() for point in rows]
    played = tried(asked, every, trials, folder, workers, progress)
    found: dict[tuple[str, str], Crossing] = {}
    curves: dict[tuple[str, str], Floats] = {}
    at = 0
    for claim, rows in points.items():
        along = np.tensordot(played[:, at : at + len(rows)], _weights(asked, claim, len(rows)), axes=(1, 0))
        at += len(rows)
        for i, outcome in enumerate(asked.outcomes):
            curves[claim, outcome] = along[:, i]
            found[claim, outcome] = _legal(exp, claim, crossing(along[:, i], GRID))
    for outcome in asked.outcomes:
        if not any(curve.any() for (_, name), curve in curves.items() if name == outcome):
            raise QuestionError(f"outcome {outcome} is the same under both policies: there is nothing to cross")
    return Crossover(
        asked, size(exp, trials)[0] * exp.lucks, _table(asked, found), _numbers(asked, found), _curves(asked, curves),
        found,
    )  # fmt: skip


def _legal(exp: Experiment, claim: str, one: Crossing) -> Crossing:
    """The crossing, or none where it would take a number beyond what is possible at all."""
    if one.kind != "outside" or one.at is None:
        return one
    entries = exp.catalogue.parameters
    possible = (
        entries[name].bounds[0] <= at <= entries[name].bounds[1] for name, at, *_ in medians(exp, claim, one.at)
    )
    return one if all(possible) else Crossing("none")


def dialled(exp: Experiment, claims: Sequence[str]) -> list[str]:
    """These claims, or all, if each has a dial."""
    known = list(beliefs.moved(exp.catalogue))
    for claim in claims:
        if claim not in known:
            raise QuestionError(unknown("claim with a dial", claim, known))
    return list(dict.fromkeys(claims)) or known


def tried(
    asked: Asked,
    points: Sequence[dict[str, float]],
    trials: int,
    folder: Path | None,
    workers: int | None,
    progress: Progress = None,
    first_world: int = 0,
) -> Floats:
    """What is asked at each point, float[block, point, outcome], played part by part; each part is kept."""
    exp, (worlds, part) = asked.exp, size(asked.exp, trials)
    shelf = work.Shelf(folder, work.mark(asked, [sorted(point.items()) for point in points], part))
    made = []
    for first in range(first_world, first_world + worlds, part):
        kept = shelf.read(f"worlds {first}") or {"means": np.empty(0)}
        if not kept["means"].size:
            kept = {"means": block_means([(asked, point) for point in points], first, part, PART, workers)}
            shelf.write(f"worlds {first}", kept)
        made.append(kept["means"])
        if progress:
            each = len(points) * len(asked.policies) * exp.lucks
            progress((first - first_world + part) * each, worlds * each)
    return np.concatenate(made)


def size(exp: Experiment, trials: int) -> tuple[int, int]:
    """Worlds in all, and in one part."""
    part = PART * max(BLOCK // exp.lucks, 1)
    return -(-trials // (part * exp.lucks)) * part, part


def _points(asked: Asked, claim: str) -> list[dict[str, float]]:
    """What must be played for a claim: places on its dial, or the worlds with and without each trait."""
    traits = traits_of(asked, claim)
    if not traits:
        return [{claim: float(dial)} for dial in GRID]
    return [dict(zip(traits, has, strict=True)) for has in product((0.0, 1.0), repeat=len(traits))]


def _weights(asked: Asked, claim: str, points: int) -> Floats:
    """How much each played point counts at each place on the dial: float[point, place]."""
    traits = traits_of(asked, claim)
    if not traits:
        return np.eye(points)
    exp = asked.exp
    worlds = beliefs.drawn(exp, asked.worldview, [claim], 0, max(2000, exp.trials // exp.lucks))
    columns = [worlds.names.index(name) for name in traits]
    chances = np.array([worlds.at({claim: float(dial)})[:, columns].mean(axis=0) for dial in GRID])
    corners = product((0, 1), repeat=len(traits))
    return np.array([np.prod(np.where(has, chances, 1 - chances), axis=1) for has in corners])


def traits_of(asked: Asked, claim: str) -> tuple[str, ...]:
    """The claim's numbers, if all are chances of a trait that nothing is correlated with.

    >>> import sim
    >>> traits_of(ask(sim.load("debate")), "N12")
    ('prc_opportunist_prob', 'prc_unlimited_prob')
    """
    names = beliefs.moved(asked.exp.catalogue)[claim]
    joined = {name for a, b, _ in asked.exp.correlations for name in (a, b)}
    return names if {*names} <= TRAITS - joined and asked.exp.switches.get("traits", True) else ()


def _key(asked: Asked, claim: str, outcome: str) -> tuple[str, ...]:
    a, b = asked.policies
    return asked.start.name, claim, outcome, a.name, b.name, asked.worldview.name


def _table(asked: Asked, found: dict[tuple[str, str], Crossing]) -> pd.DataFrame:
    rows = []
    for (claim, outcome), one in found.items():
        place, at = neutral_place(asked.exp, claim), one.at
        away = (None, None, None) if at is None else (at - 1, at, None if place is None else at - place)
        told = "" if at is None else "; ".join(f"{n} {m:.4g}" for n, m, *_ in medians(asked.exp, claim, at))
        every = "; ".join(f"{one:.3f}" for one in one.every)
        rows.append((*_key(asked, claim, outcome), one.at, one.low, one.high, one.kind, place, *away, every, told))
    more = ("neutral", "from_newsham", "from_self", "from_neutral", "crossings", "numbers_there")
    made = pd.DataFrame(rows, columns=[*COLUMNS, *more])
    return made.astype(dict.fromkeys(("crossing", "low", "high", *more[:4]), float))


def _numbers(asked: Asked, found: dict[tuple[str, str], Crossing]) -> pd.DataFrame:
    rows = []
    for (claim, outcome), one in found.items():
        for at in one.every or (() if one.at is None else (one.at,)):
            for name, middle, by_self, newsham, mode in medians(asked.exp, claim, at):
                unit = asked.exp.catalogue.parameters[name].unit
                rows.append((*_key(asked, claim, outcome), at, name, unit, middle, by_self, newsham, mode))
    more = ("crossing", "parameter", "unit", "median_there", "self_median", "newsham_median", "neutral_mode")
    return pd.DataFrame(rows, columns=[*COLUMNS[:6], *more])


def _curves(asked: Asked, curves: dict[tuple[str, str], Floats]) -> pd.DataFrame:
    rows = [
        (*_key(asked, *key), dial, *block_mean(curve[:, place]))
        for key, curve in curves.items() for place, dial in enumerate(GRID.tolist())
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS[:6], "dial", "difference", "low", "high"])
