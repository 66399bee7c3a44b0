"""What arrives at random: each kind of event has a clock, and comes when its hazard has added up to a threshold."""

from __future__ import annotations

import numpy as np

from sim.model import codes, draws, trace
from sim.model.effects import levers, reactions
from sim.model.rules import prc, scale, taiwan, us
from sim.model.state import Parameters, Setting, State

CLOCK_NAMES = np.array([draws.name_id("clock " + name) for name in codes.CLOCKS], dtype=np.uint64)
# Keys of answers, by kind of event. Those of first steps and of scripted events are made from names and lie far above.
OFFENCE, DISPUTE, ALLIANCE, LEAKED = 2_000_000, 3_000_000, 5_000_000, 6_000_000
SCRIPT = np.uint64(draws.name_id("scripted event"))


def arm(state: State, setting: Setting, clock: int) -> None:
    """Set a clock for its next event; the event's own luck is drawn with it."""
    u, state.mark_a[clock], state.mark_b[clock], state.mark_c[clock] = draws.four(
        setting.seed, state.world, state.luck, CLOCK_NAMES[clock], state.count[clock]
    )
    state.threshold[clock] += draws.exponential(u)
    state.count[clock] += 1


def due(state: State, setting: Setting, clock: int, per_year: float) -> bool:
    """A month passes on a clock; true if its event comes within it."""
    state.hazard[clock] += per_year * setting.years
    return state.hazard[clock] >= state.threshold[clock]


def moment(state: State, setting: Setting, clock: int, per_year: float) -> float:
    """When in this month the event comes: the hazard beyond the threshold, at this rate, is time passed since."""
    too_far = state.hazard[clock] - state.threshold[clock]
    return state.time + setting.step - codes.MONTHS_A_YEAR * too_far / per_year


def at_taiwan(state: State, params: Parameters, setting: Setting) -> None:
    """Taiwan's own statements and visits, US signals, and PRC pressure that nobody provoked."""
    clock, rate = codes.TAIWAN_TRIGGER, params.taiwan_triggers_per_year
    if due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            if taiwan.presses(params.taiwan_presses_prob, state.embolden, state.mark_a[clock]):
                offend(state, params, setting, moment(state, setting, clock, rate), OFFENCE + state.count[clock])
            arm(state, setting, clock)
    clock, rate = codes.US_SIGNAL, params.us_signals_per_year
    if due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            kind = us.signals(params.us_arms_prob, params.us_transit_prob, state.mark_a[clock])
            if kind != us.NOTHING:
                trace.note(state, trace.US_SIGNAL, moment(state, setting, clock, rate), kind, 0, 0, 0)
            reactions.signal(state, params, kind)
            arm(state, setting, clock)
    clock, rate = codes.PRESSURE_ON_TAIWAN, params.pressure_on_taiwan_per_year * state.pressure_ratio
    if due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            drills = reactions.drill_chance(state, params) * params.unprovoked_drill_ratio
            military = prc.answers_militarily(1.0, drills, state.mark_a[clock])
            time = moment(state, setting, clock, rate)
            press_taiwan(state, params, setting, military, time, state.mark_b[clock], state.mark_c[clock])
            arm(state, setting, clock)
    if state.regime == 0 and due(state, setting, codes.DRILL_REGIME, params.drill_regime_per_year):
        state.regime = 1
        trace.note(
            state, trace.DRILL_REGIME, moment(state, setting, codes.DRILL_REGIME, params.drill_regime_per_year),
            0, 0, 0, 0,
        )  # fmt: skip


def press_taiwan(
    state: State, params: Parameters, setting: Setting, military: int, time: float, v: float, u_crisis: float
) -> None:
    """The PRC presses Taiwan unprovoked, by a surge or a large drill; `v` is the luck of how long it lasts."""
    median = params.drill_duration_months if military == prc.DRILL else params.surge_duration_months
    months = reactions.lasts(median, params.duration_spread, v)
    reactions.show_force(state, params, setting, codes.TAIWAN_MILITARY, military, time, months, u_crisis)


def offend(state: State, params: Parameters, setting: Setting, time: float, key: int) -> None:
    """The PRC takes amiss what Taiwan or its friends have done."""
    state.hope_lost += params.hope_loss_trigger
    trace.note(state, trace.OFFENCE, time, state.hope_lost, 0, 0, 0)
    odds, surge = scale.odds(params.taiwan_coercion_prob), params.taiwan_surge_prob
    drills = reactions.drill_chance(state, params)
    reactions.at_taiwan(state, params, setting, odds, surge, drills, False, time, key)


