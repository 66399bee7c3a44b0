"""The room over real HTTP, as browsers, phones that sleep and people with bad intentions meet it."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from analysis.classroom import feed, guard, serve
from analysis.classroom.room import Room
from analysis.classroom.server import Classroom, Page

ENDS = {"N1": (0.0, 1.0), "N12": (-1.0, 1.0)}
POLICY = "default-src 'none'; connect-src 'self'"


def html(title: str) -> Page:
    """A small page with a policy."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return Page.of(f"<!doctype html><head>{meta}<title>{title}</title></head>")


@dataclass
class Running:
    """A room that is served, and what talks to it."""

    classroom: Classroom
    url: str
    thread: threading.Thread
    uvicorn: Any
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def room(self) -> Room:
        """The room behind it."""
        return self.classroom.room

    def client(self, *, is_in: bool = True) -> httpx.Client:
        """A browser of its own, in the room or at its door."""
        client = httpx.Client(base_url=self.url, headers={"Origin": self.url.rstrip("/")}, timeout=20)
        self.clients.append(client)
        if is_in:
            assert client.post("/join", json={"code": self.room.code}).status_code == 200
        return client

    def instructor(self) -> httpx.Client:
        """The instructor's browser."""
        client = self.client(is_in=False)
        assert client.get(f"/teach?key={self.classroom.key}").status_code == 303
        return client

    def stop(self) -> None:
        """As Ctrl-C does."""
        for client in self.clients:
            client.close()
        self.uvicorn.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()


