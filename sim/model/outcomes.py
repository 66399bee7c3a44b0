"""The record of a trial: one number per column, the same from the kernel, plain Python and Mesa."""

from __future__ import annotations

import math
from typing import Any

from sim.model import codes
from sim.model.state import State

_RUNGS = tuple((f"{target}_{domain}", rungs) for target, domain, rungs in codes.TRACKS)
SHARES = ("deterrence_holds", *codes.EVENTS[:-1], "crisis", "prc_gave_up", "relations_ruptured", "japan_backs_down",
          "crisis_censored", "force_censored")  # fmt: skip
COLUMNS = (
    *SHARES,
    "japan_gdp_loss_pct", "taiwan_gdp_loss_pct", "months_to_first_crisis", "months_to_first_force",
    "unofficial_contact", "public_support", "prc_buildup_pct", "allied_aircraft_lost", "prc_ships_lost",
    "lever_years_planned", "lever_years",
    *(f"{track}_highest_rung" for track, _ in _RUNGS),
    *(f"{track}_months_{rung}" for track, rungs in _RUNGS for rung in range(rungs)),
    *codes.AFTERMATH,
    "deterrence_holds_compensator", *(f"{event}_compensator" for event in codes.EVENTS[:-1]),
    "japan_gdp_loss_pct_compensator", "taiwan_gdp_loss_pct_compensator",
    *(f"{name}_compensator" for name in codes.AFTERMATH),
    "peace_years", "hazard_of_force",  # years in which force could begin, and the hazard summed over them
)  # fmt: skip
EVENT_SHARES = len(codes.EVENTS) - 1  # events recorded under their own names; the last is recorded as its opposite


def write(state: State, row: Any) -> None:
    """Fill `row` (float64[column]) with the outcomes of a trial, in the order of `COLUMNS`; null is NaN."""
    fails = codes.DETERRENCE_FAILS
    row[0] = 1 - state.happened[fails]
    for event in range(EVENT_SHARES):
        row[1 + event] = state.happened[event]
    at = 1 + EVENT_SHARES
    row[at] = 1 if state.crises > 0 else 0
    row[at + 1], row[at + 2], row[at + 3] = state.gave_up, state.ruptured, state.backed_down
    row[at + 4], row[at + 5] = 1 - row[at], 1 - state.happened[codes.USE_OF_FORCE]
    at += 6
    row[at], row[at + 1] = state.japan_loss, state.taiwan_loss
    row[at + 2] = state.first_crisis if state.crises > 0 else math.nan
    row[at + 3] = state.first_force if state.happened[codes.USE_OF_FORCE] == 1 else math.nan
    row[at + 4], row[at + 5], row[at + 6] = state.contact_level, state.support, state.buildup
    row[at + 7], row[at + 8] = state.aircraft_lost, state.ships_lost
    row[at + 9], row[at + 10] = state.lever_years_planned, state.lever_years
    at = fill(row, at + 11, state.highest)
    at = fill(row, at, state.rung_months)
    for result in range(len(state.after)):
        row[at + result] = state.after[result] if state.happened[codes.TAIWAN_FALLS] == 1 else math.nan
    at += len(state.after)
    row[at] = 1 - state.compensator[fails]
    for event in range(EVENT_SHARES):
        row[at + 1 + event] = state.compensator[event]
    at += 1 + EVENT_SHARES
    row[at], row[at + 1] = state.expected_japan_loss, state.expected_taiwan_loss
    at = fill(row, at + 2, state.after_expected)
    row[at], row[at + 1] = state.peace_years, state.hazard[codes.FORCE]


def fill(row: Any, first: int, values: Any) -> int:
    """Write some values from column `first` on; the column after the last."""
    for number in range(len(values)):
        row[first + number] = values[number]
    return first + len(values)
