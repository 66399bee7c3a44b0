"""The sheets of an Excel file that people read: every outcome by policy and belief, and the differences in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from analysis.figures import style
from analysis.figures.captions import (
    changes_phrase,
    difference_unit,
    digits,
    event,
    policy_phrase,
    question_words,
    title,
    worldview_title,
)
from analysis.figures.figure_layout import FOOTER
from analysis.figures.verdict_words import SHORT, change
from analysis.questions.compare import Comparison, Versus, comparisons, means, primary
from sim.results.result import Result
from sim.results.tables import reference_policy, shown_contrasts
from sim.results.verdicts import MAY_BE_SMALL, SAME, UNDECIDED
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment
from sim.statistics.contrasts import TOO_FEW

RESULTS, WORDS = "Results", "In words"
HEADING: Mapping[str, Any] = MappingProxyType({"bold": True, "top": 1, "top_color": style.RULE})
HEAD = 4  # the row of the header, from 0
CLEAR, SMALL = 0.28, 0.1  # how much colour a large difference has, and one that may be small


class Written(NamedTuple):
    """A cell: its value and its format, as `xlsxwriter` names the parts of a format."""

    value: float | str
    look: Mapping[str, Any] = MappingProxyType({})


class Page(NamedTuple):
    """A sheet: notes above the table, the header, the width of each column in characters, and the rows."""

    name: str
    notes: Sequence[str]
    header: Sequence[str]
    widths: Sequence[int]
    frozen: int  # columns that stay in sight
    rows: Iterator[list[Written]]


def pages(result: Result) -> list[Page]:
    """Return the sheets of a run: its results, and with two policies or more the differences in words."""
    exp = result.experiment
    versus: dict[str, dict[Versus, Comparison]] = {start.name: {} for start in exp.starts}
    if len(exp.policies) > 1:
        differences = result.differences()
        versus = {start.name: comparisons(differences, start.name) for start in exp.starts}
    changed = f", {changes_phrase(exp)} ({'; '.join(exp.changes)})" if exp.changes else ""
    head = [f"{exp.title}{changed}", f"{exp.trials:,} trials in each cell, seed {exp.seed}. {FOOTER}"]
    views = [name for view in exp.worldviews for name in (worldview_title(view), "95 % interval")]
    base = policy_phrase(exp, reference_policy(exp))
    note = (f"Green: clearly better than {base} under the same beliefs. Purple: clearly worse. Paler: {MAY_BE_SMALL}. "
            f"No colour: {UNDECIDED}, or {SAME}. Grey: {base} itself.")  # fmt: skip
    if any(outcome.given for outcome in exp.catalogue.outcomes.values()):
        note += " The last rows count only some trials, which differ by policy, so none is green or purple."
    results = Page(RESULTS, [*head, note], ["Start", "Outcome", "Policy", *views],
                   [16, 46, 26, *([18, 17] * len(exp.worldviews))], 3, _results(result, versus))  # fmt: skip
    header = ["Start", "Whose beliefs", "Outcome", "Question", "Policy", "Instead of", "What it changes", "Verdict",
              "Difference", "Lower limit", "Upper limit", "Unit"]  # fmt: skip
    note = "Each row compares two policies in the same worlds with the same luck. Limits are those behind the verdict."
    words = Page(WORDS, [*head, note], header, [16, 22, 24, 44, 24, 24, 48, 26, 12, 12, 12, 18], 0, _words(exp, versus))
    return [results, words] if len(exp.policies) > 1 else [results]


def _results(result: Result, versus: dict[str, dict[Versus, Comparison]]) -> Iterator[list[Written]]:
    """Yield a row for each start, outcome and policy: main outcomes first, those of some trials last under a head."""
    exp, summary = result.experiment, result.summary()
    every = exp.catalogue.outcomes
    # First the main outcomes, last those recorded only in some trials: a section of their own, by their condition.
    outcomes = sorted(every.values(), key=lambda entry: (bool(entry.given), entry.given or "", not entry.primary))
    base = reference_policy(exp)
    for start in exp.starts:
        levels, section = means(summary, start.name), ""
        for outcome in outcomes:
            if outcome.given and outcome.given != section:
                section = outcome.given
                yield [Written(start.title, HEADING), Written(f"Only in trials with “{every[section].label}”", HEADING),
                       *[Written("", HEADING)] * (1 + 2 * len(exp.worldviews))]  # fmt: skip
            for i, policy in enumerate(exp.policies):
                edge: dict[str, Any] = {} if i else {"top": 1, "top_color": style.RULE}
                row = [Written(text, edge) for text in (start.title, _label(exp, outcome), policy.title)]
                for view in exp.worldviews:
                    estimate, low, high = levels[view.name, policy.name, outcome.name]
                    verdict = versus[start.name].get((view.name, outcome.name, policy.name, base))
                    shown = "" if outcome.given or not verdict else verdict.verdict
                    look = edge | _fill("base" if policy.name == base else shown)
                    row += [Written(_number(estimate), look | _format(outcome, estimate)),
                            Written(_interval(outcome, low, high), look | {"align": "center"})]  # fmt: skip
                yield row


def _words(exp: Experiment, versus: dict[str, dict[Versus, Comparison]]) -> Iterator[list[Written]]:
    """Yield a row for each comparison of two policies on a primary outcome."""
    for start in exp.starts:
        for outcome in primary(exp):
            for a, b in shown_contrasts(exp):
                for view in exp.worldviews:
                    comparison = versus[start.name][view.name, outcome.name, a, b]
                    scale, unit = difference_unit(outcome)
                    _, low, high = comparison.deciding
                    numbers = (scale * value for value in (comparison.difference, low, high))
                    names = (start.title, worldview_title(view), outcome.label, question_words(exp, a, b),
                             title(exp, a), title(exp, b))  # fmt: skip
                    yield [
                        *map(Written, names), Written(change(comparison, outcome)),
                        Written(SHORT[comparison.verdict], _fill(comparison.verdict)),
                        *(Written(_number(value), {"num_format": "+0.00;-0.00;0"}) for value in numbers),
                        Written(unit.strip()),
                    ]  # fmt: skip


def _label(exp: Experiment, outcome: Outcome) -> str:
    """Return an outcome's label, with its unit and the condition under which it is recorded."""
    label = outcome.label if outcome.unit == "share" else f"{outcome.label} ({outcome.unit})"
    return f"{label}, given that {event(exp.catalogue.outcomes[outcome.given])}" if outcome.given else label


