"""The verdict of a comparison in sentences, keys and cells, in the words of `sim.results.verdicts`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from analysis.figures.captions import (
    belief_clause,
    capitalize,
    event,
    interval_words,
    join_words,
    margin,
    measure,
    policy_phrase,
    question_words,
    signed,
)
from analysis.questions.compare import Comparison, Versus
from sim.results.verdicts import FEW, IDENTICAL, LARGE, MAY_BE_SMALL, SAME, UNDECIDED
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment

SHORT = {  # verdict of the first policy -> its words in a key or a cell
    "better": "clearly better",
    "worse": "clearly worse",
    "a little better": f"better, {MAY_BE_SMALL}",
    "a little worse": f"worse, {MAY_BE_SMALL}",
    "same": SAME,
    "undecided": UNDECIDED,
    "few": FEW,
    "identical": IDENTICAL,
}
OPEN = {"undecided": f"it is {UNDECIDED}", "few": f"there are {FEW}"}
COUNTED = (  # verdicts that are counted together, and what one comparison and several do
    (("better", "worse"), "is", "are", LARGE),
    (("a little better", "a little worse"), "is", "are", MAY_BE_SMALL),
    (("same", "identical"), "makes", "make", SAME),
    (("undecided",), "is", "are", UNDECIDED),
    (("few",), "has", "have", FEW),
)


def count_verdicts(verdicts: Iterable[str]) -> str:
    """Return how many comparisons have which verdict, in words.

    >>> count_verdicts(["better", "worse", "same", "few"])
    '2 are clear and large enough to matter, 1 makes no difference that matters and 1 has too few trials to say'
    """
    tally = Counter(verdicts)
    counts = [(sum(tally[name] for name in names), one, many, words) for names, one, many, words in COUNTED]
    return join_words([f"{n} {one if n == 1 else many} {words}" for n, one, many, words in counts if n])


def change(comparison: Comparison, outcome: Outcome) -> str:
    """Return what a comparison says: how much lower or higher, that it does not matter, or that it is open."""
    low, high = comparison.deciding[1:]
    if comparison.verdict in ("identical", "few"):
        return SHORT[comparison.verdict]
    if comparison.verdict == "same":
        return f"{SAME} (under {margin(outcome, comparison.margin)})"
    if pd.isna(low):
        return FEW
    if comparison.verdict == "undecided":
        return f"{UNDECIDED} ({interval_words(low, high, outcome)})"
    small = f"; {MAY_BE_SMALL}" if comparison.verdict.startswith("a little") else ""
    return f"{signed(comparison.difference, outcome)} ({interval_words(low, high, outcome)}{small})"


def answer_sentence(exp: Experiment, outcome: Outcome, pair: tuple[str, str], versus: dict[Versus, Comparison]) -> str:
    """Say how a comparison of two policies comes out under each worldview, after the question that it answers."""
    a, b = pair
    share = outcome.unit == "share"
    known, small, unknown = dict[str, list[str]](), list[str](), dict[str, list[str]]()
    for view in exp.worldviews:
        comparison = versus[view.name, outcome.name, a, b]
        if comparison.verdict in OPEN:
            unknown.setdefault(OPEN[comparison.verdict], []).append(belief_clause(view))
            continue
        size = "less" if comparison.difference < 0 else "more"
        words = f"{size} often" if share else {"less": "lower", "more": "higher"}[size]
        alike = {"same": "about", "identical": "exactly"}.get(comparison.verdict)
        words = f"{alike} {'as often' if share else 'the same'}" if alike else words
        if comparison.verdict.startswith("a little"):
            small.append(belief_clause(view))
        known.setdefault(words, []).append(belief_clause(view))
    what = event(outcome) if share else f"{measure(outcome)} is"
    said = [f"{what} {', '.join(f'{words} {join_words(views)}' for words, views in known.items())}"] if known else []
    said += [f"that is {MAY_BE_SMALL} {join_words(small)}"] if small else []
    said += [f"{words} {join_words(views)}" for words, views in unknown.items()]
    first, *rest = (f"{part}." for part in said)
    first = f"With {policy_phrase(exp, a)} instead of {policy_phrase(exp, b)}, {first}"
    return " ".join(filter(None, [question_words(exp, a, b), first, *map(capitalize, rest)]))
