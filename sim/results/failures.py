"""Failed trials: trials whose record cannot be right. They are found block by block and kept out of the tables."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.results import csv_tables, disk, tables

if TYPE_CHECKING:
    from sim.engine.batch import Block, Cell
    from sim.scenario.experiment import Experiment

FAILURES = "failures.csv"


class Failure(NamedTuple):
    """Failed trial: its key, and what is wrong with its record."""

    start: str
    worldview: str
    policy: str
    trial: int
    world: int
    luck: int
    found: str


def invalid_values(experiment: Experiment, column: str, values: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each value is invalid: not finite or out of limits. An outcome recorded in some trials may be NaN."""
    low, high = tables.value_limits(experiment, column)
    valid: NDArray[np.bool_] = (values >= low) & (values <= high) & np.isfinite(values)
    outcome = experiment.catalogue.outcomes.get(column)
    return ~(valid | np.isnan(values)) if outcome and outcome.given else ~valid


def remove_failures(experiment: Experiment, block: Block) -> tuple[Block, list[Failure]]:
    """Remove from a block every world in which a trial failed, and list the failed trials.

    A failed world is removed from all cells, so the rest is paired as before. The block keeps all its parameters.
    """
    failed_trials = [failure for cell in block.records for failure in _failures_of_cell(experiment, block, cell)]
    if not failed_trials:
        return block, failed_trials
    failed = {failure.world for failure in failed_trials}
    records = {cell: rows[~np.isin(rows["world"], list(failed))] for cell, rows in block.records.items()}
    # Rung counts are sums over worlds: the failed worlds are played again, and their counts are subtracted.
    counts = {}
    for cell, total in block.rung_counts.items():
        parameters = block.parameters[cell[1]]
        rows = [world - block.first_world for world in sorted(failed)]
        again = [play_world(experiment, cell, parameters[row : row + 1], block.first_world + row)[1] for row in rows]
        counts[cell] = total - sum(again)
    return replace(block, records=records, rung_counts=counts), failed_trials


def play_world(
    experiment: Experiment, cell: Cell, parameters: NDArray[Any], world: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Records and rung counts of one world in a cell; parameters is float[1, parameter]."""
    from sim.engine import batch

    policies = {policy.name: policy for policy in experiment.policies}
    starts = {start.name: start for start in experiment.starts}
    return batch.play_cell(experiment, policies[cell[2]], starts[cell[0]], parameters, world)


def _failures_of_cell(experiment: Experiment, block: Block, cell: Cell) -> list[Failure]:
    rows = block.records[cell]
    errors: dict[int, list[str]] = {}
    for name in rows.dtype.names or ():
        invalid = invalid_values(experiment, name, rows[name])
        outcome = experiment.catalogue.outcomes.get(name)
        if outcome and outcome.given:  # NaN exactly where the condition did not come about
            invalid |= np.isnan(rows[name]) != (rows[outcome.given] == 0)
        for row in np.flatnonzero(invalid).tolist():
            value = rows[name][row]
            text = "neither 0 nor 1" if value.dtype.kind == "u" else f"{value:g}"
            errors.setdefault(row, []).append(f"{name} is {text}")
    failures = []
    for row, texts in sorted(errors.items()):
        world, luck = int(rows["world"][row]), int(rows["luck"][row])
        failures.append(Failure(*cell, world * experiment.lucks + luck, world, luck, ", ".join(texts)))
    return failures


def failures_table(failures: Iterable[Failure]) -> pd.DataFrame:
    """Table with one row a failed trial and the fields of `Failure` as columns."""
    return pd.DataFrame([*failures], columns=list(Failure._fields))


def warn_of_failures(failed: pd.DataFrame) -> None:
    """Log that trials failed, if any did: whoever reads tables from Python sees no terminal line about it."""
    if len(failed):
        logging.getLogger("sim").warning(
            f"{len(failed):,} trials failed: their worlds are in no table, so the rest is no fair sample. "
            f"result.failures lists them; the first: {', '.join(map(str, failed.iloc[0]))}"
        )


def write_failures(folder: Path, failed: pd.DataFrame) -> None:
    """Write `failures.csv`: each failed trial with the command that plays it again in the folder of the run."""
    commands = [
        shlex.join(["python", "-m", "sim.results.replay", ".", *map(str, row)])
        for row in failed[[*tables.CELL_COLUMNS, "trial"]].itertuples(index=False)
    ]
    disk.save(folder / FAILURES, csv_tables.format_csv(failed.assign(replay=commands)).encode())
