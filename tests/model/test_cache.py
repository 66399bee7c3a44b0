"""Compiled rules are kept where that can be done, by several processes at once, and trusted only if their owner's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playing import needs_kernels

from sim.model import compiled

SIM = Path(compiled.__file__).parents[1]
DRAW = """
from sim.model import draws
from sim.translate import kernel
hits = []
read = kernel.read_cached
kernel.read_cached = lambda key: hits.append(read(key)) or hits[-1]
print(draws.draw_uniforms(7, ["a", "b"], 0, 3).tobytes().hex(), sum(hit is not None for hit in hits))
draws._fill.translated.wait()
"""

pytestmark = [
    needs_kernels,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows tells where a user's cache is, whatever is set"),
]


def begin(home: Path, temporary: Path, install: Path = SIM.parent) -> subprocess.Popen[str]:
    """Start a process with this home that draws numbers with what is installed there."""
    changed = {"XDG_CACHE_HOME"}
    env = {name: value for name, value in os.environ.items() if name not in changed}
    env |= {"HOME": str(home), "TMPDIR": str(temporary), "PYTHONPATH": str(install)}
    command = [sys.executable, "-W", "error", "-c", DRAW]
    return subprocess.Popen(command, env=env, cwd=temporary, stdout=subprocess.PIPE, text=True)


def drawn(process: subprocess.Popen[str]) -> tuple[str, int]:
    """The numbers, and how many functions came from the cache."""
    said, _ = process.communicate()
    assert process.returncode == 0
    numbers, hits = said.split()
    return numbers, int(hits)


def kept(folder: Path) -> list[Path]:
    """Files of compiled rules in a folder."""
    return sorted(folder.rglob("*.object"))


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def test_processes_fill_the_cache_at_once(tmp_path: Path, temporary: Path) -> None:
    together = [begin(tmp_path, temporary) for _ in range(3)]
    first = {drawn(process)[0] for process in together}
    assert len(first) == 1
    assert drawn(begin(tmp_path, temporary)) == (first.pop(), 1)
    assert kept(tmp_path)
    assert not kept(temporary)


def test_without_a_home_that_can_be_written_rules_are_kept_among_temporary_files(
    tmp_path: Path, temporary: Path
) -> None:
    home = tmp_path / "home"
    home.write_text("a file, in which no folder can be made")
    numbers, hits = drawn(begin(home, temporary))
    assert hits == 0
    (folder,) = temporary.glob("strait-*")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert kept(folder)
    assert drawn(begin(home, temporary)) == (numbers, 1)


def test_a_folder_that_others_can_write_is_not_trusted(tmp_path: Path, temporary: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file, in which no folder can be made")
    drawn(begin(home, temporary))
    (folder,) = temporary.glob("strait-*")
    folder.chmod(0o777)
    assert drawn(begin(home, temporary))[1] == 0
    assert len([*temporary.glob("strait-*")]) == 2


def test_nothing_is_written_into_an_install(tmp_path: Path, temporary: Path) -> None:
    install, home = tmp_path / "install", tmp_path / "home"
    shutil.copytree(SIM, install / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    home.mkdir()
    folders = [path for path in [install, *install.rglob("*")] if path.is_dir()]
    for folder in folders:
        folder.chmod(0o555)
    try:
        drawn(begin(home, temporary, install))
        assert kept(home)
        assert not kept(install)
    finally:
        for folder in folders:
            folder.chmod(0o755)
