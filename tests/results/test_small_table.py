"""The small table of a result has the numbers of its summary and the verdicts of its differences."""

from __future__ import annotations

from dataclasses import replace

import made_up_run
import pytest

from sim.results import small_table


@pytest.fixture(scope="module")
def table() -> small_table.SmallTable:
    return small_table.small_table(made_up_run.run(made_up_run.experiment(trials=800)))


def test_levels_are_those_of_the_summary(table: small_table.SmallTable) -> None:
    result = made_up_run.run(made_up_run.experiment(trials=800))
    summary = result.summary().query("outcome == 'use_of_force' and statistic == 'mean'")
    policies = {entry.name: entry.title for entry in result.experiment.policies}
    views = {entry.name: entry.title for entry in result.experiment.worldviews}
    assert len(summary) == 15
    for row in summary.to_dict("records"):
        policy, view = policies[str(row["policy"])], views[str(row["worldview"])]
        shown = table.levels.loc[policy, view]
        assert str(shown).startswith(f"{round(100 * float(row['estimate']))} of 100 (")


def test_verdicts_turn_with_the_sign_of_the_difference(table: small_table.SmallTable) -> None:
    """The made-up ties lower force under the first worldview and raise it under the second."""
    assert list(table.verdicts.loc["Status quo"]) == ["", "", ""]
    better, worse, _ = table.verdicts.loc["Integration and open ties"]
    assert (better, worse) == ("better", "worse")


def test_a_verdict_is_that_of_the_policy_whichever_comes_first_in_the_pair() -> None:
    row = {"policy_a": "mine", "policy_b": "base", "verdict": "a better but may be small", "identical": False}
    assert small_table._verdict(row, "mine") == "better, clear but may be small"
    swapped = row | {"policy_a": "base", "policy_b": "mine"}
    assert small_table._verdict(swapped, "mine") == "worse, clear but may be small"
    assert small_table._verdict(row | {"verdict": "b better"}, "mine") == "worse"
    assert small_table._verdict(row | {"identical": True}, "mine") == "identical in every trial"


def test_two_worldviews_of_one_title_have_a_column_each() -> None:
    exp = made_up_run.experiment(trials=200)
    same = replace(exp, worldviews=tuple(replace(view, title="Mine") for view in exp.worldviews))
    table = small_table.small_table(made_up_run.run(same))
    assert table.levels.shape == (5, 3)
    assert made_up_run.run(same)._repr_html_().count("<th>Mine</th>") == 3


def test_one_policy_has_levels_and_no_verdict() -> None:
    table = small_table.small_table(made_up_run.run(made_up_run.experiment({"status_quo": "Status quo"})))
    assert table.verdicts.to_numpy().ravel().tolist() == ["", "", ""]
    assert "Verdicts" not in table.caption


def test_few_trials_have_no_interval() -> None:
    table = small_table.small_table(made_up_run.run(made_up_run.experiment(trials=20)))
    assert str(table.levels.iloc[0, 0]).endswith("(too few for an interval)")
    assert set(table.verdicts.iloc[1]) == {"too few trials to say"}
