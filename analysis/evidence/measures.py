"""The measures that rows of validation.yaml name: a small function each, from a case to an interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.evidence.backtest.gains import Gain
from analysis.evidence.cells import (
    Cell,
    Cells,
    interval_of_difference,
    interval_of_level,
    interval_of_ratio,
    outcome_values,
    play_cell,
)
from analysis.evidence.chronicle import Chronicle, months_since, share_of_steps_unanswered
from analysis.evidence.validation_rows import Row
from analysis.questions.compare import primary
from sim.model import codes, trace
from sim.model.rules import prc
from sim.scenario.experiment import LeverSetting
from sim.statistics import intervals
from sim.statistics.intervals import Floats, Interval

UNREACHABLE = {("japan_military", 3), ("japan_military", 4), ("japan_military", 6)}  # rungs that no rule leads to
HIGHEST_RUNG = {"economic": prc.RUPTURE, "military": prc.DRILL}  # short of force, which the table of outcomes counts
BACKTEST_WORLDS = 2000
SMALL_SHARE = 0.2  # of the trials, for measures of very many cells


class Case(NamedTuple):
    """A row of validation.yaml in one of its cells."""

    cells: Cells
    row: Row
    cell: Cell

    @property
    def chronicle(self) -> Chronicle:
        """The events of the cell."""
        return self.cells.chronicle(self.cell)

    def outcome(self, cell: Cell | None = None) -> Floats:
        """float[trial] of the row's outcome, in the case's cell or another."""
        return self.cells.values(cell or self.cell, str(self.row.of.outcome))

    def rival(self, cell: Cell | None = None) -> Cell:
        """The same cell under the policy that the row compares with."""
        cell = cell or self.cell
        return cell._replace(policy=self.row.of.against or cell.policy)

    def with_and_without(self) -> tuple[Cell, Cell]:
        """The cell with the row's changes `plus`, and with its changes `less`."""
        return self.cell.with_changes(self.row.of.plus), self.cell.with_changes(self.row.of.less)

    def given(self, cell: Cell) -> Floats:
        """float[trial] of the outcome that the row counts by."""
        return self.cells.values(cell, str(self.row.of.given))

    def episodes(self) -> pd.DataFrame:
        """Episodes on the row's tracks, at its rung or above but short of force, begun before its `until_month`."""
        of, episodes = self.row.of, self.chronicle.select("episode", self.row.of.until_month)
        highest = episodes["track"].str.rpartition("_")[2].map(HIGHEST_RUNG)
        return episodes[episodes["track"].isin(of.track) & episodes["rung"].between(of.rung, highest)]

    def rate(self, events: pd.DataFrame) -> Interval:
        """The mean number of these events per trial, or per year played before `until_month`."""
        counts = self.chronicle.count_by_trial(events)
        if not self.row.of.per_year:
            return interval_of_level(counts)
        years = self.chronicle.trials["years"].to_numpy(float)
        return interval_of_ratio(counts, np.minimum(years, self.row.of.until_month / 12))

    def share(self, events: pd.DataFrame, chosen: pd.Series[bool]) -> Interval:
        """The share of these events that are chosen, over all trials."""
        count = self.chronicle.count_by_trial
        return interval_of_ratio(count(events[chosen]), count(events))


Measure = Callable[[Case], Interval]


# --- outcomes of trials ---


def level(case: Case) -> Interval:
    """The mean of an outcome."""
    return interval_of_level(case.outcome())


def absence(case: Case) -> Interval:
    """The share of trials in which something does not happen."""
    return interval_of_level(1 - case.outcome())


def quantile(case: Case) -> Interval:
    """A quantile of an outcome as trials have it, without its compensator; 1 is the maximum, which has no interval.

    With `without`, only of the trials in which that outcome does not happen.
    """
    records, of = case.cells.records(case.cell), case.row.of
    values = np.asarray(records[of.outcome], dtype=float)
    chosen = values[records[of.without] == 0] if of.without else values
    found = intervals.interval_of_quantile(chosen.reshape(-1, 1), of.quantile)
    return found if of.quantile < 1 else Interval(found.estimate, None, None)


