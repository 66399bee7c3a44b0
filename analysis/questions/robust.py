"""Which policy would one regret least, unsure who is right and what matters?

All policies of an experiment, in the same worlds of every worldview, several lucks in each: expected loss, regret,
worst cases and thresholds (`sim.statistics.regret`), by each set of values, and how the ranking depends on it. Two
things nobody can know: who is right, and how much each author's values count. They span a map of the best policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.questions.finding import NEWSHAM, SELF, Finding, reject_two_sided
from analysis.questions.work import Work
from sim.engine.question import Question, check_count, estimated_by, look_up, reject_conditional
from sim.errors import QuestionError
from sim.statistics import regret
from sim.statistics.intervals import LEVEL, Floats
from sim.statistics.regret import Measured

if TYPE_CHECKING:
    from sim.results.result import Result
    from sim.scenario.experiment import Experiment

TRIALS, LUCKS = 20_000, 20
ALL = "(all)"  # worldviews, with equal weights
KEPT = "kept"
KEYS = ("start", "values", "measure", "worldview", "threshold", "policy")
COLUMNS = (*KEYS, "value", "low", "high", "rank", "first_share", "uncorrected", "cross_fitted", "worlds", "lucks")
MAP_GRID = np.linspace(0.0, 1.0, 101)
EXPECTED, MAX_REGRET = "expected", "max_regret"
BETWEEN = f"{NEWSHAM}-{SELF}"  # worldviews that are mixed
MAP_COLUMNS = ("start", "measure", "worldview", "newsham_right", "newsham_values", "policy", "second", "lead", "low",
               "high", "settled")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Robust(Finding):
    """How each policy does under uncertainty, from one start.

    Attributes
    ----------
    question
        Its outcomes are those by which policies are ranked. All policies and worldviews of its experiment take part.
    table
        The columns of robust.csv. `value` with its 95 % interval, `rank` from 1 for the best, and `first_share`, how
        often the policy is best when worlds are resampled. `uncorrected` is the estimate from the lucks as they are;
        `cross_fitted`, of expected regret, is what is left if the best policy of a world is chosen on all lucks but one
        and judged on that one. The truth lies between the two, and `value` is nearer to it than either.
    ranks
        Of robust_ranks.csv: the rank with its 95 % interval, and the share of resamples in each rank.
    map
        Of robust_map.csv (see `map_best_policies`); empty without both authors' worldviews and values.
    thresholds
        By outcome, as they were given.
    """

    ranks: pd.DataFrame = field(repr=False)
    map: pd.DataFrame = field(repr=False)
    worlds: int
    thresholds: Mapping[str, float]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"robust": self.table, "robust_ranks": self.ranks, "robust_map": self.map}

    @property
    def policies(self) -> list[str]:
        return [policy.name for policy in self.question.experiment.policies]

    @property
    def worldviews(self) -> list[str]:
        return [view.name for view in self.question.experiment.worldviews]

    @property
    def design(self) -> dict[str, Any]:
        """Sizes of regret: worlds, lucks, resamples, thresholds."""
        return {
            "worlds": self.worlds, "lucks": self.question.experiment.lucks, "resamples": regret.RESAMPLES,
            "tail": regret.TAIL, "keep": dict(self.thresholds), "map_places": len(MAP_GRID) if len(self.map) else 0,
        }  # fmt: skip


def play_policies(
    experiment: Experiment, work: Work | None = None, *, trials: int = TRIALS, lucks: int = LUCKS
) -> Result:
    """Play all policies of an experiment under all its worldviews, with several lucks in each world.

    Parameters
    ----------
    work
        Its folder gets the run, in a folder `run`, so that the same call continues after an interruption.
    trials
        Of each policy, worldview and start: rounded up to complete worlds.
    lucks
        In each world, two at least. With more, less bias must be removed from measures of single worlds.

    Raises
    ------
    QuestionError
        For fewer than two lucks.
    sim.errors.FolderError
        If the folder holds another run.
    """
    from sim.results import result as results
    from sim.results import store

    _check_lucks(lucks)
    work, worlds = work or Work(), max(-(-check_count("trials", trials) // lucks), 2)
    experiment = replace(experiment, lucks=lucks, trials=worlds * lucks)
    if work.folder is None:
        return results.run(experiment, workers=work.workers, progress=work.progress)
    return store.write_folder(experiment, work.folder / "run", workers=work.workers, progress=work.progress)


def robust(
    run: Result,
    *,
    outcomes: Sequence[str] | None = None,
    start: str | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> Robust:
    """Rank the policies of a run by how they do under uncertainty.

    Parameters
    ----------
    run
        With two lucks in each world at least, in memory or read from a folder; a few of its columns are read.
    outcomes
        By default the loss by each set of values that the run has, or its primary outcomes if it has none.
    start
        By default the run's last.
    thresholds
        By outcome, in its unit: `kept` is the share of worlds in which a policy keeps its expected outcome within the
        threshold. By default, for each outcome ranked by, what the first policy expects, worldviews weighed equally.

    Raises
    ------
    QuestionError
        For an unknown name, an outcome without a better side or without a value in some trials, a run with one
        policy or one luck in each world.

    Examples
    --------
    >>> import sim
    >>> found = robust(sim.run(sim.load("debate", trials=80, lucks=4, starts=["2026"])))
    >>> len(found.ranks), found.question.outcomes[0]
    (105, 'loss_newsham')
    """
    thresholds = thresholds or {}
    _check_lucks(run.experiment.lucks)
    question = ranking_question(run.experiment, outcomes, start, thresholds)
    rows: list[tuple[object, ...]] = []
    ranks: list[tuple[object, ...]] = []
    means: dict[str, Floats] = {}
    worlds = 0
    for name in dict.fromkeys((*question.outcomes, *thresholds)):
        losses = losses_of(run, question.start.name, name)
        worlds = losses.shape[2]
        means[name] = losses.mean(axis=3)
        more_rows, more_ranks = _rank(question, name, losses, thresholds.get(name))
        rows += more_rows
        ranks += more_ranks
    of_rank = [f"rank_{i + 1}_share" for i in range(len(run.experiment.policies))]
    return Robust(
        question, worlds * run.experiment.lucks, pd.DataFrame(rows, columns=COLUMNS),
        pd.DataFrame(ranks, columns=[*KEYS, "rank", "low", "high", *of_rank]),
        map_best_policies(question, means), worlds, thresholds,
    )  # fmt: skip


def ranking_question(
    experiment: Experiment,
    outcomes: Sequence[str] | None = None,
    start: str | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> Question:
    """Make and check the question of a ranking, before anything is played; raises QuestionError as `robust`.

    >>> import sim
    >>> ranking_question(sim.load("debate"), ["use_of_force"]).outcomes
    ('use_of_force',)
    """
    if len(experiment.policies) < 2:
        raise QuestionError("policies: one policy alone cannot be ranked; the run needs two at least")
    entries = experiment.catalogue.outcomes
    default = [values.outcome for values in experiment.values] or None
    question = Question.of(experiment, outcomes=list(dict.fromkeys(outcomes)) if outcomes else default, start=start)
    for name in (*question.outcomes, *(thresholds or {})):
        reject_two_sided(look_up("outcome", name, entries))
        reject_conditional(entries[name])
    return question


def losses_of(run: Result, start: str, outcome: str) -> Floats:
    """An outcome with its sign such that less is better: float[worldview, policy, world, luck].

    It is estimated by its compensator where it has one.
    """
    exp, column = run.experiment, estimated_by(run.experiment, outcome)
    cells = [[run.records[start, view.name, policy.name][column] for policy in exp.policies] for view in exp.worldviews]
    values = np.array(cells, dtype=np.float64)
    if not np.isfinite(values).all():
        raise QuestionError(f"outcome {outcome} has no value in some trials, so policies cannot be ranked by it")
    values = values.reshape(*values.shape[:2], -1, exp.lucks)
    return -values if exp.catalogue.outcomes[outcome].better == "high" else values


def _rank(
    question: Question, outcome: str, losses: Floats, threshold: float | None
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Rows and ranks of an outcome: of every measure, or only of `kept` for an outcome that has just a threshold."""
    exp = question.experiment
    sign = -1.0 if exp.catalogue.outcomes[outcome].better == "high" else 1.0
    limit = float(losses[:, 0].mean()) if threshold is None else sign * threshold
    rows: list[tuple[object, ...]] = []
    ranks: list[tuple[object, ...]] = []

    def add(name: str, measured: Measured, view: str = ALL, at: object = None, crossed: Floats | None = None) -> None:
        for i, policy in enumerate(exp.policies):
            key = (question.start.name, outcome, name, view, at, policy.name)
            numbers = [figure[i] for figure in (measured.value, measured.low, measured.high)]
            lower_bound = None if crossed is None else float(crossed[i])
            rows.append((*key, *numbers, measured.rank[i], measured.first[i], measured.uncorrected[i], lower_bound,
                         *losses.shape[2:]))  # fmt: skip
            if view == ALL:
                cumulative = measured.ranks[i].cumsum()
                ends = np.searchsorted(cumulative, [(1 - LEVEL) / 2, (1 + LEVEL) / 2 - 1e-12]) + 1
                ranks.append((*key, measured.rank[i], *ends.tolist(), *measured.ranks[i].tolist()))

    if outcome in question.outcomes:
        for name, measure in regret.measures().items():
            level = name in ("expected", "worst_view", "worst_worlds")  # in the outcome's unit; the others are regrets
            crossed = regret.cross_fitted(losses) if name == "expected_regret" else None
            add(name, regret.estimate(measure, losses).rescaled(sign if level else 1.0), crossed=crossed)
        for i, view in enumerate(exp.worldviews):
            add(EXPECTED, regret.estimate(regret.expected, losses[i : i + 1]).rescaled(sign), view.name)
    failing = regret.estimate(regret.failing(limit), losses)
    add(KEPT, failing.rescaled(-1.0, 1.0), at=sign * limit)
    return rows, ranks


