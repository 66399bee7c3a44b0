"""`strait flip`: how few beliefs must change for the other policy to do better."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from analysis.cli.options import Trials, shipped_files
from analysis.cli.question import Command, Report, one_section, question_command

Worldviews = Annotated[
    list[str] | None,
    Option("--worldview", metavar="NAME", help="Begin with these beliefs; repeat for more.", show_default="each",
           autocompletion=shipped_files("worldviews")),
]  # fmt: skip


@question_command(outcomes="the first primary one")
def flip(command: Command, worldview: Worldviews = None, trials: Trials = 3000) -> Report:
    """How few beliefs must change together for the other policy to do better?

    From a worldview, claims are read as an author or the evidence has them, until the result turns round. It counts
    whole changes of mind; how far one belief must move is in strait crossover. Without --outcome it is about the first
    primary one.
    """
    from analysis.figures.flip_figure import describe_flip, draw_flip
    from analysis.questions.finding import stakes
    from analysis.questions.flip import flip as find_flip

    views = worldview or [view.name for view in command.experiment.worldviews]
    questions = command.questions(lambda exp: stakes(exp)[:1], each_outcome=True, worldviews=views)
    findings = [find_flip(question, command.work, trials=trials) for question in questions]
    return Report(findings, one_section(describe_flip, draw_flip))
