"""Enough trials? Stop a run when what was asked for is known so well, and say how many more trials it would take.

Looks come after each block of the folder, in order of worlds, and depend on nothing else: a run stops at the same
trial whatever the workers, however often it was stopped and gone on with.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import QuestionError
from sim.results import tables
from sim.scenario import messages
from sim.statistics import sequences

if TYPE_CHECKING:
    from sim.engine.batch import Cell
    from sim.results.parts import Parts
    from sim.scenario.experiment import Experiment

MOST = 1_000_000  # trials of a cell, if nobody says how many at most


class Widest(NamedTuple):
    """The contrast of an outcome that is known least: half of its interval's width, the target, trials it may need."""

    outcome: str
    start: str
    worldview: str
    policy_a: str
    policy_b: str
    half_width: float
    target: float
    needed: float


def read_targets(experiment: Experiment, said: Collection[str]) -> dict[str, float]:
    """Read what is asked for: `outcome=half_width`, in the outcome's unit.

    Raises
    ------
    QuestionError
        If it is not of that form, no such outcome is in every trial, or there is nothing to compare.

    Examples
    --------
    >>> import sim
    >>> read_targets(sim.load("debate"), ["use_of_force=0.005"])
    {'use_of_force': 0.005}
    """
    found = {}
    if said and not tables.shown_contrasts(experiment):
        raise QuestionError("--until: with one policy there is no difference to know")
    known = [
        name for name, outcome in experiment.catalogue.outcomes.items() if not outcome.given
    ]  # else it may be blank
    for text in said:
        name, _, number = text.partition("=")
        if name not in known:
            raise QuestionError(f"--until {text}: {messages.unknown('outcome of every trial', name, known)}")
        try:
            found[name] = float(number)
        except ValueError:
            found[name] = math.nan
        if not 0 < found[name] < math.inf:
            raise QuestionError(f"--until {text}: write outcome=half_width, a number above 0: {name}=0.005")
    return found


def allow_most_trials(experiment: Experiment) -> Experiment:
    """Let an experiment have the `MOST` trials, which its lucks divide."""
    return replace(experiment, trials=MOST // experiment.lucks * experiment.lucks)


class StoppingRule:
    """Whether the contrasts of some outcomes are known within their targets, from running sums alone.

    Its contrasts are those the experiment is shown by (`sim.results.tables.shown_contrasts`), in every start and
    worldview, by the estimator of the tables. Each has an interval of 95 % of its own at all looks together.
    """

    def __init__(self, experiment: Experiment, targets: Mapping[str, float]) -> None:
        """Begin with no world."""
        starts, worldviews, _ = tables.axes(experiment)
        self.experiment, self.targets = experiment, dict(targets)
        self.places = list(product(starts, worldviews, tables.shown_contrasts(experiment)))
        self.sums = {name: self._blank(name) for name in targets}
        self.blocks = 0

    def _blank(self, name: str) -> sequences.Counted | sequences.Summed:
        outcome = self.experiment.catalogue.outcomes[name]
        if outcome.unit == "share" and not outcome.compensator:
            return sequences.Counted(len(self.places), self.experiment.lucks)
        return sequences.Summed(len(self.places), largest=float(outcome.unit == "share"))

    def add(self, records: Mapping[Cell, tables.Rows]) -> None:
        """Add the sound worlds of a block."""
        for name, sums in self.sums.items():
            values = {
                cell: tables.column(self.experiment, records, cell, name, None).values
                for cell in tables.cells(self.experiment)
            }
            a, b = (
                np.column_stack([values[start, view, pair[side]] for start, view, pair in self.places])
                for side in (0, 1)
            )
            sums.add(a, b)

    def widest(self) -> list[Widest]:
        """For each outcome the contrast that is furthest from its target."""
        found = []
        for name, target in self.targets.items():
            sums = self.sums[name]
            widths, needed = sums.half_width(), sums.needed(target) * self.experiment.lucks
            at = int(np.argmax(np.where(np.isinf(widths).any(), needed, widths)))
            start, view, pair = self.places[at]
            found.append(Widest(name, start, view, *pair, float(widths[at]), target, float(needed[at])))
        return found

    def after(self, parts: Parts, blocks: int) -> bool:
        """Look after the first so many blocks of a folder: is every contrast known within its target?"""
        for number in range(self.blocks, blocks):
            self.add(parts.trials([number]))
        self.blocks = blocks
        return all(one.half_width <= one.target for one in self.widest())

    def needed(self) -> int:
        """About how many trials of a cell it takes in all, as far as can be told by now."""
        return math.ceil(min(max(one.needed for one in self.widest()), MOST)) if self.blocks else MOST

    def told(self) -> list[str]:
        """What the last look showed, an outcome a line."""
        lines = []
        for one in self.widest() if self.blocks else ():
            trials = self.sums[one.outcome].worlds * self.experiment.lucks
            where = f"{one.policy_a} - {one.policy_b}, {one.start}, {one.worldview}"
            known = f"{one.outcome} is known to ±{one.half_width:.3g} or better (least in {where})"
            if one.half_width <= one.target:
                lines.append(f"Enough after {trials:,} trials: {known}.")
            else:
                lines.append(f"Not enough after {trials:,} trials: {known}; ±{one.target:g} may take {one.needed:.2g}.")
        return lines
