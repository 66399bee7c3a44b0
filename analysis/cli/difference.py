"""What the commands on the difference between two policies share: their options, and how they play, tell and write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Context, Option

from analysis.cli import CAVEAT, readable_errors

if TYPE_CHECKING:
    from analysis.figures.figure_layout import CaptionedFigure
    from analysis.questions.designs import Design
    from sim.engine.question import Asked
    from sim.results.result import Result
    from sim.scenario.experiment import Experiment

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


def heading(asked: Asked, outcome: str) -> str:
    return f"From {asked.start.title}, {asked.exp.catalogue.outcomes[outcome].label}:"


def load(
    experiment: str,
    set_: list[str] | None,
    start: list[str] | None,
    seed: int | None,
    worldview: list[str] | None = None,
) -> Experiment:
    from sim.scenario import loader

    return loader.load(experiment, set_=set_ or (), starts=start or (), seed=seed, worldviews=worldview or ())


@dataclass
class Answer:
    """The folder that a command fills: tables, figures, and last of all its manifest."""

    out: Path
    command: str
    options: Mapping[str, Any]
    started: str
    progress: Callable[[int, int], Any]
    written: list[str] = field(default_factory=list)
    before: dict[str, Any] | None = None

    def write(self, name: str, tables: list[Any]) -> None:
        """Write tables as one CSV file, whole or not at all; what said how an earlier answer was made goes first."""
        import pandas as pd

        from analysis.questions import answers
        from sim.results import disk

        if not self.written:
            self.before = answers.withdrawn(self.out)
        text = pd.concat(tables, ignore_index=True).to_csv(index=False, lineterminator="\n")
        disk.save(self.out / f"{name}.csv", text.encode())
        self.written.append(f"{name}.csv")

    def finish(self, drawn: list[CaptionedFigure], design: Design, run: tuple[Path, Result] | None = None) -> None:
        """Save the figures, then the manifest, and say where everything is; `run` is what was read."""
        from analysis.figures import figure_layout
        from analysis.questions import answers

        folder = self.out / "figures"
        folder.mkdir(exist_ok=True)
        for figure in drawn:
            paths = figure_layout.save_figure(figure, folder)
            self.written += [path.relative_to(self.out).as_posix() for path in paths]
        made = answers.made(self.command, self.options, design, run)
        made |= {"started": self.started, "written": self.written}
        if note := answers.keep(self.out, made, self.before):
            typer.echo(note, err=True)
        typer.echo(f"Tables and figures: {self.out}\n{CAVEAT}")


@contextmanager
def playing(context: Context) -> Iterator[Answer]:
    """Hold the folder, show progress, stop at Ctrl-C, and put what a user can mend into words."""
    with readable_errors():
        from analysis.cli import progress
        from analysis.questions import work
        from sim.results import manifest

        stopped = "Stopped; what was played is kept, and the same command goes on from there."
        names = [str(one.name) for one in context.command.params if one.name in context.params]
        options, out = {name: context.params[name] for name in names}, Path(context.params["out"])
        with work.held(out), progress.stoppable(stopped) as update:
            yield Answer(out, str(context.info_name), options, manifest.utc_now(), update)
