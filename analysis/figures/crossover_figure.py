"""What `strait crossover` shows: a dial a row, which policy does better along it, and where that changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.captions import believing, gap, listed, title
from analysis.figures.figure_layout import INK, ROOM, TICK, CaptionedFigure, finish, fit, height, page

if TYPE_CHECKING:
    from analysis.questions.crossover import Crossover
    from sim.engine.question import Question
    from sim.scenario.catalogue import Outcome

LABELS, ENDS = 6.3, 2.6  # inches for the words of a row, and for its answer
ORDER = ("one", "many", "outside", "none")
EDGE = 0.06  # how far beyond its dial a row shows the way to a crossing outside


def draw_crossover(found: Crossover, outcome: str) -> CaptionedFigure:
    """Draw every claim's dial for one outcome: the ones with a crossing first."""
    exp, question = found.question.experiment, found.question
    entry, a, b = exp.catalogue.outcomes[outcome], *(policy.title for policy in question.policies)
    curves = found.curves[found.curves["outcome"] == outcome]
    table = _ordered(found.table[found.table["outcome"] == outcome], curves)
    labels = [fit(f"{claim}  {exp.catalogue.claims[claim].says}", LABELS, TICK, lines=1) for claim in table["claim"]]
    deep = height("one line", TICK) + 0.11
    places = (np.arange(len(labels)) + 0.5) * deep
    caption = " ".join([*describe_crossover(found, outcome), _how(found, outcome)])
    page_ = page(
        replace(exp, trials=found.trials), question.start.name, caption=caption, body=len(labels) * deep + 0.85,
        title=f"Where along each belief does the better policy change: {a} or {b}?",
        note=f"“{entry.label}”; one belief moves at a time, the others stay as {believing(question.worldview)}.",
        keys=_keys(question, a, b),
    )  # fmt: skip
    words, axes, answers = page_.subplots(1, 3, sharey=True, width_ratios=[LABELS, ROOM - LABELS - ENDS, ENDS])
    for y, label, row in zip(places, labels, table.to_dict("records"), strict=True):
        words.text(0, y, label, va="center", size=TICK, color=INK)
        _row(axes, question, y, curves[curves["claim"] == row["claim"]], row, 0.55 * deep, entry.better)
        told = answer(row, curves[curves["claim"] == row["claim"]], entry)
        answers.text(0, y, told, va="center", size=TICK, color=INK)
    for aside in (words, answers):
        aside.set_axis_off()
    axes.set(ylim=(len(labels) * deep + 0.04, -0.04), yticks=[], xlim=(-EDGE, 1 + EDGE))
    axes.set_xticks([0, 0.5, 1], ["0\nSelf’s reading", "half way", "1\nNewsham’s"])
    style.plain(axes)
    return finish(f"crossover_{outcome}_{question.start.name}", page_, caption)


def describe_crossover(found: Crossover, outcome: str) -> list[str]:
    """Return what was found about one outcome in sentences."""
    table, question = found.table[found.table["outcome"] == outcome], found.question
    a, b = (title(question.experiment, policy.name) for policy in question.policies)
    label = question.experiment.catalogue.outcomes[outcome].label
    inside = table[table["kind"].isin(["one", "many"])]
    outside = table[table["kind"] == "outside"]
    under = believing(question.worldview)
    said = [f"On “{label}”, {under}, the choice between {a} and {b} turns along {_count(len(inside))}."]
    told = [f"{row['claim']} at {_at(row)}" for row in _ordered(inside).head(5).to_dict("records")]
    if told:
        said.append(f"It turns along {listed(told)}.")
    if len(outside):
        names = [f"{row['claim']} at {_at(row)}" for row in outside.to_dict("records")]
        said.append(f"Beyond what either man claims, but possible: {listed(names)}.")
    return said


def answer(row: dict[Any, Any], curve: pd.DataFrame, outcome: Outcome) -> str:
    """Return a row's answer in words; where nothing changes, by how much the better policy is ahead at both ends."""
    if row["kind"] != "none":
        return _at(row) + (" (outside)" if row["kind"] == "outside" else "")
    if ((curve["low"] <= 0) & (curve["high"] >= 0)).any():
        return "undecided"
    ends = [gap(float(curve["difference"].iloc[place]), outcome) for place in (0, -1)]
    return f"none: ahead by {ends[0].split()[0]} to {ends[1]}" if ends[0] != ends[1] else f"none: ahead by {ends[0]}"


