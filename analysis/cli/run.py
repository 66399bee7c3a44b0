"""`strait run`: play experiments, save each in a folder, and summarise what they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from analysis.cli import BAD_INPUT, CAVEAT, FAILED, exit_with, options, print_findings, readable_errors, save_figures

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.parts import Share
    from sim.results.result import Result
    from sim.scenario.experiment import Experiment


UNCHANGED = "_unchanged"  # after the name of an experiment that is played without --set


def run(
    experiments: Annotated[
        list[str] | None,
        Argument(
            metavar="EXPERIMENT",
            help=f"{options.EXPERIMENT_HELP} Several are compared with the first.",
            show_default=options.DEBATE,
            autocompletion=options.complete_experiment,
        ),
    ] = None,
    set_: options.RunSet = None,
    policy: options.Policies = None,
    worldview: options.Worldviews = None,
    start: options.Starts = None,
    values: options.Values = None,
    trials: options.ExperimentTrials = None,
    lucks: options.ExperimentLucks = None,
    until: Annotated[
        list[str] | None,
        Option("--until", metavar="OUTCOME=WIDTH", help="Add trials until its differences are known to ± this width."),
    ] = None,
    seed: options.Seed = None,
    workers: options.Workers = None,
    cluster: Annotated[
        str | None,
        Option("--cluster", metavar="WHERE", help="Dask workers: local, tcp://HOST:PORT or a scheduler's file."),
    ] = None,
    part: Annotated[
        str | None,
        Option("--part", metavar="I/N", help="Play part I of N, here or elsewhere; strait merge joins the parts."),
    ] = None,
    out: Annotated[
        Path | None,
        Option(
            "--out",
            metavar="DIR",
            help="Folder for the results; several experiments have a folder each in it.",
            show_default="out/NAME",
        ),
    ] = None,
    with_unchanged: Annotated[
        bool, Option("--with-unchanged", help="Play it without --set too, and compare the two.")
    ] = False,
    fresh: options.Fresh = False,
    no_figures: options.NoFigures = False,
) -> None:
    """Play an experiment, write its tables and figures, and summarise them. Compare several experiments.

    A run that was stopped continues when the same command is given again. Forms of --set:

    us_intervenes_prob=0.4      a parameter
    us_intervenes_prob='{triangular: [.1, .2, .5]}'
    claim.N12=newsham           or self, evidence, a dial -1 to 1
    lever.escorts.depth=1       or openness, from_month, ...
    quantity.prc_strength=0.1   a state at the start
    switch.provocation=off      a part of the model

    With --until use_of_force=0.005 trials are added until each difference between policies is known to ± half a point,
    in every start and worldview. Then --trials is the largest number.
    """
    with readable_errors():
        from sim.results.parts import Share

        files = experiments or [options.DEBATE]
        share = Share.parse(part) if part else None
        if share and len(files) > 1:
            exit_with("--part: divides one experiment; name one, or leave out --part.", BAD_INPUT)
        changes: dict[str, Any] = {"set_": set_, "policy": policy, "worldview": worldview, "start": start}
        changes |= {"values": values, "trials": trials, "lucks": lucks, "seed": seed}
        loaded = [options.load_experiment(file, **changes) for file in files]
        folders = _folders(files, loaded, out, share)
        if with_unchanged:
            if not set_ or share or len(files) > 1:
                exit_with("--with-unchanged: needs one experiment with --set, without --part.", BAD_INPUT)
            unchanged = options.load_experiment(files[0], **changes | {"set_": None})
            loaded.insert(0, replace(unchanged, name=f"{unchanged.name}{UNCHANGED}"))
            folders.insert(0, folders[0].with_name(f"{folders[0].name}{UNCHANGED}"))
        settings = {"fresh": fresh, "workers": workers, "cluster": cluster, "share": share}
        writes = [
            _writer(exp, folder, until or [], limit=trials is None, **settings)
            for exp, folder in zip(loaded, folders, strict=True)
        ]
        results = []
        for folder, write in zip(folders, writes, strict=True):
            results.append(play(folder, write))
            show_run(results[-1], folder, no_figures=no_figures)
        if len(results) > 1:
            _compare(results, folders[1] if with_unchanged else folders[0].parent)
        for result, folder in zip(results, folders, strict=True):
            report_failures(result, folder)


def _folders(files: list[str], loaded: list[Experiment], out: Path | None, share: Share | None) -> list[Path]:
    """Return the folder of each experiment's results."""
    if len(loaded) == 1:
        name = loaded[0].name
        return [out or Path("out") / (f"{name}-parts/{share.number}-of-{share.of}" if share else name)]
    first_file: dict[str, str] = {}
    for file, exp in zip(files, loaded, strict=True):
        if file in files[: len(first_file)]:
            exit_with(f"{file} is named twice. Name each experiment once.", BAD_INPUT)
        if exp.name in first_file:
            exit_with(
                f"{first_file[exp.name]} and {file} are both called {exp.name}, so they would share a folder. "
                "Give one of them another name after `experiment:`.",
                BAD_INPUT,
            )
        first_file[exp.name] = file
    return [(out or Path("out")) / exp.name for exp in loaded]


