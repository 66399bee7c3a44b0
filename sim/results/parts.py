"""Parts of a run's folder: one block of worlds with all its cells, in three Parquet files, the trials last.

A block is done when its file of trials exists. Its bytes depend only on the experiment, the block size and the
block's number, so a part that is played again has the same bytes.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.errors import FolderError, ShareError
from sim.model import outcomes
from sim.results import disk, tables
from sim.results.failures import Failure, remove_failures
from sim.results.manifest import SCHEMA, Manifest

if TYPE_CHECKING:
    from sim.engine.batch import Block, Cell
    from sim.scenario.experiment import Experiment

BELONGS_TO = {
    "crisis_censored": "months_to_first_crisis", "force_censored": "months_to_first_force",
    "peace_years": "use_of_force", "hazard_of_force": "use_of_force",
}  # fmt: skip
"""The outcome with which a column goes that is none itself and no compensator."""
TRIALS, WORLDS, RUNG_COUNTS = KINDS = ("trials.parquet", "worlds.parquet", "rung_counts.parquet")
DAMAGED = "damaged"  # folder for files that cannot be read
CACHE_BYTES = 1 << 26  # of columns: all columns of a short run, the last three of a long run
DAMAGE = (None, errno.ENOENT, errno.EIO)
"""Errors of the system that mean a missing or damaged file. Under any other (no permission) a file may be healthy."""
Status = Literal["missing", "short", "damaged", "complete"]


class Share(NamedTuple):
    """Share `number` (counted from 1) of `of`: every `of`-th block of a run, so that it is a fair sample by itself.

    >>> [list(Share(i, 3).blocks(8)) for i in (1, 2, 3)]
    [[0, 3, 6], [1, 4, 7], [2, 5]]
    """

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @classmethod
    def parse(cls, text: str) -> Share:
        """Read a share such as `2/4`; raise ShareError if the text is none.

        >>> Share.parse("2/4")
        Share(number=2, of=4)
        """
        if not (match := re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text, re.ASCII)):
            raise ShareError(f"part {text!r}: write 2/4 for the second of four")
        number, of = map(int, match.groups())
        if not 1 <= number <= of:
            from_1 = "parts are counted from 1" + (f": 1/{of} to {of}/{of}" if of else "")
            raise ShareError(f"part {text!r}: {from_1} (in a SLURM array job: --array=1-{of or 4})")
        return cls(number, of)

    def blocks(self, total: int) -> range:
        """Numbers of the share's blocks among `total`; raise ShareError if there are more shares than blocks."""
        if self.of > total:
            raise ShareError(f"part {self}: this run has {total} blocks; cut it into {total} parts at most")
        return range(self.number - 1, total, self.of)


class PartMetadata(NamedTuple):
    """Metadata in a part's files: the worlds it covers, and the trials that failed in them."""

    first_world: int
    worlds: int
    failures: list[Failure]

    def sound_trials(self, lucks: int) -> int:
        """Trials of each cell in the part; a world with a failure is in no cell."""
        return (self.worlds - len({failure.world for failure in self.failures})) * lucks


def encode_parquet(frame: pd.DataFrame, metadata: PartMetadata | None = None) -> memoryview:
    """Bytes of a Parquet file with these rows, with a checksum on each page; NaN becomes null."""
    texts = {"strait_schema": SCHEMA}
    if metadata:
        texts |= {name: json.dumps(value) for name, value in metadata._asdict().items()}
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(texts)
    names = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.CategoricalDtype)]
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=names, write_page_checksum=True)
    return memoryview(sink.getvalue())


def _open(path: Path) -> pa.OSFile:
    """Open a file by the bytes of its name: pyarrow takes `run-12:30` for a URI, and folders `seed=7` for columns."""
    return pa.OSFile(os.fsencode(path))


def _read_rows(path: Path, columns: Sequence[str] | None = None, footer: Any = None) -> pa.Table:
    """Rows of one file."""
    with _open(path) as source, pq.ParquetFile(source, metadata=footer, page_checksum_verification=True) as file:
        _require_columns(file.schema_arrow.names, columns or ())
        return file.read(columns=columns, use_threads=columns is None)


