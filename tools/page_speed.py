"""How soon the page answers: a slider is moved in Chromium, and the frames that show answers are timed."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.page import build

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 120  # before an answer that does not come is a fault
ALL_PAINTED = "engine.at?.n === NUMBERS.worlds && paints.some((paint) => paint.n === NUMBERS.worlds)"


@dataclass(frozen=True)
class Speed:
    """Milliseconds from a move to the painted frame, float[move], for each number of worlds; and of drawing alone."""

    answers: dict[int, np.ndarray]
    drawing: np.ndarray


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


def measure(exp: Experiment, name: str, moves: int, slower: int) -> Speed:
    """Move a slider of the page so many times, each time after all worlds are played.

    Parameters
    ----------
    exp, name
        As `analysis.page.build.build` takes them.
    moves
        How many moves to time.
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
            page.add_init_script(f"globalThis.straitSlow = {slower}")
            page.goto(file.as_uri())
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
            page.click("#no-guess")
            return _move(page, moves)
        finally:
            browser.close()


def _move(page: Any, moves: int) -> Speed:
    wait_until(page, ALL_PAINTED, SECONDS)
    claim, answers = page.evaluate("document.querySelector('#sliders input').id.replace('claim-', '')"), []
    low, high = page.evaluate("(claim) => endsOf(claim).map((x) => 100 * x)", claim)
    for number in range(moves):
        page.evaluate("paints.length = 0")
        to = round(low + (high - low) * (0.15 + 0.7 * (number * 0.618 % 1)))
        page.locator(f"#claim-{claim}").evaluate(
            "(node, to) => { lastMove.time = 0; node.value = to; node.dispatchEvent(new Event('input')); }", to
        )
        wait_until(page, ALL_PAINTED, SECONDS)
        answers.append({n: (ms, drawing) for n, ms, drawing in reversed(page.evaluate(
            "paints.map((paint) => [paint.n, paint.ms, paint.drawing])"))})  # fmt: skip
    worlds = sorted(set.intersection(*(set(each) for each in answers)))
    drawing = np.array([drawn for each in answers for _, drawn in each.values()])
    return Speed({n: np.array([each[n][0] for each in answers]) for n in worlds}, drawing)
