"""`strait claims`, `strait crossover` and `strait flip`: which belief decides which policy is better."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from analysis.commands import BAD_INPUT, STOPPED, app, leave, plain_words

if TYPE_CHECKING:
    from analysis.page import Drawn
    from sim.asking import Asked
    from sim.experiment import Experiment

Contrast = Annotated[str, Option(metavar="A-B", help="Two policies; the difference is the first minus the second.")]
Outcomes = Annotated[
    list[str] | None, Option("--outcome", metavar="NAME", help="Only this outcome.", show_default="the primary ones")
]
Starts = Annotated[
    list[str] | None, Option("--start", metavar="NAME", help="From this start.", show_default="the last")
]
Trials = Annotated[int, Option(metavar="N", min=200, help="Trials for each policy and set of beliefs.")]
Seed = Annotated[int | None, Option(metavar="N", help="Another seed: other worlds, other luck.")]
Workers = Annotated[int | None, Option(metavar="N", min=1, help="Processors to use.", show_default="all")]
Source = Annotated[str, Option("--experiment", metavar="FILE", help="debate, or an experiment of yours.")]
Changes = Annotated[list[str] | None, Option("--set", metavar="KEY=VALUE", help="Change one thing, as in strait run.")]
NoFigures = Annotated[bool, Option("--no-figures", help="Write the tables only.")]
FLAGSHIP = "direct_ties-interoperability"


@app.command(epilog="Example:  strait claims --contrast direct_ties-interoperability --outcome use_of_force")
def claims(
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    start: Starts = None,
    trials: Trials = 5000,
    out: Annotated[Path, Option(metavar="DIR", help="Folder for tables and figures.")] = Path("out/claims"),
    experiment: Source = "debate",
    set_: Changes = None,
    seed: Seed = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
) -> None:
    """Which belief decides? Share out what two worldviews disagree on among the claims of the essays.

    Under Newsham's beliefs one policy does better, under Self's perhaps the other. This says how much of the
    distance between the two each claim carries. An interrupted command goes on where it stopped.
    """
    with _playing(out) as progress:
        from analysis import claims as claims_
        from analysis import claims_figure

        exp = _load(experiment, set_, start, seed)
        names = start or [exp.starts[-1].name]
        found = [
            claims_.claims(exp, contrast, outcome, name, trials=trials, folder=out, workers=workers, progress=progress)
            for name in names
        ]
        _write(out, "claims", [one.table for one in found])
        for name in ("details", "ends", "pairs"):
            _write(out, f"claims_{name}", [getattr(one, name) for one in found])
        pairs = [(one, name) for one in found for name in one.game.asked.outcomes]
        for one, name in pairs:
            _tell(_from(one.game.asked, name), claims_figure.lines(one, name))
        _draw(out, [] if no_figures else [claims_figure.figure(one, name) for one, name in pairs])


@app.command(epilog="Examples:  strait crossover    strait crossover N18 S12 --map")
def crossover(
    claim: Annotated[
        list[str] | None, Argument(metavar="CLAIM...", help="Claims with a dial.", show_default="all of them")
    ] = None,
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    worldview: Annotated[
        str | None, Option(metavar="NAME", help="What holds besides the claim.", show_default="the most neutral")
    ] = None,
    start: Starts = None,
    map_: Annotated[bool, Option("--map", help="Two claims: a map over both dials.")] = False,
    trials: Trials = 5000,
    out: Annotated[Path, Option(metavar="DIR", help="Folder for tables and figures.")] = Path("out/crossover"),
    experiment: Source = "debate",
    set_: Changes = None,
    seed: Seed = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
) -> None:
    """Along one belief, where does the better policy change? Every claim's dial, or two as a map.

    0 is Self's reading of a claim, 1 is Newsham's. An interrupted command goes on where it stopped.
    """
    if map_ and len(claim or ()) != 2:
        leave("--map: name two claims, as in strait crossover N18 S12 --map", BAD_INPUT)
    with _playing(out) as progress:
        from analysis import crossover as crossover_
        from analysis import crossover_figure, crossover_map
        from analysis.coalitions import stakes

        exp = _load(experiment, set_, start, seed)
        names, outcomes = start or [exp.starts[-1].name], outcome or stakes(exp)
        if map_ and claim:
            maps = [
                crossover_map.mapped(
                    exp, contrast, (claim[0], claim[1]), one, name, worldview,
                    trials=trials, folder=out, workers=workers, progress=progress,
                )
                for name in names for one in outcomes
            ]  # fmt: skip
            _write(out, "crossover_map", [one.table for one in maps])
            for place in maps:
                _tell(_from(place.asked, place.asked.outcomes[0]), crossover_map.lines(place))
            _draw(out, [] if no_figures else [crossover_map.figure(one) for one in maps])
            return
        found = [
            crossover_.crossover(
                exp, contrast, claim or (), outcomes, name, worldview,
                trials=trials, folder=out, workers=workers, progress=progress,
            )
            for name in names
        ]  # fmt: skip
        _write(out, "crossover", [one.table for one in found])
        _write(out, "crossover_numbers", [one.numbers for one in found])
        _write(out, "crossover_curves", [one.curves for one in found])
        pairs = [(one, name) for one in found for name in one.asked.outcomes]
        for one, name in pairs:
            _tell(_from(one.asked, name), crossover_figure.lines(one, name))
        _draw(out, [] if no_figures else [crossover_figure.figure(one, name) for one, name in pairs])


@app.command(epilog="Example:  strait flip --worldview newsham --outcome use_of_force")
def flip(
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    worldview: Annotated[
        list[str] | None, Option("--worldview", metavar="NAME", help="From these beliefs.", show_default="each")
    ] = None,
    start: Starts = None,
    trials: Trials = 3000,
    out: Annotated[Path, Option(metavar="DIR", help="Folder for tables and figures.")] = Path("out/flip"),
    experiment: Source = "debate",
    set_: Changes = None,
    seed: Seed = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
) -> None:
    """How few beliefs must change for the other policy to come out better?

    From a worldview, claims are swapped for the other author's reading until the result turns round. Without
    --outcome it is about the first primary one.
    """
    with _playing(out) as progress:
        from analysis import flip as flip_
        from analysis import flip_figure
        from analysis.coalitions import stakes

        exp = _load(experiment, set_, start, seed)
        views = worldview or [view.name for view in exp.worldviews]
        found = [
            flip_.flip(
                exp, contrast, one, name, view, trials=trials, folder=out, workers=workers, progress=progress
            )
            for name in start or [exp.starts[-1].name] for one in outcome or stakes(exp)[:1] for view in views
        ]  # fmt: skip
        _write(out, "flip", [one.table for one in found])
        for one in found:
            _tell(_from(one.asked, one.asked.outcomes[0]), flip_figure.lines(one))
        _draw(out, [] if no_figures else [flip_figure.figure(one) for one in found])


def _from(asked: Asked, outcome: str) -> str:
    return f"From {asked.start.title}, {asked.exp.catalogue.outcomes[outcome].label}:"


def _load(
    experiment: str,
    set_: list[str] | None,
    start: list[str] | None,
    seed: int | None,
    worldview: list[str] | None = None,
) -> Experiment:
    from sim import scenario

    return scenario.load(experiment, set_=set_ or (), starts=start or (), seed=seed, worldviews=worldview or ())


@contextmanager
def _playing(out: Path) -> Iterator[Callable[[int, int], Any]]:
    """Hold the folder, show progress, stop at Ctrl-C, and put what a user can mend into words."""
    with plain_words():
        from rich.console import Console

        from analysis import progress, stopping, work
        from sim.asking import QuestionError
        from sim.storing.disk import FolderError

        console = Console(stderr=True, highlight=False)
        stopped = "Stopped; what was played is kept, and the same command goes on from there."
        try:
            with work.held(out), stopping.soon(stopped, STOPPED), progress.shown(console) as update:
                yield update
        except KeyboardInterrupt:
            leave(stopped, STOPPED)
        except (QuestionError, FolderError) as error:
            leave(str(error), BAD_INPUT)


def _write(out: Path, name: str, tables: list[Any]) -> None:
    """Write tables as one CSV file, whole or not at all."""
    import pandas as pd

    from sim.storing import disk

    disk.save(
        out / f"{name}.csv", pd.concat(tables, ignore_index=True).to_csv(index=False, lineterminator="\n").encode()
    )


def _tell(head: str, said: list[str]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(head, style="bold"))
    for line in said:
        console.print(Text(f"- {line}"), soft_wrap=not console.is_terminal)


def _draw(out: Path, drawn: list[Drawn]) -> None:
    """Save the figures, and say where everything is."""
    from analysis import plots

    folder = out / "figures"
    folder.mkdir(exist_ok=True)
    for figure in drawn:
        plots.save(figure, folder)
    typer.echo(f"Tables and figures: {out}\nStrait generates cases, not a forecast.")
