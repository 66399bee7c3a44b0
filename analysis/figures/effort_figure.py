"""The figure of effort: what each policy does as written, and what it does for as much effort as the others."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.captions import belief_clause, capitalize, policy_phrase, signed, title, worldview_title
from analysis.figures.differences_figure import Group, draw_forest, draw_margin
from analysis.figures.figure_layout import CaptionedFigure
from analysis.questions.compare import primary
from analysis.questions.effort import EQUAL, WRITTEN
from sim.results.tables import reference_policy
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment, Worldview

APART = 0.055  # inches between the two marks of a row, up or down from its middle


def draw_equal_effort(exp: Experiment, table: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw the differences that `analysis.questions.effort.table` gives, by worldview and primary outcome."""
    here = table[(table["start"] == start) & table["measure"].isin((WRITTEN, EQUAL))]
    policies, looks = list(dict.fromkeys(here["policy"])), style.policy_looks(exp)
    factors = here[here["measure"] == EQUAL].groupby("policy")["factor"].first()
    results = here.set_index(["worldview", "outcome", "policy", "measure"])[["difference", "low", "high", "margin"]]

    def draw_row(view: Worldview, axes: Axes, outcome: Outcome, row: int, y: float) -> None:
        look, scale = looks[policies[row]], style.unit_scale(outcome)[0]
        written = results.loc[[(view.name, outcome.name, policies[row], WRITTEN)]]
        draw_margin(axes, y, float(written["margin"].iloc[0]) * scale)
        for measure, shift, face in ((WRITTEN, -APART, look.colour), (EQUAL, APART, "white")):
            values = results.loc[[(view.name, outcome.name, policies[row], measure)]].to_numpy(float)[0, :3] * scale
            axes.hlines(y + shift, *values[1:], color=look.colour, linewidth=2)
            axes.plot(values[0], y + shift, look.marker, color=look.colour, markersize=6.5, markerfacecolor=face,
                      markeredgewidth=1.4)  # fmt: skip

    keys = [
        style.mark_key("as written", markeredgewidth=1.4),
        style.mark_key("at equal effort", markerfacecolor="white", markeredgewidth=1.4), style.line_key(),
    ]  # fmt: skip
    rows = [f"{title(exp, name)}  ×\u00a0{factors[name]:.2f}" for name in policies]
    groups = [Group(worldview_title(view), "", rows, partial(draw_row, view)) for view in exp.worldviews]
    return draw_forest(
        exp, start, groups, name="equal_effort", title="What does each policy do for what it takes?", keys=keys,
        note=f"Each policy against {title(exp, reference_policy(exp))}, on the same worlds and luck.",
        caption=_caption(exp, here, factors),
    )  # fmt: skip


def _caption(exp: Experiment, here: pd.DataFrame, factors: pd.Series[float]) -> str:
    """Say how far each policy is taken, and which does most for its effort on the first primary outcome."""
    outcome, view = primary(exp)[0], exp.most_neutral()
    equal = here[(here["outcome"] == outcome.name) & (here["measure"] == EQUAL) & (here["worldview"] == view.name)]
    sign = -1 if outcome.better == "high" else 1
    best = min(equal.to_dict("records"), key=lambda row: sign * row["difference"])
    return (
        "×: the share of each lever's full step, so that every policy plans as many lever-years as "
        f"{policy_phrase(exp, str(factors.idxmax()))}. {capitalize(belief_clause(view))}, at equal effort, "
        f"{policy_phrase(exp, best['policy'])} does best on “{outcome.label}”: {signed(best['difference'], outcome)}."
    )
