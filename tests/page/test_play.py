"""The page's screen Play: its orders and codes, whole histories in Chromium, and the same trials in Python."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from page_in_browser import SIZES, Open, address_of, needs_browser, wait
from page_in_node import ask
from playing import needs_kernels
from playwright.sync_api import Page
from translating import needs_node

import sim
from analysis.page import translations
from analysis.page.seat import groups_of, seat_words
from sim.engine import batch, setup
from sim.model import codes, outcomes, trace
from sim.scenario.layers import Order
from sim.scenario.loader import load

pytestmark = [needs_kernels, needs_node]

TOGETHER = "const limits = { worlds: 4000, quarters: 40, seat: DATA.seat, start: '2026' };"
GARBAGE = [
    "", "12", "12-", "x-1", "4000-1", "12-41", "12-1-0zz", "12-1-1oo", "12-1-0oo-0oq", "12-2-1oo-0to", "12-1-0eb",
    "12-1-0od", "-1-1", "12-1-0rj", "12-1-0OO", "12-1--0oo", "1e3-1", "12-1-0oo" * 300, "__proto__",
    "12-40" + "-1oo" * 9,
]  # fmt: skip


def test_codes_are_read_as_they_were_written_and_garbage_is_not() -> None:
    seat, dice = seat_words(load("debate")), random.Random(3)
    code = """
      const draw = DATA.luck[Symbol.iterator](), next = () => draw.next().value;
      const ordered = (choices) => ordersOf(choices, DATA.seat, '2026');
      answer(Array.from({ length: 30 }, () => {
        const game = { world: Math.floor(4000 * next()), quarter: 40, choices: [] };
        for (let quarter = 0; quarter < 40; quarter++) {
          const aims = aimsAfter(game.choices, DATA.seat);
          for (const group of seatGroups(DATA.seat)) {
            const options = optionsOf(group, aims, DATA.seat, '2026');
            const isFull = ordered(game.choices).length + sizeOf(group, DATA.seat) > MOST_ORDERS;
            if (next() > 0.1 || isFull) continue;
            game.choices.push({ quarter, group, option: options[Math.floor(options.length * next())] });
          }
        }
        const text = codeOf(game, DATA.seat), found = readCode(text, limits);
        const slots = "_p=~Mine~suspend~escorts:50:::&_p=status_quo", links = [`${slots}&_g=${text}`, `_p=${text}`];
        const read = links.map((link) => readCode(`https://host/page#_v=neutral&${link}&_r=1`, limits));
        return [game, [found, ...read], ordered(game.choices)];
      }));"""
    given = {"seat": seat, "luck": [dice.random() for _ in range(40_000)]}
    for game, found, written in ask(["seat.js"], TOGETHER + code, given):
        assert found == [game] * 3, "by code, by a link with own policies, and by an older link"
        orders = [Order(**order) for order in written]
        assert 0 < len(orders) <= 128
        assert orders == sorted(orders, key=lambda order: order.month)
    code = "answer(DATA.codes.map((code) => readCode(code, limits)));"
    none = ask(["seat.js"], TOGETHER + code, {"seat": seat, "codes": GARBAGE})
    assert none == [None] * len(GARBAGE)


def test_every_lever_is_ordered_in_one_group_that_has_words() -> None:
    exp, words = load("debate"), translations.read_english()
    levers = exp.catalogue.levers
    groups = groups_of(levers)
    ordered = [lever for group in groups.values() for lever in group["levers"]]
    assert sorted(ordered) == sorted(name for name, lever in levers.items() if lever.package != "standing")
    assert {f"play.group.{name}" for name in groups} <= words.keys(), "each group of the catalogue stands in seat.yaml"
    assert len({group["letter"] for group in groups.values()} | {"r"}) == len(groups) + 1
    for name in ("assurance", "coast_guard", "convoys_and_stocks", "economic_resilience", "network", "evacuation"):
        assert groups[name]["levers"] == [name]
        assert f"play.means.{name}_d" in words
    new = replace(levers["network"], name="patrols", consent=("taiwan",))
    found = groups_of({**levers, "patrols": new})["patrols"]
    assert (found["levers"], found["options"]) == (["patrols"], "tie")
    assert found["letter"] not in {group["letter"] for group in groups.values()}


def test_what_a_group_needs_and_who_stands_against_it() -> None:
    code = """answer(Object.keys(DATA.groups).map((group) => [group, needsOf(group, DATA),
        ...DATA.all.map((seen) => whoStandsAgainst(group, true, DATA, seen))]));"""
    free = {"posture": 2, "taiwan_consents": 1, "us_consents": 1, "us_integrates": 1, "backed": True}
    against = {"posture": 1, "taiwan_consents": 0, "us_consents": 0, "us_integrates": 0, "backed": False}
    seen = [free, *(free | {name: value} for name, value in against.items())]
    given = seat_words(load("debate")) | {"all": seen}
    found = {name: (needs, by) for name, needs, *by in ask(["seat.js"], code, given)}
    assert found["coast_guard"] == (["taiwan"], [None, "suspended", "taipei", None, None, "public"])
    assert found["offices"] == (["both"], [None, "suspended", "taipei", "us", None, "public"])
    assert found["alliance"] == (["budget", "integration"], [None, None, None, None, "integration", None])
    nobody = [None] * 6
    assert found["convoys_and_stocks"] == (["budget", "nobody"], nobody)
    assert found["evacuation"] == (["law", "nobody"], nobody)
    assert found["network"] == (["partners"], nobody)
    assert found["assurance"] == (["nobody"], nobody)


def test_every_event_that_all_can_see_has_words() -> None:
    words, seat = translations.read_english(), seat_words(load("debate"))
    exp = load("debate", worldviews=["newsham"], starts=["2026"], trials=4000, lucks=1)
    levers = sorted(exp.catalogue.levers)
    notes: list[float] = []
    rows = []
    for trial in range(40):
        for event in sim.replay(exp, policy="both", trial=trial):
            kind = next(kind for kind in trace.EVENTS if kind.name == event.what)
            values = [
                (levers if field.unit == "lever" else field.labels).index(value) if isinstance(value, str) else value
                for field, value in zip(kind.fields, event.values.values(), strict=True)
            ]
            rows.append([trace.EVENTS.index(kind), event.time + 1000 * trial, *values, *[0] * (4 - len(values))])
    notes = [number for row in rows for number in row]
    events = ask(["seat.js"], "answer(publicEvents(DATA.notes, DATA.seat, '2026'));", {"notes": notes, "seat": seat})
    kinds = {event["key"] for event in events}
    assert {f"play.event.{key}" for key in kinds} <= words.keys()
    assert len(kinds) > 30
    assert not any("success" in words[f"play.event.{key}"] for key in kinds), "Beijing's estimates are hidden"


def test_the_line_is_crossed_by_what_is_official_as_a_whole_and_a_step_is_announced_first() -> None:
    seat, number = seat_words(load("debate")), {kind.name: trace.EVENTS.index(kind) for kind in trace.EVENTS}
    levers = sorted(seat["levers"])
    steps: list[tuple[Any, ...]] = [
        ("official_tie", "coast_guard"), ("step", "coast_guard", 1, 1, 0), ("step", "coast_guard", 0.5, 1, 1),
        ("step", "liaison", 0.3, 0.4, 0), ("step", "liaison", 0.5, 1, 1), ("step", "escorts", 1, 1, 0),
    ]  # fmt: skip
    notes = [each for month, (what, lever, *values) in enumerate(steps)
             for each in (number[what], month, levers.index(lever), *values, *[0] * (3 - len(values)))]  # fmt: skip
    given = {"notes": notes, "seat": seat}
    found = ask(["seat.js"], "answer(publicEvents(DATA.notes, DATA.seat, '2026'));", given)
    assert [(event["time"], event["key"], event["lever"]) for event in found] == [
        (0, "official_part", "coast_guard"), (1, "announced", "coast_guard"), (2, "step", "coast_guard"),
        (3, "step", "liaison"), (4, "official", "liaison"), (4, "announced", "liaison"), (5, "announced", "escorts"),
    ]  # fmt: skip
    notes = [number["official_tie"], 0, levers.index("liaison"), 0, 0, 0]
    found = ask(["seat.js"], "answer(publicEvents(DATA.notes, DATA.seat, '2026'));", {"notes": notes, "seat": seat})
    assert [event["key"] for event in found] == ["official"]


def test_new_outcomes_are_news_and_facts_of_the_debrief() -> None:
    exp = load("debate")
    number = {kind.name: trace.EVENTS.index(kind) for kind in trace.EVENTS}
    rows: list[tuple[Any, ...]] = [
        ("overstretch", 1), ("threat",), ("convoy", 1, 1), ("east_china_sea", 0, 1, 0, 0),
        ("east_china_sea", 1, 1, 1, 0), ("east_china_sea", 1, 0, 0, 1), ("decision", 4), ("first_strike",),
        ("belligerents", 1, 1, 1, 1),
    ]  # fmt: skip
    notes = [each for month, (what, *values) in enumerate(rows)
             for each in (number[what], month, *values, *[0] * (4 - len(values)))]  # fmt: skip
    given = {"notes": notes, "seat": seat_words(exp)}
    keys = [event["key"] for event in ask(["seat.js"], "answer(publicEvents(DATA.notes, DATA.seat, '2026'));", given)]
    assert keys == [
        "overstretch", "threat", "convoy_both", "clash_alone", "islet_back", "islet_taken", "force_invasion",
        "first_strike", "us_fights", "bases", "japan_fights",
    ]  # fmt: skip
    words = translations.read_english()
    assert {f"play.event.{key}" for key in keys} <= words.keys()
    names = ["use_of_force", "taiwan_falls", "first_strike", "japan_protects", "japan_supports", "force_at_japan",
             "islet_seized", "japan_in_combat"]  # fmt: skip
    code = f"const columns = {dict(zip(names, range(8), strict=True))};"
    code += "answer(DATA.map((row) => endFacts(row, columns)));"
    found = ask(["seat.js"], code, [[1, 0, 1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1, 1, 0], [1, 1, 0, 0, 0, 0, 0, 0]])
    assert found == [["loss", "stands", "first_strike", "japan_protects"], ["loss", "force_at_japan", "islet_seized"],
                     ["loss", "fell", "spared"]]  # fmt: skip
    assert {f"play.end_{fact}" for facts in found for fact in facts} <= words.keys()


def begin(page: Page, world: int) -> None:
    """Take the seat in a numbered history."""
    page.click("[data-screen=play]")
    page.fill("#play-number", str(world))
    page.click("#play-numbered button")
    attended(page)


def attended(page: Page) -> None:
    wait(page, "game !== null && game.seen !== null && !game.isBusy")


def order(page: Page, **orders: str) -> None:
    """Give orders, by group and the letter of the option, and play three months."""
    for group, option in orders.items():
        page.locator(f"#play-{group}-{option}").evaluate("(node) => { node.closest('details').open = true; }")
        page.check(f"#play-{group}-{option}")
    page.click("#play-next")
    attended(page)


def play_to_the_end(page: Page) -> None:
    while not page.evaluate("isEnded()"):
        page.click("#play-skip")
        attended(page)
    wait(page, "game.others && game.others.done === game.others.worlds")


@needs_browser
@pytest.mark.slow
def test_a_played_history_is_the_same_trial_in_python(visit: Open, tmp_path: Path) -> None:
    page = visit("#_v=newsham&N1=40")
    begin(page, 12)
    order(page, offices="o", training="b", escorts="o", response="s")
    order(page)
    order(page, offices="d", training="p", alliance="d")
    order(page, response="q", words="s")
    while not page.evaluate("isEnded()"):
        options = page.evaluate("optionsOf('offices', aimsAfter(game.choices, SEAT), SEAT, '2026')")
        order(page, **({"offices": options[-1]} if page.evaluate("game.quarter") % 7 == 0 else {}))
    wait(page, "game.others && game.others.done === game.others.worlds")
    with page.expect_download() as download:
        page.click("#play-save")
    path = tmp_path / "my_choices.yaml"
    download.value.save_as(path)
    text = path.read_text(encoding="utf-8")
    command = re.search(r"strait run (.*)", text)
    assert command
    assert "--worldview newsham" in command[1]
    assert command[1].endswith("--set claim.N1=0.4")
    exp = load(
        "debate", policies=["status_quo", str(path)], worldviews=["newsham"], starts=["2026"], trials=4000, lucks=1,
        set_=["claim.N1=0.4"],
    )  # fmt: skip
    policy = exp.policies[1]
    assert len(policy.orders) == page.evaluate("ordersOf(game.choices, SEAT, '2026').length") > 10
    # The trial, to the last bit: every recorded column, and every event.
    state = np.zeros((1, len(outcomes.COLUMNS)))
    settings = setup.build_setting(exp, policy, exp.starts[0])
    worlds = setup.draw_worlds(exp, exp.worldviews[0], 12, 1)
    counts = np.zeros((exp.months, len(codes.TRACKS), codes.FALLEN + 1), np.int64)
    batch.play_plain_block(settings, worlds, len(exp.catalogue.levers), 12, 1, state, counts)
    row = page.evaluate("game.seen.row.map((x) => Number.isNaN(x) ? null : x)")
    assert row == [None if np.isnan(x) else x for x in state[0]]
    notes = np.array(page.evaluate("[...game.seen.notes]")).reshape(-1, 6).tolist()
    levers = sorted(exp.catalogue.levers)
    assert trace.describe_events(notes, levers) == sim.replay(exp, policy="my_choices", trial=12)
    # The same choices in a thousand worlds.
    result = sim.run(replace(exp, trials=1000))
    mine = result.trials[result.trials["policy"] == "my_choices"]
    own = page.evaluate("[...game.others.cost.at(-1)]")
    assert own == pytest.approx(mine["japan_gdp_loss_pct_compensator"].tolist(), rel=1e-9)
    summary: Any = result.summary()
    wanted = summary[(summary["policy"] == "my_choices") & (summary["outcome"] == "use_of_force")]
    wanted = wanted[wanted["statistic"] == "mean"]
    level = page.evaluate("level(game.others.risk.at(-1), WORDS.limits.risk)")
    assert level == pytest.approx(wanted[["estimate", "low", "high"]].iloc[0].tolist(), rel=1e-12)
    said = r"In [\d.]+ of 100 histories with your choices force was used; with the status quo in [\d.]+ \("
    assert re.match(said, page.inner_text("#play-luck"))


@needs_browser
@pytest.mark.slow
def test_a_history_is_kept_by_link_and_by_code(visit: Open) -> None:
    page = visit()
    begin(page, 5)
    assert page.inner_text("#play-carried") == "You have ordered nothing yet."
    order(page, offices="o", response="c")
    said = page.inner_text("#play-carried")
    assert re.search(r"Officers, relief and sanctions with Taiwan: Begin in the open\s+\S.*(left|waits|out)\.", said)
    assert "Go on as before It holds until you change it." in said
    assert page.inner_text("#play-played").startswith("Quarters played: 1, to come: 39. Orders so far: 2.")
    assert page.locator("#play-track .past").count() == 1
    assert "Begin in the open" in page.inner_text("#play-log li:first-child")
    page.click("#play-skip")
    attended(page)
    code, brief, now = page.evaluate("codeOf(game, SEAT)"), page.inner_text("#play-brief"), page.inner_text("#play-now")
    assert f"_g={code}" in address_of(page)
    # Own policies are in the same link; they are no beliefs.
    page.evaluate("openScreen('policies'); addSlot(true)")
    page.evaluate("openScreen('play')")
    address = address_of(page)
    assert page.inner_text("#play-kept") == f"Kept until you close this page. Its code: {code}"
    assert address.count("_p=") == 3
    there = visit(address[address.index("#") :])
    there.click("[data-screen=play]")
    attended(there)
    assert (there.inner_text("#play-brief"), there.inner_text("#play-now")) == (brief, now)
    assert there.evaluate("state.slots.length") == 3
    assert there.is_hidden("#notice")
    old = visit(f"#_v=neutral&_p={code}")
    old.click("[data-screen=play]")
    attended(old)
    assert (old.evaluate("codeOf(game, SEAT)"), old.is_hidden("#notice")) == (code, True)
    by_code = visit()
    by_code.click("[data-screen=play]")
    by_code.fill("#play-code", address)
    by_code.click("#play-coded button")
    attended(by_code)
    assert by_code.inner_text("#play-brief") == brief
    for wrong in (*GARBAGE[:8], "<b>1-0</b>"):
        by_code.click("#play-leave") if by_code.is_visible("#play-leave") else None
        by_code.fill("#play-code", wrong)
        by_code.click("#play-coded button")
        assert "cannot be read" in by_code.inner_text("#play-fault")
    by_code.fill("#play-number", "4000")
    by_code.click("#play-numbered button")
    assert "0 to 3999" in by_code.inner_text("#play-fault")
    bad = visit("#_v=neutral&_p=9999-1-0oo")
    assert "left out" in bad.inner_text("#notice")


@needs_browser
@pytest.mark.slow
def test_a_drawer_and_orders_stay_as_the_reader_set_them(visit: Open) -> None:
    page = visit()
    begin(page, 3)
    opened = """(() => { const drawers = [...document.querySelectorAll('#play-groups details')];
        drawers.slice(0, 2).forEach((drawer) => { drawer.open = !drawer.open; });
        paintSeat(true);
        return [...document.querySelectorAll('#play-groups details')].slice(0, 3).map((drawer) => drawer.open); })()"""
    assert page.evaluate(opened) == [False, True, False], "the events of drawers come later"
    page.check("#play-training-o")
    page.click("[data-screen=beliefs]")
    page.click("[data-screen=play]")
    assert page.is_checked("#play-training-o")
    assert "Your order" in page.inner_text("#play-groups details:nth-of-type(2) summary")


@needs_browser
@pytest.mark.slow
def test_without_an_order_nothing_differs_from_the_status_quo(visit: Open) -> None:
    page = visit()
    begin(page, 3)
    play_to_the_end(page)
    assert re.fullmatch(
        r"In [\d.]+ of 100 histories with your choices force was used. With the status quo every history is the same.",
        page.inner_text("#play-luck"),
    )
    assert page.inner_text("#play-luck-means") == "Your choices are those of the status quo, so nothing differs."
    assert "0.0 (0.0 to 0.0)" in page.inner_text("#play-table tbody tr:first-child")


@needs_browser
@pytest.mark.slow
def test_the_past_stays_when_one_orders_anew(visit: Open) -> None:
    page = visit()
    begin(page, 30)
    public = (
        "(until) => publicEvents(game.seen.notes, SEAT, game.setting.start).filter((each) => each.time < 3 * until)"
    )
    for orders in ({"offices": "o"}, {"training": "o"}, {"escorts": "o"}, {"offices": "s"}, {"words": "d"}, {}):
        quarter = page.evaluate("game.quarter")
        before = page.evaluate(public, quarter)
        order(page, **orders)
        assert page.evaluate(public, quarter) == before
        assert page.evaluate("game.quarter") == quarter + 1
    assert not page.evaluate("isEnded()")


@needs_browser
@pytest.mark.slow
def test_a_whole_history_by_keyboard_and_one_printed_page(visit: Open, tmp_path: Path) -> None:
    page = visit()
    page.focus("[data-screen=play]")
    page.keyboard.press("Enter")
    page.focus("#play-number")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    attended(page)
    assert page.evaluate("document.activeElement.id") == "play-now"
    for _ in range(60):  # to the first group's options, by Tab alone
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "play-offices-hold":
            break
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "b"
    assert page.inner_text("#play-groups details:nth-of-type(1) summary .new") == "Your order: Begin quietly."
    page.keyboard.press("Enter")
    attended(page)
    assert page.evaluate("game.choices.map(({ group, option }) => group + option)") == ["officesb"]
    for _ in range(60):
        if page.evaluate("isEnded()"):
            break
        page.focus("#play-skip")
        page.keyboard.press("Enter")
        attended(page)
    wait(page, "game.others && game.others.done === game.others.worlds")
    assert page.evaluate("document.activeElement.id") == "play-end"
    assert page.locator("#play-table tbody tr").count() == 6
    pdf = page.pdf(format="A4")
    (tmp_path / "debrief.pdf").write_bytes(pdf)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


@needs_browser
@pytest.mark.slow
@pytest.mark.parametrize(("size", "scheme"), [*product(SIZES, ("light", "dark"))])
def test_play_fits_every_screen_and_axe_finds_nothing(size: str, scheme: str, visit: Open) -> None:
    page = visit(size=size, scheme=scheme)
    page.click("[data-screen=play]")
    found: list[tuple[str, list[str]]] = []

    def look() -> None:
        wide = """[...document.querySelectorAll('main:not([hidden]) *')]
            .filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && !node.closest('.scroll'))
            .map((node) => node.outerHTML.slice(0, 90))"""
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert page.evaluate(wide) == []
        if size in ("phone", "laptop"):
            result = Axe().run(page).response
            faults = result["violations"]
            found.extend((entry["id"], [node["html"][:90] for node in entry["nodes"]]) for entry in faults)
            assert len(result["passes"]) > 20

    look()
    begin(page, 12)
    page.evaluate("for (const each of document.querySelectorAll('#play details')) each.open = true")
    look()
    order(page, offices="o", escorts="o")
    play_to_the_end(page)
    look()
    assert found == []
