"""`strait discover` and `strait robust`: where the other policy does better, and which one would regret least."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from analysis.commands import app
from analysis.commands.difference import (
    FLAGSHIP,
    Changes,
    Contrast,
    NoFigures,
    Outcomes,
    Seed,
    Source,
    Starts,
    Workers,
    draw,
    heading,
    load,
    playing,
    tell,
    write,
)


@app.command(epilog="Example:  strait discover --contrast direct_ties-status_quo --outcome use_of_force")
def discover(
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    start: Starts = None,
    worldview: Annotated[
        str | None, Option(metavar="NAME", help="For numbers of no claim.", show_default="the most neutral")
    ] = None,
    points: Annotated[int, Option(metavar="N", min=64, help="Sets of beliefs, a power of two.")] = 4096,
    trials: Annotated[int, Option(metavar="N", min=20, help="Trials for each policy and set of beliefs.")] = 400,
    coverage: Annotated[
        float, Option(metavar="SHARE", min=0.05, max=1, help="Cases that PRIM's box must hold at least.")
    ] = 0.5,
    beyond_margin: Annotated[
        bool, Option("--beyond-margin", help="Count only differences above what counts as the same.")
    ] = False,
    out: Annotated[Path, Option(metavar="DIR", help="Folder for tables and figures.")] = Path("out/discover"),
    experiment: Source = "debate",
    set_: Changes = None,
    seed: Seed = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
) -> None:
    """With which beliefs does the policy that mostly does worse do better?

    Every belief is set at random between the two authors' readings, thousands of times. Of those sets in which the
    exception does better, boxes are drawn (PRIM, and a tree), and tested on sets that had no part in it. An
    interrupted command goes on where it stopped.
    """
    with playing(out) as progress:
        from analysis import discover as discover_
        from analysis import discover_figure

        exp = load(experiment, set_, start, seed)
        found = [
            discover_.discover(
                exp, contrast, outcome, name, worldview, points=points, trials=trials, coverage=coverage,
                beyond_margin=beyond_margin, folder=out, workers=workers, progress=progress,
            )
            for name in start or [exp.starts[-1].name]
        ]  # fmt: skip
        write(out, "discover", [one.table for one in found])
        write(out, "discover_boxes", [one.rates for one in found])
        write(out, "discover_points", [one.points for one in found])
        pairs = [(one, name) for one in found for name in one.asked.outcomes]
        for one, name in pairs:
            tell(heading(one.asked, name), discover_figure.lines(one, name))
        drawn = [] if no_figures else [discover_figure.figure(one, name) for one, name in pairs]
        draw(out, [figure for figure in drawn if figure])
