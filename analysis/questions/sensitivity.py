"""Which beliefs make the difference between two policies larger or smaller, when all of them are open at once?

Each row sets every input (the dials of all claims, or every number) and is played in the same worlds and the same luck;
its value is the mean paired difference. Three methods ask three questions. Tornado: what does one input do by itself,
all else as the worldview has it? Morris: what does it do when all others are somewhere else too? Sobol: how much of the
spread of the difference over all beliefs does it account for? Luck is an input of its own in the third.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.questions import work
from analysis.questions.coalitions import stakes
from sim.engine.evaluation import CLAIM, block_means, problem
from sim.engine.question import ask, whole
from sim.errors import QuestionError
from sim.scenario.messages import unknown
from sim.statistics.indices import LUCK, MORRIS, decomposed, plain, screened
from sim.statistics.intervals import Floats, block_mean

if TYPE_CHECKING:
    from sim.engine.question import Asked
    from sim.scenario.experiment import Experiment

TRIALS, TRAJECTORIES, POINTS, HEAVIEST = 400, 24, 512, 12
BLOCKS = 20  # blocks of worlds: an interval rests on how they differ
LONGER = 10  # a tornado has few rows, and so many times the trials
PIECE = 128  # rows that are played and kept together
TENTH = 0.1  # of the variance, or of the largest mu_star: what counts as settled
LAWS = {
    "dials": "each claim’s dial uniform from 0 (Self) to 1 (Newsham), all independent",
    "parameters": "each number as the worldview has it, all independent",
}
ENDS = {"dials": (0.0, 1.0), "parameters": (0.05, 0.95)}  # of a tornado, as quantiles of an input's law
Progress = Callable[[int, int], object] | None


@dataclass(frozen=True)
class Sensitivity:
    """How much each input weighs in the difference between two policies.

    Attributes
    ----------
    law
        The distribution of the inputs, in words.
    table
        The columns of sensitivity.csv: a row for each outcome, method, input and measure, with its 95 % interval and
        whether it is settled.
    convergence
        The same figures from an eighth, a quarter, a half and all of the design.
    tornado
        The difference with each input at either end and all else as the worldview has it, and the change that makes.
    """

    asked: Asked
    over: str
    trials: int
    law: str
    table: pd.DataFrame
    convergence: pd.DataFrame
    tornado: pd.DataFrame


def sensitivity(
    exp: Experiment,
    contrast: str,
    outcomes: Sequence[str] | None = None,
    start: str | None = None,
    worldview: str | None = None,
    *,
    over: str = "dials",
    trials: int = TRIALS,
    trajectories: int = TRAJECTORIES,
    points: int = POINTS,
    heaviest: int = HEAVIEST,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress = None,
) -> Sensitivity:
    """Screen all inputs, decompose the variance over those that weigh most, and turn each by itself.

    Parameters
    ----------
    outcomes
        By default the primary ones and each author's own stakes.
    worldview
        What holds besides: in the tornado all but one input, in Sobol's method those that were not kept.
    over
        `dials`: every claim's, uniform from 0 to 1. `parameters`: every number, as the worldview has it.
    trials
        For each policy and row; rounded up to 20 blocks of worlds.
    trajectories, points
        Of Morris' design (at least 2); of Sobol's (a power of 2).
    heaviest
        How many inputs go from Morris to Sobol: those with the largest `mu_star`, as shares of all, over all outcomes.

    Raises
    ------
    QuestionError
        For what is misspelt or out of range; if nothing moves an outcome, or luck moves it more than the inputs.

    Examples
    --------
    >>> import sim
    >>> found = sensitivity(sim.load("debate"), "direct_ties-interoperability", ["use_of_force"], trials=20,
    ...                     trajectories=2, points=8, heaviest=2)
    >>> found.table["method"].value_counts().to_dict()
    {'morris': 108, 'sobol': 6}
    """
    asked = ask(exp, stakes(exp) if outcomes is None else outcomes, contrast, start=start, worldview=worldview)
    given = {"trials": trials, "trajectories": trajectories, "points": points, "heaviest": heaviest}
    return surveyed(asked, over, **given, folder=folder, workers=workers, progress=progress)


def surveyed(
    asked: Asked,
    over: str = "dials",
    *,
    trials: int = TRIALS,
    trajectories: int = TRAJECTORIES,
    points: int = POINTS,
    heaviest: int = HEAVIEST,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress = None,
) -> Sensitivity:
    """Answer a question that is checked already; as `sensitivity`."""
    if over not in LAWS:
        raise QuestionError(unknown("over", over, list(LAWS)))
    if whole("trajectories", trajectories) < 2:
        raise QuestionError("trajectories: must be 2 or more")
    if whole("points", points) < 8 or points & (points - 1):
        raise QuestionError(f"points: must be a power of 2 from 8, as 256 or 512, got {points}")
    given = problem(asked.exp, over, asked.worldview.name)
    kept, worlds = min(whole("heaviest", heaviest), given["num_vars"]), _worlds(asked.exp, trials)
    rows = trajectories * (given["num_vars"] + 1) + points * (kept + 2) + LONGER * (2 * given["num_vars"] + 1)
    each = len(asked.policies) * asked.exp.lucks * worlds
    count = _Count(progress, rows * each)
    play = _Play(asked, tuple(given["names"]), worlds, folder, workers, count)
    seed, outcomes = asked.exp.seed, asked.outcomes
    turned = _tornado(play, given, over)
    morris = screened(play, given, outcomes, trajectories, seed)
    chosen = plain(given, _heaviest(morris, kept))
    sobol = decomposed(replace(play, names=tuple(chosen["names"])), chosen, outcomes, points, seed)
    found = _told(asked, given, pd.concat([morris, sobol], ignore_index=True), over)
    full = found["points"] == found.groupby("method")["points"].transform("max")
    table = found[full].assign(verdict=_verdicts(found, full), trials=worlds * asked.exp.lucks)
    return Sensitivity(asked, over, worlds * asked.exp.lucks, LAWS[over], table.reset_index(drop=True), found,
                       _told(asked, given, turned, over))  # fmt: skip


def _worlds(exp: Experiment, trials: int) -> int:
    return -(-whole("trials", trials) // (BLOCKS * exp.lucks)) * BLOCKS


class _Count:
    """Trials done, for whoever watches."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def __call__(self, trials: int) -> None:
        self._done += trials
        if self._progress:
            self._progress(self._done, self._total)


