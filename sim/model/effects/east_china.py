"""Force in the East China Sea, outside a war over Taiwan: when it comes, who fights, and what the PRC keeps."""

from __future__ import annotations

import numpy as np

from sim.model import codes, draws, trace
from sim.model.effects import episodes, events, reactions
from sim.model.rules import japan, prc, us
from sim.model.state import Parameters, Setting, State

KEPT = np.uint64(draws.name_id("islet in the east china sea"))
RUNG_OF_SEIZURE = 5  # of the military ladder
UNNOTICED = 1e-2  # one point, added up: half a poll's error, too little to weigh again what each would do at sea


def danger(state: State, params: Parameters, setting: Setting) -> None:
    """A step of peace passes: the PRC's hazard of force at Japan, what it would lead to, and whether it comes.

    Who would do what is weighed again each step, with the PRC's luck, Japan's and the US's independent of one another,
    so what such force leads to is a product of chances. Compensators get it as `month.accumulate` gives them theirs.
    """
    weigh(state, params, setting)
    patrols = state.effect[codes.COAST_GUARD] - setting.reference.effect[codes.COAST_GUARD]
    guard = (state.log_patrols * patrols + state.log_garrison * state.effort) * setting.on_deterrence
    urge = prc.urge_at_sea(state.log_wrath * state.anger, state.log_pact * state.sea_guarantee, guard)
    per_year = params.east_china_per_year * urge
    clock = codes.EAST_CHINA_SEA
    before = state.hazard[clock]
    comes = events.due(state, setting, clock, per_year)
    exposed = (state.threshold[clock] if comes else state.hazard[clock]) - before
    fights = exposed * state.sea_fights
    expect(state, codes.FORCE_AT_JAPAN, exposed)
    expect(state, codes.ISLET_SEIZED, exposed * state.sea_kept)
    expect(state, codes.JAPAN_IN_COMBAT, fights)
    expect(state, codes.US_PRC_WAR, exposed * state.sea_war)
    state.expected_japan_loss += fights * params.east_china_cost_japan_pct
    if comes:
        time = events.moment(state, setting, clock, per_year)
        seizure = prc.seizes_islet(state.sea_seizes, state.mark_a[clock])
        chance = state.sea_after_seizure if seizure else state.sea_after_clash
        answers = japan.fights_at_sea(chance, state.mark_b[clock])
        comes_in = state.sea_us if seizure else state.sea_us * params.us_clash_ratio
        us_fights = answers and us.defends_japan(comes_in, state.mark_c[clock])
        come_to_force(state, params, setting, seizure, answers, us_fights, time)
        state.hazard[clock] = state.threshold[clock]
        events.arm(state, setting, clock)


def weigh(state: State, params: Parameters, setting: Setting) -> None:
    """What each would do if force came to Japan now: weighed again when one's readiness has changed.

    The PRC's estimate of US will, as over Taiwan, stands for how much it fears the treaty.
    """
    moved = abs(state.us_seen - state.sea_seen) + abs(state.us_prob - state.sea_willing)
    if moved + abs(state.fight_prob - state.sea_ready) < UNNOTICED:
        return
    state.sea_seen, state.sea_willing, state.sea_ready = state.us_seen, state.us_prob, state.fight_prob
    guarantee = (state.us_seen - params.us_intervenes_prob) * setting.on_deterrence
    ready, usual = state.fight_prob, params.japan_fights_prob
    seizes = prc.weighs_seizure(params.islet_share, state.log_form, guarantee)
    after_clash = japan.readiness_at_sea(params.japan_answers_clash_prob, ready, usual)
    after_seizure = japan.readiness_at_sea(params.japan_answers_seizure_prob, ready, usual)
    comes_in = us.readiness_at_sea(params.us_defends_japan_prob, state.us_prob, params.us_intervenes_prob)
    state.sea_guarantee, state.sea_seizes, state.sea_us = guarantee, seizes, comes_in
    state.sea_after_clash, state.sea_after_seizure = after_clash, after_seizure
    state.sea_fights = seizes * after_seizure + (1 - seizes) * after_clash
    state.sea_war = comes_in * (seizes * after_seizure + (1 - seizes) * after_clash * params.us_clash_ratio)
    state.sea_kept = seizes * (1 - after_seizure * comes_in * (1 - params.seizure_stands_prob))


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
