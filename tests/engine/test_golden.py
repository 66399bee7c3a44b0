"""The model does what it did: means of each cell against a baseline that changes only with a reason."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import make_golden
import pytest
from playing import needs_kernels


@needs_kernels
def test_every_cell_has_the_means_it_had() -> None:
    now, before = make_golden.rows(), make_golden.kept()
    cells = [tuple(row[name] for name in make_golden.CELL) for row in before]
    assert [tuple(row[name] for name in make_golden.CELL) for row in now] == cells
    moved = {
        (cell, name): (old[name], new[name])
        for cell, old, new in zip(cells, before, now, strict=True)
        for name in make_golden.MAIN
        if float(new[name]) != pytest.approx(float(old[name]), rel=1e-9, abs=1e-12)
    }
    assert not moved, 'if this is meant: python tests/make_golden.py "reason"'


def test_the_baseline_has_a_reason() -> None:
    lines = make_golden.REASONS.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("- ") and len(line.split()) > 2]


def test_nobody_changes_the_baseline_without_saying_why() -> None:
    script = Path(make_golden.__file__)
    command, root = [sys.executable, str(script)], script.parents[2]
    before = make_golden.TABLE.read_bytes()
    for arguments in ([], ["because"]):
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=root)
        assert done.returncode == 1
        assert "Say why" in done.stderr
    assert make_golden.TABLE.read_bytes() == before
