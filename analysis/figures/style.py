"""What all panels share: axes, rows, keys, intervals, and colours that survive colour blindness and grey print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, count
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from analysis.figures.text import text_height, wrap_text
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment
from sim.statistics.intervals import Floats

# Inches: as wide as a 16:9 slide, so that a point on the page is a point on the screen.
WIDTH, MARGIN = 13.33, 0.35
ROOM = WIDTH - 2 * MARGIN
TITLE, HEADING, BODY, TICK, SMALL = 19.0, 12.5, 13.0, 11.0, 10.5  # points
INK, GREY = "#1a1a1a", "#555555"
SPACING = 1.15
PALE, GRID, RULE = "#e6e6e6", "#d9d9d9", "#999999"
GOOD, BAD = "#1B7837", "#762A83"  # no policy has these
# Okabe and Ito's colours without yellow, which vanishes on white, then four more. Markers and dashes tell them apart in
# grey.
COLOURS = ("#000000", "#D55E00", "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#7F5A2B", "#A50034", "#7D8500",
           "#2F3F9F", "#8FD694")  # fmt: skip
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*", "<", "p", ">", "h")
DASHES = ((), (6, 2), (2, 1.2), (7, 2, 1.5, 2), (1, 1.6), (10, 3), (4, 1, 1, 1, 1, 1), (3, 4), (12, 2, 2, 2), (5, 5),
          (9, 1), (2, 3, 6, 3))  # fmt: skip
SHIPPED = ("status_quo", "direct_ties", "interoperability", "both", "quiet_depth")  # each has its look to itself
STOP_LABELS = {"self": "as Self\nreads it", "evidence": "the\nevidence", "newsham": "as Newsham\nreads it"}
LOGARITHMIC = 10.0  # an axis of losses longer than this, in % of GDP, is logarithmic above 1


class Look(NamedTuple):
    """How one policy is drawn in every figure."""

    colour: str
    marker: str
    dashes: tuple[float, ...]


def policy_looks(exp: Experiment) -> dict[str, Look]:
    """Return policy name -> Look, no two alike: a policy that comes with Strait always has the same.

    Other policies take in their order what is left: first the looks that are nobody's, then those of shipped policies
    that are not played.
    """
    names = [policy.name for policy in exp.policies]
    absent = (i for i, name in enumerate(SHIPPED) if name not in names)
    left = chain(range(len(SHIPPED), len(COLOURS)), absent, count(len(COLOURS)))
    return {name: _look(SHIPPED.index(name) if name in SHIPPED else next(left)) for name in names}


def _look(number: int) -> Look:
    """Return the look of a number; once all colours are used, they come again with another marker and other dashes."""
    turn, i = divmod(number, len(COLOURS))
    j = (i + turn) % len(MARKERS)
    return Look(COLOURS[i], MARKERS[j], DASHES[j])


def pair_colours(exp: Experiment, a: str, b: str) -> tuple[str, str]:
    """Return the colours of the two policies of a contrast."""
    known = policy_looks(exp)
    return known[a].colour, known[b].colour


def policy_keys(
    exp: Experiment, *, lines: bool = False, notes: Mapping[str, str] = MappingProxyType({})
) -> list[Line2D]:
    """Return one entry of the key per policy: its marker, on its line where `lines` is true; `notes` follow titles."""
    keys = []
    for policy, look in zip(exp.policies, policy_looks(exp).values(), strict=True):
        key = Line2D([], [], color=look.colour, marker=look.marker, markersize=8, linewidth=2.2 if lines else 0)
        key.set_dashes(look.dashes)
        key.set_label(wrap_text(policy.title + notes.get(policy.name, ""), 3.6, TICK))
        keys.append(key)
    return keys


def mark_key(label: str, **mark: Any) -> Line2D:
    """Return an entry of the key that is a mark without a line."""
    look: dict[str, Any] = {"linewidth": 0, "color": INK, "marker": "o", "markersize": 8} | mark
    return Line2D([], [], label=label, **look)


def line_key(label: str = "95\u00a0% interval", **line: Any) -> Line2D:
    """Return an entry of the key that is a line."""
    look: dict[str, Any] = {"color": INK, "linewidth": 2} | line
    return Line2D([], [], label=label, **look)


def margin_key() -> Patch:
    return Patch(color=PALE, label="margin: less is too small to matter")


def quiet_axes(axes: Axes, *, grid: Literal["x", "y", "both"] = "x") -> None:
    """Give a panel the quiet look of all: no box, a pale grid behind the data."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.tick_params(labelsize=TICK, color=RULE, labelcolor=INK)
    axes.set_axisbelow(True)
    axes.grid(axis=grid, color=GRID, linewidth=0.8)


def set_heading(axes: Axes, text: str, inches: float) -> None:
    """Head a panel, wrapped to its width."""
    axes.set_title(wrap_text(text, inches, HEADING), fontsize=HEADING, color=INK)


