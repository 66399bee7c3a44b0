"""Is the model within what is known? Every row of validation.yaml measured, with its interval and a verdict.

A 95 % interval within the expected range passes, one wholly outside fails. Where it straddles a limit, a row judged by
its estimate passes if that lies within; otherwise more trials have to decide, and until they have it does not pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Literal

import pandas as pd
from rich.table import Table
from rich.text import Text

from analysis.evidence import counts, measures
from analysis.evidence.cells import At, Lab
from analysis.evidence.validation_rows import Check, Validation
from sim.errors import ScenarioError
from sim.results import tables
from sim.scenario.shipped import shipped_folder

if TYPE_CHECKING:
    from sim.statistics.intervals import Interval

Verdict = Literal["pass", "fail", "undecided", "reported", "no home"]
COLUMNS = ["check", "name", "what", "low", "high", "source", "found", "found_low", "found_high", "verdict", "kind"]

GROUPS = {
    "1": "1. Each worldview says what its author says",
    "2": "2. Results vary, and lie where cited conditionals put them",
    "3": "3. Rates at the reference",
    "4": "4. Who fights decides who wins: war games",
    "5": "5. Back-test",
    "6": "6. Its own logic, some mechanisms off",
    "7": "7. The step of time does not matter",
    "8": "8. Every dial of a claim does something",
    "hindcast": "Hindcast 1996-2026",
}


@dataclass(frozen=True)
class Found:
    """What a row came to: of several cells the worst, named in `where`."""

    row: Check
    interval: Interval
    verdict: Verdict
    where: str = ""


def rows() -> Validation:
    """The rows of validation.yaml.

    >>> rows().checks["large_drills"].high
    12.0
    """
    from analysis.evidence import validation_rows

    made, faults = validation_rows.load(shipped_folder() / "validation.yaml")
    if made is None:
        raise ScenarioError(faults)
    return made


def validate(lab: Lab, checks: list[Check], progress: Callable[[int, int], object] | None = None) -> list[Found]:
    """Measure rows in a lab; `progress` hears how many are done and of how many.

    >>> (found,) = validate(Lab(200), [rows().checks["war_given_force"]])
    >>> found.verdict
    'pass'
    """
    done = []
    for row in checks:
        done.append(measured(lab, row))
        if progress:
            progress(len(done), len(checks))
    return done


def measured(lab: Lab, row: Check) -> Found:
    """One row, in the worst of its cells."""
    measure: measures.Measure = getattr(measures, row.measure, None) or getattr(counts, row.measure)
    starts = row.of.start or (lab.load("debate").reference.name,)
    cells = [
        At(start, view, policy, row.of.experiment, row.of.set, row.of.months)
        for start, view, policy in product(starts, row.of.worldview, row.of.policy)
    ]
    found = [(measure(lab, row, at), at) for at in cells]
    interval, at = max(found, key=lambda one: _beyond(row, one[0]))
    several = [len(names) > 1 for names in (starts, row.of.worldview, row.of.policy)]
    parts = zip((at.start, at.worldview, at.policy), several, strict=True)
    differ = any(one != interval for one, _ in found)
    where = ", ".join(name for name, one_of_some in parts if one_of_some and differ)
    return Found(row, interval, verdict(row, interval), where)


def _limits(interval: Interval) -> tuple[float, float, float]:
    """Estimate, low and high as numbers; a figure without an interval is its own."""
    middle = float("nan") if interval.estimate is None else interval.estimate
    return middle, middle if interval.low is None else interval.low, middle if interval.high is None else interval.high


def _beyond(row: Check, interval: Interval) -> float:
    """How far a result reaches beyond the expected range, negative within."""
    middle, low, high = _limits(interval)
    if row.low is None or row.high is None:
        return 0.0
    ends = (low, high) if row.judged == "interval" else (middle, middle)
    reach = max(row.low - ends[0], ends[1] - row.high)
    return float("inf") if reach != reach else reach


def verdict(row: Check, interval: Interval) -> Verdict:
    """What a row's interval says; limits count as within for a row judged by its estimate, else not.

    >>> from sim.statistics.intervals import Interval
    >>> verdict(rows().checks["large_drills"], Interval(13.0, 11.5, 14.5))
    'undecided'
    """
    if row.low is None or row.high is None:
        return "reported"
    middle, low, high = _limits(interval)
    if row.judged == "interval":
        if row.low < low and high < row.high:
            return "pass"
        return "fail" if high <= row.low or low >= row.high or middle != middle else "undecided"
    if row.low <= middle <= row.high:
        return "pass"
    return "fail" if high < row.low or low > row.high or middle != middle else "undecided"


def table(found: list[Found], held: Validation) -> pd.DataFrame:
    """The rows as `validation.csv` has them: those measured, then those with no home."""
    made: list[tuple[object, ...]] = [
        (one.row.check, one.row.name, what(one), one.row.low, one.row.high, " ".join(one.row.source), *one.interval,
         one.verdict, one.row.kind)
        for one in found
    ]  # fmt: skip
    made += [
        ("no home", entry.name, entry.what, None, None, " ".join(entry.source), None, None, None, "no home", "")
        for entry in held.no_home.values()
    ]
    numbers = dict.fromkeys(["low", "high", "found", "found_low", "found_high"], "Float64")
    return pd.DataFrame(made, columns=COLUMNS).astype(numbers)


def what(one: Found) -> str:
    """What a row measures, and of which cell it shows the worst."""
    return f"{one.row.what} (worst: {one.where})" if one.where else one.row.what


def sentence(found: list[Found]) -> str:
    """How it went, in one line."""
    held = [one for one in found if one.verdict != "reported"]
    tests = [one for one in held if one.row.kind == "out-of-sample"]
    passed, test = (sum(one.verdict == "pass" for one in some) for some in (held, tests))
    said = f"{passed} of {len(held)} rows lie where they should (out of sample: {test} of {len(tests)})"
    for verdict, words in (("fail", "outside"), ("undecided", "undecided at so few trials")):
        if names := [one.row.name for one in found if one.verdict == verdict]:
            said += f"; {words}: {', '.join(names)}"
    return said + "."


def csv(found: list[Found], held: Validation) -> str:
    """The text of validation.csv."""
    return tables.format_csv(table(found, held))


def printed(found: list[Found]) -> Table:
    """The rows as a table for a terminal, headed by check."""
    made = Table("", "expected", "found, with 95 % interval", "kind", "", box=None, padding=(0, 2, 0, 0))
    group = ""
    for one in found:
        if one.row.check != group:
            group = one.row.check
            made.add_row()
            made.add_row(Text(GROUPS[group], style="bold"))
        low, high = one.interval.low, one.interval.high
        reach = "" if low is None or high is None else f" ({low:.3g} to {high:.3g})"
        middle = "none" if one.interval.estimate is None else f"{one.interval.estimate:.3g}"
        mark = Text(one.verdict) if one.verdict in ("pass", "reported") else Text(one.verdict.upper(), style="bold red")
        kind = "" if one.row.kind == "reported" else one.row.kind
        made.add_row(what(one), f"{expected(one.row)} {one.row.unit}".strip(), middle + reach, kind, mark)
    return made


def expected(row: Check) -> str:
    """The expected range in words, without its unit.

    >>> expected(rows().checks["large_drills"]), expected(rows().checks["us_resolve"])
    ('4 to 12', 'below 0')
    """
    if row.low is None or row.high is None:
        return ""
    if sign := signed(row):
        return "below 0" if sign < 0 else "above 0"
    ends = f"{row.low:g}" if row.low == row.high else f"{row.low:g} to {row.high:g}"
    return ends.replace("-", "−")


def signed(row: Check) -> int:
    """-1 or 1 where a row expects that sign and nothing else, otherwise 0."""
    if row.judged == "interval" and row.low is not None and row.high is not None:
        return (row.low == 0) - (row.high == 0)
    return 0
