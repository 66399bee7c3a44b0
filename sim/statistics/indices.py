"""How much each input of a model weighs: Morris screening and Sobol indices, with luck kept apart, for any model.

A model gives float[block, row, outcome]: for each row of inputs, its mean in each of some independent blocks of worlds.
Every row is played in the same blocks with the same luck. SALib makes the designs and the estimates. Two things it does
not know of are added here:

* A row's mean still holds luck, and an index of it would count that luck as something the inputs do. Its two parts,
  an index's numerator and the variance, are squares; so the luck in each is known from how blocks differ, and is taken
  out: (blocks x form of the mean - mean of the blocks' forms) / (blocks - 1) has no luck in it on average.
* An interval has to hold both what comes of the rows that were drawn and what comes of the worlds. So base points (or
  trajectories) and blocks are drawn again together (the pigeonhole bootstrap, Owen 2007, which errs on the wide side).
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.errors import QuestionError
from sim.statistics.intervals import LEVEL, Floats

Model = Callable[[Floats], Floats]  # float[row, input] -> float[block, row, outcome]
Ints = NDArray[np.int64]

RESAMPLES = 200
GRID_LEVELS = 4  # levels of Morris' grid: steps go over two thirds of an input's range
SIZES = (8, 4, 2, 1)  # the design is read at an eighth, a quarter, a half and all of its points
LUCK = "(luck)"
MORRIS, SOBOL = "morris", "sobol"
COLUMNS = ("outcome", "method", "input", "measure", "points", "rows", "value", "low", "high")


class Estimate(NamedTuple):
    """A figure between its limits."""

    value: float
    low: float
    high: float


def seed_of(name: str, seed: int) -> int:
    """Seed of a named draw: never 0, which SALib takes for none.

    >>> seed_of("sobol", 2020) != seed_of("morris", 2020)
    True
    """
    return 1 + int.from_bytes(hashlib.sha256(f"{name} {seed}".encode()).digest()[:4], "big") // 2


def screen(
    model: Model, problem: Mapping[str, Any], outcomes: Sequence[str], trajectories: int, seed: int
) -> pd.DataFrame:
    """Morris screening: mean effect `mu`, mean size of effects `mu_star`, and how effects vary, `sigma`.

    An effect is what the outcome changes by as an input goes over its whole range, all else being somewhere at random.

    Parameters
    ----------
    problem
        As SALib wants it; it is not changed, and its groups are left aside.
    trajectories
        At least 2; each plays a row more than there are inputs.

    Returns
    -------
    pandas.DataFrame
        `outcome`, `method`, `input`, `measure`, `points` (trajectories), `rows`, `value`, `low`, `high` (95 %), at an
        eighth of the trajectories and so on to all of them. `value` is SALib's, of the rows' means. Luck makes effects
        look larger than they are (never so in `mu`), so intervals of the other two reach down to what is left of them
        without it: effects signed as the other blocks have them, and the spread of effects less that of luck.

    Raises
    ------
    QuestionError
        If a value is not finite, or no input moves an outcome.

    Examples
    --------
    >>> found = screen(lambda X: np.stack([X] * 2), {"num_vars": 1, "names": ["x"], "bounds": [[0, 1]]}, ["y"], 4, 1)
    >>> found["value"].round(6).tolist()[:3]
    [1.0, 1.0, 0.0]
    """
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as design

    names, size = list(problem["names"]), problem["num_vars"] + 1
    X = design.sample(plain_problem(problem), trajectories, num_levels=GRID_LEVELS, seed=seed_of(MORRIS, seed))
    Y = _sound(model(X), outcomes)
    rows = []
    for i, outcome in enumerate(outcomes):
        effects = _effects(X, Y[:, :, i], size)
        for points in _sizes(trajectories, 2):
            part = slice(points * size)
            own = analysis.analyze(plain_problem(problem), X[part], Y[:, part, i].mean(axis=0), num_resamples=2,
                                   num_levels=GRID_LEVELS, seed=seed_of("unused", seed))  # fmt: skip
            for measure, found in _morris(effects[:, :points], own, seed).items():
                head = [(outcome, MORRIS, name, measure, points, points * size) for name in names]
                rows += [(*one, *estimate) for one, estimate in zip(head, found, strict=True)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def decompose(
    model: Model, problem: Mapping[str, Any], outcomes: Sequence[str], points: int, seed: int
) -> pd.DataFrame:
    """Sobol indices: the share of an outcome's variance that an input makes alone (`S1`) and in all it does (`ST`).

    The variance is that of the expected outcome over the inputs, luck taken out. Luck is an input too, `(luck)`, which
    picks the worlds: its indices are shares of the variance of a row's mean, at as many trials as a row has. Its `ST`
    is the whole noise share; `S1` the part that is common to all rows, so that it falls out where rows are compared.

    Parameters
    ----------
    points
        Base points, a power of 2; each plays two rows more than there are inputs.

    Returns
    -------
    pandas.DataFrame
        As `screen`; a size is left out if luck there exceeds what the inputs do.

    Raises
    ------
    QuestionError
        As `screen`; and if luck exceeds what the inputs do even with all points.

    Examples
    --------
    >>> model = lambda X: np.stack([X[:, :1] + 2 * X[:, 1:]] * 2)
    >>> problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    >>> found = decompose(model, problem, ["y"], 256, 1)
    >>> found.query("points == 256 and measure == 'ST'")["value"].round(1).tolist()
    [0.2, 0.8, 0.0]
    """
    from SALib.sample import sobol as design

    size, named = problem["num_vars"] + 2, [*problem["names"], LUCK]
    X = design.sample(plain_problem(problem), points, calc_second_order=False, seed=seed_of(SOBOL, seed))
    Y = _sound(model(X), outcomes)
    rows = []
    for i, outcome in enumerate(outcomes):
        y = Y[:, :, i].reshape(len(Y), points, size)
        for count in _sizes(points, 8):
            found = _shares(y[:, :count], seed)
            if found is None and count == points:
                raise QuestionError(
                    f"outcome {outcome}: luck moves it more than the inputs do; take more --trials, or another outcome"
                )
            head = [(outcome, SOBOL, name, m, count, count * size) for m in ("S1", "ST") for name in named]
            rows += [(*one, *estimate) for one, estimate in zip(head, found or (), strict=bool(found))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def plain_problem(problem: Mapping[str, Any], names: Sequence[str] | None = None) -> dict[str, Any]:
    """A problem of its own for SALib, which changes what it is given: without groups, and only these inputs."""
    kept = [place for place, name in enumerate(problem["names"]) if names is None or name in names]
    lists = {key: [problem[key][i] for i in kept] for key in ("names", "bounds", "dists") if key in problem}
    return {"num_vars": len(kept), **lists}


def _sound(Y: Floats, outcomes: Sequence[str]) -> Floats:
    """Refuse what SALib would make zeros of: numbers that are none, and outcomes that nothing moves."""
    if Y.ndim != 3 or len(Y) < 2 or Y.shape[2] != len(outcomes):
        raise QuestionError(f"the model must give float[block, row, outcome] with two blocks or more, got {Y.shape}")
    for i, outcome in enumerate(outcomes):
        if not np.isfinite(Y[:, :, i]).all():
            raise QuestionError(f"outcome {outcome}: some rows have no value (NaN or infinite)")
        if not np.ptp(Y[:, :, i], axis=1).any():
            raise QuestionError(f"outcome {outcome} is the same in every row: no input moves it")
    return Y


def _sizes(points: int, least: int) -> list[int]:
    return sorted({points // part for part in SIZES if points // part >= least} | {points})


def _effects(X: Floats, y: Floats, size: int) -> Floats:
    """What each step of each trajectory does, as SALib counts it: float[block, trajectory, input]."""
    steps = np.diff(X.reshape(-1, size, size - 1), axis=1)
    change = np.diff(y.reshape(len(y), -1, size), axis=2)
    length = GRID_LEVELS / (2 * (GRID_LEVELS - 1))
    found: Floats = np.einsum("btr,tri->bti", change, np.sign(steps)) / length
    return found


def _morris(effects: Floats, own: Mapping[str, Any], seed: int) -> dict[str, list[Estimate]]:
    blocks, trajectories, inputs = effects.shape
    mean = effects.mean(axis=0)
    others = np.sign(blocks * mean - effects)
    spread = (blocks * mean.var(axis=0, ddof=1) - effects.var(axis=1, ddof=1).mean(axis=0)) / (blocks - 1)
    least = {
        "mu": mean.mean(axis=0),
        "mu_star": (others * effects).mean(axis=(0, 1)),
        "sigma": np.sqrt(np.maximum(spread, 0.0)),
    }
    points, counts, _ = _resampled(trajectories, blocks, seed)
    again = np.tensordot(counts / blocks, effects, axes=1)[np.arange(RESAMPLES), points]  # [point, resample, input]
    reach = _reach(blocks)
    errors = {"mu": again.mean(axis=0), "mu_star": np.abs(again).mean(axis=0), "sigma": again.std(axis=0, ddof=1)}
    made = {}
    for measure, values in errors.items():
        value, error = np.asarray(own[measure], dtype=np.float64), reach * values.std(axis=0, ddof=1)
        low = np.minimum(least[measure], value) - error
        low = low if measure == "mu" else np.maximum(low, 0.0)
        made[measure] = [Estimate(float(value[i]), float(low[i]), float(value[i] + error[i])) for i in range(inputs)]
    return made


def _shares(y: Floats, seed: int) -> list[Estimate] | None:
    """S1 of every input and of luck, then ST; of float[block, point, row]. None if all that moves is luck."""
    blocks, size, rows = y.shape
    y = (y - y.mean()) / y.mean(axis=0).std()
    whole = _forms_without_luck(y, np.arange(size)[:, None], np.ones((1, blocks)))
    own = y[:, :, [0, -1]]
    luck = _luck(own.reshape(blocks, -1))
    variance = whole.sound[-1, 0]
    if variance <= 0:
        return None
    points, counts, chosen = _resampled(size, blocks, seed)
    again = _forms_without_luck(y, points, counts)
    lucks = [_luck(own[chosen[n]][:, points[:, n]].reshape(blocks, -1)) for n in range(RESAMPLES)]
    reach, centre = _reach(blocks), whole.of_mean[:, 0]
    values, errors = whole.sound[:-1, 0] / variance, (again.sound - np.outer(centre / centre[-1], again.sound[-1]))[:-1]
    both, drawn = variance + luck[1], np.stack(lucks, axis=1)
    moved = drawn - np.outer(luck / both, again.sound[-1] + drawn[1])
    inputs = rows - 2
    order = [*range(inputs), -2, *range(inputs, 2 * inputs), -1]
    value = np.array([*values, *luck / both])
    error = reach * np.array([*errors.std(axis=1, ddof=1) / variance, *moved.std(axis=1, ddof=1) / both])
    return [Estimate(float(value[i]), float(value[i] - error[i]), float(value[i] + error[i])) for i in order]


class _Forms(NamedTuple):
    """Numerators of S1 and ST and the variance, float[2 inputs + 1, resample]: of the rows' means, and without luck."""

    of_mean: Floats
    sound: Floats


