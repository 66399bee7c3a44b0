"""A campaign: quarantine, blockade, strike or invasion, who joins in, and how it ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model import codes, draws
from sim.model.compiled import rule
from sim.model.effects import aftermath, episodes, reactions
from sim.model.rules import japan, prc, taiwan, us

WHO, WHO_ELSE = np.uint64(draws.name_id("who fights")), np.uint64(draws.name_id("who else fights"))
STAGE = np.uint64(draws.name_id("stage of a campaign"))


@rule
def happens(w: Any, event: int) -> None:
    """An event has happened: its compensator stops."""
    w.happened[event] = 1


@rule
def begin(w: Any, p: Any, c: Any, form: int, time: float) -> None:
    """The PRC reaches for force: everyone's luck for this campaign is cast, and the first stage begins."""
    n = w.campaigns
    w.campaigns += 1
    w.u_us, w.u_bases, w.u_strike, w.u_fight = draws.four(c.seed, w.world, w.luck, WHO, n)
    w.u_resist, w.u_nuclear, w.u_broken, _ = draws.four(c.seed, w.world, w.luck, WHO_ELSE, n)
    w.us_in, w.bases_in, w.struck, w.japan_in, w.resisting = 0, 0, 0, 0, 1
    reactions.begin_crisis(w, p, c, time)
    enter(w, p, c, form, time)


@rule
def enter(w: Any, p: Any, c: Any, form: int, time: float) -> None:
    """A stage of the campaign begins: its length and exits are cast, and each actor decides."""
    index = 8 * w.campaigns + form
    u_months, w.u_exit, w.u_escalate, w.u_settle = draws.four(c.seed, w.world, w.luck, STAGE, index)
    w.campaign, w.stage_start = form, time
    if form == prc.QUARANTINE:
        months = p.quarantine_months
        happens(w, codes.QUARANTINE)
    elif form == prc.BLOCKADE:
        months = p.blockade_months
        happens(w, codes.BLOCKADE)
        decide(w, p, c, p.us_blockade_ratio, p.strike_form_ratio, p.japan_form_ratio, True)
    elif form == prc.STRIKE:
        months = p.strike_months
        happens(w, codes.LIMITED_STRIKE)
        w.japan_loss += p.strike_cost_japan_pct
        w.taiwan_loss += p.strike_cost_taiwan_pct
        decide(w, p, c, p.us_strike_ratio, p.strike_form_ratio, p.japan_form_ratio, False)
    else:
        months = p.invasion_months
        happens(w, codes.INVASION)
        decide(w, p, c, 1.0, 1.0, 1.0, True)
        if w.resisting == 1:
            invade(w, p, c)
    if form != prc.QUARANTINE and w.happened[codes.USE_OF_FORCE] == 0:
        happens(w, codes.USE_OF_FORCE)
        happens(w, codes.DETERRENCE_FAILS)
        w.first_force = time
    w.stage_end = time + months * draws.exponential(u_months)
    if w.resisting == 0:
        w.stage_end = time
    if time < c.months:
        episodes.begin(w, p, c, codes.TAIWAN_MILITARY, form + 2, time, codes.NEVER, 1.0)
        if w.struck == 1:
            episodes.begin(w, p, c, codes.JAPAN_MILITARY, prc.STRIKE + 2, time, codes.NEVER, 1.0)


@rule
def decide(w: Any, p: Any, c: Any, us_ratio: float, strike_ratio: float, japan_ratio: float, asked: bool) -> None:
    """Who fights at this stage: Taiwan (if `asked`), then the US, then Japan's bases, the PRC's strike, Japan."""
    if asked:
        w.resisting = 1 if taiwan.resists(w.resist_prob, w.u_resist) else 0
    if w.resisting == 0:
        return
    if w.us_in == 0 and us.intervenes(w.us_prob * us_ratio, w.u_us):
        w.us_in = 1
        w.bases_in = 1 if japan.permits_bases(w.bases_prob, w.u_bases) else 0
        happens(w, codes.US_PRC_WAR)
    if w.us_in == 0 or w.bases_in == 0:
        return
    if w.struck == 0 and prc.strikes_japan(w.strike_prob * strike_ratio, w.u_strike):
        w.struck = 1
        happens(w, codes.JAPAN_STRUCK)
    if w.japan_in == 0 and japan.fights(w.struck == 1, w.fight_prob * japan_ratio, w.u_fight):
        w.japan_in = 1
        happens(w, codes.JAPAN_IN_COMBAT)


