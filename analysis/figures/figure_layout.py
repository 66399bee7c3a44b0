"""The page of a figure: a title that asks a question, a key, room for panels, a caption and a footer.

Heights are worked out in inches from the text itself, so that nothing overlaps or is cut, however many policies
there are and however long their titles.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from analysis.figures import style
from analysis.figures.captions import capitalize, changes_phrase
from analysis.figures.text import boxes_for_missing_signs, find_fonts, text_height, text_inches, wrap_text
from sim.scenario.experiment import Experiment, Start

FOOTER = "It shows what follows from each set of beliefs. It does not predict."


@dataclass(frozen=True)
class CaptionedFigure:
    """A finished figure: the file name it goes by, the figure, and the caption drawn beneath it."""

    name: str
    figure: Figure
    caption: str

    @property
    def missing_signs(self) -> str:
        """The signs that no font of this computer has: boxes stand for them."""
        return "".join(sorted({sign for text in _texts(self.figure) for sign in find_fonts(text.get_text())[1]}))


def _texts(figure: Figure) -> list[Text]:
    return [artist for artist in figure.findobj(Text) if isinstance(artist, Text)]


def make_page(
    exp: Experiment,
    start: str,
    *,
    title: str,
    note: str,
    caption: str,
    body: float,
    keys: Sequence[Artist] = (),
) -> Figure:
    """Return a Figure with its text in place and room of `body` inches for panels.

    The line under the title says the start and then `note`. What `--set` changed stands before title and caption.
    `keys` are the entries of the key, with their labels already wrapped.
    """
    begin = next(entry for entry in exp.starts if entry.name == start)
    if changes := changes_phrase(exp):
        begin_word = title[:1].lower() if title[1:2].islower() else title[:1]  # "A-B" is a name and keeps its letters
        title = f"{capitalize(changes)}: {begin_word}{title[1:]}"
        caption = f"{capitalize(changes)} ({'; '.join(exp.changes)}). {caption}"
    cell = f"{exp.trials:,} {'trial' if exp.trials == 1 else 'trials'} per cell"
    return make_sheet(
        title=title,
        under=f"From {_month(begin)}, over {_span(exp)}. {note}",
        caption=caption,
        facts=(cell, f"seed {exp.seed}", f"start: {begin.title}"),
        body=body,
        keys=keys,
    )


def make_sheet(
    *, title: str, under: str, caption: str, facts: Sequence[str], body: float, keys: Sequence[Artist] = ()
) -> Figure:
    """Return a Figure as `make_page` does, for what is not a cell of an experiment; `facts` go into the footer."""
    head, under = wrap_text(title, style.ROOM, style.TITLE, bold=True), wrap_text(under, style.ROOM, style.HEADING)
    below = wrap_text(caption, style.ROOM, style.BODY)
    foot = wrap_text("  ·  ".join((*facts, FOOTER)), style.ROOM, style.SMALL)
    columns, deep = key_size(keys)
    blocks = [0.2, text_height(head, style.TITLE) + 0.06, text_height(under, style.HEADING) + 0.08, deep, body + 0.1]
    tops = np.cumsum([*blocks, text_height(below, style.BODY) + 0.1, text_height(foot, style.SMALL) + 0.15]).tolist()
    total = tops[-1]
    figure = Figure(figsize=(style.WIDTH, total), dpi=150, facecolor="white")
    figure.set_label(caption)
    figure.text(style.MARGIN / style.WIDTH, 1 - tops[0] / total, head, size=style.TITLE, color=style.INK, weight="bold",
                va="top")  # fmt: skip
    lines = ((under, tops[1], style.HEADING, style.GREY), (below, tops[4], style.BODY, style.INK),
             (foot, tops[5], style.SMALL, style.GREY))  # fmt: skip
    for text, top, size, colour in lines:
        figure.text(style.MARGIN / style.WIDTH, 1 - top / total, text, size=size, color=colour, va="top",
                    linespacing=style.SPACING)  # fmt: skip
    if keys:
        _key(figure, keys, columns, 1 - tops[2] / total)
    figure.set_layout_engine(
        "constrained",
        h_pad=0.08,
        w_pad=0.06,
        hspace=0.05,
        wspace=0.03,
        rect=(style.MARGIN / style.WIDTH, 1 - (tops[4] - 0.1) / total, style.ROOM / style.WIDTH, body / total),
    )
    return figure


def finish_figure(name: str, figure: Figure) -> CaptionedFigure:
    """Lay the panels out once, fix them there, and return the figure with the caption that its page was made with.

    Positions are rounded: the solver's last bit depends on the order of objects in memory and would change files.
    """
    for text in _texts(figure):
        text.set_fontfamily(find_fonts(text.get_text())[0])
    if engine := figure.get_layout_engine():
        with boxes_for_missing_signs():
            engine.execute(figure)
    with matplotlib.rc_context({"figure.autolayout": False, "figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    for axes in figure.axes:
        left, bottom, width, high = (round(edge, 6) for edge in axes.get_position().bounds)
        axes.set_position((left, bottom, width, high))
    return CaptionedFigure(name, figure, str(figure.get_label()))


def save_figure(drawn: CaptionedFigure, folder: Path) -> tuple[Path, Path]:
    """Write a figure as NAME.png (150 dpi) and NAME.svg into an existing folder, the same bytes each time."""
    png, svg = folder / f"{drawn.name}.png", folder / f"{drawn.name}.svg"
    save_as(drawn, png)
    save_as(drawn, svg)
    return png, svg


def save_as(drawn: CaptionedFigure, path: Path) -> None:
    """Write a figure in the format of the path's ending, .png (150 dpi) or .svg, the same bytes each time."""
    if path.suffix.lower() == ".svg":
        path.write_bytes(print_svg(drawn))
        return
    with boxes_for_missing_signs():
        drawn.figure.savefig(path, dpi=150, metadata={"Title": drawn.name, "Description": drawn.caption})


