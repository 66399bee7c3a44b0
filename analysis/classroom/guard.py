"""What stands before every request: whose page it comes from, how long it may be; and headers for all responses."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analysis.classroom.room import RefusalError

LARGEST_BODY = 8192
BODY_S = 10.0  # for a body to arrive
HOST = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9][a-z0-9._-]*))(?::[0-9]{1,5})?", re.ASCII)
"""A Host header: an address in brackets, or a name, and a port."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Refuses what no page of this room sends, and adds the headers that every response has.

    A request must name the computer by its address, by `localhost` or by a `.local` name. So a page of the web that
    gives its own name to this computer's address is refused. What changes anything must come from a page of the room.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        host = headers.get("host", "")
        origins = (None, f"http://{host}") if scope["method"] == "GET" else (f"http://{host}",)
        is_own = is_own_name(host) and headers.get("origin") in origins
        refusal = PlainTextResponse("Open the page by the address on the instructor's screen.", 403)
        await (self.app if is_own else refusal)(scope, receive, send_with_headers)


def is_own_name(host: str) -> bool:
    """Whether a Host header is an address, `localhost` or a name that only a local network gives.

    >>> [is_own_name(host) for host in ("127.0.0.1:8765", "[::1]:80", "mac.local", "localhost:1", "evil.org", "[::1")]
    [True, True, True, True, False, False]
    """
    parts = HOST.fullmatch(host.lower())
    if not parts:
        return False
    name = parts["name"]
    if name and (name == "localhost" or name.endswith(".local")):
        return True
    try:
        ipaddress.IPv4Address(name) if name else ipaddress.IPv6Address(parts["six"])
    except ValueError:
        return False
    return True


async def read_json(request: Request) -> Any:
    """Read a body: JSON, short, and soon. Raises RefusalError else."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise RefusalError(415, "Send JSON.")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise RefusalError(413, f"Send at most {LARGEST_BODY} bytes.")
    except (TimeoutError, ClientDisconnect) as error:
        raise RefusalError(408, "The message did not arrive whole.") from error
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise RefusalError(400, "This is not JSON.") from error