def _writer(exp: Experiment, folder: Path, until: list[str], *, limit: bool, **settings: Any) -> Callable[..., Result]:
    """Return the function that plays an experiment into its folder, up to the widths that --until names.

    A folder that holds another run is an error here, before any experiment is played.
    """
    from sim.results import stopping_rule, store

    targets = stopping_rule.read_targets(exp, until)
    exp = stopping_rule.allow_most_trials(exp) if targets and limit else exp
    store.require_usable(exp, folder, fresh=settings["fresh"], share=settings["share"])
    return partial(store.write_folder, exp, folder, until=targets, **settings)


def _compare(results: list[Result], folder: Path) -> None:
    """Print the comparison of each experiment with the first, and write it as comparison.csv."""
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from analysis.questions import run_comparison
    from sim.results import csv_tables
    from sim.statistics import contrasts

    first, *others = results
    compared = pd.concat([run_comparison.compare_runs(other, first) for other in others], ignore_index=True)
    if compared.empty:
        typer.echo("The experiments share no start, worldview and policy, so there is no comparison.")
        return
    file = folder / "comparison.csv"
    file.write_bytes(csv_tables.encode_csv(csv_tables.format_csv(compared)))
    outcomes = first.experiment.catalogue.outcomes
    for (a, b), every_row in compared.groupby(["experiment_a", "experiment_b"], sort=False):
        start = every_row["start"].iloc[-1]
        rows = every_row[every_row["start"] == start]
        table = Table("worldview", "outcome", "policy", str(a), str(b), "difference")
        for row in rows.to_dict("records"):
            outcome = outcomes[row["outcome"]]
            level = (abs(row["estimate_a"]) + abs(row["estimate_b"])) / 2
            margin = outcome.margin if row["policy_b"] else contrasts.margin_at(outcome.margin, level)
            known = not pd.isna(row["low"])
            if known and abs(row["difference"]) > margin and not row["low"] <= 0 <= row["high"]:
                scale, unit = (100, "points") if outcome.unit == "share" else (1, outcome.unit)
                levels = (f"{scale * row[name]:.3g}" for name in ("estimate_a", "estimate_b"))
                change = f"{scale * row['difference']:+.2g} ± {scale * (row['high'] - row['low']) / 2:.1g}"
                policy = f"{row['policy_a']} - {row['policy_b']}" if row["policy_b"] else row["policy_a"]
                table.add_row(row["worldview"], f"{outcome.label}, {unit}", policy, *levels, change)
        if table.row_count:
            Console(highlight=False).print(table)
        count = f"{table.row_count} of {len(rows)} comparisons differ clearly and by more than the margin"
        typer.echo(f"{a} compared with {b}, from start {start}: {count}.\n{_pairing(rows)}")
    typer.echo(f"Comparison: {file}")


def _pairing(rows: pd.DataFrame) -> str:
    if rows["paired"].all():
        return "Both met the same worlds and the same luck, so these differences are paired."
    return "They met different worlds or luck, so the intervals are those of independent runs."


def show_run(result: Result, folder: Path, *, no_figures: bool) -> None:
    """Draw and summarise a run that was just saved; for a part of a run, print the next step."""
    for note in result.notes:
        typer.echo(note, err=True)
    if part_of(result):
        _print_part(result, folder)
    else:
        if not no_figures:
            draw(result, folder)
        print_summary(result, folder)


def report_failures(result: Result, folder: Path) -> None:
    """Exit with an error if a trial failed. Its world is in no table."""
    if failed := len(result.failures):
        replay = f"{folder / 'failures.csv'} says how to replay them."
        exit_with(f"{failed} trials failed and are in no table; {replay}", FAILED)


def part_of(result: Result) -> str | None:
    """Return which part of a run a result is, such as 2/4; None for a full run."""
    part: str | None = (result.manifest or {}).get("share")
    return part


def _print_part(result: Result, folder: Path) -> None:
    """Print how much of the run this part holds, and the command that joins the parts."""
    wanted = (result.manifest or {})["trials"]
    done = f"{result.experiment.trials:,} of {wanted:,} trials for each combination"
    typer.echo(f"Part {part_of(result)} is done: {done}.")
    typer.echo(f"Results: {folder}\nWhen all parts are done:  strait merge {folder.parent} --out DIR")


def play(folder: Path, write: Callable[..., Result], *, plays: bool = True) -> Result:
    """Write a run into its folder and show progress."""
    from analysis.cli import progress

    stopped = (
        "Stopped. Finished trials are saved: the same command continues, --fresh starts again, and "
        f"strait summarise {folder} summarises them so far."
    )
    with progress.stoppable(stopped, plays=plays) as update:
        return write(progress=update)


def draw(result: Result, folder: Path) -> None:
    """Draw the figures, unless the folder has them already."""
    from analysis.figures import run_figures
    from sim.results import store

    written = result.manifest["written"] if result.manifest else []
    before = [folder / name for name in written if name.startswith("figures/")]
    if result.reused and before and all(path.exists() for path in before):
        return
    typer.echo("Drawing the figures.", err=True)
    store.add_files(folder, save_figures(run_figures.draw_run(result), folder / "figures"))


def print_summary(result: Result, folder: Path) -> None:
    """Print what the results say, and their folder."""
    from analysis.figures.captions import end_sentence, start_clause
    from analysis.paper import run_summary

    exp = result.experiment
    heading = f"{end_sentence(exp.title)} From {start_clause(exp, exp.starts[-1])}:"
    print_findings(heading, [*run_summary.describe_run(result), *run_summary.describe_precision(result)])
    if result.reused:
        typer.echo("This experiment was already run; showing the saved results. Use --fresh to run it again.")
    typer.echo(f"Results: {folder}\n{CAVEAT}")
