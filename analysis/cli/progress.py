"""Progress of a run: a bar with rate and time left on a terminal, and a line every ten seconds elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from analysis.cli import STOPPED, exit_with, interrupt

if TYPE_CHECKING:
    from rich.console import Console

Update = Callable[[int, int], None]  # trials done and trials to do, over all cells

LINE_INTERVAL_S = 10.0  # seconds between two lines where there is no terminal


@contextmanager
def stoppable(stopped: str, things: str = "trials", *, plays: bool = True) -> Iterator[Update]:
    """Show progress; at Ctrl-C end within a second, with this message and exit code 130."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    try:
        with interrupt.stop_promptly(stopped, STOPPED), shown(console, things, plays=plays) as update:
            yield update
    except KeyboardInterrupt:
        exit_with(stopped, STOPPED)


@contextmanager
def shown(console: Console, things: str = "trials", *, plays: bool = True) -> Iterator[Update]:
    """Explain the wait before the first trials, if any are played, and yield the function that reports progress."""
    from sim.model import compiled

    if plays and not compiled.is_compiled():
        console.print(compiled.PLAINLY)
    if console.is_terminal:
        with _bar(console, things) as update:
            yield update
    else:
        yield _lines(console, things)


@contextmanager
def _bar(console: Console, things: str) -> Iterator[Update]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = BarColumn(), MofNCompleteColumn(), TextColumn(f"{things}{{task.fields[rate]}}"), TimeRemainingColumn()
    with Progress(*columns, TextColumn("left"), console=console, transient=True) as bar:
        task = bar.add_task("", total=None, rate="")

        def update(done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=total, rate=f", {speed:,.0f} a second" if speed else "")

        yield update


def _lines(console: Console, things: str) -> Update:
    """Count from the first trials that are done: a first compile comes before them."""
    began = printed = 0.0
    first = 0

    def update(done: int, total: int) -> None:
        nonlocal began, printed, first
        now = time.monotonic()
        if not began:
            began, printed, first = now, now, done
        elif done < total and now - printed >= LINE_INTERVAL_S:
            printed, rate = now, (done - first) / (now - began)
            pace = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
            console.print(f"{done:,} of {total:,} {things}, {pace} a second, {(total - done) / rate:,.0f} s left")

    return update
