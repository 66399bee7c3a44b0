"""The page in other languages: each text beside the English that it translates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

STRINGS = Path(__file__).parent / "strings"
ENGLISH = "en"
UNTRANSLATED = {
    "source", "author", "paragraphs", "sources", "home", "evidence", "margins", "limits", "years", "starts",
    "contrasts", "weight", "medians", "name", "mark", "provocation", "is_sentence", "narrative",
    "groups", "months", "events", "consent", "adoption", "at", "package", "when_coerced",
}  # fmt: skip
"""Names, numbers and citations among the words of an experiment: they are the same in every language.

The sentences of `narrative` have their languages beside each other."""
PLACES = re.compile(r"\{[\w%]*\}|\[\[|\]\]")


def languages() -> list[str]:
    """Codes of all languages, English first, as browsers call them.

    >>> languages()[0]
    'en'
    """
    return sorted((path.stem for path in STRINGS.glob("*.yaml")), key=lambda code: (code != ENGLISH, code))


def read_english() -> dict[str, str]:
    """Read the page's own words in English: by key, the text with its {places}.

    >>> read_english()["guess.kicker"]
    'Guess first'
    """
    texts: dict[str, str] = _read("en")
    return {key: text for key, text in texts.items() if key != "language"}


def _read(language: str) -> Any:
    """A language's file; everything in it is text, also a word such as Yes."""
    text = (STRINGS / f"{language}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)


def translatable(words: Mapping[str, Any]) -> dict[str, str]:
    """Find what can be translated among the words of an experiment: by path, the English text.

    >>> translatable({"title": "A debate", "claims": {"N1": {"question": "Who?", "weight": 2}}})
    {'title': 'A debate', 'claims.N1.question': 'Who?'}
    """
    return dict(_leaves(words, ""))


def _leaves(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        if node:
            yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in UNTRANSLATED:
                name = "policies" if key == "further" else str(key)  # a policy has one translation on every page
                yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            # A policy or a worldview is called by its name, so that another order or selection changes no path.
            key = value.get("name", index) if isinstance(value, Mapping) else index
            yield from _leaves(value, f"{path}.{key}")


def translate(language: str, english: Mapping[str, str]) -> dict[str, str]:
    """Give what a language has for English texts; a text that changed since its translation is left out.

    A file of a language has for each key a pair: the English and its translation. So a reader can compare them, and
    nobody reads a translation of what no longer stands there.

    >>> translate("en", {"guess.kicker": "Guess first"})
    {'guess.kicker': 'Guess first'}
    """
    if language == ENGLISH:
        return dict(english)
    found = read_pairs(language)
    return {key: found[key][1] for key, text in english.items()
            if key in found and found[key][0] == text and is_ready(found[key][1])}  # fmt: skip


def is_ready(translation: str) -> bool:
    """Whether a translation can be shown: not empty, and not marked by a question mark to be read again."""
    return bool(translation) and not translation.startswith("? ")


def read_pairs(language: str) -> dict[str, tuple[str, str]]:
    """Read a language's file: by key, the English and its translation.

    Raises
    ------
    ValueError
        For a translation whose {places} are not those of the English.
    """
    data = _read(language) or {}
    pairs = {key: (str(pair[0]), str(pair[1])) for key, pair in data.items() if key != "language"}
    for key, (text, other) in pairs.items():
        if is_ready(other) and sorted(PLACES.findall(text)) != sorted(PLACES.findall(other)):
            raise ValueError(f"{language}: {key}: the translation has other places than {PLACES.findall(text)}")
    return pairs


def write_missing(language: str, english: Mapping[str, str]) -> None:
    """Write a language's file again: every text of today's in its order, with an empty translation where none is known.

    A translation of English that has changed stays beside the new English after a question mark, to be read again.
    """
    path = STRINGS / f"{language}.yaml"
    head = re.match(r"(?:#.*\n)*language: .*\n", path.read_text(encoding="utf-8"))
    if head is None:
        raise ValueError(f"{path} does not begin with its language")
    known = _read(language)
    pairs = {}
    for key, text in english.items():
        before, other = known.get(key, ("", ""))
        pairs[key] = [text, other if before == text else f"? {other}" if other.strip("? ") else ""]
    body = yaml.safe_dump(pairs, allow_unicode=True, sort_keys=False, width=110)
    path.write_text(head[0] + body, encoding="utf-8", newline="\n")


def name_of(language: str) -> str:
    """What a language calls itself.

    >>> name_of("en")
    'English'
    """
    return str(_read(language)["language"])
