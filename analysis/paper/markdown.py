"""Parts of a page that a command writes, between two marks, and the tables in them.

A part begins with `<!-- made: NAME -->` and ends with `<!-- end -->`; what stands round it is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

PART = re.compile(r"(?P<mark><!-- made: (?P<name>[\w-]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def names(page: str) -> list[str]:
    """Names of the parts of a page, in order.

    >>> names("Hello <!-- made: levers -->\\nold\\n<!-- end -->")
    ['levers']
    """
    return [found["name"] for found in PART.finditer(page)]


def filled(page: str, parts: Mapping[str, str], leave: Collection[str] = ()) -> str:
    """A page with each of its parts as it is now, but for those to be left as they stand.

    Raises
    ------
    KeyError
        For the name of a part that does not exist.

    Examples
    --------
    >>> filled("<!-- made: sum -->\\nold\\n<!-- end -->", {"sum": "2"}).splitlines()
    ['<!-- made: sum -->', '2', '<!-- end -->']
    """

    def made(found: re.Match[str]) -> str:
        if found["name"] in leave:
            return found[0]
        return f"{found['mark']}{parts[found['name']]}\n{found['end']}"

    return PART.sub(made, page)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of a page.

    >>> print(table(["name", "unit"], [["x|y", ""]]))
    | name | unit |
    |---|---|
    | x\\|y |  |
    """
    lines = [head, *rows]
    said = ["| " + " | ".join(str(entry).replace("|", r"\|") for entry in line) + " |" for line in lines]
    return "\n".join([said[0], "|" + "---|" * len(head), *said[1:]])
