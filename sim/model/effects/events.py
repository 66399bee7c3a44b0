"""What arrives at random: each kind of event has a clock, and comes when its hazard has added up to a threshold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.model import codes, draws
from sim.model.compiled import rule
from sim.model.effects import episodes, levers, reactions
from sim.model.rules import prc, scale, taiwan, us

CLOCK_NAMES = np.array([draws.name_id("clock " + name) for name in codes.CLOCKS], dtype=np.uint64)
# Keys of answers, by kind of event. Those of first steps and of scripted events are made from names and lie far above.
OFFENCE, DISPUTE, ALLIANCE, LEAKED = 2_000_000, 3_000_000, 5_000_000, 6_000_000
SCRIPT = np.uint64(draws.name_id("scripted event"))


@rule
def arm(w: Any, c: Any, clock: int) -> None:
    """Set a clock for its next event; the event's own luck is drawn with it."""
    u, w.mark_a[clock], w.mark_b[clock], w.mark_c[clock] = draws.four(
        c.seed, w.world, w.luck, CLOCK_NAMES[clock], w.count[clock]
    )
    w.threshold[clock] += draws.exponential(u)
    w.count[clock] += 1


@rule
def due(w: Any, c: Any, clock: int, per_year: float) -> bool:
    """A month passes on a clock; true if its event comes within it."""
    w.hazard[clock] += per_year * c.years
    return bool(w.hazard[clock] >= w.threshold[clock])


@rule
def moment(w: Any, c: Any, clock: int, per_year: float) -> float:
    """When in this month the event comes."""
    return float(w.time + c.step - 12 * (w.hazard[clock] - w.threshold[clock]) / per_year)


@rule
def at_taiwan(w: Any, p: Any, c: Any) -> None:
    """Taiwan's own statements and visits, US signals, and PRC pressure that nobody provoked."""
    clock, rate = codes.TAIWAN_TRIGGER, p.taiwan_triggers_per_year
    if due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            if taiwan.presses(p.taiwan_presses_prob, w.embolden, w.mark_a[clock]):
                offended(w, p, c, moment(w, c, clock, rate), w.count[clock])
            arm(w, c, clock)
    clock, rate = codes.US_SIGNAL, p.us_signals_per_year
    if due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            signalled(w, p, us.signals(p.us_arms_prob, p.us_transit_prob, w.mark_a[clock]))
            arm(w, c, clock)
    clock, rate = codes.PRESSURE_ON_TAIWAN, p.pressure_on_taiwan_per_year * w.pressure_ratio
    if due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            time = moment(w, c, clock, rate)
            drills = reactions.drill_chance(w, p, c) * p.unprovoked_drill_ratio
            military = prc.answers_militarily(1.0, drills, w.mark_a[clock])
            shown(w, p, c, military, time, w.mark_b[clock], w.mark_c[clock])
            arm(w, c, clock)
    if w.regime == 0 and due(w, c, codes.DRILL_REGIME, p.drill_regime_per_year):
        w.regime = 1


@rule
def signalled(w: Any, p: Any, signal: int) -> None:
    """The US has sold arms or sailed through the Strait."""
    if signal == us.ARMS:
        w.readiness += p.arms_readiness_points
        w.hope_lost += p.hope_loss_trigger
    elif signal == us.TRANSIT:
        w.us_firmness += p.transit_points


@rule
def shown(w: Any, p: Any, c: Any, military: int, time: float, v: float, z: float) -> None:
    """The PRC shows its forces at Taiwan: a surge, or a large drill that now and then becomes a crisis."""
    median = p.drill_duration_months if military == prc.DRILL else p.surge_duration_months
    months = reactions.lasts(median, p.duration_spread, v)
    episodes.begin(w, p, c, codes.TAIWAN_MILITARY, military, time, months, 1.0)
    if military == prc.DRILL:
        reactions.drill(w, p, c, time, z)


@rule
def offended(w: Any, p: Any, c: Any, time: float, key: int) -> None:
    """The PRC takes amiss what Taiwan or its friends have done."""
    w.hope_lost += p.hope_loss_trigger
    odds = scale.odds(p.taiwan_coercion_prob)
    drills = reactions.drill_chance(w, p, c)
    reactions.at_taiwan(w, p, c, odds, p.broad_dispute_prob, p.taiwan_surge_prob, drills, time, OFFENCE + key)


@rule
def at_japan(w: Any, p: Any, c: Any) -> None:
    """Disputes that have nothing to do with Taiwan, and PRC pressure on Japan that nobody provoked."""
    clock, rate = codes.JAPAN_TRIGGER, p.japan_triggers_per_year
    if due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            quarrel(w, p, c, moment(w, c, clock, rate), DISPUTE + w.count[clock])
            arm(w, c, clock)
    clock, rate = codes.PRESSURE_ON_JAPAN, p.pressure_on_japan_per_year * w.demand_ratio
    if due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            pressed(w, p, c, moment(w, c, clock, rate), w.mark_a[clock], w.mark_b[clock], w.mark_c[clock])
            arm(w, c, clock)


@rule
def quarrel(w: Any, p: Any, c: Any, time: float, key: int) -> None:
    """A dispute of Japan's with the PRC that has nothing to do with Taiwan."""
    log_odds = w.log_dispute + w.anger * w.log_anger
    log_odds += w.log_trade * 10 * (c.japan_trade_share + c.japan_trade_drift * w.time / 12 - c.reference_trade)
    reactions.at_japan(w, p, c, math.exp(log_odds), 1.0, False, time, key)


