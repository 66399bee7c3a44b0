"""Paired differences of policies, from made-up blocks whose numbers are known."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from made_up import OUTCOMES, experiment, of, one, pair, played, rows

from sim.results import csv_tables, tables
from sim.results.result import Result
from sim.statistics import contrasts, intervals


@pytest.fixture(scope="module")
def result() -> Result:
    return played(experiment())


def test_every_unordered_pair_comes_once_and_contrasts_as_declared(result: Result) -> None:
    force = result.differences().query("outcome == 'force' and worldview == 'neutral'")
    assert list(zip(force["policy_a"], force["policy_b"], strict=True)) == [
        ("direct_ties", "status_quo"), ("twin", "status_quo"), ("both", "status_quo"),
        ("direct_ties", "twin"), ("direct_ties", "both"), ("twin", "both"),
    ]  # fmt: skip
    assert len(result.differences()) == 2 * 6 * len(OUTCOMES)


def test_a_single_policy_has_nothing_to_differ_from() -> None:
    exp = experiment(status_quo=0.3)
    frame = played(exp).differences()
    assert csv_tables.format_csv(frame) == ",".join(tables.DIFFERENCES) + "\n"


def test_differences_of_compensators_are_paired_block_means(result: Result) -> None:
    a, b = (of(result, policy, "force_compensator") for policy in ("direct_ties", "status_quo"))
    row = pair(result.differences(), "force")
    assert (row["difference"], row["low"], row["high"]) == intervals.interval_of_mean(a - b)
    assert row["variance_ratio"] == pytest.approx((0.2**2 + 0.3**2) / 0.1**2)
    assert (row["margin"], row["verdict"]) == (0.005, "a better")
    assert (row["estimator"], row["n"]) == ("compensator", 1_000)
    assert row["difference"] == pytest.approx(-0.1, abs=0.01)


def test_differences_of_counts_have_tangos_interval(result: Result) -> None:
    a, b = (of(result, policy, "crisis") for policy in ("direct_ties", "both"))
    row = pair(result.differences(), "crisis", "direct_ties", "both")
    only_a, only_b = int(((a == 1) & (b == 0)).sum()), int(((a == 0) & (b == 1)).sum())
    assert (row["difference"], row["low"], row["high"]) == intervals.tango_interval(only_a, only_b, 1_000)
    assert row["estimator"] == "count"


def test_the_band_spans_all_main_comparisons_of_the_run_and_nothing_else(result: Result) -> None:
    frame = result.differences("count").query("worldview == 'self'")
    primary = frame["outcome"].isin(["force", "holds", "loss_pct"]) & (frame["policy_b"] == "status_quo")
    assert (frame["simultaneous_low"].notna() == primary).all()
    columns = [
        of(result, policy, name, view) - of(result, "status_quo", name, view)
        for name in ("force", "holds", "loss_pct")
        for view in ("self", "neutral")
        for policy in ("direct_ties", "twin", "both")
    ]
    level = contrasts.band_level(np.column_stack(columns))
    assert 0.95 < level < 1
    row = pair(frame, "holds")
    gained = round(row["n"] * row["difference"])  # luck is shared, so ties only ever gain
    expected = intervals.tango_interval(gained, 0, 1_000, level)
    assert (row["simultaneous_low"], row["simultaneous_high"]) == expected[1:]
    row = pair(frame, "loss_pct")
    assert (row["simultaneous_low"], row["simultaneous_high"]) == intervals.interval_of_mean(columns[12], level)[1:]


def test_the_band_decides_where_there_is_one() -> None:
    """The difference is off zero for itself, but not as one of several."""
    exp = experiment(trials=200, status_quo=0.30, direct_ties=0.28, both=0.29)
    frame = played(exp).differences("count")
    row = pair(frame, "holds", "both")
    narrow, wide = (row["low"], row["high"]), (row["simultaneous_low"], row["simultaneous_high"])
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    assert row["verdict"] == contrasts.verdict(*wide, 0.005, "high")


def test_identical_policies_differ_by_nothing() -> None:
    exp = experiment(trials=4_000)
    result = played(exp)
    for estimator in (None, "count"):
        frame = result.differences(cast(Any, estimator))
        twins = frame[(frame["policy_a"] == "twin") & (frame["policy_b"] == "status_quo")]
        assert (twins["difference"] == 0).all()
        assert twins["identical"].all()
        assert twins["variance_ratio"].isna().all()
        assert set(twins["verdict"]) == {"same within margin"}
    assert frame.groupby("identical")["policy_a"].count().to_dict() == {False: 60, True: 12}


def test_rows_are_identical_only_in_every_column(result: Result) -> None:
    a = rows(result.experiment, "both", "self")
    b = a.copy()
    assert tables.identical_rows(a, b)
    b["extra"][17] = np.nextafter(b["extra"][17], 1)
    assert not tables.identical_rows(a, b)


def test_a_turned_result_turns_the_verdict() -> None:
    cases = ((0.2, 0.3, "a better"), (0.3, 0.2, "b better"), (0.3, 0.301, "a better but may be small"))
    for ties, quo, verdict in cases:
        exp = experiment(status_quo=quo, direct_ties=ties)
        frame = played(exp).differences()
        assert pair(frame, "force")["verdict"] == verdict
        assert math.copysign(1, pair(frame, "force")["difference"]) == math.copysign(1, ties - quo)


def test_each_row_names_the_interval_that_gave_its_verdict(result: Result) -> None:
    """A reader once had to know which outcomes are primary to tell by which limits a row was judged."""
    frame = result.differences()
    limits = {"simultaneous": ("simultaneous_low", "simultaneous_high"), "single": ("low", "high")}
    for interval, (low, high) in limits.items():
        here = frame[(frame["verdict_interval"] == interval) & ~frame["identical"]]
        assert len(here) > 5
        better = {name: outcome.better for name, outcome in result.experiment.catalogue.outcomes.items()}
        for row in here.to_dict("records"):
            assert row["verdict"] == contrasts.verdict(row[low], row[high], row["margin"], better[row["outcome"]])
    assert frame.loc[frame["verdict_interval"].isna(), "verdict"].isin(["too few to say", None]).all()
    few = played(experiment(trials=60)).differences()
    assert "simultaneous" not in set(few["verdict_interval"])


def test_where_more_is_better_the_verdict_follows(result: Result) -> None:
    row = pair(result.differences(), "holds")
    assert row["difference"] > row["simultaneous_low"] > 0.005
    assert row["verdict"] == "a better"


def test_where_nothing_is_better_there_is_no_winner(result: Result) -> None:
    months = pair(result.differences(), "months_to_force")
    assert months["verdict"] is None
    a, b = (of(result, policy, "months_to_force") for policy in ("direct_ties", "status_quo"))
    assert months["difference"] == pytest.approx(np.nanmean(a) - np.nanmean(b))
    assert months["n"] == np.count_nonzero(~np.isnan(a))
    assert pair(result.differences(), "mood")["verdict"] == "same within margin"


def test_with_several_lucks_the_world_is_the_unit() -> None:
    exp = experiment(trials=2_000, lucks=4)
    result = played(exp)
    happened = [of(result, policy, "crisis").reshape(-1, 4) for policy in ("both", "status_quo")]
    row = pair(result.differences(), "crisis", "both")
    assert (row["difference"], row["low"], row["high"]) == intervals.interval_of_share_difference(*happened)
    assert row["n"] == 2_000
    share = one(result.summary(), outcome="crisis", policy="both", worldview="self")
    assert (share["estimate"], share["low"], share["high"]) == intervals.interval_of_share(happened[0])


def test_one_event_is_too_few_to_say() -> None:
    """It had an interval, for the month of the one event even of no width, and a verdict."""
    exp = experiment(trials=400, status_quo=0.02, direct_ties=0.02)
    result = played(exp)
    for policy, events in (("direct_ties", 1), ("status_quo", 3)):
        cell: Any = result.records["2026", "self", policy]
        cell["force"], cell["loss_pct"], cell["months_to_force"] = 0, 0, np.nan
        cell["force"][:events], cell["loss_pct"][:events], cell["months_to_force"][:events] = 1, 9.0, 50.0
    summary, frame = result.summary("count"), result.differences("count")
    for name in ("loss_pct", "months_to_force"):
        level = one(summary, outcome=name, policy="direct_ties", worldview="self", statistic="mean")
        assert (level["estimate"], level["low"], level["high"]) == ((9 / 400, 50)[name != "loss_pct"], pd.NA, pd.NA)
        row = pair(frame, name)
        assert (row["low"], row["high"], row["trials_needed"]) == (pd.NA, pd.NA, pd.NA)
        assert row["verdict"] == "too few to say"
    share = one(summary, outcome="force", policy="direct_ties", worldview="self")  # a count bears few events
    assert 0 < share["low"] < 1 / 400 < share["high"] < 0.02


def test_policies_that_hardly_ever_differ_are_the_same_if_that_cannot_matter() -> None:
    result = played(experiment(trials=4_000))
    cells: Any = result.records
    a, b = (cells["2026", "self", policy] for policy in ("twin", "status_quo"))
    a["loss_pct_compensator"] = b["loss_pct_compensator"]
    a["loss_pct_compensator"][:5] += 1.0
    row = pair(result.differences(), "loss_pct", "twin")
    largest = float(np.maximum(a["loss_pct_compensator"], b["loss_pct_compensator"]).max())
    assert row["high"] == pytest.approx(float(intervals.wilson_interval(5, 4_000).high or 0) * largest)
    assert row["verdict"] == "same within margin"
    a["loss_pct_compensator"][5] += 1_000.0  # so rare a loss may matter
    row = pair(tables.differences(result.experiment, result.records), "loss_pct", "twin")
    assert (row["high"], row["verdict"]) == (pd.NA, "too few to say")


def test_few_worlds_have_no_joint_interval() -> None:
    frame = played(experiment(trials=99)).differences()
    assert frame["simultaneous_low"].isna().all()
    assert set(frame[frame["outcome"] == "force"]["verdict"]) >= {"too few to say"}
    assert pair(frame, "force")["low"] is not pd.NA
    assert played(experiment(trials=100)).differences()["simultaneous_low"].notna().any()
