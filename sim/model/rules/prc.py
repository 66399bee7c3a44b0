"""The People's Republic of China: what it believes, how it answers, when it reaches for force.

Probabilities here are of one decision; `u` is the luck of that decision, uniform between 0 and 1.
"""

from __future__ import annotations

import math

from sim.model.compiled import rule
from sim.model.rules import scale

NO_CAMPAIGN, QUARANTINE, BLOCKADE, STRIKE, INVASION = 0, 1, 2, 3, 4  # forms of force
NONE, FREEZE, SELECTIVE, RUPTURE = 0, 1, 2, 3  # economic rungs
ROUTINE, SURGE, DRILL = 0, 1, 2  # military rungs short of force


@rule
def perceives_success(estimate: float, misperception: float) -> float:
    """The PRC's idea of its chance of taking Taiwan.

    Because its errors last: they belong to the leadership, not to the month. Source: Jervis, Lebow and Stein.
    """
    return scale.clip(estimate + misperception, 0.01, 0.99)


@rule
def perceives_hope(start: float, lost: float, ties_loss: float, official_ties: float) -> float:
    """The PRC's idea of the chance that peaceful unification stays open.

    Because single events (`lost`, points) fade but an official tie stands. Source: claims S16, S7 (E¶1, S¶4, S¶7).
    """
    return scale.clip(start - lost - ties_loss * official_ties, 0.01, 0.99)


@rule
def urge(success: float, price: float, hope: float, crisis: float, window: float) -> float:
    """How many times likelier force is than at the reference, all reasons together (a hazard ratio).

    Each argument is the logarithm of one reason's hazard ratio: perceived success, the price of facing both allies,
    lost hope, a crisis, a closing window. Because they are ratios on one hazard, nothing is counted twice.
    Source: Huth 1988; Leeds 2003; claims N1, S7.
    """
    return math.exp(success + price + hope + crisis + window)


@rule
def chooses_form(quarantine: float, blockade: float, strike: float, u: float) -> int:
    """Quarantine, blockade, strike or seizure, or invasion, in this order.

    Because what is deterred moves to a lesser form: each argument is the probability of that form as the PRC sees it.
    Source: CSIS and INDSR 2024.
    """
    if u < quarantine:
        return QUARANTINE
    if u < quarantine + blockade:
        return BLOCKADE
    if u < quarantine + blockade + strike:
        return STRIKE
    return INVASION


@rule
def escalates(probability: float, u: float) -> bool:
    """The PRC takes a quarantine to blockade, or a blockade or strike to invasion. Source: CSIS 2025."""
    return u < probability


@rule
def strikes_japan(probability: float, u: float) -> bool:
    """The PRC strikes bases in Japan from which US forces fight.

    Because the more useful the bases, the likelier: entrapment. Source: CSIS 2023.
    """
    return u < probability


@rule
def breaks_settlement(probability: float, unlimited_aims: bool, u: float) -> bool:
    """The PRC breaks a settlement made on its own terms, if its aims go further. Source: claim N23 (N¶16)."""
    return unlimited_aims and u < probability


@rule
def goes_for_ryukyus(share: float, unlimited_aims: bool, u: float) -> bool:
    """With Taiwan in hand, an attempt goes for the Ryukyus too, if aims go that far. Source: claim N5 (N¶8)."""
    return unlimited_aims and u < share


@rule
def answers_economically(coercion_odds: float, freeze_or: float, broad_prob: float, u: float) -> int:
    """The PRC answers a step with nothing, a freeze, selective coercion or a rupture.

    Because one luck decides, a step that provokes more never draws less. `coercion_odds` are the odds of selective
    coercion or worse, `freeze_or` how much likelier at least a freeze is, `broad_prob` how often coercion is broad.
    Source: coercion episodes 1995-2026; claims S2, S4.
    """
    coercion = scale.probability(coercion_odds)
    if u < coercion * broad_prob:
        return RUPTURE
    if u < coercion:
        return SELECTIVE
    if u < scale.probability(coercion_odds * freeze_or):
        return FREEZE
    return NONE


@rule
def answers_militarily(surge_prob: float, drill_prob: float, u: float) -> int:
    """The PRC answers with a large drill, a grey-zone surge, or nothing.

    Because large drills became usual only after August 2022. Source: PLA sorties; coercion episodes.
    """
    if u < drill_prob:
        return DRILL
    if u < surge_prob:
        return SURGE
    return ROUTINE


@rule
def presses_economically(share: float, u: float) -> bool:
    """Unprovoked, the PRC presses Japan by detentions or boycotts and not at sea or in the air. Source: claim N24."""
    return u < share
