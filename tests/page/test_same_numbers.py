"""The page computes what `sim.run` computes: draws, settings and trials to the last bit, intervals to 1e-12."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from page_in_node import Worker, ask, assert_close
from playing import needs_kernels
from scipy.special import stdtrit
from translating import needs_node

import sim
from analysis.page import build, content
from analysis.questions import claim_readings
from sim.engine import batch, setup
from sim.engine.beliefs import dialled_parameters
from sim.errors import QuestionError
from sim.model import codes, draws, outcomes
from sim.model.records import state_dtype
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load
from sim.statistics import intervals

pytestmark = [needs_kernels, needs_node]

ODD: dict[str, dict[str, object]] = {
    "half-months, other seed, events": {
        "seed": 2**53 - 1, "months": 60, "step_months": 0.5,
        "events": [{"month": 3, "event": "large_drill"}, {"month": 3, "event": "large_drill"}],
        "switches": {"incidents": False},
    },
    "correlated, and every family": {
        "correlations": [["us_intervenes_prob", "public_support", 0.6], ["us_intervenes_prob", "force_per_year", -0.3]],
        "parameters": {
            "japan_fights_prob": {"uniform": [0.2, 0.5]}, "prc_opportunist_prob": {"beta": [2, 3]},
            "force_hr_lost_hope": {"lognormal": [1.3, 2]}, "public_support": {"normal": [0.5, 0.1]},
            "japan_permits_bases_prob": 0.9,
        },
    },
    "dials in between": {"claims": {"N12": 0.35, "S9": -0.3333, "N1": "newsham", "S3": "self", "N22": 0.7}},
}  # fmt: skip


def odd(name: str, folder: Path) -> Experiment:
    """An experiment of `ODD`, from its file."""
    path = folder / "odd.yaml"
    path.write_text(yaml.safe_dump({"experiment": "odd", "extends": "debate"} | ODD[name]), encoding="utf-8")
    return load(path)


def python_cell(exp: Experiment, view: str, start: str, policy: str, worlds: int) -> tuple[np.ndarray, np.ndarray]:
    """What machine code records of a cell, and its counts of rungs."""
    one = content.shrink(exp)
    cell = setup.pick_cell(one, policy, view, start)
    drawn = setup.draw_worlds(one, cell[1], 0, worlds)
    out = np.empty((worlds, len(outcomes.COLUMNS)))
    counts = np.zeros((exp.months, len(codes.TRACKS), codes.FALLEN + 1), np.int64)
    scratch = np.zeros(2, state_dtype(len(exp.catalogue.levers)))
    batch.play_block(setup.build_setting(one, cell[0], cell[2]), drawn, scratch, 0, 1, out, counts)
    return out, counts


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are equal to the last bit; one NaN is like another."""
    return bool(np.all((a.view(np.int64) == b.view(np.int64)) | (np.isnan(a) & np.isnan(b))))


def test_every_cell_of_the_debate_is_played_alike(tmp_path: Path) -> None:
    exp = load("debate")
    worker = Worker(exp, tmp_path)
    for view in exp.worldviews:
        dials = worker.numbers["views"][view.name]["dials"]
        for start in exp.starts:
            for policy in exp.policies:
                out, counts = worker.play(view.name, dials, start.name, policy.name, 300)
                wanted, wanted_counts = python_cell(exp, view.name, start.name, policy.name, 300)
                assert same_bits(out, wanted)
                assert (counts == wanted_counts).all()


@pytest.mark.parametrize("name", ODD)
def test_odd_experiments_are_drawn_and_played_alike(name: str, tmp_path: Path) -> None:
    exp = odd(name, tmp_path)
    worker, view = Worker(exp, tmp_path), exp.worldviews[0]
    dials = worker.numbers["views"][view.name]["dials"]
    drawn = draws.draw_parameters(content.shrink(exp), view, 0, 100)
    assert same_bits(worker.draw(view.name, dials, 100), drawn)
    out, counts = worker.play(view.name, dials, exp.starts[0].name, exp.policies[-1].name, 100)
    wanted, wanted_counts = python_cell(exp, view.name, exp.starts[0].name, exp.policies[-1].name, 100)
    assert same_bits(out, wanted)
    assert (counts == wanted_counts).all()


