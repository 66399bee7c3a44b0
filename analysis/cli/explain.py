"""`strait explain`: everything the scenario files say about a name, and what a term means."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from analysis.cli import BAD_INPUT, exit_with, options, readable_errors, show


def explain(
    words: Annotated[
        list[str],
        Argument(
            metavar="NAME",
            help="A name that strait list shows. Put your experiment's file before a name of its own.",
            autocompletion=options.complete_name,
        ),
    ],
) -> None:
    """Explain a name or a term: meaning, unit, range, what both authors believe, evidence and sources."""
    with readable_errors():
        from analysis.paper import explain as entries
        from sim.scenario.messages import find_nearest

        experiment, rest = options.split_experiment(words)
        exp, wanted = entries.everything(experiment), " ".join(rest)
        if not wanted:
            exit_with("Name something to explain, as in strait explain N1. strait list shows all names.", BAD_INPUT)
        matches = entries.matches(exp, wanted)
        if not matches:
            near = find_nearest(wanted, entries.names(exp).values())
            hint = f"Did you mean {near}?" if near else "strait list shows all names."
            exit_with(f"Nothing is called {wanted}. {hint}", BAD_INPUT)
        for kind, name in matches:
            show(entries.card(kind, name, exp))
