"""What the question commands share: they load, play, write tables, draw, and finish with the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Context

from analysis.cli import BAD_INPUT, CAVEAT, exit_with, print_findings, readable_errors
from analysis.cli.options import DEBATE, load_experiment

if TYPE_CHECKING:
    from analysis.figures.figure_layout import CaptionedFigure
    from analysis.questions.finding import Finding
    from analysis.questions.work import Work
    from sim.engine.question import Question
    from sim.results.result import Result
    from sim.scenario.experiment import Experiment

STOPPED = "Stopped. Finished pieces are saved, and the same command continues."
PLAYED_BY_THE_RUN = ("set_", "seed", "lucks")  # options that a finished run has settled
ExperimentOrRun = Annotated[
    str,
    Argument(metavar="[EXPERIMENT]", help="debate, your experiment's file, or the folder of a finished run."),
]


@dataclass(frozen=True)
class Section:
    """One part of what a finding shows: a heading, its lines, and how its figure is drawn, if it has one."""

    heading: str
    lines: list[str]
    draw: Callable[[], CaptionedFigure | None] | None


@dataclass
class Command:
    """A question command as it was typed.

    `options` are all of them by the names of the function's parameters; those left out have their defaults. `run` is
    the finished run that is read, with its folder, if there is one.
    """

    word: str
    options: Mapping[str, Any]
    work: Work
    run: tuple[Path, Result] | None = None

    def read_run(self) -> None:
        """Load the finished run, if the first argument is its folder."""
        from sim.results.store import load_folder

        folder = Path(self.options["experiment"])
        if folder.is_dir():
            if settled := [name for name in PLAYED_BY_THE_RUN if self.options.get(name) not in (None, [], ())]:
                names = ", ".join("--" + name.rstrip("_") for name in settled)
                exit_with(f"{folder} is a finished run, which is read as it is; leave out {names}", BAD_INPUT)
            self.run = folder, load_folder(folder)

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment, loaded."""
        options = self.options
        self._reject_claims([options["experiment"], *(options.get("words") or ())])
        names = {"set_": options["set_"], "start": options["start"], "seed": options["seed"]}
        return load_experiment(options["experiment"], **names)

    def _reject_claims(self, words: list[str]) -> None:
        """Reject claims, and anything else besides one experiment, typed as arguments."""
        from sim.scenario import loader

        claims = [] if Path(words[0]).exists() else loader.load(DEBATE).catalogue.claims
        typed = [word for word in words if word in claims]
        if typed:
            hint = "; write " + " ".join(f"--claim {name}" for name in typed) if "claim" in self.options else ""
            exit_with(f"{typed[0]} is a claim, not an experiment{hint}", BAD_INPUT)
        if len(words) > 1:
            exit_with(f"name one experiment, got {' '.join(words)}", BAD_INPUT)

    def questions(
        self,
        outcomes: Callable[[Experiment], list[str]],
        *,
        each_outcome: bool = False,
        worldviews: Iterable[str | None] | None = None,
        **more: Any,
    ) -> list[Question]:
        """Make the questions: one for each start, and where it is wanted for each outcome and worldview.

        Parameters
        ----------
        outcomes
            Names those that are taken without `--outcome`.
        worldviews
            By default that of `--worldview`, or the most neutral.
        more
            As `Question.of` takes it.
        """
        from sim.engine.question import Question

        exp = self.run[1].experiment if self.run else self.experiment
        names = self.options["outcome"] or outcomes(exp)
        return [
            Question.of(exp, contrast=self.options["contrast"], outcomes=chosen, start=start, worldview=view, **more)
            for start in self.options["start"] or [exp.starts[-1].name]
            for chosen in ([[name] for name in names] if each_outcome else [names])
            for view in ([self.options.get("worldview")] if worldviews is None else worldviews)
        ]


def answer(
    context: Context,
    play: Callable[[Command], Sequence[Finding]],
    show: Callable[[Any], Iterable[Section]],
    *,
    reads_run: bool = False,
) -> None:
    """Run a question command from its options to the manifest of its folder.

    Parameters
    ----------
    context
        Of the command, with all its options; `out`, `workers` and `no_figures` are used here.
    play
        Returns the findings, which differ in start, outcomes or worldview.
    show
        Returns the sections of one finding.
    reads_run
        Whether the first argument may be the folder of a finished run.
    """
    with readable_errors():
        from analysis.cli import progress
        from analysis.questions import finding, work
        from sim.errors import FolderError, QuestionError
        from sim.results import manifest

        names = [str(option.name) for option in context.command.params if option.name in context.params]
        options = {name: context.params[name] for name in names}
        folder, word, started = Path(options["out"]), str(context.info_name), manifest.utc_now()
        try:
            with work.locked_folder(folder), progress.stoppable(STOPPED) as update:
                command = Command(word, options, work.Work(folder, options["workers"], update))
                if reads_run:
                    command.read_run()
                findings = play(command)
                before = finding.remove_manifest(folder)
                written = _write_tables(folder, findings)
                sections = [section for one in findings for section in show(one)]
                for section in sections:
                    print_findings(section.heading, section.lines)
                if not options["no_figures"]:
                    written += _draw(folder, sections)
                options.pop("words", None)
                described = finding.describe(word, options, findings, command.run)
                note = finding.write_manifest(folder, described | {"started": started, "written": written}, before)
        except (QuestionError, FolderError) as error:
            exit_with(str(error), BAD_INPUT)
        if note:
            typer.echo(note, err=True)
        typer.echo(f"Tables and figures: {folder}\n{CAVEAT}")


def _write_tables(folder: Path, findings: Sequence[Finding]) -> list[str]:
    """Write the tables of all findings as CSV files, each completely or not at all."""
    import pandas as pd

    from sim.results import disk

    for name in findings[0].tables:
        text = pd.concat([one.tables[name] for one in findings], ignore_index=True).to_csv(
            index=False, lineterminator="\n"
        )
        disk.save(folder / f"{name}.csv", text.encode())
    return [f"{name}.csv" for name in findings[0].tables]


def _draw(folder: Path, sections: list[Section]) -> list[str]:
    from analysis.figures.figure_layout import save_figure

    (folder / "figures").mkdir(exist_ok=True)
    drawn = [figure for section in sections if section.draw and (figure := section.draw())]
    paths = [path for figure in drawn for path in save_figure(figure, folder / "figures")]
    return [path.relative_to(folder).as_posix() for path in paths]


def sections_by_outcome(
    describe: Callable[[Any, str], list[str]], draw: Callable[[Any, str], CaptionedFigure | None]
) -> Callable[[Any], Iterator[Section]]:
    """Show a finding with a section for each of its outcomes."""

    def show(found: Finding) -> Iterator[Section]:
        for name in found.question.outcomes:
            yield Section(heading_of(found.question, name), describe(found, name), partial(draw, found, name))

    return show


def one_section(
    describe: Callable[[Any], list[str]], draw: Callable[[Any], CaptionedFigure]
) -> Callable[[Any], Iterator[Section]]:
    """Show a finding about one outcome."""

    def show(found: Finding) -> Iterator[Section]:
        question = found.question
        yield Section(heading_of(question, question.outcomes[0]), describe(found), partial(draw, found))

    return show


def heading_of(question: Question, outcome: str) -> str:
    """Return the heading over the lines on one outcome."""
    return f"From {question.start.title}, {question.experiment.catalogue.outcomes[outcome].label}:"
