"""No text of the program names a silent author as a reader of a claim."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from matplotlib.text import Text

import sim
from analysis.figures import crossover_figure, flip_figure
from analysis.figures.captions import accepted_phrase
from analysis.questions.crossover import crossover
from analysis.questions.discover import words_for_limits
from analysis.questions.flip import flip
from sim.engine.question import Question
from sim.scenario.schema import AUTHORS

EXP = sim.load("debate")
CLAIMS = {name: claim for name, claim in EXP.catalogue.claims.items() if claim.readings}
DOCS = Path(__file__).parents[2] / "docs"
NAMED = (
    r"accepting (?P<claim>[NS]\d+) \((?P<author>Newsham|Self)\)",
    r"(?P<claim>[NS]\d+) as (?P<author>Newsham|Self) reads",
    r"(?P<claim>[NS]\d+) accepted to [^()]*\((?P<author>Newsham|Self)\)",
    r"(?P<claim>[NS]\d+) (?:not )?near (?P<author>Newsham|Self)’s reading",
)


def silent_readers(text: str) -> list[str]:
    """The places where a text names a silent author as a reader."""
    return [
        found[0] for pattern in NAMED for found in re.finditer(pattern, text)
        if found["author"] not in [AUTHORS[author] for author in CLAIMS[found["claim"]].readings]
    ]  # fmt: skip


def test_the_search_finds_what_it_should() -> None:
    assert silent_readers("N18 as Self reads it; accepting S12 (Newsham); S7 near Newsham’s reading") == [
        "accepting S12 (Newsham)", "N18 as Self reads", "S7 near Newsham’s reading"
    ]  # fmt: skip
    assert not silent_readers("accepting N18 (Newsham); N12 as Self reads it; without N18 (evidence; Self is silent)")


@pytest.mark.parametrize("name", CLAIMS)
def test_every_stop_and_limit_of_every_claim(name: str) -> None:
    claim = CLAIMS[name]
    low, high = claim.dial_range
    words = [accepted_phrase(claim, dial) for dial in claim.stops.values()]
    words += [
        f"{name} {words_for_limits((low, high), *ends)}" for ends in ((low / 2 + high / 2, high), (low, low + 0.1))
    ]
    assert not silent_readers("; ".join(words))
    assert all((f"{AUTHORS[author]} is silent" in "; ".join(words)) != (author in claim.readings) for author in AUTHORS)


@pytest.mark.parametrize("worldview", ["newsham", "self", "neutral"])
def test_sentences_and_figures(worldview: str) -> None:
    pair = "direct_ties-status_quo"
    question = Question.of(EXP, contrast=pair, outcomes=["use_of_force"], worldview=worldview)
    turned = flip(question, trials=500)
    crossed = crossover(question, claims=["N18", "S7", "N12"], trials=500)
    drawn = [flip_figure.draw_flip(turned), crossover_figure.draw_crossover(crossed, "use_of_force")]
    shown = [text.get_text() for each in drawn for text in each.figure.findobj(Text) if isinstance(text, Text)]
    texts = [*flip_figure.describe_flip(turned), *crossover_figure.describe_crossover(crossed, "use_of_force"), *shown]
    assert not silent_readers(" ".join(" ".join(texts).split()))
    for _, row in turned.table[turned.table["claim"].isin(CLAIMS)].iterrows():
        assert row["reading"] in CLAIMS[row["claim"]].stops


@pytest.mark.parametrize("page", ["findings.md", "tables.md", "model.md"])
def test_generated_pages(page: str) -> None:
    assert not silent_readers((DOCS / page).read_text(encoding="utf-8"))
