"""Scenario discovery: with which beliefs does one policy do better than another? (Bryant and Lempert 2010)

Every claim is accepted by between none and all, at random, thousands of times, and the difference between
the policies is played at each such point, in worlds of its own. The policy that does better at fewer points is the
exception. The search is for boxes of beliefs in which it does better more often (`sim.statistics.boxes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.questions.finding import Finding, reject_two_sided, stakes
from analysis.questions.sensitivity import BELIEFS, LAWS
from analysis.questions.work import Counter, Work
from sim.engine.beliefs import dialled_parameters, draw_worlds, nearest_stop
from sim.errors import QuestionError
from sim.scenario.messages import describe_unknown
from sim.statistics import boxes
from sim.statistics.boxes import COVERAGE, Flags, FoundBox
from sim.statistics.intervals import LEVEL, Floats, Interval

if TYPE_CHECKING:
    from sim.engine.question import Question
    from sim.scenario.experiment import Experiment

POINTS = 4096
TRIALS = 400  # of each policy at each point, at most
FIRST_TRIALS = 100  # of each policy at each point; the rest only where these leave open which policy does better
CLEAR = 0.99  # level of the interval that decides this
BLOCKS = 10  # of worlds at a point: its interval rests on the spread between them
POINTS_SAVED = 16  # played and saved together
HALVES = ("search", "held out")
KEYS = ("start", "policy_a", "policy_b", "outcome", "worldview")
COLUMNS = (*KEYS, "better", "method", "box", "claim", "low", "high", "words")
RATES = (*KEYS, "better", "method", "box", "half", "points", "coverage", "coverage_low", "coverage_high", "density",
         "density_low", "density_high", "base_rate", "base_rate_low", "base_rate_high", "holds")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Search:
    """One outcome's points and boxes.

    Attributes
    ----------
    exception
        The policy that does better at fewer points; the boxes are about it.
    differences
        First policy minus second at each point: float[half, point, block].
    cases
        Where the exception does better: bool[half, point].
    boxes
        PRIM's box, if there is one, then the tree's leaves.
    """

    outcome: str
    exception: str
    differences: Floats
    cases: Flags
    boxes: list[FoundBox]

    @property
    def half_widths(self) -> Floats:
        """Half the width of each point's 95 % interval, Student's t over its blocks: float[half, point]."""
        blocks = self.differences.shape[-1]
        error = self.differences.std(axis=-1, ddof=1) / np.sqrt(blocks)
        return np.asarray(error * stdtrit(blocks - 1, (1 + LEVEL) / 2))

    @property
    def unsettled(self) -> Flags:
        """Points whose 95 % interval includes 0: bool[half, point]."""
        return np.asarray(np.abs(self.differences.mean(axis=2)) <= self.half_widths)

    @property
    def base_rate(self) -> Interval:
        """Share of all points at which the exception does better, with its exact interval."""
        return boxes.exact_interval(int(self.cases.sum()), self.cases.size)

    def best(self, method: str) -> FoundBox | None:
        """The first box of a method that holds on the other half."""
        return next((box for box in self.boxes if box.method == method and box.holds), None)


@dataclass(frozen=True, eq=False)
class Discovery(Finding):
    """With which beliefs the exception does better.

    Attributes
    ----------
    table
        The columns of discover.csv: a row for each claim that a box restricts; no other claim is restricted.
    rates
        Of discover_boxes.csv: how each box does, on the half on which it was searched and on the other, with exact
        intervals; `holds`: whether its density on the other half lies above the base rate with its whole interval.
    points
        Of discover_points.csv: each point's difference with its interval, which policy does better, and the dials.
    dials
        Settings of the dials, -1 Self's reading, 0 the evidence, 1 Newsham's: float[half, point, claim].
    searches
        Points and boxes by outcome.
    """

    rates: pd.DataFrame = field(repr=False)
    points: pd.DataFrame = field(repr=False)
    claims: tuple[str, ...]
    dials: Floats = field(repr=False)
    searches: dict[str, Search] = field(repr=False)
    coverage: float
    beyond_margin: bool
    law: str

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"discover": self.table, "discover_boxes": self.rates, "discover_points": self.points}

    @property
    def design(self) -> dict[str, Any]:
        """Sizes of points, boxes and the tests of these."""
        halves, half, claims = self.dials.shape
        return {
            "points": halves * half, "claims": claims, "blocks": BLOCKS, "first_trials": min(FIRST_TRIALS, self.trials),
            "clear": CLEAR, "coverage": self.coverage, "beyond_margin": self.beyond_margin, "law": LAWS[self.law],
            "few": boxes.FEW, "chance": boxes.CHANCE, "depth": boxes.DEPTH, "folds": boxes.FOLDS,
        }  # fmt: skip


def disputed_outcomes(experiment: Experiment) -> list[str]:
    """Name the first primary outcome, and the loss by each author's own values: what is searched by default."""
    return [name for i, name in enumerate(stakes(experiment)) if i == 0 or name.startswith("loss_")]


