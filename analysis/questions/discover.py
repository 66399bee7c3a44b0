"""Scenario discovery: under which beliefs does one policy do better than another? (Bryant and Lempert 2010)

Every claim's dial is set at random between the two authors' readings, thousands of times, and the difference between
the policies is played at each such point, in worlds of its own. The policy that does better at fewer points is the
exception; boxes of beliefs in which it does better more often are what is looked for (`sim.statistics.boxes`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.questions import discover_tables as tables
from analysis.questions import work
from analysis.questions.coalitions import one_sided, stakes
from sim.engine.beliefs import drawn, moved
from sim.engine.question import ask
from sim.errors import QuestionError
from sim.statistics import boxes
from sim.statistics.boxes import COVERAGE, Found
from sim.statistics.intervals import Floats, Interval

if TYPE_CHECKING:
    from sim.engine.question import Asked
    from sim.scenario.experiment import Experiment

POINTS = 4096
TRIALS = 400  # of each policy at each point
BLOCKS = 10  # of worlds at a point: its interval rests on the spread between them
PIECE = 16  # points that are played and kept together


@dataclass(frozen=True, eq=False)
class Sought:
    """One outcome's points and boxes.

    Attributes
    ----------
    exception
        The policy that does better at fewer points; the boxes are about it.
    differences
        First policy minus second at each point: float[half, point, block].
    cases
        Where the exception does better: bool[half, point].
    found
        PRIM's box, if there is one, then the tree's leaves.
    """

    outcome: str
    exception: str
    differences: Floats
    cases: boxes.Flags
    found: list[Found]

    @property
    def unsettled(self) -> boxes.Flags:
        """Points whose 95 % interval includes nought: bool[half, point]."""
        return np.asarray(np.abs(self.differences.mean(axis=2)) <= tables.reach(self.differences))

    @property
    def base_rate(self) -> Interval:
        """Share of all points at which the exception does better, with its exact interval."""
        return boxes.exact(int(self.cases.sum()), self.cases.size)

    def best(self, method: str) -> Found | None:
        """The first box of a method that holds on the other half."""
        return next((one for one in self.found if one.method == method and one.holds), None)


@dataclass(frozen=True, eq=False)
class Discovery:
    """Under which beliefs the exception does better.

    Attributes
    ----------
    design
        Where the dials stand, 0 Self's reading .. 1 Newsham's: float[half, point, claim].
    sought
        What was found, by outcome.
    table
        The columns of discover.csv: a row for each claim that a box restricts; nothing else is restricted.
    rates
        Of discover_boxes.csv: what each box holds, on the half it was looked for on and on the other, with exact
        intervals; `holds`: whether its density on the other half lies above the base rate with its whole interval.
    points
        Of discover_points.csv: each point's difference with its interval, who does better, and the dials.
    """

    asked: Asked
    trials: int
    beyond_margin: bool
    claims: tuple[str, ...]
    design: Floats = field(repr=False)
    sought: dict[str, Sought] = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    rates: pd.DataFrame = field(repr=False)
    points: pd.DataFrame = field(repr=False)


def discover(
    exp: Experiment,
    contrast: str,
    outcomes: Sequence[str] | None = None,
    start: str | None = None,
    worldview: str | None = None,
    *,
    points: int = POINTS,
    trials: int = TRIALS,
    coverage: float = COVERAGE,
    beyond_margin: bool = False,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Discovery:
    """Find the beliefs under which the policy that mostly does worse does better.

    Each dial is as likely to stand anywhere between the two readings, whatever the others do: two scrambled Sobol
    sequences, one for each half of the points, with seeds derived from the experiment's.

    Parameters
    ----------
    contrast
        Two policies, as in `direct_ties-interoperability`; the difference is first minus second.
    outcomes
        By default the first primary one and each author's own stakes.
    worldview
        What holds for numbers that belong to no claim; by default the one with the fewest numbers off neutral.
    points
        Sets of beliefs: rounded up to a power of two. More points keep those that were played.
    trials
        Of each policy at each point, in worlds that are the same for both policies and other ones at each point, so
        that luck makes no box: rounded up to ten blocks of worlds.
    coverage
        Share of the exception's points that PRIM's box must hold, 0..1.
    beyond_margin
        Count only differences larger than what counts as the same.

    Raises
    ------
    QuestionError
        For an unknown name, an outcome without a better side, or if the two policies come to the same everywhere.

    Examples
    --------
    >>> import sim
    >>> found = discover(sim.load("debate"), "direct_ties-status_quo", ["use_of_force"], points=64, trials=20)
    >>> len(found.points), found.design.shape
    (64, (2, 32, 36))
    """
    wanted = [name for i, name in enumerate(stakes(exp)) if i == 0 or name.startswith("loss_")]
    asked = ask(exp, wanted if outcomes is None else outcomes, contrast, start=start, worldview=worldview)
    return discovered(
        asked, points, trials, coverage=coverage, beyond_margin=beyond_margin,
        folder=folder, workers=workers, progress=progress,
    )  # fmt: skip


def discovered(
    asked: Asked,
    points: int = POINTS,
    trials: int = TRIALS,
    *,
    coverage: float = COVERAGE,
    beyond_margin: bool = False,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Discovery:
    """Find the beliefs; as `discover`, for a question that is checked already."""
    claims = tuple(moved(asked.exp.catalogue))
    for outcome in asked.outcomes:
        one_sided(asked.exp.catalogue.outcomes[outcome])
    if not 0 < coverage <= 1:
        raise QuestionError(f"coverage: must be above 0 and at most 1, got {coverage:g}")
    places = design(asked.exp.seed, len(claims), points)
    worlds = -(-trials // (BLOCKS * asked.exp.lucks)) * BLOCKS
    played = _played(asked, claims, places, worlds, folder, workers, progress)
    sought = {}
    for i, outcome in enumerate(asked.outcomes):
        if not played[..., i].any():
            raise QuestionError(f"outcome {outcome} is the same under both policies: there is nothing to discover")
        sought[outcome] = _sought(asked, outcome, claims, places, played[..., i], coverage, beyond_margin)
    found = (asked, worlds * asked.exp.lucks, beyond_margin, claims, places, sought)
    return Discovery(*found, *tables.made(asked, claims, places, sought))


def design(seed: int, inputs: int, points: int) -> Floats:
    """Two independent scrambled Sobol sequences in the unit cube: float[half, point, input].

    >>> design(1, 3, 60).shape, bool((design(1, 3, 16) == design(1, 3, 64)[:, :8]).all())
    ((2, 32, 3), True)
    """
    from scipy.stats import qmc

    half = max(int(np.ceil(np.log2(max(points, 2)))) - 1, 0)
    return np.stack([qmc.Sobol(inputs, rng=np.random.default_rng([seed, i])).random_base2(half) for i in (0, 1)])


def _played(
    asked: Asked,
    claims: tuple[str, ...],
    places: Floats,
    worlds: int,
    folder: Path | None,
    workers: int | None,
    progress: Callable[[int, int], object] | None,
) -> Floats:
    """The difference at each point, float[half, point, block, outcome]: point i of half h has worlds of its own."""
    shelf = work.Shelf(folder, work.mark(asked, "discover", claims, worlds))
    pieces = [(half, first) for first in range(0, places.shape[1], PIECE) for half in (0, 1)]
    done, each = 0, PIECE * worlds * asked.exp.lucks * len(asked.policies)

    def play(number: int) -> Floats:
        half, first = pieces[number]
        at = places[half, first : first + PIECE]
        kept = shelf.read(f"half {half} points {first}+{len(at)}")
        if kept is None:
            kept = {"means": _piece(asked, claims, at, (2 * first + half * PIECE) * worlds, worlds)}
            shelf.write(f"half {half} points {first}+{len(at)}", kept)
        return kept["means"]

    def step() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done * each, len(pieces) * each)

    made = work.spread(play, range(len(pieces)), workers, step)
    return np.stack([np.concatenate([made[i] for i, (h, _) in enumerate(pieces) if h == half]) for half in (0, 1)])


def _piece(asked: Asked, claims: tuple[str, ...], at: Floats, first_world: int, worlds: int) -> Floats:
    """Some neighbouring points, each in the next worlds: float[point, block, outcome]."""
    here = drawn(asked.exp, asked.worldview, claims, first_world, len(at) * worlds)
    means = []
    for i, point in enumerate(at):
        rows = slice(i * worlds, (i + 1) * worlds)
        part = replace(here, own=here.own[rows], by_self=here.by_self[rows], by_newsham=here.by_newsham[rows])
        table = part.at(dict(zip(claims, point.tolist(), strict=True)))
        values = asked.values(table, first_world + i * worlds)
        means.append(values.reshape(BLOCKS, worlds // BLOCKS, -1).mean(axis=1))
    return np.stack(means)


def _sought(
    asked: Asked,
    outcome: str,
    claims: tuple[str, ...],
    places: Floats,
    differences: Floats,
    coverage: float,
    beyond_margin: bool,
) -> Sought:
    """Who is the exception, where, and in which boxes."""
    entry = asked.exp.catalogue.outcomes[outcome]
    ahead = differences.mean(axis=2) * (-1 if entry.better == "low" else 1)  # of the first policy
    bar = entry.margin if beyond_margin else 0.0
    first, second = ahead > bar, ahead < -bar
    a, b = (policy.name for policy in asked.policies)
    exception, cases = (a, first) if first.sum() <= second.sum() else (b, second)
    found = boxes.find((places[0], cases[0]), (places[1], cases[1]), claims, coverage)
    return Sought(outcome, exception, differences, cases, found)
