"""How much of the spread of an outcome is luck, and how much is what one believes?

The outcome of a single history varies for three reasons: which worldview holds, what that worldview leaves open (each
world draws its own numbers), and luck. Trials are nested in the same way: lucks in worlds in worldviews. The variance
is the sum of the three, and each is estimated without bias:

* luck: the variance among the lucks of one world, of the outcome as it happened, averaged over worlds;
* worlds: the variance of worlds' means, less the luck that is left in a mean of so few lucks. Means are of the
  compensator where there is one: in any world it has the same expectation, and less luck;
* worldviews: the variance of the worldviews' means, each with the same weight, less what is left in them of worlds
  and luck. Worldviews share what is drawn for a world, so that is the variance of a world's distance from their mean.

An unbiased estimate of a small variance is sometimes negative. It is reported as it is, with the note that it may be 0.
Worlds are independent of each other, so intervals come from leaving out blocks of them (jackknife).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from analysis.questions.finding import Finding
from analysis.questions.work import Counter, Work
from sim.engine import batch
from sim.engine.question import check_count, estimated_by
from sim.errors import QuestionError
from sim.model import draws
from sim.statistics.intervals import LEVEL, Floats

if TYPE_CHECKING:
    from sim.engine.question import Question
    from sim.results.result import Result
    from sim.results.tables import Rows

TRIALS, BLOCKS = 20_000, 50
ALL = "(all)"
LUCK, WORLDS, VIEWS, BELIEFS, TOTAL = "luck", "worlds", "worldviews", "beliefs", "total"
PARTS = (LUCK, WORLDS, VIEWS, BELIEFS, TOTAL)
FIGURES = ["variance", "low", "high", "share", "share_low", "share_high"]
COLUMNS = ["start", "policy_a", "policy_b", "outcome", "worldview", "part", *FIGURES]
COLUMNS += ["estimator", "above_zero", "worlds", "lucks"]
Cells = Mapping[tuple[str, str], "Rows"]  # trials by policy and worldview


@dataclass(frozen=True, eq=False)
class Variance(Finding):
    """The parts of the spread of each outcome.

    Attributes
    ----------
    table
        The columns of variance.csv. `policy_b` is blank where the row is about one policy's outcome, and names the
        second policy of the paired difference otherwise. `worldview` is one of them, or `(all)`: drawn with equal
        chances. `part` is `luck`, `worlds`, `worldviews`, `beliefs` (the last two together) or `total`; `variance` in
        the outcome's unit squared, `share` of the total, both with 95 % intervals; `estimator` whether means of worlds
        are of the compensator; `above_zero` is yes if the interval of the part lies above 0, else no.
    """

    worlds: int

    def parts(self, outcome: str, policy_a: str, policy_b: str = "", worldview: str = ALL) -> dict[str, dict[str, Any]]:
        """Figures of each part of one spread, by their names."""
        about = {"outcome": outcome, "policy_a": policy_a, "policy_b": policy_b, "worldview": worldview}
        rows = self.table[np.logical_and.reduce([self.table[name] == value for name, value in about.items()])]
        return {str(row["part"]): {str(name): value for name, value in row.items()} for row in rows.to_dict("records")}

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"variance": self.table}

    @property
    def worldviews(self) -> list[str]:
        return [view.name for view in self.question.experiment.worldviews]

    @property
    def design(self) -> dict[str, Any]:
        """Sizes of nested draws: worlds, lucks, blocks; and every policy, since each has its own spread."""
        exp = self.question.experiment
        return {"worlds": self.worlds, "lucks": exp.lucks, "blocks": min(BLOCKS, self.worlds),
                "policies": [policy.name for policy in exp.policies]}  # fmt: skip


def variance(
    question: Question, work: Work | None = None, *, trials: int = TRIALS, run: Result | None = None
) -> Variance:
    """Decompose the variance of every policy's outcomes under every worldview, and of the contrast's difference.

    Parameters
    ----------
    question
        A contrast. The outcome is that of a single history: counted or measured, not its compensator. With one luck in
        each world, two are played.
    trials
        For each policy and worldview; rounded up to 50 blocks of worlds.
    run
        A finished run of the question's experiment, which is read instead of playing; a column is read at a time.

    Raises
    ------
    QuestionError
        For a run with one luck in each world; for an outcome without a value in some trials, or that never varies.

    Examples
    --------
    >>> import sim
    >>> from sim.engine.question import Question
    >>> pair = "direct_ties-interoperability"
    >>> question = Question.of(sim.load("debate"), contrast=pair, outcomes=["use_of_force"], lucks=2)
    >>> variance(question, trials=200).table.query("worldview == '(all)' and policy_b != ''")["part"].to_list()
    ['luck', 'worlds', 'worldviews', 'beliefs', 'total']
    """
    exp = question.experiment
    if exp.lucks < 2:
        raise QuestionError(
            "lucks: with one luck in each world, luck and beliefs cannot be separated. Use two or more: "
            "strait run --lucks 2, or strait variance without a folder"
        )
    if run is not None:
        return _of_run(question, run)
    work, size = work or Work(), -(-check_count("trials", trials) // (BLOCKS * exp.lucks))
    cache = work.cache(question, "variance", size)
    each = size * exp.lucks * len(exp.policies) * len(exp.worldviews)
    by_block = work.map(
        lambda number: cache.recall(f"block {number}", lambda: _play_block(question, number, size)),
        range(BLOCKS), Counter(work.progress, BLOCKS * each), each,
    )  # fmt: skip
    return _decomposed(question, np.stack(by_block), np.full(BLOCKS, size))


def _of_run(question: Question, run: Result) -> Variance:
    exp = question.experiment
    worlds = len(next(iter(run.records.values()))["luck"]) // exp.lucks
    blocks = min(BLOCKS, worlds)
    edges = np.arange(blocks + 1) * worlds // blocks
    cells = {(policy, view): of_cell for (at, view, policy), of_cell in run.records.items()
             if at == question.start.name}  # fmt: skip
    by_outcome = []
    for outcome in question.outcomes:
        raw, means = (_values(question, outcome, column, cells) for column in (outcome, estimated_by(exp, outcome)))
        parts = zip(np.split(raw, edges[1:-1], axis=2), np.split(means, edges[1:-1], axis=2), strict=True)
        by_outcome.append(np.stack([sums_of_block(*part) for part in parts]))
    return _decomposed(question, np.stack(by_outcome, axis=2), np.diff(edges))


def _play_block(question: Question, number: int, size: int) -> Floats:
    """One block's sums: float[what, outcome, 5, worldview]."""
    exp, first = question.experiment, number * size
    cells: dict[tuple[str, str], Rows] = {}
    for view in exp.worldviews:
        parameters = draws.draw_parameters(exp, view, first, size)
        for policy in exp.policies:
            cells[policy.name, view.name] = batch.play_cell(
                exp, policy, question.start, parameters, first, question.agents
            )[0]
    both = [
        [_values(question, outcome, column, cells) for column in (outcome, estimated_by(exp, outcome))]
        for outcome in question.outcomes
    ]
    return np.stack([sums_of_block(*pair) for pair in both], axis=1)


