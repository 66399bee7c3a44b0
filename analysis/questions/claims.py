"""Which belief decides? The disagreement between two worldviews, divided among the claims they differ on.

The difference between two policies is one number under Newsham's worldview and another under Self's. A coalition of
claims is worth the difference in a world in which Newsham is right about these claims and Self about the rest: the mean
over luck and over every number that belongs to neither author, in the same worlds for each coalition. Owen values, with
the themes of the debate as unions, divide the distance between the two ends. Values of themes are exact, from all their
coalitions; those of claims are sampled over orders, and then reconciled with the theme's. Newsham's claims, Self's, and
those on which both speak are also summed. Where an author is silent, his world has the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.questions.finding import NEWSHAM, SELF, Finding
from analysis.questions.work import Cache, Counter, Work
from sim.engine.question import look_up
from sim.errors import QuestionError
from sim.model import draws
from sim.statistics import owen
from sim.statistics.intervals import LEVEL, Floats, Interval, interval_over_blocks

if TYPE_CHECKING:
    from sim.engine.question import Question
    from sim.scenario.experiment import Worldview

BLOCK_TRIALS = 200  # of a coalition, in two halves; an interval rests on the spread between blocks
TRIALS = 5000
HEAVIEST = 8  # claims of which every two are tried together
TOTAL, AUTHOR, THEME, NO_DIAL = "(total)", "(author)", "(theme)", "(no dial)"
SUMS = (TOTAL, AUTHOR, THEME)
BOTH = "both"  # as an author: the claims on which both speak
COLUMNS = ("start", "policy_a", "policy_b", "outcome", "theme", "claim", "value", "low", "high",
           "swap_into_newsham", "swap_into_self")  # fmt: skip
Coalition = frozenset[str]
Parts = dict[str, Floats]
"""Values by name, float[block, half, outcome]; of `places CLAIM`, float[block, half, place, outcome].

