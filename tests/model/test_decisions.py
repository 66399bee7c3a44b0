"""The decision table against the rules: each argument is moved, and each result moves in the direction stated.

A choice has luck `u`, so its probability is counted over all luck. Where it has more than two options, they are in
order, and "up" means that each of them or a later one is at least as likely.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.model import decisions
from sim.model.decisions import Argument, Decision, decision_table, perceptions

SITUATIONS, STEPS, LUCKS = 40, 6, 60
MOST_OPTIONS = 5  # of a choice: as many as there are forms of force
TINY = 1e-12


def test_every_rule_has_an_entry_that_fits_it() -> None:
    table = decision_table()  # its error says what to write, and where
    assert {decision.actor for decision in table.values() if decision.luck} == set(decisions.ACTORS)


def values(argument: Argument, annotation: str, count: int) -> list[float]:
    """Numbers that an argument can be, from the least to the most."""
    if annotation == "bool":
        return [False, True]
    if annotation == "int":
        low, high = (0, 1) if (argument.low, argument.high) == decisions.USUAL else (argument.low, argument.high)
        return list(range(int(low), int(high) + 1))
    return [float(value) for value in np.linspace(argument.low, argument.high, count)]


def survival(decision: Decision, situation: dict[str, float]) -> NDArray[np.float64]:
    """What the result amounts to: one number, or for each option but the first how likely it or a later one is."""
    annotations = decision.rule.__annotations__
    if not decision.luck:
        result = decision.rule(**situation)
        return 1 - np.cumsum(result) if isinstance(result, tuple) else np.array([float(result)])
    lucks = [name for name in annotations if decisions.is_luck(name)]
    grid = (np.arange(LUCKS) + 0.5) / LUCKS
    options = [
        int(decision.rule(**situation, **dict(zip(lucks, us, strict=True))))
        for us in itertools.product(grid, repeat=len(lucks))
    ]
    return np.array([np.mean([option > least for option in options]) for least in range(MOST_OPTIONS - 1)])


def changes(decision: Decision, argument: Argument) -> NDArray[np.float64]:
    """How the result changes from each value of the argument to the next: [situation, step, option]."""
    annotations = decision.rule.__annotations__
    generator = np.random.Generator(np.random.Philox(15))
    found = []
    for _ in range(SITUATIONS):
        others = {}
        for other in decision.arguments:
            known = values(other, annotations[other.name], 50)
            others[other.name] = known[generator.integers(len(known))]
        results = [
            survival(decision, {**others, argument.name: value})
            for value in values(argument, annotations[argument.name], STEPS)
        ]
        found.append(np.diff(np.array(results), axis=0))
    return np.array(found)


ARGUMENTS = [
    pytest.param(decision, argument, id=f"{decision.key}: {argument.name}")
    for decision in decision_table().values()
    for argument in decision.arguments
]


@pytest.mark.parametrize(("decision", "argument"), ARGUMENTS)
def test_each_argument_moves_its_rule_as_the_table_says(decision: Decision, argument: Argument) -> None:
    change = changes(decision, argument)
    rises, falls = (change > TINY).any(axis=(1, 2)), (change < -TINY).any(axis=(1, 2))
    where = f"{decision.key}: {argument.name} is said to move it {argument.direction}"
    assert rises.any() or falls.any(), f"{where}, but it moves nothing"
    if argument.direction == "up":
        assert not falls.any(), f"{where}, but somewhere it moves it down"
    elif argument.direction == "down":
        assert not rises.any(), f"{where}, but somewhere it moves it up"
    elif argument.direction == "scales":
        assert not (rises & falls).any(), f"{where} the others, but in one situation it moves it both ways"
        assert rises.any(), f"{where} the others, but it only moves it down: say so"
        assert falls.any(), f"{where} the others, but it only moves it up: say so"


def test_a_direction_that_is_wrong_is_found() -> None:
    decision = decision_table()["us.willingness"]
    turned = replace(decision.arguments[-1], direction="down")
    with pytest.raises(AssertionError, match="somewhere it moves it up"):
        test_each_argument_moves_its_rule_as_the_table_says(decision, turned)


def test_a_perception_is_traced_to_the_choice_with_its_sign() -> None:
    found = [
        seen for seen in perceptions(decision_table()["prc.urge"]) if seen.meaning == "visible training with the US"
    ]
    assert {seen.direction for seen in found} == {"down"}
    assert {seen.through[0] for seen in found} == {"prc.sees_opportunity", "prc.fears_price"}
