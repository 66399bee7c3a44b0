"""The figure of effort: what each policy does as written, and what it does for as much effort as the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import captions, style
from analysis.figures.figure_layout import INK, TICK, WIDTH, CaptionedFigure, finish, fit, page
from analysis.questions.compare import primary
from analysis.questions.effort import EQUAL, WRITTEN
from sim.results.tables import reference_policy

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

APART = 0.055  # inches between the two marks of a row, up or down from its middle


def draw_equal_effort(exp: Experiment, table: pd.DataFrame, start: str) -> CaptionedFigure:
    """Draw each policy's differences as written and at equal effort, by worldview and primary outcome.

    Parameters
    ----------
    exp : Experiment
        What was played: every title, label and order comes from it.
    table : DataFrame
        `analysis.questions.effort.table()`.
    start : str
        Name of the start to draw.
    """
    here = table[(table["start"] == start) & table["measure"].isin((WRITTEN, EQUAL))]
    policies, looks = list(dict.fromkeys(here["policy"])), style.looks(exp)
    factors = here[here["measure"] == EQUAL].groupby("policy")["factor"].first()
    labels = style.row_labels(exp, [f"{captions.title(exp, name)}  ×\u00a0{factors[name]:.2f}" for name in policies])
    places, deep = style.row_places(labels)
    caption, base = _caption(exp, here, factors), captions.title(exp, reference_policy(exp))
    figure = page(exp, start, title="What does each policy do for what it takes?",
                  note=f"Each policy against {base}, on the same worlds and luck.", caption=caption,
                  body=deep + 1.25, keys=_keys())  # fmt: skip
    panels = figure.subplots(1, len(primary(exp)), sharey=True, squeeze=False)[0]
    for axes, outcome in zip(panels, primary(exp), strict=True):
        scale = 100 if outcome.unit == "share" else 1
        axes.axvspan(-outcome.margin * scale, outcome.margin * scale, color=style.PALE, zorder=0)
        axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
        axes.margins(x=0.08)
        for row in here[here["outcome"] == outcome.name].to_dict("records"):
            view = [one.name for one in exp.worldviews].index(row["worldview"])
            written = row["measure"] == WRITTEN
            y = places[view * (len(policies) + 1) + 1 + policies.index(row["policy"])] + (-APART if written else APART)
            look = looks[row["policy"]]
            axes.hlines(y, row["low"] * scale, row["high"] * scale, color=look.colour, linewidth=2)
            axes.plot(row["difference"] * scale, y, look.marker, color=look.colour, markersize=6.5,
                      markerfacecolor=look.colour if written else "white", markeredgewidth=1.4)  # fmt: skip
        style.heading(axes, outcome.label, WIDTH / (len(panels) + 1.3) - 0.2)
        unit = "percentage points" if outcome.unit == "share" else outcome.unit
        sides = {"low": "← better   worse →", "high": "← worse   better →"}
        axes.set_xlabel(f"{unit}\n{sides.get(outcome.better, '')}", fontsize=TICK)
        style.rows_down(axes, labels, len(policies) + 1)
        style.signed_axis(axes.xaxis)
    return finish(f"equal_effort_{start}", figure, caption)


def _caption(exp: Experiment, here: pd.DataFrame, factors: pd.Series[float]) -> str:
    """Say how far each policy is taken, and which does most for its effort, as the first primary outcome has it."""
    outcome, view = primary(exp)[0], exp.most_neutral()
    equal = here[(here["outcome"] == outcome.name) & (here["measure"] == EQUAL) & (here["worldview"] == view.name)]
    sign = -1 if outcome.better == "high" else 1
    best = min(equal.to_dict("records"), key=lambda row: sign * row["difference"])
    size = f"{'-' if best['difference'] < 0 else '+'}{captions.gap(best['difference'], outcome)}"
    least = captions.title(exp, str(factors.idxmax()))
    return (
        "At equal effort each lever goes only the share of its way that is printed behind ×, so that every policy "
        f"plans as many lever-years as {least}. {captions.capital(captions.believing(view))} "
        f"{captions.title(exp, best['policy'])} then comes out best on {captions.measure(outcome)}: {size}."
    )


def _keys() -> list[Line2D | Patch]:
    marks = (("as written", INK), ("at equal effort", "white"))
    return [
        *(Line2D([], [], linewidth=0, color=INK, marker="o", markersize=8, markerfacecolor=face, markeredgewidth=1.4,
                 label=fit(words, 3.6, TICK)) for words, face in marks),
        Line2D([], [], color=INK, linewidth=2, label="95\u00a0% interval"),
        Patch(color=style.PALE, label="margin: too small to matter"),
    ]  # fmt: skip
