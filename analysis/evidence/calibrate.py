"""The constants that hold the reference in place: calculated here, recorded in parameters.yaml, checked by a test.

The reference is one start, status quo, neutral. There every hazard ratio is counted from 1, and base rates mean
what they say per year in which force could begin. The mean of a product of ratios that vary is not 1, so one
constant is needed; and the two estimates that ratios are counted from have to be known.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.engine import batch, setup
from sim.model import month
from sim.model.effects import war
from sim.model.records import blank_state
from sim.scenario.distributions import Fixed
from sim.scenario.experiment import Experiment

NAMES = ("reference_success", "reference_joint_involvement", "force_calibration")


def calibrate(exp: Experiment, worlds: int = 20_000, rounds: int = 6) -> dict[str, float]:
    """The constants for `exp`, which must have one start, one policy and one worldview: the reference.

    Returns the mean of the PRC's two estimates in the first month, and the constant that makes the hazard of force
    per exposed year come to the mean of `force_per_year`.
    """
    success, joint = first_estimates(exp, min(worlds, 4000))
    constants = {"reference_success": round(success, 4), "reference_joint_involvement": round(joint, 4)}
    low_high = [0.05, 5.0]
    constant = 1.0
    for _ in range(rounds):
        ratio = hazard_ratio(_with_fixed(exp, {**constants, "force_calibration": constant}), worlds)
        low_high[ratio > 1] = constant
        constant = min(max(constant / ratio, low_high[0]), low_high[1])
    return {**constants, "force_calibration": round(constant, 4)}


def _with_fixed(exp: Experiment, values: dict[str, float]) -> Experiment:
    (view,) = exp.worldviews
    fixed = {name: Fixed(value) for name, value in values.items()}
    return replace(exp, worldviews=(replace(view, distributions={**view.distributions, **fixed}),))


def first_estimates(exp: Experiment, worlds: int) -> tuple[float, float]:
    """Means over worlds of perceived success and perceived joint involvement in the first month."""
    (start,), (view,), (policy,) = exp.starts, exp.worldviews, exp.policies
    setting, drawn = setup.plain_cell(exp, policy, start, view, worlds)
    seen = np.empty((worlds, 2))
    for row, params in enumerate(drawn):
        state = blank_state(len(exp.catalogue.levers), row, 1)
        month.begin(state, params, setting)
        state.balance = war.balance(state)
        month.see_the_us(state, params, setting)
        month.who_would_fight(state, params, setting)
        month.perceive(state, params, setting)
        seen[row] = state.success, state.joint
    return float(seen[:, 0].mean()), float(seen[:, 1].mean())


def hazard_ratio(exp: Experiment, worlds: int) -> float:
    """Hazard of force per exposed year over the mean of `force_per_year`, on `worlds` trials of one cell."""
    exp = replace(exp, trials=worlds, lucks=1)
    hazard = years = stated = 0.0
    column = list(exp.catalogue.parameters).index("force_per_year")
    for block in batch.blocks(exp):
        for records in block.records.values():
            hazard += records["hazard_of_force"].sum()
            years += records["peace_years"].sum()
        for drawn in block.parameters.values():
            stated += drawn[:, column].sum()
    return float(hazard / years / (stated / worlds))
