"""How far a run is: a bar with rate and time left on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from sim.model import compiled

Update = Callable[[int, int], None]  # trials done and trials to do, over all cells

COMPILING = "Compiling the rules: once, and after a change to them. It takes a little while."
EVERY_S = 10.0  # seconds between two lines where there is no terminal


@contextmanager
def shown(console: Console, things: str = "trials", *, plays: bool = True) -> Iterator[Update]:
    """Say what keeps the first trials waiting, if it plays any, and give the function to call as things are done."""
    if plays and not compiled.COMPILED:
        console.print(compiled.PLAINLY)
    elif plays and not compiled.kept():
        console.print(COMPILING)
    if console.is_terminal:
        with _bar(console, things) as update:
            yield update
    else:
        yield _lines(console, things)


class _Rate(ProgressColumn):
    """Trials a second, once there is something to go by."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} a second" if task.speed else "")


@contextmanager
def _bar(console: Console, things: str) -> Iterator[Update]:
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(things),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(console: Console, things: str) -> Update:
    """Count from the first trials that are done: a first compile comes before them."""
    began = said = 0.0
    first = 0

    def update(done: int, total: int) -> None:
        nonlocal began, said, first
        now = time.monotonic()
        if not began:
            began, said, first = now, now, done
        elif done < total and now - said >= EVERY_S:
            said, rate = now, (done - first) / (now - began)
            pace = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
            console.print(f"{done:,} of {total:,} {things}, {pace} a second, {(total - done) / rate:,.0f} s left")

    return update
