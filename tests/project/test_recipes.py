"""The recipes of CONTRIBUTING.md, followed to the letter on a copy of the project."""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("sim", "analysis", "tools", "scenarios", "tests", "docs", "pyproject.toml", "README.md", "CONTRIBUTING.md")
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTIONS = {text.partition("\n")[0]: text for text in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
RECIPES = [title for title in SECTIONS if title.startswith(("Change a", "Add a"))]
STEP = re.compile(
    r"^In (?:(?P<each>each file of )?`(?P<path>[^`]+)`), "
    r"(?:(?P<place>at the end|a new file)|(?P<verb>above|below|instead of|delete) `(?P<line>[^\n]+)`)"
    r"(?: and the\nblank line above it\.$|:\n\n```\w+\n(?P<code>.*?)^```$)",
    re.MULTILINE | re.DOTALL,
)
ROW = re.compile(
    r"^In `(?P<path>[^`]+)`, in the row `(?P<row>[^`]+)`, write `(?P<new>[^`]+)` instead of `(?P<old>[^`]+)`\.$",
    re.MULTILINE,
)
CHECK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FINDING = re.compile(r"In `(?P<file>out/\S+)` the outcome `(?P<outcome>\w+)`.*? is (?P<sign>higher|lower)", re.DOTALL)
PROGRAMS = {
    "strait": [sys.executable, "-c", "from analysis.cli.main import main; main()"],
    "pytest": [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
}


@dataclass(frozen=True)
class Step:
    """One edit of a recipe: a file, where in it, and the code."""

    path: Path
    how: str
    line: str
    code: str

    def apply(self) -> None:
        """Make the edit. A line that is to be found stands in its file exactly once."""
        if self.how == "a new file":
            assert not self.path.exists(), f"{self.path} is there already"
            self.path.write_text(self.code, encoding="utf-8")
            return
        text = self.path.read_text(encoding="utf-8")
        if self.how == "at the end":
            gap = "\n\n" if self.path.suffix == ".py" else ""
            self.path.write_text(text + gap + self.code, encoding="utf-8")
            return
        lines = text.splitlines(keepends=True)
        found = [number for number, line in enumerate(lines) if line.strip() == self.line]
        assert len(found) == 1, f"{self.path.name} has the line {self.line!r} {len(found)} times"
        at = found[0]
        ends = {"above": (at, at), "below": (at + 1, at + 1), "instead of": (at, at + 1), "delete": (at - 1, at + 1)}
        lines[slice(*ends[self.how])] = [self.code]
        self.path.write_text("".join(lines), encoding="utf-8")


def steps(recipe: str, home: Path) -> list[Step]:
    """Read the edits of a recipe, in order."""
    found = []
    for match in ROW.finditer(SECTIONS[recipe]):
        path = home / match["path"]
        (row,) = (line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(match["row"]))
        found.append(Step(path, "instead of", row, row.replace(match["old"], match["new"]) + "\n"))
    for match in STEP.finditer(SECTIONS[recipe]):
        path = home / match["path"]
        for file in sorted(path.iterdir()) if match["each"] else [path]:
            found.append(Step(file, match["place"] or match["verb"], match["line"] or "", match["code"] or ""))
    return found


def commands(recipe: str) -> list[list[str]]:
    """Read the commands that check a recipe."""
    lines = [line for block in CHECK.findall(SECTIONS[recipe]) for line in block.replace("\\\n", "").splitlines()]
    return [shlex.split(line.removeprefix("$ ")) for line in lines]


def run(words: list[str], home: Path) -> None:
    """Run a command of a recipe in a copy of the project."""
    setting = {"PYTHONPATH": str(home), "COLUMNS": "100"}
    done = subprocess.run([*PROGRAMS[words[0]], *words[1:]], cwd=home, env={**os.environ, **setting},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"


def snapshot(home: Path) -> dict[str, bytes]:
    """Return every file of the project by its path, but for caches and results."""
    files = (path.relative_to(home) for path in home.rglob("*") if path.is_file())
    return {str(path): (home / path).read_bytes() for path in files
            if not {"__pycache__", ".hypothesis", "out"} & {*path.parts}}  # fmt: skip


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """Return the files that differ."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def is_named(path: str, recipe: str) -> bool:
    """Whether the first lines of a recipe, before its first edit, name a file or its folder."""
    section = SECTIONS[recipe]
    start = section[: section.index("```")]
    return any(f"`{name}" in start for name in (path, f"{Path(path).parent}/`"))


def mean(file: Path, outcome: str, policy: str) -> float:
    """Return the mean of an outcome from a table of a run."""
    with file.open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table)
                if (row["outcome"], row["policy"], row["statistic"]) == (outcome, policy, "mean")]  # fmt: skip
    assert len(rows) == 1
    return float(rows[0]["estimate"])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a copy of the project."""
    for part in PARTS:
        source, target = ROOT / part, tmp_path / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return tmp_path


def follow(recipe: str, home: Path) -> set[str]:
    """Follow a recipe to the letter, run its commands, and return the files that it changed."""
    before = snapshot(home)
    for step in steps(recipe, home):
        step.apply()
    for words in commands(recipe):
        run(words, home)
    return changed(before, snapshot(home))


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_names_the_files_that_it_touches(recipe: str) -> None:
    touched = {str(step.path.relative_to(ROOT)) for step in steps(recipe, ROOT)}
    assert touched
    assert not [path for path in touched if not is_named(path, recipe)]
    assert commands(recipe)


def test_the_recipe_for_a_rule_makes_japan_give_way_less_often(home: Path) -> None:
    recipe, (words,) = "Change a rule", [words for words in commands("Change a rule") if words[0] == "strait"]
    run([*words[:-1], "out/before"], home)
    assert follow(recipe, home) == {"sim/model/rules/japan.py", "sim/model/rules/japan.yaml",
                                    "sim/model/effects/reactions.py", "tests/cases/japan.yaml"}  # fmt: skip
    finding = FINDING.search(SECTIONS[recipe])
    assert finding
    assert finding["sign"] == "lower"
    tables = (home / "out" / "before" / "summary.csv", home / finding["file"])
    before, after = (mean(table, finding["outcome"], "direct_ties") for table in tables)
    assert after < before - 0.05


def test_the_recipe_for_a_lever_adds_a_policy_and_changes_no_other(home: Path) -> None:
    recipe = "Add a lever"
    alone = "strait run --trials 100 --worldview neutral --policy status_quo --start 2026 --no-figures --out out/before"
    run(shlex.split(alone), home)
    assert follow(recipe, home) == {
        "scenarios/levers.yaml", "scenarios/policies/patrols_first.yaml",
        *(f"scenarios/starts/{start}.yaml" for start in ("1996", "2020", "2026")),
    }  # fmt: skip
    finding = FINDING.search(SECTIONS[recipe])
    assert finding
    assert finding["sign"] == "higher"
    before, after = home / "out" / "before" / "summary.csv", home / finding["file"]
    usual = mean(after, finding["outcome"], "status_quo")
    assert mean(after, finding["outcome"], "patrols_first") > usual + 1
    assert usual == mean(before, finding["outcome"], "status_quo")


def test_all_recipes_fit_the_project_as_it_is(home: Path) -> None:
    for recipe in RECIPES:
        for step in steps(recipe, home):
            step.apply()
    for folder in ("sim", "analysis"):
        for path in (home / folder).rglob("*.py"):
            compile(path.read_text(encoding="utf-8"), str(path), "exec")
    for words in ("strait check debate scenarios/history/episodes.yaml", "strait moves",
                  "strait run --trials 2 --policy status_quo --policy direct_ties --start 2026"):  # fmt: skip
        run(shlex.split(words), home)
    assert [*(home / "out" / "debate" / "figures").glob("crises_2026.*")]
