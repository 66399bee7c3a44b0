"""`strait story`: how danger adds up under two policies, and the timelines of both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.figures import style
from analysis.figures.captions import belief_clause
from analysis.figures.figure_layout import CaptionedFigure, finish_figure, make_page
from sim.narrative import narration

if TYPE_CHECKING:
    from sim.narrative.story import Story

MARKERS = {"step": "o", "coercion": "s", "drill": "^", "crisis": "D", "quarantine": "h", "force": "X", "end": "P",
           "fall": "*"}  # fmt: skip
HOLLOW = ("step", "quarantine", "end")
LARGE = ("quarantine", "force", "end", "fall")


def draw_story(story: Story) -> CaptionedFigure:
    """Draw the danger that adds up on each side, up to the breaking points, and under it two timelines."""
    rules = {rule["sign"]: rule[story.language] for rule in narration.read_words()["marks"]}
    seen = {sign for marks in story.marks.values() for _, sign in marks}
    keys = [_sign(sign, style.INK, label=label) for sign, label in rules.items() if sign in seen]
    exp = replace(story.experiment, trials=story.counts["n"])
    figure = make_page(
        exp, story.start.name, body=5.2, keys=keys, title=story.headline,
        note=f"Trial {story.trial} {belief_clause(story.worldview)}.",
        caption=f"{story.say('danger_note')} {story.counted} {story.other_lucks} {story.say('luck_note')}",
    )  # fmt: skip
    looks = style.policy_looks(story.experiment)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    months = np.arange(1, len(next(iter(story.danger.values()))) + 1) * story.experiment.step_months
    for side, policy in story.policies.items():
        look, danger = looks[policy.name], np.concatenate([[0.0], story.danger[side]])
        top.plot([0, *months], danger, color=look.colour, linewidth=2.2, dashes=look.dashes)
    for point in story.breaking_points:
        top.axhline(point, color=style.GREY, linewidth=1.2, linestyle=(0, (5, 3)))
    top.text(0, story.breaking_points[-1], story.say("breaking_point"), size=style.TICK, color=style.GREY, va="bottom")
    top.set_ylim(0, 1.12 * max(story.breaking_points[-1], *map(np.nanmax, story.danger.values())))
    top.set_ylabel("danger so far\n(hazard, summed)", fontsize=style.TICK)
    style.quiet_axes(top, grid="both")
    _draw_lanes(bottom, story, {side: looks[policy.name].colour for side, policy in story.policies.items()})
    parting = story.narration["parting"]["month"]
    if parting is not None:
        for axes in (top, bottom):
            axes.axvspan(parting, parting + 1, color=style.PALE, zorder=0)
    return finish_figure(f"story_{story.trial}", figure)


def _draw_lanes(axes: Axes, story: Story, colours: dict[str, str]) -> None:
    months = story.experiment.months
    for row, side in enumerate(story.policies):
        axes.plot([0, months], [-row, -row], color=colours[side], linewidth=2)
        for time, sign in story.marks[side]:
            axes.add_line(_sign(sign, colours[side], place=(min(time, months), -row)))
        axes.text(0, -row + 0.22, story.head(side), size=style.TICK, color=style.INK, weight="bold", va="bottom")
    axes.set(xlim=(-0.01 * months, 1.01 * months), ylim=(-1.5, 0.75), yticks=[])
    ticks = np.arange(0, months + 1, 12 * max(round(months / 120), 1))
    axes.set_xticks(ticks, [story.date(int(month)) for month in ticks], fontsize=style.TICK)
    style.quiet_axes(axes)


def _sign(sign: str, colour: str, place: tuple[float, float] | None = None, label: str = "") -> Line2D:
    x, y = ([], []) if place is None else ([place[0]], [place[1]])
    return Line2D(
        x, y, marker=MARKERS[sign], markersize=11 if sign in LARGE else 6, linewidth=0, color=colour, label=label,
        markerfacecolor="white" if sign in HOLLOW else colour, zorder=4 if sign in LARGE else 3, clip_on=False,
    )  # fmt: skip
