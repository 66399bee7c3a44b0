"""Another language keeps the guess and all that the reader has done."""

from __future__ import annotations

from typing import Any

import pytest
from page_in_browser import Open, needs_browser, settle, slide, wait
from playing import needs_kernels
from playwright.sync_api import Page

pytestmark = [needs_kernels, needs_browser, pytest.mark.slow]

SETTING = "JSON.stringify([state.view, state.start, CLAIMS.map((claim) => position(claim)), state.slots])"
KEPT = f"[{SETTING}, codeOf(game, SEAT), past.length, asked.kind, edited, addressOf().split('&_l=')[0]]"


def speak(page: Page, language: str) -> None:
    """Choose a language and wait until the page stands there in it."""
    with page.expect_event("load"):
        page.select_option("#language", language)
    wait(page, f"document.documentElement.lang === '{language}' && shown !== null")


def test_the_guess_and_all_work_survive(visit: Open) -> None:
    page = visit(is_past_guess=False)
    settle(page)
    page.click("#guesses button:nth-child(2)")
    wait(page, "!document.getElementById('reveal').hidden")
    speak(page, "ja")
    assert page.is_visible("#guess")
    wait(page, "!document.getElementById('reveal').hidden")
    assert page.locator("#guesses [aria-pressed=true]").inner_text().startswith("少し減る")
    page.click("#theme")
    page.click("[data-screen=beliefs]")
    slide(page, "N1", 40)
    page.click("[data-screen=policies]")
    page.click("#policies-make")
    page.locator("#lever-escorts-depth").press("End")
    page.click("[data-screen=decides]")
    page.check("input[value=cost]")
    page.click("#decides-count")
    wait(page, "counting === null && !document.getElementById('decides-found').hidden")
    page.click("[data-screen=story]")
    page.click("[data-kind=provoked]")
    page.click("[data-screen=take]")
    page.fill("#take-words", "Both.")
    page.click("[data-screen=play]")
    page.fill("#play-number", "12")
    page.click("#play-numbered button")
    wait(page, "game?.seen && !game.isBusy")
    page.check("#play-offices-o")
    page.click("#play-next")
    wait(page, "game.quarter === 1 && !game.isBusy")
    page.check("#play-offices-d")
    before: Any = page.evaluate(KEPT)
    decided = page.evaluate("JSON.stringify([...decided].map(([, { now, alone }]) => [now, alone]))")
    speak(page, "zh-Hant")
    assert page.is_visible("#play-game"), "the same screen"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    after = page.evaluate(
        f"[{SETTING}, codeOf(game, SEAT), past.length, asked.kind, edited, addressOf().split('&_l=')[0]]"
    )
    assert after == before
    assert page.is_checked("#play-offices-d"), "orders that were not yet played"
    page.click("[data-screen=take]")
    assert page.is_visible("#play") is False
    wait(page, "document.getElementById('sheet-own').hidden === false")
    assert page.input_value("#take-words") == "Both."
    page.click("[data-screen=decides]")
    assert page.is_checked("input[value=cost]")
    assert page.evaluate("JSON.stringify([...decided].map(([, { now, alone }]) => [now, alone]))") == decided
    assert page.is_disabled("#decides-count"), "counted for this setting"
    page.click("[data-screen=policies]")
    assert page.is_visible("#editor")
    page.click("[data-screen=beliefs]")
    page.click("#undo")
    page.click("#undo")
    assert page.evaluate("state.slots.length") == 2
    # What is loaded again by hand begins from the start, with the setting of its address.
    with page.expect_event("load"):
        page.reload()
    wait(page, "shown !== null")
    assert page.is_visible("#guess")
    assert page.evaluate("[guess, isPastGuess]") == [None, False]


def test_a_count_under_way_goes_on(visit: Open) -> None:
    page = visit()
    settle(page)
    page.click("[data-screen=decides]")
    page.click("#decides-count")
    wait(page, "counting !== null && counting.done > 0")
    speak(page, "ja")
    wait(page, "counting === null && document.getElementById('decides-count').disabled")
    entry = "decided.get(decidesChoice.key())"
    assert page.evaluate(f"Boolean({entry}.alone && {entry}.turning.risk && distanceNow({entry}))")


def test_a_debrief_and_a_history_that_is_not_guessed_survive(visit: Open) -> None:
    page = visit("#_v=self")
    page.click("[data-screen=play]")
    page.fill("#play-number", "3")
    page.click("#play-numbered button")
    wait(page, "game?.seen && !game.isBusy")
    for _ in range(40):
        if page.evaluate("isEnded()"):
            break
        page.click("#play-skip")
        wait(page, "!game.isBusy")
    assert page.evaluate("isEnded()")
    speak(page, "ja")
    wait(page, "game.others?.done === game.others?.worlds")
    wait(page, "document.querySelectorAll('#play-table tbody tr').length === 6")
    assert page.is_visible("#play-debrief")
    assert page.evaluate("state.view") == "self"
