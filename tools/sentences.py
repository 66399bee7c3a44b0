"""How docs/findings.md words a number: with its interval, and plainly where it is not settled or does not matter."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures.captions import gap, signed

if TYPE_CHECKING:
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment, Start


WIDE = 0.04  # an interval of a share beyond which decimals mean nothing


def by_start(exp: Experiment, found: pd.DataFrame, lines: Callable[[Start, pd.DataFrame], Iterable[str]]) -> str:
    """A list of sentences for each start, the latest first, under a line that names it."""
    parts = []
    for start in reversed(exp.starts):
        year, month = str(start.date).split("-")[:2]
        told = "\n".join(f"* {line}" for line in lines(start, found[found["start"] == start.name]))
        parts.append(f"**From {calendar.month_name[int(month)]} {year}**\n\n{told}")
    return "\n\n".join(parts)


def said(sentence: str, command: str) -> str:
    """A sentence and the command whose tables hold its numbers."""
    return f"{sentence.replace(chr(160), ' ')} `{command}`"


def versus(row: Mapping[Any, Any], outcome: Outcome) -> str:
    """A difference with its interval, or that it is not settled, or the same for all that matters.

    >>> import sim
    >>> entry = sim.load("debate").catalogue.outcomes["use_of_force"]
    >>> versus({"value": -0.12, "low": -0.13, "high": -0.11}, entry)
    '12.0 points lower (11.0 to 13.0)'
    >>> versus({"value": 0.01, "low": -0.01, "high": 0.03}, entry)
    'not settled (−1.0 to 3.0 points)'
    """
    value = row["value"] if "value" in row else row["difference"]
    low, high = row["low"], row["high"]
    if low == high == 0:
        return "identical in every trial"
    between = f"{number(low, outcome)} to {number(high, outcome)}"
    if max(abs(low), abs(high)) < outcome.margin:
        return f"the same within {gap(outcome.margin, outcome)} ({between})"
    if low <= 0 <= high:
        return f"not settled ({between} {_unit(outcome)})"
    least, most = sorted((abs(low), abs(high)))
    return f"{signed(value, outcome)} ({number(least, outcome)} to {number(most, outcome)})"


def size(row: Mapping[Any, Any], outcome: Outcome) -> str:
    """How large a difference is, with its interval.

    >>> import sim
    >>> size({"value": -0.055, "low": -0.058, "high": -0.052}, sim.load("debate").catalogue.outcomes["use_of_force"])
    '5.5 points (5.2 to 5.8)'
    """
    sign = -1 if row["value"] < 0 else 1
    least, most = sorted((sign * row["low"], sign * row["high"]))
    return f"{gap(row['value'], outcome)} ({number(least, outcome)} to {number(most, outcome)})"


def share(value: float, low: float, high: float) -> str:
    """A share with its interval, in per cent; one that cannot be told from 0 is said to be.

    >>> share(0.283, 0.221, 0.349)
    '28 % (22 to 35)'
    >>> share(0.002, -0.011, 0.015)
    '0.2 % (−1.1 to 1.5; not told from 0)'
    """
    digits = 0 if high - low > WIDE else 1
    told = "" if low > 0 or high < 0 else "; not told from 0"
    middle, least, most = (
        f"{round(100 * one, digits) + 0.0:.{digits}f}".replace("-", "−") for one in (value, low, high)
    )
    return f"{middle} % ({least} to {most}{told})"


def number(value: float, outcome: Outcome) -> str:
    """A difference without its unit."""
    digits = gap(value, outcome).replace("\u00a0", " ").split(" ")[0]
    return f"{'−' if value < 0 and float(digits) else ''}{digits}"


def _unit(outcome: Outcome) -> str:
    return "points" if outcome.unit == "share" else outcome.unit
