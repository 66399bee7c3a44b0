"""`strait merge`: the parts of a run, played separately, joined to one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from analysis.cli import options, readable_errors, run


def merge(
    folders: Annotated[list[Path], Argument(metavar="DIR", help="Folders of the parts, or one folder with all parts.")],
    out: Annotated[Path, Option("--out", metavar="DIR", help="Folder for the joined run.")],
    fresh: options.Fresh = False,
    no_figures: options.NoFigures = False,
) -> None:
    """Join the parts of a run that strait run --part played, in any order.

    The result is the same as if one computer had played it all. It can be merged again.
    """
    with readable_errors():
        from sim.results import merge as merging

        typer.echo("Checking the parts.", err=True)
        result = run.play(out, partial(merging.merge, folders, out, fresh=fresh), plays=False)
        run.show_run(result, out, no_figures=no_figures)
        run.report_failures(result, out)
