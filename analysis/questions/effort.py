"""Policies as written, at equal effort, and by a tenth of a lever: the effect of each for its effort.

Effort is counted in *lever-years*: depth added to a lever, times the years for which it is in place, over all levers.
**Planned** lever-years use the policy's own dates, as if nothing took time, nobody refused and nothing was suspended.
**Realised** lever-years are the mean of the trials.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from analysis.questions import averages
from analysis.questions.compare import primary
from sim.engine import setup
from sim.model.effects import levers
from sim.model.records import plain_record
from sim.model.state import Setting
from sim.results.tables import reference_policy
from sim.scenario.experiment import LeverSetting, Policy
from sim.statistics import contrasts

if TYPE_CHECKING:
    from sim.results.result import Progress
    from sim.scenario.experiment import Experiment, Start

STEP = 0.1  # of a lever's depth
HIGHEST_START = 1 - STEP + 1e-9  # the greatest depth to which a step can be added
KEY = ["start", "worldview", "measure", "policy", "factor", "planned", "realised"]
COLUMNS = [*KEY, "outcome", "difference", "low", "high", "margin", "verdict"]
WRITTEN, EQUAL, TENTH = "as written", "equal effort", f"+{STEP:g} of a lever"


def planned_effort(exp: Experiment, policy: Policy, start: Start) -> float:
    """Lever-years of a policy within the horizon, if nothing delays it (lever-years are depth times years).

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate")
    >>> by_name = {policy.name: policy for policy in exp.policies}
    >>> planned_effort(exp, by_name["status_quo"], exp.reference)
    0
    >>> ties, together = (by_name[name] for name in ("direct_ties", "interoperability"))
    >>> planned_effort(exp, ties, exp.reference) > planned_effort(exp, together, exp.reference)
    True
    """
    return sum(lever_years(exp, policy, start).values())


def lever_years(exp: Experiment, policy: Policy, start: Start) -> dict[str, float]:
    """Planned lever-years of each lever that a policy moves."""
    setting = plain_record(Setting, setup.build_setting(exp, policy, start)[0])
    rows = exp.catalogue.lever_rows
    return {rows[lever].name: levers.plan(setting, lever) for lever in setting.moved[: setting.moves]}


def scale_policy(policy: Policy, start: Start, factor: float) -> Policy:
    """The policy that moves each lever only this share of the way from the start's depth; openness is unchanged."""
    levers = {}
    for name, setting in policy.levers.items():
        now, goal = start.levers[name].depth, policy.target(name, start).depth
        levers[name] = replace(setting, depth=now + factor * (goal - now))
    return replace(policy, name=f"{policy.name} at {factor:.3g}", levers=levers)


def tenth_of_lever(exp: Experiment, lever: str, start: Start) -> tuple[Policy, float]:
    """A policy that adds a tenth to one lever, and 1; or removes a tenth from a lever that is in full, and -1.

    The openness is the start's if the lever is in place, else that of the first policy that moves it, else 1.
    """
    now = start.levers[lever]
    sign = -1.0 if now.depth > HIGHEST_START else 1.0
    moving = [policy.target(lever, start).openness for policy in exp.policies if lever in policy.levers]
    openness = now.openness if now.depth > 0 else (moving or [1.0])[0]
    setting = LeverSetting(depth=now.depth + sign * STEP, openness=openness)
    return Policy(lever, lever, "", {lever: setting}, "japan_decides"), sign


def table(exp: Experiment, trials: int, update: Progress | None = None, *, keep: bool = False) -> pd.DataFrame:
    """Paired differences of the primary outcomes from the reference policy.

    Parameters
    ----------
    exp
        Its starts, worldviews and policies; its own number of trials does not count.
    trials
        Of each cell.
    update, keep
        As in `analysis.questions.averages.play`.

    Returns
    -------
    pandas.DataFrame
        `start`, `worldview`, `measure` (`as written`, `equal effort`, `+0.1 of a lever`), `policy` (or lever),
        `factor` (share of the way that is taken), `planned` and `realised` lever-years, `outcome`, `difference` with
        `low` and `high` (95 %), `margin` (the outcome's, or a tenth of its level if that is smaller; a tenth of
        it for a tenth of a lever), `verdict` (`better`, `worse`, these with `but may be small`, `same within margin`,
        `undecided`).
    """
    rows: list[list[Any]] = []
    experiments = {start.name: _with_all(exp, start) for start in exp.starts}
    played = averages.play(experiments, trials, update=update, keep=keep)
    for start in exp.starts:
        measured = _measured_policies(exp, start)
        for view in exp.worldviews:
            cells = {policy: cell for (_, name, policy), cell in played[start.name].items() if name == view.name}
            base = cells[reference_policy(exp)]
            for entry in measured:
                tenth = entry.measure == TENTH
                own = cells[entry.policy.name]
                realised = None if tenth else float(own.outcome(exp, "lever_years").mean())
                for outcome in primary(exp):
                    blocks, base_blocks = (entry.sign * average.outcome(exp, outcome.name)
                                           for average in (own, base))  # fmt: skip
                    difference = averages.paired_difference(blocks, base_blocks)
                    level = float(base_blocks.mean())
                    margin = contrasts.margin_at(outcome.margin, level) * (entry.factor if tenth else 1)
                    verdict = contrasts.verdict(difference.low, difference.high, margin, outcome.better)
                    key = [start.name, view.name, entry.measure, entry.name, entry.factor, entry.planned, realised]
                    rows.append([*key, outcome.name, *difference, margin, VERDICTS.get(verdict or "", verdict)])
    return pd.DataFrame(rows, columns=COLUMNS)


class Measured(NamedTuple):
    """A policy to measure: the `name` of the policy or lever it is made from, and its planned lever-years.

    `factor` is the share of the way that it takes; `sign` is -1 if it removes a tenth of a lever, so that the effect of
    adding a tenth is minus its difference.
    """

    measure: str
    name: str
    policy: Policy
    factor: float
    planned: float
    sign: float = 1.0


def _measured_policies(exp: Experiment, start: Start) -> list[Measured]:
    """Every policy that does anything, as written and at equal effort, and every lever by itself.

    At equal effort each policy is taken as far as gives the least planned effort among them.
    """
    efforts = {policy.name: planned_effort(exp, policy, start) for policy in exp.policies}
    least = min((effort for effort in efforts.values() if effort > 0), default=0.0)
    entries = []
    for policy in exp.policies:
        if effort := efforts[policy.name]:
            factor = least / effort
            entries.append(Measured(WRITTEN, policy.name, policy, 1.0, effort))
            entries.append(Measured(EQUAL, policy.name, scale_policy(policy, start, factor), factor, factor * effort))
    for lever in exp.catalogue.levers:
        policy, sign = tenth_of_lever(exp, lever, start)
        entries.append(Measured(TENTH, lever, policy, STEP, planned_effort(exp, policy, start), sign))
    return entries


def _with_all(exp: Experiment, start: Start) -> Experiment:
    """The experiment from one start, with all policies to measure."""
    new = (entry.policy for entry in _measured_policies(exp, start) if entry.measure != WRITTEN)
    return replace(exp, policies=(*exp.policies, *new), starts=(start,))


VERDICTS = {"a better": "better", "b better": "worse",
            "a better but may be small": "better but may be small",
            "b better but may be small": "worse but may be small"}  # fmt: skip
