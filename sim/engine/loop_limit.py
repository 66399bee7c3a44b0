"""A limit to the rounds of a loop in an agent's own code, where it runs as plain Python.

Translated rules count the rounds of each `while` (`sim.translate.subset`). Plain Python counts nothing, so a loop
without an end would run until it is stopped by hand. Here Python's own trace counts, for the agent's code alone.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
import textwrap
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from sim.errors import RuleError

MOST_ROUNDS = 100_000  # as in machine code


@functools.cache
def while_lines(code: CodeType) -> dict[int, frozenset[int]]:
    """The first line of each `while` in a function, with the lines of the loops within it, which it begins again.

    A `for` is listed with the loops within it under its line, negative.
    """
    try:
        lines, first = inspect.getsourcelines(code)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, SyntaxError):  # typed into a shell: no source to read
        return {}
    found: dict[int, frozenset[int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.While | ast.For):
            inner = (one for part in node.body for one in ast.walk(part) if isinstance(one, ast.While))
            line = node.lineno + first - 1
            found[line if isinstance(node, ast.While) else -line] = frozenset(one.lineno + first - 1 for one in inner)
    return found


def has_loops(agent: type) -> bool:
    """Whether the class of an agent, or one that it comes from outside the rules, has a `while` of its own."""
    functions = [entry for space in agent.__mro__ for entry in vars(space).values() if inspect.isfunction(entry)]
    return any(line > 0 for function in functions for line in while_lines(inspect.unwrap(function).__code__))


def play(rule: Callable[..., Any], *situation: Any) -> Any:
    """Return what a rule gives; raise RuleError once a `while` has gone on for `MOST_ROUNDS`."""

    def enter(frame: FrameType, _event: str, _value: Any) -> Callable[..., Any] | None:
        lines = while_lines(frame.f_code)
        if not lines:
            return None
        rounds = dict.fromkeys((line for line in lines if line > 0), 0)

        def count(frame: FrameType, event: str, _value: Any) -> Callable[..., Any]:
            line = frame.f_lineno
            if event == "line":
                for inner in (*lines.get(line, ()), *lines.get(-line, ())):
                    rounds[inner] = 0
                if line in rounds:
                    rounds[line] += 1
                    if rounds[line] > MOST_ROUNDS:
                        raise RuleError(
                            f"{frame.f_code.co_filename}:{line}: the loop goes on for {MOST_ROUNDS:,} rounds"
                        )
            return count

        return count

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        return rule(*situation)
    finally:
        sys.settrace(before)
