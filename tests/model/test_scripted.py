"""Events written down beforehand happen in every trial, on time, and what comes before them does not change."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import sim
from sim.engine.mesa_model import StraitModel
from sim.errors import ScenarioError
from sim.model import codes
from sim.scenario.experiment import Experiment
from sim.scenario.layers import Scripted

BARE = """experiment: scripted
extends: debate
policies: [status_quo]
worldviews: [neutral]
starts: ["2026"]
trials: 400
"""
QUIET = """parameters: {taiwan_triggers_per_year: 0, pressure_on_taiwan_per_year: 0, japan_triggers_per_year: 0,
  pressure_on_japan_per_year: 0, political_crises_per_year: 0, force_per_year: 0.001, us_signals_per_year: 0}
switches: {incidents: off}
quantities: {taiwan_military_rung: 0, japan_economic_rung: 0, taiwan_economic_rung: 0}
"""


def _load(folder: Path, events: str, more: str = QUIET) -> Experiment:
    path = folder / "scripted.yaml"
    path.write_text(BARE + more + f"events: {events}\n", encoding="utf-8")
    return sim.load(path)


def _column(exp: Experiment, name: str) -> np.ndarray:
    return np.asarray(sim.run(exp).records["2026", "neutral", "status_quo"][name])


def test_the_files_and_the_rules_know_the_same_events() -> None:
    assert get_args(Scripted) == codes.SCRIPTED


@pytest.mark.parametrize(("event", "column", "changes"), [
    # Not in every trial: a longer drill may be on already.
    ("large_drill", "taiwan_military_months_2", lambda before, after: np.mean(after > before) > 0.98),
    ("political_crisis", "months_to_first_crisis", lambda before, after: np.nanmin(after) <= 6.5),
    ("deadly_incident", "crisis", lambda before, after: np.all(after == 1)),
    ("taiwan_trigger", "taiwan_military_months_0", lambda before, after: np.mean(after < before) > 0.7),
    ("japan_dispute", "japan_economic_months_0", lambda before, after: 0.4 < np.mean(after < before) < 0.95),
    ("pressure_on_japan", "japan_military_months_1", lambda before, after: np.mean(after > before) > 0.5),
    ("us_arms_sale", "invasion_compensator", lambda before, after: np.mean(after != before) > 0.9),
    ("us_transit", "invasion_compensator", lambda before, after: np.mean(after != before) > 0.9),
])  # fmt: skip
def test_an_event_has_the_effect_of_its_kind(tmp_path: Path, event: str, column: str, changes: object) -> None:
    before = _column(_load(tmp_path, "[]"), column)
    after = _column(_load(tmp_path, f"[{{month: 6.5, event: {event}}}]"), column)
    assert callable(changes)
    assert changes(before, after)


def test_a_drill_regime_begins_when_it_is_written_to(tmp_path: Path) -> None:
    drills = "taiwan_military_months_2"
    more = "quantities: {drill_regime: 0}\nparameters: {drill_regime_per_year: 0}\n"
    never, late, early = (
        _column(_load(tmp_path, events, more), drills).mean()
        for events in ("[]", "[{month: 60, event: drill_regime}]", "[{month: 0, event: drill_regime}]")
    )
    assert 0 < never < late < early


def test_mesa_plays_the_same_script(tmp_path: Path) -> None:
    exp = _load(tmp_path, "[{month: 3, event: deadly_incident}, {month: 9.25, event: taiwan_trigger}]", "")
    rows = sim.run(exp, trials=3).records["2026", "neutral", "status_quo"]
    for trial in range(3):
        played = StraitModel(exp, trial=trial).run()
        assert all(np.array_equal(played[name], rows[name][trial], equal_nan=True) for name in rows.dtype.names or ()
                   if name in played)  # fmt: skip


def test_nothing_changes_before_the_event(tmp_path: Path) -> None:
    plain, scripted = (StraitModel(_load(tmp_path, events, ""), trial=5) for events in
                       ("[]", "[{month: 4, event: deadly_incident}]"))  # fmt: skip
    for month in range(5):
        same = (plain.state.anger, plain.state.crises) == (scripted.state.anger, scripted.state.crises)
        assert same == (month < 5)
        if month < 4:
            plain.step()
            scripted.step()
    plain.step()
    scripted.step()
    assert scripted.state.crises > plain.state.crises


@pytest.mark.parametrize(("events", "said"), [
    ("[{month: 120, event: large_drill}]", "events: must come before the horizon, month 120, got month 120"),
    ("[{month: 3, event: big_drill}]", "large_drill"),
    ("[{event: large_drill}]", "month"),
])  # fmt: skip
def test_a_slip_is_told(tmp_path: Path, events: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        _load(tmp_path, events)


class Forgetful(sim.UnitedStates):
    """A US that is willing for two years and then is not, whatever it perceives."""

    def willingness(self, willing: float, politics: float, relief: float) -> float:
        return 0.9 if self.model.state.time < 24 else 0.001


def test_an_agent_that_remembers_is_asked_every_month() -> None:
    model = sim.StraitModel("debate", "status_quo", "neutral", "2026", trial=3, agents={"us": Forgetful})
    while model.running and model.state.time < 26:
        model.step()
    assert model.state.us_prob < 0.01
