"""`strait validate`: the model compared with the record, published games and forecasts, and its own logic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from analysis.cli import CAVEAT, FAILED, exit_with, options, readable_errors, save_figures, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.evidence.cells import Cells
    from analysis.evidence.validate import RowResult
    from sim.scenario.experiment import Experiment


def validate(
    experiment: options.Experiment = options.DEBATE,
    set_: options.Set = None,
    trials: Annotated[
        int, Option("--trials", metavar="N", min=100, help="Trials for each cell; a fifth of them to count events.")
    ] = 5_000,
    out: options.Out = Path("out/validate"),
) -> None:
    """Compare the model with the record, war games, forecasts and its own logic, row by row.

    Writes validation.csv and two figures. The exit code is 1 if a row lies outside its expected range, or if more
    trials are needed to decide. With another experiment or --set it shows whether the changed model still holds.
    """
    with readable_errors():
        from analysis.cli import progress
        from analysis.evidence import validate as validation
        from analysis.evidence.cells import Cells
        from analysis.evidence.validation_rows import load_rows
        from sim.results import csv_tables
        from sim.scenario import loader

        def load(name: str, **changes: Any) -> Experiment:
            return loader.load(experiment if name == options.DEBATE else name, **changes)

        rows = load_rows()
        cells = Cells(trials, tuple(set_ or ()), load, {name: entry.dates for name, entry in rows.record.items()})
        cells.load("debate", set_=cells.changes)  # reports a faulty change before the work begins
        with progress.stoppable("Stopped. Nothing was written.", "rows") as update:
            results = validation.measure_rows(cells, [*rows.checks.values()], update)
        out.mkdir(parents=True, exist_ok=True)
        text = csv_tables.format_csv(validation.table(results, rows))
        (out / "validation.csv").write_bytes(csv_tables.encode_csv(text))
        show(validation.terminal_table(results))
        _draw(cells, results, out)
        typer.echo(f"{validation.summary_sentence(results)}\nTable and figures: {out}\n{CAVEAT}")
        if names := [result.row.name for result in results if result.verdict in ("fail", "undecided")]:
            exit_with(f"Rows that do not pass: {', '.join(names)}. See docs/validation.md for what to do.", FAILED)


def _draw(cells: Cells, results: Sequence[RowResult], folder: Path) -> None:
    from analysis.evidence.cells import Cell
    from analysis.figures import validation_figure
    from analysis.figures.hindcast_figure import draw_hindcast

    reference = Cell(cells.load("debate").reference.name, "neutral", "status_quo")
    past = Cell("1996", "neutral", "status_quo", "hindcast")
    rows = validation_figure.draw_validation(cells.experiment(reference), results)
    first_force = cells.records(past)["months_to_first_force"]
    drawn = draw_hindcast(cells.experiment(past), cells.chronicle(past), first_force, cells.record)
    save_figures([rows, drawn], folder)
