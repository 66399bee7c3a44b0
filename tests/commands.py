"""What tests of commands share: how a command is called, and what being refused looks like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis import cli

Strait = Callable[..., Any]  # the command, run in an empty folder: the fixture `strait`


def shorter(months: int) -> str:
    """Write an experiment file here, the debate in fewer months: a question costs what its trials cost."""
    text = f"experiment: shorter\ntitle: A shorter debate\nextends: debate\nmonths: {months}\n"
    Path("shorter.yaml").write_text(text, encoding="utf-8")
    return "shorter.yaml"


def assert_refused(result: Any, *words: str) -> None:
    """Assert that a command ended as bad input, with these words on the error stream and no traceback."""
    assert result.exit_code == cli.BAD_INPUT, result.output
    assert not [word for word in words if word not in result.stderr]
    assert "Traceback" not in result.output
