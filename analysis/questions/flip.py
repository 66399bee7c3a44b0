"""The fewest beliefs that must change for the other policy to do better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.questions.crossover import blocks_of, play_settings, worlds_of
from analysis.questions.finding import Finding
from analysis.questions.work import Counter, Work
from sim.engine import beliefs
from sim.errors import QuestionError
from sim.scenario.schema import EVIDENCE, STOPS
from sim.statistics.intervals import Floats, interval_over_blocks

if TYPE_CHECKING:
    from sim.engine.question import Question

TRIALS = 3000
SEARCHED = 12  # changes that are searched: those with the largest effect, made first or taken back last
EXACT = 3  # every set of up to so many of these is tried
TRIED = 70  # sets that are tried at a time, and larger sets of a size, at most, that are tried in the end
COLUMNS = ("start", "policy_a", "policy_b", "outcome", "worldview", "step", "claim", "reading", "difference", "low",
           "high", "result")  # fmt: skip
Changes = tuple[str, ...]  # "claim stop", as in "S12 self" or "S12 evidence"


@dataclass(frozen=True, eq=False)
class Flip(Finding):
    """The smallest set of changes that turns the better policy round, step by step.

    Attributes
    ----------
    table
        The columns of flip.csv: step 0 is the worldview as it is, then a row for each change, with the difference after
        it and every change before, then `(all)`: every claim of an author accepted and no other, or none at all
        (`evidence`). `reading` is `newsham`, `self` or `evidence`: no claim is read as a silent author would. All
        differences are from worlds that had no part in the search.
    result
        `turned`: the last difference lies on the other side of 0 with its whole interval; `undecided`: only its
        estimate does; `none`: no set that was tried leads there; `unsettled`: the interval of the worldview's own
        difference includes 0, so there is nothing to turn.
    """

    result: str
    changes: Changes

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"flip": self.table}

    @property
    def design(self) -> dict[str, Any]:
        """Sizes of the search; as many trials again were played for the result."""
        blocks = blocks_of(self.question.experiment, self.trials)
        return {"moving": SEARCHED, "exact": EXACT, "checked": TRIED, "blocks": blocks}


def flip(question: Question, work: Work | None = None, *, trials: int = TRIALS) -> Flip:
    """Find the fewest claims to accept, or to accept no longer, so that the other policy does better.

    The search is over the twelve changes with the largest effect, alone or on top of all others. All sets of one, two
    and three of them are tried, so a result of up to three is the smallest of these twelve. If none turns the result,
    changes are added, each time the one that leads farthest, until it turns; and taken back from all twelve, each time
    the one needed least, as long as it stays turned. From the shorter of the two sets, some smaller ones are tried.
    Such a result is an upper limit.

    Parameters
    ----------
    question
        A contrast; its first outcome counts. Its worldview is whose beliefs change.
    trials
        For each policy and set: rounded up to parts of 500. As many again are played for the result.

    Raises
    ------
    QuestionError
        If the outcome is the same under both policies.

    Examples
    --------
    >>> import sim
    >>> from sim.engine.question import Question
    >>> exp = sim.load("debate")
    >>> question = Question.of(exp, contrast="direct_ties-status_quo", outcomes="use_of_force", worldview="self")
    >>> flip(question, trials=500).result
    'turned'
    """
    search = _Search(question, work or Work(), trials)
    own = search.play([()])[()]
    if not own.any():
        raise QuestionError(
            f"outcome {question.outcomes[0]} is the same under both policies: there is nothing to turn round"
        )
    search.sign = -1.0 if own.mean() > 0 else 1.0
    settled = _lies_beyond(own, -search.sign)
    return search.result(search.smallest() if settled else None, settled)


class _Search:
    """Differences after sets of changes; each is played when it is first needed."""

    def __init__(self, question: Question, work: Work, trials: int) -> None:
        self.question, self.trials = question, trials
        self.sign = 0.0  # of the differences on the other side
        self._work, self._counter = work, Counter(work.progress)
        self._differences: dict[tuple[Changes, bool], Floats] = {}
        self.options = _options(question)

    def play(self, sets: Sequence[Changes], fresh: bool = False) -> dict[Changes, Floats]:
        """Difference in each block after each set of changes: float[block]."""
        new = [changes for changes in sets if (changes, fresh) not in self._differences]
        if new:
            settings = [_setting(changes) for changes in new]
            differences = play_settings(self.question, settings, self.trials, self._work,
                                        counter=self._counter, fresh=fresh)  # fmt: skip
            self._differences |= {(changes, fresh): differences[:, i, 0] for i, changes in enumerate(new)}
        return {changes: self._differences[changes, fresh] for changes in sets}

    def farthest(self, sets: Sequence[Changes]) -> Changes:
        """The set that leads farthest towards the other side."""
        differences = self.play(sets)
        return max(sets, key=lambda changes: self.sign * float(differences[changes].mean()))

    def turns(self, changes: Changes) -> bool:
        return _lies_beyond(self.play([changes])[changes], self.sign)

    def all_at_an_end(self) -> Changes:
        """All changes to the end that lies farthest on the other side: an author's world, or the evidence."""
        return self.farthest([*_ends(self.question, self.options).values()])

    def largest(self) -> Changes:
        """The changes with the largest effect: made first, or taken back when every other one has been made."""
        every = self.all_at_an_end()
        without = {option: tuple(other for other in every if other != option) for option in every}
        self.play([(), every, *((option,) for option in every), *without.values()])
        weight = {claim: max(abs(self._gain((claim,), ())), abs(self._gain(every, without[claim]))) for claim in every}
        return tuple(sorted(every, key=weight.__getitem__, reverse=True)[:SEARCHED])

    def _gain(self, changes: Changes, fewer: Changes) -> float:
        differences = self.play([changes, fewer])
        return self.sign * float((differences[changes] - differences[fewer]).mean())

    def smallest(self) -> Changes | None:
        """The smallest set that turns the result round; None if no set that was tried does."""
        searched = self.largest()
        for count in range(1, EXACT + 1):
            if few := self._first_turning(self._likeliest(searched, count)):
                return self.ordered(few)
        turning = [changes for changes in (self._forward(searched), self._backward(searched)) if changes is not None]
        if not turning:
            every = self.all_at_an_end()
            return every if self.turns(every) else None
        chosen = min(turning, key=len)
        while len(chosen) > EXACT + 1 and (smaller := self._smaller(searched, len(chosen) - 1)):
            chosen = smaller
        return self.ordered(chosen)

    def _likeliest(self, searched: Changes, count: int) -> list[Changes]:
        """Every set of this many changes, the likeliest to turn the result first.

        Likely by single changes and pairs: for three, the three pairs less the three single changes, counted from the
        worldview as it is. All smaller sets have been played.
        """
        sets = [*combinations(searched, count)]
        if count < EXACT:
            return sets
        values = self.play([fewer for size in range(count) for fewer in combinations(searched, size)])
        mean = {changes: self.sign * float(blocks.mean()) for changes, blocks in values.items()}

        def predicted(changes: Changes) -> float:
            return sum((-1.0 if (count - size) % 2 == 0 else 1.0) * mean[fewer]
                       for size in range(count) for fewer in combinations(changes, size))  # fmt: skip

        return sorted(sets, key=predicted, reverse=True)

    def _first_turning(self, sets: Sequence[Changes]) -> Changes | None:
        """The farthest of the first sets that turn the result round, played some at a time; None if none does."""
        for first in range(0, len(sets), TRIED):
            some = sets[first : first + TRIED]
            self.play(some)
            if turning := [changes for changes in some if self.turns(changes)]:
                return self.farthest(turning)
        return None

    def _forward(self, searched: Changes) -> Changes | None:
        """Add the change that leads farthest, until the result turns."""
        chosen: Changes = ()
        while len(chosen) < len(searched):
            chosen = self.farthest([(*chosen, claim) for claim in searched if claim not in chosen])
            if self.turns(chosen):
                return chosen
        return None

    def _backward(self, searched: Changes) -> Changes | None:
        """Take back the change that is needed least, as long as the result stays turned."""
        chosen = searched if self.turns(searched) else None
        while chosen and len(chosen) > 1:
            fewer = self.farthest([*combinations(chosen, len(chosen) - 1)])
            if not self.turns(fewer):
                break
            chosen = fewer
        return chosen

    def _smaller(self, searched: Changes, count: int) -> Changes | None:
        """A set of this many changes that turns the result round; None if none of those tried does."""
        among = max(n for n in range(count, len(searched) + 1) if n == count or comb(n, count) <= TRIED)
        best = self.farthest([*combinations(searched[:among], count)])
        return best if self.turns(best) else None

    def ordered(self, changes: Changes) -> Changes:
        """The same changes, at each step the one that leads farthest."""
        chosen: Changes = ()
        while len(chosen) < len(changes):
            chosen = self.farthest([(*chosen, claim) for claim in changes if claim not in chosen])
        return chosen

    def result(self, turning: Changes | None, settled: bool) -> Flip:
        """The result of a search, with every difference from fresh worlds."""
        question, changes = self.question, turning or ()
        steps = [changes[:i] for i in range(len(changes) + 1)]
        ends = _ends(question, self.options)
        differences = self.play([*steps, *ends.values()], fresh=True)
        turned = _lies_beyond(differences[changes], self.sign)
        result = "unsettled" if not settled else "none" if turning is None else "turned" if turned else "undecided"
        key = (question.start.name, *question.contrast, question.outcomes[0], question.worldview.name)
        rows = []
        for i, step in enumerate(steps):
            claim, reading = step[-1].split() if step else ("", "")
            rows.append((*key, i, claim, reading, *interval_over_blocks(differences[step]), result))
        for reading, every in ends.items():
            rows.append((*key, None, "(all)", reading, *interval_over_blocks(differences[every]), result))
        trials = worlds_of(question.experiment, self.trials)[0] * question.experiment.lucks
        table = pd.DataFrame(rows, columns=COLUMNS).astype({"low": float, "high": float})
        return Flip(question, trials, table, result, changes)


