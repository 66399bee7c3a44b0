"""What all tests share: the same random cases on every machine, no time limit on any of them, and the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from telling import Strait
from typer.testing import CliRunner

from analysis.cli import main

settings.register_profile("strait", deadline=None, derandomize=True)
settings.load_profile("strait")


@pytest.fixture
def strait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Strait:
    """Return the command, run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *words: CliRunner().invoke(main.app, [*words])
