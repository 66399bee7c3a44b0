"""Owen values: what each player brings to a game whose players are grouped in unions (Owen 1977).

A game is a function from a coalition, a frozenset of players, to its value: a number, or an array of them, since
the values are linear in the game. The value of a player is what it adds to those before it, on average over all
orders in which the members of each union stand side by side. All values of a union add up to the union's own
(its Shapley value among unions), and all of these to the value of the full coalition less that of the empty one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Game = Callable[[frozenset[str]], Any]
Unions = Mapping[str, Sequence[str]]

ORDERS = 1977 << 48  # beside the seed in the key of the orders: no world has so high a number (Owen 1977)


def owen_values(value: Game, unions: Unions) -> dict[str, Any]:
    """Exact value of each player, from every coalition: for unions of few players, none of whom is in two.

    The game is called for the same coalition many times, so let it remember.

    Two have a left glove each and one a right glove; a pair is worth 1. The holders of left gloves stand
    together, so that neither is played off against the other:

    >>> def pairs(coalition):
    ...     return min(len(coalition & {"ann", "bob"}), len(coalition & {"cem"}))
    >>> owen_values(pairs, {"left": ["ann", "bob"], "right": ["cem"]})
    {'ann': 0.25, 'bob': 0.25, 'cem': 0.5}
    """
    # A player's value is a double average: over the sets of other unions that stand before its own, and over the sets
    # of its mates that stand before it within the union, each with the chance of that set in a random order.
    values: dict[str, Any] = {}
    for union, members in unions.items():
        others = [name for name in unions if name != union]
        for player in members:
            values[player] = sum(
                weight * share * (value(outside | mates | {player}) - value(outside | mates))
                for chosen, weight in _weighted(others)
                for outside in [frozenset(other for name in chosen for other in unions[name])]
                for mates, share in _weighted([mate for mate in members if mate != player])
            )
    return values


def union_values(value: Game, unions: Unions) -> dict[str, Any]:
    """Value of each union, exactly: the Shapley value of the game in which unions move as one.

    >>> union_values(lambda coalition: len(coalition) ** 2, {"one": ["a"], "two": ["b", "c"]})
    {'one': 3.0, 'two': 6.0}
    """

    def quotient(chosen: frozenset[str]) -> Any:
        return value(frozenset(player for name in chosen for player in unions[name]))

    return owen_values(quotient, {name: [name] for name in unions})


def interaction_indices(value: Game, players: Sequence[str]) -> dict[tuple[str, str], Any]:
    """What every two players do together beyond what each does alone, over all orders (Grabisch and Roubens 1999).

    Half of each pair's index is part of the Shapley value of either player.

    Parameters
    ----------
    value
        The game. It is called for the same coalition many times, so let it remember.
    players
        Few, for every coalition is looked up.

    Returns
    -------
    dict
        Index of each pair, as number or array like the values of the game; 0 for players that only add up.

    Examples
    --------
    A left glove and a right glove are worth 1 together and nothing alone; a hat is worth 1 beside anything:

    >>> def shop(coalition):
    ...     return ({"left", "right"} <= coalition) + ("hat" in coalition)
    >>> interaction_indices(shop, ["left", "right", "hat"])
    {('left', 'right'): 1.0, ('left', 'hat'): 0.0, ('right', 'hat'): 0.0}
    """
    indices: dict[tuple[str, str], Any] = {}
    for a, b in combinations(players, 2):
        indices[a, b] = sum(
            weight * (value(others | {a, b}) - value(others | {a}) - value(others | {b}) + value(others))
            for others, weight in _weighted([name for name in players if name not in (a, b)])
        )
    return indices


def sample_orders(unions: Unions, number: int, seed: int) -> list[list[str]]:
    """Draw orders of all players: as many as there are unions, and each union stands once at each place.

    Number 2k + 1 has those of 2k from back to front, so that a player who comes early comes late as well. Another seed
    gives other orders, so that it does not repeat the error of these.

    >>> [len(order) for order in sample_orders({"one": ["a"], "two": ["b", "c"]}, 0, seed=1)]
    [3, 3]
    """
    key = np.array([seed, ORDERS + number // 2], dtype=np.uint64)
    random = np.random.Generator(np.random.Philox(key=key))
    names = [str(name) for name in random.permutation(list(unions))]
    orders = []
    # Rotating one permutation of the unions gives each union each place once (a Latin square): what the place of a
    # union does to its value is then sampled without error. Members are shuffled within their union every time.
    for turn in range(len(names)):
        mixed = [random.permutation(list(unions[name])) for name in names[turn:] + names[:turn]]
        order = [str(player) for members in mixed for player in members]
        orders.append(order[::-1] if number % 2 else order)
    return orders


def added_in_order(value: Game, order: Sequence[str]) -> dict[str, Any]:
    """What each player adds to those before it in one order of all players.

    >>> added_in_order(lambda coalition: len(coalition) ** 2, ["b", "a"])
    {'b': 1, 'a': 3}
    """
    added: dict[str, Any] = {}
    coalition = frozenset[str]()
    before = value(coalition)
    for player in order:
        coalition |= {player}
        after = value(coalition)
        added[player] = after - before
        before = after
    return added


def shares_of_gap(sampled: Floats, exact: Floats) -> Floats:
    """How to divide the gap between a union's exact value and the sum of its members' sampled values.

    From float[block, member] and float[block] it makes float[member]: shares that add up to 1, or are 0 for members
    that add nothing anywhere. Equal shares would give some to a member that adds nothing. Instead each member gets as
    much as it usually moves with the sum. Orders that happen to favour the union raise the members' values and their
    sum together, and the regression of a member on the sum over blocks, with the exact value held fixed, says how far.
    This is a control variate: it removes noise as well.

    >>> shares_of_gap(np.array([[1.0, 0.0], [3.0, 0.0], [2.0, 0.0]]), np.array([2.0, 2.0, 2.5])).round(9).tolist()
    [1.0, 0.0]
    """
    total = sampled.sum(axis=1)
    # One least-squares fit for every member at once: value = a + b * exact + c * total. Row 2 holds each member's c.
    # The members add up to the total in every block, so their c add up to 1 by construction.
    regressors = np.column_stack([np.ones_like(exact), exact, total])
    slopes = np.linalg.lstsq(regressors, sampled, rcond=None)[0][2]
    scale = slopes.sum()
    # If exact and total are collinear (few blocks, or a union that hardly varies) the c are not identified and do not
    # add up to 1: then the gap is divided equally among the members that add anything at all.
    moving = np.abs(sampled).any(axis=0)
    shares: Floats = slopes / scale if abs(scale) > 0.5 else moving / max(moving.sum(), 1)
    return shares


def _weighted(names: Sequence[str]) -> Iterator[tuple[frozenset[str], float]]:
    """Every subset of some names, with the chance that just these stand before one more in a random order of all.

    The one more is equally likely at each of n + 1 places, and the names before it are any subset of that size.
    """
    for size in range(len(names) + 1):
        weight = 1 / ((len(names) + 1) * math.comb(len(names), size))
        for chosen in combinations(names, size):
            yield frozenset(chosen), weight
