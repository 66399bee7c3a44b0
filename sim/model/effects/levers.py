"""Levers: how Japan's steps come into being, and what they amount to at a given moment."""

from __future__ import annotations

from sim.model import codes, trace
from sim.model.effects import episodes, reactions
from sim.model.rules import japan, prc, scale, us
from sim.model.state import LeverSums, Parameters, Setting, State


def begin(state: State, params: Parameters, setting: Setting, lever: int) -> None:
    """A lever as the policy finds it: where it stands, and its first goal."""
    state.from_depth[lever], state.from_openness[lever] = setting.start_depth[lever], setting.start_openness[lever]
    state.goal_depth[lever], state.goal_openness[lever] = setting.goal_depth[lever], setting.goal_openness[lever]
    state.ramp_months[lever], state.step_key[lever] = setting.ramp_months[lever], setting.first_step_key[lever]
    state.ready[lever] = adoption_months(params, setting, lever)
    if setting.budget[lever] > 0 and grows(state, lever):
        wait = budget_wait(setting.from_month[lever], params.budget_lead_months, setting.months_to_budget)
        state.ready[lever] += wait * setting.budget[lever]


def budget_wait(decided: float, lead: float, april: float) -> float:
    """The months for which what was decided in some month waits for its money: until a budget year begins.

    Because ministries ask for money `lead` months before an April. `april` is the first one, counted from the start as
    `decided` is. Source: budgets of 2022-26.

    >>> budget_wait(0, 4, 5), budget_wait(2, 4, 5), budget_wait(30, 0, 5)
    (5, 15, 11)
    """
    while april < decided + lead:
        april += codes.MONTHS_A_YEAR
    return april - decided


def adoption_months(params: Parameters, setting: Setting, lever: int) -> float:
    """The months of work from the decision for a lever to its practice."""
    tie = setting.needs_taiwan[lever] > 0
    years = params.ties_adoption_years if tie else params.interoperability_adoption_years
    return years * codes.MONTHS_A_YEAR * setting.adoption_ratio[lever]


def move(state: State, params: Parameters, setting: Setting) -> None:
    """A month of work on each lever that the policy moves, as far as Japan, Taiwan and the US let it go on."""
    if state.posture != japan.CONTINUE and state.time >= state.posture_until:
        state.posture = japan.CONTINUE
    while state.obeyed < setting.orders and state.time >= setting.order_month[state.obeyed]:
        obey(state, params, setting, state.obeyed)
        state.obeyed += 1
    business = params.business_pressure_points * episodes.hurts(state, params)
    backed = japan.goes_on(state.support, params.elite_gap_points, business, params.support_needed)
    speed = params.advance_speed_ratio if state.posture == japan.ADVANCE else 1.0
    state.moving = 1 if state.posture != japan.CONTINUE or state.obeyed < setting.orders else 0
    changed = False
    for number in range(setting.moves):
        lever = setting.moved[number]
        if state.level[lever] >= 1:
            continue
        state.moving = 1
        if state.time < setting.from_month[lever] or not may_go_on(state, params, setting, lever, backed):
            continue
        state.age[lever] += setting.step * speed
        before = state.level[lever]
        state.level[lever] = scale.clip((state.age[lever] - state.ready[lever]) / state.ramp_months[lever], 0.0, 1.0)
        if state.level[lever] != before:
            changed = True
            if before == 0:
                take_first_step(state, params, setting, lever)
    if changed or state.posture != state.gathered:
        gather(state, params, setting)


