"""What it is worth to learn an input before one chooses (EVPI and EVPPI), from losses of actions at random inputs.

Without information one takes the action with the least expected loss. With perfect information on some inputs one takes
the action that is best given them. The saving, averaged over what they may turn out to be, is the expected value of
partial perfect information (EVPPI); for all inputs, EVPI. Inputs are independent and uniform.

The loss expected at given inputs is fitted by least squares (Strong, Oakley and Brennan 2014 use splines): orthonormal
polynomials of each input up to degree 3, and products of two inputs where these are clear. Inputs are independent, so
the loss expected given some of them is the sum of the terms that hold no other input. One fit serves every set.

* A fit follows luck, and the best of noisy fits looks too good. So the points come in five parts. A fit to all parts
  before one chooses there, and the losses of that part judge the choice. Luck in these has no part in the choice. A
  choice by a fit that is wrong costs something, so the estimate errs low, if at all. Judged by the fit itself it errs
  high (`uncorrected`).
* Each part is judged by earlier parts only. So judged savings are a martingale, and their interval holds even where
  actions are exactly as good as each other (Luedtke and van der Laan 2016). In folds that judge one another it does
  not: luck that is common to them makes it a quarter too narrow.
* The lower limit is that of the judged savings. The upper limit also allows for the fit: what the saving would be if
  its coefficients were others, as likely by their own error (a bootstrap over blocks of points).
* The best set of a size is searched by the same fits, so the search earns nothing by luck either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from statistics import NormalDist

import numpy as np
from numpy.polynomial.legendre import legvander

from sim.statistics.intervals import BLOCKS, LEVEL, Floats, interval_of_mean

DEGREE = 3  # of the polynomials in one input
PARTS = 5  # of the points: the first only trains
CANDIDATES = 8  # inputs that move losses most: sets are made of these
SIZES = (2, 3, 4)  # of the best sets
SEARCHED = 2048  # points on which sets are compared
RESAMPLES, RESAMPLED_POINTS = 200, 1024
KEY = 1966  # of the Philox generator behind the resamples: the same ones every time
CHANCE = 0.05  # that any product of two inputs is taken for clear by luck

Inputs = tuple[int, ...]


@dataclass(frozen=True)
class Saving:
    """What it is worth to learn some inputs before choosing.

    Attributes
    ----------
    inputs
        Places of the inputs; of a best set, those found with all points.
    value, low, high
        Expected saving in the unit of the losses, with its 95 % interval. For single inputs it holds for all of them
        together (Bonferroni), since one looks for the largest.
    uncorrected
        The estimate that errs high.
    changes
        Share of points at which another action is chosen than without information.
    instead
        The action most often chosen then; None if there is none.
    where
        Of a single input: the least and the greatest value at which another action is chosen; None if there is none.
    agreeing
        In how many of the four fits to some of the parts the best set was the same one.
    """

    inputs: Inputs
    value: float
    low: float
    high: float
    uncorrected: float
    changes: float
    instead: int | None
    where: tuple[float, float] | None
    agreeing: int

    @property
    def is_clear(self) -> bool:
        """Whether the saving is clearly above 0."""
        return self.low > 0


@dataclass(frozen=True)
class Share:
    """An input's Sobol share of first order, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Information:
    """The value of information.

    Attributes
    ----------
    default
        The action taken without information.
    rival
        The action that is taken most often instead if all is known; if there is none, the second best.
    all, single, best
        Savings for all inputs, for each, and for the best set of each size.
    shares
        Sobol's first-order share of each input in the difference between rival and default, luck taken out; empty where
        no more than luck moves the difference.
    choices
        Share of points at which each action is best if all is known.
    """

    default: int
    rival: int
    all: Saving
    single: list[Saving]
    best: list[Saving]
    shares: list[Share]
    choices: Floats


