"""What the rows of validation.yaml measure in cells: a small function each, from lab, row and cell to an interval.

Those that count episodes are in `analysis.evidence.counts`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from analysis.evidence.cells import At, Lab, changed, mean, play, ratio, ratio_parts, values
from analysis.questions.compare import primary
from sim.model import codes
from sim.scenario.experiment import LeverSetting
from sim.statistics import intervals
from sim.statistics.intervals import Floats, Interval

if TYPE_CHECKING:
    from analysis.evidence.backtest.gains import Gain
    from analysis.evidence.validation_rows import Check

Measure = Callable[["Lab", "Check", At], Interval]

UNREACHABLE = {("japan_military", 3), ("japan_military", 4), ("japan_military", 6)}  # the rules know no such thing
BACKTEST_WORLDS = 2000
LIGHT = 0.2  # of the trials, for what is asked of very many cells


def level(lab: Lab, row: Check, at: At) -> Interval:
    """The mean of an outcome."""
    return mean(_outcome(lab, row, at))


def absence(lab: Lab, row: Check, at: At) -> Interval:
    """The share of trials in which something does not happen."""
    return mean(1 - _outcome(lab, row, at))


def median(lab: Lab, row: Check, at: At) -> Interval:
    """The median of an outcome, counted and not expected."""
    return intervals.quantile(np.asarray(lab.cell(at)[row.of.outcome], dtype=float).reshape(-1, 1), 0.5)


def per_year(lab: Lab, row: Check, at: At) -> Interval:
    """The constant yearly hazard that gives the share of trials in which something happens within the horizon."""
    years = (row.of.months or 120) / 12
    shares = level(lab, row, at)
    return Interval(*(None if p is None else -math.log(1 - min(max(p, 0.0), 0.9999)) / years for p in shares))


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
    return mean(first - second) if first.size and second.size else intervals.BLANK


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
    """Cells x outcomes (shares) with one result in every trial, over all cells of the debate.

    What is known only where something else has happened is looked at in all cells together: few trials have it.
    """
    exp = lab.load("debate", set_=lab.changes)
    names = [name for name, outcome in exp.catalogue.outcomes.items() if outcome.unit == "share"]
    same, conditional = 0, dict[str, set[float]]()
    for start, view, policy in product(exp.starts, exp.worldviews, exp.policies):
        rows = lab.cell(At(start.name, view.name, policy.name), LIGHT)
        for name in names:
            column = values(rows, name)
            if np.isnan(column).any():
                conditional.setdefault(name, set()).update(column[~np.isnan(column)])
            else:
                same += bool(np.ptp(column) == 0)
    return Interval(float(same + sum(len(found) < 2 for found in conditional.values())), None, None)


def tracks_with_varying_months(lab: Lab, row: Check, at: At) -> Interval:
    """Targets x domains in which the months on every rung that can be reached differ between trials."""
    rows, vary = lab.cell(at), 0
    for target, domain, rungs in codes.TRACKS:
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
    return Interval(float(sum(idle for idle, _ in _dials(lab, at))), None, None)


def moving_dials(lab: Lab, row: Check, at: At) -> Interval:
    """Share of dials that move a primary outcome beyond its 95 % interval."""
    found = _dials(lab, at)
    return Interval(sum(moves for _, moves in found) / len(found), None, None)


@lru_cache(maxsize=1)
def _dials(lab: Lab, at: At) -> list[tuple[bool, bool]]:
    """Of each dial in turn, whether it changes nothing, and whether it moves a primary outcome beyond its interval."""
    exp, found = lab.load("debate"), []
    for name, claim in exp.catalogue.claims.items():
        if claim.readings:
            low, high = (lab.cell(changed(at, [f"claim.{name}={dial}"]), LIGHT) for dial in (0, 1))
            moved = [mean(values(high, outcome.name) - values(low, outcome.name)) for outcome in primary(exp)]
            beyond = any(one.low is not None and one.high is not None and not one.low <= 0 <= one.high for one in moved)
            found.append((low.tobytes() == high.tobytes(), beyond))
    return found


def _outcome(lab: Lab, row: Check, at: At) -> Floats:
    return lab.values(at, str(row.of.outcome))


def _against(row: Check, at: At) -> At:
    return at._replace(policy=row.of.against or at.policy)


def _difference(lab: Lab, row: Check, first: At, second: At) -> Floats:
    return np.asarray(_outcome(lab, row, first) - _outcome(lab, row, _against(row, second)))


def _given(lab: Lab, row: Check, at: At) -> Floats:
    return ratio_parts(_outcome(lab, row, at), lab.values(at, str(row.of.given)))


def backtest_gain(lab: Lab, row: Check, at: At) -> Interval:
    """What a worldview gains in log score over a rival forecaster of the recorded reactions, a forecast."""
    gain = next(one for one in _gains() if (one.forecaster, one.against) == (at.worldview, row.of.rival))
    return Interval(gain.gain, gain.low, gain.high)


@lru_cache(1)
def _gains() -> list[Gain]:
    from analysis.evidence import episodes
    from analysis.evidence.backtest import forecasts, gains, rivals

    record = episodes.record()
    pairs = [*product(("neutral", "newsham", "self"), rivals.RIVALS), ("newsham", "self")]
    found = gains.gains(forecasts.scored(record.episodes, record, worlds=BACKTEST_WORLDS), pairs)
    return [one for one in found if (one.sample, one.domain, one.measure) == ("all", "both", "log_score")]
