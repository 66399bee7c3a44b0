"""Sensitivity: models with known results through the same code as the debate, luck apart, and the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from planted import EXP, means, planted
from SALib.analyze import morris, sobol
from SALib.sample import sobol as sobol_design
from SALib.test_functions import Ishigami, Sobol_G

from analysis.figures import sensitivity_figure
from analysis.questions.sensitivity import LAWS, sensitivity
from analysis.questions.work import Work
from sim.engine.question import Question
from sim.errors import QuestionError
from sim.statistics.indices import LUCK, Model, decompose, plain_problem, screen, seed_of
from sim.statistics.intervals import Floats

ISHIGAMI = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
VARIANCE = 7**2 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18 + 0.5
ALONE = np.array([0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 7**2 / 8, 0.0]) / VARIANCE
TOGETHER = ALONE + np.array([1, 0, 1]) * 0.01 * np.pi**8 * (1 / 18 - 1 / 50) / VARIANCE
BLOCKS = 20
SEQUENCES = 8
UNIT: dict[str, Any] = {"bounds": [[0.0, 1.0]] * 4, "num_vars": 4, "names": list("abcd"), "groups": list("xxyy")}
WEIGHTS = np.array([3.0, -2.0, 1.0, 0.0])


def exactly(function: Any, blocks: int = BLOCKS) -> Model:
    """A model without luck."""
    return lambda X: np.repeat(np.asarray(function(X), dtype=np.float64)[None, :, None], blocks, axis=0)


def noisy(common: float, with_input: float, seed: int) -> list[Model]:
    """Ishigami with luck, new in each model: some common to all rows of a block, and some that x1 turns round."""
    rng = np.random.default_rng(seed)

    def model() -> Model:
        one, two = rng.normal(0, common, (BLOCKS, 1)), rng.normal(0, with_input, (BLOCKS, 1))
        return lambda X: (Ishigami.evaluate(X) + one + two * np.sin(X[:, 0]))[:, :, None]

    return [model() for _ in range(SEQUENCES)]


def last(found: pd.DataFrame, measure: str, *, luck: bool = False) -> Floats:
    """Value, low and high of a measure at the full design: float[input, 3]."""
    rows = found[(found["points"] == found["points"].max()) & (found["measure"] == measure)]
    figures: Floats = rows.loc[(rows["input"] == LUCK) == luck, ["value", "low", "high"]].to_numpy(float)
    return figures


def noise(seed: int) -> Model:
    """A linear model with luck in each of its weights."""
    luck = np.random.default_rng(seed).normal(0, 1, (BLOCKS, 4))
    return lambda X: np.asarray((X @ WEIGHTS + luck @ X.T)[:, :, None])


def holds(found: Floats, truth: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray((found[:, 1] <= truth + 1e-12) & (truth - 1e-12 <= found[:, 2]))


def test_ishigamis_indices_lie_in_their_intervals() -> None:
    found = decompose([exactly(Ishigami.evaluate)] * SEQUENCES, ISHIGAMI, ["y"], 512, 0)
    for measure, truth in (("S1", ALONE), ("ST", TOGETHER)):
        assert holds(last(found, measure), truth).all()
        assert np.ptp(last(found, measure)[:, 1:], axis=1).max() < 0.35
    assert last(found, "ST", luck=True) == pytest.approx(0, abs=1e-12)


def test_without_luck_the_figures_are_salibs_own() -> None:
    """A sequence alone gives SALib's figures; several, the means of its numerators over that of its variances."""
    found = decompose([exactly(Ishigami.evaluate)] * SEQUENCES, ISHIGAMI, ["y"], 256, 0)
    own, variances = [], []
    for i in range(SEQUENCES):
        X = sobol_design.sample(plain_problem(ISHIGAMI), 32, calc_second_order=False, seed=seed_of(f"sobol {i}", 0))
        y = Ishigami.evaluate(X)
        variances.append(np.var(y.reshape(32, 5)[:, [0, -1]]))
        # SALib centres on the mean of all rows, and scales; neither moves a figure but by what rounding is.
        own.append(sobol.analyze(plain_problem(ISHIGAMI), y, calc_second_order=False, seed=1))
    for measure in ("S1", "ST"):
        expected = np.average([one[measure] for one in own], axis=0, weights=variances)
        assert last(found, measure)[:, 0] == pytest.approx(expected)
    given: list[tuple[Floats, Floats]] = []

    def model(X: Floats) -> Floats:
        given.append((X, Ishigami.evaluate(X)))
        return exactly(Ishigami.evaluate)(X)

    effects = screen(model, ISHIGAMI, ["y"], 30, 0)
    theirs = morris.analyze(plain_problem(ISHIGAMI), *given[0], seed=1)
    for measure in ("mu", "mu_star", "sigma"):
        values = last(effects, measure)
        assert values[:, 0] == pytest.approx(np.asarray(theirs[measure], dtype=float))
        assert holds(values, values[:, 0]).all()


