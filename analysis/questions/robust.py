"""Which policy would one regret least when unsure who is right, and what matters?

All policies of an experiment, in the same worlds of every worldview, several lucks in each: expected loss, regret,
worst cases and thresholds (`sim.statistics.regret`), by each set of values, and how the ranking depends on it. What
cannot be known, who is right and how much whose values count, is drawn as a map (`analysis.questions.robust_map`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.questions.coalitions import one_sided
from analysis.questions.robust_map import mapped
from sim.engine.question import known, refuse_given, whole
from sim.errors import QuestionError
from sim.statistics import regret
from sim.statistics.intervals import LEVEL, Floats
from sim.statistics.regret import Measured

if TYPE_CHECKING:
    from sim.results.result import Progress, Result
    from sim.scenario.experiment import Experiment

TRIALS, LUCKS = 20_000, 20
ALL = "(all)"  # worldviews, alike
KEPT = "kept"
KEYS = ("start", "values", "measure", "worldview", "threshold", "policy")
COLUMNS = (*KEYS, "value", "low", "high", "rank", "first_share", "uncorrected", "cross_fitted", "worlds", "lucks")


@dataclass(frozen=True, eq=False)
class Robust:
    """How each policy does when unsure, from one start.

    Attributes
    ----------
    names
        The outcomes by which policies are ranked: what each set of values makes of a trial, or what was asked for.
    table
        The columns of robust.csv. `value` with its 95 % interval, `rank` from 1 for the best, and `first_share`, how
        often the policy is the best when worlds are resampled. `uncorrected` is what the lucks give as they are;
        `cross_fitted`, of expected regret, what is left if the best policy of a world is chosen on all lucks but one
        and judged on that one: the truth lies between the two, and `value` is nearer to it than either.
    ranks
        Of robust_ranks.csv: the rank with its 95 % interval, and the share of resamples in each rank.
    map
        Of robust_map.csv (see `analysis.questions.robust_map.mapped`); empty without both authors' worldviews and
        values.
    """

    exp: Experiment
    start: str
    names: tuple[str, ...]
    worlds: int
    table: pd.DataFrame = field(repr=False)
    ranks: pd.DataFrame = field(repr=False)
    map: pd.DataFrame = field(repr=False)


def played(
    exp: Experiment,
    trials: int = TRIALS,
    lucks: int = LUCKS,
    *,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Play all policies of an experiment under all its worldviews, with several lucks in each world.

    Parameters
    ----------
    trials
        Of each policy, worldview and start: rounded up to whole worlds.
    lucks
        In each world, two at least: the more, the less bias must be taken off what is found about single worlds.
    folder
        Where the run is kept, in a folder `run`, so that the same call goes on after an interruption.

    Raises
    ------
    QuestionError
        For fewer than two lucks.
    sim.errors.FolderError
        If the folder holds another run.
    """
    from sim.results import result as results
    from sim.results import store

    _enough(lucks)
    worlds = max(-(-whole("trials", trials) // lucks), 2)
    exp = replace(exp, lucks=lucks, trials=worlds * lucks)
    if folder is None:
        return results.run(exp, workers=workers, progress=progress)
    return store.write_folder(exp, folder / "run", workers=workers, progress=progress)


def robust(
    result: Result,
    outcomes: Sequence[str] | None = None,
    start: str | None = None,
    keep: Mapping[str, float] | None = None,
) -> Robust:
    """Rank the policies of a run by how they do when unsure.

    Parameters
    ----------
    result
        Of a run with two lucks a world at least, in memory or read from a folder; a few of its columns are read.
    outcomes
        By default the loss at each set of values that the run has, or its primary outcomes if it has none.
    start
        By default the run's last.
    keep
        Thresholds by outcome, in its unit: the share of worlds is counted in which a policy keeps its expected outcome
        within it. By default what the first policy expects, all worldviews alike, for each outcome ranked by.

    Raises
    ------
    QuestionError
        For an unknown name, an outcome without a better side or without a value in some trials, a run with one
        policy or one luck a world.

    Examples
    --------
    >>> import sim
    >>> found = robust(sim.run(sim.load("debate", trials=80, lucks=4, starts=["2026"])))
    >>> len(found.ranks), found.names[0]
    (105, 'loss_newsham')
    """
    exp = result.experiment
    _enough(exp.lucks)
    names = ranked_by(exp, outcomes, keep)
    place = known("start", start, {entry.name: entry for entry in exp.starts}).name if start else exp.starts[-1].name
    rows: list[tuple[object, ...]] = []
    ranks: list[tuple[object, ...]] = []
    means: dict[str, Floats] = {}
    worlds = 0
    for name in dict.fromkeys((*names, *(keep or {}))):
        values = losses(result, place, name)
        worlds = values.shape[2]
        means[name] = values.mean(axis=3)
        _rank(exp, (place, name), values, name in names, (keep or {}).get(name), rows, ranks)
    table = pd.DataFrame(rows, columns=COLUMNS)
    of_rank = [f"rank_{i + 1}_share" for i in range(len(exp.policies))]
    ranked = pd.DataFrame(ranks, columns=[*KEYS, "rank", "low", "high", *of_rank])
    return Robust(exp, place, names, worlds, table, ranked, mapped(exp, place, means))


def ranked_by(
    exp: Experiment, outcomes: Sequence[str] | None = None, keep: Mapping[str, float] | None = None
) -> tuple[str, ...]:
    """Give the outcomes by which an experiment's policies are ranked, checked; raises QuestionError as `robust`.

    >>> import sim
    >>> ranked_by(sim.load("debate"), ["use_of_force"])
    ('use_of_force',)
    """
    if len(exp.policies) < 2:
        raise QuestionError("policies: one policy alone cannot be ranked; the run needs two at least")
    entries = exp.catalogue.outcomes
    made = [entry.outcome for entry in exp.values] or [name for name, entry in entries.items() if entry.primary]
    names = tuple(dict.fromkeys(made if outcomes is None else outcomes))
    for name in (*names, *(keep or {})):
        one_sided(known("outcome", name, entries))
        refuse_given(entries[name])
    return names


def losses(result: Result, start: str, outcome: str) -> Floats:
    """An outcome with its sign such that less is better: float[worldview, policy, world, luck].

    Its compensator is taken where it has one.
    """
    exp, entry = result.experiment, result.experiment.catalogue.outcomes[outcome]
    column = f"{outcome}_compensator" if entry.compensator else outcome
    cells = [
        [result.records[start, view.name, policy.name][column] for policy in exp.policies] for view in exp.worldviews
    ]
    values = np.array(cells, dtype=np.float64)
    if not np.isfinite(values).all():
        raise QuestionError(f"outcome {outcome} has no value in some trials, so policies cannot be ranked by it")
    shaped = values.reshape(*values.shape[:2], -1, exp.lucks)
    return -shaped if entry.better == "high" else shaped


def _rank(
    exp: Experiment,
    key: tuple[str, str],
    values: Floats,
    ranked: bool,
    threshold: float | None,
    rows: list[tuple[object, ...]],
    ranks: list[tuple[object, ...]],
) -> None:
    """Add an outcome's rows: every measure, or only how often it is kept within its threshold."""
    sign = -1.0 if exp.catalogue.outcomes[key[1]].better == "high" else 1.0
    limit = float(values[:, 0].mean()) if threshold is None else sign * threshold
    size = (values.shape[2], values.shape[3])

    def add(
        measure: str, found: Measured, view: str = ALL, at: object = None, crossed: Sequence[object] | None = None
    ) -> None:
        for i, policy in enumerate(exp.policies):
            name = (*key, measure, view, at, policy.name)
            numbers = [one[i] for one in (found.value, found.low, found.high)]
            extra = crossed[i] if crossed is not None else None
            rows.append((*name, *numbers, found.rank[i], found.first[i], found.uncorrected[i], extra, *size))
            if view == ALL:
                ends = np.searchsorted(found.ranks[i].cumsum(), [(1 - LEVEL) / 2, (1 + LEVEL) / 2 - 1e-12]) + 1
                ranks.append((*name, found.rank[i], *ends.tolist(), *found.ranks[i].tolist()))

    for measure, of in (regret.measures() if ranked else {}).items():
        signed = sign if measure in ("expected", "worst_view", "worst_worlds") else 1.0
        crossed = regret.cross_fitted(values) if measure == "expected_regret" else None
        add(measure, regret.measured(of, values).turned(signed), crossed=None if crossed is None else crossed.tolist())
    if ranked:
        for i, view in enumerate(exp.worldviews):
            add("expected", regret.measured(regret.expected, values[i : i + 1]).turned(sign), view.name)
    failing = regret.measured(regret.failing(limit), values)
    add(KEPT, failing.turned(-1.0, 1.0), at=sign * limit)


def _enough(lucks: int) -> None:
    if lucks < 2:
        raise QuestionError(
            "lucks: regret needs two lucks a world at least, and this run has 1, so nobody can tell a good policy from "
            "a lucky one; leave the folder out to have it played, or run it with --lucks 20"
        )
