"""The PRC's answer to one trigger: the rules of the month applied to it alone, in many worlds.

Nothing is decided here. A trigger is played by the function that a month calls for such an event, in a world in
which nothing else has happened yet. The rungs just after it are recorded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from analysis.evidence.episodes import Branch, Trigger
from sim.engine import setup
from sim.model import codes, month
from sim.model.compiled import is_compiled, kernel
from sim.model.effects import events, reactions
from sim.model.records import blank_state, plain_record, state_dtype
from sim.model.state import Parameters, Setting, State
from sim.scenario.experiment import Experiment, Worldview

TAIWAN, TIE, ALLIANCE, DISPUTE = 0, 1, 2, 3
BRANCHES: tuple[Branch, ...] = ("taiwan", "tie", "alliance", "dispute")
STEP = 0  # index among the levers, and key of its luck, of the step that is played


def schedule_one_event(state: State, setting: Setting, clock: int, per_year: float) -> None:
    """Let the next event of one clock come at the month's end, and no other event this month."""
    for other in range(len(state.threshold)):
        state.threshold[other] = codes.NEVER
    state.threshold[clock] = state.hazard[clock] + per_year * setting.years


def play(state: State, params: Parameters, setting: Setting, branch: int, openness: float) -> None:
    """Begin a trial, let the trigger happen, and let the PRC answer."""
    month.begin(state, params, setting)
    if branch == TAIWAN:
        events.offend(state, params, setting, 0.0, events.OFFENCE)
    elif branch == DISPUTE:
        schedule_one_event(state, setting, codes.JAPAN_TRIGGER, params.japan_triggers_per_year)
        events.at_japan(state, params, setting)
    else:
        reactions.step(state, params, setting, STEP, 1.0, openness, 0.0, STEP)


def record_rungs(state: State, out: Any) -> None:
    """Write the rung of each track, and how many months it is to last."""
    for track in range(4):
        out[track] = state.rung[track]
        out[4 + track] = state.until[track] - state.since[track] if state.rung[track] > 0 else 0.0


@kernel
def play_worlds(settings: Any, parameters: Any, scratch: Any, branch: int, openness: float, out: Any) -> None:
    """Play the trigger once in each world; `scratch` holds two blank records, `out[world, column]` is filled."""
    setting = settings[0]
    for world in range(len(parameters)):
        scratch[1] = scratch[0]
        state = scratch[1]
        state.world, state.luck = world, 1
        play(state, parameters[world], setting, branch, openness)
        record_rungs(state, out[world])


def build_setting(exp: Experiment, trigger: Trigger) -> np.ndarray:
    """The setting of the trigger: the experiment's first start, with no pressure under way and only one lever."""
    quiet = {f"{target}_{domain}_{what}": 0.0 for target, domain, _ in codes.TRACKS for what in ("rung", "months")}
    known = {"drill_regime": float(trigger.drills_usual), "japan_trade_share": trigger.japan_trade_share}
    start = replace(exp.starts[0], quantities={**exp.starts[0].quantities, **quiet, **known})
    settings = setup.build_setting(exp, exp.policies[0], start)
    setting = settings[0]
    tie = trigger.branch == "tie"
    setting["package"][STEP] = codes.DIRECT_TIES if tie else codes.INTEROPERABILITY
    setting["needs_taiwan"][STEP] = tie
    for name in ("official", "defence", "combat"):
        setting[name][STEP] = getattr(trigger, name)
    return settings


def draw_worlds(exp: Experiment, worldview: Worldview) -> np.ndarray:
    """The parameters of the experiment's worlds under a worldview: a structured array[world]."""
    return setup.draw_worlds(exp, worldview, 0, exp.trials // exp.lucks)


def play_trigger(exp: Experiment, parameters: np.ndarray, trigger: Trigger) -> tuple[np.ndarray, np.ndarray]:
    """The PRC's answer to a trigger in each world.

    Parameters
    ----------
    parameters : structured array[world]
        From `draw_worlds`.

    Returns
    -------
    rungs : int64[world, track]
        Just after the trigger, on the tracks of `sim.model.codes.TRACKS`.
    months : float64[world, track]
        How long that rung is to last; 0 where the rung is 0.

    Examples
    --------
    >>> import sim
    >>> from analysis.evidence.episodes import Trigger
    >>> exp = sim.load("debate", trials=200, worldviews="neutral")
    >>> visit = Trigger("taiwan", 0, 0, 0, drills_usual=True, japan_trade_share=0.17)
    >>> rungs, months = play_trigger(exp, draw_worlds(exp, exp.worldviews[0]), visit)
    >>> int(rungs[:, 3].max()), bool((rungs[:, :2] == 0).all())
    (2, True)
    """
    settings, branch = build_setting(exp, trigger), BRANCHES.index(trigger.branch)
    levers = len(exp.catalogue.levers)
    out = np.zeros((len(parameters), 8))
    if is_compiled():
        play_worlds(settings, parameters, np.zeros(2, state_dtype(levers)), branch, trigger.openness, out)
    else:
        setting = plain_record(Setting, settings[0])
        for world, values in enumerate(parameters):
            state = blank_state(levers, world, 1)
            play(state, plain_record(Parameters, values), setting, branch, trigger.openness)
            record_rungs(state, out[world])
    return out[:, :4].astype(np.int64), out[:, 4:]
