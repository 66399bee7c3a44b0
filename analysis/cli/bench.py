"""`strait bench`: how fast the model plays on this computer."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Option

from analysis.cli import readable_errors, show_table


def bench(
    repeats: Annotated[int, Option("--repeats", metavar="N", min=5, help="Rounds; each figure is their median.")] = 5,
    as_json: Annotated[bool, Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure how fast the model plays on this computer. It takes some minutes."""
    with readable_errors():
        import json

        from analysis.questions import speed

        figures = speed.bench(repeats)
        if as_json:
            typer.echo(json.dumps(figures, indent=2))
            return
        rows = ((name, f"{value:,.4g}", speed.MEANINGS[name]) for name, value in figures.items())
        show_table(("figure", "here", "what it is"), rows)
