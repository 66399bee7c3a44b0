"""What a run shows, in a few plain sentences made from its numbers."""

from __future__ import annotations

import math
from collections import Counter

from analysis.figures.captions import (
    belief_clause,
    capitalize,
    event,
    frequency_sentence,
    join_words,
    measure,
    number_word,
    policy_phrase,
    question_words,
)
from analysis.questions.compare import Comparison, Versus, comparisons, means, primary
from sim.results.result import Result
from sim.results.tables import reference_policy, shown_contrasts
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment, Worldview
from sim.statistics import contrasts

HOPELESS = 100  # times the present trials: a comparison that needs more lies at the margin
GROUPS = {"better": "Better than {}", "a little better": "A little better than {}", "worse": "Worse than {}",
          "a little worse": "A little worse than {}", "undecided": "Too close to call against {}",
          "few": "Too few trials to compare with {}"}  # fmt: skip
Open = dict[tuple[str, str, str, tuple[str, str]], Comparison]  # by start, outcome, worldview and pair


def describe_run(result: Result) -> list[str]:
    """Return what a run shows: a line per worldview, then one per question, then how much is clear, and about how many
    more trials the rest would take.

    The first lines are about the first primary outcome, from the last start. With a single policy there is nothing to
    compare, and only the worldviews' lines are made.

    >>> import sim
    >>> len(describe_run(sim.run(sim.load("debate", starts=["2026"], trials=100))))
    8
    """
    exp, differences = result.experiment, result.differences()
    differences = differences[differences["outcome"].isin([outcome.name for outcome in primary(exp)])]
    outcome, start = primary(exp)[0], exp.starts[-1].name
    versus = {start.name: comparisons(differences, start.name) for start in exp.starts}
    levels = {cell: level for cell, (level, _, _) in means(result.summary(), start).items()}
    lines = [_describe_worldview(exp, view, outcome, levels, versus[start]) for view in exp.worldviews]
    if len(exp.policies) > 1:
        lines += [*_describe_choices(exp, outcome, versus[start]), *_describe_clarity(exp, versus)]
    return lines


def _describe_worldview(
    exp: Experiment,
    worldview: Worldview,
    outcome: Outcome,
    levels: dict[tuple[str, str, str], float],
    versus: dict[Versus, Comparison],
) -> str:
    """Return how often the outcome comes, and which policies do better and worse than the one compared with."""
    base = reference_policy(exp)
    verdicts = {policy.name: _degree(versus[worldview.name, outcome.name, policy.name, base], exp)
                for policy in exp.policies if policy.name != base}  # fmt: skip
    groups = ((text, [name for name in verdicts if verdicts[name] == verdict]) for verdict, text in GROUPS.items())
    rest = [f"{text.format(policy_phrase(exp, base))}: {join_words([policy_phrase(exp, name) for name in names])}."
            for text, names in groups if names]  # fmt: skip
    return " ".join([frequency_sentence(exp, worldview, outcome, levels), *rest])


def _describe_choices(exp: Experiment, outcome: Outcome, versus: dict[Versus, Comparison]) -> list[str]:
    """Return how each question comes out.

    Without questions: which comparison changes sign with the worldview; if none does, how the first comes out.
    """

    def turns(pair: tuple[str, str]) -> bool:
        return {"better", "worse"} <= {versus[view.name, outcome.name, *pair].verdict for view in exp.worldviews}

    pairs = shown_contrasts(exp)
    asked = [pair for pair in pairs if question_words(exp, *pair)] or [next(filter(turns, pairs), pairs[0])]
    return [_describe_choice(exp, outcome, pair, versus, turning=turns(pair)) for pair in asked]


def _describe_choice(
    exp: Experiment, outcome: Outcome, pair: tuple[str, str], versus: dict[Versus, Comparison], *, turning: bool
) -> str:
    """Return how one comparison comes out under each worldview, after the words of its question."""
    a, b = pair
    states = {"undecided": "too close to call", "same": "not different enough to matter", "identical": "identical",
              "few": "not known from so few trials"}  # fmt: skip
    degrees = {view.name: _degree(versus[view.name, outcome.name, *pair], exp) for view in exp.worldviews}
    says = join_words([f"{states.get(degrees[view.name], degrees[view.name])} {belief_clause(view)}"
                       for view in exp.worldviews])  # fmt: skip
    words = question_words(exp, a, b)
    start = f"{'That' if words else 'Which policy does better'} depends on whose beliefs you hold: " if turning else ""
    what = f"on how often {event(outcome)}" if outcome.unit == "share" else f"on {measure(outcome)}"
    said = capitalize(f"{start}{what}, {policy_phrase(exp, a)} instead of {policy_phrase(exp, b)} is {says}.")
    return f"{words} {said}".lstrip()


