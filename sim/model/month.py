"""The order of play: a trial begins, months are played, a war still on at the horizon is played to its end.

Each month: calendar → Japan's levers → what arrives (Taiwan, Japan, steps, dangers) → the PRC's estimates →
force or the campaign under way → accounts. The batch kernel, plain Python and the Mesa model all play this.
What the actors make of it stands in `sim.model.rules`.
"""

from __future__ import annotations

import numpy as np

from sim.model import codes, draws, trace
from sim.model.effects import aftermath, campaign, east_china, episodes, events, levers, reactions, war
from sim.model.elementary import exp, log
from sim.model.rules import japan, prc, scale, taiwan, us
from sim.model.state import Parameters, Setting, State

NATURE, STANDING = np.uint64(draws.name_id("nature of the prc")), np.uint64(draws.name_id("standing pressure"))
US_ELECTION, TAIWAN_ELECTION = np.uint64(draws.name_id("us election")), np.uint64(draws.name_id("taiwan election"))
TERM_MONTHS = 48  # of a US administration and of a government of Taiwan
UNNOTICED = 2e-2  # two points, the error of a poll: too little for governments to weigh what they do about bases again
LOG_QUARTER_TO_HALF = log(3.0)  # the odds from 25 to 50 per cent, for which `force_hr_joint_involvement` is stated


def calculate_constants(state: State, params: Parameters, setting: Setting) -> None:
    """What follows from this world's parameters and does not change: logarithms, fading factors, the PRC's nature."""
    u_moves, u_aims, u_error, u_misread = draws.four(setting.seed, state.world, 0, NATURE, 0)
    state.opportunism = 1.0 if u_moves < params.prc_opportunist_prob else 0.0
    if setting.on_traits == 0:
        state.opportunism = 0.5
    state.unlimited = 1 if u_aims < params.prc_unlimited_prob else 0
    state.error = draws.logistic(u_error) * params.misperception_points * setting.on_misperception
    state.misread = draws.logistic(u_misread) * params.misread_resolve_points * setting.on_misperception
    state.log_success = log(params.force_hr_success) * scale.PER_TEN_POINTS
    state.log_joint = log(params.force_hr_joint_involvement) / LOG_QUARTER_TO_HALF
    state.log_hope = log(params.force_hr_lost_hope) * scale.PER_TEN_POINTS
    state.log_crisis = log(params.crisis_force_hr)
    state.log_form = log(params.graver_form_or) * scale.PER_TEN_POINTS
    state.log_readiness = log(params.success_or_readiness) * scale.PER_TEN_POINTS
    state.log_contact = log(params.success_or_contact_lost)
    state.log_alert = log(params.success_or_alert)
    state.reference_joint = scale.log_odds(params.reference_joint_involvement)
    state.log_quiet = scale.log_odds(params.answer_quiet_prob)
    state.log_civil = scale.log_odds(params.answer_civil_prob)
    state.log_official = scale.log_odds(params.answer_official_prob)
    state.log_alliance = scale.log_odds(params.answer_alliance_prob)
    state.log_dispute = scale.log_odds(params.answer_dispute_prob)
    state.log_combat = log(params.answer_or_combat)
    state.log_anger = log(params.answer_anger_or)
    state.log_fury = log(params.anger_rupture_hr)
    state.log_rage = log(params.anger_crisis_or)
    state.log_guards = log(params.coast_guard_crisis_or)
    state.log_wrath = log(params.east_china_hr_anger)
    state.log_pact = log(params.east_china_hr_guarantee) * scale.PER_TEN_POINTS
    state.log_garrison = log(params.east_china_hr_effort) / scale.TEN_PERCENT
    state.log_patrols = log(params.east_china_hr_coast_guard)
    state.log_race = log(params.race_crisis_or) / scale.TEN_PERCENT
    state.log_arms = params.strength_per_10pct / scale.TEN_PERCENT
    state.log_success_lesson = log(params.coercion_success_or) * setting.on_learning
    state.log_failure_lesson = log(params.coercion_failure_or) * setting.on_learning
    state.log_trade = log(params.trade_restraint_or) * scale.PER_TEN_POINTS
    state.log_habit = log(1 - params.habituation_share) * setting.on_learning
    state.log_interop = log(params.success_or_interoperability) * scale.FULL_AGAINST_HALF
    state.log_ties = log(params.success_or_ties)
    state.log_extras = log(params.success_or_extras)
    state.log_help = log(params.us_or_japan_help)
    state.log_freedom = log(params.us_or_interoperability) * scale.FULL_AGAINST_HALF
    state.log_entrapment = log(params.strike_or_interoperability) * scale.FULL_AGAINST_HALF
    state.log_tripwire = log(params.tripwire_fight_or)
    state.log_boarding = log(params.submission_or_guards)
    state.log_stocks = log(params.submission_or_stocks)
    state.log_company = log(params.submission_or_support)
    state.log_backing = log(params.bases_or_support) * scale.PER_TEN_POINTS
    state.log_stake = log(params.bases_matter_or) * scale.PER_TEN_POINTS
    state.log_gain = log(params.first_strike_or_gain) * scale.PER_TEN_POINTS
    state.usual_stake = params.us_intervenes_prob * params.japan_permits_bases_prob
    state.log_escorts = log(params.escort_incident_ratio)
    state.log_warning = log(params.warning_incident_ratio) * scale.FULL_AGAINST_HALF
    state.log_pressure = log(params.escort_pressure_ratio)
    state.log_access = log(params.success_or_access)
    state.log_resilience = log(params.resilience_concede_or)
    state.log_delay = log(params.evacuation_delay_ratio)
    state.log_guarantee = log(params.nuclear_hr_guarantee) * scale.PER_TEN_POINTS
    state.log_embolden = log(params.taiwan_embolden_or)
    state.keep_anger = scale.share_left(params.anger_half_life_months, setting.step)
    state.keep_hope = scale.share_left(params.hope_recovery_months, setting.step)
    state.keep_support = scale.share_left(params.support_half_life_months, setting.step)
    state.keep_firmness = scale.share_left(params.firmness_half_life_months, setting.step)
    state.step = setting.step
    state.keep_costs = scale.share_left(params.adaptation_months, setting.step)
    state.arms_share = 1 - exp(-setting.years / params.arms_years)
    state.follow = 1.0
    if setting.on_perception_lag > 0 and params.perception_lag_months > 0:
        state.follow = 1 - exp(-setting.step / params.perception_lag_months)
    state.first_rate = episodes.first_rate(params.adaptation_months)
    triggers = params.taiwan_triggers_per_year * params.taiwan_presses_prob
    state.usual_hope_loss = params.hope_loss_trigger * (triggers + params.us_signals_per_year * params.us_arms_prob)
    state.odds_alone = scale.odds(params.success_alone_prob)
    state.odds_without = scale.odds(params.success_without_bases_prob)
    state.odds_with = scale.odds(params.success_with_bases_prob)
    state.usual_gain = war.usual_gain(state, params)


