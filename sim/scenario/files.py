"""Finding and reading scenario files: in the experiment's folder and in the shipped one, nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sim.errors import Fault, FileReferenceError
from sim.scenario.messages import describe_unknown, find_nearest, show_value
from sim.scenario.yaml_marks import LARGEST_BYTES, Document, parse

PARTS = {"policy": "policies", "worldview": "worldviews", "start": "starts", "values": "values"}
"""The parts of an experiment, by kind: the key that lists them, which is also the folder of their files."""


def read_file(path: Path, label: str, *, loose: bool = False) -> tuple[Document | None, list[Fault]]:
    """The document in a file, or None, and all faults of its form; `loose` as in `sim.scenario.yaml_marks.parse`."""
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
        """The name of a file in faults and in the manifest."""
        real = _real(path)
        if real.is_relative_to(self.shipped):
            return "scenarios/" + real.relative_to(self.shipped).as_posix()
        if real.is_relative_to(self.home):
            return real.relative_to(self.home).as_posix()
        return _relative(path)

    def find(self, kind: str, reference: str, folder: Path, *, sibling: bool = False) -> Path:
        """The file of a reference: a name, or a path from `folder`.

        A name is searched in the experiment's folder, then in the shipped one; with `sibling`, first in `folder`.
        Raises FileReferenceError.
        """
        if looks_like_path(reference):
            if "\\" in reference:
                raise FileReferenceError(f"write / instead of \\ in the path {show_value(reference)}")
            return self._allowed(folder / reference, reference)
        subfolder = PARTS.get(kind, "")
        folders = [*([folder] if sibling else []), self.home / subfolder, self.shipped / subfolder]
        for candidate in (folder / f"{reference}.yaml" for folder in folders):
            if exists(candidate):
                return self._allowed(candidate, reference)
        raise FileReferenceError(describe_unknown(kind, reference, _stems(folders)))

    def trust(self, folder: Path) -> None:
        """Allow a folder that the user named on the command line."""
        self.roots.append(_real(folder))

    def _allowed(self, path: Path, reference: str) -> Path:
        """The path, if there is such a file inside the folders that may be read."""
        real = _real(path)
        if not any(real.is_relative_to(root) for root in self.roots):
            message = f"{show_value(reference)} is outside the experiment's folder; copy the file into it"
            raise FileReferenceError(message)
        if not exists(path):
            near = find_nearest(path.name, [f"{stem}.yaml" for stem in _stems([path.parent])])
            raise FileReferenceError(f"no such file: {show_value(reference)}" + (f"; nearest: {near}" if near else ""))
        return path


def looks_like_path(reference: str) -> bool:
    """Whether a reference is a path rather than a name."""
    return reference.endswith((".yaml", ".yml")) or "/" in reference or "\\" in reference


def _real(path: Path) -> Path:
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # no file can have this name
        return path.absolute()


def _relative(path: Path) -> str:
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return path.name


def exists(path: Path) -> bool:
    """Whether there is such a file, also for a name that no file can have."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _stems(folders: Iterable[Path]) -> set[str]:
    return {path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.yaml")}
