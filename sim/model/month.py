"""The order of play: a trial begins, months are played, a war still on at the horizon is played to its end.

Each month: calendar → Japan's levers → what arrives (Taiwan, Japan, steps, dangers) → the PRC's estimates →
force or the campaign under way → accounts. The batch kernel, plain Python and the Mesa model all play this.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.model import codes, draws
from sim.model.compiled import rule
from sim.model.effects import aftermath, campaign, episodes, events, levers, reactions, war
from sim.model.rules import japan, prc, scale, taiwan, us

NATURE, STANDING = np.uint64(draws.name_id("nature of the prc")), np.uint64(draws.name_id("standing pressure"))
NOTHING_NEW = 1e-4  # log-odds: too little for anyone to see a window closing
US_ELECTION, TAIWAN_ELECTION = np.uint64(draws.name_id("us election")), np.uint64(draws.name_id("taiwan election"))


@rule
def constants(w: Any, p: Any, c: Any) -> None:
    """What follows from this world's parameters and does not change: logarithms, fading factors, the PRC's nature."""
    u_moves, u_aims, u_error, _ = draws.four(c.seed, w.world, 0, NATURE, 0)
    w.opportunist = 1 if u_moves < p.prc_opportunist_prob else 0
    w.unlimited = 1 if u_aims < p.prc_unlimited_prob else 0
    w.error = draws.logistic(u_error) * p.misperception_points * c.on_misperception
    whole = w.opportunist * 1.0
    if c.on_traits == 0:
        whole = 0.5
    w.opportunity = whole + (1 - whole) * p.trait_cross_share
    w.despair = 1 - whole + whole * p.trait_cross_share
    w.log_success = math.log(p.force_hr_success) * 10 * w.opportunity
    w.log_joint = math.log(p.force_hr_joint_involvement) / math.log(3.0)
    w.log_hope = math.log(p.force_hr_lost_hope) * 10 * w.despair * (1 - p.ideological_motive_share)
    w.log_crisis = math.log(p.crisis_force_hr)
    w.log_window = math.log(p.window_force_hr) * 10 * c.on_closing_window * c.on_provocation
    w.log_form = math.log(p.graver_form_or) * 10
    w.log_readiness, w.log_contact = math.log(p.success_or_readiness), math.log(p.success_or_contact_lost)
    w.log_alert = math.log(p.success_or_alert)
    w.reference_joint = scale.log_odds(p.reference_joint_involvement)
    w.log_quiet, w.log_official = scale.log_odds(p.answer_quiet_prob), scale.log_odds(p.answer_official_prob)
    w.log_alliance, w.log_dispute = scale.log_odds(p.answer_alliance_prob), scale.log_odds(p.answer_dispute_prob)
    w.log_combat, w.log_hostility = math.log(p.answer_or_combat), math.log(p.answer_hostility_or)
    w.log_face, w.log_anger = math.log(p.answer_face_or), math.log(p.answer_anger_or)
    w.log_trade = math.log(p.trade_restraint_or)
    w.log_interop, w.log_ties = math.log(p.success_or_interoperability) * 2, math.log(p.success_or_ties)
    w.log_extras, w.log_help = math.log(p.success_or_extras), math.log(p.us_or_japan_help)
    w.log_freedom, w.log_entrapment = math.log(p.us_or_interoperability) * 2, math.log(p.strike_or_interoperability) * 2
    w.log_escorts, w.log_warning = math.log(p.escort_incident_ratio), math.log(p.warning_incident_ratio) * 2
    w.log_pressure, w.log_embolden = math.log(p.escort_pressure_ratio), math.log(p.taiwan_embolden_or)
    w.log_habit = math.log(1 - p.habituation_share) * c.on_learning
    w.keep_anger = half_life(p.anger_half_life_months, c.step)
    w.keep_hope = half_life(p.hope_recovery_months, c.step)
    w.keep_support = half_life(p.support_half_life_months, c.step)
    w.keep_firmness = half_life(p.firmness_half_life_months, c.step)
    w.follow = 1.0
    if c.on_perception_lag > 0 and p.perception_lag_months > 0:
        w.follow = 1 - math.exp(-c.step / p.perception_lag_months)
    w.keep_slow = math.exp(-c.years)
    w.first_rate = episodes.first_rate(p.adaptation_months)
    flow = p.taiwan_triggers_per_year * p.taiwan_presses_prob + p.us_signals_per_year * p.us_arms_prob
    w.usual_hope_loss = p.hope_loss_trigger * flow
    w.odds_alone, w.odds_without = scale.odds(p.success_alone_prob), scale.odds(p.success_without_bases_prob)
    w.odds_with = scale.odds(p.success_with_bases_prob)
    w.in_time = p.invasion_months / (p.invasion_months + p.japan_legal_delay_months)


@rule
def half_life(months: float, step: float) -> float:
    """The share that is left after one step of something of which half is left after `months`."""
    return math.exp(-math.log(2.0) * step / months)


@rule
def begin(w: Any, p: Any, c: Any) -> None:
    """The situation at the start: `w` has only its key (world, luck) set and is zero otherwise."""
    constants(w, p, c)
    w.strength, w.readiness, w.regime = c.prc_strength, c.taiwan_readiness, int(c.drill_regime)
    w.contact_level, w.demand_ratio = 1.0, 1.0
    w.posture, w.moving = japan.CONTINUE, 1 if c.moves > 0 else 0
    w.next_us_inauguration, w.next_taiwan_inauguration = c.months_to_us_inauguration, c.months_to_taiwan_inauguration
    for track in range(4):
        w.until[track] = w.milder_until[track] = codes.NEVER
    lasting = draws.four(c.seed, w.world, w.luck, STANDING, 0)
    for track in range(4):
        median, spread = p.economic_duration_months, p.duration_spread
        if track == codes.JAPAN_MILITARY:
            median = p.surge_duration_months
        elif track == codes.TAIWAN_MILITARY:
            median, spread = p.taiwan_surge_duration_months, p.taiwan_surge_spread
        months = reactions.goes_on(median, spread, c.start_months[track], lasting[track])
        episodes.begin(w, p, c, track, c.start_rung[track], 0.0, months, 1.0)
    if c.start_rung[codes.JAPAN_ECONOMIC] >= prc.SELECTIVE:
        w.japan_adapted = 1 - half_life(p.adaptation_months, c.start_months[codes.JAPAN_ECONOMIC])
    if c.start_rung[codes.TAIWAN_ECONOMIC] >= prc.SELECTIVE:
        w.taiwan_adapted = 1 - half_life(p.adaptation_months, c.start_months[codes.TAIWAN_ECONOMIC])
    for i in range(len(c.package)):
        w.depth[i], w.openness[i] = c.start_depth[i], c.start_openness[i]
    for clock in range(len(w.hazard)):
        events.arm(w, c, clock)
    w.support = japan.support(p.public_support, c.support_shift, 0.0)
    levers.gather(w, p, c)
    w.log_slow, w.log_slow_ties = w.log_seen, w.log_seen_ties
    us_takes_office(w, p, c)
    taiwan_takes_office(w, p, c)


@rule
def us_takes_office(w: Any, p: Any, c: Any) -> None:
    """A US administration: how willing, and whether it lets its forces join Japan and Taiwan."""
    u_swing, u_consents, _, _ = draws.four(c.seed, w.world, w.luck, US_ELECTION, w.us_elections)
    if w.us_elections > 0:
        w.us_swing = draws.logistic(u_swing) * p.us_swing_points
    w.us_elections += 1
    w.us_consents = 1 if us.consents(p.us_consents_prob, u_consents) else 0


@rule
def taiwan_takes_office(w: Any, p: Any, c: Any) -> None:
    """A government of Taiwan: whether it agrees to open ties, and whether it builds up or leans on others."""
    u_consents, u_builds, _, _ = draws.four(c.seed, w.world, w.luck, TAIWAN_ELECTION, w.taiwan_elections)
    w.taiwan_elections += 1
    w.taiwan_consents = 1 if taiwan.consents(p.taiwan_consents_prob, u_consents) else 0
    lean = p.taiwan_free_riding_points * (w.ties_signal - c.reference_ties_signal) * c.on_moral_hazard
    w.taiwan_builds = 1 if taiwan.builds(p.taiwan_builds_prob, lean, u_builds) else 0


@rule
def calendar(w: Any, p: Any, c: Any) -> None:
    """Inaugurations, and what grows or fades with time alone."""
    if w.time >= w.next_us_inauguration:
        w.next_us_inauguration += 48
        us_takes_office(w, p, c)
    if w.time >= w.next_taiwan_inauguration:
        w.next_taiwan_inauguration += 48
        taiwan_takes_office(w, p, c)
    if w.taiwan_builds == 1:
        w.readiness += p.taiwan_readiness_growth * c.years
    growth = p.prc_strength_growth
    if w.time < w.jump_until:
        w.buildup += p.buildup_jump_pp * c.years
        growth += p.buildup_jump_pp / 10 * p.strength_per_10pct
    w.strength += growth * c.years
    w.anger *= w.keep_anger
    w.hope_lost = w.hope_lost * w.keep_hope - w.usual_hope_loss * c.years
    w.support_swing *= w.keep_support
    w.firmness *= w.keep_firmness
    w.us_firmness *= w.keep_firmness
    w.support = japan.support(p.public_support, c.support_shift, w.support_swing)


@rule
def actual(w: Any, p: Any, c: Any) -> None:
    """Who would fight, and who would win, if it came to force now."""
    ties = w.ties_depth - c.reference_ties_depth
    w.us_prob = us.willingness(p.us_intervenes_prob, c.us_shift + w.us_swing, w.relief)
    w.bases_prob = p.japan_permits_bases_prob * w.bases
    w.strike_prob = scale.shifted(p.prc_strikes_japan_prob, w.or_strike)
    points = p.ties_fight_points * ties
    points += p.interoperability_fight_points * 2 * (w.interop_depth - c.reference_interop_depth)
    w.fight_prob = japan.readiness_to_fight(p.japan_fights_prob, points)
    w.resist_prob = taiwan.will(p.taiwan_resists_prob, p.taiwan_will_points, w.ties_seen - c.reference_ties_seen)
    w.alone, w.without_bases, w.with_bases, w.joined, w.late = war.chances(w, p, w.or_interop, w.or_ties)


@rule
def perceive(w: Any, p: Any, c: Any) -> None:
    """The PRC's estimates: its chance of success, of meeting both allies, and whether a window is closing."""
    us_comes = us.willingness(p.us_intervenes_prob, c.us_shift + w.us_swing + w.us_firmness, w.relief_seen)
    signal = w.ties_signal - c.reference_ties_signal
    signal += p.declaration_signal_ratio * (w.declaration - c.reference_declaration)
    points = p.ties_signal_points * signal + w.firmness
    points += p.interoperability_fight_points * 2 * (w.interop_signal - c.reference_interop_signal)
    fights = japan.readiness_to_fight(p.japan_fights_prob, points)
    estimate, gain = estimates(w, p, us_comes, fights, w.or_interop_seen, w.or_ties_seen)
    believed = prc.perceives_success(estimate, w.error + w.assessment)
    joint = scale.chance(us_comes * w.bases_prob * fights)
    follow = w.follow if w.time > 0 else 1.0
    w.believed_success += (believed - w.believed_success) * follow
    w.believed_joint += (joint - w.believed_joint) * follow
    w.success, w.joint = w.believed_success, w.believed_joint
    if in_crisis(w, c):  # forces in sight are believed at once
        w.success = scale.chance(w.success - w.deployed * p.us_deploys_points * gain)
        w.joint = scale.chance(w.joint * (1 + w.deployed * p.us_deploys_points / us_comes))
    w.window = 0.0
    if abs(w.log_slow - w.log_seen) + abs(w.log_slow_ties - w.log_seen_ties) > NOTHING_NEW:
        w.log_slow += (w.log_seen - w.log_slow) * (1 - w.keep_slow)
        w.log_slow_ties += (w.log_seen_ties - w.log_slow_ties) * (1 - w.keep_slow)
        before = estimates(w, p, us_comes, fights, math.exp(w.log_slow), math.exp(w.log_slow_ties))[0]
        w.window = scale.clip(before - estimate, 0.0, 1.0)


