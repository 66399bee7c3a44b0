"""One trial, event by event: the rules in plain Python, with a list in which they note what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import setup
from sim.errors import QuestionError
from sim.model import codes, month, trace
from sim.model.records import blank_state, plain_record
from sim.model.rules import prc
from sim.model.state import Parameters, Setting, State

if TYPE_CHECKING:
    from sim.model.trace import Event, Row
    from sim.scenario.experiment import Experiment, Policy, Start, Worldview

VIEWS = ("success", "joint", "hope", "us_prob", "bases_prob", "strike_prob", "fight_prob", "resist_prob", "support",
         "threat_prob", "first_prob", "danger", "breaking_point")  # fmt: skip
"""Columns of a course: the estimates by which actors decided in a step, the hazard of force that has added up by its
end, and the hazard at which the PRC next decides for force."""


def play_watched(state: State, params: Parameters, setting: Setting, course: Any) -> None:
    """Play one trial to its end, and fill `course[step, view]` for each step until Taiwan falls."""
    month.begin(state, params, setting)
    for number in range(round(setting.months) * round(1 / setting.step)):
        if state.over == 0:
            month.play(state, params, setting)
            look(state, params, setting, course[number])
    month.finish(state, params, setting)


def look(state: State, params: Parameters, setting: Setting, row: Any) -> None:
    """Fill `row` (float64[view]) with what the actors believe at the end of a step, in the order of `VIEWS`."""
    ties = state.ties_official - setting.reference.ties_official
    loss = params.hope_loss_ties * setting.on_provocation * setting.on_lost_hope
    row[0], row[1] = state.success, state.joint
    row[2] = prc.perceives_hope(setting.hope, state.hope_lost, loss, ties, state.assured)
    row[3], row[4], row[5] = state.us_prob, state.bases_prob, state.strike_prob
    row[6], row[7], row[8] = state.fight_prob, state.resist_prob, state.support
    row[9], row[10] = state.threat_prob, state.first_prob
    row[11], row[12] = state.hazard[codes.FORCE], state.threshold[codes.FORCE]


def watch(
    exp: Experiment, policy: Policy, worldview: Worldview, start: Start, world: int, luck: int
) -> tuple[list[Row], np.ndarray]:
    """Play one trial in plain Python, as `sim.engine.batch` plays it, and look at every step.

    Parameters
    ----------
    luck : from 1 on; beyond the experiment's lucks, a luck that its runs do not have.

    Returns
    -------
    rows : list of (event, time, four values), as `sim.model.trace.note` gets them
    course : float64[step, view], NaN once Taiwan has fallen
    """
    setting = plain_record(Setting, setup.build_setting(exp, policy, start)[0])
    params = plain_record(Parameters, setup.draw_worlds(exp, worldview, world, 1)[0])
    state = blank_state(len(exp.catalogue.levers), world, luck)
    rows = trace.record_events(state)
    course = np.full((exp.months * round(1 / exp.step_months), len(VIEWS)), np.nan)
    play_watched(state, params, setting, course)
    return rows, course


def replay(
    exp: Experiment | str = "debate",
    *,
    policy: str | None = None,
    worldview: str | None = None,
    start: str | None = None,
    trial: int = 0,
) -> list[Event]:
    """Play one trial again and list its events: who decided what, on which perception, and when.

    Parameters
    ----------
    exp : a loaded experiment, or the name or path of one.
    policy, worldview, start : names of the cell; by default the experiment's first of each.
    trial : number of the trial, world * lucks + luck, as in `result.trials`.

    Returns
    -------
    list of named tuples `time` (months since the start), `what` (the kind of event), `values` (by name)
        In the order of play. Within one step of play, times may cross. `sim.model.trace.EVENTS` declares each kind
        of event, and each value with its unit and meaning.

    Raises
    ------
    ValueError
        For a policy, worldview or start that does not exist, or a negative trial.

    Examples
    --------
    >>> events = replay("debate", policy="direct_ties", worldview="newsham", start="2026", trial=17)
    >>> events[0].what
    'leadership'
    >>> [(round(event.time, 1), event.values["form"]) for event in events if event.what == "decision"]
    [(10.6, 'invasion')]
    """
    from sim.scenario.loader import load

    exp = load(exp) if isinstance(exp, str) else exp
    chosen_policy, chosen_view, chosen_start = setup.pick_cell(exp, policy, worldview, start)
    if trial < 0:
        raise QuestionError(f"trial: must be 0 or more, got {trial}")
    world, luck = divmod(trial, exp.lucks)
    rows, _ = watch(exp, chosen_policy, chosen_view, chosen_start, world, luck + 1)
    return trace.describe_events(rows, sorted(exp.catalogue.levers))