def _read_footer(path: Path) -> pq.FileMetaData:
    """Metadata of a file, its schema among them, from its last bytes."""
    with _open(path) as source:
        return pq.read_metadata(source)


def _read_column(path: Path, name: str, footer: Any = None) -> NDArray[Any]:
    """One column of a file; null becomes NaN."""
    values: NDArray[Any] = _read_rows(path, [name], footer).column(0).to_numpy()
    return values


def _read_metadata(path: Path) -> PartMetadata:
    """Metadata of a part, from the last bytes of its file; raise FolderError if it has another schema."""
    texts = _read_footer(path).metadata or {}
    schema = texts.get(b"strait_schema", b"none").decode()
    if schema != SCHEMA:
        raise FolderError(
            f"{path}: results of an earlier version are refused. Their schema is {schema}, and this strait reads "
            f"{SCHEMA}; name another folder"
        )
    first_world, worlds, failures = (json.loads(texts[name.encode()]) for name in PartMetadata._fields)
    return PartMetadata(first_world, worlds, [Failure(*failure) for failure in failures])


def needed_columns(experiment: Experiment, kind: str) -> list[str]:
    """Columns of every part of a kind (`trials.parquet` or another): those that this version writes.

    >>> import sim
    >>> needed_columns(sim.load("debate"), RUNG_COUNTS)
    ['start', 'worldview', 'policy', 'target', 'domain', 'month', 'rung', 'count']
    """
    known = experiment.catalogue.outcomes
    own = [name for name in outcomes.COLUMNS if BELONGS_TO.get(name, name.removesuffix("_compensator")) in known]
    losses = [entry.outcome + ending for ending in ("", "_compensator") for entry in experiment.values]
    return {
        TRIALS: [*tables.CELL_COLUMNS, "trial", "world", "luck", *own, *losses],
        WORLDS: ["world", "worldview", *experiment.catalogue.parameters],
        RUNG_COUNTS: [*tables.CELL_COLUMNS, "target", "domain", "month", "rung", "count"],
    }[kind]


def _require_columns(names: Sequence[str], needed: Sequence[str]) -> None:
    """Raise ValueError if a part lacks a column: a program other than Strait, or an earlier version, wrote it."""
    if lacking := [name for name in needed if name not in names]:
        more = f" and {len(lacking) - 1} more" if lacking[1:] else ""
        raise ValueError(f"it lacks the column {lacking[0]}{more}")


def _read_whole(path: Path, needed: Sequence[str]) -> pa.Table:
    """All rows and columns of a file, which must have those that are needed."""
    table = _read_rows(path)
    _require_columns(table.column_names, needed)
    return table


@contextmanager
def _report_damage(path: Path) -> Iterator[None]:
    """Raise FolderError for a file that is missing or damaged, by the checksums of its pages."""
    try:
        yield
    except FolderError:
        raise
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise FolderError(
            f"{path}: missing or damaged ({error}); give the command of the run again, which replaces it, or add "
            "--fresh if an earlier version wrote the results"
        ) from error


