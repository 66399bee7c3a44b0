"""The reference of `import sim` for docs/api.md, from signatures and docstrings."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import sim

WIDTH = 100
_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)


def reference() -> str:
    """Return every public name of `sim`: its form, what it does, and an example."""
    return "\n\n".join(_describe(name, getattr(sim, name)) for name in sorted(sim.__all__, key=_order))


def _order(name: str) -> tuple[bool, str]:
    """Functions first, then classes, each by name."""
    return inspect.isclass(getattr(sim, name)), name.casefold()


def _describe(name: str, entry: Any) -> str:
    if inspect.isclass(entry):
        members = [(member, value) for member, value in vars(entry).items() if _is_public(member, value)]
        head = f"## `sim.{name}`" if issubclass(entry, Exception) else _heading("##", name, entry)
        return "\n\n".join([head, render(inspect.getdoc(entry) or ""), *(_member(name, *pair) for pair in members)])
    return "\n\n".join([_heading("##", name, entry), render(inspect.getdoc(entry) or "")])


def _is_public(member: str, value: Any) -> bool:
    kinds = (classmethod, functools.cached_property, property)
    is_member = inspect.isfunction(value) or isinstance(value, kinds)
    return is_member and not member.startswith("_") and bool(value.__doc__)


def _member(owner: str, member: str, value: Any) -> str:
    if isinstance(value, functools.cached_property | property):
        head = f"### `{owner}.{member}`"
    else:
        function = value.__func__ if isinstance(value, classmethod) else value
        head = _heading("###", f"{owner}.{member}", function, of_object=True)
    return f"{head}\n\n{render(inspect.cleandoc(value.__doc__))}"


def _heading(level: str, name: str, entry: Callable[..., Any], *, of_object: bool = False) -> str:
    parameters = [*inspect.signature(entry).parameters.values()][of_object:]
    words, star = [], False
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            words.append("*")
            star = True
        mark = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        words.append(f"{mark}{parameter.name}{default}")
    form = f"{name.rpartition('.')[2]}({', '.join(words)})"
    if len(form) > WIDTH:
        lines = [""]
        for word in words:
            if len(lines[-1]) + len(word) > WIDTH - 10:
                lines.append("")
            lines[-1] += f"{word}, "
        form = f"{name.rpartition('.')[2]}(\n    " + "\n    ".join(line.rstrip() for line in lines) + "\n)"
    title = f"`sim.{name}`" if level == "##" else f"`{name}`"
    return f"{level} {title}\n\n```text\n{form}\n```"


def render(docstring: str) -> str:
    r"""Return a NumPy-style docstring as Markdown: sections in bold, entries as a list, examples as code.

    >>> print(render("Add.\n\nParameters\n----------\nx, y\n    Numbers."))
    Add.
    <BLANKLINE>
    **Parameters**
    <BLANKLINE>
    * `x`, `y`: Numbers.
    """
    head, *rest = _SECTION.split(docstring)
    parts = [_with_code(head)]
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        listed = title in ("Parameters", "Attributes", "Raises")
        parts += [f"**{title}**", "\n".join(_entries(body)) if listed else _with_code(inspect.cleandoc(body))]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _entries(body: str) -> Iterator[str]:
    """Each entry of a section as an item of a list: its names are code."""
    for entry in re.split(r"\n(?=\S)", body.strip()):
        names, _, text = entry.partition("\n")
        names, _, inline = names.partition(" : ")
        code = ", ".join(f"`{name}`" for name in names.split(", "))
        words = " ".join(f"{inline} {text}".split())
        yield f"* {code}: {words}"


def _with_code(text: str) -> str:
    """Put each example in a block of code."""
    lines, inside = [], False
    for line in text.strip().split("\n"):
        begins = line.startswith(">>> ")
        if begins and not inside:
            lines.append("```pycon")
            inside = True
        elif inside and not line.strip():
            lines.append("```")
            inside = False
        lines.append(line)
    return "\n".join(lines + ["```"] * inside)
