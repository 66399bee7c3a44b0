"""The page used in Chromium as a reader uses it: every control, any address, every size, and the numbers of a run."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_in_browser import SIZES, Open, address_of, needs_browser, settle, slide, wait
from playing import needs_kernels
from playwright.sync_api import Browser, Locator, Page, expect

import sim
from analysis.page import content
from sim.narrative.story import Story
from sim.scenario.loader import load

pytestmark = [needs_kernels, needs_browser]

GARBAGE = [
    "#N1=100000", "#N1=", "#N1", "#=", "#&&&", "#__proto__=1", "#constructor=5", "#N1=1e3", "#N1=NaN", "#_v=nobody",
    "#_s=1850", "#_r=zzzz", "#N1=--5", "#N1=50&N1=60&zz=3", "#%E0%A4%A", "#<script>alert(1)</script>", "#N5=40",
    "#_v=__proto__", "#S9=50", "#" + "N1=50&" * 2000,
    "#_p=nobody&_p=both", "#_p=~%E0~suspend&_p=both", "#_p=both", "#_p=~x~suspend~escorts:900:::",
]  # fmt: skip


def sentences(page: Page) -> list[str]:
    """The two verdicts."""
    return [page.inner_text("#verdict"), page.inner_text("#second")]


def open_drawer(page: Page, drawer: str) -> Locator:
    """Open a drawer that the page fills when it is opened, and wait until there is something in it."""
    page.locator(drawer).locator("> summary").click()
    found = page.locator(drawer)
    expect(found.locator("p, td").first).to_be_visible()
    return found


def test_one_guesses_before_one_sees(visit: Open) -> None:
    page = visit("#_v=newsham&N1=40", is_past_guess=False)
    assert page.is_visible("#guess")
    assert not page.is_visible("#beliefs")
    assert not page.is_visible("#reveal")
    settle(page)
    base = round(100 * page.evaluate("shown.at.levels.status_quo.risk[0]"))
    assert f"{base} of 100" in page.inner_text("#guess-base")
    assert page.inner_text("#guess-base").startswith("With these beliefs, ")
    assert page.locator("#guesses button").count() == 5
    page.click("#guesses button:last-child")
    wait(page, "!document.getElementById('reveal').hidden")
    revealed = page.inner_text("#reveal")
    found = page.evaluate("shown.at.contrasts[0].risk[0]")
    assert f"You said about 10 more. The model says: {abs(100 * found):.1f} " in revealed
    sizes = re.search(r"avert ([\d.]+) uses .* adds ([\d.]+), and that leaves ([\d.]+) (fewer|more)\.", revealed)
    assert sizes is not None, revealed
    deters, provokes, left = map(float, sizes.groups()[:3])
    assert round(provokes - deters, 1) == (left if sizes[4] == "more" else -left) == round(100 * found, 1)
    rings, added = (page.locator(f"#dots > svg circle[{mark}]").count() for mark in ("stroke", "fill='var(--p1)'"))
    assert added - rings == round(100 * found)
    assert page.evaluate("document.querySelectorAll('#dots > svg circle').length") == 100
    page.click("#go-on")
    assert page.is_visible("#beliefs")
    assert "guess" not in address_of(page).rpartition("#")[2]


def test_each_control_is_in_the_link(visit: Open) -> None:
    page = visit()
    same = """(() => {
        writeAddress();
        const all = (of) => JSON.stringify([of.view, of.start, CLAIMS.map((claim) => position(claim, of))]);
        return all(readAddress()) === all(state); })()"""
    page.click(".more > summary")
    for claim in page.evaluate("CLAIMS"):
        low, high = page.evaluate("(claim) => endsOf(claim).map((x) => 100 * x)", claim)
        for percent in {round(low), round(0.37 * low), round(0.5 * high), round(high)}:
            slide(page, claim, percent)
            assert page.evaluate("(claim) => position(claim)", claim) == percent / 100
            assert page.evaluate(same), (claim, percent)
    for view in page.evaluate("VIEWS.map((view) => view.name)"):
        page.click(f"[data-view={view}]")
        assert page.evaluate("state.view") == view
        assert page.evaluate(same)
    page.select_option("#start", "2020")
    assert page.evaluate("state.start") == "2020"
    assert page.evaluate(same)
    page.click("#undo")
    assert page.evaluate("state.start") == "2026"
    page.click("#reset")
    assert page.evaluate("JSON.stringify([state.view, movedClaims()])") == '["neutral",[]]'


def test_a_link_gives_the_same_sentences(visit: Open) -> None:
    page = visit()
    page.click("[data-view=newsham]")
    slide(page, "N1", 35)
    slide(page, "S16", -60)
    settle(page)
    address = address_of(page).partition("#")[2]
    there = visit(f"#{address}")
    settle(there)
    assert sentences(there) == sentences(page)
    assert "With these beliefs" in sentences(there)[0]
    assert there.inner_text("#whose").upper() == "IF NEWSHAM IS RIGHT, BUT FOR N1, S16"
    other = visit(f"#{address}".replace("_r=", "_r=0"))
    assert "other rules or numbers" in other.inner_text("#notice")


def test_a_history_stands_under_both_policies_as_an_instructor_shows_it(visit: Open) -> None:
    page, exp = visit("#_v=newsham", size="projector"), content.shrink(load("debate"))
    page.click("[data-screen=story]")
    wait(page, "storyKey?.story !== undefined")

    def python_says(kind: Any, **names: Any) -> Story:
        """What Python says of the history on the screen, which must be the same."""
        world = page.evaluate("storyKey.story.world")
        story = sim.story(exp, worldview="newsham", start="2026", trial=world, **names)
        assert story.kind == kind
        assert page.inner_text("#story-counts") == f"{story.counted[:1].upper()}{story.counted[1:]}"
        assert page.inner_text("#story-headline") == story.headline
        texts = [entry["text"] for entry in story.narration["sides"]["policy"]["sentences"]]
        assert page.locator("#story-policy li > span:not(.when):not(.muted)").all_inner_texts() == texts
        assert story.narration["parting"]["sentences"]["policy"][0]["text"] in page.inner_text("#story-parting")
        assert story.head("against") == page.inner_text("#story-against h3")
        assert not page.is_visible("#story-lucks")
        page.click("#story-luck")
        assert page.inner_text("#story-luck-said") == story.other_lucks
        page.click("#story-luck")
        return story

    first = python_says("averted")
    assert first.trial == first.like_it[0]
    page.click("#story-another")
    wait(page, "storyKey?.story !== undefined && storyKey.key.startsWith('averted 1')")
    assert python_says("averted").trial == first.like_it[1]
    page.click("[data-kind=provoked]")
    wait(page, "storyKey?.story !== undefined && storyKey.key.startsWith('provoked')")
    assert page.get_attribute("[data-kind=provoked]", "aria-pressed") == "true"
    python_says("provoked")
    page.click("#story-table-drawer summary")
    assert page.locator("#story-table tbody tr").count() == 10
    page.click("[data-kind=averted]")
    page.select_option("#story-pair", "2")
    pair = page.evaluate("WORDS.contrasts[2]")
    wait(page, "storyKey?.story !== undefined && storyKey.key === `averted 0 ${storyChoice.names().join()}`")
    python_says("averted", policy=pair[0], against=pair[1])
    page.click("[data-screen=beliefs]")
    at_once = """(document.querySelector("[data-view=self]").click(), openScreen("story"),
        [storyKey, document.getElementById("story-found").hidden])"""
    assert page.evaluate(at_once) == [None, True], "other beliefs have other histories"
    wait(page, "storyKey?.story !== undefined")


def test_two_tabs_are_apart(visit: Open) -> None:
    first, second = visit(), visit()
    first.click("[data-view=self]")
    assert second.evaluate("state.view") == "neutral"
    first.reload()
    assert not first.is_visible("#beliefs")


def test_keys_undo_and_replay(visit: Open) -> None:
    page = visit()
    wait(page, "engine.run.n >= FIRST")
    page.focus("#claim-N1")
    page.evaluate("{ const now = performance.now(); performance.now = () => now; }")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("position('N1')") == 0.15
    assert page.input_value("#claim-N1") == "15"
    assert "15 % of the way from the evidence to Newsham" in str(page.get_attribute("#claim-N1", "aria-valuetext"))
    page.keyboard.press("Home")
    assert page.evaluate("position('N1')") == 0
    page.keyboard.press("End")
    assert page.evaluate("position('N1')") == 1
    page.keyboard.press("Control+z")
    assert page.evaluate("movedClaims().length") == 0, "all moves within a second are one step"
    assert page.is_disabled("#undo")
    page.evaluate("delete performance.now")
    page.focus("#presets [aria-checked=true]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("state.view") == "newsham"
    wait(page, "engine.run.n >= FIRST")
    assert not page.is_disabled("#replay")
    assert page.evaluate("(document.getElementById('replay').click(), isReplaying)"), "it moves for two seconds"
    wait(page, "!isReplaying")
    assert page.evaluate("state.view") == "newsham"
    assert page.get_attribute("[data-view=newsham]", "aria-checked") == "true"
    page.keyboard.press("Tab")
    assert not page.is_visible("#moved")
    slide(page, "N1", 50)
    page.click("#moved summary")
    assert "50 % of the way from the evidence to Newsham" in page.inner_text("#moved-list")


def test_a_why_drawer_has_both_sides_and_sources(visit: Open) -> None:
    page = visit()
    text = open_drawer(page, ".belief:has(#claim-N1) details").inner_text()
    claim = load("debate").catalogue.claims["N1"]
    for part in (claim.says, claim.supports, claim.contradicts, claim.why["newsham"], claim.why["self"], claim.verdict):
        assert part in text
    assert "Huth" in text


@pytest.mark.parametrize("address", GARBAGE)
def test_garbage_in_the_address_is_left_out(address: str, visit: Open) -> None:
    page = visit(address)
    wait(page, "shown !== null")
    assert page.is_visible("#notice") or address in ("#&&&", "#N1=50&N1=60")
    inside = "([low, high], at) => at >= low && at <= high"
    assert page.evaluate(f"CLAIMS.every((claim) => ({inside})(endsOf(claim), position(claim)))")
    assert page.inner_text("#verdict")


def test_a_saved_experiment_runs_to_the_same_numbers(visit: Open, tmp_path: Path) -> None:
    page = visit()
    page.click("[data-view=self]")
    slide(page, "N1", 35)
    slide(page, "N12", 30)
    slide(page, "S9", -70)
    page.select_option("#start", "2020")
    page.click("[data-screen=policies]")
    page.select_option("#policies-from", "quiet_depth")
    page.click("#policies-make")
    page.fill("#own-title", "Half & half")
    page.press("#own-title", "Tab")
    page.locator("#lever-escorts-depth").press("ArrowRight")
    page.fill("#lever-escorts-from_month", "30")
    page.press("#lever-escorts-from_month", "Tab")
    settle(page)
    page.click("[data-screen=take]")
    with (
        page.expect_download(lambda file: file.suggested_filename.endswith("_a.yaml")) as own_file,
        page.expect_download(lambda file: not file.suggested_filename.endswith("_a.yaml")) as whole_file,
    ):
        page.click("#download")
    files = [whole_file.value, own_file.value]
    for file in files:
        file.save_as(tmp_path / file.suggested_filename)
    path = tmp_path / files[0].suggested_filename
    result = sim.run(load(path))
    own = Path(files[1].suggested_filename).stem
    assert next(each.title for each in result.experiment.policies if each.name == own) == "Half & half"
    assert (result.experiment.trials, result.experiment.lucks) == (4000, 1)
    found = page.evaluate("JSON.parse(JSON.stringify(shown.at))")
    summary: Any = result.summary()
    differences: Any = result.differences()
    for short, outcome in (("risk", "use_of_force"), ("cost", "japan_gdp_loss_pct")):
        rows = summary[(summary["outcome"] == outcome) & (summary["statistic"] == "mean")].set_index("policy")
        for policy, level in found["levels"].items():
            policy = policy.replace("~2", own)
            assert level[short] == pytest.approx(rows.loc[policy, ["estimate", "low", "high"]].tolist(), rel=1e-12)
        rows = differences[differences["outcome"] == outcome].set_index(["policy_a", "policy_b"])
        own_pairs = {tuple(pair.split("|")): contrast for pair, contrast in found["pairs"].items()}
        shown = dict(zip(map(tuple, page.evaluate("WORDS.contrasts")), found["contrasts"], strict=True)) | own_pairs
        assert ("~2", "status_quo") in shown
        for (a, b), contrast in shown.items():
            a = a.replace("~2", own)
            there, sign = ((a, b), 1) if (a, b) in rows.index else ((b, a), -1)
            figures = [sign * x for x in rows.loc[there, ["difference", "low", "high"]].tolist()]
            if sign < 0:
                figures = [figures[0], figures[2], figures[1]]
            assert contrast[short] == pytest.approx(figures, rel=1e-11, abs=1e-14)
    trials = result.trials
    counted = trials[trials["policy"] == "both"]["use_of_force"].tolist()
    assert page.evaluate("[...engine.run.hit.both]") == counted


def test_the_sheet_says_what_the_page_says_on_one_printed_page(visit: Open) -> None:
    page = visit("#_v=newsham&N1=40&S16=-50")
    settle(page)
    verdict = page.inner_text("#verdict")
    page.click("[data-screen=take]")
    page.fill("#take-name", "A. <b>Student</b>")
    page.fill("#take-words", "Both must come.\n" * 3)
    sheet = page.inner_text(".sheet")
    assert verdict in sheet
    assert "A. <B>STUDENT</B>" in sheet
    assert [line in sheet for line in ("Both must come.", "Do open ties help or hurt?", "My conclusion")] == [True] * 3
    assert page.locator("#sheet-moved li").count() == 2
    assert page.evaluate("addressOf()") in page.input_value("#take-link")
    assert page.evaluate("addressOf()") in sheet
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) == 1
    with page.expect_download() as download:
        page.click("#download")
    name = download.value.suggested_filename
    assert f"strait run {name}" in sheet
    page.click("[data-screen=beliefs]")
    slide(page, "N1", 45)
    page.click("[data-screen=take]")
    wait(page, "engine.at !== null")
    assert name not in page.inner_text(".sheet"), "another setting is another file"


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_the_screen(size: str, visit: Open) -> None:
    for scheme in ("light", "dark"):
        page = visit(size=size, scheme=scheme, is_past_guess=False)
        wait(page, "engine.run.n >= FIRST")
        wide = """[...document.querySelectorAll('main:not([hidden]) *')]
            .filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && !node.closest('.scroll'))
            .map((node) => node.outerHTML.slice(0, 90))"""
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        page.click("#no-guess")
        page.click(".more > summary")
        open_drawer(page, "#beliefs .numbers")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert page.evaluate(wide) == []
        page.click("[data-screen=story]")
        wait(page, "storyKey?.story !== undefined")
        page.click("#story-luck")
        page.click("#story-table-drawer summary")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert page.evaluate(wide) == []
        page.click("[data-screen=take]")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert page.evaluate(wide) == []


@pytest.mark.parametrize(("size", "scheme"), [*product(("phone", "laptop"), ("light", "dark"))])
def test_axe_finds_nothing(size: str, scheme: str, visit: Open) -> None:
    page = visit(size=size, scheme=scheme, is_past_guess=False)
    wait(page, "engine.run.n >= FIRST")
    found = [Axe().run(page)]
    page.click("#guesses button:first-child")
    wait(page, "!document.getElementById('reveal').hidden")
    found.append(Axe().run(page))
    page.click("#go-on")
    page.click(".more > summary")
    open_drawer(page, "#beliefs .numbers")
    open_drawer(page, ".belief:has(#claim-N1) details")
    found.append(Axe().run(page))
    page.click("[data-screen=story]")
    wait(page, "storyKey?.story !== undefined")
    page.click("#story-luck")
    page.click("#story-table-drawer summary")
    found.append(Axe().run(page))
    page.click("[data-screen=take]")
    found.append(Axe().run(page))
    for result in found:
        violations = [(entry["id"], [node["html"][:90] for node in entry["nodes"]])
                      for entry in result.response["violations"]]  # fmt: skip
        assert violations == []
        assert len(result.response["passes"]) > 20


def test_drawing_an_answer_is_quick(visit: Open) -> None:
    page = visit()
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})  # the page's own time: what else runs here counts not

    def busy() -> float:
        metrics = {each["name"]: each["value"] for each in cdp.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"])

    settle(page)
    begun = busy()
    page.evaluate("{ let sum = 0; for (let i = 0; i < 3e7; i++) sum += Math.sqrt(i) % 7; globalThis.sum = sum; }")
    loop, drawings, begun = busy() - begun, page.evaluate("paints.length"), busy()
    for percent in range(5, 100, 5):
        slide(page, "N1", percent)
        wait(page, "engine.run.n >= CHUNK && engine.at !== null && paints.at(-1)?.n === engine.at.n")
    drawings = page.evaluate("paints.length") - drawings
    assert drawings >= 15
    assert (busy() - begun) / drawings < loop / 2, "in proportion to a plain loop, so a slow computer may be slow"


def test_the_page_speaks_the_language_of_the_browser_or_of_its_address(
    browser: Browser, file: Path, visit: Open
) -> None:
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.lang") == "ja"
    assert page.inner_text("#guess .kicker") == "まず予想してみる"
    assert page.text_content("h1 .question") == "日本は台湾との防衛協力を深めるべきか"
    assert page.title() == "Strait: 日本は台湾との防衛協力を深めるべきか"
    page.select_option("#language", "en")
    page.get_by_text("Guess first", exact=True).wait_for()  # the page loads again
    assert page.evaluate("document.documentElement.lang") == "en"
    context.close()
    there = visit("#_v=self&_l=zh-Hant")
    assert there.evaluate("[document.documentElement.lang, state.view]") == ["zh-Hant", "self"]
    assert not there.is_visible("#notice")
    assert "_l=zh-Hant" in address_of(there)
