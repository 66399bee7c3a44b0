"""Which belief decides? The disagreement between two worldviews, shared out among the claims they differ on.

The difference between two policies is one number under Newsham's worldview and another under Self's. The value of a
coalition of claims is the difference in a world in which Newsham is right about these and Self about the rest, on
average over luck and over what neither man speaks of, in the same worlds for every coalition. Owen values, with the
themes of the debate as unions, share out the distance between the two ends. Values of themes are exact over all
their coalitions; those of claims are sampled over orders, and made to add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.questions import claims_tables as tables
from analysis.questions import work
from analysis.questions.claims_tables import Parts
from analysis.questions.coalitions import NEWSHAM, SELF, TOTAL, Coalitions, Game, game
from sim.errors import QuestionError
from sim.statistics import owen
from sim.statistics.intervals import Floats, Interval

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

BLOCK = 100  # trials of a coalition in one block; an interval rests on the spread between blocks
TRIALS = 5000
PAIRED = 8  # claims that weigh most: each two of them are tried together


@dataclass(frozen=True)
class Claims:
    """The disagreement taken apart, in tables.

    Attributes
    ----------
    table
        The columns of claims.csv: `value` is what the claim adds to the difference under Newsham's worldview
        minus that under Self's, with its 95 % interval; `swap_into_newsham` is the change when Newsham's world
        takes Self's reading of this claim alone, `swap_into_self` the reverse.
    details
        For the same rows, intervals of both swaps and `sampling_error`: the standard error that comes of having
        sampled orders (it is part of the interval, and 0 for themes, which are exact).
    ends
        The difference between the policies under either worldview, with its interval.
    pairs
        What two claims do together beyond what each does alone, in Self's world, in Newsham's, and the mean of
        both; for the claims that weigh most on the first outcome.
    """

    game: Game
    trials: int
    table: pd.DataFrame
    details: pd.DataFrame
    ends: pd.DataFrame
    pairs: pd.DataFrame
    parts: Parts = field(repr=False)

    def sum_of(self, names: list[str], outcome: str) -> Interval:
        """Value of some claims or themes together, with its 95 % interval."""
        whole = np.sum([self.parts[f"value {name}"] for name in names], axis=0)
        return tables.interval({"sum": whole}, "sum", self.game.asked.outcomes.index(outcome))


def claims(
    exp: Experiment,
    contrast: str,
    outcomes: list[str] | None = None,
    start: str | None = None,
    *,
    trials: int = TRIALS,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Claims:
    """Share the disagreement out among the claims, by Owen values.

    Parameters
    ----------
    contrast
        Two policies, as in `direct_ties-interoperability`; the difference is first minus second.
    outcomes
        By default the primary ones and each author's own stakes (`loss_newsham`, `loss_self`) where they exist.
    start
        By default the experiment's last.
    trials
        For each policy and coalition: rounded up to blocks of 100, two at least.
    folder
        Where values of coalitions are kept as they come, so that the same call goes on after an interruption.
    workers
        Threads; by default one per processor. They do not change the result.
    progress
        Called now and then with the trials done and the trials to do.

    Raises
    ------
    QuestionError
        For an unknown name, if the experiment lacks one of the two worldviews, or if the two policies come to the
        same in every trial.

    Examples
    --------
    >>> import sim
    >>> found = claims(sim.load("debate"), "direct_ties-status_quo", ["use_of_force"], trials=200)
    >>> found.table["claim"][0], len(found.ends)
    ('(total)', 2)
    """
    played = game(exp, contrast, outcomes, start)
    return shared_out(played, trials, folder=folder, workers=workers, progress=progress)


def shared_out(
    played: Game,
    trials: int = TRIALS,
    *,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Claims:
    """Play a game and share it out; as `claims`, for a game made by hand."""
    exp = played.asked.exp
    size = max(BLOCK // exp.lucks, 2) // 2 * 2  # worlds: two halves of a block
    blocks = max(-(-trials // (size * exp.lucks)), 2)
    shelf = work.Shelf(folder, work.mark(played.asked, NEWSHAM, SELF, size))
    made = [Coalitions(played, number, size, shelf) for number in range(blocks)]
    steps = _steps(played, blocks, 2 * size * exp.lucks, progress)
    parts = work.spread(lambda n: made[n].use(lambda v: _shares(played, n, v)), range(blocks), workers, steps)
    for i, outcome in enumerate(played.asked.outcomes):
        if not any(part[name][:, i].any() for part in parts for name in ("at newsham", "at self")):
            raise QuestionError(
                f"outcome {outcome} is the same under both policies in every trial: nothing to share out"
            )
    whole = _reconciled(played, {name: np.stack([part[name] for part in parts]) for name in parts[0]})
    pairs = _heaviest(played, whole)
    tried = work.spread(lambda n: made[n].use(lambda v: _together(played, pairs, v)), range(blocks), workers, steps)
    table, details = tables.shared(played, whole)
    together = tables.paired(played, pairs, np.stack(tried))
    return Claims(played, blocks * size * exp.lucks, table, details, tables.ends(played, whole), together, whole)


def _shares(played: Game, number: int, value: owen.Game) -> Parts:
    """One block's values of everything that has one, each float[half, outcome]."""
    full, none = played.groups[TOTAL], frozenset[str]()
    found = {"at newsham": value(full), "at self": value(none), f"value {TOTAL}": value(full) - value(none)}
    for name, members in played.groups.items():
        found[f"into newsham {name}"] = value(full - members) - value(full)
        found[f"into self {name}"] = value(members) - value(none)
    found |= {f"value {theme}": values for theme, values in owen.union_values(value, played.unions).items()}
    walked = [owen.marginals(value, order) for order in owen.orders(played.unions, number)]
    for theme, names in played.unions.items():
        place = [_place(played, theme, list(one)) for one in walked]
        for name in names:
            adds = np.stack([walked[i][name] for i in np.argsort(place)])
            found |= {f"value {name}": adds.mean(axis=0), f"places {name}": adds.mean(axis=1)}
    return found


