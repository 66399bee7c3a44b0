"""Events as sentences: what is alike, the month in which two histories part, and what then differs.

`sentences.yaml` has the words and weights. `analysis/page/story.js` does the same for the page, and a test finds the
same sentences.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.engine.replay import VIEWS

if TYPE_CHECKING:
    from sim.model.trace import Event

CAUSES = ("official_tie", "step", "leak", "dispute", "offence", "scripted")
"""Events that others answer, at the same moment."""
MOST = 20
"""Sentences of one history, those that are alike included."""
MOST_ALIKE = 7
"""Of them, sentences before the parting."""
LEAST = 1.0
"""Of weight, for a sentence to be shown at all."""
PERCENT = 100
HAIR = 1e-9
"""More of a lever than this is more than at the start."""
Values = Mapping[str, float | str]


class Sentence(NamedTuple):
    """A sentence, the months since the start, the rule that gave it, its weight, and the years of which it speaks."""

    time: float
    text: str
    rule: int
    weight: float
    years: int = 0


class Moment(NamedTuple):
    """An event, and all values that a rule may ask for or name."""

    time: float
    what: str
    known: Values
    changed: frozenset[str]


@functools.cache
def read_words() -> dict[str, Any]:
    """Read `sentences.yaml`."""
    import yaml

    text = (Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


def observe(
    events: Sequence[Event],
    course: np.ndarray,
    step: float,
    begin: Mapping[str, tuple[float, float]],
    official: Mapping[str, float],
) -> list[Moment]:
    """Add to each event what the actors believed then, and what happened just before; in order of time.

    The years after a fall come last, as they are all after it.

    Parameters
    ----------
    course : float64[step, view], as `sim.engine.replay.watch` gives it
    step : months
    begin : each lever's depth and openness at the start
    official : how far each lever crosses the line of 1972, of which 1 is over it
    """
    last = int(np.flatnonzero(~np.isnan(course[:, 0]))[-1])
    moments, since, cause, seen, decided = [], dict[str, Any](), (-1.0, ""), (-1.0, dict[str, Any]()), -1.0
    gone, line = set[str](), "far"
    for time, what, values in events:
        row = dict(zip(VIEWS, course[min(math.floor(time / step), last)].tolist(), strict=True))
        if what == "perception":
            seen = time, values
        if what == "decision":
            since, decided = {}, time
        known = {**since, **row, **(seen[1] if seen[0] == time else {}), **values}
        known["cause"] = cause[1] if cause[0] == time else "nothing"
        if what == "official_tie":  # the first of any kind: a partly official one comes near the line only
            known["crosses"] = float(official[str(values["lever"])] >= 1)
            line = "crossed" if known["crosses"] else "near"
        if what == "step":
            lever, seen_now = str(values["lever"]), float(values["depth"]) * float(values["openness"])
            is_more = seen_now > math.prod(begin[lever]) + HAIR
            known["beyond"] = 0.0 if not is_more else 2.0 if lever in gone else 1.0
            known["crosses"] = float(is_more and line == "near" and official[lever] >= 1)
            line = "crossed" if known["crosses"] else line
            if is_more:
                gone.add(lever)
        known["at_start"], known["at_decision"] = float(time == 0), float(time == decided)
        changed = frozenset(name for name, value in values.items() if since.get(name) != value)
        moments.append(Moment(time, what, known, changed))
        since.update(values)
        if what in CAUSES:
            cause = time, what
    return sorted(moments, key=lambda moment: (moment.time, moment.what == "aftermath"))


def fits(rule: Mapping[str, Any], moment: Moment) -> bool:
    """Whether a rule is about this event, and its conditions hold."""
    if rule["event"] != moment.what or not all(
        _holds(moment.known[name], wanted) for name, wanted in rule.get("when", {}).items()
    ):
        return False
    return "changed" not in rule or any(name in moment.changed for name in rule["changed"])


def _holds(value: float | str, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return bool(wanted.get("from", -math.inf) <= value < wanted.get("below", math.inf))
    return value in wanted if isinstance(wanted, list) else bool(value == wanted)


def narrate(moments: Sequence[Moment], levers: Mapping[str, str], language: str) -> list[Sentence]:
    """Put every event that has a rule into a sentence; `levers` are titles, for those without words."""
    words = read_words()
    sentences = []
    for moment in moments:
        for number, rule in enumerate(words["sentences"]):
            if fits(rule, moment):
                labels = {name: _in_words(name, value, levers, language) for name, value in moment.known.items()}
                sentences.append(
                    Sentence(moment.time, fill(rule[language], labels), number, rule["weight"], rule.get("years", 0))
                )
    return sentences


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Put values in the place of their names in braces; nothing else in a template has a meaning."""
    pieces = template.split("{")
    return pieces[0] + "".join(
        str(values[name]) + rest for name, _, rest in (piece.partition("}") for piece in pieces[1:])
    )


def _in_words(name: str, value: float | str, levers: Mapping[str, str], language: str) -> str:
    words = read_words()
    if isinstance(value, str):
        known = words["words"][language].get(name, {})
        return str(known.get(value, levers.get(value, value)))
    rounded = math.floor(abs(value) * words["scale"].get(name, PERCENT) + 0.5)
    return words["words"][language]["few"] if rounded == 0 and value != 0 else str(rounded)


