"""A waterfall: how a difference between two policies gets, step by step, from one set of beliefs to another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import text_height, wrap_text
from sim.engine.question import Question
from sim.statistics.intervals import Floats, Interval

LABELS, NUMBERS = 5.6, 1.75  # inches for the labels of rows, and for their numbers
END = "#d0d0d0"
PLAIN = ("step", "level")  # kinds of rows whose labels are not bold


@dataclass(frozen=True)
class Row:
    """A line of a waterfall: an `end` or a `level` (how things are with some beliefs; only the second is coloured by
    which policy does better), a `theme` (a heading with its sum) or a `step` (a change)."""

    kind: str
    label: str
    value: Interval  # of a level, or of a change; in the outcome's unit


def draw_waterfall(
    question: Question, trials: int, rows: Sequence[Row], *, name: str, heading: str, note: str, caption: str
) -> CaptionedFigure:
    """Draw rows from the top down; steps begin where the last level or step ended.

    The first row must be an end or a level. `trials` is per policy and set of beliefs. `name` is the file name without
    the start; `heading` is the question that the figure answers, and `note` says what each step is.
    """
    exp, outcome = question.experiment, question.experiment.catalogue.outcomes[question.outcomes[0]]
    a, b = (policy.title for policy in question.policies)
    colours = style.pair_colours(exp, *(policy.name for policy in question.policies))
    bold = [row.kind not in PLAIN for row in rows]
    labels = [wrap_text(row.label, LABELS - 0.25, style.TICK, bold=head) for row, head in zip(rows, bold, strict=True)]
    places, heights = style.place_rows(labels, [0.1 if row.kind == "theme" else 0.14 for row in rows])
    good = -1 if outcome.better == "low" else 1
    scale, unit = style.unit_scale(outcome)
    left, right = (a, b) if good < 0 else (b, a)
    ends = (f"←\u00a0{left} better", f"{right} better\u00a0→")
    sides = "\n".join([unit, *(wrap_text(end, style.ROOM - LABELS - NUMBERS, style.TICK) for end in ends)])
    figure = make_page(
        replace(exp, trials=trials), question.start.name, title=heading, caption=caption, note=note,
        keys=_make_keys((a, b), colours, {row.kind for row in rows}),
        body=float(heights.sum()) + text_height(sides, style.TICK) + 0.5,
    )  # fmt: skip
    widths = [LABELS, style.ROOM - LABELS - NUMBERS, NUMBERS]
    label_axes, axes, number_axes = figure.subplots(1, 3, sharey=True, width_ratios=widths)
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    _draw_bars(axes, rows, places, heights, scale, good, colours)
    axes.set(ylim=(float(heights.sum()) + 0.04, -0.04), yticks=[])
    most = max(abs(scale * (row.value.estimate or 0.0)) for row in rows)
    decimals = max(1, 1 - math.floor(math.log10(most))) if most else 1
    style.write_column(label_axes, places, labels, [row.kind != "step" for row in rows], bold)
    style.write_column(number_axes, places, [_format_number(row.value, scale, decimals) for row in rows], None, bold)
    style.quiet_axes(axes)
    axes.margins(x=0.06)
    axes.set_xlabel(sides, fontsize=style.TICK)
    style.label_signed(axes.xaxis)
    return finish_figure(f"{name}_{question.start.name}", figure)


def _draw_bars(
    axes: Axes,
    rows: Sequence[Row],
    places: Floats,
    heights: Floats,
    scale: float,
    good: int,
    colours: tuple[str, str],
) -> None:
    """Draw ends from zero, steps from where the last one ended, and each interval at the end of its bar."""
    level, last = 0.0, 0.0
    for row, y, room in zip(rows, places, heights, strict=True):
        value, low, high = (scale * (np.nan if number is None else number) for number in row.value)
        begin = 0.0 if row.kind in ("end", "level") else level
        if row.kind == "theme":
            axes.barh(y, value, left=begin, height=0.1, color=style.RULE, zorder=2)
            continue
        if last:
            axes.plot([level, level], [last, y], color=style.GREY, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
        colour = END if row.kind == "end" else colours[0] if value * good > 0 else colours[1]
        edge = style.INK if row.kind == "end" else colour
        axes.barh(y, value, left=begin, height=min(room - 0.1, 0.26), color=colour, edgecolor=edge, zorder=2)
        style.draw_interval(axes, y, begin + low, begin + high)
        level, last = begin + value, float(y)


def _format_number(value: Interval, scale: float, decimals: int) -> str:
    """A row's number and its interval, as written at the right."""
    estimate, low, high = ("?" if number is None else _format_signed(scale * number, decimals) for number in value)
    return f"{estimate}   (too few to say)" if None in value[1:] else f"{estimate}   ({low} to {high})"


def _format_signed(value: float, decimals: int) -> str:
    rounded = round(value, decimals)
    return f"{rounded:+.{decimals}f}".replace("-", "−") if rounded else "0"


def _make_keys(titles: tuple[str, str], colours: tuple[str, str], kinds: set[str]) -> list[Patch | Line2D]:
    label = "{} better" if "level" in kinds else "step in favour of {}"
    keys: list[Patch | Line2D] = [
        Patch(color=colour, label=wrap_text(label.format(title), 3.6, style.TICK))
        for title, colour in zip(titles, colours, strict=True)
    ]
    if "end" in kinds:
        keys.insert(0, Patch(facecolor=END, edgecolor=style.INK, label="difference if one author is right"))
        keys.append(Patch(color=style.RULE, label="sum of a theme"))
    return [*keys, style.line_key()]
