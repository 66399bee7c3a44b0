"""How soon the first crisis and the first use of force come: a curve per policy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from analysis.figures import style
from analysis.figures.captions import event, frequency_sentence, worldview_title
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.questions.timelines import FIRST_EVENTS, event_curves
from sim.scenario.experiment import Experiment

LABELS = {"months_to_first_crisis": "a crisis", "months_to_first_force": "a use of force"}


def draw_first_times(exp: Experiment, trials: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the share of trials in which the first crisis and the first use of force have come, by month.

    `trials` has months to the first event in each trial, null where none came by the horizon.
    """
    curves, months = event_curves(trials, start, exp.months), np.arange(exp.months + 1)
    caption = describe_first_times(exp, {cell: float(curve[-1]) for cell, curve in curves.items()})
    figure = make_page(
        exp, start, title="How soon do the first crisis and the first use of force come?", caption=caption, body=4.9,
        note="Share of trials in which the event has come.", keys=style.policy_keys(exp, lines=True),
    )  # fmt: skip
    looks, (unit, word) = style.policy_looks(exp), style.time_unit(exp)
    grid = figure.subplots(len(FIRST_EVENTS), len(exp.worldviews), sharex=True, sharey="row", squeeze=False)
    for line, column in zip(grid, FIRST_EVENTS, strict=True):
        for axes, view in zip(line, exp.worldviews, strict=True):
            for i, (policy, look) in enumerate(looks.items()):
                spots = ((i + 2) * exp.months // 50, exp.months // 5 or 1)
                axes.plot(
                    months / unit, curves[view.name, policy, column], color=look.colour, linewidth=2, clip_on=False,
                    dashes=look.dashes, marker=look.marker, markersize=6, markevery=spots,
                )  # fmt: skip
            style.quiet_axes(axes, grid="both")
        axes.set(xlim=(0, exp.months / unit), ylim=(0, None))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        style.label_percent(line[0].yaxis)
        line[0].set_ylabel(f"trials with\n{LABELS[column]}", fontsize=style.HEADING)
    for top, bottom, view in zip(grid[0], grid[-1], exp.worldviews, strict=True):
        style.set_heading(top, worldview_title(view), style.WIDTH / len(exp.worldviews) - 0.8)
        bottom.set_xlabel(f"{word} from the start", fontsize=style.TICK)
    return finish_figure(f"first_times_{start}", figure)


def describe_first_times(exp: Experiment, shares: dict[tuple[str, str, str], float]) -> str:
    """Return the caption, from the share of trials with each first event by the end: in how many force was used."""
    column, name = list(FIRST_EVENTS.items())[-1]
    outcome = exp.catalogue.outcomes[name]
    levels = {(view, policy, name): share for (view, policy, first), share in shares.items() if first == column}
    sentences = " ".join(frequency_sentence(exp, view, outcome, levels) for view in exp.worldviews)
    return (
        f"The end of a curve shows in how many trials {event(outcome)} at all. {sentences} Trials are counted one by "
        "one here; the figure of outcome shares is more exact."
    )