def choose(
    sentences: Sequence[Sentence], most: int, before: Sequence[Sentence] = (), other: Sequence[Sentence] = ()
) -> list[Sentence]:
    """Choose the sentences that weigh most, in their order; the very words of an earlier one are never repeated.

    A sentence weighs half for each one of its rule that came earlier or stands `before`, and half if the `other`
    history has it too.
    """
    rules, texts = Counter(sentence.rule for sentence in before), {sentence.text for sentence in before}
    shared = {(math.floor(sentence.time), sentence.text) for sentence in other}
    weights = []
    for sentence in sentences:
        halves = rules[sentence.rule] + ((math.floor(sentence.time), sentence.text) in shared)
        weights.append(0 if sentence.text in texts else sentence.weight / 2**halves)
        rules[sentence.rule] += sentence.text not in texts
        texts.add(sentence.text)
    kept = [number for number in range(len(sentences)) if weights[number] >= LEAST]
    return [sentences[number] for number in sorted(sorted(kept, key=lambda number: (-weights[number], number))[:most])]


def compare(against: Sequence[Sentence], policy: Sequence[Sentence]) -> dict[str, Any]:
    """Lay two histories side by side.

    Returns
    -------
    dict
        `alike`: sentences of both; `parting`: `month` (null if they never part) and for each side the first sentence
        of that month that the other side does not have; `sides`: for each side its other sentences, and how many
        `more` are left out. A sentence has `month`, `text`, `weight`, and the `years` from then on of which it speaks.
    """
    sides, alike = {"against": against, "policy": policy}, 0
    while alike < min(len(against), len(policy)) and _same(against[alike], policy[alike]):
        alike += 1
    firsts = [sentences[alike] for sentences in sides.values() if alike < len(sentences)]
    month = min((math.floor(first.time) for first in firsts), default=None)
    parting, rest = {}, {}
    for name, sentences in sides.items():
        later = sentences[alike:]
        here = {other.text for key, own in sides.items() for other in own[alike:]
                if key != name and math.floor(other.time) == month}  # fmt: skip
        parting[name] = [sentence for sentence in later
                         if math.floor(sentence.time) == month and sentence.text not in here][:1]  # fmt: skip
        rest[name] = [sentence for sentence in later if not any(sentence is own for own in parting[name])]
    news = {sentence.text for own in parting.values() for sentence in own}
    first = choose([sentence for sentence in against[:alike] if sentence.text not in news], MOST_ALIKE)
    chosen = {}
    for name, sentences in rest.items():
        other = rest["policy" if name == "against" else "against"]
        chosen[name] = choose(sentences, MOST - 1 - len(first), [*first, *parting[name]], other)
    return {
        "alike": {"sentences": _plain(first), "more": alike - len(first)},
        "parting": {"month": month, "sentences": {name: _plain(own) for name, own in parting.items()}},
        "sides": {
            name: {"sentences": _plain(kept), "more": len(rest[name]) - len(kept)} for name, kept in chosen.items()
        },
    }


def _same(a: Sentence, b: Sentence) -> bool:
    return a.text == b.text and math.floor(a.time) == math.floor(b.time)


def _plain(sentences: Sequence[Sentence]) -> list[dict[str, Any]]:
    return [{"month": math.floor(time), "text": text, "weight": weight, "years": years}
            for time, text, _, weight, years in sentences]  # fmt: skip


def mark(moments: Sequence[Moment]) -> list[tuple[float, str]]:
    """Give the signs of a timeline: the months since the start, and which."""
    rules = read_words()["marks"]
    signs = (next((rule["sign"] for rule in rules if fits(rule, moment)), None) for moment in moments)
    return [(moment.time, sign) for moment, sign in zip(moments, signs, strict=True) if sign]


def ending(marks: Sequence[tuple[float, str]]) -> dict[str, int | None]:
    """Give the months of the first quarantine, use of force and fall of Taiwan, None for what never came."""
    return {sign: next((math.floor(time) for time, kind in marks if kind == sign), None)
            for sign in ("quarantine", "force", "fall")}  # fmt: skip


def breaking_points(courses: Sequence[np.ndarray], moments: Sequence[Sequence[Moment]], step: float) -> list[float]:
    """Give the sums of hazard at which one side decided for force, else the first that neither reached."""
    reached = {
        float(course[math.floor(moment.time / step), VIEWS.index("danger")])
        for course, own in zip(courses, moments, strict=True)
        for moment in own
        if moment.what == "decision"
    }
    return sorted(reached) or [_last(courses[0], "breaking_point")]


def _last(course: np.ndarray, view: str) -> float:
    column = course[:, VIEWS.index(view)]
    return float(column[~np.isnan(column)][-1])


def widest_gap(courses: Sequence[np.ndarray], moments: Sequence[Sequence[Moment]], step: float) -> int | None:
    """Give the step before any decision for force in which the danger of both sides differs most; None if in none."""
    decisions = [math.floor(moment.time / step) for own in moments for moment in own if moment.what == "decision"]
    until = min([len(courses[0]), *decisions])
    widest, found = 0.0, None
    for number in range(until):
        gap = abs(_rise(courses[0], number) - _rise(courses[1], number))
        if gap > widest:
            widest, found = gap, number
    return found


def _rise(course: np.ndarray, number: int) -> float:
    danger = course[:, VIEWS.index("danger")]
    return float(danger[number] - danger[number - 1]) if number else float(danger[0])


def beliefs(course: np.ndarray, number: int) -> dict[str, int]:
    """Give what Beijing believes in a step, of 100 cases."""
    return {name: math.floor(course[number, VIEWS.index(name)] * PERCENT + 0.5)
            for name in ("success", "joint", "hope")}  # fmt: skip
