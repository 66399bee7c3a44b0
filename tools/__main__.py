"""Commands of maintainers: python -m tools document, selftest, calibrate, forecasts, page-speed and others."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from analysis.cli import BAD_INPUT, FAILED, exit_with, progress, readable_errors
from sim.scenario.experiment import Experiment

DOCS = Path(__file__).parents[1] / "docs"
STOPPED = "Stopped. Finished parts of a measure are saved; the same command continues from there."

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.command("translations")
def list_untranslated(
    language: Annotated[str | None, typer.Argument(metavar="CODE", help="One language, such as ja; else all.")] = None,
    write: Annotated[
        bool, Option("--write", help="Write the file with all texts, empty where to translate.")
    ] = False,
) -> None:
    """List which texts of the page a language lacks, or translates from English that has changed.

    Until they are translated, the page shows them in English.
    """
    from analysis.page import content, source, translations
    from sim.scenario import loader

    exp = loader.load("debate")
    english = translations.read_english() | translations.translatable(
        content.words(exp, source.read_source("debate", exp))
    )
    for code in [language] if language else translations.languages()[1:]:
        old = sorted(set(english) - set(translations.translate(code, english)))
        typer.echo(f"{code}: {len(old)} of {len(english)} texts to translate")
        if write:
            translations.write_missing(code, english)
        elif language:
            typer.echo("\n".join(f"  {key}: {english[key]}" for key in old))


@app.command()
def document(
    check: Annotated[
        bool, Option("--check", help="Change nothing; exit code 1 if a page or a measure is out of date.")
    ] = False,
    measure: Annotated[
        list[str] | None, Option(metavar="NAME", help="Make a measure again first: its name, `all` or `old`. Slow.")
    ] = None,
    trials: Annotated[int | None, Option(metavar="N", min=1, help="Trials for each cell, for --measure.")] = None,
    docs: Annotated[Path, Option(metavar="DIR", help="Folder of the pages.")] = DOCS,
) -> None:
    """Bring the tables in docs/ up to date with the model.

    A measure that was stopped continues when the same command is given again.
    """
    with readable_errors():
        from sim.scenario import loader
        from tools import measures, pages

        if not docs.is_dir():
            exit_with(f"{docs} is no folder", BAD_INPUT)
        exp, records = loader.load("debate"), docs / pages.FOLDER
        for name in _wanted(measure or [], exp, records):
            typer.echo(f"Measuring {measures.MEASURES[name].shows}.", err=True)
            start, processor = time.perf_counter(), time.process_time()
            try:
                with progress.stoppable(STOPPED) as update:
                    measures.record(name, exp, records, update, trials)
            except ValueError as error:
                exit_with(str(error), BAD_INPUT)
            seconds, busy = time.perf_counter() - start, time.process_time() - processor
            typer.echo(f"{name}: recorded in {seconds:.0f} s ({busy:.0f} s of processor time)", err=True)
        try:
            texts = {page: text for page, text in pages.generate(exp, docs).items()
                     if page.read_text(encoding="utf-8") != text}  # fmt: skip
        except KeyError as unknown:
            exit_with(f"a page of {docs} names a part {unknown}, which does not exist", BAD_INPUT)
        for page, text in texts.items():
            done = "is out of date; python -m tools document" if check else "brought up to date"
            typer.echo(f"{page.name}: {done}")
            if not check:
                page.write_text(text, encoding="utf-8", newline="\n")
        old = measures.find_stale(exp, records)
        for name, why in old.items():
            typer.echo(f"{name}: {why}; python -m tools document --measure {name}")
        if check and (texts or old):
            raise typer.Exit(FAILED)
        if not texts and not old:
            typer.echo("Nothing to do.")


def _wanted(names: list[str], exp: Experiment, records: Path) -> list[str]:
    """Return the measures to make."""
    from sim.scenario.messages import describe_unknown
    from tools import measures

    known = list(measures.MEASURES)
    for name in names:
        if name not in (*known, "all", "old"):
            exit_with(describe_unknown("measure", name, [*known, "all", "old"]), BAD_INPUT)
    if "all" in names:
        return known
    old = measures.find_stale(exp, records) if "old" in names else {}
    return [name for name in known if name in names or name in old]


@app.command()
def site(
    out: Annotated[Path, Option(metavar="DIR", help="Folder of the site; an earlier site there is replaced.")] = Path(
        "site"
    ),
) -> None:
    """Build the web site: the simulator of the debate and all pages, as static files for any server."""
    with readable_errors():
        from analysis.page import build
        from sim.scenario import loader
        from tools import site as building

        started = time.perf_counter()
        written = building.build_site(DOCS.parent, out, build.build(loader.load("debate"), "debate"))
        size = sum((out / name).stat().st_size for name in written) / 1e6
        seconds = time.perf_counter() - started
        typer.echo(f"{out}: {len(written)} files, {size:.1f} MB, in {seconds:.0f} s. Open {out / 'index.html'}.")


@app.command()
def selftest(
    runs: Annotated[int, Option(metavar="N", min=1, help="Runs of each size.")] = 200,
    worlds: Annotated[list[int] | None, Option(metavar="N", min=1, help="Only runs of so many worlds.")] = None,
    lucks: Annotated[list[int] | None, Option(metavar="N", min=1, help="Only runs with so many lucks.")] = None,
) -> None:
    """Measure how often each interval that Strait prints holds the truth; exit code 1 if one misses its bar.

    Runs are drawn from laws whose truth is known. In full it takes many minutes; fewer runs or sizes take less.
    """
    with readable_errors():
        from tools import selftest as coverage

        with progress.stoppable("Stopped.", "runs") as update:
            found = coverage.measure(
                coverage.laws(), worlds or coverage.WORLDS, lucks or coverage.LUCKS, runs, progress=update
            )
        typer.echo(coverage.describe(found))
        missed = coverage.judge(found)
        for line in coverage.describe_missed(missed):
            typer.echo(line)
        if len(missed):
            raise typer.Exit(FAILED)


@app.command()
def calibrate(
    worlds: Annotated[int, Option(metavar="N", min=1000, help="Worlds to play at the reference.")] = 20_000,
) -> None:
    """Compute the constants that keep base rates true at the reference, beside those in parameters.yaml."""
    with readable_errors():
        from analysis.evidence.calibrate import calibrate as compute
        from sim.scenario import loader

        catalogue = loader.load("debate").catalogue
        reference = loader.load("debate", policies="status_quo", worldviews="neutral", starts=catalogue.reference_start)
        for name, value in compute(reference, worlds).items():
            typer.echo(f"{name}: {value:.4f}   (parameters.yaml has {catalogue.parameters[name].neutral})")


@app.command()
def forecasts(
    date: Annotated[str, Option(metavar="YYYY-MM-DD", help="Date of the register.", show_default="today")] = "",
    docs: Annotated[Path, Option(metavar="DIR", help="Folder of the pages.")] = DOCS,
) -> None:
    """Write the register of forecasts for 2027 from the present model, and its page.

    It takes some seconds. The register closes when 2027 begins: what was forecast by then is scored later.
    """
    with readable_errors():
        from tools import forecasts as registers
        from tools import pages

        made = date or time.strftime("%Y-%m-%d")
        if not registers.is_open(made):
            wanted = f"a day written YYYY-MM-DD, before {registers.YEAR}: then the register is closed and only scored"
            exit_with(f"--date: must be {wanted}; got {made}", BAD_INPUT)
        registers.write(registers.make(made), docs / pages.FOLDER)
        page = docs / "forecasts.md"
        text = pages.fill_register(page.read_text(encoding="utf-8"), docs)
        page.write_text(text, encoding="utf-8", newline="\n")
        typer.echo(f"{registers.FILE} and {page.name}: written")


@app.command("bench-parts")
def bench_parts(
    repeats: Annotated[int, Option(metavar="N", min=5, help="Rounds; each figure is the least of them.")] = 5,
) -> None:
    """Show which part of a trial takes how much time."""
    with readable_errors():
        from dataclasses import replace

        from sim.model import compiled
        from sim.scenario import loader

        if not compiled.is_compiled():
            exit_with(f"{compiled.PLAINLY} There is no kernel to measure.", FAILED)
        from tools import bench_parts as parts

        exp = loader.load("debate", worldviews="neutral")
        for part, share in parts.shares(replace(exp, starts=(exp.reference,)), repeats=repeats).items():
            typer.echo(f"{share:6.1%}  {part}")


@app.command("compare-with-c")
def compare_with_c(
    rounds: Annotated[int, Option(metavar="N", min=5, help="Rounds; each figure is the least of them.")] = 50,
) -> None:
    """Compare our machine code with that of a C compiler, from the same rules with the same exp and log."""
    with readable_errors():
        from dataclasses import replace

        from sim.scenario import loader
        from tools import compare_with_c as comparison

        compiler = comparison.find_compiler()
        if compiler is None:
            exit_with(f"No C compiler is here: install one of {', '.join(comparison.COMPILERS)}.", FAILED)
        exp = loader.load("debate", worldviews="neutral")
        ours, theirs = comparison.compare(replace(exp, starts=(exp.reference,)), compiler, rounds)
        typer.echo(f"{ours:.2f} microseconds a trial; by {compiler} -O3 {theirs:.2f}; ratio {ours / theirs:.3f}")


@app.command("compare-with-javascript")
def compare_with_javascript(
    trials: Annotated[int, Option(metavar="N", min=1, help="Trials for each cell of the debate.")] = 20_000,
) -> None:
    """Compare every recorded number of the debate in JavaScript, under Node, with that of our machine code."""
    with readable_errors():
        import shutil

        from sim.scenario import loader
        from tools.compare_with_javascript import compare_cells

        if shutil.which("node") is None:
            exit_with("Node is not here: install it to run JavaScript.", FAILED)
        cells = []
        for cell in compare_cells(loader.load("debate", trials=trials)):
            cells.append(cell)
            typer.echo(f"{' '.join(cell.cell)}: {cell.different} of {cell.numbers:,} numbers differ", err=True)
        numbers, different = sum(cell.numbers for cell in cells), sum(cell.different for cell in cells)
        javascript = sum(cell.seconds_in_javascript for cell in cells)
        machine_code = sum(cell.seconds_in_machine_code for cell in cells)
        typer.echo(f"{len(cells) * trials:,} trials, {numbers:,} numbers: {different} differ.")
        typer.echo(f"JavaScript took {javascript:.0f} s, machine code {machine_code:.0f} s.")
        if different:
            raise typer.Exit(FAILED)


@app.command("page-speed")
def page_speed(
    moves: Annotated[int, Option(metavar="N", min=2, help="Drags of a slider to time.")] = 20,
) -> None:
    """Time the page in Chromium: from the end of a slider's drag to the painted answer, beside the goals."""
    with readable_errors():
        from tools.page_speed import table

        try:
            typer.echo("\n".join(table(moves)))
        except RuntimeError as error:
            exit_with(str(error), FAILED)


