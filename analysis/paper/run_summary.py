"""What a run shows, in a few plain sentences made from its numbers."""

from __future__ import annotations

import math
from itertools import chain
from typing import NamedTuple

from analysis.figures.captions import (
    belief_clause,
    capitalize,
    count_sentences,
    frequency_sentence,
    gap,
    join_policies,
    number_word,
    own_policies,
    policy_phrase,
    question_words,
)
from analysis.figures.verdict_words import answer_sentence, count_verdicts
from analysis.questions.compare import Cell, Comparison, Versus, comparisons, means, primary
from sim.results.result import Result
from sim.results.tables import reference_policy, shown_contrasts
from sim.results.verdicts import IDENTICAL, MAY_BE_SMALL, SAME, UNDECIDED
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment, Worldview
from sim.scenario.loader import DEFAULTS
from sim.statistics import contrasts

HOPELESS = 100  # times the present trials: a comparison that needs more lies at the margin
GROUPS = {"better": "better than {}", "a little better": f"better than {{}} ({MAY_BE_SMALL})",
          "worse": "worse than {}", "a little worse": f"worse than {{}} ({MAY_BE_SMALL})",
          "same": f"{SAME} from {{}}", "identical": f"{IDENTICAL} to {{}}",
          "undecided": f"{UNDECIDED} against {{}}", "few": "too few trials to compare with {}"}  # fmt: skip
OPEN = ("undecided", "a little better", "a little worse")  # more trials may tell more


class RunSummary(NamedTuple):
    """What a run shows, in sentences about the first primary outcome, from the last start.

    Attributes
    ----------
    choices
        How each question comes out. Without a question: which comparison changes sign with the worldview; if none
        does, how the first comes out. Empty for a single policy.
    worldviews
        How often the outcome comes under each worldview, and which policies do better and worse.
    clarity
        How many of all main comparisons are clear, about how many more trials the rest would take, and what each
        policy takes. Empty for a single policy.
    """

    choices: list[str]
    worldviews: list[str]
    clarity: list[str]


def summarise_run(result: Result) -> RunSummary:
    """Return what a run shows, in three parts.

    >>> import sim
    >>> [*map(len, summarise_run(sim.run(sim.load("debate", starts=["2026"], trials=100))))]
    [3, 3, 3]
    """
    exp, differences = result.experiment, result.differences()
    differences = differences[differences["outcome"].isin([outcome.name for outcome in primary(exp)])]
    outcome, start = primary(exp)[0], exp.starts[-1].name
    versus = {start.name: comparisons(differences, start.name) for start in exp.starts}
    levels = {cell: level for cell, (level, _, _) in means(result.summary(), start).items()}
    views = [_describe_worldview(exp, view, outcome, levels, versus[start]) for view in exp.worldviews]
    if len(exp.policies) == 1:
        return RunSummary([], views, [])
    clarity = [*_describe_clarity(exp, versus), *_describe_takes(exp, levels)]
    return RunSummary(_describe_choices(exp, outcome, levels, versus[start]), views, clarity)


def describe_run(result: Result) -> list[str]:
    """Return what a run shows: all sentences of `summarise_run`, in order."""
    return list(chain(*summarise_run(result)))


def describe_precision(result: Result) -> list[str]:
    """Return how little a run shorter than the recorded one can tell, and where the recorded findings are.

    Empty for a run of `DEFAULTS["trials"]` trials or more, and for a single policy.

    >>> import sim
    >>> describe_precision(sim.run(sim.load("debate", starts=["2026"], trials=50)))[0][:75]
    'How little 50 trials tell: most differences have no interval or a wide one.'
    """
    exp, usual = result.experiment, DEFAULTS["trials"]
    if exp.trials >= usual or len(exp.policies) == 1:
        return []
    outcome, differences = primary(exp)[0], result.differences()
    rows = differences[(differences["outcome"] == outcome.name) & (differences["start"] == exp.starts[-1].name)]
    shown = [pair in shown_contrasts(exp) for pair in zip(rows["policy_a"], rows["policy_b"], strict=True)]
    joint = rows[shown].dropna(subset=["simultaneous_low", "simultaneous_high"])
    width = "most differences have no interval or a wide one"
    if len(joint):
        half = ((joint["simultaneous_high"] - joint["simultaneous_low"]) / 2).astype(float)
        width = f"a difference in “{outcome.label}” is known to ± {gap(half.min(), outcome)} at best, "
        width += f"and to ± {gap(half.max(), outcome)} at worst"
    text = f"How little {exp.trials:,} trials tell: {width}. Levels and signs may change with the seed."
    if exp.name == "debate" and not exp.changes:
        text += f" The recorded findings rest on {usual:,} trials or more: docs/findings.md."
    return [text]


