"""How the rules run: as machine code that `sim.translate` makes of them, or as plain Python.

The rules are written once, as plain functions. A `kernel` is an outermost function that is translated with all that it
calls. `twin` gives a module's functions with other things where the module's own names stood: four agents, or the
functions of other twins. STRAIT_RULES=python in the environment asks for plain Python, which needs no llvmlite.

One release long numba can stand in on systems where the translation has not been tried: `STRAIT_RULES=numba`, or by
itself where a translated kernel does not give what plain Python gives (`sim.engine.batch.check_kernel`).
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import logging
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.errors import StraitError
from sim.model import trace

WAYS = ("machine code", "numba", "python")
PLAINLY = "The rules run as plain Python (llvmlite is missing, or not wanted): the same results, very much slower."


def hash_sources() -> str:
    """Give a hash of the files, as they are now, that decide what a trial is."""
    sim, mark = Path(__file__).parents[1], hashlib.sha256()
    outer = [sim / name for name in ("scenario/distributions.py", "engine/setup.py", "engine/batch.py")]
    for source in [*outer, *sorted((sim / "model").rglob("*.py")), *sorted((sim / "translate").rglob("*.py"))]:
        mark.update(source.name.encode() + source.read_bytes())
    return mark.hexdigest()


def _choose(function: Callable[..., Any], *given: Any) -> Callable[..., Any]:
    """What numba asks when it compiles: which function stands for another."""
    return function


def _way_at_first() -> str:
    wanted = os.environ.get("STRAIT_RULES") or WAYS[0]
    if wanted not in WAYS:
        raise StraitError(f"STRAIT_RULES: must be one of {', '.join(WAYS)}, got {wanted!r}")
    return wanted if importlib.util.find_spec("llvmlite") else "python"


way = _way_at_first()


def fall_back() -> None:
    """Run the rules by numba from now on, or as plain Python, since new machine code was wrong; say so in one line."""
    global way
    way = "numba" if importlib.util.find_spec("numba") and way != "numba" else "python"
    logging.getLogger("sim").warning(
        f"On this computer the rules as machine code differ from the same rules in Python, so they run by {way}."
    )


def is_compiled() -> bool:
    """Return whether kernels run as machine code."""
    return way != "python"


SOURCES_AT_IMPORT = hash_sources()


def hash_rules() -> str:
    """Give a hash of all that decides what a trial is: the rules, the order of play, the draws, the translator.

    It is of the files as they were when they were loaded.
    """
    return SOURCES_AT_IMPORT


class RulesKernel:
    """A kernel: called like the function that it is made of, and run in the way that is chosen when it is called."""

    def __init__(self, function: Callable[..., None]) -> None:
        """Compile nothing yet."""
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *given: Any) -> None:
        """Run the function; see `sim.translate.kernel.Kernel` for what it raises."""
        self.run(*given)

    @property
    def run(self) -> Callable[..., None]:
        """The function as it runs now."""
        return self.translated if way == "machine code" else self.by_numba if way == "numba" else self.function

    @functools.cached_property
    def translated(self) -> Any:
        """The function as machine code of our own."""
        from sim.translate.kernel import Kernel

        return Kernel(
            self.function, hash_rules, dropped=(trace.note,), is_current=lambda: hash_sources() == SOURCES_AT_IMPORT
        )

    @functools.cached_property
    def by_numba(self) -> Callable[..., None]:
        """The function as numba compiles it. Raises ImportError where numba is missing."""
        import numba

        from sim.translate.for_numba import teach

        teach(numba)
        for name, module in list(sys.modules.items()):
            if name.startswith(("sim.model.", "sim.engine.batch")):
                for function in vars(module).values():
                    if isinstance(function, types.FunctionType) and function.__module__ == name:
                        meant = getattr(function, "translated_as", function)
                        numba.extending.register_jitable(no_cfunc_wrapper=True)(meant)
                        if meant is not function:
                            chosen = functools.wraps(meant)(functools.partial(_choose, meant))
                            numba.extending.overload(function)(chosen)
        compiled: Callable[..., None] = numba.njit(nogil=True)(self.function)
        return compiled

    def stop(self) -> None:
        """End every call that is under way as machine code."""
        if way == "machine code":
            self.translated.stop()

    def is_kept(self, *given: Any) -> bool:
        """Return whether a call with such arguments would have nothing to compile."""
        return way == "python" or (way == "machine code" and self.translated.is_kept(*given))


kernel = RulesKernel


def twin(module: types.ModuleType, **names: Any) -> types.SimpleNamespace:
    """Give the functions of `module`, which see `names` where they saw the module's own.

    >>> from sim.model.rules import us
    >>> twin(us).intervenes(0.6, 0.5)
    True
    """
    space: dict[str, Any] = {**vars(module), **names}
    for name, function in vars(module).items():
        if isinstance(function, RulesKernel):
            function = function.function
        if isinstance(function, types.FunctionType) and function.__module__ == module.__name__ and name not in names:
            space[name] = functools.wraps(function)(types.FunctionType(function.__code__, space, name))
    return types.SimpleNamespace(**space)
