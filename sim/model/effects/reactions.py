"""What a step or an event provokes: the PRC's answers on four tracks, anger, and Japan's response to coercion."""

from __future__ import annotations

import numpy as np

from sim.model import codes, draws, trace
from sim.model.effects import episodes
from sim.model.elementary import exp, log
from sim.model.rules import japan, prc, scale, us
from sim.model.state import Parameters, Setting, State

# Each answer has two keys, an even one for what happens to Japan and the odd one after it for Taiwan.
ANSWER, DURATION = np.uint64(draws.name_id("answer")), np.uint64(draws.name_id("duration"))
AFTER_DRILL = np.uint64(draws.name_id("us after a drill"))
RESPONSE, CRISIS = np.uint64(draws.name_id("response")), np.uint64(draws.name_id("crisis"))


def lasts(median: float, spread: float, u: float) -> float:
    """How long an episode lasts, in the unit of `median`: log-logistic, so a few last very long.

    With odds o of having ended by time t, log t = log median + spread × log o. So t is read off at the log-odds of
    the luck `u`; at u = 1/2 it is the median.
    """
    return median * exp(spread * scale.log_odds(u))


def goes_on(median: float, spread: float, lasted: float, u: float) -> float:
    """How much longer an episode lasts that has lasted already for `lasted`: the same law, given that.

    By then the odds of having ended were o = (lasted / median)^(1 / spread), the probability F = o / (1 + o). What is
    left of the law is read at F + u (1 - F), whose odds are (o + u) / (1 - u).
    """
    past = exp(log(lasted / median) / spread) if lasted > 0 else 0.0
    return median * exp(spread * log((past + u) / (1 - u))) - lasted


def begin_crisis(state: State, params: Parameters, setting: Setting, time: float) -> None:
    """A crisis begins: time is short and war likelier for a while, and the US may deploy."""
    u_months, u_deploy, _, _ = draws.four(setting.seed, state.world, state.luck, CRISIS, state.crises)
    if state.crises == 0:
        state.first_crisis = time
    state.crises += 1
    until = time + params.crisis_months * draws.exponential(u_months)
    if time >= state.crisis_until:
        state.deployed = 0.0  # what was sent for an earlier crisis has gone home
    if us.deploys(us.shows_resolve(params.us_deploys_prob, state.us_prob, params.us_intervenes_prob), u_deploy):
        state.deployed = 1.0
    if until > state.crisis_until:
        state.crisis_until = until
    trace.note(state, trace.CRISIS, time, state.crises, until, state.deployed, 0)


def respond(state: State, params: Parameters, setting: Setting, time: float) -> None:
    """Coerced, Japan responds as it or the policy decides; reputation follows, and the public rallies or not."""
    state.answers += 1
    over_ties = state.over_ties == 1
    u = draws.four(setting.seed, state.world, state.luck, RESPONSE, state.answers)[0]
    support_or = japan.wavers(params.concede_or_support, params.reference_support, state.support, state.or_concede)
    choice = japan.responds(params.concede_prob, support_or, params.quieten_or, params.advance_prob, u)
    if over_ties and state.when_coerced > 0:
        choice = state.when_coerced - 1  # the policy decided beforehand
    trace.note(state, trace.RESPONSE, time, choice, over_ties, state.support, params.rally_points)
    state.support_swing += params.rally_points
    firm = choice >= japan.CONTINUE
    state.lesson += prc.learns(choice == japan.SUSPEND, firm, state.log_success_lesson, state.log_failure_lesson)
    state.firmness += japan.earns_firmness(choice, params.firmness_points) * setting.on_learning
    track, conceded = codes.JAPAN_ECONOMIC, choice == japan.SUSPEND
    state.until[track] = time + prc.relents(state.until[track] - time, params.concession_relief_share, conceded)
    if conceded:
        state.backed_down = 1
        state.demand_ratio = prc.presses_more(state.demand_ratio, params.concession_pressure_ratio, setting.on_learning)
    if over_ties:
        state.posture = choice
        state.posture_until = time + params.suspension_months
        state.moving = 1


def may_turn_critical(
    state: State, params: Parameters, setting: Setting, at_japan: bool, time: float, u: float
) -> None:
    """A drill, a surge or a dangerous encounter becomes a crisis now and then; anger and a race make it likelier.

    Coast guards that work together count only `at_japan`, where they meet what comes.
    """
    race = state.log_race * min(state.buildup, state.effort)  # a race is as great as the part of it that is mutual
    guards = 0.0
    if at_japan:
        guards = state.log_guards * (state.effect[codes.COAST_GUARD] - setting.reference.effect[codes.COAST_GUARD])
    if prc.turns_critical(params.episode_crisis_prob, state.log_rage * state.anger, race, guards, u):
        begin_crisis(state, params, setting, time)


