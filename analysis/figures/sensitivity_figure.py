"""`strait sensitivity`: a row per input; its effect alone, its effect among random others, its share of the spread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.captions import accepted_phrase, ask, belief_clause, gap, join_words, policy_phrase
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import wrap_text
from analysis.questions.sensitivity import BELIEFS, ENDS, TOLERANCE, Sensitivity
from sim.statistics.indices import LUCK, MORRIS, SOBOL
from sim.statistics.intervals import Floats

LABELS = 4.6  # inches for the labels of rows
BAR_ROOM = 0.34  # inches that the bars of a row share
BELOW = 1.9  # inches for the panels on convergence
LOW, HIGH = style.BAD, style.GOOD  # colours of an input at its lower and upper end
BAR, TOTAL, RULE = "#8c8c8c", "#c9c9c9", "#a8a8a8"
HEADS = ("One belief alone, the rest fixed", "All at random (Morris)", "Share of the spread (Sobol)")
READ = (
    "How to read it. Left: change one belief and fix the rest. Middle: the average size of its effect while all others "
    "are random; a circle far from 0 means that the effect depends on the others. Right: how much of the spread would "
    "go if this belief were known (dark), and how much cannot go without it (pale). Below: an interval under the "
    "dashed line is precise enough."
)


def draw_sensitivity(finding: Sensitivity, outcome: str) -> CaptionedFigure:
    """Draw one outcome: tornado, Morris and Sobol side by side, and beneath them how precise they are."""
    question, names = finding.question, _order(finding, outcome)
    exp, entry = question.experiment, question.experiment.catalogue.outcomes[outcome]
    a, b = (policy.title for policy in question.policies)
    table = finding.table[finding.table["outcome"] == outcome]
    meanings = dict(zip(table["input"], table["says"], strict=True))
    labels = [wrap_text("Luck" if n == LUCK else f"{n}  {meanings[n]}", LABELS, style.TICK) for n in names]
    places, heights = style.place_rows(labels, 0.16)
    deep, total = BAR_ROOM, float(heights.sum())
    _, alone, together, *_, precision = describe_sensitivity(finding, outcome)
    caption = f"{alone} {together} {precision}"
    figure = make_page(
        replace(exp, trials=finding.trials), question.start.name, caption=caption, body=total + 1.1 + BELOW,
        title=f"{ask(question)}Which beliefs make the difference between {a} and {b}?",
        note=f"“{entry.label}”, {a} minus {b}. Inputs: {finding.law}.", keys=_make_keys(finding),
    )  # fmt: skip
    each = (style.ROOM - LABELS) / 3
    rooms = {"width_ratios": [LABELS, each, each, each], "height_ratios": [total, BELOW - 0.6]}
    grid = figure.add_gridspec(2, 4, **rooms)
    label_axes = figure.add_subplot(grid[0, 0])
    top = [figure.add_subplot(grid[0, i], sharey=label_axes) for i in (1, 2, 3)]
    style.write_column(label_axes, places, labels)
    scale, unit = style.unit_scale(entry)
    _draw_tornado(top[0], finding.tornado[finding.tornado["outcome"] == outcome], names, places, deep, scale)
    _draw_screening(top[1], table, names, places, deep, scale)
    _draw_shares(top[2], table, names, places, deep)
    for axes, head, under in zip(top, HEADS, (unit, f"size of effect, {unit}", ""), strict=True):
        axes.set(ylim=(total + 0.03, -0.03), yticks=[])
        style.quiet_axes(axes)
        style.set_heading(axes, head, each - 0.2)
        axes.set_xlabel(under, fontsize=style.TICK)
    style.label_signed(top[0].xaxis)
    style.label_percent(top[2].xaxis, 4)
    _write_guide(figure.add_subplot(grid[1, :2]), LABELS + each)
    for place, method in ((2, MORRIS), (3, SOBOL)):
        _draw_convergence(figure.add_subplot(grid[1, place]), finding, outcome, method)
    return finish_figure(f"sensitivity_{outcome}_{question.start.name}", figure)


def describe_sensitivity(finding: Sensitivity, outcome: str) -> list[str]:
    """Return which beliefs make the spread of one outcome, how much is luck, and how precise that is."""
    question = finding.question
    entry = question.experiment.catalogue.outcomes[outcome]
    a, b = (policy_phrase(question.experiment, policy.name) for policy in question.policies)
    table = finding.table[finding.table["outcome"] == outcome]
    names = _order(finding, outcome)[:-1]
    alone, total, stars = (_measure(table, *of) for of in ((SOBOL, "S1"), (SOBOL, "ST"), (MORRIS, "mu_star")))
    carried = sum(stars[name][0] for name in names) / sum(star[0] for star in stars.values())
    turns = finding.tornado[finding.tornado["outcome"] == outcome]
    largest = turns.loc[[turns["change"].abs().idxmax()]].to_dict("records")[0]
    change = f"{gap(float(largest['change']), entry)} {'up' if largest['change'] > 0 else 'down'}"
    setting, name = float(largest["setting"]), str(largest["input"])
    claim = question.experiment.catalogue.claims.get(name)
    there = f"at {setting:.2g}" if claim is None else f"{accepted_phrase(claim, setting)},"
    shares = join_words([f"{name} {_between(total[name])}" for name in names[:4]])
    return [
        f"Inputs: {finding.law}.",
        f"Changed alone, {belief_clause(question.worldview)}, {name} does most: {there} "
        f"the difference of {a} from {b} on “{entry.label}” goes {change}.",
        f"With all beliefs random, the spread of that difference depends most on {shares}: total shares among "
        f"{len(names)} inputs, which make {_percent(carried)} of all effects.",
        f"Shares alone add up to {_percent(sum(alone[name][0] for name in names))}.",
        f"Luck is left out of these shares. At {finding.design['sobol_trials']:,} trials a row it makes "
        f"{_between(total[LUCK])} of the spread of the rows’ means, {_percent(alone[LUCK][0])} in common to all rows.",
        " ".join(_describe_precision(table, method) for method in (MORRIS, SOBOL)),
    ]


def _describe_precision(table: pd.DataFrame, method: str) -> str:
    """Say whether a method's values are precise to a tenth, or of which inputs they are not."""
    rows = table[(table["method"] == method) & table["measure"].isin(["mu_star", "S1", "ST"])]
    unsettled = rows.loc[rows["verdict"] != "settled", "input"].astype(str).unique().tolist()
    whose, more = ("Morris’ effects", "--trajectories") if method == MORRIS else ("Sobol’s shares", "--points")
    if not unsettled:
        return f"{whose} are precise to a tenth."
    who = join_words(unsettled) if len(unsettled) <= 4 else f"{len(unsettled)} inputs"
    return f"{whose} of {who} are not precise to a tenth; more {more} or --trials would help."


