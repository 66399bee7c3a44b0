"""`strait crossover`: a dial a row, which policy does better along it, and where that changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.captions import ask, belief_clause, capitalize, gap, join_words, number_word, policy_phrase
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import wrap_text
from analysis.questions.crossover import Crossover
from sim.engine.question import Question
from sim.scenario.catalogue import Outcome

LABELS, RESULTS = 6.3, 2.6  # inches for the labels of rows, and for their results
ORDER = ("one", "many", "undecided", "none")
EDGE = 0.1  # how far beyond its dial a row shows the way to a crossing beyond a reading
STEPS = 40  # pieces of one side of a dial, each in its colour, with limits on straight lines between played dials
NAMED = 5  # beliefs in a sentence, at most
SHOWN = 14  # rows at least; beliefs that change nothing are drawn only so far, and counted in the caption


def draw_crossover(finding: Crossover, outcome: str) -> CaptionedFigure:
    """Draw the claims' dials for one outcome: the ones with a crossing first, then those that move most."""
    exp, question = finding.question.experiment, finding.question
    entry, a, b = exp.catalogue.outcomes[outcome], *(policy.title for policy in question.policies)
    curves = finding.curves[finding.curves["outcome"] == outcome]
    table = _ordered(finding.table[finding.table["outcome"] == outcome], curves)
    table = table.head(max(SHOWN, int(table["kind"].isin(["one", "many"]).sum())))
    labels = [wrap_text(f"{claim}  {exp.catalogue.claims[claim].says}", LABELS, style.TICK) for claim in table["claim"]]
    places, heights = style.place_rows(labels, 0.13)
    caption = " ".join([*describe_crossover(finding, outcome), _caption_end(finding, outcome, len(table))])
    figure = make_page(
        replace(exp, trials=finding.trials), question.start.name, caption=caption, body=float(heights.sum()) + 0.85,
        title=f"{ask(question)}{a} or {b}: where along a belief does the better policy change?",
        note=f"“{entry.label}”; one belief moves at a time, the others stay as {belief_clause(question.worldview)}.",
        keys=_make_keys(question, a, b),
    )  # fmt: skip
    widths = [LABELS, style.ROOM - LABELS - RESULTS, RESULTS]
    label_axes, axes, result_axes = figure.subplots(1, 3, sharey=True, width_ratios=widths)
    results = []
    for y, row in zip(places, table.to_dict("records"), strict=True):
        curve = curves[curves["claim"] == row["claim"]]
        _draw_dial(axes, question, y, curve, row, entry.better)
        results.append(row_result(row, curve, entry))
    style.write_column(label_axes, places, labels)
    style.write_column(result_axes, places, results)
    axes.set(ylim=(float(heights.sum()) + 0.04, -0.04), yticks=[], xlim=(-1 - EDGE, 1 + EDGE))
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    axes.set_xticks([-1, 0, 1], [*style.STOP_LABELS.values()])
    style.quiet_axes(axes)
    return finish_figure(f"crossover_{outcome}_{question.start.name}", figure)


def describe_crossover(finding: Crossover, outcome: str) -> list[str]:
    """Return along which beliefs the better policy changes, for one outcome."""
    table, question = finding.table[finding.table["outcome"] == outcome], finding.question
    a, b = (policy_phrase(question.experiment, policy.name) for policy in question.policies)
    label = question.experiment.catalogue.outcomes[outcome].label
    rows = _ordered(table).to_dict("records")
    inside = [row for row in rows if changes_between(row)]
    beyond = [row for row in rows if row["kind"] in ("one", "many") and not changes_between(row)]
    close = [str(row["claim"]) for row in rows if row["kind"] == "undecided"]
    nowhere = f"nowhere along {rows[0]['claim']}" if len(rows) == 1 else "along no single belief"
    count = f"along {number_word(len(inside))} belief{'s' * (len(inside) > 1)}" if inside else nowhere
    sentences = [
        f"On “{label}”, {belief_clause(question.worldview)}, the better of {a} and {b} changes {count}, "
        "from the evidence (0) to Self’s reading (−1) or Newsham’s (1)."
    ]
    if inside:
        names = join_words([f"{row['claim']} at {describe_position(row)}" for row in inside[:NAMED]])
        sentences.append(f"It changes along {names}.")
    if beyond:
        names = join_words([f"{row['claim']} at {describe_position(row)}" for row in beyond])
        sentences.append(f"Beyond an author’s reading, at legal numbers, it changes along {names}.")
    if close:
        sentences.append(
            f"It is too close to call along {join_words(close)}."
            if len(close) <= NAMED
            else f"It is too close to call along {len(close)} beliefs."
        )
    return sentences


def changes_between(row: dict[Any, Any]) -> bool:
    """True if the better policy clearly changes between the evidence and a reading, and not only beyond one."""
    places = [row["crossing"]] if row["kind"] == "one" else _places(row)
    return any(-1 <= place <= 1 for place in places)


