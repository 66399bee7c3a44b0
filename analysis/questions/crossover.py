"""Along one belief, where does the better policy change? Every claim's dial, from the evidence to who speaks on it.

And along two at once: a map over two dials.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.questions.finding import Finding
from analysis.questions.work import Counter, Work
from sim.engine import beliefs
from sim.engine.evaluation import block_means
from sim.errors import QuestionError
from sim.scenario.messages import describe_unknown
from sim.statistics.intervals import Floats, interval_over_blocks
from sim.statistics.zero_crossing import RESAMPLES, Crossing, find_crossing, next_points

if TYPE_CHECKING:
    from sim.engine.question import Question
    from sim.scenario.experiment import Experiment

FIRST = (-1.0, -0.5, 0.0, 0.5, 1.0)  # dials that are played first, within a claim's range, with both legal ends
ROUNDS = 5  # of more dials, at most: at crossings, and where a curve may bend to 0
CLOSE = 0.02  # of the dial: two places so near are played as one
MAP_PLACES = 7  # dials that are played along each side of a map
TRIALS = 5000
BLOCK_TRIALS = 100  # of a setting, in one block
BLOCKS_SAVED = 5  # played and saved together
TRAITS = frozenset({"prc_opportunist_prob", "prc_unlimited_prob"})
"""Chances of a trait that a world either has or has not, drawn once: a difference is exactly linear in each."""
COLUMNS = ("start", "claim", "outcome", "policy_a", "policy_b", "worldview", "crossing", "low", "high", "kind")
MAP_COLUMNS = ("start", "policy_a", "policy_b", "outcome", "worldview", "claim_x", "claim_y", "dial_x", "dial_y",
               "difference", "low", "high")  # fmt: skip
Setting = Mapping[str, float]  # dials and parameters by name


@dataclass(frozen=True, eq=False)
class Crossover(Finding):
    """Where the better policy changes along each claim's dial.

    Attributes
    ----------
    table
        The columns of crossover.csv: `crossing` on the dial (-1 Self, 0 the evidence, 1 Newsham) with its 95 %
        interval, and its `kind` (`one`, `many`, `none` within what is legal, or `undecided`). Then `legal_low` and
        `legal_high`, how far the dial may go: 0 on the side of a silent author; all crossings if there are many; and
        the medians of the claim's numbers at the crossing.
    numbers
        For each crossing and number of its claim: its median there, by the evidence, and by each author who speaks.
    curves
        The difference at each dial that was played, with its 95 % interval.
    """

    numbers: pd.DataFrame = field(repr=False)
    curves: pd.DataFrame = field(repr=False)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"crossover": self.table, "crossover_numbers": self.numbers, "crossover_curves": self.curves}

    @property
    def design(self) -> dict[str, Any]:
        """Sizes of the search for crossings: dials, blocks, resamples."""
        names = [str(name) for name in self.table["claim"].unique()]
        return {
            "claims": names, "claims_by_traits": [name for name in names if traits_of(self.question, name)],
            "rounds": ROUNDS, "blocks": blocks_of(self.question.experiment, self.trials), "resamples": RESAMPLES,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Map(Finding):
    """The difference between two policies over two claims' dials, for the question's first outcome.

    `table` has `start`, `policy_a`, `policy_b`, `outcome`, `worldview`, `claim_x`, `claim_y`, `dial_x`, `dial_y`
    (-1 Self, 0 the evidence, 1 Newsham), `difference` and its 95 % interval, `low` and `high`.
    """

    claims: tuple[str, str]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"crossover_map": self.table}

    @property
    def design(self) -> dict[str, Any]:
        """Sizes of the map."""
        blocks = blocks_of(self.question.experiment, self.trials)
        return {"claims": [*self.claims], "places": MAP_PLACES, "blocks": blocks}


def crossover(
    question: Question, work: Work | None = None, *, claims: Sequence[str] = (), trials: int = TRIALS
) -> Crossover:
    """Find where the difference between two policies crosses 0 along each claim's dial.

    Every number of another claim, or of none, stays as the worldview has it. Each dial is played at the evidence, at
    the readings of who speaks, half way to them and at both legal ends, and then where its curve crosses 0 or may bend
    to it. A claim whose only numbers are
    chances of a trait is played with and without the trait: its difference at any dial follows from these exactly.

    Parameters
    ----------
    claims
        By default every claim with a dial.
    trials
        For each policy and dial: rounded up to parts of 500.

    Raises
    ------
    QuestionError
        For an unknown claim, or if an outcome is the same under both policies everywhere.

    Examples
    --------
    >>> import sim
    >>> from sim.engine.question import Question
    >>> question = Question.of(sim.load("debate"), contrast="direct_ties-status_quo", outcomes=["use_of_force"])
    >>> found = crossover(question, claims=["N18"], trials=500)
    >>> len(found.table), len(found.curves) >= 4
    (1, True)
    """
    names, search = check_dials(question.experiment, claims), _Search(question, trials, work)
    ends = {claim: beliefs.legal_ends(question.experiment.catalogue, claim) for claim in names}
    wanted = {claim: sorted({end.low, *(dial for dial in FIRST if end.low <= dial <= end.high), end.high})
              for claim, end in ends.items()}  # fmt: skip
    for _ in range(1 + ROUNDS):
        search.play(wanted)
        if not (wanted := {claim: more for claim in names if (more := search.next_dials(claim))}):
            break
    curves = {claim: search.curve(claim) for claim in names}
    crossings = {
        (claim, outcome): find_crossing(values[:, :, i], dials)
        for claim, (dials, values) in curves.items() for i, outcome in enumerate(question.outcomes)
    }  # fmt: skip
    for i, outcome in enumerate(question.outcomes):
        if not any(values[:, :, i].any() for _, values in curves.values()):
            raise QuestionError(f"outcome {outcome} is the same under both policies: there is nothing to cross")
    size = worlds_of(question.experiment, trials)[0] * question.experiment.lucks
    table, numbers = _table(question, crossings, ends), _numbers(question, crossings)
    return Crossover(question, size, table, numbers, _curves(question, curves))


def map_dials(question: Question, claims: tuple[str, str], work: Work | None = None, *, trials: int = TRIALS) -> Map:
    """Play a grid of seven by seven settings of two claims' dials; the rest stays as the worldview has it.

    Raises QuestionError for an unknown claim, or one claim twice.

    >>> import sim
    >>> from sim.engine.question import Question
    >>> question = Question.of(sim.load("debate"), contrast="direct_ties-status_quo", outcomes=["use_of_force"])
    >>> len(map_dials(question, ("N18", "S12"), trials=500).table)
    49
    """
    if len(check_dials(question.experiment, claims)) != 2:
        raise QuestionError(f"a map needs two different claims, got {' and '.join(claims)}")
    across, up = (map_places(question.experiment, claim) for claim in claims)
    settings = [{claims[0]: x, claims[1]: y} for y in up for x in across]
    differences = play_settings(question, settings, trials, work)
    key = (question.start.name, *question.contrast, question.outcomes[0], question.worldview.name, *claims)
    intervals = map(interval_over_blocks, differences[..., 0].T)
    rows = [(*key, *setting.values(), *interval) for setting, interval in zip(settings, intervals, strict=True)]
    size = worlds_of(question.experiment, trials)[0] * question.experiment.lucks
    return Map(question, size, pd.DataFrame(rows, columns=MAP_COLUMNS), claims)


def map_places(experiment: Experiment, claim: str) -> list[float]:
    """The dials of a claim that a map plays.

    >>> import sim
    >>> map_places(sim.load("debate"), "N12")[::3]
    [-1.0, 0.0, 1.0]
    """
    return [round(dial, 9) for dial in np.linspace(*experiment.catalogue.claims[claim].dial_range, MAP_PLACES).tolist()]


def check_dials(experiment: Experiment, claims: Sequence[str]) -> list[str]:
    """Return these claims, or every claim with a dial; raises QuestionError if one has none."""
    dialled = list(beliefs.dialled_parameters(experiment.catalogue))
    for claim in claims:
        if claim not in dialled:
            raise QuestionError(describe_unknown("claim with a dial", claim, dialled))
    return list(dict.fromkeys(claims)) or dialled


def play_settings(
    question: Question,
    settings: Sequence[Setting],
    trials: int,
    work: Work | None = None,
    *,
    counter: Counter | None = None,
    fresh: bool = False,
) -> Floats:
    """Play the question at each setting: float[block, setting, outcome]. Parts are saved one by one.

    Parameters
    ----------
    trials
        For each policy and setting: rounded up to parts of 500.
    counter
        Counts the trials, if more is to be played.
    fresh
        In worlds that have no part in the same call without it.
    """
    exp, work = question.experiment, work or Work()
    worlds, part = worlds_of(exp, trials)
    each = len(settings) * len(question.policies) * exp.lucks
    counter = counter or Counter(work.progress)
    counter.total += worlds * each
    cache = work.cache(question, [sorted(setting.items()) for setting in settings], part)
    rows, parts, begin = [(question, setting) for setting in settings], [], worlds if fresh else 0
    for first in range(begin, begin + worlds, part):
        compute = partial(block_means, rows, first, part, BLOCKS_SAVED, work.workers)
        parts.append(cache.recall(f"worlds {first}", compute))
        counter.add(part * each)
    return np.concatenate(parts)


def worlds_of(experiment: Experiment, trials: int) -> tuple[int, int]:
    """Worlds in all, and in one part."""
    part = BLOCKS_SAVED * max(BLOCK_TRIALS // experiment.lucks, 1)
    return -(-trials // (part * experiment.lucks)) * part, part


def blocks_of(experiment: Experiment, trials: int) -> int:
    """How many blocks these trials are."""
    worlds, part = worlds_of(experiment, trials)
    return worlds // part * BLOCKS_SAVED


class _Search:
    """What has been played of each claim's dial, and where to play it next."""

    def __init__(self, question: Question, trials: int, work: Work | None) -> None:
        self._question, self._trials, self._work = question, trials, work or Work()
        self._counter = Counter(self._work.progress)
        self._dials: dict[str, set[float]] = {}
        self._values: dict[tuple[tuple[str, float], ...], Floats] = {}  # by setting: float[block, outcome]

    def play(self, wanted: Mapping[str, Sequence[float]]) -> None:
        """Play these dials of each claim. Settings that are the same worlds are played once."""
        new: dict[tuple[tuple[str, float], ...], Setting] = {}
        for claim, dials in wanted.items():
            self._dials.setdefault(claim, set()).update(dials)
            for setting in self._corners(claim) or [self._setting(claim, dial) for dial in dials]:
                new[(*setting.items(),)] = setting
        settings = {key: setting for key, setting in new.items() if key not in self._values}
        if settings:
            played = play_settings(
                self._question, [*settings.values()], self._trials, self._work, counter=self._counter
            )
            self._values |= {key: played[:, i] for i, key in enumerate(settings)}

    def curve(self, claim: str) -> tuple[Floats, Floats]:
        """The dials that were played, float[dial], and the differences there, float[block, dial, outcome]."""
        dials, corners = np.array(sorted(self._dials[claim])), self._corners(claim)
        settings = corners or [self._setting(claim, dial) for dial in dials.tolist()]
        values = np.stack([self._values[(*setting.items(),)] for setting in settings], axis=1)
        if corners:
            values = np.einsum("bso,sd->bdo", values, self._weights(claim, dials))
        return dials, values

    def next_dials(self, claim: str) -> list[float]:
        """Where to play a claim next, for any outcome; places that are close together are one."""
        dials, values = self.curve(claim)
        wanted: list[float] = []
        for i in range(values.shape[2]):
            for dial in next_points(values[:, :, i], dials):
                if all(abs(dial - other) > CLOSE for other in (*wanted, *dials)):
                    wanted.append(round(dial, 6))
        return sorted(wanted)

    def _setting(self, claim: str, dial: float) -> Setting:
        """What must be played at a dial: nothing is set where a claim's numbers are as the worldview has them."""
        own, catalogue = self._question.worldview.distributions, self._question.experiment.catalogue
        if dial in (-1.0, 0.0, 1.0):
            there = beliefs.worldview_at(catalogue, {claim: dial}).distributions
            if all(there[name] == own[name] for name in beliefs.dialled_parameters(catalogue)[claim]):
                return {}
        return {claim: float(dial)}

    def _corners(self, claim: str) -> list[Setting]:
        """The worlds with and without each trait, if all numbers of the claim are chances of one; else empty."""
        traits = traits_of(self._question, claim)
        return (
            [dict(zip(traits, has, strict=True)) for has in product((0.0, 1.0), repeat=len(traits))] if traits else []
        )

    def _weights(self, claim: str, dials: Floats) -> Floats:
        """How much each corner counts at each dial, by the chance that a world has just these: float[corner, dial]."""
        exp, traits = self._question.experiment, traits_of(self._question, claim)
        worlds = beliefs.draw_worlds(exp, self._question.worldview, [claim], 0, max(2000, exp.trials // exp.lucks))
        columns = [worlds.names.index(name) for name in traits]
        chances = np.array([worlds.at({claim: dial})[:, columns].mean(axis=0) for dial in dials.tolist()])
        corners = product((0, 1), repeat=len(traits))
        return np.array([np.prod(np.where(has, chances, 1 - chances), axis=1) for has in corners])


def traits_of(question: Question, claim: str) -> tuple[str, ...]:
    """The claim's numbers, if all are chances of a trait and none is correlated with another number.

    >>> import sim
    >>> from sim.engine.question import Question
    >>> traits_of(Question.of(sim.load("debate")), "N12")
    ('prc_opportunist_prob', 'prc_unlimited_prob')
    """
    exp = question.experiment
    names = beliefs.dialled_parameters(exp.catalogue)[claim]
    correlated = {name for a, b, _ in exp.correlations for name in (a, b)}
    return names if {*names} <= TRAITS - correlated and exp.switches.get("traits", True) else ()


def medians(experiment: Experiment, claim: str, dial: float) -> list[tuple[str, float, dict[str, float]]]:
    """Each number of a claim: its median at a dial, and at the evidence and the reading of each author who speaks.

    Beyond an author's reading medians go on along their straight line, as far as `legal_ends` says.

    >>> import sim
    >>> [(name, there, at)] = medians(sim.load("debate"), "S9", -1.0)
    >>> list(at), there == at["self"]
    (['self', 'evidence'], True)
    """
    catalogue = experiment.catalogue
    stops = catalogue.claims[claim].stops
    names = beliefs.dialled_parameters(catalogue)[claim]
    at = {word: beliefs.medians(catalogue, claim, stop).tolist() for word, stop in stops.items()}
    side = ("self" if dial < 0 else "newsham") if dial else "evidence"
    rows = []
    for i, name in enumerate(names):
        here = {word: values[i] for word, values in at.items()}
        rows.append((name, (1 - abs(dial)) * here["evidence"] + abs(dial) * here[side], here))
    return rows


def _key(question: Question, claim: str, outcome: str) -> tuple[str, ...]:
    return question.start.name, claim, outcome, *question.contrast, question.worldview.name


def _table(
    question: Question, crossings: Mapping[tuple[str, str], Crossing], ends: Mapping[str, beliefs.LegalEnds]
) -> pd.DataFrame:
    exp, rows = question.experiment, []
    for (claim, outcome), crossing in crossings.items():
        at = crossing.at
        there = "" if at is None else "; ".join(f"{name} {value:.4g}" for name, value, _ in medians(exp, claim, at))
        every = "; ".join(f"{dial:.3f}" for dial in crossing.every)
        place = (at, crossing.low, crossing.high, crossing.kind, ends[claim].low, ends[claim].high)
        rows.append((*_key(question, claim, outcome), *place, every, there))
    more = ("legal_low", "legal_high", "crossings", "numbers_there")
    table = pd.DataFrame(rows, columns=[*COLUMNS, *more])
    return table.astype(dict.fromkeys(("crossing", "low", "high", *more[:2]), float))


def _numbers(question: Question, crossings: dict[tuple[str, str], Crossing]) -> pd.DataFrame:
    rows = []
    for (claim, outcome), crossing in crossings.items():
        for at in crossing.every or (() if crossing.at is None else (crossing.at,)):
            for name, there, stops in medians(question.experiment, claim, at):
                unit = question.experiment.catalogue.parameters[name].unit
                values = (stops.get(word) for word in ("self", "evidence", "newsham"))
                rows.append((*_key(question, claim, outcome), at, name, unit, there, *values))
    more = ("crossing", "parameter", "unit", "median_there", "self_median", "evidence_median", "newsham_median")
    return pd.DataFrame(rows, columns=[*COLUMNS[:6], *more])


def _curves(question: Question, curves: Mapping[str, tuple[Floats, Floats]]) -> pd.DataFrame:
    rows = [
        (*_key(question, claim, outcome), dial, *interval_over_blocks(values[:, j, i]))
        for claim, (dials, values) in curves.items()
        for i, outcome in enumerate(question.outcomes) for j, dial in enumerate(dials.tolist())
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS[:6], "dial", "difference", "low", "high"])
