"""`strait sensitivity` and `strait variance`: what makes the difference vary, and how much of it is luck."""

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
    Workers,
    heading,
    load,
    playing,
)


def sensitivity(
    context: Context,
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    worldview: Annotated[
        str | None, Option(metavar="NAME", help="What holds besides.", show_default="the most neutral")
    ] = None,
    start: Starts = None,
    over: Annotated[str, Option(metavar="KIND", help="dials: the claims'; parameters: every number.")] = "dials",
    trials: Annotated[int, Option(metavar="N", min=20, help="Trials for each policy and row of inputs.")] = 400,
    trajectories: Annotated[int, Option(metavar="N", min=2, help="Of Morris' screening.")] = 24,
    points: Annotated[int, Option(metavar="N", min=8, help="Of Sobol's design: a power of 2.")] = 512,
    heaviest: Annotated[int, Option(metavar="N", min=1, help="Inputs that go from Morris to Sobol.")] = 12,
    out: Annotated[Path, Option(metavar="DIR", help="Folder for tables and figures.")] = Path("out/sensitivity"),
    experiment: Source = "debate",
    set_: Changes = None,
    seed: Seed = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
) -> None:
    """Which beliefs weigh most in the difference between two policies, when all of them are open at once?

    Each belief alone (tornado), all at random (Morris), and the share of the spread that each makes (Sobol), with luck
    kept apart. An interrupted command goes on where it stopped.
    """
    with playing(context) as answer:
        from analysis.figures import sensitivity_figure
        from analysis.questions import designs
        from analysis.questions import sensitivity as sensitivity_

        exp = load(experiment, set_, start, seed)
        found = [
            sensitivity_.sensitivity(
                exp, contrast, outcome, name, worldview, over=over, trials=trials, trajectories=trajectories,
                points=points, heaviest=heaviest, folder=out, workers=workers, progress=answer.progress,
            )
            for name in start or [exp.starts[-1].name]
        ]  # fmt: skip
        answer.write("sensitivity", [one.table for one in found])
        answer.write("sensitivity_convergence", [one.convergence for one in found])
        answer.write("sensitivity_tornado", [one.tornado for one in found])
        pairs = [(one, name) for one in found for name in one.asked.outcomes]
        for one, name in pairs:
            print_findings(heading(one.asked, name), sensitivity_figure.describe_sensitivity(one, name))
        drawn = [] if no_figures else [sensitivity_figure.draw_sensitivity(one, name) for one, name in pairs]
        answer.finish(drawn, designs.sensitivity(found))


def variance(
    context: Context,
    run: Annotated[
        Path | None,
        Argument(metavar="RUN", help="Folder of a run with two lucks a world or more.", show_default="plays anew"),
    ] = None,
    contrast: Contrast = FLAGSHIP,
    outcome: Outcomes = None,
    start: Starts = None,
    trials: Annotated[
        int, Option(metavar="N", min=200, help="Without RUN: trials for each policy and worldview.")
    ] = 20000,
    lucks: Annotated[
        int | None, Option(metavar="N", help="Without RUN: lucks in each world.", show_default="the experiment's, or 2")
    ] = None,
    out: Annotated[Path, Option(metavar="DIR", help="Folder for tables and figures.")] = Path("out/variance"),
    experiment: Source = "debate",
    set_: Changes = None,
    seed: Seed = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
) -> None:
    """How much of the spread of an outcome is luck, and how much is what one believes?

    For each policy's outcome and for the difference between two, under each worldview and over all of them.
    """
    if run is not None and (set_ or lucks or seed is not None):
        exit_with("RUN: a finished run is taken as it is; leave out --set, --seed and --lucks", BAD_INPUT)
    with playing(context) as answer:
        from analysis.figures import variance_figure
        from analysis.questions import designs
        from analysis.questions import variance as variance_

        read = None
        if run is None:
            exp = load(experiment, set_, start, seed)
            found = [
                variance_.variance(
                    exp, contrast, outcome, name, trials=trials, lucks=lucks, folder=out, workers=workers,
                    progress=answer.progress,
                )
                for name in start or [exp.starts[-1].name]
            ]  # fmt: skip
        else:
            from sim.results.store import load_folder

            result = load_folder(run)
            read = run, result
            names = start or [result.experiment.starts[-1].name]
            found = [variance_.of_run(result, contrast, outcome, name) for name in names]
        answer.write("variance", [one.table for one in found])
        for one in found:
            heading_ = f"From {one.asked.start.title}, over all worldviews:"
            print_findings(heading_, variance_figure.describe_variance(one))
        drawn = [] if no_figures else [variance_figure.draw_variance(one) for one in found]
        answer.finish(drawn, designs.variance(found), read)
