"""Three of the figures: what happens inside the trials, month by month and in the tail of the losses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.figures import captions, style
from analysis.figures.figure_layout import HEADING, INK, TICK, WIDTH, CaptionedFigure, finish, fit, height, page
from analysis.questions.compare import Cell, Levels, means
from sim.results.tables import reference_policy

if TYPE_CHECKING:
    from sim.scenario.catalogue import Domain
    from sim.scenario.experiment import Experiment

    Spread = dict[Cell, dict[str, float]]

FIRSTS = {"months_to_first_crisis": "a crisis", "months_to_first_force": "a use of force"}
LOSSES = ("japan_gdp_loss_pct", "taiwan_gdp_loss_pct")
TARGETS = ("japan", "taiwan")
TAIL = {"half": 0.5, "1 in 10": 0.9, "1 in 20": 0.95, "1 in 100": 0.99}
MARKS: dict[str, tuple[str, dict[str, Any]]] = {  # statistic -> its words, and how its mark is drawn
    "half": (
        "the middle trial",
        {"marker": "o", "markersize": 8, "markerfacecolor": "white", "markeredgewidth": 1.6},
    ),
    "1 in 10": ("1 trial in 10 loses more", {"marker": "^", "markersize": 8}),
    "1 in 20": ("1 in 20", {"marker": "s", "markersize": 6.5}),
    "1 in 100": ("1 in 100", {"marker": "|", "markersize": 11, "markeredgewidth": 2}),
    "mean": ("mean", {"marker": "X", "markersize": 9.5, "color": "white", "markeredgecolor": INK}),
}


def draw_rungs_over_time(exp: Experiment, rungs: pd.DataFrame, start: str, worldview: str = "") -> CaptionedFigure:
    """Draw the share of trials on each rung month by month, per target and domain, for each policy.

    Parameters
    ----------
    exp : Experiment
        What was run: every title, label and order comes from it.
    rungs : DataFrame
        `result.rungs`: the share of trials per month and rung; rung -1 is Taiwan fallen.
    start : str
        Name of the start to draw.
    worldview : str
        Name of the one worldview to draw; by default the nearest to the neutral ranges.
    """
    view = next((w for w in exp.worldviews if w.name == worldview), exp.most_neutral())
    rows = rungs[(rungs["start"] == start) & (rungs["worldview"] == view.name)]
    caption = captions.rungs_over_time(exp, rows, view.name)
    names = [fit(p.title, (WIDTH - 3.9) / len(exp.policies) - 0.1, HEADING, lines=4) for p in exp.policies]
    figure = page(
        exp,
        start,
        title="How high does the pressure climb, month by month?",
        note=f"Worldview: {view.title}. Share of trials in each month.",
        caption=caption,
        body=5.4 + max(height(name, HEADING) for name in names),
    )
    tracks = [(domain, target) for domain in exp.catalogue.rungs for target in TARGETS]
    grid = figure.add_gridspec(len(tracks), len(names) + 1, width_ratios=[*[1.0] * len(names), 0.27 * len(names)])
    for t, (domain, target) in enumerate(tracks):
        line = [figure.add_subplot(grid[t, p]) for p in range(len(names))]
        _stacks(line, exp, rows[(rows["target"] == target) & (rows["domain"] == domain)], domain)
        line[0].set_ylabel(f"{target.capitalize()},\n{domain}", fontsize=HEADING)
        for axes, name in zip(line, names, strict=True):
            axes.set_title(name if t == 0 else "", fontsize=HEADING)
            axes.set_xlabel(style.clock(exp)[1] if t == len(tracks) - 1 else "", fontsize=TICK)
            axes.tick_params(labelbottom=t == len(tracks) - 1)
        if target == TARGETS[0]:
            fallen = bool(rows.loc[rows["rung"] < 0, "share"].any())
            _rung_key(figure.add_subplot(grid[t : t + len(TARGETS), -1]), exp, domain, fallen)
    return finish(f"rungs_over_time_{start}", figure, caption)


def draw_first_times(exp: Experiment, trials: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the share of trials in which the first crisis and the first use of force have come, by month.

    Parameters
    ----------
    exp, start
        As in `rungs_over_time`.
    trials : DataFrame
        `result.trials`: months to the first event, null where none came by the horizon. Nothing else ends a
        trial's watch, so the plain share is the Kaplan-Meier estimate.
    """
    curves, months = _curves(exp, trials, start), np.arange(exp.months + 1)
    caption = captions.first_times(exp, {at: float(curve[-1]) for at, curve in curves.items()}, FIRSTS)
    figure = page(
        exp,
        start,
        title="How soon do the first crisis and the first use of force come?",
        note="Trials counted one by one.",
        caption=caption,
        body=4.9,
        keys=style.policy_keys(exp, lines=True),
    )
    looks, (unit, word) = style.looks(exp), style.clock(exp)
    grid = figure.subplots(len(FIRSTS), len(exp.worldviews), sharex=True, sharey="row", squeeze=False)
    for line, (column, words) in zip(grid, FIRSTS.items(), strict=True):
        for axes, view in zip(line, exp.worldviews, strict=True):
            for i, (policy, look) in enumerate(looks.items()):
                marks = {
                    "marker": look.marker,
                    "markersize": 6,
                    "markevery": ((i + 2) * exp.months // 50, exp.months // 5 or 1),
                }
                axes.plot(
                    months / unit,
                    curves[view.name, policy, column],
                    color=look.colour,
                    linewidth=2,
                    dashes=look.dashes,
                    **marks,
                )
            style.plain(axes, grid="both")
        axes.set(xlim=(0, exp.months / unit), ylim=(0, None))
        style.percent_axis(line[0].yaxis)
        line[0].set_ylabel(f"trials with\n{words}", fontsize=HEADING)
    for top, bottom, view in zip(grid[0], grid[-1], exp.worldviews, strict=True):
        style.heading(top, view.title, WIDTH / len(exp.worldviews) - 0.8)
        bottom.set_xlabel(f"{word} from the start", fontsize=TICK)
    return finish(f"first_times_{start}", figure, caption)


def draw_economic_loss(exp: Experiment, summary: pd.DataFrame, trials: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the spread of Japan's and Taiwan's economic loss: the middle trial, the mean and the bad tail.

    Parameters
    ----------
    exp, start
        As in `rungs_over_time`.
    summary : DataFrame
        `result.summary()`, for the means.
    trials : DataFrame
        `result.trials`: the losses of each trial, in % of one year's GDP.
    """
    losses, spread = (
        [exp.catalogue.outcomes[name] for name in LOSSES],
        _spread(means(summary, start), trials, start),
    )
    labels = style.row_labels(exp, [policy.title for policy in exp.policies])
    places, deep = style.row_places(labels)
    caption = captions.economic_loss(exp, spread, losses, exp.most_neutral().name, reference_policy(exp))
    figure = page(
        exp,
        start,
        title="What does it cost Japan and Taiwan?",
        note="Loss in each trial, in % of one year's GDP.",
        caption=caption,
        body=deep + 1.0,
        keys=[Line2D([], [], linewidth=0, label=words, **{"color": INK} | mark) for words, mark in MARKS.values()],
    )
    looks = style.looks(exp)
    for axes, outcome in zip(figure.subplots(1, len(losses), sharey=True), losses, strict=True):
        for v, view in enumerate(exp.worldviews):
            for row, (policy, look) in enumerate(looks.items(), start=v * (len(looks) + 1) + 1):
                _tail(axes, places[row], spread[view.name, policy, outcome.name], look.colour)
        style.heading(axes, outcome.label, 4.5)
        style.rows_down(axes, labels, len(looks) + 1)
        style.loss_axis(axes, outcome.unit, max(one["1 in 100"] for at, one in spread.items() if at[2] == outcome.name))
    return finish(f"economic_loss_{start}", figure, caption)


def _curves(exp: Experiment, trials: pd.DataFrame, start: str) -> dict[Cell, style.Floats]:
    """Return the share of trials in which each first event has come by each month, from month 0."""
    curves: dict[Cell, style.Floats] = {}
    for (worldview, policy), rows in _cells(trials, start, FIRSTS):
        for column in FIRSTS:
            times = np.sort(rows[column].dropna().to_numpy(float))
            come = np.searchsorted(times, np.arange(exp.months + 1), side="right")
            curves[worldview, policy, column] = come / len(rows)
    return curves


def _spread(levels: Levels, trials: pd.DataFrame, start: str) -> Spread:
    """Return the mean of each loss in each cell, and what one trial in so many exceeds."""
    spread = {}
    for (worldview, policy), rows in _cells(trials, start, LOSSES):
        for name in LOSSES:
            tail = np.quantile(rows[name], list(TAIL.values())).tolist()
            mean = levels[worldview, policy, name][0]
            spread[worldview, policy, name] = {"mean": mean, **dict(zip(TAIL, tail, strict=True))}
    return spread


def _cells(trials: pd.DataFrame, start: str, columns: Iterable[str]) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Yield (worldview, policy) and these columns of its trials: a copy of one cell at a time."""
    keys = [trials[name] for name in ("worldview", "policy")]
    for cell in product(*(key.cat.categories for key in keys)):
        here = trials["start"] == start
        for key, entry in zip(keys, cell, strict=True):
            here &= key == entry
        if here.any():
            yield (str(cell[0]), str(cell[1])), trials.loc[here, [*columns]]


def _tail(axes: Axes, y: float, one: dict[str, float], colour: str) -> None:
    """Draw one cell's losses: thick from the middle trial to 1 in 10, thin on to 1 in 100, and the mean."""
    axes.hlines(y, one["half"], one["1 in 10"], color=colour, linewidth=5)
    axes.hlines(y, one["1 in 10"], one["1 in 100"], color=colour, linewidth=1.4)
    for name, (_, mark) in MARKS.items():
        axes.plot(one[name], y, linewidth=0, **{"color": colour} | mark)


def _stacks(line: Sequence[Axes], exp: Experiment, track: pd.DataFrame, domain: Domain) -> None:
    """Draw one target and domain for each policy, the worst rung at the bottom, all to one scale."""
    fills = style.rung_fills(len(exp.catalogue.rungs[domain]) - 1)
    order = [-1, *range(len(fills) - 1, 0, -1)]
    unit, most = style.clock(exp)[0], 0.0
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
        style.plain(axes, grid="y")
        axes.set(xlim=(0, exp.months / unit), ylim=(0, min(1.0, 1.06 * most) or 1.0))
        axes.xaxis.set_major_locator(MaxNLocator(3, integer=True, steps=[1, 2, 5, 10]))
        style.percent_axis(axes.yaxis, 4)
        axes.tick_params(labelleft=axes is line[0])


def _rung_key(axes: Axes, exp: Experiment, domain: Domain, fallen: bool) -> None:
    """Write the key of a domain's rungs, mildest on top as in the panels, in a panel of its own."""
    ladder = exp.catalogue.rungs[domain]
    fills = style.rung_fills(len(ladder) - 1)
    keys = [Patch(**fills[rung.rung], label=fit(rung.name, 1.8, TICK)) for rung in ladder[1:]]
    axes.set_axis_off()
    axes.legend(
        handles=[*keys, *[Patch(**fills[-1], label="Taiwan has fallen")] * fallen],
        title=f"{domain.capitalize()} rungs",
        loc="center left",
        frameon=False,
        fontsize=TICK,
        title_fontsize=HEADING,
        alignment="left",
        borderaxespad=0,
    )
