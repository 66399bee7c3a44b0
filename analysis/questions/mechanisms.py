"""How does a policy work? Its effect, divided among the mechanisms by which it deters and provokes.

Every policy is played with every combination of four mechanisms on and off, in the same worlds and on the same luck.
With all of them on, the difference between two policies is the debate's. With all off, what is left is `(other)`. The
rest is divided by Shapley values: what a mechanism adds to those that are on already, averaged over all orders. The
parts add up to the difference in each world. Where two mechanisms do more or less together than each alone, either has
half of that; the table of pairs shows how much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.questions.finding import Finding
from analysis.questions.work import Counter, Work
from sim.engine.question import check_count
from sim.errors import QuestionError
from sim.model import draws
from sim.results.tables import shown_contrasts
from sim.statistics import owen
from sim.statistics.contrasts import BAND_WORLDS, TOO_FEW, band_level
from sim.statistics.intervals import BLANK, Floats, Interval, interval_over_worlds, sum_blocks

if TYPE_CHECKING:
    from sim.engine.question import Question
    from sim.scenario.experiment import Experiment, Worldview

WORDS = {"deterrence": "deterrence", "lost_hope": "lost hope", "spiral": "anger and race", "entrapment": "entrapment"}
"""Mechanisms by the names of their switches, in words."""
MECHANISMS = (*WORDS,)
PROVOCATION = ("lost_hope", "spiral")
TOTAL, PROVOKED, OTHER = "(total)", "(provocation)", "(other)"
ROWS = (TOTAL, "deterrence", PROVOKED, *(name for name in MECHANISMS if name != "deterrence"), OTHER)
MARGINAL, ABSENT = "within margin", "no effect in any trial"  # verdicts
TRIALS = 6000
BLOCK_WORLDS = 250  # played and saved together
KEYS = ["start", "worldview", "policy_a", "policy_b", "outcome"]
LIMITS = ["low", "high", "joint_low", "joint_high"]
COLUMNS = [*KEYS, "mechanism", "value", *LIMITS, "verdict"]
PAIR_COLUMNS = [*KEYS, "mechanism_a", "mechanism_b", "interaction", *LIMITS, "verdict"]
Coalition = frozenset[str]
COALITIONS = [frozenset(chosen) for size in range(len(MECHANISMS) + 1) for chosen in combinations(MECHANISMS, size)]


@dataclass(frozen=True, eq=False)
class Mechanisms(Finding):
    """Differences between policies, divided among mechanisms.

    Attributes
    ----------
    question
        Its start and its outcomes. All worldviews of its experiment are played.
    table
        The columns of mechanisms.csv, in the outcome's unit: a row for the difference itself, `(total)`, for each
        mechanism, for lost hope and the spiral together, `(provocation)`, and for what is left when all four are off,
        `(other)`. The four and `(other)` add up to the total. `low` and `high` limit one value with 95 %;
        `joint_low` and `joint_high` all values of an outcome together. Limits are NA where worlds are too few.
    pairs
        The columns of mechanisms_pairs.csv: what two mechanisms do beyond what each does alone, the largest first.
    contrasts
        The pairs of policies, first minus second.
    """

    pairs: pd.DataFrame = field(repr=False)
    contrasts: tuple[tuple[str, ...], ...]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"mechanisms": self.table, "mechanisms_pairs": self.pairs}

    @property
    def policies(self) -> list[str]:
        return _policies(self.contrasts)

    @property
    def worldviews(self) -> list[str]:
        return [view.name for view in self.question.experiment.worldviews]

    @property
    def design(self) -> dict[str, Any]:
        """Which mechanisms and contrasts, and how many values an interval holds for."""
        panels = len(self.contrasts) * len(self.worldviews)
        return {
            "mechanisms": [*MECHANISMS], "contrasts": [[*pair] for pair in self.contrasts],
            "combinations": len(COALITIONS), "joint_values": panels * len(ROWS),
        }  # fmt: skip


def mechanisms(
    question: Question,
    work: Work | None = None,
    *,
    contrasts: Sequence[tuple[str, ...]] | None = None,
    trials: int = TRIALS,
) -> Mechanisms:
    """Divide differences between policies among deterrence, two kinds of provocation, and entrapment.

    Parameters
    ----------
    question
        Its start, outcomes and experiment; its policies and its worldview play no part. A mechanism that the
        experiment switches off stays off.
    contrasts
        Pairs of policies, first minus second; by default `asked_contrasts`.
    trials
        Of each policy under each worldview with each of 16 combinations of mechanisms: rounded up to whole worlds.

    Raises
    ------
    QuestionError
        For an experiment with one policy, or no trials.

    Examples
    --------
    >>> import sim
    >>> from sim.engine.question import Question
    >>> question = Question.of(sim.load("debate", policies=["status_quo", "both"]), outcomes=["use_of_force"])
    >>> found = mechanisms(question, trials=200)
    >>> found.table["mechanism"].tolist()[:4]
    ['(total)', 'deterrence', '(provocation)', 'lost_hope']
    """
    exp, work = question.experiment, work or Work()
    chosen: tuple[tuple[str, ...], ...] = tuple(asked_contrasts(exp) if contrasts is None else contrasts)
    if not chosen:
        raise QuestionError("policies: with one policy there is no difference to divide; name two or more")
    worlds = -(-check_count("trials", trials) // exp.lucks)
    played = _play(question, _policies(chosen), worlds, work)
    parts = {(view.name, *pair): _divide(played[view.name], *pair) for view in exp.worldviews for pair in chosen}
    table: list[tuple[object, ...]] = []
    pairs: list[tuple[object, ...]] = []
    for i, outcome in enumerate(question.outcomes):
        for names, rows in ((ROWS, table), (tuple(combinations(MECHANISMS, 2)), pairs)):
            values = {(*key, name): part[name][:, i] for key, part in parts.items() for name in names}
            rows += _rows(question, outcome, values)
    ordered = pd.DataFrame(pairs, columns=PAIR_COLUMNS).sort_values("interaction", key=abs, ascending=False,
                                                                    kind="stable", ignore_index=True)  # fmt: skip
    types = dict.fromkeys(LIMITS, "Float64")
    return Mechanisms(question, worlds * exp.lucks, pd.DataFrame(table, columns=COLUMNS).astype(types),
                      ordered.astype(types), chosen)  # fmt: skip


def asked_contrasts(experiment: Experiment) -> list[tuple[str, str]]:
    """Return the experiment's questions as pairs of policies, and what compares a policy of which it asks nothing.

    >>> import sim
    >>> asked_contrasts(sim.load("debate"))
    [('direct_ties', 'status_quo'), ('direct_ties', 'interoperability'), ('both', 'interoperability')]
    """
    shown = shown_contrasts(experiment)
    asked = {entry.policies for entry in experiment.contrasts if entry.words}
    declared = {name for entry in experiment.contrasts for name in entry.policies}
    return [pair for pair in shown if pair in asked or not {*pair} <= declared] or shown


def _policies(contrasts: Sequence[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for pair in contrasts for name in pair))


Played = dict[tuple[Coalition, str], Floats]
"""By mechanisms that are on and policy: means of worlds, float[world, outcome]."""


def _play(question: Question, policies: list[str], worlds: int, work: Work) -> dict[str, Played]:
    """Play every policy with every combination of mechanisms, by worldview, all in the same worlds."""
    exp = question.experiment
    cells = [(on, policy) for on in COALITIONS for policy in exp.policies if policy.name in policies]
    pieces = [(view, first) for view in exp.worldviews for first in range(0, worlds, BLOCK_WORLDS)]
    cached = work.cache(question, "mechanisms", MECHANISMS, policies)

    def play(piece: int) -> Floats:
        view, first = pieces[piece]
        number = min(BLOCK_WORLDS, worlds - first)
        return cached.recall(f"{view.name} {first}+{number}", lambda: play_block(view, first, number))

    def play_block(view: Worldview, first: int, number: int) -> Floats:
        parameters = draws.draw_parameters(exp, view, first, number)
        values = []
        for on, policy in cells:
            switches = {name: exp.switches[name] and name in on for name in MECHANISMS}
            cell = replace(question, experiment=replace(exp, switches=exp.switches | switches), policies=(policy,))
            values.append(cell.values(parameters, first))
        return np.stack(values)

    each = len(cells) * min(BLOCK_WORLDS, worlds) * exp.lucks
    blocks = work.map(play, range(len(pieces)), Counter(work.progress, len(pieces) * each), each)
    played = {}
    for view in exp.worldviews:
        own = [block for (of, _), block in zip(pieces, blocks, strict=True) if of is view]
        values = np.concatenate(own, axis=1)
        played[view.name] = {(on, policy.name): values[i] for i, (on, policy) in enumerate(cells)}
    return played


def _divide(played: Played, a: str, b: str) -> dict[Any, Floats]:
    """Parts of the difference a - b by name, and interactions by pair: float[world, outcome] each."""

    @cache
    def value(on: Coalition) -> Floats:
        return played[on, a] - played[on, b]

    values = owen.owen_values(value, {name: [name] for name in MECHANISMS})
    provoked = np.sum([values[name] for name in PROVOCATION], axis=0)
    whole, rest = value(frozenset(MECHANISMS)), value(frozenset())
    return values | {TOTAL: whole, PROVOKED: provoked, OTHER: rest} | owen.interaction_indices(value, MECHANISMS)


def _rows(question: Question, outcome: str, values: dict[tuple[Any, ...], Floats]) -> list[tuple[object, ...]]:
    """Rows of one outcome with both intervals; `values` has float[world] by worldview, policies and name."""
    columns = np.column_stack([*values.values()])
    joint = band_level(sum_blocks(columns)) if len(columns) >= BAND_WORLDS else None
    margin, rows = question.experiment.catalogue.outcomes[outcome].margin, []
    for (view, a, b, name), column in values.items():
        absent = not column.any()
        own = Interval(0.0, 0.0, 0.0) if absent else interval_over_worlds(column)
        band = own if absent else interval_over_worlds(column, joint) if joint else BLANK
        words = ABSENT if absent else _verdict(band if joint else own, margin)
        names = (name,) if isinstance(name, str) else name
        rows.append((question.start.name, view, a, b, outcome, *names, *own, *band[1:], words))
    return rows


def _verdict(interval: Interval, margin: float) -> str:
    """Whether a part raises or lowers the outcome by more than the margin at least at one limit."""
    _, low, high = interval
    if low is None or high is None:
        return TOO_FEW
    if -margin <= low and high <= margin:
        return MARGINAL
    return "raises" if low > 0 else "lowers" if high < 0 else "undecided"
