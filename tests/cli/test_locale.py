"""Folders with any letters, under a locale that has only ASCII (`LANG=C`, a cron job, a small container)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STRAIT = [sys.executable, "-c", "from analysis.cli.main import main; main()"]
RUN = "run debate --trials 20 --worldview self --start 2026 --policy both --policy status_quo --no-figures"
ASCII = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names files in Unicode under every locale")
def test_a_folder_with_other_letters_works_under_an_ascii_locale(tmp_path: Path) -> None:
    def strait(*words: str) -> str:
        done = subprocess.run(
            [*STRAIT, *words], cwd=tmp_path, env={**os.environ, **ASCII}, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode("ascii")

    strait(*RUN.split(), "--out", "台灣")
    assert "already run" in strait(*RUN.split(), "--out", "台灣")
    assert not (tmp_path / "台灣" / "damaged").exists()
    for form in ("csv", "parquet", "xlsx", "dta"):
        assert "Written" in strait("export", "台灣", f"--{form}", "--table", "summary", "--out", f"連絡:{form}")
    strait("methods", "台灣")
    (tmp_path / "台灣政策.yaml").write_text("experiment: x\n", encoding="utf-8")
    check = subprocess.run(
        [*STRAIT, "check", "台灣政策.yaml"], cwd=tmp_path, env={**os.environ, **ASCII}, capture_output=True, check=False
    )
    assert check.returncode == 2
    assert b"Traceback" not in check.stderr
