"""What only a screen reader says: it follows each change, and nothing old stays in it."""

from __future__ import annotations

from typing import Any

import pytest
from page_in_browser import Open, address_of, needs_browser, settle, slide, wait
from playing import needs_kernels
from playwright.sync_api import Page

pytestmark = [needs_kernels, needs_browser]

HIDDEN = """() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(() => then(
    [...document.querySelectorAll(['title', '[role=status]', '[aria-live]', '[aria-label]', '[aria-valuetext]', '.sr']
        .map((each) => `main:not([hidden]) ${each}`).join())]
      .filter((node) => node.closest('details:not([open])') === null)
      .map((node) => [node.id || node.tagName,
        node.matches('title, [role=status], [aria-live], .sr') ? node.textContent : '',
        node.getAttribute('aria-label'), node.getAttribute('aria-valuetext')])))))"""
OWN = "#_v=newsham&_p=status_quo&_p=direct_ties&_p=~My%20escorts~japan_decides~escorts:100:100:12:24"


def hidden_texts(page: Page, screen: str) -> Any:
    """All texts of a screen that are not painted, in their order."""
    page.click(f"[data-screen={screen}]")
    return page.evaluate(HIDDEN)


def test_after_a_change_each_hidden_text_is_that_of_a_page_opened_anew(visit: Open) -> None:
    screens = ("beliefs", "policies", "take")
    page = visit(OWN)
    settle(page)
    before = {screen: hidden_texts(page, screen) for screen in screens}
    page.click("[data-screen=beliefs]")
    slide(page, "N1", 0)
    slide(page, "S16", -50)
    settle(page)
    after = {screen: hidden_texts(page, screen) for screen in screens}
    assert all(before[screen] != after[screen] for screen in screens)
    page = visit("#" + address_of(page).partition("#")[2])
    settle(page)
    assert {screen: hidden_texts(page, screen) for screen in screens} == after


@pytest.mark.parametrize(("screen", "verdict"), [("beliefs", "#verdict"), ("policies", "#policies-verdicts")])
def test_the_final_verdict_is_spoken_after_each_change(visit: Open, screen: str, verdict: str) -> None:
    page = visit()
    page.click(f"[data-screen={screen}]")
    settle(page)
    assert page.evaluate("document.getElementById('live').textContent") == ""
    spoken = []
    for claim, percent in (("N1", 100), ("S7", -100), ("N1", 0)):
        slide(page, claim, percent)
        assert page.evaluate("document.getElementById('live').textContent") == ""  # never the verdict before
        settle(page)
        wait(page, "document.getElementById('live').textContent !== ''")
        text = page.evaluate("document.getElementById('live').textContent")
        assert text == page.evaluate("(verdict) => document.querySelector(verdict).textContent", verdict)
        spoken.append(text)
    assert len({*spoken}) == 3
    page.click("[data-screen=take]")
    assert page.evaluate("document.getElementById('live').textContent") == ""


def test_forces_never_stand_beside_a_verdict_of_another_stage(visit: Open) -> None:
    page = visit()
    settle(page)
    page.evaluate("""void (globalThis.seen = [], engine.onAnswer = ((paint) => (run, at) => {
        paint(run, at);
        seen.push([at.n, document.getElementById('forces-title').textContent, at.contrasts[0].risk[0]]);
      })(engine.onAnswer))""")
    slide(page, "N1", 100)
    settle(page)
    seen = page.evaluate("seen")
    assert {n for n, _, _ in seen} >= {500, 1000, 2000, 4000}
    assert {title for n, title, _ in seen if n < 4000} == {"Counting…"}
    in_all = f"{100 * seen[-1][2]:+.1f}".replace("-", "−")
    assert f"in all {in_all} uses of force" in seen[-1][1]
