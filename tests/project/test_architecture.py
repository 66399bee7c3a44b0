"""The folder list is the architecture: imports go down only, and no module imports itself in a circle.

Each folder of Python code may import what its line of `ALLOWED` names, and itself. An import inside a function counts
like one at the top of a module. An import under TYPE_CHECKING does not run, so it may close a circle, but it follows
the same table.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

SIM = ("sim.errors", "sim.scenario", "sim.translate", "sim.model", "sim.engine", "sim.statistics", "sim.results",
       "sim.narrative", "sim")  # fmt: skip
PAPER = (*SIM, "analysis.questions", "analysis.evidence", "analysis.figures")
COMMAND = (*PAPER, "analysis.paper", "analysis.page", "analysis.classroom")
ALLOWED = {
    "sim.errors": (),
    "sim.scenario": ("sim.errors",),
    "sim.translate": ("sim.errors",),
    "sim.model": ("sim.errors", "sim.scenario", "sim.translate"),
    "sim.engine": ("sim.errors", "sim.scenario", "sim.translate", "sim.model"),
    "sim.statistics": ("sim.errors",),
    "sim.results": ("sim.errors", "sim.scenario", "sim.model", "sim.engine", "sim.statistics"),
    "sim.narrative": ("sim.errors", "sim.scenario", "sim.model", "sim.engine", "sim.results"),
    "sim": SIM[:-1],  # the door itself, sim/__init__.py
    "analysis.questions": (*SIM, "analysis.evidence"),
    "analysis.evidence": (*SIM, "analysis.questions"),
    "analysis.figures": (*SIM, "analysis.questions", "analysis.evidence"),
    "analysis.paper": PAPER,
    "analysis.page": (*SIM, "analysis.questions"),
    "analysis.classroom": (*SIM, "analysis.page"),
    "analysis.cli": COMMAND,
    "analysis": (),
    "tools": (*COMMAND, "analysis.cli"),
}
"""What each folder may import, from the lowest to the highest."""

NUMERICAL = {"numpy", "scipy", "pandas", "SALib", "sklearn", "prim", "networkx"}
"""Libraries that sim/statistics may import."""


@dataclass(frozen=True)
class Import:
    """One module that another imports, and where."""

    importer: str
    imported: str
    place: str
    typing_only: bool

    def __str__(self) -> str:
        """The offender, as a reader can find it."""
        return f"{self.place} → {self.imported}"


def module_name(path: Path) -> str:
    """Return the dotted name of a Python file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = [path for top in ("sim", "analysis", "tools") for path in sorted((ROOT / top).rglob("*.py"))]
MODULES = {module_name(path): path for path in FILES}


def folder_of(module: str) -> str:
    """Return the longest entry of the table that a module lies in."""
    return max((name for name in ALLOWED if f"{module}.".startswith(f"{name}.")), key=len)


def imports_of(module: str) -> Iterator[Import]:
    """Give every import of a module, of this project's modules or of libraries."""
    path = MODULES[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ifs = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    guarded = {id(inner) for node in ifs for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names = [f"{base}.{name.name}" if f"{base}.{name.name}" in MODULES else base for name in node.names]
        else:
            continue
        for name in dict.fromkeys(names):
            yield Import(module, name, f"{path.relative_to(ROOT)}:{node.lineno}", id(node) in guarded)


def circles(edges: dict[str, set[str]]) -> list[frozenset[str]]:
    """Return the groups of modules that reach each other, by Tarjan's algorithm.

    >>> circles({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == [frozenset("ab")]
    True
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[frozenset[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for following in sorted(edges.get(node, ())):
            if following not in order:
                visit(following)
                low[node] = min(low[node], low[following])
            elif following in stack:
                low[node] = min(low[node], order[following])
        if low[node] == order[node]:
            at = stack.index(node)
            group = frozenset(stack[at:])
            del stack[at:]
            if len(group) > 1:
                found.append(group)

    for node in sorted(edges):
        if node not in order:
            visit(node)
    return found


@cache
def all_imports() -> list[Import]:
    """Return every import of every module."""
    return [found for module in MODULES for found in imports_of(module)]


def own_imports() -> list[Import]:
    """Return the imports of modules of this project."""
    return [found for found in all_imports() if found.imported in MODULES]


def is_upward(found: Import) -> bool:
    """Return whether the table forbids an import."""
    source, target = folder_of(found.importer), folder_of(found.imported)
    return target != source and target not in ALLOWED[source]


def test_imports_go_down_only() -> None:
    upward = [found for found in own_imports() if is_upward(found)]
    assert not [str(found) for found in upward]


def test_no_modules_import_each_other_in_a_circle() -> None:
    edges: dict[str, set[str]] = {module: set() for module in MODULES}
    for found in own_imports():
        if not found.typing_only and found.imported != found.importer:
            edges[found.importer].add(found.imported)
    assert not [str(found) for group in circles(edges) for found in own_imports()
                if not found.typing_only and {found.importer, found.imported} <= group]  # fmt: skip


def test_statistics_imports_only_numerical_libraries() -> None:
    known = {*sys.stdlib_module_names, *NUMERICAL, "sim"}
    used = [found for found in all_imports() if folder_of(found.importer) == "sim.statistics"]
    assert not [str(found) for found in used if found.imported.split(".")[0] not in known]


def test_every_folder_has_its_line_in_the_table() -> None:
    folders = {module_name(path) for top in ("sim", "analysis") for path in (ROOT / top).iterdir()
               if path.is_dir() and [*path.glob("*.py")]}  # fmt: skip
    assert folders <= {*ALLOWED}


def test_the_rules_can_fail() -> None:
    """An arrow upwards and a circle are seen."""
    assert is_upward(Import("sim.scenario.files", "analysis.cli.main", "here:1", False))
    assert is_upward(Import("sim.results.store", "tools.bench", "here:1", True))
    assert not is_upward(Import("analysis.cli.main", "sim.scenario.loader", "here:1", False))
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [frozenset("abc")]