def _describe_worldview(
    exp: Experiment,
    worldview: Worldview,
    outcome: Outcome,
    levels: dict[Cell, float],
    versus: dict[Versus, Comparison],
) -> str:
    """Return which policies do better and worse than the one compared with.

    How often the outcome comes stands before it, unless the answers to the questions say so already.
    """
    base = reference_policy(exp)
    verdicts = {policy.name: versus[worldview.name, outcome.name, policy.name, base].verdict
                for policy in exp.policies if policy.name != base}  # fmt: skip
    groups = ((text, [name for name in verdicts if verdicts[name] == verdict]) for verdict, text in GROUPS.items())
    rest = [f"{text.format(policy_phrase(exp, base))}: {join_policies(exp, names)}." for text, names in groups if names]
    if rest and not own_policies(exp):
        return f"{capitalize(belief_clause(worldview))}, {' '.join([rest[0], *map(capitalize, rest[1:])])}"
    rest = [capitalize(sentence) for sentence in rest]
    return " ".join([frequency_sentence(exp, worldview, outcome, levels), *rest])


def _describe_choices(
    exp: Experiment, outcome: Outcome, levels: dict[Cell, float], versus: dict[Versus, Comparison]
) -> list[str]:
    """Return how each question comes out.

    Without questions: the comparison whose sign changes with the worldview; if none does, the first.
    """

    def turns(pair: tuple[str, str]) -> bool:
        return {"better", "worse"} <= {versus[view.name, outcome.name, *pair].verdict for view in exp.worldviews}

    pairs = shown_contrasts(exp)
    asked = [pair for pair in pairs if question_words(exp, *pair)] or [next(filter(turns, pairs), pairs[0])]
    return [f"{answer_sentence(exp, outcome, pair, versus)} {count_sentences(exp, outcome, pair, levels)}"
            for pair in asked]  # fmt: skip


def _describe_takes(exp: Experiment, levels: dict[Cell, float]) -> list[str]:
    """Return the lever-years that each policy carries out, of those that it plans, under the most neutral worldview."""
    view = exp.most_neutral()
    parts = []
    for policy in exp.policies:
        planned = levels.get((view.name, policy.name, "lever_years_planned"), 0.0)
        if planned > 0:
            done = levels[view.name, policy.name, "lever_years"]
            parts.append(f"{policy_phrase(exp, policy.name)} {done:.0f} of {planned:.0f}")
    if not parts:
        return []
    return [f"Lever-years carried out, of those planned, {belief_clause(view)}: {', '.join(parts)}."]


def _describe_clarity(exp: Experiment, versus: dict[str, dict[Versus, Comparison]]) -> list[str]:
    """Return how many of the main comparisons are clear, over all starts, and what the others need."""
    every = [
        versus[start][view.name, outcome.name, *pair]
        for start in versus
        for outcome in primary(exp)
        for view in exp.worldviews
        for pair in shown_contrasts(exp)
    ]
    joint = "In 95 of 100 such runs, all these statements are true together."
    if exp.trials < contrasts.BAND_WORLDS * exp.lucks:
        joint = f"They need at least {contrasts.BAND_WORLDS * exp.lucks} trials."
    said = f"Of {len(every)} comparisons of policies, {count_verdicts(each.verdict for each in every)}. {joint}"
    open_ones = [comparison for comparison in every if comparison.verdict in OPEN]
    return [said, *_describe_trials_needed(exp, open_ones)]


def _describe_trials_needed(exp: Experiment, open_ones: list[Comparison]) -> list[str]:
    """Return about how many trials it takes until the open comparisons are beyond the margin or within it."""
    unclear = [each.trials_needed for each in open_ones if not each.trials_needed <= exp.trials]
    needs = [trials for trials in unclear if trials <= HOPELESS * exp.trials]
    which, sentences = f"that are {UNDECIDED} or may be small", []
    if needs:
        sentences = [f"About {_round_up(max(needs))} trials might settle {number_word(len(needs))} of the "
                     f"{number_word(len(open_ones))} {which}."]  # fmt: skip
    if hopeless := len(unclear) - len(needs):
        them = "it" if hopeless == 1 else "them"
        of = "of the others" if needs else f"of the {number_word(len(open_ones))} {which}"
        sentences.append(
            f"{capitalize(number_word(hopeless))} {of} {'lies' if hopeless == 1 else 'lie'} at the margin. "
            f"More trials will not settle {them}."
        )
    return [" ".join(sentences)] if sentences else []


def _round_up(trials: float) -> str:
    """Return a number of trials, rounded up to two digits."""
    unit = 10 ** max(len(f"{trials:.0f}") - 2, 0)
    return f"{math.ceil(trials / unit) * unit:,}"
