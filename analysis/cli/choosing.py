"""`strait discover` and `strait robust`: where the other policy does better, and which one would regret least."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from analysis.cli import BAD_INPUT, exit_with, print_findings
from analysis.cli.difference import (
    FLAGSHIP,
    Changes,
    Contrast,
    NoFigures,
    Outcomes,
    Seed,
    Source,
    Starts,
    Workers,
    heading,
    load,
    playing,
)


def discover(
    context: Context,
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
    with playing(context) as answer:
        from analysis.figures import discover_figure
        from analysis.questions import designs
        from analysis.questions import discover as discover_

        exp = load(experiment, set_, start, seed)
        found = [
            discover_.discover(
                exp, contrast, outcome, name, worldview, points=points, trials=trials, coverage=coverage,
                beyond_margin=beyond_margin, folder=out, workers=workers, progress=answer.progress,
            )
            for name in start or [exp.starts[-1].name]
        ]  # fmt: skip
        answer.write("discover", [one.table for one in found])
        answer.write("discover_boxes", [one.rates for one in found])
        answer.write("discover_points", [one.points for one in found])
        pairs = [(one, name) for one in found for name in one.asked.outcomes]
        for one, name in pairs:
            print_findings(heading(one.asked, name), discover_figure.describe_discover(one, name))
        drawn = [] if no_figures else [discover_figure.draw_discover(one, name) for one, name in pairs]
        answer.finish([figure for figure in drawn if figure], designs.discover(found, coverage))


def robust(
    context: Context,
    folder: Annotated[
        Path | None, Argument(metavar="DIR", help="A finished run with several lucks.", show_default="play one")
    ] = None,
    outcome: Annotated[
        list[str] | None, Option("--outcome", metavar="NAME", help="Rank by this outcome.", show_default="each loss")
    ] = None,
    keep: Annotated[
        list[str] | None, Option("--keep", metavar="OUTCOME=LEVEL", help="Count worlds that stay within this.")
    ] = None,
    start: Starts = None,
    trials: Annotated[int, Option(metavar="N", min=200, help="Trials for each policy and worldview.")] = 20_000,
    lucks: Annotated[int, Option(metavar="N", min=2, help="Lucks in each world.")] = 20,
    out: Annotated[Path, Option(metavar="DIR", help="Folder for tables and figures.")] = Path("out/robust"),
    experiment: Source = "debate",
    set_: Changes = None,
    seed: Seed = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
) -> None:
    """Which policy would one regret least when unsure who is right, and what matters?

    Ranks all policies by expected loss, regret, worst cases and thresholds, at each set of values, and draws a map of
    the best policy over two things nobody knows: who is right, and whose values count. An interrupted command goes
    on where it stopped.
    """
    if folder and (set_ or seed is not None):
        exit_with("--set and --seed change what is played; with a folder nothing is: leave one of them out", BAD_INPUT)
    limits = dict(map(_limit, keep or ()))
    with playing(context) as answer:
        from analysis.figures import robust_figure, robust_map_figure
        from analysis.questions import designs
        from analysis.questions import robust as robust_
        from sim.results import store

        if folder:
            result = store.load_folder(folder)
        else:
            exp = load(experiment, set_, start, seed)
            exp = exp if start else replace(exp, starts=exp.starts[-1:])
            robust_.ranked_by(exp, outcome, limits)  # before anything is played
            result = robust_.played(exp, trials, lucks, folder=out, workers=workers, progress=answer.progress)
        names = start or [result.experiment.starts[-1].name]
        found = [robust_.robust(result, outcome, name, limits) for name in names]
        answer.write("robust", [one.table for one in found])
        answer.write("robust_ranks", [one.ranks for one in found])
        answer.write("robust_map", [one.map for one in found])
        for one in found:
            for name in dict.fromkeys((*one.names, *limits)):
                print_findings(robust_figure.write_heading(one, name), robust_figure.describe_robust(one, name))
            if len(one.map):
                print_findings("Who is right, and whose values count:", robust_map_figure.describe_robust_map(one))
        drawn = [] if no_figures else [robust_map_figure.draw_robust_map(one) for one in found]
        drawn += [] if no_figures else [robust_figure.draw_robust(one, name) for one in found for name in one.names]
        answer.finish(
            [figure for figure in drawn if figure], designs.robust(found, limits), (folder or out / "run", result)
        )


def _limit(text: str) -> tuple[str, float]:
    """An outcome and its threshold, of a text such as use_of_force=0.25."""
    name, _, level = text.partition("=")
    try:
        found = float(level)
    except ValueError:
        found = float("nan")
    if not name or found != found or abs(found) == float("inf"):
        exit_with(f"--keep {text}: must be an outcome and a number, as in use_of_force=0.25", BAD_INPUT)
    return name, found
