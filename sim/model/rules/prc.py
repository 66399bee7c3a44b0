"""The People's Republic of China: what it perceives, what it wants, how it answers, when it reaches for force.

Probabilities here are of one decision; `u` is the luck of that decision, uniform between 0 and 1. Motives and grudges
are logarithms of ratios, so that they add up.
"""

from __future__ import annotations

from sim.model.elementary import exp
from sim.model.rules import scale

NO_CAMPAIGN, QUARANTINE, BLOCKADE, STRIKE, INVASION = 0, 1, 2, 3, 4  # forms of force
NONE, FREEZE, SELECTIVE, RUPTURE = 0, 1, 2, 3  # economic rungs
ROUTINE, SURGE, DRILL = 0, 1, 2  # military rungs short of force
DOUBT, CONFIDENCE = 0.01, 0.99  # the least and the most that anyone believes

# What it perceives


def expects_us(willing: float, politics: float, firmness: float, relief: float) -> float:
    """The PRC's idea of how likely the US is to fight for Taiwan.

    Because it reckons as the US itself does, but from what it sees: a name for `firmness` (points) and the help of
    Japan's that is visible (`relief`, odds ratio). Source: Chicago Council polls 2020-25; claim N22 (N¶3, N¶12).
    """
    return scale.shifted(scale.chance(willing + (politics + firmness)), relief)


def expects_japan(base: float, ties: float, firmness: float, interoperability: float, doubt: float) -> float:
    """The PRC's idea of how likely Japan is to fight if it is not struck first.

    Because ties and training are signals of commitment, believed or not, true or not, because Japan has a name for
    standing firm or for backing down, and because assurances may look like weakness (`doubt`; all in points).
    Source: CSIS 2023; Kuo, Hunzeker and Christopher 2024; claims N1, S12.
    """
    return scale.chance(base + (ties + firmness + interoperability) - doubt)


def expects_both(us_comes: float, bases: float, japan_fights: float) -> float:
    """The PRC's idea of its chance to meet US and Japanese forces together.

    Because Japan by choice fights only beside a US that fights from bases in Japan. Source: CSIS 2023; claim N1.
    """
    return scale.chance(us_comes * bases * japan_fights)


def perceives_success(estimate: float, misperception: float) -> float:
    """The PRC's idea of its chance of taking Taiwan.

    Because its errors last: they belong to the leadership, not to the month. Source: Jervis, Lebow and Stein.
    """
    return scale.clip(estimate + misperception, DOUBT, CONFIDENCE)


def revises(belief: float, estimate: float, share: float) -> float:
    """The PRC's belief moves by a share of the way towards the latest estimate.

    Because reports climb slowly in a hierarchy and plans are kept. Source: judgement.
    """
    return belief + (estimate - belief) * share


def fears_failure(success: float, deployed: float, points: float, at_stake: float) -> float:
    """In a crisis, US forces in sight (`deployed`, 0 or 1) lower the PRC's idea of its chance of success at once.

    Because they make it likelier by so many `points` that the US comes, and `at_stake` is what it takes away if so.
    Source: ICB 415 (the crisis of 1996).
    """
    return scale.chance(success - deployed * points * at_stake)


def fears_both(joint: float, deployed: float, points: float, us_comes: float) -> float:
    """In a crisis, US forces in sight (`deployed`, 0 or 1) raise the PRC's idea of meeting both allies at once.

    Because that chance grows as the chance that the US comes does. Source: ICB 415 (the crisis of 1996).
    """
    return scale.chance(joint * (1 + deployed * points / us_comes))


def believes_assurances(seen: float, official_ties: float) -> float:
    """How far the PRC believes assurances, as `seen` by it (a share), that Taiwan's status is not to change.

    Because words count as far as acts do not belie them: each official tie more than at the reference takes its part.
    Source: Kydd 2005; Glaser, Weiss and Christensen 2024.
    """
    return seen * scale.clip(1 - official_ties, 0.0, 1.0)


