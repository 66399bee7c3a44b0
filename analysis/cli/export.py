"""`strait export`: a folder of results as files for Excel, Stata, R and others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from analysis.cli import BAD_INPUT, FAILED, exit_with, readable_errors


def export(
    folder: Annotated[Path, Argument(metavar="DIR", help="Folder of results.")],
    csv: Annotated[bool, Option("--csv", help="Text, for any program.")] = False,
    xlsx: Annotated[bool, Option("--xlsx", help="One Excel file, a sheet a table.")] = False,
    dta: Annotated[bool, Option("--dta", help="Stata 14 or newer, with labels.")] = False,
    parquet: Annotated[bool, Option("--parquet", help="Small and quick, for R, Python and others.")] = False,
    table: Annotated[list[str] | None, Option(metavar="NAME", help="Only this table (above).")] = None,
    out: Annotated[
        Path | None, Option(metavar="PATH", help="Folder, or Excel file, to write.", show_default="beside DIR")
    ] = None,
    fresh: Annotated[bool, Option("--fresh", help="Replace an earlier export there.")] = False,
) -> None:
    """Write the results for another program, with a dictionary that says what each column means.

    Tables are summary, differences, rungs, worlds and trials; --table can be given again and again.
    """
    chosen = [kind for kind, wanted in (("csv", csv), ("xlsx", xlsx), ("dta", dta), ("parquet", parquet)) if wanted]
    with readable_errors():
        from analysis.paper import export as exporting
        from sim.scenario import messages

        if len(chosen) != 1:
            exit_with("Say in which form: --csv, --xlsx, --dta or --parquet, one of them.", BAD_INPUT)
        for name in table or ():
            if name not in exporting.TABLES:
                exit_with(messages.describe_unknown("table", name, exporting.TABLES), BAD_INPUT)
        try:
            names = table or exporting.TABLES
            where = exporting.write(
                folder, chosen[0], out, names=names, fresh=fresh, tell=lambda line: typer.echo(line, err=True)
            )
        except ModuleNotFoundError as error:
            exit_with(f"This form needs {error.name}, which is not installed: pip install '.[export]'", BAD_INPUT)
        except MemoryError:
            exit_with("A Stata file is made in memory, and there is too little; take --csv, or fewer tables.", FAILED)
        typer.echo(f"Written: {where}")
