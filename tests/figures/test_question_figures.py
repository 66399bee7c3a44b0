"""The figures of the question commands: no text is cut, overlaps or leaves the page, however long the titles are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from figure_text import faults_of

import sim
from analysis.figures.claims_figure import draw_claims
from analysis.figures.crossover_figure import draw_crossover
from analysis.figures.crossover_map_figure import draw_crossover_map
from analysis.figures.discover_figure import draw_discover
from analysis.figures.effort_figure import draw_equal_effort
from analysis.figures.figure_layout import CaptionedFigure
from analysis.figures.flip_figure import draw_flip
from analysis.figures.mechanisms_figure import draw_mechanisms
from analysis.figures.robust_figure import draw_robust
from analysis.figures.robust_map_figure import draw_robust_map
from analysis.figures.sensitivity_figure import draw_sensitivity
from analysis.figures.variance_figure import draw_variance
from analysis.figures.worth_figure import draw_worth
from analysis.questions import effort
from analysis.questions.claims import claims
from analysis.questions.crossover import crossover, map_dials
from analysis.questions.discover import discover
from analysis.questions.flip import flip
from analysis.questions.mechanisms import mechanisms
from analysis.questions.robust import play_policies, robust
from analysis.questions.sensitivity import sensitivity
from analysis.questions.variance import variance
from analysis.questions.worth import worth
from sim.engine.question import Question
from sim.scenario.experiment import Experiment

NAMES = ["status_quo", "direct_ties", "interoperability"]
LONG = {
    "status_quo": "Everything as it was, without one word or deed that anybody in Beijing could call new",
    "direct_ties": "Deep but discreet ties with a Japanese-Taiwanese liaison office and quiet training in Guam",
    "interoperability": "Counterstrike & $5bn of shelters, $2bn of missiles, and whatever else the alliance can link",
}
VIEWS = {"newsham": "If Newsham is right about everything except the public's opinion of the PRC"}


def experiment(long: bool) -> Experiment:
    exp = sim.load("debate", starts=["2026"], policies=NAMES, trials=200)
    if not long:
        return exp
    policies = tuple(replace(policy, title=LONG[policy.name]) for policy in exp.policies)
    views = tuple(replace(view, title=VIEWS.get(view.name, view.title)) for view in exp.worldviews)
    return replace(exp, policies=policies, worldviews=views)


def drawn(exp: Experiment) -> Iterator[CaptionedFigure | None]:
    question = Question.of(exp, contrast=("direct_ties", "status_quo"), outcomes=["use_of_force"])
    yield draw_claims(claims(question, trials=200), "use_of_force")
    yield draw_crossover(crossover(question, claims=["N18", "S16", "S12"], trials=200), "use_of_force")
    yield draw_crossover_map(map_dials(question, ("S16", "S12"), trials=200))
    yield draw_flip(flip(replace(question, worldview=exp.worldviews[0]), trials=200))
    yield draw_sensitivity(sensitivity(question, trials=20, trajectories=2, points=8, heaviest=4), "use_of_force")
    yield draw_variance(variance(Question.of(exp, contrast=NAMES[:2], outcomes=["use_of_force"], lucks=2), trials=200))
    yield draw_discover(discover(question, points=64, trials=20), "use_of_force")
    ranking = robust(play_policies(exp, trials=200, lucks=2))
    yield draw_robust_map(ranking)
    yield draw_robust(ranking, ranking.question.outcomes[0])
    yield draw_worth(worth(Question.of(exp, outcomes=["loss_neutral"]), points=1024, trials=2), "loss_neutral")
    yield draw_mechanisms(mechanisms(question, trials=100), "use_of_force")
    yield draw_equal_effort(exp, effort.table(exp, 100), "2026")


@pytest.mark.parametrize("long", [False, True], ids=["debate", "long titles"])
def test_no_text_is_cut_overlaps_or_leaves_the_page(long: bool) -> None:
    figures = [figure for figure in drawn(experiment(long)) if figure is not None]
    assert len(figures) >= 10
    assert not [fault for figure in figures for fault in faults_of(figure)]