def per_year(case: Case) -> Interval:
    """The constant yearly hazard that gives the share of trials in which something happens within the horizon."""
    years = (case.row.of.months or 120) / 12
    return Interval(*(None if p is None else -math.log(1 - min(max(p, 0.0), 0.9999)) / years for p in level(case)))


def difference(case: Case) -> Interval:
    """Paired difference of an outcome: the policy, with `plus`, minus the policy `against`, with `less`."""
    more, less = case.with_and_without()
    return interval_of_difference(case.outcome(more), case.outcome(case.rival(less)))


def change_of_difference(case: Case) -> Interval:
    """What `plus` adds to the difference between two policies."""
    more, _ = case.with_and_without()
    with_plus = case.outcome(more) - case.outcome(case.rival(more))
    return interval_of_difference(with_plus, case.outcome() - case.outcome(case.rival()))


def ratio_of_policies(case: Case) -> Interval:
    """An outcome under a policy, relative to the policy `against`."""
    return interval_of_ratio(case.outcome(), case.outcome(case.rival()))


def share_given(case: Case) -> Interval:
    """How often the outcome happens for each time that `given` happens."""
    return interval_of_ratio(case.outcome(), case.given(case.cell))


def share_given_difference(case: Case) -> Interval:
    """The difference of two such shares: with `plus` minus with `less`."""
    cells = case.with_and_without()
    outcomes = [case.outcome(cell) for cell in cells]
    more, less = (intervals.linearise_ratio(outcomes[i], case.given(cell)) for i, cell in enumerate(cells))
    if not more.size or not less.size:
        return intervals.BLANK
    return intervals.interval_over_worlds(more - less, events=intervals.count_events(np.maximum(*outcomes)))


def hazard_of_force(case: Case) -> Interval:
    """Hazard of force summed over all trials, per year in which force could begin."""
    records = case.cells.records(case.cell)
    return interval_of_ratio(records["hazard_of_force"], records["peace_years"])


def half_step(case: Case) -> Interval:
    """An outcome played in half-months minus the same in months."""
    halves, months = (case.outcome(case.cell._replace(step_months=step)) for step in (0.5, 1.0))
    return interval_of_difference(halves, months)


def added_arms_growth(case: Case) -> Interval:
    """Percentage points a year that a first open tie adds to PRC spending, over the three years after it."""
    added = np.asarray(case.cells.records(case.cell)["prc_buildup_pct"], dtype=float)
    return interval_of_ratio(added / 3, (added > 0).astype(float))


def always_the_same(case: Case) -> Interval:
    """How many pairs of cell and outcome (shares) have one value in every trial, over all cells of the debate.

    An outcome that is recorded only where something else has happened is examined in all cells together, since few
    trials have it.
    """
    cells = case.cells
    exp = cells.load("debate", set_=cells.changes)
    names = [name for name, outcome in exp.catalogue.outcomes.items() if outcome.unit == "share"]
    same, conditional = 0, dict[str, set[float]]()
    for start, view, policy in product(exp.starts, exp.worldviews, exp.policies):
        records = cells.records(Cell(start.name, view.name, policy.name), SMALL_SHARE)
        for name in names:
            values = outcome_values(records, name)
            if np.isnan(values).any():
                conditional.setdefault(name, set()).update(values[~np.isnan(values)])
            else:
                same += bool(np.ptp(values) == 0)
    return _count(same + sum(len(values) < 2 for values in conditional.values()))


def tracks_with_varying_months(case: Case) -> Interval:
    """Number of targets x domains in which the months on every reachable rung differ between trials."""
    records = case.cells.records(case.cell)
    varying = 0
    for target, domain, rungs in codes.TRACKS:
        reachable = _reachable(target, domain, rungs, 0)
        varying += all(np.ptp(records[f"{target}_{domain}_months_{rung}"]) > 0 for rung in reachable)
    return _count(varying)


