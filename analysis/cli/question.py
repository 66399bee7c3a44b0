"""What the question commands share: their common options, and one body that loads, plays, writes, draws and records."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_type_hints

import typer
from typer import Argument, Context

from analysis.cli import BAD_INPUT, CAVEAT, exit_with, options, print_findings, readable_errors, save_figures

if TYPE_CHECKING:
    import pandas as pd

    from analysis.figures.figure_layout import CaptionedFigure
    from analysis.questions.finding import Finding
    from analysis.questions.work import Work
    from sim.engine.question import Question
    from sim.results.result import Result
    from sim.scenario.experiment import Experiment

STAKES = "the primary ones, and each author's loss"
LOSSES = "the loss by each set of values"
STOPPED = "Stopped. Finished pieces are saved, and the same command continues."
ExperimentOrRun = Annotated[
    str, Argument(metavar="EXPERIMENT", help="debate, your experiment's file, or the folder of a finished run.")
]


@dataclass(frozen=True)
class Section:
    """One part of what a finding shows: a heading, its table and lines, and how its figure is drawn, if it has one."""

    heading: str
    lines: list[str]
    draw: Callable[[], CaptionedFigure | None] | None = None
    table: pd.DataFrame | None = None


class Report(NamedTuple):
    """The findings of a command, which differ in start, outcomes or worldview; and how one of them is shown."""

    findings: Sequence[Finding]
    show: Callable[[Any], Iterable[Section]]


@dataclass
class Command:
    """A question command as it was typed: all its options by name, how it works, and the run it reads."""

    options: Mapping[str, Any]
    work: Work
    run: tuple[Path, Result] | None = None

    def read_run(self) -> None:
        """Load the finished run, if the first argument is its folder."""
        from sim.results.store import load_folder

        folder = Path(self.options["experiment"])
        if folder.is_dir():
            if settled := [name for name in ("set_", "seed", "lucks") if self.options.get(name) not in (None, [], ())]:
                names = ", ".join("--" + name.rstrip("_") for name in settled)
                exit_with(f"{folder} is a finished run, which is read as it is; leave out {names}", BAD_INPUT)
            self.run = folder, load_folder(folder)

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment, of the run if one is read."""
        if self.run:
            return self.run[1].experiment
        self._reject_other_words()
        chosen = {name: self.options.get(name) for name in ("set_", "policy", "start", "seed")}
        return options.load_experiment(self.options["experiment"], **chosen)

    def _reject_other_words(self) -> None:
        """Reject claims, and anything else besides one experiment, typed as arguments."""
        from sim.scenario import loader

        words = [self.options["experiment"], *(self.options.get("words") or ())]
        claims = {} if Path(words[0]).exists() else loader.load(options.DEBATE).catalogue.claims
        if typed := [word for word in words if word in claims]:
            hint = "; write " + " ".join(f"--claim {name}" for name in typed) if "claim" in self.options else ""
            exit_with(f"{typed[0]} is a claim, not an experiment{hint}", BAD_INPUT)
        if len(words) > 1:
            exit_with(f"name one experiment, got {' '.join(words)}", BAD_INPUT)

    def questions(
        self,
        outcomes: Callable[[Experiment], list[str]],
        *,
        each_outcome: bool = False,
        worldviews: Iterable[str] | None = None,
        lucks: int | None = None,
    ) -> list[Question]:
        """Make a question for each start, and where it is wanted for each outcome and worldview.

        `outcomes` names those that are taken without `--outcome`. Without `worldviews` it is that of `--worldview`, or
        the nearest to the evidence.
        """
        from sim.engine.question import Question, main_contrast

        exp, typed = self.experiment, self.options
        names = typed["outcome"] or outcomes(exp)
        contrast = typed["contrast"] or main_contrast(exp) if "contrast" in typed else None
        return [
            Question.of(exp, contrast=contrast, outcomes=chosen, start=start, worldview=view, lucks=lucks)
            for start in typed["start"] or [exp.starts[-1].name]
            for chosen in ([[name] for name in names] if each_outcome else [names])
            for view in ([typed.get("worldview")] if worldviews is None else worldviews)
        ]


