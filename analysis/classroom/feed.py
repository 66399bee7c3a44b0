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
STREAMS = 3  # that one reader may have at a time, for tabs: one more ends the oldest, whose phone may be long gone
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

    async def follow(self, view: Callable[[], dict[str, Any]], streams: list[object]) -> AsyncIterator[str]:
        """Give what `view` returns, and again when that has changed, until the feed is closed.

        The first change after a rest is sent at once.

        Parameters
        ----------
        view
            What the reader may see now.
        streams
            The reader's open streams, from the oldest on. This one is among them until it ends.
        """
        own = object()
        streams.append(own)
        self.publish()
        try:
            async for text in self._follow(view, lambda: self.is_closed or own not in streams[-STREAMS:]):
                yield text
            yield f"event: {'closed' if self.is_closed else 'elsewhere'}\ndata: {{}}\n\n"
        finally:
            streams.remove(own)
            self.publish()

    async def _follow(self, view: Callable[[], dict[str, Any]], is_over: Callable[[], bool]) -> AsyncIterator[str]:
        sent, sent_at = None, -math.inf
        yield "retry: 1000\n\n"  # milliseconds until the browser opens a broken stream again
        while not is_over():
            changed, text = self._changed, json.dumps(view(), separators=(",", ":"))
            if text != sent:
                yield f"data: {text}\n\n"
                sent, sent_at = text, time.monotonic()
            try:
                await asyncio.wait_for(changed.wait(), BEAT_S)
            except TimeoutError:
                yield ":\n\n"
            else:
                await asyncio.sleep(0 if is_over() else max(0, sent_at + GATHER_S - time.monotonic()))