def show_force(state: State, params: Parameters, setting: Setting, track: int, rung: int, time: float, months: float,
               u_crisis: float) -> None:  # fmt: skip
    """The PRC shows its forces: a surge or a large drill, which may become a crisis if it is more than goes on."""
    if episodes.begin(state, params, track, rung, time, months):
        may_turn_critical(state, params, setting, track == codes.JAPAN_MILITARY, time, u_crisis)
        if track == codes.TAIWAN_MILITARY and rung == prc.DRILL:
            answer_drill(state, params, setting, time)


def answer_drill(state: State, params: Parameters, setting: Setting, time: float) -> None:
    """The US sails through the Strait after a large drill, or lets it pass."""
    state.drills += 1
    u = draws.four(setting.seed, state.world, state.luck, AFTER_DRILL, state.drills)[0]
    if us.answers_drill(us.shows_resolve(params.us_answers_drill_prob, state.us_prob, params.us_intervenes_prob), u):
        trace.note(state, trace.US_SIGNAL, time, us.TRANSIT, 1, 0, 0)
        signal(state, params, us.TRANSIT)


def signal(state: State, params: Parameters, kind: int) -> None:
    """The US has sold arms or sailed through the Strait."""
    if kind == us.ARMS:
        state.readiness += params.arms_readiness_points
        state.hope_lost += params.hope_loss_trigger
    elif kind == us.TRANSIT:
        state.us_firmness += params.transit_points


def coerce_japan(state: State, params: Parameters, setting: Setting, rung: int, over_ties: bool, time: float,
                 months: float) -> None:  # fmt: skip
    """Economic pressure on Japan begins, rises or goes on; Japan responds when it is first coerced, and to a rise."""
    track = codes.JAPAN_ECONOMIC
    episodes.settle(state, params, track, time)
    if state.rung[track] == prc.NONE:
        state.over_ties = 0
    if over_ties:
        state.over_ties = 1  # also where a step over ties only keeps up a quarrel over something else
    if episodes.coerce(state, params, track, rung, time, months) and rung >= prc.SELECTIVE:
        respond(state, params, setting, time)


def break_off(state: State, params: Parameters, setting: Setting, track: int, clock: int, per_year: float) -> bool:
    """Selective coercion comes to a rupture in this step, or not; a hazard that counts while coercion lasts."""
    if state.rung[track] != prc.SELECTIVE:
        return False
    end = min(state.until[track], state.time + setting.step)
    rate = prc.breaks_off(per_year, state.log_fury * state.anger)
    state.hazard[clock] += rate * max(0.0, end - state.since[track]) / codes.MONTHS_A_YEAR
    if state.hazard[clock] < state.threshold[clock]:
        return False
    time = end - codes.MONTHS_A_YEAR * (state.hazard[clock] - state.threshold[clock]) / rate
    months = lasts(params.economic_duration_months, params.duration_spread, state.mark_a[clock])
    if track == codes.JAPAN_ECONOMIC:
        coerce_japan(state, params, setting, prc.RUPTURE, state.over_ties == 1, time, months)
    else:
        episodes.coerce(state, params, track, prc.RUPTURE, time, months)
    return True


def at_japan(state: State, params: Parameters, setting: Setting, odds: float, over_ties: bool, step: bool,
             time: float, key: int) -> None:  # fmt: skip
    """The PRC answers Japan, economically and militarily, a step or dispute with these odds of economic coercion."""
    u_economic, u_military, u_crisis, _ = draws.four(setting.seed, state.world, state.luck, ANSWER, 2 * key)
    economic = prc.answers_economically(odds, params.freeze_or, u_economic)
    surge = scale.probability(odds * params.surge_or)
    military = prc.answers_militarily(surge, surge * params.japan_drill_share, u_military)
    trace.note(state, trace.ANSWER, time, 0, economic, military, scale.probability(odds))
    if economic > 0 or military > 0:
        u, v, _, _ = draws.four(setting.seed, state.world, state.luck, DURATION, 2 * key)
        if military > 0:
            median = params.drill_duration_months if military == prc.DRILL else params.surge_duration_months
            months = lasts(median, params.duration_spread, v)
            alarm(state, params, setting, step)
            critical = spirals(setting, step, u_crisis)
            show_force(state, params, setting, codes.JAPAN_MILITARY, military, time, months, critical)
        if economic > 0:
            months = lasts(params.economic_duration_months, params.duration_spread, u)
            coerce_japan(state, params, setting, economic, over_ties, time, months)
    offence = scale.probability(odds) * state.soothed
    state.anger = prc.grows_angry(state.anger, offence, setting.on_provocation * setting.on_spiral)


