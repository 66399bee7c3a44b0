"""Averages of cells over blocks of worlds: what long measurements keep instead of their trials.

Every table of measures compares cells that met the same worlds and luck, so an interval needs no more than each cell's
means block by block. They are small: a measurement that is stopped goes on from those it has.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.engine import batch
from sim.errors import QuestionError
from sim.model import compiled
from sim.results import disk, failures, tables
from sim.statistics import intervals
from sim.statistics.contrasts import ROUNDING
from sim.statistics.intervals import BLOCKS, LEVEL, Floats, Interval

if TYPE_CHECKING:
    from sim.engine.batch import Cell
    from sim.scenario.experiment import Experiment

FEW, MANY = 20, BLOCKS  # blocks of a short and of a long measurement
LONG = 10_000  # worlds

Update = Callable[[int, int], object]  # trials done and trials to do


@dataclass(frozen=True)
class Averages:
    """One cell, block by block: `sums[block, column]` over the trials that have a value, and how many have one."""

    columns: tuple[str, ...]
    sums: Floats
    counts: Floats

    def means(self, column: str, given: str | None = None) -> Floats:
        """float[block], whose mean is the mean of all trials that have a value, and whose spread is its own.

        With `given`, the column's mean for each unit of that other column. Such a mean is a ratio of two sums, and a
        block's entry is its linear approximation. Empty if there is nothing to divide by.
        """
        place = self.columns.index(column)
        sums, counts = self.sums[:, place], self.counts[:, place]
        if given:
            counts = self.sums[:, self.columns.index(given)]
        total = counts.sum()
        if total == 0:
            return np.empty(0)
        mean = sums.sum() / total
        spread: Floats = mean + (sums - mean * counts) * (len(sums) / total)
        return spread

    def outcome(self, exp: Experiment, name: str) -> Floats:
        """float[block], as `means`, of an outcome as tables estimate it: by its compensator where there is one."""
        entry = exp.catalogue.outcomes[name]
        if not entry.compensator:
            return self.means(name)
        return self.means(f"{name}_compensator", f"{entry.given}_compensator" if entry.given else None)


def change(first: Floats, second: Floats, level: float = LEVEL) -> Interval:
    """Paired difference, first minus second, of two cells' `means`, with its interval.

    >>> change(np.array([2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0])).estimate
    2.0
    """
    if not len(first) or not len(second):
        return intervals.BLANK
    difference = first - second
    return intervals.block_mean(np.where(np.abs(difference) <= ROUNDING, 0.0, difference), level)


def jackknife(of: Callable[[Mapping[str, float]], float], blocks: Mapping[str, Floats]) -> Interval:
    """A function of several means, with an interval from leaving out each block in turn.

    Parameters
    ----------
    of
        Takes each mean by its name.
    blocks
        float[block] by name, as many for each.

    Examples
    --------
    >>> jackknife(lambda mean: mean["a"] / mean["b"], {"a": np.full(9, 6.0), "b": np.full(9, 2.0)}).estimate
    3.0
    """
    n = len(next(iter(blocks.values())))
    whole = of({name: float(values.mean()) for name, values in blocks.items()})
    without = [
        of({name: float((values.sum() - values[i]) / (n - 1)) for name, values in blocks.items()}) for i in range(n)
    ]
    pseudo = n * whole - (n - 1) * np.array(without)
    _, low, high = intervals.block_mean(pseudo)
    return Interval(whole, low, high)


def play(
    experiments: Mapping[str, Experiment], trials: int, *, update: Update | None = None, keep: bool = False
) -> dict[str, dict[Cell, Averages]]:
    """Play each experiment with so many trials a cell, and average every cell.

    Parameters
    ----------
    experiments
        By any name; their own numbers of trials do not count.
    trials
        Of each cell: a multiple of a hundred worlds.
    update
        Called with the trials done and to do, of all experiments.
    keep
        Keep each experiment's averages in the system's folder for temporary files when it is done, and take from there
        those that are kept: so a measurement that was stopped goes on.

    Raises
    ------
    ValueError
        If trials are no multiple of a hundred worlds, or one failed (its record cannot be right).

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", policies="status_quo", worldviews="neutral", starts="2026")
    >>> cell = play({"reference": exp}, 200)["reference"]["2026", "neutral", "status_quo"]
    >>> bool(0 < cell.outcome(exp, "use_of_force").mean() < 1)
    True
    """
    sizes = {name: trials * len(e.starts) * len(e.worldviews) * len(e.policies) for name, e in experiments.items()}
    made: dict[str, dict[Cell, Averages]] = {}
    done = 0
    for name, exp in experiments.items():
        if trials % (MANY * exp.lucks):
            raise QuestionError(f"trials: must be a multiple of {MANY * exp.lucks}, got {trials}")
        whole = replace(exp, trials=trials)

        def told(of_this: int, before: int = done) -> None:
            if update:
                update(before + of_this, sum(sizes.values()))

        made[name] = _kept(whole, told) if keep else _played(whole, told)
        done += sizes[name]
        told(sizes[name], done - sizes[name])
    return made


def _played(exp: Experiment, told: Callable[[int], None]) -> dict[Cell, Averages]:
    sums: dict[Cell, list[Floats]] = {}
    counts: dict[Cell, list[Floats]] = {}
    names: tuple[str, ...] = ()
    worlds = exp.trials // exp.lucks
    with closing(batch.blocks(exp, block_worlds=worlds // (MANY if worlds >= LONG else FEW))) as blocks:
        for block in blocks:
            _, found = failures.remove_failures(exp, block)
            if found:
                raise ValueError(f"a trial failed: {found[0]}")
            for cell, rows in block.records.items():
                names = tuple(name for name in rows.dtype.names or () if name not in ("world", "luck"))
                values = np.column_stack([rows[name].astype(float) for name in names])
                known = ~np.isnan(values)
                sums.setdefault(cell, []).append(np.where(known, values, 0.0).sum(axis=0))
                counts.setdefault(cell, []).append(known.sum(axis=0).astype(float))
            told((block.first_world + block.worlds) * exp.lucks * len(block.records))
    return {cell: Averages(names, np.array(sums[cell]), np.array(counts[cell])) for cell in sums}


def _kept(exp: Experiment, told: Callable[[int], None]) -> dict[Cell, Averages]:
    """What is kept of this very experiment under these very rules, or else played now and kept."""
    said = json.dumps(exp.resolved(), sort_keys=True) + compiled.rules_mark()
    folder = scratch()
    file = folder / f"{hashlib.sha256(said.encode()).hexdigest()[:32]}.npz"
    if file.exists():
        with np.load(file) as kept:
            columns, cells = tuple(kept["columns"].tolist()), tables.cells(exp)
            both = zip(cells, kept["sums"], kept["counts"], strict=True)
            return {cell: Averages(columns, sums, counts) for cell, sums, counts in both}
    made = _played(exp, told)
    folder.mkdir(exist_ok=True)
    content = io.BytesIO()
    sums, counts = [one.sums for one in made.values()], [one.counts for one in made.values()]
    np.savez(content, columns=np.array(next(iter(made.values())).columns), sums=sums, counts=counts)
    disk.save(file, content.getvalue())
    return made


def forget() -> None:
    """Throw away all averages that were kept."""
    shutil.rmtree(scratch(), ignore_errors=True)


def scratch() -> Path:
    """Where a measurement that was stopped finds what it had done."""
    return Path(tempfile.gettempdir()) / "strait-measures"
