"""The figure of the whole debate at a glance: which policy does best, under whose beliefs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle

from analysis.figures import style
from analysis.figures.captions import (
    amount,
    belief_clause,
    capitalize,
    join_words,
    margin,
    number_word,
    policy_phrase,
    signed,
    title,
    worldview_title,
)
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import text_height, wrap_text
from analysis.questions.compare import Comparison, Levels, Versus, comparisons, leader, means, primary
from sim.results.verdicts import FEW, MAY_BE_SMALL, SAME, UNDECIDED
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment

SIDE = 2.1  # inches for the titles of the worldviews
MOST_NAMED = 3  # policies in front without a clear best; of more only their number
OPEN = {  # status of a cell without a clearly best policy -> its words
    "small": "the best is clear, but its lead may be small",
    "same": f"there is {SAME}",
    "undecided": f"it is {UNDECIDED}",
    "few": f"there are {FEW}",
}


def draw_who_is_right(exp: Experiment, summary: pd.DataFrame, table: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the grid of beliefs by primary outcomes: which of all policies does best, and is that settled.

    `summary` is `result.summary()`, and `table` is `result.differences()` of at least two policies.
    """
    wide = (style.ROOM - 0.15 - SIDE) / len(primary(exp))
    cells = _cells(exp, summary, table, start, wide)
    heads = [wrap_text(outcome.label, wide - 0.2, style.HEADING, bold=True) for outcome in primary(exp)]
    deep = [
        max(text_height(head, style.HEADING) + text_height(detail, style.TICK) for head, detail, _ in row) + 0.4
        for row in cells
    ]
    tops = np.cumsum([max(text_height(head, style.HEADING) for head in heads) + 0.12, *deep]).tolist()
    caption = describe_leaders(exp, summary, table, start)
    figure = make_page(
        exp, start, title="Which policy does best, under whose beliefs?", caption=caption, body=tops[-1] + 0.1,
        keys=_keys(exp), note="Each cell names the policy that does best of all that are played.",
    )  # fmt: skip
    axes = figure.subplots()
    axes.set(xlim=(0, SIDE + wide * len(heads)), ylim=(tops[-1], 0))
    axes.set_axis_off()
    for i, head in enumerate(heads):
        x = SIDE + (i + 0.5) * wide
        axes.text(x, tops[0] - 0.14, head, size=style.HEADING, weight="bold", ha="center", va="baseline")
    for top, high, view, row in zip(tops, deep, exp.worldviews, cells, strict=False):
        name = wrap_text(worldview_title(view), SIDE - 0.15, style.HEADING, bold=True)
        axes.text(0, top + high / 2, name, size=style.HEADING, weight="bold", va="center", linespacing=style.SPACING)
        for i, (head, detail, look) in enumerate(row):
            box = Rectangle((SIDE + i * wide + 0.05, top + 0.05), wide - 0.1, high - 0.1, linewidth=2, **look)
            axes.add_patch(box)
            above = top + (high - text_height(head, style.HEADING) - text_height(detail, style.TICK) - 0.06) / 2
            below = above + text_height(head, style.HEADING) + 0.06
            x = SIDE + i * wide + 0.17
            axes.text(x, above, head, size=style.HEADING, weight="bold", va="top", linespacing=style.SPACING)
            axes.text(x, below, detail, size=style.TICK, va="top", linespacing=style.SPACING)
    return finish_figure(f"who_is_right_{start}", figure)


def _cells(
    exp: Experiment, summary: pd.DataFrame, table: pd.DataFrame, start: str, wide: float
) -> list[list[tuple[str, str, dict[str, Any]]]]:
    """Return each row's cells: verdict and numbers, wrapped, and the look of its box."""
    levels, versus, looks = means(summary, start), comparisons(table, start), style.policy_looks(exp)
    rows = []
    for view in exp.worldviews:
        row = []
        for outcome in primary(exp):
            lead = leader(exp, levels, versus, view.name, outcome)
            head, detail = cell_text(exp, levels, versus, view.name, outcome)
            look = _fill(looks[lead.policy].colour if lead.status in ("settled", "small") else style.GREY, lead.status)
            head = wrap_text(head, wide - 0.35, style.HEADING, bold=True)
            row.append((head, wrap_text(detail, wide - 0.35, style.TICK), look))
        rows.append(row)
    return rows


