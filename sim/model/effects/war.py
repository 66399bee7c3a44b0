"""War: who wins with whom in it, and what a resort to force would lead to, worked out beforehand.

A campaign is a chain of stages (quarantine, blockade, strike, invasion) whose ends and exits are single chances, so
the probability of each outcome has a closed form. That is what the compensators accumulate, month by month.
"""

from __future__ import annotations

from sim.model import codes
from sim.model.elementary import exp
from sim.model.rules import scale
from sim.model.state import Parameters, State


def balance(state: State) -> float:
    """The odds ratio of PRC success that is the same whoever fights: strength, readiness, contact, no surprise."""
    common = state.strength + state.log_readiness * state.readiness + state.log_contact * (1 - state.contact_level)
    return exp(common + state.log_alert * state.alert)


def chances(
    state: State, params: Parameters, or_interop: float, or_ties: float, or_access: float
) -> tuple[float, float, float, float, float]:
    """Chances of PRC success against Taiwan alone; with the US but no bases; from bases; with Japan; with Japan late.

    Because each is a number that an expert could give, moved by odds ratios for strength, readiness, warning, ties,
    interoperability and, without bases in Japan, those elsewhere (`or_interop` has their smaller part beside these).
    Source: CSIS 2023; claims N8, S12.
    """
    alone = scale.probability(state.odds_alone * state.balance)
    without = scale.probability(state.odds_without * state.balance * or_ties * or_access)
    based = state.odds_with * state.balance * or_ties * or_interop
    joined = scale.probability(based * params.success_or_japan_fights)
    with_bases = scale.probability(based)
    return alone, without, with_bases, joined, with_bases + (joined - with_bases) * state.in_time


def success_with_us(
    bases: float, strike: float, fight: float, without: float, with_bases: float, joined: float, late: float
) -> float:
    """The PRC's chance against the US, over whether bases are open, Japan is struck, and Japan fights."""
    return (1 - bases) * without + bases * (strike * joined + (1 - strike) * (fight * late + (1 - fight) * with_bases))


def success(resist: float, us: float, alone: float, with_us: float) -> float:
    """The PRC's chance of taking Taiwan by invasion, over whether it resists and the US comes."""
    return 1 - resist + resist * ((1 - us) * alone + us * with_us)


