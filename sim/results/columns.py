"""The trials of a folder as columns: one is read for all cells at once, so memory holds few numbers a trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.results import parquet, tables

if TYPE_CHECKING:
    from sim.engine.batch import Cell
    from sim.scenario.experiment import Experiment

KEPT_BYTES = 1 << 26  # of columns that were read: all of a short run's, the last three of a long run's


class InFolder(Mapping["Cell", tables.Rows]):
    """Trials of every cell from the files of a folder: a column is read for all cells, and kept while there is room."""

    def __init__(self, experiment: Experiment, folder: Path, paths: Sequence[Path]) -> None:
        """Read what columns there are, and how many trials of each cell."""
        self._folder, self._paths, self._order = folder, [*paths], tables.cells(experiment)
        with parquet.told(folder):
            self._footers = [pq.read_metadata(path) for path in paths]
            schema = pq.read_schema(paths[0])
        sizes = [footer.num_rows // len(self._order) for footer in self._footers]
        self.edges = np.concatenate([[0], np.cumsum(sizes)])
        left_out = {*tables.CELL_COLUMNS, "trial"}
        self.dtype = np.dtype([(f.name, f.type.to_pandas_dtype()) for f in schema if f.name not in left_out])
        self._kept: dict[str, NDArray[Any]] = {}

    @property
    def size(self) -> int:
        """Trials of each cell."""
        return int(self.edges[-1])

    def __getitem__(self, cell: Cell) -> tables.Rows:
        """Give the rows of a cell."""
        return OfCell(self, self._order.index(cell))

    def __iter__(self) -> Iterator[Cell]:
        """Go through the cells in order."""
        return iter(self._order)

    def __len__(self) -> int:
        """Count the cells."""
        return len(self._order)

    def column(self, name: str) -> NDArray[Any]:
        """Give a column of all cells: array[cell, trial]."""
        if (kept := self._kept.get(name)) is not None:
            return kept
        size = len(self._order) * self.size * self.dtype[name].itemsize
        while len(self._kept) > 2 and sum(values.nbytes for values in self._kept.values()) + size > KEPT_BYTES:
            self._kept.pop(next(iter(self._kept)))  # before the next is read
        values = np.empty((len(self._order), self.size), self.dtype[name])
        with parquet.told(self._folder):
            for i, (path, footer) in enumerate(zip(self._paths, self._footers, strict=True)):
                part = parquet.column(path, name, footer).reshape(len(self._order), -1)
                values[:, self.edges[i] : self.edges[i + 1]] = part
        values.flags.writeable = False
        self._kept[name] = values
        return values


class OfCell:
    """The rows of one cell in a folder."""

    def __init__(self, trials: InFolder, place: int) -> None:
        """Point at a cell of the trials."""
        self._trials, self._place = trials, place

    @property
    def dtype(self) -> np.dtype[Any]:
        """Names and types of the columns."""
        return self._trials.dtype

    def __getitem__(self, name: str, /) -> NDArray[Any]:
        """Give a column, one value a trial."""
        column: NDArray[Any] = self._trials.column(name)[self._place]
        return column
