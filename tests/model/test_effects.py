"""What the levers amount to beside their package's military effect and signal."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from sim.engine import setup
from sim.model import codes
from sim.scenario.catalogue import Effect
from sim.scenario.layers import LeverLevel
from sim.scenario.loader import load


def test_an_effect_counts_by_depth_and_assurance_by_what_is_seen() -> None:
    exp = load("debate")
    lever = replace(exp.catalogue.levers["spending"], effects={"assurance": 0.5, "stocks": 0.25})
    exp = replace(exp, catalogue=replace(exp.catalogue, levers={**exp.catalogue.levers, "spending": lever}))
    start = exp.starts[0]
    start = replace(start, levers={**start.levers, "spending": LeverLevel(0.8, 0.5), "escorts": LeverLevel(1, 0)})
    base = setup.build_setting(exp, exp.policies[0], start)[0]["base"]["effect"]
    found = dict(zip(codes.EFFECTS, base.tolist(), strict=True))
    liaison = exp.starts[0].levers["liaison"].depth
    assert found.pop("tripwire") == pytest.approx(0.3 * liaison + 0.7)
    assert {name: share for name, share in found.items() if share} == pytest.approx({"assurance": 0.2, "stocks": 0.2})


def test_the_effects_of_the_catalogue_are_those_of_the_rules() -> None:
    assert get_args(Effect) == codes.EFFECTS
