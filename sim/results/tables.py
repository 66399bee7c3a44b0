"""Tables of a result: trials, worlds, rungs, the summary, and the paired differences of policies.

A cell is a start, a worldview and a policy. Its rows give each column of its trials by name, in order of trial. They
are the structured arrays of the engine, or files of a folder (`sim.results.parts`), which read a column for all cells
at once. So tables are built column by column, and only a few columns are in memory at any time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.model import draws
from sim.model.codes import FALLEN, TRACKS
from sim.statistics import contrasts, intervals

if TYPE_CHECKING:
    from sim.engine.batch import Cell
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment

Estimator = Literal["compensator", "count", "mean", "quantile"]
Pair = tuple[str, str]
Group = tuple[str, str]  # a start and a worldview: cells that differ in their policy only

CELL_COLUMNS = ["start", "worldview", "policy"]
FIGURES = ["estimate", "low", "high"]
SUMMARY = [*CELL_COLUMNS, "outcome", "statistic", *FIGURES, "estimator", "n"]
PAIR = ["start", "worldview", "outcome", "policy_a", "policy_b"]
PAIR_FIGURES = ["difference", "low", "high", "simultaneous_low", "simultaneous_high"]
PAIR_FIGURES += ["variance_ratio", "level", "margin"]
PAIR_TEXTS = ["verdict", "verdict_interval", "contrast"]
DIFFERENCES = [*PAIR, *PAIR_FIGURES, *PAIR_TEXTS[:2], "identical", "estimator", "n", "trials_needed", "contrast"]
FALLEN_RUNG = -1  # of the months after Taiwan's fall
ROUNDING_MONTHS = 1e-6
HIGHEST_RUNG = 6
MONTHS_ON_A_RUNG = re.compile(r"_months_\d+$")


class Rows(Protocol):
    """Trials of a cell: `rows[name]` is a column, `rows.dtype.names` are all names."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Names and types of the columns."""

    def __getitem__(self, name: str, /) -> NDArray[Any]:
        """One column, one value a trial."""


Records = Mapping["Cell", Rows]


# Cells and pairs of policies


def axes(experiment: Experiment) -> tuple[list[str], list[str], list[str]]:
    """Names of an experiment's starts, worldviews and policies, in its order."""
    starts, worldviews, policies = experiment.starts, experiment.worldviews, experiment.policies
    return [s.name for s in starts], [w.name for w in worldviews], [p.name for p in policies]


def cells(experiment: Experiment) -> list[Cell]:
    """Every cell of an experiment, in order of start, worldview and policy."""
    return list(product(*axes(experiment)))


def pairs(experiment: Experiment) -> list[Pair]:
    """Every unordered pair of policies once: as `shown_contrasts` has it, else in the experiment's order."""
    shown = {frozenset(pair): pair for pair in shown_contrasts(experiment)}
    return [shown.get(frozenset(pair), pair) for pair in combinations(axes(experiment)[2], 2)]


def shown_contrasts(experiment: Experiment) -> list[Pair]:
    """Pairs of policies to show: the experiment's contrasts, then each other policy against the baseline.

    >>> import sim
    >>> shown_contrasts(sim.load("debate", policies=["status_quo", "interoperability", "both"]))
    [('both', 'interoperability'), ('interoperability', 'status_quo'), ('both', 'status_quo')]
    """
    policies, base = axes(experiment)[2], reference_policy(experiment)
    declared = [pair for pair in (entry.policies for entry in experiment.contrasts) if {*pair} <= {*policies}]
    against = {name for pair in declared if base in pair for name in pair}
    return declared + [(name, base) for name in policies if name != base and name not in against]


def reference_policy(experiment: Experiment) -> str:
    """Name of the baseline: the policy that the experiment lists first."""
    return experiment.policies[0].name


def _name_type(names: list[str]) -> pd.CategoricalDtype[str]:
    return pd.CategoricalDtype(pd.Index(names))


def _cell_columns(experiment: Experiment, rows: int) -> dict[str, Any]:
    """Columns `start`, `worldview`, `policy` of a table with `rows` rows in each cell."""
    columns: dict[str, Any] = {}
    by_axis = zip(*cells(experiment), strict=True)
    for column, names, of_cells in zip(CELL_COLUMNS, axes(experiment), by_axis, strict=True):
        codes = np.array([names.index(name) for name in of_cells], dtype=np.int8)
        columns[column] = pd.Categorical.from_codes(np.repeat(codes, rows), dtype=_name_type(names))
    return columns


