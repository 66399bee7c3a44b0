"""The hindcast: thirty years as the model has them, beside what is on record."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.evidence.chronicle import Chronicle, months_since
from analysis.figures import style
from analysis.figures.captions import percent
from analysis.figures.figure_layout import TICK, WIDTH, CaptionedFigure, finish, page

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

SPAN = 5  # years of a column
HALF = "#9ecae1"
DISPUTES_PER_YEAR = 0.44  # militarised disputes PRC-Japan in 1990-2014 (cow_mid)
PANELS = {
    "large_drills": "Large drills in five years",
    "coercion_of_japan": "Economic coercion of Japan in five years",
    "crises": "Crises in five years",
    "disputes": "Military episodes at Japan in five years",
}


def draw_hindcast(
    exp: Experiment, chronicle: Chronicle, first_force: style.Floats, record: Mapping[str, tuple[str, ...]]
) -> CaptionedFigure:
    """Draw what begins in each five years, quiet years, and how long there is no force.

    Parameters
    ----------
    exp, chronicle
        The hindcast's one cell, and its chronicle.
    first_force
        float[trial]: months to the first use of force, NaN where there is none.
    record
        Dates (YYYY-MM) of `large_drills`, `coercion_of_japan` and `crises`.
    """
    years, begins = exp.months // 12, exp.starts[0].date
    happened = {name: months_since(begins, dates) for name, dates in record.items()}
    quiet_on_record = years - len({month // 12 for months in happened.values() for month in months})
    counts = {name: in_spans(chronicle, name, years) for name in PANELS}
    still = chronicle.quiet_years(years)[chronicle.reaches_horizon()]
    caption = _caption(counts, happened, first_force, still, quiet_on_record)
    figure = page(
        exp, exp.starts[0].name, title="Would the model have found the last thirty years surprising?", caption=caption,
        note="Neutral, status quo. What begins is counted in trials in which Taiwan has not fallen.", body=6.6,
        keys=_keys(),
    )  # fmt: skip
    panels = figure.subplots(2, 3)
    for axes, (name, title) in zip(panels.flat, PANELS.items(), strict=False):
        _spans(axes, title, counts[name], happened.get(name), int(begins[:4]))
    panels.flat[3].hlines(DISPUTES_PER_YEAR * SPAN, -0.4, 3.1, color=style.BAD, linewidth=2, linestyle="--", zorder=5)
    _quiet(panels.flat[4], still, quiet_on_record, years)
    _force(panels.flat[5], first_force, years)
    return finish("hindcast", figure, caption)


def in_spans(chronicle: Chronicle, what: str, years: int) -> style.Floats:
    """Events of a kind (of PANELS) in each trial and span of five years: float[trial, span]; NaN from a fall on."""
    events, spans = chronicle.events, years // SPAN
    episode = events["what"] == "episode"
    kinds: dict[str, pd.Series[bool]] = {
        "large_drills": episode & events["track"].str.endswith("military") & (events["rung"] == 2),
        "coercion_of_japan": episode & (events["track"] == "japan_economic") & (events["rung"] >= 2),
        "crises": events["what"] == "crisis",
        "disputes": episode & (events["track"] == "japan_military") & (events["rung"] <= 2),
    }
    found, made = events[kinds[what]], np.zeros((len(chronicle.trials), spans))
    np.add.at(made, (found["trial"], np.minimum(found["month"] // (12 * SPAN), spans - 1).astype(int)), 1)
    made[chronicle.trials["years"].to_numpy(float)[:, None] < SPAN * np.arange(1, spans + 1)] = np.nan
    return made


def _caption(
    counts: dict[str, style.Floats], happened: dict[str, list[int]], first_force: style.Floats, still: style.Floats,
    quiet: int,
) -> str:  # fmt: skip
    drills, coercion = (_middle(counts[name].sum(axis=1)) for name in ("large_drills", "coercion_of_japan"))
    last = sum(month >= 12 * SPAN * (counts["large_drills"].shape[1] - 1) for month in happened["large_drills"])
    return (
        f"Without blockade, seizure or war throughout, as happened: {percent(np.isnan(first_force).mean())} of trials. "
        f"Large drills: {len(happened['large_drills'])} on record, {last} of them in the last five years; in the "
        f"middle half of trials {drills}, at any time, since the model does not know when they became usual. Economic "
        f"coercion of Japan: {len(happened['coercion_of_japan'])} on record, {coercion} in the middle half of trials. "
        f"Years in which no drill, coercion or crisis began: {quiet} on record, {_middle(still)}."
    )


def _middle(values: style.Floats) -> str:
    low, high = np.nanquantile(values, [0.25, 0.75])
    return f"{low:g} to {high:g}"


def _spans(axes: Axes, title: str, counts: style.Floats, happened: list[int] | None, first: int) -> None:
    """Draw the spread of counts in each span, and what happened."""
    x = np.arange(counts.shape[1])
    low, lower, middle, upper, high = np.nanquantile(counts, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    axes.bar(x, high - low, bottom=low, width=0.62, color=style.PALE)
    axes.bar(x, upper - lower, bottom=lower, width=0.62, color=HALF)
    axes.hlines(middle, x - 0.31, x + 0.31, color=style.GOOD, linewidth=2.6)
    if happened is not None:
        on_record = np.bincount([month // (12 * SPAN) for month in happened], minlength=len(x))
        axes.plot(x, on_record, "D", color=style.BAD, markersize=8, zorder=5)
    edges = [(first + SPAN * span) % 100 for span in range(len(x) + 1)]
    axes.set_xticks(x, [f"{a:02d}–{b:02d}" for a, b in pairwise(edges)])
    axes.set_ylim(-0.4, None)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    style.heading(axes, title, WIDTH / 3 - 0.5)
    style.plain(axes, grid="y")


def _quiet(axes: Axes, still: style.Floats, happened: int, years: int) -> None:
    bins = [year - 0.5 for year in range(years + 2)]
    axes.hist(still, bins=bins, color=HALF, edgecolor="white", weights=np.full(len(still), 1 / len(still)))
    axes.axvline(happened, color=style.BAD, linewidth=2.6)
    axes.set_xlabel("years of thirty in which none of the three begins", fontsize=TICK)
    style.percent_axis(axes.yaxis, 4)
    style.heading(axes, "Quiet years", WIDTH / 3 - 0.5)
    style.plain(axes, grid="y")


def _force(axes: Axes, first_force: style.Floats, years: int) -> None:
    at = np.arange(years + 1)
    share = [float((np.isnan(first_force) | (first_force > 12 * year)).mean()) for year in at]
    axes.plot(at, share, color=style.GOOD, linewidth=2.6)
    axes.plot([years], [1], "D", color=style.BAD, markersize=8, zorder=5, clip_on=False)
    axes.vlines(years, 0.4, 1, color=style.RULE, linewidth=5, alpha=0.6)
    axes.set(ylim=(0, 1.05), xlim=(0, years + 0.6))
    axes.set_xlabel("years from the start; grey bar: required at the end", fontsize=TICK)
    style.percent_axis(axes.yaxis, 4)
    style.heading(axes, "Trials still without force", WIDTH / 3 - 0.5)
    style.plain(axes, grid="y")


def _keys() -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=style.GOOD, linewidth=2.6, label="middle trial"),
        Patch(color=HALF, label="middle half of trials"),
        Patch(color=style.PALE, label="nine in ten trials"),
        Line2D([], [], color=style.BAD, linewidth=0, marker="D", markersize=8, label="on record"),
        Line2D([], [], color=style.BAD, linewidth=2, linestyle="--", label="on record, average of 1990-2014"),
    ]
