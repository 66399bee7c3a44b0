"""Trials with one more column: an outcome of your own, computed when it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine.own_outcomes import OwnOutcome, compute_outcome, name_of
from sim.errors import QuestionError
from sim.results import tables
from sim.scenario.catalogue import Outcome

if TYPE_CHECKING:
    from sim.engine.batch import Cell
    from sim.scenario.experiment import Experiment

Better = Literal["low", "high", "none"]


@dataclass(frozen=True)
class RowsWithOutcome:
    """Rows of a cell with the column of an own outcome."""

    rows: tables.Rows
    name: str
    function: OwnOutcome

    @property
    def dtype(self) -> np.dtype[Any]:
        """Names and types of the columns; the own outcome is the last."""
        return np.dtype([*((name, self.rows.dtype[name]) for name in self.rows.dtype.names or ()), (self.name, "f8")])

    def __getitem__(self, name: str, /) -> NDArray[Any]:
        """One column, one value a trial."""
        return compute_outcome(self.function, self.rows) if name == self.name else self.rows[name]


@dataclass(frozen=True)
class RecordsWithOutcome(Mapping["Cell", tables.Rows]):
    """Trials of every cell with the column of an own outcome."""

    records: tables.Records
    name: str
    function: OwnOutcome

    def __getitem__(self, cell: Cell) -> tables.Rows:
        return RowsWithOutcome(self.records[cell], self.name, self.function)

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)


def add_outcome(
    experiment: Experiment,
    records: tables.Records,
    function: OwnOutcome,
    *,
    better: Better = "none",
    margin: float | None = None,
    unit: str | None = None,
    label: str | None = None,
) -> tuple[Experiment, RecordsWithOutcome]:
    """Add an own outcome to an experiment and its trials: see `Result.with_outcome`."""
    cell = tables.cells(experiment)[0]
    name = name_of(function, [*experiment.catalogue.outcomes, *(records[cell].dtype.names or ())])
    is_share = compute_outcome(function, records[cell]).dtype.kind == "b"
    if better not in ("low", "high", "none"):
        raise QuestionError(f"better: must be low, high or none, got {better!r}")
    if margin is None and better != "none":
        raise QuestionError(f"margin: say how large a difference of {name} matters, in its unit, as margin=0.01")
    if margin is not None and not 0 < margin < np.inf:
        raise QuestionError(f"margin: must be a number above 0, got {margin}")
    outcome = Outcome(
        name=name,
        meaning=" ".join((function.__doc__ or f"An outcome of your own, {name}.").split()),
        unit=unit or ("share" if is_share else "number"),
        better=better,
        margin=SMALLEST_MARGIN if margin is None else margin,
        label=label or name.replace("_", " ").capitalize(),
    )
    catalogue = replace(experiment.catalogue, outcomes={**experiment.catalogue.outcomes, name: outcome})
    return replace(experiment, catalogue=catalogue), RecordsWithOutcome(records, name, function)


SMALLEST_MARGIN = 1e-9  # without a margin of its own, no difference is too small to matter
