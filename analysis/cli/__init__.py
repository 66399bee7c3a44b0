"""The commands of `strait`, one module for each command word; main.py lists them all.

Heavy libraries are imported inside the commands, so that help and checks start at once.
Exit codes: 0 success, 1 a run that failed, 2 bad input, 130 stopped by the user.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    import pandas as pd

    from analysis.figures.figure_layout import CaptionedFigure

FAILED, BAD_INPUT, STOPPED = 1, 2, 130
CAVEAT = "It shows what follows from each set of beliefs. It does not predict."


@contextmanager
def readable_errors() -> Iterator[None]:
    """Print an error that the user can correct, without a traceback, and end with its exit code."""
    from sim.errors import ClusterLostError, StraitError

    try:
        yield
    except ClusterLostError as error:
        exit_with(f"{error} Finished trials are saved, and the same command continues.", FAILED)
    except StraitError as error:
        exit_with(str(error), BAD_INPUT)
    except BrokenPipeError:  # the reader of the output has gone, as in `strait list | head`
        raise
    except OSError as error:
        exit_with(f"The operating system reports: {error}", FAILED)
    except KeyboardInterrupt:
        exit_with("Stopped.", STOPPED)


def exit_with(message: str, code: int) -> NoReturn:
    """Print a message on the error stream and end with this exit code."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def refuse_other_page(path: Path, generator: str, command: str) -> None:
    """Exit with an error if a file exists and is no page of this command, which `generator` marks."""
    if path.is_dir() or (path.exists() and generator.encode() not in path.read_bytes()):
        exit_with(f"{path} exists, and {command} did not write it; give another name", BAD_INPUT)


def save_figures(figures: Iterable[CaptionedFigure], folder: Path) -> list[Path]:
    """Save figures into a folder, as PNG and SVG. Say once which signs no font of this computer has."""
    from analysis.figures.figure_layout import save_figure

    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    missing: set[str] = set()
    for figure in figures:
        paths += save_figure(figure, folder)
        missing |= {*figure.missing_signs}
    if missing:
        signs = "".join(sorted(missing)[:10]) + "…" * (len(missing) > 10)
        typer.echo(f"No font of this computer has {signs}, so figures show boxes. Install Noto Sans CJK.", err=True)
    return paths


def show(*shown: object) -> None:
    """Print texts and tables of rich, without colours that nobody chose."""
    from rich.console import Console

    Console(highlight=False).print(*shown)


def show_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table with a head."""
    from rich.table import Table

    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    show(table)


def print_findings(heading: str, lines: Iterable[str], table: pd.DataFrame | None = None) -> None:
    """Print a heading in bold, a table if there is one, and the lines as a list."""
    from rich.text import Text

    show(Text(heading, style="bold"))
    if table is not None:
        show_table(["", *map(str, table.columns)], (map(str, row) for row in table.itertuples()))
    print_lines(lines)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines as a list, wrapped only on a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        console.print(Text(f"- {line}"), soft_wrap=not console.is_terminal)
