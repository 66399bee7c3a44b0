"""The page in Chromium: where to find the browser, sizes of screens, and what tests do on every screen."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tools.page_speed import BROWSERS

CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this computer")

SIZES = {"small phone": (320, 640), "phone": (390, 844), "laptop": (1366, 768), "projector": (1920, 1080)}
Open = Callable[..., Page]


def wait(page: Page, expression: str, seconds: float = 300) -> Any:
    """Wait until an expression holds; so long only stops a page that hangs. Playwright's own way needs eval.

    What a page does on a click or a key is done when the click returns. But it leaves some things to the browser (the
    `toggle` of a drawer, the address, a chart of a new size), to timers, to workers or to a server: wait for these.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := page.evaluate(expression):
            return found
        page.wait_for_timeout(30)
    raise AssertionError(f"after {seconds} s not yet: {expression}")


def watch(page: Page, faults: list[str], own: tuple[str, ...]) -> None:
    """Note errors and warnings of the page, and its requests to addresses that do not begin with `own`."""
    page.on("console", lambda message: faults.extend([message.text] * (message.type in ("error", "warning"))))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: faults.extend([asked.url] * (not asked.url.startswith(own))))


def resize(page: Page, width: int, height: int) -> None:
    """Change the size of the screen, and wait until the page has drawn itself in it: charts follow a frame later."""
    page.set_viewport_size({"width": width, "height": height})
    wait(page, f"innerWidth === {width} && innerHeight === {height}")
    page.evaluate("new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))")


def settle(page: Page) -> None:
    """Wait until all worlds are played, the forces at work too."""
    wait(page, "engine.at !== null && engine.at.n === NUMBERS.worlds && engine.run.explained === NUMBERS.worlds")
    wait(page, "engine.pool.workers.every((worker) => !worker.busy && !worker.todo.length)")


def address_of(page: Page) -> str:
    """Write the page's state into its address and read it there; `page.url` may still be the one before."""
    return str(page.evaluate("(writeAddress(), location.href)"))


def slide(page: Page, claim: str, percent: int) -> None:
    """Move a slider as a pointer does."""
    page.locator(f"#claim-{claim}").evaluate(
        "(node, to) => { node.value = to; node.dispatchEvent(new Event('input', { bubbles: true })); }", percent
    )
