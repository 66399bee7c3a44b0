"""Variants of the model: each switch is tried, and only clear changes of the ranking count."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from playing import needs_kernels

from analysis.evidence import model_variants
from analysis.questions.averages import Averages
from sim.scenario.loader import load


def test_each_switch_is_turned_once_and_the_step_halved() -> None:
    exp = load("debate")
    variants = model_variants.variants(exp)
    assert len(variants) == len(exp.switches) + 2
    turned = [{name for name, on in form.switches.items() if on != exp.switches[name]} for form in variants.values()]
    assert sorted(turned, key=str) == sorted([set(), set(), *({name} for name in exp.switches)], key=str)
    assert {form.step_months for form in variants.values()} == {1, 0.5}


def cells(**means: float) -> dict[str, Averages]:
    """Cells whose blocks share a wave, so that their differences are sure."""
    wave = np.sin(np.arange(20.0))
    return {name: Averages(("x",), np.array([[mean + w] for w in wave]), np.ones((20, 1)))
            for name, mean in means.items()}  # fmt: skip


def changed(then: dict[str, Averages], now: dict[str, Averages], better: str = "low") -> dict[str, Any]:
    outcome = SimpleNamespace(name="x", compensator=False, given=None, better=better, margin=0.5)
    exp = cast(Any, SimpleNamespace(catalogue=SimpleNamespace(outcomes={"x": outcome})))
    ranking = model_variants._compare_rankings(exp, cast(Any, outcome), now, then)
    return dict(zip(model_variants.COLUMNS[4:], ranking, strict=True))


def test_a_pair_that_is_reversed_has_the_better_policy_first() -> None:
    found = changed(cells(a=1, b=3), cells(a=3, b=1))
    assert (found["turned"], found["parted"], found["merged"]) == ("b > a", "", "")
    assert found["order"] == "b > a"
    assert found["change"] == pytest.approx(4)
    assert changed(cells(a=1, b=3), cells(a=3, b=1), "high")["turned"] == "a > b"


def test_pairs_part_and_merge_only_beyond_the_margin() -> None:
    assert changed(cells(a=1, b=1.2), cells(a=1, b=3))["parted"] == "a > b"
    assert changed(cells(a=1, b=3), cells(a=1, b=1.2))["merged"] == "a > b"
    assert changed(cells(a=1, b=1.4), cells(a=1, b=1.6))["verdict"] == "same ranking"  # within the margin of change
    assert changed(cells(a=1, b=3), cells(a=1, b=3))["change"] == 0


@needs_kernels
def test_without_provocation_open_ties_do_better() -> None:
    exp = load("debate", worldviews="self", starts="2026", policies=["status_quo", "direct_ties"])
    found = model_variants.compare_variants(exp, 500)
    assert len(found) == (len(exp.switches) + 1) * 4
    force = found[(found["form"] == "provocation off") & (found["outcome"] == "use_of_force")].iloc[0]
    assert force["turned"] == "direct_ties > status_quo"
    halved = found[found["form"] == "steps of 0.5 months"]
    assert (halved["verdict"] == "same ranking").all()
