"""Pictures of every screen are taken, and a wrong name is refused with the right ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playing import needs_kernels
from typer.testing import CliRunner

from analysis.cli import BAD_INPUT, FAILED
from analysis.page import build
from tools import screenshots
from tools.__main__ import app
from tools.page_speed import BROWSERS


@needs_kernels
@pytest.mark.slow
@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="there is no Chromium on this computer")
def test_every_screen_is_in_the_pictures(tmp_path: Path) -> None:
    made = list(screenshots.take(tmp_path, ["ja"], ["small"], ["dark"], whole=False))
    names = [path.stem.removeprefix("ja-").removesuffix("-small-dark") for path in made]
    assert not [screen for screen in build.SCREENS if not any(name.startswith(screen) for name in names)]
    assert {"reveal", "debrief", "class_door", "class_room", "class_teach_beliefs"} <= set(names)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in made)
    assert len({path.read_bytes() for path in made}) == len(made), "each shows something else"


def test_a_wrong_name_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["screenshots", str(tmp_path), "--size", "phon"])
    assert result.exit_code == BAD_INPUT
    assert "phone" in result.stderr


def test_an_absent_browser_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    result = CliRunner().invoke(app, ["screenshots", str(tmp_path), "--language", "en"])
    assert result.exit_code == FAILED
    assert "there is no chromium or chromium-browser or google-chrome on this computer" in result.stderr