def obey(state: State, params: Parameters, setting: Setting, order: int) -> None:
    """An order of the policy: from where a lever stands it moves to another goal, or Japan's response changes.

    To do more takes the time from decision to practice, unless the lever has been in practice. To do less takes none.
    """
    if setting.order_response[order] != codes.NO_CHANGE:
        state.when_coerced = setting.order_response[order]
    lever = setting.order_lever[order]
    if lever == codes.NO_CHANGE:
        return
    level = state.level[lever]
    state.from_depth[lever] += (state.goal_depth[lever] - state.from_depth[lever]) * level
    state.from_openness[lever] += (state.goal_openness[lever] - state.from_openness[lever]) * level
    state.goal_depth[lever], state.goal_openness[lever] = setting.order_depth[order], setting.order_openness[order]
    state.ramp_months[lever], state.step_key[lever] = setting.order_ramp_months[order], setting.order_key[order]
    state.level[lever], state.ready[lever] = 0.0, state.age[lever]
    if grows(state, lever):
        state.ready[lever] = max(state.age[lever], adoption_months(params, setting, lever))


def plan(setting: Setting, lever: int) -> float:
    """The lever-years by which a policy would move a lever within the horizon if nothing delayed it.

    Depth away from the start is added up over the years: one lever in full for one year counts 1.
    """
    start, ends = setting.start_depth[lever], setting.months
    depth, goal = start, setting.goal_depth[lever]
    month, ramp = min(setting.from_month[lever], ends), setting.ramp_months[lever]
    total = 0.0
    for order in range(setting.orders):
        if setting.order_lever[order] == lever:
            until = max(month, min(setting.order_month[order], ends))
            total += area(depth - start, goal - start, until - month, ramp)
            depth += (goal - depth) * reached(until - month, ramp)
            goal, month, ramp = setting.order_depth[order], until, setting.order_ramp_months[order]
    return (total + area(depth - start, goal - start, ends - month, ramp)) / codes.MONTHS_A_YEAR


def reached(months: float, ramp: float) -> float:
    """The share of a move that is done after some months."""
    return 1.0 if months >= ramp else months / ramp


def area(depth: float, goal: float, months: float, ramp: float) -> float:
    """How far a depth is from zero, added up over some months; it moves to its goal in `ramp` months and stays."""
    moving = min(months, ramp)
    last = depth + (goal - depth) * reached(months, ramp)
    away = moving * abs(depth + last) / 2
    if depth * last < 0:  # two triangles, one on each side of zero
        away = moving * (depth * depth + last * last) / abs(last - depth) / 2
    return away + (months - moving) * abs(goal)


def grows(state: State, lever: int) -> bool:
    """A lever is to become deeper or more open."""
    return state.goal_depth[lever] > state.from_depth[lever] or state.goal_openness[lever] > state.from_openness[lever]


def may_go_on(state: State, params: Parameters, setting: Setting, lever: int, backed: bool) -> bool:
    """A lever goes further this month: a tie that grows needs Japan's will (`backed`, unless quiet) and consents.

    Integration that grows needs an administration that goes on with it.
    """
    if not grows(state, lever):
        return True
    if setting.package[lever] == codes.INTEROPERABILITY:
        return state.us_integrates == 1
    if setting.needs_taiwan[lever] == 0:
        return True
    wanted = backed or state.goal_openness[lever] < params.open_step_openness
    if state.posture < japan.CONTINUE or not wanted or state.taiwan_consents == 0:
        return False
    return setting.needs_us[lever] == 0 or state.us_consents == 1


def take_first_step(state: State, params: Parameters, setting: Setting, lever: int) -> None:
    """A move begins: if more is seen than before, it is an event; the first official one crosses a line."""
    depth, openness = state.goal_depth[lever], state.goal_openness[lever]
    seen_before = state.from_depth[lever] * state.from_openness[lever]
    if setting.steps_per_year[lever] == 0:
        return  # nobody takes it amiss
    if openness < params.open_step_openness or depth * openness <= seen_before:
        return
    official = setting.official[lever] > 0 and setting.needs_taiwan[lever] > 0
    if official and state.first_official == 0 and setting.on_provocation > 0:
        state.first_official = 1
        trace.note(state, trace.OFFICIAL_TIE, state.time, lever, 0, 0, 0)
        state.contact_level *= 1 + params.contact_change
    reactions.step(state, params, setting, lever, depth, openness, state.time, state.step_key[lever])


