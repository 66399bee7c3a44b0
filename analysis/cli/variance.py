"""`strait variance`: how much of the spread is luck, and how much is what one believes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from analysis.cli.options import ExperimentLucks, Trials
from analysis.cli.question import Command, Report, Section, question_command

if TYPE_CHECKING:
    from analysis.questions.variance import Variance


@question_command(reads_run=True)
def variance(command: Command, trials: Trials = 20_000, lucks: ExperimentLucks = None) -> Report:
    """How much of the spread of an outcome is luck, and how much is what one believes?

    For each policy's outcome and for the difference between two, under each worldview and over all of them. It plays
    two lucks in each world at least, or reads a finished run that has them.
    """
    from analysis.figures.captions import ask, start_clause
    from analysis.figures.variance_figure import describe_variance, draw_variance
    from analysis.questions.finding import stakes
    from analysis.questions.variance import variance as decompose

    def show(finding: Variance) -> Iterator[Section]:
        exp, start = finding.question.experiment, finding.question.start
        heading = f"{ask(finding.question)}From {start_clause(exp, start)}, over all worldviews:"
        yield Section(heading, describe_variance(finding), partial(draw_variance, finding))

    if command.run:
        return Report([decompose(question, run=command.run[1]) for question in command.questions(stakes)], show)
    questions = command.questions(stakes, lucks=lucks or max(2, command.experiment.lucks))
    return Report([decompose(question, command.work, trials=trials) for question in questions], show)
