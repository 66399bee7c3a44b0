"""Prices: the loss they add up to, their files, and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.errors import ScenarioError
from sim.scenario.loader import check
from sim.scenario.values import loss

CELL = ("2026", "newsham", "direct_ties")
MINE = "values: mine\nextends: neutral\nprices:\n  taiwan_falls: {price: 7, why: mine}\n"


def _mine(folder: Path, text: str = MINE) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_loss_is_prices_times_outcomes() -> None:
    exp = sim.load("debate", trials=300, set_="force_per_year=0.2")
    rows = sim.run(exp).records[CELL]
    for entry in exp.values:
        for ending in ("", "_compensator"):
            by_hand = np.zeros(300)
            for name, price in entry.prices.items():
                known = exp.catalogue.outcomes[name]
                column = rows[name + (ending if known.compensator else "")].astype(float)
                if known.given and not ending:
                    column = np.where(rows[known.given] == 1, column, 0.0)
                by_hand += price.price * column
            assert np.allclose(rows[entry.outcome + ending], by_hand, rtol=1e-12, atol=0)


def test_loss_and_compensator_have_one_mean() -> None:
    exp = sim.load("debate", trials=6000, worldviews="newsham", starts="2026", policies="direct_ties")
    rows = sim.run(exp).records[CELL]
    for entry in exp.values:
        gap = rows[entry.outcome] - rows[entry.outcome + "_compensator"]
        assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(gap.size)


def test_a_users_prices_add_an_outcome_and_change_no_trial(tmp_path: Path) -> None:
    usual = sim.run(sim.load("debate", trials=20)).records[CELL]
    exp = sim.load("debate", trials=20, values=_mine(tmp_path))
    rows = sim.run(exp).records[CELL]
    assert [name for name in exp.catalogue.outcomes if name.startswith("loss_")] == ["loss_mine"]
    assert exp.values[0].prices["taiwan_falls"].price == 7
    assert exp.values[0].prices["nuclear_use"].price == 100  # of the values it extends
    assert usual["taiwan_falls_compensator"].tobytes() == rows["taiwan_falls_compensator"].tobytes()


def test_values_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "bare.yaml"
    path.write_text("experiment: bare\npolicies: [status_quo]\nworldviews: [neutral]\nstarts: ['2026']\ntrials: 10\n",
                    encoding="utf-8")  # fmt: skip
    exp = sim.load(path)
    assert exp.values == ()
    assert len(sim.run(exp).trials) == 10


def test_outcomes_without_a_price_cost_nothing() -> None:
    exp = sim.load("debate")
    for entry in exp.values:
        nothing = loss(entry, exp.catalogue.outcomes, lambda _: np.zeros(3), compensated=True)
        assert nothing.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("text", "message"), [
    ("values: mine\nprices:\n  deterrence_holds: {price: 1, why: x}\n",
     "mine.yaml:3:3: prices: must be of outcomes of which less is better, got deterrence_holds"),
    ("values: mine\nprices:\n  taiwan_fall: {price: 1, why: x}\n", "taiwan_falls"),
    ("values: mine\nprices:\n  taiwan_falls: {price: -1, why: x}\n", "a number from 0 to 10000"),
    ("values: mine\nprices:\n  taiwan_falls: {price: 1}\n", "why"),
    ("values: other\nprices: {}\n", "must be named as its file"),
])  # fmt: skip
def test_a_mistake_is_shown_with_its_position(tmp_path: Path, text: str, message: str) -> None:
    path = _mine(tmp_path, text)
    assert any(message in str(fault) for fault in check([path])), [str(fault) for fault in check([path])]
    with pytest.raises(ScenarioError):
        sim.load("debate", values=path)
