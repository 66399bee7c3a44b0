"""Every row of validation.yaml measured, with its interval and a verdict: does the model fit what is known?

A 95 % interval within the expected range passes, and one that lies outside fails. If it straddles a limit, a row that
is judged by its estimate passes if the estimate lies within. A row that is judged by its interval is then undecided:
it needs more trials, and does not pass. So is one whose interval is blank because too little happened.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import pandas as pd
from rich.table import Table
from rich.text import Text

from analysis.evidence import measures
from analysis.evidence.cells import Cell, Cells
from analysis.evidence.validation_rows import Row, Validation
from sim.statistics.intervals import Interval

Verdict = Literal["pass", "fail", "undecided", "reported", "no home"]
COLUMNS = ["check", "name", "what", "low", "high", "source", "found", "found_low", "found_high", "verdict", "kind"]

GROUPS = {
    "1": "1. Each author's worldview gives the author's conclusions",
    "2": "2. Results vary, and the main ones lie where cited estimates put them",
    "3": "3. Rates at the reference",
    "4": "4. Who fights decides who wins: war games",
    "5": "5. Back-test",
    "6": "6. The model's own logic, with some mechanisms off",
    "7": "7. Months or half-months give the same results",
    "8": "8. Every dial of a claim changes something",
    "9": "9. Questions that forecasters and games have asked",
    "10": "10. Actors that choose at peace",
    "11": "11. Japan's own danger",
    "hindcast": "Hindcast 1996-2026",
}


@dataclass(frozen=True)
class RowResult:
    """The result of a row: of several cells the worst, named in `where`."""

    row: Row
    interval: Interval
    verdict: Verdict
    where: str = ""

    @property
    def description(self) -> str:
        """What the row measures, and the cell whose result is shown if there are several."""
        return f"{self.row.what} (worst: {self.where})" if self.where else self.row.what


def measure_rows(
    cells: Cells, rows: Sequence[Row], progress: Callable[[int, int], object] | None = None
) -> list[RowResult]:
    """Measure rows; `progress` is called with the rows done and the rows to do.

    >>> from analysis.evidence.validation_rows import load_rows
    >>> (result,) = measure_rows(Cells(200), [load_rows().checks["war_given_force"]])
    >>> result.verdict
    'pass'
    """
    results = []
    for row in rows:
        results.append(measure_row(cells, row))
        if progress:
            progress(len(results), len(rows))
    return results


def measure_row(cells: Cells, row: Row) -> RowResult:
    """Measure one row in each of its cells, and return the worst result."""
    measure: measures.Measure = getattr(measures, row.measure)
    starts = row.of.start or (cells.load("debate").reference.name,)
    dimensions = (starts, row.of.worldview, row.of.policy)
    results = [
        (measure(measures.Case(cells, row, cell)), cell)
        for cell in (Cell(*names, row.of.experiment, row.of.set, row.of.months) for names in product(*dimensions))
    ]
    interval, worst = max(results, key=lambda result: _excess(row, result[0]))
    differ = any(other != interval for other, _ in results)
    where = ", ".join(name for name, names in zip(worst[:3], dimensions, strict=True) if differ and len(names) > 1)
    return RowResult(row, interval, verdict(row, interval), where)


def _limits(interval: Interval) -> tuple[float, float, float]:
    """Estimate, low and high as numbers; a figure without an interval is its own limits."""
    estimate = math.nan if interval.estimate is None else interval.estimate
    low, high = (estimate if limit is None else limit for limit in (interval.low, interval.high))
    return estimate, low, high


def _excess(row: Row, interval: Interval) -> float:
    """How far a result reaches beyond the expected range; negative within it, infinite without a result."""
    if row.low is None or row.high is None:
        return 0.0
    estimate, *limits = _limits(interval)
    low, high = limits if row.judged == "interval" else (estimate, estimate)
    excess = max(row.low - low, high - row.high)
    return math.inf if math.isnan(excess) else excess


def verdict(row: Row, interval: Interval) -> Verdict:
    """The verdict on a row's interval.

    A value at a limit of the expected range lies within it if the row is judged by its estimate, and outside if the
    row is judged by its interval.

    >>> from analysis.evidence.validation_rows import load_rows
    >>> from sim.statistics.intervals import Interval
    >>> verdict(load_rows().checks["large_drills"], Interval(13.0, 11.5, 14.5))
    'undecided'
    """
    if row.low is None or row.high is None:
        return "reported"
    estimate, low, high = _limits(interval)
    if row.judged == "interval" and interval.estimate is not None and None in interval:
        return "undecided"
    if row.judged == "interval":
        passes, fails = row.low < low and high < row.high, high <= row.low or low >= row.high
    else:
        passes, fails = row.low <= estimate <= row.high, high < row.low or low > row.high
    return "pass" if passes else "fail" if fails or math.isnan(estimate) else "undecided"


def table(results: Sequence[RowResult], validation: Validation) -> pd.DataFrame:
    """The columns of validation.csv: the rows that were measured, then the evidence that has no row."""
    rows: list[tuple[object, ...]] = [
        (result.row.check, result.row.name, result.description, result.row.low, result.row.high,
         " ".join(result.row.source), *result.interval, result.verdict, result.row.kind)
        for result in results
    ]  # fmt: skip
    rows += [
        ("no home", entry.name, entry.what, None, None, " ".join(entry.source), None, None, None, "no home", "")
        for entry in validation.no_home.values()
    ]
    numbers = dict.fromkeys(["low", "high", "found", "found_low", "found_high"], "Float64")
    return pd.DataFrame(rows, columns=COLUMNS).astype(numbers)


def summary_sentence(results: Sequence[RowResult]) -> str:
    """How many rows pass, and which do not."""
    judged = [result for result in results if result.verdict != "reported"]
    tests = [result for result in judged if result.row.kind == "out-of-sample"]
    passed, tests_passed = (sum(result.verdict == "pass" for result in group) for group in (judged, tests))
    sentence = f"{passed} of {len(judged)} rows pass (out of sample: {tests_passed} of {len(tests)})"
    for verdict, label in (("fail", "outside the expected range"), ("undecided", "undecided, more trials are needed")):
        if names := [result.row.name for result in results if result.verdict == verdict]:
            sentence += f"; {label}: {', '.join(names)}"
    return sentence + "."


def terminal_table(results: Sequence[RowResult]) -> Table:
    """The rows as a table for a terminal, with a heading for each check."""
    table = Table("", "expected", "found, with 95 % interval", "kind", "", box=None, padding=(0, 2, 0, 0))
    check = ""
    for result in results:
        row, (estimate, low, high), verdict = result.row, result.interval, result.verdict
        if row.check != check:
            check = row.check
            table.add_row()
            table.add_row(Text(GROUPS[check], style="bold"))
        limits = "" if low is None or high is None else f" ({low:.3g} to {high:.3g})"
        value = "none" if estimate is None else f"{estimate:.3g}"
        shown = Text(verdict) if verdict in ("pass", "reported") else Text(verdict.upper(), style="bold red")
        kind = "" if row.kind == "reported" else row.kind
        table.add_row(result.description, f"{row.expected} {row.unit}".strip(), value + limits, kind, shown)
    return table
