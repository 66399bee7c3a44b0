"""What a resort to force leads to: the closed form of `war.expected_outcomes` against campaigns played one by one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from playing import blank, needs_kernels

from sim.engine import setup
from sim.model import codes, draws, month
from sim.model.compiled import kernel
from sim.model.effects import campaign, war
from sim.model.records import blank_state, plain_record, state_dtype
from sim.model.rules import prc
from sim.model.state import Parameters, State
from sim.scenario.loader import load

pytestmark = needs_kernels

CAMPAIGNS = 20_000
FORMS = {"quarantine": prc.QUARANTINE, "blockade": prc.BLOCKADE, "strike": prc.STRIKE, "invasion": prc.INVASION}
EXPERIMENT = load("debate", policies=["status_quo"], worldviews=["neutral"], starts=["2026"])
LIKELY = dict(zip(EXPERIMENT.catalogue.parameters, draws.draw_parameters(EXPERIMENT, EXPERIMENT.worldviews[0], 3, 1)[0],
                  strict=True))  # fmt: skip

AT_THE_REFERENCE: Mapping[str, float] = {
    "us_prob": 0.65, "us_attacked": 0.95, "strike_prob": 0.85, "fight_prob": 0.4, "resist_prob": 0.92,
    "pressed": 0.87, "pressed_early": 0.6, "spared": 0.92, "spared_early": 0.75, "threat_prob": 0.8, "first_prob": 0.25,
    "guard_prob": 0.4, "waiting_submits": 0.035, "convoy_submits": 0.015, "joined_submits": 0.01, "alone_submits": 0.4,
    "contested_submits": 0.08, "spent": 1, "daring": 1,
    "alone": 0.92, "without_bases": 0.65, "with_bases": 0.1, "protected": 0.095, "joined": 0.08, "late": 0.085,
    "surprised": 0.12, "unlimited": 1,
}  # fmt: skip
NOBODY = {**AT_THE_REFERENCE, "us_prob": 0.0, "us_attacked": 0.0, "first_prob": 0.0, "resist_prob": 1.0}
OPEN = {"pressed": 1.0, "pressed_early": 1.0, "spared": 1.0, "spared_early": 1.0}
EVERYBODY = {**AT_THE_REFERENCE, **OPEN, "us_prob": 0.999, "us_attacked": 0.9999, "first_prob": 0.0, "strike_prob": 1.0,
             "resist_prob": 1.0}  # fmt: skip
SITUATIONS: dict[str, tuple[Mapping[str, float], Mapping[str, float]]] = {
    "as at the reference": (AT_THE_REFERENCE, {}),
    "an even fight in which everything may happen": (
        {
            **AT_THE_REFERENCE,
            "us_prob": 0.5,
            "us_attacked": 0.7,
            "pressed": 0.4,
            "pressed_early": 0.2,
            "spared": 0.7,
            "spared_early": 0.5,
            "threat_prob": 0.5,
            "first_prob": 0.5,
            "guard_prob": 0.5,
            "waiting_submits": 0.3,
            "convoy_submits": 0.2,
            "joined_submits": 0.1,
            "contested_submits": 0.3,
            "spent": 0.5,
            "daring": 1.5,
            "strike_prob": 0.5,
            "fight_prob": 0.5,
            "resist_prob": 0.6,
            "alone": 0.6,
            "without_bases": 0.5,
            "with_bases": 0.4,
            "protected": 0.35,
            "joined": 0.2,
            "late": 0.3,
            "surprised": 0.25,
        },
        {
            "quarantine_escalates_prob": 0.6,
            "us_convoy_ratio": 0.8,
            "escalates_or_convoy": 3,
            "japan_protects_prob": 0.5,
            "protection_cost_share": 0.5,
            "blockade_escalates_alone_prob": 0.5,
            "blockade_escalates_us_prob": 0.6,
            "strike_escalates_prob": 0.6,
            "coerced_settlement_prob": 0.4,
            "nuclear_use_prob": 0.4,
            "settlement_broken_prob": 0.6,
        },
    ),
    "a will that breaks at once": ({**AT_THE_REFERENCE, "resist_prob": 0.05, "unlimited": 0}, {}),
    "allies that come late, as the fighting climbs": (
        {**AT_THE_REFERENCE, "us_prob": 0.9, "strike_prob": 0.7},
        {
            "us_blockade_ratio": 0.3,
            "us_strike_ratio": 0.1,
            "strike_form_ratio": 0.2,
            "japan_form_ratio": 0.1,
            "blockade_escalates_alone_prob": 0.8,
            "blockade_escalates_us_prob": 0.8,
            "strike_escalates_prob": 0.8,
            "quarantine_escalates_prob": 0.8,
        },
    ),
    "a first strike that the US seldom answers": (
        {**AT_THE_REFERENCE, "us_prob": 0.2, "us_attacked": 0.4, "first_prob": 0.9, "surprised": 0.5},
        {"blockade_escalates_alone_prob": 0.8, "strike_escalates_prob": 0.8, "quarantine_escalates_prob": 0.8},
    ),
    "a Japan whose consent hangs on the threat": (
        {
            **AT_THE_REFERENCE,
            "us_prob": 0.9,
            "pressed": 0.3,
            "pressed_early": 0.05,
            "spared": 0.95,
            "spared_early": 0.8,
            "threat_prob": 0.6,
            "daring": 3,
        },
        {"japan_protects_prob": 0.8, "protection_cost_share": 0.9, "us_blockade_ratio": 0.9},
    ),
    "convoys through every quarantine": (
        {
            **AT_THE_REFERENCE,
            "us_prob": 0.95,
            "guard_prob": 0.7,
            "waiting_submits": 0.6,
            "convoy_submits": 0.4,
            "joined_submits": 0.2,
            "daring": 0.5,
            "spent": 0.7,
        },
        {"us_convoy_ratio": 1, "escalates_or_convoy": 4, "quarantine_escalates_prob": 0.4},
    ),
    "nobody comes": (NOBODY, {}),
    "everybody comes": (EVERYBODY, {}),
}


@kernel
def campaigns(blank_and_work: Any, all_params: Any, settings: Any, form: int, happened: Any, losses: Any) -> None:
    """Play a campaign of `form` for each row of `happened[campaign, event]` and `losses[campaign, country]`."""
    params = all_params[0]
    setting = settings[0]
    for luck in range(len(losses)):
        blank_and_work[1] = blank_and_work[0]
        state = blank_and_work[1]
        state.luck = luck + 1
        campaign.begin(state, params, setting, form, 0.0)
        month.finish(state, params, setting)
        for event in range(len(state.happened)):
            happened[luck, event] = state.happened[event]
        losses[luck, 0], losses[luck, 1] = state.japan_loss, state.taiwan_loss


def records(situation: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two worlds (one to keep, one to play in), the parameters and a setting in which nothing but war happens."""
    fields, changes = SITUATIONS[situation]
    state = np.zeros(2, state_dtype(len(EXPERIMENT.catalogue.levers)))
    for name, value in fields.items():
        state[name] = value
    threat = fields["threat_prob"]  # what the closed form takes as one is the mean over a threat and none
    state["bases_prob"] = threat * fields["pressed"] + (1 - threat) * fields["spared"]
    state["bases_early"] = threat * fields["pressed_early"] + (1 - threat) * fields["spared_early"]
    state["world"] = list(SITUATIONS).index(situation)
    params = np.atleast_1d(blank(Parameters, {**LIKELY, **changes}))
    setting = setup.build_setting(EXPERIMENT, EXPERIMENT.policies[0], EXPERIMENT.starts[0])
    setting["months"] = 0  # beyond the horizon no rungs are counted: only who fights, and how it ends
    return state, params, setting


