"""Scenario discovery: a planted box comes back, noise gives none, and what is said of a box is true of it."""

from __future__ import annotations

import doctest
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from planted import planted
from scipy.stats import binom

from analysis.figures import discover_figure
from analysis.questions import discover as discover_module
from analysis.questions.discover import Discovery, discover, draw_dials
from analysis.questions.sensitivity import LAWS
from analysis.questions.work import Work
from sim.engine.beliefs import dialled_parameters, worldview_at
from sim.engine.question import Question
from sim.errors import QuestionError
from sim.statistics import boxes
from sim.statistics.boxes import Box, Flags
from sim.statistics.intervals import Floats

NAMES = [f"x{i}" for i in range(12)]
EDGES = {"x2": (0.6, 1.0), "x5": (0.0, 0.5)}  # the planted box
WRONG = 0.05  # of labels


def points(seed: int, n: int = 1024) -> tuple[Floats, Flags]:
    """Points in a cube of twelve inputs, of which two decide, with some labels turned round."""
    random = np.random.default_rng(seed)
    places = random.random((n, len(NAMES)))
    cases = (places[:, 2] > EDGES["x2"][0]) & (places[:, 5] < EDGES["x5"][1])
    return places, cases ^ (random.random(n) < WRONG)


def truth(box: Box) -> tuple[float, float]:
    """Coverage and density of a box on endless points."""
    size, overlap = 1.0, 1.0
    for name in box.names:
        low, high = np.clip(box.limits(name), 0, 1)
        begin, end = EDGES.get(name, (0.0, 1.0))
        size *= high - low
        overlap *= max(min(high, end) - max(low, begin), 0.0)
    hits = overlap * (1 - WRONG) + (size - overlap) * WRONG
    return hits / (0.2 * (1 - WRONG) + 0.8 * WRONG), hits / size


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_planted_box_comes_back(seed: int) -> None:
    found = boxes.find_boxes(points(10 * seed), points(10 * seed + 1), NAMES)
    assert {one.method for one in found} == {"prim", "cart"}
    for one in (found[0], next(one for one in found if one.method == "cart")):
        assert one.holds
        assert one.box.restricted == ("x2", "x5")  # and none of the ten that decide nothing
        assert one.box.low[2] == pytest.approx(0.6, abs=0.06)
        assert one.box.high[5] == pytest.approx(0.5, abs=0.06)
        assert (one.box.high[2], one.box.low[5]) == (np.inf, -np.inf)
        cases = points(10 * seed + 1)[1].sum()
        shares = ((one.held_out.coverage, cases), (one.held_out.density, one.held_out.points))
        for (share, n), true in zip(shares, truth(one.box), strict=True):
            assert share.estimate == pytest.approx(true, abs=4 * np.sqrt(true * (1 - true) / n))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rate", [0.05, 0.4])
def test_noise_gives_no_box(seed: int, rate: float) -> None:
    random = np.random.default_rng(seed)
    halves = [(random.random((512, 12)), random.random(512) < rate) for _ in range(2)]
    assert not [one for one in boxes.find_boxes(halves[0], halves[1], NAMES) if one.holds]


def test_a_box_is_judged_on_the_other_half() -> None:
    """A box that was right on one half and is not on the other does not hold."""
    random = np.random.default_rng(0)
    other = random.random((1024, 12)), random.random(1024) < 0.2
    found = boxes.find_boxes(points(1), other, NAMES)
    assert found
    assert not any(one.holds for one in found)
    assert (found[0].train.density.estimate or 0) > 0.9


def test_inputs_must_be_finite_and_fit() -> None:
    places, cases = points(1)
    with pytest.raises(ValueError, match="12 inputs"):
        boxes.find_boxes((places[:, :3], cases), (places, cases), NAMES)
    with pytest.raises(ValueError, match="missing"):
        boxes.find_boxes((np.where(places > 0.9, np.nan, places), cases), (places, cases), NAMES)


