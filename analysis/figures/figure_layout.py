"""The page of a figure: a title that asks a question, a key, room for panels, a caption and a footer.

Heights are worked out in inches from the text itself, so that nothing overlaps or is cut, however many policies
there are and however long their titles.
"""

from __future__ import annotations

import calendar
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager, get_font
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray

from analysis.figures.captions import capitalize, changes_phrase
from sim.scenario.experiment import Experiment, Start

Floats = NDArray[np.floating[Any]]

# Inches: as wide as a 16:9 slide, so that a point on the page is a point on the screen.
WIDTH, MARGIN = 13.33, 0.35
ROOM = WIDTH - 2 * MARGIN
TITLE, HEADING, BODY, TICK, SMALL = 19.0, 12.5, 13.0, 11.0, 10.5  # points
INK, GREY = "#1a1a1a", "#555555"
SPACING = 1.15
FOOTER = "It shows what follows from each set of beliefs. It does not predict."
FONT = "DejaVu Sans"  # comes with matplotlib
# Fonts of Windows, macOS and Linux for Japanese, Chinese and Korean, the better ones first.
OTHER_FONTS = (
    "Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Sans CJK SC", "Noto Sans CJK KR", "Noto Sans JP", "Noto Sans TC",
    "Noto Sans SC", "Noto Sans KR", "Source Han Sans", "Source Han Sans JP", "Source Han Sans TW", "Hiragino Sans",
    "Hiragino Kaku Gothic Pro", "Yu Gothic", "Meiryo", "MS Gothic", "PingFang TC", "PingFang HK", "PingFang SC",
    "Hiragino Sans GB", "Heiti TC", "STHeiti", "Microsoft JhengHei", "Microsoft YaHei", "SimHei", "PMingLiU", "SimSun",
    "Apple SD Gothic Neo", "AppleGothic", "Malgun Gothic", "NanumGothic", "IPAexGothic", "IPAGothic", "TakaoGothic",
    "VL Gothic", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "AR PL UMing TW", "Droid Sans Fallback",
    "Arial Unicode MS", "Unifont",
)  # fmt: skip
NOT_FIRST = "、。，．」』）！？：；ー"  # no line begins with these
SPACE = 0.42  # of the size of the type: a space between two words, with what their widths leave out


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


@cache
def find_fonts(text: str) -> tuple[tuple[str, ...], str]:
    """Return the families of fonts that draw a text, the first before the others, and the signs that none has.

    >>> find_fonts("Taiwan")
    (('DejaVu Sans',), '')
    """
    families, lacking = [FONT], {sign for sign in text if sign.isprintable()} - _signs(FONT)
    for family in _other_fonts() if lacking else ():
        if lacking & _signs(family):
            families.append(family)
            lacking -= _signs(family)
    return tuple(families), "".join(sorted(lacking))


@cache
def _signs(family: str) -> frozenset[str]:
    """Return every sign that a family of fonts can draw."""
    return frozenset(map(chr, get_font(fontManager.findfont(FontProperties(family=family))).get_charmap()))


@cache
def _other_fonts() -> tuple[str, ...]:
    """Return which of the other fonts this computer has; matplotlib's own list may be older than a font."""
    known = {entry.fname for entry in fontManager.ttflist}
    for path in findSystemFonts():
        if path not in known:
            try:
                fontManager.addfont(path)
            except (OSError, RuntimeError, ValueError):  # not a font that matplotlib can read
                continue
    present = {entry.name for entry in fontManager.ttflist}
    return tuple(name for name in OTHER_FONTS if name in present)


def _texts(figure: Figure) -> list[Text]:
    return [artist for artist in figure.findobj(Text) if isinstance(artist, Text)]


