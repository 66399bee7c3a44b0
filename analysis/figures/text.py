"""Text of figures: the fonts that have its signs, its width and height in inches, and where it is wrapped."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager, get_font
from matplotlib.textpath import TextToPath

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


@contextmanager
def boxes_for_missing_signs() -> Iterator[None]:
    """Keep matplotlib from warning of each missing sign: `missing_signs` lists them once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


@cache
def text_inches(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width in inches of one line of text at a size in points."""
    font = FontProperties(family=find_fonts(text)[0], size=size, weight="bold" if bold else "normal")
    with boxes_for_missing_signs():
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
