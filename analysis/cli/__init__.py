"""The commands of `strait`, one module a group; what all of them share is here.

Heavy libraries are imported inside the commands, so that help and checks answer at once.
Exit codes: 0 well, 1 a run that failed, 2 bad input, 130 stopped by the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

FAILED, BAD_INPUT, STOPPED = 1, 2, 130

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Should Japan deepen its defence ties with Taiwan? Strait plays policies under worldviews, many "
    "times over, and shows which belief decides which policy is better. It generates cases, not a forecast.",
    epilog="Start with:  strait run debate --trials 500",
)


def everything() -> Experiment:
    """The main experiment with every policy, worldview, start and set of values that comes with Strait."""
    from sim.scenario import loader
    from sim.scenario.shipped import shipped

    def names(kind: str) -> list[str]:
        return sorted(path.stem for path in (shipped() / kind).glob("*.yaml"))

    return loader.load(
        "debate",
        policies=names("policies"),
        worldviews=names("worldviews"),
        starts=names("starts"),
        values=names("values"),
    )


@contextmanager
def plain_words() -> Iterator[None]:
    """Print an error that the user can correct, without a traceback, and end with its exit code."""
    from sim.errors import StraitError

    try:
        yield
    except StraitError as error:
        leave(str(error), BAD_INPUT)
    except OSError as error:
        leave(f"This computer refused it: {error}", FAILED)
    except KeyboardInterrupt:
        leave("Stopped.", STOPPED)


def leave(message: str, code: int) -> NoReturn:
    """Say why on the error stream, and end with this exit code."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