def begin(state: State, params: Parameters, setting: Setting) -> None:
    """The situation at the start; only the trial's key (world, luck) is set so far, and all else is zero."""
    calculate_constants(state, params, setting)
    trace.note(state, trace.LEADERSHIP, 0, state.opportunism, state.unlimited, state.error, 0)
    state.strength, state.readiness = setting.prc_strength, setting.taiwan_readiness
    state.regime = int(setting.drill_regime)
    state.contact_level, state.demand_ratio = 1.0, 1.0
    state.posture, state.moving = japan.CONTINUE, 1 if setting.moves + setting.orders > 0 else 0
    state.when_coerced, state.us_overstretched = setting.when_coerced, setting.us_overstretched
    state.next_us_inauguration = setting.months_to_us_inauguration
    state.next_taiwan_inauguration = setting.months_to_taiwan_inauguration
    for track in range(len(state.rung)):
        state.until[track] = state.milder_until[track] = codes.NEVER
    u_0, u_1, u_2, u_3 = draws.four(setting.seed, state.world, state.luck, STANDING, 0)
    lasting = [u_0, u_1, u_2, u_3]
    for track in range(len(state.rung)):
        if setting.start_rung[track] == 0:
            continue
        rung, lasted, u = setting.start_rung[track], setting.start_months[track], lasting[track]
        median, spread = params.economic_duration_months, params.duration_spread
        if track == codes.JAPAN_MILITARY:
            median = params.surge_duration_months
        elif track == codes.TAIWAN_MILITARY:
            median, spread = params.taiwan_surge_duration_months, params.taiwan_surge_spread
        months = reactions.goes_on(median, spread, lasted, u)
        if track == codes.JAPAN_MILITARY or track == codes.TAIWAN_MILITARY:
            episodes.begin(state, params, track, rung, 0.0, months)
        else:
            episodes.coerce(state, params, track, rung, 0.0, months)
    adaptation = params.adaptation_months
    if setting.start_rung[codes.JAPAN_ECONOMIC] >= prc.SELECTIVE:
        state.japan_adapted = 1 - scale.share_left(adaptation, setting.start_months[codes.JAPAN_ECONOMIC])
    if setting.start_rung[codes.TAIWAN_ECONOMIC] >= prc.SELECTIVE:
        state.taiwan_adapted = 1 - scale.share_left(adaptation, setting.start_months[codes.TAIWAN_ECONOMIC])
    for lever in range(len(setting.package)):
        state.depth[lever], state.openness[lever] = setting.start_depth[lever], setting.start_openness[lever]
    for number in range(setting.moves):
        levers.begin(state, params, setting, setting.moved[number])
        state.lever_years_planned += levers.plan(setting, setting.moved[number])
    for clock in range(len(state.hazard)):
        events.arm(state, setting, clock)
    levers.gather(state, params, setting)
    state.support = japan.support(params.public_support, setting.support_shift + state.support_more, 0.0)
    us_takes_office(state, params, setting)
    state.us_prob = us.willingness(params.us_intervenes_prob, state.us_politics, state.relief)
    taiwan_takes_office(state, params, setting)


