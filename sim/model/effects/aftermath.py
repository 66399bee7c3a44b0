"""The years after a fall of Taiwan: ten of them on a clock of their own, whenever the fall comes.

They are told of trials in which Taiwan falls. What they would be on average has a closed form, so that beside each
outcome its expectation at the moments when force could begin is added up too: the compensators.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.model import draws
from sim.model.compiled import rule
from sim.model.rules import japan, prc, us

YEARS = 10.0
PRESSURE, CLOSURE = np.uint64(draws.name_id("pressure after a fall")), np.uint64(draws.name_id("closed sea lanes"))
ATTEMPT, ARMS = np.uint64(draws.name_id("attempt on islands")), np.uint64(draws.name_id("nuclear decision"))


@rule
def rates(w: Any, p: Any, demands: float) -> tuple[float, float, float]:
    """A year's pressure on Japan, closures of its sea lanes and attempts on its islands.

    Because a PRC that wants more than Taiwan does more of each. Source: claims N12, N3, N4, N24.
    """
    more = p.unlimited_pressure_ratio if w.unlimited == 1 else 1.0
    pressure = p.pressure_on_japan_per_year * demands * p.aftermath_pressure_ratio * more
    return pressure, p.closure_per_year * more, p.seizure_attempts_per_year * p.pacific_reach_ratio * more


@rule
def standing(p: Any, fought: bool, ties: float) -> tuple[float, float, float]:
    """The share of US credibility lost, the chance that the US defends Japan, and Japan's nuclear hazard a year."""
    lost = us.credibility_lost(p.us_credibility_loss_share, p.fought_loss_ratio, fought)
    defends = us.stands_by_japan(p.us_defends_japan_prob, p.us_defends_ties_points * ties, lost)
    nuclear = japan.nuclear_hazard(
        p.nuclear_decision_per_year, p.nuclear_hr_guarantee, p.us_defends_japan_prob - defends
    )
    return lost, defends, nuclear


@rule
def costs(p: Any, closed_years: float) -> float:
    """Japan's loss by its sea lanes in the ten years: the way round, and the time for which they are closed."""
    return float(YEARS * p.reroute_cost_pct + closed_years * p.closure_cost_pct * p.pacific_reach_ratio)


@rule
def begin(w: Any, p: Any, c: Any) -> None:
    """Taiwan has fallen: the ten years that follow, event by event, with ties as they stood when force began."""
    fought = w.us_in == 1
    pressure, closure, attempt = rates(w, p, w.after_demands)
    lost, defends, nuclear = standing(p, fought, w.after_ties)
    yields = japan.gives_way_prob(p.concede_prob, p.veto_points)
    granted, clash = pressed(w, p, c, pressure, yields)
    islands, ryukyus, attacked = attempted(w, p, c, attempt, defends)
    u = draws.four(c.seed, w.world, w.luck, ARMS, 0)[0]
    after = w.after
    after[0], after[1] = lost, defends
    after[2] = p.partners_lost_share * (p.fought_loss_ratio if fought else 1.0)
    after[3], after[4] = yields - p.concede_prob, granted
    after[5], after[6] = islands, ryukyus
    after[7] = 1.0 if clash or attacked else 0.0
    after[8] = 1.0 if japan.goes_nuclear(1 - math.exp(-nuclear * YEARS), u) else 0.0
    after[9], after[10] = costs(p, closed(w, p, c, closure)), YEARS * p.arming_pct


@rule
def pressed(w: Any, p: Any, c: Any, per_year: float, yields: float) -> tuple[float, bool]:
    """Pressure on Japan: how often it gives way, and whether a quarrel in which it does not comes to deaths."""
    granted, clash = 0.0, False
    time, n = 0.0, 0
    while per_year > 0:
        u_wait, u_yields, u_deadly, _ = draws.four(c.seed, w.world, w.luck, PRESSURE, n)
        time += draws.exponential(u_wait) / per_year
        n += 1
        if time >= YEARS:
            break
        if japan.gives_way(yields, u_yields):
            granted += 1
        elif u_deadly < p.incident_deadly_prob:
            clash = True
    return granted, clash


@rule
def attempted(w: Any, p: Any, c: Any, per_year: float, defends: float) -> tuple[float, float, bool]:
    """Attempts on islands: whether any stay seized, the Ryukyus among them, and whether there was one at all."""
    islands, ryukyus = 0.0, 0.0
    time, n = 0.0, 0
    while per_year > 0:
        u_wait, u_where, u_us, u_stands = draws.four(c.seed, w.world, w.luck, ATTEMPT, n)
        time += draws.exponential(u_wait) / per_year
        if time >= YEARS:
            break
        n += 1
        if not us.defends_japan(defends, u_us) or u_stands < p.seizure_stands_prob:
            islands = 1.0
            if prc.goes_for_ryukyus(p.ryukyu_share, w.unlimited == 1, u_where):
                ryukyus = 1.0
    return islands, ryukyus, n > 0


@rule
def closed(w: Any, p: Any, c: Any, per_year: float) -> float:
    """Years for which sea lanes are closed, closures begun within the ten years counted whole."""
    years = 0.0
    time, n = 0.0, 0
    while per_year > 0:
        u_wait, u_months, _, _ = draws.four(c.seed, w.world, w.luck, CLOSURE, n)
        time += draws.exponential(u_wait) / per_year
        n += 1
        if time >= YEARS:
            break
        years += p.closure_months / 12 * draws.exponential(u_months)
    return years


@rule
def expect(w: Any, p: Any) -> None:
    """Add what would follow the falls expected since this was last done, with ties and demands as they were."""
    falls = w.falls_fought + w.falls_unfought
    if falls > 0:
        pressure, closure, attempt = rates(w, p, w.after_demands)
        yields = japan.gives_way_prob(p.concede_prob, p.veto_points)
        deaths = pressure * (1 - yields) * p.incident_deadly_prob + attempt
        after = w.after_expected
        after[3] += falls * (yields - p.concede_prob)
        after[4] += falls * YEARS * pressure * yields
        after[7] += falls * (1 - math.exp(-YEARS * deaths))
        after[9] += falls * costs(p, YEARS * closure * p.closure_months / 12)
        after[10] += falls * YEARS * p.arming_pct
        left_standing(w, p, True, w.falls_fought, attempt)
        left_standing(w, p, False, w.falls_unfought, attempt)
    w.falls_fought, w.falls_unfought = 0.0, 0.0
    w.after_ties, w.after_demands = w.ties_depth_more, w.demand_ratio


@rule
def left_standing(w: Any, p: Any, fought: bool, falls: float, attempt: float) -> None:
    """Add the expectation of what hangs on whether the US fought, times the falls expected."""
    lost, defends, nuclear = standing(p, fought, w.after_ties)
    seizure = attempt * (1 - defends * (1 - p.seizure_stands_prob))
    after = w.after_expected
    after[0] += falls * lost
    after[1] += falls * defends
    after[2] += falls * p.partners_lost_share * (p.fought_loss_ratio if fought else 1.0)
    after[5] += falls * (1 - math.exp(-YEARS * seizure))
    if w.unlimited == 1:
        after[6] += falls * (1 - math.exp(-YEARS * seizure * p.ryukyu_share))
    after[8] += falls * (1 - math.exp(-YEARS * nuclear))