class Parts:
    """Parts of one experiment in a folder, in blocks of `block_worlds` worlds; nothing is read at first.

    Attributes
    ----------
    total
        Blocks of the whole experiment; the last one may be short.
    own_blocks
        Numbers of the blocks that belong in this folder: those of its share.
    """

    def __init__(self, folder: Path, experiment: Experiment, block_worlds: int, share: Share | None = None) -> None:
        self.folder, self.experiment, self.block_worlds = folder, experiment, block_worlds
        self.total = -(-experiment.trials // experiment.lucks // block_worlds)
        self.share = share or Share(1, 1)
        self.own_blocks = self.share.blocks(self.total)
        self._rung_index: pd.DataFrame | None = None

    @classmethod
    def of_run(cls, folder: Path, run: Manifest, experiment: Experiment) -> Parts:
        """Parts of the run in a manifest; raise ShareError if it has more shares than blocks."""
        share = run.get("share")
        return cls(folder, experiment, run["block_worlds"], Share.parse(share) if share else None)

    def count_trials(self, numbers: Sequence[int]) -> int:
        """Trials of a cell in these blocks, when they are complete."""
        worlds = self.experiment.trials // self.experiment.lucks
        of_blocks = sum(min(self.block_worlds, worlds - number * self.block_worlds) for number in numbers)
        return of_blocks * self.experiment.lucks

    def path(self, kind: str, number: int) -> Path:
        """File of a kind in block `number`."""
        return self.folder / kind / f"part-{number:05}.parquet"

    def numbers(self) -> list[int]:
        """Numbers of the blocks in the folder, damaged ones too."""
        names = (path.stem.removeprefix("part-") for path in (self.folder / TRIALS).glob("part-*.parquet"))
        return sorted(int(name) for name in names if name.isdigit())

    def encode(self, block: Block) -> dict[str, memoryview]:
        """Content of each kind of file for a block without its failed trials; the trials last."""
        sound, failures = remove_failures(self.experiment, block)
        if self._rung_index is None:  # the same for every block, and slow to build
            self._rung_index = tables.rung_index(self.experiment, len(next(iter(sound.rung_counts.values()))))
        frames = {
            WORLDS: tables.worlds_of_block(self.experiment, sound.parameters, sound.first_world),
            RUNG_COUNTS: self._rung_index.assign(count=tables.flatten_rung_counts(self.experiment, sound.rung_counts)),
            TRIALS: tables.trials(self.experiment, sound.records),
        }
        metadata = PartMetadata(sound.first_world, sound.worlds, failures)
        return {kind: encode_parquet(frame, metadata) for kind, frame in frames.items()}

    def write(self, number: int, files: Mapping[str, bytes | memoryview]) -> None:
        """Write the files of a block in the given order; raise OSError if the disk is full or refuses."""
        for kind, content in files.items():
            path = self.path(kind, number)
            path.parent.mkdir(exist_ok=True)
            disk.save(path, content)

    def status(self, number: int) -> Status:
        """Status of a block, from reading all of it; nothing is changed."""
        if not self.path(TRIALS, number).exists():
            return "missing"
        if self.damaged_files(number):
            return "damaged"
        played = _read_metadata(self.path(TRIALS, number)).worlds * self.experiment.lucks
        return "complete" if played == self.count_trials([number]) else "short"

    def damaged_files(self, number: int) -> list[Path]:
        """Files of a block that cannot be read, or do not hold what they should."""
        return [self.path(kind, number) for kind in KINDS if not self._readable(kind, number)]

    def _readable(self, kind: str, number: int) -> bool:
        path = self.path(kind, number)
        try:
            metadata, table = _read_metadata(path), _read_whole(path, needed_columns(self.experiment, kind))
        except OSError as error:
            if error.errno in DAMAGE:
                return False
            reason = os.strerror(error.errno)
            raise FolderError(f"{path}: cannot be read ({reason}); allow it, then run again") from error
        except (pa.ArrowException, KeyError, ValueError):
            return False
        expected = {
            TRIALS: len(tables.cells(self.experiment)) * metadata.sound_trials(self.experiment.lucks),
            WORLDS: len(self.experiment.worldviews) * metadata.worlds,
        }
        rows = table.num_rows
        return metadata.first_world == number * self.block_worlds and rows == expected.get(kind, rows)

    def set_aside(self, number: int) -> None:
        """Move the damaged files of a block to the folder `damaged`; the block is then missing."""
        for path in self.damaged_files(number):
            if path.exists():
                (self.folder / DAMAGED).mkdir(exist_ok=True)
                kind = path.parent.name.removesuffix(".parquet")
                path.replace(self.folder / DAMAGED / f"{kind}-{path.name}")
                disk.sync_folder(path.parent)

    def trials(self, numbers: Sequence[int]) -> FolderTrials:
        """Trials of these blocks, read column by column."""
        return FolderTrials(self.experiment, [self.path(TRIALS, number) for number in numbers])

    def failures(self, numbers: Sequence[int]) -> list[Failure]:
        """Trials that failed in these blocks."""
        found: list[Failure] = []
        for path in (self.path(TRIALS, number) for number in numbers):
            with _report_damage(path):
                found += _read_metadata(path).failures
        return found

    def rungs(self, numbers: Sequence[int], trials: int) -> pd.DataFrame:
        """Shares of trials on each rung over these blocks, which hold `trials` trials of a cell."""
        counts: Any = 0
        for path in (self.path(RUNG_COUNTS, number) for number in numbers):
            with _report_damage(path):
                _require_columns(_read_footer(path).schema.names, needed_columns(self.experiment, RUNG_COUNTS))
                counts = counts + _read_column(path, "count")
        return tables.rung_shares(self.experiment, counts, trials)

    def worlds(self, numbers: Sequence[int]) -> pd.DataFrame:
        """Parameters of the worlds of these blocks."""
        return tables.join_worlds([self._frame(WORLDS, number) for number in numbers])

    def frames(self, kind: str) -> Iterator[pd.DataFrame]:
        """Rows of one kind, a part at a time, in order of worlds; within a part cell by cell."""
        for number in self.numbers():
            yield self._frame(kind, number)

    def _frame(self, kind: str, number: int) -> pd.DataFrame:
        path = self.path(kind, number)
        with _report_damage(path):
            return pd.DataFrame(_read_whole(path, needed_columns(self.experiment, kind)).to_pandas())


FillBlocks = Callable[[Parts, Sequence[int]], Generator[int, None, None]]
"""Function that writes these blocks into a folder in any order, and yields the number of each that is written."""


class FolderTrials(Mapping["Cell", tables.Rows]):
    """Trials of every cell, from the files of a folder.

    A column is read for all cells at once and cached while there is room, so memory holds few numbers a trial.
    """

    def __init__(self, experiment: Experiment, paths: Sequence[Path]) -> None:
        self._paths, self._cells, self._footers = [*paths], tables.cells(experiment), []
        for path in paths:
            with _report_damage(path):
                footer = _read_footer(path)
                _require_columns(footer.schema.names, needed_columns(experiment, TRIALS))
                self._footers.append(footer)
        schema = self._footers[0].schema.to_arrow_schema()
        sizes = [footer.num_rows // len(self._cells) for footer in self._footers]
        self._edges = np.concatenate([[0], np.cumsum(sizes)])
        keys = {*tables.CELL_COLUMNS, "trial"}
        self.dtype = np.dtype([(f.name, f.type.to_pandas_dtype()) for f in schema if f.name not in keys])
        self._cache: dict[str, NDArray[Any]] = {}

    @property
    def size(self) -> int:
        """Trials of each cell."""
        return int(self._edges[-1])

    def __getitem__(self, cell: Cell) -> tables.Rows:
        return CellTrials(self, self._cells.index(cell))

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def column(self, name: str) -> NDArray[Any]:
        """One column of all cells: array[cell, trial]."""
        if (cached := self._cache.get(name)) is not None:
            return cached
        size = len(self._cells) * self.size * self.dtype[name].itemsize
        while len(self._cache) > 2 and sum(values.nbytes for values in self._cache.values()) + size > CACHE_BYTES:
            self._cache.pop(next(iter(self._cache)))  # the oldest goes before the next is read
        values = np.empty((len(self._cells), self.size), self.dtype[name])
        for i, (path, footer) in enumerate(zip(self._paths, self._footers, strict=True)):
            with _report_damage(path):
                part = _read_column(path, name, footer).reshape(len(self._cells), -1)
                values[:, self._edges[i] : self._edges[i + 1]] = part
        values.flags.writeable = False
        self._cache[name] = values
        return values


class CellTrials:
    """Rows of one cell in a folder."""

    def __init__(self, trials: FolderTrials, cell_index: int) -> None:
        self.dtype = trials.dtype
        self._trials, self._cell_index = trials, cell_index

    def __getitem__(self, name: str, /) -> NDArray[Any]:
        column: NDArray[Any] = self._trials.column(name)[self._cell_index]
        return column
