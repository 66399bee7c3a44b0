"""A folder of results as files for other programs: CSV, Excel, Stata or Parquet, with a data dictionary.

CSV, Parquet and Excel are written part by part, so memory does not grow with the run; a Stata file is written at once.
An Excel file begins with two sheets for people. The dictionary is the only CSV file with titles: if they are not plain
ASCII, it begins with a byte-order mark, so Excel reads it as UTF-8.
Rows of trials and worlds come in order of worlds, block by block, as in the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.paper import dictionary, workbook
from analysis.paper.dictionary import Entry
from sim.errors import FolderError
from sim.results import csv_tables, disk, store, tables
from sim.results.manifest import MANIFEST
from sim.results.parts import TRIALS, WORLDS, Parts
from sim.results.result import Result

TABLES = ("summary", "differences", "rungs", "worlds", "trials")
SHEETS = TABLES[:2]  # of an Excel file, if no others are asked for
FORMATS = ("csv", "xlsx", "dta", "parquet")
SHEET_ROWS = 1_048_576  # of Excel, with the header
STATA_NAME = 32  # characters

Tell = Callable[[str], object]


@dataclass(frozen=True)
class Table:
    """A table to write, one frame at a time."""

    name: str
    rows: int
    frames: Iterable[pd.DataFrame]


def write(
    folder: Path, kind: str, out: Path | None = None, *, names: Collection[str] = (), fresh: bool = False,
    tell: Tell = lambda _: None,
) -> Path:  # fmt: skip
    """Export a finished run.

    Parameters
    ----------
    folder
        Folder of results.
    kind
        One of `FORMATS`.
    out
        The Excel file, or else the folder for the files; by default beside the folder, named after it.
    names
        Which of `TABLES`; by default all, in an Excel file `SHEETS`.
    fresh
        Replace an earlier export there, and no other file.
    tell
        Called with a line before each table.

    Returns
    -------
    Path
        The Excel file, or the folder of the files.

    Raises
    ------
    FolderError
        If there is no finished run, another file is in the way, or a table has more rows than a sheet.

    Examples
    --------
    >>> import sim, tempfile
    >>> from sim.results.store import write_folder
    >>> with tempfile.TemporaryDirectory() as here:
    ...     _ = write_folder(sim.load("debate", trials=20), Path(here) / "debate")
    ...     out = write(Path(here) / "debate", "csv", names=["summary"])
    ...     sorted(path.name for path in out.iterdir())
    ['dictionary.csv', 'summary.csv']
    """
    if kind == "xlsx":
        import_module("xlsxwriter")  # a missing library is reported before any file is written
    names = names or (SHEETS if kind == "xlsx" else TABLES)
    result = store.load_folder(folder)
    here = folder.resolve()
    out = out or here.with_name(f"{here.name}.xlsx" if kind == "xlsx" else f"{here.name}-{kind}")
    old = _earlier(here, kind, out, fresh)
    wanted = [table for table in _tables(result, here) if table.name in names]
    if kind == "xlsx":
        _check_length(wanted)
    (out.parent if kind == "xlsx" else out).mkdir(parents=True, exist_ok=True)
    WRITERS[kind](result, wanted, out, tell)
    for path in old:
        if path.stem not in {*names, "dictionary", out.stem}:
            path.unlink()
    return out


def _earlier(here: Path, kind: str, out: Path, fresh: bool) -> list[Path]:
    """Return the files of an earlier export; reject them without `fresh`, and whatever else is in the way."""
    if out.resolve() == here or (out / MANIFEST).exists():
        raise FolderError(f"{out}: there is a run in it; name another folder with --out")
    if kind != "xlsx" and out.exists() and not out.is_dir():
        raise FolderError(f"{out}: there is a file of that name; name another folder with --out")
    of_folder = [*(out / f"{name}.{kind}" for name in TABLES), out / "dictionary.csv"]
    earlier = [path for path in ([out] if kind == "xlsx" else of_folder) if path.exists()]
    for path in earlier:
        if path.is_dir():
            raise FolderError(f"{path}: there is a folder of that name; name another file with --out")
        if not fresh:
            raise FolderError(f"{path}: already there; --fresh replaces it, and --out writes elsewhere")
    return earlier


def _check_length(wanted: list[Table]) -> None:
    for table in wanted:
        if table.rows >= SHEET_ROWS:
            others = " ".join(f"--table {other.name}" for other in wanted if other.rows < SHEET_ROWS)
            raise FolderError(
                f"{table.name}: {table.rows:,} rows, and a sheet of Excel holds {SHEET_ROWS - 1:,} below its header; "
                f"take --csv, --dta or --parquet, or leave {table.name} out ({others})"
            )


def _tables(result: Result, folder: Path) -> Iterator[Table]:
    """Give the tables in the order of `TABLES`; each is read as it is written."""
    manifest = result.manifest or {}
    parts = Parts(folder, result.experiment, manifest["block_worlds"])
    for name, frame in (("summary", result.summary()), ("differences", result.differences()), ("rungs", result.rungs)):
        yield Table(name, len(frame), [_plain(frame)])
    worlds = result.experiment.trials // result.experiment.lucks * len(result.experiment.worldviews)
    yield Table("worlds", worlds, map(_plain, parts.frames(WORLDS)))
    usable = len(result.records[tables.cells(result.experiment)[0]]["world"])
    yield Table("trials", usable * len(result.records), map(_plain, parts.frames(TRIALS)))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with plain numbers, and text as categories; blanks are NaN."""
    kinds: dict[str, Any] = {}
    for name, values in frame.items():
        if isinstance(values.dtype, pd.CategoricalDtype):
            continue
        if pd.api.types.is_bool_dtype(values):
            kinds[str(name)] = "uint8"
        elif pd.api.types.is_float_dtype(values):
            kinds[str(name)] = "float64"
        elif not pd.api.types.is_numeric_dtype(values):
            kinds[str(name)] = pd.CategoricalDtype([*values.dropna().unique()])
    return frame.astype(kinds)


