"""The glossary: terms of the model and of its statistics, each explained in two sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

from sim.scenario.messages import show_value
from sim.scenario.schema import ByName, FileEntry, KeyName, Text
from sim.scenario.shipped import load_further


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
class Glossary(FileEntry):
    """The content of glossary.yaml."""

    terms: ByName[Term]


@lru_cache(maxsize=1)
def glossary() -> Mapping[str, Term]:
    """Return the shipped terms, by their titles; raises ScenarioError if the file has faults.

    >>> glossary()["Owen value"].name
    'Owen_value'
    """
    return {term.title: term for term in load_further(Glossary, "glossary.yaml").terms.values()}
