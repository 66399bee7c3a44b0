"""What begins in each trial, event by event: pressure, crises, responses. The table of outcomes has no such columns.

The months are those of `sim.model.month`, in plain Python, with a listener where episodes begin, crises break out
and Japan responds. The listener changes nothing that is played. A trial takes a few thousandths of a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine import setup
from sim.engine.mesa_model import order_of_play
from sim.errors import QuestionError
from sim.model import codes
from sim.model.compiled import twin
from sim.model.rules import japan, prc, taiwan, us
from sim.model.state import Parameters, Setting, State, blank_state
from sim.statistics.intervals import Floats

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

RULES = {"prc": prc, "japan": japan, "us": us, "taiwan": taiwan}
OPTIONS = ("suspend", "quieten", "continue", "advance")
SPAN_YEARS = 5  # over which the hindcast counts events
EVENT_COLUMNS = ["trial", "what", "month", "track", "rung", "months"]


class Chronicle(NamedTuple):
    """The events of all trials of one cell.

    Attributes
    ----------
    events
        One row per event: `trial`, `what`, `month` (since the start), `track`, `rung`, `months`. What an event has
        depends on `what`: `episode` (`track` such as japan_military, `rung`, `months` it is to last), `crisis`,
        `deadly` (an incident that kills), `response` of a coerced Japan (`rung` is the index in OPTIONS), `rally`
        (`months` is the change of public support).
    trials
        One row per trial: `years` played, and the number of `incidents`.
    """

    events: pd.DataFrame
    trials: pd.DataFrame

    def select(self, what: str, until_month: float = np.inf) -> pd.DataFrame:
        """The events of a kind before a month; an event without a month is kept."""
        return self.events[(self.events["what"] == what) & ~(self.events["month"] >= until_month)]

    def count_by_trial(self, events: pd.DataFrame) -> Floats:
        """float[trial]: how many of these events each trial has."""
        return np.bincount(events["trial"], minlength=len(self.trials)).astype(float)

    def reaches_horizon(self) -> NDArray[np.bool_]:
        """bool[trial]: whether the trial was played to the horizon, since Taiwan did not fall."""
        years = self.trials["years"].to_numpy(float)
        return np.asarray(years == years.max())

    def quiet_years(self, years: int) -> Floats:
        """float[trial]: years, of so many, in which no large drill, economic coercion of Japan or crisis began.

        Years after a fall count as quiet: use trials that reach the horizon.
        """
        events = self.events
        drill = events["track"].str.endswith("military") & (events["rung"] == prc.DRILL)
        coercion = (events["track"] == "japan_economic") & (events["rung"] >= prc.SELECTIVE)
        loud = events[(events["what"] == "crisis") | ((events["what"] == "episode") & (drill | coercion))]
        loud_years = loud.assign(year=(loud["month"] // 12).clip(upper=years - 1))[["trial", "year"]]
        return np.asarray(years - self.count_by_trial(loud_years.drop_duplicates()))

    def count_in_spans(self, kind: str, years: int) -> Floats:
        """float[trial, span]: the events of a kind in each five years; NaN once Taiwan has fallen.

        Kinds: `large_drills`, `coercion_of_japan`, `crises`, and `disputes` (military episodes at Japan).
        """
        events, spans = self.events, years // SPAN_YEARS
        episode = events["what"] == "episode"
        kinds: dict[str, pd.Series[bool]] = {
            "large_drills": episode & events["track"].str.endswith("military") & (events["rung"] == prc.DRILL),
            "coercion_of_japan": episode & (events["track"] == "japan_economic") & (events["rung"] >= prc.SELECTIVE),
            "crises": events["what"] == "crisis",
            "disputes": episode & (events["track"] == "japan_military") & (events["rung"] <= prc.DRILL),
        }
        chosen, counts = events[kinds[kind]], np.zeros((len(self.trials), spans))
        span = np.minimum(chosen["month"] // (12 * SPAN_YEARS), spans - 1).astype(int)
        np.add.at(counts, (chosen["trial"], span), 1)
        counts[self.trials["years"].to_numpy(float)[:, None] < SPAN_YEARS * np.arange(1, spans + 1)] = np.nan
        return counts


def chronicle(exp: Experiment, progress: Callable[[int, int], object] | None = None) -> Chronicle:
    """Play the one cell of an experiment in plain Python, and record its events.

    Parameters
    ----------
    exp
        An experiment with one start, worldview and policy, and one luck per world.
    progress
        Called with the trials done and to do.

    Raises
    ------
    ValueError
        For an experiment with more than one cell.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", starts=["2026"], worldviews=["neutral"], policies=["status_quo"], trials=5)
    >>> sorted(chronicle(exp).events["what"].unique())[:2]
    ['crisis', 'episode']
    """
    (setting, worlds), listener, trials = _plain_cell(exp), Listener(), []
    for trial, params in enumerate(worlds):
        state = blank_state(len(exp.catalogue.levers), trial, 1)
        listener.play(state, params, setting, trial)
        trials.append((state.time / codes.MONTHS_A_YEAR, state.count[codes.INCIDENT] - 1))
        if progress and (trial % 100 == 99 or trial + 1 == exp.trials):
            progress(trial + 1, exp.trials)
    events = pd.DataFrame(listener.events, columns=EVENT_COLUMNS)
    return Chronicle(events, pd.DataFrame(trials, columns=["years", "incidents"]))


def share_of_steps_unanswered(exp: Experiment, levers: Sequence[str]) -> Floats:
    """Take one step on each of some levers, by itself, on the first day of each trial.

    The depth and openness of each step are those that the policy aims at.

    Returns
    -------
    float[trial]
        The share of the steps that cost Japan no more than protest and personal measures: no trade coercion and no
        military pressure.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", starts=["2026"], worldviews=["neutral"], policies=["status_quo"], trials=4)
    >>> share_of_steps_unanswered(exp, ["liaison"]).shape
    (4,)
    """
    (setting, worlds), listener = _plain_cell(exp), Listener()
    goals = {name: exp.policies[0].target(name, exp.starts[0]) for name in levers}
    unanswered = np.zeros(exp.trials)
    for trial, params in enumerate(worlds):
        for name, goal in goals.items():
            state = blank_state(len(exp.catalogue.levers), trial, 1)
            listener.begin(state, params, setting, trial)
            lever = sorted(exp.catalogue.levers).index(name)
            listener.months.reactions.step(state, params, setting, lever, goal.depth, goal.openness, 0.0, 1)
            unanswered[trial] += not any(_costs_japan(*event) for event in listener.events)
            listener.events.clear()
    return unanswered / len(goals)


def _plain_cell(exp: Experiment) -> tuple[Setting, list[Parameters]]:
    """The one cell of an experiment for rules in plain Python: its setting, and the parameters of each trial."""
    if any(len(part) != 1 for part in (exp.starts, exp.worldviews, exp.policies)) or exp.lucks != 1:
        raise QuestionError("exp: must have one start, one worldview, one policy and one luck per world")
    return setup.plain_cell(exp, exp.policies[0], exp.starts[0], exp.worldviews[0], exp.trials)


class Listener:
    """The order of play, with a listener on each function by which something begins."""

    def __init__(self) -> None:
        self.events: list[tuple[int, str, float, str, int, float]] = []
        self.trial, self.listening = 0, False
        rules = {name: twin(module) for name, module in RULES.items()}
        self.months = order_of_play(**rules)
        for module, name, listener in (
            (self.months.episodes, "begin", self._on_episode),
            (self.months.reactions, "begin_crisis", self._on_crisis),
            (self.months.reactions, "step", self._on_reaction),
            (self.months.reactions, "dispute", self._on_reaction),
            (rules["japan"], "responds", self._on_response),
        ):
            setattr(module, name, partial(listener, getattr(module, name)))

    def begin(self, state: State, params: Parameters, setting: Setting, trial: int) -> None:
        """Begin a trial. What is under way at the start began before, and is no event."""
        self.trial, self.listening = trial, False
        self.months.begin(state, params, setting)
        self.listening = True

    def play(self, state: State, params: Parameters, setting: Setting, trial: int) -> None:
        """Play one trial and record what begins in it."""
        self.begin(state, params, setting, trial)
        while not state.over and state.time < setting.months:
            crises = state.crises
            self.months.play(state, params, setting)
            for _ in range(state.crises - crises):
                self._record("crisis", state.time)

    def _record(self, what: str, month: float, track: str = "", rung: int = 0, months: float = 0.0) -> None:
        self.events.append((self.trial, what, month, track, rung, months))

    def _on_episode(
        self, begin: Callable[..., None], state: State, params: Parameters, track: int, rung: int,
        time: float, months: float, severity: float,
    ) -> None:  # fmt: skip
        if rung > 0 and self.listening:
            self._record("episode", time, "_".join(codes.TRACKS[track][:2]), rung, months)
        begin(state, params, track, rung, time, months, severity)

    def _on_crisis(
        self, begin: Callable[..., None], state: State, params: Parameters, setting: Setting, time: float
    ) -> None:
        """Record a deadly incident: its clock has run out and has not been set again when the crisis begins."""
        if state.hazard[codes.INCIDENT] >= state.threshold[codes.INCIDENT]:
            self._record("deadly", time)
        begin(state, params, setting, time)

    def _on_response(self, respond: Callable[..., int], *situation: float) -> int:
        option = respond(*situation)
        self._record("response", math.nan, rung=option)
        return option

    def _on_reaction(self, react: Callable[..., None], state: State, *situation: Any) -> None:
        """Record by how much public support swings where the PRC answers Japan."""
        swing, answers = state.support_swing, state.answers
        react(state, *situation)
        if state.answers > answers:
            self._record("rally", situation[-2], months=state.support_swing - swing)


def _costs_japan(_trial: int, what: str, _month: float, track: str, rung: int, _months: float) -> bool:
    """Whether an event is more than protest and personal measures: trade coercion, or any military pressure."""
    return what == "episode" and rung >= {"japan_economic": prc.SELECTIVE, "japan_military": prc.SURGE}.get(track, 9)


def months_since(start: str, dates: Sequence[str]) -> list[int]:
    """Months from a start to each date.

    >>> months_since("1996-11", ("1996-12", "2022-08"))
    [1, 309]
    """
    first, *later = [12 * int(date[:4]) + int(date[5:]) for date in (start, *dates)]
    return [month - first for month in later]
