"""`strait list`: all names, or those of one kind."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from analysis.cli import BAD_INPUT, exit_with, options, readable_errors, show


def list_names(
    words: Annotated[
        list[str] | None,
        Argument(
            metavar="KIND",
            help="Only this kind, such as levers or glossary. Put your experiment's file first for its names.",
            show_default="all kinds",
        ),
    ] = None,
) -> None:
    """List all names: policies, worldviews, starts, claims, levers, parameters, outcomes, terms and so on."""
    with readable_errors():
        from analysis.paper import explain as entries

        experiment, rest = options.split_experiment(words)
        kinds = entries.kinds(entries.everything(experiment))
        kind = " ".join(rest)
        if kind and kind not in kinds:
            exit_with(f"There is no kind {kind}. The kinds are {', '.join(kinds)}.", BAD_INPUT)
        show(entries.listing(kinds[kind]) if kind else entries.contents(kinds))
