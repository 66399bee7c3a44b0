"""What a user sees while trials are played."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from analysis.cli import progress


def test_progress_is_told_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([100.0, 105.0, 120.0, 125.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    printed = io.StringIO()
    console = Console(file=printed, width=100)
    with progress.shown(console) as update:
        for done in (1000, 2000, 5000, 10000):
            update(done, 10000)
    assert printed.getvalue().splitlines()[-1] == "5,000 of 10,000 trials, 200 a second, 25 s left"


def test_progress_is_a_bar_on_a_terminal() -> None:
    printed = io.StringIO()
    console = Console(file=printed, width=100, force_terminal=True)
    with progress.shown(console) as update:
        update(5000, 10000)
        update(7500, 10000)
    assert "7500/10000" in printed.getvalue()


@pytest.mark.parametrize(("way", "says"), [("machine code", ""), ("python", "plain Python")])
def test_plain_python_is_announced(monkeypatch: pytest.MonkeyPatch, way: str, says: str) -> None:
    monkeypatch.setattr("sim.model.compiled.way", way)
    printed = io.StringIO()
    with progress.shown(Console(file=printed, width=200)):
        pass
    assert (says in printed.getvalue()) if says else not printed.getvalue()