@app.command()
def screenshots(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the pictures go.")],
    language: Annotated[list[str] | None, Option(metavar="CODE", help="A language, such as ja; else all.")] = None,
    size: Annotated[list[str] | None, Option(metavar="NAME", help="A size, such as phone; else all.")] = None,
    theme: Annotated[list[str] | None, Option(metavar="NAME", help="light or dark; else both.")] = None,
    whole: Annotated[bool, Option("--whole", help="Show whole screens, not only what one sees first.")] = False,
) -> None:
    """Take pictures of every screen of the page and of a class, to be looked at after a change."""
    with readable_errors():
        from analysis.page import translations
        from sim.scenario.messages import describe_unknown
        from tools import screenshots as pictures

        wanted = {"language": (language, translations.languages()), "size": (size, list(pictures.SIZES)),
                  "theme": (theme, list(pictures.THEMES))}  # fmt: skip
        for what, (given, known) in wanted.items():
            for name in given or ():
                if name not in known:
                    exit_with(describe_unknown(what, name, known), BAD_INPUT)
        languages, sizes, themes = (given or known for given, known in wanted.values())
        try:
            for path in pictures.take(folder, languages, sizes, themes, whole):
                typer.echo(path)
        except RuntimeError as error:
            exit_with(str(error), FAILED)


@app.command("class-speed")
def class_speed(
    students: Annotated[int, Option(metavar="N", min=1, max=36, help="Pages of students.")] = 30,
    every: Annotated[float, Option(metavar="SECONDS", min=1, help="How often each student moves a slider.")] = 10,
) -> None:
    """Time a class in Chromium: from a student's move to what the instructor sees, and the server's memory."""
    with readable_errors():
        import numpy as np

        from tools.class_speed import measure

        try:
            speed = measure(students, every)
        except RuntimeError as error:
            exit_with(str(error), FAILED)
        for name, delays in (("sums", speed.sums), ("verdict", speed.verdict)):
            median, late = np.percentile(delays, [50, 95])
            typer.echo(f"{name:>8}: {median:5.0f} ms in half of {len(delays)} moves, {late:5.0f} ms in 95 of 100")
        if speed.largest_mb is not None:
            typer.echo(f"  server: {speed.largest_mb:.0f} MB at most")


if __name__ == "__main__":
    app()
