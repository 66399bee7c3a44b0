"""Pictures of every screen of the page, as readers see them: every size, both themes, every language."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.page import build
from sim.scenario import loader
from tools.class_speed import open_room
from tools.page_speed import find_browser, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZES = {"projector": (1920, 1080), "laptop": (1366, 768), "phone": (390, 844), "small": (320, 640)}
THEMES = ("light", "dark")
OWN = "#_v=newsham&N1=40&S16=-50&_p=status_quo&_p=direct_ties&_p=~My%20escorts~japan_decides~escorts:100:100:12:24"
"""Beliefs that were moved, and a policy of the reader's own."""
STUDENTS = 3
DRAWN = """() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(() => {
    scrollTo(0, 0);
    then();
})))"""
ALL = "engine.at?.n === NUMBERS.worlds && engine.run.explained === NUMBERS.worlds"

Shown = Iterator[tuple["Page", str]]
"""A page whenever a screen stands on it, and the name of the screen."""


def take(
    folder: Path, languages: Sequence[str], sizes: Sequence[str], themes: Sequence[str], whole: bool
) -> Iterator[Path]:
    """Take a picture of each screen in each language, size and theme; give the files as they come.

    A file is called LANGUAGE-SCREEN-SIZE-THEME.png. It shows what one sees first, or with `whole` the whole screen.

    Raises RuntimeError without a browser, or if a screen does not come.
    """
    from playwright.sync_api import sync_playwright

    program = find_browser()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        file = Path(temporary) / "page.html"
        file.write_text(build.build(loader.load("debate"), "debate"), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            for language in languages:

                def open_page(address: str, language: str = language) -> Page:
                    page = browser.new_context(locale=language, reduced_motion="reduce").new_page()
                    page.goto(address)
                    return page

                alone, own = open_page(file.as_uri()), open_page(file.as_uri() + OWN)
                for page, screen in chain(_alone(alone), _with_own(own), _in_class(open_page)):
                    for size, theme in product(sizes, themes):
                        width, height = SIZES[size]
                        page.set_viewport_size({"width": width, "height": height})
                        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                        page.evaluate(DRAWN)
                        path = folder / f"{language}-{screen}-{size}-{theme}.png"
                        page.screenshot(path=path, full_page=whole)
                        yield path
        finally:
            browser.close()


def _alone(page: Page) -> Shown:
    """The first screens, as one comes to them."""
    wait_until(page, ALL)
    yield page, "guess"
    page.click("#guesses button:first-child")
    wait_until(page, "!document.getElementById('reveal').hidden")
    yield page, "reveal"
    page.click("#go-on")
    yield page, "beliefs"
    page.click("[data-screen=decides]")
    yield page, "decides_begin"
    page.click("#decides-count")
    wait_until(page, "counting === null && !document.getElementById('decides-found').hidden")
    yield page, "decides"
    page.click("[data-screen=story]")
    wait_until(page, "storyKey?.story !== undefined")
    yield page, "story"
    page.click("[data-screen=play]")
    yield page, "play_begin"
    page.fill("#play-number", "12")
    page.click("#play-numbered button")
    wait_until(page, "game?.seen && !game.isBusy")
    page.check("#play-offices-o")
    page.click("#play-next")
    wait_until(page, "game.quarter === 1 && !game.isBusy")
    yield page, "play"
    page.evaluate("playOn(QUARTERS)")
    while not page.evaluate("isEnded()"):
        wait_until(page, "!game.isBusy")
        if not page.evaluate("isEnded()"):
            page.evaluate("playOn(QUARTERS)")
    wait_until(page, "game.others?.done === game.others?.worlds")
    yield page, "debrief"


def _with_own(page: Page) -> Shown:
    """Where a policy of one's own stands."""
    page.click("#no-guess")
    wait_until(page, ALL)
    yield page, "beliefs_own"
    page.click("[data-screen=policies]")
    yield page, "policies"
    page.click("#slots li:last-child button")
    yield page, "policies_levers"
    page.click("[data-screen=take]")
    yield page, "take"


def _in_class(open_page: Callable[[str], Page]) -> Shown:
    """A lesson with some students: the door, a student's screen and the instructor's."""
    with open_room() as (url, code, teach, _):
        door, teacher = open_page(url), open_page(teach)
        yield door, "class_door"
        students = [open_page(f"{url}#{code}") for _ in range(STUDENTS)]
        for number, student in enumerate(students, start=1):
            student.wait_for_url("**/room*")
            wait_until(student, "room !== null && guesses !== null")
            student.click(f"#guesses button:nth-child({number})")
        wait_until(teacher, f"room?.guesses.reduce((sum, count) => sum + count, 0) === {STUDENTS}")
        yield teacher, "class_teach_guess"
        yield students[0], "class_room_guess"
        for step in ("guesses", "model", "beliefs"):
            teacher.click(f"[data-step={step}]")
            wait_until(teacher, f"room.step === '{step}' && {ALL}")
            if step != "beliefs":
                yield teacher, f"class_teach_{step}"
        for number, student in enumerate(students, start=1):
            wait_until(student, "current === 'beliefs'")
            student.click(f"#presets button:nth-child({number})")
            student.click("[data-screen=classroom]")
            if student.is_visible("#room-send"):
                student.click("#room-send")
        wait_until(teacher, f"room.senders === {STUDENTS} && {ALL}")
        yield teacher, "class_teach_beliefs"
        yield students[0], "class_room"
