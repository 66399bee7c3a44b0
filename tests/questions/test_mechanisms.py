"""`strait mechanisms`: planted mechanisms with known parts, through the whole path, and what must hold of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planted import EXP

from analysis.figures.mechanisms_figure import describe_mechanisms, tabulate_mechanisms
from analysis.questions.mechanisms import ABSENT, MARGINAL, MECHANISMS, OTHER, PROVOKED, TOTAL, Mechanisms, mechanisms
from analysis.questions.work import Work
from sim.engine.question import Question
from sim.errors import QuestionError
from sim.statistics.intervals import Floats

PAIR = ("direct_ties", "status_quo")
PARTS = (*MECHANISMS, OTHER)


@dataclass(frozen=True)
class PlantedMechanisms(Question):
    """Ties add `terms`, a weight for each set of mechanisms that must all be on; luck is the same for both policies."""

    terms: Mapping[tuple[str, ...], float] = field(default_factory=dict)

    def values(self, parameters: Floats, first_world: int) -> Floats:
        """Give float[world, outcome]; each world has its own size of every effect."""
        worlds = np.arange(first_world, first_world + len(parameters))
        size, luck = 1 + 0.5 * np.sin(worlds * 12.9898), np.cos(worlds * 78.233)
        on = self.experiment.switches
        effect = sum(weight for names, weight in self.terms.items() if all(on[name] for name in names))
        found = luck + (size * effect if self.policies[0].name == "direct_ties" else 0)
        return np.repeat(found[:, None], len(self.outcomes), axis=1)


def planted(terms: Mapping[tuple[str, ...], float], **switches: bool) -> Mechanisms:
    exp = replace(EXP, switches=EXP.switches | switches, worldviews=EXP.worldviews[:1])
    question = Question.of(exp, outcomes=["use_of_force"])
    kept = {name: getattr(question, name) for name in ("experiment", "policies", "start", "worldview", "outcomes")}
    return mechanisms(PlantedMechanisms(**kept, terms=terms), contrasts=[PAIR], trials=400)


def rows_of(found: Mechanisms) -> Any:
    return found.table.set_index("mechanism")


def test_a_linear_outcome_gives_each_mechanism_its_own_weight() -> None:
    found = planted({("deterrence",): -0.12, ("lost_hope",): 0.03, ("spiral",): 0.01, (): 0.002})
    rows, mean = rows_of(found), 1 + 0.5 * np.sin(np.arange(400) * 12.9898).mean()
    known = {"deterrence": -0.12, "lost_hope": 0.03, "spiral": 0.01, PROVOKED: 0.04, OTHER: 0.002, TOTAL: -0.078}
    for name, weight in known.items():
        assert rows.loc[name, "value"] == pytest.approx(weight * mean, abs=1e-12), name
        assert rows.loc[name, "low"] <= weight <= rows.loc[name, "high"]
    assert np.abs(found.pairs["interaction"]).max() < 1e-12
    assert rows.loc[["deterrence", "lost_hope", OTHER], "verdict"].tolist() == ["lowers", "raises", MARGINAL]


def test_two_mechanisms_that_work_together_have_half_each() -> None:
    found = planted({("deterrence",): -0.1, ("lost_hope", "spiral"): 0.06})
    rows, mean = rows_of(found), 1 + 0.5 * np.sin(np.arange(400) * 12.9898).mean()
    assert rows.loc["lost_hope", "value"] == pytest.approx(0.03 * mean)
    assert rows.loc["spiral", "value"] == pytest.approx(0.03 * mean)
    assert rows.loc[PROVOKED, "value"] == pytest.approx(0.06 * mean)
    first = found.pairs.iloc[0]
    assert (first["mechanism_a"], first["mechanism_b"]) == ("lost_hope", "spiral")
    assert first["interaction"] == pytest.approx(0.06 * mean)
    assert np.abs(found.pairs["interaction"][1:]).max() < 1e-12


def test_a_mechanism_that_does_nothing_or_is_off_counts_exactly_0() -> None:
    rows = rows_of(planted({("deterrence",): -0.1}))
    assert rows.loc["entrapment", ["value", "low", "high", "joint_low", "joint_high"]].tolist() == [0.0] * 5
    assert rows.loc["entrapment", "verdict"] == ABSENT
    off = rows_of(planted({("deterrence",): -0.1, ("spiral",): 0.1}, deterrence=False))
    assert off.loc["deterrence", "value"] == 0
    assert off.loc[TOTAL, "value"] == off.loc["spiral", "value"]


def test_the_parts_add_up_to_the_paired_difference_of_the_model() -> None:
    """The total is what the same trials give with nothing switched off; the parts add up to it in every cell."""
    question = Question.of(EXP, outcomes=["use_of_force", "japan_gdp_loss_pct"])
    found = mechanisms(question, contrasts=[PAIR, ("both", "interoperability")], trials=200)
    keys = ["worldview", "policy_a", "policy_b", "outcome"]
    sums = found.table[found.table["mechanism"].isin(PARTS)].groupby(keys)["value"].sum()
    totals = found.table[found.table["mechanism"] == TOTAL].set_index(keys)["value"]
    assert len(totals) == 12
    pd.testing.assert_series_equal(sums, totals.sort_index(), rtol=0, atol=1e-12)
    from sim.model.draws import draw_parameters

    for view in EXP.worldviews:
        own = replace(question, policies=tuple(p for name in PAIR for p in EXP.policies if p.name == name))
        played = own.values(draw_parameters(EXP, view, 0, 200), 0).mean(axis=0)
        for i, outcome in enumerate(question.outcomes):
            assert totals[view.name, *PAIR, outcome] == pytest.approx(played[i], abs=1e-12)


def test_integration_with_the_us_costs_no_hope_and_a_policy_by_itself_no_difference() -> None:
    question = Question.of(EXP, outcomes=["use_of_force"])
    found = mechanisms(question, contrasts=[("interoperability", "status_quo")], trials=200)
    rows = found.table[found.table["mechanism"] == "lost_hope"]
    assert {*rows["verdict"]} == {ABSENT}
    with pytest.raises(QuestionError, match="name two or more"):
        mechanisms(Question.of(replace(EXP, policies=EXP.policies[:1]), outcomes=["use_of_force"]), trials=200)


def test_few_worlds_have_no_limits_and_the_words_say_so() -> None:
    question = Question.of(EXP, outcomes=["use_of_force"])
    found = mechanisms(question, contrasts=[PAIR], trials=20)
    told = found.table[found.table["verdict"] != ABSENT]
    assert told[["low", "high", "joint_low", "joint_high"]].isna().all(axis=None)
    assert "too few to say" in tabulate_mechanisms(found, "use_of_force", PAIR).to_string()


def test_the_words_give_the_sum_as_a_reader_says_it() -> None:
    lines = describe_mechanisms(planted({("deterrence",): -0.12, ("lost_hope",): 0.04}), "use_of_force")
    text = lines[0].replace("\u00a0", " ")
    assert text == "Open ties instead of the status quo, if Newsham is right: deters −12.0, provokes +4.0, in all −8.0."
    more = describe_mechanisms(planted({("deterrence",): 0.02, ("entrapment",): 0.03}), "use_of_force")[0]
    assert more.replace("\u00a0", " ").endswith("deters less +2.0, provokes 0.0, rest +3.0, in all +5.0.")
    whole = describe_mechanisms(planted({("deterrence",): -0.0284, ("lost_hope",): 0.1404}), "use_of_force")[0]
    assert whole.replace("\u00a0", " ").endswith("deters −3, provokes +14, in all +11.")
    close = describe_mechanisms(planted({("deterrence",): -0.0236, ("lost_hope",): 0.0314}), "use_of_force")[0]
    assert close.replace("\u00a0", " ").endswith("deters −2.4, provokes +3.2, in all +0.8.")


def test_blocks_that_are_saved_are_not_played_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question.of(EXP, outcomes=["use_of_force"])
    first = mechanisms(question, Work(tmp_path), contrasts=[PAIR], trials=100)
    monkeypatch.setattr(Question, "values", lambda *_: pytest.fail("played again"))
    again = mechanisms(question, Work(tmp_path), contrasts=[PAIR], trials=100)
    pd.testing.assert_frame_equal(first.table, again.table)
