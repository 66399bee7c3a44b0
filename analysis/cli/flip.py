"""`strait flip`: how few beliefs must change for the other policy to do better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Context, Option

from analysis.cli.options import (
    DEBATE,
    FLAGSHIP,
    Contrast,
    Experiment,
    LastStart,
    NoFigures,
    Out,
    Outcomes,
    Seed,
    Set,
    Trials,
    Workers,
    shipped_files,
)
from analysis.cli.question import answer, one_section


def flip(
    context: Context,
    experiment: Experiment = DEBATE,
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    worldview: Annotated[
        list[str] | None,
        Option("--worldview", metavar="NAME", help="Begin with these beliefs; repeat for more.", show_default="each",
               autocompletion=shipped_files("worldviews")),
    ] = None,
    start: LastStart = None,
    trials: Trials = 3000,
    set_: Set = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = Path("out/flip"),
    no_figures: NoFigures = False,
) -> None:  # fmt: skip
    """How few beliefs must change for the other policy to do better?

    From a worldview, claims are swapped for the other author's reading until the result turns round. Without
    --outcome it is about the first primary one.
    """
    from analysis.figures.flip_figure import describe_flip, draw_flip
    from analysis.questions.finding import stakes
    from analysis.questions.flip import flip as find_flip

    answer(
        context,
        lambda command: [
            find_flip(question, command.work, trials=trials)
            for question in command.questions(
                lambda exp: stakes(exp)[:1], each_outcome=True,
                worldviews=worldview or [view.name for view in command.experiment.worldviews],
            )
        ],
        one_section(describe_flip, draw_flip),
    )  # fmt: skip
