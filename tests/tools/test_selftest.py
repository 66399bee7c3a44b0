"""`python -m tools selftest`: laws have the truth that they state, and a wrong interval misses its bar."""

from __future__ import annotations

import numpy as np
import pytest

from sim.statistics import intervals
from tools import selftest
from tools.selftest import Law


@pytest.fixture(scope="module")
def law() -> Law:
    return selftest.formula_law(0.3, 4.0)


def test_a_formula_has_the_truth_that_it_states(law: Law) -> None:
    """Each estimate from many worlds lies where its truth is."""
    records = law.draw(np.random.default_rng(1), 200_000, 2)
    for figure, estimate, _, _ in selftest.read_limits(law.experiment, records):
        truth = law.truths[figure]
        slack = 0.15 if figure.outcome == "month" else 0.005
        assert estimate == pytest.approx(truth, rel=0.03, abs=slack), figure


def test_intervals_that_are_too_narrow_miss_their_bar(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = selftest.measure([law], worlds=[200], lucks=[1], runs=150)
    assert len(sound) == len({*sound[["interval", "outcome", "statistic", "estimator"]].itertuples(index=False)})
    normal = intervals._normal_quantile
    monkeypatch.setattr(intervals, "_normal_quantile", lambda level: normal(level) / 2)
    narrow = selftest.judge(selftest.measure([law], worlds=[200], lucks=[1], runs=150))
    assert {("mean", "count"), ("difference", "count")} <= {*zip(narrow["interval"], narrow["estimator"], strict=True)}
    assert (narrow[narrow["estimator"] == "count"]["coverage"] < 0.8).all()
    (line, *_) = selftest.describe_missed(narrow)
    assert "not 93% to 97%" in line


def test_no_interval_misses_its_bar_in_a_small_self_test() -> None:
    """Student's t held .76 of skewed means from 50 worlds, and .46 of losses."""
    laws = [selftest.formula_law(0.3, 0.5), selftest.formula_law(0.05, 4.0)]
    found = selftest.measure(laws, worlds=[20, 50, 200], lucks=[1, 5], runs=80)
    assert selftest.describe_missed(selftest.judge(found)) == []
    few = found[(found["worlds"] == 20) & (found["interval"] != "quantile") & (found["estimator"] != "count")]
    assert (few["printed"] == 0).all()
    many = found[(found["worlds"] == 200) & (found["events"] >= selftest.RARE)]
    assert (many["printed"] > 0.95 * many["runs"]).all()
    assert "| level | count |" in selftest.describe(found)
