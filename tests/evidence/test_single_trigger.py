"""A trigger played by the month's own rules gives what those rules say, worked out another way."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playing import needs_kernels

from analysis.evidence import single_trigger
from analysis.evidence.backtest import durations
from analysis.evidence.episodes import Trigger
from sim.model import codes
from sim.scenario import loader
from sim.scenario.experiment import Experiment

WORLDS = 4000
EXP = loader.load("debate", worldviews=["newsham", "self", "neutral"], policies="status_quo", trials=WORLDS)
VIEWS = {view.name: view for view in EXP.worldviews}
TRADE = 0.25  # away from the reference, so that trade restraint shows
CASES = {
    "taiwan before": Trigger("taiwan", 0, 0, 0, False, TRADE, 0),
    "taiwan after": Trigger("taiwan", 0, 0, 0, True, TRADE, 0),
    "dispute": Trigger("dispute", 0, 0, 0, True, TRADE, 0),
    "open tie": Trigger("tie", 1, 1, 0.5, True, TRADE, 1),
    "civil tie": Trigger("tie", 1, 1, 0, True, TRADE, 0),
    "relief": Trigger("tie", 1, 1, 0.1, True, TRADE, 0.5),
    "quiet tie": Trigger("tie", 0.5, 0.2, 0.1, False, TRADE, 1),
    "alliance": Trigger("alliance", 1, 1, 0.3, True, TRADE, 1),
}

Share = np.ndarray


def odds(probability: Share) -> Share:
    return np.asarray(probability / (1 - probability))


def share(odds: Share) -> Share:
    return np.asarray(odds / (1 + odds))


def expected(case: Trigger, p: np.ndarray) -> dict[tuple[int, int], Share]:
    """(track, rung) -> the chance of at least that rung in each world, by docs/model.md."""
    drills = p["drill_prob"] * (1 if case.drills_usual else p["drill_before_2022_ratio"])
    if case.branch == "taiwan":
        coerced = odds(p["taiwan_coercion_prob"])
        return {
            (2, 1): share(coerced * p["freeze_or"]), (2, 2): share(coerced),
            (3, 1): np.maximum(p["taiwan_surge_prob"], drills), (3, 2): drills,
        }  # fmt: skip
    quiet, civil, official = (odds(p[f"answer_{kind}_prob"]) for kind in ("quiet", "civil", "official"))
    if case.branch == "tie":
        o = quiet * (civil / quiet * (official / civil) ** case.defence) ** (case.openness * case.official)
    else:
        o = odds(p["answer_alliance_prob" if case.branch == "alliance" else "answer_dispute_prob"])
    if case.branch != "dispute":
        o = o * p["answer_or_combat"] ** case.combat
    o = o * p["trade_restraint_or"] ** (10 * (TRADE - EXP.reference.quantities["japan_trade_share"]))
    surge = share(o * p["surge_or"])
    chances = {
        (0, 1): share(o * p["freeze_or"]), (0, 2): share(o),
        (1, 1): surge, (1, 2): surge * p["japan_drill_share"],
    }  # fmt: skip
    if case.branch == "tie":
        spilled = o * p["taiwan_spill_or"]
        coerced = spilled * p["spill_trade_or"]
        chances |= {
            (2, 1): share(coerced * p["freeze_or"]), (2, 2): share(coerced),
            (3, 1): share(spilled), (3, 2): share(spilled) * drills,
        }  # fmt: skip
    return chances


@needs_kernels
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("case", CASES)
def test_answers_come_as_often_as_the_rules_say(case: str, view: str) -> None:
    p = single_trigger.draw_worlds(EXP, VIEWS[view])
    rungs, _ = single_trigger.play_trigger(EXP, p, CASES[case])
    chances = expected(CASES[case], p)
    for track, (_, _, size) in enumerate(codes.TRACKS):
        for rung in range(1, size):
            chance = chances.get((track, rung), np.zeros(WORLDS))
            error = np.sqrt((chance * (1 - chance)).sum()) / WORLDS  # of a count, given each world's own chance
            found = (rungs[:, track] >= rung).mean()
            assert abs(found - chance.mean()) <= 4 * error, (codes.TRACKS[track], rung)


@needs_kernels
@pytest.mark.parametrize("case", ["taiwan after", "open tie", "dispute"])
def test_answers_last_as_the_law_says(case: str) -> None:
    p = single_trigger.draw_worlds(EXP, VIEWS["neutral"])
    p["concession_relief_share"] = 1  # the law is that of coercion to which Japan does not give way
    rungs, months = single_trigger.play_trigger(EXP, p, CASES[case])
    for track in range(4):
        answered = rungs[:, track] > 0
        assert (months[~answered, track] == 0).all()
        if answered.sum() < 100:
            continue
        medians, spread = durations.laws_of_answers(rungs, p, track)
        for limit in (0.05, 0.1, 1, 3, 12, 40):
            chance = durations.prob_ended(limit, medians, spread)
            error = np.sqrt((chance * (1 - chance)).sum()) / len(chance)
            assert abs((months[answered, track] <= limit).mean() - chance.mean()) <= 4 * error


@needs_kernels
def test_nothing_else_of_a_start_matters() -> None:
    p = single_trigger.draw_worlds(EXP, VIEWS["self"])
    p["concession_relief_share"] = 1  # Japan's support differs, and with it how often it concedes
    assert [start.name for start in EXP.starts] == ["2020", "2026"]
    other = replace(EXP, starts=EXP.starts[::-1])
    for case in CASES.values():
        first, second = (single_trigger.play_trigger(exp, p, case) for exp in (EXP, other))
        assert (first[0] == second[0]).all()
        assert (first[1] == second[1]).all()


@needs_kernels
def test_more_worlds_begin_with_the_same() -> None:
    def played(exp: Experiment) -> np.ndarray:
        return single_trigger.play_trigger(exp, single_trigger.draw_worlds(exp, VIEWS["newsham"]), CASES["open tie"])[0]

    few = played(replace(EXP, trials=300))
    assert (few == played(EXP)[:300]).all()
    assert (few == played(replace(EXP, trials=300))).all()
    assert (few != played(replace(EXP, trials=300, seed=5))).any()


PLAINLY = """
import sys
import numpy as np
import test_single_trigger as here
from analysis.evidence import single_trigger
from sim.model import compiled
assert not compiled.is_compiled()
exp = here.replace(here.EXP, trials=40)
p = single_trigger.draw_worlds(exp, here.VIEWS["self"])
np.save(sys.argv[1], np.array([np.hstack(single_trigger.play_trigger(exp, p, case)) for case in here.CASES.values()]))
"""


@needs_kernels
def test_plain_python_plays_a_trigger_as_the_kernel_does(tmp_path: Path) -> None:
    file, here = tmp_path / "plain.npy", Path(__file__).parent
    paths = os.pathsep.join(map(str, [here, here.parent, here.parents[1]]))
    environment = {**os.environ, "STRAIT_RULES": "python", "PYTHONPATH": paths}
    subprocess.run([sys.executable, "-c", PLAINLY, str(file)], check=True, env=environment)
    exp = replace(EXP, trials=40)
    p = single_trigger.draw_worlds(exp, VIEWS["self"])
    kernel = np.array([np.hstack(single_trigger.play_trigger(exp, p, case)) for case in CASES.values()])
    assert (np.load(file) == kernel).all()
