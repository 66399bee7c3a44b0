"""How much each input of a model weighs: Morris screening and Sobol indices, with luck kept apart, for any model.

A model gives float[block, row, outcome]: for each row of inputs, its mean in each of some independent blocks of worlds.
Every row is played in the same blocks with the same luck. SALib makes the designs and the estimates; this module adds
two things:

* A row's mean still holds luck, and an index of it would count that luck as an effect of the inputs. The numerator of
  an index and the variance are quadratic forms of the means, so the luck in each shows in how blocks differ and can be
  removed: (blocks x form of the mean - mean of the blocks' forms) / (blocks - 1) has no luck in expectation.
* An interval must hold both the error from the rows that were drawn and the error from the worlds. So base points (or
  trajectories) and blocks are resampled together (the pigeonhole bootstrap, Owen 2007, which errs on the wide side).
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
    """Seed of a named draw: never 0, which SALib reads as no seed.

    >>> seed_of("sobol", 2020) != seed_of("morris", 2020)
    True
    """
    return 1 + int.from_bytes(hashlib.sha256(f"{name} {seed}".encode()).digest()[:4], "big") // 2


def screen(
    model: Model, problem: Mapping[str, Any], outcomes: Sequence[str], trajectories: int, seed: int
) -> pd.DataFrame:
    """Morris screening: mean effect `mu`, mean size of effects `mu_star`, and how effects vary, `sigma`.

    An effect is the change of the outcome as an input goes over its range, with all other inputs anywhere at random.

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
        look larger than they are, except in `mu`, so intervals of the other two reach down to what is left of them
        without it: effects signed as the other blocks sign them, and the spread of effects less that of luck.

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
    Y = _checked(model(X), outcomes)
    rows = []
    for i, outcome in enumerate(outcomes):
        effects = _effects(X, Y[:, :, i], size)
        for points in _sizes(trajectories, 2):
            part = slice(points * size)
            own = analysis.analyze(plain_problem(problem), X[part], Y[:, part, i].mean(axis=0), num_resamples=2,
                                   num_levels=GRID_LEVELS, seed=seed_of("unused", seed))  # fmt: skip
            for measure, estimates in _morris(effects[:, :points], own, seed).items():
                head = [(outcome, MORRIS, name, measure, points, points * size) for name in names]
                rows += [(*row, *estimate) for row, estimate in zip(head, estimates, strict=True)]
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
    Y = _checked(model(X), outcomes)
    rows = []
    for i, outcome in enumerate(outcomes):
        y = Y[:, :, i].reshape(len(Y), points, size)
        for count in _sizes(points, 8):
            estimates = _shares(y[:, :count], seed)
            if estimates is None and count == points:
                raise QuestionError(
                    f"outcome {outcome}: luck moves it more than the inputs do; take more --trials, or another outcome"
                )
            head = [(outcome, SOBOL, name, m, count, count * size) for m in ("S1", "ST") for name in named]
            rows += [(*row, *estimate) for row, estimate in zip(head, estimates or (), strict=bool(estimates))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def plain_problem(problem: Mapping[str, Any], names: Sequence[str] | None = None) -> dict[str, Any]:
    """A problem of its own for SALib, which changes what it is given: without groups, and only these inputs."""
    kept = [place for place, name in enumerate(problem["names"]) if names is None or name in names]
    lists = {key: [problem[key][i] for i in kept] for key in ("names", "bounds", "dists") if key in problem}
    return {"num_vars": len(kept), **lists}


def _checked(Y: Floats, outcomes: Sequence[str]) -> Floats:
    """Reject values that SALib would turn into zeros: missing numbers, and outcomes that no input moves."""
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
    """The effect of each step of each trajectory, as SALib counts it: float[block, trajectory, input].

    A step moves one input by 2/3 of its range; SALib divides the change of the outcome by that length.
    """
    steps = np.diff(X.reshape(-1, size, size - 1), axis=1)
    change = np.diff(y.reshape(len(y), -1, size), axis=2)
    length = GRID_LEVELS / (2 * (GRID_LEVELS - 1))
    effects: Floats = np.einsum("btr,tri->bti", change, np.sign(steps)) / length
    return effects


def _morris(effects: Floats, own: Mapping[str, Any], seed: int) -> dict[str, list[Estimate]]:
    """Estimates of each measure by its name, from effects float[block, trajectory, input] and SALib's own values."""
    blocks, trajectories, inputs = effects.shape
    mean = effects.mean(axis=0)
    # |mean effect| counts luck as an effect. With the sign taken from all other blocks, a block's own luck has either
    # sign and cancels. The variance of effects over trajectories loses the luck in the same way as a Sobol form.
    others = np.sign(blocks * mean - effects)
    spread = (blocks * mean.var(axis=0, ddof=1) - effects.var(axis=1, ddof=1).mean(axis=0)) / (blocks - 1)
    least = {
        "mu": mean.mean(axis=0),
        "mu_star": (others * effects).mean(axis=(0, 1)),
        "sigma": np.sqrt(np.maximum(spread, 0.0)),
    }
    points, counts, _ = _resampled(trajectories, blocks, seed)
    resampled = np.tensordot(counts / blocks, effects, axes=1)[np.arange(RESAMPLES), points]  # [point, resample, input]
    reach = _reach(blocks)
    errors = {"mu": resampled.mean(axis=0), "mu_star": np.abs(resampled).mean(axis=0),
              "sigma": resampled.std(axis=0, ddof=1)}  # fmt: skip
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
    y = (y - y.mean()) / y.mean(axis=0).std()  # indices are the same on any scale; this one keeps digits
    forms = _forms_and_luck_free(y, np.arange(size)[:, None], np.ones((1, blocks)))
    own = y[:, :, [0, -1]]
    luck = _luck(own.reshape(blocks, -1))
    variance = forms.luck_free[-1, 0]
    if variance <= 0:
        return None
    points, counts, chosen = _resampled(size, blocks, seed)
    resampled = _forms_and_luck_free(y, points, counts)
    lucks = [_luck(own[chosen[n]][:, points[:, n]].reshape(blocks, -1)) for n in range(RESAMPLES)]
    # An index is a ratio of forms. To first order its error is that of (numerator - index * variance) / variance, with
    # the forms of the resamples; that stays finite where the variance of a resample comes near 0.
    reach, centre = _reach(blocks), forms.of_mean[:, 0]
    values = forms.luck_free[:-1, 0] / variance
    errors = (resampled.luck_free - np.outer(centre / centre[-1], resampled.luck_free[-1]))[:-1]
    both, drawn = variance + luck[1], np.stack(lucks, axis=1)
    moved = drawn - np.outer(luck / both, resampled.luck_free[-1] + drawn[1])
    inputs = rows - 2
    order = [*range(inputs), -2, *range(inputs, 2 * inputs), -1]
    value = np.array([*values, *luck / both])
    error = reach * np.array([*errors.std(axis=1, ddof=1) / variance, *moved.std(axis=1, ddof=1) / both])
    return [Estimate(float(value[i]), float(value[i] - error[i]), float(value[i] + error[i])) for i in order]


class _Forms(NamedTuple):
    """Numerators of S1 and ST and the variance, float[2 inputs + 1, resample]: of the rows' means, and without luck."""

    of_mean: Floats
    luck_free: Floats


def _forms_and_luck_free(y: Floats, points: Ints, counts: Floats) -> _Forms:
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
    """Numerators: SALib's estimates times the variance that they are shares of; from float[point, row, resample]."""
    from SALib.analyze.sobol import first_order, total_order

    a, b = y[:, 0], y[:, -1]
    variance = np.var(np.r_[a, b], axis=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Constant values")  # in one block: a form of 0, which is right
        shares = [share(a, y[:, j], b) for share in (first_order, total_order) for j in range(1, y.shape[1] - 1)]
    return np.stack([*(share * variance for share in shares), variance])


def _luck(y: Floats) -> Floats:
    """The luck in the variance of a row's mean, float[2]: the part common to all rows, and all; from float[block, row].

    The variance over blocks is `every` for a row and `together` for the mean of all rows. If rows share a part u and
    each has the rest alone, every = u + rest and together = u + rest / rows; u follows from the two.
    """
    blocks, rows = y.shape
    every, together = y.var(axis=0, ddof=1).mean(), y.mean(axis=1).var(ddof=1)
    luck: Floats = np.array([(rows * together - every) / (rows - 1), every]) / blocks
    return luck


def _resampled(points: int, blocks: int, seed: int) -> tuple[Ints, Floats, Ints]:
    """Base points int[point, resample]; how often each block comes, float[resample, block], and which come."""
    rng = np.random.Generator(np.random.Philox(seed_of("resamples", seed)))
    drawn, chosen = rng.integers(points, size=(points, RESAMPLES)), rng.integers(blocks, size=(RESAMPLES, blocks))
    return drawn, np.stack([(chosen == b).sum(axis=1) for b in range(blocks)], axis=1).astype(np.float64), chosen


def _reach(blocks: int) -> float:
    """Half the width of an interval in standard errors: Student's t over blocks."""
    return float(stdtrit(blocks - 1, (1 + LEVEL) / 2))
