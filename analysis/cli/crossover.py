"""`strait crossover`: where along a belief the better policy changes."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from analysis.cli import BAD_INPUT, exit_with
from analysis.cli.options import Trials, Worldview, shipped_entries
from analysis.cli.question import Command, Report, one_section, question_command, sections_by_outcome

Claims = Annotated[
    list[str] | None,
    Option("--claim", metavar="NAME", help="Move the dial of this claim; repeat for more.",
           show_default="all with a dial", autocompletion=shipped_entries("claims")),
]  # fmt: skip


@question_command()
def crossover(
    command: Command,
    words: Annotated[list[str] | None, Argument(hidden=True, metavar="")] = None,
    claim: Claims = None,
    map_: Annotated[bool, Option("--map", help="Map two claims, with both dials moving.")] = False,
    worldview: Worldview = None,
    trials: Trials = 5000,
) -> Report:
    """How far must one belief move before the better policy changes? Every claim's dial, or two as a map.

    A dial goes from -1 (Self's reading) over 0 (the evidence) to 1 (Newsham's). All other beliefs stay as they are; to
    change several at once, see strait flip. An interrupted command continues where it stopped.
    """
    from analysis.figures.crossover_figure import describe_crossover, draw_crossover
    from analysis.figures.crossover_map_figure import describe_crossover_map, draw_crossover_map
    from analysis.questions.crossover import crossover as find_crossings
    from analysis.questions.crossover import map_dials
    from analysis.questions.finding import stakes

    chosen, questions, work = claim or [], command.questions(stakes, each_outcome=map_), command.work
    if not map_:
        findings = [find_crossings(question, work, claims=chosen, trials=trials) for question in questions]
        return Report(findings, sections_by_outcome(describe_crossover, draw_crossover))
    if len(chosen) != 2:
        exit_with("--map: name two claims, as in strait crossover --claim N18 --claim S12 --map", BAD_INPUT)
    maps = [map_dials(question, (chosen[0], chosen[1]), work, trials=trials) for question in questions]
    return Report(maps, one_section(describe_crossover_map, draw_crossover_map))
