"""`strait sheet`: one page of a run to hand in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from analysis.cli import readable_errors, refuse_other_page


def sheet(
    folder: Annotated[Path, Argument(metavar="DIR", help="Results of strait run.")],
    out: Annotated[
        Path | None, Option("--out", metavar="FILE", help="The file to write.", show_default="beside DIR")
    ] = None,
) -> None:
    """Write one page about a run to hand in: results, figure, changed assumptions, and how to repeat it.

    It is one HTML file that any browser opens and prints on one sheet of paper. The same run gives the same bytes.
    """
    with readable_errors():
        from analysis.paper import sheet as writing
        from sim.results import disk, store

        path = out or folder.resolve().with_name(f"{folder.resolve().name}-sheet.html")
        refuse_other_page(path, writing.GENERATOR, "strait sheet")
        text = writing.write_sheet(store.load_folder(folder))
        path.parent.mkdir(parents=True, exist_ok=True)
        disk.save(path, text.encode())
        typer.echo(f"Sheet: {path}. Open it in a browser; print it from there.")
