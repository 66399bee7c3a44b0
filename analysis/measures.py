"""What the rows of validation.yaml measure in cells: one small function each, from a lab, a row and a cell to an interval.

Those that count episodes are in `analysis.counts`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.compare import primary
from analysis.lab import At, Lab, changed, mean, play, ratio, ratio_parts, values
from sim import estimates, world
from sim.estimates import Floats, Interval
from sim.experiment import LeverSetting

if TYPE_CHECKING:
    from sim.loading.validation import Check

Measure = Callable[["Lab", "Check", At], Interval]

UNREACHABLE = {("japan_military", 3), ("japan_military", 4), ("japan_military", 6)}  # the rules know no such thing
LIGHT = 0.2  # of the trials, for what is asked of very many cells


def level(lab: Lab, row: Check, at: At) -> Interval:
    """The mean of an outcome."""
    return mean(_outcome(lab, row, at))


def absence(lab: Lab, row: Check, at: At) -> Interval:
    """The share of trials in which something does not happen."""
    return mean(1 - _outcome(lab, row, at))


def median(lab: Lab, row: Check, at: At) -> Interval:
    """The median of an outcome, counted and not expected."""
    return estimates.quantile(np.asarray(lab.cell(at)[row.of.outcome], dtype=float).reshape(-1, 1), 0.5)


def per_year(lab: Lab, row: Check, at: At) -> Interval:
    """The constant yearly hazard that gives the share of trials in which something happens within the horizon."""
    years = (row.of.months or 120) / 12
    return Interval(*(None if p is None else -math.log(1 - min(max(p, 0.0), 0.9999)) / years for p in level(lab, row, at)))


def difference(lab: Lab, row: Check, at: At) -> Interval:
    """Paired difference of an outcome: the policy, with `plus`, minus the one it is held `against`, with `less`."""
    return mean(_difference(lab, row, changed(at, row.of.plus), changed(at, row.of.less)))


def change_of_difference(lab: Lab, row: Check, at: At) -> Interval:
    """What `plus` adds to the difference between two policies."""
    more = changed(at, row.of.plus)
    return mean(_difference(lab, row, more, more) - _difference(lab, row, at, at))


def ratio_of_policies(lab: Lab, row: Check, at: At) -> Interval:
    """An outcome under a policy, relative to the one it is held against."""
    return ratio(_outcome(lab, row, at), _outcome(lab, row, _against(row, at)))


def share_given(lab: Lab, row: Check, at: At) -> Interval:
    """How often one thing happens, relative to how often another does."""
    return mean(_given(lab, row, at))


def share_given_difference(lab: Lab, row: Check, at: At) -> Interval:
    """The difference of two such shares: with `plus` minus with `less`."""
    first, second = _given(lab, row, changed(at, row.of.plus)), _given(lab, row, changed(at, row.of.less))
    return mean(first - second) if first.size and second.size else estimates.BLANK


def hazard_of_force(lab: Lab, row: Check, at: At) -> Interval:
    """Hazard of force summed over all trials, by the years in which force could begin."""
    rows = lab.cell(at)
    return ratio(rows["hazard_of_force"], rows["peace_years"])


def half_step(lab: Lab, row: Check, at: At) -> Interval:
    """An outcome played in half-months minus the same in months."""
    return mean(_outcome(lab, row, at._replace(step_months=0.5)) - _outcome(lab, row, at._replace(step_months=1.0)))


def added_arms_growth(lab: Lab, row: Check, at: At) -> Interval:
    """Percentage points a year that a first open tie adds to PRC spending, over the three years after it."""
    added = np.asarray(lab.cell(at)["prc_buildup_pct"], dtype=float)
    return ratio(added / 3, (added > 0).astype(float))


def always_the_same(lab: Lab, row: Check, at: At) -> Interval:
    """Cells x outcomes (shares) with one result in every trial, over all cells of the debate."""
    exp = lab.load("debate", set_=lab.changes)
    names = [name for name, outcome in exp.catalogue.outcomes.items() if outcome.unit == "share"]
    same = 0
    for start in exp.starts:
        for view in exp.worldviews:
            for policy in exp.policies:
                rows = lab.cell(At(start.name, view.name, policy.name), LIGHT)
                columns = [values(rows, name) for name in names]
                same += sum(np.ptp(column[~np.isnan(column)]) == 0 for column in columns if not np.isnan(column).all())
    return Interval(float(same), None, None)


def tracks_with_varying_months(lab: Lab, row: Check, at: At) -> Interval:
    """Targets x domains in which the months on every rung that can be reached differ between trials."""
    rows, vary = lab.cell(at), 0
    for target, domain, rungs in world.TRACKS:
        track = f"{target}_{domain}"
        reached = [rung for rung in range(rungs) if (track, rung) not in UNREACHABLE]
        vary += all(np.ptp(rows[f"{track}_months_{rung}"]) > 0 for rung in reached)
    return Interval(float(vary), None, None)


def held_levers_that_differ(lab: Lab, row: Check, at: At) -> Interval:
    """1 if a policy that names every lever and leaves it where it is differs from status quo in any byte, else 0."""
    exp = replace(lab.experiment(at, LIGHT), lucks=1)
    (start,), (quiet,) = exp.starts, exp.policies
    settings = {name: LeverSetting(now.depth, now.openness) for name, now in start.levers.items()}
    held = replace(quiet, name="held", levers=settings)
    same = play(exp).tobytes() == play(replace(exp, policies=(held,))).tobytes()
    return Interval(float(not same), None, None)


def idle_dials(lab: Lab, row: Check, at: At) -> Interval:
    """Dials that leave every number of every trial as it was, from Self's reading to Newsham's."""
    idle = [claim for claim in _dials(lab) if _turned(lab, at, claim, 0).tobytes() == _turned(lab, at, claim, 1).tobytes()]
    return Interval(float(len(idle)), None, None)


def moving_dials(lab: Lab, row: Check, at: At) -> Interval:
    """Share of dials that move a primary outcome beyond its 95 % interval."""
    exp, moving = lab.load("debate"), 0
    for claim in _dials(lab):
        low, high = _turned(lab, at, claim, 0), _turned(lab, at, claim, 1)
        moved = [mean(values(high, outcome.name) - values(low, outcome.name)) for outcome in primary(exp)]
        moving += any(one.low is not None and one.high is not None and not one.low <= 0 <= one.high for one in moved)
    return Interval(moving / len(_dials(lab)), None, None)


def _dials(lab: Lab) -> list[str]:
    return [name for name, claim in lab.load("debate").catalogue.claims.items() if claim.readings]


def _turned(lab: Lab, at: At, claim: str, dial: int) -> np.ndarray:
    """A cell with one dial at Self's reading (0) or Newsham's (1)."""
    rows: np.ndarray = lab.cell(changed(at, [f"claim.{claim}={dial}"]), LIGHT)
    return rows


def _outcome(lab: Lab, row: Check, at: At) -> Floats:
    return lab.values(at, str(row.of.outcome))


def _against(row: Check, at: At) -> At:
    return at._replace(policy=row.of.against or at.policy)


def _difference(lab: Lab, row: Check, first: At, second: At) -> Floats:
    return np.asarray(_outcome(lab, row, first) - _outcome(lab, row, _against(row, second)))


def _given(lab: Lab, row: Check, at: At) -> Floats:
    return ratio_parts(_outcome(lab, row, at), lab.values(at, str(row.of.given)))
