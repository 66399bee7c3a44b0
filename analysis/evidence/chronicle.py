"""What begins in each trial, event by event: pressure, crises, responses. The table of outcomes has no such columns.

The months are those of `sim.model.month`, in plain Python, where rules note events (`sim.model.trace`). A trial takes a
few thousandths of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine import setup
from sim.errors import QuestionError
from sim.model import codes, month, trace
from sim.model.effects import reactions
from sim.model.records import blank_state
from sim.model.rules import prc
from sim.model.state import Parameters, Setting
from sim.scenario.experiment import Experiment
from sim.statistics.intervals import Floats

SPAN_YEARS = 5  # over which the hindcast counts events
EVENT_COLUMNS = ["trial", "what", "month", "track", "rung", "months"]
COSTLY_RUNGS = {codes.JAPAN_ECONOMIC: prc.SELECTIVE, codes.JAPAN_MILITARY: prc.SURGE}  # more than protest


class Chronicle(NamedTuple):
    """The events of all trials of one cell.

    Attributes
    ----------
    events
        One row per event: `trial`, `what`, `month` (since the start), `track`, `rung`, `months`. What an event has
        depends on `what`: `episode` (`track` such as japan_military, `rung`, `months` it is to last), `crisis`,
        `deadly` (an incident that kills), `response` of a coerced Japan (`rung` is the index in `trace.RESPONSES`,
        `months` the change of public support), `answer` (a US ship in the Strait after a large drill at Taiwan).
    trials
        One row per trial: `years` played, `overstretched_years` of them, and the number of `incidents`.
    """

    events: pd.DataFrame
    trials: pd.DataFrame

    def select(self, what: str, until_month: float = np.inf) -> pd.DataFrame:
        """The events of a kind before a month."""
        return self.events[(self.events["what"] == what) & (self.events["month"] < until_month)]

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
    ['answer', 'crisis']
    """
    setting, worlds = _plain_cell(exp)
    events: list[tuple[int, str, float, str, int, float]] = []
    trials = []
    for trial, params in enumerate(worlds):
        state = blank_state(len(exp.catalogue.levers), trial, 1)
        month.begin(state, params, setting)
        overstretched = 0.0
        while not state.over and state.time < setting.months:
            noted = trace.record_events(state)
            overstretched += state.us_overstretched * setting.years
            month.play(state, params, setting)
            events += [(trial, *event) for row in noted for event in _begins(row, state.time)]
        trials.append((state.time / codes.MONTHS_A_YEAR, overstretched, state.count[codes.INCIDENT] - 1))
        if progress and (trial % 100 == 99 or trial + 1 == exp.trials):
            progress(trial + 1, exp.trials)
    return Chronicle(
        pd.DataFrame(events, columns=EVENT_COLUMNS),
        pd.DataFrame(trials, columns=["years", "overstretched_years", "incidents"]),
    )


def _begins(row: trace.Row, end: float) -> list[tuple[str, float, str, int, float]]:
    """The row of a chronicle, without its trial, for a noted event, if it has one; `end` is that of the step of play.

    A crisis counts at the end of the step in which it begins.
    """
    number, time, a, b, c, d = row
    match int(number):
        case trace.PRESSURE:
            return [("episode", time, trace.TRACKS[int(a)], int(b), c)]
        case trace.CRISIS:
            return [("crisis", end, "", 0, 0.0)]
        case trace.INCIDENT if a == 1:
            return [("deadly", time, "", 0, 0.0)]
        case trace.US_SIGNAL if b == 1:
            return [("answer", time, "", 0, 0.0)]
        case trace.RESPONSE:
            return [("response", time, "", int(a), d)]
    return []


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
    setting, worlds = _plain_cell(exp)
    goals = {name: exp.policies[0].target(name, exp.starts[0]) for name in levers}
    unanswered = np.zeros(exp.trials)
    for trial, params in enumerate(worlds):
        for name, goal in goals.items():
            state = blank_state(len(exp.catalogue.levers), trial, 1)
            month.begin(state, params, setting)
            noted = trace.record_events(state)
            lever = sorted(exp.catalogue.levers).index(name)
            reactions.step(state, params, setting, lever, goal.depth, goal.openness, 0.0, 1)
            unanswered[trial] += not any(
                number == trace.PRESSURE and rung >= COSTLY_RUNGS.get(int(track), codes.NEVER)
                for number, _, track, rung, *_ in noted
            )
    return unanswered / len(goals)


def _plain_cell(exp: Experiment) -> tuple[Setting, list[Parameters]]:
    """The one cell of an experiment for rules in plain Python: its setting, and the parameters of each trial."""
    if any(len(part) != 1 for part in (exp.starts, exp.worldviews, exp.policies)) or exp.lucks != 1:
        raise QuestionError("exp: must have one start, one worldview, one policy and one luck per world")
    return setup.plain_cell(exp, exp.policies[0], exp.starts[0], exp.worldviews[0], exp.trials)


def months_since(start: str, dates: Sequence[str]) -> list[int]:
    """Months from a start to each date.

    >>> months_since("1996-11", ("1996-12", "2022-08"))
    [1, 309]
    """
    first, *later = [12 * int(date[:4]) + int(date[5:]) for date in (start, *dates)]
    return [month - first for month in later]
