"""A policy of one's own, written by the page: the numbers that Python's `build_setting` writes."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from typing import Any, get_args

from page_in_node import ask
from playing import needs_kernels
from translating import needs_node

from analysis.page.content import lever_numbers
from analysis.questions.javascript import flatten, print_rules
from sim.engine import setup
from sim.scenario.experiment import LeverSetting, Policy
from sim.scenario.layers import Coerced, Order
from sim.scenario.loader import load

pytestmark = [needs_kernels, needs_node]


def _given(entry: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(entry).items() if value is not None}


def test_a_hundred_random_policies_are_written_as_python_writes_them() -> None:
    exp, dice = load("debate"), random.Random(7)
    levers = [*exp.catalogue.levers]
    responses = get_args(Coerced)

    def maybe(value: Any) -> Any:
        return value if dice.random() < 0.6 else None

    def order() -> Order:
        month, share = dice.choice([0.0, 3.0, 6.5, 9.0, 100.0]), dice.choice([0.0, 0.3, 1.0])
        if dice.random() < 0.2:
            return Order(month, when_coerced=dice.choice(responses))
        response = dice.choice(responses) if dice.random() < 0.1 else None
        ramp = maybe(dice.choice([0.0, 4.0]))
        return Order(month, dice.choice(levers[:6]), share, maybe(dice.random()), ramp, response)

    def move() -> LeverSetting:
        month, ramp = dice.choice([0.0, 7.0]), dice.choice([0.0, 12.0])
        return LeverSetting(maybe(dice.random()), maybe(dice.random()), month, ramp)

    policies = [
        Policy("mine", "Mine", "",
               {lever: move() for lever in dice.sample(levers, dice.randint(0, len(levers)))},
               dice.choice(responses), "", tuple(order() for _ in range(dice.choice([0, 1, 5, 40, 128]))))
        for _ in range(100)
    ]  # fmt: skip
    starts = [dice.choice(exp.starts) for _ in policies]
    data = {
        "levers": lever_numbers(exp, print_rules(exp)),
        "asked": [{"start": start.name, "when_coerced": policy.when_coerced,
                   "levers": {name: _given(entry) for name, entry in policy.levers.items()},
                   "orders": [_given(entry) for entry in policy.orders]}
                  for policy, start in zip(policies, starts, strict=True)],
    }  # fmt: skip
    found = ask(["levers.js"], "answer(DATA.asked.map((policy) => [...settingOf(DATA.levers, policy.start, policy)]));",
                json.loads(json.dumps(data)))  # fmt: skip
    for numbers, policy, start in zip(found, policies, starts, strict=True):
        assert numbers == flatten(setup.build_setting(exp, policy, start)[0]).tolist()
    assert len({tuple(numbers) for numbers in found}) == 100
