"""Ctrl-C ends a run within a second, whatever it is doing. Saved files are complete at any moment."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

GRACE_S = 0.7  # for unfinished blocks to end; compiling may take far longer and is then broken off


@contextmanager
def stop_promptly(message: str, code: int) -> Iterator[None]:
    """Raise KeyboardInterrupt at Ctrl-C; after too long, print the message and end the process."""
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
