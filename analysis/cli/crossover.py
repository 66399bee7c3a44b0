"""`strait crossover`: where along a belief the better policy changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context, Option

from analysis.cli import BAD_INPUT, exit_with
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
    shipped_entries,
)
from analysis.cli.question import Command, answer, one_section, sections_by_outcome

if TYPE_CHECKING:
    from analysis.questions.finding import Finding


def crossover(
    context: Context,
    experiment: Experiment = DEBATE,
    words: Annotated[list[str] | None, Argument(hidden=True)] = None,
    claim: Annotated[
        list[str] | None,
        Option("--claim", metavar="NAME", help="Move the dial of this claim; repeat for more.",
               show_default="all with a dial", autocompletion=shipped_entries("claims")),
    ] = None,
    map_: Annotated[bool, Option("--map", help="Map two claims, with both dials moving.")] = False,
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    worldview: Worldview = None,
    start: LastStart = None,
    trials: Trials = 5000,
    set_: Set = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = Path("out/crossover"),
    no_figures: NoFigures = False,
) -> None:  # fmt: skip
    """Along one belief, where does the better policy change? Every claim's dial, or two as a map.

    0 is Self's reading of a claim, 1 is Newsham's. An interrupted command continues where it stopped.
    """
    from analysis.figures import crossover_figure, crossover_map_figure
    from analysis.questions.crossover import crossover as find_crossings
    from analysis.questions.crossover import map_dials
    from analysis.questions.finding import stakes

    def play(command: Command) -> list[Finding]:
        claims, questions = tuple(claim or ()), command.questions(stakes, each_outcome=map_)
        if not map_:
            return [find_crossings(question, command.work, claims=claims, trials=trials) for question in questions]
        if len(claims) != 2:
            exit_with("--map: name two claims, as in strait crossover --claim N18 --claim S12 --map", BAD_INPUT)
        return [map_dials(question, claims, command.work, trials=trials) for question in questions]

    by_outcome = sections_by_outcome(crossover_figure.describe_crossover, crossover_figure.draw_crossover)
    of_map = one_section(crossover_map_figure.describe_crossover_map, crossover_map_figure.draw_crossover_map)
    answer(context, play, of_map if map_ else by_outcome)
