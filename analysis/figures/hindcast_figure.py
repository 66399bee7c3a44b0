"""The hindcast: thirty years in the model, beside the record."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.evidence.chronicle import SPAN_YEARS, Chronicle, months_since
from analysis.figures import style
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from sim.results.small_table import frequency
from sim.scenario.experiment import Experiment
from sim.statistics.intervals import Floats

HALF = "#9ecae1"
DISPUTES_PER_YEAR = 0.44  # militarised disputes PRC-Japan in 1990-2014 (cow_mid)
PANELS = {
    "large_drills": "Large drills in five years",
    "coercion_of_japan": "Economic coercion of Japan in five years",
    "crises": "Crises in five years",
    "disputes": "Military episodes at Japan in five years",
}


def draw_hindcast(
    exp: Experiment, chronicle: Chronicle, first_force: Floats, record: Mapping[str, tuple[str, ...]]
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
    counts = {name: chronicle.count_in_spans(name, years) for name in PANELS}
    still = chronicle.quiet_years(years)[chronicle.reaches_horizon()]
    caption = _caption(counts, happened, first_force, still, quiet_on_record)
    figure = make_page(
        exp, exp.starts[0].name, title="Would the model have found the last thirty years surprising?", caption=caption,
        note="On the evidence, under the status quo. What begins is counted in trials in which Taiwan has not fallen.",
        keys=_make_keys(), body=6.6,
    )  # fmt: skip
    panels = figure.subplots(2, 3)
    for axes, (name, title) in zip(panels.flat, PANELS.items(), strict=False):
        _draw_spans(axes, title, counts[name], happened.get(name), int(begins[:4]))
    average = DISPUTES_PER_YEAR * SPAN_YEARS
    panels.flat[3].hlines(average, -0.4, 3.1, color=style.BAD, linewidth=2, linestyle="--", zorder=5)
    _draw_quiet_years(panels.flat[4], still, quiet_on_record, years)
    _draw_force(panels.flat[5], first_force, years)
    return finish_figure("hindcast", figure)


def _caption(
    counts: dict[str, Floats], happened: dict[str, list[int]], first_force: Floats, still: Floats, quiet: int
) -> str:  # fmt: skip
    drills, coercion = (_middle_half(counts[name].sum(axis=1)) for name in ("large_drills", "coercion_of_japan"))
    last = sum(month >= 12 * SPAN_YEARS * (counts["large_drills"].shape[1] - 1) for month in happened["large_drills"])
    return (
        f"No blockade, seizure or war, as happened: {frequency(float(np.isnan(first_force).mean()))} trials. Large "
        f"drills: {len(happened['large_drills'])} on record, {last} of them in the last five years. The middle half of "
        f"trials has {drills}, at any time: the model does not know when they became usual. Economic coercion of "
        f"Japan: {len(happened['coercion_of_japan'])} on record; the middle half of trials has {coercion}. Years in "
        f"which no drill, coercion or crisis began: {quiet} on record; the middle half of trials has "
        f"{_middle_half(still)}."
    )


def _middle_half(values: Floats) -> str:
    low, high = np.nanquantile(values, [0.25, 0.75])
    return f"{low:g} to {high:g}"


def _draw_spans(axes: Axes, title: str, counts: Floats, happened: list[int] | None, first: int) -> None:
    """Draw the spread of counts in each span, and what happened."""
    x = np.arange(counts.shape[1])
    low, lower, middle, upper, high = np.nanquantile(counts, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    axes.bar(x, high - low, bottom=low, width=0.62, color=style.PALE)
    axes.bar(x, upper - lower, bottom=lower, width=0.62, color=HALF)
    axes.hlines(middle, x - 0.31, x + 0.31, color=style.GOOD, linewidth=2.6)
    if happened is not None:
        on_record = np.bincount([month // (12 * SPAN_YEARS) for month in happened], minlength=len(x))
        axes.plot(x, on_record, "D", color=style.BAD, markersize=8, zorder=5)
    edges = [(first + SPAN_YEARS * span) % 100 for span in range(len(x) + 1)]
    axes.set_xticks(x, [f"{a:02d}–{b:02d}" for a, b in pairwise(edges)])
    axes.set_ylim(-0.4, None)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    style.set_heading(axes, title, style.WIDTH / 3 - 0.5)
    style.quiet_axes(axes, grid="y")


def _draw_quiet_years(axes: Axes, still: Floats, happened: int, years: int) -> None:
    bins = [year - 0.5 for year in range(years + 2)]
    axes.hist(still, bins=bins, color=HALF, edgecolor="white", weights=np.full(len(still), 1 / len(still)))
    axes.axvline(happened, color=style.BAD, linewidth=2.6)
    axes.set_xlabel("years of thirty in which none of the three begins", fontsize=style.TICK)
    style.label_percent(axes.yaxis, 4)
    style.set_heading(axes, "Quiet years", style.WIDTH / 3 - 0.5)
    style.quiet_axes(axes, grid="y")


def _draw_force(axes: Axes, first_force: Floats, years: int) -> None:
    at = np.arange(years + 1)
    share = [float((np.isnan(first_force) | (first_force > 12 * year)).mean()) for year in at]
    axes.plot(at, share, color=style.GOOD, linewidth=2.6)
    axes.plot([years], [1], "D", color=style.BAD, markersize=8, zorder=5, clip_on=False)
    axes.vlines(years, 0.4, 1, color=style.RULE, linewidth=5, alpha=0.6)
    axes.set(ylim=(0, 1.05), xlim=(0, years + 0.6))
    axes.set_xlabel("years from the start; grey bar: required at the end", fontsize=style.TICK)
    style.label_percent(axes.yaxis, 4)
    style.set_heading(axes, "Trials still without force", style.WIDTH / 3 - 0.5)
    style.quiet_axes(axes, grid="y")


def _make_keys() -> list[Line2D | Patch]:
    return [
        style.line_key("median trial", color=style.GOOD, linewidth=2.6),
        Patch(color=HALF, label="middle half of trials"),
        Patch(color=style.PALE, label="nine in ten trials"),
        style.mark_key("on record", color=style.BAD, marker="D"),
        style.line_key("on record, average of 1990-2014", color=style.BAD, linestyle="--"),
    ]
