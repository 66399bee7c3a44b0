"""Japan: how far it goes, what it does when coerced, and whether it fights.

Probabilities here are of one decision; `u` is the luck of that decision, uniform between 0 and 1.
"""

from __future__ import annotations

from sim.model.elementary import exp, log
from sim.model.rules import scale

SUSPEND, QUIETEN, CONTINUE, ADVANCE = 0, 1, 2, 3  # what it may do when coerced


def support(base: float, shift: float, swing: float) -> float:
    """The share of the public that accepts open defence ties.

    Because coercion rallies or frightens for a while (`swing`). Source: Kyodo 2025, Asahi 2023; claim N11 (N¶14).
    """
    return scale.chance(base + shift + swing)


def goes_on(support: float, elite_gap: float, business: float, needed: float) -> bool:
    """The cabinet takes ties with Taiwan further this month.

    Because it moves only with enough support of its own, which stays behind the public's and gives under `business`
    pressure, when coercion hurts. Source: claims N11 (N¶14), N15 (N¶19).
    """
    return support - elite_gap - business >= needed


def wavers(odds_ratio: float, reference: float, support: float, resilience: float) -> float:
    """How many times the usual odds Japan has to give way under coercion (an odds ratio).

    Because a government that the public does not back gives way sooner: `odds_ratio` is that for ten points of
    support less than at the `reference`. One whose trade can bear it gives way later (`resilience`, an odds ratio).
    Source: Cha 2023; judgement.
    """
    return exp(log(odds_ratio) * scale.PER_TEN_POINTS * (reference - support)) * resilience


def responds(concede_prob: float, support_or: float, quieten_or: float, advance_prob: float, u: float) -> int:
    """Coerced by the PRC, Japan suspends, quietens, continues or advances.

    Because one luck decides, weaker support (`support_or`, odds ratio) moves the choice one way only.
    Source: one of five coerced cases ended in concession, some in part; CSIS 2023.
    """
    if u < scale.shifted(concede_prob, support_or):
        return SUSPEND
    gives_way = scale.shifted(concede_prob, support_or * quieten_or)
    if u < gives_way:
        return QUIETEN
    if u < 1 - (1 - gives_way) * advance_prob:
        return CONTINUE
    return ADVANCE


def earns_firmness(response: int, points: float) -> float:
    """What Japan's response does to its name for standing firm (points).

    Because suspending ties shows that coercion works and going on shows that it does not; going on quietly shows
    neither. Source: Weisiger and Yarhi-Milo 2015; Press 2005.
    """
    if response == SUSPEND:
        return -points
    if response == QUIETEN:
        return 0.0
    return points


def wants_effort(alarm: float, response: float, reading: float, buildup: float) -> float:
    """How far above trend Japan and Taiwan want their military spending (per cent).

    Because each show of PRC force in answer to a step of Japan's alarms for good (`alarm`), and what the PRC spends
    above trend (`buildup`) is matched by the share `response`, read as more hostile than it is (`reading`, a ratio).
    Source: Richardson 1960; Jervis 1976; SIPRI 2025.
    """
    return alarm + response * reading * buildup


def backs_consent(log_ratio: float, support: float, reference: float) -> float:
    """How many times the reference's odds Japan has to open its bases, by what its public thinks (an odds ratio).

    Because prior consultation is a political decision. Source: Asahi 2023; JPRI 2022; judgement.
    """
    return exp(log_ratio * (support - reference))


def weighs_bases(base: float, firmness: float, odds_ratio: float) -> float:
    """How likely Japan is to let US forces fight from its bases.

    Because it is a decision of its own each time: the form of force, its public and whether the PRC has threatened it
    move the odds (`odds_ratio`), and who stood firm before stands firm again (`firmness`, points).
    Source: CSIS 2023, 2025; JIIA 2022; claim S10 (S¶5).
    """
    return scale.shifted(scale.chance(base + firmness), odds_ratio)


def permits_bases(probability: float, u: float) -> bool:
    """Japan lets US forces fight from bases in Japan.

    Because Article VI provides for it, with prior consultation. It is asked again at each graver form of force, with
    the same luck. Source: CSIS 2023; claim S10 (S¶5).
    """
    return u < probability


def readiness_to_convoy(base: float, readiness: float, training: float) -> float:
    """How likely Japan's coast guard is to join a US convoy through a quarantine.

    Because a Japan readier to fight (`readiness`, points over the usual) is readier for less, and coast guards that
    know Taiwan's have less to arrange (`training`, points). Source: CSIS and INDSR 2024; CSIS 2025.
    """
    return scale.chance(base + readiness + training)


def joins_convoy(probability: float, u: float) -> bool:
    """Japan's coast guard joins a US convoy. Source: CSIS and INDSR 2024."""
    return u < probability


def readiness_to_fight(base: float, points: float, tripwire: float) -> float:
    """How likely Japan is to fight if it is not struck first.

    Because those who trained together find it harder to stand aside (`points`, from ties and from interoperability),
    and because officers and escorts on the spot are in it from the first hour (`tripwire`, odds ratio).
    Source: CSIS 2023 base case; Schelling 1966; claims N1, S12.
    """
    return scale.shifted(scale.chance(base + points), tripwire)


def readiness_to_protect(fight: float, protect: float) -> float:
    """How likely Japan is to protect US ships and sweep mines, or to do more, if it is not struck first.

    Because the law of 2015 knows a step between rear-area support and combat: of those that would not `fight`, a part
    takes it (`protect`). Source: Legislation for Peace and Security 2015; Asahi 2023.
    """
    return fight + (1 - fight) * protect


def protects(probability: float, u: float) -> bool:
    """Japan's forces protect US ships and sweep mines at least; the same luck decides whether they fight.

    Source: Legislation for Peace and Security 2015.
    """
    return u < probability


def fights(struck: bool, probability: float, u: float) -> bool:
    """Japan's forces fight: always if struck, else by choice. Source: CSIS 2023; Asahi 2023."""
    return struck or u < probability


def readiness_at_sea(base: float, ready: float, usual: float) -> float:
    """How likely Japan's forces are to fight back when the PRC uses force at Japan, by the kind of force (`base`).

    Because a Japan readier than usual to fight beside the US, by ties and training, is readier here too.
    Source: Hornung 2020; judgement.
    """
    return scale.chance(base + ready - usual)


def fights_at_sea(probability: float, u: float) -> bool:
    """Japan's forces fight back. Source: Self-Defense Forces Act, Article 76; Hornung 2020."""
    return u < probability


def gives_way_prob(concede: float, veto: float) -> float:
    """How likely Japan is to give way to pressure after a fall of Taiwan.

    Because a PRC on Taiwan has it by the throat (`veto`, points). Source: claim N2 (N¶4).
    """
    return scale.chance(concede + veto)


def gives_way(probability: float, u: float) -> bool:
    """Pressed after a fall, Japan grants the demand. Source: claim N2 (N¶4)."""
    return u < probability


def nuclear_hazard(base: float, log_ratio: float, lost: float) -> float:
    """Chance a year that Japan decides for nuclear weapons after a fall.

    Because a guarantee holds allies back: what is `lost` from it multiplies the hazard (`log_ratio` for all of it).
    Source: Bleek and Lorber 2014; Debs and Monteiro 2017; claim N10 (N¶13).
    """
    return base * exp(log_ratio * lost)


def goes_nuclear(probability: float, u: float) -> bool:
    """Japan decides for nuclear weapons of its own within the ten years. Source: claim N10 (N¶13)."""
    return u < probability
