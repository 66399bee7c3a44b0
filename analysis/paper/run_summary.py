"""What a run says, in a few plain sentences made from its numbers."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from analysis.figures.captions import amount, believing, capital, gap, listed, measure, title
from analysis.questions.compare import Comparison, Versus, comparisons, means, primary
from sim.results.tables import reference_policy, shown_contrasts

if TYPE_CHECKING:
    from sim.results.result import Result
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment, Worldview

HOPELESS = 100  # times the trials there are: what needs more lies at the margin, as far as anyone can tell


def describe_run(result: Result) -> list[str]:
    """Return what a run shows: a line a worldview, then what the choice hangs on, then how much is settled,
    and about how many more trials the rest would take.

    Those lines up to what it hangs on speak of the first primary outcome, from the last start. With a single policy
    there is nothing to compare, and only the worldviews' lines are made.

    Examples
    --------
    >>> import sim
    >>> len(describe_run(sim.run(sim.load("debate", starts=["2026"], trials=100))))
    6
    """
    exp, differences = result.experiment, result.differences()
    differences = differences[differences["outcome"].isin([outcome.name for outcome in primary(exp)])]
    outcome, start = primary(exp)[0], exp.starts[-1].name
    versus = {start.name: comparisons(differences, start.name) for start in exp.starts}
    levels = {
        (worldview, policy): level
        for (worldview, policy, name), (level, _, _) in means(result.summary(), start).items()
        if name == outcome.name
    }
    said = [_under(exp, worldview, outcome, levels, versus[start]) for worldview in exp.worldviews]
    if len(exp.policies) > 1:
        said += [_hinge(exp, outcome, versus[start]), *_settled(exp, versus)]
    return said


def _under(
    exp: Experiment,
    worldview: Worldview,
    outcome: Outcome,
    levels: dict[tuple[str, str], float],
    versus: dict[Versus, Comparison],
) -> str:
    """Return how often the outcome comes with the reference policy, and what the others change in that."""
    base, changes = reference_policy(exp), []
    for policy in exp.policies:
        if policy.name != base:
            one = versus[worldview.name, outcome.name, policy.name, base]
            size = f"{'-' if one.difference < 0 else '+'}{gap(one.difference, outcome)}"
            changes.append(f"{policy.title} {size if one.verdict in {'better', 'worse'} else _verdict(one)}")
    level = amount(levels[worldview.name, base], outcome)
    compared = f"; {', '.join(changes)}" if changes else ""
    return f"{capital(believing(worldview))}, {measure(outcome)} is {level} with {title(exp, base)}{compared}."


def _hinge(exp: Experiment, outcome: Outcome, versus: dict[Versus, Comparison]) -> str:
    """Return which comparison turns round with the worldview; if none does, how the first comes out."""
    found = {
        pair: {view.name: _verdict(versus[view.name, outcome.name, *pair]) for view in exp.worldviews}
        for pair in shown_contrasts(exp)
    }
    turning = next((pair for pair, verdicts in found.items() if {"lower", "higher"} <= {*verdicts.values()}), None)
    a, b = pair = turning or next(iter(found))
    says = listed([f"{found[pair][view.name]} {believing(view)}" for view in exp.worldviews])
    end = ": the beliefs decide" if turning else ""
    return f"With {title(exp, a)} instead of {title(exp, b)} it is {says}{end}."


def _settled(exp: Experiment, versus: dict[str, dict[Versus, Comparison]]) -> list[str]:
    """Return how many of the comparisons that matter most are settled, over all starts, and what the others need."""
    found = {
        (start, outcome.name, view.name, pair): versus[start][view.name, outcome.name, *pair]
        for start in versus
        for outcome in primary(exp)
        for view in exp.worldviews
        for pair in shown_contrasts(exp)
    }
    tally = Counter(one.verdict for one in found.values())
    outcomes = listed([f"“{outcome.label}”" for outcome in primary(exp)])
    settled, alike = tally["better"] + tally["worse"], tally["same"] + tally["identical"]
    open_ = {at: one for at, one in found.items() if not one.trials_needed <= exp.trials}
    beyond = len(found) - alike - len(open_)
    said = (
        f"Of {len(found)} comparisons of policies, on {outcomes}, {settled} are settled, {beyond} of them beyond the "
        f"margin; {alike} show no difference that matters and {tally['undecided']} are undecided."
    )
    return [said, *_more(exp, open_)]


def _more(exp: Experiment, open_: dict[tuple[str, str, str, tuple[str, str]], Comparison]) -> list[str]:
    """Return about how many trials it takes until the open comparisons are beyond the margin or within it."""
    needs = {at: one.trials_needed for at, one in open_.items() if one.trials_needed <= HOPELESS * exp.trials}
    said = []
    if needs:
        (start, outcome, view, (a, b)), most = max(needs.items(), key=lambda each: each[1])
        where = next(s.title for s in exp.starts if s.name == start)
        belief = believing(next(w for w in exp.worldviews if w.name == view))
        said = [
            f"To place {len(needs)} more beyond or within the margin may take {_round(most)} trials, as far as can be "
            f"told by now (the hardest: {title(exp, a)} instead of {title(exp, b)}, "
            f"“{exp.catalogue.outcomes[outcome].label}”, from {where}, {belief})."
        ]
    if hopeless := len(open_) - len(needs):
        said += [f"At the margin itself, as it seems, where no number of trials would tell: {hopeless}."]
    return [" ".join(said)] if said else []


def _round(trials: float) -> str:
    """Return a number of trials, rounded up to two digits."""
    unit = 10 ** max(len(f"{trials:.0f}") - 2, 0)
    return f"{math.ceil(trials / unit) * unit:,}"


def _verdict(one: Comparison) -> str:
    if one.verdict in {"same", "identical"}:
        return "no different"
    if one.verdict == "undecided":
        return "undecided"
    return "lower" if one.difference < 0 else "higher"
