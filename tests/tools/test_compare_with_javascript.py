"""Trials in JavaScript are compared with machine code number by number."""

from __future__ import annotations

import pytest
from playing import needs_kernels
from translating import needs_node

from sim.scenario.loader import load
from sim.translate import to_javascript
from tools.compare_with_javascript import compare_cells

pytestmark = [needs_kernels, needs_node]


def test_javascript_gives_the_same_trials_and_others_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    exp = load("debate", trials=30, worldviews="self", starts="2026", policies=["both", "status_quo"])
    cells = list(compare_cells(exp))
    assert [cell.cell[2] for cell in cells] == ["both", "status_quo"]
    assert all(cell.different == 0 and cell.numbers > 30 * 50 for cell in cells)
    wrong = to_javascript.RUNTIME.replace("return a / b;", "return a / b * (1 + Number.EPSILON);")
    assert wrong != to_javascript.RUNTIME
    monkeypatch.setattr(to_javascript, "RUNTIME", wrong)
    assert all(cell.different > 0 for cell in compare_cells(exp))