@rule
def pressed(w: Any, p: Any, c: Any, time: float, u: float, v: float, z: float) -> None:
    """Unprovoked pressure on Japan, by detentions and boycotts or by a surge at sea and in the air."""
    if prc.presses_economically(p.economic_pressure_share, u):
        rung = prc.SELECTIVE if z < p.pressure_trade_share else prc.FREEZE
        months = reactions.lasts(p.economic_duration_months, p.duration_spread, v)
        episodes.begin(w, p, c, codes.JAPAN_ECONOMIC, rung, time, months, 1.0)
    else:
        months = reactions.lasts(p.surge_duration_months, p.duration_spread, v)
        episodes.begin(w, p, c, codes.JAPAN_MILITARY, prc.SURGE, time, months, 1.0)


@rule
def steps(w: Any, p: Any, c: Any) -> None:
    """Visible steps by Japan, with Taiwan or with the US, and what was quiet becoming known."""
    clock, rate = codes.TIES_STEP, w.ties_steps
    if rate > 0 and due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            step(w, p, c, moment(w, c, clock, rate), True, w.mark_a[clock], w.count[clock])
            arm(w, c, clock)
    clock, rate = codes.ALLIANCE_STEP, w.alliance_steps
    if rate > 0 and due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            step(w, p, c, moment(w, c, clock, rate), False, w.mark_a[clock], ALLIANCE + w.count[clock])
            arm(w, c, clock)
    clock, rate = codes.LEAK, p.leaks_per_year * w.hidden
    if rate > 0 and due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            leak(w, p, c, moment(w, c, clock, rate), w.mark_a[clock], w.count[clock])
            arm(w, c, clock)


@rule
def step(w: Any, p: Any, c: Any, time: float, ties: bool, u: float, key: int) -> None:
    """One of the levers now in use is seen: which one is drawn by how often each is."""
    left = u * (w.ties_steps if ties else w.alliance_steps)
    last = -1
    for i in range(len(c.package)):
        weight = c.steps_per_year[i] * w.depth[i] * w.openness[i]
        if levers.is_tie(c, i) == ties and weight > 0:
            last = i
            left -= weight
            if left < 0:
                break
    if last >= 0:
        reactions.step(w, p, c, last, w.depth[last], w.openness[last], time, key)


@rule
def leak(w: Any, p: Any, c: Any, time: float, u: float, key: int) -> None:
    """Something quiet becomes known, as a quiet step that came out; which lever, by how much of each is hidden."""
    left = u * w.hidden
    for place in range(c.moves):
        i = c.moved[place]
        if c.package[i] == codes.DIRECT_TIES:
            left -= max(0.0, c.capability_share[i] * (w.depth[i] - c.start_depth[i]) * (1 - w.openness[i]))
            if left < 0:
                reactions.step(w, p, c, i, w.depth[i], 0.0, time, LEAKED + key)
                break
    w.leaked += p.leak_share * (1 - w.leaked)
    levers.gather(w, p, c)


@rule
def deaths(w: Any, p: Any, c: Any, time: float) -> None:
    """An incident that kills is a crisis, and angers."""
    reactions.begin_crisis(w, p, c, time)
    w.anger += p.deadly_incident_anger * (1 - w.anger) * c.on_provocation


@rule
def dangers(w: Any, p: Any, c: Any) -> None:
    """Dangerous incidents, crises that come from politics alone, and fresh estimates in Beijing."""
    escorted = w.rung[codes.TAIWAN_MILITARY] >= prc.SURGE  # escorts are flown while the PLA presses Taiwan
    clock, rate = codes.INCIDENT, w.incident_rate if escorted else w.calm_rate
    if rate > 0 and due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            if w.mark_a[clock] < p.incident_deadly_prob:
                deaths(w, p, c, moment(w, c, clock, rate))
            arm(w, c, clock)
    clock, rate = codes.POLITICAL_CRISIS, p.political_crises_per_year
    if due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            reactions.begin_crisis(w, p, c, moment(w, c, clock, rate))
            arm(w, c, clock)
    clock, rate = codes.REASSESSMENT, p.reassessments_per_year
    if rate > 0 and due(w, c, clock, rate):
        while w.hazard[clock] >= w.threshold[clock]:
            w.assessment = draws.logistic(w.mark_a[clock]) * p.reassessment_points * c.on_misperception
            arm(w, c, clock)


@rule
def scripted(w: Any, p: Any, c: Any) -> None:
    """What the experiment has written down beforehand for this month happens, beside all that arrives at random."""
    for place in range(c.scripted):
        time = c.scripted_month[place]
        if w.time <= time < w.time + c.step:
            happens(w, p, c, c.scripted_event[place], time, c.scripted_key[place])


@rule
def happens(w: Any, p: Any, c: Any, event: int, time: float, key: int) -> None:
    """One scripted event (numbers as in `world.SCRIPTED`), at its time; what comes of it is luck as ever."""
    u, v, z, _ = draws.four(c.seed, w.world, w.luck, SCRIPT, key)
    if event == codes.SCRIPTED_OFFENCE:
        offended(w, p, c, time, key)
    elif event == codes.SCRIPTED_QUARREL:
        quarrel(w, p, c, time, key)
    elif event == codes.SCRIPTED_ARMS:
        signalled(w, p, us.ARMS)
    elif event == codes.SCRIPTED_TRANSIT:
        signalled(w, p, us.TRANSIT)
    elif event == codes.SCRIPTED_PRESSURE:
        pressed(w, p, c, time, u, v, z)
    elif event == codes.SCRIPTED_DRILL:
        shown(w, p, c, prc.DRILL, time, v, z)
    elif event == codes.SCRIPTED_DEATHS:
        deaths(w, p, c, time)
    elif event == codes.SCRIPTED_CRISIS:
        reactions.begin_crisis(w, p, c, time)
    elif event == codes.SCRIPTED_REGIME:
        w.regime = 1
