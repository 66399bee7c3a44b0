"""Where scenario files are found, and which may be read: the experiment's folder tree and the shipped one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sim.errors import Fault
from sim.scenario.messages import nearest, show, unknown
from sim.scenario.yaml_marks import LARGEST_BYTES, Document, parse

FOLDERS = {"experiment": "", "policy": "policies", "worldview": "worldviews", "start": "starts", "values": "values"}
"""The folder in which the files of a kind are looked for by name."""


class NotFound(Exception):
    """Its text says why a name or path leads to no file that may be read."""


def read(path: Path, label: str, *, loose: bool = False) -> tuple[Document | None, list[Fault]]:
    """The document in a file, or None, with all faults of its form; `loose` as in `sim.scenario.yaml_marks.parse`."""
    try:
        if path.is_dir():
            return None, [Fault(label, 0, 0, "a folder, not a .yaml file")]
        if not path.exists():
            return None, [Fault(label, 0, 0, "no such file")]
        if not path.is_file():
            return None, [Fault(label, 0, 0, "not a plain file")]
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        return None, [Fault(label, 0, 0, f"cannot be read: {getattr(error, 'strerror', None) or error}")]
    return parse(content, label, loose=loose)


class Library:
    """Finds the files of one experiment by name or by path."""

    def __init__(self, home: Path, shipped: Path) -> None:
        self.home, self.shipped = _real(home), _real(shipped)
        self.roots = [self.shipped, self.home]

    def label(self, path: Path) -> str:
        """How a file is named in faults and in the manifest."""
        real = _real(path)
        if real.is_relative_to(self.shipped):
            return "scenarios/" + real.relative_to(self.shipped).as_posix()
        if real.is_relative_to(self.home):
            return real.relative_to(self.home).as_posix()
        return _from_here(path)

    def find(self, kind: str, reference: str, beside: Path, *, sibling: bool = False) -> Path:
        """The file of this kind that a name, or a path from the folder `beside`, means; raises NotFound.

        A name is looked for beside the experiment, then among the shipped; first in `beside` if `sibling`.
        """
        if looks_like_path(reference):
            if "\\" in reference:
                raise NotFound(f"write / instead of \\ in the path {show(reference)}")
            return self._allowed(beside / reference, reference)
        folders = [*([beside] if sibling else []), self.home / FOLDERS[kind], self.shipped / FOLDERS[kind]]
        for folder in folders:
            if exists(folder / f"{reference}.yaml"):
                return self._allowed(folder / f"{reference}.yaml", reference)
        raise NotFound(unknown(kind, reference, _stems(folders)))

    def trust(self, folder: Path) -> None:
        """Allow files of a folder that the user named on the command line."""
        self.roots.append(_real(folder))

    def _allowed(self, path: Path, reference: str) -> Path:
        """The real file, if it is one, inside the folders that may be read."""
        real = _real(path)
        if not any(real.is_relative_to(root) for root in self.roots):
            raise NotFound(f"{show(reference)} leads out of the experiment's folder and the shipped one")
        if not exists(path):
            near = nearest(path.name, [f"{stem}.yaml" for stem in _stems([path.parent])])
            raise NotFound(f"no such file: {show(reference)}" + (f"; nearest: {near}" if near else ""))
        return path


def looks_like_path(reference: str) -> bool:
    """Whether a reference is a path rather than a name."""
    return reference.endswith((".yaml", ".yml")) or "/" in reference or "\\" in reference


def _real(path: Path) -> Path:
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # a name that no file can have
        return path.absolute()


def _from_here(path: Path) -> str:
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return path.name


def exists(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is no error."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _stems(folders: Iterable[Path]) -> set[str]:
    return {path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.yaml")}
