"""The parts of a folder: one block of worlds with all its cells, in three files, the trials last.

A block counts as done when its file of trials is there. What a part holds depends on the experiment, the block's
size and its number alone, so a part that is played again has the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sim.results import disk, parquet, rungs, tables
from sim.results.columns import InFolder
from sim.results.shares import Share, share

if TYPE_CHECKING:
    from sim.engine.batch import Block
    from sim.results.failures import Failure
    from sim.results.manifest import Manifest
    from sim.scenario.experiment import Experiment

TRIALS, WORLDS, RUNG_COUNTS = KINDS = ("trials.parquet", "worlds.parquet", "rung_counts.parquet")
DAMAGED = "damaged"  # folder for what is set aside
Standing = Literal["missing", "short", "damaged", "whole"]


class Parts:
    """The parts of one experiment in a folder, in blocks of so many worlds."""

    def __init__(self, folder: Path, experiment: Experiment, block_worlds: int, share: Share | None = None) -> None:
        """Take the folder as it is; nothing is read yet."""
        self.folder, self.experiment, self.block_worlds = folder, experiment, block_worlds
        self.share = share or Share(1, 1)
        self.wanted = self.share.blocks(self.total)  # blocks that belong in this folder
        self._places: pd.DataFrame | None = None

    @property
    def total(self) -> int:
        """Blocks of the whole experiment, the last one perhaps short."""
        return -(-self.experiment.trials // self.experiment.lucks // self.block_worlds)

    def worlds_of(self, numbers: Sequence[int]) -> int:
        """Worlds of these blocks, when they are whole."""
        worlds = self.experiment.trials // self.experiment.lucks
        return sum(min(self.block_worlds, worlds - number * self.block_worlds) for number in numbers)

    def path(self, kind: str, number: int) -> Path:
        """File of a kind in block `number`."""
        return self.folder / kind / f"part-{number:05}.parquet"

    def numbers(self) -> list[int]:
        """Blocks that are there."""
        names = (path.stem.removeprefix("part-") for path in (self.folder / TRIALS).glob("part-*.parquet"))
        return sorted(int(name) for name in names if name.isdigit())

    def packed(self, block: Block, failures: Sequence[Failure]) -> dict[str, memoryview]:
        """Content of each kind of file for a block, from which the failures were taken out; the trials last."""
        months = len(next(iter(block.rung_counts.values())))
        if self._places is None:
            self._places = rungs.places(self.experiment, months)
        frames = {
            WORLDS: tables.worlds(self.experiment, block.parameters, block.first_world),
            RUNG_COUNTS: self._places.assign(count=rungs.flat(self.experiment, block.rung_counts)),
            TRIALS: tables.trials(self.experiment, block.records),
        }
        marks = parquet.Marks(block.first_world, block.worlds, [*failures])
        return {kind: parquet.encoded(frame, marks) for kind, frame in frames.items()}

    def keep(self, number: int, files: Mapping[str, bytes | memoryview]) -> None:
        """Write the files of a block, in the order in which they come.

        Raises
        ------
        OSError
            If the disk is full or refuses.
        """
        for kind, content in files.items():
            path = self.path(kind, number)
            path.parent.mkdir(exist_ok=True)
            disk.save(path, content)

    def standing(self, number: int) -> Standing:
        """How a block stands, found by reading all of it; nothing is changed."""
        if not self.path(TRIALS, number).exists():
            return "missing"
        if self.broken(number):
            return "damaged"
        return "whole" if parquet.marks(self.path(TRIALS, number)).worlds == self.worlds_of([number]) else "short"

    def broken(self, number: int) -> list[Path]:
        """Files of a block that cannot be read whole."""
        return [self.path(kind, number) for kind in KINDS if not self._readable(kind, number)]

    def set_aside(self, number: int) -> None:
        """Move what is damaged in a block out of the way; the block is then missing."""
        for path in self.broken(number):
            if path.exists():
                (self.folder / DAMAGED).mkdir(exist_ok=True)
                kind = path.parent.name.removesuffix(".parquet")
                path.replace(self.folder / DAMAGED / f"{kind}-{path.name}")
                disk.sync_folder(path.parent)

    def trials(self, numbers: Sequence[int]) -> InFolder:
        """The trials of these blocks, column by column."""
        return InFolder(self.experiment, self.folder, [self.path(TRIALS, number) for number in numbers])

    def failures(self, numbers: Sequence[int]) -> list[Failure]:
        """The trials that failed in these blocks."""
        with parquet.told(self.folder):
            marks = [parquet.marks(self.path(TRIALS, number)) for number in numbers]
        return [failure for of_part in marks for failure in of_part.failures]

    def rungs(self, numbers: Sequence[int], trials: int) -> pd.DataFrame:
        """Shares of trials on each rung over these blocks, which hold so many trials a cell."""
        counts: NDArray[np.int64] | None = None
        with parquet.told(self.folder):
            for number in numbers:
                of_part = parquet.column(self.path(RUNG_COUNTS, number), "count")
                counts = of_part if counts is None else counts + of_part
        return rungs.shares(self.experiment, np.zeros(0, np.int64) if counts is None else counts, trials)

    def worlds(self, numbers: Sequence[int]) -> pd.DataFrame:
        """What the worlds of these blocks drew."""
        with parquet.told(self.folder):
            return tables.gathered([parquet.read(self.path(WORLDS, number)).to_pandas() for number in numbers])

    def frames(self, kind: str) -> Iterator[pd.DataFrame]:
        """The rows of one kind, a part at a time, in order of worlds; within a part cell by cell."""
        with parquet.told(self.folder):
            for number in self.numbers():
                yield parquet.read(self.path(kind, number)).to_pandas()

    def _readable(self, kind: str, number: int) -> bool:
        path = self.path(kind, number)
        try:
            marks, rows = parquet.marks(path), parquet.read(path).num_rows
        except (OSError, pa.ArrowException, KeyError, ValueError):
            return False
        expected = {
            TRIALS: len(tables.cells(self.experiment)) * marks.kept(self.experiment.lucks),
            WORLDS: len(self.experiment.worldviews) * marks.worlds,
        }
        return marks.first_world == number * self.block_worlds and rows == expected.get(kind, rows)


def of_run(folder: Path, run: Manifest, experiment: Experiment) -> Parts:
    """The parts of the run that a manifest describes.

    Raises
    ------
    ShareError
        If it is one of more shares than there are blocks.
    """
    return Parts(folder, experiment, run["block_worlds"], share(run["share"]) if run.get("share") else None)
