"""The notebooks of docs/ run as they stand, on this very interpreter, and show figures and no NaN."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from playing import needs_kernels
from traitlets import default

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
FIGURES = {"scenarios_with_ema_workbench": 2, "sensitivity_with_salib": 3}


class Here(AsyncKernelManager):
    """Kernels of this interpreter: none that somebody registered is looked for."""

    @default("kernel_spec_manager")
    def _no_folders(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])


def read(page: Path) -> Any:
    return nbformat.reads(page.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]


def played(page: Path) -> Any:
    """Run a notebook and return it with its outputs."""
    how: dict[str, Any] = {"kernel_name": "python3", "kernel_manager_class": Here, "timeout": 300}
    return NotebookClient(read(page), resources={"metadata": {"path": str(ROOT)}}, **how).execute()


def test_each_has_its_number_of_figures() -> None:
    assert {page.stem for page in PAGES} == {*FIGURES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_notebook_has_no_outputs(page: Path) -> None:
    """Outputs go stale and fill the history; whoever opens a notebook runs it."""
    notebook = read(page)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert sum("assert " in cell.source for cell in code) >= 3
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", "".join(cell.source for cell in notebook.cells)):
        assert (page.parent / link).exists(), link


@needs_kernels
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_notebook_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    found = [output for cell in played(page).cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output for output in found if "image/png" in output.get("data", {})]
    assert len(pictures) == FIGURES[page.stem]
    texts = [output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in found]
    assert not re.search(r"\b(nan|inf|warning)\b", "".join(texts), re.IGNORECASE)