def us_takes_office(state: State, params: Parameters, setting: Setting) -> None:
    """A US administration: how willing, and whether it lets its forces join Japan and Taiwan."""
    u_swing, u_consents, _, u_integrates = draws.four(
        setting.seed, state.world, state.luck, US_ELECTION, state.us_elections
    )
    if state.us_elections > 0:
        state.us_swing = draws.logistic(u_swing) * params.us_swing_points
    state.us_elections += 1
    state.u_consents = u_consents
    events.weighs_politics(state, params, setting)
    state.us_integrates = 1 if us.integrates(params.us_integrates_prob, u_integrates) else 0
    trace.note(state, trace.US_INAUGURATION, state.time, state.us_swing, state.us_consents, 0, 0)


def taiwan_takes_office(state: State, params: Parameters, setting: Setting) -> None:
    """A government of Taiwan: whether it agrees to open ties, and whether it builds up or leans on others."""
    key = state.taiwan_elections
    u_consents, u_builds, _, _ = draws.four(setting.seed, state.world, state.luck, TAIWAN_ELECTION, key)
    state.taiwan_elections += 1
    state.taiwan_consents = 1 if taiwan.consents(params.taiwan_consents_prob, u_consents) else 0
    signal = state.ties_signal - setting.reference.ties_signal
    free_riding = params.taiwan_free_riding_points * signal * setting.on_moral_hazard
    threat = 1.0 if state.regime == 1 else 1 / params.taiwan_threat_or  # the chance is that since drills are usual
    state.taiwan_builds = 1 if taiwan.builds(params.taiwan_builds_prob, threat, free_riding, u_builds) else 0
    trace.note(state, trace.TAIWAN_INAUGURATION, state.time, state.taiwan_consents, state.taiwan_builds, 0, 0)


def calendar(state: State, params: Parameters, setting: Setting) -> None:
    """Inaugurations, and what grows or fades with time alone."""
    if state.time >= state.next_us_inauguration:
        state.next_us_inauguration += TERM_MONTHS
        us_takes_office(state, params, setting)
    if state.time >= state.next_taiwan_inauguration:
        state.next_taiwan_inauguration += TERM_MONTHS
        taiwan_takes_office(state, params, setting)
    if state.taiwan_builds == 1:
        state.readiness += params.taiwan_readiness_growth * setting.years
    state.strength += params.prc_strength_growth * setting.years
    if setting.on_provocation > 0 and setting.on_spiral > 0:
        race(state, params, setting)
    state.anger *= state.keep_anger
    state.hope_lost = state.hope_lost * state.keep_hope - state.usual_hope_loss * setting.years
    state.support_swing *= state.keep_support
    state.firmness *= state.keep_firmness
    state.us_firmness *= state.keep_firmness
    state.lesson *= state.keep_firmness
    shift = setting.support_shift + state.support_more
    state.support = japan.support(params.public_support, shift, state.support_swing)


