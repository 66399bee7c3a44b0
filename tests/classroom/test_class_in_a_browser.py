"""A lesson in Chromium: an instructor, students on phones, and what they take away."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_in_browser import needs_browser, slide, wait, watch
from playing import needs_kernels
from playwright.sync_api import Browser, Page, expect

import sim
from analysis.classroom import serve, server
from analysis.classroom.room import Room
from analysis.page import build
from sim.engine.beliefs import dialled_parameters
from sim.scenario.loader import load

pytestmark = [needs_kernels, needs_browser, pytest.mark.slow]

LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def pages() -> tuple[server.Page, server.Page]:
    """The page at the door, and the page of the debate."""
    page = build.build(load("debate", starts="2026"), "debate", in_class=True)
    return server.Page.of(build.build_join()), server.Page.of(page)


@pytest.fixture
def classroom(pages: tuple[server.Page, server.Page]) -> Iterator[server.Classroom]:
    """A room of five seats, served."""
    exp, bound = load("debate", starts="2026"), serve.bind("127.0.0.1", 0)
    ends = {claim: exp.catalogue.claims[claim].dial_range for claim in dialled_parameters(exp.catalogue)}
    room = Room(ends, 5, ("large_drill", "deadly_incident"), exp.months, exp.events)
    made = server.Classroom(room, *pages, f"http://127.0.0.1:{bound.getsockname()[1]}/")
    uvicorn = serve.make_server(made)
    thread = threading.Thread(target=uvicorn.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    yield made
    uvicorn.should_exit = True
    thread.join(20)


Enter = Callable[..., Page]


@pytest.fixture
def enter(browser: Browser, classroom: server.Classroom) -> Iterator[Enter]:
    """Open a page of the room in a browser of its own; afterwards no error may have been logged."""
    faults: list[str] = []
    contexts = []

    def open_page(address: str | None = None, *, size: Any = PHONE, scheme: Any = "light") -> Page:
        context = browser.new_context(viewport=size, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        watch(page, faults, (classroom.url, f"blob:{classroom.url}", "data:"))
        page.goto(f"{classroom.url}#{classroom.room.code}" if address is None else address)
        if address is None:
            page.wait_for_url("**/room*")
            wait(page, "room !== null && guesses !== null")
        return page

    yield open_page
    for context in contexts:
        with suppress(Exception):
            context.close()
    assert not [fault for fault in faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def assert_accessible(page: Page) -> None:
    """Axe finds nothing, and nothing is wider than the screen."""
    found = Axe().run(page).response["violations"]
    assert [(entry["id"], [node["html"][:90] for node in entry["nodes"]]) for entry in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_lesson_from_guess_to_file(enter: Enter, classroom: server.Classroom, tmp_path: Path) -> None:
    teacher = enter(classroom.instructor_url, size=LAPTOP)
    assert classroom.key not in teacher.url, "the projector shows the address"
    first, second = enter(), enter()
    assert not first.is_visible("#no-guess")
    assert_accessible(first)
    first.click("#guesses button:first-child")
    second.click("#guesses button:nth-child(3)")
    wait(teacher, "room !== null && room.guesses.join() === '1,0,1,0,0'")
    assert not teacher.is_visible("#room-bars"), "nobody sees the guesses before all have guessed"
    assert "2 of 2 have guessed" in teacher.inner_text("#room-asked")
    assert not first.is_visible("#reveal")
    assert_accessible(teacher)

    teacher.click("[data-step=guesses]")
    wait(first, "room.step === 'guesses'")
    assert first.inner_text("#room-bars .own").startswith("many fewer")
    assert "model" not in first.inner_text("#room-bars")
    assert first.is_disabled("[data-screen=beliefs]")
    assert_accessible(first)

    teacher.click("[data-step=model]")
    wait(first, "!document.getElementById('reveal').hidden")
    assert "You said about 10 fewer" in first.inner_text("#reveal")
    assert not first.is_visible("#go-on")
    wait(teacher, "document.getElementById('room-verdict').textContent")
    expect(teacher.locator("#room-bars li:nth-child(3)")).to_contain_text("the model")
    assert teacher.inner_text("#room-verdict").startswith("On the evidence alone")
    assert_accessible(teacher)

    teacher.click("[data-step=beliefs]")
    wait(first, "current === 'beliefs'")
    wait(second, "current === 'beliefs'")
    assert classroom.room.view_of_instructor()["senders"] == 0, "who has moved nothing has said nothing"
    slide(first, "N1", 80)
    slide(first, "S7", -35)
    second.click("[data-view=self]")
    slide(second, "N12", 100)
    wait(teacher, "room.senders === 2 && room.claims.N1.mean === 0.4 && room.claims.S7.mean === -0.675")
    wait(teacher, "room.claims.N12.mean === 0.5")
    assert teacher.inner_text("#room-claims > div .code").split()[0] in ("S7", "S16", "N12", "S5", "S18", "S4")
    teacher.click("#room-announce summary")
    teacher.select_option("#room-event", "deadly_incident")
    teacher.fill("#room-month", "12")
    teacher.click("#room-do")
    wait(first, "injected !== null")
    assert "An incident with deaths, November 2027" in first.inner_text("#notice")
    wait(teacher, "injected !== null && engine.at?.n === NUMBERS.worlds && applied === JSON.stringify(state.dials)")
    assert "With the class's beliefs" in teacher.inner_text("#room-verdict")
    teacher.click("#room-export summary")
    teacher.click("#room-numbers summary")
    expect(teacher.locator("#room-claims-table tbody tr")).not_to_have_count(0)
    assert_accessible(teacher)
    with teacher.expect_download() as download:
        teacher.click("#room-save")
    path = tmp_path / download.value.suggested_filename
    assert path.name == "class.yaml"
    download.value.save_as(path)
    with teacher.expect_download() as download:
        teacher.click("#room-table")
    assert download.value.suggested_filename == "answers.csv"

    result = sim.run(load(path))
    assert [event.event for event in result.experiment.events] == ["deadly_incident"]
    for policy in ("both", "status_quo"):
        counted = result.trials[result.trials["policy"] == policy]["use_of_force"].tolist()
        assert teacher.evaluate(f"[...engine.run.hit.{policy}]") == counted
    without = re.sub(r"events:\n( .*\n)+", "", path.read_text(encoding="utf-8"))
    path.write_text(without, encoding="utf-8")
    plain = sim.run(load(path, policies="status_quo")).trials
    assert plain["use_of_force"].tolist() != counted, "the event matters"
    end = time.monotonic() + 20
    while len(classroom.room.exported) < 2:
        assert time.monotonic() < end
        time.sleep(0.02)


BUSY = """() => {
  globalThis.painted = new Set(); // the answers whose verdict was shown
  const paintOne = paintPooled, claims = {};
  let turn = 0;
  paintPooled = (at) => {
    const before = $("room-verdict").firstChild;
    paintOne(at);
    if ($("room-verdict").firstChild !== before) painted.add(at);
  };
  const quiet = { ...room, step: "beliefs", senders: 2 };
  globalThis.busy = setInterval(() => {
    turn++;
    for (const claim of CLAIMS) claims[claim] = { n: 2, mean: endsOf(claim)[turn % 2], spread: 0, counts: [2, 0] };
    takeRoom({ ...quiet, claims });
  }, 20);
}"""


def test_a_room_that_never_rests_still_has_a_verdict(enter: Enter, classroom: server.Classroom) -> None:
    teacher = enter(classroom.instructor_url, size=LAPTOP)
    wait(teacher, "room !== null && engine.at?.n === NUMBERS.worlds")
    teacher.evaluate(BUSY)  # from one end to the other, sooner than the worlds are played that such a leap needs
    wait(teacher, "painted.size >= 4")
    teacher.evaluate("clearInterval(busy)")
    wait(teacher, "engine.at?.n === NUMBERS.worlds && applied === JSON.stringify(pooledDials())")
    assert teacher.evaluate("painted.size") >= 4
    assert teacher.inner_text("#room-verdict")


def test_a_phone_that_was_away_comes_back(enter: Enter, classroom: server.Classroom) -> None:
    phone = enter()
    phone.click("#guesses button:nth-child(2)")
    phone.context.set_offline(True)
    wait(phone, "isLost || (stream.close(), true)")
    classroom.room.act({"step": "beliefs"})
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    wait(phone, "current === 'beliefs'")
    phone.context.set_offline(True)
    with phone.expect_event("requestfailed", lambda failed: failed.url.endswith("/room/answer")):
        slide(phone, "N1", 50)
    phone.context.set_offline(False)
    end = time.monotonic() + 30
    while "N1" not in classroom.room.believed():
        assert time.monotonic() < end, "what was set without a connection is sent later"
        phone.wait_for_timeout(50)
    assert classroom.room.believed()["N1"]["mean"] == 0.5
    wait(phone, "location.hash.includes('N1=50')")
    phone.reload()
    wait(phone, "room !== null && current === 'beliefs'")
    assert phone.evaluate("position('N1')") == 0.5
    assert len(classroom.room.seats) == 1


def test_a_code_in_small_letters_opens_the_door(enter: Enter, classroom: server.Classroom) -> None:
    page = enter(classroom.url)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page)
    page.fill("#code", classroom.room.code.lower())
    page.click("button")
    page.wait_for_url("**/room*")
