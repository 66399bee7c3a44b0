"""A campaign: quarantine, blockade, strike or invasion, who joins in, and how it ends."""

from __future__ import annotations

import numpy as np

from sim.model import codes, draws, trace
from sim.model.effects import aftermath, episodes, reactions
from sim.model.rules import japan, prc, scale, taiwan, us
from sim.model.state import Parameters, Setting, State

WHO, WHO_ELSE = np.uint64(draws.name_id("who fights")), np.uint64(draws.name_id("who else fights"))
WHO_FIRST = np.uint64(draws.name_id("who acts first"))
STAGE = np.uint64(draws.name_id("stage of a campaign"))
STAGES = 8  # keys set apart for the stages of one campaign, each form being one stage at most
BELOW_FORCE = 2  # rungs of the military ladder, above routine, that lie below the forms of force


def begin(state: State, params: Parameters, setting: Setting, form: int, time: float) -> None:
    """The PRC reaches for force: everyone's luck for this campaign is cast, and the first stage begins."""
    n = state.campaigns
    state.campaigns += 1
    state.u_us, state.u_bases, state.u_strike, state.u_fight = draws.four(setting.seed, state.world, state.luck, WHO, n)
    state.u_resist, state.u_nuclear, state.u_broken, _ = draws.four(setting.seed, state.world, state.luck, WHO_ELSE, n)
    u_threat, state.u_first, state.u_convoy, state.u_guard = draws.four(
        setting.seed, state.world, state.luck, WHO_FIRST, n
    )
    state.us_in, state.bases_in, state.struck, state.japan_in, state.resisting = 0, 0, 0, 0, 1
    state.first, state.protecting, state.convoy, state.convoy_joined = 0, 0, 0, 0
    state.threatened = 1 if prc.threatens_japan(state.threat_prob, u_threat) else 0
    if state.threatened == 1:
        trace.note(state, trace.THREAT, time, 0, 0, 0, 0)
    reactions.begin_crisis(state, params, setting, time)
    enter(state, params, setting, form, time)


def enter(state: State, params: Parameters, setting: Setting, form: int, time: float) -> None:
    """A stage of the campaign begins: its length and exits are cast, and each actor decides."""
    key = STAGES * state.campaigns + form
    u_months, state.u_exit, state.u_escalate, state.u_settle = draws.four(
        setting.seed, state.world, state.luck, STAGE, key
    )
    state.campaign, state.stage_start = form, time
    if form == prc.QUARANTINE:
        months = params.quarantine_months
        state.happened[codes.QUARANTINE] = 1
        break_quarantine(state, params, time)
    elif form == prc.BLOCKADE:
        months = params.blockade_months
        state.happened[codes.BLOCKADE] = 1
        resist(state)
        decide(state, params, time, params.us_blockade_ratio, True)
    elif form == prc.STRIKE:
        months = params.strike_months
        state.happened[codes.LIMITED_STRIKE] = 1
        state.japan_loss += params.strike_cost_japan_pct
        state.taiwan_loss += params.strike_cost_taiwan_pct
        decide(state, params, time, params.us_strike_ratio, True)
    else:
        months = params.invasion_months
        state.happened[codes.INVASION] = 1
        resist(state)
        if state.resisting == 1 and state.us_in == 0 and prc.strikes_first(state.first_prob, state.u_first):
            strike_first(state, time)
        decide(state, params, time, 1.0, False)
        if state.resisting == 1:
            invade(state, params, setting)
    if form != prc.QUARANTINE and state.happened[codes.USE_OF_FORCE] == 0:
        state.happened[codes.USE_OF_FORCE] = 1
        state.happened[codes.DETERRENCE_FAILS] = 1
        state.first_force = time
    state.stage_end = time + months * draws.exponential(u_months)
    if state.resisting == 0:
        state.stage_end = time
    trace.note(state, trace.STAGE, time, form, state.stage_end, state.resisting, 0)
    trace.note(state, trace.BELLIGERENTS, time, state.us_in, state.bases_in, state.struck, state.japan_in)
    if time < setting.months:
        episodes.begin(state, params, codes.TAIWAN_MILITARY, form + BELOW_FORCE, time, codes.NEVER)
        if state.struck == 1:
            episodes.begin(state, params, codes.JAPAN_MILITARY, prc.STRIKE + BELOW_FORCE, time, codes.NEVER)


def break_quarantine(state: State, params: Parameters, time: float) -> None:
    """A quarantine begins: the US leads ships through it or waits, and Japan's coast guard joins or not."""
    if us.convoys(state.us_prob * params.us_convoy_ratio, state.u_convoy):
        state.convoy = 1
        state.convoy_joined = 1 if japan.joins_convoy(state.guard_prob, state.u_guard) else 0
    trace.note(state, trace.CONVOY, time, state.convoy, state.convoy_joined, 0, 0)


