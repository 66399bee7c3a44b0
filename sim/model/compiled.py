"""Rules run compiled where numba is installed, as plain Python where it is not, and with agents in a Mesa model.

The rules are written once. `rule` compiles a function; `twin` gives a module's functions uncompiled and
lets other things stand where the module's own names stood: the plain twins of other modules, or four agents.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import platform
import stat
import tempfile
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])


def rules_mark() -> str:
    """A hash of all that decides what a trial is: the sources of the rules, the order of play and the draws."""
    sim, mark = Path(__file__).parents[1], hashlib.sha256()
    outer = [sim / name for name in ("scenario/distributions.py", "engine/setup.py", "engine/batch.py")]
    for source in [*outer, *sorted((sim / "model").rglob("*.py"))]:
        mark.update(source.name.encode() + source.read_bytes())
    return mark.hexdigest()


def _cache_folder() -> str:
    """A folder for compiled rules, named for what they were compiled from; temporary if none can be written."""
    import llvmlite.binding
    import platformdirs

    versions = f"{platform.python_version()} {numba.__version__} {np.__version__} {llvmlite.__version__}"
    made_by = f"{versions} {llvmlite.binding.get_host_cpu_name()} {Path(__file__).parent}"
    name = hashlib.sha256(f"{rules_mark()} {made_by}".encode()).hexdigest()[:16]
    try:
        folder = Path(platformdirs.user_cache_dir("strait")) / name
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder)
    except OSError:
        return _temporary(f"strait-{name}")


def _temporary(name: str) -> str:
    """A folder of this user's own among temporary files: what is kept there will be run."""
    folder = Path(tempfile.gettempdir()) / name
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not hasattr(os, "getuid") or (found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == 0o700):
            return str(folder)
    return tempfile.mkdtemp(prefix="strait-")


try:
    import numba

    COMPILED = not numba.config.DISABLE_JIT  # NUMBA_DISABLE_JIT=1 asks for plain Python
    if COMPILED and not os.environ.get("NUMBA_CACHE_DIR"):
        numba.config.CACHE_DIR = _cache_folder()
except ImportError:
    COMPILED = False


PLAINLY = "numba is missing or switched off, so the rules run as plain Python: the same results, very much slower."


def rule(function: Function) -> Function:
    """Compile `function` if numba is there; the result is called the same way.

    >>> @rule
    ... def twice(x: float) -> float:
    ...     return 2 * x
    >>> twice(2.0)
    4.0
    """
    if not COMPILED:
        return function
    compiled: Function = numba.njit(nogil=True)(function)
    return compiled


def kernel(function: Function) -> Function:
    """Like `rule`, for the outermost functions: what they were compiled to is kept between runs."""
    if not COMPILED:
        return function
    compiled: Function = numba.njit(nogil=True, cache=True)(function)
    return compiled


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """The Python function behind a rule."""
    return getattr(function, "py_func", function)


def twin(module: types.ModuleType, **names: Any) -> types.SimpleNamespace:
    """The functions of `module`, uncompiled, which see `names` where they saw the module's own.

    >>> from sim.model.rules import us
    >>> twin(us).intervenes(0.6, 0.5)
    True
    """
    space: dict[str, Any] = {**vars(module), **names}
    for name, value in vars(module).items():
        function = plain(value)
        if isinstance(function, types.FunctionType) and function.__module__ == module.__name__ and name not in names:
            space[name] = functools.wraps(function)(types.FunctionType(function.__code__, space, name))
    return types.SimpleNamespace(**space)


def kept() -> bool:
    """True if the kernels need not be compiled: they were before, or rules run as plain Python."""
    return not COMPILED or any(Path(numba.config.CACHE_DIR).rglob("*play_block*.nbi"))
