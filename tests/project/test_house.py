"""House rules that a reader would otherwise have to check by eye."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from slow_modules import SLOW

ROOT = Path(__file__).parents[2]
FOLDERS = ("sim", "analysis", "tools", "scenarios", "tests", "docs", ".ci")
FORBIDDEN = {
    "a path of somebody's machine": r"(^|[^A-Za-z0-9_.~-])/(work|farm|root|tmp|home|Users)/[A-Za-z]",
    "the host of a package registry": r"py[p]i[.]|pythonhoste[d]|registry[.]npm",
    "work left undone": r"TO[D]O|FIXM[E]|XX[X]|NotImplemente[d]Error",
    "an error swallowed": r"except (Base)?Exception: *pass",
}


def texts() -> Iterator[Path]:
    """Give every text file of the project."""
    suffixes, names = {".md", ".toml", ".yaml", ".cff"}, {"Makefile", "LICENSE"}
    yield from (path for path in ROOT.iterdir() if path.suffix in suffixes or path.name in names)
    for folder in FOLDERS:
        yield from (
            path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix not in {".pyc", ".png"}
        )


def modules(*folders: str) -> list[Path]:
    """Return the Python files of some folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path, *, top_only: bool = False) -> set[str]:
    """Return the first part of every name a module imports; with `top_only`, when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_text_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    assert not [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_every_module_says_what_it_is() -> None:
    assert not [path.name for path in modules("sim", "analysis", "tools", "tests")
                if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]  # fmt: skip


def test_the_command_starts_with_nothing_heavy() -> None:
    allowed = set(sys.stdlib_module_names) | {"typer", "analysis"}
    for path in (ROOT / "analysis" / "cli").glob("*.py"):
        assert imported(path, top_only=True) <= allowed, path.name


def test_only_libraries_that_are_declared_are_imported() -> None:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8").lower()
    names = {"yaml": "pyyaml", "SALib": "salib", "sklearn": "scikit-learn", "markdown_it": "markdown-it-py",
             "mdit_py_plugins": "mdit-py-plugins"}  # fmt: skip
    used = {name for path in modules("sim", "analysis", "tools") for name in imported(path)}
    used -= set(sys.stdlib_module_names) | {
        "sim",
        "analysis",
        "tools",
        "llvmlite",
        "pydantic_core",
    }  # numba's and pydantic's
    assert not [name for name in used if f'"{names.get(name, name)}>=' not in declared]


def test_the_tested_versions_are_names_and_versions_of_every_library() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pins = [Requirement(line) for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch("==[0-9][0-9a-z.]*", str(pin.specifier)) and not pin.url for pin in pins)
    versions = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}
    assert len(versions) == len(pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    for library in map(Requirement, declared):
        if library.marker is None or library.marker.evaluate({"sys_platform": "linux", "platform_machine": "x86_64"}):
            assert versions[canonicalize_name(library.name)] in library.specifier, library.name


def test_each_library_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "libraries.md").read_text(encoding="utf-8").lower()
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = {name.lower() for name in re.findall(r'^    "([A-Za-z-]+)>=', project, re.MULTILINE)}
    assert declared
    assert not [name for name in declared if name not in reasons]


def test_pre_commit_runs_what_make_lint_runs() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lint = makefile.partition("\nlint:")[2].partition("\n\n")[0]
    entries = " ".join(hook["entry"] for hook in hooks)
    assert sorted(re.findall(r"\(BIN\)/(\w+)", lint)) == sorted(re.findall(r"-m (\w+)", entries))


def test_every_slow_module_exists() -> None:
    assert not [name for name in SLOW if not (ROOT / "tests" / name).exists()]