def _start_table(
    result: Result, table: Table, tell: Tell, short: bool = False
) -> tuple[list[Entry], Iterator[pd.DataFrame]]:
    """Announce a table; return its entries in the dictionary, and its frames."""
    tell(f"{table.name}: {table.rows:,} rows")
    frames = iter(table.frames)
    first = next(frames)
    names = shorten([*first.columns]) if short else {}
    return dictionary.entries(result.experiment, table.name, first, names), chain([first], frames)


def _write_dictionary(entries: list[Entry], out: Path) -> None:
    disk.save(out / "dictionary.csv", csv_tables.encode_csv(csv_tables.format_csv(dictionary.table(entries))))


def _streamed(kind: str, result: Result, wanted: list[Table], out: Path, tell: Tell) -> None:
    """Write CSV or Parquet, a frame at a time."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    described = []
    for table in wanted:
        entries, frames = _start_table(result, table, tell)
        described += entries
        metadata = {entry.column: {name: getattr(entry, name) for name in ("label", "meaning", "unit")}
                    for entry in entries}  # fmt: skip
        path, writer = out / f"{table.name}.{kind}", None
        with ExitStack() as closing:
            # An open file: pyarrow takes a name such as run-12:30 for a URI.
            file = closing.enter_context(disk.temporary_path(path).open("wb"))
            for frame in frames:
                rows = pa.Table.from_pandas(frame, preserve_index=False)
                fields = [field.with_metadata(metadata[field.name]) for field in rows.schema]
                if kind == "csv":
                    fields = [field.with_type(pa.string()) if entry.type == "text" else field
                              for field, entry in zip(fields, entries, strict=True)]  # fmt: skip
                schema = pa.schema(fields)
                if writer is None:
                    made = (
                        csv.CSVWriter(file, schema, write_options=csv.WriteOptions(quoting_style="needed"))
                        if kind == "csv"
                        else parquet.ParquetWriter(file, schema, compression="zstd")
                    )
                    writer = closing.enter_context(made)
                writer.write_table(rows.cast(schema))
        disk.temporary_path(path).replace(path)
    _write_dictionary(described, out)


def _dta(result: Result, wanted: list[Table], out: Path, tell: Tell) -> None:
    finished = datetime.fromisoformat((result.manifest or {})["finished"]).replace(tzinfo=None)
    described = []
    for table in wanted:
        entries, frames = _start_table(result, table, tell, short=True)
        described += entries
        path = out / f"{table.name}.dta"
        frame = pd.concat([*frames], ignore_index=True).rename(columns={entry.column: entry.name for entry in entries})
        for name in frame.select_dtypes("int64"):
            frame[name] = pd.to_numeric(frame[name], downcast="integer")
        frame.to_stata(
            disk.temporary_path(path), write_index=False, version=118, time_stamp=finished,
            data_label=f"Strait: {result.experiment.name}, {table.name}"[:80],
            variable_labels={entry.name: entry.caption for entry in entries},
            value_labels={entry.name: {0: "no", 1: "yes"} for entry in entries if entry.yes_or_no},
        )  # fmt: skip
        disk.temporary_path(path).replace(path)
    _write_dictionary(described, out)


def _xlsx(result: Result, wanted: list[Table], out: Path, tell: Tell) -> None:
    """Write the sheets for people first, then the dictionary, then the tables."""
    import xlsxwriter

    described = []
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(disk.temporary_path(out), options) as book:
        book.set_properties({"created": datetime.fromisoformat((result.manifest or {})["finished"])})
        for page in workbook.pages(result):
            _write_page(book, page)
        last = book.add_worksheet("dictionary")  # the third sheet, though it is written when all columns are known
        for table in wanted:
            entries, frames = _start_table(result, table, tell)
            described += entries
            numbers = [entry.type == "number" for entry in entries]
            _write_table(book, book.add_worksheet(table.name), frames, table.rows, numbers)
        known = dictionary.table(described)
        _write_table(book, last, [known], len(known), [False] * len(known.columns))
    disk.temporary_path(out).replace(out)


def _write_page(book: Any, page: workbook.Page) -> None:
    """Write a sheet for people: notes, a header with filters, and rows in their formats."""
    sheet, formats = book.add_worksheet(page.name), {}
    head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
    for column, wide in enumerate(page.widths):
        sheet.set_column(column, column, wide)
    for row, note in enumerate(page.notes):
        sheet.write_string(row, 0, note, book.add_format({"bold": row == 0, "font_size": 11 if row else 14}))
    sheet.write_row(workbook.HEAD, 0, page.header, book.add_format(head))
    row = workbook.HEAD
    for row, cells in enumerate(page.rows, start=row + 1):  # noqa: B020
        for column, cell in enumerate(cells):
            key = repr(sorted(cell.look.items()))
            if key not in formats:
                formats[key] = book.add_format(dict(cell.look))
            sheet.write(row, column, cell.value, formats[key])
    sheet.autofilter(workbook.HEAD, 0, row, len(page.header) - 1)
    sheet.freeze_panes(workbook.HEAD + 1, page.frozen)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write_table(book: Any, sheet: Any, frames: Iterable[pd.DataFrame], rows: int, numbers: Sequence[bool]) -> None:
    """Write a table of the run with all digits; its decimals show four."""
    row, decimals = 0, book.add_format({"num_format": "0.0000"})
    for frame in frames:
        if row == 0:
            for column, name in enumerate(frame.columns):
                texts = () if numbers[column] else map(str, frame[name].head(1_000))
                wide = min(max(len(name) + 4, *(len(text) + 2 for text in texts), 10), 60)
                sheet.set_column(column, column, wide, decimals if numbers[column] else None)
            sheet.write_row(0, 0, [*frame.columns], book.add_format({"bold": True}))
            sheet.autofilter(0, 0, rows, len(frame.columns) - 1)
            sheet.freeze_panes(1, 0)
        blanks = frame.astype(object).where(frame.notna(), None)
        for row, values in enumerate(blanks.to_numpy().tolist(), start=row + 1):  # noqa: B020
            sheet.write_row(row, 0, values)


Writer = Callable[[Result, list[Table], Path, Tell], None]
WRITERS: dict[str, Writer] = {
    "csv": partial(_streamed, "csv"),
    "xlsx": _xlsx,
    "dta": _dta,
    "parquet": partial(_streamed, "parquet"),
}


def shorten(columns: list[str], longest: int = STATA_NAME) -> dict[str, str]:
    """Return a name of at most `longest` characters for each column, no two alike; a name that fits stays.

    >>> shorten(["rate", "rate_of_return", "rate_of_rise"], longest=8)
    {'rate': 'rate', 'rate_of_return': 'rate_o_1', 'rate_of_rise': 'rate_o_2'}
    """
    names = {column: column for column in columns if len(column) <= longest}
    for column in columns:
        number = 0
        while column not in names:
            number += 1
            short = f"{column[: longest - 1 - len(str(number))]}_{number}"
            if short not in names.values():
                names[column] = short
    return {column: names[column] for column in columns}
