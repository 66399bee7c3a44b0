"""A room: who sits in it, what they answered, and the sums of it. It knows nothing of networks.

A student has a seat, known by a random token, and gives no name. Everything is in memory and ends with the process.
"""

from __future__ import annotations

import hmac
import math
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.engine.setup import script
from sim.scenario.layers import Scripted, ScriptedEvent

STEPS = ("guess", "guesses", "model", "beliefs")
"""What the room does: guess, look at its guesses, look at what the model says, set beliefs."""
GUESSES = ("many fewer", "a few fewer", "about as many", "a few more", "many more")
BINS_A_SIDE = 10  # of the picture of a claim: from −1 over 0 to 1
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that one takes for another
CODE_LENGTH = 8
"""So many that nobody finds a code by trying. So wrong codes are not counted, and the right one always opens."""
MOST_EVENTS = 8
ANSWERS = 20
"""Answers that a seat may give at once."""
ANSWERS_PER_S = 4.0


class RefusalError(Exception):
    """Something that a browser sent is refused: an HTTP status and a sentence for the reader."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Seat:
    """What one student answered."""

    guess: int | None = None
    beliefs: dict[str, float] | None = None
    streams: list[object] = field(default_factory=list)
    """Open connections over which this student follows the room, from the oldest on."""
    credit: float = float(ANSWERS)
    credited_at: float = 0.0

    @property
    def has_answered(self) -> bool:
        """Whether anything would be lost with this seat."""
        return self.guess is not None or self.beliefs is not None


def is_secret(given: str, secret: str) -> bool:
    """Whether a text is the secret, in a time that says nothing of how much of it is right."""
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


@dataclass
class Room:
    """A room with a number of seats.

    Parameters
    ----------
    ends
        Where the dial of each claim ends: (−1, 0), (0, 1) or (−1, 1).
    seats_most
        How many students find room.
    events, months
        What the instructor may announce, and before which month.
    scripted
        Events of the experiment itself, which stay.
    """

    ends: Mapping[str, tuple[float, float]]
    seats_most: int
    events: Sequence[Scripted] = ()
    months: int = 1
    scripted: Sequence[ScriptedEvent] = ()
    clock: Callable[[], float] = time.monotonic
    code: str = field(default_factory=lambda: "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)))
    step: str = STEPS[0]
    injected: list[ScriptedEvent] = field(default_factory=list)
    exported: list[str] = field(default_factory=list)
    seats: dict[str, Seat] = field(default_factory=dict)
    version: int = 0
    """Grows with every change."""

    def join(self) -> str:
        """Take a seat and return its token. One that nobody uses and that holds no answer is given away."""
        if len(self.seats) >= self.seats_most:
            idle = [token for token, seat in self.seats.items() if not seat.streams and not seat.has_answered]
            if not idle:
                raise RefusalError(503, f"The room is full: it has {self.seats_most} seats.")
            del self.seats[idle[0]]
        token = secrets.token_urlsafe(18)
        self.seats[token] = Seat(credited_at=self.clock())
        self.version += 1
        return token

    def seat(self, token: str) -> Seat:
        """Return a student's seat; raise RefusalError (401) for one that this room never gave."""
        if token not in self.seats:
            raise RefusalError(401, "You are not in this room. Enter its code.")
        return self.seats[token]

    def answer(self, seat: Seat, said: Any) -> None:
        """Keep a guess, beliefs or both, or raise RefusalError: 400 for what is no answer, 429 for too many.

        Parameters
        ----------
        said
            `{"guess": 0 to 4}`, a place in `GUESSES`; `{"beliefs": {claim: position}}`, within the claim's ends.
        """
        now = self.clock()
        seat.credit = min(ANSWERS, seat.credit + ANSWERS_PER_S * (now - seat.credited_at))
        seat.credited_at = now
        if seat.credit < 1:
            raise RefusalError(429, "That was too fast. Your last answer is sent again in a moment.")
        seat.credit -= 1
        if not isinstance(said, dict) or not said or not {*said} <= {"guess", "beliefs"}:
            raise RefusalError(400, "An answer has a guess or beliefs.")
        guess, beliefs = said.get("guess", seat.guess), said.get("beliefs", seat.beliefs)
        if "guess" in said:
            if type(guess) is not int or not 0 <= guess < len(GUESSES):
                raise RefusalError(400, f"A guess is a whole number from 0 to {len(GUESSES) - 1}.")
            if self.step != "guess" and guess != seat.guess:
                raise RefusalError(409, "The guesses are already shown.")
        if "beliefs" in said:
            beliefs = self._read_beliefs(beliefs)
        seat.guess, seat.beliefs = guess, beliefs
        self.version += 1

    def _read_beliefs(self, said: Any) -> dict[str, float]:
        if not isinstance(said, dict) or not said:
            raise RefusalError(400, "Beliefs are positions by claim.")
        for claim, at in said.items():
            if claim not in self.ends:
                raise RefusalError(400, "There is no such claim on the page.")
            low, high = self.ends[claim]
            if type(at) not in (int, float) or not low <= at <= high:
                raise RefusalError(400, f"The position of {claim} is a number from {low:g} to {high:g}.")
        return {claim: round(float(at), 2) + 0.0 for claim, at in said.items()}  # no negative zero

    def act(self, order: Any) -> None:
        """Do what the instructor orders, or raise RefusalError (400).

        Parameters
        ----------
        order
            `{"step": one of STEPS}`, `{"event": name, "month": number}`, `{"take_back": true}` for the last event, or
            `{"exported": "beliefs"}`, for the record that the process prints in the end.
        """
        match order:
            case {"step": str(step), **rest} if step in STEPS and not rest:
                self.step = step
            case {"event": str(event), "month": int(month), **rest} if not rest:
                known = [name for name in self.events if name == event]
                if not known or type(month) is bool or not 0 <= month < self.months:
                    raise RefusalError(400, f"An event has a name and a month from 0 to {self.months - 1}.")
                if len(self.injected) >= MOST_EVENTS:
                    raise RefusalError(400, f"A room has at most {MOST_EVENTS} events. Take one back first.")
                self.injected.append(ScriptedEvent(month=month, event=known[0]))
            case {"take_back": True, **rest} if not rest and self.injected:
                self.injected.pop()
            case {"exported": "beliefs", **rest} if not rest:
                self.note_export("the class's beliefs as an experiment")
            case _:
                raise RefusalError(400, "There is no such order.")
        self.version += 1

    def note_export(self, what: str) -> None:
        """Remember that something of the room was saved."""
        if what not in self.exported:
            self.exported.append(what)

    def guesses(self) -> list[int]:
        """Return how often each of `GUESSES` was made."""
        made = [seat.guess for seat in self.seats.values()]
        return [made.count(guess) for guess in range(len(GUESSES))]

    def believed(self) -> dict[str, dict[str, Any]]:
        """Return for each claim what the room believes.

        Returns
        -------
        by claim
            `n` students; `mean` position; `spread`, their standard deviation as a share of the largest that there can
            be, when half of the room stands at either end; `counts` of students in steps of a tenth, from the claim's
            lower to its higher end. A claim of which nobody said anything is left out.
        """
        found = {}
        for claim, (low, high) in self.ends.items():
            said = [seat.beliefs[claim] for seat in self.seats.values() if seat.beliefs and claim in seat.beliefs]
            if not said:
                continue
            mean = math.fsum(said) / len(said)
            deviation = math.sqrt(math.fsum((at - mean) ** 2 for at in said) / len(said))
            places = [round(BINS_A_SIDE * (at - low)) for at in said]
            found[claim] = {
                "n": len(said), "mean": round(mean, 3) + 0.0, "spread": round(deviation / ((high - low) / 2), 3),
                "counts": [places.count(place) for place in range(round(BINS_A_SIDE * (high - low)) + 1)],
            }  # fmt: skip
        return found

    def view_of_student(self, seat: Seat) -> dict[str, Any]:
        """Return what a student sees: the room's guesses only once they are shown."""
        own = {"guess": seat.guess, "sent": seat.beliefs is not None}
        return self._shared() | own | ({} if self.step == "guess" else {"guesses": self.guesses()})

    def view_of_instructor(self) -> dict[str, Any]:
        """Return what the instructor sees: sums, and nobody's answer by itself."""
        seats = self.seats.values()
        return self._shared() | {
            "code": self.code, "seats": len(self.seats), "here": sum(bool(seat.streams) for seat in seats),
            "guesses": self.guesses(), "senders": sum(seat.beliefs is not None for seat in seats),
            "claims": self.believed(),
        }  # fmt: skip

    def answers(self) -> Iterable[list[str]]:
        """Give all answers as rows of a table, sorted, so that their order says nothing of who gave them."""
        yield ["guess", *self.ends]
        rows = [
            ["" if seat.guess is None else GUESSES[seat.guess],
             *(f"{seat.beliefs[claim]:g}" if seat.beliefs and claim in seat.beliefs else "" for claim in self.ends)]
            for seat in self.seats.values() if seat.has_answered
        ]  # fmt: skip
        yield from sorted(rows)

    def _shared(self) -> dict[str, Any]:
        events = [{"month": event.month, "event": event.event} for event in self.injected]
        scripted = script((*self.scripted, *self.injected)) if events else None
        return {"step": self.step, "events": events, "scripted": scripted}
