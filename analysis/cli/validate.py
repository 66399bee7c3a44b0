"""`strait validate`: the model held against the record, published games and forecasts, and its own logic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from analysis.cli import CAVEAT, FAILED, exit_with, readable_errors

if TYPE_CHECKING:
    from analysis.evidence.cells import Lab
    from analysis.evidence.validate import Found
    from analysis.evidence.validation_rows import Validation


def validate(
    trials: Annotated[int, Option(metavar="N", min=100, help="Trials a cell; slow counts have a fifth.")] = 5_000,
    out: Annotated[Path, Option(metavar="DIR", help="Folder for the table and the figures.")] = Path("out/validate"),
    set_: Annotated[
        list[str] | None, Option("--set", metavar="KEY=VALUE", help="Does the model still hold with this change?")
    ] = None,
) -> None:
    """Hold the model against the record, war games, forecasts and its own logic, row by row.

    Writes validation.csv and two figures; ends with an error if a row lies outside its expected range, or if there
    were too few trials to say.
    """
    with readable_errors():
        from rich.console import Console

        from analysis.evidence import validate as validating
        from analysis.evidence.cells import Lab

        rows = validating.rows()
        lab = Lab(trials, tuple(set_ or ()), record={name: entry.dates for name, entry in rows.record.items()})
        lab.load("debate", set_=lab.changes)  # a change that cannot be is told before the work begins
        found = _measure(lab, rows)
        out.mkdir(parents=True, exist_ok=True)
        (out / "validation.csv").write_text(validating.csv(found, rows), encoding="utf-8", newline="")
        Console(highlight=False).print(validating.printed(found))
        _draw(lab, found, out)
        typer.echo(f"{validating.sentence(found)}\nTable and figures: {out}\n{CAVEAT}")
        if wrong := [one.row.name for one in found if one.verdict in ("fail", "undecided")]:
            exit_with(f"Not as it should be: {', '.join(wrong)}. docs/validation.md says how to read this.", FAILED)


def _measure(lab: Lab, rows: Validation) -> list[Found]:
    from rich.console import Console

    from analysis.cli import progress
    from analysis.evidence import validate as validating

    with progress.shown(Console(stderr=True, highlight=False), "rows") as update:
        return validating.validate(lab, [*rows.checks.values()], update)


def _draw(lab: Lab, found: list[Found], folder: Path) -> None:
    from analysis.evidence.cells import At
    from analysis.figures import figure_layout, validation_figure
    from analysis.figures.hindcast_figure import draw_hindcast

    reference = lab.load("debate").reference.name
    here, then = At(reference, "neutral", "status_quo"), At("1996", "neutral", "status_quo", "hindcast")
    figure_layout.save_figure(validation_figure.draw_validation(lab.experiment(here), found), folder)
    first = lab.cell(then)["months_to_first_force"]
    figure_layout.save_figure(draw_hindcast(lab.experiment(then), lab.told(then), first, lab.record), folder)