@dataclass(frozen=True, eq=False)
class _Fit:
    """Losses, less the default action's, as a sum of terms.

    `inputs` of each term after the constant; `coefficients` float[term, action], 0 for the default.
    """

    inputs: list[Inputs]
    coefficients: Floats
    default: int

    def columns(self, known: Iterable[int]) -> list[int]:
        """The terms that hold no other input than those known; the constant first."""
        return [0, *(i for i, term in enumerate(self.inputs, start=1) if {*term} <= {*known})]

    def expected(self, features: Floats, known: Iterable[int]) -> Floats:
        """Loss expected given these inputs, less the default's: float[point, action]."""
        columns = self.columns(known)
        return np.asarray(features[:, columns] @ self.coefficients[columns])

    @cached_property
    def weights(self) -> Floats:
        """How far each input moves a loss relative to the default's: the variance of its terms, at most."""
        moved = np.zeros((max(i for term in self.inputs for i in term) + 1, self.coefficients.shape[1]))
        for term, row in zip(self.inputs, self.coefficients[1:], strict=True):
            moved[list(term)] += row**2
        return np.asarray(moved.max(axis=1))

    def best_sets(self, features: Floats) -> list[Inputs]:
        """The set of each size with the least expected loss, among the inputs that move losses most."""
        features = features[:SEARCHED]
        heaviest = sorted(np.argsort(-self.weights, kind="stable")[:CANDIDATES].tolist())
        parts = {frozenset({i}): self._part(features, (i,)) for i in heaviest}
        parts |= {frozenset(term): self._part(features, term) for term in self.inputs
                  if len(term) == 2 and {*term} <= {*heaviest}}  # fmt: skip
        found = []
        for size in SIZES:
            losses = {
                known: float((self.coefficients[0] + sum(part for of, part in parts.items() if of <= {*known}))
                             .min(axis=1).mean())
                for known in combinations(heaviest, min(size, len(heaviest)))
            }  # fmt: skip
            found.append(min(losses, key=lambda known: losses[known]))
        return found

    def _part(self, features: Floats, term: Inputs) -> Floats:
        """What the terms of exactly these inputs add."""
        columns = [i for i, other in enumerate(self.inputs, start=1) if other == term]
        return np.asarray(features[:, columns] @ self.coefficients[columns])