def _order(finding: Sensitivity, outcome: str) -> list[str]:
    """The inputs that were decomposed, the heaviest first, then luck."""
    total = _measure(finding.table[finding.table["outcome"] == outcome], SOBOL, "ST")
    return [*sorted((name for name in total if name != LUCK), key=lambda name: -total[name][0]), LUCK]


def _measure(table: pd.DataFrame, method: str, measure: str) -> dict[str, tuple[float, float, float]]:
    """Each input's value, low and high."""
    rows = table[(table["method"] == method) & (table["measure"] == measure)]
    figures = rows[["value", "low", "high"]].to_numpy(float).tolist()
    return {str(name): (value, low, high) for name, (value, low, high) in zip(rows["input"], figures, strict=True)}


def _draw_tornado(axes: Axes, turns: pd.DataFrame, names: list[str], places: Floats, deep: float, scale: int) -> None:
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=3)
    for end, colour, hatch in (("low", LOW, "////"), ("high", HIGH, "")):
        rows = turns[turns["end"] == end].set_index("input")[["change", "change_low", "change_high"]] * scale
        for name, y in zip(names[:-1], places, strict=False):
            change, low, high = rows.loc[[name]].to_numpy(float)[0].tolist()
            look: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white"}
            axes.barh(y, change, height=0.55 * deep, linewidth=0, zorder=2, **look)
            at = y + (0.13 if end == "high" else -0.13) * deep
            axes.hlines(at, low, high, color=style.INK, linewidth=1.6, zorder=4)
    axes.margins(x=0.08)


