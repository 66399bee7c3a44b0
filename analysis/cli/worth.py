"""`strait worth`: which belief, if settled, would change the choice of a policy, and what that would save."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from typer import Option

from analysis.cli.options import Policies, Worldview
from analysis.cli.question import LOSSES, Command, Report, Section, question_command, sections_by_outcome

if TYPE_CHECKING:
    from analysis.questions.worth import Worth


@question_command(outcomes=LOSSES, contrast=False)
def worth(
    command: Command,
    policy: Policies = None,
    worldview: Worldview = None,
    points: Annotated[int, Option(metavar="N", min=1024, help="Sets of beliefs, a power of 2.")] = 8192,
    trials: Annotated[int, Option(metavar="N", min=1, help="Trials of each policy at each set of beliefs.")] = 16,
) -> Report:
    """Suppose a study could settle one belief before Japan chooses. How much would that save?

    For each belief, the best sets of two to four, and all of them (the value of information: EVPPI and EVPI), by each
    set of values. Sobol's shares stand beside it: they say which belief moves the result, and this says which would
    change the choice. An interrupted command continues where it stopped.
    """
    from analysis.figures.worth_figure import describe_choices, describe_worth, draw_worth
    from analysis.questions import worth as module

    def show(finding: Worth) -> Iterator[Section]:
        yield from sections_by_outcome(describe_worth, draw_worth)(finding)
        if len(finding.question.outcomes) > 1:
            yield Section(f"From {finding.question.start.title}, by what one chooses:", describe_choices(finding), None)

    questions = command.questions(module.choice_outcomes)
    findings = [module.worth(question, command.work, points=points, trials=trials) for question in questions]
    return Report(findings, show)