def _degree(comparison: Comparison, exp: Experiment) -> str:
    """Return the verdict; "a little better" or "a little worse" if the difference is clear but perhaps too small."""
    small = comparison.verdict in ("better", "worse") and not comparison.trials_needed <= exp.trials
    return f"a little {comparison.verdict}" if small else comparison.verdict


def _describe_clarity(exp: Experiment, versus: dict[str, dict[Versus, Comparison]]) -> list[str]:
    """Return how many of the main comparisons are clear, over all starts, and what the others need."""
    every: Open = {
        (start, outcome.name, view.name, pair): versus[start][view.name, outcome.name, *pair]
        for start in versus
        for outcome in primary(exp)
        for view in exp.worldviews
        for pair in shown_contrasts(exp)
    }
    tally = Counter(comparison.verdict for comparison in every.values())
    alike, undecided, few = tally["same"] + tally["identical"], tally["undecided"], tally["few"]
    unclear = {key: comparison for key, comparison in every.items()
               if comparison.verdict != "few" and not comparison.trials_needed <= exp.trials}  # fmt: skip
    large = sum(comparison.verdict in ("better", "worse") for key, comparison in every.items() if key not in unclear)
    small = len(every) - large - alike - undecided - few
    parts = [f"{large} difference{'s are' if large != 1 else ' is'} clear and large enough to matter"]
    parts += [f"{small} {'is' if small == 1 else 'are'} clear but small"] * (small > 0)
    parts += [f"{alike} make{'s' if alike == 1 else ''} no difference that matters"] * (alike > 0)
    parts += [f"{undecided} {'is' if undecided == 1 else 'are'} undecided"] * (undecided > 0)
    parts += [f"{few} {'has' if few == 1 else 'have'} too few trials to say"] * (few > 0)
    joint = "Such statements are all true together in 95 of 100 runs."
    if exp.trials < contrasts.BAND_WORLDS * exp.lucks:
        joint = f"They need at least {contrasts.BAND_WORLDS * exp.lucks} trials."
    said = f"Of {len(every)} comparisons of policies, {join_words(parts)}. {joint}"
    return [said, *_describe_trials_needed(exp, unclear)]


def _describe_trials_needed(exp: Experiment, unclear: Open) -> list[str]:
    """Return about how many trials it takes until the open comparisons are beyond the margin or within it."""
    needed = {key: difference.trials_needed for key, difference in unclear.items()}
    needs = {key: trials for key, trials in needed.items() if trials <= HOPELESS * exp.trials}
    sentences = []
    if needs:
        (start, outcome, view, (a, b)), most = max(needs.items(), key=lambda item: item[1])
        from_start = next(entry.title for entry in exp.starts if entry.name == start)
        belief = belief_clause(next(entry for entry in exp.worldviews if entry.name == view))
        many = len(needs) > 1
        sentences = [
            f"{capitalize(number_word(len(needs)))} comparison{'s are' if many else ' is'} still too close to call"
            f"{', undecided or small' if many else ''}. About {_round_up(most)} trials might settle "
            f"{'them' if many else 'it'}.",
            f"The hardest: {policy_phrase(exp, a)} instead of {policy_phrase(exp, b)}, on "
            f"“{exp.catalogue.outcomes[outcome].label}”, from {from_start}, {belief}.",
        ]
    if hopeless := len(unclear) - len(needs):
        lie, them = ("comparison lies", "it") if hopeless == 1 else ("comparisons lie", "them")
        number = capitalize(number_word(hopeless))
        sentences.append(f"{number} {lie} at the margin. More trials will not settle {them}.")
    return [" ".join(sentences)] if sentences else []


def _round_up(trials: float) -> str:
    """Return a number of trials, rounded up to two digits."""
    unit = 10 ** max(len(f"{trials:.0f}") - 2, 0)
    return f"{math.ceil(trials / unit) * unit:,}"