The second half of a block has the orders of the first from back to front.
"""


@dataclass(frozen=True)
class Game:
    """Who plays: the claims on which the two worldviews differ, in the unions of their themes.

    Attributes
    ----------
    players
        Columns of the parameters of each claim that differs. Numbers that differ and belong to no claim are the
        player `(no dial)`.
    unions
        Players by theme.
    idle
        The theme of each claim that differs in nothing.
    """

    question: Question
    newsham: Worldview
    by_self: Worldview
    players: Mapping[str, tuple[int, ...]]
    unions: Mapping[str, tuple[str, ...]]
    idle: Mapping[str, str]

    @classmethod
    def of(cls, question: Question) -> Game:
        """Compare every number's distribution under the two worldviews.

        Raises QuestionError if the experiment lacks one of them.
        """
        catalogue = question.experiment.catalogue
        views = {view.name: view for view in question.experiment.worldviews}
        newsham, by_self = (look_up("worldview", name, views) for name in (NEWSHAM, SELF))
        players: dict[str, tuple[int, ...]] = {}
        for column, (name, parameter) in enumerate(catalogue.parameters.items()):
            if newsham.distributions[name] != by_self.distributions[name]:
                owner = parameter.claim or NO_DIAL
                players[owner] = (*players.get(owner, ()), column)
        dialled = {name for name, claim in catalogue.claims.items() if claim.kind in ("primitive", "process")}
        themes = {name: str(claim.theme) for name, claim in catalogue.claims.items() if name in dialled | {*players}}
        themes[NO_DIAL] = NO_DIAL
        unions: dict[str, tuple[str, ...]] = {}
        for name, theme in themes.items():
            if name in players:
                unions[theme] = (*unions.get(theme, ()), name)
        idle = {name: theme for name, theme in themes.items() if name not in players}
        return cls(question, newsham, by_self, players, unions, idle)

    @cached_property
    def groups(self) -> dict[str, Coalition]:
        """Every coalition that is swapped as one: all players, each author's, each theme's, each alone."""
        themes = {name: frozenset(members) for name, members in self.unions.items()}
        authors = {f"{AUTHOR} {name}": frozenset(members) for name, members in self.by_author.items()}
        alone = {name: frozenset([name]) for name in self.players}
        return {TOTAL: frozenset(self.players), **authors, **themes, **alone}

    @cached_property
    def by_author(self) -> dict[str, tuple[str, ...]]:
        """The claims on which only Newsham speaks, only Self, and both; without the empty ones."""
        claims, found = self.question.experiment.catalogue.claims, dict[str, tuple[str, ...]]()
        for author, speakers in ((NEWSHAM, {NEWSHAM}), (SELF, {SELF}), (BOTH, {NEWSHAM, SELF})):
            members = tuple(name for name in self.players if name != NO_DIAL and {*claims[name].readings} == speakers)
            found |= {author: members} if members else {}
        return found

    @cached_property
    def rows(self) -> list[tuple[str, str, str]]:
        """Theme, claim and name of every row: the total, each author, each theme with its claims as in the catalogue.

        In rows of an author the column of themes has the author: `newsham`, `self` or `both`.
        """
        themes = {**{name: theme for theme, names in self.unions.items() for name in names}, **self.idle}
        ordered = sorted(themes, key=[*self.question.experiment.catalogue.claims, *themes].index)
        rows = [("", TOTAL, TOTAL), *((author, AUTHOR, f"{AUTHOR} {author}") for author in self.by_author)]
        for theme in dict.fromkeys(themes[name] for name in ordered):
            rows.append((theme, THEME, theme))
            rows += [(theme, name, name) for name in ordered if themes[name] == theme]
        return rows


class HalfBlock:
    """Values of coalitions in half a block of worlds: each is played when it is first needed, and then remembered."""

    def __init__(self, game: Game, number: int, worlds: int, cache: Cache) -> None:
        """Begin with the values that are saved of this half."""
        self._number, self._worlds, self._game, self._cache = number, worlds, game, cache
        self._players = list(game.players)
        saved = cache.read(self._name) or {"members": np.empty((0, 0), bool), "values": np.empty((0, 0))}
        self._values: dict[Coalition, Floats] = {
            frozenset(np.array(self._players)[members].tolist()): values
            for members, values in zip(saved["members"], saved["values"], strict=True)
        }
        self._saved = len(self._values)

    def __call__(self, coalition: Coalition) -> Floats:
        """Mean difference, float[outcome], with Newsham right about these claims."""
        if coalition not in self._values:
            by_self, newsham = self._ends
            parameters = by_self.copy()
            columns = [column for player in coalition for column in self._game.players[player]]
            parameters[:, columns] = newsham[:, columns]
            values = self._game.question.values(parameters, self._number * self._worlds)
            self._values[coalition] = values.mean(axis=0)
        return self._values[coalition]

    def save(self) -> None:
        """Save the values, if any is new."""
        if len(self._values) > self._saved:
            members = [[player in coalition for player in self._players] for coalition in self._values]
            self._cache.write(self._name, {"members": np.array(members), "values": np.stack([*self._values.values()])})
            self._saved = len(self._values)

    @property
    def _name(self) -> str:
        return f"half {self._number}"

    @cached_property
    def _ends(self) -> list[Floats]:
        experiment, first = self._game.question.experiment, self._number * self._worlds
        return [draws.draw_parameters(experiment, view, first, self._worlds)
                for view in (self._game.by_self, self._game.newsham)]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Claims(Finding):
    """The disagreement, divided among the claims.

    Attributes
    ----------
    table
        The columns of claims.csv: `value` is what the claim adds to the difference under Newsham's worldview
        minus that under Self's, with its 95 % interval; `swap_into_newsham` is the change when Newsham's world
        takes Self's reading of this claim alone, `swap_into_self` the reverse.
    details
        For the same rows, intervals of both swaps and `sampling_error`: the standard error from sampling orders, of
        the value as reconciled. It is part of the interval, 0 for themes, which are exact, and blank for authors.
    ends
        The difference between the policies under either worldview, with its interval.
    pairs
        What two claims do together beyond what each does alone, in Self's world, in Newsham's, and the mean of
        both; for the claims that weigh most on the first outcome. `joint_low` and `joint_high` hold for all pairs of
        claims together (Bonferroni), so also for the ones that were picked for their size.
    """

    details: pd.DataFrame = field(repr=False)
    ends: pd.DataFrame = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    game: Game = field(repr=False)
    parts: Parts = field(repr=False)

    def sum_of(self, names: list[str], outcome: str) -> Interval:
        """Value of some claims or themes together, with its 95 % interval."""
        total = np.sum([self.parts[f"value {name}"] for name in names], axis=0)
        return _interval({"sum": total}, "sum", self.question.outcomes.index(outcome))

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"claims": self.table, "claims_details": self.details, "claims_ends": self.ends,
                "claims_pairs": self.pairs}  # fmt: skip

    @property
    def worldviews(self) -> list[str]:
        return [NEWSHAM, SELF]

    @property
    def design(self) -> dict[str, Any]:
        """Sizes of Owen values: players, unions, orders, blocks."""
        game, blocks = self.game, len(self.parts[f"value {TOTAL}"])
        return {
            "blocks": blocks, "claims": len({*game.players} - {NO_DIAL}), "other_players": int(NO_DIAL in game.players),
            "silent_claims": len({*game.idle} - {NO_DIAL}), "themes": len(game.unions),
            "orders": 2 * blocks * len(game.unions), "pairs": len(self.pairs),
        }  # fmt: skip


def claims(question: Question, work: Work | None = None, *, trials: int = TRIALS) -> Claims:
    """Divide the disagreement among the claims, by Owen values.

    Parameters
    ----------
    question
        A contrast. Its worldview plays no part.
    trials
        For each policy and coalition: rounded up to blocks of 200, two at least.

    Raises
    ------
    QuestionError
        If the experiment lacks one of the two worldviews, or if an outcome is the same under both policies in every
        trial.

    Examples
    --------
    >>> import sim
    >>> from sim.engine.question import Question
    >>> question = Question.of(sim.load("debate"), contrast="direct_ties-status_quo", outcomes=["use_of_force"])
    >>> found = claims(question, trials=200)
    >>> found.table["claim"][0], len(found.ends)
    ('(total)', 2)
    """
    work, game = work or Work(), Game.of(question)
    lucks = question.experiment.lucks
    worlds = max(BLOCK_TRIALS // lucks, 2) // 2  # of half a block
    number = max(-(-trials // (2 * worlds * lucks)), 2)
    cache = work.cache(question, NEWSHAM, SELF, worlds)
    halves = [HalfBlock(game, i, worlds, cache) for i in range(2 * number)]
    # Trials of a half in the first round: of each coalition that its orders need; then of the pairs.
    both = 2 * worlds * lucks
    first, second = both * _coalitions_needed(game), both * HEAVIEST * (HEAVIEST - 1)
    counter = Counter(work.progress, 2 * number * (first + second))

    def play_values(i: int) -> Parts:
        values = _values_of_half(game, i, halves[i])
        halves[i].save()
        return values

    def play_pairs(i: int) -> Floats:
        values = _interactions(game, pairs, halves[i])
        halves[i].save()
        return values

    by_half = work.map(play_values, range(2 * number), counter, first)
    for i, outcome in enumerate(question.outcomes):
        if not any(half[name][i] for half in by_half for name in ("at newsham", "at self")):
            raise QuestionError(
                f"outcome {outcome} is the same under both policies in every trial: there is no disagreement to divide"
            )
    parts = _reconciled(game, {name: _by_block([half[name] for half in by_half]) for name in by_half[0]})
    pairs = _heaviest_pairs(game, parts)
    interactions = _by_block(work.map(play_pairs, range(2 * number), counter, second))
    table, details = _tables(game, parts)
    return Claims(question, 2 * number * worlds * lucks, table, details, _ends(game, parts),
                  _pairs(game, pairs, interactions), game, parts)  # fmt: skip


def _by_block(halves: list[Floats]) -> Floats:
    """Values of all halves, one after the other, as float[block, half, ...]."""
    values = np.stack(halves)
    return values.reshape(len(halves) // 2, 2, *values.shape[1:])


def _values_of_half(game: Game, number: int, value: owen.Game) -> Parts:
    """Values in half a block of everything that has one, each float[outcome]."""
    full, none = game.groups[TOTAL], Coalition()
    parts = {"at newsham": value(full), "at self": value(none), f"value {TOTAL}": value(full) - value(none)}
    for name, members in game.groups.items():
        parts[f"into newsham {name}"] = value(full - members) - value(full)
        parts[f"into self {name}"] = value(members) - value(none)
    parts |= {f"value {theme}": values for theme, values in owen.union_values(value, game.unions).items()}
    orders = owen.sample_orders(game.unions, number, game.question.experiment.seed)
    added = [owen.added_in_order(value, order) for order in orders]
    for names in game.unions.values():
        # Each order has the theme at another place; sorted by place, rows of all blocks can be compared.
        places = np.argsort([min(list(order).index(name) for name in names) for order in added])
        for name in names:
            adds = np.stack([added[i][name] for i in places])
            parts |= {f"value {name}": adds.mean(axis=0), f"places {name}": adds}
    return parts


def _coalitions_needed(game: Game) -> int:
    """How many coalitions the values of half a block need, without playing any."""
    needed: set[Coalition] = set()

    def note(coalition: Coalition) -> Floats:
        needed.add(coalition)
        return np.zeros(len(game.question.outcomes))

    _values_of_half(game, 0, note)
    return len(needed)


def _reconciled(game: Game, parts: Parts) -> Parts:
    """The same parts, with the values of each theme's claims adding up to the theme's in every half of a block.

    What a claim adds at each place of its theme loses the same share of what all the theme's claims add there.
    """
    for theme, members in game.unions.items():
        exact = parts[f"value {theme}"]
        sampled, places = (np.stack([parts[f"{what} {name}"] for name in members]) for what in ("value", "places"))
        for i in range(exact.shape[-1]):
            columns = sampled[..., i].reshape(len(members), -1).T
            shares = owen.shares_of_gap(columns, exact[..., i].ravel())
            gap = exact[..., i] - sampled[..., i].sum(axis=0)
            for name, share in zip(members, shares.tolist(), strict=True):
                parts[f"value {name}"][..., i] += share * gap
                parts[f"places {name}"][..., i] -= share * places[..., i].sum(axis=0)
    for author, members in game.by_author.items():
        parts[f"value {AUTHOR} {author}"] = np.sum([parts[f"value {name}"] for name in members], axis=0)
    return parts


def _heaviest_pairs(game: Game, parts: Parts) -> list[tuple[str, str]]:
    """Every two of the claims that weigh most on the first outcome."""
    weight = {name: abs(float(parts[f"value {name}"][..., 0].mean())) for name in game.players}
    ordered = sorted((name for name in weight if weight[name]), key=weight.__getitem__, reverse=True)
    return list(combinations(ordered[:HEAVIEST], 2))


def _interactions(game: Game, pairs: list[tuple[str, str]], value: owen.Game) -> Floats:
    """What each pair does beyond its parts, in Self's world and in Newsham's: float[pair, end]."""
    full, none = game.groups[TOTAL], Coalition()
    rows = []
    for pair in pairs:
        a, b, both = frozenset(pair[:1]), frozenset(pair[1:]), frozenset(pair)
        at_self = value(both) - value(a) - value(b) + value(none)
        at_newsham = value(full) - value(full - a) - value(full - b) + value(full - both)
        rows.append([at_self[0], at_newsham[0]])
    return np.array(rows)


def _tables(game: Game, parts: Parts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of claims, and the table of its details."""
    table, details = [], []
    for i, outcome in enumerate(game.question.outcomes):
        for theme, claim, name in game.rows:
            value, newsham, by_self = (
                _interval(parts, f"{what} {name}", i) for what in ("value", "into newsham", "into self")
            )
            key = (*_key(game), outcome, theme, claim)
            table.append((*key, *value, newsham.estimate, by_self.estimate))
            exact = {TOTAL: 0.0, THEME: 0.0, AUTHOR: np.nan}
            error = exact[claim] if claim in exact else _sampling_error(parts, name, i)
            details.append((*key, error, *newsham[1:], *by_self[1:]))
    more = ("sampling_error", "into_newsham_low", "into_newsham_high", "into_self_low", "into_self_high")
    return pd.DataFrame(table, columns=COLUMNS), pd.DataFrame(details, columns=[*COLUMNS[:6], *more])


