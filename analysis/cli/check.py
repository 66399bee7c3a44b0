"""`strait check`: every mistake in scenario files, without a run."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument

from analysis.cli import BAD_INPUT, exit_with, options, readable_errors


def check(
    files: Annotated[
        list[str] | None,
        Argument(metavar="FILE", help="Scenario files of any kind.", show_default=options.DEBATE),
    ] = None,
) -> None:
    """Check scenario files and show every mistake at once, each with its line. Nothing is run."""
    with readable_errors():
        from analysis.evidence.file_checks import FILE_CHECKS
        from sim.scenario import loader

        names = files or [options.DEBATE]
        if faults := loader.check(names, FILE_CHECKS):
            exit_with("\n".join(map(str, faults)), BAD_INPUT)
        notes = dict.fromkeys(note for name in names if (note := options.describe_scenario_files(name)))
        for note in [*notes, *loader.list_notes(names)]:
            typer.echo(note)
        typer.echo("No mistakes found.")
