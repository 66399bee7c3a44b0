"""The seven figures of a run, risk against cost first, for each of its starts."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.figures.differences_figure import draw_differences
from analysis.figures.economic_loss_figure import draw_economic_loss
from analysis.figures.figure_layout import CaptionedFigure
from analysis.figures.first_times_figure import draw_first_times
from analysis.figures.outcome_shares_figure import draw_outcome_shares
from analysis.figures.risk_cost_figure import draw_risk_against_cost
from analysis.figures.rungs_figure import draw_rungs_over_time
from analysis.figures.verdict_grid import draw_who_is_right
from analysis.questions.timelines import FIRST_EVENTS, LOSSES
from sim.results.result import Result


def draw_run(result: Result) -> Iterator[CaptionedFigure]:
    """Yield the figures of every start of a result; those that compare policies only where there are two.

    >>> import sim
    >>> result = sim.run(sim.load("debate", starts=["2026"]), trials=100, seed=7)
    >>> next(draw_run(result)).name
    'risk_against_cost_2026'
    """
    exp, summary = result.experiment, result.summary()
    table = result.differences() if len(exp.policies) > 1 else None
    for start in exp.starts:
        yield draw_risk_against_cost(exp, summary, start.name, table)
        yield draw_outcome_shares(exp, summary, start.name)
        if table is not None:
            yield draw_differences(exp, table, start.name)
            yield draw_who_is_right(exp, summary, table, start.name)
        yield draw_rungs_over_time(exp, result.rungs, start.name)
        yield draw_first_times(exp, result.trials_of(*FIRST_EVENTS), start.name)
        yield draw_economic_loss(exp, summary, result.trials_of(*LOSSES), start.name)
