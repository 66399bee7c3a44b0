"""Text of figures, for tests: which text shows, and whether any is cut, overlaps or leaves the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.figures.figure_layout import CaptionedFigure


def texts(figure: Figure) -> Iterator[tuple[str, Bbox]]:
    """Give every text that shows, with its box in pixels: of ticks, those within the panel."""
    renderer = cast(Any, FigureCanvasAgg(figure)).get_renderer()
    hidden = {id(label) for axis in axes_of(figure) for label in beyond(axis)}
    for text in figure.findobj(lambda artist: isinstance(artist, Text)):
        assert isinstance(text, Text)
        panel = text.axes
        shown = text.get_visible() and (panel is None or panel.get_visible()) and id(text) not in hidden
        if shown and text.get_text().strip():
            yield text.get_text(), text.get_window_extent(renderer)


def axes_of(figure: Figure) -> Iterator[Axis]:
    for panel in figure.axes:
        yield from (panel.xaxis, panel.yaxis)


def beyond(axis: Axis) -> Iterator[Text]:
    """Give the labels of ticks that are not drawn."""
    low, high = sorted(axis.get_view_interval())
    off = not axis.axes.axison
    for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
        if off or not low - 1e-9 <= tick.get_loc() <= high + 1e-9 or not tick.label1.get_visible():
            yield from (tick.label1, tick.label2)
    if off:
        yield from (axis.label, axis.get_offset_text())


def faults_of(drawn: CaptionedFigure) -> list[str]:
    """Say which text of a figure is cut, leaves the page, or lies on another."""
    drawn.figure.draw_without_rendering()
    words, boxes = zip(*texts(drawn.figure), strict=True)
    edges = np.array([box.extents for box in boxes])
    faults = [f"{drawn.name}: {text!r} is cut" for text in words if text.endswith(("…", "..."))]
    left, low, right, high = edges.T[:, :, None]
    outside = (edges < 0) | (edges > [*drawn.figure.bbox.max] * 2)
    faults += [f"{drawn.name}: {words[i]!r} leaves the page" for i in np.flatnonzero(outside.any(axis=1))]
    apart = (right < left.T + 1) | (high < low.T + 1)
    on = np.argwhere(np.triu(~(apart | apart.T), k=1))
    return faults + [f"{drawn.name}: {words[a]!r} on {words[b]!r}" for a, b in on]
