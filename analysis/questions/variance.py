"""How much of the spread of an outcome is luck, and how much is what one believes?

A single history's outcome varies for three reasons: which worldview holds, what that worldview leaves open (each world
draws its own numbers), and luck. Trials are nested the same way: lucks in worlds in worldviews. Its variance is the sum
of the three, and each is estimated without bias:

* luck: the variance among the lucks of one world, of the outcome as it happened, on average over worlds;
* worlds: the variance of worlds' means, less the luck that is left in a mean of so few lucks. Means are taken of the
  compensator where there is one: in any world it is the same on average, and holds less luck;
* worldviews: the variance of the worldviews' means, each with the same weight, less what is left in them of worlds
  and luck. Worldviews share what is drawn for a world, so that is the variance of a world's distance from their mean.

An unbiased estimate of a small variance is negative now and then. It is reported as it is, and said to be not told
from 0. Worlds are independent of each other, so intervals come from leaving out blocks of them (jackknife).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from analysis.questions import work
from analysis.questions.coalitions import stakes
from sim.engine import batch
from sim.engine.question import ask, whole
from sim.errors import QuestionError
from sim.model import draws
from sim.statistics.intervals import LEVEL, Floats

if TYPE_CHECKING:
    from sim.engine.question import Asked
    from sim.results.result import Result
    from sim.results.tables import Rows
    from sim.scenario.experiment import Experiment

TRIALS, BLOCKS = 20_000, 50
ALL = "(all)"
LUCK, WORLDS, VIEWS, BELIEFS, TOTAL = "luck", "worlds", "worldviews", "beliefs", "total"
PARTS = (LUCK, WORLDS, VIEWS, BELIEFS, TOTAL)
FIGURES = ["variance", "low", "high", "share", "share_low", "share_high"]
COLUMNS = ["start", "policy_a", "policy_b", "outcome", "worldview", "part", *FIGURES]
COLUMNS += ["estimator", "told", "worlds", "lucks"]
Progress = Callable[[int, int], object] | None


@dataclass(frozen=True)
class Variance:
    """What the spread of each outcome is made of.

    Attributes
    ----------
    table
        The columns of variance.csv. `policy_b` is blank where it is about one policy's outcome, and names the second
        of the paired difference otherwise. `worldview` is one of them, or `(all)`: drawn with equal chances. `part` is
        `luck`, `worlds`, `worldviews`, `beliefs` (the last two together) or `total`; `variance` in the outcome's unit
        squared, `share` of the total, both with 95 % intervals; `estimator` whether means of worlds are of the
        compensator; `told` whether the part can be told from 0.
    """

    asked: Asked
    worlds: int
    table: pd.DataFrame

    def parts(self, outcome: str, policy_a: str, policy_b: str = "", worldview: str = ALL) -> dict[str, dict[str, Any]]:
        """What one spread is made of: each part's figures by their names."""
        about = {"outcome": outcome, "policy_a": policy_a, "policy_b": policy_b, "worldview": worldview}
        rows = self.table[np.logical_and.reduce([self.table[name] == value for name, value in about.items()])]
        return {str(row["part"]): {str(name): value for name, value in row.items()} for row in rows.to_dict("records")}


def variance(
    exp: Experiment,
    contrast: str,
    outcomes: Sequence[str] | None = None,
    start: str | None = None,
    *,
    trials: int = TRIALS,
    lucks: int | None = None,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress = None,
) -> Variance:
    """Play every policy under every worldview, and take the variance apart.

    Parameters
    ----------
    contrast
        Two policies, whose paired difference is taken apart too.
    outcomes
        By default the primary ones and each author's own stakes. The outcome is that of a single history: counted or
        measured, not its compensator.
    trials
        For each policy and worldview; rounded up to 50 blocks of worlds.
    lucks
        In each world, at least 2; by default the experiment's, if that has so many, or 2.

    Raises
    ------
    QuestionError
        With one luck a world; for a name that is misspelt; for an outcome without a value in some trials, or that
        never varies.

    Examples
    --------
    >>> import sim
    >>> found = variance(sim.load("debate"), "direct_ties-interoperability", ["use_of_force"], trials=200)
    >>> found.table.query("worldview == '(all)' and policy_b == 'interoperability'")["part"].to_list()
    ['luck', 'worlds', 'worldviews', 'beliefs', 'total']
    """
    wanted = max(2, exp.lucks) if lucks is None else lucks
    asked = ask(exp, stakes(exp) if outcomes is None else outcomes, contrast, start=start, lucks=wanted)
    _refuse_single(asked.exp.lucks)
    size = -(-whole("trials", trials) // (BLOCKS * wanted))
    cells = len(exp.policies) * len(exp.worldviews)
    shelf, done = work.Shelf(folder, work.mark(asked, "variance", size)), 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done * size * wanted * cells, BLOCKS * size * wanted * cells)

    made = work.spread(lambda number: _kept(asked, number, size, shelf), range(BLOCKS), workers, step)
    return _taken_apart(asked, np.stack(made), np.full(BLOCKS, size))


