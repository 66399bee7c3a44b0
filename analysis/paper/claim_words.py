"""What a worldview believes about a claim, in words: whose reading, its answer to the question, and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.figures.captions import digits
from analysis.questions.claim_readings import median, position_of
from sim.scenario.schema import AUTHORS

if TYPE_CHECKING:
    from sim.scenario.catalogue import Catalogue, Claim
    from sim.scenario.experiment import Worldview

EVIDENCE = "evidence"


def whose_words(claim: Claim, dial: float | None, view: str = "") -> str:
    """Return whose reading of a claim a worldview has, or how far it goes from the evidence to one.

    An author is said to be silent in a worldview of that name.

    >>> import sim
    >>> claims = sim.load("debate").catalogue.claims
    >>> whose_words(claims["N1"], 1.0), whose_words(claims["N1"], 0.0, "self"), whose_words(claims["N12"], -0.4)
    ('Newsham', 'evidence (Self is silent)', '0.4 of the way from the evidence to Self')
    """
    if dial is None:
        return "its own numbers"
    if dial == 0:
        silent = [label for author, label in AUTHORS.items() if author == view and author not in claim.readings]
        return f"{EVIDENCE} ({silent[0]} is silent)" if silent else EVIDENCE
    author = AUTHORS["newsham" if dial > 0 else "self"]
    return author if abs(dial) == 1 else f"{abs(dial):g} of the way from the {EVIDENCE} to {author}"


def answer_words(claim: Claim, dial: float | None) -> str:
    """Return what a stand on a claim answers to its question; empty if the claim has no answers, or none for it.

    >>> import sim
    >>> claims = sim.load("debate").catalogue.claims
    >>> answer_words(claims["N1"], 0.0), answer_words(claims["N1"], 0.5)
    ('somewhat', 'between “somewhat” and “strongly, and open ties show it”')
    """
    if dial is None or not claim.answers:
        return ""
    evidence = claim.answers.get("neutral", "")
    reading = claim.answers.get("newsham" if dial > 0 else "self", "") if dial else evidence
    if abs(dial) in (0, 1) or not (evidence and reading):
        return reading
    return f"between “{evidence}” and “{reading}”"


def stand_words(catalogue: Catalogue, claim: Claim, view: Worldview) -> str:
    """Return what a worldview believes about a claim in one line: whose reading, and its answer.

    >>> import sim
    >>> exp = sim.load("debate")
    >>> stand_words(exp.catalogue, exp.catalogue.claims["N1"], exp.worldviews[1])
    'evidence (Self is silent): somewhat'
    """
    dial = position_of(catalogue, claim.name, view)
    return ": ".join(filter(None, [whose_words(claim, dial, view.name), answer_words(claim, dial)]))


def shown_words(claim: Claim, view: Worldview) -> str:
    """Return the claim's main numbers at their medians, in the words of the scenario file; empty if it has none.

    >>> import sim
    >>> exp = sim.load("debate")
    >>> shown_words(exp.catalogue.claims["N1"], exp.worldviews[0])
    'if the chance of facing both rises from 25 to 50 in 100, force is 0.5 times as likely'
    """
    return "; ".join(_fill_gap(text, median(view.distributions[name])) for name, text in claim.shown.items())


def moved_claims(catalogue: Catalogue, view: Worldview, standard: Worldview) -> list[str]:
    """Return the claims on which a worldview stands elsewhere than another, each with its stand.

    >>> import sim
    >>> exp = sim.load("debate", set_="claim.N12=self", worldviews="neutral")
    >>> moved_claims(exp.catalogue, exp.worldviews[0], sim.load("debate").worldviews[2])
    ['N12: Self']
    """
    dialled = [claim for claim in catalogue.claims.values() if claim.readings]
    return [f"{claim.name}: {whose_words(claim, dial, view.name)}" for claim in dialled
            if (dial := position_of(catalogue, claim.name, view)) != position_of(catalogue, claim.name, standard)
            or (dial is None and any(view.distributions[name] != standard.distributions[name]
                                    for reading in claim.readings.values() for name in reading))]  # fmt: skip


def _fill_gap(text: str, number: float) -> str:
    """Write a number into the gap of a text: {} as it is, {%} a hundred times it."""
    gap, value = ("{%}", 100 * number) if "{%}" in text else ("{}", number)
    return text.replace(gap, f"{'−' * (value < 0)}{float(digits(abs(value))):g}")
