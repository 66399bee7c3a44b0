"""Long work in pieces: spread over threads, and each piece kept as soon as it is done, so that none is lost."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sim.engine import batch
from sim.errors import FolderError
from sim.model import compiled
from sim.results import disk

if TYPE_CHECKING:
    from sim.engine.question import Asked

T = TypeVar("T")
Arrays = dict[str, NDArray[Any]]
KEPT = "played"  # folder beside the tables


class Shelf:
    """Arrays kept in a folder under the mark of what they were made from; without a folder nothing is kept.

    >>> Shelf(None, "mark").read("block 1") is None
    True
    """

    def __init__(self, folder: Path | None, mark: str) -> None:
        """Keep what bears this mark in a folder, which need not exist."""
        self._folder, self._mark = folder and folder / KEPT, mark

    def read(self, name: str) -> Arrays | None:
        """Give back what was kept under a name; None if nothing was, or it is damaged."""
        if self._folder is None:
            return None
        try:
            with np.load(io.BytesIO(self._path(self._folder, name).read_bytes())) as kept:
                return {key: kept[key] for key in kept.files}
        except (OSError, ValueError, EOFError, KeyError, BadZipFile):
            return None

    def write(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays under a name, whole or not at all."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        made = io.BytesIO()
        np.savez(made, allow_pickle=False, **arrays)
        disk.save(self._path(self._folder, name), made.getbuffer())

    def _path(self, folder: Path, name: str) -> Path:
        return folder / f"{self._mark}-{name}.npz"


def mark(asked: Asked, *more: object) -> str:
    """Short name for all that the answers to a question depend on: the rules, the inputs, what is asked.

    >>> import sim
    >>> from sim.engine.question import ask
    >>> len(mark(ask(sim.load("debate"))))
    16
    """
    content = asked.exp.resolved()
    for name in ("trials", "files"):
        del content[name]
    names = [[policy.name for policy in asked.policies], asked.start.name, asked.worldview.name, asked.outcomes]
    told = json.dumps([compiled.rules_mark(), content, names, more], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def spread(task: Callable[[int], T], pieces: Iterable[int], workers: int | None, done: Callable[[], object]) -> list[T]:
    """Results of a task on each piece, in order; `done` is called after each. An interrupt leaves no thread behind."""
    pool = ThreadPoolExecutor(workers or batch.workers_here())
    try:
        waiting = [pool.submit(task, piece) for piece in pieces]
        found = []
        for one in waiting:
            found.append(one.result())
            done()
        return found
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def held(folder: Path | None) -> Iterator[None]:
    """Make a folder and hold it against other processes, if there is one.

    Raises FolderError if it cannot be written or another process holds it.
    """
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise FolderError(f"{folder}: cannot be made ({fault.strerror}); name another folder") from fault
    with nullcontext() if folder is None else disk.lock_folder(folder):
        yield
