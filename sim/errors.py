"""Faults: what is wrong in what the user wrote, and exactly where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]
"""Where something stands in the data: keys of mappings and numbers of list items, from the top."""
Mark = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in what the user wrote; line 0 where there is no line, as on the command line."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        text = f"{place}: {self.message}"
        return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


@dataclass(frozen=True)
class Document:
    """What one file, or one option of the command line, says, and where it says it."""

    file: str
    data: dict[str, Any]
    sha256: str = ""
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)

    def fault(self, path: Path, message: str, *, key: bool = False) -> Fault:
        """A fault at the value at `path` (or at its key), or at the nearest thing around it that exists."""
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        for end in range(len(path), -1, -1):
            if mark := first.get(path[:end]) or second.get(path[:end]):
                return Fault(self.file, *mark, message)
            first, second = self.keys, self.values
        return Fault(self.file, 0, 0, message)
