"""Saved machine code is found by all sources that it is made from, the kernel's own file included."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

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


def scale(numbers: Any, factor: float, out: Any) -> None:
    for index in range(len(out)):
        out[index] = factor * numbers[index]


def test_a_whole_number_stands_for_a_float_in_saved_code_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.translate.kernel.cache_folder", lambda: tmp_path)
    numbers = np.array([1.0, 2.0])
    for factor in (3, 3.0, True, np.int64(3)):  # the first call saves code; new kernels load it
        out = np.zeros(2)
        kernel = Kernel(scale, mark=lambda: "the same rules")
        kernel(numbers, factor, out)
        kernel.wait()
        assert out.tolist() == [float(factor), 2.0 * float(factor)]
    assert len(list(tmp_path.glob("*.object"))) == 1


@pytest.mark.parametrize("numbers", [np.zeros(6)[::2], np.zeros((2, 3)).T, np.zeros(3)[::-1]])
def test_an_array_with_gaps_is_refused(numbers: np.ndarray) -> None:
    with pytest.raises(TypeError, match="contiguous"):
        Kernel(scale)(numbers, 1.0, np.zeros(2))
