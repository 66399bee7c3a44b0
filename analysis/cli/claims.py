"""`strait claims`: which belief decides."""

from __future__ import annotations

from analysis.cli.options import Trials
from analysis.cli.question import Command, Report, question_command, sections_by_outcome


@question_command()
def claims(command: Command, trials: Trials = 5000) -> Report:
    """Which beliefs make two worldviews disagree? Divide the distance between them among the claims of the essays.

    Under Newsham's beliefs one policy does better, under Self's perhaps the other. The numbers of all claims add up to
    the distance. No other command explains the disagreement as a whole. An interrupted command continues where it
    stopped.
    """
    from analysis.figures.claims_figure import describe_claims, draw_claims
    from analysis.questions.claims import claims as divide
    from analysis.questions.finding import stakes

    findings = [divide(question, command.work, trials=trials) for question in command.questions(stakes)]
    return Report(findings, sections_by_outcome(describe_claims, draw_claims))
