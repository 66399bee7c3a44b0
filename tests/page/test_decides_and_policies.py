"""Which belief decides, and own policies, used in Chromium as a reader uses them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_in_browser import SIZES, Open, needs_browser, resize, settle, slide, wait
from playing import needs_kernels
from playwright.sync_api import Page

pytestmark = [needs_kernels, needs_browser, pytest.mark.slow]


def count(page: Page) -> None:
    """Open the screen of deciding beliefs, and count."""
    page.click("[data-screen=decides]")
    page.click("#decides-count")
    wait(page, "counting === null && !document.getElementById('decides-found').hidden")


def rest(page: Page) -> None:
    """Let the next change be a step of its own to undo, as after a rest."""
    page.evaluate("lastMove.time = -Infinity")


def violations(page: Page) -> list[Any]:
    """What axe finds on the screen."""
    result = Axe().run(page)
    assert len(result.response["passes"]) > 20
    return [(entry["id"], [node["html"][:90] for node in entry["nodes"]]) for entry in result.response["violations"]]


WIDE = """[...document.querySelectorAll('main:not([hidden]) *')]
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && !node.closest('.scroll, svg'))
    .map((node) => node.outerHTML.slice(0, 90))"""


def assert_fits(page: Page) -> None:
    """Assert that a screen is readable by all at every size, in both themes."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    for width, height in SIZES.values():
        resize(page, width, height)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(WIDE) == []


def test_what_decides_is_counted_shown_and_kept(visit: Open) -> None:
    page = visit("#_v=newsham")
    settle(page)
    verdict = page.inner_text("#verdict")
    count(page)
    assert verdict.startswith(page.inner_text("#decides-now")), "the same verdict as on the screen of beliefs"
    bars = page.locator("#decides-alone > ol > li:not(.axis)")
    assert bars.count() == 8
    assert page.locator("#decides-alone details li").count() == 0, "the others are counted once their drawer is opened"
    assert "N22" in page.inner_text("#decides-alone > ol")
    assert "No belief alone is enough. At most" in page.inner_text("#decides-turn")
    assert "From Self's beliefs to Newsham's it changes by" in page.inner_text("#decides-distance")
    page.click("#decides-alone summary")
    wait(page, "counting === null && document.querySelectorAll('#decides-alone details li').length > 20")
    page.click("#decides-numbers > summary")
    wait(page, "document.querySelectorAll('#decides-table tbody').length === 2")
    assert page.locator("#decides-table tbody").nth(1).locator("tr").count() == page.evaluate("CLAIMS.length")
    shown = page.locator("#decides-alone .bars > li:not(.axis) .code").all_inner_texts()
    assert len({*shown}) == len(shown) == page.evaluate("CLAIMS.length"), "each belief once, also those of the drawer"
    assert_fits(page)
    # All results stay while the reader is elsewhere; a change of beliefs makes them old, and says so.
    before = page.inner_text("#decides-found")
    page.click("[data-screen=beliefs]")
    slide(page, "S9", -50)
    page.click("[data-screen=decides]")
    assert page.inner_text("#decides-found") == before
    assert page.inner_text("#decides-count") == "Count again"
    assert "The setting has changed since" in page.inner_text("#decides-status")
    page.click("[data-screen=beliefs]")
    page.click("#undo")
    page.click("[data-screen=decides]")
    assert page.inner_text("#decides-status") == "Counted for this setting."
    # Another measure has its own search.
    page.check("input[value=cost]")
    assert "Not counted yet for this measure" in page.inner_text("#decides-turn")
    assert page.inner_text("#decides-now").startswith("Open ties instead of the status quo. Japan")
    # A bar is tried on the screen of beliefs, where it is undone.
    page.check("input[value=risk]")
    page.click("#decides-alone > ol > li:nth-child(2) button")
    assert page.is_visible("#beliefs")
    claim = page.evaluate("movedClaims()[0]")
    assert page.evaluate("document.activeElement.id") == f"claim-{claim}"
    page.click("#undo")
    assert page.evaluate("movedClaims().length") == 0


def test_what_decides_has_the_numbers_of_the_screen_of_beliefs(visit: Open) -> None:
    """A bar, the sentence on what turns the result round, and the verdict after "Try it" come from one run."""
    page = visit()
    settle(page)
    before = page.evaluate("shown.at.contrasts[0].risk[0]")
    count(page)
    entry = "decided.get(decidesChoice.key())"
    single = page.evaluate(f"{entry}.turning.risk.goals[0].single[0]")
    (claim, to), found = single["changes"][0], single["difference"]
    bars = page.evaluate(f"{entry}.alone.shown.risk")
    bar = next(each for each in bars if (each["claim"], each["to"]) == (claim, to))
    assert bar["after"] == found
    assert before + bar["change"][0] == pytest.approx(found[0], abs=1e-12)
    ends = page.evaluate("distances.get(distanceKey(decidesChoice.key(), state)).risk.ends")
    page.click("#decides-turn li button")
    settle(page)
    assert page.evaluate("shown.at.contrasts[0].risk") == found
    for view in ("newsham", "self"):
        page.click(f"[data-view={view}]")
        settle(page)
        assert page.evaluate("shown.at.contrasts[0].risk") == ends[view]


