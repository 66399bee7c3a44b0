"""Trials whose record cannot be right: found block by block, kept out of the tables, told one by one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.results import disk, tables

if TYPE_CHECKING:
    from sim.engine.batch import Block, Cell
    from sim.scenario.experiment import Experiment

FAILURES = "failures.csv"
OUTLASTS = 10  # a war that begins within the horizon is played to its end: at most this many horizons
ROUNDING = 1e-6  # months
HIGHEST_RUNG = 6
ON_A_RUNG = re.compile(r"_months_\d+$")


class Failure(NamedTuple):
    """A trial that failed: its key, and what is wrong with its record."""

    start: str
    worldview: str
    policy: str
    trial: int
    world: int
    luck: int
    found: str


def value_limits(experiment: Experiment, column: str) -> tuple[float, float]:
    """Least and greatest value a column of trials may hold.

    Examples
    --------
    >>> import sim
    >>> limits(sim.load("debate"), "use_of_force"), limits(sim.load("debate"), "japan_gdp_loss_pct")
    ((0.0, 1.0), (0.0, inf))
    """
    outcome = experiment.catalogue.outcomes.get(column)
    unit = outcome.unit if outcome else ""
    if unit in ("share", "chance") or column.endswith("_censored"):
        return 0.0, 1.0
    if unit == "rung":
        return 0.0, float(HIGHEST_RUNG)
    if ON_A_RUNG.search(column):
        return 0.0, experiment.months + ROUNDING
    if unit == "months":
        return 0.0, float(OUTLASTS * experiment.months)
    return (0.0, np.inf) if unit == "% of GDP" else (-np.inf, np.inf)


def invalid_values(experiment: Experiment, column: str, values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values are not finite numbers within limits; only what is told of some trials may be NaN in others."""
    low, high = value_limits(experiment, column)
    sound: NDArray[np.bool_] = (values >= low) & (values <= high) & np.isfinite(values)
    outcome = experiment.catalogue.outcomes.get(column)
    return ~(sound | np.isnan(values)) if outcome and outcome.given else ~sound


def remove_failures(experiment: Experiment, block: Block) -> tuple[Block, list[Failure]]:
    """A block without the worlds in which a trial failed, in any cell, and those trials.

    A world goes from all cells at once: what is left is paired as before. The block's parameters stay whole.
    """
    found = [failure for cell in block.records for failure in _in_cell(experiment, block, cell)]
    if not found:
        return block, found
    from sim.engine import batch

    bad = {failure.world for failure in found}
    records = {cell: rows[~np.isin(rows["world"], list(bad))] for cell, rows in block.records.items()}
    policies = {policy.name: policy for policy in experiment.policies}
    starts = {start.name: start for start in experiment.starts}
    counts = {}
    for cell, whole in block.rung_counts.items():
        start, worldview, policy = cell
        rows = [world - block.first_world for world in sorted(bad)]
        again = [
            batch.play_cell(
                experiment, policies[policy], starts[start], block.parameters[worldview][row : row + 1],
                block.first_world + row,
            )[1]
            for row in rows
        ]  # fmt: skip
        counts[cell] = whole - sum(again)
    return batch.Block(block.first_world, block.worlds, records, block.parameters, counts), found


def _in_cell(experiment: Experiment, block: Block, cell: Cell) -> list[Failure]:
    rows = block.records[cell]
    wrong: dict[int, list[str]] = {}
    for name in rows.dtype.names or ():
        wanting = invalid_values(experiment, name, rows[name])
        outcome = experiment.catalogue.outcomes.get(name)
        if outcome and outcome.given:
            wanting |= np.isnan(rows[name]) != (rows[outcome.given] == 0)
        for row in np.flatnonzero(wanting).tolist():
            wrong.setdefault(row, []).append(f"{name} is {_told(rows[name][row])}")
    made = []
    for row, said in sorted(wrong.items()):
        world, luck = int(rows["world"][row]), int(rows["luck"][row])
        made.append(Failure(*cell, world * experiment.lucks + luck, world, luck, ", ".join(said)))
    return made


def _told(value: Any) -> str:
    return "neither 0 nor 1" if value.dtype.kind == "u" else f"{value:g}"


def failures_table(failures: Iterable[Failure]) -> pd.DataFrame:
    """One row a failed trial, under the names of `Failure`."""
    return pd.DataFrame([*failures], columns=list(Failure._fields))


def write_failures(folder: Path, failed: pd.DataFrame) -> None:
    """Write the failures down, each with the command that plays it again in the folder of the run."""
    commands = [
        shlex.join(["python", "-m", "sim.results.replay", ".", *map(str, row)])
        for row in failed[[*tables.CELL_COLUMNS, "trial"]].itertuples(index=False)
    ]
    disk.save(folder / FAILURES, tables.format_csv(failed.assign(replay=commands)).encode())
