"""How soon the page answers: a slider is moved in Chromium, and the frames that show answers are timed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.page import build
from analysis.page.content import contrasts
from sim.scenario.loader import load

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 120  # before an answer that does not come is a fault
ALL_PAINTED = "engine.at?.n === NUMBERS.worlds && paints.some((paint) => paint.n === NUMBERS.worlds)"


PHONE = 4  # times slower than this computer
# The last move of a drag: its release comes with it or after it.
LISTEN = """addEventListener("input", ({ timeStamp }) => { globalThis.lastMoved = timeStamp; }, true)"""


@dataclass(frozen=True)
class Speed:
    """Milliseconds from the end of a drag to the painted frame, float[drag], for each number of worlds; and drawing."""

    answers: dict[int, np.ndarray]
    drawing: np.ndarray
    browser: str


def find_browser() -> str:
    """Find the program of Chromium; RuntimeError if there is none."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise RuntimeError(f"there is no {' or '.join(BROWSERS)} on this computer")
    return program


def wait_until(page: Any, expression: str, seconds: float = 300) -> None:
    """Wait until an expression holds on a page, which Playwright cannot do where eval is forbidden.

    Raises RuntimeError after so many seconds.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise RuntimeError(f"after {seconds:.0f} seconds not yet: {expression}")
        page.wait_for_timeout(20)


def measure(exp: Experiment, name: str, moves: int, slower: int = 1) -> Speed:
    """Drag a slider of the page so many times, each time after all worlds are played.

    Parameters
    ----------
    exp, name
        As `analysis.page.build.build` takes them.
    moves
        How many drags to time.
    slower
        How many times each worker repeats its work, as on a slower device; drawing is throttled alike.

    Raises
    ------
    RuntimeError
        Without a browser, or if the page does not answer.
    """
    from playwright.sync_api import sync_playwright

    program = find_browser()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        file.write_text(build.build(exp, name), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            page = browser.new_page()
            page.add_init_script(f"globalThis.straitSlow = {slower}; {LISTEN}")
            page.goto(file.as_uri())
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
            page.click("#no-guess")
            answers, drawing = _drag(page, moves)
            return Speed(answers, drawing, f"Chromium {browser.version.partition('.')[0]}")
        finally:
            browser.close()


def _drag(page: Any, moves: int) -> tuple[dict[int, np.ndarray], np.ndarray]:
    wait_until(page, ALL_PAINTED, SECONDS)
    slider, found = page.locator("#sliders input").first, []
    for number in range(moves):
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()  # it moves when what was moved is listed above it
        page.evaluate("paints.length = 0")
        begin, end = (box["x"] + box["width"] * (0.15 + 0.7 * (k * 0.618 % 1)) for k in (number, number + 1))
        page.mouse.move(begin, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(end, box["y"] + box["height"] / 2, steps=5)
        page.mouse.up()
        wait_until(page, ALL_PAINTED, SECONDS)
        found.append(page.evaluate("paints.filter(({ since }) => since >= lastMoved)"
                                   ".map(({ n, painted, drawing }) => [n, painted - lastMoved, drawing])"))  # fmt: skip
    first = [{n: ms for n, ms, _ in reversed(each)} for each in found]
    answers = {n: np.array([each[n] for each in first]) for n in sorted(set.intersection(*map(set, first)))}
    return answers, np.array([drawing for each in found for _, _, drawing in each])


def table(moves: int) -> list[str]:
    """Measure the debate's page and return a table with the goals, as Markdown. Raises as `measure` does."""
    exp = load("debate")
    pair, load_before = [*contrasts(exp)[0]], _load()
    here = measure(exp, "debate", moves)
    two = measure(load("debate", policies=pair), "debate", moves)
    phone = measure(exp, "debate", moves, PHONE)
    count, worlds = len(exp.policies), max(here.answers)
    rows = [
        (what, *np.percentile(ms, [50, 95]).tolist(), goal)
        for what, ms, goal in (
            (
                f"first answer: {count} policies, {min(here.answers)} worlds",
                here.answers[min(here.answers)],
                "150, 300",
            ),
            ("2 policies, 500 worlds", two.answers[500], "150, 300"),
            (f"all: {count} policies, {worlds:,} worlds", here.answers[worlds], "3,000"),
            (f"first answer on a device {PHONE} times slower", phone.answers[min(phone.answers)], "600"),
            ("drawing an answer, of these", here.drawing, ""),
        )
    ]
    return [
        f"{time.strftime('%d %b %Y')}, {os.cpu_count()} cores, {here.browser}, {moves} drags each. "
        f"Load average {load_before} before, {_load()} after.",
        "",
        "| milliseconds from the last move of a drag to the painted frame | half of them | 95 of 100 | goal |",
        "|---|---|---|---|",
        *(f"| {what} | {half:,.0f} | {late:,.0f} | {goal} |" for what, half, late, goal in rows),
    ]


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
