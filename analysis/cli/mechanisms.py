"""`strait mechanisms`: how much of a policy's effect goes through deterrence, and how much through provocation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

from typer import Option

from analysis.cli import options
from analysis.cli.question import Command, Report, Section, question_command

if TYPE_CHECKING:
    from analysis.questions.mechanisms import Mechanisms

OUTCOME = "use_of_force"
ONLY = "Only this: a key of `strait list contrasts`, or two policies A-B."


@question_command(outcomes="the first primary one", contrast=False)
def mechanisms(
    command: Command,
    policy: options.Policies = None,
    contrast: Annotated[str | None, options.contrast_option(ONLY, "the experiment's questions")] = None,
    trials: Annotated[
        int, Option(metavar="N", min=1, help="Trials of each policy under each worldview, for each combination.")
    ] = 6000,
) -> Report:
    """Does a policy deter or provoke? Divide its effect among the mechanisms by which it works, beliefs unchanged.

    Deterrence, lost hope, anger and the race, and entrapment are switched off on the same luck, in all 16
    combinations, under every worldview. The parts add up to the whole (Shapley values). An interrupted command
    continues where it stopped.
    """
    from analysis.figures.mechanisms_figure import (
        describe_mechanisms,
        draw_mechanisms,
        head_sentences,
        head_table,
        tabulate_mechanisms,
    )
    from analysis.questions import mechanisms as module

    def show(finding: Mechanisms) -> Iterator[Section]:
        for outcome in finding.question.outcomes:
            for pair in finding.contrasts:
                table = tabulate_mechanisms(finding, outcome, pair)
                yield Section(head_table(finding, outcome, pair), [], table=table)
            heading = head_sentences(finding, outcome)
            yield Section(heading, describe_mechanisms(finding, outcome), partial(draw_mechanisms, finding, outcome))

    questions = command.questions(lambda _: [OUTCOME])
    contrasts = [questions[0].contrast] if contrast else None
    findings = [module.mechanisms(one, command.work, contrasts=contrasts, trials=trials) for one in questions]
    return Report(findings, show)
