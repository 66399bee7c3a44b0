"""A small copy of the scenarios, and a user's folder beside them, for tests to spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.scenario import loader

BROKEN = Path(__file__).parent / "broken"


def planted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, with both in it: one is taken for the shipped scenarios, the other is where we are."""
    for name in ("scenarios", "home"):
        shutil.copytree(BROKEN / name, folder / name)
    monkeypatch.setattr(loader, "shipped_folder", lambda: folder / "scenarios")
    monkeypatch.chdir(folder / "home")
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    """Put `new` where `old` first stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
