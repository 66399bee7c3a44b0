"""Every episode forecast by everyone: three worldviews of the model, which are not fitted, and three rivals, which are.

No episode trains its own forecast. In the shipped record that is leave-one-out, every fit made anew; of others' files
nothing trains, and a shipped episode that is the same (target and month) is left out of the training.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.evidence import single_trigger
from analysis.evidence.backtest import lasting, scores
from analysis.evidence.backtest.rivals import RIVALS, RUNGS, Floats, Training
from analysis.evidence.episodes import Episode, Record
from sim.model import codes
from sim.scenario import loader

if TYPE_CHECKING:
    from analysis.evidence.single_trigger import Trigger
    from sim.scenario.experiment import Experiment

WORLDVIEWS = ("newsham", "self", "neutral")
FORECASTERS = (*WORLDVIEWS, *RIVALS)
DOMAINS = tuple(RUNGS)
SCORES = ("log_score", "brier", "rps")
WORLDS, SEED = 10_000, 2020


@dataclass(frozen=True)
class Scored:
    """Forecasts and scores of some episodes; the columns are in docs/backtest.md."""

    experiment: Experiment
    episodes: tuple[Episode, ...]
    forecasts: pd.DataFrame
    scores: pd.DataFrame
    durations: pd.DataFrame


def scored(episodes: Sequence[Episode], record: Record, *, worlds: int = WORLDS, seed: int = SEED) -> Scored:
    """Forecast and score episodes; the rivals train on those of the record that are others.

    Examples
    --------
    >>> from sim import history
    >>> record = history.record()
    >>> found = scored(record.episodes[:1], record, worlds=100)
    >>> found.scores[["episode", "domain", "forecaster"]].iloc[0].tolist()
    ['E04', 'economic', 'newsham']
    """
    exp = loader.load("debate", worldviews=WORLDVIEWS, policies="status_quo", trials=worlds, seed=seed)
    views = {view.name: Model(exp, view.name) for view in exp.worldviews}
    tables: dict[str, list[dict[str, Any]]] = {"forecasts": [], "scores": [], "durations": []}
    for episode in episodes:
        training = others(episode, record.episodes)
        for domain in DOMAINS:
            for name in FORECASTERS:
                view, key = views.get(name), {"episode": episode.name, "target": episode.target, "domain": domain}
                chances = view.rungs(episode, domain) if view else RIVALS[name](training, episode, domain)
                tables["forecasts"] += _forecast(key, name, chances, episode.rung(domain))
                tables["scores"].append(_score(key, name, chances, episode.rung(domain)))
        tables["durations"] += _durations(episode, training, views)
    made = {name: pd.DataFrame(rows, columns=_COLUMNS[name]) for name, rows in tables.items()}
    return Scored(exp, tuple(episodes), **made)


_KEY = ["episode", "target", "domain"]
_COLUMNS = {
    "forecasts": [*_KEY, "rung", "forecaster", "probability", "observed"],
    "scores": [*_KEY, "forecaster", *SCORES],
    "durations": [*_KEY, "forecaster", "known", "months_low", "months_high", "median_months", "log_score"],
}


def others(episode: Episode, episodes: Sequence[Episode]) -> Training:
    """The episodes that are not this one: another target or another month."""
    return tuple(one for one in episodes if (one.target, one.start) != (episode.target, episode.start))


class Model:
    """The model as a forecaster, under one worldview: each trigger is played once in every world, and kept."""

    def __init__(self, exp: Experiment, worldview: str) -> None:
        view = next(view for view in exp.worldviews if view.name == worldview)
        self.exp, self.parameters = exp, single_trigger.worlds(exp, view)
        self._rungs = functools.cache(self._play)

    def _play(self, cause: Trigger) -> np.ndarray:
        return single_trigger.answers(self.exp, self.parameters, cause)[0]

    def rungs(self, episode: Episode, domain: str) -> Floats:
        """Return the share of worlds on each rung right after; all rungs together count as one world more."""
        rungs = self._rungs(episode.trigger)
        counts = np.bincount(rungs[:, track(episode, domain)], minlength=RUNGS[domain])
        return (counts + 1 / RUNGS[domain]) / (len(rungs) + 1)

    def lasts(self, episode: Episode, domain: str) -> tuple[Floats, Floats]:
        """Return medians in months and spreads of the answers in a domain, over the worlds that have one."""
        return lasting.medians(self._rungs(episode.trigger), self.parameters, track(episode, domain))


def track(episode: Episode, domain: str) -> int:
    """The model's track of an episode's target and a domain."""
    return [(target, kind) for target, kind, _ in codes.TRACKS].index((episode.target.lower(), domain))


def _forecast(key: dict[str, Any], name: str, chances: Floats, observed: int) -> Iterator[dict[str, Any]]:
    for rung, chance in enumerate(chances.tolist()):
        yield {**key, "rung": rung, "forecaster": name, "probability": chance, "observed": int(rung == observed)}


def _score(key: dict[str, Any], name: str, chances: Floats, observed: int) -> dict[str, Any]:
    rungs = chances.tolist()
    return {**key, "forecaster": name, **{score: getattr(scores, score)(rungs, observed) for score in SCORES}}


def _durations(episode: Episode, training: Training, views: dict[str, Model]) -> Iterator[dict[str, Any]]:
    """How likely each found the time that the answer took, given that there was one in its domain."""
    limits = lasting.known(episode)
    if limits is None:
        return
    key = {"episode": episode.name, "target": episode.target, "domain": episode.domain}
    for name in FORECASTERS:
        view = views.get(name)
        median, spread = view.lasts(episode, episode.domain) if view else lasting.fitted(name, training, episode)
        chance = lasting.between(limits, median, spread)
        yield {
            **key, "forecaster": name, "known": limits.kind, "months_low": limits.low,
            "months_high": None if math.isinf(limits.high) else limits.high,
            "median_months": lasting.middle(median, spread), "log_score": math.log(max(chance, 1e-12)),
        }  # fmt: skip
