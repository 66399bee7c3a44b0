"""What all panels share: axes, rows, and colours that survive colour blindness and grey print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import NDArray

from analysis.figures.figure_layout import HEADING, INK, TICK, fit, height

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

Floats = NDArray[np.floating[Any]]

PALE, GRID, RULE = "#e6e6e6", "#d9d9d9", "#999999"
GOOD, BAD = "#0072B2", "#D55E00"
# Okabe and Ito's colours without yellow, which vanishes on white; markers and dashes tell them apart in grey.
COLOURS = ("#000000", "#D55E00", "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#7F5A2B")
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
DASHES = ((), (6, 2), (2, 1.2), (7, 2, 1.5, 2), (1, 1.6), (10, 3), (4, 1, 1, 1, 1, 1), (3, 4))
SQUEEZED = 10.0  # an axis of losses longer than this, in % of GDP, is squeezed above 1


class Look(NamedTuple):
    """How one policy is drawn in every figure."""

    colour: str
    marker: str
    dashes: tuple[float, ...]


def looks(exp: Experiment) -> dict[str, Look]:
    """Return policy name -> Look, by the order of the policies in the experiment."""
    styles = [Look(*parts) for parts in zip(COLOURS, MARKERS, DASHES, strict=True)]
    return {policy.name: styles[i % len(styles)] for i, policy in enumerate(exp.policies)}


def sides(exp: Experiment, a: str, b: str) -> tuple[str, str]:
    """Return the colours of the two policies of a contrast."""
    known = looks(exp)
    return known[a].colour, known[b].colour


def policy_keys(exp: Experiment, *, lines: bool = False) -> list[Line2D]:
    """Return one entry of the key per policy: its marker, on its line where `lines` is true."""
    keys = []
    for policy, look in zip(exp.policies, looks(exp).values(), strict=True):
        key = Line2D([], [], color=look.colour, marker=look.marker, markersize=8, linewidth=2.2 if lines else 0)
        key.set_dashes(look.dashes)
        key.set_label(fit(policy.title, 3.6, TICK, lines=2))
        keys.append(key)
    return keys


def plain(axes: Axes, *, grid: Literal["x", "y", "both"] = "x") -> None:
    """Give a panel the quiet look of all: no box, a pale grid behind the data."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.tick_params(labelsize=TICK, color=RULE, labelcolor=INK)
    axes.set_axisbelow(True)
    axes.grid(axis=grid, color=GRID, linewidth=0.8)


def heading(axes: Axes, text: str, inches: float) -> None:
    """Head a panel, wrapped to its width."""
    axes.set_title(fit(text, inches, HEADING, lines=4), fontsize=HEADING, color=INK)


def percent_axis(axis: Axis, steps: int = 5) -> None:
    """Label an axis of shares in per cent, in at most so many steps."""
    axis.set_major_locator(MaxNLocator(steps, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{round(100 * value, 6):g}\u00a0%"))


def signed_axis(axis: Axis) -> None:
    """Label an axis of differences, its limits set, with their signs; whole numbers in more steps than decimals."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(MaxNLocator(6 if high - low > 3 else 4, steps=[1, 2, 3, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:+g}".replace("-", "−") if x else "0"))


def loss_axis(axes: Axes, unit: str, most: float) -> None:
    """Scale an axis of losses from nought; a long one is squeezed by logarithms above 1, and says so."""
    axes.set_xlabel(unit if most <= SQUEEZED else f"{unit}  (squeezed above 1)", fontsize=TICK)
    if most <= SQUEEZED:
        axes.set_xlim(0, 1.06 * most or 1.0)
        return
    axes.set_xscale("symlog", linthresh=1, linscale=0.5)
    axes.set_xlim(0, 1.25 * most)
    marks = (0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    axes.xaxis.set_major_locator(FixedLocator([mark for mark in marks if mark <= 1.2 * most]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def clock(exp: Experiment) -> tuple[int, str]:
    """Return months per unit of the time axis and the unit's name: years for long horizons, else months."""
    return (12, "years") if exp.months >= 24 else (1, "months")


def row_labels(exp: Experiment, under: Sequence[str]) -> list[str]:
    """Return wrapped labels of rows: each worldview's title, then what stands under it."""
    rows = [fit(text, 2.9, TICK, lines=4) for text in under]
    return [text for view in exp.worldviews for text in (fit(view.title, 2.6, TICK, lines=3, bold=True), *rows)]


def row_places(labels: Sequence[str]) -> tuple[Floats, float]:
    """Return the middle of each row and the height of all, in inches from the top."""
    deep = np.array([height(text, TICK) + 0.08 for text in labels])
    return np.cumsum(deep) - deep / 2, float(deep.sum())


def rows_down(axes: Axes, labels: Sequence[str], group: int) -> None:
    """Label the rows of a panel from the top; the first of every `group` rows is a bold header."""
    places, deep = row_places(labels)
    axes.set(ylim=(deep + 0.04, -0.04), yticks=places, yticklabels=labels)
    for label in axes.get_yticklabels()[::group]:
        label.set_fontweight("bold")
    plain(axes)
    rule_off(axes, np.array([(places[i - 1] + places[i]) / 2 for i in range(group, len(labels), group)]))


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
