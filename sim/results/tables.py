"""The three tables of a result: its trials, their summary, and the paired differences of its policies.

A cell is a start, a worldview and a policy; its rows give each column of its trials by name, in order of trial:
the structured arrays that the engine makes, or the files of a folder (`sim.results.parts`), which read a column for all
cells at once. So tables are made column by column, and no more than a few columns are ever in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.statistics import contrasts, intervals

if TYPE_CHECKING:
    from sim.engine.batch import Cell
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment

Estimator = Literal["compensator", "count", "mean", "quantile"]

CELL_COLUMNS = ["start", "worldview", "policy"]
FIGURES = ["estimate", "low", "high"]
SUMMARY = [*CELL_COLUMNS, "outcome", "statistic", *FIGURES, "estimator", "n"]
PAIR = ["start", "worldview", "outcome", "policy_a", "policy_b"]
PAIR_FIGURES = ["difference", "low", "high", "simultaneous_low", "simultaneous_high"]
PAIR_FIGURES += ["prob_better", "variance_ratio", "margin"]
DIFFERENCES = [*PAIR, *PAIR_FIGURES, "verdict", "identical", "estimator", "n", "trials_needed"]


class Rows(Protocol):
    """The trials of a cell: `rows[name]` is a column, `rows.dtype.names` are all."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Names and types of the columns."""

    def __getitem__(self, name: str, /) -> NDArray[Any]:
        """Give a column, one value a trial."""


def axes(experiment: Experiment) -> tuple[list[str], list[str], list[str]]:
    """Names of an experiment's starts, worldviews and policies, in its order."""
    starts, worldviews, policies = experiment.starts, experiment.worldviews, experiment.policies
    return [s.name for s in starts], [w.name for w in worldviews], [p.name for p in policies]


def cells(experiment: Experiment) -> list[Cell]:
    """Every cell of an experiment, in order of start, worldview and policy."""
    return list(product(*axes(experiment)))


def category(entries: list[str]) -> pd.CategoricalDtype[str]:
    """Type of a column of names, in the order given."""
    return pd.CategoricalDtype(pd.Index(entries))


def of_cells(experiment: Experiment, rows: int) -> dict[str, Any]:
    """The columns `start`, `worldview`, `policy` of a table with so many rows in each cell."""
    columns: dict[str, Any] = {}
    by_axis = zip(*cells(experiment), strict=True)
    for name, entries, of_rows in zip(CELL_COLUMNS, axes(experiment), by_axis, strict=True):
        codes = np.array([entries.index(entry) for entry in of_rows], dtype=np.int8)
        columns[name] = pd.Categorical.from_codes(np.repeat(codes, rows), dtype=category(entries))
    return columns


def pairs(experiment: Experiment) -> list[tuple[str, str]]:
    """Every unordered pair of policies once: as a contrast declares it, else in the experiment's order."""
    declared = {frozenset(contrast): contrast for contrast in reversed(experiment.catalogue.contrasts)}
    return [declared.get(frozenset(pair), pair) for pair in combinations(axes(experiment)[2], 2)]


def shown_contrasts(experiment: Experiment) -> list[tuple[str, str]]:
    """Pairs of policies to show: the contrasts of the catalogue, then each other policy against the reference.

    Examples
    --------
    >>> import sim
    >>> shown_contrasts(sim.load("debate", policies=["status_quo", "both"]))
    [('both', 'status_quo')]
    """
    policies = axes(experiment)[2]
    declared = [(a, b) for a, b in experiment.catalogue.contrasts if a in policies and b in policies]
    reference = reference_policy(experiment)
    compared = {name for pair in declared for name in pair} | {reference}
    return declared + [(name, reference) for name in policies if name not in compared]


def reference_policy(experiment: Experiment) -> str:
    """Policy with which most contrasts of the catalogue compare; else the first of the experiment."""
    policies = axes(experiment)[2]
    references = Counter(b for _, b in experiment.catalogue.contrasts if b in policies)
    return references.most_common(1)[0][0] if references else policies[0]


def trials(experiment: Experiment, records: Mapping[Cell, Rows], names: Sequence[str] | None = None) -> pd.DataFrame:
    """One row a trial: its cell, trial, world and luck, each outcome, each compensator, then the rest.

    Parameters
    ----------
    records
        Rows of each cell; all cells have the same number.
    names
        Only these columns beside the cell.
    """
    order = cells(experiment)
    columns: dict[str, Any] = {}
    for name in names or _columns(experiment, records[order[0]]):
        columns[name] = np.concatenate([records[cell][name] for cell in order])
    if names is None:
        columns = {"trial": columns["world"] * experiment.lucks + columns["luck"], **columns}
    size = len(next(iter(columns.values()))) // len(order)
    return pd.DataFrame({**of_cells(experiment, size), **columns}, copy=False)