def of_run(result: Result, contrast: str, outcomes: Sequence[str] | None = None, start: str | None = None) -> Variance:
    """Take the variance apart in a run that was made with two or more lucks a world; a column is read at a time.

    Raises QuestionError as `variance`.

    >>> import sim
    >>> result = sim.run(replace(sim.load("debate"), lucks=2), trials=200, seed=7)
    >>> of_run(result, "both-status_quo", ["crisis"]).worlds
    100
    """
    exp = result.experiment
    asked = ask(exp, stakes(exp) if outcomes is None else outcomes, contrast, start=start)
    _refuse_single(exp.lucks)
    worlds = len(next(iter(result.records.values()))["luck"]) // exp.lucks
    blocks = min(BLOCKS, worlds)
    edges = np.arange(blocks + 1) * worlds // blocks
    rows = {(policy, view): of_cell for (at, view, policy), of_cell in result.records.items() if at == asked.start.name}
    found = []
    for outcome in asked.outcomes:
        raw, means = (_shaped(asked, outcome, column, rows) for column in _columns(exp, outcome))
        parts = zip(np.split(raw, edges[1:-1], axis=2), np.split(means, edges[1:-1], axis=2), strict=True)
        found.append(np.stack([sums(*part) for part in parts]))
    return _taken_apart(asked, np.stack(found, axis=2), np.diff(edges))


def sums(raw: Floats, means: Floats) -> Floats:
    """What a block of worlds adds to the estimates: float[what, 5, worldview], of float[what, worldview, world, luck].

    Sums over worlds of: its mean, the mean squared, its squared distance from the mean over worldviews, and the
    variance among lucks of what happened, and of what means are taken of.
    """
    mean = means.mean(axis=3)
    apart = mean - mean.mean(axis=1, keepdims=True)
    each = (mean, mean**2, apart**2, raw.var(axis=3, ddof=1), means.var(axis=3, ddof=1))
    return np.stack([one.sum(axis=2) for one in each], axis=1)


def components(total: Floats, worlds: NDArray[np.int64], lucks: int) -> Floats:
    """Unbiased parts of the variance: float[..., worldview + 1, part], the last for all worldviews together.

    Parameters
    ----------
    total
        float[..., 5, worldview]: sums over all worlds, as of `sums`.
    worlds
        How many these are; it must broadcast against what `total` has before its last two axes.
    """
    n = worlds[..., None].astype(np.float64)
    one, two, apart, raw, luck = (total[..., i, :] for i in range(5))
    mean = one / n
    of_luck = raw / n
    of_worlds = (two - n * mean**2) / (n - 1) - luck / n / lucks
    off = mean - mean.mean(axis=-1, keepdims=True)
    left = (apart - n * off**2) / (n - 1) / n
    of_views = (off**2 - left).mean(axis=-1, keepdims=True)
    ones = [np.concatenate([part, part.mean(axis=-1, keepdims=True)], axis=-1) for part in (of_luck, of_worlds)]
    views = np.concatenate([np.zeros_like(mean), of_views], axis=-1)
    beliefs = ones[1] + views
    return np.stack([*ones, views, beliefs, ones[0] + beliefs], axis=-1)


def _refuse_single(lucks: int) -> None:
    if lucks < 2:
        raise QuestionError(
            "lucks: with one luck in each world, luck and beliefs cannot be told apart; it takes two or more "
            "(strait run --lucks 2, or strait variance without a folder)"
        )


def _columns(exp: Experiment, outcome: str) -> tuple[str, str]:
    """The outcome as it happened, and what a world's mean is taken of."""
    return outcome, f"{outcome}_compensator" if exp.catalogue.outcomes[outcome].compensator else outcome


