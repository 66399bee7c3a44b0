"""Boxes in a space of inputs where something happens more often than elsewhere, and how well they hold on fresh points.

Two methods look for them on one half of the points: PRIM (Friedman and Fisher 1999), which peels thin slices off
until what is left is dense, as in scenario discovery (Bryant and Lempert 2010); and a small tree (CART; Breiman et al.
1984). How much of what happens a box holds (coverage), and how often it happens within (density), is counted on the
other half, which had no part in the search.
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
        place = self.names.index(name)
        return self.low[place], self.high[place]

    def inside(self, points: Floats) -> Flags:
        """Which points lie in the box: bool[point] of float[point, input]."""
        return np.asarray(((points >= self.low) & (points <= self.high)).all(axis=1))

    def without(self, place: int, end: str) -> Box:
        """The same without one limit, `low` or `high`."""
        limits = list(getattr(self, end))
        limits[place] = -np.inf if end == "low" else np.inf
        return replace(self, **{end: tuple(limits)})


class FoundBox(NamedTuple):
    """A box: who found it, how it does on the points it was found on and on fresh ones, and whether it holds.

    It holds if the lower limit of its density on fresh points lies above how often cases come there at all.
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
    """Look for boxes full of cases with both methods, PRIM first; the best leaf of the tree comes first.

    Parameters
    ----------
    train, held_out
        float[point, input] and which points are cases, bool[point], of either half.
    names
        Of the inputs.
    coverage
        Share of the cases that PRIM's box must have, on the points it is looked for on.

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
    peeled = by_prim(*train, names, coverage)
    leaves = by_tree(*train, names)
    boxes = [("prim", peeled)] * bool(peeled.restricted) + [("cart", box) for box in leaves]
    return [FoundBox(method, box, fit(box, *train), fit(box, *held_out)) for method, box in boxes]


def fit(box: Box, points: Floats, cases: Flags) -> Fit:
    """How a box does on some points.

    >>> found = fit(Box(("a",), (0.5,), (np.inf,)), np.array([[0.1], [0.6], [0.7]]), np.array([False, True, True]))
    >>> found.coverage.estimate, found.density.estimate, found.points
    (1.0, 1.0, 2)
    """
    inside = box.inside(points)
    hits, held, every = int((inside & cases).sum()), int(inside.sum()), int(cases.sum())
    return Fit(exact_interval(hits, every), exact_interval(hits, held), exact_interval(every, len(cases)), held)


def exact_interval(hits: int, n: int) -> Interval:
    """A share with Clopper and Pearson's interval; without an estimate if there is nothing to count.

    >>> [round(limit, 4) for limit in exact_interval(0, 20)]
    [0.0, 0.0, 0.1684]
    """
    if n == 0:
        return Interval(None, None, None)
    tail = (1 - LEVEL) / 2
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - tail)) if hits < n else 1.0
    return Interval(hits / n, low, high)


def by_prim(points: Floats, cases: Flags, names: Sequence[str], coverage: float = COVERAGE) -> Box:
    """One box by peeling and pasting, simplified; one without limits if none does better than all points together.

    Of the boxes on the way with enough of the cases, those count whose density comes within a standard error of
    the highest: of these the one with the fewest restricted inputs, then with the most cases, is taken. Limits are then
    dropped, the least telling first, while the chance that one which does nothing would do as well (quasi-p: Bryant and
    Lempert 2010) is above 0.05 divided by all limits there could be.
    """
    import pandas as pd
    from prim import Prim

    table = pd.DataFrame(points, columns=list(names))
    search = Prim(table, cases, mass_min=min(0.5, max(2 * FEW / len(cases), 0.01)))
    way = search.find_box()
    steps = way.peeling_trajectory
    enough = steps[steps["coverage"] >= coverage]
    best = enough.loc[enough["density"].idxmax()]
    error = np.sqrt(best["density"] * (1 - best["density"]) / (best["mass"] * len(cases)))
    near = enough[enough["density"] >= best["density"] - error]
    chosen = near.sort_values(["res dim", "coverage"], ascending=[True, False], kind="stable").index[0]
    return _telling(_limits(way, int(chosen), table), points, cases)


def _limits(way: PrimBox, step: int, table: pd.DataFrame) -> Box:
    """A step of the way as a box: a limit at the outermost point is none."""
    way.select(step)
    low, high = dict.fromkeys(table.columns, -np.inf), dict.fromkeys(table.columns, np.inf)
    for name, row in way.limits.iterrows():
        low[name] = row["min"] if row["min"] > table[name].min() else -np.inf
        high[name] = row["max"] if row["max"] < table[name].max() else np.inf
    return Box(tuple(table.columns), tuple(map(float, low.values())), tuple(map(float, high.values())))


def _telling(box: Box, points: Floats, cases: Flags) -> Box:
    """The box without the limits that tell nothing."""
    while True:
        ends = [(place, end) for end in ("low", "high") for place in _finite(getattr(box, end))]
        chances = [_quasi_p(box, box.without(place, end), points, cases) for place, end in ends]
        if not ends or max(chances) <= CHANCE / (2 * len(box.names)):
            return box
        box = box.without(*ends[int(np.argmax(chances))])


def _finite(limits: tuple[float, ...]) -> list[int]:
    return [place for place, limit in enumerate(limits) if np.isfinite(limit)]


def _quasi_p(box: Box, wider: Box, points: Floats, cases: Flags) -> float:
    """The chance of so many cases in the box if they were as frequent as in the wider one."""
    inside, around = cases[box.inside(points)], cases[wider.inside(points)]
    return float(bdtrc(inside.sum() - 1, inside.size, around.mean())) if inside.any() else 1.0


def by_tree(points: Floats, cases: Flags, names: Sequence[str]) -> list[Box]:
    """Leaves of a small tree in which cases are more frequent than in all points, the one with the most cases first.

    The tree is cut back (cost-complexity pruning) to the smallest whose cross-validated Brier score comes within a
    standard error of the best; where that is a bare trunk there are no leaves.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    small = {"max_depth": DEPTH, "min_samples_leaf": 2 * FEW, "random_state": 0}
    path = DecisionTreeClassifier(**small).cost_complexity_pruning_path(points, cases)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    tried = []
    for alpha in np.maximum(path.ccp_alphas, 0.0):
        tree = DecisionTreeClassifier(**small, ccp_alpha=float(alpha))
        scores = cross_val_score(tree, points, cases, cv=folds, scoring="neg_brier_score")
        tried.append((float(scores.mean()), float(scores.std(ddof=1) / np.sqrt(FOLDS)), float(alpha)))
    best, error, _ = max(tried)
    alpha = max(alpha for mean, _, alpha in tried if mean >= best - error)
    tree = DecisionTreeClassifier(**small, ccp_alpha=alpha).fit(points, cases)
    held = [(int(cases[box.inside(points)].sum()), box) for box in _leaves(tree, tuple(names))]
    dense = [(hits, box) for hits, box in held if box.restricted and cases[box.inside(points)].mean() > cases.mean()]
    return [box for _, box in sorted(dense, key=lambda one: -one[0])]


def _leaves(tree: DecisionTreeClassifier, names: tuple[str, ...]) -> list[Box]:
    """The leaves of a tree as boxes, from left to right."""
    nodes = tree.tree_

    def below(node: int, box: Box) -> list[Box]:
        if nodes.children_left[node] < 0:
            return [box]
        place, cut = int(nodes.feature[node]), float(nodes.threshold[node])
        high, low = list(box.high), list(box.low)
        high[place], low[place] = cut, cut
        left = below(int(nodes.children_left[node]), replace(box, high=tuple(high)))
        return left + below(int(nodes.children_right[node]), replace(box, low=tuple(low)))

    return below(0, Box(names, (-np.inf,) * len(names), (np.inf,) * len(names)))
