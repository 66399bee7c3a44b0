"""`python -m analysis.classroom.pages EXPERIMENT` prints the pages of a classroom as JSON.

A process of its own makes them, because compiled rules and tables take 200 MB that a server does not need.
"""

from __future__ import annotations

import json
import sys

from analysis.page import build
from sim.errors import StraitError
from sim.scenario.loader import load


def main(name: str) -> None:
    """Print `{"join": HTML, "page": HTML}`; an error goes to the error stream, with exit code 2."""
    try:
        pages = {"join": build.build_join(), "page": build.build(load(name), name, in_class=True)}
    except StraitError as error:
        sys.exit(f"{error}")
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    json.dump(pages, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
