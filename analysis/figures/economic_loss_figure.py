"""What it costs Japan and Taiwan: the median loss, the mean and the bad tail."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.captions import (
    amount,
    belief_clause,
    capitalize,
    compared_policies,
    digits,
    event,
    histories,
    join_words,
    own_policies,
    under_policy,
    worldview_title,
)
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.questions.compare import Cell, means
from analysis.questions.timelines import LOSSES, loss_spread
from sim.scenario.experiment import Experiment, Worldview

MARKS: dict[str, tuple[str, dict[str, Any]]] = {  # statistic -> its words, and how its mark is drawn
    "median": ("median", {"marker": "o", "markersize": 8, "markerfacecolor": "white", "markeredgewidth": 1.6}),
    "mean": ("mean", {"marker": "X", "markersize": 9.5, "color": "white", "markeredgecolor": style.INK}),
    "1 in 10": ("1 trial in 10 loses more", {"marker": "^", "markersize": 8}),
    "1 in 20": ("1 in 20 loses more", {"marker": "s", "markersize": 6.5}),
    "1 in 100": ("1 in 100 loses more", {"marker": "|", "markersize": 11, "markeredgewidth": 2}),
}


def draw_economic_loss(exp: Experiment, summary: pd.DataFrame, trials: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the spread of Japan's and Taiwan's economic loss: the median, the mean and the bad tail.

    `summary` is `result.summary()`, for the means; `trials` has the losses of each trial, in % of one year's GDP.
    """
    spread = loss_spread(means(summary, start), trials, start)
    rows = [policy.title for policy in exp.policies]
    labels = [label for view in exp.worldviews for label in style.group_labels(worldview_title(view), rows)]
    places, heights = style.place_rows(labels)
    shown = {name: mark for name, mark in MARKS.items() if all(name in values for values in spread.values())}
    caption = describe_losses(exp, spread, exp.most_neutral())
    figure = make_page(
        exp, start, title="What does it cost Japan and Taiwan?", caption=caption, body=float(heights.sum()) + 1.0,
        note="Loss in each trial, in % of one year's GDP." + " Too few trials for the other marks." * (shown != MARKS),
        keys=[style.mark_key(words, **mark) for words, mark in shown.values()],
    )  # fmt: skip
    group = len(exp.policies) + 1
    for axes, name in zip(figure.subplots(1, len(LOSSES), sharey=True), LOSSES, strict=True):
        outcome = exp.catalogue.outcomes[name]
        for i, view in enumerate(exp.worldviews):
            for row, (policy, look) in enumerate(style.policy_looks(exp).items(), start=1):
                _draw_tail(axes, float(places[i * group + row]), spread[view.name, policy, name], look.colour)
        style.set_heading(axes, outcome.label, style.WIDTH / 2 - 2)
        most = max(max(values.values()) for (_, _, loss), values in spread.items() if loss == name)
        style.scale_losses(axes, outcome.unit, most)
        style.label_rows(axes, labels, [i % group == 0 for i in range(len(labels))])
    return finish_figure(f"economic_loss_{start}", figure)


def describe_losses(exp: Experiment, spread: dict[Cell, dict[str, float]], view: Worldview) -> str:
    """Return median, mean and tail of each loss under one worldview, with the baseline, as far as trials bear them.

    Then the average losses with each policy of the user's own.
    """
    policy, *others = compared_policies(exp)
    sentences = []
    for name in LOSSES:
        values, outcome = spread[view.name, policy, name], exp.catalogue.outcomes[name]
        levels = f"{amount(values['mean'], outcome)} on average"
        if "median" in values:
            levels = f"{amount(values['median'], outcome)} in the median trial and {digits(values['mean'])} on average"
        tail = f"; 1 in 20 loses more than {digits(values['1 in 20'])}" if "1 in 20" in values else ""
        sentences.append(f"{capitalize(event(outcome))} {levels}{tail}.")
    own = [spread[view.name, policy, name] for name in LOSSES]
    skewed = any(values["mean"] > 2 * values.get("median", values["mean"]) for values in own)
    tail = f" A few very bad {histories(exp).removeprefix('imagined ')} raise the average." * skewed
    for other in others:
        if other in own_policies(exp):
            measured = [(exp.catalogue.outcomes[name], spread[view.name, other, name]["mean"]) for name in LOSSES]
            lost = [f"{event(outcome)} {amount(mean, outcome)}" for outcome, mean in measured]
            tail += f" {capitalize(under_policy(exp, other))}, {join_words(lost)} on average."
    return f"{capitalize(belief_clause(view))}, {under_policy(exp, policy)}: {' '.join(sentences)}{tail}"


def _draw_tail(axes: Axes, y: float, values: dict[str, float], colour: str) -> None:
    """Draw one cell's losses: thick from the median to 1 in 10, thin on to the last quantile, and the mean."""
    steps = [values[name] for name in ("median", "1 in 10", "1 in 20", "1 in 100") if name in values]
    for i, (low, high) in enumerate(pairwise(steps)):
        axes.hlines(y, low, high, color=colour, linewidth=1.4 if i else 5)
    for name, (_, mark) in sorted(MARKS.items(), key=lambda item: item[0] == "mean"):
        if name in values:
            axes.plot(values[name], y, linewidth=0, clip_on=False, **{"color": colour} | mark)