@rule
def estimates(w: Any, p: Any, us_comes: float, fights: float, or_interop: float, or_ties: float) -> tuple[float, float]:
    """The chance of PRC success as its own planners would put it, and what of it hangs on the US staying away."""
    alone, without, with_bases, joined, late = war.chances(w, p, or_interop, or_ties)
    with_us = war.success_with_us(w.bases_prob, w.strike_prob, fights, without, with_bases, joined, late)
    return war.success(w.resist_prob, us_comes, alone, with_us), w.resist_prob * (alone - with_us)


@rule
def in_crisis(w: Any, c: Any) -> bool:
    """A crisis is on as things stand at the step's end: its first part of a step counts whole, its last not at all."""
    return bool(w.time + c.step < w.crisis_until)


@rule
def force(w: Any, p: Any, c: Any) -> None:
    """At peace: the PRC's hazard of force this month, what it would lead to, and whether the moment has come."""
    hope = prc.perceives_hope(
        c.hope, w.hope_lost, p.hope_loss_ties * c.on_provocation,
        w.ties_official - c.reference_ties_official,
    )  # fmt: skip
    rise = w.success - p.reference_success
    urge = prc.urge(
        w.log_success * rise,
        w.log_joint * (scale.log_odds(w.joint) - w.reference_joint),
        w.log_hope * (c.reference_hope - hope),
        w.log_crisis if in_crisis(w, c) else 0.0,
        w.log_window * w.window,
    )
    per_year = p.force_per_year * p.force_calibration * urge
    graver = math.exp(w.log_form * rise)
    rest = (1 - p.quarantine_share) * graver
    blockade = rest * p.blockade_share
    rest = rest * (1 - p.blockade_share) * graver
    strike, invasion = rest * (1 - p.invasion_share), rest * p.invasion_share * graver
    total = p.quarantine_share + blockade + strike + invasion
    quarantine, blockade, strike = p.quarantine_share / total, blockade / total, strike / total
    before = w.hazard[codes.FORCE]
    comes = events.due(w, c, codes.FORCE, per_year)
    exposed = (w.threshold[codes.FORCE] if comes else w.hazard[codes.FORCE]) - before
    time = events.moment(w, c, codes.FORCE, per_year) if comes else w.time + c.step
    w.peace_years += (time - w.time) / 12
    japan_loss, taiwan_loss = war.outlook(w, p, quarantine, blockade, strike, 1 - quarantine - blockade - strike)
    w.expected_japan_loss += exposed * japan_loss
    w.expected_taiwan_loss += exposed * taiwan_loss
    if w.after_ties != w.ties_depth_more or w.after_demands != w.demand_ratio:
        aftermath.expect(w, p)
    w.falls_fought += exposed * w.fought
    w.falls_unfought += exposed * (w.expected[codes.TAIWAN_FALLS] - w.fought)
    for event in range(len(w.happened)):
        if w.happened[event] == 0:
            w.compensator[event] += exposed * w.expected[event]
    if comes:
        form = prc.chooses_form(quarantine, blockade, strike, w.mark_a[codes.FORCE])
        w.hazard[codes.FORCE] = w.threshold[codes.FORCE]
        events.arm(w, c, codes.FORCE)
        campaign.begin(w, p, c, form, time)


