"""Trials told event by event: what the table of outcomes has no column for, such as how often pressure began.

The months are those of `sim.model.month`, in plain Python, with a listener where episodes begin, crises break out
and Japan responds. It changes nothing that is played, and takes a few thousandths of a second a trial.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from sim.engine import setup
from sim.engine.mesa_model import order_of_play
from sim.model import codes, draws, state
from sim.model.compiled import twin
from sim.model.rules import japan, prc, scale, taiwan, us
from sim.statistics.intervals import Floats

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

RULES = {"prc": prc, "japan": japan, "us": us, "taiwan": taiwan}
OPTIONS = ("suspend", "quieten", "continue", "advance")
EVENTS = ["trial", "what", "month", "track", "rung", "months"]


class Chronicle(NamedTuple):
    """What happened in the trials of one cell.

    `events`: one a row, with `trial`, `what`, `month` (time since the start), and what belongs to its kind:
    `episode` (`track` as japan_military, `rung`, `months` it is to last), `crisis`, `deadly` (an incident), `response`
    of a coerced Japan (`rung`: place in OPTIONS), `rally` (`months`: change of support). `trials`: one a row, with
    `years` played and `incidents`.
    """

    events: pd.DataFrame
    trials: pd.DataFrame


def chronicle(exp: Experiment, progress: Callable[[int, int], object] | None = None) -> Chronicle:
    """Play the one cell of an experiment (one start, worldview and policy; one luck a world) and tell its events.

    Raises
    ------
    ValueError
        For an experiment with more cells than one.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", starts=["2026"], worldviews=["neutral"], policies=["status_quo"], trials=5)
    >>> sorted(chronicle(exp).events["what"].unique())[:2]
    ['crisis', 'episode']
    """
    listener, natures, c = _ready(exp)
    told = []
    for trial in range(exp.trials):
        w = _blank(exp, trial)
        listener.play(w, state.record(natures.dtype, natures[trial]), c, trial)
        told.append((w.time / 12, w.count[codes.INCIDENT] - 1))
        if progress and (trial % 100 == 99 or trial + 1 == exp.trials):
            progress(trial + 1, exp.trials)
    events = pd.DataFrame(listener.events, columns=EVENTS)
    return Chronicle(events, pd.DataFrame(told, columns=["years", "incidents"]))


def steps_unanswered(exp: Experiment, levers: Sequence[str]) -> Floats:
    """Take one step on each of some levers, by itself, on the first day of each trial, as the policy would have it.

    Returns
    -------
    float[trial]
        The share of the steps that cost Japan no more than protest and personal measures: no trade coercion and no
        military pressure.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", starts=["2026"], worldviews=["neutral"], policies=["status_quo"], trials=4)
    >>> steps_unanswered(exp, ["liaison"]).shape
    (4,)
    """
    listener, natures, c = _ready(exp)
    goals = {name: exp.policies[0].target(name, exp.starts[0]) for name in levers}
    calm = np.zeros(exp.trials)
    for trial in range(exp.trials):
        for name, goal in goals.items():
            w = _blank(exp, trial)
            p = state.record(natures.dtype, natures[trial])
            listener.start(w, p, c, trial)
            lever = sorted(exp.catalogue.levers).index(name)
            listener.months.reactions.step(w, p, c, lever, goal.depth, goal.openness, 0.0, 1)
            calm[trial] += (not any(_graver(*event) for event in listener.events)) / len(goals)
            listener.events.clear()
    return calm


def _ready(exp: Experiment) -> tuple[Listener, Any, Any]:
    """A listener, what each trial's world is like, and the setting of the one cell."""
    cells = [exp.starts, exp.worldviews, exp.policies]
    if any(len(part) != 1 for part in cells) or exp.lucks != 1:
        raise ValueError("a chronicle is of one start, one worldview, one policy and one luck a world")
    setting = setup.setting(exp, exp.policies[0], exp.starts[0])
    names = tuple(exp.catalogue.parameters)
    natures = draws.parameters(exp, exp.worldviews[0], 0, exp.trials).view(state.parameters_dtype(names)).reshape(-1)
    return Listener(), natures, state.record(setting.dtype, setting[0])


def _blank(exp: Experiment, trial: int) -> Any:
    w = state.record(state.world_dtype(len(exp.catalogue.levers)))
    w.world, w.luck = trial, 1
    return w


class Listener:
    """The order of play, with an ear at the places where something begins."""

    def __init__(self) -> None:
        self.events: list[tuple[int, str, float, str, int, float]] = []
        self.trial, self.listening = 0, False
        rules = {name: twin(module, scale=twin(scale)) for name, module in RULES.items()}
        self.months = order_of_play(**rules)
        episodes, reactions, japans = self.months.episodes, self.months.reactions, rules["japan"]
        self.heard = (episodes.begin, reactions.begin_crisis, reactions.step, reactions.at_japan, japans.responds)
        episodes.begin, reactions.begin_crisis, japans.responds = self._episode, self._crisis, self._response
        reactions.step, reactions.at_japan = self._step, self._dispute

    def play(self, w: Any, p: Any, c: Any, trial: int) -> None:
        """Play one trial and write down what begins in it; what is on at the start began before."""
        self.start(w, p, c, trial)
        while not w.over and w.time < c.months:
            before = w.crises
            self.months.play(w, p, c)
            for _ in range(w.crises - before):
                self._tell("crisis", w.time)

    def start(self, w: Any, p: Any, c: Any, trial: int) -> None:
        """Begin a trial."""
        self.trial, self.listening = trial, False
        self.months.begin(w, p, c)
        self.listening = True

    def _tell(self, what: str, month: float, track: str = "", rung: int = 0, months: float = 0.0) -> None:
        self.events.append((self.trial, what, month, track, rung, months))

    def _episode(self, w: Any, p: Any, c: Any, track: int, rung: int, time: float, months: float, over: float) -> None:
        if rung > 0 and self.listening:
            self._tell("episode", time, "_".join(codes.TRACKS[track][:2]), rung, months)
        self.heard[0](w, p, c, track, rung, time, months, over)

    def _crisis(self, w: Any, p: Any, c: Any, time: float) -> None:
        """A crisis; of an incident if that clock has run out and waits to be set again."""
        if w.hazard[codes.INCIDENT] >= w.threshold[codes.INCIDENT]:
            self._tell("deadly", time)
        self.heard[1](w, p, c, time)

    def _response(self, *situation: float) -> int:
        choice: int = self.heard[4](*situation)
        self._tell("response", math.nan, rung=choice)
        return choice

    def _step(self, w: Any, *situation: Any) -> None:
        self._rally(self.heard[2], w, *situation)

    def _dispute(self, w: Any, *situation: Any) -> None:
        self._rally(self.heard[3], w, *situation)

    def _rally(self, answer: Callable[..., None], w: Any, *situation: Any) -> None:
        swing, answers = w.support_swing, w.answers
        answer(w, *situation)
        if w.answers > answers:
            self._tell("rally", situation[-2], months=w.support_swing - swing)


def _graver(_trial: int, what: str, _month: float, track: str, rung: int, _months: float) -> bool:
    """More against Japan than protest and personal measures: trade, or military pressure of any kind."""
    return what == "episode" and rung >= {"japan_economic": 2, "japan_military": 1}.get(track, 9)