def test_a_click_right_after_typing_counts_and_a_new_name_keeps_the_count(visit: Open) -> None:
    page = visit()
    settle(page)
    page.click("[data-screen=policies]")
    page.select_option("#policies-from", "clarity")
    page.click("#policies-make")
    settle(page)
    page.click("[data-screen=decides]")
    page.select_option("#decides-pair", "any")
    page.select_option("#decides-first", "~2")
    page.select_option("#decides-second", "status_quo")
    count(page)
    page.click("[data-screen=policies]")
    long = "A name so long that it needs two lines of a list"
    for button, name in (("#policies-make", "Mine"), ("[data-act='first 2']", long)):
        page.fill("#own-title", name)
        page.locator(button).scroll_into_view_if_needed()
        box: Any = page.locator(button).bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        settle(page)
        assert page.locator(button).bounding_box() == box, "it stays under the pointer"
        page.mouse.up()
        titles = page.evaluate("state.slots.filter((slot) => slot.title).map(({ title }) => title)")
        assert titles == [name, "a plain commitment, a copy"]
        page.click("[data-act^='edit']")
    page.click("[data-screen=decides]")
    page.select_option("#decides-pair", "any")
    page.select_option("#decides-first", "~0")
    page.select_option("#decides-second", "status_quo")
    assert page.inner_text("#decides-status") == "Counted for this setting."


def test_counting_gives_way_is_cancelled_and_goes_by_keyboard(visit: Open) -> None:
    page = visit()
    settle(page)
    page.focus("[data-screen=decides]")
    page.keyboard.press("Enter")
    page.focus("#decides-pair")
    page.keyboard.press("ArrowDown")
    page.focus("#decides-count")
    page.keyboard.press("Enter")
    wait(page, "counting !== null && counting.done > 0")
    page.click("[data-screen=beliefs]")
    slide(page, "N1", 100)
    wait(page, "engine.at !== null && engine.at.n >= FIRST")
    assert page.evaluate("counting !== null"), "beliefs are answered first, and the count goes on"
    page.click("[data-screen=decides]")
    page.focus("#decides-cancel")
    page.keyboard.press("Enter")
    assert page.evaluate("counting === null")
    assert not page.is_disabled("#decides-count")
    assert page.is_hidden("#decides-progress")
    settle(page)
    wait(page, "pool.workers.every((worker) => !worker.later.length)")


def test_an_own_policy_is_made_compared_undone_and_linked(visit: Open) -> None:
    page = visit("#_v=newsham")
    settle(page)
    page.click("[data-screen=policies]")
    assert page.inner_text("#slots li:first-child").startswith("Status quo")
    page.select_option("#policies-from", "direct_ties")
    assert page.is_disabled("#policies-add"), "it is compared already"
    page.focus("#policies-make")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "editor-title"
    page.fill("#own-title", "<img src=x onerror=alert(1)>")
    page.press("#own-title", "Tab")
    page.focus("#lever-escorts-depth")
    page.keyboard.press("Home")
    assert page.evaluate("Object.keys(state.slots[2].levers).length") == 6
    page.fill("#lever-liaison-from_month", "24")
    page.press("#lever-liaison-from_month", "Enter")
    settle(page)
    assert page.locator("#policies img").count() == 0
    taken = page.inner_text("#slots li:nth-child(3)")
    assert "<img src=x onerror=alert(1)>" in taken
    assert "It moves 6 levers, from month 0 to month 24" in taken
    verdicts = page.locator("#policies-verdicts p")
    assert verdicts.count() == 2
    assert "If Newsham is right, force is used less often with open ties" in verdicts.nth(0).inner_text()
    levels = page.evaluate("[shown.at.levels['~2'].risk, shown.at.levels.direct_ties.risk]")
    assert levels[0] != levels[1]
    # The main contrast is the same number here as on the screen of beliefs.
    shown = page.evaluate("[shown.at.pairs['direct_ties|status_quo'], shown.at.contrasts[0]]")
    assert shown[0] == shown[1]
    # A link gives the same policies and the same sentences.
    said, address = page.inner_text("#policies-verdicts"), page.evaluate("addressOf()")
    other = visit(address)
    other.click("[data-screen=policies]")
    settle(other)
    assert other.inner_text("#policies-verdicts") == said
    assert not other.is_visible("#notice")
    # Another baseline turns the comparison round; everything is undone step by step.
    page.click("#slots li:nth-child(3) >> text=Make baseline")
    settle(page)
    assert page.evaluate("Object.keys(shown.at.pairs)") == ["status_quo|~0", "direct_ties|~0"]
    page.click("#policies-undo")
    assert page.inner_text("#slots li:first-child").startswith("Status quo")
    for _ in range(4):
        page.click("#policies-undo")
    assert page.evaluate("state.slots.join()") == "status_quo,direct_ties"
    # Four at most, two at least.
    page.select_option("#policies-from", "both")
    page.click("#policies-add")
    page.select_option("#policies-from", "quiet_depth")
    page.click("#policies-make")
    assert page.is_disabled("#policies-add")
    assert page.is_disabled("#policies-make")
    page.click("#policies-numbers > summary")
    settle(page)
    wait(page, "document.querySelectorAll('#policies-table tbody').length === 2")
    assert_fits(page)
    for _ in range(2):
        page.click("#slots li:last-child >> text=Remove")
    assert page.is_disabled("#slots li:last-child >> text=Remove")
    assert page.is_hidden("#editor")


