"""The figure of the whole debate at a glance: who is right under whose beliefs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle

from analysis.figures import captions, style
from analysis.figures.figure_layout import (
    GREY,
    HEADING,
    ROOM,
    SPACING,
    TICK,
    CaptionedFigure,
    finish,
    fit,
    height,
    page,
)
from analysis.questions.compare import comparisons, leader, means, primary, rivals

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

SIDE = 2.1  # inches for the titles of the worldviews


def draw_who_is_right(exp: Experiment, summary: pd.DataFrame, table: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the grid of beliefs by primary outcomes: which policy in dispute does best, and is that settled.

    Parameters
    ----------
    exp : Experiment
        What was run: every title, label and order comes from it.
    summary : DataFrame
        `result.summary()`.
    table : DataFrame
        `result.differences()`, of at least two policies.
    start : str
        Name of the start to draw.
    """
    wide = (ROOM - 0.15 - SIDE) / len(primary(exp))
    cells = _cells(exp, summary, table, start, wide)
    heads = [fit(outcome.label, wide - 0.2, HEADING, lines=3, bold=True) for outcome in primary(exp)]
    deep = [max(height(head, HEADING) + height(detail, TICK) for head, detail, _ in row) + 0.4 for row in cells]
    tops = np.cumsum([max(height(head, HEADING) for head in heads) + 0.12, *deep]).tolist()
    caption = captions.who_is_right(exp, summary, table, start)
    figure = page(
        exp,
        start,
        title="Who is right under whose beliefs?",
        note="Each cell names the policy that does best of those in the key.",
        caption=caption,
        body=tops[-1] + 0.1,
        keys=_keys(exp),
    )
    axes = figure.subplots()
    axes.set(xlim=(0, SIDE + wide * len(heads)), ylim=(tops[-1], 0))
    axes.set_axis_off()
    for i, head in enumerate(heads):
        x = SIDE + (i + 0.5) * wide
        axes.text(x, tops[0] - 0.14, head, size=HEADING, weight="bold", ha="center", va="baseline")
    for top, high, view, row in zip(tops, deep, exp.worldviews, cells, strict=False):
        name = fit(view.title, SIDE - 0.15, HEADING, lines=4, bold=True)
        axes.text(0, top + high / 2, name, size=HEADING, weight="bold", va="center", linespacing=SPACING)
        for i, (head, detail, colour) in enumerate(row):
            _box(axes, SIDE + i * wide, top, wide, high, colour)
            above = top + (high - height(head, HEADING) - height(detail, TICK) - 0.06) / 2
            below = above + height(head, HEADING) + 0.06
            x = SIDE + i * wide + 0.17
            axes.text(x, above, head, size=HEADING, weight="bold", va="top", linespacing=SPACING)
            axes.text(x, below, detail, size=TICK, va="top", linespacing=SPACING)
    return finish(f"who_is_right_{start}", figure, caption)


def _cells(
    exp: Experiment, summary: pd.DataFrame, table: pd.DataFrame, start: str, wide: float
) -> list[list[tuple[str, str, str]]]:
    """Return each row's cells: verdict and numbers, wrapped, and the colour of the clearly best, or none."""
    levels, versus, looks = means(summary, start), comparisons(table, start), style.looks(exp)
    rows = []
    for view in exp.worldviews:
        row = []
        for outcome in primary(exp):
            one = leader(exp, levels, versus, view.name, outcome)
            head, detail = captions.cell(exp, levels, versus, view.name, outcome)
            colour = looks[one.policy].colour if one.status == "settled" else ""
            head = fit(head, wide - 0.35, HEADING, lines=4, bold=True)
            row.append((head, fit(detail, wide - 0.35, TICK, lines=7), colour))
        rows.append(row)
    return rows


def _box(axes: Axes, x: float, y: float, wide: float, high: float, colour: str) -> None:
    """Draw a cell's box: in the winner's colour where one is settled, else dashed."""
    box = Rectangle((x + 0.05, y + 0.05), wide - 0.1, high - 0.1, linewidth=2, **_fill(colour))
    axes.add_patch(box)


def _fill(colour: str) -> dict[str, Any]:
    if not colour:
        return {"facecolor": "white", "edgecolor": GREY, "linestyle": "--"}
    return {"facecolor": tuple(0.82 + 0.18 * channel for channel in to_rgb(colour)), "edgecolor": colour}


def _keys(exp: Experiment) -> list[Patch]:
    looks = style.looks(exp)
    keys = [
        Patch(label=fit(captions.title(exp, name), 3.6, TICK, lines=2), linewidth=2, **_fill(looks[name].colour))
        for name in rivals(exp)
    ]
    return [*keys, Patch(label="none is clearly best", **_fill(""))]
