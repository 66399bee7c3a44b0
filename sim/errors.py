"""One family of errors: everything that a user can correct, with the base class `StraitError`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""Position in a file's data: the keys of mappings and the indices of list items, from the top."""
Mark = tuple[int, int]
"""Line and column, counted from 1."""


@dataclass(frozen=True, order=True)
class Fault:
    """One error in a file or an option, and its position; the line is 0 where there is none."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        position = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        text = f"{position}: {self.message}"
        return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class StraitError(Exception):
    """Base of all errors that a user can correct; the command prints the text and ends with exit code 2."""


class ScenarioError(StraitError, ValueError):
    """Raised when scenario files or options are wrong.

    `faults` lists every fault with its position; the text has one line for each.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)


class FileReferenceError(StraitError):
    """Raised when a name or path in a scenario file leads to no file that may be read; becomes a fault there."""


class QuestionError(StraitError, ValueError):
    """Raised when an argument names something that the experiment lacks, or a question has no answer in it."""


class ShareError(StraitError, ValueError):
    """Raised when `--part` names a share that the run cannot be cut into."""


class FolderError(StraitError):
    """Raised when a folder of results cannot be read, written or continued."""


class ClusterError(StraitError):
    """Raised when a cluster cannot be used: its library, its address or its workers are missing."""


class ClusterLostError(StraitError):
    """Raised when a cluster disappears during a run; every finished block is on disk.

    The run can be continued, so the command ends with exit code 1.
    """


class WorkerError(StraitError):
    """Raised by a worker whose results would not be bit-identical: its address, and what differs."""

    def __init__(self, address: str, differences: str) -> None:
        super().__init__(address, differences)
        self.address, self.differences = address, differences


class RuleError(StraitError):
    """Raised where a rule divides by zero, never ends or uses an index outside its array, with line and trial."""
