"""Which belief, if a study settled it before Japan chooses, would change the choice, and how much would that save?

Each claim is accepted by between none and all, at random, thousands of times. All policies are played at
each such point, in worlds of its own. Without a study one takes the policy with the least expected loss. After it one
takes the policy that is best given what it found. The mean saving is the value of information
(`sim.statistics.information`). Luck and the numbers that a reading leaves open stay unknown: no study of a claim
settles them. Sobol's shares stand beside it. They say what moves the result, and this what would change the choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.questions.discover import words_for_limits
from analysis.questions.finding import Finding, reject_two_sided
from analysis.questions.sensitivity import LAWS, meaning_of_input
from analysis.questions.work import Counter, Work
from sim.engine.beliefs import draw_worlds
from sim.engine.evaluation import CLAIM, problem
from sim.engine.question import Question, check_count
from sim.errors import QuestionError
from sim.statistics import information
from sim.statistics.information import Information, Saving, value_information
from sim.statistics.intervals import Floats, interval_of_mean, interval_over_blocks

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

POINTS, TRIALS = 8192, 16
LEAST_POINTS = 1024
POINTS_SAVED = 64  # played and saved together
LAW = LAWS["dials"]
ALL = "(all)"
KEYS = ["start", "worldview", "outcome"]
FIGURES = ["value", "low", "high", "uncorrected", "changes_share", "sobol_share", "sobol_low", "sobol_high"]
COLUMNS = [*KEYS, "size", "claims", "choice", "value", "low", "high", "verdict", "uncorrected", "changes_share",
           "instead", "where", "sobol_share", "sobol_low", "sobol_high", "fits_agreeing", "says", "law", "points",
           "trials"]  # fmt: skip
POLICY_COLUMNS = [*KEYS, "policy", "expected", "low", "high", "behind", "behind_low", "behind_high", "best_share"]


@dataclass(frozen=True, eq=False)
class Worth(Finding):
    """What it is worth to settle beliefs before one chooses a policy.

    Attributes
    ----------
    question
        Its outcomes are those by which policies are chosen. All policies of its experiment take part.
    table
        The columns of worth.csv: a row for each claim (`size` 1), for the best set of two to four claims, and for all
        claims. `value` is the expected saving in the outcome's unit, blank where it is not clearly above 0; `high` is
        the most that it may be. `uncorrected` errs high.
    policies_table
        Of worth_policies.csv: what each policy is expected to bring, how far it lies behind the best, each with its
        95 % interval, and the share of points at which it is best if all claims are settled.
    information
        By outcome; its actions are the experiment's policies in order, its inputs `claims`.
    """

    policies_table: pd.DataFrame = field(repr=False)
    claims: tuple[str, ...]
    information: Mapping[str, Information] = field(repr=False)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"worth": self.table, "worth_policies": self.policies_table}

    @property
    def policies(self) -> list[str]:
        return [policy.name for policy in self.question.experiment.policies]

    @property
    def design(self) -> dict[str, Any]:
        """Sizes of points, and the constants of the fit."""
        return {
            "over": "dials", "law": LAW, "claims": len(self.claims), "points": int(self.table["points"].iloc[0]),
            "degree": information.DEGREE, "parts": information.PARTS, "candidates": information.CANDIDATES,
            "sizes": [*information.SIZES], "resamples": information.RESAMPLES,
        }  # fmt: skip


def choice_outcomes(experiment: Experiment) -> list[str]:
    """Name the loss by each set of values, by which one chooses; without any, the primary outcomes.

    >>> import sim
    >>> choice_outcomes(sim.load("debate"))
    ['loss_newsham', 'loss_self', 'loss_neutral']
    """
    entries = experiment.catalogue.outcomes
    return [values.outcome for values in experiment.values] or [name for name, one in entries.items() if one.primary]


def worth(question: Question, work: Work | None = None, *, points: int = POINTS, trials: int = TRIALS) -> Worth:
    """Estimate what it would save to settle each claim, the best sets of claims, and all of them, before one chooses.

    Parameters
    ----------
    question
        Its outcomes say by what one chooses. Its worldview holds for numbers that belong to no claim. The choice is
        among all policies of its experiment, whatever policy it names.
    points
        Sets of beliefs, a power of 2 from 1024.
    trials
        Of each policy at each point, in worlds that are new at each point and the same for all policies: rounded up to
        two equal halves of worlds.

    Raises
    ------
    QuestionError
        For one policy alone, an outcome without a better side, or sizes out of range.

    Examples
    --------
    >>> import sim
    >>> found = worth(Question.of(sim.load("debate"), outcomes=["loss_self"]), points=1024, trials=2)
    >>> len(found.table), found.table["size"].tolist()[-4:]
    (40, [2, 3, 4, 36])
    """
    exp, work = question.experiment, work or Work()
    if len(exp.policies) < 2:
        raise QuestionError("policies: with one policy there is no choice; name two or more")
    for outcome in question.outcomes:
        reject_two_sided(exp.catalogue.outcomes[outcome])
    if check_count("points", points) < LEAST_POINTS or points & (points - 1):
        raise QuestionError(f"points: must be a power of 2 from {LEAST_POINTS}, as 4096 or 8192, got {points}")
    inputs = problem(exp, "dials", question.worldview.name)
    claims = tuple(name.removeprefix(CLAIM) for name in inputs["names"])
    worlds = 2 * -(-check_count("trials", trials) // (2 * exp.lucks))
    dials = draw_points(exp.seed, inputs["bounds"], points)
    played = _play(question, claims, dials, worlds, work)
    found, rows, policies = {}, [], []
    for i, outcome in enumerate(question.outcomes):
        sign = -1.0 if exp.catalogue.outcomes[outcome].better == "high" else 1.0
        losses = sign * played[..., i]
        found[outcome] = value_information(dials, inputs["bounds"], losses)
        rows += _rows(question, outcome, claims, inputs["bounds"], found[outcome])
        policies += _policy_rows(question, outcome, losses, found[outcome], sign)
    table = pd.DataFrame(rows, columns=COLUMNS).assign(law=LAW, points=points, trials=worlds * exp.lucks)
    table = table.astype(dict.fromkeys(FIGURES, "Float64") | {"fits_agreeing": "Int64"})
    return Worth(question, worlds * exp.lucks, table, pd.DataFrame(policies, columns=POLICY_COLUMNS), claims, found)


def draw_points(seed: int, bounds: list[list[float]], points: int) -> Floats:
    """Uniform within bounds, a scrambled Sobol sequence: float[point, input].

    >>> draw_points(1, [[0, 1], [-1, 1]], 1024).min(axis=0).round(1).tolist()
    [0.0, -1.0]
    """
    from scipy.stats import qmc

    unit = qmc.Sobol(len(bounds), rng=np.random.default_rng([seed, len(bounds)])).random(points)
    low, high = np.asarray(bounds, dtype=np.float64).T
    return np.asarray(low + (high - low) * unit)


def _play(question: Question, claims: tuple[str, ...], dials: Floats, worlds: int, work: Work) -> Floats:
    """Means at each point in each half of its worlds: float[point, half, policy, outcome]."""
    exp = question.experiment
    alone = [replace(question, policies=(policy,)) for policy in exp.policies]
    cache = work.cache(question, "worth", claims, worlds)
    each = POINTS_SAVED * worlds * exp.lucks * len(alone)
    pieces = -(-len(dials) // POINTS_SAVED)

    def play(piece: int) -> Floats:
        first = piece * POINTS_SAVED
        here = dials[first : first + POINTS_SAVED]
        name = f"points {first}+{len(here)}"
        return cache.recall(name, lambda: _play_piece(alone, claims, here, first * worlds, worlds))

    return np.concatenate(work.map(play, range(pieces), Counter(work.progress, pieces * each), each))


def _play_piece(alone: list[Question], claims: tuple[str, ...], dials: Floats, first_world: int, worlds: int) -> Floats:
    """Neighbouring points, each in the next worlds."""
    here = draw_worlds(alone[0].experiment, alone[0].worldview, claims, first_world, len(dials) * worlds)
    tables = []
    for i, point in enumerate(dials.tolist()):
        part = here.part(slice(i * worlds, (i + 1) * worlds))
        tables.append(part.at(dict(zip(claims, point, strict=True))))
    parameters = np.concatenate(tables)
    values = np.stack([question.values(parameters, first_world) for question in alone], axis=1)
    return np.asarray(values.reshape(len(dials), 2, worlds // 2, *values.shape[1:]).mean(axis=2))


def _rows(
    question: Question, outcome: str, claims: tuple[str, ...], bounds: list[list[float]], found: Information
) -> list[dict[str, object]]:
    """The claims in their order, then the best sets, then all."""
    names = [policy.name for policy in question.experiment.policies]
    shares = dict(zip(claims, found.shares, strict=True)) if found.shares else {}
    rows = []
    for saving in (*found.single, *found.best, found.all):
        alone = claims[saving.inputs[0]] if len(saving.inputs) == 1 else None
        share = shares.get(alone or "")
        rows.append({
            "start": question.start.name, "worldview": question.worldview.name, "outcome": outcome,
            "size": len(saving.inputs), "claims": ALL if saving is found.all else name_of_set(claims, saving),
            "choice": names[found.default], "value": saving.value if saving.is_clear else None,
            "low": max(saving.low, 0.0), "high": saving.high,
            "verdict": "clear" if saving.is_clear else "not clear", "uncorrected": saving.uncorrected,
            "changes_share": saving.changes, "instead": None if saving.instead is None else names[saving.instead],
            "where": words_for_change(saving, bounds),
            "fits_agreeing": saving.agreeing if saving in found.best else None,
            "sobol_share": share and share.value, "sobol_low": share and share.low, "sobol_high": share and share.high,
            "says": meaning_of_input(question.experiment, alone) if alone else None,
        })  # fmt: skip
    return rows


def name_of_set(claims: tuple[str, ...], saving: Saving) -> str:
    """The claims of a set: `N22, S15`."""
    return ", ".join(claims[i] for i in saving.inputs)


def words_for_change(saving: Saving, bounds: list[list[float]]) -> str | None:
    """Where on a claim's dial the choice changes, in words; None if it nowhere does, or for a set."""
    if saving.where is None:
        return None
    (least, greatest), (low, high) = bounds[saving.inputs[0]], saving.where
    edge = 0.01 * (greatest - least)  # the points reach no end exactly
    ends = low if low > least + edge else -np.inf, high if high < greatest - edge else np.inf
    return words_for_limits((least, greatest), *ends)


def _policy_rows(
    question: Question, outcome: str, losses: Floats, found: Information, sign: float
) -> list[tuple[object, ...]]:
    means = losses.mean(axis=1)
    key = (question.start.name, question.worldview.name, outcome)
    rows = []
    for i, policy in enumerate(question.experiment.policies):
        value, low, high = (sign * float(number or 0.0) for number in interval_of_mean(means[:, i]))
        behind = interval_over_blocks(means[:, i] - means[:, found.default])
        rows.append((*key, policy.name, value, *sorted((low, high)), *behind, found.choices[i]))
    return rows
