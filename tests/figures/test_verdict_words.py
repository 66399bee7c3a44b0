"""Verdicts have their words in one place, and all that prints a verdict takes them from there."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import sim
from analysis.figures import differences_figure, verdict_words
from analysis.questions.compare import OPPOSITES, VERDICTS, Comparison
from sim.results import verdicts
from sim.statistics.contrasts import verdict

ROOT = Path(__file__).parents[2]
EVERY = {*VERDICTS.values(), "undecided", "identical"}


def test_every_verdict_has_its_words_and_its_mark() -> None:
    counted = {name for names, *_ in verdict_words.COUNTED for name in names}
    assert set(verdict_words.SHORT) == set(differences_figure.MARKS) == counted == EVERY
    assert {*OPPOSITES} <= EVERY


def test_no_other_module_words_a_verdict_by_itself() -> None:
    """Two wordings of one verdict stood side by side: "clear but small" where the interval reached inside."""
    own = {verdicts.LARGE, verdicts.MAY_BE_SMALL, verdicts.SAME, "clear but small", "only a little"}
    found = [
        f"{path.relative_to(ROOT)}: {words}"
        for folder in ("analysis", "sim", "tools")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for words in own
        if path.name not in ("verdicts.py", "verdict_words.py") and words in path.read_text(encoding="utf-8")
    ]
    assert not found


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(-0.04, -0.02, "3.0 points lower (2.0 to 4.0)"),
     (0.001, 0.059, "3.0 points higher (0.1 to 5.9; clear but may be small)"),
     (-0.002, 0.004, "no difference that matters (under 0.5 points)"),
     (-0.02, 0.04, "too close to call (−2.0 to +4.0)"),
     (math.nan, math.nan, "too few trials to say")],
)  # fmt: skip
def test_the_words_follow_the_interval(low: float, high: float, words: str) -> None:
    force = sim.load("debate").catalogue.outcomes["use_of_force"]
    known = not math.isnan(low)
    name = VERDICTS.get(str(verdict(low if known else None, high if known else None, 0.005, "low")), "undecided")
    value = math.copysign(0.03, low + high)
    assert verdict_words.change(Comparison(value, low, high, math.nan, math.nan, name, 0.005, 0.0), force) == words
