"""Luck and beliefs apart: a nested model with known parts, and the debate's own, played and from a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from planted import EXP

import sim
from analysis.figures import variance_figure
from analysis.figures.captions import digits
from analysis.questions.variance import (
    ALL,
    BELIEFS,
    LUCK,
    TOTAL,
    VIEWS,
    WORLDS,
    Variance,
    _figures,
    components,
    sums_of_block,
    variance,
)
from analysis.questions.work import Work
from sim.engine.question import Question
from sim.errors import QuestionError
from sim.scenario.experiment import Experiment
from sim.statistics.intervals import Floats

PAIR = "direct_ties-interoperability"
OUTCOMES = ["use_of_force", "crisis"]  # with a compensator, and without
VIEW_MEANS = np.array([0.0, 0.5, 1.0])
WORLD_SD, SHARED_SD, LUCK_SD, LEFT_SD = 0.7, 0.5, 2.0, 0.8
TRUTH = {  # of all worldviews together
    LUCK: LUCK_SD**2,
    WORLDS: WORLD_SD**2 + SHARED_SD**2,
    VIEWS: float(VIEW_MEANS.var()),
}


def nested(rng: np.random.Generator, worlds: int, lucks: int, apart: float = 1.0) -> tuple[Floats, Floats]:
    """What happened and its compensator, float[1, worldview, world, luck]; worldviews share part of what a world is."""
    views = len(VIEW_MEANS)
    own, shared = rng.normal(0, WORLD_SD, (views, worlds)), rng.normal(0, SHARED_SD, worlds)
    means = (apart * VIEW_MEANS[:, None] + own + shared)[None, :, :, None]
    return (means + rng.normal(0, LUCK_SD, (1, views, worlds, lucks)),
            means + rng.normal(0, LEFT_SD, (1, views, worlds, lucks)))  # fmt: skip


@pytest.mark.parametrize("lucks", [2, 3])
def test_parts_are_unbiased(lucks: int) -> None:
    rng, worlds = np.random.default_rng(11), 40
    found = np.stack([components(sums_of_block(*nested(rng, worlds, lucks)), np.array(worlds), lucks)
                      for _ in range(2000)])[:, 0]  # fmt: skip
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    parts = np.array([*TRUTH.values(), TRUTH[WORLDS] + TRUTH[VIEWS], sum(TRUTH.values())])
    assert (np.abs(found[:, -1].mean(axis=0) - parts) < 4 * error[-1]).all()
    each = np.array([TRUTH[LUCK], TRUTH[WORLDS]])
    assert (np.abs(found[:, :3, :2].mean(axis=0) - each) < 4 * error[:3, :2]).all()


def test_where_worldviews_agree_the_estimate_is_around_zero() -> None:
    rng = np.random.default_rng(5)
    blocks = (sums_of_block(*nested(rng, 50, 2, 0.0)) for _ in range(1000))
    found = np.array([components(block, np.array(50), 2)[0, -1, 2] for block in blocks])
    assert abs(found.mean()) < 4 * found.std(ddof=1) / np.sqrt(len(found))
    assert (found < 0).mean() > 0.3  # so it does come out below 0, and must be reported as it is


def test_intervals_hold_the_truth() -> None:
    rng, blocks, size, runs = np.random.default_rng(8), 50, 20, 300
    parts = np.array([*TRUTH.values(), TRUTH[WORLDS] + TRUTH[VIEWS], sum(TRUTH.values())])
    inside = np.zeros((len(parts), 2))
    for _ in range(runs):
        made = np.stack([sums_of_block(*nested(rng, size, 2)) for _ in range(blocks)])
        whole = components(made.sum(axis=0), np.array(blocks * size), 2)[0, -1]
        without = components(made.sum(axis=0) - made, np.full((blocks, 1), (blocks - 1) * size), 2)[:, 0, -1]
        for i, (_, low, high, _, share_low, share_high) in enumerate(_figures(whole, without)):
            inside[i] += low <= parts[i] <= high, share_low - 1e-9 <= parts[i] / parts[-1] <= share_high + 1e-9
    assert (inside / runs > 0.95 - 4 * np.sqrt(0.95 * 0.05 / runs)).all()


def question(exp: Experiment = EXP) -> Question:
    return Question.of(exp, contrast=PAIR, outcomes=OUTCOMES, lucks=2)


@pytest.fixture(scope="module")
def real() -> Variance:
    """The debate's own, with few trials."""
    return variance(question(), trials=400)


def test_the_parts_add_up_to_the_variance_there_is(real: Variance) -> None:
    """What happens with chance p varies by p(1 - p), whatever its parts."""
    run = sim.run(replace(EXP, lucks=2), trials=400)
    for (start, view, policy), rows in run.records.items():
        if start == real.question.start.name:
            chance = float(rows["crisis"].mean())
            total = float(real.parts("crisis", policy, worldview=view)[TOTAL]["variance"])
            assert total == pytest.approx(chance * (1 - chance), rel=0.01)
    apart = real.parts("use_of_force", "direct_ties", "interoperability")
    assert {part: one["estimator"] for part, one in apart.items()} == {
        LUCK: "raw", WORLDS: "compensator", VIEWS: "compensator", BELIEFS: "compensator", TOTAL: "raw and compensator"
    }  # fmt: skip
    assert real.parts("crisis", "both")[WORLDS]["estimator"] == "raw"
    assert (real.table["above_zero"] == np.where(real.table["low"] > 0, "yes", "no")).all()


def test_a_run_with_two_lucks_says_the_same(real: Variance) -> None:
    run = sim.run(replace(EXP, lucks=2), trials=400)
    found = variance(Question.of(run.experiment, contrast=PAIR, outcomes=OUTCOMES), run=run)
    assert found.table.to_csv() == real.table.to_csv()


def test_workers_and_interruptions_change_nothing(tmp_path: Path, real: Variance) -> None:
    first = variance(question(), Work(tmp_path, workers=1), trials=400)
    next(iter(sorted((tmp_path / "played").iterdir()))).unlink()
    again = variance(question(), Work(tmp_path), trials=400)
    assert first.table.to_csv() == again.table.to_csv() == real.table.to_csv()


def test_what_cannot_be_decomposed_is_rejected() -> None:
    with pytest.raises(QuestionError, match="one luck in each world"):
        variance(Question.of(EXP, contrast=PAIR, lucks=1))
    with pytest.raises(QuestionError, match="one luck in each world"):
        variance(Question.of(EXP, contrast=PAIR), run=sim.run(EXP, trials=20))
    policies = tuple(replace(policy, levers=EXP.policies[0].levers, when_coerced=EXP.policies[0].when_coerced)
                     for policy in EXP.policies)  # fmt: skip
    with pytest.raises(QuestionError, match="same in every trial of both"):
        variance(question(replace(EXP, policies=policies)), trials=200)


def test_the_figure_says_what_the_table_says(real: Variance) -> None:
    drawn, told = variance_figure.draw_variance(real), variance_figure.describe_variance(real)
    share = 100 * float(real.parts("use_of_force", "direct_ties")[BELIEFS]["share"])
    assert f"{digits(share)}\u00a0%" in told[0]
    assert told[0] in drawn.caption
    assert {*real.table["worldview"]} == {ALL, *(view.name for view in EXP.worldviews)}
