"""The `strait` command: its commands are in `analysis.cli`, a module a group."""

from __future__ import annotations

import gc
import sys
from io import TextIOWrapper

# The help lists commands in the order of these imports.
from analysis.cli import app, playing

# isort: split
from analysis.cli import sharing

# isort: split
from analysis.cli import exporting

# isort: split
from analysis.cli import asking

# isort: split
from analysis.cli import believing

# isort: split
from analysis.cli import surveying

# isort: split
from analysis.cli import choosing

# isort: split
from analysis.cli import quoting

# isort: split
from analysis.cli import validating

# isort: split
from analysis.cli import testing

# isort: split
from analysis.cli import documenting

# isort: split
from analysis.cli import measuring

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