def worlds(experiment: Experiment, drawn: Mapping[str, NDArray[Any]], first_world: int) -> pd.DataFrame:
    """What the worlds of a block drew: `world`, `worldview`, and a column a parameter."""
    parts = []
    for worldview, values in drawn.items():
        frame = pd.DataFrame(values, columns=list(experiment.catalogue.parameters))
        frame.insert(0, "world", first_world + np.arange(len(frame)))
        frame.insert(1, "worldview", worldview)
        parts.append(frame)
    return pd.concat(parts, ignore_index=True).astype({"worldview": category(axes(experiment)[1])})


def gathered(blocks: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The worlds of all blocks, worldview by worldview."""
    return pd.concat(blocks, ignore_index=True).sort_values(["worldview", "world"], ignore_index=True)


def _columns(experiment: Experiment, rows: Rows) -> list[str]:
    """Columns of the rows in the order of the table."""
    outcomes = experiment.catalogue.outcomes
    first = ["world", "luck", *outcomes]
    first += [f"{name}_compensator" for name, outcome in outcomes.items() if outcome.compensator]
    return first + [name for name in rows.dtype.names or () if name not in first]


class Column(NamedTuple):
    """One outcome of one cell, ready to be estimated: values is float[world], n the trials behind it."""

    values: intervals.Floats
    n: int
    estimator: Estimator
    complete: bool


def column(
    experiment: Experiment, records: Mapping[Cell, Rows], cell: Cell, outcome: str, forced: str | None
) -> Column:
    """Read the column an outcome is estimated from."""
    entry = experiment.catalogue.outcomes[outcome]
    estimator: Estimator = "count" if entry.unit == "share" else "mean"
    if entry.compensator and forced is None:
        estimator = "compensator"
    values = _values(experiment, records, cell, outcome, estimator)
    if entry.given and estimator == "compensator":
        given = _values(experiment, records, cell, entry.given, estimator)
        happened = int(np.count_nonzero(records[cell][entry.given]))
        means = intervals.ratio(values.mean(axis=1), given.mean(axis=1))
        return Column(means, happened if means.size else 0, estimator, complete=False)
    means, n = intervals.known(values)
    return Column(means, n, estimator, n == values.size)


def _values(
    experiment: Experiment, records: Mapping[Cell, Rows], cell: Cell, outcome: str, estimator: Estimator
) -> intervals.Floats:
    """float[world, luck] of an outcome. Only what is told of some trials may be null, in the others."""
    name = f"{outcome}_compensator" if estimator == "compensator" else outcome
    values = records[cell][name].astype(np.float64).reshape(-1, experiment.lucks)
    if estimator == "compensator" or not experiment.catalogue.outcomes[outcome].given:
        intervals.refuse_not_finite(f"{name} of {', '.join(cell)}", values)
    return values


def summary(
    experiment: Experiment, records: Mapping[Cell, Rows], forced: Literal["count"] | None = None
) -> pd.DataFrame:
    """Means and quantiles of every outcome in every cell: see `Result.summary`."""
    rows: dict[Cell, list[Any]] = {cell: [] for cell in cells(experiment)}
    for name, outcome in experiment.catalogue.outcomes.items():
        n = {}
        for cell in rows:
            data = column(experiment, records, cell, name, forced)
            rows[cell].append((*cell, name, "mean", *_mean(data, outcome), data.estimator, data.n))
            n[cell] = data.n
        for cell, q in product(rows, outcome.quantiles):
            interval = intervals.quantile(_values(experiment, records, cell, name, "quantile"), q)
            rows[cell].append((*cell, name, f"q{q:g}", *interval, "quantile", n[cell]))
    return _frame([row for of_cell in rows.values() for row in of_cell], SUMMARY, FIGURES)


def _mean(data: Column, outcome: Outcome) -> intervals.Interval:
    if data.n == 0:
        return intervals.BLANK
    if data.estimator == "count":
        return intervals.share(data.values)
    mean, low, high = intervals.block_mean(data.values)
    if outcome.unit == "share" and low is not None and high is not None:
        low, high = max(low, 0.0), min(high, 1.0)  # a compensator's interval may pass the ends of a share
    return intervals.Interval(mean, low, high)


def differences(
    experiment: Experiment, records: Mapping[Cell, Rows], forced: Literal["count"] | None = None
) -> pd.DataFrame:
    """Paired difference of every outcome between every two policies: see `Result.differences`."""
    starts, worldviews, _ = axes(experiment)
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {place: [] for place in product(starts, worldviews)}
    bands = {place: _band(experiment, records, place, forced) for place in rows}
    same = _identical_pairs(experiment, records)
    for name, outcome in experiment.catalogue.outcomes.items():
        data = {cell: column(experiment, records, cell, name, forced) for cell in cells(experiment)}
        variances = {cell: float(one.values.var()) if one.n else 0.0 for cell, one in data.items()}
        for place, (a, b) in product(rows, pairs(experiment)):
            primary = outcome.primary and (a, b) in experiment.catalogue.contrasts
            row = dict(zip(PAIR, (*place, name, a, b), strict=True))
            band = bands[place] if primary else None
            apart = variances[*place, a] + variances[*place, b]
            row |= _contrast(outcome, data[*place, a], data[*place, b], apart, band, experiment.lucks)
            rows[place].append(row | {"identical": (place, (a, b)) in same})
    made = [row for of_place in rows.values() for row in of_place]
    frame = _frame(made, DIFFERENCES, [*PAIR_FIGURES, "trials_needed"])
    return frame.assign(verdict=pd.Series([row["verdict"] for row in made], dtype=object))


def _contrast(outcome: Outcome, a: Column, b: Column, apart: float, band: float | None, lucks: int) -> dict[str, Any]:
    """Figures and verdict of a minus b.

    `apart` is the sum of their variances, `band` the level of the simultaneous interval, if it has one.
    """
    difference, low, high = _paired(a, b, intervals.LEVEL)
    simultaneous = _paired(a, b, band) if band else intervals.BLANK
    decisive = simultaneous if band else intervals.Interval(difference, low, high)
    comparable = a.complete and b.complete
    return {
        "difference": difference,
        "low": low,
        "high": high,
        "simultaneous_low": simultaneous.low,
        "simultaneous_high": simultaneous.high,
        "prob_better": contrasts.prob_better(a.values, b.values, outcome.better) if comparable else None,
        "variance_ratio": contrasts.variance_ratio(a.values - b.values, apart) if a.n and b.n else None,
        "margin": outcome.margin,
        "verdict": contrasts.verdict(decisive.low, decisive.high, outcome.margin, outcome.better),
        "estimator": a.estimator,
        "n": min(a.n, b.n),
        "trials_needed": contrasts.trials_needed(decisive, outcome.margin, a.values.size * lucks),
    }


def _paired(a: Column, b: Column, level: float) -> intervals.Interval:
    if a.n == 0 or b.n == 0:
        return intervals.BLANK
    if a.estimator == "count":
        return intervals.share_difference(a.values, b.values, level)
    return intervals.block_mean(a.values - b.values, level)


def _band(experiment: Experiment, records: Mapping[Cell, Rows], place: tuple[str, str], forced: str | None) -> float:
    """Level at which one start and worldview's primary contrasts of primary outcomes hold together."""
    declared = [pair for pair in pairs(experiment) if pair in experiment.catalogue.contrasts]
    primary = [name for name, outcome in experiment.catalogue.outcomes.items() if outcome.primary]
    made: intervals.Floats | None = None
    filled = 0
    for name in primary:
        used = dict.fromkeys(policy for pair in declared for policy in pair)
        data = {policy: column(experiment, records, (*place, policy), name, forced) for policy in used}
        for a, b in ((data[a], data[b]) for a, b in declared if data[a].n and data[b].n):
            if made is None:
                made = np.empty((len(primary) * len(declared), a.values.size))
            np.subtract(a.values, b.values, out=made[filled])
            filled += 1
    return intervals.LEVEL if made is None else contrasts.band_level(made[:filled].T)


Places = set[tuple[tuple[str, str], tuple[str, str]]]  # (start, worldview), (policy, policy)


def _identical_pairs(experiment: Experiment, records: Mapping[Cell, Rows]) -> Places:
    """Where two policies' rows are identical; column by column, as long as any pair still is."""
    starts, worldviews, _ = axes(experiment)
    same: Places = set(product(product(starts, worldviews), pairs(experiment)))
    for name in records[cells(experiment)[0]].dtype.names or ():
        same = {
            (place, (a, b)) for place, (a, b) in same if identical_rows(records[*place, a], records[*place, b], [name])
        }
        if not same:
            break
    return same


def identical_rows(a: Rows, b: Rows, names: Sequence[str] | None = None) -> bool:
    """Whether two policies' rows are equal byte for byte, in every column or in these."""
    return all(a[name].tobytes() == b[name].tobytes() for name in names or a.dtype.names or ())


def _frame(rows: Sequence[Any], header: list[str], figures: list[str]) -> pd.DataFrame:
    """A frame whose figures are blank (pd.NA), never NaN, where they do not apply."""
    return pd.DataFrame(rows, columns=header).astype(dict.fromkeys(figures, "Float64"))


def format_csv(frame: pd.DataFrame) -> str:
    r"""CSV text of a table: 10 significant digits, blanks left empty, lines ended by \n.

    Examples
    --------
    >>> csv(pd.DataFrame({"policy": ["both"], "low": [1 / 3], "high": [None]}))
    'policy,low,high\nboth,0.3333333333,\n'
    """
    return frame.to_csv(index=False, float_format="%.10g", lineterminator="\n")