def resist(state: State) -> None:
    """Blockaded or invaded, Taiwan fights on or settles at once."""
    state.resisting = 1 if taiwan.resists(state.resist_prob, state.u_resist) else 0


def strike_first(state: State, time: float) -> None:
    """The PRC strikes bases in Japan as it invades: they are at war, and so is Japan, whatever the US does."""
    state.first, state.struck, state.bases_in, state.japan_in = 1, 1, 1, 1
    state.happened[codes.FIRST_STRIKE] = 1
    state.happened[codes.JAPAN_STRUCK] = 1
    state.happened[codes.JAPAN_IN_COMBAT] = 1
    trace.note(state, trace.FIRST_STRIKE, time, 0, 0, 0, 0)


def decide(state: State, params: Parameters, time: float, us_ratio: float, early: bool) -> None:
    """Who fights at this stage, `early` below invasion: the US, then, where bases are open, Japan.

    What Japan does has degrees, decided by one luck: nothing, bases and rear-area support, protection, combat.
    """
    if state.resisting == 0:
        return
    us_prob = state.us_attacked if state.first == 1 else state.us_prob * us_ratio
    if state.us_in == 0 and us.intervenes(us_prob, state.u_us):
        state.us_in = 1
        state.happened[codes.US_PRC_WAR] = 1
    if state.us_in == 0:
        return
    if state.bases_in == 0 and japan.permits_bases(bases_chance(state, early), state.u_bases):
        state.bases_in = 1
    if state.bases_in == 0:
        return
    state.happened[codes.JAPAN_SUPPORTS] = 1
    strike, fight = state.strike_prob, state.fight_prob
    if early:
        strike, fight = strike * params.strike_form_ratio, fight * params.japan_form_ratio
    if state.struck == 0 and prc.strikes_japan(strike, state.u_strike):
        state.struck = 1
        state.happened[codes.JAPAN_STRUCK] = 1
    if state.japan_in == 0 and japan.fights(state.struck == 1, fight, state.u_fight):
        state.japan_in = 1
        state.happened[codes.JAPAN_IN_COMBAT] = 1
    protect = japan.readiness_to_protect(fight, params.japan_protects_prob)
    if state.japan_in == 1 or japan.protects(protect, state.u_fight):
        state.protecting = 1
        state.happened[codes.JAPAN_PROTECTS] = 1


def bases_chance(state: State, early: bool) -> float:
    """The chance that Japan opens its bases at this stage, below invasion (`early`) or not."""
    if state.threatened == 1:
        return state.pressed_early if early else state.pressed
    return state.spared_early if early else state.spared


def invade(state: State, params: Parameters, setting: Setting) -> None:
    """What a resisted invasion costs."""
    part = params.war_bystander_ratio
    if state.protecting == 1:
        part += (1 - part) * params.protection_cost_share
    state.japan_loss += params.war_cost_japan_pct * (1.0 if state.japan_in == 1 else part)
    state.taiwan_loss += params.war_cost_taiwan_pct
    if state.us_in == 1:
        more = state.interop_depth - setting.reference.interop_depth
        saved = params.aircraft_saved_share * scale.FULL_AGAINST_HALF * more
        state.aircraft_lost += params.allied_aircraft * (1 - saved)
        state.ships_lost += params.prc_ships


def wage(state: State, params: Parameters, setting: Setting, until: float) -> None:
    """The campaign goes on up to `until`; stages end, exits are taken, perhaps more than one."""
    while state.campaign != prc.NO_CAMPAIGN and state.stage_end <= until:
        leave(state, params, setting, state.stage_end)