def foreseen(situation: str, **forms: float) -> tuple[dict[str, float], tuple[float, float]]:
    """The probability of each event, and both losses, by the closed form."""
    state, params, _ = records(situation)
    now, shares = plain_record(State, state[0]), (forms.get(form, 0.0) for form in FORMS)
    losses = war.expected_outcomes(now, plain_record(Parameters, params[0]), *shares)
    return dict(zip(codes.EVENTS, now.expected, strict=True)), losses


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_closed_form_foresees_what_campaigns_come_to(situation: str, form: str) -> None:
    state, params, setting = records(situation)
    happened, losses = np.zeros((CAMPAIGNS, len(codes.EVENTS))), np.zeros((CAMPAIGNS, 2))
    campaigns(state, params, setting, FORMS[form], happened, losses)
    chances, means = foreseen(situation, **{form: 1.0})
    found = dict(zip(codes.EVENTS, happened.mean(axis=0), strict=True))
    error = {event: math.sqrt(max(q * (1 - q), 0.0) / CAMPAIGNS) for event, q in chances.items()}
    wrong = {event: (chances[event], found[event]) for event in codes.EVENTS
             if abs(found[event] - chances[event]) > 4 * error[event] + 1e-9}  # fmt: skip
    assert not wrong
    errors = losses.std(axis=0) / math.sqrt(CAMPAIGNS)
    assert (np.abs(losses.mean(axis=0) - means) <= 4 * errors + 1e-9).all(), (losses.mean(axis=0), means)