def _number(value: float) -> float | str:
    return TOO_FEW if value != value else value  # NaN


def _format(outcome: Outcome, value: float) -> dict[str, Any]:
    """Return the number format with the digits that mean something, as `captions.digits` has them."""
    share = outcome.unit == "share"
    size = abs(100 * value if share else value)
    places = "0" if size >= 9.95 or not size else "0.0" if size >= 0.095 else "0.00"
    return {"num_format": places + "%" * share, "align": "right"}


def _interval(outcome: Outcome, low: float, high: float) -> str:
    if low != low or high != high:
        return TOO_FEW
    scale, unit = (100, " %") if outcome.unit == "share" else (1, "")
    sign = ["−" * (scale * end < -0.005) for end in (low, high)]
    return f"{sign[0]}{digits(scale * low)} to {sign[1]}{digits(scale * high)}{unit}"


def _fill(verdict: str) -> dict[str, Any]:
    colours = {"better": style.GOOD, "worse": style.BAD, "base": "#9A9A9A"}
    plain = verdict.removeprefix("a little ")
    return {"bg_color": _pale(colours[plain], CLEAR if plain == verdict else SMALL)} if plain in colours else {}


def _pale(colour: str, part: float) -> str:
    """Return a colour mixed with white: this part of it."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - channel) * part):02X}" for channel in channels)
