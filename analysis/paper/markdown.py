"""Generated parts of a page, between two marks, and Markdown tables.

A part begins with `<!-- generated: NAME -->` and ends with `<!-- end -->`; the text around it is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

PART = re.compile(r"(?P<mark><!-- generated: (?P<name>[\w-]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def names(page: str) -> list[str]:
    """Return the names of the generated parts of a page, in order.

    >>> names("Hello <!-- generated: levers -->\\nold\\n<!-- end -->")
    ['levers']
    """
    return [mark["name"] for mark in PART.finditer(page)]


def filled(page: str, parts: Mapping[str, str]) -> str:
    """Return a page with new generated parts.

    Raises KeyError if a part is not among `parts`.

    >>> filled("<!-- generated: sum -->\\nold\\n<!-- end -->", {"sum": "2"}).splitlines()
    ['<!-- generated: sum -->', '2', '<!-- end -->']
    """
    return PART.sub(lambda part: f"{part['mark']}{parts[part['name']]}\n{part['end']}", page)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown.

    >>> print(table(["name", "unit"], [["x|y", ""]]))
    | name | unit |
    |---|---|
    | x\\|y |  |
    """
    lines = [head, *rows]
    written = ["| " + " | ".join(str(entry).replace("|", r"\|") for entry in line) + " |" for line in lines]
    return "\n".join([written[0], "|" + "---|" * len(head), *written[1:]])
