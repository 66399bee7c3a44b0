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


def test_no_text_is_without_use() -> None:
    """A script has the key whole, or a template that leads to it and, elsewhere, the words that fill its holes."""
    page = Path(translations.__file__).parent
    js, html, py = ("\n".join(path.read_text(encoding="utf-8") for path in page.rglob(f"*.{kind}"))
                    for kind in ("js", "html", "py"))  # fmt: skip
    scripts = re.sub(r"(?s)/\*.*?\*/|//[^\n]*", "", js)
    whole, words = {*re.findall(r"""["'`]([\w.]+)["'`]""", scripts + html + py)}, {*re.findall(r"\w+", scripts)}
    hole = r"\$\{(?:[^{}]|\{[^{}]*\})*\}"
    templates = {tuple(re.split(hole, each)) for each in re.findall(rf"`((?:[\w.]|{hole})+)`", scripts)}

    def is_used(key: str) -> bool:
        if key in whole:
            return True
        for first, *others in (parts for parts in templates if len(parts) > 1 and "." in "".join(parts)):
            found = re.fullmatch(r"(\w+)".join(map(re.escape, [first, *others])), key)
            is_open = not first or re.fullmatch(r"\w+\.", first)  # else each text of a screen would count as used
            if found and (not is_open or words >= {*found.groups()}):
                return True
        return False

    assert not [key for key in translations.read_english() if not is_used(key)]
