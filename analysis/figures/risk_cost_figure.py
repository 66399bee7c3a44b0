"""Risk against cost: how often force is used, and what Japan loses, for each policy and worldview."""

from __future__ import annotations

from math import isnan

import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.captions import (
    NO_LINE,
    SEE_DIFFERENCES,
    amount,
    answer_sentence,
    belief_clause,
    capitalize,
    compared_policies,
    frequency,
    frequency_of_histories,
    histories,
    question_words,
    under_policy,
    worldview_title,
)
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from analysis.questions.compare import Levels, comparisons, means
from sim.results.tables import shown_contrasts
from sim.scenario.experiment import Experiment, Worldview

RISK, COST = "use_of_force", "japan_gdp_loss_pct"
PANEL = 4.2  # inches high


def draw_risk_against_cost(
    exp: Experiment, summary: pd.DataFrame, start: str, differences: pd.DataFrame | None = None
) -> CaptionedFigure:
    """Draw each policy as a point with both intervals, a panel for each worldview; the best corner is below left.

    `summary` is `result.summary()`: means of the use of force and of Japan's loss. With `differences`, which are
    `result.differences()`, the caption answers the questions of the experiment.
    """
    levels, outcomes = means(summary, start), exp.catalogue.outcomes
    figure = make_page(
        exp, start, title="What does each policy risk, and what does it cost?", body=PANEL,
        note=f"To the left, force is used in fewer {histories(exp)}. Further down, Japan loses less.",
        caption=describe_risk(exp, levels, exp.most_neutral(), differences, start),
        keys=[*style.policy_keys(exp), style.line_key()],
    )  # fmt: skip
    panels = figure.subplots(1, len(exp.worldviews), sharex=True, sharey=True, squeeze=False)[0]
    for axes, view in zip(panels, exp.worldviews, strict=True):
        for policy, look in style.policy_looks(exp).items():
            _draw_point(axes, levels, view.name, policy, look)
        style.quiet_axes(axes, grid="both")
        style.set_heading(axes, worldview_title(view), style.ROOM / len(panels) - 0.4)
        axes.set_xlabel(f"force is used in so many of 100 {histories(exp)}", fontsize=style.SMALL)
        axes.margins(0.12)
    panels[0].set_ylabel(f"{outcomes[COST].label}, {outcomes[COST].unit}", fontsize=style.TICK)
    panels[0].set(xlim=(0, None), ylim=(0, None))
    return finish_figure(f"risk_against_cost_{start}", figure)


def describe_risk(
    exp: Experiment, levels: Levels, view: Worldview, differences: pd.DataFrame | None = None, start: str = ""
) -> str:
    """Return how each question comes out for the use of force, in the words of a run's closing lines.

    Without questions or `differences`: how often force is used and what Japan loses under one worldview, with each
    policy of `compared_policies`.
    """
    asked = [pair for pair in shown_contrasts(exp) if question_words(exp, *pair)] if differences is not None else []
    risk, cost = (exp.catalogue.outcomes[name] for name in (RISK, COST))
    if differences is not None and asked:
        versus = comparisons(differences[differences["outcome"] == RISK], start)
        said = " ".join(answer_sentence(exp, risk, pair, versus) for pair in asked)
    else:
        parts: list[str] = []
        for policy in compared_policies(exp):
            share, loss = (levels[view.name, policy, name][0] for name in (RISK, COST))
            often = frequency_of_histories(exp, share) if not parts else frequency(share)
            text = f"force is used in {often}, and Japan loses {amount(loss, cost)} on average"
            parts.append(f"{under_policy(exp, policy)}, {text}")
        said = f"{capitalize(belief_clause(view))}: {'; '.join(parts)}."
    unknown = any(isnan(levels[each.name, policy.name, name][1])
                  for each in exp.worldviews for policy in exp.policies for name in (RISK, COST))  # fmt: skip
    return " ".join([
        said,
        "Losses add up over the whole time, in per cent of one year's GDP.",
        *[NO_LINE] * unknown,
        *[SEE_DIFFERENCES] * (len(exp.policies) > 1),
    ])  # fmt: skip


def _draw_point(axes: Axes, levels: Levels, view: str, policy: str, look: style.Look) -> None:
    """Draw a policy with the interval of its risk across and of its cost upright."""
    (risk, left, right), (cost, low, high) = (levels[view, policy, name] for name in (RISK, COST))
    axes.hlines(cost, 100 * left, 100 * right, color=look.colour, linewidth=1.6)
    axes.vlines(100 * risk, low, high, color=look.colour, linewidth=1.6)
    axes.plot(100 * risk, cost, marker=look.marker, color=look.colour, markersize=9, linestyle="none")