def start() -> Running:
    """Serve a room of four seats on a free port."""
    bound = serve.bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
    classroom = Classroom(Room(ENDS, 4, ("large_drill",), 120), html("join"), html("page"), url)
    uvicorn = serve.make_server(classroom)
    thread = threading.Thread(target=uvicorn.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    return Running(classroom, url, thread, uvicorn)


@pytest.fixture
def running() -> Iterator[Running]:
    """A room that ends with the test."""
    own = start()
    yield own
    own.stop()


def messages(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """The messages of a stream."""
    for line in response.iter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_a_lesson(running: Running) -> None:
    students = [running.client() for _ in range(3)]
    teacher = running.instructor()
    assert "<title>page" in students[0].get("/room").text
    assert "<title>page" in teacher.get("/teach").text
    with teacher.stream("GET", "/teach/events") as stream, students[0].stream("GET", "/room/events") as own:
        said, seen = messages(stream), messages(own)
        assert next(said)["seats"] == 3
        assert next(seen) == {"step": "guess", "events": [], "scripted": None, "guess": None, "sent": False}
        for student, guess in zip(students, (0, 2, 2), strict=True):
            assert student.post("/room/answer", json={"guess": guess}).status_code == 200
        while (now := next(said))["guesses"] != [1, 0, 2, 0, 0]:
            pass
        assert now["here"] == 1
        assert now["qr"].startswith("data:image/svg+xml")
        assert now["code"] == running.room.code
        assert teacher.post("/teach/act", json={"step": "guesses"}).status_code == 200
        while "guesses" not in (seen_now := next(seen)):
            assert seen_now["step"] == "guess"
        assert seen_now["guesses"] == [1, 0, 2, 0, 0]
        students[1].post("/room/answer", json={"beliefs": {"N1": 0.5}})
        students[2].post("/room/answer", json={"beliefs": {"N1": 1, "N12": -1}})
        while (now := next(said))["senders"] != 2:
            pass
        assert now["claims"]["N1"]["mean"] == 0.75
        teacher.post("/teach/act", json={"event": "large_drill", "month": 6})
        while not (seen_now := next(seen))["events"]:
            pass
        assert seen_now["events"] == [{"month": 6, "event": "large_drill"}]
    table = teacher.get("/teach/answers.csv")
    assert table.text.splitlines() == ["guess,N1,N12", "about as many,0.5,", "about as many,1,-1", "many fewer,,"]
    assert running.room.exported == ["the answers as a table"]


def test_a_phone_that_slept_sees_the_room_as_it_is(running: Running) -> None:
    phone, teacher = running.client(), running.instructor()
    with phone.stream("GET", "/room/events") as stream:
        assert next(messages(stream))["step"] == "guess"
    phone.post("/room/answer", json={"guess": 1})
    teacher.post("/teach/act", json={"step": "model"})
    end = time.monotonic() + 20
    while running.room.view_of_instructor()["here"]:
        assert time.monotonic() < end
        time.sleep(0.02)
    with phone.stream("GET", "/room/events") as stream:
        assert (first := next(messages(stream)))["step"] == "model"
        assert first["guess"] == 1
    assert phone.post("/join", json={"code": running.room.code}).status_code == 200
    assert len(running.room.seats) == 1, "who has a seat keeps it"


def test_a_quiet_stream_shows_that_it_lives(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BEAT_S", 0.05)
    with running.client().stream("GET", "/room/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 1000"
        assert ":" in (next(lines) for _ in range(20))


def test_the_end_is_told_and_comes_at_once(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before connections are cut off, which comes after a minute here: a busy computer may take seconds."""
    monkeypatch.setattr(serve, "END_S", 120)
    running.uvicorn.config.timeout_graceful_shutdown = 120
    with running.client().stream("GET", "/room/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 1000"
        begun = time.monotonic()
        running.uvicorn.should_exit = True
        assert "event: closed" in [*lines]
        running.stop()
        assert time.monotonic() - begun < 20


def test_the_code_is_wanted(running: Running) -> None:
    client, code = running.client(is_in=False), running.room.code
    assert client.get("/room").headers["location"] == "/"
    for path, method in (("/room/events", "GET"), ("/room/answer", "POST")):
        assert client.request(method, path, json={"guess": 1}).status_code == 401
    for wrong in ("", "AAAAAAAA", "ß", code[:-1], f"{code}A"):
        response = client.post("/join", json={"code": wrong})
        assert (response.status_code, response.text.partition(".")[0]) == (403, "This is not the code of the room")
    assert client.post("/join", json={"code": f" {code[:4].lower()} - {code[4:]} "}).status_code == 200


@pytest.mark.parametrize("tried", ["code", "link"])
def test_wrong_secrets_keep_nobody_out(tried: str, running: Running) -> None:
    """All of these come from one address, as a school's do."""
    thief = running.client(is_in=False)
    for _ in range(400):
        wrong = thief.post("/join", json={"code": "WRONG"}) if tried == "code" else thief.get("/teach?key=wrong")
        assert wrong.status_code == 403
    assert running.client().get("/room").status_code == 200
    assert running.instructor().get("/teach").status_code == 200
    assert thief.get("/room").headers["location"] == "/"


@pytest.mark.parametrize(("path", "method"), [("/teach", "GET"), ("/teach/events", "GET"), ("/teach/act", "POST"),
                                              ("/teach/answers.csv", "GET")])  # fmt: skip
def test_a_student_is_no_instructor(path: str, method: str, running: Running) -> None:
    student = running.client()
    response = student.request(method, path, json={"step": "model"})
    assert response.status_code == 403
    assert running.classroom.key not in response.text
    student.cookies.set(running.classroom.key_cookie, "x" * 32)
    assert student.request(method, path, json={"step": "model"}).status_code == 403
    assert running.room.step == "guess"


def test_the_key_does_not_stay_in_the_address(running: Running) -> None:
    client = running.client(is_in=False)
    response = client.get(f"/teach?key={running.classroom.key}")
    assert response.headers["location"] == "/teach"
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/teach?key=wrong").status_code == 403


GARBAGE = [
    (b"", 400), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 5000, 400), (b"null", 400), (b'{"guess": NaN}', 400),
    (b'{"beliefs": {"N1": Infinity}}', 400), (b'{"beliefs": {"N1": 1e400}}', 400), (b'{"guess": 0, "guess": "x"}', 400),
    (b'{"beliefs": {"../../etc/passwd": 0}}', 400), (b"x" * (guard.LARGEST_BODY + 1), 413),
    (b'{"guess": ' + b"1" * 5000 + b"}", 400),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status"), GARBAGE, ids=[body[:30].decode("latin-1") for body, _ in GARBAGE])
def test_garbage_is_refused(body: bytes, status: int, running: Running) -> None:
    student, teacher, headers = running.client(), running.instructor(), {"Content-Type": "application/json"}
    assert student.post("/room/answer", content=body, headers=headers).status_code == status
    assert teacher.post("/teach/act", content=body, headers=headers).status_code == status
    assert student.post("/join", content=body, headers=headers).status_code == status
    assert student.post("/room/answer", content=body, headers={"Content-Type": "text/plain"}).status_code == 415
    assert running.room.guesses() == [0] * 5
    assert student.post("/room/answer", json={"guess": 1}).status_code == 200, "the room goes on"


def test_a_body_without_a_length_is_bounded_too(running: Running) -> None:
    student = running.client()
    chunks = (b"x" * 1000 for _ in range(1000))
    response = student.post("/room/answer", content=chunks, headers={"Content-Type": "application/json"})
    assert response.status_code == 413


def test_a_body_that_never_ends_is_given_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_S", 0.2)
    student = running.client()
    cookie = f"{running.classroom.seat_cookie}={student.cookies[running.classroom.seat_cookie]}"
    host = running.url.removeprefix("http://").rstrip("/")
    with socket.create_connection((host.partition(":")[0], int(host.partition(":")[2])), timeout=20) as raw:
        raw.sendall(f"POST /room/answer HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n"
                    "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode())  # fmt: skip
        assert raw.recv(100).startswith(b"HTTP/1.1 408 ")


def raw_connection(running: Running, sent: bytes = b"") -> socket.socket:
    """A connection that sends some bytes and then nothing."""
    address, _, port = running.url.removeprefix("http://").rstrip("/").partition(":")
    raw = socket.create_connection((address, int(port)), timeout=20)
    raw.sendall(sent)
    return raw


HALF_HEAD = b"GET / HTTP/1.1\r\nX-Slow: "
HALF_BODY = (
    b"POST /join HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
)


@pytest.mark.parametrize("sent", [b"", HALF_HEAD, HALF_BODY], ids=["nothing", "half a head", "half a body"])
def test_connections_that_send_nothing_do_not_shut_the_room(sent: bytes, running: Running) -> None:
    port = int(running.url.rstrip("/").rpartition(":")[2])
    sent = sent.replace(b"%d", str(port).encode())
    student = running.client()
    most = running.uvicorn.config.limit_concurrency
    with ExitStack() as stack:
        silent = [stack.enter_context(raw_connection(running, sent)) for _ in range(most + 10)]
        assert student.get("/room").status_code == 200
        assert running.client().get("/room").status_code == 200
        with suppress(ConnectionResetError):
            assert silent[0].recv(100) == b"", "the oldest is closed"


def test_silent_connections_that_come_at_once_are_never_counted_whole(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    accept = serve._Connection.connection_made

    def counted(self: Any, transport: Any) -> None:
        accept(self, transport)
        counts.append(len(self.connections))

    monkeypatch.setattr(serve._Connection, "connection_made", counted)
    assert running.client().get("/room").status_code == 200
    most, busy, done = running.uvicorn.config.limit_concurrency, threading.Event(), threading.Event()

    def hold() -> None:
        busy.set()
        done.wait(20)

    running.uvicorn.servers[0].get_loop().call_soon_threadsafe(hold)
    busy.wait(20)
    with ExitStack() as stack:
        for _ in range(most + 10):
            stack.enter_context(raw_connection(running))
        done.set()
        assert running.client().get("/room").status_code == 200
    assert len(counts) > most
    assert max(counts) <= most // 2 + 2


def test_a_class_behind_one_address_finds_room(running: Running) -> None:
    with ExitStack() as stack:  # two silent connections of each phone's browser, and a stream
        for _ in range(running.room.seats_most):
            phone = running.client()
            phone.post("/room/answer", json={"guess": 1})
            stream = messages(stack.enter_context(phone.stream("GET", "/room/events")))
            assert next(stream)["step"] == "guess"
            silent = [stack.enter_context(raw_connection(running)) for _ in range(2)]
            assert phone.get("/room").status_code == 200
        silent[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert silent[0].recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("sent", [b"", HALF_HEAD, HALF_BODY], ids=["nothing", "half a head", "half a body"])
def test_who_comes_new_finds_room_beside_connections_that_were_served(sent: bytes, running: Running) -> None:
    port = int(running.url.rstrip("/").rpartition(":")[2])
    sent = sent.replace(b"%d", str(port).encode())
    with ExitStack() as stack:
        for _ in range(running.uvicorn.config.limit_concurrency):
            served = stack.enter_context(raw_connection(running, b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            assert served.recv(100).startswith(b"HTTP/1.1 404 ")
            served.sendall(sent)
        assert running.client().get("/room").status_code == 200


def test_who_reads_nothing_is_given_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "STALL_S", 2.0)  # a busy computer may let the slow reader wait
    running.classroom.join = html("x" * 20_000_000)
    connections = running.uvicorn.server_state.connections
    with ExitStack() as stack:
        for number in range(20):
            raw = stack.enter_context(socket.socket())
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            raw.connect(("127.0.0.1", int(running.url.rstrip("/").rpartition(":")[2])))
            raw.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"Connection: close\r\n" * (number % 2) + b"\r\n")
        end = time.monotonic() + 30
        while not connections:
            assert time.monotonic() < end
        while connections:
            assert time.monotonic() < end
            time.sleep(0.05)
    slow = running.client(is_in=False)
    with slow.stream("GET", "/", headers={"Accept-Encoding": "identity"}) as response:
        size = 0
        for part in response.iter_raw(1_000_000):
            size += len(part)
            time.sleep(0.05)
    assert size > 20_000_000, "who reads slowly gets all"


@pytest.mark.parametrize("sent", [b"", HALF_HEAD, b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n" + HALF_HEAD])
def test_a_head_that_never_ends_is_given_up(sent: bytes, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "HEAD_S", 1.0)  # a busy computer may let a client wait between connecting and sending
    with raw_connection(running, sent) as raw:
        begun = time.monotonic()
        while raw.recv(4096):
            raw.sendall(b"a" if sent else b"")
            assert time.monotonic() - begun < 20
    student = running.client()
    with student.stream("GET", "/room/events") as stream:
        lines = messages(stream)
        next(lines)
        time.sleep(1.5 * serve.HEAD_S)
        student.post("/room/answer", json={"guess": 2})
        assert next(line for line in lines if line["guess"] == 2), "a stream is no silent connection"


@pytest.mark.parametrize("path", [
    "/..", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/room/../../etc/passwd", "/static/x", "/.git/config",
    "/room/events/../../x", "//etc/passwd", "/room%00", "/teach/answers.csv/../../../etc/passwd", "/docs",
    "/openapi.json", "/C:%5CWindows%5Cwin.ini",
])  # fmt: skip
def test_no_path_leads_to_a_file(path: str, running: Running) -> None:
    host = running.url.removeprefix("http://").rstrip("/")
    with socket.create_connection((host.partition(":")[0], int(host.partition(":")[2])), timeout=20) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 404 ")
    assert answer.endswith("There is nothing here.")


def test_large_headers_and_what_is_no_http_are_refused(running: Running) -> None:
    host = running.url.removeprefix("http://").rstrip("/")
    address = host.partition(":")[0], int(host.partition(":")[2])
    for sent in (b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\nX: " + b"a" * 50_000 + b"\r\n\r\n"):
        with socket.create_connection(address, timeout=20) as raw:
            raw.sendall(sent + b"\r\n\r\n")
            assert raw.recv(100).startswith(b"HTTP/1.1 400 ")
    assert running.client().get("/room").status_code == 200


def test_pages_of_others_cannot_use_the_room(running: Running) -> None:
    student = running.client()
    for origin in ("http://evil.org", "null", running.url.replace("http:", "https:").rstrip("/"), ""):
        assert student.post("/room/answer", json={"guess": 1}, headers={"Origin": origin}).status_code == 403
    del student.headers["Origin"]
    assert student.post("/room/answer", json={"guess": 1}).status_code == 403
    assert student.get("/room", headers={"Host": "evil.org"}).status_code == 403
    upgrade = {"Origin": "http://evil.org", "Connection": "Upgrade", "Upgrade": "websocket"}
    assert student.get("/room/events", headers=upgrade).status_code == 403
    assert running.room.guesses() == [0] * 5


@pytest.mark.parametrize("host", ["[::1", "[::1:80", "[127.0.0.1]", "[::1]x", "[::1]:", "::1", "localhost:",
                                  "localhost:x", "localhost:1:2", "evil.org/.local", ".local", "[]"])  # fmt: skip
def test_a_host_that_is_misspelt_is_refused(host: str, running: Running) -> None:
    assert not guard.is_own_name(host)
    assert running.client().get("/room", headers={"Host": host}).status_code in {400, 403}


def test_every_response_has_its_headers(running: Running) -> None:
    student, teacher = running.client(), running.instructor()
    responses = [student.get("/"), student.get("/room"), student.get("/nothing"), student.get("/teach"),
                 teacher.get("/teach"), student.post("/room/answer", json={}),
                 student.post("/join", json={}, headers={"Origin": "x"})]  # fmt: skip
    for response in responses:
        for name, value in guard.HEADERS.items():
            if name != "Content-Security-Policy":
                assert response.headers[name] == value
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert "server" not in response.headers
    assert student.get("/room").headers["content-security-policy"] == f"{POLICY}; frame-ancestors 'none'"
    assert student.get("/room").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in student.get("/room", headers={"Accept-Encoding": "identity"}).headers


def test_too_many_students_and_tabs(running: Running) -> None:
    first = running.client()
    others = [running.client() for _ in range(3)]
    for student in (first, *others):
        student.post("/room/answer", json={"guess": 1})
    late = running.client(is_in=False).post("/join", json={"code": running.room.code})
    assert (late.status_code, late.text) == (503, "The room is full: it has 4 seats.")
    teacher = running.instructor()
    for client, path in ((first, "/room/events"), (teacher, "/teach/events")):
        with ExitStack() as stack:
            tabs = [stack.enter_context(client.stream("GET", path)).iter_lines() for _ in range(feed.STREAMS + 2)]
            for ended in tabs[:2]:
                assert "event: elsewhere" in ended, "a phone that comes back finds room beside its dead connections"
            for tab in tabs[2:]:
                assert next(tab) == "retry: 1000"
    end = time.monotonic() + 20
    while running.room.view_of_instructor()["here"] or running.classroom.instructors:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_cannot_happen_is_no_page_of_python(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(running.room, "answer", fail)
    response = running.client().post("/room/answer", json={"guess": 1})
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_two_rooms_of_one_computer_are_apart(running: Running) -> None:
    other = start()
    student = running.client()
    student.cookies.update(other.client().cookies)
    del student.headers["Origin"]
    for each in (running, other):
        assert student.get(f"{each.url}room").status_code == 200
    other.stop()


def test_the_address_is_one_that_students_can_type() -> None:
    assert serve.reachable_host("127.0.0.1") == "127.0.0.1"
    assert serve.reachable_host("::1") == "[::1]"
    assert serve.reachable_host("mac.local") == "mac.local"
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", serve.reachable_host("0.0.0.0"))
    assert serve.reachable_host("0.0.0.0") != "0.0.0.0"


def test_a_port_that_is_taken_is_an_error() -> None:
    with serve.bind("127.0.0.1", 0) as bound, pytest.raises(OSError, match="in use"):
        serve.bind("127.0.0.1", bound.getsockname()[1])
