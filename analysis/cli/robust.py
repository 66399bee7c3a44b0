"""`strait robust`: which policy one would regret least."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from analysis.cli import BAD_INPUT, exit_with
from analysis.cli.options import Trials
from analysis.cli.question import LOSSES, Command, Report, Section, heading_of, question_command

if TYPE_CHECKING:
    from analysis.questions.robust import Robust

Thresholds = Annotated[
    list[str] | None, Option("--keep", metavar="OUTCOME=LEVEL", help="Count worlds that stay within this level.")
]
Lucks = Annotated[int | None, Option("--lucks", metavar="N", min=2, help="Trials in each world.", show_default="20")]


@question_command(outcomes=LOSSES, contrast=False, reads_run=True)
def robust(command: Command, keep: Thresholds = None, trials: Trials = 20_000, lucks: Lucks = None) -> Report:
    """Which policy would one regret least, unsure who is right and what matters?

    Ranks all policies by expected loss, regret, worst cases and thresholds, at each set of values, and draws a map of
    the best policy over two things nobody knows: who is right, and whose values count. It plays twenty lucks in each
    world, or reads a finished run with several. An interrupted command continues where it stopped.
    """
    from analysis.figures.robust_figure import describe_robust, draw_robust
    from analysis.figures.robust_map_figure import describe_robust_map, draw_robust_map
    from analysis.questions import robust as module

    thresholds = dict(map(_threshold, keep or ()))
    starts, outcomes = command.options["start"], command.options["outcome"]
    if not command.run:
        exp = command.experiment if starts else replace(command.experiment, starts=command.experiment.starts[-1:])
        module.ranking_question(exp, outcomes, thresholds=thresholds)  # checked before anything is played
        played = module.play_policies(exp, command.work, trials=trials, lucks=lucks or module.LUCKS)
        command.run = Path(command.options["out"]) / "run", played
    run = command.run[1]

    def show(finding: Robust) -> Iterator[Section]:
        for name in dict.fromkeys((*finding.question.outcomes, *thresholds)):
            draw = partial(draw_robust, finding, name) if name in finding.question.outcomes else None
            yield Section(heading_of(finding.question, name), describe_robust(finding, name), draw)
        if len(finding.map):
            heading = "Who is right, and whose values count:"
            yield Section(heading, describe_robust_map(finding), partial(draw_robust_map, finding))

    names = starts or [run.experiment.starts[-1].name]
    return Report([module.robust(run, outcomes=outcomes, start=name, thresholds=thresholds) for name in names], show)


def _threshold(text: str) -> tuple[str, float]:
    """Read an outcome and its threshold from a text such as use_of_force=0.25."""
    name, _, level = text.partition("=")
    try:
        number = float(level)
    except ValueError:
        number = math.nan
    if not name or not math.isfinite(number):
        exit_with(f"--keep {text}: must be an outcome and a number, as in use_of_force=0.25", BAD_INPUT)
    return name, number
