"""The six figures of a run, made to be shown in a seminar: tables in, a Figure and its caption out.

Each shows one start. Two are here; who_is_right is in analysis/grid.py, and the three that look inside the
trials are in analysis/courses.py. Captions are sentences made from the same numbers (analysis/captions.py).
Nothing here reads a file or leaves a trace in matplotlib's global state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import captions, style
from analysis.figures.figure_layout import GREY, INK, TICK, WIDTH, CaptionedFigure, finish, fit, height, page
from analysis.figures.timelines import FIRSTS, LOSSES, draw_economic_loss, draw_first_times, draw_rungs_over_time
from analysis.figures.verdict_grid import draw_who_is_right
from analysis.questions.compare import Comparison, comparisons, means, primary
from sim.results.tables import shown_contrasts

if TYPE_CHECKING:
    from sim.results.result import Result
    from sim.scenario.experiment import Experiment

MAIN = (
    "deterrence_holds", "crisis", "quarantine", "use_of_force", "invasion", "us_prc_war", "japan_in_combat",
    "japan_struck", "taiwan_falls",
)  # fmt: skip
VERDICTS: dict[str, tuple[str, dict[str, Any]]] = {  # verdict -> its words, and how its mark is drawn
    "better": ("first policy better", {"color": style.GOOD, "marker": "o"}),
    "worse": ("first policy worse", {"color": style.BAD, "marker": "D"}),
    "same": ("the same within the margin", {"color": GREY, "marker": "s", "markerfacecolor": "white"}),
    "undecided": ("undecided", {"color": GREY, "marker": "o", "markerfacecolor": "white"}),
    "identical": ("identical in every trial", {"color": GREY, "marker": "x"}),
}


def draw_run(result: Result) -> Iterator[CaptionedFigure]:
    """Yield the figures of every start of a result; those that compare policies only where there are two.

    Parameters
    ----------
    result : Result
        What `sim.run` returns.

    Yields
    ------
    CaptionedFigure
        Name (`differences_2026`), figure, and caption.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.load("debate", starts=["2026"]), trials=100, seed=7)
    >>> next(draw_run(result)).name
    'outcome_shares_2026'
    """
    exp, summary = result.experiment, result.summary()
    table = result.differences() if len(exp.policies) > 1 else None
    for start in exp.starts:
        yield draw_outcome_shares(exp, summary, start.name)
        if table is not None:
            yield draw_differences(exp, table, start.name)
            yield draw_who_is_right(exp, summary, table, start.name)
        yield draw_rungs_over_time(exp, result.rungs, start.name)
        yield draw_first_times(exp, result.trials_of(*FIRSTS), start.name)
        yield draw_economic_loss(exp, summary, result.trials_of(*LOSSES), start.name)


def draw_outcome_shares(exp: Experiment, summary: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw how often each main outcome happens, by policy within each worldview, with intervals.

    Parameters
    ----------
    exp : Experiment
        What was run: every title, label and order comes from it.
    summary : DataFrame
        `result.summary()`: estimate, low and high of each outcome's mean; shares are 0..1.
    start : str
        Name of the start to draw.
    """
    levels, looks = means(summary, start), style.looks(exp)
    shown = [exp.catalogue.outcomes[name] for name in MAIN if name in exp.catalogue.outcomes]
    views = [fit(view.title, 1.9, TICK, lines=4) for view in exp.worldviews]
    deep = max(0.09 * (len(exp.policies) + 1), *(height(view, TICK) + 0.12 for view in views))
    lines = -(-len(shown) // 3)
    caption = captions.outcome_shares(exp, summary, start)
    figure = page(
        exp,
        start,
        title="How often does each outcome happen?",
        note="Share of trials; each panel has its own scale.",
        caption=caption,
        body=lines * (deep * len(views) + 0.74),
        keys=style.policy_keys(exp),
    )
    grid = figure.subplots(lines, 3, sharey=True, squeeze=False)
    places = np.arange(len(views))
    for axes, outcome in zip(grid.flat, shown, strict=False):
        for p, (policy, look) in enumerate(looks.items()):
            cells = [levels[view.name, policy, outcome.name] for view in exp.worldviews]
            _dots(axes, places + (p + 0.5 - len(looks) / 2) / (len(looks) + 1), np.array(cells), look)
        style.heading(axes, outcome.label, WIDTH / 3 - 1.0)
        right = 1.03 * axes.dataLim.x1 or 0.01
        axes.set(xlim=(0, right), ylim=(len(views) - 0.5, -0.5), yticks=places, yticklabels=views)
        style.percent_axis(axes.xaxis)
        style.plain(axes)
        style.rule_off(axes, places[1:] - 0.5)
    for axes in grid.flat[len(shown) :]:
        axes.set_visible(False)
    return finish(f"outcome_shares_{start}", figure, caption)


def draw_differences(exp: Experiment, table: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the paired differences of the contrasts on the primary outcomes as a forest plot.

    Parameters
    ----------
    exp, start
        As in `outcome_shares`.
    table : DataFrame
        `result.differences()`, of at least two policies: differences, both intervals, margins, verdicts.
    """
    versus, pairs, outcomes = comparisons(table, start), shown_contrasts(exp), primary(exp)
    names = [f"{captions.title(exp, a)} against {captions.title(exp, b)}" for a, b in pairs]
    labels = style.row_labels(exp, names)
    places, deep = style.row_places(labels)
    caption = captions.differences(exp, table, start)
    figure = page(
        exp,
        start,
        title="What difference does the policy make?",
        note="First policy minus second; each trial is played under both.",
        caption=caption,
        body=deep + 1.25,
        keys=_verdict_keys(),
    )
    panels = figure.subplots(1, len(outcomes), sharey=True, squeeze=False)[0]
    for axes, outcome in zip(panels, outcomes, strict=True):
        scale = 100 if outcome.unit == "share" else 1
        axes.axvspan(-outcome.margin * scale, outcome.margin * scale, color=style.PALE, zorder=0)
        axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
        axes.margins(x=0.08)
        for v, view in enumerate(exp.worldviews):
            for row, pair in enumerate(pairs, start=v * (len(pairs) + 1) + 1):
                _interval(axes, places[row], versus[view.name, outcome.name, *pair], scale)
        style.heading(axes, outcome.label, WIDTH / (len(outcomes) + 1.3) - 0.2)
        unit = "percentage points" if outcome.unit == "share" else outcome.unit
        sides = {"low": "← better   worse →", "high": "← worse   better →"}
        axes.set_xlabel(f"{unit}\n{sides.get(outcome.better, '')}", fontsize=TICK)
        style.rows_down(axes, labels, len(pairs) + 1)
    shares = [axes for axes, outcome in zip(panels, outcomes, strict=True) if outcome.unit == "share"]
    for axes in shares:
        axes.set_xlim(min(a.get_xlim()[0] for a in shares), max(a.get_xlim()[1] for a in shares))
    for axes in panels:
        style.signed_axis(axes.xaxis)
    return finish(f"differences_{start}", figure, caption)


def _dots(axes: Axes, y: style.Floats, cells: style.Floats, look: style.Look) -> None:
    """Draw one policy's shares and intervals in one panel, each on a pale stem from nought."""
    middle, low, high = cells.T
    axes.hlines(y, 0, middle, color=look.colour, linewidth=1, alpha=0.35)
    axes.hlines(y, low, high, color=look.colour, linewidth=2)
    axes.plot(middle, y, look.marker, color=look.colour, markersize=6.5, markeredgewidth=0)


def _interval(axes: Axes, y: float, one: Comparison, scale: float) -> None:
    """Draw one difference: joint interval thin, pointwise thick, the mark of its verdict upon them."""
    mark = VERDICTS[one.verdict][1]
    axes.hlines(y, one.joint_low * scale, one.joint_high * scale, color=mark["color"], linewidth=1.1)
    axes.hlines(y, one.low * scale, one.high * scale, color=mark["color"], linewidth=3.4)
    axes.plot(one.difference * scale, y, linestyle="none", markersize=7.5, markeredgewidth=1.6, **mark)


def _verdict_keys() -> list[Line2D | Patch]:
    return [
        *(Line2D([], [], linewidth=0, markersize=8, markeredgewidth=1.6, label=words, **mark)
          for words, mark in VERDICTS.values()),
        Line2D([], [], color=INK, linewidth=3.4, label="95\u00a0% interval of one comparison"),
        Line2D([], [], color=INK, linewidth=1.1, label="95\u00a0% joint interval of the main comparisons"),
        Patch(color=style.PALE, label="margin: too small to matter"),
    ]  # fmt: skip
