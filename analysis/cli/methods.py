"""`strait methods`: the methods section of a paper, from a folder of results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from analysis.cli import readable_errors


def methods(
    folder: Annotated[Path, Argument(metavar="DIR", help="Results of strait run, claims, sensitivity and so on.")],
    out: Annotated[
        Path | None, Option("--out", metavar="DIR", help="Folder to write to.", show_default="methods in DIR")
    ] = None,
) -> None:
    """Write the methods section of a paper for results: paragraphs, tables of all settings, and a bibliography.

    Every number comes from the folder. It writes methods.md, settings.csv, parameters.csv and references.bib.
    """
    with readable_errors():
        from analysis.paper import methods as writing

        where = writing.write(folder, out)
        typer.echo(f"Written: {', '.join(str(where / name) for name in writing.FILES)}")
