"""Values and names in messages: written as in a scenario file, and short."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any

LONGEST = 70
MOST_NAMES = 12


def format_value(value: Any) -> str:
    """Plain data as one line of YAML.

    >>> format_value({"triangular": [0, 0.25, 1.0]})
    '{triangular: [0, 0.25, 1]}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {format_value(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(format_value, value)) + "]"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return repr(value).removesuffix(".0").replace("inf", ".inf").replace("nan", ".nan")
    return repr(value)


def show_value(value: Any) -> str:
    """`format_value`, shortened for a message.

    >>> show_value("a" * 100)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..."
    """
    text = format_value(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def find_nearest(name: str, names: Iterable[str]) -> str | None:
    """The most similar name, in any case of letters; None if no name is similar.

    >>> find_nearest("Escort", ["liaison", "escorts"])
    'escorts'
    """
    folded = {known.casefold(): known for known in sorted(names)}
    matches = get_close_matches(name.casefold()[:LONGEST], folded, n=1)
    return folded[matches[0]] if matches else None


def describe_unknown(kind: str, name: Any, names: Collection[str]) -> str:
    """The message for a name that is not among `names`.

    >>> describe_unknown("lever", "escort", ["liaison", "escorts"])
    "unknown lever 'escort'; allowed: escorts, liaison; nearest: escorts"
    """
    near = find_nearest(str(name), names)
    return f"unknown {kind} {show_value(name)}; allowed: {list_names(names)}" + (f"; nearest: {near}" if near else "")


def list_names(names: Collection[str]) -> str:
    """The names, or a few of them if there are many.

    >>> list_names(["b", "a"])
    'a, b'
    """
    allowed = sorted(names)
    if len(allowed) > MOST_NAMES:
        return f"{len(allowed)} names, such as {', '.join(allowed[:3])}"
    return ", ".join(allowed) or "none"