def label_percent(axis: Axis, steps: int = 5) -> None:
    """Label an axis of shares in per cent, in at most so many steps."""
    axis.set_major_locator(MaxNLocator(steps, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{round(100 * value, 6):g}\u00a0%"))


def unit_scale(outcome: Outcome) -> tuple[int, str]:
    """Return the scale and the unit of an axis of differences."""
    return (100, "percentage points") if outcome.unit == "share" else (1, outcome.unit)


def label_signed(axis: Axis) -> None:
    """Label an axis of differences, its limits set, with their signs; whole numbers in more steps than decimals."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(MaxNLocator(6 if high - low > 3 else 4, steps=[1, 2, 3, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:+g}".replace("-", "−") if x else "0"))


def scale_losses(axes: Axes, unit: str, most: float) -> None:
    """Scale an axis of losses from zero; a long one is logarithmic above 1, and its label says so."""
    axes.set_xlabel(unit if most <= LOGARITHMIC else f"{unit}, logarithmic scale above 1", fontsize=TICK)
    if most <= LOGARITHMIC:
        axes.set_xlim(0, 1.06 * most or 1.0)
        return
    axes.set_xscale("symlog", linthresh=1, linscale=0.5)
    axes.set_xlim(0, 1.25 * most)
    ticks = (0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    axes.xaxis.set_major_locator(FixedLocator([tick for tick in ticks if tick <= 1.2 * most]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def time_unit(exp: Experiment) -> tuple[int, str]:
    """Return months per unit of the time axis and the unit's name: years for long horizons, else months."""
    return (12, "years") if exp.months >= 24 else (1, "months")


def place_rows(labels: Sequence[str], gap: float | Sequence[float] = 0.08) -> tuple[Floats, Floats]:
    """Return the middle and the height of each row, in inches from the top; `gap` is added to its label's height."""
    heights = np.array([text_height(text, TICK) for text in labels]) + np.asarray(gap)
    return np.cumsum(heights) - heights / 2, heights


def group_labels(head: str, rows: Sequence[str]) -> list[str]:
    """Return wrapped labels: of a head, which is bold, and of the rows under it."""
    return [wrap_text(head, 2.9, TICK, bold=True), *(wrap_text(text, 2.9, TICK) for text in rows)]


def label_rows(axes: Axes, labels: Sequence[str], bold: Sequence[bool]) -> None:
    """Label the rows of a panel from the top, with a rule above each bold one but the first."""
    places, heights = place_rows(labels)
    axes.set(ylim=(float(heights.sum()) + 0.04, -0.04), yticks=places, yticklabels=labels)
    for label, head in zip(axes.get_yticklabels(), bold, strict=False):  # none, in a panel that shares its labels
        label.set_fontweight("bold" if head else "normal")
    quiet_axes(axes)
    rule_off(axes, np.array([places[i] - heights[i] / 2 for i in range(1, len(labels)) if bold[i]]))


def write_column(
    axes: Axes, places: Floats, texts: Sequence[str], heads: Sequence[bool] | None = None,
    bold: Sequence[bool] | None = None,
) -> None:  # fmt: skip
    """Write a column of text beside the rows of a panel; where `heads` are given, the other rows are set in."""
    for i, (y, text) in enumerate(zip(places, texts, strict=True)):
        axes.text(0.035 if heads and not heads[i] else 0, y, text, va="center", size=TICK, color=INK,
                  weight="bold" if bold and bold[i] else "normal", linespacing=SPACING)  # fmt: skip
    axes.set_axis_off()


def draw_interval(axes: Axes, y: float, low: float, high: float, colour: str = INK, width: float = 1.8) -> None:
    """Draw an interval on a white edge, so that it shows on a bar of any colour."""
    axes.hlines(y, low, high, color="white", linewidth=width + 2.2, zorder=3)
    axes.hlines(y, low, high, color=colour, linewidth=width, zorder=4)


def rule_off(axes: Axes, heights: Floats) -> None:
    """Draw a line across a panel between groups of rows, and leave out the ticks of the rows."""
    axes.hlines(heights, 0, 1, transform=axes.get_yaxis_transform(), color=RULE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)


def rung_fills(highest: int) -> dict[int, dict[str, Any]]:
    """Return rung -> how to fill its band: the darker the worse; -1, Taiwan fallen, is hatched grey."""
    shades = colormaps["magma_r"](np.linspace(0.08, 0.85, highest))
    fills: dict[int, dict[str, Any]] = {
        -1: {"facecolor": "#c4c4c4", "edgecolor": "#444444", "hatch": "////", "linewidth": 0.3}
    }
    for rung, shade in enumerate(shades, start=1):
        fills[rung] = {"facecolor": tuple(shade), "edgecolor": "white", "linewidth": 0.3}
    return fills
