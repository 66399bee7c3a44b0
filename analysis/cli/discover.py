"""`strait discover`: with which beliefs the policy that mostly does worse does better."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from analysis.cli.options import Trials, Worldview
from analysis.cli.question import Command, Report, question_command, sections_by_outcome


@question_command(outcomes="the first primary one, and each author's loss")
def discover(
    command: Command,
    worldview: Worldview = None,
    points: Annotated[int, Option(metavar="N", min=64, help="Sets of beliefs, a power of 2.")] = 4096,
    trials: Trials = 400,
    coverage: Annotated[
        float, Option(metavar="SHARE", min=0.05, max=1, help="Share of the cases that PRIM's box contains at least.")
    ] = 0.5,
    beyond_margin: Annotated[
        bool, Option("--beyond-margin", help="Count only differences above what counts as the same.")
    ] = False,
    law: Annotated[
        str,
        Option(
            metavar="LAW",
            help="dials: each claim accepted by between none and all; readings: each from the "
            "evidence or an author's reading.",
        ),
    ] = "dials",
) -> Report:
    """With which beliefs does the policy that mostly does worse do better?

    Each claim is accepted by between none and all, at random, thousands of times. Of those sets in which the
    exception does better, boxes are drawn (PRIM, and a tree), and tested on sets that had no part in it. An
    interrupted command continues where it stopped.
    """
    from analysis.figures.discover_figure import describe_discover, draw_discover
    from analysis.questions import discover as module

    findings = [
        module.discover(question, command.work, points=points, trials=trials, coverage=coverage,
                        beyond_margin=beyond_margin, law=law)
        for question in command.questions(module.disputed_outcomes)
    ]  # fmt: skip
    return Report(findings, sections_by_outcome(describe_discover, draw_discover))
