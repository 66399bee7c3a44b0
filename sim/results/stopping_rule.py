"""Stopping rule: stop a run when the chosen differences are precise enough, and estimate the trials still needed.

The rule looks after each block of the folder, in order of worlds, and depends on nothing else. So a run stops at the
same trial with any number of workers, and however often it was stopped and continued.

Each look uses a confidence sequence (`sim.statistics.sequences`), not an ordinary interval. An ordinary 95 % interval
misses with 5 % at one planned look; with a look after every block, some look would miss far more often, and a rule that
stops at a good moment would pick just those. A confidence sequence covers at all looks together with 95 %, so its half
width may decide when to stop.
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
    from sim.results.parts import Parts
    from sim.scenario.experiment import Experiment

MAX_TRIALS = 1_000_000  # of a cell, without --trials


class LeastPrecise(NamedTuple):
    """Least precise contrast of an outcome: half width of its interval, target, and trials it may need in all."""

    outcome: str
    start: str
    worldview: str
    policy_a: str
    policy_b: str
    half_width: float
    target: float
    trials_needed: float


def read_targets(experiment: Experiment, texts: Collection[str]) -> dict[str, float]:
    """Read targets, each an `outcome=half_width` in the outcome's unit.

    Raises QuestionError if a text has another form, names no outcome that every trial records, or there is only one
    policy.

    >>> import sim
    >>> read_targets(sim.load("debate"), ["use_of_force=0.005"])
    {'use_of_force': 0.005}
    """
    if texts and not tables.shown_contrasts(experiment):
        raise QuestionError("--until: one policy has no difference; add a second --policy")
    # An outcome that only some trials record may have no value at a look.
    known = [name for name, outcome in experiment.catalogue.outcomes.items() if not outcome.given]
    targets = {}
    for text in texts:
        name, _, number = text.partition("=")
        if name not in known:
            raise QuestionError(f"--until {text}: {messages.describe_unknown('outcome of every trial', name, known)}")
        try:
            targets[name] = float(number)
        except ValueError:
            targets[name] = math.nan
        if not 0 < targets[name] < math.inf:
            raise QuestionError(f"--until {text}: write outcome=half_width, a number above 0: {name}=0.005")
    return targets


def allow_most_trials(experiment: Experiment) -> Experiment:
    """Experiment with `MAX_TRIALS` trials, rounded down to a multiple of its lucks."""
    return replace(experiment, trials=MAX_TRIALS // experiment.lucks * experiment.lucks)


class StoppingRule:
    """Precision of the shown contrasts of some outcomes, from running sums alone.

    The contrasts are those of `sim.results.tables.shown_contrasts` in every start and worldview, by the estimator of
    the tables. Each has a 95 % confidence sequence of its own.
    """

    def __init__(self, experiment: Experiment, targets: Mapping[str, float]) -> None:
        starts, worldviews, _ = tables.axes(experiment)
        self.experiment, self.targets = experiment, dict(targets)
        self.contrasts = list(product(starts, worldviews, tables.shown_contrasts(experiment)))
        self.sums = {name: self._empty_sums(name) for name in targets}
        self.blocks = 0

    def _empty_sums(self, name: str) -> sequences.CountedDifferences | sequences.SummedDifferences:
        outcome = self.experiment.catalogue.outcomes[name]
        if outcome.unit == "share" and not outcome.compensator:
            return sequences.CountedDifferences(len(self.contrasts), self.experiment.lucks)
        return sequences.SummedDifferences(len(self.contrasts), largest=float(outcome.unit == "share"))

    def add(self, records: tables.Records) -> None:
        """Add the sound worlds of a block."""
        for name, sums in self.sums.items():
            values = {
                cell: tables.read_outcome(self.experiment, records, cell, name, None).values
                for cell in tables.cells(self.experiment)
            }
            # float[world, contrast] of the first policy and of the second: both played the same worlds, so the sums
            # are of paired differences, and noise that a world gives to both policies cancels.
            a, b = (
                np.column_stack([values[start, view, pair[side]] for start, view, pair in self.contrasts])
                for side in (0, 1)
            )
            sums.add(a, b)

    def least_precise(self) -> list[LeastPrecise]:
        """For each outcome the contrast that is furthest from the target."""
        furthest = []
        for name, target in self.targets.items():
            sums = self.sums[name]
            widths, needed = sums.half_width(), sums.needed(target) * self.experiment.lucks
            # Infinite widths (too few worlds have the outcome at all) are all equal: the trials needed decide then.
            index = int(np.argmax(np.where(np.isinf(widths).any(), needed, widths)))
            start, view, pair = self.contrasts[index]
            furthest.append(LeastPrecise(name, start, view, *pair, float(widths[index]), target, float(needed[index])))
        return furthest

    def is_met(self, parts: Parts, blocks: int) -> bool:
        """Whether every contrast reaches its target after the first `blocks` blocks of a folder."""
        for number in range(self.blocks, blocks):
            self.add(parts.trials([number]))
        self.blocks = blocks
        return all(contrast.half_width <= contrast.target for contrast in self.least_precise())

    def trials_needed(self) -> int:
        """About how many trials of a cell are needed in all, by the present estimate."""
        if not self.blocks:
            return MAX_TRIALS
        return math.ceil(min(max(contrast.trials_needed for contrast in self.least_precise()), MAX_TRIALS))

    def report(self) -> list[str]:
        """Result of the last look, a line for each outcome."""
        lines = []
        for outcome, start, view, a, b, half_width, target, needed in self.least_precise() if self.blocks else ():
            trials = self.sums[outcome].worlds * self.experiment.lucks
            known = f"{outcome} is known to ±{half_width:.3g} (least precise: {a} - {b}, {start}, {view})"
            if half_width <= target:
                lines.append(f"Precise enough after {trials:,} trials: {known}.")
            else:
                more = f"±{target:g} may take {needed:.2g} trials"
                lines.append(f"Not precise enough after {trials:,} trials: {known}; {more}.")
        return lines