def discover(
    question: Question,
    work: Work | None = None,
    *,
    points: int = POINTS,
    trials: int = TRIALS,
    coverage: float = COVERAGE,
    beyond_margin: bool = False,
    law: str = "dials",
) -> Discovery:
    """Find the beliefs with which the policy that mostly does worse does better.

    Each dial is uniform over its range, independent of the others: two scrambled Sobol sequences, one for each half of
    the points, with seeds derived from the experiment's.

    Parameters
    ----------
    question
        A contrast. Its worldview holds for numbers that belong to no claim.
    points
        Sets of beliefs: rounded up to a power of two. More points keep those that were played.
    trials
        Of each policy at each point, in worlds that are the same for both policies and new at each point, so
        that luck makes no box: rounded up to ten blocks of worlds. A point has only the first 100 if their 99 %
        interval shows for every outcome which policy does better.
    coverage
        Share of the exception's points that PRIM's box must contain, 0..1.
    beyond_margin
        Count only differences larger than what counts as the same.
    law
        `dials`: each claim is accepted by between none and all. `readings`: each is at the evidence or at a reading of
        an author who speaks, with equal chances.

    Raises
    ------
    QuestionError
        For an unknown law, an outcome without a better side, or one that is the same under both policies everywhere.

    Examples
    --------
    >>> import sim
    >>> from sim.engine.question import Question
    >>> question = Question.of(sim.load("debate"), contrast="direct_ties-status_quo", outcomes=["use_of_force"])
    >>> found = discover(question, points=64, trials=20)
    >>> len(found.points), found.dials.shape
    (64, (2, 32, 36))
    """
    exp, claims = question.experiment, tuple(dialled_parameters(question.experiment.catalogue))
    for outcome in question.outcomes:
        reject_two_sided(exp.catalogue.outcomes[outcome])
    if not 0 < coverage <= 1:
        raise QuestionError(f"coverage: must be above 0 and at most 1, got {coverage:g}")
    if law not in BELIEFS:
        raise QuestionError(describe_unknown("law", law, BELIEFS))
    dials = draw_dials(exp, claims, points, law)
    worlds = -(-trials // (BLOCKS * exp.lucks)) * BLOCKS
    margins = [exp.catalogue.outcomes[outcome].margin * beyond_margin for outcome in question.outcomes]
    differences = _play_points(question, claims, dials, worlds, np.array(margins), work or Work(), law)
    searches = {}
    for i, outcome in enumerate(question.outcomes):
        if not differences[..., i].any():
            raise QuestionError(f"outcome {outcome} is the same under both policies: there is nothing to discover")
        exception, cases = _exception(question, outcome, differences[..., i], beyond_margin)
        candidates = boxes.find_boxes((dials[0], cases[0]), (dials[1], cases[1]), claims, coverage)
        searches[outcome] = Search(outcome, exception, differences[..., i], cases, candidates)
    limits, rates = _box_tables(question, searches)
    points_table = pd.concat([_point_table(question, search, claims, dials) for search in searches.values()])
    return Discovery(question, worlds * exp.lucks, limits, rates, points_table, claims, dials, searches, coverage,
                     beyond_margin, law)  # fmt: skip


def draw_dials(exp: Experiment, claims: Sequence[str], points: int, law: str = "dials") -> Floats:
    """Settings of claims' dials from two independent scrambled Sobol sequences: float[half, point, claim].

    >>> import sim
    >>> exp = sim.load("debate")
    >>> few, many = (draw_dials(exp, ["N12", "S9"], points) for points in (16, 60))
    >>> many.shape, bool((few == many[:, :8]).all()), many.min(axis=(0, 1)).round().tolist()
    ((2, 32, 2), True, [-1.0, -1.0])
    """
    from scipy.stats import qmc

    half = max(int(np.ceil(np.log2(max(points, 2)))) - 1, 0)
    seeds = [np.random.default_rng([exp.seed, i]) for i in (0, 1)]
    unit = np.stack([qmc.Sobol(len(claims), rng=rng).random_base2(half) for rng in seeds])
    entries = [exp.catalogue.claims[claim] for claim in claims]
    low, high = np.array([claim.dial_range for claim in entries]).T
    dials: Floats = low + (high - low) * unit
    if law == "readings":
        for i, claim in enumerate(entries):
            dials[..., i] = np.vectorize(partial(nearest_stop, claim))(dials[..., i])
    return dials


def _play_points(
    question: Question, claims: tuple[str, ...], dials: Floats, worlds: int, margins: Floats, work: Work, law: str
) -> Floats:
    """The difference at each point, float[half, point, block, outcome]: point i of half h has worlds of its own."""
    # The pieces of a law are saved apart; a longer design begins with the points of a shorter one.
    cache = work.cache(question, "discover", claims, worlds, FIRST_TRIALS, margins.tolist(), law)
    pieces = [(half, first) for first in range(0, dials.shape[1], POINTS_SAVED) for half in (0, 1)]
    each = POINTS_SAVED * worlds * question.experiment.lucks * len(question.policies)

    def play(number: int) -> Floats:
        half, first = pieces[number]
        points, first_world = dials[half, first : first + POINTS_SAVED], (2 * first + half * POINTS_SAVED) * worlds
        name = f"half {half} points {first}+{len(points)}"
        return cache.recall(name, lambda: _play_piece(question, claims, points, first_world, worlds, margins))

    parts = work.map(play, range(len(pieces)), Counter(work.progress, len(pieces) * each), each)
    return np.stack([np.concatenate([parts[i] for i, (h, _) in enumerate(pieces) if h == half]) for half in (0, 1)])


def _play_piece(
    question: Question, claims: tuple[str, ...], points: Floats, first_world: int, worlds: int, margins: Floats
) -> Floats:
    """Some neighbouring points, each in the next worlds: float[point, block, outcome]."""
    here = draw_worlds(question.experiment, question.worldview, claims, first_world, len(points) * worlds)
    first = min(-(-FIRST_TRIALS // (BLOCKS * question.experiment.lucks)) * BLOCKS, worlds)

    def play(point: Floats, begin: int, end: int) -> Floats:
        part = here.part(slice(begin, end))
        values = question.values(part.at(dict(zip(claims, point.tolist(), strict=True))), first_world + begin)
        blocks: Floats = values.reshape(BLOCKS, (end - begin) // BLOCKS, -1).mean(axis=1)
        return blocks

    means = []
    for i, point in enumerate(points):
        mean = play(point, i * worlds, i * worlds + first)
        if first < worlds and not _is_clear(mean, margins):
            rest = play(point, i * worlds + first, (i + 1) * worlds)
            mean = (mean * first + rest * (worlds - first)) / worlds
        means.append(mean)
    return np.stack(means)


def _is_clear(blocks: Floats, margins: Floats) -> bool:
    """True if each outcome's interval lies on one side of plus and minus its margin: of float[block, outcome]."""
    distance = np.abs(np.abs(blocks.mean(axis=0)) - margins)
    error = blocks.std(axis=0, ddof=1) / np.sqrt(len(blocks))
    return bool((distance > error * stdtrit(len(blocks) - 1, (1 + CLEAR) / 2)).all())


def _exception(question: Question, outcome: str, differences: Floats, beyond_margin: bool) -> tuple[str, Flags]:
    """The policy that does better at fewer points, and where it does."""
    entry = question.experiment.catalogue.outcomes[outcome]
    first_ahead = differences.mean(axis=2) * (-1 if entry.better == "low" else 1)
    margin = entry.margin if beyond_margin else 0.0
    first, second = first_ahead > margin, first_ahead < -margin
    a, b = question.contrast
    return (a, first) if first.sum() <= second.sum() else (b, second)


def words_for_limits(dial_range: tuple[float, float], low: float, high: float) -> str:
    """The limits of a dial in words: how far a claim is accepted, and by whose reading.

    >>> words_for_limits((0.0, 1.0), 0.62, np.inf), words_for_limits((-1.0, 0.0), -0.6, -0.2)
    ('accepted to more than 0.62 (Newsham)', 'accepted to between 0.20 and 0.60 (Self)')
    >>> words_for_limits((-1.0, 0.0), -0.7, np.inf), words_for_limits((-1.0, 1.0), -np.inf, 0.7)
    ('accepted to less than 0.70 (Self)', 'not near Newsham’s reading (below 0.70)')
    """
    least, greatest = dial_range
    if least < 0 < greatest:
        if np.isfinite(low) and np.isfinite(high):
            return f"between {low:.2f} and {high:.2f}".replace("-", "−")
        if np.isfinite(low):
            return f"{'near Newsham’s' if low >= 0 else 'not near Self’s'} reading (above {low:.2f})".replace("-", "−")
        return f"{'near Self’s' if high <= 0 else 'not near Newsham’s'} reading (below {high:.2f})".replace("-", "−")
    author, ends = ("Newsham", (low, high)) if greatest > 0 else ("Self", (-high, -low))
    if np.isfinite(ends[0]) and np.isfinite(ends[1]):
        return f"accepted to between {ends[0]:.2f} and {ends[1]:.2f} ({author})"
    more = np.isfinite(ends[0])
    return f"accepted to {'more' if more else 'less'} than {ends[0] if more else ends[1]:.2f} ({author})"


def _key(question: Question, outcome: str) -> tuple[str, ...]:
    return question.start.name, *question.contrast, outcome, question.worldview.name


def _box_tables(question: Question, searches: dict[str, Search]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of limits, and of rates."""
    limits, rates = [], []
    for outcome, search in searches.items():
        number = dict.fromkeys(("prim", "cart"), 0)
        for candidate in search.boxes:
            number[candidate.method] += 1
            box = (*_key(question, outcome), search.exception, candidate.method, number[candidate.method])
            for claim in candidate.box.restricted:
                ends, reach = candidate.box.limits(claim), question.experiment.catalogue.claims[claim].dial_range
                limits.append((*box, claim, *np.clip(ends, *reach).tolist(), words_for_limits(reach, *ends)))
            for half, fit in zip(HALVES, (candidate.train, candidate.held_out), strict=True):
                rates.append((*box, half, fit.points, *fit.coverage, *fit.density, *fit.base_rate, candidate.holds))
    return pd.DataFrame(limits, columns=COLUMNS), pd.DataFrame(rates, columns=RATES)


def _point_table(question: Question, search: Search, claims: tuple[str, ...], dials: Floats) -> pd.DataFrame:
    mean, half = search.differences.mean(axis=2).ravel(), search.half_widths.ravel()
    columns = dict(zip(KEYS, _key(question, search.outcome), strict=True)) | {
        "half": np.repeat(HALVES, dials.shape[1]),
        "point": np.tile(np.arange(dials.shape[1]), 2),
        "difference": mean, "low": mean - half, "high": mean + half,
        "case": search.cases.ravel(), "settled": ~search.unsettled.ravel(),
    }  # fmt: skip
    dial_columns = pd.DataFrame(np.concatenate(dials), columns=[f"claim.{claim}" for claim in claims])
    return pd.concat([pd.DataFrame(columns), dial_columns], axis=1)
