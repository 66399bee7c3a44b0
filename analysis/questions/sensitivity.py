"""Which beliefs make the difference between two policies larger or smaller, when all of them are open at once?

Each row sets every input (the dials of all claims, or every number) and is played in the same worlds with the same
luck; its value is the mean paired difference. Three methods ask three questions. Tornado: what does one input do alone,
the rest as the worldview has it? Morris: what does it do with the others anywhere? Sobol: what share of the variance
over all beliefs does it account for? In the third, luck is an input of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.questions.finding import Finding
from analysis.questions.work import Counter, Work
from sim.engine.beliefs import nearest_stop
from sim.engine.evaluation import CLAIM, block_means, problem
from sim.engine.question import check_count
from sim.errors import QuestionError
from sim.scenario.messages import describe_unknown
from sim.statistics import indices
from sim.statistics.indices import LUCK, MORRIS, SOBOL, decompose, plain_problem, screen
from sim.statistics.intervals import Floats, interval_over_blocks

if TYPE_CHECKING:
    from sim.engine.question import Question
    from sim.scenario.experiment import Experiment

TRIALS, TRAJECTORIES, POINTS, HEAVIEST = 400, 24, 1024, 12
SEQUENCES = 8  # scrambled Sobol sequences, each in worlds of its own: intervals rest on how they differ
LEAST_POINTS = 8  # of a sequence: with fewer points in all there are fewer sequences, two at least
BLOCKS = 20  # blocks of worlds: an interval rests on how they differ
TORNADO_FACTOR = 10  # a tornado has few rows, and so many times the trials
SOBOL_PART = 5  # of the trials: luck is removed from the shares, so that more rows tell more than more trials in each
ROWS_SAVED = 128  # rows that are played and saved together
LEVELS = {"dials": indices.GRID_LEVELS, "parameters": indices.GRID_LEVELS, "readings": 2}  # of Morris' grid
TOLERANCE = 0.1  # of the variance, or of the largest mu_star: what counts as settled
LAWS = {
    "dials": "each claim accepted by between none and all, uniformly and independently; where both authors speak, from "
    "Self’s reading over the evidence to Newsham’s",
    "readings": "each claim’s numbers from the evidence or from the reading of an author who speaks, with equal "
    "chances, all independent",
    "parameters": "each number as the worldview has it, all independent",
}
BELIEFS = ("dials", "readings")  # laws about claims
ENDS = {"dials": (0.0, 1.0), "readings": (0.0, 1.0), "parameters": (0.05, 0.95)}
"""Of a tornado, as quantiles of an input's distribution."""


@dataclass(frozen=True, eq=False)
class Sensitivity(Finding):
    """How much each input weighs in the difference between two policies.

    Attributes
    ----------
    table
        The columns of sensitivity.csv: a row for each outcome, method, input and measure, with its 95 % interval and
        whether it is settled.
    convergence
        The same figures from an eighth, a quarter, a half and all of the design.
    tornado
        The difference with each input at either end and the rest as the worldview has it, and the change that makes.
    over
        What the inputs are, and how they are drawn: a key of `LAWS`.
    """

    convergence: pd.DataFrame = field(repr=False)
    tornado: pd.DataFrame = field(repr=False)
    over: str

    @property
    def law(self) -> str:
        """The distribution of the inputs, in words."""
        return LAWS[self.over]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"sensitivity": self.table, "sensitivity_convergence": self.convergence,
                "sensitivity_tornado": self.tornado}  # fmt: skip

    @property
    def design(self) -> dict[str, Any]:
        """Sizes of a tornado, Morris' trajectories and Sobol's points, with the inputs kept for these, by start."""
        morris, sobol = (self.table[self.table["method"] == method] for method in (MORRIS, SOBOL))
        kept = [str(name) for name in sobol["input"].unique() if name != LUCK]
        return {
            "over": self.over, "law": self.law, "inputs": morris["input"].nunique(),
            "kept_inputs": {self.question.start.name: kept}, "trajectories": int(morris["points"].max()),
            "levels": LEVELS[self.over], "morris_rows": int(morris["rows"].max()),
            "sequences": _count_sequences(int(sobol["points"].max())), "points": int(sobol["points"].max()),
            "sobol_rows": int(sobol["rows"].max()), "sobol_trials": int(sobol["trials"].max()), "blocks": BLOCKS,
            "resamples": indices.RESAMPLES, "tornado_trials": self.trials * TORNADO_FACTOR,
            "tornado_ends": [*ENDS[self.over]], "settled": TOLERANCE,
        }  # fmt: skip


