"""`strait summarise`: what a folder of results shows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument

from analysis.cli import readable_errors, run


def summarise(
    folder: Annotated[Path, Argument(metavar="DIR", help="Folder of results; its run may still be going on.")],
) -> None:
    """Summarise a folder of results, and show how much of its run is done. Nothing is run or written."""
    with readable_errors():
        from sim.results import store

        result = store.load_folder(folder, partial=True)
        run.print_summary(result, folder)
        wanted, done = (result.manifest or {})["trials"], result.experiment.trials
        typer.echo(f"Done: {done:,} of {wanted:,} trials for each policy, worldview and start ({done / wanted:.0%}).")
        if run.part_of(result):
            typer.echo(f"This is part {run.part_of(result)} of a run.")
        run.report_failures(result, folder)