@rule
def invade(w: Any, p: Any, c: Any) -> None:
    """What a resisted invasion costs."""
    w.japan_loss += p.war_cost_japan_pct * (1.0 if w.japan_in == 1 else p.war_bystander_ratio)
    w.taiwan_loss += p.war_cost_taiwan_pct
    if w.us_in == 1:
        saved = p.aircraft_saved_share * 2 * (w.interop_depth - c.reference_interop_depth)
        w.aircraft_lost += p.allied_aircraft * (1 - saved)
        w.ships_lost += p.prc_ships


@rule
def wage(w: Any, p: Any, c: Any, until: float) -> None:
    """The campaign goes on up to `until`; stages end, exits are taken, perhaps more than one."""
    while w.campaign != prc.NO_CAMPAIGN and w.stage_end <= until:
        leave(w, p, c, w.stage_end)


@rule
def leave(w: Any, p: Any, c: Any, time: float) -> None:
    """A stage ends: submission, escalation, victory, or nothing gained."""
    form = w.campaign
    years = (time - w.stage_start) / 12
    if w.resisting == 0:
        settle_on_terms(w, p, c, time)
    elif form == prc.QUARANTINE:
        w.japan_loss += years * p.quarantine_cost_japan_pct
        w.taiwan_loss += years * p.quarantine_cost_taiwan_pct
        if taiwan.submits(p.quarantine_submission_prob, w.u_exit):
            settle_on_terms(w, p, c, time)
        elif prc.escalates(p.quarantine_escalates_prob, w.u_escalate):
            enter(w, p, c, prc.BLOCKADE, time)
        else:
            give_up(w, p, c, time, 0.0)
    elif form == prc.BLOCKADE:
        w.japan_loss += years * p.blockade_cost_japan_pct
        w.taiwan_loss += years * p.blockade_cost_taiwan_pct
        contested = w.us_in == 1
        submits = p.blockade_submission_us_prob if contested else p.blockade_submission_alone_prob
        climbs = p.blockade_escalates_us_prob if contested else p.blockade_escalates_alone_prob
        if taiwan.submits(submits, w.u_exit):
            settle_on_terms(w, p, c, time)
        elif prc.escalates(climbs, w.u_escalate):
            enter(w, p, c, prc.INVASION, time)
        else:
            give_up(w, p, c, time, p.rebuild_months)
    elif form == prc.STRIKE:
        if prc.escalates(p.strike_escalates_prob, w.u_escalate):
            enter(w, p, c, prc.INVASION, time)
        else:
            give_up(w, p, c, time, p.rebuild_months)
    else:
        decide_battle(w, p, c, time)


@rule
def decide_battle(w: Any, p: Any, c: Any, time: float) -> None:
    """An invasion is decided, by who is in it."""
    chance = w.alone
    if w.us_in == 1:
        chance = w.without_bases
        if w.bases_in == 1:
            chance = w.joined if w.struck == 1 else w.late if w.japan_in == 1 else w.with_bases
    if w.u_exit < chance:
        happens(w, codes.TAIWAN_CONQUERED)
        fall(w, p, c, time)
        return
    if w.us_in == 1 and w.u_nuclear < p.nuclear_use_prob:
        happens(w, codes.NUCLEAR_USE)
    if w.u_settle < p.coerced_settlement_prob:
        settle_on_terms(w, p, c, time)
    else:
        give_up(w, p, c, time, p.rebuild_months)


@rule
def settle_on_terms(w: Any, p: Any, c: Any, time: float) -> None:
    """Taiwan settles on PRC terms, which a PRC that wants more may break."""
    happens(w, codes.COERCED_SETTLEMENT)
    if prc.breaks_settlement(p.settlement_broken_prob, w.unlimited == 1, w.u_broken):
        happens(w, codes.SETTLEMENT_BROKEN)
    fall(w, p, c, time)


@rule
def fall(w: Any, p: Any, c: Any, time: float) -> None:
    """Taiwan falls, and with it this part of the story ends."""
    happens(w, codes.TAIWAN_FALLS)
    aftermath.begin(w, p, c)
    happens(w, codes.DETERRENCE_FAILS)
    w.campaign = prc.NO_CAMPAIGN
    w.over = 1
    stop(w, p, c, time)
    if time <= c.months:
        for track in range(4):
            episodes.settle(w, p, c, track, time)


@rule
def give_up(w: Any, p: Any, c: Any, time: float, rest_months: float) -> None:
    """The PRC ends the campaign without its aim, and needs time before the next."""
    w.gave_up = 1
    w.campaign = prc.NO_CAMPAIGN
    w.rest_until = time + rest_months
    stop(w, p, c, time)


@rule
def stop(w: Any, p: Any, c: Any, time: float) -> None:
    """The military tracks come off the rungs of war."""
    if time <= c.months:
        episodes.end(w, p, c, codes.TAIWAN_MILITARY, time)
        if w.struck == 1:
            episodes.end(w, p, c, codes.JAPAN_MILITARY, time)
