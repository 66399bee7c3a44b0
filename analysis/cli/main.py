"""The `strait` command: the table of its command words, and what stands before them."""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Callable, Mapping
from functools import partial
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer import Option
from typer.core import TyperGroup

from analysis.cli.backtest import backtest
from analysis.cli.bench import bench
from analysis.cli.check import check
from analysis.cli.cite import cite
from analysis.cli.claims import claims
from analysis.cli.classroom import classroom
from analysis.cli.compare import compare
from analysis.cli.crossover import crossover
from analysis.cli.discover import discover
from analysis.cli.effort import effort
from analysis.cli.explain import explain
from analysis.cli.export import export
from analysis.cli.flip import flip
from analysis.cli.init import init
from analysis.cli.list import list_names
from analysis.cli.mechanisms import mechanisms
from analysis.cli.merge import merge
from analysis.cli.methods import methods
from analysis.cli.options_command import count_options
from analysis.cli.page import page
from analysis.cli.rerun import rerun
from analysis.cli.robust import robust
from analysis.cli.run import run
from analysis.cli.sensitivity import sensitivity
from analysis.cli.sheet import sheet
from analysis.cli.story import story
from analysis.cli.summarise import summarise
from analysis.cli.validate import validate
from analysis.cli.variance import variance
from analysis.cli.worth import worth

Command = tuple[Callable[..., None], str]  # the function, and an example or two for its help

GROUPS: Mapping[str, Mapping[str, Command]] = {
    "Play": {
        "run": (run, "strait run --trials 500 --set us_intervenes_prob=0.4 --out out/chance"),
        "summarise": (summarise, "strait summarise out/debate"),
        "rerun": (rerun, "strait rerun out/debate"),
        "merge": (merge, "strait merge out/debate-parts --out out/debate"),
        "check": (check, "strait check my_debate.yaml policies/mine.yaml"),
        "init": (init, "strait init my_scenarios"),
    },
    "Questions": {
        "claims": (claims, "strait claims --contrast ties_added --outcome use_of_force"),
        "crossover": (crossover, "strait crossover    strait crossover --claim N18 --claim S12 --map"),
        "flip": (flip, "strait flip --worldview newsham --outcome use_of_force"),
        "sensitivity": (sensitivity, "strait sensitivity    strait sensitivity --over parameters"),
        "variance": (variance, "strait variance    strait variance out/debate"),
        "discover": (discover, "strait discover --contrast ties_alone --outcome use_of_force"),
        "robust": (robust, "strait robust    strait robust out/debate --keep use_of_force=0.25"),
        "worth": (worth, "strait worth    strait worth --policy both --policy interoperability"),
        "mechanisms": (mechanisms, "strait mechanisms    strait mechanisms --outcome japan_struck"),
        "story": (story, "strait story    strait story out/debate --provoked --figure story.png"),
        "options": (count_options, "strait options --worldview neutral --trials 20 --out options.csv"),
        "effort": (effort, "strait effort --start 2026 --out effort.csv"),
    },
    "Evidence": {
        "explain": (explain, "strait explain N1    strait explain blockade"),
        "compare": (compare, "strait compare newsham self    strait compare direct_ties both --all"),
        "list": (list_names, "strait list    strait list levers"),
        "validate": (validate, "strait validate --trials 1000"),
        "backtest": (backtest, "strait backtest    strait backtest --episodes my_episodes.yaml --out out/mine"),
    },
    "Write": {
        "class": (classroom, "strait class --host 0.0.0.0    strait class my_debate.yaml --seats 30"),
        "page": (page, "strait page debate.html    strait page my_debate.yaml class.html"),
        "export": (export, "strait export out/debate --dta --table trials"),
        "cite": (cite, "strait cite N12    strait cite us_intervenes_prob --bibtex >> refs.bib"),
        "sheet": (sheet, "strait sheet out/debate    strait sheet out/debate --out ex3.html"),
        "methods": (methods, "strait methods out/debate    strait methods out/claims"),
    },
    "Maintain": {
        "bench": (bench, "strait bench --json"),
    },
}


def rewrapped(help_text: str) -> str:
    """Return a docstring with each paragraph on one line, so that the terminal wraps it; lists stay as they are.

    >>> rewrapped("One sentence that\\ngoes on.\\n\\na=1  a list\\nb=2  of two")
    'One sentence that goes on.\\n\\na=1  a list\\nb=2  of two'
    """
    paragraphs = inspect.cleandoc(help_text).split("\n\n")
    return "\n\n".join(text if "  " in text else text.replace("\n", " ") for text in paragraphs)


def _print_versions(wanted: bool) -> None:
    if wanted:
        import platform

        from sim.results.manifest import DISTRIBUTIONS, installed_version

        lines = [f"strait {installed_version(DISTRIBUTIONS[0])}", f"Python {platform.python_version()}"]
        lines += [f"{name} {installed_version(name)}" for name in sorted(DISTRIBUTIONS[1:])]
        typer.echo("\n".join(lines))
        raise typer.Exit


def strait(
    version: Annotated[
        bool,
        Option("--version", callback=_print_versions, is_eager=True, help="Show versions and exit."),
    ] = False,
) -> None:
    """Should Japan deepen its defence ties with Taiwan?

    Strait plays policies under worldviews, many times over, and shows which belief decides which policy is better. It
    shows what follows from each set of beliefs. It does not predict.
    """


class _Words(TyperGroup):
    """Remembers the words of a command while it runs, for the manifests of what it writes."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words, as every command does."""
        from sim.results import command_line

        before = command_line.WORDS.set(("strait", *args))
        ctx.call_on_close(partial(command_line.WORDS.reset, before))
        return super().parse_args(ctx, args)


def assembled() -> typer.Typer:
    """Return the command with all its command words, grouped as in `GROUPS`."""
    settings: dict[str, Any] = {"context_settings": {"help_option_names": ["-h", "--help"]}}
    made = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich", **settings)
    text = rewrapped(strait.__doc__ or "")
    made.callback(cls=_Words, help=text, epilog="Start with:  strait run --trials 500 --out out/first")(strait)
    for group, commands in GROUPS.items():
        for word, (function, example) in commands.items():
            text = rewrapped(function.__doc__ or "")
            made.command(word, rich_help_panel=group, help=text, epilog=f"Example:  {example}")(function)
    return made


app = assembled()


def main() -> None:
    """Run the command; a character that a console cannot print is replaced, never an error."""
    gc.set_threshold(100_000)  # searching for garbage while libraries are loaded takes a third of a second
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
