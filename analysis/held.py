"""The figure of `strait validate`: every row as an interval against its expected range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis import style
from analysis.page import GREY, HEADING, INK, ROOM, SMALL, Drawn, finish, fit, page
from analysis.validate import Found, sentence, what

if TYPE_CHECKING:
    from sim.experiment import Experiment

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
MARKS: dict[str, dict[str, Any]] = {
    "pass": {"color": style.GOOD, "marker": "o"},
    "fail": {"color": style.BAD, "marker": "X"},
    "undecided": {"color": GREY, "marker": "D", "markerfacecolor": "white"},
}
REACH = 0.25  # how far beyond the band a result is drawn; further out it stands at this edge
LINE = 0.235  # inches a row
LABELS, BAND, FOUND, EXPECTED = 0.1, 5.1, 7.0, 9.75  # inches from the left, where each column begins
UNIT = 1.25  # inches of the expected range


def against_expected(exp: Experiment, found: Sequence[Found]) -> Drawn:
    """Draw every row as an interval against its expected range, all ranges as wide as each other.

    Parameters
    ----------
    exp : Experiment
        The reference, with the trials a cell that were played.
    found : sequence of Found
        What `validate` returns.
    """
    rows: list[Found | str] = []
    for group, title in GROUPS.items():
        if members := [one for one in found if one.row.check == group]:
            rows += [title, *members]
    caption = sentence([*found]) + (
        " The grey band is the expected range of each row. Where only a sign is expected the band is open on the other"
        " side and the scale is the row's own. Rows without a band are reported and not judged."
    )
    figure = page(
        exp, exp.starts[0].name, title="Is the model within what is known?", caption=caption,
        note="Unless a row says otherwise: neutral, status quo.", body=LINE * len(rows) + 0.2, keys=_keys(),
    )  # fmt: skip
    axes = figure.subplots()
    for y, one in enumerate(rows):
        if isinstance(one, str):
            axes.text(0, y, one, size=HEADING, weight="bold", color=INK, va="center")
        else:
            _row(axes, y, one)
    axes.set(xlim=(0, ROOM), ylim=(len(rows) - 0.4, -0.6))
    axes.axis("off")
    return finish("validation", figure, caption)


def _row(axes: Axes, y: int, one: Found) -> None:
    """Draw one row: what it is, its band and interval, the numbers, what is expected and the verdict."""
    row, at = one.row, one.interval
    reach = "" if at.low is None else f"  ({_number(at.low)} to {_number(at.high)})"
    axes.text(LABELS, y, fit(what(one), BAND - LABELS - 0.1, SMALL, lines=1), size=SMALL, color=INK, va="center")
    axes.text(FOUND + 0.15, y, _number(at.estimate) + reach, size=SMALL, color=INK, va="center")
    if row.low is None or row.high is None:
        axes.text(EXPECTED, y, f"{row.unit}; reported", size=SMALL, color=GREY, va="center")
        return
    expected = {-1: "below 0", 1: "above 0"}.get(_signed(one), f"{row.low:g} to {row.high:g}".replace("-", "−"))
    passed = one.verdict == "pass"
    said = f"{expected} {row.unit}" if passed else f"{one.verdict.upper()}: {expected} {row.unit}"
    look: dict[str, Any] = {} if passed else {"weight": "bold"}
    axes.text(EXPECTED, y, fit(said, ROOM - EXPECTED, SMALL, lines=1), size=SMALL, va="center",
              color=INK if passed else style.BAD, **look)  # fmt: skip
    left, right = (-REACH if _signed(one) < 0 else 0, 1 + REACH if _signed(one) > 0 else 1)
    axes.fill_betweenx([y - 0.38, y + 0.38], _inches(left), _inches(right), color=style.PALE, linewidth=0)
    if at.estimate is None:
        return
    mark = MARKS[one.verdict]
    low, middle, high = (_inches(_place(one, at.estimate if x is None else x)) for x in (at.low, at.estimate, at.high))
    axes.hlines(y, low, high, color=mark["color"], linewidth=2.4)
    axes.plot(middle, y, linestyle="none", markersize=6.5, markeredgewidth=1.5, **mark)


def _inches(place: float) -> float:
    """Where on the page a place stands, the expected range being 0 to 1."""
    return BAND + (FOUND - BAND - UNIT) / 2 + UNIT * place


def _signed(one: Found) -> int:
    """-1 or 1 where the row expects only that sign, else 0."""
    if one.row.judged == "interval" and one.row.low is not None and one.row.high is not None:
        return -(one.row.high == 0) + (one.row.low == 0)
    return 0


def _place(one: Found, value: float) -> float:
    """Where a value stands, the expected range being 0 to 1."""
    low, high = one.row.low, one.row.high
    assert low is not None
    assert high is not None
    sign = _signed(one)
    if sign:
        scale = 2 * abs(one.interval.estimate or 0.0) or 1.0
        place = value / scale + (sign < 0)
    elif low == high:
        place = 0.5 if value == low else np.inf if value > high else -np.inf
    else:
        place = (value - low) / (high - low)
    return float(np.clip(place, -REACH, 1 + REACH))


def _number(value: float | None) -> str:
    digits = "none" if value is None else np.format_float_positional(value, 3, fractional=False, unique=False, trim="-")
    return digits.replace("-", "−")


def _keys() -> list[Line2D | Patch]:
    words = {"pass": "where it should be", "fail": "outside", "undecided": "more trials must decide"}
    return [
        *(Line2D([], [], linewidth=0, markersize=8, markeredgewidth=1.5, label=words[name], **mark)
          for name, mark in MARKS.items()),
        Line2D([], [], color=INK, linewidth=2.4, label="95\u00a0% interval"),
        Patch(color=style.PALE, label="expected range"),
    ]  # fmt: skip
