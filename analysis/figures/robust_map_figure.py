"""The map of `strait robust`: across it who is right, up it whose values count, in colour which policy loses least."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.captions import join_words, percent, policy_phrase, title, worldview_title
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import wrap_text
from analysis.questions.robust import BETWEEN, EXPECTED, MAP_GRID, MAX_REGRET, Robust
from sim.statistics.boxes import Flags
from sim.statistics.intervals import Floats

SQUARE, STRIP = 8.2, 1.45  # inches
PALEST = 0.35  # of a policy's colour, where it leads by nothing
BEHIND = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": style.GREY, "alpha": 0.85}
NAME_WIDE, NAME_HIGH = 0.22, 0.09  # how near its middle a name leaves no room for a number, in shares of the square


def describe_robust_map(finding: Robust) -> list[str]:
    """Return how the best policy changes with who is right and whose values count."""
    exp, table = finding.question.experiment, finding.map
    square = _square(table)
    shares = square["policy"].value_counts(normalize=True)
    parts = [f"{policy_phrase(exp, str(name))} on {percent(float(share))}" for name, share in shares.items()]
    open_ = percent(1 - float(square["settled"].mean()))
    sentences = [f"Least average loss: {join_words(parts)} of the map. On {open_} it is too close to call."]
    for weight, whose in ((1.0, "Newsham’s values"), (0.5, "both authors’ values alike"), (0.0, "Self’s values")):
        row = square[np.isclose(square["newsham_values"], weight)]
        sentences.append(f"By {whose}: {_along(finding, row.sort_values('newsham_right'))}.")
    runs = _runs(table[table["measure"] == MAX_REGRET], "newsham_values")
    if len(runs) == 1:
        always = policy_phrase(exp, runs[0][0])
        return [*sentences, f"Without any chances, {always} always has the smallest maximum regret."]
    parts = [f"{policy_phrase(exp, name)} at {100 * at[0]:.0f} to {_percent(at[-1])}" for name, at in runs]
    weights = join_words(parts)
    return [*sentences, f"Without any chances, the smallest maximum regret by weight of Newsham’s values: {weights}."]


def _runs(rows: pd.DataFrame, along: str) -> list[tuple[str, list[float]]]:
    """Each policy that is best along a line, with the positions where it is."""
    ordered = rows.sort_values(along)
    pairs = zip(ordered["policy"].astype(str), ordered[along].astype(float), strict=True)
    return [(name, [at for _, at in part]) for name, part in groupby(pairs, key=lambda pair: pair[0])]


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u00a0%"


def _along(finding: Robust, row: pd.DataFrame) -> str:
    """Which policy is best from which chance of Newsham's being right on, and where that is not settled."""
    runs = _runs(row, "newsham_right")
    if len(runs) == 1:
        return f"{policy_phrase(finding.question.experiment, runs[0][0])}, whoever is right"
    settled, changes = row.loc[row["settled"], "newsham_right"].to_numpy(float), []
    for name, at in runs[1:]:
        low, high = settled[settled < at[0]], settled[settled >= at[0]]
        ends = 100 * low.max(initial=0.0), _percent(high.min(initial=1.0))
        chance = f"{_percent(at[0])} ({ends[0]:.0f} to {ends[1]})"
        changes.append(f"{policy_phrase(finding.question.experiment, name)} from a chance of {chance}")
    first = policy_phrase(finding.question.experiment, runs[0][0])
    return f"{first} if Self is right, {join_words(changes)} that Newsham is"


def draw_robust_map(finding: Robust) -> CaptionedFigure | None:
    """Draw the map; None if the run lacks an author's worldview or values."""
    table, exp = finding.map, finding.question.experiment
    if table.empty:
        return None
    others = [view for view in exp.worldviews if view.name in {*table["worldview"]}]
    present = [policy for policy in exp.policies if policy.name in {*table["policy"]}]
    keys = [Patch(color=style.policy_looks(exp)[policy.name].colour, label=policy.title) for policy in present]
    keys.append(Patch(facecolor="white", edgecolor=style.INK, hatch="////", label="the best two are too close to call"))
    caption = " ".join(describe_robust_map(finding))
    margin = exp.catalogue.outcomes["loss_newsham"].margin
    figure = make_page(
        replace(exp, trials=finding.worlds * exp.lucks), finding.question.start.name, caption=caption, body=6.6,
        keys=keys,
        title="Which policy loses least, if nobody knows who is right or what counts?",
        note=f"The paler, the smaller the lead of the best policy; lines give it in % of GDP. Hatched: its interval "
        f"includes 0, or it is under {margin:g}.",
    )  # fmt: skip
    ratios = [SQUARE, *([STRIP] * (len(others) + 1))]
    square, *strips = figure.subplots(1, len(ratios), sharey=True, width_ratios=ratios)
    most = float(table["lead"].max())
    _paint(square, finding, _square(table), most)
    square.set_xlabel("Chance that Newsham is right about the world   (0 %: Self is right)", fontsize=style.HEADING)
    square.set_ylabel("Weight of Newsham’s values   (0 %: only Self’s)", fontsize=style.HEADING)
    style.label_percent(square.xaxis)
    style.label_percent(square.yaxis)
    heads = [worldview_title(view) for view in others] + ["Without any chances: smallest maximum regret"]
    parts = [table[(table["measure"] == EXPECTED) & (table["worldview"] == view.name)] for view in others]
    for axes, head, part in zip(strips, heads, [*parts, table[table["measure"] == MAX_REGRET]], strict=True):
        _paint(axes, finding, part, most)
        axes.set_title(wrap_text(head, STRIP, style.TICK), fontsize=style.TICK, color=style.INK)
        axes.set_xticks([])
        axes.tick_params(axis="y", length=0)
    return finish_figure(f"robust_map_{finding.question.start.name}", figure)


