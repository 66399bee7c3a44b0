"""What it costs Japan and Taiwan: the median loss, the mean and the bad tail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.figures import style
from analysis.figures.captions import (
    amount,
    belief_clause,
    capitalize,
    compared_policies,
    digits,
    event,
    histories,
    under_policy,
)
from analysis.figures.figure_layout import INK, WIDTH, CaptionedFigure, finish_figure, make_page, place_rows
from analysis.questions.compare import Cell, means
from analysis.questions.timelines import LOSSES, loss_spread

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sim.scenario.experiment import Experiment, Worldview

MARKS: dict[str, tuple[str, dict[str, Any]]] = {  # statistic -> its words, and how its mark is drawn
    "median": ("median", {"marker": "o", "markersize": 8, "markerfacecolor": "white", "markeredgewidth": 1.6}),
    "mean": ("mean", {"marker": "X", "markersize": 9.5, "color": "white", "markeredgecolor": INK}),
    "1 in 10": ("1 trial in 10 loses more", {"marker": "^", "markersize": 8}),
    "1 in 20": ("1 in 20 loses more", {"marker": "s", "markersize": 6.5}),
    "1 in 100": ("1 in 100 loses more", {"marker": "|", "markersize": 11, "markeredgewidth": 2}),
}


def draw_economic_loss(exp: Experiment, summary: pd.DataFrame, trials: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the spread of Japan's and Taiwan's economic loss: the median, the mean and the bad tail.

    Parameters
    ----------
    exp : Experiment
        What was run: every title, label and order comes from it.
    summary : DataFrame
        `result.summary()`, for the means.
    trials : DataFrame
        `result.trials`: the losses of each trial, in % of one year's GDP.
    start : str
        Name of the start to draw.
    """
    spread = loss_spread(means(summary, start), trials, start)
    labels = style.group_labels(exp, [policy.title for policy in exp.policies])
    places, heights = place_rows(labels)
    caption = describe_losses(exp, spread, exp.most_neutral())
    figure = make_page(
        exp, start, title="What does it cost Japan and Taiwan?", caption=caption, body=float(heights.sum()) + 1.0,
        note="Loss in each trial, in % of one year's GDP.",
        keys=[style.mark_key(words, **mark) for words, mark in MARKS.values()],
    )  # fmt: skip
    group = len(exp.policies) + 1
    for axes, name in zip(figure.subplots(1, len(LOSSES), sharey=True), LOSSES, strict=True):
        outcome = exp.catalogue.outcomes[name]
        for i, view in enumerate(exp.worldviews):
            for row, (policy, look) in enumerate(style.policy_looks(exp).items(), start=1):
                _draw_tail(axes, float(places[i * group + row]), spread[view.name, policy, name], look.colour)
        style.set_heading(axes, outcome.label, WIDTH / 2 - 2)
        most = max(values["1 in 100"] for (_, _, loss), values in spread.items() if loss == name)
        style.scale_losses(axes, outcome.unit, max(most, *(values["mean"] for values in spread.values())))
        style.label_rows(axes, labels, [i % group == 0 for i in range(len(labels))])
    return finish_figure(f"economic_loss_{start}", figure, caption)


def describe_losses(exp: Experiment, spread: dict[Cell, dict[str, float]], view: Worldview) -> str:
    """Return median, mean and tail of each loss under one worldview, with the policy compared with."""
    policy, sentences = compared_policies(exp)[0], []
    for name in LOSSES:
        values, outcome = spread[view.name, policy, name], exp.catalogue.outcomes[name]
        sentences.append(f"{capitalize(event(outcome))} {amount(values['median'], outcome)} in the median trial and "
                         f"{digits(values['mean'])} on average; 1 in 20 loses more than "
                         f"{digits(values['1 in 20'])}.")  # fmt: skip
    skewed = any(spread[view.name, policy, name]["mean"] > 2 * spread[view.name, policy, name]["median"]
                 for name in LOSSES)  # fmt: skip
    tail = f" A few very bad {histories(exp).removeprefix('imagined ')} raise the average." * skewed
    return f"{capitalize(belief_clause(view))}, {under_policy(exp, policy)}: {' '.join(sentences)}{tail}"


def _draw_tail(axes: Axes, y: float, values: dict[str, float], colour: str) -> None:
    """Draw one cell's losses: thick from the median to 1 in 10, thin on to 1 in 100, and the mean."""
    axes.hlines(y, values["median"], values["1 in 10"], color=colour, linewidth=5)
    axes.hlines(y, values["1 in 10"], values["1 in 100"], color=colour, linewidth=1.4)
    for name, (_, mark) in sorted(MARKS.items(), key=lambda item: item[0] == "mean"):
        axes.plot(values[name], y, linewidth=0, **{"color": colour} | mark)
