"""Taiwan: whether it fights on, what it dares, what it spends.

Probabilities here are of one decision; `u` is the luck of that decision, uniform between 0 and 1.
"""

from __future__ import annotations

from sim.model.rules import scale


def will(resists: float, points: float, support: float) -> float:
    """How likely Taiwan is to fight on when attacked.

    Because visible support breaks its isolation. Source: INDSR 2024 (67.8 per cent would fight); claim N17 (N¶22).
    """
    return scale.chance(resists + points * support)


def resists(probability: float, u: float) -> bool:
    """Taiwan fights on and does not settle at once. Source: INDSR 2024; claim N17."""
    return u < probability


def weighs_submission(base: float, odds_ratio: float) -> float:
    """How likely Taiwan is to give in to a quarantine or a blockade.

    Because convoys, coast guards, stocks and support that it sees let it hold out (`odds_ratio`, below 1).
    Source: CSIS 2025, Lights Out; Huth and Russett 1984.
    """
    return scale.shifted(base, odds_ratio)


def submits(probability: float, u: float) -> bool:
    """Taiwan gives in to a quarantine or a blockade.

    Because gas lasts ten days, coal seven weeks and oil twenty. Source: CSIS 2025, Lights Out.
    """
    return u < probability


def presses(probability: float, embolden: float, u: float) -> bool:
    """Taiwan goes through with a statement or visit that the PRC will take amiss.

    Because support makes bolder (`embolden`, odds ratio): moral hazard. Source: Benson 2011.
    """
    return u < scale.shifted(probability, embolden)


def builds(probability: float, threat: float, free_riding: float, u: float) -> bool:
    """A new government builds up its defence and does not merely hold it.

    Because large drills at its coast frighten it (`threat`, odds ratio), and others' help tempts it to spend less
    (`free_riding`, points). Source: SIPRI 2025; Benson 2011.
    """
    return u < scale.shifted(probability, threat) - free_riding


def consents(probability: float, u: float) -> bool:
    """A government of Taiwan agrees to open ties with Japan. Source: judgement."""
    return u < probability
