"""`strait check`, `strait explain` and `strait list`: what scenario files say, without playing them."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument

from analysis.cli import BAD_INPUT, app, everything, leave, plain_words


@app.command(epilog="Example:  strait check my_debate.yaml policies/mine.yaml")
def check(
    files: Annotated[list[str], Argument(metavar="FILE...", help="Scenario files of any kind.")],
) -> None:
    """Check scenario files, and show every mistake at once, each with its line. Nothing is run."""
    with plain_words():
        from analysis.evidence.file_checks import FILE_CHECKS
        from sim.scenario import loader

        if faults := loader.check(files, FILE_CHECKS):
            leave("\n".join(map(str, faults)), BAD_INPUT)
        typer.echo("Nothing wrong.")


@app.command(epilog="Examples:  strait explain N1    strait explain blockade")
def explain(
    words: Annotated[list[str], Argument(metavar="NAME", help="Any name that strait list shows.")],
) -> None:
    """Say what a name stands for: meaning, unit, range, what both authors hold, evidence and sources."""
    with plain_words():
        from rich.console import Console

        from analysis.paper import explain as show
        from sim.scenario.messages import nearest

        exp, wanted = everything(), " ".join(words)
        kinds, names = show.kinds(exp), show.names(exp)
        name = names.get(wanted.casefold())
        if name is None:
            near = nearest(wanted, names.values())
            leave(
                f"Nothing is called {wanted}. " + (f"Did you mean {near}?" if near else "See: strait list"),
                BAD_INPUT,
            )
        for kind in kinds:
            if name in kinds[kind]:
                Console(highlight=False).print(show.card(kind, name, exp))


@app.command("list", epilog="Examples:  strait list    strait list levers")
def list_(
    kind: Annotated[str | None, Argument(metavar="KIND", help="Only this kind, with what each name means.")] = None,
) -> None:
    """List all names: policies, worldviews, starts, claims, levers, parameters, outcomes and so on."""
    with plain_words():
        from rich.console import Console

        from analysis.paper import explain as show

        kinds = show.kinds(everything())
        if kind is None:
            Console(highlight=False).print(show.contents(kinds))
            return
        if kind not in kinds:
            leave(f"There is no kind {kind}. There are {', '.join(kinds)}.", BAD_INPUT)
        Console(highlight=False).print(show.listing(kinds[kind]))
