"""Policies as written, at equal effort, and by the tenth of a lever: how much each does for what it takes.

Effort is counted in *lever-years*: depth added to a lever, times the years for which it is there, over all levers.
**Planned** lever-years take the policy's own dates and the neutral median of the time that adoption takes, and suppose
that nobody refuses and nothing is suspended. **Realised** ones are what trials come to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.questions import averages
from analysis.questions.compare import primary
from sim.engine import mesa_model
from sim.results.tables import reference_policy
from sim.scenario.experiment import LeverSetting, Policy
from sim.statistics import contrasts

if TYPE_CHECKING:
    from analysis.questions.averages import Averages, Update
    from sim.engine.batch import Cell
    from sim.scenario.experiment import Experiment, Start

STEP = 0.1  # of a lever's depth
FAR_ENOUGH = 1 - STEP + 1e-9
KEY = ["start", "worldview", "measure", "policy", "factor", "planned", "realised"]
COLUMNS = [*KEY, "outcome", "difference", "low", "high", "margin", "verdict"]
WRITTEN, EQUAL, TENTH = "as written", "equal effort", f"+{STEP:g} of a lever"


def planned(exp: Experiment, policy: Policy, start: Start) -> float:
    """Lever-years of a policy within the horizon, if all goes as planned.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate")
    >>> by_name = {policy.name: policy for policy in exp.policies}
    >>> planned(exp, by_name["status_quo"], exp.reference)
    0.0
    >>> planned(exp, by_name["direct_ties"], exp.reference) > planned(exp, by_name["interoperability"], exp.reference)
    True
    """
    return sum(lever_years(exp, policy, start).values())


def lever_years(exp: Experiment, policy: Policy, start: Start) -> dict[str, float]:
    """Planned lever-years of each lever that a policy names."""
    made = {}
    for name, setting in policy.levers.items():
        lever = exp.catalogue.levers[name]
        kind = "ties_adoption_years" if "taiwan" in lever.consent else "interoperability_adoption_years"
        median = float(exp.catalogue.parameters[kind].neutral.ppf(np.array([0.5]))[0])
        years = (exp.months - setting.from_month) / 12 - median * lever.adoption_ratio
        ramp = setting.ramp_months / 12
        there = max(years, 0.0) ** 2 / (2 * ramp) if years < ramp else years - ramp / 2
        made[name] = there * abs(policy.target(name, start).depth - start.levers[name].depth)
    return made


def scaled(policy: Policy, start: Start, factor: float) -> Policy:
    """A policy that takes each lever only this share of the way from the start's depth; openness stays as written."""
    levers = {}
    for name, setting in policy.levers.items():
        now, goal = start.levers[name].depth, policy.target(name, start).depth
        levers[name] = replace(setting, depth=now + factor * (goal - now))
    return replace(policy, name=f"{policy.name} at {factor:.3g}", levers=levers)


def a_tenth(exp: Experiment, lever: str, start: Start) -> tuple[Policy, float]:
    """A policy that adds a tenth of one lever, and 1; or takes a tenth off one that has no more to add, and -1.

    Its openness is the start's, if there is any of it; else that of the first policy which moves it, else 1.
    """
    now = start.levers[lever]
    sign = -1.0 if now.depth > FAR_ENOUGH else 1.0
    moving = [policy.target(lever, start).openness for policy in exp.policies if lever in policy.levers]
    openness = now.openness if now.depth > 0 else (moving or [1.0])[0]
    setting = LeverSetting(depth=now.depth + sign * STEP, openness=openness)
    return Policy(lever, lever, "", {lever: setting}, "japan_decides"), sign


def realised(exp: Experiment, cell: Cell, trials: int) -> float:
    """Mean over the first trials of a cell, played one by one, of the lever-years that came about."""
    start, worldview, policy = cell
    total = 0.0
    for trial in range(trials):
        one = mesa_model.StraitModel(exp, policy, worldview, start, trial=trial)
        first = list(one.setting.start_depth)
        while one.running:
            one.step()
            total += sum(abs(now - then) for now, then in zip(one.world.depth, first, strict=True)) / 12
    return total / trials


