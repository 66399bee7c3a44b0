"""`strait story`: one history under two policies, in dated sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from analysis.cli import BAD_INPUT, CAVEAT, exit_with, options, readable_errors

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

SUFFIXES = (".png", ".svg")
FIRST = "the experiment's first contrast"


def story(
    experiment: Annotated[
        str,
        Argument(metavar="EXPERIMENT", help="The folder of a finished run, or an experiment: its name or file."),
    ] = options.DEBATE,
    averted: Annotated[bool, Option("--averted", help="A history in which the policy averts force (default).")] = False,
    provoked: Annotated[bool, Option("--provoked", help="A history in which the policy brings force on.")] = False,
    trial: Annotated[int | None, Option(metavar="N", min=0, help="This trial, whatever happens in it.")] = None,
    policy: Annotated[str | None, options.one_of("policies", "The policy.", FIRST)] = None,
    against: Annotated[str | None, options.one_of("policies", "What it is compared with.", FIRST)] = None,
    worldview: options.Worldview = None,
    start: Annotated[str | None, options.one_of("starts", "From this start.", "the last")] = None,
    as_json: Annotated[bool, Option("--json", help="Print everything as JSON.")] = False,
    figure: Annotated[
        Path | None, Option(metavar="FILE", help="Draw both timelines into a file that ends in .png or .svg.")
    ] = None,
) -> None:
    """Show one history under two policies, with the same world and luck, in dated sentences.

    It says in which month the two part, who decides what on which perception, and what other luck would have done.
    """
    if averted + provoked + (trial is not None) > 1:
        exit_with("choose one of --averted, --provoked and --trial N", BAD_INPUT)
    if figure and figure.suffix.lower() not in SUFFIXES:
        exit_with(f"--figure: the file must end in {' or '.join(SUFFIXES)}; got {figure}", BAD_INPUT)
    with readable_errors():
        from sim.narrative.story import story as find_story
        from sim.results.store import load_folder

        if Path(experiment).is_dir():
            exp = load_folder(experiment).experiment
        else:
            exp = options.load_experiment(experiment)
            exp, policy, against, worldview, start = _add_files(experiment, exp, policy, against, worldview, start)
        history = find_story(
            exp,
            policy=policy,
            against=against,
            worldview=worldview,
            start=start,
            trial=trial,
            kind="provoked" if provoked else "averted",
        )
        if figure:
            from analysis.figures.figure_layout import save_as
            from analysis.figures.story_figure import draw_story

            figure.parent.mkdir(parents=True, exist_ok=True)
            save_as(draw_story(history), figure)
        if as_json:
            typer.echo(json.dumps(history.to_dict(), allow_nan=False, ensure_ascii=False))
            return
        typer.echo(history)
        others = [str(number) for number in history.like_it if number != history.trial][:5]
        if others:
            typer.echo(f"This is trial {history.trial}. Others of its kind: --trial {', --trial '.join(others)}")
        if figure:
            typer.echo(f"Figure: {figure}")
        typer.echo(CAVEAT)


def _add_files(
    experiment: str, exp: Experiment, policy: str | None, against: str | None, worldview: str | None, start: str | None
) -> tuple[Experiment, str | None, str | None, str | None, str | None]:
    """Add to an experiment what is named but not in it, such as a file of a policy; give the names of all four."""
    from sim.scenario import loader

    typed = {"policies": [policy, against], "worldviews": [worldview], "starts": [start]}
    added: dict[str, Any] = {}
    for kind, words in typed.items():
        known = [entry.name for entry in getattr(exp, kind)]
        if new := [word for word in words if word and word not in known]:
            added[kind] = [*known, *dict.fromkeys(new)]
    if not added:
        return exp, policy, against, worldview, start
    exp = loader.load(experiment, **added)
    names = {word: entry.name for kind, words in added.items()
             for word, entry in zip(words, getattr(exp, kind), strict=True)}  # fmt: skip
    given = (names.get(word, word) if word else None for word in (policy, against, worldview, start))
    return (exp, *given)  # type: ignore[return-value]
