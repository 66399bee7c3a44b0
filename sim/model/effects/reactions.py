"""What a step or an event provokes: the PRC's answers on four tracks, anger, and Japan's response to coercion."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.model import codes, draws
from sim.model.compiled import rule
from sim.model.effects import episodes
from sim.model.rules import japan, prc, scale, us

ANSWER, DURATION = np.uint64(draws.name_id("answer")), np.uint64(draws.name_id("duration"))
RESPONSE, CRISIS = np.uint64(draws.name_id("response")), np.uint64(draws.name_id("crisis"))


@rule
def lasts(median: float, spread: float, u: float) -> float:
    """How long an episode lasts, in the unit of `median`: log-logistic, so a few last very long."""
    return median * math.exp(spread * scale.log_odds(u))


@rule
def goes_on(median: float, spread: float, lasted: float, u: float) -> float:
    """How much longer an episode lasts that has lasted already for `lasted`: the same law, given that."""
    past = math.exp(math.log(lasted / median) / spread) if lasted > 0 else 0.0  # odds of having ended by then
    return median * math.exp(spread * math.log((past + u) / (1 - u))) - lasted


@rule
def begin_crisis(w: Any, p: Any, c: Any, time: float) -> None:
    """A crisis begins: time is short and war likelier for a while, and the US may deploy."""
    u_months, u_deploy, _, _ = draws.four(c.seed, w.world, w.luck, CRISIS, w.crises)
    if w.crises == 0:
        w.first_crisis = time
    w.crises += 1
    until = time + p.crisis_months * draws.exponential(u_months)
    if time >= w.crisis_until:
        w.deployed = 0.0  # what was sent for an earlier crisis has gone home
    if us.deploys(p.us_deploys_prob, u_deploy):
        w.deployed = 1.0
    if until > w.crisis_until:
        w.crisis_until = until


@rule
def drill(w: Any, p: Any, c: Any, time: float, u: float) -> None:
    """A large drill at Taiwan or Japan, which now and then becomes a crisis."""
    if u < p.drill_crisis_prob:
        begin_crisis(w, p, c, time)


@rule
def respond(w: Any, p: Any, c: Any, time: float, over_ties: bool) -> None:
    """Coerced, Japan suspends, quietens, continues or advances; reputation follows, and the public rallies or not."""
    u = draws.four(c.seed, w.world, w.luck, RESPONSE, w.answers)[0]
    support_or = math.exp(math.log(p.concede_or_support) * 10 * (p.reference_support - w.support))
    choice = japan.responds(p.concede_prob, support_or, p.quieten_or, p.advance_prob, u)
    if over_ties and c.when_coerced > 0:
        choice = c.when_coerced - 1
    w.support_swing += p.rally_points
    if choice == japan.SUSPEND:
        w.backed_down = 1
        w.firmness -= p.firmness_points * c.on_learning
        w.demand_ratio += (p.concession_pressure_ratio - w.demand_ratio) * c.on_learning
    elif choice != japan.QUIETEN:
        w.firmness += p.firmness_points * c.on_learning
    if over_ties:
        w.posture = choice
        w.posture_until = time + p.suspension_months
        w.moving = 1


@rule
def at_japan(w: Any, p: Any, c: Any, odds: float, severity: float, over_ties: bool, time: float, key: int) -> None:
    """The PRC answers Japan, economically and militarily, a step or dispute with these odds of economic coercion."""
    u_economic, u_military, u_crisis, _ = draws.four(c.seed, w.world, w.luck, ANSWER, 2 * key)
    broad = p.broad_coercion_prob if over_ties else p.broad_dispute_prob
    economic = prc.answers_economically(odds, p.freeze_or, broad, u_economic)
    surge = scale.probability(odds * p.surge_or)
    military = prc.answers_militarily(surge, surge * p.japan_drill_share, u_military)
    if economic > 0 or military > 0:
        u, v, _, _ = draws.four(c.seed, w.world, w.luck, DURATION, 2 * key)
        months = lasts(p.economic_duration_months, p.duration_spread, u)
        episodes.begin(w, p, c, codes.JAPAN_ECONOMIC, economic, time, months, severity)
        median = p.drill_duration_months if military == prc.DRILL else p.surge_duration_months
        months = lasts(median, p.duration_spread, v)
        episodes.begin(w, p, c, codes.JAPAN_MILITARY, military, time, months, 1.0)
        if military == prc.DRILL:
            drill(w, p, c, time, u_crisis)
    anger = scale.probability(odds)
    w.anger += anger * (1 - w.anger) * c.on_provocation
    if economic >= prc.SELECTIVE:
        w.answers += 1
        respond(w, p, c, time, over_ties)


@rule
def at_taiwan(
    w: Any, p: Any, c: Any, odds: float, broad: float, surge: float, drills: float, time: float, key: int
) -> None:
    """The PRC answers Taiwan: economically by `odds` of coercion, militarily by the chances of surge and drill."""
    u_economic, u_military, u_crisis, _ = draws.four(c.seed, w.world, w.luck, ANSWER, 2 * key + 1)
    economic = prc.answers_economically(odds, p.freeze_or, broad, u_economic)
    military = prc.answers_militarily(surge, drills, u_military)
    if economic > 0 or military > 0:
        u, v, _, _ = draws.four(c.seed, w.world, w.luck, DURATION, 2 * key + 1)
        months = lasts(p.economic_duration_months, p.duration_spread, u)
        episodes.begin(w, p, c, codes.TAIWAN_ECONOMIC, economic, time, months, 1.0)
        months = lasts(p.taiwan_surge_duration_months, p.taiwan_surge_spread, v)
        if military == prc.DRILL:
            months = lasts(p.drill_duration_months, p.duration_spread, v)
        episodes.begin(w, p, c, codes.TAIWAN_MILITARY, military, time, months, 1.0)
        if military == prc.DRILL:
            drill(w, p, c, time, u_crisis)


@rule
def drill_chance(w: Any, p: Any, c: Any) -> float:
    """The chance that a Taiwan trigger draws a large drill, before or after drills became usual."""
    return float(p.drill_prob if w.regime > 0 else p.drill_prob * p.drill_before_2022_ratio)


@rule
def step(w: Any, p: Any, c: Any, lever: int, depth: float, openness: float, time: float, key: int) -> None:
    """Japan takes a step that is seen: the PRC answers by how official, how warlike, how open and how new it is."""
    if c.on_provocation == 0:
        return
    ties = c.needs_taiwan[lever] > 0 or (c.package[lever] == codes.EXTRAS and c.official[lever] > 0)
    if ties:
        log_odds = w.log_quiet + openness * c.official[lever] * (w.log_official - w.log_quiet)
        log_odds += w.log_hostility + openness * w.log_face
    elif c.package[lever] == codes.STANDING:
        log_odds = w.log_quiet
    else:
        log_odds = w.log_alliance
    log_odds += c.combat[lever] * depth * w.log_combat + w.repeats[lever] * w.log_habit
    log_odds += w.anger * w.log_anger
    share = c.japan_trade_share + c.japan_trade_drift * time / 12
    log_odds += w.log_trade * 10 * (share - c.reference_trade)
    odds = math.exp(log_odds)
    w.repeats[lever] += 1
    at_japan(w, p, c, odds, p.severity_ratio if ties else 1.0, ties, time, key)
    if ties:
        spilled = odds * p.taiwan_spill_or
        surge = scale.probability(spilled)
        drills = surge * drill_chance(w, p, c)
        at_taiwan(w, p, c, spilled * p.spill_trade_or, p.broad_coercion_prob, surge, drills, time, key)