def perceives_hope(start: float, lost: float, ties_loss: float, official_ties: float, assured: float) -> float:
    """The PRC's idea of the chance that peaceful unification stays open.

    Because single events (`lost`, points) fade but an official tie stands, and so do assurances while they are given
    and believed (`assured`, points). Source: Glaser, Weiss and Christensen 2024; claims S16, S7 (S¶4, S¶7).
    """
    return scale.clip(start - lost - ties_loss * official_ties + assured, DOUBT, CONFIDENCE)


# What moves it to force


def heeds_motive(nature: float, cross_share: float) -> float:
    """How far the leadership responds to a motive: in full to its own (`nature` 1), in part to the other (0).

    Because an opportunist acts when it can win and a patient leadership when it despairs, and none is either alone.
    Source: judgement.
    """
    return nature + (1 - nature) * cross_share


def sees_opportunity(log_ratio: float, heed: float, success: float, reference: float) -> float:
    """How much a better chance of success than at the reference speaks for force.

    Because the balance on the spot decides whether deterrence holds. Source: Huth 1988; Huth and Russett 1984.
    """
    return log_ratio * heed * (success - reference)


def fears_price(log_ratio: float, joint: float, reference: float) -> float:
    """How much the prospect of facing both allies speaks against force.

    Because certainty deters: on log-odds, as `reference` is, the last points before it weigh most (N¶3).
    Source: Leeds 2003; claim N1.
    """
    return log_ratio * (scale.log_odds(joint) - reference)


def despairs(log_ratio: float, heed: float, ideology: float, hope: float, reference: float) -> float:
    """How much lost hope of peaceful unification speaks for force.

    Because who can no longer wait acts, but for the share of its motive that is `ideology` and no hope can calm.
    Source: ChinaPower 2022; claims S7, N20.
    """
    return log_ratio * heed * (1 - ideology) * (reference - hope)


def urge(success: float, price: float, hope: float, crisis: float) -> float:
    """How many times likelier force is than at the reference, all reasons together (a hazard ratio).

    Each argument is the logarithm of one reason's hazard ratio: perceived success, the price of facing both allies,
    lost hope, a crisis. Because they are ratios on one hazard, nothing is counted twice.
    Source: Huth 1988; Leeds 2003; claims N1, S7.
    """
    return exp(success + price + hope + crisis)


def dares(log_ratio: float, success: float, reference: float) -> float:
    """How many times the reference's odds the PRC has to prefer a graver form of force to the next lesser one.

    Because it dares more where it sees a better chance of success. Source: CSIS and INDSR 2024; judgement.
    """
    return exp(log_ratio * (success - reference))


def weighs_forms(quarantine: float, blockade: float, invasion: float, daring: float) -> tuple[float, float, float]:
    """How likely the PRC would choose a quarantine, a blockade, or a strike or seizure; else it invades.

    Because the odds of each graver form against the next lesser one rise by one ratio (`daring`): what is deterred
    moves to a lesser form. The first three are shares at the reference: of quarantines in all, of blockades among the
    rest, of invasions among what is then left. Source: CSIS and INDSR 2024; judgement.
    """
    rest = (1 - quarantine) * daring
    blockades = rest * blockade
    rest = rest * (1 - blockade) * daring
    strikes, invasions = rest * (1 - invasion), rest * invasion * daring
    total = quarantine + blockades + strikes + invasions
    return quarantine / total, blockades / total, strikes / total


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


# How it weighs what others do


def resents_ties(quiet: float, civil: float, military: float, line: float, defence: float, openness: float) -> float:
    """How likely the PRC is to coerce over a step of Japan's with Taiwan, by what kind of step it is (log-odds).

    Because crossing the line of 1972 (`line`, a share) in the open leads from `quiet` to `civil`, and on to `military`
    the more it is about `defence`. Source: steps of 2005-2026 in the record; claims S2 (S¶2), S13 (S¶7).
    """
    return quiet + openness * line * (civil - quiet + defence * (military - civil))


def learns(conceded: bool, firm: bool, success: float, failure: float) -> float:
    """What Japan's response to coercion teaches the PRC of the next one's odds (log odds ratio).

    Because a concession shows that coercion works (`success`), and firmness that it costs the PRC trade and good will
    for nothing (`failure`); who goes on quietly shows neither. Source: Reynolds and Goodman 2023; N¶20.
    """
    return success if conceded else failure if firm else 0.0


