"""The files of a run, for tests that two folders hold the same bytes."""

from __future__ import annotations

from pathlib import Path

Files = dict[str, bytes]


def files(folder: Path) -> Files:
    """Give every file of a run but those that hold the time or a process number."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"manifest.json", ".lock"} and path.parent.name != "damaged"
    }
