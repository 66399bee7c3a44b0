"""Orders of a policy that cannot be meant are refused where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario.loader import list_notes, load

LEVERS = "levers:\n  escorts: {depth: 1, openness: 1, from_month: 24}\n"


def write(folder: Path, orders: str, experiment: str = "") -> None:
    """Write a policy with these orders, and an experiment that plays it."""
    (folder / "own.yaml").write_text(
        f"policy: own\ntitle: Own\nsummary: Own.\n{LEVERS}orders:\n{orders}\n", encoding="utf-8"
    )
    (folder / "mine.yaml").write_text(
        "experiment: mine\nextends: debate\npolicies: [status_quo, own.yaml]\n"
        f"contrasts: [[own, status_quo]]\n{experiment}",
        encoding="utf-8",
    )


def faults(folder: Path, orders: str, experiment: str = "") -> str:
    """What loading says of a policy with these orders, from its place on."""
    write(folder, orders, experiment)
    with pytest.raises(ScenarioError) as error:
        load(folder / "mine.yaml")
    return str(error.value).split("own.yaml:")[-1]


def test_an_order_before_the_levers_own_move_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, "- {month: 1, lever: escorts, openness: 0}") == (
        "7:3: orders: escorts has an order in month 1, before its own move in month 24; write the move as an order too"
    )


def test_two_orders_for_a_lever_in_a_month_are_refused(tmp_path: Path) -> None:
    orders = "- {month: 30, lever: escorts, openness: 0}\n- {month: 30, lever: escorts, depth: 0}"
    assert faults(tmp_path, orders) == "8:3: orders: escorts has two orders in month 30; make them one"


def test_an_order_in_the_month_of_the_levers_own_move_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, "- {month: 24, lever: escorts, depth: 0}") == (
        "7:3: orders: escorts has an order and its own move in month 24; make them one"
    )


@pytest.mark.parametrize("second", ["when_coerced: continue", "lever: escorts, depth: 0, when_coerced: continue"])
def test_two_responses_in_a_month_are_refused(tmp_path: Path, second: str) -> None:
    found = faults(tmp_path, f"- {{month: 30, when_coerced: quieten}}\n- {{month: 30, {second}}}")
    assert found == "8:3: orders: when_coerced has two orders in month 30; make them one"


def test_a_response_from_the_start_is_set_once(tmp_path: Path) -> None:
    found = faults(tmp_path, "- {month: 0, when_coerced: continue}\nwhen_coerced: quieten")
    assert found == (
        "7:3: orders: when_coerced has an order in month 0, and the policy sets it too; leave out one of the two"
    )


def test_orders_of_a_month_for_several_things_are_allowed(tmp_path: Path) -> None:
    write(tmp_path, "- {month: 30, when_coerced: quieten}\n- {month: 30, lever: escorts, depth: 0}")
    assert len(load(tmp_path / "mine.yaml").policies[1].orders) == 2


def test_an_order_after_the_last_month_is_noted_with_its_number(tmp_path: Path) -> None:
    write(tmp_path, "- {month: 30, when_coerced: quieten}\n- {month: 300, lever: escorts, depth: 0}")
    note = "Note: policy own has order 2 (escorts) in month 300, and a trial ends in month 120."
    assert list_notes([tmp_path / "mine.yaml"]) == [note]


def test_a_lever_that_the_experiment_sets_for_every_policy_takes_no_order(tmp_path: Path) -> None:
    found = faults(tmp_path, "- {month: 30, lever: escorts, depth: 0}", "levers: {escorts: {depth: 0}}\n")
    assert found == "7:3: orders: the experiment sets escorts for every policy; leave out this order or that line"


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (
            "{month: 30, when_coerced: keep_course, ramp_months: 3}",
            "ramp_months is of a lever, and this order has none",
        ),
        ("{month: 30, lever: escorts, deepth: 1}", "unknown key 'deepth'"),
        ("{month: 30, lever: escorts}", "an order for a lever has lever, and depth or openness or both"),
    ],
)
def test_an_order_says_what_is_missing_or_unknown(tmp_path: Path, order: str, said: str) -> None:
    assert said in faults(tmp_path, f"- {order}")
