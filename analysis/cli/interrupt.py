"""Ctrl-C ends a run within a second, whatever is under way: all that is kept is whole at any moment."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

GRACE_S = 0.7  # for blocks under way to end; a compile may take far longer, and is then left


@contextmanager
def soon(message: str, code: int) -> Iterator[None]:
    """Raise KeyboardInterrupt at Ctrl-C, and if that has not led out in time, say this and end the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    timer = threading.Timer(GRACE_S, _end, (message, code))
    timer.daemon = True

    def interrupted(*_: object) -> NoReturn:
        if timer.ident is None:
            timer.start()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


def _end(message: str, code: int) -> None:
    shown = "\x1b[?25h" if sys.stderr.isatty() else ""  # a progress bar hides the cursor
    print(f"{shown}\n{message}", file=sys.stderr, flush=True)
    os._exit(code)
