"""What each claim's dial moves: from Self's reading to Newsham's, all else neutral, on the same worlds and luck."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.questions import averages
from analysis.questions.compare import primary, rivals
from sim.engine.beliefs import worldview_at
from sim.results.tables import reference_policy
from sim.statistics.contrasts import TOO_FEW, margin_at
from sim.statistics.intervals import LEVEL, Floats, Interval

if TYPE_CHECKING:
    from analysis.questions.averages import Averages
    from sim.results.result import Progress
    from sim.scenario.catalogue import Claim, Outcome
    from sim.scenario.experiment import Experiment

COLUMNS = ["claim", "theme", "of", "outcome", "effect", "low", "high", "margin", "verdict", "most"]
ENDS = {"self": 0.0, "newsham": 1.0}


def effects(exp: Experiment, trials: int, update: Progress | None = None, *, keep: bool = False) -> pd.DataFrame:
    """Effect of each dial on each primary outcome, and on the outcome that it moves most.

    Parameters
    ----------
    exp
        Its policies in dispute are played from its reference start, with neutral numbers but for one claim.
    trials
        Paired trials of each end of a dial and each policy.
    update, keep
        As in `analysis.questions.averages.play`.

    Returns
    -------
    pandas.DataFrame
        `claim`, `theme`, `of` (the policy most others are compared with, by its name; or `a - b`, the difference
        between two), `outcome`, `effect` (at Newsham's reading minus at Self's, in the outcome's unit), `low`, `high`
        (95 %), `margin` (the outcome's, or a tenth of its level if that is smaller), `verdict` and `most`: this
        outcome is the one moved most, by the outcome's own margin, of those
        moved beyond an interval that holds for all outcomes of the claim together.
    """
    catalogue = exp.catalogue
    dials = {name: claim for name, claim in catalogue.claims.items() if claim.readings}
    base = reference_policy(exp)
    policies = tuple(policy for policy in exp.policies if policy.name in rivals(exp))
    views = {(claim, end): worldview_at(catalogue, {claim: dial}) for claim in dials for end, dial in ENDS.items()}
    # A silent author stands at neutral, so that many ends are the same worldview: it is played once.
    names = {key: str(sorted((n, str(d)) for n, d in view.distributions.items())) for key, view in views.items()}
    distinct = {names[key]: replace(exp, policies=policies, worldviews=(view,), starts=(exp.reference,))
                for key, view in views.items()}  # fmt: skip
    played = averages.play(distinct, trials, update=update, keep=keep)
    ends = {key: {cell[2]: mean for cell, mean in played[name].items()} for key, name in names.items()}
    others = [policy.name for policy in policies if policy.name != base]
    rows = []
    for claim in dials.values():
        at_self, at_newsham = (ends[claim.name, end] for end in ENDS)
        rows += _rows(exp, claim, base, others, at_self, at_newsham)
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(
    exp: Experiment,
    claim: Claim,
    base: str,
    others: list[str],
    at_self: dict[str, Averages],
    at_newsham: dict[str, Averages],
) -> list[list[object]]:
    priced = {values.outcome for values in exp.values}  # sums of the others
    known = {name: outcome for name, outcome in exp.catalogue.outcomes.items() if name not in priced}
    several = 1 - (1 - LEVEL) / (len(known) * (1 + len(others)))
    effects: dict[tuple[str, str], tuple[Interval, Interval]] = {}
    margins: dict[str, float] = {}
    for outcome, entry in known.items():
        now, then = ({n: mean.outcome(exp, outcome) for n, mean in end.items()} for end in (at_newsham, at_self))
        pairs: dict[str, tuple[Floats, Floats]] = {base: (now[base], then[base])}
        if all(len(blocks) for end in (now, then) for blocks in end.values()):
            pairs |= {f"{other} - {base}": (now[other] - now[base], then[other] - then[base]) for other in others}
        level = float(np.mean([block.mean() for block in pairs[base] if len(block)] or [0.0]))
        margins[outcome] = margin_at(entry.margin, level)
        for of, (a, b) in pairs.items():
            effects[of, outcome] = averages.paired_difference(a, b), averages.paired_difference(a, b, several)
    most = _most(known, effects)
    shown = {outcome.name for outcome in primary(exp)}
    return [
        [claim.name, claim.theme, of, name, *alone, margins[name], verdict(alone, margins[name]), (of, name) == most]
        for (of, name), (alone, _) in effects.items() if name in shown or (of, name) == most
    ]  # fmt: skip


def _most(
    known: dict[str, Outcome], effects: dict[tuple[str, str], tuple[Interval, Interval]]
) -> tuple[str, str] | None:
    """Where the effect is greatest, counted in margins, among effects beyond the interval for all together."""
    beyond = {
        key: abs(joint.estimate) / known[key[1]].margin
        for key, (_, joint) in effects.items()
        if joint.estimate is not None and joint.low is not None and joint.high is not None
        and (joint.low > 0 or joint.high < 0)
    }  # fmt: skip
    return max(beyond, key=lambda key: beyond[key]) if beyond else None


def verdict(interval: Interval, margin: float) -> str:
    """`none` if it is exactly nothing, `undecided` if the interval holds 0, `small` if clear but small, `moves`.

    `too few to say` without an interval.

    >>> verdict(Interval(0.02, 0.01, 0.03), 0.005), verdict(Interval(0.002, 0.001, 0.003), 0.005)
    ('moves', 'small')
    """
    estimate, low, high = interval
    if estimate is None:
        return "no value"
    if low is None or high is None:
        return TOO_FEW
    if estimate == low == high == 0:
        return "none"
    if low <= 0 <= high:
        return "undecided"
    return "small" if abs(estimate) < margin else "moves"
