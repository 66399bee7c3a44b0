"""Streams of server-sent events that show a state, again whenever it has changed.

A browser opens such a stream again by itself, for example after a phone has slept. Each message is all that its reader
may see, so nothing is lost with a message that was missed.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

BEAT_S = 15.0  # between signs of life, so that nothing on the way takes the connection for dead
GATHER_S = 0.1  # between messages: changes that come sooner make one


class Feed:
    """Wakes all streams when the state may have changed."""

    def __init__(self) -> None:
        self._changed, self.is_closed = asyncio.Event(), False

    def publish(self) -> None:
        """Wake all streams."""
        self._changed.set()
        self._changed = asyncio.Event()

    def close(self) -> None:
        """End all streams with an event `closed`."""
        self.is_closed = True
        self.publish()

    async def follow(self, view: Callable[[], dict[str, Any]]) -> AsyncIterator[str]:
        """Give what `view` returns, and again when that has changed, until the feed is closed.

        The first change after a rest is sent at once.
        """
        sent, sent_at = None, -math.inf
        yield "retry: 1000\n\n"  # milliseconds until the browser opens a broken stream again
        while not self.is_closed:
            changed, text = self._changed, json.dumps(view(), separators=(",", ":"))
            if text != sent:
                yield f"data: {text}\n\n"
                sent, sent_at = text, time.monotonic()
            try:
                await asyncio.wait_for(changed.wait(), BEAT_S)
            except TimeoutError:
                yield ":\n\n"
            else:
                await asyncio.sleep(0 if self.is_closed else max(0, sent_at + GATHER_S - time.monotonic()))
        yield "event: closed\ndata: {}\n\n"
