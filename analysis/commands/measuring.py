"""`strait calibrate` and `strait bench`: the constants of the reference, and the speed of this computer."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Option

from analysis.commands import app, plain_words


@app.command(epilog="Example:  strait calibrate --worlds 20000")
def calibrate(
    worlds: Annotated[int, Option(metavar="N", min=1000, help="Worlds to play at the reference.")] = 20_000,
) -> None:
    """Work out the constants that keep base rates true at the reference, beside those in parameters.yaml."""
    with plain_words():
        from sim import scenario
        from sim.calibrate import calibrate as work_out

        catalogue = scenario.load("debate").catalogue
        reference = scenario.load(
            "debate", policies="status_quo", worldviews="neutral", starts=catalogue.reference_start
        )
        for name, value in work_out(reference, worlds).items():
            typer.echo(f"{name}: {value:.4f}   (parameters.yaml has {catalogue.parameters[name].neutral})")


@app.command(epilog="Example:  strait bench --json")
def bench(
    repeats: Annotated[int, Option(metavar="N", min=1, help="Each figure is the median of so many.")] = 5,
    as_json: Annotated[bool, Option("--json", help="Print the figures for a program to read.")] = False,
) -> None:
    """Measure how fast the model plays on this computer."""
    with plain_words():
        import json

        from rich.console import Console
        from rich.table import Table

        from analysis import bench

        typer.echo("This takes a minute or two.", err=True)
        figures = bench.bench(repeats)
        if as_json:
            typer.echo(json.dumps(figures, indent=2))
            return
        table = Table("figure", "here", "what it is")
        for name, value in figures.items():
            table.add_row(name, f"{value:,.4g}", bench.MEANINGS[name])
        Console(highlight=False).print(table)
