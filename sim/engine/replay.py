"""One trial, event by event: the rules in plain Python, with a list in which they note what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine import batch, setup
from sim.errors import QuestionError
from sim.model import codes, trace
from sim.model.state import Parameters, Setting, blank_state, plain_record

if TYPE_CHECKING:
    from sim.model.trace import Event
    from sim.scenario.experiment import Experiment


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
    >>> events = replay("debate", policy="direct_ties", worldview="self", start="2026", trial=8)
    >>> events[0].what
    'leadership'
    >>> [(round(event.time, 1), event.values["form"]) for event in events if event.what == "decision"]
    [(6.6, 'limited_strike')]
    """
    from sim.scenario.loader import load

    exp = load(exp) if isinstance(exp, str) else exp
    chosen_policy, chosen_view, chosen_start = setup.pick_cell(exp, policy, worldview, start)
    if trial < 0:
        raise QuestionError(f"trial: must be 0 or more, got {trial}")
    world, luck = divmod(trial, exp.lucks)
    setting = plain_record(Setting, setup.build_setting(exp, chosen_policy, chosen_start)[0])
    params = plain_record(Parameters, setup.draw_worlds(exp, chosen_view, world, 1)[0])
    state = blank_state(len(exp.catalogue.levers), world, luck + 1)
    rows = trace.record_events(state)
    batch.play_trial(state, params, setting, np.zeros((exp.months, len(codes.TRACKS), codes.FALLEN + 1), np.int64))
    return trace.describe_events(rows, sorted(exp.catalogue.levers))