def test_intervals_are_as_wide_as_the_errors() -> None:
    """Over 60 designs of Ishigami's function: 95 % hold the truth, and none is far wider than the errors are.

    A bootstrap of the points of one sequence held it in all of them, with limits two to three times too far apart.
    """
    runs, truth = 60, np.r_[ALONE, TOGETHER]
    models = [exactly(Ishigami.evaluate, blocks=2)] * SEQUENCES
    made = [decompose(models, ISHIGAMI, ["y"], 128, seed) for seed in range(runs)]
    figures = np.stack([np.concatenate([last(one, "S1"), last(one, "ST")]) for one in made])
    covered = np.mean([holds(one, truth) for one in figures])
    assert abs(covered - 0.95) < 0.05
    errors = np.sqrt(((figures[:, :, 0] - truth) ** 2).mean(axis=0))
    widths = (figures[:, :, 2] - figures[:, :, 1]).mean(axis=0) / 2
    assert (widths < 1.6 * 1.96 * errors).all()  # Student's t over eight sequences is 1.2 times the normal quantile


def test_sobols_g() -> None:
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    given = {"num_vars": 8, "names": [f"x{i}" for i in range(8)], "bounds": [[0.0, 1.0]] * 8}
    found = decompose([exactly(lambda X: Sobol_G.evaluate(X, a))] * SEQUENCES, given, ["y"], 512, 3)
    assert holds(last(found, "S1"), Sobol_G.sensitivity_index(a)).all()
    assert holds(last(found, "ST"), Sobol_G.total_sensitivity_index(a)).all()
    stars = last(screen(exactly(lambda X: Sobol_G.evaluate(X, a)), given, ["y"], 40, 3), "mu_star")[:, 0]
    assert (np.diff(stars[:5]) < 0).all()  # a larger a matters less


def test_a_linear_model_is_read_exactly() -> None:
    before = {key: list(value) if isinstance(value, list) else value for key, value in UNIT.items()}
    found = screen(exactly(lambda X: X @ WEIGHTS), UNIT, ["y"], 4, 0)
    assert last(found, "mu")[:, 0] == pytest.approx(WEIGHTS)
    assert last(found, "mu_star")[:, 0] == pytest.approx(np.abs(WEIGHTS))
    assert last(found, "sigma")[:, 0] == pytest.approx(0, abs=1e-9)
    shares = decompose([exactly(lambda X: X @ WEIGHTS)] * SEQUENCES, UNIT, ["y"], 256, 0)
    for measure in ("S1", "ST"):
        assert holds(last(shares, measure), WEIGHTS**2 / (WEIGHTS @ WEIGHTS)).all()
        assert last(shares, measure)[3] == pytest.approx(0, abs=1e-12)  # an input that does nothing: exactly nothing
    assert before == UNIT  # SALib has changed nothing of ours


def test_luck_is_taken_out_and_its_share_is_known() -> None:
    """Over 25 draws of luck: figures right on average, intervals right at least nine times in ten."""
    common, with_input, runs = 3.0, 2.0, 25
    made = [decompose(noisy(common, with_input, seed), ISHIGAMI, ["y"], 64, seed) for seed in range(runs)]
    lucks = np.array([common**2, common**2 + with_input**2 / 2]) / BLOCKS
    for measure, own, luck in (("S1", ALONE, lucks[0]), ("ST", TOGETHER, lucks[1])):
        for truth, lucky in ((own, False), (np.array([luck / (VARIANCE + lucks[1])]), True)):
            rows = np.stack([last(one, measure, luck=lucky) for one in made])
            error = rows[:, :, 0].std(axis=0, ddof=1) / np.sqrt(runs)
            assert (np.abs(rows[:, :, 0].mean(axis=0) - truth) < 4 * error + 0.02).all()
            assert np.mean([holds(one, truth) for one in rows]) >= 0.9


