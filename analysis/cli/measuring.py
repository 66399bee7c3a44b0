"""`strait calibrate` and `strait bench`: the constants of the reference, and the speed of this computer."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Option

from analysis.cli import FAILED, app, leave, plain_words


@app.command(epilog="Example:  strait calibrate --worlds 20000")
def calibrate(
    worlds: Annotated[int, Option(metavar="N", min=1000, help="Worlds to play at the reference.")] = 20_000,
) -> None:
    """Work out the constants that keep base rates true at the reference, beside those in parameters.yaml."""
    with plain_words():
        from analysis.evidence.calibrate import calibrate as work_out
        from sim.scenario import loader

        catalogue = loader.load("debate").catalogue
        reference = loader.load("debate", policies="status_quo", worldviews="neutral", starts=catalogue.reference_start)
        for name, value in work_out(reference, worlds).items():
            typer.echo(f"{name}: {value:.4f}   (parameters.yaml has {catalogue.parameters[name].neutral})")


@app.command(epilog="Example:  strait bench --json")
def bench(
    repeats: Annotated[int, Option(metavar="N", min=5, help="Each figure is the median of so many.")] = 5,
    as_json: Annotated[bool, Option("--json", help="Print the figures for a program to read.")] = False,
    parts: Annotated[bool, Option("--parts", help="Show instead which part of a trial takes how much time.")] = False,
) -> None:
    """Measure how fast the model plays on this computer. It takes some minutes."""
    with plain_words():
        import json

        from rich.console import Console
        from rich.table import Table

        figures, meanings = _parts(repeats) if parts else _speed(repeats)
        if as_json:
            typer.echo(json.dumps(figures, indent=2))
            return
        table = Table("figure", "here", *(["what it is"] if meanings else []))
        for name, value in figures.items():
            table.add_row(name, f"{value:,.4g}", *([meanings[name]] if meanings else []))
        Console(highlight=False).print(table)


def _speed(repeats: int) -> tuple[dict[str, float], dict[str, str]]:
    from tools import bench

    return bench.bench(repeats), bench.MEANINGS


def _parts(repeats: int) -> tuple[dict[str, float], dict[str, str]]:
    from dataclasses import replace

    from sim.model import compiled
    from sim.scenario import loader

    if not compiled.COMPILED:
        leave(f"{compiled.PLAINLY} There is no kernel to measure.", FAILED)
    from tools import phases

    exp = loader.load("debate", worldviews="neutral")
    return phases.shares(replace(exp, starts=(exp.reference,)), repeats=repeats), {}
