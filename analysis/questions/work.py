"""Long work in pieces, spread over threads; each piece is saved when it is done, so an interruption loses none."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    from sim.engine.question import Question
    from sim.results.result import Progress

T = TypeVar("T")
Arrays = dict[str, NDArray[Any]]
CACHE_FOLDER = "played"  # beside the tables


@dataclass(frozen=True)
class Work:
    """How work is done. None of it changes a result.

    Attributes
    ----------
    folder
        Where pieces are saved, so that the same call continues after an interruption; without one none is.
    workers
        Threads; by default one per processor.
    progress
        Called now and then with the trials done and the trials to do.
    """

    folder: Path | None = None
    workers: int | None = None
    progress: Progress | None = None

    def cache(self, question: Question, *more: object) -> Cache:
        """Saved pieces of one question; `more` is all else that a piece depends on, such as its size."""
        return Cache(self.folder and self.folder / CACHE_FOLDER, fingerprint(question, *more))

    def map(self, task: Callable[[int], T], pieces: Iterable[int], counter: Counter, trials: int) -> list[T]:
        """Results of a task on each piece, in order; each adds its trials. An interrupt leaves no thread behind."""
        pool = ThreadPoolExecutor(self.workers or batch.workers_here())
        try:
            results = []
            for future in [pool.submit(task, piece) for piece in pieces]:
                results.append(future.result())
                counter.add(trials)
            return results
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@dataclass
class Counter:
    """Trials done, of those planned so far; each addition is reported."""

    progress: Progress | None
    total: int = 0
    done: int = 0

    def add(self, trials: int) -> None:
        """Count these trials as done."""
        self.done += trials
        if self.progress:
            self.progress(self.done, self.total)


@dataclass(frozen=True)
class Cache:
    """Arrays saved in a folder, under the fingerprint of what they depend on; without a folder none is saved.

    >>> Cache(None, "fingerprint").read("block 1") is None
    True
    """

    folder: Path | None
    fingerprint: str = field(repr=False)

    def read(self, name: str) -> Arrays | None:
        """Return the arrays saved under a name; None if there are none, or the file is damaged."""
        if self.folder is None:
            return None
        try:
            with np.load(io.BytesIO(self._path(self.folder, name).read_bytes())) as saved:
                return {key: saved[key] for key in saved.files}
        except (OSError, ValueError, EOFError, KeyError, BadZipFile):
            return None

    def write(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Save arrays under a name, completely or not at all."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **arrays)
        disk.save(self._path(self.folder, name), content.getbuffer())

    def recall(self, name: str, compute: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Return the array saved under a name, or compute it and save it."""
        saved = self.read(name)
        if saved is not None and "values" in saved:
            return saved["values"]
        values = compute()
        self.write(name, {"values": values})
        return values

    def _path(self, folder: Path, name: str) -> Path:
        return folder / f"{self.fingerprint}-{name}.npz"


def fingerprint(question: Question, *more: object) -> str:
    """Short name for everything that a result depends on: the rules, the inputs, the question.

    >>> import sim
    >>> from sim.engine.question import Question
    >>> len(fingerprint(Question.of(sim.load("debate"))))
    16
    """
    inputs = question.experiment.resolved()
    for name in ("trials", "files"):
        del inputs[name]
    names = [question.contrast, question.start.name, question.worldview.name, question.outcomes]
    if question.agents:  # no name says what a class was like when it was read: nothing is kept beyond this question
        names.append(uuid.uuid4().hex)
    text = json.dumps([compiled.hash_rules(), inputs, names, more], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Make a folder and lock it against other processes.

    Raises FolderError if it cannot be written or another process uses it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise FolderError(f"{folder}: cannot be made ({fault.strerror}); name another folder") from fault
    with disk.lock_folder(folder):
        yield