@rule
def others(w: Any, p: Any, c: Any) -> None:
    """What everyone does but the PRC at war: Japan's levers, and all that arrives, with its answers."""
    if w.moving == 1:
        levers.move(w, p, c)
    events.at_taiwan(w, p, c)
    events.at_japan(w, p, c)
    events.steps(w, p, c)
    events.dangers(w, p, c)
    events.scripted(w, p, c)


@rule
def play(w: Any, p: Any, c: Any) -> None:
    """One step of play: a month, or the part of one that the experiment asks for."""
    for track in range(4):
        w.month_high[track] = w.rung[track]
    calendar(w, p, c)
    if c.on_allies_first == 1:
        others(w, p, c)
    if w.campaign == prc.NO_CAMPAIGN:
        w.alert = 1.0 if in_crisis(w, c) else 0.0
    w.balance = war.balance(w)
    if w.campaign == prc.NO_CAMPAIGN:
        actual(w, p, c)
    perceive(w, p, c)
    end = w.time + c.step
    if w.campaign == prc.NO_CAMPAIGN and end > w.rest_until:
        force(w, p, c)
    if w.campaign != prc.NO_CAMPAIGN:
        campaign.wage(w, p, c, end)
    if c.on_allies_first == 0 and w.over == 0:
        others(w, p, c)
    if w.over == 0:
        for track in range(4):
            episodes.settle(w, p, c, track, end)
    w.time = end


@rule
def finish(w: Any, p: Any, c: Any) -> None:
    """A war that began within the horizon is played to its end and counted."""
    while w.campaign != prc.NO_CAMPAIGN:
        campaign.wage(w, p, c, codes.NEVER)
    aftermath.expect(w, p)
