"""Lever-years: counted as by hand, made equal, and compared with what runs give."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from made_up import one
from playing import needs_kernels
from typer.testing import CliRunner

import sim
from analysis.cli.main import app
from analysis.questions import effort
from sim.scenario.experiment import Experiment, LeverSetting, Policy
from sim.scenario.loader import load


@pytest.fixture(scope="module")
def exp() -> Experiment:
    return load("debate", worldviews="neutral", starts="2026")


@pytest.mark.parametrize(
    ("from_month", "ramp", "years"), [(0, 12, 9.5), (60, 12, 4.5), (96, 24, 1), (108, 24, 0.25), (120, 12, 0)]
)
def test_planned_lever_years_are_depth_times_time(
    exp: Experiment, from_month: float, ramp: float, years: float
) -> None:
    setting = LeverSetting(depth=0.5, from_month=from_month, ramp_months=ramp)
    policy = Policy("mine", "", "", {"guam_air_training": setting}, "japan_decides")  # depth 0 now
    assert effort.planned_effort(exp, policy, exp.reference) == pytest.approx(0.5 * years)


def test_less_of_a_lever_is_effort_too(exp: Experiment) -> None:
    more, less = (Policy("", "", "", {"intelligence_sharing": LeverSetting(depth=depth)}, "continue")
                  for depth in (0.75, 0.35))  # fmt: skip
    planned = effort.planned_effort(exp, more, exp.reference)
    assert planned == pytest.approx(effort.planned_effort(exp, less, exp.reference))


def test_at_equal_effort_all_policies_plan_the_same(exp: Experiment) -> None:
    (start,) = exp.starts
    scaled = {entry.name: entry for entry in effort._measured_policies(exp, start) if entry.measure == effort.EQUAL}
    assert {*scaled} == {policy.name for policy in exp.policies} - {"status_quo"}
    assert max(entry.factor for entry in scaled.values()) == 1
    planned = {effort.planned_effort(exp, entry.policy, start) for entry in scaled.values()}
    assert max(planned) == pytest.approx(min(planned))
    for name, entry in scaled.items():
        (written,) = (policy for policy in exp.policies if policy.name == name)
        assert {lever: setting.openness for lever, setting in entry.policy.levers.items()} == {
            lever: setting.openness for lever, setting in written.levers.items()
        }


def test_a_tenth_stays_within_what_a_lever_can_be(exp: Experiment) -> None:
    for name in exp.catalogue.levers:
        policy, sign = effort.tenth_of_lever(exp, name, exp.reference)
        depth = policy.levers[name].depth
        assert depth is not None
        assert 0 <= depth <= 1
        assert sign * (depth - exp.reference.levers[name].depth) == pytest.approx(0.1)
        assert (sign < 0) == (exp.reference.levers[name].depth == 1)
    assert effort.tenth_of_lever(exp, "guam_air_training", exp.reference)[0].levers["guam_air_training"].openness == 1


@needs_kernels
def test_what_is_realised_where_nothing_takes_time_is_what_was_planned() -> None:
    at_once = ["taiwan_consents_prob=1", "us_consents_prob=1", "support_needed=0", "ties_adoption_years=0.02",
               "force_per_year=0.001", "switch.provocation=off"]  # fmt: skip
    sure = load("debate", policies=["status_quo", "direct_ties"], worldviews="neutral", starts="2026", set_=at_once)
    found = effort.table(sure, 100)
    row = one(found, measure=effort.WRITTEN, outcome="use_of_force")
    # Pressure that has nothing to do with ties may still suspend or hasten them, hence no more than near.
    assert row["realised"] == pytest.approx(row["planned"], rel=0.1)
    assert row["realised"] < row["planned"]


@needs_kernels
def test_as_written_is_what_a_run_says(exp: Experiment) -> None:
    found = effort.table(exp, 200)
    differences = sim.run(exp, trials=200).differences()
    for policy in ("direct_ties", "both"):
        for outcome in ("use_of_force", "japan_gdp_loss_pct"):
            here = one(found, measure=effort.WRITTEN, policy=policy, outcome=outcome)
            there = one(differences, policy_a=policy, policy_b="status_quo", outcome=outcome)
            assert here["difference"] == pytest.approx(there["difference"])
    least = found[(found["measure"] == effort.EQUAL) & (found["factor"] == 1)]["policy"].unique().tolist()
    (least_planned,) = least
    written, equal = (one(found, measure=measure, policy=least_planned, outcome="use_of_force")["difference"]
                      for measure in (effort.WRITTEN, effort.EQUAL))  # fmt: skip
    assert written == pytest.approx(equal)
    tenths = found[found["measure"] == effort.TENTH]
    assert set(tenths["policy"]) == set(exp.catalogue.levers)
    assert (tenths["difference"].abs() > 0).groupby(tenths["policy"]).any().all()  # every lever does something


@needs_kernels
def test_command(tmp_path: Path) -> None:
    out = tmp_path / "effort.csv"
    words = ["effort", "debate", "--worldview", "neutral", "--start", "2026", "--out", str(out), "--trials"]
    result = CliRunner().invoke(app, [*words, "100", "--figures", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "equal_effort_2026.png").stat().st_size > 10_000
    assert list(pd.read_csv(out)) == effort.COLUMNS
    assert CliRunner().invoke(app, [*words, "150"]).exit_code == 2
