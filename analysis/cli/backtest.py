"""`strait backtest`: the model's forecasts of how the PRC reacted, compared with the record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from analysis.cli import CAVEAT, options, print_lines, readable_errors, save_figures, show_table


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
        for name, reason in read.skipped:
            typer.echo(f"Skipped {name}: {reason}.")
        for warning in read.warnings:
            typer.echo(warning, err=True)
        if results.episodes:
            if not no_figures:
                save_figures(backtest_figures.draw_backtest(results), out)
            chained = report.gain_table(results, pairs=CHAINED_PAIRS)
            for table in (report.score_table(results), report.gain_table(results), chained):
                show_table(*table)
            print_lines(report.sentences(results, record, is_record=not episodes))
        else:
            typer.echo("These files have no provoked episode at Japan or Taiwan: nothing was scored.")
        typer.echo(f"Results: {out}\n{CAVEAT}")