def _forms_without_luck(y: Floats, points: Ints, counts: Floats) -> _Forms:
    """Forms of base points and blocks drawn again: `points` int[point, resample], `counts` float[resample, block]."""
    blocks = len(y)
    y = y - y.mean(axis=(1, 2), keepdims=True)
    mean = np.tensordot(counts / blocks, y, axes=1)[np.arange(len(counts)), points]
    of_mean = _forms(np.moveaxis(mean, 1, 2))
    of_blocks = np.zeros_like(of_mean)
    for b in range(blocks):
        of_blocks += _forms(np.moveaxis(y[b][points], 1, 2)) * counts[:, b] / blocks
    return _Forms(of_mean, (blocks * of_mean - of_blocks) / (blocks - 1))


def _forms(y: Floats) -> Floats:
    """SALib's estimates times the variance they are shares of; of float[point, row, resample]."""
    from SALib.analyze.sobol import first_order, total_order

    a, b = y[:, 0], y[:, -1]
    variance = np.var(np.r_[a, b], axis=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Constant values")  # in one block: a form of 0, which is right
        shares = [share(a, y[:, j], b) for share in (first_order, total_order) for j in range(1, y.shape[1] - 1)]
    return np.stack([*(share * variance for share in shares), variance])


def _luck(y: Floats) -> Floats:
    """The luck in the variance of a row's mean, float[2]: what is common to all rows, and all; of float[block, row]."""
    blocks, rows = y.shape
    every, together = y.var(axis=0, ddof=1).mean(), y.mean(axis=1).var(ddof=1)
    found: Floats = np.array([(rows * together - every) / (rows - 1), every]) / blocks
    return found


def _resampled(points: int, blocks: int, seed: int) -> tuple[Ints, Floats, Ints]:
    """Base points int[point, resample]; how often each block comes, float[resample, block], and which come."""
    rng = np.random.Generator(np.random.Philox(seed_of("resamples", seed)))
    drawn, chosen = rng.integers(points, size=(points, RESAMPLES)), rng.integers(blocks, size=(RESAMPLES, blocks))
    return drawn, np.stack([(chosen == b).sum(axis=1) for b in range(blocks)], axis=1).astype(np.float64), chosen


def _reach(blocks: int) -> float:
    """Half an interval in standard errors: Student's t over blocks."""
    return float(stdtrit(blocks - 1, (1 + LEVEL) / 2))
