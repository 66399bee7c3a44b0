"""The commands of `strait`, one module for each command word; main.py lists them all.

Heavy libraries are imported inside the commands, so that help and checks start at once.
Exit codes: 0 success, 1 a run that failed, 2 bad input, 130 stopped by the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

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


def print_findings(heading: str, lines: Iterator[str] | list[str]) -> None:
    """Print a heading in bold and its lines as a list."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(heading, style="bold"))
    for line in lines:
        console.print(Text(f"- {line}"), soft_wrap=not console.is_terminal)
