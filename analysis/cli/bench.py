"""`strait bench`: how fast the model plays on this computer."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Option

from analysis.cli import readable_errors


def bench(
    repeats: Annotated[int, Option("--repeats", metavar="N", min=5, help="Rounds; each figure is their median.")] = 5,
    as_json: Annotated[bool, Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure how fast the model plays on this computer. It takes some minutes."""
    with readable_errors():
        import json

        from rich.console import Console
        from rich.table import Table

        from analysis.questions import speed

        figures = speed.bench(repeats)
        if as_json:
            typer.echo(json.dumps(figures, indent=2))
            return
        table = Table("figure", "here", "what it is")
        for name, value in figures.items():
            table.add_row(name, f"{value:,.4g}", speed.MEANINGS[name])
        Console(highlight=False).print(table)
