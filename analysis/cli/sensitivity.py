"""`strait sensitivity`: which beliefs weigh most when all are open at once."""

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
    Worldview,
)
from analysis.cli.question import answer, sections_by_outcome


def sensitivity(
    context: Context,
    experiment: Experiment = DEBATE,
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    worldview: Worldview = None,
    start: LastStart = None,
    over: Annotated[str, Option(metavar="KIND", help="dials: the claims'; parameters: every number.")] = "dials",
    trials: Trials = 400,
    trajectories: Annotated[int, Option(metavar="N", min=2, help="Trajectories of Morris' screening.")] = 24,
    points: Annotated[int, Option(metavar="N", min=8, help="Points of Sobol's design, a power of 2.")] = 512,
    heaviest: Annotated[int, Option(metavar="N", min=1, help="Inputs that go from Morris to Sobol.")] = 12,
    set_: Set = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = Path("out/sensitivity"),
    no_figures: NoFigures = False,
) -> None:
    """Which beliefs weigh most in the difference between two policies, when all of them are open at once?

    Each belief alone (tornado), all at random (Morris), and the share of the spread that each makes (Sobol), with luck
    kept apart. An interrupted command continues where it stopped.
    """
    from analysis.figures.sensitivity_figure import describe_sensitivity, draw_sensitivity
    from analysis.questions.finding import stakes
    from analysis.questions.sensitivity import sensitivity as weigh

    sizes = {"trials": trials, "trajectories": trajectories, "points": points, "heaviest": heaviest}
    answer(
        context,
        lambda command: [weigh(question, command.work, over=over, **sizes) for question in command.questions(stakes)],
        sections_by_outcome(describe_sensitivity, draw_sensitivity),
    )
