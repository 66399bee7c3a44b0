"""Episodes of coercion: how long each rung of pressure lasts, and what it costs."""

from __future__ import annotations

import math
from typing import Any

from sim.model import codes
from sim.model.compiled import rule
from sim.model.rules import prc

OFFSET = (0, 4, 11, 15)  # where a track's months begin in `rung_months`


@rule
def first_rate(adaptation_months: float) -> float:
    """The rate at which coercion begins to cost, if its first year costs 1 and trade is redirected as it goes on."""
    years = adaptation_months / 12 / math.log(2.0)
    return 1 / (years * (1 - math.exp(-1 / years)))


@rule
def bear(rate: float, coerced: bool, adapted: float, months: float, half_life: float) -> tuple[float, float]:
    """Cost of some months, in the unit of `rate` a year, and how far trade has been redirected after them.

    Because exporters find other buyers: half of the cost that is left goes every `half_life` months, and the
    redirection is undone as slowly. Source: Productivity Commission on Australia 2020-22.
    """
    if not coerced and adapted == 0:
        return 0.0, 0.0
    kept = math.exp(-math.log(2.0) * months / half_life)
    if not coerced:
        return 0.0, adapted * kept
    return rate * (1 - adapted) * (1 - kept) * half_life / (12 * math.log(2.0)), 1 - (1 - adapted) * kept


@rule
def spend(w: Any, p: Any, track: int, months: float) -> None:
    """Some months pass on the present rung of `track`, at their cost."""
    rung = w.rung[track]
    w.rung_months[OFFSET[track] + rung] += months
    broad = p.broad_cost_ratio if rung == prc.RUPTURE else 1.0
    if track == codes.JAPAN_ECONOMIC:
        rate = w.first_rate * p.coercion_cost_japan_pct * broad * w.severity
        cost, w.japan_adapted = bear(rate, rung >= prc.SELECTIVE, w.japan_adapted, months, p.adaptation_months)
        w.japan_loss += cost
        w.expected_japan_loss += cost
    elif track == codes.TAIWAN_ECONOMIC:
        rate = w.first_rate * p.coercion_cost_taiwan_pct * broad
        cost, w.taiwan_adapted = bear(rate, rung >= prc.SELECTIVE, w.taiwan_adapted, months, p.adaptation_months)
        w.taiwan_loss += cost
        w.expected_taiwan_loss += cost


@rule
def hurts(w: Any, p: Any) -> float:
    """What coercion costs Japan now, in per cent of GDP a year."""
    rung = w.rung[codes.JAPAN_ECONOMIC]
    if rung < prc.SELECTIVE:
        return 0.0
    broad = p.broad_cost_ratio if rung == prc.RUPTURE else 1.0
    return float(w.first_rate * p.coercion_cost_japan_pct * broad * w.severity * (1 - w.japan_adapted))


@rule
def settle(w: Any, p: Any, c: Any, track: int, time: float) -> None:
    """Count what `track` has been through up to `time`: an episode that ends leaves a longer, milder one beneath it."""
    while w.until[track] <= time:
        if w.until[track] > w.since[track]:
            spend(w, p, track, w.until[track] - w.since[track])
            w.since[track] = w.until[track]
        w.rung[track], w.until[track] = w.milder[track], w.milder_until[track]
        if track == codes.JAPAN_ECONOMIC:
            w.severity = w.milder_severity
        w.milder[track], w.milder_until[track] = 0, codes.NEVER
    if time > w.since[track]:  # what was counted already in this step is not counted again
        spend(w, p, track, time - w.since[track])
        w.since[track] = time


@rule
def set_beneath(w: Any, track: int, rung: int, until: float, severity: float) -> None:
    """A milder episode goes on beneath the one that stands."""
    w.milder[track], w.milder_until[track] = rung, until
    if track == codes.JAPAN_ECONOMIC:
        w.milder_severity = severity


@rule
def begin(w: Any, p: Any, c: Any, track: int, rung: int, time: float, months: float, severity: float) -> None:
    """Pressure on `track` comes to `rung` for `months`: graver than now, it stands above what goes on beneath it."""
    if rung == 0:
        return
    settle(w, p, c, track, time)
    end = time + months
    if rung > w.rung[track]:
        if w.rung[track] > 0 and w.until[track] < codes.NEVER:  # a stage of a campaign ends when the next begins
            set_beneath(w, track, w.rung[track], w.until[track], w.severity)
        w.rung[track], w.until[track] = rung, end
    elif rung == w.rung[track] and end > w.until[track]:
        w.until[track] = end
    else:
        if rung < w.rung[track] and (
            rung > w.milder[track] or (rung == w.milder[track] and end > w.milder_until[track])
        ):
            set_beneath(w, track, rung, end, severity)
        return
    if track == codes.JAPAN_ECONOMIC:
        w.severity = severity
        if rung == prc.RUPTURE:
            w.ruptured = 1
    if rung > w.highest[track]:
        w.highest[track] = rung
    if rung > w.month_high[track]:
        w.month_high[track] = rung


@rule
def end(w: Any, p: Any, c: Any, track: int, time: float) -> None:
    """The gravest pressure on `track` stops at `time`."""
    settle(w, p, c, track, time)
    w.until[track] = w.since[track]
    settle(w, p, c, track, time)
