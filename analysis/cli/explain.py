"""`strait explain`: everything the scenario files say about a name."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from analysis.cli import BAD_INPUT, exit_with, readable_errors


def explain(
    words: Annotated[list[str], Argument(metavar="NAME", help="Any name that strait list shows.")],
) -> None:
    """Say what a name stands for: meaning, unit, range, what both authors hold, evidence and sources."""
    with readable_errors():
        from rich.console import Console

        from analysis.paper import explain as show
        from sim.scenario.messages import find_nearest

        exp, wanted = show.everything(), " ".join(words)
        kinds, names = show.kinds(exp), show.names(exp)
        name = names.get(wanted.casefold())
        if name is None:
            near = find_nearest(wanted, names.values())
            exit_with(
                f"Nothing is called {wanted}. " + (f"Did you mean {near}?" if near else "See: strait list"),
                BAD_INPUT,
            )
        for kind in kinds:
            if name in kinds[kind]:
                Console(highlight=False).print(show.card(kind, name, exp))
