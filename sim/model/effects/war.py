"""War: who wins with whom in it, and what a resort to force would lead to, worked out beforehand.

A campaign is a chain of stages (quarantine, blockade, strike, invasion) whose ends and exits are single chances, so
the probability of each outcome has a closed form. That is what the compensators accumulate, month by month.
"""

from __future__ import annotations

from sim.model import codes
from sim.model.elementary import exp
from sim.model.rules import prc, scale
from sim.model.state import Parameters, State

NOTICED = 2e-2  # two points, the error of a poll: so much a gain must change to be weighed again


def balance(state: State) -> float:
    """The odds ratio of PRC success that is the same whoever fights: strength, readiness, contact, no surprise."""
    common = state.strength + state.log_readiness * state.readiness + state.log_contact * (1 - state.contact_level)
    return exp(common + state.log_alert * state.alert)


def chances(
    state: State, params: Parameters, or_interop: float, or_ties: float, or_access: float
) -> tuple[float, float, float, float, float, float, float]:
    """Chances of PRC success, by who is in the invasion, for the fields of `State` from `alone` to `surprised`.

    Against Taiwan alone; the US without bases; from bases; from bases with Japan protecting its ships; with Japan
    fighting; with Japan late; and with both after a first strike on the bases. Because each is a number that an expert
    could give, moved by odds ratios for strength, readiness, warning, ties, interoperability and, without bases in
    Japan, those elsewhere (`or_interop` has their smaller part beside these).
    Source: CSIS 2023; claims N8, S12.
    """
    alone = scale.probability(state.odds_alone * state.balance)
    without = scale.probability(state.odds_without * state.balance * or_ties * or_access)
    based = state.odds_with * state.balance * or_ties * or_interop
    together = based * params.success_or_japan_fights
    joined, surprised = scale.probability(together), scale.probability(together * params.success_or_first_strike)
    with_bases = scale.probability(based)
    helped = joined - with_bases  # below 0: what Japan's fighting takes from it
    protected = with_bases + helped * params.protection_success_share
    return alone, without, with_bases, protected, joined, with_bases + helped * state.in_time, surprised


def success_with_us(
    bases: float, strike: float, fight: float, protect: float, without: float, with_bases: float, protected: float,
    joined: float, late: float,
) -> float:  # fmt: skip
    """The PRC's chance against the US, over whether bases are open, Japan is struck, fights, or else protects."""
    unstruck = fight * late + (1 - fight) * (with_bases + protect * (protected - with_bases))
    return (1 - bases) * without + bases * (strike * joined + (1 - strike) * unstruck)


def gain_by_striking(us: float, alone: float, with_us: float, attacked: float, surprised: float) -> float:
    """The PRC's chance against a Taiwan that resists, if it strikes bases in Japan first, less that if it waits."""
    return attacked * (surprised - alone) - us * (with_us - alone)


def success(resist: float, us: float, alone: float, with_us: float, first: float, gain: float) -> float:
    """The PRC's chance of taking Taiwan by invasion, over whether Taiwan resists, bases are struck and the US comes."""
    return 1 - resist + resist * (alone + us * (with_us - alone) + first * gain)


def usual_gain(state: State, params: Parameters) -> float:
    """What a first strike would gain at the reference, of which `first_strike_prob` speaks."""
    state.balance = 1.0
    state.in_time = params.invasion_months / (params.invasion_months + params.japan_legal_delay_months)
    alone, without, with_bases, protected, joined, late, surprised = chances(state, params, 1.0, 1.0, 1.0)
    permits, threat = params.japan_permits_bases_prob, params.threat_prob
    bases = threat * permits + (1 - threat) * scale.shifted(permits, 1 / params.bases_or_threat)
    with_us = success_with_us(
        bases, params.prc_strikes_japan_prob, params.japan_fights_prob, params.japan_protects_prob, without,
        with_bases, protected, joined, late,
    )  # fmt: skip
    comes = params.us_intervenes_prob
    return gain_by_striking(comes, alone, with_us, scale.shifted(comes, params.us_or_attacked), surprised)


