"""A room without a network: seats, answers, sums, secrets."""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.classroom.room import (
    ANSWERS,
    CODE_LENGTH,
    CODE_LETTERS,
    MOST_EVENTS,
    STEPS,
    RefusalError,
    Room,
    is_secret,
)

ENDS = {"N1": (0.0, 1.0), "S7": (-1.0, 0.0), "N12": (-1.0, 1.0)}
NONSENSE: list[Any] = [
    None, [], {}, 3, "x", {"guess": 5}, {"guess": -1}, {"guess": True}, {"guess": 1.0}, {"guess": "1"}, {"name": "Ann"},
    {"guess": 1, "name": "Ann"}, {"beliefs": None}, {"beliefs": {}}, {"beliefs": []}, {"beliefs": {"N99": 0}},
    {"beliefs": {"__proto__": 0}}, {"beliefs": {"N1": 1.01}}, {"beliefs": {"N1": -0.1}}, {"beliefs": {"S7": 0.5}},
    {"beliefs": {"N1": math.nan}}, {"beliefs": {"N1": math.inf}}, {"beliefs": {"N1": "1"}}, {"beliefs": {"N1": None}},
    {"beliefs": {"N1": True}}, {"beliefs": {"N1": [0]}}, {"beliefs": {"N1": 10**400}},
]  # fmt: skip


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock at zero."""
    return Clock()


@pytest.fixture
def room(clock: Clock) -> Room:
    """A room of three seats."""
    return Room(ENDS, 3, ("large_drill", "us_transit"), 120, clock=clock)


def test_what_the_room_believes_is_what_its_answers_come_to(room: Room) -> None:
    said = [{"N1": 0.0, "N12": -1.0}, {"N1": 1.0, "N12": 1}, {"N1": 0.25, "S7": -0.33}]
    for beliefs in said:
        room.answer(room.seat(room.join()), {"beliefs": beliefs})
    found = room.believed()
    assert list(found) == ["N1", "S7", "N12"]
    assert found["N1"]["mean"] == round(statistics.mean([0, 1, 0.25]), 3)
    assert found["N1"]["spread"] == round(statistics.pstdev([0, 1, 0.25]) / 0.5, 3)
    assert found["N12"] == {"n": 2, "mean": 0.0, "spread": 1.0, "counts": [1, *[0] * 19, 1]}
    assert found["S7"]["counts"] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert room.view_of_instructor()["senders"] == 3


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30))
def test_sums_hold_for_any_answers(positions: list[float]) -> None:
    room = Room(ENDS, len(positions))
    for at in positions:
        room.answer(room.seat(room.join()), {"beliefs": {"N12": at}})
    found = room.believed()["N12"]
    assert sum(found["counts"]) == found["n"] == len(positions)
    assert min(positions) - 0.006 <= found["mean"] <= max(positions) + 0.006
    assert 0 <= found["spread"] <= 1


@pytest.mark.parametrize("said", NONSENSE, ids=lambda said: repr(said)[:40])
def test_nonsense_is_refused_and_changes_nothing(said: Any, room: Room) -> None:
    seat = room.seat(room.join())
    before = room.view_of_instructor()
    with pytest.raises(RefusalError) as error:
        room.answer(seat, said)
    assert error.value.status == 400
    assert room.view_of_instructor() == before


def test_a_guess_may_change_until_the_guesses_are_shown(room: Room) -> None:
    seat = room.seat(room.join())
    room.answer(seat, {"guess": 1})
    room.answer(seat, {"guess": 4})
    assert room.guesses() == [0, 0, 0, 0, 1]
    assert "guesses" not in room.view_of_student(seat)
    room.act({"step": "guesses"})
    assert room.view_of_student(seat)["guesses"] == [0, 0, 0, 0, 1]
    with pytest.raises(RefusalError, match="already shown"):
        room.answer(seat, {"guess": 0})
    room.answer(seat, {"guess": 4})
    assert room.guesses() == [0, 0, 0, 0, 1]


def test_a_full_room_gives_away_only_seats_without_an_answer(room: Room) -> None:
    tokens = [room.join() for _ in range(3)]
    assert len({*tokens}) == 3
    room.answer(room.seat(tokens[0]), {"guess": 2})
    room.seat(tokens[1]).streams.append(object())
    room.join()
    with pytest.raises(RefusalError) as error:
        room.seat(tokens[2])
    assert error.value.status == 401
    room.answer(room.seat([*room.seats][-1]), {"guess": 0})
    with pytest.raises(RefusalError, match="The room is full: it has 3 seats") as error:
        room.join()
    assert error.value.status == 503
    assert room.guesses() == [1, 0, 1, 0, 0]


def test_a_seat_answers_at_a_bounded_rate(room: Room, clock: Clock) -> None:
    seat = room.seat(room.join())
    for _ in range(ANSWERS):
        room.answer(seat, {"guess": 1})
    with pytest.raises(RefusalError) as error:
        room.answer(seat, {"guess": 2})
    assert error.value.status == 429
    room.answer(room.seat(room.join()), {"guess": 3})
    clock.now = 1
    room.answer(seat, {"guess": 2})
    assert room.guesses() == [0, 0, 1, 1, 0]


def test_the_instructor_orders_steps_and_events(room: Room) -> None:
    for step in STEPS:
        room.act({"step": step})
        assert room.view_of_instructor()["step"] == step
    room.act({"event": "large_drill", "month": 0})
    room.act({"event": "us_transit", "month": 119})
    seat = room.seat(room.join())
    assert room.view_of_student(seat)["events"] == [
        {"month": 0, "event": "large_drill"}, {"month": 119, "event": "us_transit"},
    ]  # fmt: skip
    room.act({"take_back": True})
    assert len(room.injected) == 1
    for _ in range(MOST_EVENTS - 1):
        room.act({"event": "us_transit", "month": 3})
    with pytest.raises(RefusalError, match="at most"):
        room.act({"event": "us_transit", "month": 3})


@pytest.mark.parametrize("order", [
    None, {}, [], "guess", {"step": "next"}, {"step": 1}, {"step": "guess", "event": "large_drill"},
    {"event": "large_drill"}, {"event": "war", "month": 1}, {"event": "large_drill", "month": 120},
    {"event": "large_drill", "month": -1}, {"event": "large_drill", "month": True},
    {"event": "large_drill", "month": 1.5}, {"event": "large_drill", "month": 1, "path": "x"},
    {"take_back": True}, {"take_back": 1}, {"exported": "../../etc/passwd"},
])  # fmt: skip
def test_no_other_order_is_taken(order: Any, room: Room) -> None:
    with pytest.raises(RefusalError):
        room.act(order)
    assert (room.step, room.injected, room.exported) == ("guess", [], [])


def test_the_table_of_answers_says_nothing_of_who_came_first(clock: Clock) -> None:
    tables = []
    for order in (1, -1):
        room = Room(ENDS, 5, clock=clock)
        for said in [{"guess": 0}, {"guess": 3, "beliefs": {"N1": 0.5}}, {"beliefs": {"S7": -0.25}}][::order]:
            room.answer(room.seat(room.join()), said)
        room.join()
        tables.append([*room.answers()])
    assert tables[0] == tables[1]
    assert tables[0] == [["guess", "N1", "S7", "N12"], ["", "", "-0.25", ""], ["a few more", "0.5", "", ""],
                         ["many fewer", "", "", ""]]  # fmt: skip


def test_codes_are_random_and_readable() -> None:
    codes = {Room(ENDS, 1).code for _ in range(200)}
    assert len(codes) == 200
    assert not {letter for code in codes for letter in code} & {*"0O1IL"}
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert set().union(*codes) == {*CODE_LETTERS}, "each letter is drawn"


def test_nobody_finds_a_code_by_trying() -> None:
    tries = 5000 * 50 * 60  # a second, in a lesson: more than this server answers
    assert tries / len(CODE_LETTERS) ** CODE_LENGTH < 1 / 50_000


@pytest.mark.parametrize("given", ["", "RIGH", "RIGHTX", "right", "\ud800ß", "RIGHT\0", "XRIGHT"])
def test_only_the_secret_is_the_secret(given: str) -> None:
    assert is_secret("RIGHT", "RIGHT")
    assert not is_secret(given, "RIGHT")
