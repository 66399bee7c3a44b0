"""How a trial's time divides in the kernel: each part of a month is played once more, on a copy, and timed.

Play itself does not change. The time of a part is what its run takes longer than a run that only makes the copy. A part
played apart costs somewhat more than within a month, so times are shares of their sum. Wars, which are rare, are left
out.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from sim.engine import setup
from sim.model import codes, month, outcomes
from sim.model.compiled import kernel
from sim.model.effects import aftermath, campaign, episodes, events, levers
from sim.model.records import state_dtype
from sim.model.rules import prc
from sim.model.state import Parameters, Setting, State
from sim.scenario.experiment import Experiment

NOTHING, COPY, BEGINNING, END = 0, 1, 12, 13
PARTS = {
    2: "calendar: elections, and what fades month by month",
    3: "Japan's levers move",
    4: "what happens at Taiwan",
    5: "what happens at Japan",
    6: "answers to Japan's steps, leaks",
    7: "incidents, crises, dates that a policy sets",
    8: "who would fight, and who would win",
    9: "what the PRC perceives of it",
    10: "whether it reaches for force, and what would follow",
    11: "pressure that ends",
    BEGINNING: "the beginning: constants, clocks, what is on",
    END: "the end: the years after a fall, the record",
}


def _of_month(part: int, state: State, params: Parameters, setting: Setting) -> None:
    peace = state.campaign == prc.NO_CAMPAIGN
    if part == 2:
        month.calendar(state, params, setting)
    elif part == 3:
        if state.moving == 1:
            levers.move(state, params, setting)
    elif part == 4:
        events.at_taiwan(state, params, setting)
    elif part == 5:
        events.at_japan(state, params, setting)
    elif part == 6:
        events.steps(state, params, setting)
    elif part == 7:
        events.dangers(state, params, setting)
        events.overstretch(state, params, setting)
        events.ruptures(state, params, setting)
        events.scripted(state, params, setting)
    elif part == 8 and peace:
        state.alert = 1.0 if month.in_crisis(state, setting) else state.forewarned
        month.see_the_us(state, params, setting)
        month.who_would_fight(state, params, setting)
    elif part == 9:
        month.perceive(state, params, setting)
    elif part == 10 and peace and state.time + setting.step > state.rest_until:
        month.force(state, params, setting)
    elif part == 11:
        for track in range(len(state.rung)):
            episodes.settle(state, params, track, state.time + setting.step)


@kernel
def _play(part: int, settings: Any, worlds: Any, scratch: Any, row: Any) -> None:
    """Play a trial in each world with one part twice; `scratch` holds three records, the first blank."""
    setting = settings[0]
    for number in range(len(worlds)):
        params = worlds[number]
        scratch[1] = scratch[0]
        state = scratch[1]
        state.world, state.luck = number, 1
        if part == BEGINNING:
            scratch[2] = scratch[1]
            month.begin(scratch[2], params, setting)
        month.begin(state, params, setting)
        for _ in range(round(setting.months / setting.step)):
            if state.over == 0:
                if part > NOTHING:
                    scratch[2] = scratch[1]
                    _of_month(part, scratch[2], params, setting)
                month.play(state, params, setting)
        while state.campaign != prc.NO_CAMPAIGN:
            campaign.wage(state, params, setting, codes.NEVER)
        for _ in range(2 if part == END else 1):
            aftermath.expect(state, params)
            outcomes.write(state, row)


def shares(exp: Experiment, worlds: int = 400, repeats: int = 9) -> dict[str, float]:
    """Share of a trial's time that each part takes, over all policies from the first start, under the first worldview.

    Needs llvmlite.
    """
    drawn = setup.draw_worlds(exp, exp.worldviews[0], 0, worlds)
    settings = [setup.build_setting(exp, policy, exp.starts[0]) for policy in exp.policies]
    scratch, row = np.zeros(3, state_dtype(len(exp.catalogue.levers))), np.empty(len(outcomes.COLUMNS))

    def seconds(part: int) -> float:
        begun = time.thread_time()
        for setting in settings:
            _play(part, setting, drawn, scratch, row)
        return time.thread_time() - begun

    seconds(NOTHING)
    rounds = [{part: seconds(part) for part in (NOTHING, COPY, *PARTS)} for _ in range(repeats)]
    without = {part: NOTHING if part in (BEGINNING, END) else COPY for part in PARTS}
    least = {part: min(taken[part] for taken in rounds) for part in rounds[0]}  # other work only ever adds
    longer = {part: least[part] - least[without[part]] for part in PARTS}
    return {what: longer[part] / sum(longer.values()) for part, what in PARTS.items()}
