"""The years after a fall of Taiwan: ten of them on a clock of their own, whenever the fall comes.

They are recorded in trials in which Taiwan falls. Every rate is constant over the ten years, so the expectation of each
result given a fall has a closed form: 1 - exp(-10 × rate) for what happens or not, 10 × rate × size for what adds up.
These expectations are added up beside each trial's results, weighted by the falls to be expected at the moments when
force could begin: the compensators (see `sim.model.month.accumulate`).
"""

from __future__ import annotations

import numpy as np

from sim.model import codes, draws
from sim.model.elementary import exp
from sim.model.rules import japan, prc, us
from sim.model.state import Parameters, Setting, State

YEARS = 10.0
PRESSURE, CLOSURE = np.uint64(draws.name_id("pressure after a fall")), np.uint64(draws.name_id("closed sea lanes"))
ATTEMPT, ARMS = np.uint64(draws.name_id("attempt on islands")), np.uint64(draws.name_id("nuclear decision"))


def rates(state: State, params: Parameters, demands: float) -> tuple[float, float, float]:
    """A year's pressure on Japan, closures of its sea lanes and attempts on its islands.

    Because a PRC that wants more than Taiwan does more of each. Source: claims N12, N3, N4, N24.
    """
    more = params.unlimited_pressure_ratio if state.unlimited == 1 else 1.0
    pressure = params.pressure_on_japan_per_year * demands * params.aftermath_pressure_ratio * more
    attempts = params.seizure_attempts_per_year * params.pacific_reach_ratio * more
    return pressure, params.closure_per_year * more, attempts


def standing(state: State, params: Parameters, fought: bool) -> tuple[float, float, float]:
    """The share of US credibility lost, the chance that the US defends Japan, and Japan's nuclear hazard a year."""
    lost = us.credibility_lost(params.us_credibility_loss_share, params.fought_loss_ratio, fought)
    defends = us.stands_by_japan(params.us_defends_japan_prob, params.us_defends_ties_points * state.after_ties, lost)
    nuclear = japan.nuclear_hazard(
        params.nuclear_decision_per_year, state.log_guarantee, params.us_defends_japan_prob - defends
    )
    return lost, defends, nuclear


def costs(params: Parameters, closed_years: float) -> float:
    """Japan's loss by its sea lanes in the ten years: the way round, and the time for which they are closed."""
    return YEARS * params.reroute_cost_pct + closed_years * params.closure_cost_pct * params.pacific_reach_ratio


def begin(state: State, params: Parameters, setting: Setting) -> None:
    """Taiwan has fallen: the ten years that follow, event by event, with ties as they stood when force began."""
    fought = state.us_in == 1
    pressure, closure, attempt = rates(state, params, state.after_demands)
    lost, defends, nuclear = standing(state, params, fought)
    yields = japan.gives_way_prob(params.concede_prob, params.veto_points)
    granted, clash = pressed(state, params, setting, pressure, yields)
    islands, ryukyus, attacked = attempted(state, params, setting, attempt, defends)
    u = draws.four(setting.seed, state.world, state.luck, ARMS, 0)[0]
    after = state.after
    after[0], after[1] = lost, defends
    after[2] = params.partners_lost_share * (params.fought_loss_ratio if fought else 1.0)
    after[3], after[4] = yields - params.concede_prob, granted
    after[5], after[6] = islands, ryukyus
    after[7] = 1.0 if clash or attacked else 0.0
    after[8] = 1.0 if japan.goes_nuclear(1 - exp(-nuclear * YEARS), u) else 0.0
    after[9], after[10] = costs(params, closed(state, params, setting, closure)), YEARS * params.arming_pct


def pressed(state: State, params: Parameters, setting: Setting, per_year: float, yields: float) -> tuple[float, bool]:
    """Pressure on Japan: how often it gives way, and whether a quarrel in which it does not comes to deaths."""
    granted, clash = 0.0, False
    time, n = 0.0, 0
    while per_year > 0:
        u_wait, u_yields, u_deadly, _ = draws.four(setting.seed, state.world, state.luck, PRESSURE, n)
        time += draws.exponential(u_wait) / per_year
        n += 1
        if time >= YEARS:
            break
        if japan.gives_way(yields, u_yields):
            granted += 1
        elif u_deadly < params.incident_deadly_prob:
            clash = True
    return granted, clash


def attempted(
    state: State, params: Parameters, setting: Setting, per_year: float, defends: float
) -> tuple[float, float, bool]:
    """Attempts on islands: whether any stay seized, the Ryukyus among them, and whether there was one at all."""
    islands, ryukyus = 0.0, 0.0
    time, n = 0.0, 0
    while per_year > 0:
        u_wait, u_where, u_us, u_stands = draws.four(setting.seed, state.world, state.luck, ATTEMPT, n)
        time += draws.exponential(u_wait) / per_year
        if time >= YEARS:
            break
        n += 1
        if not us.defends_japan(defends, u_us) or u_stands < params.seizure_stands_prob:
            islands = 1.0
            if prc.goes_for_ryukyus(params.ryukyu_share, state.unlimited == 1, u_where):
                ryukyus = 1.0
    return islands, ryukyus, n > 0


def closed(state: State, params: Parameters, setting: Setting, per_year: float) -> float:
    """Years for which sea lanes are closed, closures begun within the ten years counted whole."""
    years = 0.0
    time, n = 0.0, 0
    while per_year > 0:
        u_wait, u_months, _, _ = draws.four(setting.seed, state.world, state.luck, CLOSURE, n)
        time += draws.exponential(u_wait) / per_year
        n += 1
        if time >= YEARS:
            break
        years += params.closure_months / codes.MONTHS_A_YEAR * draws.exponential(u_months)
    return years


def expect(state: State, params: Parameters) -> None:
    """Add what would follow the falls expected since this was last done, with ties and demands as they were."""
    falls = state.falls_fought + state.falls_unfought
    if falls > 0:
        pressure, closure, attempt = rates(state, params, state.after_demands)
        yields = japan.gives_way_prob(params.concede_prob, params.veto_points)
        deaths = pressure * (1 - yields) * params.incident_deadly_prob + attempt
        after = state.after_expected
        after[3] += falls * (yields - params.concede_prob)
        after[4] += falls * YEARS * pressure * yields
        after[7] += falls * (1 - exp(-YEARS * deaths))
        after[9] += falls * costs(params, YEARS * closure * params.closure_months / codes.MONTHS_A_YEAR)
        after[10] += falls * YEARS * params.arming_pct
        left_standing(state, params, True, state.falls_fought, attempt)
        left_standing(state, params, False, state.falls_unfought, attempt)
    state.falls_fought, state.falls_unfought = 0.0, 0.0
    state.after_ties, state.after_demands = state.ties_depth_more, state.demand_ratio


def left_standing(state: State, params: Parameters, fought: bool, falls: float, attempt: float) -> None:
    """Add the expectation of what hangs on whether the US fought, times the falls expected."""
    lost, defends, nuclear = standing(state, params, fought)
    seizure = attempt * (1 - defends * (1 - params.seizure_stands_prob))
    after = state.after_expected
    after[0] += falls * lost
    after[1] += falls * defends
    after[2] += falls * params.partners_lost_share * (params.fought_loss_ratio if fought else 1.0)
    after[5] += falls * (1 - exp(-YEARS * seizure))
    if state.unlimited == 1:
        after[6] += falls * (1 - exp(-YEARS * seizure * params.ryukyu_share))
    after[8] += falls * (1 - exp(-YEARS * nuclear))