def weighs_step(kind: float, combat: float, habit: float, anger: float, trade: float, lesson: float) -> float:
    """The odds that the PRC coerces over a step or a dispute, all reasons together.

    Each argument is the logarithm of one reason's odds or odds ratio: the kind of step, its combat role, how often it
    has been taken before, anger over earlier ones, the trade that coercion would put at risk, and what earlier
    coercion has taught. Because they are ratios on common odds, nothing is counted twice.
    Source: coercion episodes 1995-2026; claims S9, N13.
    """
    return exp(kind + (combat + habit) + anger + (trade + lesson))


def grows_angry(anger: float, offence: float, provocation: float) -> float:
    """The PRC's anger after an offence (a share of all it could feel), if `provocation` counts.

    Because anger is a feeling that fills up: each offence takes its share of what is left. Source: claim S18.
    """
    return anger + offence * (1 - anger) * provocation


def drill_chance(usual: bool, probability: float, before_ratio: float) -> float:
    """How likely the PRC is to answer Taiwan with a large drill.

    Because they have become usual since August 2022. Source: coercion episodes.
    """
    return probability if usual else probability * before_ratio


def presses_more(demands: float, conceded: float, learning: float) -> float:
    """How often the PRC presses Japan once it has backed down (a ratio to the usual rate), if `learning` counts.

    Because a demand that was granted invites the next. Source: claim S8.
    """
    return demands + (conceded - demands) * learning


def answers_economically(coercion_odds: float, freeze_or: float, u: float) -> int:
    """The PRC answers a step with nothing, a freeze or selective coercion.

    Because one luck decides, a step that provokes more never draws less. `coercion_odds` are the odds of selective
    coercion, `freeze_or` how much likelier at least a freeze is. Source: coercion episodes 1995-2026; claim S2.
    """
    if u < scale.probability(coercion_odds):
        return SELECTIVE
    if u < scale.probability(coercion_odds * freeze_or):
        return FREEZE
    return NONE


def relents(months: float, share: float, conceded: bool) -> float:
    """How many months longer the PRC coerces a country that has conceded, or has not.

    Because it coerces in order to be given way to: then only a `share` of what was to come is left.
    Source: Japan 2010, Mongolia 2016, South Korea 2017 (Reynolds and Goodman 2023).
    """
    return months * share if conceded else months


def breaks_off(per_year: float, anger: float) -> float:
    """How often a year the PRC breaks off trade with a country that it already coerces.

    Because a rupture costs the PRC itself, it comes out of a quarrel under way and not out of the blue; anger (a log
    hazard ratio) makes it likelier. Source: none in about 31 coerced years (Reynolds and Goodman 2023); claim S4 (S¶2).
    """
    return per_year * exp(anger)


def turns_critical(probability: float, anger: float, race: float, guards: float, u: float) -> bool:
    """A large drill, a surge or a dangerous encounter becomes a crisis.

    Because angry leaders read the worst into what happens, and sides that arm against each other leave no margin; coast
    guards that stand in for forces may leave some (`anger`, `race` and `guards`, log odds ratios).
    Source: Gibler, Rider and Hutchison 2005; Jervis 1976; Morris 2017; claim S18 (S¶1).
    """
    return u < scale.shifted(probability, scale.ratio(anger + race + guards))


def wants_arms(reading: float, ties: float, response: float, effort: float) -> float:
    """How far above trend the PRC wants its military spending (per cent).

    Because it arms against official ties (`ties`, with its reading of them in it) and against what Japan and Taiwan
    spend above trend (`effort`, of which it adds the share `response`), read as more hostile than it is (`reading`, a
    ratio). Source: Richardson 1960; Jervis 1976; Christensen 1999; claims S6 (S¶3), S3 (S¶2).
    """
    return ties + reading * response * effort


def answers_militarily(surge_prob: float, drill_prob: float, u: float) -> int:
    """The PRC answers with a large drill, a grey-zone surge, or nothing.

    Because large drills became usual only after August 2022. Source: PLA sorties; coercion episodes.
    """
    if u < drill_prob:
        return DRILL
    if u < surge_prob:
        return SURGE
    return ROUTINE


