"""`strait mechanisms`: for each contrast and worldview, what deters and what provokes, as signed bars."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.captions import (
    belief_clause,
    capitalize,
    difference_unit,
    digits,
    event,
    histories,
    join_words,
    margin,
    measure,
    policy_phrase,
    question_words,
    start_clause,
    title,
    worldview_title,
)
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import wrap_text
from analysis.questions.mechanisms import ABSENT, MECHANISMS, OTHER, PROVOKED, TOTAL, WORDS, Mechanisms
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment
from sim.statistics.contrasts import TOO_FEW

ALL_WORDS = WORDS | {OTHER: "other", TOTAL: "in all"}
WHOSE = {"lost_hope": " (our inference)", "spiral": " (Self)"}
LABELS = {name: capitalize(words) + WHOSE.get(name, "") for name, words in ALL_WORDS.items()}
PARTS = (*MECHANISMS, OTHER)  # these add up
LABEL_ROOM = 2.5  # inches
ALL = "#666666"
MOST_PAIRS = 3
SHEET = {"facecolor": "white", "linewidth": 0, "pad": 1}  # behind text, over the lines of a panel
Row = dict[Any, Any]


def draw_mechanisms(finding: Mechanisms, outcome: str) -> CaptionedFigure:
    """Draw one outcome: a group of bars for each contrast, a panel for each worldview."""
    exp, entry = finding.question.experiment, finding.question.experiment.catalogue.outcomes[outcome]
    small, views = _small_parts(finding, outcome), exp.worldviews
    shown = [*(name for name in PARTS if name not in small), TOTAL]
    inches = (style.ROOM - LABEL_ROOM) / len(views) - 0.25
    groups = [[_rows(finding, outcome, view.name, *pair) for view in views] for pair in finding.contrasts]
    sums = [[wrap_text(sum_of_parts(rows, entry), inches, style.TICK, bold=True) for rows in group] for group in groups]
    heads = [wrap_text(f"{question_words(exp, a, b)} {title(exp, a)} against {title(exp, b)}".strip(), LABEL_ROOM - 0.2,
                       style.TICK, bold=True) for a, b in finding.contrasts]  # fmt: skip
    labels = [text for head, own in zip(heads, sums, strict=True)
              for text in (_pad(head, own), *(LABELS[name] for name in shown))]  # fmt: skip
    step = len(shown) + 1
    places, heights = style.place_rows(labels)
    figure = make_page(
        replace(exp, trials=finding.trials), finding.question.start.name, body=float(heights.sum()) + 1.0,
        title="Does it deter or provoke?", caption=_caption(finding, outcome, small),
        note=f"What each mechanism adds to {measure(entry)}; first policy minus second.", keys=_make_keys(entry),
    )  # fmt: skip
    panels = figure.subplots(1, len(views), sharey=True, sharex=True, squeeze=False)[0]
    for column, (axes, view) in enumerate(zip(panels, views, strict=True)):
        axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
        axes.margins(x=0.3)
        for i, group in enumerate(groups):
            axes.text(0.01, places[i * step], sums[i][column], transform=axes.get_yaxis_transform(), color=style.INK,
                      size=style.TICK, weight="bold", va="center", bbox=SHEET)  # fmt: skip
            for row, name in enumerate(shown, start=1):
                _draw_bar(axes, float(places[i * step + row]), group[column][name], entry)
        style.set_heading(axes, worldview_title(view), inches)
        axes.set_xlabel(style.unit_scale(entry)[1], fontsize=style.TICK)
        style.label_rows(axes, labels, [i % step == 0 for i in range(len(labels))])
    for axes in panels:
        style.label_signed(axes.xaxis)
    return finish_figure(f"mechanisms_{outcome}_{finding.question.start.name}", figure)


def _pad(label: str, others: list[str]) -> str:
    """Return a label with as many lines as the highest text of its row."""
    return label + "\n" * (max(text.count("\n") for text in (label, *others)) - label.count("\n"))


def describe_mechanisms(finding: Mechanisms, outcome: str) -> list[str]:
    """Return for each contrast and worldview what deters and what provokes, then the largest interactions."""
    exp, entry = finding.question.experiment, finding.question.experiment.catalogue.outcomes[outcome]
    lines = []
    for pair in finding.contrasts:
        for view in exp.worldviews:
            rows = _rows(finding, outcome, view.name, *pair)
            lines.append(f"{_contrast(exp, *pair)}, {belief_clause(view)}: {sum_of_parts(rows, entry)}.")
    return [*lines, *_describe_pairs(finding, outcome, entry)]


def tabulate_mechanisms(finding: Mechanisms, outcome: str, contrast: tuple[str, ...]) -> pd.DataFrame:
    """Return one contrast for people: a row for each part, a column for each worldview, in points per 100 trials."""
    exp, entry = finding.question.experiment, finding.question.experiment.catalogue.outcomes[outcome]
    columns = {}
    for view in exp.worldviews:
        rows = _rows(finding, outcome, view.name, *contrast)
        columns[worldview_title(view)] = {LABELS[name]: with_limits(rows[name], entry) for name in (*PARTS, TOTAL)}
    return pd.DataFrame(columns)


def head_table(finding: Mechanisms, outcome: str, contrast: tuple[str, ...]) -> str:
    """Return the heading over the table of one contrast: what is compared, by which outcome, in which unit."""
    exp = finding.question.experiment
    words = question_words(exp, *contrast)
    return f"{words and words + ' '}{_contrast(exp, *contrast)}, {_measured_by(exp, outcome)}:"


def head_sentences(finding: Mechanisms, outcome: str) -> str:
    """Return the heading over the sentences on all contrasts."""
    exp = finding.question.experiment
    return f"From {start_clause(exp, finding.question.start)}, {_measured_by(exp, outcome)}:"


def _measured_by(exp: Experiment, outcome: str) -> str:
    entry = exp.catalogue.outcomes[outcome]
    return f"“{entry.label}”, in {f'points per 100 {histories(exp)}' if entry.unit == 'share' else entry.unit}"


def _contrast(exp: Experiment, a: str, b: str) -> str:
    return f"{capitalize(policy_phrase(exp, a))} instead of {policy_phrase(exp, b)}"


def _rows(finding: Mechanisms, outcome: str, view: str, a: str, b: str) -> dict[str, Row]:
    """Rows of the table by mechanism, of one contrast under one worldview."""
    table = finding.table
    chosen = (table["outcome"] == outcome) & (table["worldview"] == view)
    own = table[chosen & (table["policy_a"] == a) & (table["policy_b"] == b)]
    return {str(row["mechanism"]): row for row in own.to_dict("records")}


def _small_parts(finding: Mechanisms, outcome: str) -> list[str]:
    """Mechanisms that change no difference by the margin: a figure leaves them out and names them."""
    table = finding.table[finding.table["outcome"] == outcome]
    largest = table.assign(size=table["value"].abs()).groupby("mechanism")["size"].max()
    limit = finding.question.experiment.catalogue.outcomes[outcome].margin
    return [name for name in PARTS if float(largest[name]) < limit]


def sum_of_parts(rows: dict[str, Row], entry: Outcome) -> str:
    """Return the sum of one contrast in words: 'deters −12, provokes +4, in all −8'.

    All parts have the decimals of the whole, and add up to it as they are shown.
    """
    scale, good = difference_unit(entry)[0], 1 if entry.better == "high" else -1
    values = [scale * float(rows[name]["value"]) for name in ("deterrence", PROVOKED, TOTAL)]
    places = len(digits(values[-1]).partition(".")[2])
    deters, provokes, total = (round(value, places) for value in values)
    rest = round(values[2] - values[0] - values[1], places)
    if not rest:
        provokes = round(total - deters, places)

    def shown(value: float) -> str:
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):.{places}f}"

    parts = [f"{verb}{' less' * (value * sign < 0)} {shown(value)}"
             for verb, value, sign in (("deters", deters, good), ("provokes", provokes, -good))]  # fmt: skip
    if rest:
        parts.append(f"rest {shown(round(total - deters - provokes, places))}")
    parts.append(f"in all {shown(total)}")
    return ", ".join(part.replace(" ", "\u00a0") for part in parts)


def _signed(value: float, entry: Outcome) -> str:
    size = digits(difference_unit(entry)[0] * abs(value))
    return size if size == "0" else f"{'+' if value > 0 else '−'}{size}"


def _limits(row: Row) -> tuple[float, float]:
    """Return the joint limits of a part, or its own where worlds are too few for a joint interval; NaN without any."""
    names: list[str] = ["low", "high"] if pd.isna(row["joint_low"]) else ["joint_low", "joint_high"]
    limits = [float("nan") if pd.isna(row[name]) else float(row[name]) for name in names]
    return limits[0], limits[1]


def with_limits(row: Row, entry: Outcome) -> str:
    """Return a part and its limits: '−12 (−13 to −11)'."""
    low, high = _limits(row)
    value = _signed(float(row["value"]), entry)
    if row["verdict"] == ABSENT:
        return "none"
    return f"{value} ({TOO_FEW if pd.isna(low) else f'{_signed(low, entry)} to {_signed(high, entry)}'})"


def _describe_pairs(finding: Mechanisms, outcome: str, entry: Outcome) -> list[str]:
    """Name the largest interactions that are clear and matter, or say that there are none."""
    exp, table = finding.question.experiment, finding.pairs
    clear = table[(table["outcome"] == outcome) & table["verdict"].isin(["raises", "lowers"])]
    clear = clear.drop_duplicates(["mechanism_a", "mechanism_b"]).head(MOST_PAIRS)
    if clear.empty:
        return [f"No two mechanisms are found to do {margin(entry)} more or less together than each alone."]
    views = {view.name: belief_clause(view) for view in exp.worldviews}
    words = [
        f"{ALL_WORDS[row['mechanism_a']]} with {ALL_WORDS[row['mechanism_b']]} "
        f"{_signed(row['interaction'], entry)} ({views[row['worldview']]}, {title(exp, row['policy_a'])} against "
        f"{title(exp, row['policy_b'])})"
        for row in clear.to_dict("records")
    ]
    return [f"Largest interactions, of which either mechanism has half: {'; '.join(words)}."]


def _caption(finding: Mechanisms, outcome: str, small: list[str]) -> str:
    exp, entry = finding.question.experiment, finding.question.experiment.catalogue.outcomes[outcome]
    view, pair = exp.worldviews[0], finding.contrasts[0]
    rows = _rows(finding, outcome, view.name, *pair)
    first = f"{capitalize(belief_clause(view))}, {policy_phrase(exp, pair[0])} instead of {policy_phrase(exp, pair[1])}"
    what = f"{event(entry)} in so many more or fewer of 100 {histories(exp)}" if entry.unit == "share" else entry.unit
    left_out = [ALL_WORDS[name] for name in small]
    text = f"{first} {sum_of_parts(rows, entry)} ({what}). The parts add up to the whole before rounding."
    return text + (f" Left out, for they change less than {margin(entry)}: {join_words(left_out)}." if left_out else "")


def _draw_bar(axes: Axes, y: float, row: Row, entry: Outcome) -> None:
    """Draw one part with its interval and its number, which stands beyond both."""
    scale, _ = style.unit_scale(entry)
    value, (low, high) = scale * float(row["value"]), _limits(row)
    good = value > 0 if entry.better == "high" else value < 0
    colour = ALL if row["mechanism"] == TOTAL else style.GOOD if good else style.BAD
    axes.barh(y, value, height=0.15, color=colour, zorder=2)
    ends = [value]
    if not pd.isna(low):
        ends += [scale * low, scale * high]
        style.draw_interval(axes, y, scale * low, scale * high, width=1.2)
    left = value < 0
    end, aside, side = (min(ends), -5, "right") if left else (max(ends), 5, "left")
    axes.annotate(_signed(float(row["value"]), entry), (end, y), xytext=(aside, 0), textcoords="offset points",
                  size=style.TICK, color=style.INK, va="center", ha=side)  # fmt: skip


def _make_keys(entry: Outcome) -> list[Any]:
    better, worse = ("raises", "lowers") if entry.better == "high" else ("lowers", "raises")
    return [Patch(color=style.GOOD, label=f"{better} it"), Patch(color=style.BAD, label=f"{worse} it"),
            Patch(color=ALL, label="in all"), style.line_key("joint 95\u00a0% interval")]  # fmt: skip