def expected_outcomes(
    state: State, params: Parameters, quarantine: float, blockade: float, strike: float, invasion: float
) -> tuple[float, float]:
    """What a resort to force now would lead to, given how likely each form is.

    Fills `state.expected` with the probability of each event and `state.fought` with that of a fall that the US
    fights; returns the expected losses of Japan and Taiwan, in per cent of a year's GDP.

    The tree behind it: a quarantine is submitted to, becomes a blockade or is given up; a blockade is submitted to,
    becomes an invasion or is given up; a strike becomes an invasion or is given up; an invasion is won or lost, and
    lost ones may end in a settlement. Each branch is a product of single chances, and branches that lead to one event
    are added. Two things make it longer than that:

    * Taiwan's resistance is drawn once, with the probability `resists`, and so is everybody's luck. Who decides again
      at a graver stage does so with the same luck, so the US comes in by the invasion with the probability of an
      invasion (U), of which a part came in at the blockade (U_b). Given that it stayed out of the blockade, it joins
      at the invasion with (U - U_b) / (1 - U_b): `later_blockade`. Japan and the strike on it likewise add only the
      difference of their chances (`joins_prob - joins_early`).
    * Submission and escalation of a blockade depend on whether the US contests it, so both cases are added up.
    """
    resists, bases = state.resist_prob, state.bases_prob
    us_blockade, us_strike = state.us_prob * params.us_blockade_ratio, state.us_prob * params.us_strike_ratio
    struck_prob, struck_early = state.strike_prob, state.strike_prob * params.strike_form_ratio
    joins_prob = struck_prob + (1 - struck_prob) * state.fight_prob
    joins_early = struck_early + (1 - struck_early) * state.fight_prob * params.japan_form_ratio
    later_blockade = (state.us_prob - us_blockade) / (1 - us_blockade)
    later_strike = (state.us_prob - us_strike) / (1 - us_strike)
    # how a blockade ends, with the US out (alone) and in (contested)
    submits_alone, submits_contested = params.blockade_submission_alone_prob, params.blockade_submission_us_prob
    climbs_alone = (1 - submits_alone) * params.blockade_escalates_alone_prob
    climbs_contested = (1 - submits_contested) * params.blockade_escalates_us_prob
    climbs_strike = params.strike_escalates_prob
    submits_quarantine = params.quarantine_submission_prob
    climbs_quarantine = (1 - submits_quarantine) * params.quarantine_escalates_prob  # it turns into a blockade
    blockades = blockade + quarantine * climbs_quarantine
    # invasions with the US in and out, given that Taiwan resists
    in_blockade = us_blockade * climbs_contested + (1 - us_blockade) * climbs_alone * later_blockade
    out_blockade = (1 - us_blockade) * climbs_alone * (1 - later_blockade)
    # Taiwan has no choice in a strike until it becomes an invasion
    in_strike = climbs_strike * (us_strike + (1 - us_strike) * later_strike)
    out_strike = climbs_strike * (1 - us_strike) * (1 - later_strike)
    with_us = success_with_us(
        bases, struck_prob, state.fight_prob, state.without_bases, state.with_bases, state.joined, state.late
    )
    fought_invasions = invasion * state.us_prob + blockades * in_blockade + strike * in_strike
    lone_invasions = invasion * (1 - state.us_prob) + blockades * out_blockade + strike * out_strike
    won = resists * (fought_invasions * with_us + lone_invasions * state.alone)
    lost = resists * (fought_invasions * (1 - with_us) + lone_invasions * (1 - state.alone))
    state.fought = (
        resists * fought_invasions * (with_us + (1 - with_us) * params.coerced_settlement_prob)
        + resists * blockades * us_blockade * submits_contested
    )
    # who fought the strike has fought, though Taiwan gives in afterwards
    state.fought += (1 - resists) * strike * climbs_strike * us_strike
    gives_in = (1 - resists) * (invasion + blockades + strike * climbs_strike) + quarantine * submits_quarantine
    gives_in += (
        resists * blockades * (us_blockade * submits_contested + (1 - us_blockade) * submits_alone)
        + lost * params.coerced_settlement_prob
    )
    # fighting below invasion by the US and Japan, then what an invasion adds
    fought_blockades, fought_strikes = resists * blockades * us_blockade, strike * us_strike
    combat = fought_blockades * (joins_early + (joins_prob - joins_early) * climbs_contested) + fought_strikes * (
        joins_early + (joins_prob - joins_early) * climbs_strike * resists
    )
    struck = fought_blockades * (struck_early + (struck_prob - struck_early) * climbs_contested) + fought_strikes * (
        struck_early + (struck_prob - struck_early) * climbs_strike * resists
    )
    joined_invasions = resists * (
        invasion * state.us_prob
        + blockades * (1 - us_blockade) * climbs_alone * later_blockade
        + strike * climbs_strike * (1 - us_strike) * later_strike
    )
    state.expected[codes.QUARANTINE] = quarantine
    state.expected[codes.USE_OF_FORCE] = blockades + strike + invasion
    state.expected[codes.BLOCKADE] = blockades
    state.expected[codes.LIMITED_STRIKE] = strike
    state.expected[codes.INVASION] = (
        invasion + resists * blockades * (in_blockade + out_blockade) + strike * climbs_strike
    )
    state.expected[codes.US_PRC_WAR] = fought_blockades + fought_strikes + joined_invasions
    state.expected[codes.JAPAN_IN_COMBAT] = bases * (combat + joined_invasions * joins_prob)
    state.expected[codes.JAPAN_STRUCK] = bases * (struck + joined_invasions * struck_prob)
    state.expected[codes.TAIWAN_FALLS] = won + gives_in
    state.expected[codes.TAIWAN_CONQUERED] = won
    state.expected[codes.COERCED_SETTLEMENT] = gives_in
    state.expected[codes.SETTLEMENT_BROKEN] = gives_in * params.settlement_broken_prob * state.unlimited
    state.expected[codes.NUCLEAR_USE] = resists * fought_invasions * (1 - with_us) * params.nuclear_use_prob
    state.expected[codes.DETERRENCE_FAILS] = blockades + strike + invasion + quarantine * submits_quarantine
    blockade_years = resists * blockades * params.blockade_months / codes.MONTHS_A_YEAR
    quarantine_years = quarantine * params.quarantine_months / codes.MONTHS_A_YEAR
    at_war = (
        fought_invasions * (bases * joins_prob + (1 - bases * joins_prob) * params.war_bystander_ratio)
        + lone_invasions * params.war_bystander_ratio
    )
    japan_loss = resists * at_war * params.war_cost_japan_pct + blockade_years * params.blockade_cost_japan_pct
    japan_loss += quarantine_years * params.quarantine_cost_japan_pct + strike * params.strike_cost_japan_pct
    taiwan_loss = (
        resists * (fought_invasions + lone_invasions) * params.war_cost_taiwan_pct
        + blockade_years * params.blockade_cost_taiwan_pct
    )
    taiwan_loss += quarantine_years * params.quarantine_cost_taiwan_pct + strike * params.strike_cost_taiwan_pct
    return japan_loss, taiwan_loss


def estimate(
    state: State, params: Parameters, us_comes: float, japan_fights: float, or_interop: float, or_ties: float
) -> tuple[float, float]:
    """The PRC's chance of success as its own planners would put it, and what of it hangs on the US staying away."""
    alone, without, with_bases, joined, late = chances(state, params, or_interop, or_ties, state.or_access_seen)
    with_us = success_with_us(state.bases_prob, state.strike_prob, japan_fights, without, with_bases, joined, late)
    return success(state.resist_seen, us_comes, alone, with_us), state.resist_seen * (alone - with_us)
