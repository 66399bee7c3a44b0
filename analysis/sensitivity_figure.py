"""What `strait sensitivity` shows: a row an input; what it does alone, wherever the others are, and in all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis import style
from analysis.captions import believing, gap, listed, title
from analysis.page import GREY, INK, ROOM, SPACING, TICK, Drawn, finish, fit, height, page
from analysis.sensitivity import ENDS, TENTH
from analysis.sensitivity_indices import LUCK, MORRIS, SOBOL

if TYPE_CHECKING:
    from matplotlib.gridspec import GridSpec

    from analysis.sensitivity import Sensitivity

LABELS = 3.9  # inches for the words of a row
BELOW = 1.9  # inches for the panels on convergence
LOW, HIGH = style.BAD, style.GOOD  # colours of an input at its lower and upper end
BAR, TOTAL = "#8c8c8c", "#c9c9c9"
READ = (
    "How to read it. Left: turn one belief, leave the rest. Middle: how large its effect is on average when all the "
    "others are somewhere at random too; a circle far from 0 says that the effect hangs on the others. Right: how much "
    "of the spread over all beliefs would be gone if one knew this one (dark), and how much cannot be gone without it "
    "(pale). Beneath: an interval no wider than the dashed line counts as settled."
)


def figure(found: Sensitivity, outcome: str) -> Drawn:
    """Draw one outcome: tornado, Morris and Sobol side by side, and beneath them whether they have settled."""
    asked, names = found.asked, _order(found, outcome)
    exp, entry = asked.exp, asked.exp.catalogue.outcomes[outcome]
    a, b = (policy.title for policy in asked.policies)
    table = found.table[found.table["outcome"] == outcome]
    told = dict(zip(table["input"], table["says"], strict=True))
    labels = [fit("Luck" if n == LUCK else f"{n}  {told[n]}", LABELS, TICK, lines=1) for n in names]
    deep = height("one line", TICK) + 0.13
    places = (np.arange(len(names)) + 0.5) * deep
    caption = " ".join(lines(found, outcome))
    page_ = page(
        replace(exp, trials=found.trials), asked.start.name, caption=caption, body=len(names) * deep + 1.1 + BELOW,
        title=f"Which beliefs make the difference between {a} and {b}?",
        note=f"“{entry.label}”, {a} minus {b}. Inputs: {found.law}.", keys=_keys(found),
    )  # fmt: skip
    each = (ROOM - LABELS) / 3
    grid = page_.add_gridspec(2, 4, width_ratios=[LABELS, each, each, each], height_ratios=[len(names) * deep, BELOW - 0.6])
    words = page_.add_subplot(grid[0, 0])
    top = [page_.add_subplot(grid[0, i], sharey=words) for i in (1, 2, 3)]
    for y, label in zip(places, labels, strict=True):
        words.text(0, y, label, va="center", size=TICK, color=INK)
    words.set_axis_off()
    scale, unit = (100, "percentage points") if entry.unit == "share" else (1, entry.unit)
    _tornado(top[0], found.tornado[found.tornado["outcome"] == outcome], names, places, deep, scale)
    _screening(top[1], table, names, places, deep, scale)
    _decomposition(top[2], table, names, places, deep)
    heads = ("It alone, the rest as the worldview has it", "All of them at random (Morris)", "Share of the spread (Sobol)")
    for axes, head, under in zip(top, heads, (unit, f"size of effect, {unit}", ""), strict=True):
        axes.set(ylim=(float(len(names) * deep) + 0.03, -0.03), yticks=[])
        style.plain(axes)
        style.heading(axes, head, each - 0.2)
        axes.set_xlabel(under, fontsize=TICK)
    style.signed_axis(top[0].xaxis)
    style.percent_axis(top[2].xaxis, 4)
    _beneath(page_.add_subplot(grid[1, :2]), LABELS + each)
    _settling(page_, grid, found, outcome)
    return finish(f"sensitivity_{outcome}_{asked.start.name}", page_, caption)


def lines(found: Sensitivity, outcome: str) -> list[str]:
    """Return what was found about one outcome: who makes the spread, how much is luck, whether it is settled."""
    asked = found.asked
    entry = asked.exp.catalogue.outcomes[outcome]
    a, b = (title(asked.exp, policy.name) for policy in asked.policies)
    table = found.table[found.table["outcome"] == outcome]
    total = _measure(table, SOBOL, "ST").drop(index=LUCK).sort_values("value", ascending=False)
    alone = _measure(table, SOBOL, "S1").drop(index=LUCK)["value"]
    stars = _measure(table, MORRIS, "mu_star")["value"]
    luck = [_measure(table, SOBOL, measure).loc[LUCK] for measure in ("S1", "ST")]
    most = [f"{name} {_percent(row['value'])} ({_percent(row['low'])} to {_percent(row['high'])})"
            for name, row in total.head(4).iterrows()]  # fmt: skip
    unsettled = table[(table["method"] == SOBOL) & (table["verdict"] != "settled")]["input"].unique().tolist()
    turns = found.tornado[(found.tornado["outcome"] == outcome)]
    largest = turns.loc[[turns["change"].abs().idxmax()]].to_dict("records")[0]
    side = "up" if largest["change"] > 0 else "down"
    at = f"{largest['setting']:.2g}"
    return [
        f"Inputs: {found.law}. Turned alone, {believing(asked.worldview)}, {largest['input']} moves {a} minus {b} most: "
        f"“{entry.label}” {gap(float(largest['change']), entry)} {side} at {at}.",
        f"Of the spread over the {len(total)} beliefs that weigh most ({_percent(float(stars[total.index].sum() / stars.sum()))}"
        f" of all mean effects), most hangs on {listed(most)}; the parts that beliefs make each alone add up to "
        f"{_percent(float(alone.sum()))}.",
        f"At {found.trials:,} trials a row, luck is {_percent(float(luck[1]['value']))} of what rows differ by; "
        f"{_percent(float(luck[0]['value']))} is common to all rows and falls out. The shares above are without luck.",
        "Sobol’s indices are settled." if not unsettled else
        f"Not settled yet: Sobol’s indices of {listed([str(name) for name in unsettled])}; more --points or --trials.",
    ]  # fmt: skip


def _order(found: Sensitivity, outcome: str) -> list[str]:
    """The inputs that were decomposed, the heaviest first, then luck."""
    total = _measure(found.table[found.table["outcome"] == outcome], SOBOL, "ST").drop(index=LUCK)
    return [*(str(name) for name in total.sort_values("value", ascending=False, kind="stable").index), LUCK]


def _measure(table: pd.DataFrame, method: str, measure: str) -> pd.DataFrame:
    rows = table[(table["method"] == method) & (table["measure"] == measure)]
    return rows.set_index("input")[["value", "low", "high"]].astype(float)


def _tornado(
    axes: Axes, turns: pd.DataFrame, names: list[str], places: style.Floats, deep: float, scale: int
) -> None:
    axes.axvline(0, color=INK, linewidth=0.9, zorder=3)
    for end, colour, hatch in (("low", LOW, "////"), ("high", HIGH, "")):
        rows = turns[turns["end"] == end].set_index("input")[["change", "change_low", "change_high"]] * scale
        for name, y in zip(names[:-1], places, strict=False):
            change, low, high = rows.loc[[name]].to_numpy(float)[0].tolist()
            axes.barh(y, change, height=0.55 * deep, color=colour, hatch=hatch, edgecolor="white", linewidth=0, zorder=2)
            axes.hlines(y + (0.13 if end == "high" else -0.13) * deep, low, high, color=INK, linewidth=1.6, zorder=4)
    axes.margins(x=0.08)


def _screening(
    axes: Axes, table: pd.DataFrame, names: list[str], places: style.Floats, deep: float, scale: int
) -> None:
    stars, sigma = (_measure(table, MORRIS, measure) * scale for measure in ("mu_star", "sigma"))
    for name, y in zip(names[:-1], places, strict=False):
        axes.barh(y, stars.loc[name, "value"], height=0.55 * deep, color=BAR, zorder=2)
        axes.hlines(y, *stars.loc[name, ["low", "high"]], color=INK, linewidth=1.6, zorder=4)
        axes.plot(sigma.loc[name, "value"], y, "o", markersize=6, color="white", markeredgecolor=INK, zorder=5)
    axes.set_xlim(0, None)
    axes.margins(x=0.08)


def _decomposition(axes: Axes, table: pd.DataFrame, names: list[str], places: style.Floats, deep: float) -> None:
    for measure, shift, colour in (("ST", -0.17, TOTAL), ("S1", 0.17, INK)):
        rows = _measure(table, SOBOL, measure)
        for name, y in zip(names, places, strict=True):
            at = y + shift * deep
            axes.barh(at, rows.loc[name, "value"], height=0.32 * deep, color=colour, zorder=2)
            axes.hlines(at, *rows.loc[name, ["low", "high"]], color="white", linewidth=3.0, zorder=3)
            axes.hlines(at, *rows.loc[name, ["low", "high"]], color=GREY, linewidth=1.6, zorder=4)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=3)
    style.rule_off(axes, (places[-1:] + places[-2:-1]) / 2)


def _beneath(axes: Axes, inches: float) -> None:
    axes.set_axis_off()
    axes.text(0, 1, fit(READ, inches - 0.3, TICK), va="top", size=TICK, color=GREY, linespacing=SPACING,
              transform=axes.transAxes)  # fmt: skip


def _settling(page_: object, grid: GridSpec, found: Sensitivity, outcome: str) -> None:
    """Draw the widest interval of either method against the rows that were played."""
    figure_, rows = grid.figure, found.convergence[found.convergence["outcome"] == outcome]
    half = (rows["high"] - rows["low"]) / 2
    stars = _measure(found.table[found.table["outcome"] == outcome], MORRIS, "mu_star")["value"].max()
    for place, method, measures in ((2, MORRIS, ("mu_star",)), (3, SOBOL, ("ST", "S1"))):
        axes = figure_.add_subplot(grid[1, place])
        for measure, dashes, colour in zip(measures, ("-", "--"), (BAR, INK), strict=False):
            of = (rows["method"] == method) & (rows["measure"] == measure)
            widest = (half[of] / (stars if method == MORRIS else 1.0)).groupby(rows["rows"]).max()
            axes.plot(widest.index, widest, dashes, marker="o", markersize=4, color=colour, linewidth=2)
        axes.axhline(TENTH, color=style.BAD, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.set(xscale="log", yscale="log", xticks=widest.index, xticklabels=[f"{n:,}" for n in widest.index])
        axes.minorticks_off()
        axes.set_yticks([0.03, 0.1, 0.3, 1], ["3 %", "10 %", "30 %", "100 %"])
        style.plain(axes, grid="y")
        axes.set_ylim(min(0.03, 0.8 * widest.min()), max(1.0, 1.2 * widest.max()))
        axes.set_xlabel("rows played; widest interval, ±", fontsize=TICK)


def _keys(found: Sensitivity) -> list[Patch | Line2D]:
    low, high = ENDS[found.over]
    ends = ("at 0, Self’s reading", "at 1, Newsham’s") if found.over == "dials" else (f"at its {low:.0%} quantile", f"at its {high:.0%} quantile")
    return [
        Patch(facecolor=LOW, hatch="////", edgecolor="white", label=ends[0]),
        Patch(color=HIGH, label=ends[1]),
        Patch(color=BAR, label="mean size of effect"),
        Line2D([], [], color="white", marker="o", markeredgecolor=INK, markersize=6, linewidth=0, label="how the effect varies"),
        Patch(color=INK, label="share alone (first order)"),
        Patch(color=TOTAL, label="share in all (total)"),
        Line2D([], [], color=INK, linewidth=1.6, label="95\u00a0% interval"),
    ]


def _percent(share: float) -> str:
    return f"{round(100 * share):d}\u00a0%".replace("-", "−")
