"""Files that are complete or absent, and a lock so that one process at a time writes to a folder."""

from __future__ import annotations

import filecmp
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.errors import FolderError

LOCK = ".lock"


def save(path: Path, content: bytes | memoryview) -> None:
    """Write a file under a hidden temporary name, sync it, rename it, and sync its folder.

    Raises OSError if the disk is full or refuses. An earlier file of this name is unchanged.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Path(folder) / "note.txt", b"text")
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
    except OSError as error:
        message = f"{error.strerror}; finished blocks are saved, and the same command continues from there"
        raise OSError(error.errno, message, str(path)) from error
    finally:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)


def temporary_path(path: Path) -> Path:
    """Hidden name of a file until it is complete; readers of Parquet folders ignore such names."""
    return path.with_name(f".{path.name}.tmp")


def sync_folder(folder: Path) -> None:
    """Write renames in a folder to the disk, so that they survive a power cut; Windows has no call for it."""
    if sys.platform != "win32":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Lock a folder for this process; the system releases the lock when the process ends, even if it is killed.

    Raises FolderError if another process has the lock, or the folder cannot be written.
    """
    path = folder / LOCK
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise FolderError(f"{folder}: cannot be written ({error.strerror}); name another folder") from error
    try:
        try:
            _lock(number)
        except OSError as error:
            holder = os.read(number, 20).decode(errors="replace").strip() or "unknown"
            raise FolderError(
                f"{folder}: process {holder} is writing there; wait for it, or name another folder"
            ) from error
        os.ftruncate(number, 0)
        os.write(number, str(os.getpid()).encode())
        yield
    finally:
        os.close(number)


def _lock(number: int) -> None:
    """Lock an open file, or fail at once; on Windows lock a byte far behind the text that others read."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(number, 1 << 20, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        os.lseek(number, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def compare_files(old: Path, new: Path, written: Iterable[str]) -> tuple[int, list[str]]:
    """How many files were compared, and which differ or are missing: all in `new`, and those that `old` has `written`.

    Manifests are not compared, since they hold times.
    """
    names = {path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()} - {"manifest.json", LOCK}
    names |= {name for name in written if (old / name).exists()}

    def differ(name: str) -> bool:
        a, b = old / name, new / name
        return not (a.is_file() and b.is_file() and filecmp.cmp(a, b, shallow=False))

    return len(names), sorted(filter(differ, names))
