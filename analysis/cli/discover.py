"""`strait discover`: with which beliefs the policy that mostly does worse does better."""

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


def discover(
    context: Context,
    experiment: Experiment = DEBATE,
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    worldview: Worldview = None,
    start: LastStart = None,
    points: Annotated[int, Option(metavar="N", min=64, help="Sets of beliefs, a power of 2.")] = 4096,
    trials: Trials = 400,
    coverage: Annotated[
        float, Option(metavar="SHARE", min=0.05, max=1, help="Share of the cases that PRIM's box contains at least.")
    ] = 0.5,
    beyond_margin: Annotated[
        bool, Option("--beyond-margin", help="Count only differences above what counts as the same.")
    ] = False,
    set_: Set = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = Path("out/discover"),
    no_figures: NoFigures = False,
) -> None:
    """With which beliefs does the policy that mostly does worse do better?

    Every belief is set at random between the two authors' readings, thousands of times. Of those sets in which the
    exception does better, boxes are drawn (PRIM, and a tree), and tested on sets that had no part in it. An
    interrupted command continues where it stopped.
    """
    from analysis.figures.discover_figure import describe_discover, draw_discover
    from analysis.questions.discover import discover as find_boxes
    from analysis.questions.discover import disputed_outcomes

    answer(
        context,
        lambda command: [
            find_boxes(question, command.work, points=points, trials=trials, coverage=coverage,
                       beyond_margin=beyond_margin)
            for question in command.questions(disputed_outcomes)
        ],
        sections_by_outcome(describe_discover, draw_discover),
    )  # fmt: skip
