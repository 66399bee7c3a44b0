"""Results: run an experiment, and read its trials, its summary and the differences between its policies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from operator import index
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import QuestionError
from sim.results import failures, rungs, tables

if TYPE_CHECKING:
    from sim.engine.batch import Block, Cell
    from sim.scenario.experiment import Experiment

Progress = Callable[[int, int], object]  # trials done and trials to do, over all cells


@dataclass(frozen=True, eq=False)
class Result:
    """What an experiment gave: every trial, and the tables made from them.

    Attributes
    ----------
    experiment
        The experiment, as it was run.
    records
        Rows of each (start, worldview, policy): `records[cell][column]` is one value a trial, in order of
        trial. A result that was read from a folder reads a column when it is asked for.
    rungs
        Share of trials on each rung in each month: `start`, `worldview`, `policy`, `target` (japan, taiwan),
        `domain` (economic, military), `month` (from 1), `rung` (-1: Taiwan fell before), `share`.
    manifest
        What the folder it is kept in says of the run; None if it was only run in memory.
    reused
        Whether it was read from a folder that already held this experiment, instead of being run.
    failures
        Trials whose record had a number that cannot be, one a row: `start`, `worldview`, `policy`, `trial`,
        `world`, `luck`, `found`. Their worlds are left out of all cells, so policies stay paired.
    notes
        What is to be told of how the folder was found.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.load("debate"), trials=100, seed=7)
    >>> len(result.trials) == 100 * 5 * 3 * 2
    True
    """

    experiment: Experiment
    records: Mapping[Cell, tables.Rows]
    drawn: pd.DataFrame | Callable[[], pd.DataFrame] = field(repr=False)  # `worlds`, or how to read them
    rungs: pd.DataFrame
    manifest: Mapping[str, Any] | None = None
    reused: bool = False
    failures: pd.DataFrame = field(default_factory=lambda: failures.failures_table(()))
    notes: tuple[str, ...] = ()
    _made: dict[tuple[str, str | None], pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per start, worldview, policy and trial; made when first asked for.

        Columns: `start`, `worldview`, `policy` (categories), `trial` (= world * lucks + luck), `world`,
        `luck`, every outcome under its name (shares as 0 or 1), `<outcome>_compensator` where there is one,
        then what else the engine records. Months to something that never came are null.

        Examples
        --------
        >>> import sim
        >>> trials = sim.run(sim.load("debate"), trials=100, seed=7).trials
        >>> by_policy = trials.groupby("policy", observed=True)["use_of_force"].mean()
        """
        return tables.trials(self.experiment, self.records)

    def trials_of(self, *columns: str) -> pd.DataFrame:
        """`start`, `worldview`, `policy` and these columns of the trials; no other is read.

        Examples
        --------
        >>> import sim
        >>> list(sim.run(sim.load("debate"), trials=100, seed=7).trials_of("use_of_force"))
        ['start', 'worldview', 'policy', 'use_of_force']
        """
        return tables.trials(self.experiment, self.records, columns)

    @cached_property
    def worlds(self) -> pd.DataFrame:
        """The parameters each world drew: `world`, `worldview`, and a column a parameter, in its unit."""
        return self.drawn if isinstance(self.drawn, pd.DataFrame) else self.drawn()

    def summary(self, estimator: Literal["count"] | None = None) -> pd.DataFrame:
        """Mean and quantiles of every outcome in every cell, each with its 95 % interval.

        Parameters
        ----------
        estimator
            By default an outcome is estimated by its compensator (the chance of it, added up as the trial
            went on: the same mean with far less noise) where it has one. `count` asks for plain counts of
            what happened, with Wilson's interval.

        Returns
        -------
        pandas.DataFrame
            `start`, `worldview`, `policy`, `outcome`, `statistic` (`mean`, or a quantile such as `q0.9`),
            `estimate`, `low`, `high` in the outcome's unit (pd.NA where they do not apply), `estimator`
            (`compensator`, `count`, `mean` or `quantile`), `n` (the trials behind it: for months to an event,
            those in which it came).

        Raises
        ------
        ValueError
            For another estimator, or a column with NaN where none may be.

        Examples
        --------
        >>> import sim
        >>> summary = sim.run(sim.load("debate"), trials=100, seed=7).summary()
        >>> force = summary.query("outcome == 'use_of_force' and worldview == 'neutral'")
        """
        return self._table("summary", estimator)

    def differences(self, estimator: Literal["count"] | None = None) -> pd.DataFrame:
        """Paired difference, a minus b, of each outcome between each two policies in the same worlds.

        Parameters
        ----------
        estimator
            As in `summary`; with `count` shares get Tango's interval for paired counts.

        Returns
        -------
        pandas.DataFrame
            `start`, `worldview`, `outcome`, `policy_a`, `policy_b`, `difference`, `low`, `high` (95 % for
            this row alone), `simultaneous_low`, `simultaneous_high` (95 % for all primary contrasts of the
            primary outcomes of this start and worldview together), `prob_better` (share of worlds in which a
            does better, ties half), `variance_ratio` (how many times as many trials two unpaired runs would
            need), `margin` (what counts as the same), `verdict` (`a better`, `b better`, `same within
            margin`, `undecided`; by the simultaneous interval where there is one; of an outcome with no good
            direction `same within margin` or nothing), `identical` (the two policies' rows are equal byte
            for byte), `estimator`, `n` (for months to an event, the fewer of the two policies' trials in
            which it came), `trials_needed` (about how many trials of a cell would put it beyond the margin or
            within it; as many as there are, or fewer: it is there; blank: it is at the margin itself). pd.NA or
            None where a figure does not apply.

        Raises
        ------
        ValueError
            As `summary`.

        Examples
        --------
        >>> import sim
        >>> differences = sim.run(sim.load("debate"), trials=100, seed=7).differences()
        >>> settled = differences.query("verdict != 'undecided'")
        """
        return self._table("differences", estimator)

    def _table(self, kind: str, estimator: Literal["count"] | None) -> pd.DataFrame:
        if estimator not in (None, "count"):
            raise QuestionError(f"estimator {estimator!r}: the choices are 'count' and None, the default")
        if (kind, estimator) not in self._made:
            make = tables.summary if kind == "summary" else tables.differences
            self._made[kind, estimator] = make(self.experiment, self.records, estimator)
        return self._made[kind, estimator].copy()


