"""`strait page`: the simulator as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument

from analysis.cli import BAD_INPUT, exit_with, options, readable_errors, refuse_other_page


def page(
    words: Annotated[
        list[str],
        Argument(metavar="FILE.html", help="The file to write. Put your experiment's file first for its policies."),
    ],
) -> None:
    """Write the simulator as one HTML file that any browser opens, without Python and without a network.

    It holds the policies, beliefs and starts of the experiment. One moves beliefs and sees at once what follows.
    """
    with readable_errors():
        experiment, rest = options.split_experiment(words)
        if len(rest) != 1 or not rest[0].lower().endswith((".html", ".htm")):
            exit_with(
                f"give one file that ends in .html, such as strait page debate.html; got {' '.join(words)}", BAD_INPUT
            )
        path = Path(rest[0])
        from analysis.page import build
        from sim.errors import QuestionError
        from sim.results import disk

        refuse_other_page(path, build.GENERATOR, "strait page")
        exp = options.load_experiment(experiment)
        typer.echo("Weighing the beliefs, which takes some seconds.", err=True)
        try:
            text = build.build(exp, experiment)
        except QuestionError as error:
            exit_with(str(error), BAD_INPUT)
        path.parent.mkdir(parents=True, exist_ok=True)
        disk.save(path, text.encode())
        typer.echo(f"Page: {path} ({path.stat().st_size / 1000:.0f} kB). Open it in a browser.")