def value_information(inputs: Floats, bounds: Sequence[Sequence[float]], losses: Floats) -> Information:
    """Estimate EVPI, EVPPI of each input and of the best sets of two to four, and Sobol's shares beside them.

    Parameters
    ----------
    inputs
        float[point, input]: independent and uniform within their bounds.
    bounds
        Low and high of each input.
    losses
        float[point, half, action]: less is better. Two halves of worlds that are independent of each other, and new at
        each point; all actions are in the same worlds.

    Raises
    ------
    ValueError
        For shapes that do not fit, fewer points than a fit needs, or values that are not finite.

    Examples
    --------
    Keep (loss 0) or change, which saves what the first input is and costs 0.5; the second input does nothing:

    >>> x = np.random.default_rng(1).uniform(size=(4096, 2))
    >>> y = np.repeat(np.stack([0 * x[:, 0], 0.5 - x[:, 0]], axis=1)[:, None], 2, axis=1)
    >>> found = value_information(x, [(0, 1), (0, 1)], y)
    >>> round(found.all.value, 2), [round(one.value, 2) for one in found.single]
    (0.12, [0.12, 0.0])
    """
    points, count = inputs.shape
    if losses.ndim != 3 or losses.shape[:2] != (points, 2) or losses.shape[2] < 2 or len(bounds) != count:
        raise ValueError(f"needs float[{points}, 2, action] with two actions or more, got {losses.shape}")
    if not (np.isfinite(losses).all() and np.isfinite(inputs).all()):
        raise ValueError("needs finite numbers: some are missing")
    edges = np.arange(PARTS + 1) * points // PARTS
    if edges[1] < 1.5 * (1 + DEGREE * count):
        raise ValueError(f"needs more points than {points} for {count} inputs")
    low, high = np.asarray(bounds, dtype=np.float64).T
    unit = 2 * (inputs - low) / (high - low) - 1
    means = losses.mean(axis=1)
    everything = tuple(range(count))
    fit, features = _fit(unit, means)
    singles = [(i,) for i in everything]
    best = fit.best_sets(features)
    sets = [everything, *singles, *best]
    gains = np.zeros((len(sets), points))
    same = np.zeros(len(sets), dtype=np.int64)
    for start, end in pairwise(edges[1:].tolist()):
        own, of_own = _fit(unit[:start], means[:start])
        judged, shown = means[start:end], _features(unit[start:end], own.inputs)
        chosen = [everything, *singles, *own.best_sets(of_own)]
        for row, known in enumerate(chosen):
            choice = own.expected(shown, known).argmin(axis=1)
            gains[row, start:end] = judged[:, own.default] - np.take_along_axis(judged, choice[:, None], axis=1)[:, 0]
            same[row] += known == sets[row]
    gains = gains[:, edges[1] :]
    draws = _Resampled(fit, features, means)
    savings = []
    for row, known in enumerate(sets):
        savings.append(_saving(fit, features, draws, known, gains[row], inputs, int(same[row])))
    choices = np.bincount(fit.expected(features, everything).argmin(axis=1), minlength=means.shape[1]) / points
    second = int(np.argsort(means.mean(axis=0), kind="stable")[1])
    rival = second if savings[0].instead is None else savings[0].instead
    shares = _shares(fit, draws, losses[:, :, rival] - losses[:, :, fit.default], rival, count)
    return Information(fit.default, rival, savings[0], savings[1 : count + 1], savings[count + 1 :], shares,
                       np.asarray(choices))  # fmt: skip


def _features(unit: Floats, terms: Sequence[Inputs]) -> Floats:
    """The constant, each input's polynomials, and the products of `terms`; all with mean 0 and variance 1."""
    points, count = unit.shape
    scale = np.sqrt(2 * np.arange(1, DEGREE + 1) + 1)
    own = legvander(unit, DEGREE)[:, :, 1:] * scale
    pairs = [term for term in terms if len(term) == 2]
    products = [own[:, a, 0] * own[:, b, 0] for a, b in pairs]
    return np.column_stack([np.ones(points), own.reshape(points, DEGREE * count), *products])


def _fit(unit: Floats, means: Floats) -> tuple[_Fit, Floats]:
    """Fit polynomials of each input, then again with the products that are clear in what is left."""
    alone = [(i,) for i in range(unit.shape[1]) for _ in range(DEGREE)]
    features = _features(unit, alone)
    default = int(means.mean(axis=0).argmin())
    apart = means - means[:, [default]]
    left = apart - features @ _least_squares(features, apart)
    terms = [*alone, *_clear_products(unit, left)]
    features = _features(unit, terms)
    return _Fit(terms, _least_squares(features, apart), default), features


def _least_squares(features: Floats, values: Floats) -> Floats:
    """Coefficients by the normal equations, which are well conditioned: features are nearly orthonormal."""
    return np.asarray(np.linalg.solve(features.T @ features, features.T @ values))


def _clear_products(unit: Floats, left: Floats) -> list[Inputs]:
    """Pairs of inputs whose product still moves a difference, clearly so among all pairs (Bonferroni)."""
    a, b = np.triu_indices(unit.shape[1], 1)
    if not len(a):
        return []
    z = np.zeros(len(a))
    for column in left.T[left.any(axis=0)]:
        mean = (unit.T @ (column[:, None] * unit))[a, b]
        square = ((unit**2).T @ (column[:, None] ** 2 * unit**2))[a, b]
        z = np.maximum(z, np.abs(mean) / np.sqrt(np.where(square > 0, square, np.inf)))
    limit = NormalDist().inv_cdf(1 - CHANCE / (2 * len(a) * max(left.shape[1] - 1, 1)))
    return [(int(a[i]), int(b[i])) for i in np.flatnonzero(z > limit)]