def gather(state: State, params: Parameters, setting: Setting) -> None:
    """Add up what the levers amount to now, as they are and as they are seen, and the odds ratios that follow."""
    base = setting.base
    state.gathered = state.posture
    state.ties_depth, state.ties_seen, state.ties_signal = base.ties_depth, base.ties_seen, base.ties_signal
    state.ties_official, state.declaration = base.ties_official, base.declaration
    state.interop_depth, state.interop_seen = base.interop_depth, base.interop_seen
    state.interop_signal, state.exposure, state.bases = base.interop_signal, base.exposure, base.bases
    state.extras_depth, state.extras_seen = base.extras_depth, base.extras_seen
    state.depth_away = 0.0
    state.ties_steps, state.alliance_steps, state.hidden = base.ties_steps, base.alliance_steps, base.hidden
    for effect in range(len(state.effect)):
        state.effect[effect] = base.effect[effect]
    for number in range(setting.moves):
        lever = setting.moved[number]
        tie = setting.needs_taiwan[lever] > 0
        level, start = state.level[lever], setting.start_depth[lever]
        depth, openness = start, setting.start_openness[lever]
        start_seen = start * openness
        if not (tie and state.posture == japan.SUSPEND):
            depth = state.from_depth[lever] + (state.goal_depth[lever] - state.from_depth[lever]) * level
            if not (tie and state.posture == japan.QUIETEN):
                openness = state.from_openness[lever]
                openness += (state.goal_openness[lever] - openness) * level
        state.depth[lever], state.openness[lever] = depth, openness
        state.depth_away += abs(depth - start)
        seen = depth * openness - start_seen
        known = seen
        if tie:
            known += depth * state.leaked * (1 - openness)
        add(state, setting, lever, depth - start, seen, known)
        if setting.package[lever] == codes.DIRECT_TIES:
            state.hidden += max(0.0, setting.capability_share[lever] * (depth - start) * (1 - openness))
    derive_ratios(state, params, setting)


def add(total: LeverSums, setting: Setting, lever: int, depth: float, seen: float, known: float) -> None:
    """Add to the sums what a lever brings by so much depth, of which this much is seen and this much known."""
    package, signal_share = setting.package[lever], setting.signal_share[lever]
    share, steps = setting.capability_share[lever], setting.steps_per_year[lever] * seen
    if package == codes.DIRECT_TIES:
        total.ties_depth += share * depth
        total.ties_seen += share * known
        total.ties_signal += signal_share * known
        total.ties_official += signal_share * setting.official[lever] * known
        total.exposure += setting.incident_exposure[lever] * depth
    elif package == codes.INTEROPERABILITY:
        total.interop_depth += share * depth
        total.interop_seen += share * known
        total.interop_signal += signal_share * known
    elif package == codes.EXTRAS:
        total.extras_depth += share * depth
        total.extras_seen += share * known
        total.declaration += signal_share * known
    else:
        total.bases += signal_share * depth
    if setting.has_effects[lever] == 1:
        first = lever * len(total.effect)
        for effect in range(len(total.effect)):
            amount = seen if effect == codes.ASSURANCE else depth  # what nobody sees assures nobody
            total.effect[effect] += setting.effect_share[first + effect] * amount
    if is_tie(setting, lever):
        total.ties_steps += steps
    else:
        total.alliance_steps += steps


def more(state: State, setting: Setting, effect: int) -> float:
    """How much more of an effect (a place in `codes.EFFECTS`) the levers bring now than at the reference."""
    return state.effect[effect] - setting.reference.effect[effect]


def is_tie(setting: Setting, lever: int) -> bool:
    """Whether a step on this lever is one with Taiwan or a standing one, and not one with the US alone."""
    package = setting.package[lever]
    if package == codes.EXTRAS:
        return setting.official[lever] > 0
    return package == codes.DIRECT_TIES or package == codes.STANDING


