"""How soon an instructor sees what a room of students believes: 30 pages in Chromium against one server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tools.page_speed import find_browser, wait_until

MOVES = 10
NO_WORKER = "globalThis.Worker = class { postMessage() {} }"
"""Students play their histories on devices of their own, so their pages do not play them here."""
# Each student moves a claim of its own, further each time, so that the sums tell which moves have arrived.
SCHEDULE = f"""([claim, first, every]) => {{
  globalThis.made = [];
  for (let k = 1; k <= {MOVES}; k++) setTimeout(() => {{
    const [low, high] = endsOf(claim), input = document.getElementById(`claim-${{claim}}`);
    made.push(Date.now());
    lastMove.time = 0;
    input.value = (high > 0 ? 1 : -1) * k * {100 // MOVES};
    input.dispatchEvent(new Event("input"));
  }}, first + every * (k - 1));
}}"""
WATCH = """() => {
  globalThis.seen = [];
  const far = (where) => Object.fromEntries(Object.entries(room.claims)
    .map(([claim, { mean, n }]) => [claim, Math.abs(n * where(claim, mean))]));
  const after = (what, arrived) => requestAnimationFrame(() => {
    const channel = new MessageChannel(); // its message comes after the frame
    channel.port1.onmessage = () => seen.push([what, Date.now(), arrived]);
    channel.port2.postMessage(0);
  });
  const [paintOne, paintTwo] = [paintTeach, paintPooled];
  paintTeach = () => { paintOne(); after("sums", far((_, mean) => mean)); };
  paintPooled = (at) => {
    const before = $("room-verdict").firstChild;
    paintTwo(at);
    // An answer that is painted again while the next one is played is of the beliefs before.
    if (engine.at === at && $("room-verdict").firstChild !== before) after("verdict", far((claim) => position(claim)));
  };
}"""


@dataclass(frozen=True)
class Speed:
    """Milliseconds from a student's move to the instructor's painted frame, float[move], and the server's memory."""

    sums: np.ndarray
    verdict: np.ndarray
    largest_mb: float | None
    """What the server took at most; None where the system does not say."""


def measure(students: int, every_s: float) -> Speed:
    """Let students move sliders, each once in so many seconds, and time what the instructor sees.

    Raises RuntimeError without a browser, or if the room does not get going.
    """
    program = find_browser()
    with open_room() as (url, code, teach, process):
        made, seen = _play(program, url, code, teach, students, every_s)
        sums, verdict = (_delays(made, seen, what) for what in ("sums", "verdict"))
        return Speed(sums, verdict, _largest_mb(process))


@contextmanager
def open_room() -> Iterator[tuple[str, str, str, int]]:
    """Serve a class on this computer: its address, its code, the instructor's address, and the number of the process.

    Raises RuntimeError if it does not open.
    """
    command = [sys.executable, "-u", "-c", "from analysis.cli.main import main; main()", "class", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            said = "".join(process.stdout.readline() for _ in range(2))
            found = re.search(r"(http://\S+) +code (\w+)\nInstructor: (\S+)", said)
            if not found:
                raise RuntimeError(f"the room did not open: {said}")
            yield found[1], found[2], found[3], process.pid
        finally:
            process.terminate()


def _play(
    program: str, url: str, code: str, teach: str, students: int, every_s: float
) -> tuple[dict[str, list[float]], list[Any]]:
    """Give when each claim was moved, and what the instructor saw when: milliseconds of one clock."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            teacher = browser.new_context().new_page()
            teacher.goto(teach)
            wait_until(teacher, "room !== null")
            pages = []
            for _ in range(students):
                page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
                page.add_init_script(NO_WORKER)
                page.goto(f"{url}#{code}")
                page.wait_for_url("**/room*")
                wait_until(page, "room !== null")
                pages.append(page)
            teacher.click("[data-step=beliefs]")
            for page in pages:
                wait_until(page, "current === 'beliefs'")
            teacher.evaluate(WATCH)
            claims = teacher.evaluate("CLAIMS")[:students]
            if len(claims) < students:
                raise RuntimeError(f"the page has {len(claims)} claims: take as many students at most")
            for number, (page, claim) in enumerate(zip(pages, claims, strict=True)):
                page.evaluate(SCHEDULE, [claim, 1000 * every_s * (1 + number / students), 1000 * every_s])
            teacher.wait_for_timeout(1000 * every_s * (MOVES + 2))
            made = {claim: page.evaluate("made") for page, claim in zip(pages, claims, strict=True)}
            arrived = "Object.values(room.claims).filter(({ mean, n }) => Math.abs(mean * n) > 0.98).length"
            wait_until(teacher, f"{arrived} >= {students}")
            teacher.wait_for_timeout(3000)
            return made, teacher.evaluate("seen")
        finally:
            browser.close()


def _delays(made: dict[str, list[float]], seen: list[Any], what: str) -> np.ndarray:
    """Milliseconds until each move, or a later one of the same student, was seen."""
    delays = []
    for claim, times in made.items():
        for number, begun in enumerate(times, start=1):
            there = [at for kind, at, far in seen if kind == what and far.get(claim, 0) > number / MOVES - 0.05]
            if not there:
                raise RuntimeError(f"move {number} of {claim} was never seen")
            delays.append(min(there) - begun)
    return np.array(delays)


def _largest_mb(pid: int) -> float | None:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8"))
    return int(found[1]) / 1000 if found else None