def _draw_screening(axes: Axes, table: pd.DataFrame, names: list[str], places: Floats, deep: float, scale: int) -> None:
    stars, sigma = (_measure(table, MORRIS, measure) for measure in ("mu_star", "sigma"))
    for name, y in zip(names[:-1], places, strict=False):
        value, low, high = (scale * number for number in stars[name])
        axes.barh(y, value, height=0.55 * deep, color=BAR, zorder=2)
        axes.hlines(y, low, high, color=style.INK, linewidth=1.6, zorder=4)
        axes.plot(scale * sigma[name][0], y, "o", markersize=6, color="white", markeredgecolor=style.INK, zorder=5)
    axes.margins(x=0.08)
    axes.set_xlim(0, None)


def _draw_shares(axes: Axes, table: pd.DataFrame, names: list[str], places: Floats, deep: float) -> None:
    for measure, shift, colour in (("ST", -0.17, TOTAL), ("S1", 0.17, style.INK)):
        finding = _measure(table, SOBOL, measure)
        for name, y in zip(names, places, strict=True):
            at, (value, low, high) = y + shift * deep, finding[name]
            axes.barh(at, value, height=0.32 * deep, color=colour, zorder=2)
            style.draw_interval(axes, at, low, high, style.GREY, 1.6)
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=3)
    style.rule_off(axes, (places[-1:] + places[-2:-1]) / 2)


def _write_guide(axes: Axes, inches: float) -> None:
    axes.set_axis_off()
    axes.text(0, 1, wrap_text(READ, inches - 0.3, style.TICK), va="top", size=style.TICK, color=style.GREY,
              linespacing=style.SPACING, transform=axes.transAxes)  # fmt: skip


def _draw_convergence(axes: Axes, finding: Sensitivity, outcome: str, method: str) -> None:
    """Draw the widest interval of a method against the rows that were played."""
    rows = finding.convergence[(finding.convergence["outcome"] == outcome) & (finding.convergence["method"] == method)]
    stars = _measure(finding.table[finding.table["outcome"] == outcome], MORRIS, "mu_star")
    scale = max(star[0] for star in stars.values()) if method == MORRIS else 1.0
    highest = lowest = TOLERANCE
    for measure, dashes, colour in (("mu_star", "-", BAR), ("ST", "-", RULE), ("S1", "--", style.INK)):
        part = rows[rows["measure"] == measure]
        if len(part):
            widest = ((part["high"] - part["low"]) / 2 / scale).groupby(part["rows"]).max()
            axes.plot(widest.index, widest, dashes, marker="o", markersize=4, color=colour, linewidth=2)
            highest, lowest = max(highest, float(widest.max())), min(lowest, float(widest.min()))
    counts = sorted({*rows["rows"].astype(int)})
    axes.axhline(TOLERANCE, color=style.BAD, linewidth=1.2, linestyle=(0, (4, 2)))
    axes.set(xscale="log", yscale="log", ylim=(lowest / 1.5, highest * 1.5))
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.set_yticks([tick for tick in (0.03, 0.1, 0.3, 1.0) if lowest / 1.5 <= tick <= highest * 1.5])
    axes.yaxis.set_major_formatter(lambda value, _: f"±{100 * value:g}\u00a0%")
    axes.minorticks_off()
    style.quiet_axes(axes, grid="y")
    axes.set_xlabel("rows played: widest interval", fontsize=style.TICK)


def _make_keys(finding: Sensitivity) -> list[Patch | Line2D]:
    low, high = ENDS[finding.over]
    ends = [f"at its {end:.0%} quantile" for end in (low, high)]
    if finding.over in BELIEFS:
        ends = ["as Self reads it, or the evidence", "as Newsham reads it, or the evidence"]
    return [
        Patch(facecolor=LOW, hatch="////", edgecolor="white", label=ends[0]), Patch(color=HIGH, label=ends[1]),
        Patch(color=BAR, label="average size of effect"),
        style.mark_key("spread of effects", color="white", markeredgecolor=style.INK, markersize=6),
        Patch(color=style.INK, label="share alone (first order)"), Patch(color=TOTAL, label="share in all (total)"),
        style.line_key(),
    ]  # fmt: skip


def _between(share: tuple[float, float, float]) -> str:
    low, high = (_percent(end).removesuffix("\u00a0%") for end in share[1:])
    return f"{_percent(share[0])} ({low} to {high})"


def _percent(share: float) -> str:
    return f"{round(100 * share):d}\u00a0%".replace("-", "−")
