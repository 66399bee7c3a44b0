"""Levers: how Japan's steps come into being, and what they amount to at a given moment."""

from __future__ import annotations

from typing import Any

from sim.model import codes
from sim.model.compiled import rule
from sim.model.effects import episodes, reactions
from sim.model.rules import japan, scale

JUMP_MONTHS = 36  # how long budgets grow faster after a shock


@rule
def move(w: Any, p: Any, c: Any) -> None:
    """A month of work on each lever that the policy moves, as far as Japan, Taiwan and the US let it go on."""
    if w.posture != japan.CONTINUE and w.time >= w.posture_until:
        w.posture = japan.CONTINUE
    business = p.business_pressure_points * episodes.hurts(w, p)
    go = japan.goes_on(w.support, p.elite_gap_points, business, p.support_needed)
    speed = p.advance_speed_ratio if w.posture == japan.ADVANCE else 1.0
    w.moving, changed = 1 if w.posture != japan.CONTINUE else 0, False
    for place in range(c.moves):
        i = c.moved[place]
        if w.level[i] >= 1:
            continue
        w.moving = 1
        if w.time < c.from_month[i]:
            continue
        years = p.ties_adoption_years if c.needs_taiwan[i] > 0 else p.interoperability_adoption_years
        rises = c.goal_depth[i] > c.start_depth[i] or c.goal_openness[i] > c.start_openness[i]
        if c.needs_taiwan[i] > 0 and rises:
            wanted = go or c.goal_openness[i] < p.open_step_openness
            if w.posture < japan.CONTINUE or not wanted or w.taiwan_consents == 0:
                continue
            if c.needs_us[i] > 0 and w.us_consents == 0:
                continue
        w.age[i] += c.step * speed
        before = w.level[i]
        w.level[i] = scale.clip((w.age[i] - years * 12 * c.adoption_ratio[i]) / c.ramp_months[i], 0.0, 1.0)
        if w.level[i] != before:
            changed = True
            if before == 0:
                first(w, p, c, i)
    if changed or w.posture != w.gathered:
        gather(w, p, c)


@rule
def first(w: Any, p: Any, c: Any, lever: int) -> None:
    """A lever is used for the first time: if that is seen, it is an event; the first official one crosses a line."""
    depth, openness = c.goal_depth[lever], c.goal_openness[lever]
    if openness < p.open_step_openness or depth * openness <= c.start_depth[lever] * c.start_openness[lever]:
        return
    if c.official[lever] > 0 and c.needs_taiwan[lever] > 0 and w.first_official == 0 and c.on_provocation > 0:
        w.first_official = 1
        w.contact_level *= 1 + p.contact_change
        w.jump_until = w.time + JUMP_MONTHS
    reactions.step(w, p, c, lever, depth, openness, w.time, c.first_step_key[lever])


@rule
def gather(w: Any, p: Any, c: Any) -> None:
    """Add up what the levers amount to now, as they are and as they are seen, and the odds ratios that follow."""
    w.gathered = w.posture
    w.ties_depth, w.ties_seen, w.ties_signal = c.base_ties_depth, c.base_ties_seen, c.base_ties_signal
    w.ties_official, w.declaration = c.base_ties_official, c.base_declaration
    w.interop_depth, w.interop_seen = c.base_interop_depth, c.base_interop_seen
    w.interop_signal = c.base_interop_signal
    w.extras_depth, w.extras_seen = c.base_extras_depth, c.base_extras_seen
    w.exposure, w.bases = c.base_exposure, c.base_bases
    w.ties_steps, w.alliance_steps, w.hidden = c.base_ties_steps, c.base_alliance_steps, c.base_hidden
    for place in range(c.moves):
        i = c.moved[place]
        tie = c.needs_taiwan[i] > 0
        done = 0.0 if tie and w.posture == japan.SUSPEND else w.level[i]
        start, start_seen = c.start_depth[i], c.start_depth[i] * c.start_openness[i]
        depth = start + (c.goal_depth[i] - start) * done
        openness = c.start_openness[i]
        if not (tie and w.posture == japan.QUIETEN):
            openness += (c.goal_openness[i] - openness) * done
        w.depth[i], w.openness[i] = depth, openness
        seen = depth * openness - start_seen
        known = seen
        if tie:
            known += depth * w.leaked * (1 - openness)
        add(w, c, i, depth - start, seen, known)
        if c.package[i] == codes.DIRECT_TIES:
            w.hidden += max(0.0, c.capability_share[i] * (depth - start) * (1 - openness))
    amount(w, p, c)