def _ends(game: Game, parts: Parts) -> pd.DataFrame:
    rows = [
        (*_key(game), outcome, name, *_interval(parts, f"at {name}", i))
        for i, outcome in enumerate(game.question.outcomes) for name in (NEWSHAM, SELF)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS[:4], "worldview", "difference", "low", "high"])


def _pairs(game: Game, pairs: list[tuple[str, str]], interactions: Floats) -> pd.DataFrame:
    """Rows of pairs, the strongest first; `interactions` is float[block, half, pair, end]."""
    rows, joint = [], 1 - (1 - LEVEL) / max(comb(len(game.players), 2), 1)
    for i, pair in enumerate(pairs):
        at_self, at_newsham = (interval_over_blocks(interactions[:, :, i, end].mean(axis=1)) for end in (0, 1))
        values = interactions[:, :, i].mean(axis=(1, 2))
        mean, (_, *together) = interval_over_blocks(values), interval_over_blocks(values, joint)
        outcome = game.question.outcomes[0]
        limits = (None, None) if _beyond_share(game, outcome, *together) else together
        rows.append((*_key(game), outcome, *pair, *mean, *limits, *at_self, *at_newsham))
    at_ends = [f"{end}{limit}" for end in ("at_self", "at_newsham") for limit in ("", "_low", "_high")]
    of_pair = ("claim_a", "claim_b", "interaction", "low", "high", "joint_low", "joint_high")
    table = pd.DataFrame(rows, columns=[*COLUMNS[:4], *of_pair, *at_ends])
    return table.sort_values("interaction", key=abs, ascending=False, kind="stable", ignore_index=True)


