"""The network side of `strait class`: the page made in a process of its own, the address, and the server itself."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import socket
import subprocess
import sys

import uvicorn

from analysis.classroom.server import Classroom, Page
from sim.errors import QuestionError

END_S = 3  # for open connections to end


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


class _Server(uvicorn.Server):
    """A server whose streams end when it does."""

    classroom: Classroom

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.classroom.feed.close()
        await super().shutdown(sockets)


def make_server(classroom: Classroom) -> uvicorn.Server:
    """Return the server of a room; `run(sockets=[...])` serves until Ctrl-C."""
    most = 100 + 4 * classroom.room.seats_most  # a phone's page, stream and answer, and some to spare
    config = uvicorn.Config(
        classroom.app(), log_config=None, access_log=False, server_header=False, date_header=False, lifespan="off",
        proxy_headers=False, ws="none", http="h11", h11_max_incomplete_event_size=16384, limit_concurrency=most,
        timeout_keep_alive=15, timeout_graceful_shutdown=END_S,
    )  # fmt: skip
    server = _Server(config)
    server.classroom = classroom
    return server


def run(server: uvicorn.Server, bound: socket.socket) -> None:
    """Serve until Ctrl-C, which is how a lesson ends and no error."""
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[bound])
