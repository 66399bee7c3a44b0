"""The commands and code of README.md and docs/, run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.cli import main

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = ("README.md", "docs/claims.md", "docs/sensitivity.md", "docs/choosing.md", "docs/agents.md", "docs/model.md")
NAMED = re.compile(r"^# (\S+\.yaml)\n")


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    return [text for found, text in FENCED.findall((ROOT / page).read_text(encoding="utf-8")) if found == language]


def commands(page: str) -> list[str]:
    """Return every `strait` command of a page's console blocks."""
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    return [line.removeprefix("$ ").partition("  #")[0] for line in lines if line.startswith("$ strait ")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the scenarios and every file that the pages describe."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    for text in blocks("docs/scenarios.md", "yaml") + blocks("README.md", "yaml"):
        name = NAMED.match(text)
        path = tmp_path / (name[1] if name else "liaison.yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("command", commands("README.md") + commands("docs/scenarios.md"))
def test_commands_work(home: Path, command: str) -> None:
    words = shlex.split(command)[1:]
    if "my_scenarios" in command and words[0] != "init":
        CliRunner().invoke(main.app, ["init", "my_scenarios"])
    if words[0] == "run":
        words = [*(["20" if word == "500" else word for word in words]), "--no-figures"]
    result = CliRunner().invoke(main.app, words)
    assert result.exit_code == 0, result.output


def test_runs_of_readme_and_help_work_in_order_after_the_demo(home: Path) -> None:
    """Each in the same folder, with a demo that has more trials than they ask for."""
    readme = re.findall(r"(?:`|\$ )(strait run[^`\n]*)", (ROOT / "README.md").read_text(encoding="utf-8"))
    epilogs = [
        CliRunner().invoke(main.app, [*words, "--help"], env={"COLUMNS": "200"}).output for words in ([], ["run"])
    ]
    shown = [*readme, *(line for text in epilogs for line in re.findall(r": +(strait run --.*\S)", text))]
    typed = [shlex.split(line) for line in shown if "mine.yaml" not in line and "--until" not in line]
    assert len(typed) >= 7
    for words in [["strait", "run"], *typed]:
        words = [*(["20" if word == "500" else word for word in words]), "--no-figures"]
        result = CliRunner().invoke(main.app, [*words[1:], *(() if "20" in words else ("--trials", "40"))])
        assert result.exit_code == 0, f"{words}: {result.output}"
        assert "Note: policy" not in result.output


def test_files_are_right(home: Path) -> None:
    files = ["my_debate.yaml", "liaison.yaml", "policies/patrols.yaml", "worldviews/doubter.yaml"]
    result = CliRunner().invoke(main.app, ["check", *files])
    assert result.exit_code == 0, result.output


def test_every_form_of_set_is_right(home: Path) -> None:
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    forms = [shlex.split(words)[1] for words in re.findall(r"^\| `(--set [^`]*)`", page, re.MULTILINE)]
    assert len(forms) == 6
    import sim

    for form in forms:
        assert sim.load("debate", set_=form).resolved() != sim.load("debate").resolved()


@pytest.mark.parametrize("code", [code for page in PAGES for code in blocks(page, "python")])
def test_python_works(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "example.py"  # agents are read from their file
    path.write_text(code, encoding="utf-8")
    exec(compile(code, str(path), "exec"), {"__name__": "example"})
    assert capsys.readouterr().out


def test_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