class _Resampled:
    """Coefficients as likely as the fit's: the scores of 100 blocks of points, drawn again."""

    def __init__(self, fit: _Fit, features: Floats, means: Floats) -> None:
        blocks = min(BLOCKS, len(means))
        edges = np.arange(blocks + 1) * len(means) // blocks
        left = means - means[:, [fit.default]] - features @ fit.coefficients
        scores = np.stack([features[a:b].T @ left[a:b] for a, b in pairwise(edges.tolist())])
        random = np.random.Generator(np.random.Philox(key=KEY))
        self.weights = random.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES).astype(np.float64)
        moved = np.tensordot(self.weights - 1, scores, axes=1)
        inverse = np.linalg.pinv(features.T @ features)
        self.edges = edges
        self.coefficients: Floats = fit.coefficients + np.einsum("st,rta->rsa", inverse, moved)
        self.errors: Floats = self.coefficients.std(axis=0, ddof=1)
        self.features = features[:RESAMPLED_POINTS]

    def savings(self, columns: list[int]) -> Floats:
        """The saving by each resample's coefficients: float[resample]."""
        expected = np.tensordot(self.features[:, columns], self.coefficients[:, columns], axes=(1, 1))
        return np.asarray(expected.mean(axis=0).min(axis=1) - expected.min(axis=2).mean(axis=0))


def _saving(
    fit: _Fit, features: Floats, draws: _Resampled, known: Inputs, gains: Floats, inputs: Floats, agreeing: int
) -> Saving:
    level = 1 - (1 - LEVEL) / inputs.shape[1] if len(known) == 1 else LEVEL
    expected, columns = fit.expected(features, known), fit.columns(known)
    uncorrected = float(expected.mean(axis=0).min() - expected.min(axis=1).mean())
    value, low, high = (float(number or 0.0) for number in interval_of_mean(gains, level))
    few = draws.features[:, columns] @ fit.coefficients[columns]
    of_few = few.mean(axis=0).min() - few.min(axis=1).mean()
    reach = float(np.quantile(draws.savings(columns), (1 + level) / 2) - of_few)
    choice = expected.argmin(axis=1)
    changed = choice != fit.default
    at = inputs[changed, known[0]]
    return Saving(
        known, value, low, max(high, uncorrected + max(reach, 0.0)), uncorrected, float(changed.mean()),
        int(np.bincount(choice[changed]).argmax()) if changed.any() else None,
        (float(at.min()), float(at.max())) if len(known) == 1 and changed.any() else None, agreeing,
    )  # fmt: skip


def _shares(fit: _Fit, draws: _Resampled, difference: Floats, rival: int, count: int) -> list[Share]:
    """Sobol's first-order shares in a difference float[point, half]; none if no more than luck moves it.

    The two halves of a point share no luck, so their covariance is the variance of what is expected. The square of a
    coefficient exceeds the truth by the square of its error, which is taken off.
    """
    halves = difference - difference.mean(axis=0)
    products = np.add.reduceat(halves.prod(axis=1), draws.edges[:-1])
    variance = products.sum() / len(halves)
    drawn = draws.weights @ products / len(halves)
    if variance <= 0 or (drawn <= 0).any():
        return []
    moved = fit.coefficients[:, rival] ** 2 - draws.errors[:, rival] ** 2
    resampled = draws.coefficients[:, :, rival] ** 2 - 2 * draws.errors[:, rival] ** 2
    shares = []
    for i in range(count):
        columns = fit.columns((i,))[1:]
        share = float(moved[columns].sum() / variance)
        error = float(((resampled[:, columns].sum(axis=1) - share * drawn) / variance).std(ddof=1))
        reach = NormalDist().inv_cdf((1 + LEVEL) / 2) * error
        shares.append(Share(share, share - reach, share + reach))
    return shares
