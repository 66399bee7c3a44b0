"""`strait backtest`: the model's forecasts of how the PRC answered, held against the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from analysis.cli import CAVEAT, readable_errors

if TYPE_CHECKING:
    from rich.console import Console

    from analysis.evidence.backtest.report import Table


def backtest(
    files: Annotated[
        list[Path] | None, Argument(metavar="FILE...", help="Files of episodes; without one, the shipped record.")
    ] = None,
    out: Annotated[Path, Option(metavar="DIR", help="Folder for tables and figures.")] = Path("out/backtest"),
    worlds: Annotated[int, Option(metavar="N", min=100, help="Worlds in which each trigger is played.")] = 10_000,
    seed: Annotated[int, Option(metavar="N", min=0, help="Another seed: other worlds, other luck.")] = 2020,
    no_figures: Annotated[bool, Option("--no-figures", help="Write the tables only.")] = False,
) -> None:
    """Hold the model against what the PRC did when something had provoked it, beside three simple rivals.

    Each episode is forecast by those who have not seen it: in the shipped record the rivals are fitted anew without it,
    and nothing in a FILE trains anything. docs/backtest.md says what a FILE holds and what the scores mean.
    """
    with readable_errors():
        from rich.console import Console

        from analysis.evidence import episodes
        from analysis.evidence.backtest import forecasts, gains, report
        from analysis.figures import backtest_figures, figure_layout

        record = episodes.record()
        reading = episodes.others(files, record) if files else episodes.Reading(record.episodes, (), ())
        found = forecasts.scored(reading.episodes, record, worlds=worlds, seed=seed)
        gained = gains.gains(found, report.PAIRS)
        report.write(found, gained, record, reading.skipped, out)
        console = Console(highlight=False)
        for name, reason in reading.skipped:
            typer.echo(f"Skipped {name}: {reason}.")
        for note in reading.notes:
            typer.echo(note, err=True)
        if found.episodes:
            if not no_figures:
                for drawn in backtest_figures.draw_backtest(found, gained):
                    figure_layout.save_figure(drawn, out)
            _show(console, report.levels(found))
            _show(console, report.differences(gained))
            for line in report.lines(found, gained, None if files else record):
                console.print(f"- {line}", soft_wrap=not console.is_terminal)
        else:
            typer.echo("No episode at Japan or Taiwan that something set off: nothing was scored.")
        typer.echo(f"Results: {out}\n{CAVEAT}")


def _show(console: Console, table: Table) -> None:
    from rich.table import Table as Grid

    grid = Grid(*table.head)
    for row in table.rows:
        grid.add_row(*row)
    console.print(grid)