def race(state: State, params: Parameters, setting: Setting) -> None:
    """A step of action and reaction: what each side spends above trend goes some way towards what it wants."""
    official = max(0.0, state.ties_official - setting.base.ties_official)  # the trend has those of the start in it
    wanted = prc.wants_arms(
        params.hostile_reading, params.buildup_ties_pct * official, params.race_response, state.effort
    )  # fmt: skip
    answer = japan.wants_effort(state.alarm, params.race_response, params.hostile_reading, state.buildup)
    more, answered = (wanted - state.buildup) * state.arms_share, (answer - state.effort) * state.arms_share
    state.buildup += more
    state.effort += answered
    state.strength += state.log_arms * (more - params.allied_effort_ratio * answered)


def who_would_fight(state: State, params: Parameters, setting: Setting) -> None:
    """Who would fight, and who would win, if it came to force now."""
    if state.unweighed == 1:
        weigh_readiness(state, params, setting)
    weigh_bases(state, params, setting)
    (state.alone, state.without_bases, state.with_bases, state.protected, state.joined, state.late,
     state.surprised) = war.chances(state, params, state.or_interop, state.or_ties, state.or_access)  # fmt: skip


def weigh_readiness(state: State, params: Parameters, setting: Setting) -> None:
    """How ready each is to fight or to hold out: weighed when levers or the politics of the US have changed."""
    reference = setting.reference
    state.unweighed = 0
    state.us_prob = us.willingness(params.us_intervenes_prob, state.us_politics, state.relief)
    state.us_attacked = us.resolves_after_attack(state.us_prob, params.us_or_attacked)
    state.strike_prob = scale.shifted(params.prc_strikes_japan_prob, state.or_strike)
    points = params.ties_fight_points * (state.ties_depth - reference.ties_depth)
    per_interop = params.interoperability_fight_points * scale.FULL_AGAINST_HALF
    points += per_interop * (state.interop_depth - reference.interop_depth)
    state.fight_prob = japan.readiness_to_fight(params.japan_fights_prob, points, state.tripwire)
    training = params.convoy_joined_points * (state.effect[codes.COAST_GUARD] - reference.effect[codes.COAST_GUARD])
    readiness = state.fight_prob - params.japan_fights_prob
    state.guard_prob = japan.readiness_to_convoy(params.convoy_joined_prob, readiness, training)
    support = state.ties_seen - reference.ties_seen
    state.resist_prob = taiwan.will(params.taiwan_resists_prob, params.taiwan_will_points, support)
    state.resist_seen = state.resist_prob if setting.on_deterrence > 0 else params.taiwan_resists_prob
    weigh_holding_out(state, params)
    state.spent = state.disruption


def weigh_bases(state: State, params: Parameters, setting: Setting) -> None:
    """Whether Japan would open its bases, and what the PRC would do about them: weighed when something has changed.

    Japan has a chance for each form of force and each case, threatened or not. What the PRC would do depends on how
    sure it is to meet the US from those bases; that a threatened Japan opens them is what it reckons with.
    """
    levers = state.bases + state.or_strike_seen
    moved = abs(state.support - state.weighed_support) + abs(state.firmness - state.weighed_firmness)
    if moved + abs(state.us_seen - state.weighed_us) + abs(levers - state.weighed_levers) < UNNOTICED:
        return
    state.weighed_support, state.weighed_firmness = state.support, state.firmness
    state.weighed_us, state.weighed_levers = state.us_seen, levers
    permits, bases, early = params.japan_permits_bases_prob, state.bases, params.bases_form_or
    backing = japan.backs_consent(state.log_backing, state.support, params.reference_support)
    spared = backing / params.bases_or_threat
    state.pressed = bases * japan.weighs_bases(permits, state.firmness, backing)
    state.pressed_early = bases * japan.weighs_bases(permits, state.firmness, backing * early)
    state.spared = bases * japan.weighs_bases(permits, 0.0, spared)
    state.spared_early = bases * japan.weighs_bases(permits, 0.0, spared * early)
    state.attacked_seen = us.resolves_after_attack(state.us_seen, params.us_or_attacked)
    stake = prc.sees_bases_matter(state.log_stake, state.us_seen * state.pressed, state.usual_stake)
    threat = prc.weighs_threat(params.threat_prob, stake, state.firmness)
    state.threat_prob = threat
    state.weighed_gain = codes.NEVER  # what a first strike gains is weighed again too
    state.bases_prob = threat * state.pressed + (1 - threat) * state.spared
    state.bases_early = threat * state.pressed_early + (1 - threat) * state.spared_early


