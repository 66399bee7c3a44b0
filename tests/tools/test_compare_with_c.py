"""The rules printed as C give the same trials, bit for bit."""

from __future__ import annotations

import pytest
from playing import needs_kernels

from sim.scenario.loader import load
from tools import compare_with_c, to_c

pytestmark = needs_kernels
compiler = compare_with_c.find_compiler()


@pytest.mark.skipif(compiler is None, reason="no C compiler is here")
def test_c_gives_the_same_trials() -> None:
    """`compare` raises where one bit differs."""
    exp = load("debate", worldviews="neutral", starts="2026", policies=["both", "status_quo"])
    assert all(5 < figure < 10_000 for figure in compare_with_c.compare(exp, str(compiler), rounds=1, worlds=50))


@pytest.mark.skipif(compiler is None, reason="no C compiler is here")
def test_other_trials_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(to_c, "RUNTIME", to_c.RUNTIME.replace("a * b >> 64", "a * b >> 63"))
    exp = load("debate", worldviews="neutral", starts="2026", policies="both")
    with pytest.raises(RuntimeError, match="give different trials"):
        compare_with_c.compare(exp, str(compiler), rounds=1, worlds=20)