def expected_outcomes(
    state: State, params: Parameters, quarantine: float, blockade: float, strike: float, invasion: float
) -> tuple[float, float]:
    """What a resort to force now would lead to, given how likely each form is.

    Fills `state.expected` with the probability of each event and `state.fought` with that of a fall that the US
    fights; returns the expected losses of Japan and Taiwan, in per cent of a year's GDP.

    The tree behind it: a quarantine is submitted to, becomes a blockade or is given up; a blockade is submitted to,
    becomes an invasion or is given up; a strike becomes an invasion or is given up; an invasion is won or lost, and
    lost ones may end in a settlement. Each branch is a product of single chances, and branches that lead to one event
    are added. Four things make it longer than that:

    * *One luck for each actor.* Who decides again at a graver stage does so with the same luck, so its thresholds are
      nested. The US comes in by the invasion with the probability of an invasion U, of which U_b came in at the
      blockade. So a blockade that it stays out of (1 - U_b) and that climbs (c) is joined at the invasion with c (U -
      U_b): the share (U - U_b) / (1 - U_b) of those left, which cancels. Bases, the strike on them and Japan's part
      are nested likewise: an event with the chance x below invasion and y in one has happened by the end with x where
      the campaign ends below invasion, and with y where it climbs.
    * *Who contests it* decides how a quarantine or a blockade goes on. A quarantine is a mixture of three (no convoys,
      US convoys, with Japan's coast guard), a blockade of two. Whether the US convoys has a luck of its own, so it says
      nothing about what it does later.
    * *A first strike* (F) is open only where an invasion begins with the US out: directly, or by a blockade or strike
      that it stayed out of. Of those, `out` in all, the US joins `joins` if its bases are not struck and `rallies` if
      they are, by the same nested luck. So `plain` = (1 - F) joins are fought as any, `stormed` = F rallies are fought
      after a first strike, and in the rest Taiwan is alone. Japan is struck and in combat in all F out.
    * *A threat* at the outset moves only Japan's chance to open its bases, and everything is linear in that. So the
      average over threatened and not is all that counts (`bases_prob`, `bases_early`).

    Taiwan's resistance R is drawn once. A strike does not ask for it, so it stands before all but `strike`.
    """
    resists, bases, bases_early = state.resist_prob, state.bases_prob, state.bases_early
    us_in, us_attacked, first = state.us_prob, state.us_attacked, state.first_prob
    us_blockade, us_strike = us_in * params.us_blockade_ratio, us_in * params.us_strike_ratio
    # Japan's part where bases are open: struck, in combat, protecting at least; below invasion and in one
    struck_prob, struck_early = state.strike_prob, state.strike_prob * params.strike_form_ratio
    fight_early, protect = state.fight_prob * params.japan_form_ratio, params.japan_protects_prob
    fights_prob = struck_prob + (1 - struck_prob) * state.fight_prob
    fights_early = struck_early + (1 - struck_early) * fight_early
    protects_prob = fights_prob + (1 - fights_prob) * protect
    protects_early = fights_early + (1 - fights_early) * protect
    # how stages end: what turns into a blockade, and into an invasion
    convoy = us_in * params.us_convoy_ratio
    convoy_submits = state.convoy_submits + state.guard_prob * (state.joined_submits - state.convoy_submits)
    submits_quarantine = state.waiting_submits + convoy * (convoy_submits - state.waiting_submits)
    climbs_waiting = prc.weighs_escalation(params.quarantine_escalates_prob, 1.0, state.daring)
    climbs_convoy = prc.weighs_escalation(params.quarantine_escalates_prob, params.escalates_or_convoy, state.daring)
    climbs_quarantine = (1 - convoy) * (1 - state.waiting_submits) * climbs_waiting
    climbs_quarantine += convoy * (1 - convoy_submits) * climbs_convoy
    climbs_alone = prc.weighs_escalation(params.blockade_escalates_alone_prob, 1.0, state.daring)
    climbs_alone *= 1 - state.alone_submits
    climbs_contested = prc.weighs_escalation(params.blockade_escalates_us_prob, 1.0, state.daring)
    climbs_contested *= 1 - state.contested_submits
    climbs_strike = prc.weighs_escalation(params.strike_escalates_prob, 1.0, state.daring)
    blockades = blockade + quarantine * climbs_quarantine
    # invasions given that Taiwan resists: with the US in before, with the US out, and those that it then joins
    before = blockades * us_blockade * climbs_contested + strike * us_strike * climbs_strike
    alone_until, climbed_strikes = blockades * climbs_alone, strike * climbs_strike
    out = invasion + (1 - us_blockade) * alone_until + (1 - us_strike) * climbed_strikes
    joins = invasion * us_in + (us_in - us_blockade) * alone_until + (us_in - us_strike) * climbed_strikes
    rallies = joins + (us_attacked - us_in) * (invasion + alone_until + climbed_strikes)
    plain, stormed = (1 - first) * joins, first * rallies
    fought, lone = before + plain, out - plain - stormed
    with_us = success_with_us(
        bases, struck_prob, state.fight_prob, protect, state.without_bases, state.with_bases, state.protected,
        state.joined, state.late,
    )  # fmt: skip
    won_with_us = fought * with_us + stormed * state.surprised
    lost_with_us = fought + stormed - won_with_us
    won = resists * (won_with_us + lone * state.alone)
    lost = resists * (lost_with_us + lone * (1 - state.alone))
    # who fought the strike has fought, though Taiwan gives in afterwards
    state.fought = (
        resists
        * (
            won_with_us
            + lost_with_us * params.coerced_settlement_prob
            + blockades * us_blockade * state.contested_submits
        )
        + (1 - resists) * strike * us_strike * climbs_strike
    )
    gives_in = (1 - resists) * (invasion + blockades + climbed_strikes) + quarantine * submits_quarantine
    gives_in += (
        resists * blockades * (us_blockade * state.contested_submits + (1 - us_blockade) * state.alone_submits)
        + lost * params.coerced_settlement_prob
    )
    # fighting by the US that ends below invasion, and that in an invasion which does not begin with a first strike
    fought_below = resists * blockades * us_blockade + strike * us_strike
    below, above, struck_first = fought_below - resists * before, resists * fought, resists * first * out
    early, late = bases_early * below, bases * above
    state.expected[codes.QUARANTINE] = quarantine
    state.expected[codes.USE_OF_FORCE] = blockades + strike + invasion
    state.expected[codes.BLOCKADE] = blockades
    state.expected[codes.LIMITED_STRIKE] = strike
    state.expected[codes.INVASION] = (
        invasion
        + resists * blockades * (us_blockade * climbs_contested + (1 - us_blockade) * climbs_alone)
        + climbed_strikes
    )
    state.expected[codes.US_PRC_WAR] = fought_below + resists * (plain + stormed)
    state.expected[codes.JAPAN_SUPPORTS] = early + late + resists * stormed
    state.expected[codes.JAPAN_PROTECTS] = early * protects_early + late * protects_prob + resists * stormed
    state.expected[codes.JAPAN_IN_COMBAT] = early * fights_early + late * fights_prob + struck_first
    state.expected[codes.JAPAN_STRUCK] = early * struck_early + late * struck_prob + struck_first
    state.expected[codes.FIRST_STRIKE] = struck_first
    state.expected[codes.TAIWAN_FALLS] = won + gives_in
    state.expected[codes.TAIWAN_CONQUERED] = won
    state.expected[codes.COERCED_SETTLEMENT] = gives_in
    state.expected[codes.SETTLEMENT_BROKEN] = gives_in * params.settlement_broken_prob * state.unlimited
    state.expected[codes.NUCLEAR_USE] = resists * lost_with_us * params.nuclear_use_prob
    state.expected[codes.DETERRENCE_FAILS] = blockades + strike + invasion + quarantine * submits_quarantine
    blockade_years = resists * blockades * params.blockade_months / codes.MONTHS_A_YEAR
    quarantine_years = quarantine * params.quarantine_months / codes.MONTHS_A_YEAR
    part = fights_prob + (protects_prob - fights_prob) * params.protection_cost_share  # of the cost of combat
    bystander = params.war_bystander_ratio
    at_war = fought * (bystander + (1 - bystander) * bases * part)
    at_war += first * out + ((1 - first) * out - plain) * bystander
    japan_loss = resists * at_war * params.war_cost_japan_pct + strike * params.strike_cost_japan_pct
    japan_loss += state.spent * (
        blockade_years * params.blockade_cost_japan_pct + quarantine_years * params.quarantine_cost_japan_pct
    )
    taiwan_loss = resists * (before + out) * params.war_cost_taiwan_pct
    taiwan_loss += blockade_years * params.blockade_cost_taiwan_pct
    taiwan_loss += quarantine_years * params.quarantine_cost_taiwan_pct + strike * params.strike_cost_taiwan_pct
    return japan_loss, taiwan_loss