def test_every_policy_can_be_compared_and_a_copy_is_named_by_what_differs(visit: Open) -> None:
    page = visit("#_v=newsham")
    settle(page)
    page.click("[data-screen=policies]")
    offered = page.locator("#policies-from option").evaluate_all("(all) => all.map(({ value }) => value)")
    assert {"clarity", "retract", "coast_guard_first", "resilience_first", "reassure_and_integrate"} < {*offered}
    page.select_option("#policies-from", "clarity")
    page.click("#policies-add")
    assert page.is_disabled("#policies-add"), "it is compared already"
    assert page.inner_text("#slots li:nth-child(3) .head") == "A plain commitment"
    page.select_option("#policies-from", "direct_ties")
    rest(page)
    page.click("#policies-make")
    assert page.input_value("#own-title") == "open ties, a copy"
    page.press("#lever-escorts-depth", "Home")
    assert page.input_value("#own-title") == "open ties − Joint escort of Taiwan's air force"
    for name in ("liaison", "naval_training"):
        page.press(f"#lever-{name}-depth", "Home")
    assert page.input_value("#own-title") == "open ties, 3 levers changed"
    page.fill("#own-title", "Mine")
    page.press("#own-title", "Tab")
    page.press("#lever-escorts-depth", "End")
    assert page.input_value("#own-title") == "Mine", "a name that the reader gave stays"
    # The forces at work in each comparison add up to its difference.
    wait(page, "engine.at && engine.at.forces")
    for pair in ("direct_ties|status_quo", "~2|status_quo", "~3|status_quo"):
        found = page.evaluate(f"[engine.at.forces['{pair}'], engine.at.pairs['{pair}']]")
        summed, whole = found[0]["deters"][0] + found[0]["provokes"][0], found[1]["risk"][0]
        assert summed == pytest.approx(whole, abs=1e-12)
    assert page.locator("#policies-forces figure").count() == 3
    assert page.inner_text("#policies-forces figure:nth-child(3) figcaption") == "Mine, not the status quo"
    page.click("#policies-numbers > summary")
    wait(page, "document.querySelectorAll('#policies-table th').length > 20")
    assert page.locator("#policies-table th", has_text="Mine, not the status quo").count() == 3
    # What is carried out stands beside what is planned.
    carried = page.evaluate("mean(engine.run.effort.direct_ties)")
    assert 0 < carried < page.evaluate("takesOf('direct_ties').years")
    said = page.inner_text("#slots li:nth-child(2)")
    assert f"Carried out on average: {carried:.1f} lever-years (" in said
    assert page.locator("#policies .takes", has_text="One lever-year is one lever held").count() == 1
    page.click("[data-screen=beliefs]")
    assert re.match(rf"Open ties: 60 lever-years planned, {carried:.1f} carried out \(", page.inner_text("#effort"))
    assert page.inner_text("#effort").endswith("One lever-year is one lever held at full depth for one year.")
    # The own one on the other screens.
    page.click("[data-screen=story]")
    page.select_option("#story-pair", "any")
    page.select_option("#story-first", "~3")
    wait(page, "!document.getElementById('story-found').hidden")
    assert "Mine averted force in" in page.inner_text("#story-counts")
    assert "with Mine" in page.inner_text("#story-headline")
    page.select_option("#story-second", "~3")
    assert page.evaluate("storyChoice.names()") == ["status_quo", "~3"], "nothing is compared with itself"
    page.click("[data-screen=decides]")
    page.select_option("#decides-pair", "any")
    page.select_option("#decides-first", "~3")
    page.select_option("#decides-second", "quiet_depth")
    page.click("#decides-count")
    wait(page, "counting === null && !document.getElementById('decides-found').hidden")
    assert "with Mine than with quiet ties" in page.inner_text("#decides-now")
    played = page.evaluate("mean(decided.get(decidesChoice.key()).now.values.risk[0])")
    assert played == pytest.approx(page.evaluate("mean(engine.run.risk['~3'])"), abs=1e-12)
    # Without it, both screens fall back to a question.
    page.click("[data-screen=policies]")
    page.click("#slots li:nth-child(4) >> text=Remove")
    assert page.evaluate("[storyChoice, decidesChoice].map((choice) => choice.kept.pair)") == [0, 0]


