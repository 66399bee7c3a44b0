"""`strait list`: all names, or those of one kind."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from analysis.cli import BAD_INPUT, exit_with, readable_errors


def list_names(
    kind: Annotated[str | None, Argument(metavar="KIND", help="Only this kind, with what each name means.")] = None,
) -> None:
    """List all names: policies, worldviews, starts, claims, levers, parameters, outcomes and so on."""
    with readable_errors():
        from rich.console import Console

        from analysis.paper import explain as show

        kinds = show.kinds(show.everything())
        if kind is None:
            Console(highlight=False).print(show.contents(kinds))
            return
        if kind not in kinds:
            exit_with(f"There is no kind {kind}. There are {', '.join(kinds)}.", BAD_INPUT)
        Console(highlight=False).print(show.listing(kinds[kind]))
