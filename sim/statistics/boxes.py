"""Boxes in a space of inputs where something happens more often than elsewhere, and how well they hold on fresh points.

Two methods search one half of the points: PRIM (Friedman and Fisher 1999), which peels thin slices off until the rest
is dense, as in scenario discovery (Bryant and Lempert 2010); and a small tree (CART; Breiman et al. 1984). The share of
all cases that lie in a box (coverage), and how often points in it are cases (density), are counted on the other half,
which had no part in the search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, betaincinv

from sim.statistics.intervals import LEVEL, Floats, Interval

if TYPE_CHECKING:
    import pandas as pd
    from prim.prim_box import PrimBox
    from sklearn.tree import DecisionTreeClassifier

Flags = NDArray[np.bool_]

FEW = 10  # cases at least in either half, and cases and others together in a box
COVERAGE = 0.5  # of the cases, at least, in a box of PRIM, unless the caller says otherwise
CHANCE = 0.05  # that a restriction which does nothing is kept, over all that could have been tried
DEPTH, FOLDS = 3, 5  # of the tree, and of the cross-validation that prunes it


class Fit(NamedTuple):
    """How a box does on some points: shares, each with its exact 95 % interval (Clopper and Pearson 1934)."""

    coverage: Interval  # of all cases, those in the box
    density: Interval  # of all points in the box, those that are cases
    base_rate: Interval  # of all points, those that are cases
    points: int  # in the box


@dataclass(frozen=True)
class Box:
    """Limits on some inputs; -inf and inf where there is none.

    >>> box = Box(("a", "b"), (0.5, -np.inf), (np.inf, np.inf))
    >>> box.restricted, box.inside(np.array([[0.7, 0.1], [0.2, 0.1]])).tolist()
    (('a',), [True, False])
    """

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def restricted(self) -> tuple[str, ...]:
        """The inputs that have a limit."""
        limits = zip(self.names, self.low, self.high, strict=True)
        return tuple(name for name, low, high in limits if np.isfinite(low) or np.isfinite(high))

    def limits(self, name: str) -> tuple[float, float]:
        """Both limits of an input."""
        column = self.names.index(name)
        return self.low[column], self.high[column]

    def inside(self, points: Floats) -> Flags:
        """Which points lie in the box: bool[point] of float[point, input]."""
        return np.asarray(((points >= self.low) & (points <= self.high)).all(axis=1))

    def without(self, column: int, end: str) -> Box:
        """The same without one limit, `low` or `high`."""
        limits = list(getattr(self, end))
        limits[column] = -np.inf if end == "low" else np.inf
        return replace(self, **{end: tuple(limits)})


class FoundBox(NamedTuple):
    """A box, the method that found it, and how it does on the points of the search and on fresh ones.

    It holds if the lower limit of its density on fresh points lies above the base rate there.
    """

    method: str
    box: Box
    train: Fit
    held_out: Fit

    @property
    def holds(self) -> bool:
        low, base = self.held_out.density.low, self.held_out.base_rate.estimate
        return low is not None and base is not None and low > base


def find_boxes(
    train: tuple[Floats, Flags], held_out: tuple[Floats, Flags], names: Sequence[str], coverage: float = COVERAGE
) -> list[FoundBox]:
    """Search for boxes full of cases with both methods: PRIM's box, then the leaves of the tree, the best leaf first.

    Parameters
    ----------
    train, held_out
        float[point, input] and which points are cases, bool[point], of either half.
    names
        Of the inputs.
    coverage
        Share of the cases that PRIM's box must contain, on the points of the search.

    Returns
    -------
    list of FoundBox
        Empty if either half has fewer than ten cases, or fewer than ten other points.

    Raises
    ------
    ValueError
        If an input is not finite, or the shapes do not fit each other.
    """
    for points, cases in (train, held_out):
        if points.ndim != 2 or points.shape != (len(cases), len(names)):
            raise ValueError(f"boxes need float[point, input] with {len(names)} inputs, got {points.shape}")
        if not np.isfinite(points).all():
            raise ValueError("boxes need finite inputs: some are missing")
    if min(min(cases.sum(), (~cases).sum()) for _, cases in (train, held_out)) < FEW:
        return []
    peeled = peel_box(*train, names, coverage)
    leaves = grow_tree(*train, names)
    boxes = [("prim", peeled)] * bool(peeled.restricted) + [("cart", leaf) for leaf in leaves]
    return [FoundBox(method, box, measure_fit(box, *train), measure_fit(box, *held_out)) for method, box in boxes]


def measure_fit(box: Box, points: Floats, cases: Flags) -> Fit:
    """How a box does on some points.

    >>> box, points = Box(("a",), (0.5,), (np.inf,)), np.array([[0.1], [0.6], [0.7]])
    >>> fit = measure_fit(box, points, np.array([False, True, True]))
    >>> fit.coverage.estimate, fit.density.estimate, fit.points
    (1.0, 1.0, 2)
    """
    inside = box.inside(points)
    hits, size, every = int((inside & cases).sum()), int(inside.sum()), int(cases.sum())
    return Fit(exact_interval(hits, every), exact_interval(hits, size), exact_interval(every, len(cases)), size)


def exact_interval(hits: int, n: int) -> Interval:
    """A share with Clopper and Pearson's interval; without an estimate if n is 0.

    >>> [round(limit, 4) for limit in exact_interval(0, 20)]
    [0.0, 0.0, 0.1684]
    """
    if n == 0:
        return Interval(None, None, None)
    tail = (1 - LEVEL) / 2
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - tail)) if hits < n else 1.0
    return Interval(hits / n, low, high)


def peel_box(points: Floats, cases: Flags, names: Sequence[str], coverage: float = COVERAGE) -> Box:
    """One box by peeling and pasting, simplified; one without limits if none does better than all points together.

    Among the boxes of the peeling with enough of the cases, those count whose density is within a standard error of the
    highest. Of these the one with the fewest restricted inputs is chosen, and of several the one with the most cases.
    Limits are then dropped, the weakest first, while the chance that a limit without effect would do as well (quasi-p:
    Bryant and Lempert 2010) is above 0.05 divided by the number of all possible limits.
    """
    # PRIM peels the thin slice whose removal raises the density most, again and again. So each step of its trajectory
    # is a smaller and denser box, and the choice is how far to go: coverage falls as density rises. A box of the
    # smallest mass has about 2 * FEW points.
    import pandas as pd
    from prim import Prim

    table = pd.DataFrame(points, columns=list(names))
    prim = Prim(table, cases, mass_min=min(0.5, max(2 * FEW / len(cases), 0.01)))
    peeling = prim.find_box()
    steps = peeling.peeling_trajectory
    enough = steps[steps["coverage"] >= coverage]
    best = enough.loc[enough["density"].idxmax()]
    error = np.sqrt(best["density"] * (1 - best["density"]) / (best["mass"] * len(cases)))
    near = enough[enough["density"] >= best["density"] - error]
    chosen = near.sort_values(["res dim", "coverage"], ascending=[True, False], kind="stable").index[0]
    return _drop_limits(_limits(peeling, int(chosen), table), points, cases)


def _limits(peeling: PrimBox, step: int, table: pd.DataFrame) -> Box:
    """A step of the peeling as a box: a limit at the outermost point is none."""
    peeling.select(step)
    low, high = dict.fromkeys(table.columns, -np.inf), dict.fromkeys(table.columns, np.inf)
    for name, row in peeling.limits.iterrows():
        low[name] = row["min"] if row["min"] > table[name].min() else -np.inf
        high[name] = row["max"] if row["max"] < table[name].max() else np.inf
    return Box(tuple(table.columns), tuple(map(float, low.values())), tuple(map(float, high.values())))


def _drop_limits(box: Box, points: Floats, cases: Flags) -> Box:
    """The box without the limits that might be chance."""
    while True:
        ends = [(column, end) for end in ("low", "high") for column in _finite(getattr(box, end))]
        chances = [_quasi_p(box, box.without(column, end), points, cases) for column, end in ends]
        if not ends or max(chances) <= CHANCE / (2 * len(box.names)):
            return box
        box = box.without(*ends[int(np.argmax(chances))])


def _finite(limits: tuple[float, ...]) -> list[int]:
    return [column for column, limit in enumerate(limits) if np.isfinite(limit)]


def _quasi_p(box: Box, wider: Box, points: Floats, cases: Flags) -> float:
    """The chance of so many cases in the box if they were as frequent as in the wider one: a binomial tail."""
    inside, around = cases[box.inside(points)], cases[wider.inside(points)]
    return float(bdtrc(inside.sum() - 1, inside.size, around.mean())) if inside.any() else 1.0


def grow_tree(points: Floats, cases: Flags, names: Sequence[str]) -> list[Box]:
    """Leaves of a small tree in which cases are more frequent than in all points, the one with the most cases first.

    The tree is cut back (cost-complexity pruning) to the smallest whose cross-validated Brier score comes within a
    standard error of the best; where that is a bare trunk there are no leaves.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    small = {"max_depth": DEPTH, "min_samples_leaf": 2 * FEW, "random_state": 0}
    path = DecisionTreeClassifier(**small).cost_complexity_pruning_path(points, cases)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    scored = []
    for alpha in np.maximum(path.ccp_alphas, 0.0):
        tree = DecisionTreeClassifier(**small, ccp_alpha=float(alpha))
        scores = cross_val_score(tree, points, cases, cv=folds, scoring="neg_brier_score")
        scored.append((float(scores.mean()), float(scores.std(ddof=1) / np.sqrt(FOLDS)), float(alpha)))
    best, error, _ = max(scored)
    alpha = max(alpha for mean, _, alpha in scored if mean >= best - error)
    tree = DecisionTreeClassifier(**small, ccp_alpha=alpha).fit(points, cases)
    leaves = [(int(cases[box.inside(points)].sum()), box) for box in _leaves(tree, tuple(names))]
    dense = [(hits, box) for hits, box in leaves if box.restricted and cases[box.inside(points)].mean() > cases.mean()]
    return [box for _, box in sorted(dense, key=lambda leaf: -leaf[0])]


def _leaves(tree: DecisionTreeClassifier, names: tuple[str, ...]) -> list[Box]:
    """The leaves of a tree as boxes, from left to right."""
    nodes = tree.tree_

    def below(node: int, box: Box) -> list[Box]:
        if nodes.children_left[node] < 0:
            return [box]
        column, cut = int(nodes.feature[node]), float(nodes.threshold[node])
        high, low = list(box.high), list(box.low)
        high[column], low[column] = cut, cut
        left = below(int(nodes.children_left[node]), replace(box, high=tuple(high)))
        return left + below(int(nodes.children_right[node]), replace(box, low=tuple(low)))

    return below(0, Box(names, (-np.inf,) * len(names), (np.inf,) * len(names)))
