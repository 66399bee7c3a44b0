"""`strait worth`: planted beliefs with a known worth through the whole path, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from planted import EXP, NAMES, means

from analysis.figures.worth_figure import describe_choices, describe_worth, draw_worth
from analysis.questions.work import Work
from analysis.questions.worth import ALL, choice_outcomes, draw_points, worth
from sim.engine.question import Question
from sim.errors import QuestionError
from sim.statistics.intervals import Floats

SMALL: dict[str, Any] = {"points": 1024, "trials": 2}
PARAMETERS = {"S7": "force_hr_lost_hope", "S16": "hope_loss_ties"}
ENDS = {claim: tuple(means(view)[name] for view in ("self", "neutral")) for claim, name in PARAMETERS.items()}


@dataclass(frozen=True)
class PlantedChoice(Question):
    """Losses of two policies: the first loses `at` on every dial; the second what S7's number says, and noise."""

    at: float = 0.5

    def values(self, parameters: Floats, first_world: int) -> Floats:
        """Give float[world, outcome]; the second policy's loss goes from 0 at Self's S7 to 1 by the evidence."""
        low, high = ENDS["S7"]
        worlds = np.arange(first_world, first_world + len(parameters))
        luck = 3 * np.sin(worlds * 12.9898)
        dial = (parameters[:, NAMES.index(PARAMETERS["S7"])] - low) / (high - low)
        loss = self.at if self.policies[0].name == "status_quo" else dial
        return np.repeat((loss + luck)[:, None], len(self.outcomes), axis=1)


def planted(at: float, outcomes: tuple[str, ...] = ("loss_self",)) -> PlantedChoice:
    two = tuple(policy for policy in EXP.policies if policy.name in ("status_quo", "both"))
    question = Question.of(replace(EXP, policies=two), outcomes=outcomes)
    kept = {name: getattr(question, name) for name in ("experiment", "policies", "start", "worldview", "outcomes")}
    return PlantedChoice(**kept, at=at)


def test_a_planted_belief_is_worth_what_was_planted() -> None:
    """The second policy loses d, uniform on 0..1, against 0.3: one would take the first. Knowing d saves 0.3² / 2."""
    found = worth(planted(0.3), points=4096, trials=8)
    rows: Any = found.table.set_index("claims")
    row = rows.loc["S7"]
    assert row["choice"] == "status_quo"
    assert row["low"] <= 0.3**2 / 2 <= row["high"]
    assert row["value"] == pytest.approx(0.3**2 / 2, abs=0.01)
    assert row["instead"] == "both"
    assert row["changes_share"] == pytest.approx(0.3, abs=0.02)
    assert str(row["where"]).startswith("accepted to more than 0.")
    assert row["sobol_share"] == pytest.approx(1, abs=0.1)
    assert rows.loc["S16", "verdict"] == "not clear"
    assert pd.isna(rows.loc["S16", "value"])
    assert rows.loc["S16", "low"] == 0
    assert rows.loc["S16", "high"] >= 0
    assert rows.loc[ALL, "value"] == pytest.approx(row["value"], abs=0.01)
    text = " ".join(describe_worth(found, "loss_self"))
    assert "Settling S7 would save most" in text
    assert "S7 moves the result most" in text


def test_a_belief_that_never_changes_the_choice_is_said_to_be_worth_nothing() -> None:
    """The first policy loses more than the second ever does; all of the spread is S7's all the same."""
    found = worth(planted(1.6), points=1024, trials=4)
    rows: Any = found.table.set_index("claims")
    assert rows["value"].isna().all()
    assert (rows["high"] < 0.1).all()
    assert rows.loc["S7", "sobol_share"] > 0.5
    text = " ".join(describe_worth(found, "loss_self"))
    assert "No single belief, if settled, would change the choice." in text
    assert "S7 moves the result most" in text
    assert "the saving says what would change the choice" in text
    shown = " ".join(one.get_text() for one in draw_worth(found, "loss_self").figure.findobj(Text))
    assert "no saving found" in shown
    assert "4,096 trials per cell" in " ".join(shown.split())


def test_the_real_model_gives_whole_tables_and_goes_on_from_what_is_kept(tmp_path: Path) -> None:
    question = Question.of(EXP, outcomes=choice_outcomes(EXP))
    found = worth(question, Work(tmp_path), **SMALL)
    claims = len(found.claims)
    assert found.table.groupby("outcome").size().tolist() == [claims + 4] * 3
    assert {*found.table["verdict"]} <= {"clear", "not clear"}
    clear = found.table["verdict"] == "clear"
    assert (found.table["value"].notna() == clear).all()
    assert (found.table["low"].astype(float) <= found.table["high"].astype(float)).all()
    assert found.policies_table.groupby("outcome")["best_share"].sum().to_numpy() == pytest.approx(1)
    assert (found.policies_table.groupby("outcome")["behind"].min() == 0).all()
    kept = sorted((tmp_path / "played").iterdir())
    kept[0].unlink()
    kept[1].write_bytes(kept[1].read_bytes()[:100])
    again = worth(question, Work(tmp_path, workers=1), **SMALL)
    for name, table in found.tables.items():
        assert table.to_csv() == again.tables[name].to_csv()
    assert len(describe_choices(found)) in (1, 3)


def test_better_high_counts_the_other_way() -> None:
    """“Deterrence holds” is better high: the policy with the most of it is chosen, and shown with its own sign."""
    found = worth(Question.of(EXP, outcomes=["deterrence_holds"]), **SMALL)
    best = found.policies_table.sort_values("expected")["policy"].iloc[-1]
    assert found.table["choice"].unique().tolist() == [best]
    assert (found.policies_table["expected"].between(0, 1)).all()


def test_points_fill_any_bounds() -> None:
    points = draw_points(7, [[0, 1], [-1, 1]], 1024)
    assert points.min(axis=0) == pytest.approx([0, -1], abs=0.01)
    assert points.max(axis=0) == pytest.approx([1, 1], abs=0.01)
    assert points.mean(axis=0) == pytest.approx([0.5, 0], abs=0.01)


@pytest.mark.parametrize(
    ("outcome", "policies", "sizes", "message"),
    [
        ("loss_self", 1, SMALL, "with one policy there is no choice"),
        ("loss_self", 2, {"points": 1000, "trials": 2}, "power of 2 from 1024"),
        ("loss_self", 2, {"points": 512, "trials": 2}, "power of 2 from 1024"),
        ("loss_self", 2, {"points": 1024, "trials": 0}, "whole number"),
        ("prc_gave_up", 2, SMALL, "no better side"),
    ],
)
def test_what_cannot_be_asked_is_rejected(outcome: str, policies: int, sizes: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        worth(Question.of(replace(EXP, policies=EXP.policies[:policies]), outcomes=[outcome]), **sizes)
