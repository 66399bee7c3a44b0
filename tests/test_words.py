"""The sentences at the end of a run are made from its numbers, and turn with them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import sim
from analysis import words


def test_what_a_run_says_turns_with_its_numbers() -> None:
    exp = sim.load("debate", trials=400, starts=["2026"], policies=["direct_ties", "status_quo"])
    result = sim.run(exp)
    turned = result.differences().copy()
    figures = ["difference", "low", "high", "simultaneous_low", "simultaneous_high"]
    turned["verdict"] = "a better"
    turned[figures] = [-0.02, -0.03, -0.01, -0.03, -0.01]
    better = said(exp, result, turned)
    turned["verdict"] = "b better"
    turned[figures] = [0.02, 0.01, 0.03, 0.01, 0.03]
    worse = said(exp, result, turned)
    assert all("Direct ties -2.0 points" in line for line in better[:3])
    assert all("Direct ties +2.0 points" in line for line in worse[:3])
    assert "12 are settled" in better[4]
    turned.loc[turned["worldview"] == "self", "verdict"] = "a better"
    turned.loc[turned["worldview"] == "self", "difference"] = -0.02
    assert "the beliefs decide" in said(exp, result, turned)[3]
    assert len(words.lines(result)) == 5


def said(exp: Any, result: Any, differences: Any) -> list[str]:
    """Return what would be said of a result if its differences were these."""
    return words.lines(SimpleNamespace(experiment=exp, summary=result.summary, differences=lambda: differences))  # type: ignore[arg-type]
