"""Result of an experiment: its trials, its summary and the differences between its policies."""

from __future__ import annotations

import html
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import QuestionError
from sim.results import failures, small_table, tables
from sim.scenario.messages import correct_number

if TYPE_CHECKING:
    from sim.engine.batch import Block, Cell
    from sim.engine.own_outcomes import OwnOutcome
    from sim.scenario.experiment import Experiment

MOST_FAILED = 0.01  # failed trials in one trial of a cell; with more, no interval and no verdict
Progress = Callable[[int, int], object]  # trials done and trials to do, over all cells


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """Result of an experiment: every trial, and the tables of them.

    Attributes
    ----------
    experiment
        The experiment, as it was run.
    records
        Rows of each (start, worldview, policy): `records[cell][column]` is one value a trial, in order of
        trial. A result from a folder reads a column when it is used.
    read_worlds
        Reads the table `worlds`.
    rungs
        Share of trials on each rung in each month: `start`, `worldview`, `policy`, `target` (japan, taiwan),
        `domain` (economic, military), `month` (from 1), `rung` (-1: Taiwan has fallen), `share`.
    manifest
        Manifest of its folder; None for a run in memory.
    reused
        Whether it was read from a folder that already held this experiment, instead of being run.
    failures
        Trials with an impossible number in their record, one a row: `start`, `worldview`, `policy`, `trial`,
        `world`, `luck`, `found`. Their worlds are removed from all cells, so policies stay paired. With more than one
        in a hundred trials of a cell, tables have no intervals and no verdicts.
    notes
        Messages on the state of the folder before the run.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.load("debate"), trials=100, seed=7)
    >>> len(result.trials) == 100 * 5 * 3 * 2
    True
    """

    experiment: Experiment
    records: Mapping[Cell, tables.Rows]
    read_worlds: Callable[[], pd.DataFrame] = field(repr=False)
    rungs: pd.DataFrame
    manifest: Mapping[str, Any] | None = None
    reused: bool = False
    failures: pd.DataFrame = field(default_factory=lambda: failures.failures_table(()))
    notes: tuple[str, ...] = ()
    _tables: dict[tuple[str, str | None], pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per start, worldview, policy and trial; built at first use.

        Columns: `start`, `worldview`, `policy` (categories), `trial` (= world * lucks + luck), `world`,
        `luck`, every outcome under its name (shares as 0 or 1), `<outcome>_compensator` where there is one,
        then all other columns. Months to an event that never came are null.

        >>> import sim
        >>> trials = sim.run(sim.load("debate"), trials=100, seed=7).trials
        >>> by_policy = trials.groupby("policy", observed=True)["use_of_force"].mean()
        """
        return tables.trials(self.experiment, self.records)

    def trials_of(self, *columns: str) -> pd.DataFrame:
        """Columns `start`, `worldview`, `policy` and these columns of the trials; no other is read.

        >>> import sim
        >>> list(sim.run(sim.load("debate"), trials=100, seed=7).trials_of("use_of_force"))
        ['start', 'worldview', 'policy', 'use_of_force']
        """
        return tables.trials(self.experiment, self.records, columns)

    @cached_property
    def worlds(self) -> pd.DataFrame:
        """Parameters of each world: `world`, `worldview`, and a column a parameter, in its unit."""
        return self.read_worlds()

    def summary(self, estimator: Literal["count"] | None = None) -> pd.DataFrame:
        """Mean and quantiles of every outcome in every cell, each with its 95 % interval.

        Parameters
        ----------
        estimator
            By default an outcome with a compensator (its chance, summed over the months of the trial: the same
            mean with far less noise) is estimated by it. `count` uses plain counts, with Wilson's interval.

        Returns
        -------
        pandas.DataFrame
            `start`, `worldview`, `policy`, `outcome`, `statistic` (`mean`, or a quantile such as `q0.9`),
            `estimate`, `low`, `high` in the outcome's unit (pd.NA where they do not apply, or would rest on
            fewer than 30 worlds or fewer than ten worlds with an event), `estimator`
            (`compensator`, `count`, `mean` or `quantile`), `n` (the trials behind it: for months to an event,
            those with the event).

        Raises
        ------
        ValueError
            For another estimator, or a column with NaN where none is allowed.

        Examples
        --------
        >>> import sim
        >>> summary = sim.run(sim.load("debate"), trials=100, seed=7).summary()
        >>> force = summary.query("outcome == 'use_of_force' and worldview == 'neutral'")
        """
        return self._table("summary", estimator)

    def differences(self, estimator: Literal["count"] | None = None) -> pd.DataFrame:
        """Paired difference, a minus b, of each outcome between every two policies in the same worlds.

        Parameters
        ----------
        estimator
            As in `summary`; with `count` shares get Tango's interval for paired counts.

        Returns
        -------
        pandas.DataFrame
            `start`, `worldview`, `outcome`, `policy_a`, `policy_b`, `difference`, `low`, `high` (95 % for
            this row alone), `simultaneous_low`, `simultaneous_high` (95 % for all shown contrasts of the
            primary outcomes together, from all starts and in all worldviews), `variance_ratio` (how many times as many
            trials two unpaired runs need), `level` (the mean of both policies), `margin` (smaller differences do not
            matter: the outcome's, or a tenth of the level if that is smaller), `verdict` (`a better`, `b better`, `a
            better but may be small`, `b better but may be small` where the interval reaches inside the margin, `same
            within margin`, `undecided`, `too few to say`; for an outcome without a good direction `same within margin`,
            `too few to say` or None), `verdict_interval` (which interval gave the verdict: `simultaneous` for the
            shown contrasts of the primary outcomes, `single` for all others; None where no interval did),
            `identical` (the rows of the two policies are equal byte for byte),
            `estimator`, `n` (for months to an event, the smaller number of trials with the event), `trials_needed`
            (about how many trials of a cell put the difference beyond the margin or within it; at most the present
            number if it is settled; pd.NA at the margin itself), `contrast` (the key of the experiment's contrast).
            Below 100 worlds there is no simultaneous interval and no verdict. pd.NA or None where a figure does not
            apply.

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

    def with_outcome(
        self,
        function: OwnOutcome,
        *,
        better: Literal["low", "high", "none"] = "none",
        margin: float | None = None,
        unit: str | None = None,
        label: str | None = None,
    ) -> Result:
        """Give the result with one more outcome: a function of a trial, in all tables with its intervals.

        Parameters
        ----------
        function
            Takes the trials by column, each an array with one value a trial, and returns such an array: yes or no
            (a share), or numbers. Its name is the outcome's name.
        better
            Which value is better, so that differences get a verdict.
        margin
            How large a difference matters, in the outcome's unit; needed if `better` is not "none".
        unit, label
            In tables and figures; by default "share" or "number", and the function's name.

        Raises
        ------
        QuestionError
            If the name is taken, a column is unknown, or a value is missing or not a number.

        Examples
        --------
        >>> import sim
        >>> def bad_decade(trials):
        ...     return (trials["crisis"] == 1) & (trials["japan_gdp_loss_pct"] > 5)
        >>> result = sim.run(sim.load("debate"), trials=100, seed=7).with_outcome(bad_decade)
        >>> set(result.summary().query("outcome == 'bad_decade'")["estimator"])
        {'count'}
        """
        from sim.results.own_outcome import add_outcome

        options: dict[str, Any] = {"better": better, "margin": margin, "unit": unit, "label": label}
        experiment, records = add_outcome(self.experiment, self.records, function, **options)
        return replace(self, experiment=experiment, records=records, _tables={})

    def __repr__(self) -> str:
        """What was run, in a few lines, and where its tables are."""
        exp = self.experiment
        lines = [f"Result of {exp.describe()}"]
        if len(self.failures):
            lines.append(f"  failures    {len(self.failures):,} trials, in no table")
        lines.append("  tables      .summary(), .differences(), .trials, .worlds, .rungs")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The first primary outcome of each policy in each worldview, with verdicts, from the last start."""
        table = small_table.small_table(self)
        cells = table.levels + table.verdicts.where(table.verdicts == "", "; " + table.verdicts)
        return f"<p>{html.escape(self.experiment.title)}</p><p>{html.escape(table.caption)}</p>{cells.to_html()}"

    def _table(self, kind: str, estimator: Literal["count"] | None) -> pd.DataFrame:
        if estimator not in (None, "count"):
            raise QuestionError(f"estimator {estimator!r}: the choices are 'count' and None, the default")
        if (kind, estimator) not in self._tables:
            build = tables.summary if kind == "summary" else tables.differences
            table = build(self.experiment, self.records, estimator)
            if len(self.failures) > MOST_FAILED * self.experiment.trials:
                judged = [name for name in map(str, table) if name.endswith(("low", "high")) or name == "trials_needed"]
                table[judged] = pd.NA
                if kind == "differences":
                    table["verdict"] = table["verdict"].where(table["verdict"].isna(), "too few to say")
                    table["verdict_interval"] = None
            self._tables[kind, estimator] = table
        return self._tables[kind, estimator].copy()


def run(
    experiment: Experiment | str,
    *,
    trials: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    cluster: str | None = None,
    agents: Mapping[str, type] | None = None,
) -> Result:
    """Run an experiment in memory.

    Parameters
    ----------
    experiment
        A loaded experiment, or the name or path of one.
    trials, seed
        In place of the experiment's own: trials per cell, a multiple of its lucks; any seed from 0.
    workers
        Threads; by default one per processor. The result is the same for any number.
    progress
        Called after each block with the trials done and the trials to do, over all cells.
    cluster
        Play on a cluster of Dask workers: `local` for processes of this computer (in a script, call it under
        `if __name__ == "__main__":`), `tcp://host:port`, or the scheduler's file. The result is the same.
    agents
        Classes to use in place of `PRC`, `Japan`, `UnitedStates`, `Taiwan`, by "prc", "japan", "us", "taiwan". Their
        methods are translated as the rules are, so they must keep to docs/subset.md; for others use `StraitModel`.

    Raises
    ------
    QuestionError
        If trials or seed is out of range.
    sim.errors.ClusterError, sim.errors.ClusterLostError
        If there is no such cluster, or it disappears.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.load("debate"), trials=100, seed=7, progress=print)
    3000 3000
    """
    from sim.engine.batch import blocks, read_agents
    from sim.model import compiled
    from sim.scenario.loader import load

    if isinstance(experiment, str):
        experiment = load(experiment)
    if not compiled.is_compiled():
        logging.getLogger("sim").warning(compiled.PLAINLY)
    experiment = _with_trials_and_seed(experiment, trials, seed)
    if cluster and agents:
        raise QuestionError("agents: your own agents play on this computer only; leave out cluster")
    if cluster:
        from sim.results import cluster as dask

        blocks = partial(dask.blocks, address=cluster)
    elif agents:
        blocks = partial(blocks, agents=read_agents(agents))
    with closing(blocks(experiment, workers=workers)) as played:
        return collect_blocks(experiment, played, progress)


def _with_trials_and_seed(experiment: Experiment, trials: int | None, seed: int | None) -> Experiment:
    trials = experiment.trials if trials is None else trials
    seed = experiment.seed if seed is None else seed
    if not hasattr(trials, "__index__") or trials < 1 or trials % experiment.lucks:
        advice = correct_number(trials, 1, math.inf, integer=True)
        raise QuestionError(f"trials: must be a positive multiple of lucks ({experiment.lucks}), got {trials}{advice}")
    if not hasattr(seed, "__index__") or not 0 <= seed < 2**63:
        raise QuestionError(f"seed: must be a whole number from 0 to 2**63 - 1, got {seed}")
    return replace(experiment, trials=trials, seed=seed)


def collect_blocks(experiment: Experiment, blocks: Iterable[Block], progress: Progress | None = None) -> Result:
    """Collect blocks, which come in order of worlds, into a result without their failed worlds."""
    records: dict[Cell, NDArray[Any]] = {}
    worlds: list[pd.DataFrame] = []
    failed: list[failures.Failure] = []
    counts: Any = 0
    filled = size = 0  # sound trials of each cell so far, and in this block
    for block in blocks:
        sound, failed_here = failures.remove_failures(experiment, block)
        for cell, rows in sound.records.items():
            if cell not in records:
                records[cell] = np.empty(experiment.trials, rows.dtype)
            records[cell][filled : filled + rows.size] = rows
            size = rows.size
        filled += size
        counts = counts + tables.flatten_rung_counts(experiment, sound.rung_counts)
        worlds.append(tables.worlds_of_block(experiment, sound.parameters, sound.first_world))
        failed += failed_here
        if progress:
            done = (sound.first_world + sound.worlds) * experiment.lucks
            progress(done * len(records), experiment.trials * len(records))
    if not filled:
        raise ValueError(f"every trial failed; the first failure: {failed[0]}")
    table = failures.failures_table(failed)
    failures.warn_of_failures(table)
    joined = tables.join_worlds(worlds)
    return Result(
        experiment,
        {cell: rows[:filled] for cell, rows in records.items()},
        joined.copy,  # a result can be pickled
        tables.rung_shares(experiment, counts, filled),
        failures=table,
    )