def _beyond_share(game: Game, outcome: str, *limits: float | None) -> bool:
    """Whether limits go beyond the whole scale of a share: too few blocks to say anything."""
    unit = game.question.experiment.catalogue.outcomes[outcome].unit
    return unit in ("share", "chance") and any(limit is not None and abs(limit) > 1 for limit in limits)


def _key(game: Game) -> tuple[str, ...]:
    return game.question.start.name, *game.question.contrast


def _interval(parts: Mapping[str, Floats], name: str, outcome: int) -> Interval:
    """Mean over blocks with its interval; what was never played is exactly 0."""
    if name not in parts:
        return Interval(0.0, 0.0, 0.0)
    return interval_over_blocks(parts[name][:, :, outcome].mean(axis=1))


def _sampling_error(parts: Mapping[str, Floats], name: str, outcome: int) -> float:
    """Standard error from sampling orders alone, of a claim's reconciled value.

    Each order of a block's first half puts the theme at another place among the themes, and the second half has it
    from back to front. The mean of an order and its reverse is a table of blocks by places. Means of rows hold the luck
    of the block's worlds, means of columns the effect of the place. The residuals of this two-way table come from the
    orders. An estimate above the error of which it is part is noise, so that error is its limit.
    """
    if f"places {name}" not in parts:
        return 0.0
    both = parts[f"places {name}"][..., outcome]
    values = (both[:, 0] + both[:, 1, ::-1]) / 2
    blocks, places = values.shape
    residuals = values - values.mean(axis=0)
    if places > 1:
        residuals = residuals - residuals.mean(axis=1, keepdims=True)
    error = np.sqrt((residuals**2).sum() / ((blocks - 1) * max(places - 1, 1)) / values.size)
    of_blocks = parts[f"value {name}"][:, :, outcome].mean(axis=1)
    return float(min(error, of_blocks.std(ddof=1) / np.sqrt(blocks)))