def describe_leaders(exp: Experiment, summary: pd.DataFrame, table: pd.DataFrame, start: str) -> str:
    """Return on how many primary outcomes each policy is clearly best, under each worldview."""
    levels, versus = means(summary, start), comparisons(table, start)
    outcomes, sentences = primary(exp), []
    for view in exp.worldviews:
        leaders = [leader(exp, levels, versus, view.name, outcome) for outcome in outcomes]
        wins = Counter(lead.policy for lead in leaders if lead.status == "settled").most_common()
        left = Counter(lead.status for lead in leaders)
        parts = [f"{policy_phrase(exp, policy)} is clearly best on {number_word(n)}" for policy, n in wins]
        parts += [f"on {number_word(left[status])} {words}" for status, words in OPEN.items() if left[status]]
        sentences.append(f"{capitalize(belief_clause(view))}, {'; '.join(parts)}.")
    return (
        f"{capitalize(number_word(len(outcomes)))} outcomes, {number_word(len(exp.policies))} policies. "
        f"{' '.join(sentences)} Clearly best: better than each other policy by more than the margin."
    )


def cell_text(
    exp: Experiment, levels: Levels, versus: dict[Versus, Comparison], worldview: str, outcome: Outcome
) -> tuple[str, str]:
    """Return the verdict and the numbers of one cell of the grid."""
    lead = leader(exp, levels, versus, worldview, outcome)
    level = {policy.name: levels[worldview, policy.name, outcome.name][0] for policy in exp.policies}
    if lead.status == "settled":
        ahead = signed(versus[worldview, outcome.name, lead.policy, lead.runner_up].difference, outcome)
        ahead = ahead.replace(f"\u00a0{outcome.unit}", "")  # the unit stands once
        numbers = f"{amount(level[lead.policy], outcome)}, {ahead} than {title(exp, lead.runner_up)}"
        return title(exp, lead.policy), numbers
    if lead.status == "small":
        ahead = signed(versus[worldview, outcome.name, lead.policy, lead.runner_up].difference, outcome)
        numbers = f"{amount(level[lead.policy], outcome)}, {ahead} than {title(exp, lead.runner_up)}"
        return title(exp, lead.policy), f"{numbers}: {MAY_BE_SMALL}"
    front = {name: level[name] for name in (lead.policy, *lead.unsettled)}
    widest = max((versus[worldview, outcome.name, lead.policy, name].margin for name in lead.unsettled), default=0.0)
    head, verdict = {
        "same": ("No real difference", f"apart by less than {margin(outcome, widest)}"),
        "few": ("Too few trials", FEW),
        "undecided": ("Undecided", UNDECIDED),
    }[lead.status]
    if len(front) < len(level):
        few = len(front) <= MOST_NAMED
        head = join_words([title(exp, name) for name in front], "or") if few else f"{number_word(len(front))} in front"
        head = capitalize(head)
    low, high = min(front, key=front.__getitem__), max(front, key=front.__getitem__)
    least, most = (amount(front[end], outcome) for end in (low, high))
    span = f"{least} with each" if least == most else f"{least} ({title(exp, low)}) to {most} ({title(exp, high)})"
    return head, f"{span}: {verdict}"


def _fill(colour: str, status: str) -> dict[str, Any]:
    """Return the look of a box: full where a policy is clearly best, dashed where its lead may be small."""
    if status != "settled":
        return {"facecolor": "white", "edgecolor": colour, "linestyle": "--"}
    return {"facecolor": tuple(0.82 + 0.18 * channel for channel in to_rgb(colour)), "edgecolor": colour}


def _keys(exp: Experiment) -> list[Patch]:
    looks = style.policy_looks(exp)
    keys = [
        Patch(label=wrap_text(title(exp, policy.name), 3.6, style.TICK), linewidth=2,
              **_fill(looks[policy.name].colour, "settled"))
        for policy in exp.policies
    ]  # fmt: skip
    return [
        *keys,
        Patch(label="dashed, coloured: best, but its lead may be small", **_fill(style.INK, "small")),
        Patch(label="dashed, grey: none is clearly best", **_fill(style.GREY, "")),
    ]
