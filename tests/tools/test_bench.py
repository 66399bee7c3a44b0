"""`strait bench` and its parts: figures have meanings, ratios belong together, no part of a month is left out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import pytest
from playing import needs_kernels

from analysis.questions import speed
from sim.model import month
from sim.model.effects import campaign, episodes, events, levers
from sim.scenario.loader import load
from tools import bench_parts

pytestmark = needs_kernels


def test_a_round_gives_ratios_that_belong_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "WORLDS", 100)
    monkeypatch.setattr(speed, "SLOW_WORLDS", 2)
    exp = load("debate", worldviews="neutral", policies=["both", "status_quo"], trials=100)
    exp = replace(exp, starts=(exp.reference,))
    speed._play(exp)
    blocks = speed._blocks(exp)
    found = speed._round(exp, blocks)
    assert {*found} < {*speed.MEANINGS}
    speeds = found["kernel_trials_per_cpu_s"] / found["mesa_batch_run_trials_per_cpu_s"]
    assert found["ratio_mesa_batch_run"] == pytest.approx(speeds)
    assert found["ratio_mesa_batch_run"] > found["ratio_plain_python"] > 10
    assert 0 < found["draws_share"] < 1
    assert 20 < blocks < 500
    assert found["kernel_microseconds"] == pytest.approx(1e6 / found["kernel_trials_per_cpu_s"])
    assert ("javascript_microseconds" in found) == (shutil.which("node") is not None)
    if "ratio_javascript" in found:
        assert found["ratio_javascript"] > 1
    assert 0 < found["link_cpu_seconds"] < found["edit_to_result_cpu_seconds"] < 30


def test_every_part_of_a_month_is_measured() -> None:
    """Whatever function the order of play calls, the profile calls too."""

    def names(*functions: Any) -> set[str]:
        return {name for function in functions for name in function.__code__.co_names}

    steps = {name for module in (month, campaign, episodes, events, levers) for name, value in vars(module).items()
             if callable(value) and name != "others"}  # fmt: skip
    called = names(month.play, month.others) & steps
    assert {"calendar", "perceive", "force", "dangers", "settle", "move"} <= called
    assert called <= names(bench_parts._of_month, bench_parts._play.function)
