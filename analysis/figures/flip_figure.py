"""What `strait flip` shows: from one set of beliefs, step by step, to where the other policy does better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.figures.captions import believing, capital, listed, signed
from analysis.figures.waterfall import Row, waterfall
from sim.statistics.intervals import Interval

if TYPE_CHECKING:
    from analysis.figures.figure_layout import CaptionedFigure
    from analysis.questions.flip import Flip

AUTHORS = {"newsham": "Newsham", "self": "Self"}


def draw_flip(found: Flip) -> CaptionedFigure:
    """Draw the changes as a waterfall of levels: the worldview as it is, then after each change."""
    question = found.question
    label = question.experiment.catalogue.outcomes[question.outcomes[0]].label
    a, b = (policy.title for policy in question.policies)
    rows = []
    for step, claim, reading, value, low, high in _steps(found):
        words = question.worldview.title if not step else _change(found, claim, reading)
        rows.append(Row("level", words, Interval(value, low, high)))
    return waterfall(
        question, found.trials, rows, name=f"flip_{question.outcomes[0]}_{question.worldview.name}",
        heading=f"How few beliefs decide between {a} and {b}?", caption=" ".join(describe_flip(found)),
        note=f"“{label}”, {a} minus {b}, after each change and all before it.",
    )  # fmt: skip


def describe_flip(found: Flip) -> list[str]:
    """Return the answer in sentences."""
    question = found.question
    outcome = question.experiment.catalogue.outcomes[question.outcomes[0]]
    a, b = (policy.title for policy in question.policies)
    steps, under = _steps(found), capital(believing(question.worldview))
    begin = f"{under}, with {a} instead of {b}, “{outcome.label}” is {signed(steps[0][3], outcome)}"
    if found.result == "unsettled":
        return [f"{begin}, but that is not settled, so there is nothing to turn round; more trials may settle it."]
    alls = found.table[found.table["claim"] == "(all)"]
    ends = listed([
        f"{signed(float(value), outcome)} with every claim as {AUTHORS[reading]} reads it"
        for reading, value in alls[["reading", "difference"]].itertuples(index=False)
    ])  # fmt: skip
    if found.result == "none":
        return [f"{begin}. No set of changes that was tried turns this round; it is {ends}."]
    count = len(found.changes)
    needed = f"{count} belief{'s' * (count > 1)}"
    last = signed(steps[-1][3], outcome)
    sure = "" if found.result == "turned" else ", though on fresh worlds that is not settled"
    by_author: dict[str, list[str]] = {}
    for _, claim, reading, *_ in steps[1:]:
        by_author.setdefault(reading, []).append(claim)
    claims = listed([f"{listed(names)} as {AUTHORS[reading]} reads {'them' if len(names) > 1 else 'it'}"
                     for reading, names in by_author.items()])  # fmt: skip
    return [f"{begin}.", f"It takes {needed} to turn that round: {claims}. Then it is {last}{sure}."]


def _change(found: Flip, claim: str, reading: str) -> str:
    return f"+ {claim} as {AUTHORS[reading]} reads it: {found.question.experiment.catalogue.claims[claim].says}"


def _steps(found: Flip) -> list[tuple[int, str, str, float, float, float]]:
    rows = found.table[found.table["claim"] != "(all)"]
    numbers = rows[["difference", "low", "high"]].to_numpy(float).tolist()
    words = zip(rows["claim"].astype(str), rows["reading"].astype(str), numbers, strict=True)
    return [(step, claim, reading, three[0], three[1], three[2]) for step, (claim, reading, three) in enumerate(words)]
