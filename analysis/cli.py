"""The `strait` command: run, summarise, check, explain, list, calibrate.

Heavy libraries are imported inside the commands, so that help and checks answer at once.
Exit codes: 0 well, 1 a run that failed, 2 bad input, 130 stopped by the user.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from typer import Argument, Option

if TYPE_CHECKING:
    from sim.experiment import Experiment
    from sim.results import Result

FAILED, BAD_INPUT, STOPPED = 1, 2, 130

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Should Japan deepen its defence ties with Taiwan? Strait plays policies under worldviews, many "
    "times over, and shows which belief decides which policy is better. It generates cases, not a forecast.",
    epilog="Start with:  strait run debate --trials 500",
)


def main() -> None:
    """Run the command; what a console cannot print is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()


@app.command(epilog="Example:  strait run debate --trials 500 --set us_intervenes_prob=0.4")
def run(
    file: Annotated[str, Argument(metavar="FILE", help="debate, which comes with Strait, or a file of yours.")],
    out: Annotated[
        Path | None, Option(metavar="DIR", help="Folder for the results.", show_default="out/<experiment>")
    ] = None,
    fresh: Annotated[bool, Option("--fresh", help="Replace what an earlier run left in that folder.")] = False,
    trials: Annotated[int | None, Option(metavar="N", help="Trials for each policy, worldview and start.")] = None,
    seed: Annotated[int | None, Option(metavar="N", help="Another seed: other worlds, other luck.")] = None,
    set_: Annotated[list[str] | None, Option("--set", metavar="KEY=VALUE", help="Change one thing (above).")] = None,
    policy: Annotated[list[str] | None, Option(metavar="NAME", help="Only this policy: a name or a file.")] = None,
    worldview: Annotated[list[str] | None, Option(metavar="NAME", help="Only this worldview.")] = None,
    start: Annotated[list[str] | None, Option(metavar="NAME", help="Only this start.")] = None,
    workers: Annotated[int | None, Option(metavar="N", min=1, help="Processors to use.", show_default="all")] = None,
    no_figures: Annotated[bool, Option("--no-figures", help="Write the tables only.")] = False,
) -> None:
    """Play an experiment, write its tables and figures, and say what they show.

    --set, --policy, --worldview and --start can be given again and again. What --set changes:

    us_intervenes_prob=0.4         a parameter; or '{triangular: [.1, .2, .5]}'
    claim.N12=0.7                  a claim's dial: 0 is Self, 1 is Newsham
    lever.escorts.depth=1          or openness, from_month, ramp_months
    quantity.prc_strength=0.1      where things stand at the start
    switch.provocation=off         a part of the model
    """
    with plain_words():
        from sim import scenario

        exp = scenario.load(
            file,
            set_=set_ or (),
            policies=policy or (),
            worldviews=worldview or (),
            starts=start or (),
            trials=trials,
            seed=seed,
        )
        folder = out or Path("out") / exp.name
        result = _play(exp, folder, fresh, workers)
        for note in result.notes:
            typer.echo(note, err=True)
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
        from sim import store

        try:
            result = store.load_folder(folder, partial=True)
            _say(result, folder)
        except store.FolderError as error:
            leave(str(error), BAD_INPUT)
        wanted, done = (result.manifest or {})["trials"], result.experiment.trials
        typer.echo(f"Done: {done:,} of {wanted:,} trials for each policy, worldview and start ({done / wanted:.0%}).")
        _refuse_failures(result, folder)


def _refuse_failures(result: Result, folder: Path) -> None:
    """End with an error if a trial failed; its world is in no table."""
    if failed := len(result.failures):
        leave(f"{failed} trials failed and are in no table; {folder / 'failures.csv'} says how to replay them.", FAILED)


def _play(exp: Experiment, folder: Path, fresh: bool, workers: int | None) -> Result:
    from rich.console import Console

    from analysis import progress, stopping
    from sim import store

    console = Console(stderr=True, highlight=False)
    stopped = (
        "Stopped; what was done is kept. The same command goes on from there, --fresh starts over, and "
        f"strait summarise {folder} shows what there is."
    )
    try:
        with stopping.soon(stopped, STOPPED), progress.shown(console) as update:
            return store.write_folder(exp, folder, fresh=fresh, workers=workers, progress=update)
    except store.FolderError as error:
        leave(str(error), BAD_INPUT)
    except KeyboardInterrupt:
        leave(stopped, STOPPED)


def _draw(result: Result, folder: Path) -> None:
    """Draw the figures, unless the folder has them already."""
    from analysis import plots
    from sim import store

    written = result.manifest["written"] if result.manifest else []
    before = [folder / name for name in written if name.startswith("figures/")]
    if result.reused and before and all(path.exists() for path in before):
        return
    typer.echo("Drawing the figures.", err=True)
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    drawn = [path for figure in plots.all_figures(result) for path in plots.save(figure, figures)]
    store.add_files(folder, drawn)