def row_result(row: dict[Any, Any], curve: pd.DataFrame, outcome: Outcome) -> str:
    """Return a row's result in words; where nothing changes, by how much the better policy leads at both ends."""
    if row["kind"] == "undecided":
        return "too close to call"
    if row["kind"] != "none":
        return describe_position(row) + ("" if changes_between(row) else " (beyond)")
    ends = [gap(end, outcome) for end in end_differences(curve)]
    return f"ahead by {ends[0].split()[0]} to {ends[1]}" if ends[0] != ends[1] else f"ahead by {ends[0]}"


def end_differences(curve: pd.DataFrame) -> tuple[float, float]:
    """Return the difference at both ends of a dial: at readings, or at the evidence where an author is silent."""
    inside = curve[curve["dial"].between(-1, 1)].sort_values("dial")["difference"]
    return float(inside.iloc[0]), float(inside.iloc[-1])


def _draw_dial(
    axes: Axes, question: Question, y: float, curve: pd.DataFrame, row: dict[Any, Any], better: str
) -> None:  # fmt: skip
    """Draw one dial: coloured where one policy is clearly better, with the crossing on it."""
    colours = style.pair_colours(question.experiment, *(policy.name for policy in question.policies))
    start, end = question.experiment.catalogue.claims[str(row["claim"])].dial_range
    dial = np.linspace(start, end, round((end - start) * STEPS) + 1)
    low, high = (
        np.interp(dial, curve["dial"].to_numpy(float), curve[name].to_numpy(float)) for name in ("low", "high")
    )
    for i in range(len(dial) - 1):
        signs = {np.sign(low[i]), np.sign(high[i]), np.sign(low[i + 1]), np.sign(high[i + 1])}
        first = signs == {-1.0 if better == "low" else 1.0}
        colour = style.PALE if signs not in ({1.0}, {-1.0}) else colours[0] if first else colours[1]
        axes.barh(y, dial[i + 1] - dial[i], left=dial[i], height=0.16, color=colour, linewidth=0, zorder=2)
    if row["kind"] == "one":
        ends = [end if pd.isna(limit) else limit
                for end, limit in ((max(row["legal_low"], -1 - EDGE), row["low"]),
                                   (min(row["legal_high"], 1 + EDGE), row["high"]))]  # fmt: skip
        style.draw_interval(axes, y, *np.clip(ends, -1 - EDGE, 1 + EDGE))
    for place in [row["crossing"]] if row["kind"] == "one" else _places(row):
        mark = "<" if place < -1 else ">" if place > 1 else "o"
        axes.plot(np.clip(place, -1 - EDGE, 1 + EDGE), y, mark, markersize=8, color=style.INK, zorder=6, clip_on=False)


def _ordered(table: pd.DataFrame, curves: pd.DataFrame | None = None) -> pd.DataFrame:
    """Claims with one crossing first, nearest to the evidence; then many, undecided and none, the most moving first."""
    rank = table["kind"].map(ORDER.index)
    near = table["crossing"].abs().fillna(0)
    if curves is not None:
        ends = {claim: end_differences(curve) for claim, curve in curves.groupby("claim")}
        moves = table["claim"].map({claim: abs(last - first) for claim, (first, last) in ends.items()})
        near = near.where(rank < ORDER.index("undecided"), -moves)
    return table.assign(_rank=rank, _near=near).sort_values(["_rank", "_near"], kind="stable")


def _places(row: dict[Any, Any]) -> list[float]:
    """All crossings of a row that has many."""
    return [float(place) for place in row["crossings"].split("; ")] if row["kind"] == "many" else []


def describe_position(row: dict[Any, Any]) -> str:
    """Where along its dial a row's better policy changes, with the interval of a single change."""
    if row["kind"] == "many":
        return join_words([f"{place:.2f}" for place in _places(row)]).replace("-", "−")
    low, high = (f"{row[end]:.2f}" if not pd.isna(row[end]) else "the legal end" for end in ("low", "high"))
    return f"{row['crossing']:.2f} ({low} to {high})".replace("-", "−")


def _caption_end(finding: Crossover, outcome: str, shown: int) -> str:
    table = finding.table[finding.table["outcome"] == outcome]
    rest = f" {len(table) - shown} beliefs that move less are left out." if len(table) > shown else ""
    kept, close = (int((table["kind"] == kind).sum()) for kind in ("none", "undecided"))
    return (
        f"Of {len(table)} beliefs, {kept} leave the better policy as it is at every legal value. "
        f"{capitalize(number_word(close))} {'is' if close == 1 else 'are'} too close to call.{rest} "
        "At the right: where it changes, with a 95\u00a0% interval; or by how much the better policy is ahead at both "
        "ends. Where an author is silent, the dial ends at the evidence."
    )


def _make_keys(question: Question, a: str, b: str) -> list[Patch | Line2D]:
    colours = style.pair_colours(question.experiment, *(policy.name for policy in question.policies))
    return [
        Patch(color=colours[0], label=wrap_text(f"{a} better", 3.6, style.TICK)),
        Patch(color=colours[1], label=wrap_text(f"{b} better", 3.6, style.TICK)),
        Patch(color=style.PALE, label="too close to call"),
        style.mark_key("it changes here", linewidth=2),
        style.mark_key("it changes beyond", marker=">"),
    ]
