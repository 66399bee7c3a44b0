"""The speed of the page is measured in a browser, and an absent browser is said."""

from __future__ import annotations

import shutil

import pytest
from playing import needs_kernels
from typer.testing import CliRunner

from analysis.cli import FAILED
from sim.scenario.loader import load
from tools.__main__ import app
from tools.page_speed import BROWSERS, measure


@needs_kernels
@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="there is no Chromium on this computer")
def test_the_speed_of_answers_is_measured() -> None:
    speed = measure(load("debate", worldviews="neutral", starts="2026"), "debate", moves=2)
    assert {125, 500, 4000} <= set(speed.answers)
    assert all(len(milliseconds) == 2 for milliseconds in speed.answers.values())
    assert (speed.answers[125] < speed.answers[500]).all()
    assert (speed.answers[500] < speed.answers[4000]).all()
    assert (speed.drawing > 0).all()


def test_an_absent_browser_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    told = CliRunner().invoke(app, ["page-speed"])
    assert told.exit_code == FAILED
    assert "there is no chromium or chromium-browser or google-chrome on this computer" in told.stderr