def held_levers_that_differ(case: Case) -> Interval:
    """1 if a policy that names every lever and moves none differs from the status quo in any byte, else 0."""
    exp = replace(case.cells.experiment(case.cell, SMALL_SHARE), lucks=1)
    (start,), (policy,) = exp.starts, exp.policies
    settings = {name: LeverSetting(now.depth, now.openness) for name, now in start.levers.items()}
    unmoved = replace(exp, policies=(replace(policy, name="unmoved", levers=settings),))
    return _count(play_cell(exp).tobytes() != play_cell(unmoved).tobytes())


def idle_dials(case: Case) -> Interval:
    """Number of dials that change no number of any trial, over their whole range."""
    return _count(sum(idle for idle, _ in _dials(case.cells, case.cell)))


def idle_switches(case: Case) -> Interval:
    """Number of switches that move no outcome of every trial beyond its margin, in any policy under any worldview."""
    exp, cells = case.cells.load("debate"), case.cells
    outcomes = [outcome for outcome in exp.catalogue.outcomes.values() if outcome.given is None]
    idle = set(exp.switches)
    for view in exp.worldviews:
        for policy in exp.policies:
            cell = case.cell._replace(worldview=view.name, policy=policy.name)
            usual = cells.records(cell)
            for name in sorted(idle):
                played = cells.records(cell.with_changes([f"switch.{name}=off"]))
                for outcome in outcomes:
                    found = interval_of_difference(
                        outcome_values(played, outcome.name), outcome_values(usual, outcome.name)
                    )
                    low, high = found.low, found.high
                    if low is not None and high is not None and (low >= outcome.margin or high <= -outcome.margin):
                        idle.discard(name)
                        break
    return _count(len(idle))


def moving_dials(case: Case) -> Interval:
    """Share of dials that move a primary outcome beyond its 95 % interval."""
    dials = _dials(case.cells, case.cell)
    return Interval(sum(moves for _, moves in dials) / len(dials), None, None)


@lru_cache(maxsize=1)
def _dials(cells: Cells, cell: Cell) -> list[tuple[bool, bool]]:
    """For each dial: whether it changes nothing, and whether it moves a primary outcome beyond its interval."""
    exp, dials = cells.load("debate"), []
    for name, claim in exp.catalogue.claims.items():
        if claim.readings:
            low, high = (cells.records(cell.with_changes([f"claim.{name}={dial:g}"]), SMALL_SHARE)
                         for dial in claim.dial_range)  # fmt: skip
            moves = (interval_of_difference(outcome_values(high, outcome.name), outcome_values(low, outcome.name))
                     for outcome in primary(exp))  # fmt: skip
            beyond = any(m.low is not None and m.high is not None and not m.low <= 0 <= m.high for m in moves)
            dials.append((low.tobytes() == high.tobytes(), beyond))
    return dials


# --- events of chronicles ---


def episodes(case: Case) -> Interval:
    """Episodes begun on some tracks, at the row's rung or above but short of force; per year, or by `until_month`."""
    return case.rate(case.episodes())


def crises(case: Case) -> Interval:
    """Crises begun, per year or by `until_month`."""
    return case.rate(case.chronicle.select("crisis", case.row.of.until_month))


def overstretched_share(case: Case) -> Interval:
    """Share of the months played in which the US is tied down elsewhere."""
    trials = case.chronicle.trials
    return interval_of_ratio(trials["overstretched_years"].to_numpy(float), trials["years"].to_numpy(float))


def answers_to_drills(case: Case) -> Interval:
    """Share of large drills at Taiwan that a US ship in the Strait answers."""
    episodes = case.chronicle.select("episode")
    drills = episodes[(episodes["track"] == "taiwan_military") & (episodes["rung"] == prc.DRILL)]
    count = case.chronicle.count_by_trial
    return interval_of_ratio(count(case.chronicle.select("answer")), count(drills))


def episode_months(case: Case) -> Interval:
    """The median length of episodes, as drawn when they began, so that none is cut off by the horizon."""
    return intervals.interval_of_quantile(case.episodes()["months"].to_numpy(float).reshape(-1, 1), 0.5)


def deadly_share(case: Case) -> Interval:
    """Share of dangerous incidents that kill."""
    deadly = case.chronicle.count_by_trial(case.chronicle.select("deadly"))
    return interval_of_ratio(deadly, case.chronicle.trials["incidents"].to_numpy(float))