def test_luck_never_makes_an_effect_of_nothing() -> None:
    """Effects that are all luck look large; their intervals still hold the truth, which is 0."""
    wrong = 0
    for seed in range(20):
        found = screen(noise(seed), UNIT, ["y"], 10, seed)
        wrong += int((~holds(last(found, "mu_star"), np.abs(WEIGHTS))).sum())
    assert wrong <= 8  # of 80


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda X: np.where(X[:, :1] > 0, np.nan, 0.0)[None].repeat(2, axis=0), "NaN"),
        (lambda X: np.ones((2, len(X), 1)), "same in every row"),
        (lambda X: np.random.default_rng(0).normal(size=(2, 1, 1)) + np.zeros((2, len(X), 1)), "same in every row"),
        (lambda X: X[None, :, :1], "two blocks"),
    ],
)
def test_values_that_salib_would_turn_into_zeros_are_rejected(model: Model, message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        screen(model, UNIT, ["y"], 8, 0)
    with pytest.raises(QuestionError, match=message):
        decompose([model] * 2, UNIT, ["y"], 8, 0)


def test_luck_alone_is_rejected() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(QuestionError, match="luck moves it more"):
        decompose([lambda X: rng.normal(size=(BLOCKS, len(X), 1))] * SEQUENCES, UNIT, ["y"], 64, 0)


def test_a_planted_difference_through_the_whole_path() -> None:
    """Dials move means in a straight line, so what each weighs is known: its effect squared, of the sum."""
    weights = {"force_hr_lost_hope": 1.0, "hope_loss_ties": -2.0, "us_or_japan_help": 1.0}
    found = sensitivity(planted({(name,): w for name, w in weights.items()}, 0.3, noise=2.0),
                        trials=400, trajectories=4, points=128, heaviest=3)  # fmt: skip
    ends = {name: means(name) for name in ("newsham", "self", "neutral")}
    claims = zip(("S7", "S16", "N22"), weights, strict=True)
    effect = {claim: weights[name] * (ends["newsham"][name] - ends["self"][name]) for claim, name in claims}
    figures = {
        (str(row["measure"]), str(row["input"])): (float(row["value"]), float(row["low"]), float(row["high"]))
        for row in found.table.to_dict("records")
    }
    assert {*found.table.query("method == 'sobol'")["input"]} == {*effect, LUCK}
    whole = sum(value**2 for value in effect.values())
    for claim, value in effect.items():
        share = value**2 / whole
        for measure, truth in (("mu", value), ("mu_star", abs(value)), ("S1", share), ("ST", share)):
            _, low, high = figures[measure, claim]
            assert low <= truth <= high, (claim, measure)
    turned = found.tornado[found.tornado["input"] == "S7"].set_index("end")
    both = turned["change"]["high"] - turned["change"]["low"]
    assert both == pytest.approx(effect["S7"], rel=0.05)
    assert 0 < figures["S1", LUCK][0] <= figures["ST", LUCK][0]


def test_the_law_of_readings_moves_claims_from_stop_to_stop() -> None:
    """A linear model: Morris gives the whole way between the ends, and shares are those of three even stops or two."""
    weights = {"force_hr_lost_hope": 1.0, "prc_opportunist_prob": 2.0}
    question = planted({(name,): w for name, w in weights.items()}, noise=0.5)
    found = sensitivity(question, over="readings", trials=100, trajectories=4, points=256, heaviest=2)
    ends = {name: means(name) for name in ("newsham", "self", "neutral")}
    stops = {"S7": [ends[view]["force_hr_lost_hope"] for view in ("self", "neutral")],
             "N12": [2 * ends[view]["prc_opportunist_prob"] for view in ("self", "neutral", "newsham")]}  # fmt: skip
    rows = found.table.set_index(["measure", "input"])
    for claim, values in stops.items():
        share = np.var(values) / sum(np.var(each) for each in stops.values())
        for measure, truth in (("mu", values[-1] - values[0]), ("S1", share)):
            low, high = rows.loc[(measure, claim), ["low", "high"]].to_numpy(float)
            assert low <= truth <= high, (claim, measure)
    assert found.law == LAWS["readings"]
    assert found.design["levels"] == 2


def test_workers_and_interruptions_change_nothing(tmp_path: Path) -> None:
    question = planted({("force_hr_lost_hope", "us_or_japan_help"): 1.0}, noise=1.0)
    small: dict[str, Any] = {"trials": 40, "trajectories": 2, "points": 8, "heaviest": 2}
    reports: list[tuple[int, int]] = []
    whole = sensitivity(question, Work(workers=1, progress=lambda *two: reports.append(two)), **small)
    assert reports[-1][0] == reports[-1][1]
    first = sensitivity(question, Work(tmp_path, workers=3), **small)
    kept = sorted((tmp_path / "played").iterdir())
    kept[0].unlink()
    kept[1].write_bytes(kept[1].read_bytes()[:100])  # cut short
    again = sensitivity(question, Work(tmp_path), **small)
    for other in (first, again):
        for name in ("table", "convergence", "tornado"):
            assert getattr(whole, name).to_csv() == getattr(other, name).to_csv()


def test_over_parameters_and_what_is_shown() -> None:
    question = planted({("us_intervenes_prob",): 1.0, ("force_hr_lost_hope",): 0.2}, noise=1.0)
    found = sensitivity(question, over="parameters", trials=20, trajectories=2, points=64, heaviest=2)
    assert {*found.table.query("method == 'sobol'")["input"]} == {"us_intervenes_prob", "force_hr_lost_hope", LUCK}
    assert (found.table["law"] == LAWS["parameters"]).all()
    assert {*found.convergence["points"]} == {2, 32, 64}
    drawn = sensitivity_figure.draw_sensitivity(found, "use_of_force")
    heaviest = found.table.query("measure == 'ST'").sort_values("value", ascending=False)["input"].iloc[0]
    assert f"{heaviest} " in sensitivity_figure.describe_sensitivity(found, "use_of_force")[1]
    shown = " ".join(text.get_text() for text in drawn.figure.findobj(Text))
    assert LAWS["parameters"] in " ".join([drawn.caption, *shown.split()])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"over": "dial"}, "nearest: dials"),
        ({"points": 100}, "power of 2"),
        ({"trajectories": 1}, "2 or more"),
        ({"heaviest": 0}, "whole number"),
    ],
    ids=str,
)
def test_sizes_out_of_range_are_rejected(change: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        sensitivity(Question.of(EXP, contrast="direct_ties-interoperability"), **change)
