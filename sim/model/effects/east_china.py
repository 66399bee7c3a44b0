"""Force in the East China Sea, outside a war over Taiwan: when it comes, who fights, and what the PRC keeps."""

from __future__ import annotations

import numpy as np

from sim.model import codes, draws, trace
from sim.model.effects import episodes, events, reactions
from sim.model.rules import japan, prc, us
from sim.model.state import Parameters, Setting, State

KEPT = np.uint64(draws.name_id("islet in the east china sea"))
RUNG_OF_SEIZURE = 5  # of the military ladder


def danger(state: State, params: Parameters, setting: Setting) -> None:
    """A step of peace passes: the PRC's hazard of force at Japan, what it would lead to, and whether it comes.

    Who would do what is weighed anew each step, with the PRC's luck, Japan's and the US's independent of one another,
    so what such force leads to is a product of chances. Compensators get it as `month.accumulate` gives them theirs.
    """
    # Its own estimate of US will, as over Taiwan, stands for how much the PRC fears the treaty.
    guarantee = (state.us_seen - params.us_intervenes_prob) * setting.on_deterrence
    patrols = state.effect[codes.COAST_GUARD] - setting.reference.effect[codes.COAST_GUARD]
    guard = (state.log_patrols * patrols + state.log_garrison * state.effort) * setting.on_deterrence
    urge = prc.urge_at_sea(state.log_wrath * state.anger, state.log_pact * guarantee, guard)
    per_year = params.east_china_per_year * urge
    seizes = prc.weighs_seizure(params.islet_share, state.log_form, guarantee)
    ready, usual = state.fight_prob, params.japan_fights_prob
    after_clash = japan.readiness_at_sea(params.japan_answers_clash_prob, ready, usual)
    after_seizure = japan.readiness_at_sea(params.japan_answers_seizure_prob, ready, usual)
    comes_in = us.readiness_at_sea(params.us_defends_japan_prob, state.us_prob, params.us_intervenes_prob)
    clock = codes.EAST_CHINA_SEA
    before = state.hazard[clock]
    comes = events.due(state, setting, clock, per_year)
    exposed = (state.threshold[clock] if comes else state.hazard[clock]) - before
    fights = seizes * after_seizure + (1 - seizes) * after_clash
    retaken = after_seizure * comes_in * (1 - params.seizure_stands_prob)
    expect(state, codes.FORCE_AT_JAPAN, exposed)
    expect(state, codes.ISLET_SEIZED, exposed * seizes * (1 - retaken))
    expect(state, codes.JAPAN_IN_COMBAT, exposed * fights)
    expect(state, codes.US_PRC_WAR, exposed * fights * comes_in)
    state.expected_japan_loss += exposed * fights * params.east_china_cost_japan_pct
    if comes:
        time = events.moment(state, setting, clock, per_year)
        seizure = prc.seizes_islet(seizes, state.mark_a[clock])
        answers = japan.fights_at_sea(after_seizure if seizure else after_clash, state.mark_b[clock])
        us_fights = answers and us.defends_japan(comes_in, state.mark_c[clock])
        come_to_force(state, params, setting, seizure, answers, us_fights, time)
        state.hazard[clock] = state.threshold[clock]
        events.arm(state, setting, clock)


def expect(state: State, event: int, chance: float) -> None:
    """Add to an event's compensator, which stops once the event has happened."""
    if state.happened[event] == 0:
        state.compensator[event] += chance


def come_to_force(state: State, params: Parameters, setting: Setting, seizure: bool, answers: bool, us_fights: bool,
                  time: float) -> None:  # fmt: skip
    """The PRC has used force at Japan: an islet changes hands or not, some fight, and a crisis begins.

    Because an islet is taken back only with the US, as after a fall of Taiwan (`seizure_stands_prob`).
    """
    u_stands, _, _, _ = draws.four(setting.seed, state.world, state.luck, KEPT, state.count[codes.EAST_CHINA_SEA])
    keeps = seizure and (not us_fights or u_stands < params.seizure_stands_prob)
    trace.note(state, trace.EAST_CHINA_SEA, time, seizure, answers, us_fights, keeps)
    state.happened[codes.FORCE_AT_JAPAN] = 1
    if keeps:
        state.happened[codes.ISLET_SEIZED] = 1
    if answers:
        state.happened[codes.JAPAN_IN_COMBAT] = 1
        state.japan_loss += params.east_china_cost_japan_pct
    if us_fights:
        state.happened[codes.US_PRC_WAR] = 1
    rung = RUNG_OF_SEIZURE if seizure else prc.SURGE
    episodes.begin(state, params, codes.JAPAN_MILITARY, rung, time, params.crisis_months)
    reactions.begin_crisis(state, params, setting, time)
    provoked = setting.on_provocation * setting.on_spiral
    state.anger = prc.grows_angry(state.anger, params.deadly_incident_anger, provoked)