def sensitivity(
    question: Question,
    work: Work | None = None,
    *,
    over: str = "dials",
    trials: int = TRIALS,
    trajectories: int = TRAJECTORIES,
    points: int = POINTS,
    heaviest: int = HEAVIEST,
) -> Sensitivity:
    """Screen all inputs, decompose the variance over those that weigh most, and move each alone.

    Parameters
    ----------
    question
        A contrast. Its worldview holds in the tornado for all but one input, in Sobol's method for those not kept.
    over
        `dials`: each claim is accepted by between none and all, its dial uniform over its range. `readings`: each is
        at the evidence or at a reading, with equal chances. `parameters`: every number, as the worldview has it.
    trials
        For each policy and row; rounded up to 20 blocks of worlds. A row of the tornado has ten times as many, one of
        Sobol's design a fifth.
    trajectories, points
        Of Morris' design (at least 2); of Sobol's (a power of 2).
    heaviest
        How many inputs go from Morris to Sobol: those with the largest `mu_star`, as shares of all, over all outcomes.

    Raises
    ------
    QuestionError
        For a number out of range; if no input moves an outcome, or luck moves it more than the inputs.

    Examples
    --------
    >>> import sim
    >>> from sim.engine.question import Question
    >>> question = Question.of(sim.load("debate"), contrast="both-status_quo", outcomes=["use_of_force"])
    >>> found = sensitivity(question, trials=20, trajectories=2, points=8, heaviest=2)
    >>> found.table["method"].value_counts().to_dict()
    {'morris': 108, 'sobol': 6}
    """
    if over not in LAWS:
        raise QuestionError(describe_unknown("over", over, list(LAWS)))
    if check_count("trajectories", trajectories) < 2:
        raise QuestionError("trajectories: must be 2 or more")
    if check_count("points", points) < 8 or points & (points - 1):
        raise QuestionError(f"points: must be a power of 2 from 8, as 256 or 512, got {points}")
    exp, work = question.experiment, work or Work()
    inputs = problem(exp, "dials" if over in BELIEFS else over, question.worldview.name)
    count, kept = inputs["num_vars"], min(check_count("heaviest", heaviest), inputs["num_vars"])
    check_count("trials", trials)
    worlds, few = (-(-trials // (BLOCKS * exp.lucks * part)) * BLOCKS for part in (1, SOBOL_PART))
    of_worlds = (trajectories * (count + 1) + TORNADO_FACTOR * (2 * count + 1)) * worlds + points * (kept + 2) * few
    counter = Counter(work.progress, of_worlds * len(question.policies) * exp.lucks)
    model = _Model(question, tuple(inputs["names"]), worlds, work, counter, over == "readings")
    turns = _tornado(model, inputs, over)
    morris = screen(model, inputs, question.outcomes, trajectories, exp.seed, LEVELS[over])
    chosen = plain_problem(inputs, _heaviest(morris, kept))
    base = replace(model, names=tuple(chosen["names"]), worlds=few)
    models = [replace(base, first_world=i * few) for i in range(_count_sequences(points))]
    sobol = decompose(models, chosen, question.outcomes, points, exp.seed)
    figures = _described(question, inputs, pd.concat([morris, sobol], ignore_index=True), over)
    full = figures["points"] == figures.groupby("method")["points"].transform("max")
    table = figures[full].assign(verdict=_verdicts(figures, full)).reset_index(drop=True)
    table["trials"] = np.where(table["method"] == SOBOL, few, worlds) * exp.lucks
    return Sensitivity(question, worlds * exp.lucks, table, figures, _described(question, inputs, turns, over), over)


@dataclass(frozen=True)
class _Model:
    """The difference as a function of these inputs: float[row, input] -> float[block, row, outcome]."""

    question: Question
    names: tuple[str, ...]
    worlds: int
    work: Work
    counter: Counter
    at_stops: bool
    first_world: int = 0

    def __call__(self, X: Floats) -> Floats:
        bare = [name.removeprefix(CLAIM) for name in self.names]
        settings = [dict(zip(bare, row, strict=True)) for row in X.tolist()]
        if self.at_stops:
            claims = self.question.experiment.catalogue.claims
            settings = [{name: nearest_stop(claims[name], dial) for name, dial in row.items()} for row in settings]
        return self.play(settings)

    def play(self, settings: Sequence[dict[str, float]]) -> Floats:
        """Play each setting: float[block, setting, outcome]. Some rows at a time are saved."""
        cache = self.work.cache(self.question, self.first_world, self.worlds, BLOCKS)
        parts = []
        for first in range(0, len(settings), ROWS_SAVED):
            rows = [(self.question, setting) for setting in settings[first : first + ROWS_SAVED]]
            name = "rows " + hashlib.sha256(repr([setting for _, setting in rows]).encode()).hexdigest()[:16]
            compute = partial(block_means, rows, self.first_world, self.worlds, BLOCKS, self.work.workers)
            parts.append(cache.recall(name, compute))
            self.counter.add(len(rows) * self.worlds * self.question.experiment.lucks * len(self.question.policies))
        return np.concatenate(parts, axis=1)


def _count_sequences(points: int) -> int:
    return min(SEQUENCES, max(points // LEAST_POINTS, 2))


def _heaviest(morris: pd.DataFrame, count: int) -> list[str]:
    """The inputs with the largest `mu_star`, each as a share of its outcome's, over all outcomes."""
    rows = morris[(morris["measure"] == "mu_star") & (morris["points"] == morris["points"].max())]
    share = rows["value"] / rows.groupby("outcome")["value"].transform("sum")
    weight = share.groupby(rows["input"]).mean().sort_values(ascending=False, kind="stable")
    return [str(name) for name in weight.index[:count]]


def _tornado(model: _Model, inputs: dict[str, Any], over: str) -> pd.DataFrame:
    """Each input at either end, the rest as the worldview has it, against the worldview as it is."""
    from SALib.util import scale_samples

    ends = [scale_samples(np.full((1, inputs["num_vars"]), end), plain_problem(inputs))[0].tolist()
            for end in ENDS[over]]  # fmt: skip
    settings: list[dict[str, float]] = [{}]
    for name, *both in zip(inputs["names"], *ends, strict=True):
        settings += [{name.removeprefix(CLAIM): value} for value in both]
    means, rows = replace(model, worlds=model.worlds * TORNADO_FACTOR).play(settings), []
    for i, outcome in enumerate(model.question.outcomes):
        for row, setting in enumerate(settings[1:], start=1):
            [(name, value)] = setting.items()
            level, change = map(interval_over_blocks, (means[:, row, i], means[:, row, i] - means[:, 0, i]))
            rows.append((outcome, name, "high" if row % 2 == 0 else "low", value, *level, *change))
    figures = ["difference", "low", "high", "change", "change_low", "change_high"]
    return pd.DataFrame(rows, columns=["outcome", "input", "end", "setting", *figures])


def _described(question: Question, inputs: dict[str, Any], figures: pd.DataFrame, over: str) -> pd.DataFrame:
    """Add what each row is about: the question before it; the input's theme, what it says, and the law, after."""
    bare = [name.removeprefix(CLAIM) for name in inputs["names"]]
    themes = dict(zip(bare, inputs["groups"], strict=True)) | {LUCK: LUCK}
    names = figures["input"].str.removeprefix(CLAIM)
    texts = [meaning_of_input(question.experiment, name) for name in names]
    table = figures.assign(input=names, theme=names.map(themes), says=texts, law=LAWS[over])
    key = (question.start.name, *question.contrast, question.worldview.name)
    for column, (name, value) in enumerate(zip(("start", "policy_a", "policy_b", "worldview"), key, strict=True)):
        table.insert(column, name, value)
    return table


def meaning_of_input(experiment: Experiment, name: str) -> str:
    """Return what a claim says, or what a parameter means."""
    claims, parameters = experiment.catalogue.claims, experiment.catalogue.parameters
    if name == LUCK:
        return "Which worlds and which luck a row is played with."
    return claims[name].says if name in claims else parameters[name.removeprefix("quantile.")].meaning


def _verdicts(figures: pd.DataFrame, full: pd.Series[bool]) -> list[str]:
    """Whether each figure is settled: known to a tenth of its scale, and moved by less in the second half of rows."""
    key = ["outcome", "method", "input", "measure"]
    halves = [points // 2 for points in {*figures["points"]}]
    half = figures[figures["points"].isin(halves)].set_index([*key, "points"])["value"]
    largest = figures[full & (figures["measure"] == "mu_star")].groupby("outcome")["value"].max()
    verdicts = []
    for row in figures[full].itertuples():
        scale = float(largest[str(row.outcome)]) if row.method == MORRIS else 1.0
        value, low, high = float(str(row.value)), float(str(row.low)), float(str(row.high))
        before = half.get((row.outcome, row.method, row.input, row.measure, int(str(row.points)) // 2))
        near = before is not None and abs(value - float(before)) <= TOLERANCE * scale
        settled = near and max(high - value, value - low) <= TOLERANCE * scale
        verdicts.append("settled" if settled else "not settled")
    return verdicts
