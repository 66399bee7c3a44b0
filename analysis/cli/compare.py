"""`strait compare`: two worldviews, policies, starts or experiments side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from analysis.cli import BAD_INPUT, exit_with, options, readable_errors, show

if TYPE_CHECKING:
    import pandas as pd

    from analysis.paper.comparison import Comparison


def compare(
    words: Annotated[
        list[str],
        Argument(
            metavar="NAME NAME",
            help="Two worldviews, policies, starts or experiments. Put your experiment's file first for its names.",
            autocompletion=options.complete_name,
        ),
    ],
    kind: Annotated[
        str | None,
        Option(
            "--kind",
            metavar="KIND",
            help="worldview, policy, start or experiment, if a name is several of them.",
            show_default="that of both names",
        ),
    ] = None,
    every: Annotated[bool, Option("--all", help="Show what is the same, too.")] = False,
    as_json: Annotated[bool, Option("--json", help="Print the comparison as JSON.")] = False,
    out: Annotated[Path | None, Option("--out", metavar="FILE.csv", help="Write a table.", show_default="none")] = None,
) -> None:
    """Compare two worldviews, policies, starts or experiments: on what they differ, in words.

    Two worldviews: each claim as a question, with the answer and the numbers of both, and its paragraphs.
    Two policies: each lever with its depth, openness and month.
    """
    with readable_errors():
        from analysis.paper import comparison
        from sim.results import disk
        from sim.results.csv_tables import encode_csv, format_csv

        experiment, names = (options.DEBATE, words) if len(words) < 3 else (words[0], words[1:])
        if out and out.suffix.lower() != ".csv":
            exit_with(f"--out: give a file that ends in .csv, got {out}", BAD_INPUT)
        if note := options.describe_scenario_files(experiment):
            typer.echo(note, err=True)
        found = comparison.compare(names, kind, experiment)
        table = found.table if every else found.table[found.table["differs"]]
        if out:
            out.parent.mkdir(parents=True, exist_ok=True)
            disk.save(out, encode_csv(format_csv(table)))
        if as_json:
            _print_json(names, found, table)
        else:
            _print_text(names, found, table, every=every)
            if out:
                typer.echo(f"Table: {out}")


def _print_json(names: list[str], found: Comparison, table: pd.DataFrame) -> None:
    import json

    sides = zip(("first", "second"), names, found.titles, found.summaries, strict=True)
    data = {side: {"name": name, "title": title, "summary": summary} for side, name, title, summary in sides}
    typer.echo(json.dumps({"kind": found.kind, **data, "rows": table.to_dict("records")}, indent=2, ensure_ascii=False))


def _print_text(names: list[str], found: Comparison, table: pd.DataFrame, *, every: bool) -> None:
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    for name, title, summary in zip(names, found.titles, found.summaries, strict=True):
        show(Text.assemble((title, "bold"), f" ({name})" if title != name else "", f": {summary}" if summary else ""))
    shown = Table("", *map(escape, found.titles))
    for group, rows in table.groupby("group", sort=False):
        shown.add_section()
        shown.add_row(Text(str(group), style="bold"), "", "")
        for row in rows.to_dict("records"):
            head = Text.assemble((row["name"], "cyan"), f"  {row['paragraphs']}" if row["paragraphs"] else "")
            about = row["about"] + (f" ({row['unit']})" if row["unit"] else "")
            what = Text("\n").join([head, Text(about)]) if about else head
            shown.add_row(what, Text(row["first"]), Text(row["second"]))
    if len(table):
        show(shown)
    if found.kind == "worldview":
        typer.echo("Numbers are medians, with the middle 90 % of each distribution in brackets.")
    is_claim = found.table["paragraphs"].ne("") & (found.kind == "worldview")
    parts = [("claims", found.table[is_claim]), ("numbers" if is_claim.any() else "entries", found.table[~is_claim])]
    said = [f"{rows['differs'].sum() or 'none'} of {len(rows)} {what}" for what, rows in parts if len(rows)]
    more = "" if every or found.table["differs"].all() else " --all shows the rest, too."
    typer.echo(f"They differ in {' and in '.join(said)}.{more}")