def estimate(
    state: State, params: Parameters, us_comes: float, japan_fights: float, or_interop: float, or_ties: float
) -> tuple[float, float]:
    """The PRC's chance of success as its own planners would put it, and what of it hangs on the US staying away.

    Planners say what a first strike would gain, and leaders weigh it again when that has changed. Where Japan keeps its
    bases closed to the US, there is nothing to strike (`bases` scales the chance, as it does Japan's own to open them).
    Planners average over what their leaders may order: whether bases are struck first, as likely as it really is. The
    better of the two would be the estimate of a single mind that knows already; it would also rise with each doubt.
    """
    alone, without, with_bases, protected, joined, late, surprised = chances(
        state, params, or_interop, or_ties, state.or_access_seen
    )
    with_us = success_with_us(
        state.bases_prob, state.strike_prob, japan_fights, params.japan_protects_prob, without, with_bases, protected,
        joined, late,
    )  # fmt: skip
    gain = gain_by_striking(us_comes, alone, with_us, state.attacked_seen, surprised)
    if state.campaign == prc.NO_CAMPAIGN and abs(gain - state.weighed_gain) >= NOTICED:
        state.weighed_gain = gain
        state.first_prob = state.bases * prc.weighs_first_strike(
            params.first_strike_prob, state.log_gain, gain, state.usual_gain, state.or_strike_seen
        )
    at_stake = state.resist_seen * (alone - with_us + state.first_prob * (with_us - surprised))
    return success(state.resist_seen, us_comes, alone, with_us, state.first_prob, gain), at_stake
