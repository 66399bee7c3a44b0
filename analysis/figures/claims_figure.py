"""What `strait claims` shows: the waterfall from one man's world to the other's, and the same in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures.captions import capital, gap, listed, signed, title
from analysis.figures.waterfall import Row, waterfall
from analysis.questions.claims import NO_DIAL, THEME, TOTAL
from analysis.questions.finding import NEWSHAM, SELF
from sim.statistics.intervals import Interval

if TYPE_CHECKING:
    from analysis.figures.figure_layout import CaptionedFigure
    from analysis.questions.claims import Claims
    from sim.scenario.catalogue import Outcome

NAMED = 9  # claims at most with a row of their own
COVERED = 0.9  # of all that claims move, which the named ones are to make up


def draw_claims(found: Claims, outcome: str) -> CaptionedFigure:
    """Draw the waterfall of one outcome: Newsham's world, a step for each claim that matters, Self's world.

    Each step replaces what Newsham believes by what Self believes, so it is the claim's value with its sign turned.
    """
    question = replace(found.question, outcomes=(outcome,))
    a, b = (policy.title for policy in question.policies)
    label = question.experiment.catalogue.outcomes[outcome].label
    return waterfall(
        question, found.trials, _rows(found, outcome), name=f"claims_{outcome}",
        heading=f"Which beliefs decide between {a} and {b}?",
        note=f"“{label}”, {a} minus {b}; each step swaps Newsham’s reading of a claim for Self’s.",
        caption=caption(found, outcome),
    )  # fmt: skip


def caption(found: Claims, outcome: str) -> str:
    """Return the words beneath the figure."""
    rows = _of(found, outcome)
    still = (rows["low"] == 0) & (rows["high"] == 0) & ~rows["claim"].isin([THEME, TOTAL])
    nothing = rows.loc[still, "claim"].astype(str)
    idle = [name for name in nothing if name != NO_DIAL]
    rest = f" No difference here: {listed(idle)}." if idle else ""
    return (
        f"{' '.join(describe_claims(found, outcome))} A step is the average change over all orders in which the "
        f"claims can be swapped, theme by theme (Owen values); N and S say whose claim it is.{rest}"
    )


def describe_claims(found: Claims, outcome: str) -> list[str]:
    """Return what was found about one outcome: both ends, the themes, the claims that weigh most."""
    exp, entry = found.question.experiment, found.question.experiment.catalogue.outcomes[outcome]
    a, b = (title(exp, policy.name) for policy in found.question.policies)
    ends = found.ends[found.ends["outcome"] == outcome].set_index("worldview")["difference"]
    rows = _of(found, outcome)
    themes = rows[(rows["claim"] == THEME) & (rows["value"] != 0)].sort_values("value", key=abs, ascending=False)
    said = [f"{_plain(row.theme)} {_step(row, entry)}" for row in _each(themes.head(3))]
    heaviest = _heaviest(rows)[:3]
    claims = [f"{row.claim} {_step(row, entry)}" for row in _each(heaviest)]
    total = gap(float(ends[SELF] - ends[NEWSHAM]), entry)
    first = (
        f"With {a} instead of {b}, “{entry.label}” is {signed(float(ends[NEWSHAM]), entry)} if Newsham is right and "
        f"{signed(float(ends[SELF]), entry)} if Self is right: {total} apart."
    )
    if not claims:
        return [first]
    return [
        first,
        f"From Newsham to Self, the themes that weigh most: {listed(said)}.",
        f"The claims that weigh most: {listed(claims)}. {_alone(rows, entry)}",
    ]


def _alone(rows: pd.DataFrame, outcome: Outcome) -> str:
    """Say which claim, swapped by itself, moves most in either world."""
    claims = rows[~rows["claim"].isin([THEME, TOTAL])].set_index("claim")
    said = []
    for column, whose in (("swap_into_newsham", "Newsham’s world"), ("swap_into_self", "Self’s")):
        swap = claims[column]
        most = str(swap.abs().idxmax())
        said.append(f"{most} in {whose} ({gap(float(swap[most]), outcome)} {'up' if swap[most] > 0 else 'down'})")
    return f"Swapped alone, most is moved by {listed(said)}."


def _rows(found: Claims, outcome: str) -> list[Row]:
    rows = _of(found, outcome)
    ends = found.ends[found.ends["outcome"] == outcome].set_index("worldview")
    named = set(_heaviest(rows)["claim"])
    made = [_end(found, ends, NEWSHAM)]
    themes = rows[(rows["claim"] == THEME) & (rows["value"] != 0)].sort_values("value", key=abs, ascending=False)
    for theme in _each(themes):
        claims = rows[(rows["theme"] == theme.theme) & (rows["claim"] != THEME) & (rows["value"] != 0)]
        shown = claims[claims["claim"].isin(named)].sort_values("value", key=abs, ascending=False)
        others = claims[~claims["claim"].isin(named)]
        if shown.empty:
            made.append(Row("step", f"{_plain(theme.theme)}: {_several(found, others)}", _turned(theme)))
            continue
        made.append(Row("theme", _plain(theme.theme), _turned(theme)))
        for row in _each(shown):
            made.append(Row("step", _says(found, row.claim), _turned(row)))
        if not others.empty:
            made.append(
                Row("step", _several(found, others), _turned_over(found.sum_of(list(others["claim"]), outcome)))
            )
    return [*made, _end(found, ends, SELF)]


def _end(found: Claims, ends: pd.DataFrame, name: str) -> Row:
    worldview = found.game.newsham if name == NEWSHAM else found.game.by_self
    difference, low, high = ends.loc[[name], ["difference", "low", "high"]].to_numpy(float)[0].tolist()
    return Row("end", worldview.title, Interval(difference, low, high))


def _turned(row: Any) -> Interval:
    """A row's value as the step from Newsham to Self."""
    return _turned_over(Interval(row.value, row.low, row.high))


def _turned_over(one: Interval) -> Interval:
    value, low, high = (0.0 if limit is None else 0.0 - limit for limit in one)
    return Interval(value, high, low)


def _several(found: Claims, claims: pd.DataFrame) -> str:
    names = [str(name) for name in claims["claim"]]
    if len(names) == 1 and names[0] in found.question.experiment.catalogue.claims:
        return _says(found, names[0])
    return listed(names) if len(names) <= 3 else f"{len(names)} claims that weigh less"


def _says(found: Claims, claim: str) -> str:
    return f"{claim}  {found.question.experiment.catalogue.claims[claim].says}"


def _step(row: Any, outcome: Outcome) -> str:
    """A value as the step from Newsham to Self, in words: '4.3 points up'."""
    return f"{gap(row.value, outcome)} {'up' if row.value < 0 else 'down'}"


def _plain(theme: str) -> str:
    return "what belongs to no claim" if theme == NO_DIAL else capital(theme)


def _each(rows: pd.DataFrame) -> Iterator[Any]:
    yield from rows.itertuples()


def _of(found: Claims, outcome: str) -> pd.DataFrame:
    return found.table[found.table["outcome"] == outcome]


def _heaviest(rows: pd.DataFrame) -> pd.DataFrame:
    """The claims that weigh most, the heaviest first, until they make up most of all that claims move."""
    claims = rows[~rows["claim"].isin([THEME, TOTAL]) & (rows["value"] != 0)]
    ordered = claims.sort_values("value", key=abs, ascending=False)
    before = ordered["value"].abs().cumsum() - ordered["value"].abs()
    return ordered[before < COVERED * ordered["value"].abs().sum()].head(NAMED)
