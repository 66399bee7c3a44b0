"""`strait backtest`: the model's forecasts of how the PRC reacted, compared with the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from analysis.cli import CAVEAT, options, readable_errors, save_figures

if TYPE_CHECKING:
    from analysis.evidence.backtest.report import Table


def backtest(
    experiment: options.Experiment = options.DEBATE,
    set_: options.Set = None,
    episodes: Annotated[
        list[Path] | None,
        Option("--episodes", metavar="FILE", help="Score the episodes of this file.", show_default="the record"),
    ] = None,
    worlds: Annotated[
        int, Option("--worlds", metavar="N", min=100, help="Worlds in which each trigger is played.")
    ] = 10_000,
    seed: Annotated[int, Option("--seed", metavar="N", min=0, help=options.SEED_HELP)] = 2020,
    out: options.Out = Path("out/backtest"),
    no_figures: options.NoFigures = False,
) -> None:
    """Forecast how the PRC reacted to past provocations, and compare the model with three simple rivals.

    No episode trains its own forecast: the rivals are fitted to the other episodes of the shipped record, and again to
    the earlier ones only. A FILE trains nothing. docs/backtest.md explains the format of a FILE and the scores.
    """
    with readable_errors():
        from rich.console import Console

        from analysis.evidence import episodes as history
        from analysis.evidence.backtest import report
        from analysis.evidence.backtest.forecasts import CHAINED_PAIRS, run_backtest
        from analysis.figures import backtest_figures

        record = history.load_record()
        read = history.load_others(episodes, record) if episodes else history.OtherEpisodes(record.episodes, (), ())
        results = run_backtest(
            read.episodes, record, worlds=worlds, seed=seed, experiment=experiment, changes=set_ or ()
        )
        report.write_folder(out, results, record, read.skipped)
        console = Console(highlight=False)
        for name, reason in read.skipped:
            typer.echo(f"Skipped {name}: {reason}.")
        for warning in read.warnings:
            typer.echo(warning, err=True)
        if results.episodes:
            if not no_figures:
                save_figures(backtest_figures.draw_backtest(results), out)
            chained = report.gain_table(results, pairs=CHAINED_PAIRS)
            for table in (report.score_table(results), report.gain_table(results), chained):
                console.print(_grid(table))
            for sentence in report.sentences(results, record, is_record=not episodes):
                console.print(f"- {sentence}", soft_wrap=not console.is_terminal)
        else:
            typer.echo("These files have no provoked episode at Japan or Taiwan: nothing was scored.")
        typer.echo(f"Results: {out}\n{CAVEAT}")


def _grid(table: Table) -> object:
    from rich.table import Table as Grid

    grid = Grid(*table.head)
    for row in table.rows:
        grid.add_row(*row)
    return grid
