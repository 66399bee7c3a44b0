"""`strait flip`: from one set of beliefs, step by step, to where the other policy does better."""

from __future__ import annotations

from math import isnan

from analysis.figures.captions import (
    accepted_phrase,
    ask,
    belief_clause,
    capitalize,
    interval_words,
    join_words,
    number_word,
    policy_phrase,
    signed,
    worldview_title,
)
from analysis.figures.figure_layout import CaptionedFigure
from analysis.figures.waterfall import Row, draw_waterfall
from analysis.questions.flip import EXACT, Flip
from sim.scenario.catalogue import Outcome
from sim.scenario.schema import STOPS
from sim.statistics.contrasts import TOO_FEW
from sim.statistics.intervals import Interval

ENDS = {"newsham": "every claim of Newsham accepted", "self": "every claim of Self accepted",
        "evidence": "no claim accepted"}  # fmt: skip


Step = tuple[int, str, str, float, float, float]  # number, claim, reading; difference, low, high


def draw_flip(finding: Flip) -> CaptionedFigure:
    """Draw the changes as a waterfall of levels: the worldview as it is, then after each change."""
    question = finding.question
    label = question.experiment.catalogue.outcomes[question.outcomes[0]].label
    a, b = (policy.title for policy in question.policies)
    rows = []
    for step, claim, reading, value, low, high in _steps(finding):
        text = worldview_title(question.worldview)
        if step:
            says = question.experiment.catalogue.claims[claim].says
            text = f"{capitalize(_change(finding, claim, reading))}: {says}"
        rows.append(Row("level", text, Interval(value, *(None if isnan(limit) else limit for limit in (low, high)))))
    return draw_waterfall(
        question, finding.trials, rows, name=f"flip_{question.outcomes[0]}_{question.worldview.name}",
        heading=f"{ask(question)}How few beliefs decide between {a} and {b}?", caption=" ".join(describe_flip(finding)),
        note=f"“{label}”, {a} minus {b}, after each change and all before it.",
    )  # fmt: skip


def describe_flip(finding: Flip) -> list[str]:
    """Return how few beliefs must change for the other policy to do better."""
    question = finding.question
    outcome = question.experiment.catalogue.outcomes[question.outcomes[0]]
    a, b = (policy_phrase(question.experiment, policy.name) for policy in question.policies)
    steps, under = _steps(finding), capitalize(belief_clause(question.worldview))
    begin = f"{under}, with {a} instead of {b}, “{outcome.label}” is {_difference(steps[0], outcome)}"
    if finding.result == "unsettled":
        return [f"{begin}, but that is too close to call: there is nothing to turn round. More trials may settle it."]
    if finding.result == "none":
        each = [f"{_difference(end, outcome)} with {ENDS[end[2]]}" for end in _steps(finding, ends=True)]
        return [f"{begin}. No set of changes that was tried turns this round.", f"It is {join_words(each)}."]
    count = len(finding.changes)
    sure = "" if finding.result == "turned" else ", though on fresh worlds that is too close to call"
    claims = join_words([_change(finding, claim, reading) for _, claim, reading, *_ in steps[1:]])
    return [
        f"{begin}.",
        f"It takes {'at most ' * (count > EXACT)}{number_word(count)} belief{'s' * (count > 1)} to reverse that: "
        f"{claims}.",
        f"Then it is {_difference(steps[-1], outcome)}{sure}.",
    ]


def _change(finding: Flip, claim: str, reading: str) -> str:
    return accepted_phrase(finding.question.experiment.catalogue.claims[claim], STOPS[reading])


def _difference(step: Step, outcome: Outcome) -> str:
    """Return the difference of a step with its interval, on worlds that had no part in the search."""
    value, low, high = step[3:]
    between = TOO_FEW if isnan(low) or isnan(high) else interval_words(low, high, outcome)
    return f"{signed(value, outcome)} ({between})"


def _steps(finding: Flip, *, ends: bool = False) -> list[Step]:
    """Return the worldview as it is and each change, or the worlds in which every claim is at one end."""
    rows = finding.table[(finding.table["claim"] == "(all)") == ends]
    columns = (rows[name].tolist() for name in ("claim", "reading", "difference", "low", "high"))
    return [
        (step, str(claim), str(reading), float(value), float(low), float(high))
        for step, (claim, reading, value, low, high) in enumerate(zip(*columns, strict=True))
    ]