def map_best_policies(question: Question, means: Mapping[str, Floats]) -> pd.DataFrame:
    """Which policy is best at each mix of worldviews and values: the columns of robust_map.csv.

    Parameters
    ----------
    means
        Losses float[worldview, policy, world], by outcome; those by both authors' values are used.

    Returns
    -------
    pandas.DataFrame
        `newsham_right`: the chance that Newsham's worldview is right, else Self's. It is blank under another worldview,
        and for `max_regret`, which needs no chances: the most that one could lose, over all worldviews, for not having
        known which is right. `newsham_values`: the weight of Newsham's prices, else Self's. The `policy` with the
        least, the `second`, by how much it leads (% of GDP) with the paired 95 % interval, and `settled`: the interval
        lies above 0 and the lead above what counts as the same. Empty if an author's worldview or values are missing.

    Examples
    --------
    >>> import sim
    >>> len(map_best_policies(Question.of(sim.load("debate", worldviews=["self"])), {}))
    0
    """
    exp, start = question.experiment, question.start.name
    views, prices = [view.name for view in exp.worldviews], [f"loss_{NEWSHAM}", f"loss_{SELF}"]
    if not {NEWSHAM, SELF} <= {*views} or not {*prices} <= {*means}:
        return pd.DataFrame(columns=MAP_COLUMNS)
    worlds = means[prices[0]].shape[2]
    weights = [np.full((1, worlds), 1 / worlds), *regret.resamples(worlds, len(views))]
    # float[value, resample, worldview, policy]; the first resample is the estimate
    losses = np.stack([np.concatenate([regret.by_view(means[name], weight) for weight in weights]) for name in prices])
    margin = exp.catalogue.outcomes[prices[0]].margin
    names = [policy.name for policy in exp.policies]
    rows = []
    for weight in MAP_GRID.tolist():
        weighed = weight * losses[0] + (1 - weight) * losses[1]
        newsham, by_self = weighed[:, [views.index(NEWSHAM)]], weighed[:, [views.index(SELF)]]
        mixed = MAP_GRID[:, None] * newsham + (1 - MAP_GRID[:, None]) * by_self
        rows += [(start, EXPECTED, BETWEEN, right, weight, *best)
                 for right, best in zip(MAP_GRID.tolist(), _best(names, mixed, margin), strict=True)]  # fmt: skip
        alone = zip(views, _best(names, weighed, margin), strict=True)
        rows += [(start, EXPECTED, view, None, weight, *best) for view, best in alone if view not in (NEWSHAM, SELF)]
        worst = (weighed - weighed.min(axis=2, keepdims=True)).max(axis=1, keepdims=True)
        rows.append((start, MAX_REGRET, ALL, None, weight, *_best(names, worst, margin)[0]))
    return pd.DataFrame(rows, columns=MAP_COLUMNS).astype({"newsham_right": float})


def _best(names: list[str], losses: Floats, margin: float) -> list[tuple[str, str, float, float, float, bool]]:
    """The best policy, the second and the lead at each point of float[resample, point, policy].

    The first resample is the estimate.
    """
    first, second = np.argsort(losses[0], axis=1, kind="stable")[:, :2].T
    points = np.arange(losses.shape[1])
    leads = losses[:, points, second] - losses[:, points, first]
    low, high = np.quantile(leads[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    settled = (low > 0) & (leads[0] > margin)
    columns = (leads[0].tolist(), low.tolist(), high.tolist(), settled.tolist())
    return [(names[a], names[b], *numbers) for a, b, *numbers in zip(first, second, *columns, strict=True)]


def _check_lucks(lucks: int) -> None:
    if lucks < 2:
        raise QuestionError(
            "lucks: regret needs at least two lucks in each world, and this run has 1, so a policy that looks good may "
            "only be lucky. Leave the folder out to have a run played, or play it with strait run --lucks 20."
        )