def run(
    experiment: Experiment,
    *,
    trials: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    cluster: str | None = None,
) -> Result:
    """Run an experiment and keep the result in memory.

    Parameters
    ----------
    trials, seed
        Instead of the experiment's own: trials per cell, a multiple of its lucks; any seed from 0.
    workers
        Threads; by default one per processor. They do not change the result.
    progress
        Called after each block with the trials done and the trials to do, over all cells.
    cluster
        Play on a cluster of Dask workers: `local` for processes of this computer (in a script, call it under
        `if __name__ == "__main__":`), `tcp://host:port`, or the file in which the scheduler wrote its address.
        It does not change the result.

    Raises
    ------
    ValueError
        If trials or seed is out of range.
    sim.errors.ClusterError, sim.errors.ClusterLostError
        If there is no such cluster, or it is lost.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.load("debate"), trials=100, seed=7, progress=print)
    3000 3000
    """
    from sim.engine.batch import blocks
    from sim.model import compiled

    if not compiled.COMPILED:
        logging.getLogger("sim").warning(compiled.PLAINLY)
    experiment = _changed(experiment, trials, seed)
    if cluster:
        from sim.results import cluster as dask

        blocks = partial(dask.blocks, where=cluster)
    with closing(blocks(experiment, workers=workers)) as made:
        return collect_blocks(experiment, made, progress)


def _changed(experiment: Experiment, trials: int | None, seed: int | None) -> Experiment:
    trials = experiment.trials if trials is None else index(trials)
    seed = experiment.seed if seed is None else index(seed)
    if trials < 1 or trials % experiment.lucks:
        raise QuestionError(f"trials: must be a positive multiple of lucks ({experiment.lucks}), got {trials}")
    if not 0 <= seed < 2**63:
        raise QuestionError(f"seed: must be a whole number from 0 to 2**63 - 1, got {seed}")
    return replace(experiment, trials=trials, seed=seed)


def collect_blocks(experiment: Experiment, blocks: Iterable[Block], progress: Progress | None = None) -> Result:
    """Gather blocks, which come in order of worlds, into a result."""
    records: dict[Cell, NDArray[Any]] = {}
    worlds: list[pd.DataFrame] = []
    failed: list[failures.Failure] = []
    counts: Any = 0
    kept = 0
    for whole in blocks:
        block, found = failures.remove_failures(experiment, whole)
        size = 0
        for cell, rows in block.records.items():
            if cell not in records:
                records[cell] = np.empty(experiment.trials, rows.dtype)
            records[cell][kept : kept + rows.size] = rows
            size = rows.size
        kept += size
        counts = counts + rungs.flat(experiment, block.rung_counts)
        worlds.append(tables.worlds(experiment, block.parameters, block.first_world))
        failed += found
        if progress:
            done = (block.first_world + block.worlds) * experiment.lucks
            progress(done * len(records), experiment.trials * len(records))
    if not kept:
        raise ValueError(f"no trial is sound; the first that failed: {failed[0]}")
    sound = {cell: rows[:kept] for cell, rows in records.items()}
    shares = rungs.shares(experiment, counts, kept)
    return Result(experiment, sound, tables.gathered(worlds), shares, failures=failures.failures_table(failed))
