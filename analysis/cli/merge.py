"""`strait merge`: the parts of a run that were played apart, put together."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from analysis.cli import readable_errors, run


def merge(
    folders: Annotated[list[Path], Argument(metavar="DIR...", help="Folders of the parts, or a folder with all.")],
    out: Annotated[Path, Option(metavar="DIR", help="Folder for the whole run.")],
    fresh: Annotated[bool, Option("--fresh", help="Replace what an earlier run left in that folder.")] = False,
    no_figures: Annotated[bool, Option("--no-figures", help="Write the tables only.")] = False,
) -> None:
    """Put the parts of a run together that strait run --part played, in any order.

    The result is the same as if one computer had played it all. It can be run again.
    """
    with readable_errors():
        from sim.results import merge as merging

        typer.echo("Checking the parts.", err=True)
        result = run.play(out, partial(merging.merge, folders, out, fresh=fresh), plays=False)
        run.show_run(result, out, no_figures=no_figures)
