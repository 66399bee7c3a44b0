"""Ctrl-C, as a user presses it: prompt, told in words, and nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-c", "from analysis.cli.main import main; main()", "run", "debate", "--start=2026",
       "--worldview=neutral", "--policy=both", "--policy=status_quo", "--no-figures", "--out=out"]  # fmt: skip
STUCK = """
import time
from analysis.cli import interrupt
try:
    with interrupt.stop_promptly("told", 130):
        try:
            print("begun", flush=True)
            time.sleep(60)
        finally:
            time.sleep(60)  # as a compile that cannot be called off
except KeyboardInterrupt:
    print("never")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console")
def test_a_run_stops_at_once_and_goes_on(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*RUN, "--trials=500000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not (tmp_path / "out" / "trials.parquet" / "part-00000.parquet").exists():
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command continues" in said
    assert "Traceback" not in said
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["status"] == "running"
    assert not list((tmp_path / "out").rglob("*.tmp"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console")
def test_what_cannot_be_called_off_is_left() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=30)
    assert (out, process.returncode, said.strip()) == ("", 130, "told")
