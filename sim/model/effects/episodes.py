"""Episodes of coercion: how long each rung of pressure lasts, and what it costs."""

from __future__ import annotations

from sim.model import codes, trace
from sim.model.elementary import exp
from sim.model.rules import prc, scale
from sim.model.state import Parameters, State

OFFSET = (0, 4, 11, 15)  # where a track's rungs begin in `rung_months`


def first_rate(adaptation_months: float) -> float:
    """The rate at which coercion begins to cost, if its first year costs 1 and trade is redirected as it goes on.

    The rate r falls as r × exp(-t / years), whose integral over the first year is r × years × (1 - exp(-1 / years)).
    """
    years = adaptation_months / codes.MONTHS_A_YEAR / scale.LN_2  # time in which the rate falls to 1 / e
    return 1 / (years * (1 - exp(-1 / years)))


def bear(rate: float, coerced: bool, adapted: float, left: float, half_life: float) -> tuple[float, float]:
    """Cost of some months, in the unit of `rate` a year, and how far trade has been redirected after them.

    Because exporters find other buyers: half of the cost goes every `half_life` months, so that after these months
    the share `left` is left, and the redirection is undone as slowly. Source: Productivity Commission on Australia
    2020-22.
    """
    if not coerced:
        return 0.0, adapted * left
    # The integral of rate × (1 - adapted) × 2^(-time / half_life) over the months, in years.
    cost = rate * (1 - adapted) * (1 - left) * half_life / (codes.MONTHS_A_YEAR * scale.LN_2)
    return cost, 1 - (1 - adapted) * left


def cost_rate(state: State, params: Parameters) -> float:
    """What economic pressure costs Japan a year as it begins, in per cent of GDP, if trade has not been redirected.

    Because a rupture costs all that Japan has at stake, and selective coercion a share of it, so nothing costs more.
    What Japan has other suppliers and buyers for costs it less (`bearing`).
    """
    rung = state.rung[codes.JAPAN_ECONOMIC]
    if rung < prc.SELECTIVE:
        return 0.0
    share = params.ties_cost_share if state.over_ties == 1 else params.selective_cost_share
    return state.first_rate * params.japan_exposure_pct * (1.0 if rung == prc.RUPTURE else share) * state.bearing


def spend(state: State, params: Parameters, track: int, months: float) -> None:
    """Some months pass on the present rung of `track`, at their cost."""
    rung = state.rung[track]
    state.rung_months[OFFSET[track] + rung] += months
    if track == codes.JAPAN_MILITARY or track == codes.TAIWAN_MILITARY:
        return
    coerced = rung >= prc.SELECTIVE
    adapted = state.japan_adapted if track == codes.JAPAN_ECONOMIC else state.taiwan_adapted
    if not coerced and adapted == 0:
        return  # nothing to bear, and nothing to undo
    # Most spells are whole steps, whose share is known.
    left = state.keep_costs if months == state.step else scale.share_left(params.adaptation_months, months)
    if track == codes.JAPAN_ECONOMIC:
        rate = cost_rate(state, params)
        cost, state.japan_adapted = bear(rate, coerced, state.japan_adapted, left, params.adaptation_months)
        state.japan_loss += cost
        state.expected_japan_loss += cost
    else:
        first_year = params.rupture_cost_taiwan_pct if rung == prc.RUPTURE else params.coercion_cost_taiwan_pct
        rate = state.first_rate * first_year
        cost, state.taiwan_adapted = bear(rate, coerced, state.taiwan_adapted, left, params.adaptation_months)
        state.taiwan_loss += cost
        state.expected_taiwan_loss += cost


def hurts(state: State, params: Parameters) -> float:
    """What coercion costs Japan now, in per cent of GDP a year."""
    return cost_rate(state, params) * (1 - state.japan_adapted)


def settle(state: State, params: Parameters, track: int, time: float) -> None:
    """Count what `track` has been through up to `time`; a drill or a campaign that ends leaves the surge beneath it."""
    while state.until[track] <= time:
        if state.until[track] > state.since[track]:
            spend(state, params, track, state.until[track] - state.since[track])
            state.since[track] = state.until[track]
        state.rung[track], state.until[track] = state.milder[track], state.milder_until[track]
        state.milder[track], state.milder_until[track] = 0, codes.NEVER
    if time > state.since[track]:  # what was counted already in this step is not counted again
        spend(state, params, track, time - state.since[track])
        state.since[track] = time


def coerce(state: State, params: Parameters, track: int, rung: int, time: float, months: float) -> bool:
    """Economic pressure: one episode at a time, which begins or rises (then true), or goes on longer.

    Because a quarrel is one thing: a further offence makes it graver or keeps it up, and starts no second one. What is
    answered with trade keeps a rupture up too.
    """
    if state.until[track] <= time:
        settle(state, params, track, time)
    now, end = state.rung[track], time + months
    if rung > now:
        trace.note(state, trace.PRESSURE, time, track, rung, months, 0)
        settle(state, params, track, time)
        state.rung[track] = rung
        if now == 0 or end > state.until[track]:
            state.until[track] = end
        mark(state, track, rung)
        return True
    if now > 0 and (rung == now or rung >= prc.SELECTIVE) and end > state.until[track]:
        state.until[track] = end
    return False


def begin(state: State, params: Parameters, track: int, rung: int, time: float, months: float) -> bool:
    """Military pressure: a drill or a campaign stands above a surge, which goes on beneath it and may go on longer.

    True if it begins or rises, since more of the same starts nothing new.
    """
    settle(state, params, track, time)
    end = time + months
    if rung > state.rung[track]:
        trace.note(state, trace.PRESSURE, time, track, rung, months, 0)
        # A stage of a campaign lasts for ever until the next begins, and does not go on beneath it.
        if state.rung[track] > 0 and state.until[track] < codes.NEVER:
            state.milder[track], state.milder_until[track] = state.rung[track], state.until[track]
        state.rung[track], state.until[track] = rung, end
        mark(state, track, rung)
        return True
    if rung == state.rung[track]:
        if end > state.until[track]:
            state.until[track] = end
    elif rung > state.milder[track] or (rung == state.milder[track] and end > state.milder_until[track]):
        state.milder[track], state.milder_until[track] = rung, end
    return False


def mark(state: State, track: int, rung: int) -> None:
    """Keep the gravest pressure of the trial and of the step."""
    if track == codes.JAPAN_ECONOMIC and rung == prc.RUPTURE:
        state.ruptured = 1
    if rung > state.highest[track]:
        state.highest[track] = rung
    if rung > state.month_high[track]:
        state.month_high[track] = rung


def end(state: State, params: Parameters, track: int, time: float) -> None:
    """The gravest pressure on `track` stops at `time`."""
    settle(state, params, track, time)
    state.until[track] = state.since[track]
    settle(state, params, track, time)
