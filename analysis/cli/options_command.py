"""`strait options`: how often each actor chooses each of its options."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Option

from analysis.cli import effort, options, progress, readable_errors, show_table


def count_options(
    experiment: options.Experiment = options.DEBATE,
    set_: options.Set = None,
    policy: options.Policies = None,
    worldview: options.Worldviews = None,
    start: options.Starts = None,
    trials: Annotated[
        int, Option("--trials", metavar="N", min=1, help="Trials for each cell, played one by one.")
    ] = 20,
    seed: options.Seed = None,
    out: effort.Table = None,
) -> None:
    """Count how often each actor chooses each of its options. The table gives choices per trial, by policy."""
    with readable_errors():
        from analysis.questions import options as counting

        exp = options.load_experiment(experiment, set_=set_, policy=policy, worldview=worldview, start=start, seed=seed)
        with progress.stoppable(effort.STOPPED) as update:
            counts = counting.count_choices(exp, trials, update)
        rates = counting.rates_by_policy(counts)
        rows = ((*names, *(f"{rate:.3g}" for rate in row))
                for names, row in zip(rates.index, rates.to_numpy(), strict=True))  # fmt: skip
        show_table(("actor", "choice", "option", *rates.columns), rows)
        never = counting.never_chosen(counts)
        typer.echo(f"Never chosen in {trials:,} trials for each cell: {', '.join(never) if never else 'none'}.")
        effort.write_table(counts, out)