@rule
def add(total: Any, c: Any, i: int, depth: float, seen: float, known: float) -> None:
    """Add to the sums what lever `i` brings by so much depth, of which this much is seen and this much known.

    `total` has the fields of `sim.model.codes.SUMS`: a trial's record, or what a start amounts to.
    """
    share, steps = c.capability_share[i], c.steps_per_year[i] * seen
    if c.package[i] == codes.DIRECT_TIES:
        total.ties_depth += share * depth
        total.ties_seen += share * known
        total.ties_signal += c.signal_share[i] * known
        total.ties_official += c.signal_share[i] * c.official[i] * known
        total.exposure += c.incident_exposure[i] * depth
    elif c.package[i] == codes.INTEROPERABILITY:
        total.interop_depth += share * depth
        total.interop_seen += share * known
        total.interop_signal += c.signal_share[i] * known
    elif c.package[i] == codes.EXTRAS:
        total.extras_depth += share * depth
        total.extras_seen += share * known
        total.declaration += c.signal_share[i] * known
    else:
        total.bases += c.signal_share[i] * depth
    if is_tie(c, i):
        total.ties_steps += steps
    else:
        total.alliance_steps += steps


@rule
def is_tie(c: Any, i: int) -> bool:
    """Whether a step on this lever is one with Taiwan or a standing one, and not one with the US alone."""
    package = c.package[i]
    return bool(
        package == codes.DIRECT_TIES or package == codes.STANDING or (package == codes.EXTRAS and c.official[i] > 0)
    )


@rule
def amount(w: Any, p: Any, c: Any) -> None:
    """Odds ratios and rates that follow from the levers, the ratios counted from the reference."""
    interop = w.interop_depth - c.reference_interop_depth
    ties = w.ties_depth - c.reference_ties_depth
    w.ties_depth_more = ties
    seen = w.log_interop * (w.interop_seen - c.reference_interop_seen) + w.log_extras * (
        w.extras_seen - c.reference_extras_seen
    )
    seen_ties = w.log_ties * (w.ties_seen - c.reference_ties_seen)
    w.or_interop = scale.ratio(w.log_interop * interop + w.log_extras * (w.extras_depth - c.reference_extras_depth))
    w.or_interop_seen = scale.ratio(seen)
    w.or_ties, w.or_ties_seen = scale.ratio(w.log_ties * ties), scale.ratio(seen_ties)
    w.log_seen, w.log_seen_ties = seen, seen_ties
    interop_seen = w.interop_seen - c.reference_interop_seen
    w.relief = scale.ratio(w.log_help * ties + w.log_freedom * interop)
    w.relief_seen = scale.ratio(w.log_help * (w.ties_seen - c.reference_ties_seen) + w.log_freedom * interop_seen)
    w.or_strike = scale.ratio(w.log_entrapment * interop * c.on_entrapment)
    exposure = (w.exposure - c.reference_exposure) * c.on_provocation
    w.calm_rate = p.incidents_per_year * c.on_incidents * scale.ratio(w.log_warning * interop)
    w.incident_rate = w.calm_rate * scale.ratio(w.log_escorts * exposure)
    w.pressure_ratio = scale.ratio(w.log_pressure * exposure)
    support = (w.ties_signal - c.reference_ties_signal) * c.on_moral_hazard
    w.embolden = scale.ratio(w.log_embolden * support)
