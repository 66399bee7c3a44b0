"""`strait claims`, `strait crossover` and `strait flip`: which belief decides which policy is better."""

from __future__ import annotations

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
    Trials,
    Workers,
    heading,
    load,
    playing,
)


def claims(
    context: Context,
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
    with playing(context) as answer:
        from analysis.figures import claims_figure
        from analysis.questions import claims as claims_
        from analysis.questions import designs

        exp = load(experiment, set_, start, seed)
        names = start or [exp.starts[-1].name]
        found = [
            claims_.claims(
                exp, contrast, outcome, name, trials=trials, folder=out, workers=workers, progress=answer.progress
            )
            for name in names
        ]
        answer.write("claims", [one.table for one in found])
        for name in ("details", "ends", "pairs"):
            answer.write(f"claims_{name}", [getattr(one, name) for one in found])
        pairs = [(one, name) for one in found for name in one.game.asked.outcomes]
        for one, name in pairs:
            print_findings(heading(one.game.asked, name), claims_figure.describe_claims(one, name))
        drawn = [] if no_figures else [claims_figure.draw_claims(one, name) for one, name in pairs]
        answer.finish(drawn, designs.claims(found))


def crossover(
    context: Context,
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
        exit_with("--map: name two claims, as in strait crossover N18 S12 --map", BAD_INPUT)
    with playing(context) as answer:
        from analysis.figures import crossover_figure
        from analysis.questions import crossover as crossover_
        from analysis.questions import crossover_map, designs
        from analysis.questions.coalitions import stakes

        exp = load(experiment, set_, start, seed)
        names, outcomes = start or [exp.starts[-1].name], outcome or stakes(exp)
        if map_ and claim:
            maps = [
                crossover_map.mapped(
                    exp, contrast, (claim[0], claim[1]), one, name, worldview,
                    trials=trials, folder=out, workers=workers, progress=answer.progress,
                )
                for name in names for one in outcomes
            ]  # fmt: skip
            answer.write("crossover_map", [one.table for one in maps])
            for place in maps:
                print_findings(heading(place.asked, place.asked.outcomes[0]), crossover_map.lines(place))
            drawn = [] if no_figures else [crossover_map.figure(one) for one in maps]
            answer.finish(drawn, designs.crossover_map(maps))
            return
        found = [
            crossover_.crossover(
                exp, contrast, claim or (), outcomes, name, worldview,
                trials=trials, folder=out, workers=workers, progress=answer.progress,
            )
            for name in names
        ]  # fmt: skip
        answer.write("crossover", [one.table for one in found])
        answer.write("crossover_numbers", [one.numbers for one in found])
        answer.write("crossover_curves", [one.curves for one in found])
        pairs = [(one, name) for one in found for name in one.asked.outcomes]
        for one, name in pairs:
            print_findings(heading(one.asked, name), crossover_figure.describe_crossover(one, name))
        drawn = [] if no_figures else [crossover_figure.draw_crossover(one, name) for one, name in pairs]
        answer.finish(drawn, designs.crossover(found))


def flip(
    context: Context,
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
    with playing(context) as answer:
        from analysis.figures import flip_figure
        from analysis.questions import designs
        from analysis.questions import flip as flip_
        from analysis.questions.coalitions import stakes

        exp = load(experiment, set_, start, seed)
        views = worldview or [view.name for view in exp.worldviews]
        found = [
            flip_.flip(
                exp, contrast, one, name, view, trials=trials, folder=out, workers=workers, progress=answer.progress
            )
            for name in start or [exp.starts[-1].name] for one in outcome or stakes(exp)[:1] for view in views
        ]  # fmt: skip
        answer.write("flip", [one.table for one in found])
        for one in found:
            print_findings(heading(one.asked, one.asked.outcomes[0]), flip_figure.describe_flip(one))
        answer.finish([] if no_figures else [flip_figure.draw_flip(one) for one in found], designs.flip(found))
