"""`strait sensitivity`: which beliefs weigh most when all are open at once."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from analysis.cli.options import Trials, Worldview
from analysis.cli.question import Command, Report, question_command, sections_by_outcome


@question_command()
def sensitivity(
    command: Command,
    worldview: Worldview = None,
    over: Annotated[
        str,
        Option(
            metavar="LAW",
            help="dials: each claim accepted by between none and all; readings: each from the "
            "evidence or an author's reading; parameters: every number.",
        ),
    ] = "dials",
    trials: Trials = 400,
    trajectories: Annotated[int, Option(metavar="N", min=2, help="Trajectories of Morris' screening.")] = 24,
    points: Annotated[int, Option(metavar="N", min=8, help="Points of Sobol's design, a power of 2.")] = 1024,
    heaviest: Annotated[int, Option(metavar="N", min=1, help="Inputs that go from Morris to Sobol.")] = 12,
) -> Report:
    """Which beliefs move the difference between two policies most, when all of them are open at once?

    It weighs the spread of results and needs no worldview; strait worth asks which belief would change the choice. Each
    belief alone (tornado), all at random (Morris), and the share of the spread that each makes (Sobol), with luck
    kept apart. An interrupted command continues where it stopped.
    """
    from analysis.figures.sensitivity_figure import describe_sensitivity, draw_sensitivity
    from analysis.questions.finding import stakes
    from analysis.questions.sensitivity import sensitivity as weigh

    sizes = {"trials": trials, "trajectories": trajectories, "points": points, "heaviest": heaviest}
    findings = [weigh(question, command.work, over=over, **sizes) for question in command.questions(stakes)]
    return Report(findings, sections_by_outcome(describe_sensitivity, draw_sensitivity))