def table(
    exp: Experiment, trials: int, update: Update | None = None, *, watched: int = 10, keep: bool = False
) -> pd.DataFrame:
    """Paired differences of the primary outcomes from the policy most others are compared with.

    Parameters
    ----------
    exp
        Its starts, worldviews and policies; its own number of trials does not count.
    trials
        Of each cell.
    update, keep
        As in `analysis.questions.averages.play`.
    watched
        Trials of each cell played one by one for the realised lever-years.

    Returns
    -------
    pandas.DataFrame
        `start`, `worldview`, `measure` (`as written`, `equal effort`, `+0.1 of a lever`), `policy` (or lever),
        `factor` (share of the way that is gone), `planned` and `realised` lever-years, `outcome`, `difference` with
        `low` and `high` (95 %), `margin` (a tenth of the outcome's for a tenth of a lever), `verdict` (`better`,
        `worse`, `same within margin`, `undecided`).
    """
    base = reference_policy(exp)
    rows: list[list[Any]] = []
    played = averages.play({start.name: _all(exp, start) for start in exp.starts}, trials, update=update, keep=keep)
    for start in exp.starts:
        for view in exp.worldviews:
            cells = {cell[2]: one for cell, one in played[start.name].items() if cell[1] == view.name}
            rows += _compared(exp, start, view.name, cells, base, watched)
    return pd.DataFrame(rows, columns=COLUMNS)


def _all(exp: Experiment, start: Start) -> Experiment:
    """The experiment from one start, with every policy at equal effort too, and every lever by itself."""
    policies = [*exp.policies, *(policy for policy, _ in _equal(exp, start).values())]
    policies += [a_tenth(exp, lever, start)[0] for lever in exp.catalogue.levers]
    return replace(exp, policies=tuple(policies), starts=(start,))


def _equal(exp: Experiment, start: Start) -> dict[str, tuple[Policy, float]]:
    """Each policy that does anything, taken as far as gives the least planned effort among them, and how far."""
    efforts = {policy.name: planned(exp, policy, start) for policy in exp.policies}
    working = {name: effort for name, effort in efforts.items() if effort > 0}
    factors = {name: min(working.values()) / effort for name, effort in working.items()}
    by_name = {policy.name: policy for policy in exp.policies}
    return {name: (scaled(by_name[name], start, factor), factor) for name, factor in factors.items()}


def _compared(
    exp: Experiment, start: Start, view: str, cells: Mapping[str, Averages], base: str, watched: int
) -> list[list[Any]]:
    rows: list[list[Any]] = []
    equal = _equal(exp, start)
    small = replace(exp, policies=(*exp.policies, *(policy for policy, _ in equal.values())))

    def add(measure: str, policy: str, factor: float, effort: float, name: str, sign: float = 1.0) -> None:
        came = realised(small, (start.name, view, name), watched) if measure != TENTH else None
        for outcome in primary(exp):
            here, there = (sign * cells[one].outcome(exp, outcome.name) for one in (name, base))
            found = averages.change(here, there)
            margin = outcome.margin * (factor if measure == TENTH else 1)
            said = contrasts.verdict(found.low, found.high, margin, outcome.better)
            rows.append([start.name, view, measure, policy, factor, effort, came, outcome.name, *found,
                         margin, WORDS.get(said or "", said)])  # fmt: skip

    for policy in exp.policies:
        if policy.name in equal:
            lesser, factor = equal[policy.name]
            whole = planned(exp, policy, start)
            add(WRITTEN, policy.name, 1.0, whole, policy.name)
            add(EQUAL, policy.name, factor, factor * whole, lesser.name)
    for lever in exp.catalogue.levers:
        policy, sign = a_tenth(exp, lever, start)
        add(TENTH, lever, STEP, planned(exp, policy, start), policy.name, sign)
    return rows


WORDS = {"a better": "better", "b better": "worse"}
