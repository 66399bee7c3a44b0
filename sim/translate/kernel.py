"""Kernels: Python functions that run as machine code, which is kept in the user's cache folder.

The first call with arguments of certain kinds reads the function and all rules that it calls, compiles them without
optimisation in a twentieth of a second, and runs. Meanwhile a thread compiles them again with all optimisation, which
takes a second or two, swaps the code, and keeps it. Both give the same bits. In the next process the kept code is
linked in a few thousandths of a second, without reading any rule.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import json
import os
import stat
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sim.translate.machine import Compiled, compile_object, processor
from sim.translate.subset import ANNOTATED, Array, Kind, Program, kind_of_value, widens

LARGEST_CACHE_BYTES = 16_000_000  # some two hundred kernels; the oldest go


class Kernel:
    """A function of arrays and numbers that fills its arguments and returns nothing.

    Parameters
    ----------
    function
        In the subset of `sim.translate.subset`, as is all that it calls.
    mark
        Gives a hash of all sources that decide what the function does: code that is kept is known by it. Without one
        (for agents of one's own) it is known by what is printed, and indices are checked.
    is_current
        Says whether the sources are still as `mark` has them; if not, nothing is kept.
    dropped
        Functions whose calls are left out.

    Examples
    --------
    >>> import numpy as np
    >>> def double(numbers):
    ...     for index in range(len(numbers)):
    ...         numbers[index] = 2.0 * numbers[index]
    >>> numbers = np.array([1.0, 2.5])
    >>> Kernel(double)(numbers)
    >>> numbers.tolist()
    [2.0, 5.0]
    """

    def __init__(
        self,
        function: Callable[..., None],
        mark: Callable[[], str] | None = None,
        dropped: Iterable[Callable[..., Any]] = (),
        is_current: Callable[[], bool] = lambda: True,
    ) -> None:
        """Remember the function; nothing is compiled before the first call."""
        functools.update_wrapper(self, function)
        self.function, self._mark, self._dropped = function, mark, tuple(dropped)
        self._ready: dict[tuple[Kind | None, ...], Compiled] = {}
        self._is_current = is_current
        noted = inspect.signature(function).parameters.values()
        self._wanted = [ANNOTATED.get(getattr(each.annotation, "__name__", each.annotation)) for each in noted]
        self._lock = threading.Lock()
        self._optimising: list[threading.Thread] = []

    def __call__(self, *given: Any) -> None:
        """Run the function.

        Raises
        ------
        NotInSubset
            At the first call, for what cannot be translated.
        TypeError
            For an array whose numbers do not lie one after another: machine code would read others.
        ZeroDivisionError
            With the file and line of the rule. What had been filled by then stays so.
        """
        kinds = self._kinds(given)
        compiled = self._ready.get(kinds) or self._prepare(kinds)
        try:
            compiled(*given)
        except (ZeroDivisionError, IndexError):
            self._ready.pop(kinds, None)  # its note of the fault stays, so that other threads in it stop as well
            raise

    def is_kept(self, *given: Any) -> bool:
        """Return whether code for such arguments is there already, in this process or in the cache folder."""
        kinds = self._kinds(given)
        if kinds in self._ready or self._mark is None:
            return kinds in self._ready
        return read_cached(self._key(kinds, self._mark())) is not None

    def wait(self) -> None:
        """Wait until optimised code is in place."""
        for thread in self._optimising:
            thread.join()

    def stop(self) -> None:
        """End every call that is under way, in whatever thread: each raises an error."""
        for compiled in self._ready.values():
            compiled.stop()
        self._ready.clear()

    def _kinds(self, given: Sequence[Any]) -> tuple[Kind | None, ...]:
        """The kinds that the code takes: a whole number given for a float is a float, also for code that is kept."""
        kinds = tuple(map(kind_of_value, given))
        for kind, value in zip(kinds, given, strict=True):
            if isinstance(kind, Array) and not value.flags.c_contiguous:
                raise TypeError(f"{self.function.__name__}: an array must be contiguous, see numpy.ascontiguousarray")
        if len(kinds) != len(self._wanted):
            return kinds  # refused when the function is read
        pairs = zip(kinds, self._wanted, strict=True)
        return tuple(wanted if kind and wanted and widens(kind, wanted) else kind for kind, wanted in pairs)

    def _key(self, kinds: tuple[Kind | None, ...], mark: str) -> str:
        source = Path(self.function.__code__.co_filename)  # a kernel need not lie among the sources that `mark` covers
        own = hashlib.sha256(source.read_bytes()).hexdigest() if source.is_file() else ""
        text = f"{mark} {own} {self.function.__module__}.{self.function.__qualname__} {kinds} {processor()}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _prepare(self, kinds: tuple[Kind | None, ...]) -> Compiled:
        with self._lock:
            if kinds in self._ready:
                return self._ready[kinds]
            key = self._key(kinds, self._mark()) if self._mark else None
            cached = read_cached(key) if key else None
            if cached is None:
                from sim.translate.to_llvm import print_llvm

                program = Program(self._dropped)
                entry = program.read(self.function, kinds)  # type: ignore[arg-type]
                text = print_llvm(program, entry, check_indices=self._mark is None)
                key = key or self._key(kinds, hashlib.sha256(f"{text} {program.sites}".encode()).hexdigest())
                cached = read_cached(key)
            if cached is None:
                first = Compiled(compile_object(text, level=0), entry.name, kinds, program.sites)  # type: ignore[arg-type]
                rest = kinds, key, text, entry.name, program.sites
                thread = threading.Thread(target=self._optimise, args=rest)
                self._optimising.append(thread)
                self._ready[kinds] = first
                thread.start()
            else:
                code, said = cached
                self._ready[kinds] = Compiled(code, said["name"], kinds, said["sites"])  # type: ignore[arg-type]
            return self._ready[kinds]

    def _optimise(self, kinds: tuple[Kind | None, ...], key: str, text: str, name: str, sites: list[str]) -> None:
        code = compile_object(text)
        self._ready[kinds] = Compiled(code, name, kinds, sites)  # type: ignore[arg-type]
        if self._is_current():  # rules are read from their files: what was edited meanwhile is not what was loaded
            write_cached(key, code, {"name": name, "sites": sites})


@functools.cache
def cache_folder() -> Path:
    """Return the folder of kept code: the user's cache folder, or a private temporary one where that cannot be written.

    What is kept there will be run, so a temporary folder must belong to this user alone.
    """
    import platformdirs

    with contextlib.suppress(OSError):
        folder = Path(platformdirs.user_cache_dir("strait")) / "kernels"
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    folder = Path(tempfile.gettempdir()) / "strait-kernels"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if not hasattr(os, "getuid") or (status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) == 0o700):
            return folder
    return Path(tempfile.mkdtemp(prefix="strait-"))


def read_cached(key: str) -> tuple[bytes, dict[str, Any]] | None:
    """Return kept machine code and what was noted beside it; None where there is none, or it is damaged."""
    path = cache_folder() / f"{key}.object"
    try:
        hash_, head, code = path.read_bytes().split(b"\n", 2)
        if hashlib.sha256(head + code).hexdigest().encode() != hash_:
            return None
        path.touch()  # the oldest by use are removed first
        noted: dict[str, Any] = json.loads(head)
    except (OSError, ValueError):
        return None
    return code, noted


def write_cached(key: str, code: bytes, noted: dict[str, Any]) -> None:
    """Keep machine code, whole or not at all, and make room for it; where nothing can be kept nothing is."""
    head = json.dumps(noted).encode()
    content = hashlib.sha256(head + code).hexdigest().encode() + b"\n" + head + b"\n" + code
    folder = cache_folder()
    with contextlib.suppress(OSError):
        descriptor, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(temporary).replace(folder / f"{key}.object")
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
        kept = sorted(folder.glob("*.object"), key=lambda path: path.stat().st_mtime, reverse=True)
        room = LARGEST_CACHE_BYTES
        for path in kept:
            room -= path.stat().st_size
            if room < 0:
                path.unlink()
