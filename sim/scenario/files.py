"""Finding and reading scenario files: in the experiment's folder and in that of its catalogue, nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from sim.errors import Fault, FileReferenceError
from sim.scenario.messages import describe_unknown, find_nearest, show_value
from sim.scenario.yaml_marks import LARGEST_BYTES, Document, parse

PARTS = {"policy": "policies", "worldview": "worldviews", "start": "starts", "values": "values"}
"""The parts of an experiment, by kind: the key that lists them, which is also the folder of their files."""
NONE: Mapping[str, Path] = MappingProxyType({})
WRONG_ENDINGS = (".yaml.txt", ".yml", ".txt", ".yaml.yaml", "")


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
    """Finds the files of one experiment by name or by path: in its folder, and in that of its catalogue."""

    def __init__(self, home: Path, scenarios: Path) -> None:
        self.home, self.scenarios = _real(home), _real(scenarios)
        self.roots = [self.scenarios, self.home]

    def label(self, path: Path) -> str:
        """The name of a file in faults and in the manifest."""
        real = _real(path)
        if real.is_relative_to(self.scenarios):
            return "scenarios/" + real.relative_to(self.scenarios).as_posix()
        if real.is_relative_to(self.home):
            return real.relative_to(self.home).as_posix()
        return _relative(path)

    def find(
        self, kind: str, reference: str, folder: Path, *, sibling: bool = False, listed: Mapping[str, Path] = NONE
    ) -> Path:
        """The file of a reference: a name, or a path from `folder`.

        A name is searched in the experiment's folder, then in its catalogue's; with `sibling`, first in `folder`, and
        before all in `listed`, the files that the experiment lists by path.
        Raises FileReferenceError.
        """
        if looks_like_path(reference):
            if "\\" in reference:
                raise FileReferenceError(f"write / instead of \\ in the path {show_value(reference)}")
            return self._allowed(folder / reference, reference)
        if reference in listed:
            return self._allowed(listed[reference], reference)
        subfolder = PARTS.get(kind, "")
        folders = [*([folder] if sibling else []), self.home / subfolder, self.scenarios / subfolder]
        for candidate in (folder / f"{reference}.yaml" for folder in folders):
            if exists(candidate):
                return self._allowed(candidate, reference)
        message = describe_unknown(kind, reference, {*_stems(folders), *listed})
        raise FileReferenceError(message + misnamed_file(reference, [*folders, self.home]))

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


def misnamed_file(name: str, folders: Iterable[Path]) -> str:
    """A hint at a file that was surely meant by a name, but has another ending."""
    found = (folder / f"{name}{ending}" for folder in folders for ending in WRONG_ENDINGS)
    file = next((file for file in found if file.is_file()), None)
    return f"; {file.name} has the wrong ending: rename it to {name}.yaml" if file else ""


def looks_like_path(reference: str) -> bool:
    """Whether a reference is a path rather than a name."""
    return reference.endswith((".yaml", ".yml")) or "/" in reference or "\\" in reference


def name_of(reference: str) -> str:
    """The name of the entry that a reference means.

    >>> name_of("status_quo"), name_of("mine/evil.yaml")
    ('status_quo', 'evil')
    """
    return Path(reference).stem if looks_like_path(reference) else reference


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