def _paint(axes: Axes, finding: Robust, part: pd.DataFrame, most: float) -> None:
    """Colour a panel by the best policy, hatch what is not settled, and name the policies where they are best."""
    part = part.sort_values(["newsham_values", "newsham_right"])
    shape = (MAP_GRID.size, -1)
    names = [policy.name for policy in finding.question.experiment.policies]
    best = np.array([names.index(str(name)) for name in part["policy"]]).reshape(shape)
    lead, unsettled = part["lead"].to_numpy(float).reshape(shape), ~part["settled"].to_numpy(bool).reshape(shape)
    if best.shape[1] == 1:
        best, lead, unsettled = (np.repeat(cells, 2, axis=1) for cells in (best, lead, unsettled))
    colours = np.array([to_rgb(look.colour) for look in style.policy_looks(finding.question.experiment).values()])[best]
    depth = (PALEST + (1 - PALEST) * np.minimum(lead / most, 1.0))[..., None] if most else 1.0
    across = np.linspace(0, 1, best.shape[1])
    half = [0.5 / (n - 1) for n in best.shape]
    axes.imshow(1 - depth * (1 - colours), origin="lower", aspect="auto", interpolation="nearest",
                extent=(-half[1], 1 + half[1], -half[0], 1 + half[0]))  # fmt: skip
    if unsettled.any():
        where, levels = unsettled.astype(float), [0.5, 1.5]
        hatched = axes.contourf(across, MAP_GRID, where, levels=levels, colors="none", hatches=["////"])
        hatched.set(edgecolor=style.INK, linewidth=0)
    places = [_name(axes, title(finding.question.experiment, names[policy]), best == policy, across)
              for policy in np.unique(best)]  # fmt: skip
    if best.shape[1] > 2:
        _lines(axes, lead, [place for place in places if place is not None])
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.tick_params(labelsize=style.TICK, color=style.RULE, labelcolor=style.INK)


def _lines(axes: Axes, lead: Floats, names: list[tuple[float, float]]) -> None:
    """Draw where the best policy leads by the same; a number that would lie under one of the names is left out."""
    levels = [level for level in (0.5, 1.0, 2.0, 5.0, 10.0) if lead.min() < level < lead.max()]
    if levels:
        drawn = axes.contour(MAP_GRID, MAP_GRID, lead, levels=levels, colors=style.INK, linewidths=0.8, alpha=0.7)
        for label in axes.clabel(drawn, fmt=lambda value: f"{value:g}", fontsize=style.TICK, colors=style.INK):
            x, y = label.get_position()
            if any(abs(x - at) < NAME_WIDE and abs(y - up) < NAME_HIGH for at, up in names):
                label.remove()


def _name(axes: Axes, policy: str, mask: Flags, across: Floats) -> tuple[float, float] | None:
    """Write a policy's name where there is most room in its part of a panel, and give the place; a sliver gets none."""
    from scipy.ndimage import distance_transform_edt

    strip = mask.shape[1] == 2
    if mask.mean() < (0.1 if strip else 0.04):
        return None
    depth = mask.astype(float) if strip else distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    rows, columns = np.nonzero(depth >= depth.max() - 1e-9)
    place = np.argsort(rows)[rows.size // 2]
    size = style.TICK - 1 if strip else style.HEADING
    x, y = 0.5 if strip else float(across[columns[place]]), float(MAP_GRID[rows[place]])
    axes.text(
        x, y,
        wrap_text(policy, STRIP if strip else SQUARE / 3, size, bold=True), ha="center", va="center", size=size,
        weight="bold", color=style.INK, bbox=BEHIND,
    )  # fmt: skip
    return x, y


def _square(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["worldview"] == BETWEEN]
