"""The fewest beliefs one would have to change for the other policy to come out better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.questions.crossover import size, tried
from sim.engine import beliefs
from sim.engine.question import ask
from sim.errors import QuestionError
from sim.statistics.intervals import Floats, block_mean

if TYPE_CHECKING:
    from sim.engine.question import Asked
    from sim.scenario.experiment import Experiment

TRIALS = 3000
MOVING = 12  # changes that are searched: those that do most, made first or taken back last
CHECKED = 70  # smaller sets, at most, that are tried in the end
COLUMNS = ("start", "policy_a", "policy_b", "outcome", "worldview", "step", "claim", "reading", "difference", "low",
           "high", "result")  # fmt: skip
Set = tuple[str, ...]  # changes "claim reading", as in "S12 newsham"
Progress = Callable[[int, int], object] | None


@dataclass(frozen=True)
class Flip:
    """The smallest set of changes found, step by step.

    Attributes
    ----------
    table
        The columns of flip.csv: step 0 is the worldview as it is, then a change a row with the difference after it
        and all before, then `(all)`: an author's reading of every claim.
        All differences are from worlds that had no part in the search.
    result
        `turned`: the last difference lies on the other side of nought with its whole interval; `undecided`: it
        does with its estimate alone; `none`: no set that was tried leads there; `unsettled`: there was nothing to
        turn, since the worldview's own difference is not settled.
    """

    asked: Asked
    trials: int
    result: str
    changes: Set
    table: pd.DataFrame = field(repr=False)


def flip(
    exp: Experiment,
    contrast: str,
    outcome: str,
    start: str | None = None,
    worldview: str | None = None,
    *,
    trials: int = TRIALS,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress = None,
) -> Flip:
    """Find the fewest claims to swap for an author's other reading that turn the better policy round.

    Searched are the twelve changes that do most, by themselves or on top of all others. Changes are added, the one
    that leads farthest each time, until the result turns; and taken back from all twelve, the one needed least each
    time, as long as it stays turned. Of the shorter of the two sets, all smaller ones that can be tried in reason
    are then tried (every one, for sets of one and two).

    Parameters
    ----------
    worldview
        Whose beliefs are changed; by default the one with the fewest numbers off neutral.
    trials
        For each policy and set: rounded up to parts of 500. As many again are played for the answer.

    Raises
    ------
    QuestionError
        For an unknown name.

    Examples
    --------
    >>> import sim
    >>> flip(sim.load("debate"), "direct_ties-status_quo", "use_of_force", worldview="self", trials=500).result
    'turned'
    """
    asked = ask(exp, [outcome], contrast, start=start, worldview=worldview)
    return flipped(asked, trials, folder=folder, workers=workers, progress=progress)


def flipped(
    asked: Asked,
    trials: int = TRIALS,
    *,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress = None,
) -> Flip:
    """Find the fewest changes; as `flip`, for a question that is checked already."""
    search = _Search(asked, trials, folder, workers, progress)
    own = search.play([()])[()]
    if not own.any():
        raise QuestionError(
            f"outcome {asked.outcomes[0]} is the same under both policies: there is nothing to turn round"
        )
    search.towards = -1.0 if own.mean() > 0 else 1.0
    settled = _beyond(own, -search.towards)
    return _answered(search, search.smallest() if settled else None, settled)


class _Search:
    """Differences of sets of changes, played when first asked for."""

    def __init__(self, asked: Asked, trials: int, folder: Path | None, workers: int | None, progress: Progress) -> None:
        self.asked, self.trials, self.towards = asked, trials, 0.0
        self._where, self._progress, self._done = (folder, workers), progress, 0
        self._known: dict[tuple[Set, int], Floats] = {}
        self.options = _options(asked)

    def play(self, sets: Sequence[Set], fresh: bool = False) -> dict[Set, Floats]:
        """Difference in each block with each set of changes: float[block]."""
        first = size(self.asked.exp, self.trials)[0] if fresh else 0
        new = [one for one in sets if (one, first) not in self._known]
        if new:
            points, before = [_point(one) for one in new], self._done
            played = tried(self.asked, points, self.trials, *self._where, self._step(before), first)
            self._known |= {(one, first): played[:, i, 0] for i, one in enumerate(new)}
        return {one: self._known[one, first] for one in sets}

    def _step(self, before: int) -> Progress:
        """Tell how far the search is: how much more it will play is not known before the end."""

        def update(done: int, total: int) -> None:
            self._done = before + done
            if self._progress:
                self._progress(self._done, before + total)

        return update

    def best(self, sets: Sequence[Set]) -> Set:
        """The set that leads farthest towards the other side."""
        found = self.play(sets)
        return max(sets, key=lambda one: self.towards * float(found[one].mean()))

    def turned(self, one: Set) -> bool:
        return _beyond(self.play([one])[one], self.towards)

    def towards_all(self) -> Set:
        """All readings of the author whose world lies farthest on the other side."""
        return self.best([*_by_author(self.options).values()])

    def moving(self) -> Set:
        """The changes that do most: made first, or taken back when all others have been made."""
        every = self.towards_all()
        without = {option: tuple(one for one in every if one != option) for option in every}
        self.play([(), every, *((option,) for option in every), *without.values()])
        weight = {one: max(abs(self._gain((one,), ())), abs(self._gain(every, without[one]))) for one in every}
        return tuple(sorted(every, key=weight.__getitem__, reverse=True)[:MOVING])

    def _gain(self, one: Set, other: Set) -> float:
        found = self.play([one, other])
        return self.towards * float((found[one] - found[other]).mean())

    def smallest(self) -> Set | None:
        """The smallest set found that turns the result round; None if no set that was tried does."""
        moving = self.moving()
        found = [one for one in (self._forward(moving), self._backward(moving)) if one is not None]
        if not found:
            every = self.towards_all()
            return every if self.turned(every) else None
        chosen = min(found, key=len)
        while len(chosen) > 1 and (smaller := self._smaller(moving, len(chosen) - 1)):
            chosen = smaller
        return self.ordered(chosen)

    def _forward(self, moving: Set) -> Set | None:
        """Add what leads farthest, until the result turns."""
        chosen: Set = ()
        while len(chosen) < len(moving):
            chosen = self.best([(*chosen, one) for one in moving if one not in chosen])
            if self.turned(chosen):
                return chosen
        return None

    def _backward(self, moving: Set) -> Set | None:
        """Take back what is needed least, as long as the result stays turned."""
        chosen = moving if self.turned(moving) else None
        while chosen and len(chosen) > 1:
            fewer = self.best([*combinations(chosen, len(chosen) - 1)])
            if not self.turned(fewer):
                break
            chosen = fewer
        return chosen

    def _smaller(self, moving: Set, count: int) -> Set | None:
        """A set of this many changes that turns the result round; None if none of those tried does."""
        among = max(n for n in range(count, len(moving) + 1) if n == count or comb(n, count) <= CHECKED)
        best = self.best([*combinations(moving[:among], count)])
        return best if self.turned(best) else None

    def ordered(self, changes: Set) -> Set:
        """The same changes, at each step the one that leads farthest."""
        made: Set = ()
        while len(made) < len(changes):
            made = self.best([(*made, one) for one in changes if one not in made])
        return made


def _by_author(options: Sequence[str]) -> dict[str, Set]:
    authors = dict.fromkeys(option.split()[1] for option in options)
    return {author: tuple(one for one in options if one.endswith(author)) for author in authors}


def _options(asked: Asked) -> list[str]:
    """Every change there is: a claim and an author whose reading of it is not what the worldview has."""
    own = asked.worldview.distributions
    found = []
    for claim, names in beliefs.moved(asked.exp.catalogue).items():
        for reading, dial in (("newsham", 1.0), ("self", 0.0)):
            other = beliefs.standing(asked.exp.catalogue, {claim: dial}).distributions
            if any(other[name] != own[name] for name in names):
                found.append(f"{claim} {reading}")
    return found


def _answered(search: _Search, found_set: Set | None, settled: bool) -> Flip:
    """The answer, with every difference from fresh worlds."""
    asked = search.asked
    changes = found_set or ()
    steps = [changes[:i] for i in range(len(changes) + 1)]
    alls = _by_author(search.options)
    found = search.play([*steps, *alls.values()], fresh=True)
    turned = _beyond(found[changes], search.towards)
    result = "unsettled" if not settled else "none" if found_set is None else "turned" if turned else "undecided"
    key = (asked.start.name, *(policy.name for policy in asked.policies), asked.outcomes[0], asked.worldview.name)
    rows = []
    for i, step in enumerate(steps):
        claim, reading = step[-1].split() if step else ("", "")
        rows.append((*key, i, claim, reading, *block_mean(found[step]), result))
    rows += [(*key, None, "(all)", author, *block_mean(found[one]), result) for author, one in alls.items()]
    trials = size(asked.exp, search.trials)[0] * asked.exp.lucks
    return Flip(asked, trials, result, changes, pd.DataFrame(rows, columns=COLUMNS))


def _beyond(blocks: Floats, sign: float) -> bool:
    """Whether the whole interval of the mean has this sign."""
    _, low, high = block_mean(blocks)
    return low is not None and high is not None and min(sign * low, sign * high) > 0


def _claim(option: str) -> str:
    return option.split()[0]


def _point(changes: Set) -> dict[str, float]:
    return {_claim(one): float(one.endswith("newsham")) for one in changes}
