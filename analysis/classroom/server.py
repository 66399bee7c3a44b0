"""The room over HTTP: a page to join, the page for students and for the instructor, and a stream to each.

No path, file name or command is made from what a browser sends.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import segno
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from analysis.classroom.feed import Feed
from analysis.classroom.guard import Guard, read_json
from analysis.classroom.room import RefusalError, Room, is_secret

LONGEST_CODE = 64


@dataclass(frozen=True)
class Page:
    """HTML, the security policy that goes with it, and the HTML as gzip has it."""

    html: str
    policy: str
    packed: bytes

    @classmethod
    def of(cls, html: str) -> Page:
        """Read the policy of a page and pack it, once for all who open it."""
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
        if not policy:
            raise ValueError("the page has no security policy")
        return cls(html, policy[1], gzip.compress(html.encode()))


class Classroom:
    """A room as a web application.

    Parameters
    ----------
    join, page
        The page at the door, and the one inside: the script of the latter tells by its address whose it is.
    url
        Where students find the room, with a slash at the end.
    """

    def __init__(self, room: Room, join: Page, page: Page, url: str) -> None:
        self.room, self.join, self.page, self.url = room, join, page, url
        self.key = secrets.token_urlsafe(24)
        self.feed = Feed()
        self.instructors: list[object] = []
        # Browsers keep cookies by computer, not by port, and two rooms may be open on one computer.
        port = url.rstrip("/").rpartition(":")[2]
        self.seat_cookie, self.key_cookie = f"strait_seat_{port}", f"strait_key_{port}"
        code = segno.make(f"{url}#{room.code}", error="m")
        self.entrance = {"url": url, "qr": code.svg_data_uri(border=2, dark="#1d2126", light="#fff", omitsize=True)}

    @property
    def instructor_url(self) -> str:
        """The instructor's link, which is a secret."""
        return f"{self.url}teach?key={self.key}"

    def app(self) -> Starlette:
        """Return the web application."""
        routes = [
            Route("/", self.show_door), Route("/join", self.take_seat, methods=["POST"]),
            Route("/room", self.show_room), Route("/room/events", self.follow_room),
            Route("/room/answer", self.take_answer, methods=["POST"]),
            Route("/teach", self.show_teach), Route("/teach/events", self.follow_teach),
            Route("/teach/act", self.act, methods=["POST"]), Route("/teach/answers.csv", self.export_answers),
        ]  # fmt: skip
        handlers: dict[Any, Any] = {RefusalError: _refuse, HTTPException: _refuse}
        return Starlette(routes=routes, middleware=[Middleware(Guard)], exception_handlers=handlers)

    async def show_door(self, request: Request) -> Response:
        """Ask for the code."""
        return _html(request, self.join)

    async def take_seat(self, request: Request) -> Response:
        """Give a seat to who knows the code; who has one keeps it."""
        said = await read_json(request)
        code = said.get("code") if isinstance(said, dict) else None
        if not isinstance(code, str) or len(code) > LONGEST_CODE:
            raise RefusalError(400, "Send the code of the room.")
        if not is_secret(re.sub(r"[\s-]", "", code).upper(), self.room.code):
            raise RefusalError(403, "This is not the code of the room. It stands on the instructor's screen.")
        token = request.cookies.get(self.seat_cookie, "")
        if token not in self.room.seats:
            token = self.room.join()
            self.feed.publish()
        response = JSONResponse({})
        response.set_cookie(self.seat_cookie, token, httponly=True, samesite="strict")
        return response

    async def show_room(self, request: Request) -> Response:
        """Show the page to a student, or the door to who has no seat."""
        if request.cookies.get(self.seat_cookie, "") not in self.room.seats:
            return RedirectResponse("/", 303)
        return _html(request, self.page)

    async def follow_room(self, request: Request) -> Response:
        """Stream to a student what the room does."""
        seat = self.room.seat(request.cookies.get(self.seat_cookie, ""))
        return _stream(self.feed.follow(lambda: self.room.view_of_student(seat), seat.streams))

    async def take_answer(self, request: Request) -> Response:
        """Keep a student's guess or beliefs."""
        seat = self.room.seat(request.cookies.get(self.seat_cookie, ""))
        self.room.answer(seat, await read_json(request))
        self.feed.publish()
        return JSONResponse({})

    async def show_teach(self, request: Request) -> Response:
        """Show the page to the instructor. The key goes out of the address, which a projector shows to all."""
        if key := request.query_params.get("key"):
            self._check_key(key)
            response = RedirectResponse("/teach", 303)
            response.set_cookie(self.key_cookie, self.key, httponly=True, samesite="strict")
            return response
        self._check_instructor(request)
        return _html(request, self.page)

    async def follow_teach(self, request: Request) -> Response:
        """Stream to the instructor the sums of the room."""
        self._check_instructor(request)
        return _stream(self.feed.follow(lambda: self.room.view_of_instructor() | self.entrance, self.instructors))

    async def act(self, request: Request) -> Response:
        """Do what the instructor orders."""
        self._check_instructor(request)
        self.room.act(await read_json(request))
        self.feed.publish()
        return JSONResponse({})

    async def export_answers(self, request: Request) -> Response:
        """Give the instructor all answers as a table."""
        self._check_instructor(request)
        table = io.StringIO()
        csv.writer(table, lineterminator="\n").writerows(self.room.answers())
        self.room.note_export("the answers as a table")
        headers = {"Content-Disposition": 'attachment; filename="answers.csv"'}
        return Response(table.getvalue(), media_type="text/csv", headers=headers)

    def _check_instructor(self, request: Request) -> None:
        self._check_key(request.cookies.get(self.key_cookie, ""))

    def _check_key(self, given: str) -> None:
        if not is_secret(given, self.key):
            raise RefusalError(403, "This page is the instructor's. Its link is in the terminal.")


def _stream(events: AsyncIterator[str]) -> Response:
    return StreamingResponse(events, media_type="text/event-stream")


def _html(request: Request, page: Page) -> Response:
    headers = {"Content-Security-Policy": f"{page.policy}; frame-ancestors 'none'", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(page.packed, media_type="text/html", headers=headers | {"Content-Encoding": "gzip"})
    return HTMLResponse(page.html, headers=headers)


async def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, RefusalError):
        return PlainTextResponse(str(error), error.status, {"Retry-After": "1"} if error.status == 429 else None)
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse("There is nothing here.", status)