def test_a_mixture_of_forms_is_the_mixture_of_what_they_lead_to() -> None:
    shares = {"quarantine": 0.4, "blockade": 0.3, "strike": 0.1, "invasion": 0.2}
    mixed, losses = foreseen("as at the reference", **shares)
    alone = {form: foreseen("as at the reference", **{form: 1.0}) for form in FORMS}
    for event in codes.EVENTS:
        assert mixed[event] == pytest.approx(sum(share * alone[form][0][event] for form, share in shares.items()))
    assert losses == pytest.approx(sum(share * np.array(alone[form][1]) for form, share in shares.items()))


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("form", FORMS)
def test_chances_are_chances_and_parts_are_no_more_than_their_whole(situation: str, form: str) -> None:
    q, losses = foreseen(situation, **{form: 1.0})
    assert all(-1e-12 <= chance <= 1 + 1e-12 for chance in q.values())
    assert q["taiwan_falls"] == pytest.approx(q["taiwan_conquered"] + q["coerced_settlement"])
    assert q["japan_struck"] <= q["japan_in_combat"] <= q["use_of_force"] <= q["deterrence_fails"]
    assert q["japan_protects"] <= q["japan_supports"] <= q["us_prc_war"] <= q["use_of_force"]
    assert q["first_strike"] <= q["japan_struck"]
    assert q["japan_in_combat"] <= q["japan_protects"] + q["first_strike"]
    assert q["settlement_broken"] <= q["coerced_settlement"] <= q["taiwan_falls"] <= q["deterrence_fails"]
    assert q["nuclear_use"] <= q["invasion"] <= q["use_of_force"]
    assert min(losses) >= 0


def test_where_nobody_comes_nobody_else_fights_and_taiwan_meets_its_own_chance() -> None:
    q, _ = foreseen("nobody comes", invasion=1.0)
    assert q["us_prc_war"] == q["japan_in_combat"] == q["japan_struck"] == q["nuclear_use"] == 0
    assert q["taiwan_conquered"] == pytest.approx(NOBODY["alone"])
    settled = (1 - NOBODY["alone"]) * LIKELY["coerced_settlement_prob"]
    assert q["taiwan_falls"] == pytest.approx(NOBODY["alone"] + settled)


def test_where_everybody_comes_the_chance_is_the_one_with_japan_in() -> None:
    q, _ = foreseen("everybody comes", invasion=1.0)
    comes = EVERYBODY["us_prob"]
    assert q["us_prc_war"] == q["japan_in_combat"] == q["japan_struck"] == pytest.approx(comes)
    assert q["taiwan_conquered"] == pytest.approx(comes * EVERYBODY["joined"] + (1 - comes) * EVERYBODY["alone"])


@pytest.mark.parametrize("form", FORMS)
def test_a_certain_success_leaves_no_failed_invasion(form: str) -> None:
    states, all_params, _ = records("an even fight in which everything may happen")
    for name in ("alone", "without_bases", "with_bases", "protected", "joined", "late", "surprised"):
        states[name] = 1.0
    state, params = plain_record(State, states[0]), plain_record(Parameters, all_params[0])
    war.expected_outcomes(state, params, *(float(form == name) for name in FORMS))
    assert state.expected[codes.NUCLEAR_USE] == pytest.approx(0)
    state.resist_prob = 1.0
    war.expected_outcomes(state, params, *(float(form == name) for name in FORMS))
    q = dict(zip(codes.EVENTS, state.expected, strict=True))
    assert q["taiwan_conquered"] == pytest.approx(q["invasion"])


def first_strike(**changes: float) -> float:
    """How likely a first strike is in the first month, with some fields of the state changed before it is weighed."""
    (policy,), (start,), (view,) = EXPERIMENT.policies, EXPERIMENT.starts, EXPERIMENT.worldviews
    setting, (params,) = setup.plain_cell(EXPERIMENT, policy, start, view, 1)
    state = blank_state(len(EXPERIMENT.catalogue.levers), 0, 1)
    month.begin(state, params, setting)
    for name, value in changes.items():
        setattr(state, name, getattr(state, name) + value)
    state.balance = war.balance(state)
    month.see_the_us(state, params, setting)
    month.who_would_fight(state, params, setting)
    month.perceive(state, params, setting)
    return float(state.first_prob)


def test_a_first_strike_is_likelier_the_less_it_brings_in_and_the_more_it_buys() -> None:
    usual = first_strike()
    assert 0 < usual < 1
    assert first_strike(us_politics=0.1) > usual > first_strike(us_politics=-0.1)  # the US comes anyway
    assert first_strike(support=0.3) > usual  # Japan opens its bases anyway
    assert first_strike(firmness=0.2) > usual  # and fights


def test_closed_bases_are_not_struck_first() -> None:
    assert first_strike(bases=-1.0) == 0
    assert 0 < first_strike(bases=-0.5) < first_strike()
