"""`strait run`: play an experiment, save it in a folder, and summarise what it shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from analysis.cli import CAVEAT, FAILED, exit_with, print_findings, readable_errors

if TYPE_CHECKING:
    from sim.results.result import Result


def run(
    file: Annotated[str, Argument(metavar="FILE", help="debate, which comes with Strait, or a file of yours.")],
    out: Annotated[
        Path | None, Option(metavar="DIR", help="Folder for the results.", show_default="out/<experiment>")
    ] = None,
    fresh: Annotated[bool, Option("--fresh", help="Replace what an earlier run left in that folder.")] = False,
    trials: Annotated[int | None, Option(metavar="N", help="Trials for each policy, worldview and start.")] = None,
    lucks: Annotated[
        int | None, Option(metavar="N", help="Trials in each world, each with luck of its own; they divide --trials.")
    ] = None,
    until: Annotated[
        list[str] | None, Option(metavar="OUTCOME=WIDTH", help="Stop when its differences are known to ± this (above).")
    ] = None,
    seed: Annotated[int | None, Option(metavar="N", help="Another seed: other worlds, other luck.")] = None,
    set_: Annotated[list[str] | None, Option("--set", metavar="KEY=VALUE", help="Change one thing (above).")] = None,
    policy: Annotated[list[str] | None, Option(metavar="NAME", help="Only this policy: a name or a file.")] = None,
    worldview: Annotated[list[str] | None, Option(metavar="NAME", help="Only this worldview.")] = None,
    start: Annotated[list[str] | None, Option(metavar="NAME", help="Only this start.")] = None,
    values: Annotated[list[str] | None, Option(metavar="NAME", help="Only these prices of outcomes.")] = None,
    workers: Annotated[int | None, Option(metavar="N", min=1, help="Processors to use.", show_default="all")] = None,
    cluster: Annotated[
        str | None, Option(metavar="WHERE", help="Play on Dask workers: local, tcp://HOST:PORT or a scheduler's file.")
    ] = None,
    part: Annotated[
        str | None, Option(metavar="I/N", help="Play part I of N, here or elsewhere; strait merge joins them.")
    ] = None,
    no_figures: Annotated[bool, Option("--no-figures", help="Write the tables only.")] = False,
) -> None:
    """Play an experiment, write its tables and figures, and say what they show.

    --set, --policy, --worldview, --start and --values can be given again and again. What --set changes:

    us_intervenes_prob=0.4         a parameter; or '{triangular: [.1, .2, .5]}'
    claim.N12=0.7                  a claim's dial: 0 is Self, 1 is Newsham
    lever.escorts.depth=1          or openness, from_month, ramp_months
    quantity.prc_strength=0.1      where things stand at the start
    switch.provocation=off         a part of the model

    With --until use_of_force=0.005 trials are added until each difference in it between policies is known to ± half
    a point, in every start and worldview; --trials is then the most that are played.
    """
    with readable_errors():
        from sim.results import stopping_rule, store
        from sim.results.parts import Share
        from sim.scenario import loader

        share = Share.parse(part) if part else None
        exp = loader.load(
            file,
            set_=set_ or (),
            policies=policy or (),
            worldviews=worldview or (),
            starts=start or (),
            values=values or (),
            trials=trials,
            lucks=lucks,
            seed=seed,
        )
        targets = stopping_rule.read_targets(exp, until or ())
        if targets and trials is None:
            exp = stopping_rule.allow_most_trials(exp)
        folder = out or Path("out") / (f"{exp.name}-parts/{share.number}-of-{share.of}" if share else exp.name)
        write = partial(
            store.write_folder, exp, folder, fresh=fresh, until=targets, workers=workers, cluster=cluster, share=share
        )
        result = play(folder, write)
        show_run(result, folder, no_figures=no_figures)


def show_run(result: Result, folder: Path, *, no_figures: bool) -> None:
    """Draw and say what a run shows that was just kept in a folder; of a part, how to go on."""
    for note in result.notes:
        typer.echo(note, err=True)
    if part_of(result):
        _print_part(result, folder)
    else:
        if not no_figures:
            _draw(result, folder)
        print_summary(result, folder)
    report_failures(result, folder)


def report_failures(result: Result, folder: Path) -> None:
    """End with an error if a trial failed; its world is in no table."""
    if failed := len(result.failures):
        replay = f"{folder / 'failures.csv'} says how to replay them."
        exit_with(f"{failed} trials failed and are in no table; {replay}", FAILED)


def part_of(result: Result) -> str | None:
    part: str | None = (result.manifest or {}).get("share")
    return part


def _print_part(result: Result, folder: Path) -> None:
    """Print how much of the run is here, and how all of it comes together."""
    wanted = (result.manifest or {})["trials"]
    typer.echo(f"Part {part_of(result)} is done: {result.experiment.trials:,} of {wanted:,} trials of each kind.")
    typer.echo(f"Results: {folder}\nWhen all parts are done:  strait merge {folder.parent} --out DIR")


def play(folder: Path, write: Callable[..., Result], *, plays: bool = True) -> Result:
    """Have a run kept in its folder, and show progress; end with plain words where it cannot be."""
    from analysis.cli import progress

    stopped = (
        "Stopped. Finished trials are saved: the same command continues, --fresh starts again, and "
        f"strait summarise {folder} shows what there is."
    )
    with progress.stoppable(stopped, plays=plays) as update:
        return write(progress=update)


def _draw(result: Result, folder: Path) -> None:
    """Draw the figures, unless the folder has them already."""
    from analysis.figures import figure_layout, run_figures
    from sim.results import store

    written = result.manifest["written"] if result.manifest else []
    before = [folder / name for name in written if name.startswith("figures/")]
    if result.reused and before and all(path.exists() for path in before):
        return
    typer.echo("Drawing the figures.", err=True)
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    drawn = [path for figure in run_figures.draw_run(result) for path in figure_layout.save_figure(figure, figures)]
    store.add_files(folder, drawn)


def print_summary(result: Result, folder: Path) -> None:
    """Print what the results say, where they are, and what they are not."""
    from analysis.paper import run_summary

    exp = result.experiment
    print_findings(f"{exp.title} From {exp.starts[-1].title}:", run_summary.describe_run(result))
    if result.reused:
        typer.echo("This experiment was already run; showing the saved results. Use --fresh to run it again.")
    typer.echo(f"Results: {folder}\n{CAVEAT}")