def leave(state: State, params: Parameters, setting: Setting, time: float) -> None:
    """A stage ends: submission, escalation, victory, or nothing gained."""
    form = state.campaign
    years = (time - state.stage_start) / codes.MONTHS_A_YEAR
    if state.resisting == 0:
        settle_on_terms(state, params, setting, time)
    elif form == prc.QUARANTINE:
        state.japan_loss += years * params.quarantine_cost_japan_pct * state.spent
        state.taiwan_loss += years * params.quarantine_cost_taiwan_pct
        submits = state.convoy_submits if state.convoy == 1 else state.waiting_submits
        if state.convoy_joined == 1:
            submits = state.joined_submits
        contest = params.escalates_or_convoy if state.convoy == 1 else 1.0
        climbs = prc.weighs_escalation(params.quarantine_escalates_prob, contest, state.daring)
        if taiwan.submits(submits, state.u_exit):
            settle_on_terms(state, params, setting, time)
        elif prc.escalates(climbs, state.u_escalate):
            enter(state, params, setting, prc.BLOCKADE, time)
        else:
            give_up(state, params, setting, time, 0.0)
    elif form == prc.BLOCKADE:
        state.japan_loss += years * params.blockade_cost_japan_pct * state.spent
        state.taiwan_loss += years * params.blockade_cost_taiwan_pct
        contested = state.us_in == 1
        submits = state.contested_submits if contested else state.alone_submits
        climbs = prc.weighs_escalation(
            params.blockade_escalates_us_prob if contested else params.blockade_escalates_alone_prob, 1.0, state.daring
        )
        if taiwan.submits(submits, state.u_exit):
            settle_on_terms(state, params, setting, time)
        elif prc.escalates(climbs, state.u_escalate):
            enter(state, params, setting, prc.INVASION, time)
        else:
            give_up(state, params, setting, time, params.rebuild_months)
    elif form == prc.STRIKE:
        if prc.escalates(prc.weighs_escalation(params.strike_escalates_prob, 1.0, state.daring), state.u_escalate):
            enter(state, params, setting, prc.INVASION, time)
        else:
            give_up(state, params, setting, time, params.rebuild_months)
    else:
        decide_battle(state, params, setting, time)


def decide_battle(state: State, params: Parameters, setting: Setting, time: float) -> None:
    """An invasion is decided, by who is in it."""
    chance = state.alone
    if state.us_in == 1:
        chance = state.without_bases
        if state.bases_in == 1:
            chance = state.protected if state.protecting == 1 else state.with_bases
            if state.japan_in == 1:
                chance = state.joined if state.struck == 1 else state.late
            if state.first == 1:
                chance = state.surprised
    trace.note(state, trace.BATTLE, time, chance, state.u_exit < chance, 0, 0)
    if state.u_exit < chance:
        state.happened[codes.TAIWAN_CONQUERED] = 1
        fall(state, params, setting, time)
        return
    if state.us_in == 1 and state.u_nuclear < params.nuclear_use_prob:
        state.happened[codes.NUCLEAR_USE] = 1
        trace.note(state, trace.NUCLEAR_USE, time, 0, 0, 0, 0)
    if state.u_settle < params.coerced_settlement_prob:
        settle_on_terms(state, params, setting, time)
    else:
        give_up(state, params, setting, time, params.rebuild_months)


def settle_on_terms(state: State, params: Parameters, setting: Setting, time: float) -> None:
    """Taiwan settles on PRC terms, which a PRC that wants more may break."""
    state.happened[codes.COERCED_SETTLEMENT] = 1
    if prc.breaks_settlement(params.settlement_broken_prob, state.unlimited == 1, state.u_broken):
        state.happened[codes.SETTLEMENT_BROKEN] = 1
    trace.note(state, trace.SETTLEMENT, time, state.happened[codes.SETTLEMENT_BROKEN], 0, 0, 0)
    fall(state, params, setting, time)


def fall(state: State, params: Parameters, setting: Setting, time: float) -> None:
    """Taiwan falls, and with it this part of the story ends."""
    state.happened[codes.TAIWAN_FALLS] = 1
    trace.note(state, trace.FALL, time, state.happened[codes.TAIWAN_CONQUERED], state.us_in, 0, 0)
    aftermath.begin(state, params, setting)
    trace.note(state, trace.AFTERMATH, time, state.after[5], state.after[6], state.after[7], state.after[8])
    state.happened[codes.DETERRENCE_FAILS] = 1
    state.campaign = prc.NO_CAMPAIGN
    state.over = 1
    stop(state, params, setting, time)
    if time <= setting.months:
        for track in range(len(state.rung)):
            episodes.settle(state, params, track, time)


def give_up(state: State, params: Parameters, setting: Setting, time: float, rest_months: float) -> None:
    """The PRC ends the campaign without its aim, and needs time before the next."""
    state.gave_up = 1
    state.campaign = prc.NO_CAMPAIGN
    state.rest_until = time + rest_months
    stop(state, params, setting, time)


def stop(state: State, params: Parameters, setting: Setting, time: float) -> None:
    """The campaign has ended: the military tracks come off the rungs of war."""
    trace.note(state, trace.WAR_END, time, state.over, state.japan_loss, state.taiwan_loss, 0)
    if time <= setting.months:
        episodes.end(state, params, codes.TAIWAN_MILITARY, time)
        if state.struck == 1:
            episodes.end(state, params, codes.JAPAN_MILITARY, time)