def test_exact_intervals() -> None:
    """Clopper and Pearson's, against the textbook's 4 of 20; they hold at least as often as they say."""
    n, limits = 30, np.array([boxes.exact_interval(hits, 30)[1:] for hits in range(31)], dtype=float)
    for true in np.linspace(0.01, 0.99, 50):
        inside = (limits[:, 0] <= true) & (true <= limits[:, 1])
        assert binom.pmf(np.arange(n + 1), n, true)[inside].sum() >= 0.95
    assert boxes.exact_interval(4, 20)[1:] == pytest.approx((0.0573, 0.4366), abs=5e-5)
    assert boxes.exact_interval(20, 20)[1:] == pytest.approx((0.025 ** (1 / 20), 1.0))
    assert boxes.exact_interval(0, 0) == (None, None, None)


def crossing_at(dial: float, noise: float = 0.0) -> Discovery:
    """A model whose first policy is better where the dial of S9, from -1, stands below a place, with luck."""
    question = planted({})
    name = dialled_parameters(question.experiment.catalogue)["S9"][0]
    u = (np.arange(2000) + 0.5) / 2000
    laws = [worldview_at(question.experiment.catalogue, {"S9": end}).distributions[name] for end in (-1.0, 0.0)]
    ends = [law.ppf(u).mean() for law in laws]
    gap = ends[1] - ends[0]
    middle = ends[1] + dial * gap
    weights: dict[tuple[str, ...], float] = {(name,): float(1 / gap)}
    return discover(planted(weights, float(-middle / gap), noise), points=512, trials=100)


def test_the_whole_way_finds_the_claim_that_decides() -> None:
    found = crossing_at(-0.7, noise=0.2)
    search = found.searches["use_of_force"]
    assert search.exception == "direct_ties"
    assert search.base_rate.estimate == pytest.approx(0.3, abs=0.05)
    best = search.best("prim")
    assert best is not None
    assert best.box.restricted == ("S9",)
    assert best.box.limits("S9")[1] == pytest.approx(-0.7, abs=0.06)
    assert (best.held_out.density.estimate or 0) > 0.85
    row = found.table[found.table["method"] == "prim"].iloc[0]
    assert row["claim"] == "S9"
    assert row["words"].startswith("accepted to more than 0.")
    assert 0 < search.unsettled.mean() < 0.3  # near the place where it turns
    said = " ".join(discover_figure.describe_discover(found, "use_of_force"))
    assert "S9 accepted to more than 0." in said
    assert "(Self)" in said
    assert "more trials" not in said
    assert discover_figure.draw_discover(found, "use_of_force") is not None


def test_the_exception_is_the_rarer() -> None:
    assert crossing_at(-0.2).searches["use_of_force"].exception == "interoperability"


def test_nowhere_is_said() -> None:
    found = discover(planted({}, constant=1.0, noise=0.1), points=64, trials=20)
    said = discover_figure.describe_discover(found, "use_of_force")
    assert len(said) == 1
    assert "at none of 64 sets of beliefs" in said[0]
    assert found.table.empty
    assert discover_figure.draw_discover(found, "use_of_force") is None


def test_luck_alone_is_no_box() -> None:
    """Nothing but luck decides: the policies are level, about half of the points each, and no box holds."""
    found = discover(planted({}, noise=1.0), points=512, trials=20)
    search = found.searches["use_of_force"]
    assert search.best("prim") is None
    assert search.best("cart") is None
    assert search.unsettled.mean() > 0.8
    sentences = discover_figure.describe_discover(found, "use_of_force")
    assert "more trials are needed" in sentences[1]
    assert "stands out" in sentences[2]


def test_what_counts_as_the_same_can_be_left_out() -> None:
    near = discover(planted({}, constant=-0.003), points=64, trials=20, beyond_margin=True)
    assert not near.searches["use_of_force"].cases.any()
    assert "by more than 0.5 points" in discover_figure.describe_discover(near, "use_of_force")[0]


