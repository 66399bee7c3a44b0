"""One Parquet file of a folder: its rows, checksums on its pages, and what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.errors import FolderError
from sim.results.failures import Failure

SCHEMA = "3"  # of the files; it changes when their columns, types or folders do


class Marks(NamedTuple):
    """What a part says of itself beside its rows: the worlds played, and the trials that failed in them."""

    first_world: int
    worlds: int
    failures: list[Failure]

    def kept(self, lucks: int) -> int:
        """Trials of each cell that are in the part: a world with a failure is in none."""
        return (self.worlds - len({failure.world for failure in self.failures})) * lucks


def encoded(frame: pd.DataFrame, marks: Marks | None = None) -> memoryview:
    """Bytes of a Parquet file with these rows; NaN becomes null."""
    said = {"strait_schema": SCHEMA}
    if marks:
        said |= {name: json.dumps(value) for name, value in marks._asdict().items()}
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(said)
    names = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.CategoricalDtype)]
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=names, write_page_checksum=True)
    return memoryview(sink.getvalue())


def read(path: Path, columns: Sequence[str] | None = None, footer: Any = None) -> pa.Table:
    """Rows of one file, whose folders' names are not taken for columns; its footer, if it was read before."""
    with pq.ParquetFile(path, metadata=footer, page_checksum_verification=True) as file:
        return file.read(columns=columns, use_threads=columns is None)


def column(path: Path, name: str, footer: Any = None) -> NDArray[Any]:
    """One column of a file; null becomes NaN."""
    values: NDArray[Any] = read(path, [name], footer).column(0).to_numpy()
    return values


def marks(path: Path) -> Marks:
    """What a part says of itself, from its last bytes.

    Raises
    ------
    FolderError
        If its schema is another.
    """
    said = pq.read_metadata(path).metadata or {}
    schema = said.get(b"strait_schema", b"none").decode()
    if schema != SCHEMA:
        raise FolderError(f"{path}: its schema is {schema}, and this strait reads {SCHEMA}; name another folder")
    first_world, worlds, failures = (json.loads(said[name.encode()]) for name in Marks._fields)
    return Marks(first_world, worlds, [Failure(*failure) for failure in failures])


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn a file that is missing or damaged into words."""
    try:
        yield
    except (OSError, pa.ArrowException, KeyError) as fault:
        raise FolderError(
            f"{folder}: a file is missing or damaged ({fault}); run the same command again to have it made anew"
        ) from fault
