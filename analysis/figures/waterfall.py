"""A waterfall: how a difference between two policies gets, step by step, from one set of beliefs to another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.figure_layout import GREY, INK, ROOM, SPACING, TICK, CaptionedFigure, finish, fit, height, page
from sim.statistics.intervals import Interval

if TYPE_CHECKING:
    from sim.engine.question import Question

LABELS, NUMBERS = 5.6, 1.75  # inches for the words of a row, and for its number
END = "#d0d0d0"
PLAIN = ("step", "level")  # rows whose words are not bold


@dataclass(frozen=True)
class Row:
    """A line of a waterfall: an `end` or a `level` (how things are with some beliefs; only the second is coloured by
    which policy does better), a `theme` (a heading with its sum) or a `step` (a change)."""

    kind: str
    label: str
    found: Interval  # of a level, or of a change; in the outcome's unit


def waterfall(
    question: Question, trials: int, rows: Sequence[Row], *, name: str, heading: str, note: str, caption: str
) -> CaptionedFigure:
    """Draw rows from the top down; steps begin where the last level or step ended.

    Parameters
    ----------
    question
        The contrast, the start and the outcome (the first).
    trials
        Per policy and set of beliefs, for the footer.
    rows
        The first must be an end.
    name, heading, note, caption
        The file name without the start, the question that the figure answers, what each step is, and the words
        beneath the figure.
    """
    exp, outcome = question.experiment, question.experiment.catalogue.outcomes[question.outcomes[0]]
    a, b = (policy.title for policy in question.policies)
    sides = style.sides(exp, *(policy.name for policy in question.policies))
    labels = [fit(row.label, LABELS, TICK, lines=2, bold=row.kind not in PLAIN) for row in rows]
    deep = np.array([height(label, TICK) + (0.1 if row.kind == "theme" else 0.14)
                     for row, label in zip(rows, labels, strict=True)])  # fmt: skip
    places = np.cumsum(deep) - deep / 2
    figure = page(
        replace(exp, trials=trials), question.start.name, title=heading, caption=caption, note=note,
        keys=_keys((a, b), sides, {row.kind for row in rows}), body=float(deep.sum()) + 0.75,
    )  # fmt: skip
    words, axes, numbers = figure.subplots(1, 3, sharey=True, width_ratios=[LABELS, ROOM - LABELS - NUMBERS, NUMBERS])
    scale = 100 if outcome.unit == "share" else 1
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    good = -1 if outcome.better == "low" else 1
    _draw(axes, rows, places, deep, scale, good, sides)
    axes.set(ylim=(float(deep.sum()) + 0.04, -0.04), yticks=[])
    most = max(abs(scale * (row.found.estimate or 0.0)) for row in rows)
    places_after = max(1, 1 - math.floor(math.log10(most))) if most else 1
    for row, label, y in zip(rows, labels, places, strict=True):
        bold = "normal" if row.kind in PLAIN else "bold"
        inset = 0.035 if row.kind == "step" else 0.0
        words.text(inset, y, label, va="center", size=TICK, color=INK, weight=bold, linespacing=SPACING)
        numbers.text(0, y, _number(row.found, scale, places_after), va="center", size=TICK, color=INK, weight=bold)
    for aside in (words, numbers):
        aside.set_axis_off()
    style.plain(axes)
    axes.margins(x=0.06)
    sides = (f"← {a} better", f"{b} better →") if good < 0 else (f"← {b} better", f"{a} better →")
    unit = "percentage points" if outcome.unit == "share" else outcome.unit
    axes.set_xlabel(f"{sides[0]}      {unit}      {sides[1]}", fontsize=TICK)
    style.signed_axis(axes.xaxis)
    return finish(f"{name}_{question.start.name}", figure, caption)


def _draw(
    axes: Axes,
    rows: Sequence[Row],
    places: style.Floats,
    deep: style.Floats,
    scale: float,
    good: int,
    sides: tuple[str, str],
) -> None:
    """Draw ends from nought, steps from where the last one ended, and each interval at the end of its bar."""
    level, last = 0.0, 0.0
    for row, y, room in zip(rows, places, deep, strict=True):
        found = (np.array([value if value is not None else np.nan for value in row.found]) * scale).tolist()
        begin = 0.0 if row.kind in ("end", "level") else level
        if row.kind == "theme":
            axes.barh(y, found[0], left=begin, height=0.1, color=style.RULE, zorder=2)
            continue
        if last:
            axes.plot([level, level], [last, y], color=GREY, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
        colour = END if row.kind == "end" else sides[0] if found[0] * good > 0 else sides[1]
        edge = INK if row.kind == "end" else colour
        axes.barh(y, found[0], left=begin, height=min(room - 0.1, 0.26), color=colour, edgecolor=edge, zorder=2)
        axes.hlines(y, begin + found[1], begin + found[2], color="white", linewidth=4.0, zorder=3)
        axes.hlines(y, begin + found[1], begin + found[2], color=INK, linewidth=1.8, zorder=4)
        level, last = begin + found[0], float(y)


def _number(found: Interval, scale: float, after: int) -> str:
    """A row's number and its interval, as written at the right."""
    value, low, high = ("?" if one is None else _signed(scale * one, after) for one in found)
    return f"{value}   ({low} to {high})"


def _signed(value: float, after: int) -> str:
    rounded = round(value, after)
    return f"{rounded:+.{after}f}".replace("-", "−") if rounded else "0"


def _keys(titles: tuple[str, str], sides: tuple[str, str], kinds: set[str]) -> list[Patch | Line2D]:
    words = "{} better" if "level" in kinds else "step in favour of {}"
    keys: list[Patch | Line2D] = [
        Patch(color=colour, label=words.format(title)) for title, colour in zip(titles, sides, strict=True)
    ]
    if "end" in kinds:
        keys.insert(0, Patch(facecolor=END, edgecolor=INK, label="difference under one man’s beliefs"))
        keys.append(Patch(color=style.RULE, label="sum of a theme"))
    return [*keys, Line2D([], [], color=INK, linewidth=1.8, label="95\u00a0% interval")]
