"""Coalitions of claims: worlds in which Newsham is right about some claims and Self about the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analysis.questions import work
from sim.engine.question import ask, known
from sim.errors import QuestionError
from sim.model import draws
from sim.statistics.intervals import Floats

if TYPE_CHECKING:
    from sim.engine.question import Asked
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment, Worldview

NEWSHAM, SELF = "newsham", "self"  # the worldviews at the two ends of a dial
TOTAL, UNDIALLED = "(total)", "(no dial)"


@dataclass(frozen=True)
class Game:
    """What is shared out: who plays, in which unions, and the two worldviews between which they move.

    `players` are the claims on which the worldviews differ, each with the columns of its parameters; what differs
    and belongs to no claim is the player `(no dial)`. `silent` are the claims that differ in nothing.
    """

    asked: Asked
    newsham: Worldview
    by_self: Worldview
    players: Mapping[str, tuple[int, ...]]
    unions: Mapping[str, tuple[str, ...]]
    silent: Mapping[str, str]

    @cached_property
    def groups(self) -> dict[str, frozenset[str]]:
        """Everything that may be swapped as one: all players, each theme's, each by itself."""
        themes = {name: frozenset(members) for name, members in self.unions.items()}
        return {TOTAL: frozenset(self.players), **themes, **{name: frozenset([name]) for name in self.players}}


def game(exp: Experiment, contrast: str, outcomes: list[str] | None = None, start: str | None = None) -> Game:
    """Who plays: the claims on which the two worldviews differ, by comparing every number's distribution."""
    asked = ask(exp, stakes(exp) if outcomes is None else outcomes, contrast, start=start)
    views = {view.name: view for view in exp.worldviews}
    newsham, by_self = (known("worldview", name, views) for name in (NEWSHAM, SELF))
    catalogue, players = exp.catalogue, dict[str, tuple[int, ...]]()
    for column, (name, parameter) in enumerate(catalogue.parameters.items()):
        if newsham.distributions[name] != by_self.distributions[name]:
            owner = parameter.claim or UNDIALLED
            players[owner] = (*players.get(owner, ()), column)
    dialled = {name for name, claim in catalogue.claims.items() if claim.kind in ("primitive", "process")}
    themes = {name: str(claim.theme) for name, claim in catalogue.claims.items() if name in dialled | {*players}}
    themes[UNDIALLED] = UNDIALLED
    unions: dict[str, tuple[str, ...]] = {}
    for name, theme in themes.items():
        if name in players:
            unions[theme] = (*unions.get(theme, ()), name)
    return Game(asked, newsham, by_self, players, unions, {n: theme for n, theme in themes.items() if n not in players})


def stakes(exp: Experiment) -> list[str]:
    """The primary outcomes, and what each author's own stakes make of an outcome, where such a loss exists."""
    entries = exp.catalogue.outcomes
    own = [f"loss_{author}" for author in (NEWSHAM, SELF) if f"loss_{author}" in entries]
    return list(dict.fromkeys([*(name for name, entry in entries.items() if entry.primary), *own]))


def one_sided(outcome: Outcome) -> None:
    """Refuse, by a QuestionError, an outcome in which no policy can be better.

    >>> import sim
    >>> one_sided(sim.load("debate").catalogue.outcomes["use_of_force"])
    """
    if outcome.better == "none":
        raise QuestionError(f"outcome {outcome.name} has no better side, so no policy does better in it")


class Coalitions:
    """Values of coalitions in one block of worlds, played when first asked for and then kept."""

    def __init__(self, played: Game, number: int, size: int, shelf: work.Shelf) -> None:
        """Hold block `number`, of `size` worlds."""
        self.number, self.size = number, size
        self._game, self._shelf = played, shelf
        self._known: dict[frozenset[str], Floats] = {}

    def use(self, task: Callable[[Coalitions], work.T]) -> work.T:
        """Do something with the values, and keep those that had to be played for it."""
        name, names = f"block {self.number}", list(self._game.players)
        kept = self._shelf.read(name) or {"members": np.empty((0, len(names)), bool), "values": np.empty((0, 0, 0))}
        for row, values in zip(kept["members"], kept["values"], strict=True):
            self._known[frozenset(np.array(names)[row].tolist())] = values
        found = task(self)
        if len(self._known) > len(kept["values"]):
            members = np.array([[one in coalition for one in names] for coalition in self._known])
            self._shelf.write(name, {"members": members, "values": np.stack([*self._known.values()])})
        return found

    def __call__(self, coalition: frozenset[str]) -> Floats:
        """Give the mean difference in either half of the block, float[half, outcome], where these claims hold."""
        if coalition not in self._known:
            table, newsham = (one.copy() for one in self._ends)
            columns = [column for player in coalition for column in self._game.players[player]]
            table[:, columns] = newsham[:, columns]
            found = self._game.asked.values(table, self.number * self.size)
            self._known[coalition] = found.reshape(2, self.size // 2, -1).mean(axis=1)
        return self._known[coalition]

    @cached_property
    def _ends(self) -> tuple[Floats, Floats]:
        exp, first = self._game.asked.exp, self.number * self.size
        self_end, newsham = (
            draws.parameters(exp, view, first, self.size) for view in (self._game.by_self, self._game.newsham)
        )
        return self_end, newsham
