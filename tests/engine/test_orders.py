"""Orders: what a policy changes after its first moves, in Python, as machine code and as JavaScript."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playing import needs_kernels
from translating import needs_node

import sim
from analysis.questions import effort
from analysis.questions.javascript import play_in_javascript
from sim.engine import batch, setup
from sim.errors import ScenarioError
from sim.model import outcomes
from sim.scenario.experiment import Experiment, LeverSetting, Policy
from sim.scenario.layers import Order
from sim.scenario.loader import load

TIES = ("liaison", "naval_training", "escorts", "disaster_relief")


@pytest.fixture(scope="module")
def debate() -> Experiment:
    """The debate with quick ties that Taiwan and the public let go on, so that orders matter."""
    numbers = ["ties_adoption_years=0.1", "taiwan_consents_prob=1", "us_consents_prob=1", "support_needed=0"]
    return load("debate", trials=60, starts=["2026"], worldviews=["neutral"], set_=numbers)


def policy_of(levers: dict[str, LeverSetting] | None = None, *orders: Order) -> Policy:
    return Policy("mine", "Mine", "", levers or {}, "japan_decides", "", orders)


def records(exp: Experiment, policy: Policy) -> np.ndarray:
    drawn = next(iter(batch.blocks(exp))).parameters["neutral"]
    return batch.play_cell(exp, policy, exp.starts[0], drawn, 0)[0]


def test_a_first_order_is_a_first_move(debate: Experiment) -> None:
    moves = policy_of({lever: LeverSetting(1, 1, 9, 6) for lever in TIES})
    orders = policy_of({}, *(Order(9, lever, 1, 1, 6) for lever in reversed(TIES)))
    assert records(debate, moves).tobytes() == records(debate, orders).tobytes()
    assert records(debate, moves).tobytes() != records(debate, policy_of()).tobytes()


def test_an_order_leaves_the_past_as_it_was(debate: Experiment) -> None:
    opened = [Order(0, lever, 1, 1) for lever in TIES]
    ended = [Order(30, lever, 0, 0, 1) for lever in TIES]
    policies = policy_of({}, *opened), policy_of({}, *opened, *ended)
    for trial in range(12):
        before, after = (
            [event for event in sim.replay(replace(debate, policies=(policy,)), trial=trial) if event.time < 30]
            for policy in policies
        )
        assert before == after


def state_at(exp: Experiment, policy: Policy, month: int) -> tuple[list[float], list[float], list[str]]:
    from sim.model import month as order_of_play
    from sim.model.records import blank_state

    setting, worlds = setup.plain_cell(exp, policy, exp.starts[0], exp.worldviews[0], 1)
    state = blank_state(len(exp.catalogue.levers), 0, 1)
    order_of_play.begin(state, worlds[0], setting)
    for _ in range(month):
        order_of_play.play(state, worlds[0], setting)
    return state.depth, state.openness, sorted(exp.catalogue.levers)


def test_less_comes_at_once_and_more_again_needs_no_second_start(debate: Experiment) -> None:
    slow = load("debate", trials=60, starts=["2026"], worldviews=["neutral"],
                set_=["ties_adoption_years=2", "taiwan_consents_prob=1", "support_needed=0", "force_per_year=0.001",
                      "concede_prob=0.001", "advance_prob=0", "quieten_or=1"])  # fmt: skip
    opened = Order(0, "liaison", 1, 0.3, 1)

    def depth(month: int, *orders: Order) -> float:
        depths, _, names = state_at(slow, policy_of({}, opened, *orders), month)
        return depths[names.index("liaison")]

    start = slow.starts[0].levers["liaison"].depth
    assert depth(16) == start  # 0.7 × 24 months of work come first
    assert depth(20) == 1
    ended = Order(24, "liaison", 0, 0, 1)
    assert depth(24, ended) == 1
    assert depth(25, ended) == 0
    again = Order(36, "liaison", 1, 0.3, 1)
    assert depth(37, ended, again) == 1
    early, late = Order(6, "liaison", 0, 0, 1), Order(12, "liaison", 1, 0.3, 1)
    assert depth(7, early) == 0
    assert depth(18, early, late) == 0  # what was never in practice still needs its time
    assert depth(26, early, late) == 1


def test_an_order_changes_the_response_to_coercion(debate: Experiment) -> None:
    opened = [Order(0, lever, 1, 1) for lever in TIES]
    share = {word: records(debate, policy_of({}, *opened, Order(0, when_coerced=word)))["japan_backs_down"].mean()
             for word in ("suspend", "continue")}  # fmt: skip
    assert share["suspend"] > share["continue"]
    fixed = replace(policy_of({}, *opened), when_coerced="suspend")
    ordered = policy_of({}, *opened, Order(0, when_coerced="suspend"))
    assert records(debate, fixed).tobytes() == records(debate, ordered).tobytes()


@needs_kernels
@needs_node
def test_orders_are_the_same_in_plain_python_machine_code_and_javascript(debate: Experiment, tmp_path: Path) -> None:
    orders = [Order(3.0 * i, lever, 1 - i % 2, 0.2 + 0.6 * (i % 3) / 2, 1 + i)
              for i, lever in enumerate(TIES * 3)] + [Order(30, when_coerced="quieten")]  # fmt: skip
    exp = replace(debate, policies=(policy_of({"cybersecurity": LeverSetting(1.0, 1.0)}, *orders),), lucks=1)
    (block,) = batch.blocks(exp)
    out = np.empty((exp.trials, len(outcomes.COLUMNS)))
    worlds = setup.draw_worlds(exp, exp.worldviews[0], 0, exp.trials)
    settings = setup.build_setting(exp, exp.policies[0], exp.starts[0])
    counts = np.zeros((exp.months, 4, 8), np.int64)
    batch.play_plain_block(settings, worlds, len(exp.catalogue.levers), 0, 1, out, counts)
    (cell,) = block.records
    assert np.array_equal(block.rung_counts[cell], counts)
    assert batch.to_records(exp, out, 0).tobytes() == block.records[cell].tobytes()
    played, _ = play_in_javascript(exp, tmp_path)
    assert np.array_equal(played[cell][0], out, equal_nan=True)
    assert np.array_equal(played[cell][1], counts)


def test_a_policy_file_has_orders(tmp_path: Path) -> None:
    path = tmp_path / "policies" / "mine.yaml"
    path.parent.mkdir()
    orders = "orders:\n  - {month: 6, lever: escorts, depth: 0.5}\n  - {month: 3, when_coerced: suspend}\n"
    path.write_text(f"policy: mine\n{orders}")
    exp = load("debate", policies=[str(path)])
    assert exp.policies[0].orders == (Order(6, "escorts", 0.5), Order(3, when_coerced="suspend"))
    assert Experiment.from_resolved(exp.resolved()) == exp
    assert effort.planned_effort(exp, exp.policies[0], exp.reference) > 0
    for wrong, text in (("{month: 6}", "an order has month"), ("{month: 6, lever: escorts}", "depth or openness"),
                        ("{month: 6, depth: 1}", "an order for a lever has lever"),
                        ("{month: 6, lever: escort, depth: 1}", "unknown lever"),
                        ("{lever: escorts, depth: 1}", "month")):  # fmt: skip
        path.write_text(f"policy: mine\norders:\n  - {wrong}\n")
        with pytest.raises(ScenarioError, match=text):
            load("debate", policies=[str(path)])
