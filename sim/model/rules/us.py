"""The United States: whether it comes, what it signals, what it agrees to.

Probabilities here are of one decision; `u` is the luck of that decision, uniform between 0 and 1.
"""

from __future__ import annotations

from sim.model.rules import scale

NOTHING, TRANSIT, ARMS = 0, 1, 2  # signals


def willingness(willing: float, politics: float, relief: float) -> float:
    """How likely the US is to fight for Taiwan against an invasion.

    Because presidents differ (`politics`, points), and because an ally who helps eases the load (`relief`, odds ratio).
    Source: Chicago Council polls 2020-25; claim N22 (N¶3, N¶12).
    """
    return scale.shifted(scale.chance(willing + politics), relief)


def politics(shift: float, swing: float, points: float, overstretched: bool) -> float:
    """How much more willing to fight than usual this US is, before it counts what allies do (points).

    Because presidents differ (`swing`), and a US tied down elsewhere has less to spare (`points` off).
    Source: Chicago Council polls; N¶12.
    """
    return shift + swing - (points if overstretched else 0.0)


def intervenes(probability: float, u: float) -> bool:
    """The US fights.

    Because the same luck is kept through escalation, one who came to a blockade's aid also meets the invasion.
    Source: CSIS 2023, 2025.
    """
    return u < probability


def resolves_after_attack(probability: float, odds_ratio: float) -> float:
    """How likely the US is to fight once its bases in Japan have been struck.

    Because its dead and Japan's treaty leave it little choice. Source: treaty of 1960; Schelling 1966.
    """
    return scale.shifted(probability, odds_ratio)


def convoys(probability: float, u: float) -> bool:
    """The US leads ships through a quarantine of Taiwan and does not wait.

    Because who would fight for Taiwan would also risk less for it: the probability is a part of its willingness.
    Source: CSIS and INDSR 2024; CSIS 2024.
    """
    return u < probability


def credibility_lost(loss: float, fought_ratio: float, fought: bool) -> float:
    """The share of its credibility that the US loses when Taiwan falls.

    Because who did not even fight is believed less (`fought_ratio`, for one who did).
    Source: Weisiger and Yarhi-Milo 2015; claim N7 (N¶11).
    """
    return scale.clip(loss * fought_ratio, 0.0, 1.0) if fought else loss


def stands_by_japan(base: float, points: float, lost: float) -> float:
    """How likely the US is to defend Japan once Taiwan has fallen.

    Because a Japan that carried a share earns it (`points`), and lost credibility takes its share.
    Source: claims N9 (N¶12), N7 (N¶11).
    """
    return scale.chance(base + points) * (1 - lost)


def readiness_at_sea(base: float, willing: float, usual: float) -> float:
    """How likely the US is to fight for a Japan that fights back against force at itself, outside a war over Taiwan.

    Because the treaty of 1960 binds it (`base`), and who is readier than usual to fight for Taiwan is readier here.
    Source: treaty of 1960, Article V; judgement.
    """
    return scale.chance(base + willing - usual)


def defends_japan(probability: float, u: float) -> bool:
    """The US fights for islands of Japan's that the PRC attacks. Source: treaty of 1960, Article V."""
    return u < probability


def shows_resolve(usual: float, willing: float, usual_willing: float) -> float:
    """How likely the US is to show itself, at its usual chance, if it is as willing to fight as it now is.

    Because who would rather fight also shows it sooner: the odds of both go up and down together. Source: ICB 415 (two
    carrier groups in 1996); Fearon 1997.
    """
    return scale.shifted(usual, scale.odds(scale.chance(willing)) / scale.odds(scale.chance(usual_willing)))


def deploys(probability: float, u: float) -> bool:
    """The US sends forces in sight of the PRC when a crisis begins.

    Because seen resolve is what deters, and a willing US has it to show. Source: ICB 415.
    """
    return u < probability


def answers_drill(probability: float, u: float) -> bool:
    """The US sails through the Strait after a large drill at Taiwan.

    Because an unanswered show of force looks like consent. Source: transits after the drills since 2022.
    """
    return u < probability


def signals(arms_prob: float, transit_prob: float, u: float) -> int:
    """The US uses an occasion to sell arms, to sail through the Strait, or lets it pass.

    Because the order is fixed, a likelier arms sale replaces a transit. Source: PLA sorties after 41 transits.
    """
    if u < arms_prob:
        return ARMS
    if u < arms_prob + (1 - arms_prob) * transit_prob:
        return TRANSIT
    return NOTHING


def integrates(probability: float, u: float) -> bool:
    """An administration goes on with the agreements between staffs on which integration with Japan rests.

    Because what headquarters share, staffs must agree on first, and an administration may have other cares.
    Source: Guidelines of 1997 and 2015; the joint headquarters announced in 2024.
    """
    return u < probability


def needs_help(overstretched: bool, ratio: float) -> float:
    """How many times its usual weight an ally's help has with the US. Because an overstretched US needs it; N¶12."""
    return ratio if overstretched else 1.0


def consents(probability: float, need: float, u: float) -> bool:
    """An administration lets its forces take part in what Japan does with Taiwan.

    Because relief work, Guam training, missile defence and escorts are done with the US (N¶23-25), and a US that
    needs help (`need`, odds ratio) is gladder of them (N¶12). Source: judgement.
    """
    return u < scale.shifted(probability, need)
