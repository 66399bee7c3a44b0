"""How much each input of a model weighs: Morris screening and Sobol indices, with luck kept apart, for any model.

A model gives float[block, row, outcome]: for each row of inputs, its mean in each of some independent blocks of worlds.
All rows of a model are played in the same blocks with the same luck. SALib makes the designs and the estimates; this
module adds two things:

* A row's mean still holds luck, and an index of it would count that luck as an effect of the inputs. The numerator of
  an index and the variance are quadratic forms of the means, so the luck in each shows in how blocks differ and can be
  removed: (blocks x form of the mean - mean of the blocks' forms) / (blocks - 1) has no luck in expectation.
* An interval must hold both the error from the rows that were drawn and the error from the worlds. Morris'
  trajectories are independent, so they and the blocks are resampled together (the pigeonhole bootstrap, Owen 2007,
  which errs on the wide side). Points of a scrambled Sobol sequence are not independent: they fill the space, and a
  bootstrap of them gives intervals two to three times too wide. So Sobol's design is several sequences, scrambled
  independently, each in worlds of its own; they differ by both errors, and an interval rests on how they differ.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.errors import QuestionError
from sim.statistics.intervals import LEVEL, Floats, Interval, interval_of_mean, linearise_ratio

Model = Callable[[Floats], Floats]  # float[row, input] -> float[block, row, outcome]
Ints = NDArray[np.int64]

RESAMPLES = 200  # of trajectories and blocks
LEAST_POINTS = 4  # of a sequence at the smallest size that is shown
GRID_LEVELS = 4  # levels of Morris' grid, if nothing else is said
SIZES = (8, 4, 2, 1)  # the design is read at an eighth, a quarter, a half and all of its points
LUCK = "(luck)"
MORRIS, SOBOL = "morris", "sobol"
COLUMNS = ("outcome", "method", "input", "measure", "points", "rows", "value", "low", "high")


def seed_of(name: str, seed: int) -> int:
    """Seed of a named draw: never 0, which SALib reads as no seed.

    >>> seed_of("sobol", 2020) != seed_of("morris", 2020)
    True
    """
    return 1 + int.from_bytes(hashlib.sha256(f"{name} {seed}".encode()).digest()[:4], "big") // 2


def screen(
    model: Model,
    problem: Mapping[str, Any],
    outcomes: Sequence[str],
    trajectories: int,
    seed: int,
    levels: int = GRID_LEVELS,
) -> pd.DataFrame:
    """Morris screening: mean effect `mu`, mean size of effects `mu_star`, and how effects vary, `sigma`.

    An effect is the change of the outcome as an input goes over its range, with all other inputs anywhere at random.

    Parameters
    ----------
    problem
        As SALib wants it; it is not changed, and its groups are left aside.
    trajectories
        At least 2; each plays a row more than there are inputs.
    levels
        Of the grid, an even number: with 4 a step goes over two thirds of an input's range, with 2 over all of it.

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
    X = design.sample(plain_problem(problem), trajectories, num_levels=levels, seed=seed_of(MORRIS, seed))
    Y = _checked(model(X), outcomes)
    rows = []
    for i, outcome in enumerate(outcomes):
        effects = _effects(X, Y[:, :, i], size, levels)
        for points in _sizes(trajectories, 2):
            part = slice(points * size)
            own = analysis.analyze(plain_problem(problem), X[part], Y[:, part, i].mean(axis=0), num_resamples=2,
                                   num_levels=levels, seed=seed_of("unused", seed))  # fmt: skip
            for measure, estimates in _morris(effects[:, :points], own, seed).items():
                head = [(outcome, MORRIS, name, measure, points, points * size) for name in names]
                rows += [(*row, *estimate) for row, estimate in zip(head, estimates, strict=True)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def decompose(
    models: Sequence[Model], problem: Mapping[str, Any], outcomes: Sequence[str], points: int, seed: int
) -> pd.DataFrame:
    """Sobol indices: the share of an outcome's variance that an input makes alone (`S1`) and in all it does (`ST`).

    The variance is that of the expected outcome over the inputs, luck taken out. Luck is an input too, `(luck)`, which
    picks the worlds: its indices are shares of the variance of a row's mean, at as many trials as a row has. Its `ST`
    is the whole noise share; `S1` the part that is common to all rows, so that it falls out where rows are compared.

    Parameters
    ----------
    models
        Two or more of the same model, each with worlds of its own. Each plays a sequence that is scrambled by itself.
    points
        Base points of all sequences together, as many for each: a power of 2. Each point plays two rows more than
        there are inputs.

    Returns
    -------
    pandas.DataFrame
        As `screen`; a size is left out if luck there exceeds what the inputs do. An index is a ratio of means over
        sequences, and its interval that of this ratio.

    Raises
    ------
    QuestionError
        As `screen`; and if luck exceeds what the inputs do even with all points.

    Examples
    --------
    >>> model = lambda X: np.stack([X[:, :1] + 2 * X[:, 1:]] * 2)
    >>> problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1], [0, 1]]}
    >>> found = decompose([model] * 8, problem, ["y"], 256, 1)
    >>> found.query("points == 256 and measure == 'ST'")["value"].round(1).tolist()
    [0.2, 0.8, 0.0]
    """
    from SALib.sample import sobol as design

    each, size, named = points // len(models), problem["num_vars"] + 2, [*problem["names"], LUCK]
    played = []
    for i, model in enumerate(models):
        X = design.sample(plain_problem(problem), each, calc_second_order=False, seed=seed_of(f"{SOBOL} {i}", seed))
        played.append(_checked(model(X), outcomes))
    Y, rows = np.stack(played), []
    for i, outcome in enumerate(outcomes):
        y = Y[..., i].reshape(*Y.shape[:2], each, size)
        for part in _sizes(each, LEAST_POINTS):
            estimates, count = _shares(y[:, :, :part]), part * len(models)
            if estimates is None and part == each:
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


def _effects(X: Floats, y: Floats, size: int, levels: int) -> Floats:
    """The effect of each step of each trajectory, as SALib counts it: float[block, trajectory, input].

    With four levels a step moves one input by 2/3 of its range; SALib divides the change of the outcome by that length.
    """
    steps = np.diff(X.reshape(-1, size, size - 1), axis=1)
    change = np.diff(y.reshape(len(y), -1, size), axis=2)
    length = levels / (2 * (levels - 1))
    effects: Floats = np.einsum("btr,tri->bti", change, np.sign(steps)) / length
    return effects


def _morris(effects: Floats, own: Mapping[str, Any], seed: int) -> dict[str, list[Interval]]:
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
    points, counts = _resampled(trajectories, blocks, seed)
    resampled = np.tensordot(counts / blocks, effects, axes=1)[np.arange(RESAMPLES), points]  # [point, resample, input]
    reach = _reach(blocks)
    errors = {"mu": resampled.mean(axis=0), "mu_star": np.abs(resampled).mean(axis=0),
              "sigma": resampled.std(axis=0, ddof=1)}  # fmt: skip
    made = {}
    for measure, values in errors.items():
        value, error = np.asarray(own[measure], dtype=np.float64), reach * values.std(axis=0, ddof=1)
        low = np.minimum(least[measure], value) - error
        low = low if measure == "mu" else np.maximum(low, 0.0)
        made[measure] = [Interval(float(value[i]), float(low[i]), float(value[i] + error[i])) for i in range(inputs)]
    return made


def _shares(y: Floats) -> list[Interval] | None:
    """S1 of every input and of luck, then ST; of float[sequence, block, point, row]. None if all that moves is luck."""
    inputs = y.shape[3] - 2
    centred = y - y.mean(axis=(2, 3), keepdims=True)  # luck that is common to all rows of a block falls out
    scale = centred.mean(axis=1).std()  # indices are the same on any scale; this one keeps digits
    forms = np.stack([_luck_free_forms(part) for part in centred / scale])
    luck = np.stack([_luck(part.reshape(len(part), -1)) for part in y[..., [0, -1]] / scale])
    *numerators, variance = forms.T
    if variance.mean() <= 0:
        return None
    whole = variance + luck[:, 1]
    shares = [linearise_ratio(numerator, variance) for numerator in numerators]
    lucks = [linearise_ratio(part, whole) for part in luck.T]
    return [interval_of_mean(share) for share in (*shares[:inputs], lucks[0], *shares[inputs:], lucks[1])]


def _luck_free_forms(y: Floats) -> Floats:
    """Numerators of S1 and ST and the variance, without luck: float[2 inputs + 1], from float[block, point, row]."""
    blocks = len(y)
    of_mean, of_blocks = _forms(y.mean(axis=0)[..., None])[:, 0], _forms(np.moveaxis(y, 0, 2)).mean(axis=1)
    forms: Floats = (blocks * of_mean - of_blocks) / (blocks - 1)
    return forms


def _forms(y: Floats) -> Floats:
    """Numerators: SALib's estimates times the variance that they are shares of; from float[point, row, block]."""
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


def _resampled(points: int, blocks: int, seed: int) -> tuple[Ints, Floats]:
    """Trajectories int[trajectory, resample], and how often each block comes, float[resample, block]."""
    rng = np.random.Generator(np.random.Philox(seed_of("resamples", seed)))
    drawn, chosen = rng.integers(points, size=(points, RESAMPLES)), rng.integers(blocks, size=(RESAMPLES, blocks))
    return drawn, np.stack([(chosen == b).sum(axis=1) for b in range(blocks)], axis=1).astype(np.float64)


def _reach(blocks: int) -> float:
    """Half the width of an interval in standard errors: Student's t over blocks."""
    return float(stdtrit(blocks - 1, (1 + LEVEL) / 2))