def at_japan(state: State, params: Parameters, setting: Setting) -> None:
    """Disputes that have nothing to do with Taiwan, and PRC pressure on Japan that nobody provoked."""
    clock, rate = codes.JAPAN_TRIGGER, params.japan_triggers_per_year
    if due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            key = DISPUTE + state.count[clock]
            reactions.dispute(state, params, setting, moment(state, setting, clock, rate), key)
            arm(state, setting, clock)
    clock, rate = codes.PRESSURE_ON_JAPAN, params.pressure_on_japan_per_year * state.demand_ratio
    if due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            time, u = moment(state, setting, clock, rate), state.mark_a[clock]
            press_japan(state, params, setting, time, u, state.mark_b[clock], state.mark_c[clock])
            arm(state, setting, clock)


def press_japan(state: State, params: Parameters, setting: Setting, time: float, u: float, v: float, w: float) -> None:
    """Unprovoked pressure on Japan, by detentions and boycotts or by a surge; `w` is the luck of how grave it is."""
    if prc.presses_economically(params.economic_pressure_share, u):
        rung = prc.SELECTIVE if w < params.pressure_trade_share else prc.FREEZE
        months = reactions.lasts(params.economic_duration_months, params.duration_spread, v)
        reactions.coerce_japan(state, params, setting, rung, False, time, months)
    else:
        months = reactions.lasts(params.surge_duration_months, params.duration_spread, v)
        reactions.show_force(state, params, setting, codes.JAPAN_MILITARY, prc.SURGE, time, months, w)


def steps(state: State, params: Parameters, setting: Setting) -> None:
    """Visible steps by Japan, with Taiwan or with the US, and what was quiet becoming known."""
    clock, rate = codes.TIES_STEP, state.ties_steps
    if rate > 0 and due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            time, key = moment(state, setting, clock, rate), state.count[clock]
            step(state, params, setting, time, True, state.mark_a[clock], key)
            arm(state, setting, clock)
    clock, rate = codes.ALLIANCE_STEP, state.alliance_steps
    if rate > 0 and due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            time, key = moment(state, setting, clock, rate), ALLIANCE + state.count[clock]
            step(state, params, setting, time, False, state.mark_a[clock], key)
            arm(state, setting, clock)
    clock, rate = codes.LEAK, params.leaks_per_year * state.hidden
    if rate > 0 and due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            time, key = moment(state, setting, clock, rate), LEAKED + state.count[clock]
            leak(state, params, setting, time, state.mark_a[clock], key)
            arm(state, setting, clock)


def step(state: State, params: Parameters, setting: Setting, time: float, ties: bool, u: float, key: int) -> None:
    """One of the levers now in use is seen: which one is drawn by how often each is."""
    left = u * (state.ties_steps if ties else state.alliance_steps)
    seen = -1
    for lever in range(len(setting.package)):
        weight = setting.steps_per_year[lever] * state.depth[lever] * state.openness[lever]
        if levers.is_tie(setting, lever) == ties and weight > 0:
            seen = lever
            left -= weight
            if left < 0:
                break
    if seen >= 0:
        reactions.step(state, params, setting, seen, state.depth[seen], state.openness[seen], time, key)


def leak(state: State, params: Parameters, setting: Setting, time: float, u: float, key: int) -> None:
    """Something quiet becomes known, as a quiet step that came out; which lever, by how much of each is hidden."""
    left = u * state.hidden
    for number in range(setting.moves):
        lever = setting.moved[number]
        if setting.package[lever] == codes.DIRECT_TIES:
            added = state.depth[lever] - setting.start_depth[lever]
            left -= max(0.0, setting.capability_share[lever] * added * (1 - state.openness[lever]))
            if left < 0:
                trace.note(state, trace.LEAK, time, lever, 0, 0, 0)
                reactions.step(state, params, setting, lever, state.depth[lever], 0.0, time, key)
                break
    state.leaked += params.leak_share * (1 - state.leaked)
    levers.gather(state, params, setting)


def weighs_politics(state: State, params: Parameters, setting: Setting) -> None:
    """The US of this administration and this time: how willing it is, and whether it consents to joint steps."""
    tied_down = state.us_overstretched == 1
    state.us_politics = us.politics(setting.us_shift, state.us_swing, params.us_overstretch_points, tied_down)
    state.unweighed = 1
    need = us.needs_help(tied_down, params.overstretch_help_ratio)
    state.us_consents = 1 if us.consents(params.us_consents_prob, need, state.u_consents) else 0


def overstretch(state: State, params: Parameters, setting: Setting) -> None:
    """A war or long crisis elsewhere ties the US down, or one that did is over."""
    clock = codes.OVERSTRETCH
    rate = params.overstretch_ends_per_year if state.us_overstretched == 1 else params.overstretch_begins_per_year
    if rate > 0 and due(state, setting, clock, rate):  # one change a month at most
        state.us_overstretched = 1 - state.us_overstretched
        weighs_politics(state, params, setting)
        levers.gather(state, params, setting)  # what Japan does weighs more or less with the US
        trace.note(state, trace.OVERSTRETCH, moment(state, setting, clock, rate), state.us_overstretched, 0, 0, 0)
        state.hazard[clock] = state.threshold[clock]
        arm(state, setting, clock)


