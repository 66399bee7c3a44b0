"""What a run says, in a few plain sentences made from its numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from analysis.captions import amount, believing, capital, gap, listed, measure, title
from analysis.compare import Comparison, Versus, comparisons, contrasts, means, primary, yardstick

if TYPE_CHECKING:
    from sim.catalogue import Outcome
    from sim.experiment import Experiment, Worldview
    from sim.results import Result


def lines(result: Result) -> list[str]:
    """Return what a run shows: a line a worldview, then what the choice hangs on, then how much is settled.

    All but the last speak of the first primary outcome, from the last start. With a single policy there is
    nothing to compare, and only the worldviews' lines are made.

    Examples
    --------
    >>> import sim
    >>> len(lines(sim.run(sim.load("debate", starts=["2026"], trials=100))))
    5
    """
    exp, differences = result.experiment, result.differences()
    outcome, start = primary(exp)[0], exp.starts[-1].name
    versus = {start.name: comparisons(differences, start.name) for start in exp.starts}
    levels = {
        (worldview, policy): level
        for (worldview, policy, name), (level, _, _) in means(result.summary(), start).items()
        if name == outcome.name
    }
    said = [_under(exp, worldview, outcome, levels, versus[start]) for worldview in exp.worldviews]
    if len(exp.policies) > 1:
        said += [_hinge(exp, outcome, versus[start]), _settled(exp, versus)]
    return said


def _under(
    exp: Experiment,
    worldview: Worldview,
    outcome: Outcome,
    levels: dict[tuple[str, str], float],
    versus: dict[Versus, Comparison],
) -> str:
    """Return how often the outcome comes with the yardstick policy, and what the others change in that."""
    base, changes = yardstick(exp), []
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
        for pair in contrasts(exp)
    }
    turning = next((pair for pair, verdicts in found.items() if {"lower", "higher"} <= {*verdicts.values()}), None)
    a, b = pair = turning or next(iter(found))
    says = listed([f"{found[pair][view.name]} {believing(view)}" for view in exp.worldviews])
    end = ": the beliefs decide" if turning else ""
    return f"With {title(exp, a)} instead of {title(exp, b)} it is {says}{end}."


def _settled(exp: Experiment, versus: dict[str, dict[Versus, Comparison]]) -> str:
    """Return how many of the comparisons that matter most are settled, over all starts."""
    tally = Counter(
        found[view.name, outcome.name, *pair].verdict
        for found in versus.values()
        for view in exp.worldviews
        for outcome in primary(exp)
        for pair in contrasts(exp)
    )
    outcomes = listed([f"“{outcome.label}”" for outcome in primary(exp)])
    settled, alike = tally["better"] + tally["worse"], tally["same"] + tally["identical"]
    more = "; more trials would settle more" if tally["undecided"] else ""
    return (
        f"Of {tally.total()} comparisons of policies, on {outcomes}, {settled} are settled, {alike} show no "
        f"difference that matters and {tally['undecided']} are undecided{more}."
    )


def _verdict(one: Comparison) -> str:
    if one.verdict in {"same", "identical"}:
        return "no different"
    if one.verdict == "undecided":
        return "undecided"
    return "lower" if one.difference < 0 else "higher"