def _values(question: Question, outcome: str, column: str, cells: Cells) -> Floats:
    """Every policy's values and the contrast's difference: float[what, worldview, world, luck]."""
    exp, names = question.experiment, [policy.name for policy in question.experiment.policies]
    views = [view.name for view in exp.worldviews]
    values = np.array([[cells[name, view][column].astype(np.float64) for view in views] for name in names])
    if not np.isfinite(values).all():
        raise QuestionError(f"outcome {outcome} has no value in some trials, so its variance cannot be decomposed")
    a, b = (names.index(name) for name in question.contrast)
    every: Floats = np.concatenate([values, (values[a] - values[b])[None]])
    return every.reshape(*every.shape[:2], -1, exp.lucks)


def sums_of_block(raw: Floats, means: Floats) -> Floats:
    """A block's share of the estimates: float[what, 5, worldview], from float[what, worldview, world, luck].

    Sums over worlds of: its mean, the mean squared, its squared distance from the mean over worldviews, and the
    variance among lucks, of the outcome as it happened and of the column that means are taken of.
    """
    mean = means.mean(axis=3)
    apart = mean - mean.mean(axis=1, keepdims=True)
    each = (mean, mean**2, apart**2, raw.var(axis=3, ddof=1), means.var(axis=3, ddof=1))
    return np.stack([part.sum(axis=2) for part in each], axis=1)