def _place(played: Game, theme: str, order: list[str]) -> int:
    """How many players come before a theme's own in an order."""
    return min(order.index(name) for name in played.unions[theme])


def _reconciled(played: Game, parts: Parts) -> Parts:
    """The same, with the values of each theme's claims adding up to the theme's in every half of a block."""
    for theme, members in played.unions.items():
        exact, shape = parts[f"value {theme}"], parts[f"value {theme}"].shape
        sampled = np.stack([parts[f"value {name}"] for name in members], axis=-1)
        made = [
            owen.reconciled(sampled[:, :, i].reshape(-1, len(members)), exact[:, :, i].ravel())
            for i in range(shape[-1])
        ]
        for column, name in enumerate(members):
            parts[f"value {name}"] = np.stack([one[:, column] for one in made], axis=-1).reshape(shape)
    return parts


def _heaviest(played: Game, parts: Parts) -> list[tuple[str, str]]:
    """Each two of the claims that weigh most on the first outcome."""
    weight = {name: abs(float(parts[f"value {name}"][..., 0].mean())) for name in played.players}
    ordered = sorted((name for name in weight if weight[name]), key=weight.__getitem__, reverse=True)
    return list(combinations(ordered[:PAIRED], 2))


def _together(played: Game, pairs: list[tuple[str, str]], value: owen.Game) -> Floats:
    """What each pair does beyond its parts, in Self's world and in Newsham's: float[pair, end, half]."""
    full, none = played.groups[TOTAL], frozenset[str]()
    found = []
    for pair in pairs:
        a, b, both = frozenset(pair[:1]), frozenset(pair[1:]), frozenset(pair)
        at_self = value(both) - value(a) - value(b) + value(none)
        at_newsham = value(full) - value(full - a) - value(full - b) + value(full - both)
        found.append([at_self[:, 0], at_newsham[:, 0]])
    return np.array(found)


def _steps(played: Game, blocks: int, each: int, progress: Callable[[int, int], object] | None) -> Callable[[], None]:
    """What to call after each block of either round; `each` trials are played for a coalition in a block."""
    seen: set[frozenset[str]] = set()

    def note(coalition: frozenset[str]) -> Floats:
        seen.add(coalition)
        return np.zeros((2, len(played.asked.outcomes)))

    _shares(played, 0, note)
    rounds = [each * len(seen)] * blocks + [each * PAIRED * (PAIRED - 1)] * blocks
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(sum(rounds[:done]), sum(rounds))

    return step
