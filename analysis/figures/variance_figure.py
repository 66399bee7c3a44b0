"""What `strait variance` shows: a bar for each outcome and policy, cut into luck and beliefs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.captions import listed, title
from analysis.figures.figure_layout import INK, ROOM, TICK, CaptionedFigure, finish, fit, height, page
from analysis.questions.variance import ALL, BELIEFS, LUCK, VIEWS, WORLDS

if TYPE_CHECKING:
    from analysis.questions.variance import Variance

LABELS = 3.3  # inches for the words of a row
CHANCE = "#c9c9c9"
FILLS: dict[str, dict[str, Any]] = {
    LUCK: {"color": CHANCE},
    WORLDS: {"color": style.GOOD},
    VIEWS: {"facecolor": style.BAD, "hatch": "////", "edgecolor": "white"},
}
HOW = (
    "The spread is the variance of the outcome as it happens in one history; the line at the end of luck is its "
    "95\u00a0% interval. A difference is that of two policies in the same world with the same luck."
)
WORDS = {
    LUCK: "luck: what nobody can know",
    WORLDS: "beliefs: what a worldview leaves open",
    VIEWS: "beliefs: which worldview holds",
}


def draw_variance(found: Variance) -> CaptionedFigure:
    """Draw a panel for all worldviews together and one for each; an outcome a group of rows."""
    question = found.question
    exp = question.experiment
    a, b = (policy.name for policy in question.policies)
    rows = [(outcome, *pair) for outcome in question.outcomes for pair in (("", ""), (a, ""), (b, ""), (a, b))]
    labels = [_label(found, *row) for row in rows]
    deep = np.array([height("one line", TICK) + (0.08 if row[1] else 0.16) for row in rows])
    places = np.cumsum(deep) - deep / 2
    caption = f"{describe_variance(found)[0]} {HOW}"
    page_ = page(
        exp, question.start.name, caption=caption, body=float(deep.sum()) + 0.95,
        title="How much of the spread is luck, and how much is what one believes?",
        note=f"Of a single history’s outcome; worldviews have equal weights. {exp.lucks} lucks in each of "
        f"{found.worlds:,} worlds.", keys=_keys(),
    )  # fmt: skip
    panels = [ALL, *(view.name for view in exp.worldviews)]
    each = (ROOM - LABELS) / (len(panels) + 0.6)
    widths = [LABELS, 1.6 * each, *[each] * len(exp.worldviews)]
    words, *axes = page_.subplots(1, len(widths), sharey=True, width_ratios=widths)
    for y, label, row in zip(places, labels, rows, strict=True):
        bold = "normal" if row[1] else "bold"
        words.text(0.04 if row[1] else 0, y, label, va="center", size=TICK, color=INK, weight=bold)
    words.set_axis_off()
    titles = {view.name: view.title for view in exp.worldviews} | {ALL: "All worldviews together"}
    for panel, one in zip(axes, panels, strict=True):
        for y, (outcome, first, second) in zip(places, rows, strict=True):
            if first:
                _bar(panel, y, found.parts(outcome, first, second, one))
        panel.set(xlim=(0, 1), ylim=(float(deep.sum()) + 0.04, -0.04), yticks=[])
        style.plain(panel)
        style.heading(panel, titles[one], (1.6 if one == ALL else 1) * each - 0.2)
        panel.set_xticks([0, 0.5, 1], ["0", "50", "100\u00a0%"])
    return finish(f"variance_{question.start.name}", page_, caption)


def describe_variance(found: Variance) -> list[str]:
    """Return what was found in sentences: an outcome each."""
    question = found.question
    a, b = (policy.name for policy in question.policies)
    said = []
    exp = question.experiment
    for outcome in question.outcomes:
        level, apart = found.parts(outcome, a), found.parts(outcome, a, b)
        said.append(
            f"“{exp.catalogue.outcomes[outcome].label}” with {title(exp, a)}: beliefs make "
            f"{_share(level[BELIEFS])} of the spread, luck the rest. Of how it differs from "
            f"{title(exp, b)}, beliefs make {_share(apart[BELIEFS])}; which worldview holds, "
            f"{_share(apart[VIEWS])}."
        )
    unsure = found.table[(found.table["told"] != "yes") & (found.table["worldview"] == ALL)]
    if len(unsure):
        pairs = unsure[["part", "outcome"]].drop_duplicates().astype(str).to_numpy().tolist()
        names = [f"{part} in “{question.experiment.catalogue.outcomes[outcome].label}”" for part, outcome in pairs]
        said.append(f"With some policy, not told from 0 (such an estimate may come out below 0): {listed(names)}.")
    return said


def _bar(axes: Axes, y: float, parts: dict[str, dict[str, Any]]) -> None:
    """Stack the shares; an estimate below 0 has no width. A line shows how sure the end of luck is."""
    if pd.isna(parts[LUCK]["share"]):
        axes.text(0.02, y, "never varies", va="center", size=TICK, color=INK)
        return
    begin = 0.0
    for part, fill in FILLS.items():
        wide = max(float(parts[part]["share"]), 0.0) if part in parts else 0.0
        axes.barh(y, wide, left=begin, height=0.17, linewidth=0, zorder=2, **fill)
        begin += wide
    low, high = max(float(parts[LUCK]["share_low"]), 0.0), min(float(parts[LUCK]["share_high"]), 1.0)
    axes.hlines(y, low, high, color="white", linewidth=3.4, zorder=3)
    axes.hlines(y, low, high, color=INK, linewidth=1.6, zorder=4)


def _label(found: Variance, outcome: str, a: str, b: str) -> str:
    exp = found.question.experiment
    if not a:
        return fit(exp.catalogue.outcomes[outcome].label, LABELS, TICK, lines=1, bold=True)
    words = f"{title(exp, a)} minus {title(exp, b)}" if b else title(exp, a)
    return fit(words, LABELS - 0.2, TICK, lines=1)


def _share(part: dict[str, Any]) -> str:
    shares = (part[name] for name in ("share", "share_low", "share_high"))
    value, low, high = ("?" if pd.isna(one) else f"{100 * float(one):.1f}".replace("-", "−") for one in shares)
    return f"{value}\u00a0% ({low} to {high})"


def _keys() -> list[Patch | Line2D]:
    patches: list[Patch | Line2D] = [Patch(label=WORDS[part], **fill) for part, fill in FILLS.items()]
    return [*patches, Line2D([], [], color=INK, linewidth=1.6, label="95\u00a0% interval")]
