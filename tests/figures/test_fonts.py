"""Signs that matplotlib's own font lacks: another font draws and measures them, or one sentence says that none can."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from made_up_run import experiment, run
from matplotlib.font_manager import fontManager

from analysis.cli import save_figures
from analysis.figures import outcome_shares_figure, text
from analysis.figures.text import FONT, find_fonts, text_inches, wrap_text

TITLE = "日本台灣"
CACHES = (text.find_fonts, text._other_fonts, text.text_inches)


def forget() -> None:
    for cached in CACHES:
        cached.cache_clear()


def make_font(path: Path, name: str, signs: str) -> None:
    """Write a font whose signs are black squares, as wide as high."""
    pen = TTGlyphPen(None)
    for i, corner in enumerate([(0, 0), (0, 1000), (1000, 1000), (1000, 0)]):
        (pen.lineTo if i else pen.moveTo)(corner)
    pen.closePath()
    square, glyphs = pen.glyph(), [".notdef", *(f"uni{ord(sign):04X}" for sign in signs)]
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(glyphs)
    font.setupCharacterMap({ord(sign): f"uni{ord(sign):04X}" for sign in signs})
    font.setupGlyf(dict.fromkeys(glyphs, square))
    font.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": name, "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)


@pytest.fixture
def no_other_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(text, "findSystemFonts", list)
    monkeypatch.setattr(fontManager, "ttflist", [entry for entry in fontManager.ttflist if entry.name == FONT])
    forget()
    yield
    forget()


@pytest.fixture
def other_font(no_other_font: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new.ttf"
    make_font(path, "Noto Sans CJK TC", TITLE)
    monkeypatch.setattr(text, "findSystemFonts", lambda: [str(path)])


@pytest.mark.usefixtures("other_font")
def test_a_font_that_has_the_signs_measures_and_draws_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert find_fonts(f"Taiwan {TITLE}") == ((FONT, "Noto Sans CJK TC"), "")
    assert text_inches(TITLE, 36) == pytest.approx(4 * 36 / 72, rel=0.01)
    exp = experiment({"status_quo": "Status quo", "mine": TITLE})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = outcome_shares_figure.draw_outcome_shares(exp, run(exp).summary(), "2026")
        save_figures([drawn], tmp_path)
    assert not drawn.missing_signs
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("no_other_font")
def test_signs_that_no_font_has_are_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exp = experiment({"status_quo": "Status quo", "mine": TITLE})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = outcome_shares_figure.draw_outcome_shares(exp, run(exp).summary(), "2026")
        save_figures([drawn, drawn], tmp_path)
    signs = "".join(sorted(TITLE))
    expected = f"No font of this computer has {signs}, so figures show boxes. Install Noto Sans CJK.\n"
    assert capsys.readouterr().err == expected


@pytest.mark.usefixtures("other_font")
def test_chinese_and_japanese_break_without_hyphens_and_latin_words_with_one() -> None:
    assert wrap_text(TITLE * 2, 2.0, 36).split("\n") == [TITLE, TITLE]
    assert wrap_text("日本台、灣", 1.6, 36).split("\n") == ["日本", "台、灣"]
    assert "-" in wrap_text("Internationalisation", 1.0, 20)