def question_command(
    *, outcomes: str = STAKES, contrast: bool = True, reads_run: bool = False
) -> Callable[[Callable[..., Report]], Callable[..., None]]:
    """Make a command from a function of a `Command` and the options of its own.

    The command takes the common options too: the experiment first, then the function's own, and the rest. `outcomes`
    says in words, for the help, which outcomes are reported without `--outcome`. With
    `reads_run` its first argument may be the folder of a finished run.
    """
    first = {"experiment": (ExperimentOrRun if reads_run else options.Experiment, options.DEBATE)}
    common = {"contrast": (options.Contrast, None)} if contrast else {}

    def decorate(function: Callable[..., Report]) -> Callable[..., None]:
        types = get_type_hints(function, include_extras=True)
        own = {name: (types[name], parameter.default)
               for name, parameter in [*inspect.signature(function).parameters.items()][1:]}  # fmt: skip
        last = {
            "outcome": (options.outcomes_option(outcomes), None), "start": (options.LastStart, None),
            "set_": (options.Set, None),
            "seed": (options.Seed, None), "workers": (options.Workers, None),
            "out": (options.Out, Path("out") / function.__name__), "no_figures": (options.NoFigures, False),
        }  # fmt: skip
        taken = {"context": (Context, inspect.Parameter.empty), **first, **own, **common, **last}

        def command(context: Context, **typed: Any) -> None:
            chosen = {name: typed[name] for name in own}
            _run(str(context.info_name), typed, lambda command: function(command, **chosen), reads_run=reads_run)

        kind = inspect.Parameter.KEYWORD_ONLY
        parameters = [inspect.Parameter(name, kind, default=default, annotation=of)
                      for name, (of, default) in taken.items()]  # fmt: skip
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {name: of for name, (of, _) in taken.items()}
        command.__name__, command.__doc__ = function.__name__, function.__doc__
        return command

    return decorate


def _run(word: str, typed: Mapping[str, Any], play: Callable[[Command], Report], *, reads_run: bool) -> None:
    """Run a question command from its options to the manifest of its folder."""
    with readable_errors():
        from analysis.cli import progress
        from analysis.questions import finding, work
        from sim.errors import FolderError, QuestionError
        from sim.results import manifest

        folder, started = Path(typed["out"]), manifest.utc_now()
        try:
            with work.locked_folder(folder), progress.stoppable(STOPPED) as update:
                command = Command(typed, work.Work(folder, typed["workers"], update))
                if reads_run:
                    command.read_run()
                findings, show = play(command)
                _note_rounding(typed, findings)
                before = finding.remove_manifest(folder)
                written = _write_tables(folder, findings)
                sections = [section for finding in findings for section in show(finding)]
                for section in sections:
                    print_findings(section.heading, section.lines, section.table)
                if not typed["no_figures"]:
                    written += _draw(folder, sections)
                recorded = {name: value for name, value in typed.items() if name != "words"}
                described = finding.describe(word, recorded, findings, command.run)
                note = finding.write_manifest(folder, described | {"started": started, "written": written}, before)
        except (QuestionError, FolderError) as error:
            exit_with(str(error), BAD_INPUT)
        if note:
            typer.echo(note, err=True)
        typer.echo(f"Tables and figures: {folder}\n{CAVEAT}")


def _note_rounding(typed: Mapping[str, Any], findings: Sequence[Finding]) -> None:
    """Say how many trials were played, if more than was typed: intervals need complete blocks."""
    wanted, played = typed.get("trials"), findings[0].trials
    if wanted and wanted < played and not Path(typed["experiment"]).is_dir():  # a finished run has its own number
        typer.echo(f"--trials {wanted:,} was rounded up to complete blocks: {played:,} trials.", err=True)


def _write_tables(folder: Path, findings: Sequence[Finding]) -> list[str]:
    """Write the tables of all findings as CSV files, each completely or not at all."""
    import pandas as pd

    from sim.results import csv_tables, disk

    for name in findings[0].tables:
        table = pd.concat([finding.tables[name] for finding in findings], ignore_index=True)
        disk.save(folder / f"{name}.csv", csv_tables.encode_csv(table.to_csv(index=False, lineterminator="\n")))
    return [f"{name}.csv" for name in findings[0].tables]


def _draw(folder: Path, sections: list[Section]) -> list[str]:
    drawn = (figure for section in sections if section.draw and (figure := section.draw()))
    paths = save_figures(drawn, folder / "figures")
    return [path.relative_to(folder).as_posix() for path in paths]


def sections_by_outcome(
    describe: Callable[[Any, str], list[str]], draw: Callable[[Any, str], CaptionedFigure | None]
) -> Callable[[Any], Iterator[Section]]:
    """Show a finding with a section for each of its outcomes."""

    def show(finding: Finding) -> Iterator[Section]:
        for name in finding.question.outcomes:
            yield Section(heading_of(finding.question, name), describe(finding, name), partial(draw, finding, name))

    return show


def one_section(
    describe: Callable[[Any], list[str]], draw: Callable[[Any], CaptionedFigure]
) -> Callable[[Any], Iterator[Section]]:
    """Show a finding about one outcome."""
    return sections_by_outcome(lambda finding, _: describe(finding), lambda finding, _: draw(finding))


def heading_of(question: Question, outcome: str) -> str:
    """Return the heading over the lines on one outcome: the words of the contrast, the start and the outcome."""
    from analysis.figures.captions import ask, start_clause

    exp = question.experiment
    return ask(question) + f"From {start_clause(exp, question.start)}, {exp.catalogue.outcomes[outcome].label}:"
