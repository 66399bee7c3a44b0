"""What tests of the model share: an experiment played and gathered, blank records, and the cells' numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sim.engine import batch
from sim.engine.batch import Cell
from sim.model import outcomes
from sim.model.compiled import is_compiled
from sim.model.records import fields, parameters_dtype, plain_record, setting_dtype, state_dtype
from sim.model.state import Parameters, Setting, State
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load

needs_kernels = pytest.mark.skipif(not is_compiled(), reason="thousands of trials: only where rules are compiled")

COMPENSATED = [name.removesuffix("_compensator") for name in outcomes.COLUMNS if name.endswith("_compensator")]
PRIMARY = ("use_of_force", "taiwan_falls", "japan_in_combat", "japan_gdp_loss_pct")


@dataclass(frozen=True)
class Played:
    """All trials of an experiment, its worlds, and its monthly counts of rungs, by cell or worldview."""

    records: dict[Cell, np.ndarray]
    parameters: dict[str, np.ndarray]
    rung_counts: dict[Cell, np.ndarray]


def play(exp: Experiment, **how: Any) -> Played:
    """Play an experiment whole; `how` goes to the engine (workers, block_worlds)."""
    blocks = list(batch.blocks(exp, **how))
    cells = list(blocks[0].records)
    return Played(
        {cell: np.concatenate([block.records[cell] for block in blocks]) for cell in cells},
        {view.name: np.concatenate([block.parameters[view.name] for block in blocks]) for view in exp.worldviews},
        {cell: np.sum([block.rung_counts[cell] for block in blocks], axis=0) for cell in cells},
    )


def columns(record: np.ndarray) -> np.ndarray:
    """Records as float64[trial, column], in the order of `sim.model.outcomes.COLUMNS`."""
    return np.column_stack([record[name].astype(float) for name in outcomes.COLUMNS])


LEVERS = len(load("debate").catalogue.levers)
DTYPES: dict[Any, np.dtype[Any]] = {
    State: state_dtype(LEVERS),
    Setting: setting_dtype(LEVERS),
    Parameters: parameters_dtype(list(fields(Parameters))),
}


def blank(kind: type, values: Mapping[str, float] | None = None, *, compiled: bool = is_compiled()) -> Any:
    """A `State`, `Setting` or `Parameters` with these fields set and the rest zero, as compiled or plain rules read."""
    record = np.zeros(1, DTYPES[kind])[0]
    for name, value in (values or {}).items():
        record[name] = value
    return record if compiled else plain_record(kind, record)


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """The mean of some trials and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))
