"""How values and names are written in messages: as in a scenario file, and never at length."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any

LONGEST = 70
MOST_NAMES = 12


def flow(value: Any) -> str:
    """Plain data on one line, in YAML's words.

    >>> flow({"triangular": [0, 0.25, 1.0]})
    '{triangular: [0, 0.25, 1]}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return repr(value).removesuffix(".0").replace("inf", ".inf").replace("nan", ".nan")
    return repr(value)


def show(value: Any) -> str:
    """`flow`, cut short for a message.

    >>> show("a" * 100)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..."
    """
    text = flow(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like this one, whatever its capitals; None where none is like it.

    >>> nearest("Escort", ["liaison", "escorts"])
    'escorts'
    """
    folded = {known.casefold(): known for known in sorted(names)}
    found = get_close_matches(name.casefold()[:LONGEST], folded, n=1)
    return folded[found[0]] if found else None


def unknown(kind: str, name: Any, names: Collection[str]) -> str:
    """What to say of a name that is none of `names`.

    >>> unknown("lever", "escort", ["liaison", "escorts"])
    "unknown lever 'escort'; allowed: escorts, liaison; nearest: escorts"
    """
    near = nearest(str(name), names)
    return f"unknown {kind} {show(name)}; allowed: {listed(names)}" + (f"; nearest: {near}" if near else "")


def listed(names: Collection[str]) -> str:
    """Names in a row, or a few of them.

    >>> listed(["b", "a"])
    'a, b'
    """
    allowed = sorted(names)
    if len(allowed) > MOST_NAMES:
        return f"{len(allowed)} names, such as {', '.join(allowed[:3])}"
    return ", ".join(allowed) or "none"
