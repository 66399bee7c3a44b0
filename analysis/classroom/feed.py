"""Streams of server-sent events that show a state, again whenever it has changed.

A browser opens such a stream again by itself, for example after a phone has slept. Each message is all that its reader
may see, so nothing is lost with a message that was missed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

BEAT_S = 15.0  # between signs of life, so that nothing on the way takes the connection for dead
GATHER_S = 0.1  # changes that come together make one message


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
        """Give what `view` returns, and again when that has changed, until the feed is closed."""
        sent = None
        yield "retry: 1000\n\n"  # milliseconds until the browser opens a broken stream again
        while not self.is_closed:
            changed, text = self._changed, json.dumps(view(), separators=(",", ":"))
            if text != sent:
                yield f"data: {text}\n\n"
                sent = text
            try:
                await asyncio.wait_for(changed.wait(), BEAT_S)
            except TimeoutError:
                yield ":\n\n"
            else:
                await asyncio.sleep(0 if self.is_closed else GATHER_S)
        yield "event: closed\ndata: {}\n\n"
