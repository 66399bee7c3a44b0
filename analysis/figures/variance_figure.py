"""`strait variance`: a bar for each outcome and policy, cut into luck and beliefs."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.captions import ask, digits, join_words, policy_phrase, title, worldview_title
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import wrap_text
from analysis.questions.variance import ALL, BELIEFS, LUCK, VIEWS, WORLDS, Variance

LABELS = 3.3  # inches for the words of a row
CHANCE = "#c9c9c9"
FILLS: dict[str, dict[str, Any]] = {
    LUCK: {"color": CHANCE},
    WORLDS: {"color": style.GOOD},
    VIEWS: {"facecolor": style.BAD, "hatch": "////", "edgecolor": "white"},
}
HOW = (
    "The spread is the variance of the outcome over single trials. The line at the end of luck is its 95\u00a0% "
    "interval. A difference is between two policies in the same world with the same luck."
)
MEANINGS = {
    LUCK: "luck: what nobody can know",
    WORLDS: "beliefs: what a worldview leaves open",
    VIEWS: "beliefs: which worldview is right",
}


def draw_variance(finding: Variance) -> CaptionedFigure:
    """Draw a panel for all worldviews together and one for each; an outcome a group of rows."""
    question = finding.question
    exp = question.experiment
    a, b = (policy.name for policy in question.policies)
    rows = [(outcome, *pair) for outcome in question.outcomes for pair in (("", ""), (a, ""), (b, ""), (a, b))]
    labels = [_label(finding, *row) for row in rows]
    heads = [not row[1] for row in rows]
    places, heights = style.place_rows(labels, [0.16 if head else 0.08 for head in heads])
    caption = f"{describe_variance(finding)[0]} {HOW}"
    figure = make_page(
        exp, question.start.name, caption=caption, body=float(heights.sum()) + 0.95,
        title=f"{ask(question)}How much of the spread is luck, and how much is what one believes?",
        note=f"Over single trials; worldviews have equal weights. {exp.lucks} lucks in each of {finding.worlds:,} "
        "worlds.", keys=_keys(),
    )  # fmt: skip
    panels = [ALL, *(view.name for view in exp.worldviews)]
    each = (style.ROOM - LABELS) / (len(panels) + 0.6)
    widths = [LABELS, 1.6 * each, *[each] * len(exp.worldviews)]
    label_axes, *axes = figure.subplots(1, len(widths), sharey=True, width_ratios=widths)
    style.write_column(label_axes, places, labels, heads, heads)
    titles = {view.name: worldview_title(view) for view in exp.worldviews} | {ALL: "All worldviews together"}
    for panel, view in zip(axes, panels, strict=True):
        for y, (outcome, first, second) in zip(places, rows, strict=True):
            if first:
                _draw_parts(panel, y, finding.parts(outcome, first, second, view))
        panel.set(xlim=(0, 1), ylim=(float(heights.sum()) + 0.04, -0.04), yticks=[])
        style.quiet_axes(panel)
        style.set_heading(panel, titles[view], (1.6 if view == ALL else 1) * each - 0.2)
        panel.set_xticks([0, 0.5, 1], ["0", "50", "100\u00a0%"])
    return finish_figure(f"variance_{question.start.name}", figure)


def describe_variance(finding: Variance) -> list[str]:
    """Return how much of each outcome's spread is luck, and how much beliefs."""
    question = finding.question
    exp = question.experiment
    a, b = (policy.name for policy in question.policies)
    sentences = []
    for name in question.outcomes:
        level, apart = finding.parts(name, a), finding.parts(name, a, b)
        sentences.append(
            f"“{exp.catalogue.outcomes[name].label}” with {policy_phrase(exp, a)}: beliefs make "
            f"{_share(level[BELIEFS])} of the spread, luck the rest. Of its difference from {policy_phrase(exp, b)}, "
            f"beliefs make {_share(apart[BELIEFS])}; which worldview is right, {_share(apart[VIEWS])}."
        )
    sentences.append(
        "Luck’s share of a difference depends on how the two policies are paired: here both have the same luck. With "
        "luck of their own it would be larger."
    )
    unclear = finding.table[(finding.table["above_zero"] != "yes") & (finding.table["worldview"] == ALL)]
    if len(unclear):
        pairs = unclear[["part", "outcome"]].drop_duplicates().astype(str).to_numpy().tolist()
        names = [f"{part} in “{exp.catalogue.outcomes[name].label}”" for part, name in pairs]
        sentences.append(f"With some policy, these may be zero (estimates may even be below it): {join_words(names)}.")
    return sentences


def _draw_parts(axes: Axes, y: float, parts: dict[str, dict[str, Any]]) -> None:
    """Stack the shares; an estimate below 0 has no width. A line shows how sure the end of luck is."""
    if pd.isna(parts[LUCK]["share"]):
        axes.text(0.02, y, "never varies", va="center", size=style.TICK, color=style.INK)
        return
    begin = 0.0
    for part, fill in FILLS.items():
        wide = max(float(parts[part]["share"]), 0.0) if part in parts else 0.0
        axes.barh(y, wide, left=begin, height=0.17, linewidth=0, zorder=2, **fill)
        begin += wide
    low, high = max(float(parts[LUCK]["share_low"]), 0.0), min(float(parts[LUCK]["share_high"]), 1.0)
    style.draw_interval(axes, y, low, high)


def _label(finding: Variance, outcome: str, a: str, b: str) -> str:
    exp = finding.question.experiment
    if not a:
        return wrap_text(exp.catalogue.outcomes[outcome].label, LABELS, style.TICK, bold=True)
    words = f"{title(exp, a)} minus {title(exp, b)}" if b else title(exp, a)
    return wrap_text(words, LABELS - 0.2, style.TICK)


def _share(part: dict[str, Any]) -> str:
    shares = (part[name] for name in ("share", "share_low", "share_high"))
    value, low, high = ("?" if pd.isna(share) else digits(100 * float(share)).replace("-", "−") for share in shares)
    return f"{value}\u00a0% ({low} to {high})"


def _keys() -> list[Patch | Line2D]:
    return [*(Patch(label=MEANINGS[part], **fill) for part, fill in FILLS.items()), style.line_key()]
