"""What the page explains where a new reader meets it: terms, grey marks, disabled buttons."""

from __future__ import annotations

import pytest
from page_in_browser import Open, needs_browser, settle, wait
from playing import needs_kernels

pytestmark = [needs_kernels, needs_browser, pytest.mark.slow]


def test_terms_marks_and_disabled_buttons_are_explained(visit: Open) -> None:
    page = visit("", is_past_guess=False)
    said = wait(page, "document.getElementById('guess-terms').textContent")
    assert "Open ties: Open, official defence ties with Taiwan, from liaison officers to joint escorts." in said
    assert "Newsham and Self are two analysts." in said
    page.click("#no-guess")
    settle(page)
    assert page.locator("[data-before]:visible").count() == 0, "nothing was changed yet"
    page.click("#presets [role=radio] >> nth=1")
    settle(page)
    wait(page, "document.querySelector('.picture [data-before]').checkVisibility()")
    assert page.inner_text(".picture [data-before] >> nth=0") == "(hollow and grey: before the last change)"
    page.click("[data-screen=policies]")
    assert page.inner_text("#policies-why") == "This policy is already compared.", "the first is the baseline"
    page.select_option("#policies-from", "quiet_depth")
    assert page.is_hidden("#policies-why")
    while page.locator("#slots > li").count() < 4:
        page.click("#policies-make")
    assert page.is_disabled("#policies-make")
    assert page.inner_text("#policies-why") == "Four is the most. Remove one first."
    open_ties = page.locator("#slots > li", has_text="Open, official defence ties").first
    open_ties.locator("summary").click()
    wait(page, "opened.size === 1")
    assert "Joint escort of Taiwan's air force 0 → 100 %, 100 % public" in open_ties.inner_text()
    page.click("[data-screen=story]")
    assert "there, one reaction is switched off" in page.inner_text("#story-counts-note")
