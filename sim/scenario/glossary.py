"""The glossary: terms of the model and of its statistics, each explained in two sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from sim.errors import Fault, ScenarioError
from sim.scenario.files import read_file
from sim.scenario.messages import show_value
from sim.scenario.schema import ByName, FileEntry, KeyName, KnownNames, Text, read_record
from sim.scenario.shipped import shipped_folder


def _one_sentence(text: str) -> str:
    if re.fullmatch(r"[^.!?]*(?:[.!?](?! )[^.!?]*)*[.!?]", text) and text[0] == text[0].upper():
        return text
    raise ValueError(f"must be one sentence, from a capital letter to a full stop, got {show_value(text)}")


Sentence = Annotated[Text, AfterValidator(_one_sentence)]


@dataclass(frozen=True)
class Term(FileEntry):
    """A technical term: what it is, and why it matters here or an example."""

    name: KeyName
    meaning: Sentence
    matters: Sentence

    @property
    def title(self) -> str:
        """The term with spaces, as it is shown."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class _Glossary(FileEntry):
    terms: ByName[Term]


def read_glossary(path: Path) -> tuple[dict[str, Term], list[Fault]]:
    """Read a glossary file; return its terms by name, and every fault in it.

    Examples
    --------
    >>> terms, faults = read_glossary(shipped_folder() / "glossary.yaml")
    >>> faults, terms["Owen_value"].title
    ([], 'Owen value')
    """
    document, faults = read_file(path, path.name)
    if document is None:
        return {}, faults
    glossary, found = read_record(_Glossary, document, KnownNames({}, {}, ()))
    return (glossary.terms if glossary else {}), [*faults, *found]


@lru_cache(maxsize=1)
def glossary() -> Mapping[str, Term]:
    """Return the shipped terms, by their titles.

    Raises
    ------
    ScenarioError
        If the file has faults.
    """
    terms, faults = read_glossary(shipped_folder() / "glossary.yaml")
    if faults:
        raise ScenarioError(faults)
    return {term.title: term for term in terms.values()}
