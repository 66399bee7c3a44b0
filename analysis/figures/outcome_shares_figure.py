"""How often each outcome happens: a panel per outcome, a group of rows per worldview, a dot per policy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.captions import NO_LINE, SEE_DIFFERENCES, frequency_sentence, worldview_title
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import text_height, wrap_text
from analysis.questions.compare import means, primary
from sim.scenario.experiment import Experiment
from sim.statistics.intervals import Floats

MAIN = (
    "deterrence_holds", "crisis", "quarantine", "use_of_force", "invasion", "us_prc_war", "japan_in_combat",
    "japan_struck", "taiwan_falls",
)  # fmt: skip
DOT = 0.028  # of a panel's width: a dot


def draw_outcome_shares(exp: Experiment, summary: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw how often each main outcome happens, by policy within each worldview, from `result.summary()`."""
    levels, looks = means(summary, start), style.policy_looks(exp)
    shown = [exp.catalogue.outcomes[name] for name in MAIN if name in exp.catalogue.outcomes]
    views = [wrap_text(worldview_title(view), 1.9, style.TICK) for view in exp.worldviews]
    row = max(0.09 * (len(exp.policies) + 1), *(text_height(view, style.TICK) + 0.12 for view in views))
    rows = -(-len(shown) // 3)
    hidden = np.median([
        (high - low) / max(levels[view.name, policy.name, outcome.name][2] for policy in exp.policies)
        for outcome in shown for view in exp.worldviews
        for _, low, high in (levels[view.name, policy, outcome.name] for policy in looks) if high
    ] or [0.0]) < DOT  # fmt: skip
    unknown = any(np.isnan(levels[view.name, policy, outcome.name][1])
                  for outcome in shown for view in exp.worldviews for policy in looks)  # fmt: skip
    estimates = {cell: level[0] for cell, level in levels.items()}
    caption = " ".join([
        *(frequency_sentence(exp, view, primary(exp)[0], estimates) for view in exp.worldviews),
        "The 95\u00a0% intervals are mostly hidden behind the dots." if hidden else "Lines are 95\u00a0% intervals.",
        *[NO_LINE] * unknown,
        *[SEE_DIFFERENCES] * (len(exp.policies) > 1),
    ])  # fmt: skip
    figure = make_page(
        exp, start, title="How often does each outcome happen?", caption=caption, body=rows * (row * len(views) + 0.74),
        note="Share of trials; each panel has its own scale.", keys=style.policy_keys(exp),
    )  # fmt: skip
    panels = figure.subplots(rows, 3, sharey=True, squeeze=False)
    places = np.arange(len(views), dtype=np.float64)
    for axes, outcome in zip(panels.flat, shown, strict=False):
        for i, (policy, look) in enumerate(looks.items()):
            cells = [levels[view.name, policy, outcome.name] for view in exp.worldviews]
            _draw_dots(axes, places + (i + 0.5 - len(looks) / 2) / (len(looks) + 1), np.array(cells), look)
        style.set_heading(axes, outcome.label, style.WIDTH / 3 - 1.0)
        right = 1.03 * axes.dataLim.x1 or 0.01
        axes.set(xlim=(0, right), ylim=(len(views) - 0.5, -0.5), yticks=places, yticklabels=views)
        style.label_percent(axes.xaxis)
        style.quiet_axes(axes)
        style.rule_off(axes, places[1:] - 0.5)
    for axes in panels.flat[len(shown) :]:
        axes.set_visible(False)
    return finish_figure(f"outcome_shares_{start}", figure)


def _draw_dots(axes: Axes, y: Floats, cells: Floats, look: style.Look) -> None:
    """Draw one policy's shares and intervals in one panel, each on a pale stem from zero."""
    middle, low, high = cells.T
    axes.hlines(y, 0, middle, color=look.colour, linewidth=1, alpha=0.35)
    axes.hlines(y, low, high, color=look.colour, linewidth=2)
    axes.plot(middle, y, look.marker, color=look.colour, markersize=6.5, markeredgewidth=0, clip_on=False)