def derive_ratios(state: State, params: Parameters, setting: Setting) -> None:
    """Odds ratios and rates that follow from the levers, the ratios counted from the reference."""
    reference = setting.reference
    state.unweighed = 1
    ties, ties_seen = state.ties_depth - reference.ties_depth, state.ties_seen - reference.ties_seen
    interop, interop_seen = (
        state.interop_depth - reference.interop_depth, state.interop_seen - reference.interop_seen)  # fmt: skip
    extras, extras_seen = state.extras_depth - reference.extras_depth, state.extras_seen - reference.extras_seen
    state.ties_depth_more = ties
    heeds = setting.on_deterrence
    access = state.log_access * more(state, setting, codes.ACCESS)
    state.or_access, state.or_access_seen = scale.ratio(access), scale.ratio(access * heeds)
    access *= params.access_beside_bases_share
    state.or_interop = scale.ratio(state.log_interop * interop + state.log_extras * extras + access)
    seen = state.log_interop * interop_seen + state.log_extras * extras_seen + access
    state.or_interop_seen = scale.ratio(seen * heeds)
    state.or_ties = scale.ratio(state.log_ties * ties)
    state.or_ties_seen = scale.ratio(state.log_ties * ties_seen * heeds)
    weight = us.needs_help(state.us_overstretched == 1, params.overstretch_help_ratio)
    state.relief = scale.ratio((state.log_help * ties + state.log_freedom * interop) * weight)
    state.relief_seen = scale.ratio((state.log_help * ties_seen + state.log_freedom * interop_seen) * heeds * weight)
    state.or_strike = scale.ratio(state.log_entrapment * interop * setting.on_entrapment)
    state.or_strike_seen = scale.ratio(state.log_entrapment * interop_seen * setting.on_entrapment)
    tripwire = state.effect[codes.TRIPWIRE] - reference.effect[codes.TRIPWIRE]
    state.tripwire = scale.ratio(state.log_tripwire * tripwire * setting.on_entrapment)
    stocks = state.effect[codes.STOCKS] - reference.effect[codes.STOCKS]
    state.hold = scale.ratio(state.log_stocks * stocks + state.log_company * ties_seen)
    state.escorted = scale.ratio(state.log_boarding * more(state, setting, codes.COAST_GUARD))
    state.disruption = max(0.0, 1 - params.stocks_saved_share * stocks)
    exposure = (state.exposure - reference.exposure) * setting.on_provocation * setting.on_spiral
    state.calm_rate = params.incidents_per_year * setting.on_incidents * scale.ratio(state.log_warning * interop)
    state.incident_rate = state.calm_rate * scale.ratio(state.log_escorts * exposure)
    state.pressure_ratio = scale.ratio(state.log_pressure * exposure)
    support = (state.ties_signal - reference.ties_signal) * setting.on_moral_hazard
    state.embolden = scale.ratio(state.log_embolden * support)
    official = state.ties_official - reference.ties_official
    believed = prc.believes_assurances(more(state, setting, codes.ASSURANCE), official)
    state.assured = params.assurance_hope_points * believed * setting.on_lost_hope
    state.doubt = params.assurance_doubt_points * believed * heeds
    state.soothed = 1 - (1 - params.assurance_anger_ratio) * believed
    resilience, evacuation = more(state, setting, codes.RESILIENCE), more(state, setting, codes.EVACUATION)
    state.bearing = 1 - (1 - params.resilience_cost_ratio) * resilience
    state.or_concede = scale.ratio(state.log_resilience * resilience)
    state.forewarned = params.warning_alert_share * more(state, setting, codes.WARNING)
    delay = params.japan_legal_delay_months * scale.ratio(state.log_delay * evacuation)
    state.in_time = params.invasion_months / (params.invasion_months + delay)
    state.support_more = params.evacuation_support_points * evacuation