@dataclass(frozen=True)
class _Play:
    """The difference as a model of these inputs: float[row, input] -> float[block, row, outcome]; pieces are kept."""

    asked: Asked
    names: tuple[str, ...]
    worlds: int
    folder: Path | None
    workers: int | None
    count: _Count

    def __call__(self, X: Floats) -> Floats:
        bare = [name.removeprefix(CLAIM) for name in self.names]
        return self.at([dict(zip(bare, row, strict=True)) for row in X.tolist()])

    def at(self, settings: Sequence[dict[str, float]]) -> Floats:
        shelf = work.Shelf(self.folder, work.mark(self.asked, self.worlds, BLOCKS))
        made = []
        for first in range(0, len(settings), PIECE):
            piece = settings[first : first + PIECE]
            name = "rows " + hashlib.sha256(repr(piece).encode()).hexdigest()[:16]
            kept = shelf.read(name)
            if kept is None:
                rows = [(self.asked, setting) for setting in piece]
                kept = {"means": block_means(rows, 0, self.worlds, BLOCKS, self.workers)}
                shelf.write(name, kept)
            made.append(kept["means"])
            self.count(len(piece) * self.worlds * self.asked.exp.lucks * len(self.asked.policies))
        return np.concatenate(made, axis=1)


def _heaviest(morris: pd.DataFrame, count: int) -> list[str]:
    """The inputs with the largest `mu_star`, each as a share of its outcome's, over all outcomes."""
    rows = morris[(morris["measure"] == "mu_star") & (morris["points"] == morris["points"].max())]
    share = rows["value"] / rows.groupby("outcome")["value"].transform("sum")
    weight = share.groupby(rows["input"]).mean().sort_values(ascending=False, kind="stable")
    return [str(name) for name in weight.index[:count]]


def _tornado(play: _Play, given: dict[str, Any], over: str) -> pd.DataFrame:
    """Each input at either end, all else as the worldview has it, against the worldview as it is."""
    from SALib.util import scale_samples

    longer = replace(play, worlds=play.worlds * LONGER)
    ends = [scale_samples(np.full((1, given["num_vars"]), end), plain(given))[0].tolist() for end in ENDS[over]]
    settings: list[dict[str, float]] = [{}]
    for name, *both in zip(given["names"], *ends, strict=True):
        settings += [{name.removeprefix(CLAIM): value} for value in both]
    means, rows = longer.at(settings), []
    for i, outcome in enumerate(play.asked.outcomes):
        for place, setting in enumerate(settings[1:], start=1):
            [(name, value)] = setting.items()
            level, change = block_mean(means[:, place, i]), block_mean(means[:, place, i] - means[:, 0, i])
            rows.append((outcome, name, "high" if place % 2 == 0 else "low", value, *level, *change))
    figures = ["difference", "low", "high", "change", "change_low", "change_high"]
    return pd.DataFrame(rows, columns=["outcome", "input", "end", "setting", *figures])


def _told(asked: Asked, given: dict[str, Any], found: pd.DataFrame, over: str) -> pd.DataFrame:
    """Say of each row what it is about: the question before it; the input's theme, what it says, and the law, after."""
    bare = [name.removeprefix(CLAIM) for name in given["names"]]
    themes = dict(zip(bare, given["groups"], strict=True)) | {LUCK: LUCK}
    names = found["input"].str.removeprefix(CLAIM)
    a, b = asked.policies
    head = {"start": asked.start.name, "policy_a": a.name, "policy_b": b.name, "worldview": asked.worldview.name}
    told = [says(asked.exp, name) for name in names]
    made = found.assign(input=names, theme=names.map(themes), says=told, law=LAWS[over])
    for place, (name, value) in enumerate(head.items()):
        made.insert(place, name, value)
    return made


def says(exp: Experiment, name: str) -> str:
    """What an input is, in words: what a claim says, or what a parameter means."""
    claims, parameters = exp.catalogue.claims, exp.catalogue.parameters
    if name == LUCK:
        return "Which worlds and which luck a row is played with."
    return claims[name].says if name in claims else parameters[name.removeprefix("quantile.")].meaning


def _verdicts(found: pd.DataFrame, full: pd.Series[bool]) -> list[str]:
    """Whether each figure is settled: within a tenth of the scale, and moved by less than that by the second half."""
    key = ["outcome", "method", "input", "measure"]
    every = sorted({*found["points"]})
    half = found[found["points"].isin([points // 2 for points in every])].set_index([*key, "points"])["value"]
    largest = found[full & (found["measure"] == "mu_star")].groupby("outcome")["value"].max()
    verdicts = []
    for row in found[full].itertuples():
        scale = float(largest[str(row.outcome)]) if row.method == MORRIS else 1.0
        value, low, high = float(str(row.value)), float(str(row.low)), float(str(row.high))
        before = half.get((row.outcome, row.method, row.input, row.measure, int(str(row.points)) // 2))
        near = before is not None and abs(value - float(before)) <= TENTH * scale
        settled = near and max(high - value, value - low) <= TENTH * scale
        verdicts.append("settled" if settled else "not settled")
    return verdicts
