"""The network side of `strait class`: the page made in a process of its own, the address, and the server itself."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import logging
import math
import socket
import subprocess
import sys

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from analysis.classroom.server import Classroom, Page
from sim.errors import QuestionError

END_S = 3  # for open connections to end
HEAD_S = 5.0  # for the head of a request to arrive: more than a phone needs, even in a full network
STALL_S = 15.0  # in which who is sent something must read a part of it


def make_pages(name: str) -> tuple[Page, Page]:
    """Make the page at the door and the page of an experiment, in a process whose memory is free again afterwards.

    Raises QuestionError as `analysis.page.build.build` does.
    """
    command = [sys.executable, "-m", "analysis.classroom.pages", name]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise QuestionError((done.stderr.strip().splitlines() or ["the page could not be made"])[-1])
    made = json.loads(done.stdout)
    return Page.of(made["join"]), Page.of(made["page"])


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def reachable_host(host: str) -> str:
    """Return the name that students type for a host: the computer's own address if it is one for all of them."""
    if not _is_address(host) or not ipaddress.ip_address(host).is_unspecified:
        return f"[{host}]" if ":" in host else host
    # Nothing is sent: a datagram socket that is given a target only chooses the address that would be the sender's.
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return "127.0.0.1"


def bind(host: str, port: int) -> socket.socket:
    """Bind the address at once, so that a port that is taken is an error before anything else. Raises OSError."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    bound = socket.socket(family)
    try:
        if sys.platform != "win32":  # there it would let two servers share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(128)  # who comes before the server is ready waits
    except OSError:
        bound.close()
        raise
    return bound


class _Connection(H11Protocol):
    """A connection that is closed if it sends nothing, so that silent ones do not fill the room.

    One address may be a whole class behind one router. So it may hold half of all connections waiting. One more closes
    the oldest of those that sent no complete request yet, or of those that were served, whichever are more.

    A connection ends at once, whatever it has not read: who reads nothing would keep it for ever.
    """

    timer: asyncio.TimerHandle | None = None
    stall: asyncio.TimerHandle | None = None
    begun, unread = 0.0, math.inf

    @property
    def is_idle(self) -> bool:
        """Whether no request is being served."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def is_waiting(self) -> bool:
        """Whether the other side has to send something: a request, or the rest of one."""
        return self.is_idle or self.is_silent

    @property
    def is_silent(self) -> bool:
        """Whether no complete request has come, or only a part of the body."""
        return self.cycle is None or self.cycle.more_body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.begun = self.loop.time()
        self._set_timer()
        self.stall = self.loop.call_later(STALL_S, self._watch)
        of_address = [each for each in self.connections if isinstance(each, _Connection)
                      and each.is_waiting and _host_of(each) == _host_of(self)]  # fmt: skip
        of_address.sort(key=lambda each: each.begun)
        groups = [[each for each in of_address if each.is_silent is is_silent] for is_silent in (True, False)]
        for _ in of_address[(self.limit_concurrency or 2) // 2 :]:
            oldest = max(groups, key=len).pop(0)
            self.connections.discard(oldest)  # counts no more, although the loop notices its end in its next round only
            oldest.transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.is_idle:
            self._unset_timer()
        elif self.timer is None:  # a part of the next request
            self._set_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset_timer()
        if self.stall:
            self.stall.cancel()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        self.transport.abort()

    def shutdown(self) -> None:
        if self.is_waiting:
            self.transport.close()  # nobody waits for the rest of a request
        else:
            super().shutdown()

    def _set_timer(self) -> None:
        self.timer = self.loop.call_later(HEAD_S, self._give_up)

    def _unset_timer(self) -> None:
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def _give_up(self) -> None:
        self.timer = None
        if self.is_idle:
            self.transport.abort()

    def _watch(self) -> None:
        """End the connection if the other side reads nothing of what it is sent."""
        unread = self.transport.get_write_buffer_size() or math.inf
        if self.unread <= unread < math.inf:
            self.transport.abort()
        else:
            self.unread, self.stall = unread, self.loop.call_later(STALL_S, self._watch)


def _host_of(connection: _Connection) -> str:
    return connection.client[0] if connection.client else ""


class _Server(uvicorn.Server):
    """A server whose streams end when it does. It cancels no request, which would print a traceback."""

    classroom: Classroom

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.classroom.feed.close()
        timer = asyncio.get_running_loop().call_later(END_S / 2, self._abort)
        await super().shutdown(sockets)
        timer.cancel()
        self._abort()  # after a second Ctrl-C, some may still be open
        if self.server_state.tasks:
            await asyncio.wait([*self.server_state.tasks], timeout=END_S)

    def _abort(self) -> None:
        """End all connections, whatever they still have to send or to read."""
        for connection in [*self.server_state.connections]:
            if connection.transport:
                connection.transport.abort()


def make_server(classroom: Classroom) -> uvicorn.Server:
    """Return the server of a room; `run(sockets=[...])` serves until Ctrl-C."""
    most = 100 + 4 * classroom.room.seats_most  # a phone's page, stream and answer, and some to spare
    config = uvicorn.Config(
        classroom.app(), log_config=None, access_log=False, server_header=False, date_header=False, lifespan="off",
        proxy_headers=False, ws="none", http=_Connection, h11_max_incomplete_event_size=16384, limit_concurrency=most,
        timeout_keep_alive=15, timeout_graceful_shutdown=END_S,
    )  # fmt: skip
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # nobody fills the terminal by sending nonsense
    server = _Server(config)
    server.classroom = classroom
    return server


def run(server: uvicorn.Server, bound: socket.socket) -> None:
    """Serve until Ctrl-C, which is how a lesson ends and no error."""
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[bound])
