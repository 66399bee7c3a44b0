"""`strait options`, `strait effort` and `strait document`: the model measured as a whole, and its pages kept true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from analysis.cli import BAD_INPUT, FAILED, STOPPED, app, leave, plain_words

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.experiment import Experiment

File = Annotated[str, Argument(metavar="FILE", help="debate, which comes with Strait, or a file of yours.")]
Start = Annotated[list[str] | None, Option(metavar="NAME", help="Only this start.")]
View = Annotated[list[str] | None, Option("--worldview", metavar="NAME", help="Only this worldview.")]
Out = Annotated[Path | None, Option(metavar="CSV", help="Write all figures, cell by cell, to this file.")]


@app.command(epilog="Example:  strait options debate --worldview neutral --trials 20 --out options.csv")
def options(
    file: File = "debate",
    trials: Annotated[int, Option(metavar="N", min=1, help="Trials of each cell, played one by one.")] = 20,
    worldview: View = None,
    start: Start = None,
    out: Out = None,
) -> None:
    """Count how often each actor chooses each of its options. The table gives choices a trial, by policy."""
    with plain_words():
        from rich.console import Console
        from rich.table import Table

        from analysis.questions import options as counting

        exp = _loaded(file, worldview, start)
        found = _shown(lambda update: counting.count(exp, trials, update))
        rates = counting.by_policy(found)
        table = Table("actor", "choice", "option", *rates.columns)
        for names, row in zip(rates.index, rates.to_numpy(), strict=True):
            table.add_row(*names, *(f"{rate:.3g}" for rate in row))
        Console(highlight=False).print(table)
        never = counting.never(found)
        typer.echo(f"Never chosen in {trials:,} trials a cell: {', '.join(never) if never else 'none'}.")
        _write(found, out)


@app.command(epilog="Example:  strait effort debate --start 2026 --out effort.csv")
def effort(
    file: File = "debate",
    trials: Annotated[int, Option(metavar="N", min=100, help="Trials of each cell: a multiple of 100.")] = 5000,
    worldview: View = None,
    start: Start = None,
    out: Out = None,
    figures: Annotated[
        Path | None, Option(metavar="DIR", help="Draw a figure for each start into this folder.")
    ] = None,
) -> None:
    """Compare policies as written, at equal effort, and by the tenth of a lever.

    Effort is counted in lever-years: depth added to a lever, times the years for which it is there.
    """
    with plain_words():
        from rich.console import Console
        from rich.table import Table

        from analysis.questions import effort as comparing

        if trials % 100:
            leave(f"--trials: must be a multiple of 100, got {trials}", BAD_INPUT)
        exp = _loaded(file, worldview, start)
        found = _shown(lambda update: comparing.table(exp, trials, update))
        head = ["start", "worldview", "measure", "policy", "factor", "planned", "realised"]
        outcomes = list(dict.fromkeys(found["outcome"]))
        table = Table(*head, *outcomes)
        for _, part in found.groupby(["start", "worldview", "measure", "policy"], sort=False):
            first, by_outcome = part.iloc[0], part.set_index("outcome")
            numbers = ["" if first[name] != first[name] else f"{first[name]:.3g}" for name in head[4:]]
            table.add_row(*(first[name] for name in head[:4]), *numbers,
                          *(_between(by_outcome.loc[name]) for name in outcomes))  # fmt: skip
        Console(highlight=False).print(table)
        _write(found, out)
        if figures:
            _drawn(replace(exp, trials=trials), found, figures)
        typer.echo("Differences from the policy most others are compared with, and the half-widths of 95% intervals.")


@app.command(epilog="Example:  strait document --check")
def document(
    check: Annotated[
        bool, Option("--check", help="Change nothing; exit code 1 if a page or a measure is old.")
    ] = False,
    measure: Annotated[
        list[str] | None, Option(metavar="NAME", help="Make a measure anew first: its name, `all` or `old`. Slow.")
    ] = None,
    trials: Annotated[int | None, Option(metavar="N", min=1, help="Trials of each cell, for --measure.")] = None,
    docs: Annotated[
        Path | None, Option(metavar="DIR", help="The pages.", show_default="docs, beside this program")
    ] = None,
) -> None:
    """Bring the tables in docs/ up to date with the model: what is put into it, and what comes out.

    A measure that was stopped goes on from where it was when the same command is given again.
    """
    with plain_words():
        from tools import document as documenting
        from tools import measured

        folder = docs or Path(__file__).parents[2] / "docs"
        if not folder.is_dir():
            leave(f"{folder} is no folder; this command works where Strait's own folder is.", BAD_INPUT)
        exp, records = _loaded("debate", None, None), folder / documenting.MEASURES
        for name in _wanted(measure or [], exp, records):
            typer.echo(f"Measuring {measured.MEASURES[name].tells}.", err=True)
            _measured(name, exp, records, trials)
        try:
            pages = {page: text for page, text in documenting.written(exp, folder, slow=not check).items()
                     if page.read_text(encoding="utf-8") != text}  # fmt: skip
        except KeyError as unknown:
            leave(f"a page of {folder} has a part {unknown} that nothing makes", BAD_INPUT)
        for page, text in pages.items():
            typer.echo(f"{page.name}: {'is old' if check else 'brought up to date'}")
            if not check:
                page.write_text(text, encoding="utf-8", newline="\n")
        old = measured.stale(exp, records)
        for name, why in old.items():
            typer.echo(f"{name}: {why}; strait document --measure {name}")
        if check and (pages or old):
            raise typer.Exit(FAILED)
        if not pages and not old:
            typer.echo("Nothing to do.")


def _wanted(asked: list[str], exp: Experiment, records: Path) -> list[str]:
    """The measures to make."""
    from sim.scenario.messages import unknown
    from tools import measured

    known = list(measured.MEASURES)
    for name in asked:
        if name not in (*known, "all", "old"):
            leave(unknown("measure", name, [*known, "all", "old"]), BAD_INPUT)
    if "all" in asked:
        return known
    old = measured.stale(exp, records) if "old" in asked else {}
    return [name for name in known if name in asked or name in old]


def _measured(name: str, exp: Experiment, records: Path, trials: int | None) -> None:
    from tools import measured

    try:
        _shown(lambda update: measured.make(name, exp, records, update, trials))
    except ValueError as fault:
        leave(str(fault), BAD_INPUT)


def _loaded(file: str, worldviews: list[str] | None, starts: list[str] | None) -> Experiment:
    from sim.scenario import loader

    return loader.load(file, worldviews=worldviews or (), starts=starts or ())


def _shown(work: Callable[[Callable[[int, int], object]], Any]) -> Any:
    """Do the work under a bar of progress; Ctrl-C stops it."""
    from rich.console import Console

    from analysis.cli import interrupt, progress

    stopped = "Stopped. What a measure had finished is kept: the same command goes on from there."
    with interrupt.soon(stopped, STOPPED), progress.shown(Console(stderr=True, highlight=False)) as update:
        return work(update)


def _between(row: Any) -> str:
    return f"{row['difference']:+.4f} ± {(row['high'] - row['low']) / 2:.4f}"


def _drawn(exp: Experiment, found: pd.DataFrame, folder: Path) -> None:
    from analysis.figures import figure_layout
    from analysis.figures.effort_figure import draw_equal_effort

    folder.mkdir(parents=True, exist_ok=True)
    for start in exp.starts:
        png, _ = figure_layout.save_figure(draw_equal_effort(exp, found, start.name), folder)
        typer.echo(f"Figure: {png}")


def _write(found: pd.DataFrame, out: Path | None) -> None:
    from sim.results import tables

    if out:
        out.write_text(tables.csv(found), encoding="utf-8", newline="")
        typer.echo(f"All figures: {out}")
