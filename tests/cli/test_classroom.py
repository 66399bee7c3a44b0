"""`strait class`, as an instructor meets it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from commands import Strait, assert_refused
from playing import needs_kernels

from analysis.classroom import serve

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from analysis.cli.main import main; main()", "class", "--port", "0"]


@needs_kernels
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console")
@pytest.mark.parametrize(
    ("host", "meaning"), [("127.0.0.1", "Only this computer"), ("0.0.0.0", "Nothing is encrypted")]
)
def test_a_room_opens_and_ctrl_c_closes_it(host: str, meaning: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--host", host], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    said: list[str] = []
    while not said or "Ctrl-C" not in said[-1]:
        said.append(process.stdout.readline())
        assert said[-1], "it ended"
    opening = "".join(said)
    assert meaning in opening
    found = re.search(r"Students: +(http://\S+:(\d+)/) +code (\w+)\nInstructor: (\S+)", opening)
    assert found
    url = f"http://127.0.0.1:{found[2]}/"
    with httpx.Client(base_url=url, headers={"Origin": url.rstrip("/")}) as student:
        assert "Join the class" in student.get("/").text
        assert student.post("/join", json={"code": found[3]}).status_code == 200
        assert "</html>" in student.get("/room").text
        assert student.post("/room/answer", json={"beliefs": {"N1": 0.5}}).status_code == 200
        with httpx.Client(base_url=url, follow_redirects=True) as instructor:
            assert "connect-src 'self'" in instructor.get(found[4].replace(found[1], url)).text
            assert instructor.get("/teach/answers.csv").status_code == 200
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
        assert student.get("/", headers=upgrade).status_code == 200
        with socket.create_connection(("127.0.0.1", int(found[2]))) as raw:
            raw.sendall(b"nonsense\r\n\r\n")
            assert raw.recv(100).startswith(b"HTTP/1.1 400 ")
        half = f"POST /join HTTP/1.1\r\nHost: 127.0.0.1:{found[2]}\r\nOrigin: {url.rstrip('/')}\r\n"
        half += "Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
        with student.stream("GET", "/room/events"), socket.create_connection(("127.0.0.1", int(found[2]))) as raw:
            raw.sendall(half.encode())
            time.sleep(0.3)  # for it to arrive: the body is now being read
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "1 of 1 students had answered. Exported: the answers as a table. All else is forgotten." in out
    assert errors == "Making the page, which takes some seconds.\n", "nobody fills the terminal by sending nonsense"
    assert not [*tmp_path.iterdir()]


def test_a_room_that_cannot_open_says_why(strait: Strait) -> None:
    with serve.bind("127.0.0.1", 0) as bound:
        port = str(bound.getsockname()[1])
        assert_refused(strait("class", "--port", port), f"127.0.0.1, port {port}", "Give another --host or --port")
    assert_refused(strait("class", "--host", "no.such.host.invalid"), "no.such.host.invalid", "Give another --host")
    assert_refused(strait("class", "missing.yaml"), "missing.yaml")


@needs_kernels
def test_an_experiment_that_a_page_cannot_hold_is_refused(strait: Strait) -> None:
    Path("one.yaml").write_text("experiment: one\nextends: debate\npolicies: [both]\n", encoding="utf-8")
    assert_refused(strait("class", "one.yaml", "--port", "0"), "compares policies, and one has one only: both")
