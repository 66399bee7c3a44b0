"""The numbers of S12 that were added late: which they are, and what they do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playing import needs_kernels

import sim
from analysis.evidence import late_numbers

CLAIMS = Path(__file__).parents[2] / "scenarios" / "claims.yaml"


def test_late_numbers_are_those_that_the_claims_file_admits() -> None:
    head = CLAIMS.read_text(encoding="utf-8").split("claims:\n")[0]
    (admitted,) = re.findall(r"#   (S\d+) +`(\w+)` and `(\w+)` were added after it", head)
    assert {admitted[0]: admitted[1:]} == late_numbers.LATE
    readings = sim.load("debate").catalogue.claims["S12"].readings["self"]
    assert set(admitted[1:]) <= set(readings)


@needs_kernels
def test_the_change_is_that_of_two_runs() -> None:
    """Setting the two numbers to their law on the evidence, as a user would, gives the same difference."""
    policies = ["status_quo", "interoperability"]
    place: dict[str, Any] = {"worldviews": "self", "starts": "2026", "policies": policies, "trials": 400}
    exp = sim.load("debate", **place)
    laws = {name: exp.catalogue.parameters[name].neutral for names in late_numbers.LATE.values() for name in names}
    typed = [f"{name}={law}" for name, law in laws.items()]
    found = late_numbers.compare(exp, 400).query("outcome == 'use_of_force'").set_index("late_numbers")["difference"]
    for form, changes in (("with", []), ("without", typed)):
        rows = sim.run(sim.load("debate", **place, set_=changes)).differences().query("outcome == 'use_of_force'")
        sign = 1 if rows["policy_a"].iloc[0] == "interoperability" else -1
        assert sign * float(rows["difference"].iloc[0]) == pytest.approx(found[form], abs=1e-12)
    assert found["change"] == pytest.approx(found["without"] - found["with"], abs=1e-12)
    assert found["change"] > 0