def response_share(case: Case) -> Interval:
    """Share of a coerced Japan's responses that are this option."""
    responses = case.chronicle.select("response")
    return case.share(responses, responses["rung"] == trace.RESPONSES.index(case.row.of.option))


def responses_per_coercion(case: Case) -> Interval:
    """How often Japan responds with this option, for each economic coercion of Japan that begins."""
    responses, count = case.chronicle.select("response"), case.chronicle.count_by_trial
    chosen = responses[responses["rung"] == trace.RESPONSES.index(case.row.of.option)]
    return interval_of_ratio(count(chosen), count(case.episodes()))


def rally_share(case: Case) -> Interval:
    """Share of coercions of Japan after which the public is no less in favour."""
    responses = case.chronicle.select("response")
    return case.share(responses, responses["months"] >= 0)


def steps_unanswered(case: Case) -> Interval:
    """Share of steps on some levers, as deep and open as the policy has them, that cost Japan nothing."""
    return interval_of_level(share_of_steps_unanswered(case.cells.experiment(case.cell), case.row.of.lever))


def force_per_dispute(case: Case) -> Interval:
    """Trials with force, per military episode short of force at either target."""
    episodes, count = case.chronicle.select("episode"), case.chronicle.count_by_trial
    military = episodes[episodes["track"].str.endswith("military")]
    force = (count(military[military["rung"] >= 4]) > 0).astype(float)
    return interval_of_ratio(force, count(military[military["rung"] <= HIGHEST_RUNG["military"]]))


def tracks_with_varying_episodes(case: Case) -> Interval:
    """Number of targets x domains in which the count of episodes on every reachable rung differs between trials."""
    episodes, count, varying = case.chronicle.select("episode"), case.chronicle.count_by_trial, 0
    for target, domain, rungs in codes.TRACKS:
        on_track = episodes[episodes["track"] == f"{target}_{domain}"]
        reachable = _reachable(target, domain, rungs, 1)
        varying += all(np.ptp(count(on_track[on_track["rung"] == rung])) > 0 for rung in reachable)
    return _count(varying)


def below_record(case: Case) -> Interval:
    """Share of trials with fewer episodes than the record, ties counted half; trials with a fall are left out."""
    counts = case.chronicle.count_by_trial(case.episodes())
    return _share_below(counts[case.chronicle.reaches_horizon()], len(case.cells.record[str(case.row.record)]))


def quiet_years_below_record(case: Case) -> Interval:
    """Share of trials with fewer quiet years than the record, likewise."""
    exp = case.cells.experiment(case.cell)
    dates = [date for dates in case.cells.record.values() for date in dates]
    years = exp.months // 12
    on_record = years - len({month // 12 for month in months_since(exp.starts[0].date, dates)})
    return _share_below(case.chronicle.quiet_years(years)[case.chronicle.reaches_horizon()], on_record)


# --- forecasts of recorded reactions ---


def backtest_gain(case: Case) -> Interval:
    """Mean gain in log score, per forecast, of a worldview over a rival forecaster of the recorded reactions."""
    pair = case.cell.worldview, case.row.of.rival
    gain = next(gain for gain in _gains() if (gain.forecaster, gain.against) == pair)
    return Interval(gain.gain, gain.low, gain.high)


@lru_cache(1)
def _gains() -> list[Gain]:
    from analysis.evidence.backtest.forecasts import run_backtest
    from analysis.evidence.episodes import load_record

    record = load_record()
    gains = run_backtest(record.episodes, record, worlds=BACKTEST_WORLDS).gains
    return [gain for gain in gains if (gain.sample, gain.domain, gain.measure) == ("all", "both", "log_score")]


def _count(number: int) -> Interval:
    """A count of the program's own parts, which has no interval."""
    return Interval(float(number), None, None)


def _reachable(target: str, domain: str, rungs: int, first: int) -> list[int]:
    return [rung for rung in range(first, rungs) if (f"{target}_{domain}", rung) not in UNREACHABLE]


def _share_below(counts: Floats, on_record: int) -> Interval:
    return interval_of_level((counts < on_record) + (counts == on_record) / 2)
