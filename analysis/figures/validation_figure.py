"""The figure of `strait validate`: every row as an interval against its expected range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.evidence.validate import GROUPS, RowResult, summary_sentence
from analysis.figures import style
from analysis.figures.figure_layout import GREY, HEADING, INK, ROOM, SMALL, CaptionedFigure, finish, fit, page

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

MARKS: dict[str, dict[str, Any]] = {
    "pass": {"color": style.GOOD, "marker": "o"},
    "fail": {"color": style.BAD, "marker": "X"},
    "undecided": {"color": GREY, "marker": "D", "markerfacecolor": "white"},
}
REACH = 0.25  # how far beyond the band a result is drawn; further out it stands at this edge
LINE = 0.235  # inches a row
LABELS, BAND, FOUND, EXPECTED = 0.1, 5.1, 7.0, 9.75  # inches from the left, where each column begins
UNIT = 1.25  # inches of the expected range


def draw_validation(exp: Experiment, results: Sequence[RowResult]) -> CaptionedFigure:
    """Draw every row as an interval against its expected range, all ranges as wide as each other.

    Parameters
    ----------
    exp : Experiment
        The reference, with the trials a cell that were played.
    results : sequence of RowResult
        The results of `analysis.evidence.validate.measure_rows`.
    """
    rows: list[RowResult | str] = []
    for group, title in GROUPS.items():
        if members := [result for result in results if result.row.check == group]:
            rows += [title, *members]
    caption = summary_sentence(results) + (
        " The grey band is the expected range of each row. Where only a sign is expected the band is open on the other"
        " side and the scale is the row's own. Rows without a band are reported and not judged. Rows in bold test"
        " the model out of sample; the others show that what was put in comes out."
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


def _row(axes: Axes, y: int, one: RowResult) -> None:
    """Draw one row: what it is, its band and interval, the numbers, what is expected and the verdict."""
    row, at = one.row, one.interval
    reach = "" if at.low is None else f"  ({_number(at.low)} to {_number(at.high)})"
    test = row.kind == "out-of-sample"
    label = fit(one.description, BAND - LABELS - 0.1, SMALL, lines=1, bold=test)
    axes.text(LABELS, y, label, size=SMALL, color=INK, va="center", weight="bold" if test else "normal")
    axes.text(FOUND + 0.15, y, _number(at.estimate) + reach, size=SMALL, color=INK, va="center")
    if row.low is None or row.high is None:
        axes.text(EXPECTED, y, f"{row.unit}; reported", size=SMALL, color=GREY, va="center")
        return
    passed = one.verdict == "pass"
    said = f"{row.expected} {row.unit}" if passed else f"{one.verdict.upper()}: {row.expected} {row.unit}"
    look: dict[str, Any] = {} if passed else {"weight": "bold"}
    axes.text(EXPECTED, y, fit(said, ROOM - EXPECTED, SMALL, lines=1), size=SMALL, va="center",
              color=INK if passed else style.BAD, **look)  # fmt: skip
    left, right = (-REACH if row.expected_sign < 0 else 0, 1 + REACH if row.expected_sign > 0 else 1)
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


def _place(one: RowResult, value: float) -> float:
    """Where a value stands, the expected range being 0 to 1."""
    low, high = one.row.low, one.row.high
    assert low is not None
    assert high is not None
    sign = one.row.expected_sign
    if sign:
        scale = 2 * abs(one.interval.estimate or 0.0) or 1.0
        place = value / scale + (sign < 0)
    elif low == high:
        place = 0.5 if value == low else np.inf if value > high else -np.inf
    else:
        place = (value - low) / (high - low)
    return float(np.clip(place, -REACH, 1 + REACH))


def _number(value: float | None) -> str:
    if value is None:
        return "none"
    digits = 3 if abs(value) >= 0.001 else 2
    return np.format_float_positional(value, digits, fractional=False, unique=False, trim="-").replace("-", "−")


def _keys() -> list[Line2D | Patch]:
    words = {"pass": "where it should be", "fail": "outside", "undecided": "more trials must decide"}
    return [
        *(Line2D([], [], linewidth=0, markersize=8, markeredgewidth=1.5, label=words[name], **mark)
          for name, mark in MARKS.items()),
        Line2D([], [], color=INK, linewidth=2.4, label="95\u00a0% interval"),
        Patch(color=style.PALE, label="expected range"),
    ]  # fmt: skip