@cache
def text_inches(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width in inches of one line of text at a size in points."""
    font = FontProperties(family=find_fonts(text)[0], size=size, weight="bold" if bold else "normal")
    with _boxes_for_missing_signs():
        return float(TextToPath().get_text_width_height_descent(text, font, False)[0]) / 72


def wrap_text(text: str, inches: float, size: float, *, bold: bool = False) -> str:
    """Return text wrapped to a width in inches; nothing is left out, and a word too long for a line is broken.

    No-break spaces hold, and dollars start no formula. Chinese and Japanese break anywhere, without a hyphen.

    >>> wrap_text("Direct ties against Status quo", 1.5, 11).split(chr(10))
    ['Direct ties against', 'Status quo']
    """
    lines, used = [""], 0.0
    for word in text.replace("\n", " ").split(" "):
        for piece in _break_word(word, inches, size, bold):
            width = text_inches(piece, size, bold=bold)
            after = used + SPACE * size / 72 + width if lines[-1] else width
            if after <= inches:
                lines[-1], used = f"{lines[-1]} {piece}".strip(" "), after
            else:
                lines.append(piece)
                used = width
    return "\n".join(lines).replace("$", r"\$")


def _break_word(word: str, inches: float, size: float, bold: bool) -> list[str]:
    """Break a word that is wider than a line."""
    cut = len(word)
    while cut > 1 and (text_inches(word[:cut] + _hyphen(word, cut), size, bold=bold) > inches
                       or word[cut : cut + 1] in tuple(NOT_FIRST)):  # fmt: skip
        cut -= 1
    rest = _break_word(word[cut:], inches, size, bold) if cut < len(word) else []
    return [word[:cut] + _hyphen(word, cut), *rest]


def _hyphen(word: str, cut: int) -> str:
    """Return the hyphen for a word that is broken at `cut`: none at its end or beside a sign as wide as high."""
    wide = any(unicodedata.east_asian_width(sign) in "WF" for sign in word[cut - 1 : cut + 1])
    return "" if wide or cut == len(word) else "-"


def text_height(text: str, size: float) -> float:
    """Return the height in inches of wrapped text at a size in points."""
    return (text.count("\n") + 1) * size * 1.22 / 72


def place_rows(labels: Sequence[str], gap: float | Sequence[float] = 0.08) -> tuple[Floats, Floats]:
    """Return the middle and the height of each row, in inches from the top; `gap` is added to its label's height."""
    heights = np.array([text_height(text, TICK) for text in labels]) + np.asarray(gap)
    return np.cumsum(heights) - heights / 2, heights


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
        title = f"{capitalize(changes)}: {title[:1].lower()}{title[1:]}"
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
    head, under = wrap_text(title, ROOM, TITLE, bold=True), wrap_text(under, ROOM, HEADING)
    below = wrap_text(caption, ROOM, BODY)
    foot = wrap_text("  ·  ".join((*facts, FOOTER)), ROOM, SMALL)
    columns, deep = _key_size(keys)
    blocks = [0.2, text_height(head, TITLE) + 0.06, text_height(under, HEADING) + 0.08, deep, body + 0.1]
    tops = np.cumsum([*blocks, text_height(below, BODY) + 0.1, text_height(foot, SMALL) + 0.15]).tolist()
    total = tops[-1]
    figure = Figure(figsize=(WIDTH, total), dpi=150, facecolor="white")
    figure.set_label(caption)
    figure.text(MARGIN / WIDTH, 1 - tops[0] / total, head, size=TITLE, color=INK, weight="bold", va="top")
    lines = ((under, tops[1], HEADING, GREY), (below, tops[4], BODY, INK), (foot, tops[5], SMALL, GREY))
    for text, top, size, colour in lines:
        figure.text(MARGIN / WIDTH, 1 - top / total, text, size=size, color=colour, va="top", linespacing=SPACING)
    if keys:
        _key(figure, keys, columns, 1 - tops[2] / total)
    figure.set_layout_engine(
        "constrained",
        h_pad=0.08,
        w_pad=0.06,
        hspace=0.05,
        wspace=0.03,
        rect=(MARGIN / WIDTH, 1 - (tops[4] - 0.1) / total, ROOM / WIDTH, body / total),
    )
    return figure


def finish_figure(name: str, figure: Figure) -> CaptionedFigure:
    """Lay the panels out once, fix them there, and return the figure with the caption that its page was made with.

    Positions are rounded: the solver's last bit depends on the order of objects in memory and would change files.
    """
    for text in _texts(figure):
        text.set_fontfamily(find_fonts(text.get_text())[0])
    if engine := figure.get_layout_engine():
        with _boxes_for_missing_signs():
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
    metadata = {"Title": drawn.name, "Description": drawn.caption}
    with _boxes_for_missing_signs(), matplotlib.rc_context({"svg.hashsalt": drawn.name, "svg.fonttype": "path"}):
        drawn.figure.savefig(png, dpi=150, metadata=metadata)
        drawn.figure.savefig(svg, metadata={**metadata, "Date": None})
    return png, svg


@contextmanager
def _boxes_for_missing_signs() -> Iterator[None]:
    """Keep matplotlib from warning of each missing sign: `missing_signs` lists them once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _key_size(keys: Sequence[Artist]) -> tuple[int, float]:
    """Return the columns and the height in inches of a key as wide as the page; it is filled column by column."""
    if not keys:
        return 1, 0.0
    labels = [str(key.get_label()) for key in keys]
    wide = [max(text_inches(line, TICK) for line in label.split("\n")) + 0.75 for label in labels]
    deep = [text_height(label, TICK) + 0.07 for label in labels]
    fitting = (n for n in range(len(keys), 1, -1) if sum(map(max, np.array_split(wide, n))) <= ROOM)
    columns = next(fitting, 1)
    return columns, max(map(sum, np.array_split(deep, columns))) + 0.08


def _key(figure: Figure, keys: Sequence[Artist], columns: int, top: float) -> None:
    lines = any(isinstance(key, Line2D) and key.get_linewidth() > 0 for key in keys)
    figure.legend(
        handles=list(keys),
        loc="upper left",
        bbox_to_anchor=(MARGIN / WIDTH, top),
        ncols=columns,
        frameon=False,
        fontsize=TICK,
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