def _ends(question: Question, options: Sequence[str]) -> dict[str, Changes]:
    """The changes that lead from the worldview to an author's world or to the evidence, but for those already there."""
    claims = question.experiment.catalogue.claims
    ends: dict[str, Changes] = {}
    for word in STOPS:
        wanted = {f"{claim} {word if word in claims[claim].stops else EVIDENCE}" for claim in claims}
        ends[word] = tuple(option for option in options if option in wanted)
    return {word: changes for word, changes in ends.items() if changes}


def _options(question: Question) -> list[str]:
    """Every possible change: a claim, and a stop of its dial where its numbers differ from the worldview's."""
    own, catalogue = question.worldview.distributions, question.experiment.catalogue
    options = []
    for claim, names in beliefs.dialled_parameters(catalogue).items():
        for word, dial in catalogue.claims[claim].stops.items():
            other = beliefs.worldview_at(catalogue, {claim: dial}).distributions
            if any(other[name] != own[name] for name in names):
                options.append(f"{claim} {word}")
    return options


def _lies_beyond(blocks: Floats, sign: float) -> bool:
    """True if the whole interval of the mean has this sign."""
    _, low, high = interval_over_blocks(blocks)
    return low is not None and high is not None and min(sign * low, sign * high) > 0


def _setting(changes: Changes) -> dict[str, float]:
    return {claim: STOPS[word] for claim, word in (change.split() for change in changes)}