# Trials, worlds and rungs


def trials(experiment: Experiment, records: Records, names: Sequence[str] | None = None) -> pd.DataFrame:
    """One row a trial: its cell, trial, world and luck, each outcome, each compensator, then all other columns.

    Parameters
    ----------
    records
        Rows of each cell; all cells have the same number.
    names
        Only these columns beside the cell.
    """
    order = cells(experiment)
    columns: dict[str, Any] = {}
    for name in names or _trial_columns(experiment, records[order[0]]):
        columns[name] = np.concatenate([records[cell][name] for cell in order])
    if names is None:
        columns = {"trial": columns["world"] * experiment.lucks + columns["luck"], **columns}
    size = len(next(iter(columns.values()))) // len(order)
    return pd.DataFrame({**_cell_columns(experiment, size), **columns}, copy=False)


def _trial_columns(experiment: Experiment, rows: Rows) -> list[str]:
    outcomes = experiment.catalogue.outcomes
    first = ["world", "luck", *outcomes]
    first += [f"{name}_compensator" for name, outcome in outcomes.items() if outcome.compensator]
    return first + [name for name in rows.dtype.names or () if name not in first]


def worlds_of_block(experiment: Experiment, parameters: Mapping[str, NDArray[Any]], first_world: int) -> pd.DataFrame:
    """Parameters of a block's worlds: `world`, `worldview`, and a column a parameter."""
    parts = []
    for worldview, values in parameters.items():
        frame = pd.DataFrame(values, columns=list(experiment.catalogue.parameters))
        frame.insert(0, "world", first_world + np.arange(len(frame)))
        frame.insert(1, "worldview", worldview)
        parts.append(frame)
    return pd.concat(parts, ignore_index=True).astype({"worldview": _name_type(axes(experiment)[1])})


