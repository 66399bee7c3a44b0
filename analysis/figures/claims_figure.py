"""`strait claims`: the waterfall from one author's world to the other's, and the same in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.figures.captions import (
    accepted_phrase,
    ask,
    capitalize,
    difference_unit,
    gap,
    interval_words,
    join_words,
    policy_phrase,
    signed,
    worldview_title,
)
from analysis.figures.figure_layout import CaptionedFigure
from analysis.figures.waterfall import Row, draw_waterfall
from analysis.questions.claims import AUTHOR, BOTH, NO_DIAL, SUMS, THEME, Claims
from analysis.questions.finding import NEWSHAM, SELF
from sim.scenario.catalogue import Claim, Outcome
from sim.statistics.intervals import Interval

NAMED = 9  # claims at most with a row of their own
COVERED = 0.9  # of all that claims move, which the named ones are to make up


def draw_claims(finding: Claims, outcome: str) -> CaptionedFigure:
    """Draw the waterfall of one outcome: Newsham's world, a step for each claim that matters, Self's world.

    Each step replaces what Newsham believes by what Self believes: it is the claim's value with its sign changed.
    """
    question = replace(finding.question, outcomes=(outcome,))
    a, b = (policy.title for policy in question.policies)
    label = question.experiment.catalogue.outcomes[outcome].label
    return draw_waterfall(
        question, finding.trials, _rows(finding, outcome), name=f"claims_{outcome}",
        heading=f"{ask(question)}Which beliefs decide between {a} and {b}?",
        note=f"“{label}”, {a} minus {b}; each step goes from Newsham’s world to Self’s in one claim: where one of them "
        "is silent, from or to the evidence.",
        caption=_caption(finding, outcome),
    )  # fmt: skip


def describe_claims(finding: Claims, outcome: str) -> list[str]:
    """Return how far apart the authors' worlds are on one outcome, and which themes and claims make that."""
    question = finding.question
    exp, entry = question.experiment, question.experiment.catalogue.outcomes[outcome]
    a, b = (policy_phrase(exp, policy.name) for policy in question.policies)
    ends = finding.ends[finding.ends["outcome"] == outcome].set_index("worldview")
    rows = _rows_of(finding, outcome).merge(finding.details)
    said = [f"if {whose} is right, {_end_words(ends.loc[name], entry)}"
            for name, whose in ((NEWSHAM, "Newsham"), (SELF, "Self"))]  # fmt: skip
    first = f"“{entry.label}” with {a} instead of {b}: {'; '.join(said)}."
    if _heaviest(rows).empty:
        return [first]
    clear = rows[_is_clear(rows["low"], rows["high"])]
    themes = [f"{_theme_title(row.theme)}, {_step(row, entry)}" for row in _each(_themes(clear).head(2))]
    claims = [f"{row.claim}, {_step(row, entry)}" for row in _each(_heaviest(clear)[:3])]
    hidden = list(_heaviest(clear)[:3]["claim"]) != list(_heaviest(rows)[:3]["claim"])
    which = "Among the claims that are clearly not zero, these" if hidden else "These claims"
    few = "There are too few trials to say which claims weigh most: each interval includes zero."
    return [
        first,
        *([f"From Newsham’s world to Self’s, these themes weigh most: {'; '.join(themes)}."] if themes else []),
        f"{which} weigh most: {'; '.join(claims)}." if claims else few,
        *_describe_authors(rows, entry),
        *_describe_single_swaps(rows, entry, exp.catalogue.claims),
    ]


def _is_clear(low: Any, high: Any) -> Any:
    """Whether an interval, or each of a column, excludes zero; one that is not known does not."""
    return (low > 0) | (high < 0)


def _end_words(end: Any, outcome: Outcome) -> str:
    """A difference with its interval, '3.1 points lower (2.9 to 3.4)', or that there are too few trials to say."""
    return _in_words(signed(end["difference"], outcome), end["low"], end["high"], outcome)


def _in_words(change: str, low: float, high: float, outcome: Outcome) -> str:
    """A change in words with its interval, if that excludes zero."""
    if low == high == 0:
        return "no change"
    if not _is_clear(low, high):
        return f"too few trials to say ({interval_words(low, high, outcome)}{difference_unit(outcome)[1]})"
    return f"{change} ({interval_words(low, high, outcome)})"


def _caption(finding: Claims, outcome: str) -> str:
    rows = _rows_of(finding, outcome)
    still = (rows["low"] == 0) & (rows["high"] == 0) & ~rows["claim"].isin([*SUMS, NO_DIAL])
    idle = rows.loc[still, "claim"].astype(str).tolist()
    rest = f" Without effect here: {join_words(idle)}." if idle else ""
    return (
        f"{' '.join(describe_claims(finding, outcome))} A step is the average change over all orders of swapping the "
        f"claims, theme by theme (Owen value). N: Newsham’s claim; S: Self’s.{rest}"
    )


def _describe_authors(rows: pd.DataFrame, outcome: Outcome) -> list[str]:
    """Say how much of the way is giving up Newsham's claims, accepting Self's, and where both speak."""
    words = {NEWSHAM: "giving up Newsham’s claims", SELF: "accepting Self’s", BOTH: "the claims on which both speak"}
    steps = [f"{words[row.theme]}, {_step(row, outcome)}" for row in _each(rows[rows["claim"] == AUTHOR])]
    return [f"By author, the way consists of: {'; '.join(steps)}."] if steps else []


