"""How high the pressure climbs: the share of trials on each rung, month by month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.figures import style
from analysis.figures.captions import (
    belief_clause,
    capitalize,
    compared_policies,
    frequency_of_histories,
    under_policy,
    worldview_title,
)
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import text_height, wrap_text
from sim.results.small_table import frequency
from sim.scenario.catalogue import Domain
from sim.scenario.experiment import Experiment, Worldview

TARGETS = ("japan", "taiwan")


def draw_rungs_over_time(exp: Experiment, rungs: pd.DataFrame, start: str, worldview: str = "") -> CaptionedFigure:
    """Draw the share of trials on each rung month by month, per target and domain, for each policy.

    `rungs` is `result.rungs`. Only one worldview is drawn, by default the nearest to the evidence.
    """
    view = next((entry for entry in exp.worldviews if entry.name == worldview), exp.most_neutral())
    rows = rungs[(rungs["start"] == start) & (rungs["worldview"] == view.name)]
    names = [wrap_text(p.title, (style.WIDTH - 3.9) / len(exp.policies) - 0.1, style.HEADING) for p in exp.policies]
    caption = describe_rungs(exp, rows, view)
    figure = make_page(
        exp, start, title="How high does the pressure climb, month by month?", caption=caption,
        note=f"Worldview: {worldview_title(view)}. Share of trials in each month.",
        body=5.4 + max(text_height(name, style.HEADING) for name in names),
    )  # fmt: skip
    tracks = [(domain, target) for domain in exp.catalogue.rungs for target in TARGETS]
    grid = figure.add_gridspec(len(tracks), len(names) + 1, width_ratios=[*[1.0] * len(names), 0.27 * len(names)])
    for t, (domain, target) in enumerate(tracks):
        line = [figure.add_subplot(grid[t, p]) for p in range(len(names))]
        _draw_stacks(line, exp, rows[(rows["target"] == target) & (rows["domain"] == domain)], domain)
        line[0].set_ylabel(f"{target.capitalize()},\n{domain}", fontsize=style.HEADING)
        for axes, name in zip(line, names, strict=True):
            axes.set_title(name if t == 0 else "", fontsize=style.HEADING)
            axes.set_xlabel(style.time_unit(exp)[1] if t == len(tracks) - 1 else "", fontsize=style.TICK)
            axes.tick_params(labelbottom=t == len(tracks) - 1)
        if target == TARGETS[0]:
            fallen = bool(rows.loc[rows["rung"] < 0, "share"].any())
            _draw_rung_key(figure.add_subplot(grid[t : t + len(TARGETS), -1]), exp, domain, fallen)
    return finish_figure(f"rungs_over_time_{start}", figure)


def describe_rungs(exp: Experiment, rows: pd.DataFrame, view: Worldview) -> str:
    """Return the caption of one worldview's rows: how to read the bands, and how Taiwan ends."""
    rows = rows[(rows["target"] == "taiwan") & (rows["domain"] == "military") & (rows["rung"] < 0)]
    last = rows[rows["month"] == rows["month"].max()].groupby("policy", observed=True)["share"].sum()
    first, *others = compared_policies(exp)
    ends = "".join(f"; {under_policy(exp, name)} in {frequency(float(last.get(name, 0.0)))}" for name in others)
    return (
        "The top edge of a band is the share of trials on that rung or a worse one. "
        f"{capitalize(belief_clause(view))}: {under_policy(exp, first)}, Taiwan has fallen by the end in "
        f"{frequency_of_histories(exp, float(last.get(first, 0.0)))}{ends}."
    )


def _draw_stacks(line: Sequence[Axes], exp: Experiment, track: pd.DataFrame, domain: Domain) -> None:
    """Draw one target and domain for each policy, the worst rung at the bottom, all to one scale."""
    fills = style.rung_fills(len(exp.catalogue.rungs[domain]) - 1)
    order = [-1, *range(len(fills) - 1, 0, -1)]
    unit, most = style.time_unit(exp)[0], 0.0
    for axes, policy in zip(line, exp.policies, strict=True):
        table = track[track["policy"] == policy.name].pivot(index="month", columns="rung", values="share")
        edges = np.concatenate([[0.0], table.index.to_numpy(float)]) / unit
        tops = table.reindex(columns=order, fill_value=0.0).cumsum(axis=1).to_numpy()[[0, *range(len(table))]]
        below = np.zeros(len(edges))
        for rung, top in zip(order, tops.T, strict=True):
            if (top > below).any():
                axes.fill_between(edges, below, top, step="pre", **fills[rung])
            below = top
        most = max(most, float(below.max()))
    for axes in line:
        style.quiet_axes(axes, grid="y")
        axes.set(xlim=(0, exp.months / unit), ylim=(0, min(1.0, 1.06 * most) or 1.0))
        axes.xaxis.set_major_locator(MaxNLocator(3, integer=True, steps=[1, 2, 5, 10]))
        style.label_percent(axes.yaxis, 4)
        axes.tick_params(labelleft=axes is line[0])


def _draw_rung_key(axes: Axes, exp: Experiment, domain: Domain, fallen: bool) -> None:
    """Draw the key of a domain's rungs, mildest on top as in the panels, in a panel of its own."""
    ladder = exp.catalogue.rungs[domain]
    fills = style.rung_fills(len(ladder) - 1)
    keys = [Patch(**fills[rung.rung], label=wrap_text(rung.name, 1.8, style.TICK)) for rung in ladder[1:]]
    axes.set_axis_off()
    axes.legend(
        handles=[*keys, *[Patch(**fills[-1], label="Taiwan has fallen")] * fallen],
        title=f"{domain.capitalize()} rungs", loc="center left", frameon=False, fontsize=style.TICK,
        title_fontsize=style.HEADING, alignment="left", borderaxespad=0,
    )  # fmt: skip
