"""Files that are whole or absent, and folders that one process at a time writes to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.errors import FolderError

LOCK = ".lock"


def save(path: Path, content: bytes | memoryview) -> None:
    """Write a file under a hidden temporary name, sync it, rename it, and sync its folder.

    Raises
    ------
    OSError
        If the disk is full or refuses; what stood under this name before is still there, untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Path(folder) / "note.txt", b"kept")
    ...     [path.name for path in Path(folder).iterdir()]
    ['note.txt']
    """
    hidden = temporary_path(path)
    try:
        with hidden.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(path)
        sync_folder(path.parent)
    except OSError as fault:
        said = f"{fault.strerror}; what was kept before is whole, and the same command goes on from there"
        raise OSError(fault.errno, said, str(path)) from fault
    finally:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)


def temporary_path(path: Path) -> Path:
    """The hidden name a file has until it is whole; readers of Parquet folders pass over such names."""
    return path.with_name(f".{path.name}.tmp")


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last through a power cut, where the system can."""
    if sys.platform != "win32":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; the system lets go of it when the process ends, however it ends.

    Raises
    ------
    FolderError
        If another process holds it, or nothing can be written there.
    """
    path = folder / LOCK
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as fault:
        raise FolderError(f"{folder}: nothing can be written there ({fault.strerror}); name another folder") from fault
    try:
        try:
            _hold(number)
        except OSError as fault:
            holder = os.read(number, 20).decode(errors="replace").strip() or "unknown"
            raise FolderError(
                f"{folder}: another process (number {holder}) is writing there; wait for it, or name another folder"
            ) from fault
        os.ftruncate(number, 0)
        os.write(number, str(os.getpid()).encode())
        yield
    finally:
        os.close(number)


def _hold(number: int) -> None:
    """Lock an open file, or fail at once; on Windows a byte far past what others read."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(number, 1 << 20, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        os.lseek(number, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
