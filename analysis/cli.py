"""The `strait` command: its commands are in `analysis.commands`, a module a group."""

from __future__ import annotations

import gc
import sys
from io import TextIOWrapper

# The help lists commands in the order of these imports.
from analysis.commands import app, playing

# isort: split
from analysis.commands import sharing

# isort: split
from analysis.commands import exporting

# isort: split
from analysis.commands import asking

# isort: split
from analysis.commands import believing

# isort: split
from analysis.commands import surveying

# isort: split
from analysis.commands import choosing

# isort: split
from analysis.commands import quoting

# isort: split
from analysis.commands import validating

# isort: split
from analysis.commands import testing

# isort: split
from analysis.commands import documenting

# isort: split
from analysis.commands import measuring

__all__ = [
    "app",
    "asking",
    "believing",
    "choosing",
    "documenting",
    "exporting",
    "main",
    "measuring",
    "playing",
    "quoting",
    "sharing",
    "surveying",
    "testing",
    "validating",
]


def main() -> None:
    """Run the command; what a console cannot print is replaced, never an error."""
    gc.set_threshold(100_000)  # searching for garbage while libraries are loaded takes a third of a second
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