def deaths(state: State, params: Parameters, setting: Setting, time: float) -> None:
    """An incident that kills is a crisis, and angers."""
    trace.note(state, trace.INCIDENT, time, 1, 0, 0, 0)
    reactions.begin_crisis(state, params, setting, time)
    provoked = setting.on_provocation * setting.on_spiral
    state.anger = prc.grows_angry(state.anger, params.deadly_incident_anger, provoked)


def dangers(state: State, params: Parameters, setting: Setting) -> None:
    """Dangerous incidents, crises that come from politics alone, and fresh estimates in Beijing."""
    escorted = state.rung[codes.TAIWAN_MILITARY] >= prc.SURGE  # escorts are flown while the PLA presses Taiwan
    clock, rate = codes.INCIDENT, state.incident_rate if escorted else state.calm_rate
    if rate > 0 and due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            if state.mark_a[clock] < params.incident_deadly_prob:
                deaths(state, params, setting, moment(state, setting, clock, rate))
            else:
                time = moment(state, setting, clock, rate)
                trace.note(state, trace.INCIDENT, time, 0, 0, 0, 0)
                reactions.may_turn_critical(state, params, setting, True, time, state.mark_b[clock])
            arm(state, setting, clock)
    clock, rate = codes.POLITICAL_CRISIS, params.political_crises_per_year
    if due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            reactions.begin_crisis(state, params, setting, moment(state, setting, clock, rate))
            arm(state, setting, clock)
    clock, rate = codes.REASSESSMENT, params.reassessments_per_year
    if rate > 0 and due(state, setting, clock, rate):
        while state.hazard[clock] >= state.threshold[clock]:
            size = params.reassessment_points * setting.on_misperception
            state.assessment = draws.logistic(state.mark_a[clock]) * size
            trace.note(
                state, trace.REASSESSMENT, moment(state, setting, clock, rate), state.assessment, 0, 0, 0
            )  # fmt: skip
            arm(state, setting, clock)


def ruptures(state: State, params: Parameters, setting: Setting) -> None:
    """Selective coercion of Japan or of Taiwan comes to a rupture."""
    per_year = params.ties_rupture_per_year if state.over_ties == 1 else params.rupture_per_year
    clock = codes.RUPTURE_WITH_JAPAN
    if reactions.break_off(state, params, setting, codes.JAPAN_ECONOMIC, clock, per_year):
        arm(state, setting, clock)
    clock = codes.RUPTURE_WITH_TAIWAN
    if reactions.break_off(state, params, setting, codes.TAIWAN_ECONOMIC, clock, params.rupture_per_year):
        arm(state, setting, clock)


def scripted(state: State, params: Parameters, setting: Setting) -> None:
    """What the experiment has written down beforehand for this month happens, beside all that arrives at random."""
    for number in range(setting.scripted):
        time = setting.scripted_month[number]
        if state.time <= time < state.time + setting.step:
            happens(state, params, setting, setting.scripted_event[number], time, setting.scripted_key[number])


def happens(state: State, params: Parameters, setting: Setting, event: int, time: float, key: int) -> None:
    """One scripted event (a place in `codes.SCRIPTED`), at its time; what comes of it is luck as ever."""
    trace.note(state, trace.SCRIPTED, time, event, 0, 0, 0)
    u, v, z, _ = draws.four(setting.seed, state.world, state.luck, SCRIPT, key)
    if event == codes.SCRIPTED_OFFENCE:
        offend(state, params, setting, time, OFFENCE + key)
    elif event == codes.SCRIPTED_QUARREL:
        reactions.dispute(state, params, setting, time, key)
    elif event == codes.SCRIPTED_ARMS:
        reactions.signal(state, params, us.ARMS)
    elif event == codes.SCRIPTED_TRANSIT:
        reactions.signal(state, params, us.TRANSIT)
    elif event == codes.SCRIPTED_PRESSURE:
        press_japan(state, params, setting, time, u, v, z)
    elif event == codes.SCRIPTED_DRILL:
        press_taiwan(state, params, setting, prc.DRILL, time, v, z)
    elif event == codes.SCRIPTED_DEATHS:
        deaths(state, params, setting, time)
    elif event == codes.SCRIPTED_CRISIS:
        reactions.begin_crisis(state, params, setting, time)
    elif event == codes.SCRIPTED_REGIME:
        state.regime = 1