def presses_economically(share: float, u: float) -> bool:
    """Unprovoked, the PRC presses Japan by detentions or boycotts and not at sea or in the air. Source: claim N24."""
    return u < share


# In the East China Sea


def urge_at_sea(anger: float, guarantee: float, guard: float) -> float:
    """How many times likelier than at the reference the PRC uses force at Japan, outside a war over Taiwan.

    Because anger seeks an outlet, and because it shies from a Japan that it thinks the US would defend (`guarantee`)
    and that guards its waters itself (`guard`; all three log hazard ratios). Source: Johnson and Leeds 2011; judgement.
    """
    return exp(anger + guarantee + guard)


def weighs_seizure(share: float, log_ratio: float, guarantee: float) -> float:
    """How likely such force is to seize an islet, and not a clash at sea or in the air.

    Because the graver form is dared where the US is thought likelier to stand aside (`guarantee`, points of its will
    over the usual; `log_ratio` as for force at Taiwan). Source: Fravel 2008; judgement.
    """
    return scale.shifted(share, scale.ratio(-log_ratio * guarantee))


def seizes_islet(probability: float, u: float) -> bool:
    """The PRC seizes an islet of Japan's. Source: Hornung 2020."""
    return u < probability


# In a war


def sees_bases_matter(log_ratio: float, certainty: float, usual: float) -> float:
    """How many times the usual odds the PRC has to threaten Japan over bases, by how surely it will meet the US there.

    Because a threat is worth something only if the bases would be used against it (`certainty`, a probability).
    Source: Shugart and Gonzalez 2017.
    """
    return exp(log_ratio * (certainty - usual))


def weighs_threat(base: float, stake: float, firmness: float) -> float:
    """How likely the PRC is to threaten Japan should it open its bases, as it reaches for force.

    Because a threat is worth more the surer it is that the US will fight from there (`stake`, odds ratio), and less
    against a Japan with a name for `firmness` (points). Source: JIIA 2022; judgement.
    """
    return scale.chance(scale.shifted(base, stake) - firmness)


def threatens_japan(probability: float, u: float) -> bool:
    """The PRC threatens Japan should it open its bases. Source: JIIA 2022."""
    return u < probability


def weighs_escalation(base: float, contest: float, daring: float) -> float:
    """How likely the PRC is to take its campaign to the next graver form when the lesser one has not been enough.

    Because those who contest it (`contest`, odds ratio) leave it to climb or to lose face, and because it climbs where
    it sees a better chance of success (`daring`, odds ratio). Source: CSIS 2025.
    """
    return scale.shifted(base, contest * daring)


def escalates(probability: float, u: float) -> bool:
    """The PRC takes a quarantine to blockade, or a blockade or strike to invasion. Source: CSIS 2025."""
    return u < probability


def weighs_first_strike(base: float, log_ratio: float, gain: float, usual: float, usefulness: float) -> float:
    """How likely the PRC is to strike bases in Japan as it invades, before the US has fought.

    Because it strikes where that pays: `gain` is its chance of success if it strikes, with surprise, a US that comes
    more surely and a Japan at war, less that if it waits. Useful bases draw fire as well (`usefulness`, odds ratio).
    Source: Shugart and Gonzalez 2017; CSIS 2023.
    """
    return scale.shifted(base, exp(log_ratio * (gain - usual)) * usefulness)


def strikes_first(probability: float, u: float) -> bool:
    """The PRC strikes bases in Japan first. Source: Shugart and Gonzalez 2017; Defense Priorities 2025."""
    return u < probability


def strikes_japan(probability: float, u: float) -> bool:
    """The PRC strikes bases in Japan from which US forces fight.

    Because the more useful the bases, the likelier: entrapment. Source: CSIS 2023.
    """
    return u < probability


def breaks_settlement(probability: float, unlimited_aims: bool, u: float) -> bool:
    """The PRC breaks a settlement made on its own terms, if its aims go further. Source: claim N23 (N¶16)."""
    return unlimited_aims and u < probability


def goes_for_ryukyus(share: float, unlimited_aims: bool, u: float) -> bool:
    """With Taiwan in hand, an attempt goes for the Ryukyus too, if aims go that far. Source: claim N5 (N¶8)."""
    return unlimited_aims and u < share
