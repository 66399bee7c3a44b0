"""`strait robust`: how policies do when nobody knows who is right, measure by measure, and the same in sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.captions import amount, belief_clause, capitalize, percent, policy_phrase
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.figures.text import wrap_text
from analysis.questions.robust import ALL, KEPT, Robust
from sim.scenario.catalogue import Outcome

NAMES, ROW = 2.1, 0.62  # inches: of the policies' names, and of a row
SURE = 0.95  # of resamples with the same policy first


def describe_robust(finding: Robust, name: str) -> list[str]:
    """Return which policy is best by each measure of one outcome, and how sure that is."""
    exp, outcome = finding.question.experiment, finding.question.experiment.catalogue.outcomes[name]
    rows = _rows_of(finding, name)
    sentences = []
    if name in finding.question.outcomes:
        by_view = finding.table[(finding.table["values"] == name) & (finding.table["worldview"] != ALL)]
        best = [(view, _best(by_view[by_view["worldview"] == view.name])) for view in exp.worldviews]
        phrase = {measure: _describe_best(finding, rows, measure, outcome) for measure in rows if measure != KEPT}
        sentences = [
            f"On average, if all worldviews count alike, {phrase['expected']} does best.",
            *(f"{capitalize(belief_clause(view))}, {policy_phrase(exp, row['policy'])} does best "
              f"({_between(row, outcome)})."
              for view, row in best),
            f"Regret is the loss for not having known. It is least, on average, with {phrase['expected_regret']}.",
            f"In the worst worldview regret is least with {phrase['max_regret']}; in all but 1 world of 20, with "
            f"{phrase['regret_95']}.",
            f"Worst cases: in its worst worldview {phrase['worst_view']} does best; in its worst 1 of 20 worlds, "
            f"{phrase['worst_worlds']}.",
        ]  # fmt: skip
    limit = float(rows[KEPT]["threshold"].iloc[0])
    best_kept = capitalize(_describe_best(finding, rows, KEPT, None))
    return [*sentences, f"{best_kept} most often stays {_side(outcome)} {amount(limit, outcome)}."]


def _describe_best(finding: Robust, rows: dict[str, pd.DataFrame], measure: str, outcome: Outcome | None) -> str:
    """The best policy by a measure with its number and interval; beside it the second, if they are close."""
    best, near = _best(rows[measure]), ""
    if best["first_share"] < SURE:
        rest = rows[measure][rows[measure]["policy"] != best["policy"]]
        second = rest.sort_values("first_share", kind="stable").iloc[-1]
        near = f"; close to {policy_phrase(finding.question.experiment, str(second['policy']))}"
    return f"{policy_phrase(finding.question.experiment, best['policy'])} ({_between(best, outcome)}{near})"


def _between(row: dict[Any, Any], outcome: Outcome | None) -> str:
    """A number with its interval."""
    value, low, high = (
        amount(float(row[end]), outcome) if outcome else f"{percent(float(row[end]))} of worlds"
        for end in ("value", "low", "high")
    )
    unit = value.removeprefix(value.split("\u00a0")[0])
    return f"{value}, {low.removesuffix(unit)} to {high.removesuffix(unit)}"


def draw_robust(finding: Robust, name: str) -> CaptionedFigure:
    """Draw every measure by one outcome: a column a measure, a row a policy, the best of each filled."""
    exp, outcome = finding.question.experiment, finding.question.experiment.catalogue.outcomes[name]
    rows = {measure: part for measure, part in _rows_of(finding, name).items() if not (part["value"] == 0).all()}
    wide = (style.ROOM - NAMES) / len(rows) - 0.15
    sentences = describe_robust(finding, name)
    caption = " ".join([*sentences[:1], *(text for text in sentences if text.startswith(("Regret", "In the worst")))])
    figure = make_page(
        replace(exp, trials=finding.worlds * exp.lucks), finding.question.start.name, caption=caption,
        body=ROW * len(exp.policies) + 1.5, title="Which policy would one regret least, not knowing who is right?",
        note=f"By “{outcome.label}”, from {finding.worlds:,} worlds of each worldview, {exp.lucks} lucks in each. A "
        "filled mark is the best of its column; lines are 95\u00a0% intervals.",
    )  # fmt: skip
    panels = np.atleast_1d(figure.subplots(1, len(rows), sharey=True))
    for axes, (measure, part) in zip(panels, rows.items(), strict=True):
        _draw_measure(axes, finding, part, wrap_text(_measure_title(measure, part, outcome), wide, style.TICK), outcome)
    names = [wrap_text(policy.title, NAMES, style.TICK) for policy in exp.policies]
    panels[0].set_yticks(range(len(names)), names, fontsize=style.TICK)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    return finish_figure(f"robust_{name}_{finding.question.start.name}", figure)


def _draw_measure(axes: Axes, finding: Robust, part: pd.DataFrame, head: str, outcome: Outcome) -> None:
    shares = part["measure"].iloc[0] == KEPT or outcome.unit == "share"
    for y, row in enumerate(part.to_dict("records")):
        look = style.policy_looks(finding.question.experiment)[row["policy"]]
        axes.hlines(y, row["low"], row["high"], color=look.colour, linewidth=2.0)
        face = look.colour if row["rank"] == 1 else "white"
        axes.plot(row["value"], y, look.marker, markersize=7, color=look.colour, markerfacecolor=face)
    axes.set_title(head, fontsize=style.TICK, color=style.INK, loc="left")
    low, high = part["low"].min(), part["high"].max()
    axes.set_xlim(min(0.0, low), high + 0.12 * (high - min(0.0, low)))
    style.quiet_axes(axes)
    if shares:
        style.label_percent(axes.xaxis, 3)
    else:
        axes.locator_params(axis="x", nbins=3)
    axes.tick_params(axis="y", length=0)


def _measure_title(measure: str, part: pd.DataFrame, outcome: Outcome) -> str:
    """What a column shows."""
    unit = "" if outcome.unit == "share" else f", {outcome.unit}"
    limit = amount(float(part["threshold"].iloc[0]), outcome) if measure == KEPT else ""
    return {
        "expected": f"Average, all worldviews alike{unit}",
        "expected_regret": "Regret, on average over worlds",
        "max_regret": "Regret in the worst worldview",
        "regret_95": "Regret that 1 world in 20 exceeds",
        "worst_view": "Average in its worst worldview",
        "worst_worlds": "Average of its worst 1 in 20 worlds",
        KEPT: f"Worlds {_side(outcome)} {limit} (more is better)",
    }[measure]


def _side(outcome: Outcome) -> str:
    return "at least at" if outcome.better == "high" else "within"


def _rows_of(finding: Robust, name: str) -> dict[str, pd.DataFrame]:
    """The rows of one outcome over all worldviews, by measure."""
    rows = finding.table[(finding.table["values"] == name) & (finding.table["worldview"] == ALL)]
    return {str(measure): part for measure, part in rows.groupby("measure", sort=False)}


def _best(rows: pd.DataFrame) -> dict[Any, Any]:
    return dict(rows.sort_values("rank", kind="stable").iloc[0])