def print_svg(drawn: CaptionedFigure) -> bytes:
    """Return a figure as SVG with its letters as outlines, the same bytes each time."""
    metadata, written = {"Title": drawn.name, "Description": drawn.caption, "Date": None}, BytesIO()
    with boxes_for_missing_signs(), matplotlib.rc_context({"svg.hashsalt": drawn.name, "svg.fonttype": "path"}):
        drawn.figure.savefig(written, format="svg", metadata=metadata)
    return written.getvalue()


def key_size(keys: Sequence[Artist], inches: float = style.ROOM) -> tuple[int, float]:
    """Return the columns and the height in inches of a key of this width; it is filled column by column."""
    if not keys:
        return 1, 0.0
    labels = [str(key.get_label()) for key in keys]
    wide = [max(text_inches(line, style.TICK) for line in label.split("\n")) + 0.75 for label in labels]
    deep = [text_height(label, style.TICK) + 0.07 for label in labels]
    fitting = (n for n in range(len(keys), 1, -1) if sum(map(max, np.array_split(wide, n))) <= inches)
    columns = next(fitting, 1)
    return columns, max(map(sum, np.array_split(deep, columns))) + 0.08


def _key(figure: Figure, keys: Sequence[Artist], columns: int, top: float) -> None:
    lines = any(isinstance(key, Line2D) and key.get_linewidth() > 0 for key in keys)
    figure.legend(
        handles=list(keys),
        loc="upper left",
        bbox_to_anchor=(style.MARGIN / style.WIDTH, top),
        ncols=columns,
        frameon=False,
        fontsize=style.TICK,
        borderaxespad=0,
        borderpad=0.1,
        handlelength=2.4 if lines else 1.2,
        columnspacing=1.6,
        labelspacing=0.35,
    )


def _month(start: Start) -> str:
    """Return a start's month in words, as in November 2026."""
    year, number = str(start.date).split("-")[:2]
    return f"{calendar.month_name[int(number)]} {year}"


def _span(exp: Experiment) -> str:
    """Return the horizon in words: in years where these are whole and several."""
    if exp.months >= 24 and exp.months % 12 == 0:
        return f"{exp.months // 12} years"
    return "1 month" if exp.months == 1 else f"{exp.months} months"
