"""What difference the policy makes: a row per worldview within each contrast, a panel per primary outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.captions import (
    belief_clause,
    capitalize,
    event,
    measure,
    own_policies,
    policy_phrase,
    question_words,
    title,
    worldview_title,
)
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.verdict_words import SHORT, change, count_verdicts
from analysis.questions.compare import Comparison, comparisons, primary
from sim.results.tables import shown_contrasts
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment

MARKS: dict[str, dict[str, Any]] = {  # verdict -> how its mark is drawn
    "better": {"color": style.GOOD, "marker": "o"},
    "worse": {"color": style.BAD, "marker": "D"},
    "a little better": {"color": style.GOOD, "marker": "o", "markerfacecolor": "white"},
    "a little worse": {"color": style.BAD, "marker": "D", "markerfacecolor": "white"},
    "same": {"color": style.GREY, "marker": "s", "markerfacecolor": "white"},
    "undecided": {"color": style.GREY, "marker": "o", "markerfacecolor": "white"},
    "few": {"color": style.GREY, "marker": "."},
    "identical": {"color": style.GREY, "marker": "x"},
}
Draw = Callable[["Axes", "Outcome", int, float], None]


class Group(NamedTuple):
    """Rows of a forest plot under one head: their labels, and how each is drawn.

    `draw` is called with the panel, the outcome, the index of the row, and its height in inches. `about` is a line
    between head and rows, or empty.
    """

    head: str
    about: str
    rows: Sequence[str]
    draw: Draw


def draw_differences(exp: Experiment, table: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the paired differences of the contrasts on the primary outcomes as a forest plot.

    `table` is `result.differences()`, of at least two policies.
    """
    versus, pairs = comparisons(table, start), shown_contrasts(exp)

    def draw_row(pair: tuple[str, str], axes: Axes, outcome: Outcome, row: int, y: float) -> None:
        comparison = versus[exp.worldviews[row].name, outcome.name, *pair]
        _draw_difference(axes, y, comparison, style.unit_scale(outcome)[0])

    rows = [worldview_title(view) for view in exp.worldviews]
    groups = []
    for pair in pairs:
        words, against = question_words(exp, *pair), " against ".join(title(exp, name) for name in pair)
        groups.append(Group(words or against, against if words else "", rows, partial(draw_row, pair)))
    keys = [
        *(style.mark_key(_key(verdict), markeredgewidth=1.6, **mark) for verdict, mark in MARKS.items()),
        style.line_key("95\u00a0% interval of one comparison", linewidth=3.4),
        style.line_key("95\u00a0% joint interval of the main comparisons", linewidth=1.1),
    ]
    return draw_forest(
        exp, start, groups, name="differences", title="What difference does the policy make?",
        note="First policy minus second; each trial is played under both.", keys=keys,
        caption=describe_differences(exp, table, start), shared=True,
    )  # fmt: skip


def draw_forest(
    exp: Experiment, start: str, groups: Sequence[Group], *, name: str, title: str, note: str,
    caption: str, keys: Sequence[Artist], shared: bool = False,
) -> CaptionedFigure:  # fmt: skip
    """Draw groups of rows, and a panel per primary outcome; with `shared` all shares have the same limits."""
    outcomes, labels, bold = primary(exp), [], []
    drawn: list[tuple[Draw, int] | None] = []  # of each label: what draws its row; None for a head
    for group in groups:
        above = [group.about] if group.about else []
        labels += style.group_labels(group.head, [*above, *group.rows])
        bold += [True, *(False for _ in (*above, *group.rows))]
        drawn += [None, *(None for _ in above), *((group.draw, row) for row in range(len(group.rows)))]
    places, heights = style.place_rows(labels)
    figure = make_page(exp, start, title=title, note=note, caption=caption, body=float(heights.sum()) + 1.25,
                       keys=[*keys, style.margin_key()])  # fmt: skip
    panels = figure.subplots(1, len(outcomes), sharey=True, squeeze=False)[0]
    for axes, outcome in zip(panels, outcomes, strict=True):
        _, unit = style.unit_scale(outcome)
        axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
        axes.margins(x=0.08)
        axes.use_sticky_edges = False  # else the edge of a margin is the edge of the panel
        for line, place in zip(drawn, places.tolist(), strict=True):
            if line:
                draw, row = line
                draw(axes, outcome, row, place)
        style.set_heading(axes, outcome.label, style.WIDTH / (len(outcomes) + 1.3) - 0.2)
        sides = {"low": "← better   worse →", "high": "← worse   better →"}
        axes.set_xlabel(f"{unit}\n{sides.get(outcome.better, '')}", fontsize=style.TICK)
        style.label_rows(axes, labels, bold)
    shares = [axes for axes, outcome in zip(panels, outcomes, strict=True) if shared and outcome.unit == "share"]
    for axes in shares:
        axes.set_xlim(min(a.get_xlim()[0] for a in shares), max(a.get_xlim()[1] for a in shares))
    for axes in panels:
        style.label_signed(axes.xaxis)
    return finish_figure(f"{name}_{start}", figure)


def _key(verdict: str) -> str:
    """Return the words of a mark in the key: a verdict on a side is about the first policy."""
    return f"first policy {SHORT[verdict]}" if verdict.endswith(("better", "worse")) else SHORT[verdict]


def draw_margin(axes: Axes, y: float, margin: float) -> None:
    """Draw in grey how large a difference in this row does not matter."""
    axes.barh(y, 2 * margin, left=-margin, height=0.3, color=style.PALE, linewidth=0, zorder=0)


def describe_differences(exp: Experiment, table: pd.DataFrame, start: str) -> str:
    """Return what the questions' contrasts do to the first primary outcome, by worldview, and the tally.

    So are the contrasts of a policy of the user's own. Without either the first contrast is described.
    """
    versus, outcome, pairs = comparisons(table, start), primary(exp)[0], shown_contrasts(exp)
    own = {*own_policies(exp)}
    asked = [pair for pair in pairs if question_words(exp, *pair) or own & {*pair}] or pairs[:1]
    answers = []
    for a, b in asked:
        under = ((view, versus[view.name, outcome.name, a, b]) for view in exp.worldviews)
        changes = "; ".join(f"{belief_clause(view)}, {change(comparison, outcome)}" for view, comparison in under)
        words = f"{question_words(exp, a, b)} ".lstrip()
        answers.append(f"{words}{capitalize(policy_phrase(exp, a))} instead of {policy_phrase(exp, b)}: {changes}.")
    verdicts = [
        versus[view.name, o.name, *pair].verdict for view in exp.worldviews for o in primary(exp) for pair in pairs
    ]
    what = f"how often {event(outcome)}" if outcome.unit == "share" else measure(outcome)
    interval = versus[exp.worldviews[0].name, outcome.name, *pairs[0]].deciding[0]
    tally = f"Of {len(verdicts)} comparisons, {count_verdicts(verdicts)}."
    return f"Change in {what} ({interval}). {' '.join(answers)} {tally}"


def _draw_difference(axes: Axes, y: float, comparison: Comparison, scale: float) -> None:
    """Draw one difference: joint interval thin, pointwise thick, the mark of its verdict on them."""
    mark = MARKS[comparison.verdict]
    draw_margin(axes, y, comparison.margin * scale)
    axes.hlines(y, comparison.joint_low * scale, comparison.joint_high * scale, color=mark["color"], linewidth=1.1)
    axes.hlines(y, comparison.low * scale, comparison.high * scale, color=mark["color"], linewidth=3.4)
    axes.plot(comparison.difference * scale, y, linestyle="none", markersize=7.5, markeredgewidth=1.6, **mark)
