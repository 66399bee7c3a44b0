"""What accepting each claim moves: from the evidence to an author's reading, all else from the evidence.

On the same worlds and luck.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.questions import averages
from analysis.questions.compare import primary, rivals
from sim.engine.beliefs import worldview_at
from sim.results.tables import reference_policy, shown_contrasts
from sim.scenario.schema import AUTHORS, STOPS
from sim.statistics.contrasts import margin_at
from sim.statistics.intervals import LEVEL, Floats, Interval

if TYPE_CHECKING:
    from analysis.questions.averages import Averages
    from sim.results.result import Progress
    from sim.scenario.catalogue import Claim, Outcome
    from sim.scenario.experiment import Experiment

COLUMNS = ["claim", "reading", "theme", "of", "outcome", "effect", "low", "high", "margin", "most"]


def effects(exp: Experiment, trials: int, update: Progress | None = None, *, keep: bool = False) -> pd.DataFrame:
    """Effect of accepting each claim on each primary outcome, and on the outcome that it moves most.

    Parameters
    ----------
    exp
        Its policies in dispute are played from its reference start, with numbers from the evidence but for one claim.
    trials
        Paired trials of each reading, of the evidence, and of each policy.
    update, keep
        As in `analysis.questions.averages.play`.

    Returns
    -------
    pandas.DataFrame
        `claim`, `reading` (`newsham` or `self`: who speaks; rows for each where both do), `theme`, `of` (the policy
        most others are compared with, by its name; or `a - b`, for each contrast of these policies), `outcome`,
        `effect` (at the reading minus by the evidence, in the outcome's unit), `low`, `high` (95 %), `margin` (the
        outcome's, or a tenth of its level if that is smaller), and `most`: this outcome is the one moved most, by the
        outcome's own margin, of those moved beyond an interval that holds for all outcomes of the claim together.
    """
    catalogue = exp.catalogue
    dials = {name: claim for name, claim in catalogue.claims.items() if claim.readings}
    base = reference_policy(exp)
    policies = tuple(policy for policy in exp.policies if policy.name in rivals(exp))
    readings = [(name, author) for name, claim in dials.items() for author in AUTHORS if author in claim.readings]
    views = {"evidence": worldview_at(catalogue, {})}
    views |= {f"{name} {author}": worldview_at(catalogue, {name: STOPS[author]}) for name, author in readings}
    cells = {key: replace(exp, policies=policies, worldviews=(view,), starts=(exp.reference,))
             for key, view in views.items()}  # fmt: skip
    played = averages.play(cells, trials, update=update, keep=keep)
    means = {key: {cell[2]: mean for cell, mean in by_cell.items()} for key, by_cell in played.items()}
    pairs = shown_contrasts(replace(exp, policies=policies))
    rows = []
    for name, author in readings:
        rows += _rows(exp, dials[name], author, base, pairs, means["evidence"], means[f"{name} {author}"])
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(
    exp: Experiment,
    claim: Claim,
    author: str,
    base: str,
    pairs: list[tuple[str, str]],
    evidence: dict[str, Averages],
    accepted: dict[str, Averages],
) -> list[list[object]]:
    priced = {values.outcome for values in exp.values}  # sums of the others
    known = {name: outcome for name, outcome in exp.catalogue.outcomes.items() if name not in priced}
    several = 1 - (1 - LEVEL) / (len(known) * (1 + len(pairs)))
    effects: dict[tuple[str, str], tuple[Interval, Interval]] = {}
    margins: dict[str, float] = {}
    for outcome, entry in known.items():
        now, then = ({n: mean.outcome(exp, outcome) for n, mean in end.items()} for end in (accepted, evidence))
        blocks: dict[str, tuple[Floats, Floats]] = {base: (now[base], then[base])}
        if all(len(means) for end in (now, then) for means in end.values()):
            blocks |= {f"{a} - {b}": (now[a] - now[b], then[a] - then[b]) for a, b in pairs}
        level = float(np.mean([means.mean() for means in blocks[base] if len(means)] or [0.0]))
        margins[outcome] = margin_at(entry.margin, level)
        for of, (at, by) in blocks.items():
            effects[of, outcome] = averages.paired_difference(at, by), averages.paired_difference(at, by, several)
    most = _most(known, effects)
    shown = {outcome.name for outcome in primary(exp)}
    return [
        [claim.name, author, claim.theme, of, name, *alone, margins[name], (of, name) == most]
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
