"""The figure of `strait validate`: every row as an interval against its expected range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.evidence.validate import GROUPS, RowResult, summary_sentence
from analysis.figures import style
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import text_height, wrap_text
from sim.scenario.experiment import Experiment

MARKS: dict[str, dict[str, Any]] = {
    "pass": {"color": style.GOOD, "marker": "o"},
    "fail": {"color": style.BAD, "marker": "X"},
    "undecided": {"color": style.GREY, "marker": "D", "markerfacecolor": "white"},
}
REACH = 0.25  # how far beyond the band a result is drawn; further out it stands at this edge
LABEL, BAND, RESULT, EXPECTED = 0.1, 4.75, 6.65, 9.55  # inches from the left, where each column begins
UNIT = 1.25  # inches of the expected range


def draw_validation(exp: Experiment, results: Sequence[RowResult]) -> CaptionedFigure:
    """Draw every row as an interval against its expected range, all ranges as wide as each other.

    `exp` is the reference, with the trials a cell that were played.
    """
    rows: list[RowResult | str] = []
    for group, title in GROUPS.items():
        if members := [result for result in results if result.row.check == group]:
            rows += [title, *members]
    caption = summary_sentence(results) + (
        " The grey band is the expected range of a row; where only a sign is expected, it is open on the other side."
        " Rows without a band are reported and not judged. Rows in bold test the model out of sample; the others show"
        " that what was put in comes out."
    )
    texts = [_row_texts(row) for row in rows]
    heights = np.array([max(text_height(text, style.SMALL) for text in row) + 0.06 for row in texts])
    places = np.cumsum(heights) - heights / 2
    figure = make_page(
        exp, exp.starts[0].name, title="Is the model within what is known?", caption=caption,
        note="Unless a row says otherwise: the evidence, status quo.",
        body=float(heights.sum()) + 0.2, keys=_make_keys(),
    )  # fmt: skip
    axes = figure.subplots()
    for y, row, text in zip(places.tolist(), rows, texts, strict=True):
        if isinstance(row, str):
            axes.text(0, y, text[0], size=style.HEADING, weight="bold", color=style.INK, va="center")
        else:
            _draw_row(axes, y, row, text)
    axes.set(xlim=(0, style.ROOM), ylim=(float(heights.sum()), 0))
    axes.axis("off")
    return finish_figure("validation", figure)


def _row_texts(row: RowResult | str) -> tuple[str, ...]:
    """What stands in a row, wrapped: its label, its result, and what is expected."""
    if isinstance(row, str):
        return (row,)
    check, interval = row.row, row.interval
    reach = "" if interval.low is None else f"  ({_format(interval.low)} to {_format(interval.high)})"
    if check.low is None or check.high is None:
        wanted = f"{check.unit}; reported"
    else:
        fault = {"pass": "", "reported": "not judged yet: "}.get(row.verdict, f"{row.verdict.upper()}: ")
        wanted = f"{fault}{check.expected} {check.unit}"
    columns = ((row.description, BAND - LABEL - 0.1, check.kind == "out-of-sample"),
               (_format(interval.estimate) + reach, EXPECTED - RESULT - 0.2, False),
               (wanted, style.ROOM - EXPECTED, row.verdict not in ("pass", "reported")))  # fmt: skip
    return tuple(wrap_text(text, inches, style.SMALL, bold=bold) for text, inches, bold in columns)


def _draw_row(axes: Axes, y: float, row: RowResult, texts: Sequence[str]) -> None:
    """Draw one row: what it is, its band and interval, the numbers, what is expected and the verdict."""
    check, interval = row.row, row.interval
    judged = row.verdict != "reported"
    passed = row.verdict == "pass"
    colours = (style.INK, style.INK, style.GREY if not judged else style.INK if passed else style.BAD)
    bold = (check.kind == "out-of-sample", False, judged and not passed)
    for x, text, colour, heavy in zip((LABEL, RESULT + 0.15, EXPECTED), texts, colours, bold, strict=True):
        axes.text(x, y, text, size=style.SMALL, color=colour, va="center", weight="bold" if heavy else "normal",
                  linespacing=style.SPACING)  # fmt: skip
    if not judged:
        return
    left, right = (-REACH if check.expected_sign < 0 else 0, 1 + REACH if check.expected_sign > 0 else 1)
    axes.fill_betweenx([y - 0.09, y + 0.09], _inches(left), _inches(right), color=style.PALE, linewidth=0)
    middle = interval.estimate
    if middle is None:
        return
    mark = MARKS[row.verdict]
    ends = (middle if end is None else end for end in (interval.low, interval.high))
    low, high = (_inches(_position(row, end)) for end in ends)
    axes.hlines(y, low, high, color=mark["color"], linewidth=2.4)
    axes.plot(_inches(_position(row, middle)), y, linestyle="none", markersize=6.5, markeredgewidth=1.5, **mark)


def _inches(position: float) -> float:
    """Where on the page a position is drawn, the expected range being 0 to 1."""
    return BAND + (RESULT - BAND - UNIT) / 2 + UNIT * position


def _position(row: RowResult, value: float) -> float:
    """A value's position, the expected range being 0 to 1."""
    low, high = row.row.low or 0.0, row.row.high or 0.0
    sign = row.row.expected_sign
    if sign:
        scale = 2 * abs(row.interval.estimate or 0.0) or 1.0
        position = value / scale + (sign < 0)
    elif low == high:
        position = 0.5 if value == low else np.inf if value > high else -np.inf
    else:
        position = (value - low) / (high - low)
    return float(np.clip(position, -REACH, 1 + REACH))


def _format(value: float | None) -> str:
    if value is None:
        return "none"
    digits = 3 if abs(value) >= 1 else 2
    return np.format_float_positional(value, digits, fractional=False, unique=False, trim="-").replace("-", "−")


def _make_keys() -> list[Line2D | Patch]:
    labels = {"pass": "within", "fail": "outside", "undecided": "more trials must decide"}
    return [
        *(style.mark_key(labels[name], markeredgewidth=1.5, **mark) for name, mark in MARKS.items()),
        style.line_key(linewidth=2.4), Patch(color=style.PALE, label="expected range"),
    ]  # fmt: skip
