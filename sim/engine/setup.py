"""The setting of a cell: what its start, its policy and the switches say, as the record that rules read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from sim.model import codes, draws, state
from sim.model.compiled import twin
from sim.model.effects import levers as effects_levers

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Policy, Start
    from sim.scenario.layers import LeverLevel


def setting(exp: Experiment, policy: Policy, start: Start) -> np.ndarray:
    """A cell's record: what the start, the policy and the switches set (see `sim.model.state.setting_dtype`), length 1.

    Levers and scripted events are keyed by name and stand in the order of their names, so that the order of a file,
    or a lever that nobody uses, changes no trial.
    """
    levers = exp.catalogue.lever_rows
    made = np.zeros(1, state.setting_dtype(len(levers)))
    c = made[0]
    c["step"], c["years"], c["months"], c["seed"] = exp.step_months, exp.step_months / 12, exp.months, exp.seed
    c["start_rung"] = [start.quantities[f"{target}_{domain}_rung"] for target, domain, _ in codes.TRACKS]
    c["start_months"] = [start.quantities[f"{target}_{domain}_months"] for target, domain, _ in codes.TRACKS]
    for name, value in start.quantities.items():
        if name in c.dtype.names:
            c[name] = value
    for name, on in exp.switches.items():
        c["on_" + name] = float(on)
    reference = exp.reference.quantities
    c["reference_hope"], c["reference_trade"] = reference["hope"], reference["japan_trade_share"]
    c["when_coerced"] = codes.WHEN_COERCED.index(policy.when_coerced)
    for i, lever in enumerate(levers):
        c["package"][i] = codes.PACKAGES.index(lever.package)
        c["first_step_key"][i] = draws.key_of(f"first step {lever.name}")
        c["needs_us"][i], c["needs_taiwan"][i] = "us" in lever.consent, "taiwan" in lever.consent
        for name in ("official", "combat", "signal_share", "capability_share", "incident_exposure",
                     "adoption_ratio", "steps_per_year"):  # fmt: skip
            c[name][i] = getattr(lever, name)
        now, goal = start.levers[lever.name], policy.target(lever.name, start)
        c["start_depth"][i], c["start_openness"][i] = now.depth, now.openness
        c["goal_depth"][i], c["goal_openness"][i] = goal.depth, goal.openness
        if goal != now:
            c["from_month"][i] = policy.levers[lever.name].from_month
            c["ramp_months"][i] = max(policy.levers[lever.name].ramp_months, 1e-6)
            c["moved"][c["moves"]] = i
            c["moves"] += 1
    c["scripted"] = len(exp.events)
    before: Counter[str] = Counter()
    for number, scripted in enumerate(sorted(exp.events, key=lambda one: (one.month, one.event))):
        name = f"{scripted.event} in month {scripted.month:g}"
        c["scripted_event"][number] = codes.SCRIPTED.index(scripted.event)
        c["scripted_month"][number] = scripted.month
        c["scripted_key"][number] = draws.key_of(f"{name}, {before[name]}")
        before[name] += 1
    for prefix, place in (("base_", start), ("reference_", exp.reference)):
        for name, value in vars(amounts(c, [place.levers[lever.name] for lever in levers])).items():
            c[prefix + name] = value
    return made


def amounts(c: np.void, levels: Sequence[LeverLevel]) -> SimpleNamespace:
    """What a setting's levers amount to at these levels, under the names of `sim.model.codes.SUMS`."""
    total = SimpleNamespace(**dict.fromkeys(codes.SUMS, 0.0))
    place, add = state.record(c.dtype, c), twin(effects_levers).add
    for i, level in enumerate(levels):
        seen = level.depth * level.openness
        add(total, place, i, level.depth, seen, seen)
    return total
