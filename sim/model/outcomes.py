"""What is written down of a trial: one number per column, the same from the kernel, plain Python and Mesa."""

from __future__ import annotations

import math
from typing import Any

from sim.model import codes
from sim.model.compiled import rule

_RUNGS = tuple((f"{target}_{domain}", rungs) for target, domain, rungs in codes.TRACKS)
SHARES = ("deterrence_holds", *codes.EVENTS[:-1], "crisis", "prc_gave_up", "relations_ruptured", "japan_backs_down",
          "crisis_censored", "force_censored")  # fmt: skip
COLUMNS = (
    *SHARES,
    "japan_gdp_loss_pct", "taiwan_gdp_loss_pct", "months_to_first_crisis", "months_to_first_force",
    "unofficial_contact", "public_support", "prc_buildup_pct", "allied_aircraft_lost", "prc_ships_lost",
    *(f"{track}_highest_rung" for track, _ in _RUNGS),
    *(f"{track}_months_{rung}" for track, rungs in _RUNGS for rung in range(rungs)),
    *codes.AFTERMATH,
    "deterrence_holds_compensator", *(f"{event}_compensator" for event in codes.EVENTS[:-1]),
    "japan_gdp_loss_pct_compensator", "taiwan_gdp_loss_pct_compensator",
    *(f"{name}_compensator" for name in codes.AFTERMATH),
    "peace_years", "hazard_of_force",  # years in which force could begin, and the hazard summed over them
)  # fmt: skip
_N = len(codes.EVENTS) - 1


@rule
def write(w: Any, c: Any, row: Any) -> None:
    """Fill `row` (float64[column]) with the outcomes of a trial that has been played; null is NaN."""
    fails = codes.DETERRENCE_FAILS
    row[0] = 1 - w.happened[fails]
    for event in range(_N):
        row[1 + event] = w.happened[event]
    at = 1 + _N
    row[at] = 1 if w.crises > 0 else 0
    row[at + 1], row[at + 2], row[at + 3] = w.gave_up, w.ruptured, w.backed_down
    row[at + 4], row[at + 5] = 1 - row[at], 1 - w.happened[codes.USE_OF_FORCE]
    at += 6
    row[at], row[at + 1] = w.japan_loss, w.taiwan_loss
    row[at + 2] = w.first_crisis if w.crises > 0 else math.nan
    row[at + 3] = w.first_force if w.happened[codes.USE_OF_FORCE] == 1 else math.nan
    row[at + 4], row[at + 5], row[at + 6] = w.contact_level, w.support, w.buildup
    row[at + 7], row[at + 8] = w.aircraft_lost, w.ships_lost
    at += 9
    for track in range(4):
        row[at + track] = w.highest[track]
    at += 4
    for place in range(len(w.rung_months)):
        row[at + place] = w.rung_months[place]
    at += len(w.rung_months)
    for place in range(len(w.after)):
        row[at + place] = w.after[place] if w.happened[codes.TAIWAN_FALLS] == 1 else math.nan
    at += len(w.after)
    row[at] = 1 - w.compensator[fails]
    for event in range(_N):
        row[at + 1 + event] = w.compensator[event]
    at += 1 + _N
    row[at], row[at + 1] = w.expected_japan_loss, w.expected_taiwan_loss
    at += 2
    for place in range(len(w.after_expected)):
        row[at + place] = w.after_expected[place]
    at += len(w.after_expected)
    row[at], row[at + 1] = w.peace_years, w.hazard[codes.FORCE]