def spirals(setting: Setting, step: bool, u: float) -> float:
    """The luck by which an episode becomes a crisis; 1, which never does, for answers to a step without a spiral."""
    return 1.0 if step and setting.on_spiral == 0 else u


def alarm(state: State, params: Parameters, setting: Setting, step: bool) -> None:
    """A show of PRC force in answer to a step of Japan's alarms Japan and Taiwan for good; all other is on trend."""
    if step:
        state.alarm += params.alarm_effort_pct * setting.on_spiral


def at_taiwan(state: State, params: Parameters, setting: Setting, odds: float, surge: float, drills: float, step: bool,
              time: float, key: int) -> None:  # fmt: skip
    """The PRC answers Taiwan: economically by `odds` of coercion, militarily by the chances of surge and drill."""
    u_economic, u_military, u_crisis, _ = draws.four(setting.seed, state.world, state.luck, ANSWER, 2 * key + 1)
    economic = prc.answers_economically(odds, params.freeze_or, u_economic)
    military = prc.answers_militarily(surge, drills, u_military)
    trace.note(state, trace.ANSWER, time, 1, economic, military, scale.probability(odds))
    if economic > 0 or military > 0:
        u, v, _, _ = draws.four(setting.seed, state.world, state.luck, DURATION, 2 * key + 1)
        if economic > 0:
            months = lasts(params.economic_duration_months, params.duration_spread, u)
            episodes.coerce(state, params, codes.TAIWAN_ECONOMIC, economic, time, months)
        if military > 0:
            median, spread = params.taiwan_surge_duration_months, params.taiwan_surge_spread
            if military == prc.DRILL:
                median, spread = params.drill_duration_months, params.duration_spread
            months = lasts(median, spread, v)
            alarm(state, params, setting, step)
            critical = spirals(setting, step, u_crisis)
            show_force(state, params, setting, codes.TAIWAN_MILITARY, military, time, months, critical)


def drill_chance(state: State, params: Parameters) -> float:
    """The chance that a Taiwan trigger draws a large drill."""
    return prc.drill_chance(state.regime > 0, params.drill_prob, params.drill_before_2022_ratio)


def trade_at_risk(state: State, setting: Setting, time: float) -> float:
    """How far the trade that coercion would put at risk speaks for or against it (log odds ratio)."""
    share = setting.japan_trade_share + setting.japan_trade_drift * time / codes.MONTHS_A_YEAR
    return state.log_trade * (share - setting.reference_trade)


def step(state: State, params: Parameters, setting: Setting, lever: int, depth: float, openness: float, time: float,
         key: int) -> None:  # fmt: skip
    """Japan takes a step that is seen: the PRC answers by how official, how warlike, how open and how new it is."""
    trace.note(state, trace.STEP, time, lever, depth, openness, state.repeats[lever])
    if setting.on_provocation == 0:
        return
    official, package = setting.official[lever], setting.package[lever]
    ties = setting.needs_taiwan[lever] > 0 or (package == codes.EXTRAS and official > 0)
    if ties:
        kind = prc.resents_ties(
            state.log_quiet, state.log_civil, state.log_official, official, setting.defence[lever] * depth, openness
        )  # fmt: skip
    else:
        kind = state.log_quiet if package == codes.STANDING else state.log_alliance
    odds = prc.weighs_step(
        kind, setting.combat[lever] * depth * state.log_combat, state.repeats[lever] * state.log_habit,
        state.anger * state.log_anger, trade_at_risk(state, setting, time), state.lesson,
    )  # fmt: skip
    state.repeats[lever] += 1
    at_japan(state, params, setting, odds, ties, True, time, key)
    if ties:
        spilled = odds * params.taiwan_spill_or  # Taiwan is punished for some of what Japan does
        surge = scale.probability(spilled)
        drills, coercion = surge * drill_chance(state, params), spilled * params.spill_trade_or
        at_taiwan(state, params, setting, coercion, surge, drills, True, time, key)


def dispute(state: State, params: Parameters, setting: Setting, time: float, key: int) -> None:
    """A dispute of Japan's with the PRC that has nothing to do with Taiwan."""
    trace.note(state, trace.DISPUTE, time, 0, 0, 0, 0)
    grudge = state.anger * state.log_anger
    odds = prc.weighs_step(state.log_dispute, 0.0, 0.0, grudge, trade_at_risk(state, setting, state.time), state.lesson)
    at_japan(state, params, setting, odds, False, False, time, key)