def _row(
    axes: Axes, question: Question, y: float, curve: pd.DataFrame, row: dict[Any, Any], deep: float, better: str
) -> None:
    """Draw one dial: coloured where it is settled which policy does better, with the crossing and neutral upon it."""
    colours = style.sides(question.experiment, *(policy.name for policy in question.policies))
    dial, low, high = (curve[name].to_numpy(float) for name in ("dial", "low", "high"))
    for i in range(len(dial) - 1):
        signs = {np.sign(low[i]), np.sign(high[i]), np.sign(low[i + 1]), np.sign(high[i + 1])}
        first = signs == {-1.0 if better == "low" else 1.0}
        colour = style.PALE if signs not in ({1.0}, {-1.0}) else colours[0] if first else colours[1]
        axes.barh(y, dial[i + 1] - dial[i], left=dial[i], height=deep, color=colour, linewidth=0, zorder=2)
    if not pd.isna(row["neutral"]):
        place = np.clip(row["neutral"], -EDGE, 1 + EDGE)
        axes.plot(place, y, "D", markersize=6, color="white", markeredgecolor=INK, zorder=5, clip_on=False)
    if row["kind"] in ("one", "outside"):
        at = float(np.clip(row["crossing"], -EDGE, 1 + EDGE))
        ends = [0.0 if pd.isna(row["low"]) else row["low"], 1.0 if pd.isna(row["high"]) else row["high"]]
        reach = np.clip(ends, -EDGE, 1 + EDGE)
        axes.hlines(y, *reach, color="white", linewidth=4.2, zorder=3)
        axes.hlines(y, *reach, color=INK, linewidth=2.0, zorder=4)
        mark = "o" if row["kind"] == "one" else ">" if at > 1 else "<"
        axes.plot(at, y, mark, markersize=8, color=INK, zorder=6, clip_on=False)
    for mark_at in row["crossings"].split("; ") if row["crossings"] else ():
        axes.plot(float(mark_at), y, "o", markersize=8, color=INK, zorder=6)


def _ordered(table: pd.DataFrame, curves: pd.DataFrame | None = None) -> pd.DataFrame:
    """Claims with one crossing first, nearest to neutral; then many, outside, and none, the most moving first."""
    rank = table["kind"].map(ORDER.index)
    near = table["from_neutral"].abs().fillna(0)
    if curves is not None:
        ends = curves[curves["dial"].isin([0, 1])].pivot_table(index="claim", columns="dial", values="difference")
        near = near.where(rank < ORDER.index("none"), -table["claim"].map((ends[1.0] - ends[0.0]).abs()))
    return table.assign(_rank=rank, _near=near).sort_values(["_rank", "_near"], kind="stable")


def _at(row: dict[Any, Any]) -> str:
    if row["kind"] == "many":
        return str(row["crossings"])
    low, high = (f"{row[end]:.2f}" if not pd.isna(row[end]) else "no limit" for end in ("low", "high"))
    return f"{row['crossing']:.2f} ({low} to {high})".replace("-", "−")


def _count(number: int) -> str:
    return {0: "no single belief", 1: "one belief"}.get(number, f"{number} beliefs")


def _how(found: Crossover, outcome: str) -> str:
    nothing = found.table[(found.table["outcome"] == outcome) & (found.table["kind"] == "none")]
    return (
        "The colour says which policy does better there, where that is settled; beside a crossing stands its "
        f"95\u00a0% interval. Beliefs that, changed alone, leave the better policy as it is: {len(nothing)}."
    )


def _keys(question: Question, a: str, b: str) -> list[Patch | Line2D]:
    colours = style.sides(question.experiment, *(policy.name for policy in question.policies))
    return [
        Patch(color=colours[0], label=f"{a} better"),
        Patch(color=colours[1], label=f"{b} better"),
        Patch(color=style.PALE, label="not settled"),
        Line2D([], [], color=INK, marker="o", markersize=8, linewidth=2, label="it changes here"),
        Line2D([], [], color=INK, marker=">", markersize=8, linewidth=0, label="it would change beyond"),
        Line2D([], [], color="white", marker="D", markeredgecolor=INK, markersize=6, linewidth=0, label="neutral"),
    ]