def _say(result: Result, folder: Path) -> None:
    """Print what the results say, where they are, and what they are not."""
    from rich.console import Console
    from rich.text import Text

    from analysis import words

    exp, console = result.experiment, Console(highlight=False)
    console.print(Text(f"{exp.title} From {exp.starts[-1].title}:", style="bold"))
    for line in words.lines(result):
        console.print(Text(f"- {line}"), soft_wrap=not console.is_terminal)
    if result.reused:
        console.print("This very experiment was run before and is shown again; --fresh runs it anew.")
    typer.echo(f"Results: {folder}\nStrait generates cases, not a forecast.")


@app.command(epilog="Example:  strait check my_debate.yaml policies/mine.yaml")
def check(
    files: Annotated[list[str], Argument(metavar="FILE...", help="Scenario files of any kind.")],
) -> None:
    """Check scenario files, and show every mistake at once, each with its line. Nothing is run."""
    with plain_words():
        from sim import scenario

        if faults := scenario.check(files):
            leave("\n".join(map(str, faults)), BAD_INPUT)
        typer.echo("Nothing wrong.")


@app.command(epilog="Examples:  strait explain N1    strait explain blockade")
def explain(
    words: Annotated[list[str], Argument(metavar="NAME", help="Any name that strait list shows.")],
) -> None:
    """Say what a name stands for: meaning, unit, range, what both authors hold, evidence and sources."""
    with plain_words():
        from rich.console import Console

        from analysis import show
        from sim.loading.wording import nearest

        exp, wanted = _everything(), " ".join(words)
        kinds = show.kinds(exp)
        names = {name.casefold(): name for entries in kinds.values() for name in entries}
        name = names.get(wanted.casefold())
        if name is None:
            near = nearest(wanted, names.values())
            leave(
                f"Nothing is called {wanted}. " + (f"Did you mean {near}?" if near else "See: strait list"),
                BAD_INPUT,
            )
        for kind in kinds:
            if name in kinds[kind]:
                Console(highlight=False).print(show.card(kind, name, exp))


@app.command("list", epilog="Examples:  strait list    strait list levers")
def list_(
    kind: Annotated[str | None, Argument(metavar="KIND", help="Only this kind, with what each name means.")] = None,
) -> None:
    """List all names: policies, worldviews, starts, claims, levers, parameters, outcomes and so on."""
    with plain_words():
        from rich.console import Console

        from analysis import show

        kinds = show.kinds(_everything())
        if kind is None:
            Console(highlight=False).print(show.contents(kinds))
            return
        if kind not in kinds:
            leave(f"There is no kind {kind}. There are {', '.join(kinds)}.", BAD_INPUT)
        Console(highlight=False).print(show.listing(kinds[kind]))


@app.command(epilog="Example:  strait calibrate --worlds 20000")
def calibrate(
    worlds: Annotated[int, Option(metavar="N", min=1000, help="Worlds to play at the reference.")] = 20_000,
) -> None:
    """Work out the constants that keep base rates true at the reference, beside those in parameters.yaml."""
    with plain_words():
        from sim import scenario
        from sim.calibrate import calibrate as work_out

        catalogue = scenario.load("debate").catalogue
        reference = scenario.load(
            "debate", policies="status_quo", worldviews="neutral", starts=catalogue.reference_start
        )
        for name, value in work_out(reference, worlds).items():
            typer.echo(f"{name}: {value:.4f}   (parameters.yaml has {catalogue.parameters[name].neutral})")


@app.command(epilog="Example:  strait bench --json")
def bench(
    repeats: Annotated[int, Option(metavar="N", min=1, help="Each figure is the median of so many.")] = 5,
    as_json: Annotated[bool, Option("--json", help="Print the figures for a program to read.")] = False,
) -> None:
    """Measure how fast the model plays on this computer."""
    with plain_words():
        import json

        from rich.console import Console
        from rich.table import Table

        from analysis import bench

        typer.echo("This takes a minute or two.", err=True)
        figures = bench.bench(repeats)
        if as_json:
            typer.echo(json.dumps(figures, indent=2))
            return
        table = Table("figure", "here", "what it is")
        for name, value in figures.items():
            table.add_row(name, f"{value:,.4g}", bench.MEANINGS[name])
        Console(highlight=False).print(table)


def _everything() -> Experiment:
    """The main experiment with every policy, worldview and start that comes with Strait."""
    from sim import scenario

    def names(kind: str) -> list[str]:
        return sorted(path.stem for path in (scenario.shipped() / kind).glob("*.yaml"))

    return scenario.load("debate", policies=names("policies"), worldviews=names("worldviews"), starts=names("starts"))


@contextmanager
def plain_words() -> Iterator[None]:
    """Turn what a user can mend into words and an exit code, without a traceback."""
    from sim.scenario import ScenarioError

    try:
        yield
    except ScenarioError as error:
        leave(str(error), BAD_INPUT)
    except OSError as error:
        leave(f"This computer refused it: {error}", FAILED)
    except KeyboardInterrupt:
        leave("Stopped.", STOPPED)


def leave(message: str, code: int) -> NoReturn:
    """Say why on the error stream, and end with this exit code."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
