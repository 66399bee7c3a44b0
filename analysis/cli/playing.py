"""`strait run` and `strait summarise`: play an experiment, keep it in a folder, and say what it shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from analysis.cli import BAD_INPUT, FAILED, STOPPED, app, leave, plain_words

if TYPE_CHECKING:
    from sim.results.result import Result


@app.command(epilog="Example:  strait run debate --trials 500 --set us_intervenes_prob=0.4")
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
    with plain_words():
        from sim.results import shares, stopping_rule, store
        from sim.scenario import loader

        share = shares.share(part) if part else None
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
        try:
            targets = stopping_rule.targets(exp, until or ())
        except ValueError as error:
            leave(str(error), BAD_INPUT)
        if targets and trials is None:
            exp = stopping_rule.at_most(exp)
        folder = out or Path("out") / (f"{exp.name}-parts/{share.number}-of-{share.of}" if share else exp.name)
        how = partial(
            store.write_folder, exp, folder, fresh=fresh, until=targets, workers=workers, cluster=cluster, share=share
        )
        result = kept(folder, how)
        show(result, folder, no_figures=no_figures)


def show(result: Result, folder: Path, *, no_figures: bool) -> None:
    """Draw and say what a run shows that was just kept in a folder; of a part, how to go on."""
    for note in result.notes:
        typer.echo(note, err=True)
    if _part(result):
        _say_part(result, folder)
    else:
        if not no_figures:
            _draw(result, folder)
        _say(result, folder)
    _refuse_failures(result, folder)


@app.command(epilog="Example:  strait summarise out/debate")
def summarise(
    folder: Annotated[Path, Argument(metavar="DIR", help="Folder of results; the run in it may still go on.")],
) -> None:
    """Say what a folder of results shows, and how much of its run is done. Nothing is run or written."""
    with plain_words():
        from sim.errors import FolderError
        from sim.results import store

        try:
            result = store.load_folder(folder, partial=True)
            _say(result, folder)
        except FolderError as error:
            leave(str(error), BAD_INPUT)
        wanted, done = (result.manifest or {})["trials"], result.experiment.trials
        typer.echo(f"Done: {done:,} of {wanted:,} trials for each policy, worldview and start ({done / wanted:.0%}).")
        if _part(result):
            typer.echo(f"This is part {_part(result)} of a run.")
        _refuse_failures(result, folder)


def _refuse_failures(result: Result, folder: Path) -> None:
    """End with an error if a trial failed; its world is in no table."""
    if failed := len(result.failures):
        leave(f"{failed} trials failed and are in no table; {folder / 'failures.csv'} says how to replay them.", FAILED)


def _part(result: Result) -> str | None:
    part: str | None = (result.manifest or {}).get("share")
    return part


def _say_part(result: Result, folder: Path) -> None:
    """Print how much of the run is here, and how all of it comes together."""
    wanted = (result.manifest or {})["trials"]
    typer.echo(f"Part {_part(result)} is done: {result.experiment.trials:,} of {wanted:,} trials of each kind.")
    typer.echo(f"Results: {folder}\nWhen all parts are done:  strait merge {folder.parent} --out DIR")


def kept(folder: Path, how: Callable[..., Result], *, plays: bool = True) -> Result:
    """Have a run kept in its folder, and show progress; end with plain words where it cannot be."""
    from rich.console import Console

    from analysis.cli import interrupt, progress
    from sim.errors import ClusterError, ClusterLostError, FolderError

    console = Console(stderr=True, highlight=False)
    stopped = (
        "Stopped; what was done is kept. The same command goes on from there, --fresh starts over, and "
        f"strait summarise {folder} shows what there is."
    )
    try:
        with interrupt.soon(stopped, STOPPED), progress.shown(console, plays=plays) as update:
            return how(progress=update)
    except (FolderError, ClusterError) as error:
        leave(str(error), BAD_INPUT)
    except ClusterLostError as error:
        leave(f"{error} What was done is kept, and the same command goes on from there.", FAILED)
    except KeyboardInterrupt:
        leave(stopped, STOPPED)


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


def _say(result: Result, folder: Path) -> None:
    """Print what the results say, where they are, and what they are not."""
    from rich.console import Console
    from rich.text import Text

    from analysis.paper import run_summary

    exp, console = result.experiment, Console(highlight=False)
    console.print(Text(f"{exp.title} From {exp.starts[-1].title}:", style="bold"))
    for line in run_summary.describe_run(result):
        console.print(Text(f"- {line}"), soft_wrap=not console.is_terminal)
    if result.reused:
        console.print("This very experiment was run before and is shown again; --fresh runs it anew.")
    typer.echo(f"Results: {folder}\nStrait generates cases, not a forecast.")