def _shaped(asked: Asked, outcome: str, column: str, rows: Mapping[tuple[str, str], Rows]) -> Floats:
    """Every policy's values and the contrast's difference: float[what, worldview, world, luck]."""
    names = [policy.name for policy in asked.exp.policies]
    views = [view.name for view in asked.exp.worldviews]
    made = np.array([[rows[name, view][column].astype(np.float64) for view in views] for name in names])
    if not np.isfinite(made).all():
        raise QuestionError(f"outcome {outcome} has no value in some trials, so its variance cannot be taken apart")
    a, b = (names.index(policy.name) for policy in asked.policies)
    found: Floats = np.concatenate([made, (made[a] - made[b])[None]])
    return found.reshape(*found.shape[:2], -1, asked.exp.lucks)


def _kept(asked: Asked, number: int, size: int, shelf: work.Shelf) -> Floats:
    """One block's sums, float[what, outcome, 5, worldview], played if they are not there."""
    name, exp = f"block {number}", asked.exp
    kept = shelf.read(name)
    if kept is None:
        first = number * size
        played: dict[tuple[str, str], Rows] = {}
        for view in exp.worldviews:
            parameters = draws.parameters(exp, view, first, size)
            for policy in exp.policies:
                played[policy.name, view.name] = batch.play_cell(exp, policy, asked.start, parameters, first)[0]
        both = [
            [_shaped(asked, outcome, column, played) for column in _columns(exp, outcome)] for outcome in asked.outcomes
        ]
        kept = {"sums": np.stack([sums(*pair) for pair in both], axis=1)}
        shelf.write(name, kept)
    return kept["sums"]


def _taken_apart(asked: Asked, made: Floats, sizes: NDArray[np.int64]) -> Variance:
    """Make the table of the blocks' sums, float[block, what, outcome, 5, worldview]."""
    exp, blocks = asked.exp, len(made)
    if blocks < 2:
        raise QuestionError("the variance needs two worlds or more")
    worlds, whole_ = int(sizes.sum()), made.sum(axis=0)
    found = components(whole_, np.array(worlds), exp.lucks)
    without = components(whole_ - made, (worlds - sizes)[:, None, None], exp.lucks)
    whats = [(policy.name, "") for policy in exp.policies] + [(asked.policies[0].name, asked.policies[1].name)]
    views = [*(view.name for view in exp.worldviews), ALL]
    rows = []
    for i, (a, b) in enumerate(whats):
        for j, outcome in enumerate(asked.outcomes):
            if found[i, j, -1, -1] == 0:
                raise QuestionError(f"outcome {outcome} is the same in every trial{' of both policies' * bool(b)}")
            for k, view in enumerate(views):
                for figures, part in zip(_figures(found[i, j, k], without[:, i, j, k]), PARTS, strict=True):
                    if view != ALL and part in (VIEWS, BELIEFS):
                        continue
                    used = _estimator(part, exp.catalogue.outcomes[outcome].compensator)
                    told = "yes" if figures[1] > 0 else "not told from 0"
                    rows.append((asked.start.name, a, b, outcome, view, part, *figures, used, told, worlds, exp.lucks))
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(FIGURES, "Float64"))
    return Variance(replace(asked, exp=replace(exp, trials=worlds * exp.lucks)), worlds, table)


def _figures(found: Floats, without: Floats) -> list[tuple[Any, ...]]:
    """Each part's variance and share with their limits; a share of nothing is blank."""
    blocks, total = len(without), found[-1]
    reach = float(stdtrit(blocks - 1, (1 + LEVEL) / 2)) * (blocks - 1) / np.sqrt(blocks)
    by = reach * without.std(axis=0, ddof=1)
    made = np.stack([found, found - by, found + by], axis=1).tolist()
    if total <= 0 or (without[:, -1] <= 0).any():
        return [(*figures, pd.NA, pd.NA, pd.NA) for figures in made]
    shares, by = found / total, reach * (without / without[:, -1:]).std(axis=0, ddof=1)
    limits = np.stack([shares, shares - by, shares + by], axis=1).tolist()
    return [(*figures, *share) for figures, share in zip(made, limits, strict=True)]


def _estimator(part: str, compensator: bool) -> str:
    """What a part is estimated from."""
    if part == LUCK or not compensator:
        return "raw"
    return "raw and compensator" if part == TOTAL else "compensator"
