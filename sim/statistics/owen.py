"""Owen values: what each player brings to a game whose players are grouped in unions (Owen 1977).

A game is a function from a coalition, a frozenset of players, to its value: a number, or an array of them, since
the values are linear in the game. The value of a player is what it adds to those before it, on average over all
orders in which the members of each union stand side by side. All values of a union add up to the union's own
(its Shapley value among unions), and all of these to what the whole coalition is worth beyond the empty one.
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

ORDERS_KEY = 1977  # of the Philox generator behind the orders: the same orders every time


def owen_values(value: Game, unions: Unions) -> dict[str, Any]:
    """Exact values, from every coalition: for unions of few players.

    Parameters
    ----------
    value
        The game; called for a coalition again and again, so let it remember.
    unions
        Players by union; no player is in two.

    Returns
    -------
    dict
        Value of each player, as number or array like those of the game.

    Examples
    --------
    Two have a left glove each and one a right glove; a pair is worth 1. The holders of left gloves stand
    together, so that neither is played off against the other:

    >>> def pairs(coalition):
    ...     return min(len(coalition & {"ann", "bob"}), len(coalition & {"cem"}))
    >>> owen_values(pairs, {"left": ["ann", "bob"], "right": ["cem"]})
    {'ann': 0.25, 'bob': 0.25, 'cem': 0.5}
    """
    found: dict[str, Any] = {}
    for union, members in unions.items():
        others = [name for name in unions if name != union]
        for player in members:
            found[player] = sum(
                weight * share * (value(outside | mates | {player}) - value(outside | mates))
                for chosen, weight in _weighted(others)
                for outside in [frozenset(one for name in chosen for one in unions[name])]
                for mates, share in _weighted([one for one in members if one != player])
            )
    return found


def union_values(value: Game, unions: Unions) -> dict[str, Any]:
    """Value of each union, exactly: the Shapley value of the game in which unions move as one.

    >>> union_values(lambda coalition: len(coalition) ** 2, {"one": ["a"], "two": ["b", "c"]})
    {'one': 3.0, 'two': 6.0}
    """
    whole = {name: frozenset(members) for name, members in unions.items()}

    def quotient(chosen: frozenset[str]) -> Any:
        return value(frozenset().union(*(whole[name] for name in chosen)))

    return owen_values(quotient, {name: [name] for name in unions})


def orders(unions: Unions, number: int) -> list[list[str]]:
    """Orders to sample: as many as there are unions, and each union stands once at each place.

    Number 2k + 1 has those of 2k from back to front, so that a player who comes early comes late as well.

    >>> [len(order) for order in orders({"one": ["a"], "two": ["b", "c"]}, 0)]
    [3, 3]
    """
    random = np.random.Generator(np.random.Philox(key=[ORDERS_KEY, number // 2]))
    names = [str(name) for name in random.permutation(list(unions))]
    made = []
    for turn in range(len(names)):
        mixed = [random.permutation(list(unions[name])) for name in names[turn:] + names[:turn]]
        order = [str(player) for members in mixed for player in members]
        made.append(order[::-1] if number % 2 else order)
    return made


def marginals(value: Game, order: Sequence[str]) -> dict[str, Any]:
    """What each player adds to those before it in one order of all players.

    >>> marginals(lambda coalition: len(coalition) ** 2, ["b", "a"])
    {'b': 1, 'a': 3}
    """
    found: dict[str, Any] = {}
    so_far = frozenset[str]()
    before = value(so_far)
    for player in order:
        so_far |= {player}
        after = value(so_far)
        found[player] = after - before
        before = after
    return found


def reconciled(sampled: Floats, exact: Floats) -> Floats:
    """Sampled values of a union's members, made to add up to the union's exact value in every block.

    Orders that happen to favour a union move its members' values and their sum together. How far each moves
    with the sum, given the exact value, is their regression over blocks; the coefficients add up to 1, and a
    member that adds nothing anywhere has 0. So what is taken from the gap also takes noise away.

    Parameters
    ----------
    sampled
        float[block, member].
    exact
        float[block].

    Returns
    -------
    float[block, member]

    Examples
    --------
    >>> made = reconciled(np.array([[1.0, 0.0], [3.0, 0.0], [2.0, 0.0]]), np.array([2.0, 2.0, 2.5]))
    >>> made.sum(axis=1).round(12).tolist(), made[:, 1].tolist()
    ([2.0, 2.0, 2.5], [0.0, 0.0, 0.0])
    """
    total = sampled.sum(axis=1)
    gap = exact - total
    if not gap.any():
        return sampled
    told = np.column_stack([np.ones_like(exact), exact, total])
    follows = np.linalg.lstsq(told, sampled, rcond=None)[0][2]
    scale = follows.sum()
    moving = np.abs(sampled).any(axis=0)
    follows = follows / scale if abs(scale) > 0.5 else moving / max(moving.sum(), 1)
    made: Floats = sampled + np.outer(gap, follows)
    return made


def _weighted(names: Sequence[str]) -> Iterator[tuple[frozenset[str], float]]:
    """Every subset, with the chance that just these stand before one more in a random order of all."""
    for size in range(len(names) + 1):
        weight = 1 / ((len(names) + 1) * math.comb(len(names), size))
        for chosen in combinations(names, size):
            yield frozenset(chosen), weight
