"""Risk against cost: how often force is used, and what Japan loses, for each policy and worldview."""

from __future__ import annotations

from math import isnan

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import style
from analysis.figures.captions import (
    NO_LINE,
    SEE_DIFFERENCES,
    amount,
    belief_clause,
    capitalize,
    compared_policies,
    frequency_of_histories,
    histories,
    question_words,
    under_policy,
    worldview_title,
)
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, key_size, make_page
from analysis.figures.text import wrap_text
from analysis.figures.verdict_words import answer_sentence
from analysis.questions.compare import Levels, comparisons, means
from sim.results.small_table import frequency
from sim.results.tables import shown_contrasts
from sim.scenario.experiment import Experiment, Worldview

RISK, COST = "use_of_force", "japan_gdp_loss_pct"
PLANNED = "lever_years_planned"
TAKES_NOTE = " In brackets: the lever-years that a policy carries out, of those that it plans."
LOSSES_NOTE = "Losses add up over the whole time, in per cent of one year's GDP."
PANEL = 4.2  # inches high
PANELS_WIDTH, PANELS_HEIGHT = 10.2, 3.1  # inches, without the key


def draw_risk_against_cost(
    exp: Experiment, summary: pd.DataFrame, start: str, differences: pd.DataFrame | None = None
) -> CaptionedFigure:
    """Draw each policy as a point with both intervals, a panel for each worldview; the best corner is below left.

    `summary` is `result.summary()`: means of the use of force and of Japan's loss. With `differences`, which are
    `result.differences()`, the caption answers the questions of the experiment.
    """
    levels = means(summary, start)
    takes = describe_takes(exp, levels)
    figure = make_page(
        exp, start, title="What does each policy risk, and what does it cost?", body=PANEL,
        note=f"To the left, force is used in fewer {histories(exp)}. Further down, Japan loses less."
        + TAKES_NOTE * bool(takes),
        caption=describe_risk(exp, levels, exp.most_neutral(), differences, start),
        keys=[*style.policy_keys(exp, notes=takes), style.line_key()],
    )  # fmt: skip
    _draw_panels(figure, exp, levels, style.ROOM)
    return finish_figure(f"risk_against_cost_{start}", figure)


def draw_risk_panels(exp: Experiment, summary: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the panels of `draw_risk_against_cost` with their key, for a page that has its own title and caption."""
    levels, keys = means(summary, start), [*style.policy_keys(exp), style.line_key()]
    columns, deep = key_size(keys, PANELS_WIDTH)
    figure = Figure(figsize=(PANELS_WIDTH, PANELS_HEIGHT + deep), dpi=150, facecolor="white", layout="constrained")
    figure.set_label(describe_risk(exp, levels, exp.most_neutral()))
    figure.legend(handles=keys, loc="outside upper center", ncols=columns, frameon=False, fontsize=style.TICK)
    _draw_panels(figure, exp, levels, PANELS_WIDTH)
    return finish_figure(f"risk_panels_{start}", figure)


def describe_takes(exp: Experiment, levels: Levels) -> dict[str, str]:
    """Return, by policy, the lever-years that it carries out of those that it plans, under the most neutral worldview.

    A policy that takes nothing has no entry, and none has where the means were not counted.
    """
    view = exp.most_neutral().name
    found = {}
    for policy in exp.policies:
        done, planned = (levels.get((view, policy.name, name), (0.0,))[0] for name in ("lever_years", PLANNED))
        if planned > 0:
            found[policy.name] = f" ({done:.0f} of {planned:.0f})"
    return found


def _draw_panels(figure: Figure, exp: Experiment, levels: Levels, inches: float) -> None:
    """Draw a panel for each worldview, side by side in so many inches."""
    label = f"force is used in so many of 100 {histories(exp)}"
    cost = exp.catalogue.outcomes[COST]
    panels = figure.subplots(1, len(exp.worldviews), sharex=True, sharey=True, squeeze=False)[0]
    for axes, view in zip(panels, exp.worldviews, strict=True):
        for policy, look in style.policy_looks(exp).items():
            _draw_point(axes, levels, view.name, policy, look)
        style.quiet_axes(axes, grid="both")
        style.set_heading(axes, worldview_title(view), inches / len(panels) - 0.4)
        axes.set_xlabel(wrap_text(label, inches / len(panels) - 0.4, style.SMALL), fontsize=style.SMALL)
        axes.margins(0.12)
    panels[0].set_ylabel(f"{cost.label}, {cost.unit}", fontsize=style.TICK)
    panels[0].set(xlim=(0, None), ylim=(0, None))


def describe_risk(
    exp: Experiment, levels: Levels, view: Worldview, differences: pd.DataFrame | None = None, start: str = ""
) -> str:
    """Return how each question comes out for the use of force, in the words of a run's closing lines.

    Without questions or `differences`: how often force is used and what Japan loses under one worldview, with each
    policy of `compared_policies`.
    """
    asked = [pair for pair in shown_contrasts(exp) if question_words(exp, *pair)] if differences is not None else []
    risk = exp.catalogue.outcomes[RISK]
    if differences is not None and asked:
        versus = comparisons(differences[differences["outcome"] == RISK], start)
        said = " ".join(answer_sentence(exp, risk, pair, versus) for pair in asked)
    else:
        said = risk_sentence(exp, levels, view)
    unknown = any(isnan(levels[each.name, policy.name, name][1])
                  for each in exp.worldviews for policy in exp.policies for name in (RISK, COST))  # fmt: skip
    return " ".join([
        said,
        LOSSES_NOTE,
        *[NO_LINE] * unknown,
        *[SEE_DIFFERENCES] * (len(exp.policies) > 1),
    ])  # fmt: skip


def risk_sentence(exp: Experiment, levels: Levels, view: Worldview) -> str:
    """Return how often force is used and what Japan loses, under each policy of `compared_policies`."""
    parts: list[str] = []
    for policy in compared_policies(exp):
        risk, cost = (levels[view.name, policy, name][0] for name in (RISK, COST))
        loss = amount(cost, exp.catalogue.outcomes[COST])
        often = frequency_of_histories(exp, risk) if not parts else frequency(risk)
        parts.append(f"{under_policy(exp, policy)}, force is used in {often}, and Japan loses {loss} on average")
    return f"{capitalize(belief_clause(view))}: {'; '.join(parts)}."


def _draw_point(axes: Axes, levels: Levels, view: str, policy: str, look: style.Look) -> None:
    """Draw a policy with the interval of its risk across and of its cost upright."""
    (risk, left, right), (cost, low, high) = (levels[view, policy, name] for name in (RISK, COST))
    axes.hlines(cost, 100 * left, 100 * right, color=look.colour, linewidth=1.6)
    axes.vlines(100 * risk, low, high, color=look.colour, linewidth=1.6)
    axes.plot(100 * risk, cost, marker=look.marker, color=look.colour, markersize=9, linestyle="none")
