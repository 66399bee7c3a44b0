"""Two beliefs at once: a map of which policy does better as both dials move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from analysis.figures import style
from analysis.figures.captions import believing, gap
from analysis.figures.figure_layout import INK, TICK, CaptionedFigure, finish, fit, page
from analysis.questions.crossover import TRIALS, Progress, dialled, size, tried
from sim.engine.question import ask
from sim.errors import QuestionError
from sim.statistics.intervals import block_mean

if TYPE_CHECKING:
    from sim.engine.question import Asked
    from sim.scenario.experiment import Experiment

GRID = np.linspace(0.0, 1.0, 7)


@dataclass(frozen=True)
class Map:
    """The difference between two policies over two claims' dials.

    `table` has `start`, `policy_a`, `policy_b`, `outcome`, `worldview`, `claim_x`, `claim_y`, `dial_x`, `dial_y`
    (0 Self .. 1 Newsham), `difference` and its 95 % interval, `low` and `high`.
    """

    asked: Asked
    trials: int
    claims: tuple[str, str]
    table: pd.DataFrame


def mapped(
    exp: Experiment,
    contrast: str,
    claims: tuple[str, str],
    outcome: str,
    start: str | None = None,
    worldview: str | None = None,
    *,
    trials: int = TRIALS,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress = None,
) -> Map:
    """Play a grid of seven by seven settings of two claims' dials; the rest stays as the worldview has it.

    Raises QuestionError for an unknown name or one claim twice.

    >>> import sim
    >>> found = mapped(sim.load("debate"), "direct_ties-status_quo", ("N18", "S12"), "use_of_force", trials=500)
    >>> len(found.table)
    49
    """
    asked = ask(exp, [outcome], contrast, start=start, worldview=worldview)
    if len(dialled(exp, claims)) != 2:
        raise QuestionError(f"a map needs two different claims, got {' and '.join(claims)}")
    points = [{claims[0]: x, claims[1]: y} for y in GRID.tolist() for x in GRID.tolist()]
    played = tried(asked, points, trials, folder, workers, progress)
    a, b = (policy.name for policy in asked.policies)
    rows = [
        (asked.start.name, a, b, outcome, asked.worldview.name, *claims, *point.values(), *block_mean(played[:, i, 0]))
        for i, point in enumerate(points)
    ]
    names = ("start", "policy_a", "policy_b", "outcome", "worldview", "claim_x", "claim_y", "dial_x", "dial_y",
             "difference", "low", "high")  # fmt: skip
    return Map(asked, size(exp, trials)[0] * exp.lucks, claims, pd.DataFrame(rows, columns=names))


def figure(found: Map) -> CaptionedFigure:
    """Draw the map: coloured by which policy does better and by how much, with the line where that changes."""
    asked = found.asked
    exp, outcome = asked.exp, asked.exp.catalogue.outcomes[asked.outcomes[0]]
    a, b = (policy.title for policy in asked.policies)
    scale = 100 if outcome.unit == "share" else 1
    values = found.table["difference"].to_numpy(float).reshape(GRID.size, GRID.size) * scale
    caption = lines(found)[0]
    page_ = page(
        replace(exp, trials=found.trials), asked.start.name, caption=caption, body=6.2,
        title=f"{a} or {b}, as two beliefs change?",
        note=f"“{outcome.label}”, {a} minus {b}; all else {believing(asked.worldview)}. "
        "The line is where the better policy changes.",
    )  # fmt: skip
    axes = page_.subplots()
    sides = style.sides(exp, *(policy.name for policy in asked.policies))
    first, last = sides if outcome.better == "low" else sides[::-1]
    most = float(np.abs(values).max()) or 1.0
    colours = LinearSegmentedColormap.from_list("sides", [first, "white", last])
    drawn = axes.contourf(GRID, GRID, values, levels=np.linspace(-most, most, 15), cmap=colours)
    if values.min() < 0 < values.max():
        axes.contour(GRID, GRID, values, levels=[0.0], colors=INK, linewidths=2.5)
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
    name = f"crossover_{'_'.join(found.claims)}_{outcome.name}_{asked.start.name}"
    return finish(name, page_, caption)


def lines(found: Map) -> list[str]:
    """Return in words how the difference runs over the map."""
    asked, table = found.asked, found.table
    outcome = asked.exp.catalogue.outcomes[asked.outcomes[0]]
    a, b = (policy.title for policy in asked.policies)
    sign = 1 if outcome.better == "low" else -1
    first = int((sign * table[["low", "high"]]).max(axis=1).lt(0).sum())
    second = int((sign * table[["low", "high"]]).min(axis=1).gt(0).sum())
    ends = [gap(float(table["difference"].iloc[place]), outcome) for place in (0, -1)]
    left = len(table) - first - second
    return [
        f"Of {len(table)} places on the map, {a} does better at {first} and {b} at {second}; {left} are not settled "
        f"(dots). Where Self is right on both they are {ends[0]} apart, where Newsham is, {ends[1]}."
    ]
