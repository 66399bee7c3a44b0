"""Tables as CSV: how they are written, and how they are read back with their types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import FolderError
from sim.results.tables import CELL_COLUMNS

NAMES = {*CELL_COLUMNS, "policy_a", "policy_b"}  # always text, also where all are digits


def format_csv(frame: pd.DataFrame) -> str:
    r"""CSV text of a table: 10 significant digits, empty fields for missing values, lines ended by \n.

    >>> format_csv(pd.DataFrame({"policy": ["both"], "low": [1 / 3], "high": [None]}))
    'policy,low,high\nboth,0.3333333333,\n'
    """
    return frame.to_csv(index=False, float_format="%.10g", lineterminator="\n")


def encode_csv(text: str) -> bytes:
    """Bytes of CSV text: UTF-8, with a byte-order mark if it is not plain ASCII, so that Excel reads it right.

    >>> encode_csv("a,b"), encode_csv("é")
    (b'a,b', b'\\xef\\xbb\\xbf\\xc3\\xa9')
    """
    return text.encode("utf-8" if text.isascii() else "utf-8-sig")


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV table of a run or a question with the types that it has in memory.

    A CSV file holds no types: other readers take the start `2026` for a number, and a name such as `NA` for none.

    Returns
    -------
    pandas.DataFrame
        Starts, worldviews, policies and other names are text. Numbers are Float64, or int64 where all are whole; yes
        and no are bool; an empty field is missing.

    Raises
    ------
    FolderError
        If there is no such file, or it is no table.

    Examples
    --------
    >>> import sim, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = sim.write_folder(sim.load("debate", trials=100), folder)
    ...     table = read_table(f"{folder}/summary.csv")
    >>> keys = ["start", "worldview", "policy", "outcome", "statistic"]
    >>> len(table.merge(result.summary(), on=keys)) == len(table)
    True
    """
    try:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise FolderError(f"{path}: not a CSV table that can be read ({error})") from error
    return frame.assign(**{name: frame[name] if name in NAMES else _typed(frame[name]) for name in frame.columns})


def _typed(column: pd.Series[str]) -> pd.Series[Any]:
    """A column as numbers or as yes and no, if all its entries are; else as text."""
    entries = column.where(column != "", None)
    if set(column) <= {"True", "False"}:
        return column == "True"
    try:
        numbers = pd.to_numeric(entries)
    except ValueError:
        return entries
    return numbers if numbers.dtype.kind == "i" else numbers.astype("Float64")