@settings(max_examples=5)
@given(st.data())
def test_every_position_of_every_slider_is_what_a_file_says(data: st.DataObject) -> None:
    exp = load("debate")
    dialled = dialled_parameters(exp.catalogue)
    ends = {claim: [round(100 * end) for end in exp.catalogue.claims[claim].dial_range] for claim in dialled}
    positions = {claim: data.draw(st.integers(*of)) / 100 for claim, of in ends.items()}
    files = ask(["dials.js"], "answer(DATA.map(dialOf))", list(positions.values()))
    given = [f"claim.{claim}={dial}" for claim, dial in zip(dialled, files, strict=True)]
    loaded = load("debate", worldviews="neutral", set_=given)
    found = {claim: claim_readings.position_of(loaded.catalogue, claim, loaded.worldviews[0]) for claim in dialled}
    assert found == pytest.approx(positions, abs=1e-12)
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(exp, Path(folder))
        drawn = draws.draw_parameters(content.shrink(exp), loaded.worldviews[0], 0, 50)
        assert same_bits(worker.draw("neutral", positions, 50), drawn)


def columns(kind: str, size: int) -> np.ndarray:
    """A column of made-up values, one a world."""
    random = np.random.default_rng(size)
    made = {
        "even": random.normal(size=size), "skewed": random.lognormal(0, 2, size), "heavy": random.standard_t(2, size),
        "shares": (random.random(size) < 0.3) * 1.0, "rare": (random.random(size) < 12 / size) * random.random(size),
        "one": np.where(np.arange(size) == 3, 0.01, 0.0), "none": np.zeros(size), "two": np.arange(size) % 2.0,
    }  # fmt: skip
    return made[kind]


KINDS = ("even", "skewed", "heavy", "shares", "rare", "one", "none", "two")


def test_intervals_are_those_of_python() -> None:
    cases = [columns(kind, size) for kind in KINDS for size in (2, 29, 30, 125, 999, 1000, 2125, 4000)]
    found = ask(["estimate.js"], "const typed = DATA.map((x) => new Float64Array(x));"
        "answer(typed.map((x) => [intervalOfMean(x), intervalOverWorlds(x)]))",
                [case.tolist() for case in cases])  # fmt: skip
    for case, (of_mean, over_worlds) in zip(cases, found, strict=True):
        assert_close(of_mean, intervals.interval_of_mean(case))
        assert_close(over_worlds, intervals.interval_over_worlds(case))


def test_students_t_is_scipys() -> None:
    freedoms = [1.0, 1.1, 1.5, 2.0, 3.3, 7.0, 29.0, 124.0, 333.3, 999.0]
    found = ask(["estimate.js"], "answer(DATA.map(student))", freedoms)
    assert found == pytest.approx([float(stdtrit(n, 0.975)) for n in freedoms], rel=1e-13)


def test_differences_are_those_of_a_run() -> None:
    exp = load("debate", trials=300, worldviews=["self"], starts="2026")
    result = sim.run(exp)
    trials, table, found_levels = result.trials, result.differences(), result.summary()
    for outcome, limits in (("use_of_force", [0, 1]), ("japan_gdp_loss_pct", [0, None])):
        column = f"{outcome}_compensator"
        by = {
            policy: trials.loc[trials["policy"] == policy, column].to_numpy()
            for policy in ("direct_ties", "status_quo")
        }
        margin = exp.catalogue.outcomes[outcome].margin
        data = {"a": by["direct_ties"].tolist(), "b": by["status_quo"].tolist(), "margin": margin, "limits": limits}
        of_level, of_difference = ask(
            ["estimate.js"],
            """const [a, b] = [DATA.a, DATA.b].map((x) => new Float64Array(x));
            answer([level(a, DATA.limits), difference(a, b, DATA.margin)])""",
            data,
        )
        row = table[
            (table["outcome"] == outcome) & (table["policy_a"] == "direct_ties") & (table["policy_b"] == "status_quo")
        ].iloc[0]
        assert_close(of_difference, intervals.Interval(row["difference"], row["low"], row["high"]))
        mean = found_levels[
            (found_levels["outcome"] == outcome)
            & (found_levels["policy"] == "direct_ties")
            & (found_levels["statistic"] == "mean")
        ].iloc[0]
        assert_close(of_level, intervals.Interval(mean["estimate"], mean["low"], mean["high"]))


def test_a_seed_beyond_javascript_is_refused() -> None:
    with pytest.raises(QuestionError, match="too large for the page; choose one up to 9007199254740991"):
        build.build(load("debate", seed=2**53), "debate")
