"""Every episode forecast by three worldviews of the model, which are not fitted, and by three rivals, which are.

No episode trains its own forecast. In the shipped record this is leave-one-out: each rival is fitted once for each
episode, to all the others. So it knows later years, which no forecaster of its time did. Therefore each rival is also
fitted to earlier episodes only (forward-chained), as `climatology_before` and so on. Nothing in other files trains a
rival, and a shipped episode that is the same as one of theirs (target and month) is left out of the training.

Three scores compare a forecast with what happened (Good 1952, Brier 1950, Epstein 1969). All three are proper: on
average nobody scores better than by stating what he believes.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.evidence import single_trigger
from analysis.evidence.backtest import durations
from analysis.evidence.backtest.gains import Gain, mean_gains
from analysis.evidence.backtest.rivals import RIVALS, RUNGS, Training, fit_duration
from analysis.evidence.episodes import Episode, Record, Trigger
from sim.model import codes
from sim.scenario import loader
from sim.scenario.experiment import Experiment
from sim.statistics.intervals import Floats

WORLDVIEWS = ("newsham", "self", "neutral")
BEFORE = "_before"  # after the name of a rival that is fitted to earlier episodes only
CHAINED = tuple(f"{rival}{BEFORE}" for rival in RIVALS)
FORECASTERS = (*WORLDVIEWS, *RIVALS)
PAIRS = (*((view, rival) for view in WORLDVIEWS for rival in RIVALS),
         ("newsham", "self"), ("newsham", "neutral"), ("self", "neutral"))  # fmt: skip
CHAINED_PAIRS = tuple((view, rival) for view in WORLDVIEWS for rival in CHAINED)
DOMAINS = tuple(RUNGS)
WORLDS, SEED = 10_000, 2020


def log_score(probabilities: Sequence[float], observed: int) -> float:
    """The natural logarithm of the probability of what happened; higher is better, 0 is perfect.

    >>> round(log_score([0.5, 0.25, 0.25], 1), 3)
    -1.386
    """
    return math.log(probabilities[observed])


def brier(probabilities: Sequence[float], observed: int) -> float:
    """The sum over rungs of squared differences from what happened (1 there, 0 elsewhere); lower is better, 0 to 2.

    >>> brier([0.5, 0.25, 0.25], 1)
    0.875
    """
    return sum((p - (rung == observed)) ** 2 for rung, p in enumerate(probabilities))


def rps(probabilities: Sequence[float], observed: int) -> float:
    """The ranked probability score: squared differences of cumulated probabilities, summed; lower is better.

    For each rung k but the last, the probability of "at most k" is compared with whether that came true. A forecast
    that is off by one rung is wrong about one such statement, and one that is off by three about three, so a near miss
    costs less. The sum is not divided by the number of rungs.

    >>> rps([0.5, 0.25, 0.25], 1)
    0.3125
    """
    cumulated = [sum(probabilities[: rung + 1]) for rung in range(len(probabilities) - 1)]
    return sum((p - (observed <= rung)) ** 2 for rung, p in enumerate(cumulated))


SCORES = {"log_score": log_score, "brier": brier, "rps": rps}
_KEY = ["episode", "target", "domain"]
_COLUMNS = {
    "forecasts": [*_KEY, "rung", "forecaster", "probability", "observed"],
    "scores": [*_KEY, "forecaster", *SCORES],
    "durations": [*_KEY, "forecaster", "known", "months_low", "months_high", "median_months", "log_score"],
}


@dataclass(frozen=True)
class Backtest:
    """Forecasts and scores of some episodes; docs/backtest.md lists the columns."""

    experiment: Experiment
    episodes: tuple[Episode, ...]
    forecasts: pd.DataFrame
    scores: pd.DataFrame
    durations: pd.DataFrame

    @functools.cached_property
    def gains(self) -> tuple[Gain, ...]:
        """Mean gains of each worldview over each rival and over another worldview."""
        return mean_gains(self, (*PAIRS, *CHAINED_PAIRS))

    def gains_in_both_domains(self, measure: str = "log_score") -> list[Gain]:
        """The gains in one measure over both domains together."""
        return [gain for gain in self.gains if (gain.domain, gain.measure) == ("both", measure)]


def run_backtest(
    episodes: Sequence[Episode],
    record: Record,
    *,
    worlds: int = WORLDS,
    seed: int = SEED,
    experiment: str = "debate",
    changes: Sequence[str] = (),
) -> Backtest:
    """Forecast and score episodes.

    Parameters
    ----------
    episodes
        To be forecast.
    record
        The rivals are fitted to its episodes, except the one to be forecast; and again to the earlier ones only.
    worlds, seed
        Worlds of each worldview in which each trigger is played, and the seed of their draws.
    experiment, changes
        The experiment whose model forecasts, and changes of it (KEY=VALUE).

    Examples
    --------
    >>> from analysis.evidence.episodes import load_record
    >>> record = load_record()
    >>> backtest = run_backtest(record.episodes[:1], record, worlds=100)
    >>> backtest.scores[["episode", "domain", "forecaster"]].iloc[0].tolist()
    ['E04', 'economic', 'newsham']
    """
    exp = loader.load(experiment, set_=changes, worldviews=WORLDVIEWS, policies="status_quo", trials=worlds, seed=seed)
    models = {view.name: Model(exp, view.name) for view in exp.worldviews}
    rows: dict[str, list[dict[str, Any]]] = {"forecasts": [], "scores": [], "durations": []}
    for episode in episodes:
        training = {rival: training_for(episode, record.episodes, rival) for rival in (*RIVALS, *CHAINED)}
        for domain in DOMAINS:
            observed = episode.rung(domain)
            for forecaster in (*FORECASTERS, *CHAINED):
                key = {"episode": episode.name, "target": episode.target, "domain": domain, "forecaster": forecaster}
                if model := models.get(forecaster):
                    probs = model.chances(episode, domain).tolist()
                else:
                    rival = RIVALS[forecaster.removesuffix(BEFORE)]
                    probs = rival.chances(training[forecaster], episode, domain).tolist()
                rows["forecasts"] += [{**key, "rung": rung, "probability": prob, "observed": int(rung == observed)}
                                      for rung, prob in enumerate(probs)]  # fmt: skip
                rows["scores"].append({**key, **{name: score(probs, observed) for name, score in SCORES.items()}})
        rows["durations"] += _score_durations(episode, training, models)
    tables = {name: pd.DataFrame(entries, columns=_COLUMNS[name]) for name, entries in rows.items()}
    return Backtest(exp, tuple(episodes), **tables)


def training_for(episode: Episode, episodes: Sequence[Episode], rival: str) -> Training:
    """The episodes to which a rival is fitted: those that differ from this one in target or month, or earlier ones."""
    if rival in CHAINED:
        return tuple(other for other in episodes if other.start < episode.start)
    return tuple(other for other in episodes if (other.target, other.start) != (episode.target, episode.start))


class Model:
    """The model as a forecaster, under one worldview: each trigger is played once in every world."""

    def __init__(self, exp: Experiment, worldview: str) -> None:
        view = next(view for view in exp.worldviews if view.name == worldview)
        self.exp, self.parameters = exp, single_trigger.draw_worlds(exp, view)
        self._rungs = functools.cache(self._play)

    def _play(self, trigger: Trigger) -> np.ndarray:
        return single_trigger.play_trigger(self.exp, self.parameters, trigger)[0]

    def chances(self, episode: Episode, domain: str) -> Floats:
        """float[rung]: the share of worlds on each rung just after the trigger; all rungs count as one more world."""
        rungs = self._rungs(episode.trigger)
        counts = np.bincount(rungs[:, track_of(episode, domain)], minlength=RUNGS[domain])
        return (counts + 1 / RUNGS[domain]) / (len(rungs) + 1)

    def duration_laws(self, episode: Episode) -> tuple[Floats, Floats]:
        """Medians in months and spreads of the answers in the episode's domain, in the worlds that have one."""
        track = track_of(episode, episode.domain)
        return durations.laws_of_answers(self._rungs(episode.trigger), self.parameters, track)


def track_of(episode: Episode, domain: str) -> int:
    """The index, in `sim.model.codes.TRACKS`, of an episode's target and a domain."""
    return [(target, kind) for target, kind, _ in codes.TRACKS].index((episode.target.lower(), domain))


def _score_durations(
    episode: Episode, training: Mapping[str, Training], models: Mapping[str, Model]
) -> Iterator[dict[str, Any]]:
    """The probability that each forecaster gives to the recorded duration, given an answer in its domain."""
    limits = durations.recorded_limits(episode)
    if limits is None:
        return
    for name in (*FORECASTERS, *CHAINED):
        model = models.get(name)
        law = (
            model.duration_laws(episode) if model else fit_duration(name.removesuffix(BEFORE), training[name], episode)
        )
        yield {
            "episode": episode.name, "target": episode.target, "domain": episode.domain,
            "forecaster": name, "known": limits.kind, "months_low": limits.low,
            "months_high": None if math.isinf(limits.high) else limits.high,
            "median_months": durations.median_of_mixture(*law),
            "log_score": math.log(max(durations.prob_between(limits, *law), 1e-12)),
        }  # fmt: skip
