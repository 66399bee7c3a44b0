"""Help texts: they wrap to the terminal, name every command in its group, and call one thing by one name."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
import typer
from commands import Strait
from typer.testing import CliRunner

import sim
from analysis.cli import main
from sim.engine.question import Question
from sim.errors import QuestionError

WORDS = [word for commands in main.GROUPS.values() for word in commands]
COMMANDS: Any = typer.main.get_command(main.app)
WITHOUT_EXPERIMENT = {"init", "summarise", "merge", "export", "methods", "sheet", "bench", "rerun"}  # they need none


def parameters(word: str, kind: str) -> list[Any]:
    """Return the arguments or the options of a command."""
    return [one for one in COMMANDS.commands[word].params if one.param_type_name == kind and one.name != "help"]


def flags(word: str) -> list[str]:
    """Return the first flag of each option of a command."""
    return [option.opts[0] for option in parameters(word, "option")]


@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize("word", ["", *WORDS])
def test_help_wraps_to_the_terminal(strait: Strait, monkeypatch: pytest.MonkeyPatch, word: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = [line.rstrip() for line in strait(*word.split(), "--help").output.splitlines()]
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if "…" in line and "--install-completi" not in line]  # Typer's own option
    text = lines[: next(number for number, line in enumerate(lines) if line.startswith("╭"))]
    for line, following in pairwise(text):
        if line and following and "Usage:" not in line and "  " not in line.strip() + following.strip():
            assert len(f"{line} {following.split()[0]}") > width - 1, f"broken too early: {line!r}"


@pytest.mark.parametrize("word", WORDS)
def test_help_of_options_is_a_sentence(word: str) -> None:
    for one in (one for kind in ("argument", "option") for one in parameters(word, kind) if not one.hidden):
        assert re.fullmatch(r"\S[^\n]*\.", one.help or ""), f"{one.name}: {one.help!r}"


def test_the_help_shows_the_groups_in_order(strait: Strait) -> None:
    output = strait("--help").output
    groups = [output.index(f"─ {group} ─") for group in main.GROUPS]
    assert groups == sorted(groups)
    assert not [word for word in WORDS if not re.search(rf"│ {word} +\w", output)]


def test_one_option_has_one_form_everywhere() -> None:
    """Flags and metavars; `--out` names a folder, or a file where a command writes one table."""
    forms: dict[str, set[tuple[str | None, bool]]] = {}
    for word in WORDS:
        for option in parameters(word, "option"):
            if option.name != "out":
                forms.setdefault(option.opts[0], set()).add((option.metavar, option.is_flag))
    assert not {name: found for name, found in forms.items() if len(found) > 1}


@pytest.mark.parametrize("word", sorted({*WORDS} - WITHOUT_EXPERIMENT))
def test_the_experiment_comes_first_and_is_optional(word: str) -> None:
    first = parameters(word, "argument")[0]
    takes_more_words = first.nargs == -1  # explain, list, cite and check find the experiment among their words
    assert takes_more_words or (first.metavar, first.required, first.default) == ("EXPERIMENT", False, "debate")


def test_version_names_the_libraries(strait: Strait) -> None:
    output = strait("--version").stdout
    assert re.search(r"^strait .+\nPython 3\.\d+", output)
    assert {"numpy", "llvmlite", "mesa"} <= set(output.split())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("run --policy dir", "direct_ties"),
        ("run --worldview new", "newsham"),
        ("run --start 20", "2026"),
        ("run --set claim.N1", "claim.N12"),
        ("run deb", "debate"),
        ("explain Ow", "Owen_value"),
        ("explain us_int", "us_intervenes_prob"),
        ("claims --contrast direct_ties-inter", "direct_ties-interoperability"),
        ("claims --contrast ties_al", "ties_alone"),
        ("claims --outcome use_", "use_of_force"),
        ("crossover --claim N1", "N18"),
    ],
)
def test_names_complete_in_the_shell(monkeypatch: pytest.MonkeyPatch, words: str, expected: str) -> None:
    monkeypatch.setenv("_STRAIT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"strait {words}")
    monkeypatch.setenv("COMP_CWORD", str(len(words.split())))
    output = CliRunner().invoke(main.app, [], prog_name="strait").output
    assert expected in output.split()


@pytest.mark.parametrize("word", [word for word in WORDS if "--outcome" in flags(word)])
def test_the_default_outcomes_are_those_that_are_reported(
    strait: Strait, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    (option,) = (one for one in parameters(word, "option") if one.name == "outcome")

    def note(_experiment: object, *, outcomes: list[str], **_others: object) -> None:
        raise QuestionError(f"outcomes: {' '.join(outcomes)}")

    monkeypatch.setattr(Question, "of", note)
    entries = sim.load("debate").catalogue.outcomes
    primary = [name for name, entry in entries.items() if entry.primary]
    authors = ["loss_newsham", "loss_self"]
    reported = {
        "the primary ones, and each author's loss": [*primary, *authors],
        "the first primary one": primary[:1],
        "the first primary one, and each author's loss": [*primary[:1], *authors],
        "the loss by each set of values": [*authors, "loss_neutral"],
    }
    result = strait(word)
    assert result.exit_code == 2
    assert f"outcomes: {' '.join(reported[option.show_default])}\n" in result.stderr


def test_help_of_run_does_not_send_readers_to_itself(strait: Strait) -> None:
    assert "strait run --help" not in " ".join(strait("run", "--help").output.split())
    assert "strait run --help" in " ".join(strait("claims", "--help").output.replace("│", " ").split())
