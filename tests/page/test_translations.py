"""The page in other languages: nothing is shown that translates what no longer stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.page import translations


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of strings with an English file and one in another language."""
    (tmp_path / "en.yaml").write_text("language: English\na: Good {day}\nb: Bye[[ now]]\nc: Yes\n", encoding="utf-8")
    (tmp_path / "xx.yaml").write_text(
        "language: X\na: ['Good {day}', 'Bon {day}']\nb: [Old words, Adieu]\nc: [Yes, '']\n", encoding="utf-8"
    )
    monkeypatch.setattr(translations, "STRINGS", tmp_path)
    return tmp_path


def test_a_text_that_changed_since_its_translation_is_shown_in_english(folder: Path) -> None:
    assert translations.translate("xx", translations.read_english()) == {"a": "Bon {day}"}


def test_missing_texts_are_written_with_their_old_translation_to_be_read_again(folder: Path) -> None:
    translations.write_missing("xx", translations.read_english())
    pairs = translations.read_pairs("xx")
    assert pairs["a"] == ("Good {day}", "Bon {day}")
    assert pairs["b"] == ("Bye[[ now]]", "? Adieu")
    assert pairs["c"] == ("Yes", "")
    assert translations.translate("xx", translations.read_english()) == {"a": "Bon {day}"}
    assert translations.name_of("xx") == "X"


@pytest.mark.parametrize("other", ["Bon jour", "Bon {jour}", "Bon {day} {day}", "Bon {day}[["])
def test_a_translation_with_other_places_is_refused(folder: Path, other: str) -> None:
    (folder / "xx.yaml").write_text(f"language: X\na: ['Good {{day}}', '{other}']\n", encoding="utf-8")
    with pytest.raises(ValueError, match="xx: a: the translation has other places"):
        translations.read_pairs("xx")


@pytest.mark.parametrize("language", translations.languages()[1:])
def test_each_shipped_translation_has_the_places_of_its_english(language: str) -> None:
    assert translations.read_pairs(language)


def test_every_text_that_a_script_asks_for_is_there() -> None:
    english = translations.read_english()
    page = Path(translations.__file__).parent
    for path in [*page.rglob("*.js"), *page.rglob("*.html")]:
        text = path.read_text(encoding="utf-8")
        asked = re.findall(r'(?:say|sayParts|sentence)\("([\w.-]+)"', text)
        asked += re.findall(r'data-say(?:-label)?="([\w.-]+)"', text)
        assert not [key for key in asked if key not in english], path.name
