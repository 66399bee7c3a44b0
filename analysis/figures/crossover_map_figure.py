"""The map of `strait crossover`: two beliefs, one across and one up, in colour which policy does better."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from analysis.figures import style
from analysis.figures.captions import believing, gap
from analysis.figures.figure_layout import INK, TICK, CaptionedFigure, finish, fit, page
from analysis.questions.crossover import MAP_GRID

if TYPE_CHECKING:
    from analysis.questions.crossover import Map


def draw_crossover_map(found: Map) -> CaptionedFigure:
    """Draw the map: coloured by which policy does better and by how much, with the line where that changes."""
    question = found.question
    exp, outcome = question.experiment, question.experiment.catalogue.outcomes[question.outcomes[0]]
    a, b = (policy.title for policy in question.policies)
    scale = 100 if outcome.unit == "share" else 1
    values = found.table["difference"].to_numpy(float).reshape(MAP_GRID.size, MAP_GRID.size) * scale
    caption = describe_crossover_map(found)[0]
    page_ = page(
        replace(exp, trials=found.trials), question.start.name, caption=caption, body=6.2,
        title=f"{a} or {b}, as two beliefs change?",
        note=f"“{outcome.label}”, {a} minus {b}; all else {believing(question.worldview)}. "
        "The line is where the better policy changes.",
    )  # fmt: skip
    axes = page_.subplots()
    sides = style.sides(exp, *(policy.name for policy in question.policies))
    first, last = sides if outcome.better == "low" else sides[::-1]
    most = float(np.abs(values).max()) or 1.0
    colours = LinearSegmentedColormap.from_list("sides", [first, "white", last])
    drawn = axes.contourf(MAP_GRID, MAP_GRID, values, levels=np.linspace(-most, most, 15), cmap=colours)
    if values.min() < 0 < values.max():
        axes.contour(MAP_GRID, MAP_GRID, values, levels=[0.0], colors=INK, linewidths=2.5)
    for x, y, low, high in found.table[["dial_x", "dial_y", "low", "high"]].to_numpy(float).tolist():
        if low <= 0 <= high:
            axes.plot(x, y, "o", color=INK, markersize=4, clip_on=False)
    bar = page_.colorbar(drawn, ax=axes)
    unit = "percentage points" if outcome.unit == "share" else outcome.unit
    ends = (a, b) if outcome.better == "low" else (b, a)
    bar.set_label(fit(f"← {ends[0]} better   {unit}   {ends[1]} better →", 9.0, TICK), fontsize=TICK)
    style.signed_axis(bar.ax.yaxis)
    says = [f"{claim}  {exp.catalogue.claims[claim].says}" for claim in found.claims]
    axes.set_xlabel(fit(f"{says[0]}   (0 Self’s reading, 1 Newsham’s)", 9.5, TICK), fontsize=TICK)
    axes.set_ylabel(fit(f"{says[1]}   (0 Self’s, 1 Newsham’s)", 5.4, TICK), fontsize=TICK)
    style.plain(axes, grid="both")
    name = f"crossover_{'_'.join(found.claims)}_{outcome.name}_{question.start.name}"
    return finish(name, page_, caption)


def describe_crossover_map(found: Map) -> list[str]:
    """Return in words how the difference runs over the map."""
    question, table = found.question, found.table
    outcome = question.experiment.catalogue.outcomes[question.outcomes[0]]
    a, b = (policy.title for policy in question.policies)
    sign = 1 if outcome.better == "low" else -1
    first = int((sign * table[["low", "high"]]).max(axis=1).lt(0).sum())
    second = int((sign * table[["low", "high"]]).min(axis=1).gt(0).sum())
    ends = [gap(float(table["difference"].iloc[place]), outcome) for place in (0, -1)]
    left = len(table) - first - second
    return [
        f"Of {len(table)} places on the map, {a} does better at {first} and {b} at {second}; {left} are not settled "
        f"(dots). Where Self is right on both they are {ends[0]} apart, where Newsham is, {ends[1]}."
    ]
