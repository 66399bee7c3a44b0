"""War: who wins with whom in it, and what a resort to force would lead to, worked out beforehand.

A campaign is a chain of stages (quarantine, blockade, strike, invasion) whose ends and exits are single chances, so
the probability of each outcome has a closed form. That is what the compensators accumulate, month by month.
"""

from __future__ import annotations

import math
from typing import Any

from sim.model import codes
from sim.model.compiled import rule
from sim.model.rules import scale


@rule
def balance(w: Any) -> float:
    """The odds ratio of PRC success that is the same whoever fights: strength, readiness, contact, no surprise."""
    common = w.strength + w.log_readiness * 10 * w.readiness + w.log_contact * (1 - w.contact_level)
    return math.exp(common + w.log_alert * w.alert)


@rule
def chances(w: Any, p: Any, or_interop: float, or_ties: float) -> tuple[float, float, float, float, float]:
    """Chances of PRC success against Taiwan alone; with the US but no bases; from bases; with Japan; with Japan late.

    Because each is a number one can ask for, moved by odds ratios for strength, readiness, warning, ties and
    interoperability.
    Source: CSIS 2023; claims N8, S12.
    """
    alone = scale.probability(w.odds_alone * w.balance)
    without = scale.probability(w.odds_without * w.balance * or_ties)
    based = w.odds_with * w.balance * or_ties * or_interop
    joined = scale.probability(based * p.success_or_japan_fights)
    with_bases = scale.probability(based)
    return alone, without, with_bases, joined, with_bases + (joined - with_bases) * w.in_time


@rule
def success_with_us(
    bases: float, strike: float, fight: float, without: float, with_bases: float, joined: float, late: float
) -> float:
    """The PRC's chance against the US, over whether bases are open, Japan is struck, and Japan fights."""
    return (1 - bases) * without + bases * (strike * joined + (1 - strike) * (fight * late + (1 - fight) * with_bases))


@rule
def success(resist: float, us: float, alone: float, with_us: float) -> float:
    """The PRC's chance of taking Taiwan by invasion, over whether it resists and the US comes."""
    return 1 - resist + resist * ((1 - us) * alone + us * with_us)


@rule
def outlook(w: Any, p: Any, quarantine: float, blockade: float, strike: float, invasion: float) -> tuple[float, float]:
    """What a resort to force now would lead to, given how likely each form is.

    Fills `w.expected` with the probability of each event and `w.fought` with that of a fall that the US fights, and
    returns the expected losses of Japan and Taiwan, in per cent of GDP. The US, Japan and Taiwan decide with the same
    luck through escalation, so a chance that grows from stage to stage adds only its difference.
    """
    t, b = w.resist_prob, w.bases_prob
    us_b, us_s = w.us_prob * p.us_blockade_ratio, w.us_prob * p.us_strike_ratio
    k, k1 = w.strike_prob, w.strike_prob * p.strike_form_ratio
    j = k + (1 - k) * w.fight_prob
    j1 = k1 + (1 - k1) * w.fight_prob * p.japan_form_ratio
    later_b = (w.us_prob - us_b) / (1 - us_b)
    later_s = (w.us_prob - us_s) / (1 - us_s)
    # exits from a blockade, with the US out (0) and in (1)
    sub0, sub1 = p.blockade_submission_alone_prob, p.blockade_submission_us_prob
    up0, up1 = (1 - sub0) * p.blockade_escalates_alone_prob, (1 - sub1) * p.blockade_escalates_us_prob
    up_s = p.strike_escalates_prob
    sub_q = p.quarantine_submission_prob
    to_b = (1 - sub_q) * p.quarantine_escalates_prob  # a quarantine turns into a blockade
    b_all = blockade + quarantine * to_b
    # invasions with the US in and out, given that Taiwan resists
    in_b = us_b * up1 + (1 - us_b) * up0 * later_b
    out_b = (1 - us_b) * up0 * (1 - later_b)
    # a strike asks nothing of Taiwan until it becomes an invasion
    in_s = up_s * (us_s + (1 - us_s) * later_s)
    out_s = up_s * (1 - us_s) * (1 - later_s)
    with_us = success_with_us(b, k, w.fight_prob, w.without_bases, w.with_bases, w.joined, w.late)
    come = invasion * w.us_prob + b_all * in_b + strike * in_s
    stay = invasion * (1 - w.us_prob) + b_all * out_b + strike * out_s
    won = t * (come * with_us + stay * w.alone)
    lost = t * (come * (1 - with_us) + stay * (1 - w.alone))
    w.fought = t * come * (with_us + (1 - with_us) * p.coerced_settlement_prob) + t * b_all * us_b * sub1
    w.fought += (1 - t) * strike * up_s * us_s  # who fought the strike has fought, though Taiwan gives in afterwards
    gives_in = (1 - t) * (invasion + b_all + strike * up_s) + quarantine * sub_q
    gives_in += t * b_all * (us_b * sub1 + (1 - us_b) * sub0) + lost * p.coerced_settlement_prob
    # fighting below invasion by the US and Japan, then what an invasion adds
    fight_b, fight_s = t * b_all * us_b, strike * us_s
    combat = fight_b * (j1 + (j - j1) * up1) + fight_s * (j1 + (j - j1) * up_s * t)
    struck = fight_b * (k1 + (k - k1) * up1) + fight_s * (k1 + (k - k1) * up_s * t)
    joins = t * (invasion * w.us_prob + b_all * (1 - us_b) * up0 * later_b + strike * up_s * (1 - us_s) * later_s)
    w.expected[codes.QUARANTINE] = quarantine
    w.expected[codes.USE_OF_FORCE] = b_all + strike + invasion
    w.expected[codes.BLOCKADE] = b_all
    w.expected[codes.LIMITED_STRIKE] = strike
    w.expected[codes.INVASION] = invasion + t * b_all * (in_b + out_b) + strike * up_s
    w.expected[codes.US_PRC_WAR] = fight_b + fight_s + joins
    w.expected[codes.JAPAN_IN_COMBAT] = b * (combat + joins * j)
    w.expected[codes.JAPAN_STRUCK] = b * (struck + joins * k)
    w.expected[codes.TAIWAN_FALLS] = won + gives_in
    w.expected[codes.TAIWAN_CONQUERED] = won
    w.expected[codes.COERCED_SETTLEMENT] = gives_in
    w.expected[codes.SETTLEMENT_BROKEN] = gives_in * p.settlement_broken_prob * w.unlimited
    w.expected[codes.NUCLEAR_USE] = t * come * (1 - with_us) * p.nuclear_use_prob
    w.expected[codes.DETERRENCE_FAILS] = b_all + strike + invasion + quarantine * sub_q
    months_b = t * b_all * p.blockade_months / 12
    months_q = quarantine * p.quarantine_months / 12
    at_war = come * (b * j + (1 - b * j) * p.war_bystander_ratio) + stay * p.war_bystander_ratio
    japan = t * at_war * p.war_cost_japan_pct + months_b * p.blockade_cost_japan_pct
    japan += months_q * p.quarantine_cost_japan_pct + strike * p.strike_cost_japan_pct
    taiwan = t * (come + stay) * p.war_cost_taiwan_pct + months_b * p.blockade_cost_taiwan_pct
    taiwan += months_q * p.quarantine_cost_taiwan_pct + strike * p.strike_cost_taiwan_pct
    return japan, taiwan
