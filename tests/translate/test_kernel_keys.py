"""Saved machine code is found by all sources that it is made from, the kernel's own file included."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sim.translate.kernel import Kernel

SOURCE = "def fill(numbers):\n    for index in range(len(numbers)):\n        numbers[index] = {value}\n"


def load(path: Path) -> ModuleType:
    """Return the module in a file, always under one name."""
    spec = importlib.util.spec_from_file_location("edited", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_edited_kernel_never_runs_the_code_of_its_former_self(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = []
    for value in ("1.0", "2.0"):
        folder = tmp_path / value
        folder.mkdir()
        (folder / "edited.py").write_text(SOURCE.format(value=value), encoding="utf-8")
        kernel = Kernel(load(folder / "edited.py").fill, mark=lambda: "the same rules")
        numbers = np.zeros(1)
        kernel(numbers)
        kernel.wait()
        found.append(numbers[0])
    assert found == [1.0, 2.0]
