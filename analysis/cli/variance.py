"""`strait variance`: how much of the spread is luck, and how much is what one believes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

from analysis.cli.options import (
    DEBATE,
    FLAGSHIP,
    Contrast,
    ExperimentLucks,
    LastStart,
    NoFigures,
    Out,
    Outcomes,
    Seed,
    Set,
    Trials,
    Workers,
)
from analysis.cli.question import Command, ExperimentOrRun, Section, answer

if TYPE_CHECKING:
    from analysis.questions.variance import Variance


def variance(
    context: Context,
    experiment: ExperimentOrRun = DEBATE,
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    start: LastStart = None,
    trials: Trials = 20_000,
    lucks: ExperimentLucks = None,
    set_: Set = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = Path("out/variance"),
    no_figures: NoFigures = False,
) -> None:
    """How much of the spread of an outcome is luck, and how much is what one believes?

    For each policy's outcome and for the difference between two, under each worldview and over all of them. It plays
    two lucks in each world at least, or reads a finished run that has them.
    """
    from analysis.figures.variance_figure import describe_variance, draw_variance
    from analysis.questions.finding import stakes
    from analysis.questions.variance import variance as decompose

    def play(command: Command) -> list[Variance]:
        if command.run:
            return [decompose(question, run=command.run[1]) for question in command.questions(stakes)]
        wanted = lucks or max(2, command.experiment.lucks)
        questions = command.questions(stakes, lucks=wanted)
        return [decompose(question, command.work, trials=trials) for question in questions]

    def show(found: Variance) -> Iterator[Section]:
        heading = f"From {found.question.start.title}, over all worldviews:"
        yield Section(heading, describe_variance(found), partial(draw_variance, found))

    answer(context, play, show, reads_run=True)