def weigh_holding_out(state: State, params: Parameters) -> None:
    """How likely Taiwan is to give in to being cut off, by who breaks the ring, with the stocks and support it has."""
    hold, quarantine = state.hold, params.quarantine_submission_prob
    waiting = hold * state.escorted
    convoy = waiting * params.submission_or_convoy
    state.waiting_submits = taiwan.weighs_submission(quarantine, waiting)
    state.convoy_submits = taiwan.weighs_submission(quarantine, convoy)
    state.joined_submits = taiwan.weighs_submission(quarantine, convoy * params.submission_or_joined)
    state.alone_submits = taiwan.weighs_submission(params.blockade_submission_alone_prob, hold)
    state.contested_submits = taiwan.weighs_submission(params.blockade_submission_us_prob, hold)


def see_the_us(state: State, params: Parameters, setting: Setting) -> None:
    """The PRC's idea of how likely the US is to come."""
    politics = state.us_politics + state.misread
    state.us_seen = prc.expects_us(params.us_intervenes_prob, politics, state.us_firmness, state.relief_seen)


def perceive(state: State, params: Parameters, setting: Setting) -> None:
    """The PRC's estimates: its chance of success, and of meeting both allies."""
    reference = setting.reference
    us_comes = state.us_seen
    heeds = setting.on_deterrence
    signal = state.ties_signal - reference.ties_signal
    signal += params.declaration_signal_ratio * (state.declaration - reference.declaration)
    per_interop = params.interoperability_fight_points * scale.FULL_AGAINST_HALF
    fights = prc.expects_japan(
        params.japan_fights_prob, params.ties_signal_points * signal * heeds, state.firmness * heeds,
        per_interop * (state.interop_signal - reference.interop_signal) * heeds, state.doubt,
    )  # fmt: skip
    estimate, at_stake = war.estimate(state, params, us_comes, fights, state.or_interop_seen, state.or_ties_seen)
    success = prc.perceives_success(estimate, state.error + state.assessment)
    joint = prc.expects_both(us_comes, state.bases_prob, fights)
    follow = state.follow if state.time > 0 else 1.0  # beliefs begin where they would settle
    state.believed_success = prc.revises(state.believed_success, success, follow)
    state.believed_joint = prc.revises(state.believed_joint, joint, follow)
    state.success, state.joint = state.believed_success, state.believed_joint
    if in_crisis(state, setting):
        points = params.us_deploys_points
        state.success = prc.fears_failure(state.success, state.deployed, points, at_stake)
        state.joint = prc.fears_both(state.joint, state.deployed, points, us_comes)


def in_crisis(state: State, setting: Setting) -> bool:
    """A crisis is on as things stand at the step's end: its first part of a step counts whole, its last not at all."""
    return state.time + setting.step < state.crisis_until


