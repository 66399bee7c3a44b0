"""`strait export`: a folder of results as files for Excel, Stata, R and others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from analysis.cli import BAD_INPUT, FAILED, exit_with, options, readable_errors


def export(
    folder: Annotated[Path, Argument(metavar="DIR", help="Folder of results.")],
    csv: Annotated[bool, Option("--csv", help="Write text, for any program.")] = False,
    xlsx: Annotated[bool, Option("--xlsx", help="Write one Excel file: results to read first, then tables.")] = False,
    dta: Annotated[bool, Option("--dta", help="Write files for Stata 14 or newer, with labels.")] = False,
    parquet: Annotated[bool, Option("--parquet", help="Write small, fast files for R, Python and others.")] = False,
    table: Annotated[
        list[str] | None,
        Option(
            "--table",
            metavar="NAME",
            help="Export this table; repeat for more.",
            show_default="all, for Excel summary and differences",
        ),
    ] = None,
    out: Annotated[
        Path | None, Option("--out", metavar="PATH", help="Folder, or Excel file, to write.", show_default="beside DIR")
    ] = None,
    fresh: options.Fresh = False,
) -> None:
    """Write the results for another program, with a dictionary of all columns.

    The tables are summary, differences, rungs, worlds and trials.
    """
    chosen = [kind for kind, wanted in (("csv", csv), ("xlsx", xlsx), ("dta", dta), ("parquet", parquet)) if wanted]
    with readable_errors():
        from analysis.paper import export as exporting
        from sim.scenario import messages

        if len(chosen) != 1:
            exit_with("Choose one form: --csv, --xlsx, --dta or --parquet.", BAD_INPUT)
        for name in table or ():
            if name not in exporting.TABLES:
                exit_with(messages.describe_unknown("table", name, exporting.TABLES), BAD_INPUT)
        try:
            names = table or ()
            where = exporting.write(
                folder, chosen[0], out, names=names, fresh=fresh, tell=lambda line: typer.echo(line, err=True)
            )
        except ModuleNotFoundError as error:
            exit_with(
                f"{error.name} is not installed. Install it with: python -m pip install -e '.[export]'", BAD_INPUT
            )
        except MemoryError:
            exit_with("There is too little memory for a Stata file. Use --csv, or fewer tables.", FAILED)
        typer.echo(f"Written: {where}")
