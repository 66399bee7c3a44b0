"""Readings of the essays are fair: silent authors stay neutral, each reading has its paragraph, sources are real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from analysis.evidence import validation_rows
from sim.scenario import shipped
from sim.scenario.catalogue import Catalogue, Claim
from sim.scenario.loader import load

EXP = load("debate")
KNOWN: Catalogue = EXP.catalogue
DIALLED = [claim for claim in KNOWN.claims.values() if claim.readings]
MARK = {"newsham": "N¶", "self": "S¶"}
PARAGRAPHS = {*(f"E¶{n}" for n in (1, 2)), *(f"N¶{n}" for n in range(1, 29)), *(f"S¶{n}" for n in range(1, 8))}
OWN = {
    "judgement": "our own estimate, where nothing measures the number",
    "calibration": "a constant made by `python -m tools calibrate`",
    "calendar": "dates fixed by law",
    "memory": "no copy was found when the entry was written",
    "episodes": "our own coding of public events",
}
"""Sources that are nobody's publication, data set, poll, treaty or law, and what they are."""
WALK = {
    found[1]: found[0]
    for line in (Path(__file__).parents[2] / "docs" / "essays.md").read_text(encoding="utf-8").splitlines()
    if (found := re.match(r"\| ([ENS]¶\d+) \|.*", line))
}


def paragraphs(text: str) -> set[str]:
    """The paragraphs that a text names, ranges and lists after a mark included: N¶3, S¶5-6, N¶23-25."""
    found = set()
    for letter, first, last in re.findall(r"([ENS])¶(\d+)(?:[-–](\d+))?", text):
        found |= {f"{letter}¶{n}" for n in range(int(first), int(last or first) + 1)}
    return found


@pytest.mark.parametrize("author", MARK)
def test_a_silent_author_keeps_neutral(author: str) -> None:
    (view,) = (view for view in EXP.worldviews if view.name == author)
    for name, parameter in KNOWN.parameters.items():
        readings = {str(who): reading for who, reading in KNOWN.claims[parameter.claim].readings.items()} if (
            parameter.claim) else {}  # fmt: skip
        assert view.distributions[name] == readings.get(author, {}).get(name, parameter.neutral), name


@pytest.mark.parametrize("claim", DIALLED, ids=lambda claim: claim.name)
def test_every_reading_says_why_and_every_silence_says_so(claim: Claim) -> None:
    every = {name for reading in claim.readings.values() for name in reading}
    for author, mark in MARK.items():
        reading = {str(who): numbers for who, numbers in claim.readings.items()}.get(author, {})
        why = {str(who): text for who, text in claim.why.items()}[author]
        assert paragraphs(why) <= PARAGRAPHS
        if reading:
            assert any(place.startswith((mark, "E¶")) for place in paragraphs(why)), f"{author} is read without a place"
        if not reading:
            assert why.startswith("Silent"), f"{author} is silent, and why does not say so"
        elif set(reading) < every:
            assert "ilent" in why, f"{author} is silent on {every - set(reading)}"


def test_every_claim_has_its_place_in_the_essays() -> None:
    for claim in KNOWN.claims.values():
        assert set(claim.paragraphs) <= PARAGRAPHS
        letter = {"newsham": "N", "self": "ES", "editor": "E"}[claim.author]
        assert all(place[0] in letter for place in claim.paragraphs), claim.name
        assert claim.why or claim.readings, f"{claim.name} has no dial, and does not say why"
        assert claim.source, claim.name


def test_the_walk_through_the_essays_misses_no_paragraph_and_no_claim() -> None:
    assert set(WALK) == PARAGRAPHS
    for claim in KNOWN.claims.values():
        for place in claim.paragraphs:
            assert re.search(rf"\b{claim.name}\b", WALK[place]), f"{place} does not name {claim.name}"
    for name, parameter in KNOWN.parameters.items():
        if parameter.claim:
            rows = [WALK[place] for place in KNOWN.claims[parameter.claim].paragraphs]
            told = any(f"`{name}`" in row or "after a fall" in row.lower() for row in rows)
            assert told, f"no paragraph of {parameter.claim} says where {name} acts"


def test_the_walk_names_nothing_that_does_not_exist() -> None:
    names = {"official", "combat", "consent", *KNOWN.parameters, *KNOWN.levers, *KNOWN.outcomes, *KNOWN.quantities}
    names |= {one.name for kind in (EXP.policies, EXP.worldviews) for one in kind}
    for place, row in WALK.items():
        assert set(re.findall(r"`(\w+)`", row)) <= names, place


def test_every_source_is_somebodys_or_says_that_it_is_ours() -> None:
    assert set(OWN) <= set(KNOWN.sources)
    for name, source in KNOWN.sources.items():
        if name not in OWN:
            assert source.year or source.url, f"{name}: neither a year nor an address"
            assert re.match(r"\w.+,? .+", source.cite), f"{name}: not who and what"
            assert not re.search(r"\b(we|our own|ours)\b", source.cite.split(";")[0]), f"{name} is ours"
    kinds = (KNOWN.parameters, KNOWN.quantities, KNOWN.claims, KNOWN.levers)
    used = {name for kind in kinds for entry in kind.values() for name in entry.source}
    used |= {name for check in validation_rows.load_rows().checks.values() for name in check.source}
    for policy in (shipped.shipped_folder() / "policies").glob("*.yaml"):
        used |= {*yaml.safe_load(policy.read_text(encoding="utf-8")).get("source", [])}
    record = yaml.safe_load((shipped.shipped_folder() / "history/episodes.yaml").read_text(encoding="utf-8"))
    used |= {name for episode in record["episodes"] for name in episode["source"]}
    assert used == set(KNOWN.sources)


def test_judgement_is_never_dressed_as_a_record_or_as_literature() -> None:
    for name, parameter in KNOWN.parameters.items():
        others = set(parameter.source) - {"judgement", "calibration"}
        if parameter.known == "literature":
            assert others - set(OWN), f"{name} is said to come from literature"
        if parameter.known == "record":
            assert others, f"{name} is said to be on record"