def force(state: State, params: Parameters, setting: Setting) -> None:
    """At peace: the PRC's hazard of force this month, what it would lead to, and whether the moment has come."""
    ties = state.ties_official - setting.reference.ties_official
    hope = prc.perceives_hope(
        setting.hope, state.hope_lost, params.hope_loss_ties * setting.on_provocation * setting.on_lost_hope, ties,
        state.assured,
    )  # fmt: skip
    opportunism = prc.heeds_motive(state.opportunism, params.trait_cross_share)
    despair = prc.heeds_motive(1 - state.opportunism, params.trait_cross_share)
    urge = prc.urge(
        prc.sees_opportunity(state.log_success, opportunism, state.success, params.reference_success),
        prc.fears_price(state.log_joint, state.joint, state.reference_joint),
        prc.despairs(state.log_hope, despair, params.ideological_motive_share, hope, setting.reference_hope),
        state.log_crisis if in_crisis(state, setting) else 0.0,
    )
    per_year = params.force_per_year * params.force_calibration * urge
    state.daring = prc.dares(state.log_form, state.success, params.reference_success)
    quarantine, blockade, strike = prc.weighs_forms(
        params.quarantine_share, params.blockade_share, params.invasion_share, state.daring
    )
    before = state.hazard[codes.FORCE]
    comes = events.due(state, setting, codes.FORCE, per_year)
    exposed = (state.threshold[codes.FORCE] if comes else state.hazard[codes.FORCE]) - before
    time = events.moment(state, setting, codes.FORCE, per_year) if comes else state.time + setting.step
    state.peace_years += (time - state.time) / codes.MONTHS_A_YEAR
    if comes or in_crisis(state, setting) or state.time == 0:
        trace.note(state, trace.PERCEPTION, time, state.success, state.joint, hope, 0)
    invasion = 1 - quarantine - blockade - strike
    japan_loss, taiwan_loss = war.expected_outcomes(state, params, quarantine, blockade, strike, invasion)
    accumulate(state, params, exposed, japan_loss, taiwan_loss)
    if comes:
        form = prc.chooses_form(quarantine, blockade, strike, state.mark_a[codes.FORCE])
        trace.note(state, trace.DECISION, time, form, urge, per_year, in_crisis(state, setting))
        state.hazard[codes.FORCE] = state.threshold[codes.FORCE]
        events.arm(state, setting, codes.FORCE)
        campaign.begin(state, params, setting, form, time)


def accumulate(state: State, params: Parameters, exposed: float, japan_loss: float, taiwan_loss: float) -> None:
    """Add to the compensators what a resort to force now would lead to, times the hazard just passed (`exposed`).

    Force arrives as a Poisson process in the hazard, so outcomes counted in trials have the expectation that is added
    up here: the sum over time of hazard × what would follow. An event's compensator stops once the event has
    happened (a stopped martingale), so it averages to the event's probability with less noise than counting. What
    follows a fall depends on ties and demands; falls expected are collected while these stay as they are.
    """
    state.expected_japan_loss += exposed * japan_loss
    state.expected_taiwan_loss += exposed * taiwan_loss
    if state.after_ties != state.ties_depth_more or state.after_demands != state.demand_ratio:
        aftermath.expect(state, params)
    state.falls_fought += exposed * state.fought
    state.falls_unfought += exposed * (state.expected[codes.TAIWAN_FALLS] - state.fought)
    for event in range(len(state.happened)):
        if state.happened[event] == 0:
            state.compensator[event] += exposed * state.expected[event]


def others(state: State, params: Parameters, setting: Setting) -> None:
    """What everyone does but the PRC at war: Japan's levers, and all that arrives, with its answers."""
    away = state.depth_away
    if state.moving == 1:
        levers.move(state, params, setting)
    state.lever_years += (away + state.depth_away) / 2 * setting.years
    events.at_taiwan(state, params, setting)
    events.at_japan(state, params, setting)
    events.steps(state, params, setting)
    events.dangers(state, params, setting)
    events.overstretch(state, params, setting)
    events.ruptures(state, params, setting)
    events.scripted(state, params, setting)


def play(state: State, params: Parameters, setting: Setting) -> None:
    """One step of play: a month, or the part of one that the experiment asks for."""
    for track in range(len(state.rung)):
        state.month_high[track] = state.rung[track]
    calendar(state, params, setting)
    if setting.on_allies_first == 1:
        others(state, params, setting)
    if state.campaign == prc.NO_CAMPAIGN:
        state.alert = 1.0 if in_crisis(state, setting) else state.forewarned
    state.balance = war.balance(state)
    see_the_us(state, params, setting)
    if state.campaign == prc.NO_CAMPAIGN:
        who_would_fight(state, params, setting)
        east_china.danger(state, params, setting)
    perceive(state, params, setting)
    end = state.time + setting.step
    if state.campaign == prc.NO_CAMPAIGN and end > state.rest_until:
        force(state, params, setting)
    if state.campaign != prc.NO_CAMPAIGN:
        campaign.wage(state, params, setting, end)
    if setting.on_allies_first == 0 and state.over == 0:
        others(state, params, setting)
    if state.over == 0:
        for track in range(len(state.rung)):
            episodes.settle(state, params, track, end)
    state.time = end


def finish(state: State, params: Parameters, setting: Setting) -> None:
    """A war that began within the horizon is played to its end and counted."""
    while state.campaign != prc.NO_CAMPAIGN:
        campaign.wage(state, params, setting, codes.NEVER)
    aftermath.expect(state, params)
