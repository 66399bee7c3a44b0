"""Machine code is linked also where a process has little room left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="takes addresses as Linux gives them")
def test_code_is_linked_where_addresses_lie_far_apart(tmp_path: Path) -> None:
    program = [sys.executable, str(Path(__file__).with_name("crowded.py"))]
    ran = subprocess.run(program, capture_output=True, text=True, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)})
    assert (ran.returncode, ran.stdout.strip()) == (0, "0.9999"), ran.stderr
