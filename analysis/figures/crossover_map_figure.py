"""The map of `strait crossover`: two beliefs, one across and one up, in colour which policy does better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from analysis.figures import style
from analysis.figures.captions import accepted_phrase, ask, belief_clause, gap, join_words, policy_phrase
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import wrap_text
from analysis.questions.crossover import Map, map_places


def draw_crossover_map(finding: Map) -> CaptionedFigure:
    """Draw the map: coloured by which policy does better and by how much, with the line where that changes."""
    question = finding.question
    exp, outcome = question.experiment, question.experiment.catalogue.outcomes[question.outcomes[0]]
    a, b = (policy.title for policy in question.policies)
    scale, unit = style.unit_scale(outcome)
    columns, rows = (map_places(exp, claim) for claim in finding.claims)
    values = finding.table["difference"].to_numpy(float).reshape(len(rows), len(columns)) * scale
    caption = " ".join(describe_crossover_map(finding))
    figure = make_page(
        replace(exp, trials=finding.trials), question.start.name, caption=caption, body=6.2,
        title=f"{ask(question)}{a} or {b}, as two beliefs change?",
        note=f"“{outcome.label}”, {a} minus {b}; all else {belief_clause(question.worldview)}. "
        "The axes say whose reading of a belief holds; along the line, the better policy changes.",
    )  # fmt: skip
    axes = figure.subplots()
    sides = style.pair_colours(exp, *(policy.name for policy in question.policies))
    first, last = sides if outcome.better == "low" else sides[::-1]
    most = float(np.abs(values).max()) or 1.0
    colours = LinearSegmentedColormap.from_list("sides", [first, "white", last])
    drawn = axes.contourf(columns, rows, values, levels=np.linspace(-most, most, 15), cmap=colours)
    if values.min() < 0 < values.max():
        axes.contour(columns, rows, values, levels=[0.0], colors=style.INK, linewidths=2.5)
    for x, y, low, high in finding.table[["dial_x", "dial_y", "low", "high"]].to_numpy(float).tolist():
        if not (low > 0 or high < 0):
            axes.plot(x, y, "o", color=style.INK, markersize=4, clip_on=False)
    bar = figure.colorbar(drawn, ax=axes)
    ends = (a, b) if outcome.better == "low" else (b, a)
    label = f"←\u00a0{ends[0]} better      {unit}      {ends[1]} better\u00a0→"
    bar.set_label(wrap_text(label, 5.8, style.TICK), fontsize=style.TICK)
    style.label_signed(bar.ax.yaxis)
    across, up = (f"{claim}  {exp.catalogue.claims[claim].says}" for claim in finding.claims)
    axes.set_xlabel(wrap_text(across, 9.5, style.TICK), fontsize=style.TICK)
    axes.set_ylabel(wrap_text(up, 4.6, style.TICK), fontsize=style.TICK)
    for axis, claim in zip((axes.xaxis, axes.yaxis), finding.claims, strict=True):
        stops = exp.catalogue.claims[claim].stops
        axis.set_ticks([*stops.values()], [style.STOP_LABELS[word] for word in stops])
    axes.yaxis.get_ticklabels()[0].set_verticalalignment("bottom")  # at the corner two labels would meet
    style.quiet_axes(axes, grid="both")
    name = f"crossover_{'_'.join(finding.claims)}_{outcome.name}_{question.start.name}"
    return finish_figure(name, figure)


def describe_crossover_map(finding: Map) -> list[str]:
    """Return in words how the difference runs over the map."""
    question, table = finding.question, finding.table
    outcome = question.experiment.catalogue.outcomes[question.outcomes[0]]
    sign = 1 if outcome.better == "low" else -1
    first = int((sign * table[["low", "high"]]).max(axis=1).lt(0).sum())
    second = int((sign * table[["low", "high"]]).min(axis=1).gt(0).sum())
    ends = [gap(float(table["difference"].iloc[place]), outcome) for place in (0, -1)]
    corners = [
        join_words([accepted_phrase(question.experiment.catalogue.claims[claim], end) for claim, end in
                    zip(finding.claims, table[["dial_x", "dial_y"]].to_numpy(float)[place], strict=True)])
        for place in (0, -1)
    ]  # fmt: skip
    left = len(table) - first - second
    a, b = (policy_phrase(question.experiment, policy.name) for policy in question.policies)
    return [
        f"Of {len(table)} points on the map, {a} does better at {first} and {b} at {second}.",
        f"At {left} (dots) it is too close to call, or trials are too few." if left else "None is too close to call.",
        f"They are {ends[0]} apart with {corners[0]}; and {ends[1]} with {corners[1]}.",
    ]
