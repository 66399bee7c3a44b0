"""`strait robust`: which policy one would regret least."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Context, Option

from analysis.cli import BAD_INPUT, exit_with
from analysis.cli.options import DEBATE, LastStart, NoFigures, Out, Outcomes, Seed, Set, Trials, Workers
from analysis.cli.question import Command, ExperimentOrRun, Section, answer, heading_of

if TYPE_CHECKING:
    from analysis.questions.robust import Robust


def robust(
    context: Context,
    experiment: ExperimentOrRun = DEBATE,
    outcome: Outcomes = None,
    keep: Annotated[
        list[str] | None, Option("--keep", metavar="OUTCOME=LEVEL", help="Count worlds that stay within this level.")
    ] = None,
    start: LastStart = None,
    trials: Trials = 20_000,
    lucks: Annotated[
        int | None, Option("--lucks", metavar="N", min=2, help="Trials in each world.", show_default="20")
    ] = None,
    set_: Set = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = Path("out/robust"),
    no_figures: NoFigures = False,
) -> None:
    """Which policy would one regret least, unsure who is right and what matters?

    Ranks all policies by expected loss, regret, worst cases and thresholds, at each set of values, and draws a map of
    the best policy over two things nobody knows: who is right, and whose values count. It plays twenty lucks in each
    world, or reads a finished run with several. An interrupted command continues where it stopped.
    """
    from analysis.figures.robust_figure import describe_robust, draw_robust
    from analysis.figures.robust_map_figure import describe_robust_map, draw_robust_map
    from analysis.questions import robust as ranking

    thresholds = dict(map(_threshold, keep or ()))

    def play(command: Command) -> list[Robust]:
        if not command.run:
            exp = command.experiment if start else replace(command.experiment, starts=command.experiment.starts[-1:])
            ranking.ranking_question(exp, outcome, thresholds=thresholds)  # checked before anything is played
            result = ranking.play_policies(exp, command.work, trials=trials, lucks=lucks or ranking.LUCKS)
            command.run = out / "run", result
        result = command.run[1]
        return [ranking.robust(result, outcomes=outcome, start=name, thresholds=thresholds)
                for name in start or [result.experiment.starts[-1].name]]  # fmt: skip

    def show(found: Robust) -> Iterator[Section]:
        for name in dict.fromkeys((*found.question.outcomes, *thresholds)):
            draw = partial(draw_robust, found, name) if name in found.question.outcomes else None
            yield Section(heading_of(found.question, name), describe_robust(found, name), draw)
        if len(found.map):
            heading = "Who is right, and whose values count:"
            yield Section(heading, describe_robust_map(found), partial(draw_robust_map, found))

    answer(context, play, show, reads_run=True)


def _threshold(text: str) -> tuple[str, float]:
    """An outcome and its threshold, from a text such as use_of_force=0.25."""
    name, _, level = text.partition("=")
    try:
        number = float(level)
    except ValueError:
        number = math.nan
    if not name or not math.isfinite(number):
        exit_with(f"--keep {text}: must be an outcome and a number, as in use_of_force=0.25", BAD_INPUT)
    return name, number