def join_worlds(blocks: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Worlds of all blocks, worldview by worldview."""
    return pd.concat(blocks, ignore_index=True).sort_values(["worldview", "world"], ignore_index=True)


def flatten_rung_counts(experiment: Experiment, counts: Mapping[Cell, NDArray[Any]]) -> NDArray[np.int64]:
    """Counts int64[month, track, rung] of each cell as one column, in the order of `rung_index`."""
    columns = []
    for cell in cells(experiment):
        for track, (_, _, size) in enumerate(TRACKS):
            columns.append(counts[cell][:, track, [*range(size), FALLEN]].ravel())
    return np.concatenate(columns)


def rung_index(experiment: Experiment, months: int) -> pd.DataFrame:
    """Index of the counts: `start`, `worldview`, `policy`, `target`, `domain`, `month` (from 1), `rung`."""
    sizes = [size + 1 for _, _, size in TRACKS]  # one more for `FALLEN_RUNG`
    n_cells = len(cells(experiment))

    def of_tracks(labels: list[str]) -> Any:
        names = sorted({*labels})
        codes = np.repeat([names.index(label) for label in labels], np.multiply(sizes, months))
        return pd.Categorical.from_codes(np.tile(codes, n_cells), dtype=_name_type(names))

    month = np.concatenate([np.repeat(np.arange(1, months + 1), size) for size in sizes])
    rung = np.concatenate([np.tile([*range(size), FALLEN_RUNG], months) for _, _, size in TRACKS])
    columns = {
        **_cell_columns(experiment, months * sum(sizes)),
        "target": of_tracks([target for target, _, _ in TRACKS]),
        "domain": of_tracks([domain for _, domain, _ in TRACKS]),
        "month": np.tile(month, n_cells),
        "rung": np.tile(rung, n_cells),
    }
    return pd.DataFrame(columns, copy=False)


def rung_shares(experiment: Experiment, counts: NDArray[np.int64], trials: int) -> pd.DataFrame:
    """Table of rungs: `rung_index` with the share of `trials` on each; counts as `flatten_rung_counts` orders them."""
    per_month = len(cells(experiment)) * sum(size + 1 for _, _, size in TRACKS)
    return rung_index(experiment, len(counts) // per_month).assign(share=counts / trials)


# Outcomes, as they are estimated


def value_limits(experiment: Experiment, column: str) -> tuple[float, float]:
    """Least and greatest value that a column of trials may have.

    >>> import sim
    >>> value_limits(sim.load("debate"), "use_of_force"), value_limits(sim.load("debate"), "japan_gdp_loss_pct")
    ((0.0, 1.0), (0.0, inf))
    """
    outcome = experiment.catalogue.outcomes.get(column)
    unit = outcome.unit if outcome else ""
    if unit in ("share", "chance") or column.endswith("_censored"):
        return 0.0, 1.0
    if unit == "rung":
        return 0.0, float(HIGHEST_RUNG)
    if MONTHS_ON_A_RUNG.search(column):
        return 0.0, experiment.months + ROUNDING_MONTHS
    if unit == "months":
        # The latest is a use of force after a quarantine that begins as the horizon ends and lasts as luck has it.
        longest = experiment.catalogue.parameters["quarantine_months"].bounds[1] * draws.exponential(draws.LEAST_LUCK)
        return 0.0, experiment.months + longest
    return (0.0, np.inf) if unit == "% of GDP" else (-np.inf, np.inf)


class OutcomeValues(NamedTuple):
    """Outcome of one cell, ready for an estimate: values is float[world], n the trials behind it."""

    values: intervals.Floats
    n: int
    estimator: Estimator
    trials: intervals.Floats | None = None  # float[world, luck] of a count, or with NaN where it is not recorded
    recorded_worlds: int | None = None  # worlds in which it is recorded, if it is not in every trial


def read_outcome(experiment: Experiment, records: Records, cell: Cell, name: str, forced: str | None) -> OutcomeValues:
    """Read the column from which an outcome is estimated: its compensator if it has one and no count is `forced`."""
    entry = experiment.catalogue.outcomes[name]
    estimator: Estimator = "count" if entry.unit == "share" else "mean"
    if entry.compensator and forced is None:
        estimator = "compensator"
    values = _read_values(experiment, records, cell, name, estimator)
    if not entry.given:
        means = values.mean(axis=1) if experiment.lucks > 1 else values[:, 0]
        return OutcomeValues(means, values.size, estimator, values if estimator == "count" else None)
    happened = records[cell][entry.given].reshape(-1, experiment.lucks)
    n, worlds = (int(np.count_nonzero(each)) for each in (happened, happened.any(axis=1)))
    if estimator != "compensator":
        return OutcomeValues(intervals.linearise_mean(values)[0], n, estimator, values, worlds)
    # The mean of Y among trials with X is E[Y's compensator] / E[X's compensator]: a ratio of two sums over worlds.
    given = _read_values(experiment, records, cell, entry.given, estimator)
    means = intervals.linearise_ratio(values.mean(axis=1), given.mean(axis=1))
    compensated = int(np.count_nonzero(given.any(axis=1)))
    return OutcomeValues(means, n if means.size else 0, estimator, recorded_worlds=compensated)


def _read_values(
    experiment: Experiment, records: Records, cell: Cell, outcome: str, estimator: Estimator
) -> intervals.Floats:
    """float[world, luck] of an outcome. Only an outcome that is recorded in some trials may be NaN, in the others."""
    name = f"{outcome}_compensator" if estimator == "compensator" else outcome
    values = records[cell][name].astype(np.float64).reshape(-1, experiment.lucks)
    if estimator == "compensator" or not experiment.catalogue.outcomes[outcome].given:
        intervals.reject_not_finite(f"{name} of {', '.join(cell)}", values)
    return values


# Summary


def summary(experiment: Experiment, records: Records, forced: Literal["count"] | None = None) -> pd.DataFrame:
    """Means and quantiles of every outcome in every cell: see `Result.summary`."""
    return _frame(summary_rows(experiment, records, forced), SUMMARY, FIGURES)


def summary_rows(experiment: Experiment, records: Records, forced: Literal["count"] | None = None) -> list[Any]:
    """Rows of `summary`, in the order of `SUMMARY`; None where a figure does not apply."""
    rows: dict[Cell, list[Any]] = {cell: [] for cell in cells(experiment)}
    for name, outcome in experiment.catalogue.outcomes.items():
        n = {}
        for cell in rows:
            data = read_outcome(experiment, records, cell, name, forced)
            rows[cell].append((*cell, name, "mean", *estimate_mean(experiment, name, data), data.estimator, data.n))
            n[cell] = data.n
        for cell, q in product(rows, outcome.quantiles):
            interval = intervals.interval_of_quantile(_read_values(experiment, records, cell, name, "quantile"), q)
            rows[cell].append((*cell, name, f"q{q:g}", *interval, "quantile", n[cell]))
    return [row for of_cell in rows.values() for row in of_cell]


def estimate_mean(experiment: Experiment, name: str, data: OutcomeValues) -> intervals.Interval:
    """Mean of an outcome with its interval, within the limits of its values; blank limits where too little is known."""
    if data.n == 0:
        return intervals.BLANK
    if data.estimator == "count" and data.trials is not None:
        return intervals.interval_of_share(data.trials)
    mean, low, high = intervals.interval_over_worlds(data.values, events=data.recorded_worlds)
    entry = experiment.catalogue.outcomes[name]
    least, most = (0.0, 1.0) if entry.given and entry.unit.startswith("share") else value_limits(experiment, name)
    if low is None or high is None:
        return intervals.Interval(mean, None, None)
    return intervals.Interval(mean, max(low, least), min(high, most))


# Differences


def differences(experiment: Experiment, records: Records, forced: Literal["count"] | None = None) -> pd.DataFrame:
    """Paired difference of every outcome between every two policies: see `Result.differences`."""
    rows = difference_rows(experiment, records, forced)
    frame = _frame(rows, DIFFERENCES, [*PAIR_FIGURES, "trials_needed"])
    texts = {name: pd.Series([row[name] for row in rows], dtype=object) for name in PAIR_TEXTS}
    return frame.assign(**texts)


def difference_rows(
    experiment: Experiment, records: Records, forced: Literal["count"] | None = None
) -> list[dict[str, Any]]:
    """Rows of `differences`, by the names of `DIFFERENCES`; None where a figure does not apply."""
    starts, worldviews, _ = axes(experiment)
    rows: dict[Group, list[dict[str, Any]]] = {group: [] for group in product(starts, worldviews)}
    joint_level, shown = _joint_level(experiment, records, forced), shown_contrasts(experiment)
    identical = _identical_pairs(experiment, records)
    keys = {entry.policies: entry.key or None for entry in experiment.contrasts}
    for name, outcome in experiment.catalogue.outcomes.items():
        data = {cell: read_outcome(experiment, records, cell, name, forced) for cell in cells(experiment)}
        variances = {cell: float(each.values.var()) if each.n else 0.0 for cell, each in data.items()}
        for group, (a, b) in product(rows, pairs(experiment)):
            row: dict[str, Any] = dict(zip(PAIR, (*group, name, a, b), strict=True))
            row |= {"identical": (group, (a, b)) in identical, "contrast": keys.get((a, b))}
            unpaired = variances[*group, a] + variances[*group, b]
            is_main, both = outcome.primary and (a, b) in shown, (data[*group, a], data[*group, b])
            row |= _contrast(outcome, *both, unpaired, experiment.lucks, identical=row["identical"],
                             is_main=is_main, joint_level=joint_level)  # fmt: skip
            rows[group].append(row)
    return [row for of_group in rows.values() for row in of_group]


def _contrast(
    outcome: Outcome, a: OutcomeValues, b: OutcomeValues, unpaired_variance: float, lucks: int, *, identical: bool,
    is_main: bool, joint_level: float | None,
) -> dict[str, Any]:  # fmt: skip
    """Figures and verdict of a minus b; a main comparison is judged by the simultaneous interval, at `joint_level`.

    Without a joint level there are too few worlds for any verdict.
    """
    difference, low, high = paired_difference(outcome, a, b, identical=identical)
    simultaneous = intervals.BLANK
    if is_main and joint_level:
        simultaneous = paired_difference(outcome, a, b, joint_level, identical=identical)
    decisive = simultaneous if is_main or not joint_level else intervals.Interval(difference, low, high)
    margin = margin_of(outcome, a, b)
    verdict = contrasts.verdict(decisive.low, decisive.high, margin, outcome.better)
    return {
        "difference": difference,
        "low": low,
        "high": high,
        "simultaneous_low": simultaneous.low,
        "simultaneous_high": simultaneous.high,
        "variance_ratio": contrasts.variance_ratio(a.values - b.values, unpaired_variance) if a.n and b.n else None,
        "level": level_of(a, b),
        "margin": margin,
        "verdict": "same within margin" if identical else verdict,
        "verdict_interval": None if verdict in (None, contrasts.TOO_FEW) else "simultaneous" if is_main else "single",
        "estimator": a.estimator,
        "n": min(a.n, b.n),
        "trials_needed": contrasts.trials_needed(decisive, margin, a.values.size * lucks),
    }


def level_of(a: OutcomeValues, b: OutcomeValues) -> float | None:
    """The mean size of an outcome under two policies; None where one of them has no value."""
    return (abs(float(a.values.mean())) + abs(float(b.values.mean()))) / 2 if a.n and b.n else None


def margin_of(outcome: Outcome, a: OutcomeValues, b: OutcomeValues) -> float:
    """The margin of one comparison, at the level of both policies."""
    level = level_of(a, b)
    return outcome.margin if level is None else contrasts.margin_at(outcome.margin, level)


def paired_difference(
    outcome: Outcome, a: OutcomeValues, b: OutcomeValues, level: float = intervals.LEVEL, *, identical: bool = False
) -> intervals.Interval:
    """Interval of a minus b. Both play the same worlds, so their common noise cancels within each world.

    Limits are blank where the two differ in too few worlds. But if even the largest share of worlds in which they may
    differ, times the largest value of either, is below the outcome's margin, then so is the difference.
    """
    if a.n == 0 or b.n == 0:
        return intervals.BLANK
    if a.estimator == "count" and a.trials is not None and b.trials is not None:
        return intervals.interval_of_share_difference(a.trials, b.trials, level)
    difference = a.values - b.values
    difference[np.abs(difference) <= intervals.ROUNDING] = 0.0
    if identical:
        return intervals.Interval(0.0, 0.0, 0.0)
    if a.recorded_worlds is not None and b.recorded_worlds is not None:
        events = min(a.recorded_worlds, b.recorded_worlds)
        if a.trials is not None and b.trials is not None:
            differs = (a.trials != b.trials) & ~(np.isnan(a.trials) & np.isnan(b.trials))
            events = min(events, int(np.count_nonzero(differs.any(axis=1))))
        return intervals.interval_over_worlds(difference, level, events // 2)  # two means, with events of their own
    interval = intervals.interval_over_worlds(difference, level)
    either = np.maximum(np.abs(a.values), np.abs(b.values))
    if interval.low is None and np.count_nonzero(either) >= intervals.FEW_EVENTS:
        differing = intervals.wilson_interval(int(np.count_nonzero(difference)), difference.size, level).high
        largest = float(either.max()) * (differing or 0.0)
        if largest <= margin_of(outcome, a, b):
            return intervals.Interval(interval.estimate, -largest, largest)
    return interval


def _joint_level(experiment: Experiment, records: Records, forced: str | None) -> float | None:
    """Level of each interval at which all main comparisons of the run hold together.

    Main comparisons are the shown contrasts of the primary outcomes, from every start and in every worldview. None
    below `contrasts.BAND_WORLDS` worlds: then they have no joint interval.
    """
    if len(next(iter(records.values()))["world"]) // experiment.lucks < contrasts.BAND_WORLDS:
        return None
    columns = []
    for name, outcome in experiment.catalogue.outcomes.items():
        for group in product(*axes(experiment)[:2]) if outcome.primary else ():
            data = {policy: read_outcome(experiment, records, (*group, policy), name, forced)
                    for policy in axes(experiment)[2]}  # fmt: skip
            for a, b in shown_contrasts(experiment):
                if paired_difference(outcome, data[a], data[b]).low is not None:
                    columns.append(intervals.sum_blocks(data[a].values - data[b].values))
    return contrasts.band_level(np.column_stack(columns)) if columns else intervals.LEVEL


def _identical_pairs(experiment: Experiment, records: Records) -> set[tuple[Group, Pair]]:
    """Groups and pairs whose policies have equal rows; column by column, as long as any pair is still equal."""
    starts, worldviews, _ = axes(experiment)
    equal = set(product(product(starts, worldviews), pairs(experiment)))
    for name in records[cells(experiment)[0]].dtype.names or ():
        equal = {
            (group, (a, b)) for group, (a, b) in equal if identical_rows(records[*group, a], records[*group, b], [name])
        }
        if not equal:
            break
    return equal


def identical_rows(a: Rows, b: Rows, names: Sequence[str] | None = None) -> bool:
    """Whether the rows of two cells are equal byte for byte, in every column or in these."""
    return all(a[name].tobytes() == b[name].tobytes() for name in names or a.dtype.names or ())


def _frame(rows: Sequence[Any], header: list[str], figures: list[str]) -> pd.DataFrame:
    """Table whose figures are pd.NA, never NaN, where they do not apply."""
    return pd.DataFrame(rows, columns=header).astype(dict.fromkeys(figures, "Float64"))
