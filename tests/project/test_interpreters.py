"""The same bytes from Python 3.11, 3.12 and 3.13: each that is on this computer, in an environment of its own.

The environments stay in pytest's cache folder, so only the first run waits for their installation. To leave
these tests out: `pytest -m "not interpreters"`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
OTHERS = [version for version in ("3.11", "3.12", "3.13") if version != HERE]
SAME = ("numpy", "scipy", "llvmlite", "pandas", "pyarrow")  # libraries whose release may change a last bit
RUN = ["run", "debate", "--trials", "10", "--no-figures", "--fresh", "--out"]

pytestmark = pytest.mark.interpreters


def candidates(version: str) -> Iterator[list[str]]:
    """Commands that might start this Python: on the path, of pyenv, of Windows' launcher."""
    if found := shutil.which(f"python{version}"):
        yield [found]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from ([str(path)] for path in sorted(pyenv.glob(f"versions/{version}.*/bin/python")))
    if found := shutil.which("py"):
        yield [found, f"-{version}"]


def interpreter(version: str) -> list[str]:
    """The first that does start it; without one the test is skipped, and says so."""
    ask = ["-c", "import sys; print(*sys.version_info[:2], sep='.')"]
    for command in candidates(version):
        answer = subprocess.run([*command, *ask], capture_output=True, text=True, check=False)
        if answer.stdout.strip() == version:
            return command
    pytest.skip(f"Python {version} is not on this computer (no python{version} on the path, none of pyenv's)")


def start(words: list[str]) -> None:
    """Run a command without what the variables of this Python would tell another; if it fails, say how."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"


def environment(version: str, folder: Path) -> str:
    """The Python of an environment in which this checkout is installed, beside the very libraries used here."""
    python = str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    wanted = [f"{name}=={metadata.version(name)}" for name in SAME]
    stamp = folder / "installed"
    content = "\n".join([str(ROOT), *wanted, (ROOT / "pyproject.toml").read_text(encoding="utf-8")])
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != content:
        start([*interpreter(version), "-m", "venv", "--clear", str(folder)])
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile"]
        start([*pip, *wanted, "--editable", str(ROOT)])
        stamp.write_text(content, encoding="utf-8")
    return python


def hashes(python: str, folder: Path) -> dict[str, str]:
    """Play a small experiment by the command line; a hash of each table and part."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from analysis.cli.main import main; main()"
    start([python, "-c", code, *RUN, str(folder)])
    files = [*folder.rglob("*.parquet"), *folder.rglob("*.csv")]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files if path.is_file()
    }  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The hashes from this interpreter."""
    return hashes(sys.executable, tmp_path_factory.mktemp("here"))


@pytest.mark.parametrize("version", OTHERS)
def test_another_python_gives_the_same_bytes(
    version: str, here: dict[str, str], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    interpreter(version)
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("interpreters")
    assert {"summary.csv", "differences.csv", "rungs.parquet", "trials.parquet/part-00000.parquet"} <= {*here}
    assert hashes(environment(version, folder / version), tmp_path) == here