def components(total: Floats, worlds: NDArray[np.int64], lucks: int) -> Floats:
    """Unbiased parts of the variance: float[..., worldview + 1, part], the last for all worldviews together.

    Parameters
    ----------
    total
        float[..., 5, worldview]: sums over all worlds, as of `sums_of_block`.
    worlds
        How many these are; it must broadcast against what `total` has before its last two axes.
    """
    n = worlds[..., None].astype(np.float64)
    sum_, squares, apart, raw_luck, mean_luck = (total[..., i, :] for i in range(5))
    mean = sum_ / n
    of_luck = raw_luck / n
    # The variance of worlds' means holds the luck of a mean of `lucks` trials, which is a `lucks`-th of one trial's.
    of_worlds = (squares - n * mean**2) / (n - 1) - mean_luck / n / lucks
    # Likewise the squared distance of a worldview's mean from their common mean holds the variance, over worlds, of
    # that distance, divided by the number of worlds.
    off = mean - mean.mean(axis=-1, keepdims=True)
    noise = (apart - n * off**2) / (n - 1) / n
    of_views = (off**2 - noise).mean(axis=-1, keepdims=True)
    within = [np.concatenate([part, part.mean(axis=-1, keepdims=True)], axis=-1) for part in (of_luck, of_worlds)]
    views = np.concatenate([np.zeros_like(mean), of_views], axis=-1)
    beliefs = within[1] + views
    return np.stack([*within, views, beliefs, within[0] + beliefs], axis=-1)


def _decomposed(question: Question, sums: Floats, sizes: NDArray[np.int64]) -> Variance:
    """Make the table from the blocks' sums, float[block, what, outcome, 5, worldview]."""
    exp = question.experiment
    if len(sums) < 2:
        raise QuestionError("the variance needs two worlds or more")
    worlds, total = int(sizes.sum()), sums.sum(axis=0)
    parts = components(total, np.array(worlds), exp.lucks)
    without = components(total - sums, (worlds - sizes)[:, None, None], exp.lucks)
    spreads = [(policy.name, "") for policy in exp.policies] + [question.contrast]
    views = [*(view.name for view in exp.worldviews), ALL]
    rows = []
    for i, (a, b) in enumerate(spreads):
        for j, outcome in enumerate(question.outcomes):
            if parts[i, j, -1, -1] == 0:
                raise QuestionError(f"outcome {outcome} is the same in every trial{' of both policies' * bool(b)}")
            compensated = exp.catalogue.outcomes[outcome].compensator
            for k, view in enumerate(views):
                for figures, part in zip(_figures(parts[i, j, k], without[:, i, j, k]), PARTS, strict=True):
                    if view != ALL and part in (VIEWS, BELIEFS):
                        continue
                    above_zero = "yes" if figures[1] > 0 else "no"
                    rows.append((question.start.name, a, b, outcome, view, part, *figures,
                                 _estimator(part, compensated), above_zero, worlds, exp.lucks))  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(FIGURES, "Float64"))
    trials = worlds * exp.lucks
    return Variance(replace(question, experiment=replace(exp, trials=trials)), trials, table, worlds)


def _figures(parts: Floats, without: Floats) -> list[tuple[Any, ...]]:
    """Each part's variance and share with their limits; a share of nothing is blank.

    The jackknife: `without` is float[block, part], the estimates with one block left out. They differ (blocks - 1)
    times less than blocks do, so their standard deviation times (blocks - 1) / sqrt(blocks) is a standard error.
    """
    blocks, total = len(without), parts[-1]
    reach = float(stdtrit(blocks - 1, (1 + LEVEL) / 2)) * (blocks - 1) / np.sqrt(blocks)
    by = reach * without.std(axis=0, ddof=1)
    variances = np.stack([parts, parts - by, parts + by], axis=1).tolist()
    if total <= 0 or (without[:, -1] <= 0).any():
        return [(*figures, pd.NA, pd.NA, pd.NA) for figures in variances]
    shares, by = parts / total, reach * (without / without[:, -1:]).std(axis=0, ddof=1)
    limits = np.stack([shares, shares - by, shares + by], axis=1).tolist()
    return [(*figures, *share) for figures, share in zip(variances, limits, strict=True)]


def _estimator(part: str, compensated: bool) -> str:
    """Which column a part is estimated from."""
    if part == LUCK or not compensated:
        return "raw"
    return "raw and compensator" if part == TOTAL else "compensator"
