"""A small copy of the scenarios and a user's folder, for tests that change files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.scenario import shipped

BROKEN = Path(__file__).parent / "broken"


def copy_scenarios(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy both into the folder; the first replaces the shipped scenarios, the second is the current folder."""
    for name in ("scenarios", "home"):
        shutil.copytree(BROKEN / name, folder / name)
    monkeypatch.setattr(shipped, "__file__", str(folder / "sim" / "scenario" / "shipped.py"))
    monkeypatch.chdir(folder / "home")
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file by `new`."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
