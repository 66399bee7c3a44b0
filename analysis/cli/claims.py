"""`strait claims`: which belief decides."""

from __future__ import annotations

from pathlib import Path

from typer import Context

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
)
from analysis.cli.question import answer, sections_by_outcome


def claims(
    context: Context,
    experiment: Experiment = DEBATE,
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    start: LastStart = None,
    trials: Trials = 5000,
    set_: Set = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = Path("out/claims"),
    no_figures: NoFigures = False,
) -> None:
    """Which belief decides? Divide the disagreement between two worldviews among the claims of the essays.

    Under Newsham's beliefs one policy does better, under Self's perhaps the other. This shows how much of the
    distance between the two each claim carries. An interrupted command continues where it stopped.
    """
    from analysis.figures.claims_figure import describe_claims, draw_claims
    from analysis.questions.claims import claims as divide
    from analysis.questions.finding import stakes

    answer(
        context,
        lambda command: [divide(question, command.work, trials=trials) for question in command.questions(stakes)],
        sections_by_outcome(describe_claims, draw_claims),
    )
