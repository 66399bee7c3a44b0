"""What actors choose: every rule that chooses is found, counting changes nothing, and no option is never chosen."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playing import needs_kernels
from playing import play as play_all
from typer.testing import CliRunner

from analysis.cli.main import app
from analysis.questions import options
from sim.engine import mesa_model
from sim.model import outcomes
from sim.model.rules import japan, prc
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load

EVERY = [(choice.actor, choice.name, number) for choice in options.find_choices() for number in choice.options]


@pytest.fixture(scope="module")
def debate() -> Experiment:
    return load("debate", trials=1000)


def test_every_rule_that_chooses_is_found_with_its_options() -> None:
    found = {(choice.actor, choice.name): choice.options for choice in options.find_choices()}
    assert found["japan", "responds"] == {
        japan.SUSPEND: "suspend", japan.QUIETEN: "quieten", japan.CONTINUE: "continue", japan.ADVANCE: "advance",
    }  # fmt: skip
    assert set(found["prc", "answers_economically"]) == {prc.NONE, prc.FREEZE, prc.SELECTIVE}
    assert found["us", "intervenes"] == {1: "yes", 0: "no"}
    assert {actor for actor, _ in found} == set(mesa_model.AGENTS)
    assert not [key for key in found if key[1] in ("urge", "support", "will", "willingness")]  # they give numbers
    assert all(len(answers) > 1 for answers in found.values())


def test_counting_changes_no_trial(debate: Experiment) -> None:
    cell = ("2026", "self", "direct_ties")
    tally: options.Tally = Counter()
    counted = options.play_and_count(debate, cell, 5, tally)
    usual = mesa_model.StraitModel(debate, "direct_ties", "self", "2026", trial=5).run()
    assert all(counted[name] == usual[name] or math.isnan(usual[name]) for name in outcomes.COLUMNS)
    assert tally["japan", "goes_on", 0] + tally["japan", "goes_on", 1] > 12  # a month each, while levers move
    assert set(tally) <= set(EVERY)


@needs_kernels
def test_no_option_is_never_chosen_on_the_debate(debate: Experiment) -> None:
    """Of each cell, the first three trials of a thousand in which each kind of thing happens are counted."""
    kinds = [name for name, outcome in debate.catalogue.outcomes.items() if outcome.unit == "share"]
    tally: options.Tally = Counter()
    for cell, rows in play_all(debate).records.items():
        telling = {int(trial) for name in kinds for trial in np.flatnonzero(rows[name] == 1)[:3]}
        for trial in sorted(telling):
            options.play_and_count(debate, cell, trial, tally)
        if not [option for option in EVERY if not tally[option]]:
            return
    assert not [option for option in EVERY if not tally[option]]


def test_table_and_command(tmp_path: Path) -> None:
    out = tmp_path / "options.csv"
    words = ["options", "debate", "--worldview", "self", "--start", "2026", "--trials", "2", "--out", str(out)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "Never chosen in 2 trials for each cell" in result.output
    found = pd.read_csv(out)
    assert len(found) == 5 * len(EVERY)
    assert (found["per_trial"] == found["chosen"] / 2).all()
    rates = options.rates_by_policy(found)
    chosen = found[(found["policy"] == "both") & (found["option"] == "suspend")]["per_trial"]
    assert rates.loc[("japan", "responds", "suspend"), "both"] == chosen.mean()