def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    question = planted({("prc_opportunist_prob",): 1.0}, constant=-0.5, noise=0.5)
    whole = discover(question, points=64, trials=20)
    discover(question, Work(tmp_path), points=32, trials=20)  # fewer points are a part of more
    kept = {path.name for path in (tmp_path / "played").iterdir()}
    again = discover(question, Work(tmp_path, workers=1), points=64, trials=20)
    assert again.points.equals(whole.points)
    assert kept < {path.name for path in (tmp_path / "played").iterdir()}


def test_each_half_is_even_and_its_own() -> None:
    exp = planted({}).experiment
    claims = list(dialled_parameters(exp.catalogue))
    middle = [sum(exp.catalogue.claims[claim].dial_range) / 2 for claim in claims]
    both = draw_dials(exp, claims, 1024)
    assert np.abs(both.mean(axis=1) - middle).max() < 0.01
    assert not np.isin(both[0], both[1]).any()
    assert np.abs(np.corrcoef(both[0].T) - np.eye(len(claims))).max() < 4 / np.sqrt(512)


def test_the_other_law_takes_readings_and_the_evidence_alike() -> None:
    exp = planted({}).experiment
    both = draw_dials(exp, ["N12", "S9", "N1"], 1024, "readings")
    for column, stops in zip(np.moveaxis(both, 2, 0), ([-1, 0, 1], [-1, 0], [0, 1]), strict=True):
        found, counts = np.unique(column, return_counts=True)
        assert found.tolist() == stops
        assert counts / counts.sum() == pytest.approx(1 / len(stops), abs=0.01)
    played = discover(planted({("prc_opportunist_prob",): 1.0}, -0.6), points=256, trials=20, law="readings")
    assert {*played.points["claim.N1"]} == {0.0, 1.0}
    assert played.design["law"] == LAWS["readings"]
    with pytest.raises(QuestionError, match="nearest: dials"):
        discover(planted({}), law="dial")


def test_what_cannot_be_asked() -> None:
    exp = planted({}).experiment
    with pytest.raises(QuestionError, match="nothing to discover"):
        discover(planted({}), points=64, trials=20)
    with pytest.raises(QuestionError, match="coverage"):
        discover(planted({}, 1.0), points=64, trials=20, coverage=0.0)
    entries = exp.catalogue.outcomes
    open_ended = replace(entries["crisis"], better="none")
    changed = replace(exp, catalogue=replace(exp.catalogue, outcomes={**entries, "crisis": open_ended}))
    with pytest.raises(QuestionError, match="no better side"):
        discover(Question.of(changed, contrast="direct_ties-status_quo", outcomes=["crisis"]))


def test_peeling_leaves_matplotlib_alone() -> None:
    """What the library for PRIM imports changes no setting of figures and starts no window."""
    code = (
        "import matplotlib as m; before = dict.copy(m.rcParams); import prim; "
        "assert dict.copy(m.rcParams) == before; print('same')"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "same", done.stderr


@pytest.mark.parametrize("module", [boxes, discover_module])
def test_examples_in_docstrings_run(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def test_a_clear_point_has_the_first_trials_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """With fewer trials where the side is clear, cases are the same as with all trials at every point."""
    question = planted({("prc_opportunist_prob",): 1.0, ("force_hr_lost_hope",): -0.3}, noise=1.0)
    found = discover(question, points=128, trials=400)
    monkeypatch.setattr(discover_module, "CLEAR", 1.0)  # an endless interval: no point is clear
    full = discover(question, points=128, trials=400)
    for outcome, search in found.searches.items():
        assert np.mean(search.cases != full.searches[outcome].cases) <= 0.02
        some = np.any(search.differences != full.searches[outcome].differences, axis=-1)
        assert 0.2 < some.mean() < 1  # some had fewer
        assert not search.unsettled[some].any()
