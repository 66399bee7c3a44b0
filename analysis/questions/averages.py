"""Averages of cells over blocks of worlds, which long measurements keep instead of their trials.

Every table of measures compares cells with the same worlds and luck, so an interval needs only each cell's means block
by block. They are small, so a measurement that is stopped can continue from those it has.
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
from sim.statistics.intervals import LEVEL, Floats, Interval

if TYPE_CHECKING:
    from sim.engine.batch import Cell
    from sim.results.result import Progress
    from sim.scenario.experiment import Experiment

FEW_BLOCKS, MANY_BLOCKS = 20, 100  # of a short and of a long measurement
LONG_WORLDS = 10_000


@dataclass(frozen=True)
class Averages:
    """One cell, block by block: `sums[block, column]` over the trials that have a value, and their `counts`."""

    columns: tuple[str, ...]
    sums: Floats
    counts: Floats

    def means(self, column: str, given: str | None = None) -> Floats:
        """float[block] whose mean is the mean m of all trials that have a value, and whose spread is that of m.

        Blocks may have different counts, so m is a ratio: m = sum of sums / sum of counts. A block's entry is the
        linear approximation of that ratio, m + (its sum - m x its count) / the mean count of a block. With `given`,
        the sums of that other column replace the counts. Empty if there is nothing to divide by.
        """
        index = self.columns.index(column)
        sums, counts = self.sums[:, index], self.counts[:, index]
        if given:
            counts = self.sums[:, self.columns.index(given)]
        total = counts.sum()
        if total == 0:
            return np.empty(0)
        mean = sums.sum() / total
        blocks: Floats = mean + (sums - mean * counts) * (len(sums) / total)
        return blocks

    def outcome(self, exp: Experiment, name: str) -> Floats:
        """float[block], as `means`, of an outcome, or of its compensator where it has one."""
        entry = exp.catalogue.outcomes[name]
        if not entry.compensator:
            return self.means(name)
        return self.means(f"{name}_compensator", f"{entry.given}_compensator" if entry.given else None)


def paired_difference(first: Floats, second: Floats, level: float = LEVEL) -> Interval:
    """Paired difference, first minus second, of two cells' `means`, with its interval.

    Limits are blank if few blocks differ: `interval_over_blocks`.

    >>> paired_difference(np.array([2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0])).estimate
    2.0
    """
    if not len(first) or not len(second):
        return intervals.BLANK
    return intervals.interval_over_blocks(first - second, level)


def jackknife(function: Callable[[Mapping[str, float]], float], blocks: Mapping[str, Floats]) -> Interval:
    """A function of several means, with an interval from leaving out each block in turn.

    With n blocks, f from all of them and f_i without block i, the pseudo-values n f - (n - 1) f_i behave like
    independent observations of f, so their mean has an ordinary interval. The estimate is f itself.

    Parameters
    ----------
    function
        Takes each mean by its name.
    blocks
        float[block] by name, as many for each.

    Examples
    --------
    >>> jackknife(lambda mean: mean["a"] / mean["b"], {"a": np.full(9, 6.0), "b": np.full(9, 2.0)}).estimate
    3.0
    """
    n = len(next(iter(blocks.values())))
    estimate = function({name: float(values.mean()) for name, values in blocks.items()})
    without = [
        function({name: float((values.sum() - values[i]) / (n - 1)) for name, values in blocks.items()})
        for i in range(n)
    ]
    _, low, high = intervals.interval_of_mean(n * estimate - (n - 1) * np.array(without))
    return Interval(estimate, low, high)


def play(
    experiments: Mapping[str, Experiment], trials: int, *, update: Progress | None = None, keep: bool = False
) -> dict[str, dict[Cell, Averages]]:
    """Play each experiment with so many trials per cell, and average every cell.

    Parameters
    ----------
    experiments
        By any name; their own numbers of trials do not count.
    trials
        Of each cell: a multiple of a hundred worlds.
    update
        Called with the trials done and to do, of all experiments.
    keep
        Save each experiment's averages in the system's folder for temporary files, and read those that are already
        saved. So a measurement that was stopped continues.

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
    averages: dict[str, dict[Cell, Averages]] = {}
    done = 0
    for name, exp in experiments.items():
        if trials % (MANY_BLOCKS * exp.lucks):
            raise QuestionError(f"trials: must be a multiple of {MANY_BLOCKS * exp.lucks}, got {trials}")

        def report(trials_done: int, before: int = done) -> None:
            if update:
                update(before + trials_done, sum(sizes.values()))

        averages[name] = (_read_or_play if keep else _play)(replace(exp, trials=trials), report)
        done += sizes[name]
        report(sizes[name], done - sizes[name])
    return averages


def _play(exp: Experiment, report: Callable[[int], None]) -> dict[Cell, Averages]:
    sums: dict[Cell, list[Floats]] = {}
    counts: dict[Cell, list[Floats]] = {}
    names: tuple[str, ...] = ()
    worlds = exp.trials // exp.lucks
    size = worlds // (MANY_BLOCKS if worlds >= LONG_WORLDS else FEW_BLOCKS)
    with closing(batch.blocks(exp, block_worlds=size)) as blocks:
        for block in blocks:
            _, failed = failures.remove_failures(exp, block)
            if failed:
                raise ValueError(f"a trial failed: {failed[0]}")
            for cell, rows in block.records.items():
                names = tuple(name for name in rows.dtype.names or () if name not in ("world", "luck"))
                values = np.column_stack([rows[name].astype(float) for name in names])
                known = ~np.isnan(values)
                sums.setdefault(cell, []).append(np.where(known, values, 0.0).sum(axis=0))
                counts.setdefault(cell, []).append(known.sum(axis=0).astype(float))
            report((block.first_world + block.worlds) * exp.lucks * len(block.records))
    return {cell: Averages(names, np.array(sums[cell]), np.array(counts[cell])) for cell in sums}


def _read_or_play(exp: Experiment, report: Callable[[int], None]) -> dict[Cell, Averages]:
    """The saved averages of the same experiment under the same rules, or else those of a new play, which are saved."""
    identity = json.dumps(exp.resolved(), sort_keys=True) + compiled.hash_rules()
    folder = cache_folder()
    file = folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}.npz"
    if file.exists():
        with np.load(file) as saved:
            columns, cells = tuple(saved["columns"].tolist()), tables.cells(exp)
            rows = zip(cells, saved["sums"], saved["counts"], strict=True)
            return {cell: Averages(columns, sums, counts) for cell, sums, counts in rows}
    averages = _play(exp, report)
    folder.mkdir(exist_ok=True)
    content = io.BytesIO()
    sums, counts = [cell.sums for cell in averages.values()], [cell.counts for cell in averages.values()]
    np.savez(content, columns=np.array(next(iter(averages.values())).columns), sums=sums, counts=counts)
    disk.save(file, content.getvalue())
    return averages


def clear_cache() -> None:
    """Delete all saved averages."""
    shutil.rmtree(cache_folder(), ignore_errors=True)


def cache_folder() -> Path:
    """The folder of saved averages, from which a measurement that was stopped continues."""
    return Path(tempfile.gettempdir()) / "strait-measures"