def _describe_single_swaps(rows: pd.DataFrame, outcome: Outcome, entries: Mapping[str, Claim]) -> list[str]:
    """Say which claim, swapped alone, moves most in each author's world, of those whose interval excludes zero."""
    claims, sentences = rows[~rows["claim"].isin(SUMS)].set_index("claim"), []
    for name, whose, author in ((NEWSHAM, "Newsham’s", SELF), (SELF, "Self’s", NEWSHAM)):
        low, high = claims[f"into_{name}_low"], claims[f"into_{name}_high"]
        swap = claims.loc[_is_clear(low, high), f"swap_into_{name}"]
        if swap.empty:
            sentences.append(f"In {whose} world there are too few trials to say which single change moves most.")
            continue
        most = str(swap.abs().idxmax())
        size = f"{gap(float(swap[most]), outcome)} {'up' if swap[most] > 0 else 'down'}"
        what = accepted_phrase(entries[most], entries[most].stops.get(author, 0.0)) if most in entries else most
        size = _in_words(size, float(low[most]), float(high[most]), outcome)
        clear = "" if most == claims[f"swap_into_{name}"].abs().idxmax() else "clear "
        sentences.append(f"In {whose} world, the single {clear}change that moves most is {what}: {size}.")
    return sentences


def _rows(finding: Claims, outcome: str) -> list[Row]:
    rows = _rows_of(finding, outcome)
    ends = finding.ends[finding.ends["outcome"] == outcome].set_index("worldview")
    named = set(_heaviest(rows)["claim"])
    lines = [_end(finding, ends, NEWSHAM)]
    for theme in _each(_themes(rows)):
        claims = rows[(rows["theme"] == theme.theme) & (rows["claim"] != THEME) & (rows["value"] != 0)]
        shown = claims[claims["claim"].isin(named)].sort_values("value", key=abs, ascending=False)
        others = claims[~claims["claim"].isin(named)]
        if shown.empty:
            label = f"{_theme_title(theme.theme)}: {_join_claims(finding, others)}"
            lines.append(Row("step", label, _swap_step(theme)))
            continue
        lines.append(Row("theme", _theme_title(theme.theme), _swap_step(theme)))
        for row in _each(shown):
            lines.append(Row("step", _claim_text(finding, row.claim), _swap_step(row)))
        if not others.empty:
            lines.append(
                Row("step", _join_claims(finding, others), _negate(finding.sum_of(list(others["claim"]), outcome)))
            )
    return [*lines, _end(finding, ends, SELF)]


def _themes(rows: pd.DataFrame) -> pd.DataFrame:
    """The themes that move anything, the heaviest first."""
    return rows[(rows["claim"] == THEME) & (rows["value"] != 0)].sort_values("value", key=abs, ascending=False)


def _end(finding: Claims, ends: pd.DataFrame, name: str) -> Row:
    worldview = finding.game.newsham if name == NEWSHAM else finding.game.by_self
    return Row("end", worldview_title(worldview), _read_interval(ends.loc[name, ["difference", "low", "high"]]))


def _swap_step(row: Any) -> Interval:
    """A row's value as the step from Newsham to Self."""
    return _negate(_read_interval((row.value, row.low, row.high)))


def _read_interval(figures: Iterable[Any]) -> Interval:
    return Interval(*(None if pd.isna(figure) else float(figure) for figure in figures))


def _negate(interval: Interval) -> Interval:
    value, low, high = (None if limit is None else 0.0 - limit for limit in interval)
    return Interval(value, high, low)


def _join_claims(finding: Claims, claims: pd.DataFrame) -> str:
    names = [str(name) for name in claims["claim"]]
    if len(names) == 1 and names[0] in finding.question.experiment.catalogue.claims:
        return _claim_text(finding, names[0])
    return join_words(names) if len(names) <= 3 else f"{len(names)} claims that weigh less"


def _claim_text(finding: Claims, claim: str) -> str:
    return f"{claim}  {finding.question.experiment.catalogue.claims[claim].says}"


def _step(row: Any, outcome: Outcome) -> str:
    """A value as the step from Newsham to Self, with its interval: '4.3 points more (4.1 to 4.6)'."""
    change = f"{gap(row.value, outcome)} {'more' if row.value < 0 else 'less'}"
    return _in_words(change, 0.0 - row.high, 0.0 - row.low, outcome)


def _theme_title(theme: str) -> str:
    return "what belongs to no claim" if theme == NO_DIAL else capitalize(theme)


def _each(rows: pd.DataFrame) -> Iterator[Any]:
    yield from rows.itertuples()


def _rows_of(finding: Claims, outcome: str) -> pd.DataFrame:
    return finding.table[finding.table["outcome"] == outcome]


def _heaviest(rows: pd.DataFrame) -> pd.DataFrame:
    """The claims that weigh most, the heaviest first, until they make up most of all that claims move."""
    claims = rows[~rows["claim"].isin(SUMS) & (rows["value"] != 0)]
    ordered = claims.sort_values("value", key=abs, ascending=False)
    before = ordered["value"].abs().cumsum() - ordered["value"].abs()
    return ordered[before < COVERED * ordered["value"].abs().sum()].head(NAMED)
