"""Whatever the bounds of parameters.yaml allow can be played, and gives numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from playing import needs_kernels, play

from sim.model import codes
from sim.model.effects.reactions import goes_on, lasts
from sim.scenario.distributions import Fixed
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load

NULLS = ("months_to_first_crisis", "months_to_first_force", *codes.AFTERMATH)


def edges() -> dict[str, Experiment]:
    """Two policies of the debate with one parameter or quantity at one end of its bounds, by what was set."""
    exp = load("debate", trials=10, worldviews=["neutral"], policies=["direct_ties", "quiet_depth"])
    (view,) = exp.worldviews
    made = {}
    for name, parameter in exp.catalogue.parameters.items():
        for end in parameter.bounds:
            changed = replace(view, distributions={**view.distributions, name: Fixed(end)})
            made[f"{name}={end}"] = replace(exp, worldviews=(changed,))
    for name, quantity in exp.catalogue.quantities.items():
        for end in quantity.bounds:
            starts = (replace(start, quantities={**start.quantities, name: end}) for start in exp.starts)
            made[f"{name}={end}"] = replace(exp, starts=tuple(starts))
    return made


@needs_kernels
@pytest.mark.slow
def test_every_end_of_every_range_can_be_played() -> None:
    failed = []
    for what, exp in edges().items():
        try:
            records = play(exp).records.values()
        except ArithmeticError as error:
            failed.append(f"{what}: {error!r}")
            continue
        columns = {
            name for record in records for name in record.dtype.names or () if not np.isfinite(record[name]).all()
        }
        failed += [f"{what}: {name} is not finite" for name in columns - {*NULLS}]
    assert not failed


@pytest.mark.parametrize("lasted", [0.0, 0.5, 9.5, 600.0])
def test_what_has_lasted_goes_on_by_the_same_law(lasted: float) -> None:
    def ended(months: float) -> float:
        return 1 / (1 + math.exp(-math.log(months / 9.5) / 0.6)) if months > 0 else 0.0

    for u in (0.001, 0.3, 0.5, 0.99):
        more = goes_on(9.5, 0.6, lasted, u)
        assert more > 0
        assert ended(lasted + more) == pytest.approx(ended(lasted) + u * (1 - ended(lasted)), rel=1e-9)
    assert goes_on(9.5, 0.6, 0.0, 0.3) == lasts(9.5, 0.6, 0.3)
