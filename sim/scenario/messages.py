"""Values and names in messages: written as in a scenario file, and short."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any

LONGEST = 70
MOST_NAMES = 12
LEAST_PER_CENT = 5  # a share above 1 that is probably meant in per cent


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
    near = find_nearest(unicodedata.normalize("NFKC", str(name)), names)
    hint = f"; nearest: {near}" if near else ""
    if not str(name).isascii():
        hint += "; names and commas are written with plain letters and signs"
    return f"unknown {kind} {show_value(name)}; allowed: {list_names(names)}{hint}"


def list_names(names: Collection[str]) -> str:
    """The names, or a few of them if there are many.

    >>> list_names(["b", "a"])
    'a, b'
    """
    allowed = sorted(names)
    if len(allowed) > MOST_NAMES:
        return f"{len(allowed)} names, such as {', '.join(allowed[:3])}"
    return ", ".join(allowed) or "none"


_PLAIN_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_GROUPED = r"[-+]?[0-9]{1,3}(?:(?P<mark>[ ,_'])[0-9]{3})(?:(?P=mark)[0-9]{3})*"


def correct_number(value: Any, low: float, high: float, *, integer: bool = False) -> str:
    """What to write instead of a wrong number from low to high, after "; "; empty if that cannot be guessed.

    >>> correct_number("0,4", 0, 1), correct_number("40 %", 0, 1), correct_number(100.0, 1, 1e7, integer=True)
    ('; write 0.4', '; write 0.4', '; write 100 without a point or an exponent')
    >>> correct_number("0.4", 0, 1), correct_number("many", 1, 100), correct_number(50, 0, 1)
    ('; write 0.4 without quotes', '', '; write 0.5 for 50 per cent')
    """
    if isinstance(value, bool):
        return f"; YAML reads {'yes, on and true' if value else 'no, off and false'} as {format_value(value)}"
    if isinstance(value, (int, float)):
        if integer and isinstance(value, float) and value.is_integer() and low <= value <= high:
            return f"; write {value:.0f} without a point or an exponent"
        if (low, high) == (0, 1) and LEAST_PER_CENT <= value <= 100:
            return f"; write {value / 100:g} for {value:g} per cent"
        return ""
    if not isinstance(value, str):
        return ""
    text = unicodedata.normalize("NFKC", value).replace("\N{MINUS SIGN}", "-").strip()
    number, _, unit = text.partition(" ")
    per_cent = text.endswith("%")
    if per_cent:
        number = text.removesuffix("%").strip()
    if re.fullmatch(_GROUPED, text):
        number = re.sub("[ ,_']", "", text)
    elif re.fullmatch(r"[-+]?[0-9]*,[0-9]+", number):
        number = number.replace(",", ".")
    elif fraction := re.fullmatch(r"([0-9]+)/([1-9][0-9]*)", text):
        number = f"{int(fraction[1]) / int(fraction[2]):.6g}"
    elif unit and not re.fullmatch("[a-z]+", unit) and not per_cent:
        return ""
    if not re.fullmatch(_PLAIN_NUMBER, number):
        return ""
    meant = float(number) / 100 if per_cent and high <= 1 else float(number)
    if not low <= meant <= high or (integer and not meant.is_integer()):
        return ""
    plain = f"{meant:.0f}" if integer or (meant.is_integer() and abs(meant) < 1e15) else f"{meant:.12g}"
    return f"; write {plain}" + (" without quotes" if plain == value else "")
