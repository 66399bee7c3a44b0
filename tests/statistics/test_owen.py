"""Owen values against games worked by hand, and what must hold for any game."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.statistics import owen

UNIONS = {"x": ["a", "b", "c"], "y": ["d"], "z": ["e", "f"]}
PLAYERS = [player for members in UNIONS.values() for player in members]


def arbitrary(seed: int) -> Callable[[frozenset[str]], float]:
    """A game with a random value for every coalition."""
    values = np.random.default_rng(seed).normal(size=2 ** len(PLAYERS))
    return cache(lambda coalition: float(values[sum(2 ** PLAYERS.index(player) for player in coalition)]))


def sampled_values(value: owen.Game, number: int) -> dict[str, float]:
    """What each player adds on average over one set of orders."""
    walked = [owen.added_in_order(value, order) for order in owen.sample_orders(UNIONS, number, 0)]
    return {player: float(np.mean([one[player] for one in walked])) for player in PLAYERS}


def reconcile(sampled: owen.Floats, exact: owen.Floats) -> owen.Floats:
    """Members' values that add up to their union's in every block."""
    return np.asarray(sampled + np.outer(exact - sampled.sum(axis=1), owen.shares_of_gap(sampled, exact)))


def test_gloves_in_unions() -> None:
    """Two left gloves in one union, one right glove in another: worked by hand over the 4 orders there are."""

    def pairs(coalition: frozenset[str]) -> int:
        return min(len(coalition & {"ann", "bob"}), len(coalition & {"cem"}))

    found = owen.owen_values(pairs, {"left": ["ann", "bob"], "right": ["cem"]})
    assert found == {"ann": 0.25, "bob": 0.25, "cem": 0.5}
    alone = owen.owen_values(pairs, {"1": ["ann"], "2": ["bob"], "3": ["cem"]})  # no unions: the Shapley value
    assert alone == pytest.approx({"ann": 1 / 6, "bob": 1 / 6, "cem": 2 / 3})
    together = owen.owen_values(pairs, {"all": ["ann", "bob", "cem"]})  # one union: the same
    assert together == pytest.approx(alone)


def test_unanimity_is_shared_first_between_unions_then_within() -> None:
    def all_three(coalition: frozenset[str]) -> float:
        return float({"a", "b", "d"} <= coalition)

    found = owen.owen_values(all_three, UNIONS)
    assert found == pytest.approx({"a": 0.25, "b": 0.25, "c": 0.0, "d": 0.5, "e": 0.0, "f": 0.0})


def test_a_linear_game_gives_each_its_own() -> None:
    worth = dict(zip(PLAYERS, (3.0, -1.0, 0.0, 0.5, 2.0, 7.0), strict=True))

    def total(coalition: frozenset[str]) -> float:
        return 10 + sum(worth[player] for player in coalition)

    assert owen.owen_values(total, UNIONS) == pytest.approx(worth)
    assert sampled_values(total, 3) == pytest.approx(worth)


@given(st.integers(0, 200))
def test_members_add_up_to_their_union_and_unions_to_the_whole(seed: int) -> None:
    game = arbitrary(seed)
    players, unions = owen.owen_values(game, UNIONS), owen.union_values(game, UNIONS)
    for union, members in UNIONS.items():
        assert sum(players[player] for player in members) == pytest.approx(unions[union])
    assert sum(unions.values()) == pytest.approx(game(frozenset(PLAYERS)) - game(frozenset()))


def test_values_are_linear_in_the_game() -> None:
    one, other = arbitrary(1), arbitrary(2)
    both = owen.owen_values(lambda coalition: np.array([one(coalition), other(coalition)]), UNIONS)
    first, second = owen.owen_values(one, UNIONS), owen.owen_values(other, UNIONS)
    assert all(both[player] == pytest.approx([first[player], second[player]]) for player in PLAYERS)


def test_orders_keep_unions_together_and_put_each_at_every_place() -> None:
    for number in range(4):
        firsts = []
        for order in owen.sample_orders(UNIONS, number, 0):
            assert sorted(order) == sorted(PLAYERS)
            met = [next(union for union, members in UNIONS.items() if player in members) for player in order]
            assert len([1 for a, b in pairwise(met) if a != b]) == len(UNIONS) - 1
            firsts.append(met[0])
        assert sorted(firsts) == sorted(UNIONS)
    assert [order[::-1] for order in owen.sample_orders(UNIONS, 0, 0)] == owen.sample_orders(UNIONS, 1, 0)


def test_another_seed_has_other_orders() -> None:
    """Else every seed repeats the same error of sampling."""
    assert owen.sample_orders(UNIONS, 0, 1) != owen.sample_orders(UNIONS, 0, 2)


def test_sampled_and_reconciled_values_meet_the_exact_ones() -> None:
    game, blocks = arbitrary(5), 400
    exact, unions = owen.owen_values(game, UNIONS), owen.union_values(game, UNIONS)
    sampled = [sampled_values(game, number) for number in range(blocks)]
    for union, members in UNIONS.items():
        raw = np.array([[one[player] for player in members] for one in sampled])
        made = reconcile(raw, np.full(blocks, unions[union]))
        assert made.sum(axis=1) == pytest.approx(np.full(blocks, unions[union]))
        error = made.std(axis=0, ddof=1) / np.sqrt(blocks) + 1e-12
        assert np.all(np.abs(made.mean(axis=0) - [exact[player] for player in members]) < 4 * error)
        assert np.all(made.std(axis=0) <= raw.std(axis=0) + 1e-12)  # it takes noise away


def test_what_adds_nothing_anywhere_gets_exactly_nothing() -> None:
    sampled = np.random.default_rng(0).normal(size=(20, 3))
    sampled[:, 1] = 0
    made = reconcile(sampled, sampled.sum(axis=1) + np.random.default_rng(1).normal(size=20))
    assert not made[:, 1].any()


def test_three_who_are_worth_something_only_together_interact_by_half_each_pair() -> None:
    """A product of three is worth 1: each Shapley value is a third, and each pair's index 1/2, worked by hand."""

    def product(coalition: frozenset[str]) -> int:
        return int(coalition >= {"a", "b", "c"})

    assert owen.interaction_indices(product, ["a", "b", "c"]) == {("a", "b"): 0.5, ("a", "c"): 0.5, ("b", "c"): 0.5}
    game = arbitrary(2)
    pair = owen.interaction_indices(game, ["a", "b"])["a", "b"]
    whole = [game(frozenset(names)) for names in ("ab", "a", "b", "")]
    assert pair == pytest.approx(whole[0] - whole[1] - whole[2] + whole[3])
