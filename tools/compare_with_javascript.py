"""Trials in JavaScript under Node against machine code: every recorded number, to the last bit."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analysis.questions.javascript import play_in_javascript
from sim.engine import batch, setup
from sim.model.records import state_dtype
from sim.scenario.experiment import Experiment


@dataclass(frozen=True)
class Comparison:
    """A cell played in both ways: how many numbers differ, and the seconds that each way took, with its start."""

    cell: batch.Cell
    numbers: int
    different: int
    seconds_in_javascript: float
    seconds_in_machine_code: float


def compare_cells(exp: Experiment) -> Iterator[Comparison]:
    """Play each cell of an experiment in both ways; one NaN is like another, but no zero like a negative zero."""
    for start in exp.starts:
        for view in exp.worldviews:
            for policy in exp.policies:
                cell = replace(exp, starts=(start,), worldviews=(view,), policies=(policy,))
                begun = time.perf_counter()
                with tempfile.TemporaryDirectory() as folder:
                    ((name, (out, counts)),) = play_in_javascript(cell, Path(folder))[0].items()
                between = time.perf_counter()
                wanted, wanted_counts = np.empty_like(out), np.zeros_like(counts)
                worlds = setup.draw_worlds(cell, view, 0, exp.trials // exp.lucks)
                scratch = np.zeros(2, state_dtype(len(exp.catalogue.levers)))
                setting = setup.build_setting(cell, policy, start)
                batch.play_block(setting, worlds, scratch, 0, exp.lucks, wanted, wanted_counts)
                end = time.perf_counter()
                differs = (out.view(np.int64) != wanted.view(np.int64)) & ~(np.isnan(out) & np.isnan(wanted))
                different = int(differs.sum() + (counts != wanted_counts).sum())
                yield Comparison(name, out.size + counts.size, different, between - begun, end - between)
