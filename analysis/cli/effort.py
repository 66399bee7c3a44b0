"""`strait effort`: policies as written, at equal effort, and by the tenth of a lever."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from analysis.cli import BAD_INPUT, exit_with, options, progress, readable_errors, save_figures, show_table

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.experiment import Experiment

STOPPED = "Stopped. Finished parts are saved; the same command continues from there."
Table = Annotated[Path | None, Option("--out", metavar="CSV", help="Write the figures of every cell to this file.")]


def effort(
    experiment: options.Experiment = options.DEBATE,
    set_: options.Set = None,
    policy: options.Policies = None,
    worldview: options.Worldviews = None,
    start: options.Starts = None,
    trials: Annotated[
        int, Option("--trials", metavar="N", min=100, help="Trials for each cell: a multiple of 100.")
    ] = 5000,
    seed: options.Seed = None,
    out: Table = None,
    figures: Annotated[
        Path | None, Option("--figures", metavar="DIR", help="Draw a figure for each start into this folder.")
    ] = None,
) -> None:
    """Compare policies as written, at equal effort, and by the tenth of a lever.

    Effort is counted in lever-years: depth added to a lever, times the years for which it is there.
    """
    with readable_errors():
        from analysis.questions import effort as comparing

        if trials % 100:
            exit_with(f"--trials: must be a multiple of 100, got {trials}", BAD_INPUT)
        exp = options.load_experiment(experiment, set_=set_, policy=policy, worldview=worldview, start=start, seed=seed)
        with progress.stoppable(STOPPED) as update:
            effects = comparing.table(exp, trials, update)
        head = ["start", "worldview", "measure", "policy", "factor", "planned", "realised"]
        outcomes = list(dict.fromkeys(effects["outcome"]))
        rows = []
        for _, part in effects.groupby(["start", "worldview", "measure", "policy"], sort=False):
            first, by_outcome = part.iloc[0], part.set_index("outcome")
            numbers = ["" if first[name] != first[name] else f"{first[name]:.3g}" for name in head[4:]]
            rows.append([*(first[name] for name in head[:4]), *numbers,
                         *(_with_half_width(by_outcome.loc[name]) for name in outcomes)])  # fmt: skip
        show_table([*head, *outcomes], rows)
        write_table(effects, out)
        if figures:
            _draw(replace(exp, trials=trials), effects, figures)
        typer.echo("Differences from the policy most others are compared with, and the half-widths of 95% intervals.")


def write_table(table: pd.DataFrame, out: Path | None) -> None:
    """Write a table as CSV, if a file is named, and print its path."""
    from sim.results import csv_tables

    if out:
        out.write_bytes(csv_tables.encode_csv(csv_tables.format_csv(table)))
        typer.echo(f"All figures: {out}")


def _with_half_width(row: Any) -> str:
    return f"{row['difference']:+.4f} ± {(row['high'] - row['low']) / 2:.4f}"


def _draw(exp: Experiment, effects: pd.DataFrame, folder: Path) -> None:
    from analysis.figures.effort_figure import draw_equal_effort

    for path in save_figures((draw_equal_effort(exp, effects, start.name) for start in exp.starts), folder):
        if path.suffix == ".png":
            typer.echo(f"Figure: {path}")