def test_an_own_policy_stands_on_beliefs_and_on_the_sheet(visit: Open) -> None:
    own = "~My%20<b>escorts</b>~quieten~escorts:100:100:12:24"
    page = visit(f"#_v=newsham&_p=direct_ties&_p=both&_p={own}")
    settle(page)
    wait(page, "document.querySelectorAll('#second > span').length === 1")
    # The first of the list is the baseline, here too.
    said = "with My <b>escorts</b> than with open ties"
    assert said in page.inner_text("#second")
    assert "6 policies" in page.inner_text("#picture-caption")
    assert page.locator("#picture .label").count() == 6
    assert "My <b>escorts</b>" in str(page.text_content("#picture title"))
    assert "My <b>escorts</b>, not open ties" in str(page.text_content("#differences title"))
    page.click(".numbers > summary")
    wait(page, "document.querySelectorAll('#table tbody tr').length > 0")
    rows = page.locator("#table th[scope=row]").all_inner_texts()
    assert "My <b>escorts</b>" in rows
    assert "My <b>escorts</b>, not open ties" in rows
    page.click("[data-screen=policies]")
    assert said in page.inner_text("#policies-verdicts")
    page.click("[data-screen=take]")
    sheet = page.inner_text(".sheet")
    assert said in sheet
    assert f"{page.evaluate('WORDS.levers.escorts.title')} 0 → 100 %, 100 % public, from month 12" in sheet
    assert "Your own policies are saved beside it, 1 in all" in page.inner_text("#take-run")
    assert own in page.input_value("#take-link").replace("%3C", "<").replace("%3E", ">").replace("%2F", "/")
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) == 1
    # A change of the own policy shows where it was, and can be replayed.
    page.click("[data-screen=policies]")
    page.click("#slots li:nth-child(3) button")
    page.locator("#lever-escorts-depth").press("Home")
    settle(page)
    page.click("[data-screen=beliefs]")
    page.click("#replay")
    wait(page, "!isReplaying")
    # Without it, the screens are as they were.
    page.click("[data-screen=policies]")
    page.click("#slots li:nth-child(3) >> text=Remove")
    settle(page)
    page.click("[data-screen=beliefs]")
    page.click("#replay")
    wait(page, "!isReplaying")
    assert page.locator("#picture .label").count() == 5
    assert page.inner_text("#second").startswith("If Japan can do only one, which?")


def test_a_copy_is_equal_and_undo_keeps_the_text_and_the_policy_that_is_edited(visit: Open) -> None:
    page = visit("#_v=newsham")
    settle(page)
    page.click("[data-screen=policies]")
    page.click("#policies-make")
    page.select_option("#policies-from", "direct_ties")
    rest(page)
    page.click("#policies-make")
    settle(page)
    levels, pairs = page.evaluate("[shown.at.levels, shown.at.pairs]")
    for copy, policy in (("~2", "status_quo"), ("~3", "direct_ties")):
        assert levels[copy] == levels[policy]
    assert pairs["~2|status_quo"] == {"risk": [0, 0, 0], "cost": [0, 0, 0]}
    assert pairs["~3|status_quo"] == pairs["direct_ties|status_quo"]
    assert "(difference 0.0 to 0.0)" in page.inner_text("#policies-verdicts p:nth-child(2)")
    # In a text Ctrl+Z belongs to the text.
    page.press("#own-title", "Control+z")
    assert page.evaluate("state.slots.length") == 4
    # The second of two own ones is edited; without the first it is another place, and undo finds it there.
    title = page.inner_text("#editor-title")
    rest(page)
    page.click("#slots li:nth-child(3) >> text=Remove")
    assert (page.evaluate("edited"), page.inner_text("#editor-title")) == (2, title)
    page.focus("#lever-escorts-depth")
    page.keyboard.press("Control+z")
    assert (page.evaluate("edited"), page.inner_text("#editor-title")) == (3, title)
    page.keyboard.press("Control+z")
    assert page.evaluate("state.slots.length") == 3
    assert page.is_hidden("#editor")
