"""Does the ranking of policies hang on the form of the model? Each part switched the other way, on the same luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.questions import averages
from analysis.questions.compare import primary
from sim.statistics.intervals import Interval

if TYPE_CHECKING:
    from analysis.questions.averages import Averages, Update
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment

AS_IT_IS = "as it is"
COLUMNS = [
    "form", "start", "worldview", "outcome", "order", "turned", "parted", "merged", "pair", "change", "low", "high",
    "margin", "verdict",
]  # fmt: skip


def forms(exp: Experiment) -> dict[str, Experiment]:
    """The experiment as it is, with each switch set the other way, and in steps half as long.

    >>> import sim
    >>> [*forms(sim.load("debate"))][:2]
    ['as it is', 'provocation off']
    """
    made = {AS_IT_IS: exp}
    for name, on in exp.switches.items():
        made[f"{name} {'off' if on else 'on'}"] = replace(exp, switches={**exp.switches, name: not on})
    return {**made, f"steps of {exp.step_months / 2:g} months": replace(exp, step_months=exp.step_months / 2)}


def compare(exp: Experiment, trials: int, update: Update | None = None, *, keep: bool = False) -> pd.DataFrame:
    """What each other form of the model changes in the ranking of policies.

    Parameters
    ----------
    exp
        Its starts, worldviews and policies; its own number of trials does not count.
    trials
        Of each cell of each form.
    update, keep
        As in `analysis.questions.averages.play`.

    Returns
    -------
    pandas.DataFrame
        A row for each form, start, worldview and primary outcome: `order` of the policies, best first; pairs of
        policies that come out the other way round (`turned`), differ as they did not (`parted`) or no longer differ
        (`merged`), `a > b` meaning that a is better; the `pair` whose difference changes most, as `a - b`, and its
        `change` with `low` and `high` (95 %), paired trial by trial; `margin`; `verdict`. Two policies differ if
        their difference is beyond its interval and the margin; a pair counts as changed only if the change
        itself is, too.
    """
    played = averages.play(forms(exp), trials, update=update, keep=keep)
    usual = played.pop(AS_IT_IS)
    rows = []
    for form, cells in played.items():
        for start in exp.starts:
            for view in exp.worldviews:
                now, then = ({p.name: of[start.name, view.name, p.name] for p in exp.policies} for of in (cells, usual))
                rows += [[form, start.name, view.name, outcome.name, *_changed(exp, outcome, now, then)]
                         for outcome in primary(exp)]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _changed(exp: Experiment, outcome: Outcome, now: Mapping[str, Averages], then: Mapping[str, Averages]) -> list[Any]:
    sign = -1 if outcome.better == "high" else 1
    found: dict[str, list[str]] = {"turned": [], "parted": [], "merged": []}
    largest: tuple[str, Interval] = ("", Interval(0.0, 0.0, 0.0))
    for a, b in combinations(now, 2):
        here, there = (of[a].outcome(exp, outcome.name) - of[b].outcome(exp, outcome.name) for of in (now, then))
        change = averages.change(here, there)
        if abs(change.estimate or 0) >= abs(largest[1].estimate or 0):
            largest = f"{a} - {b}", change
        was, is_ = (_sides(averages.change(d, 0 * d), sign, outcome.margin) for d in (there, here))
        if was == is_ or not _sides(change, sign, outcome.margin):
            continue
        kind = "turned" if was and is_ else "parted" if is_ else "merged"
        better = is_ or was
        found[kind].append(f"{a} > {b}" if better < 0 else f"{b} > {a}")
    order = sorted(now, key=lambda name: sign * now[name].outcome(exp, outcome.name).mean())
    changes = ["; ".join(pairs) for pairs in found.values()]
    verdict = "changes" if any(changes) else "same ranking"
    return [" > ".join(order), *changes, largest[0], *largest[1], outcome.margin, verdict]


def _sides(interval: Interval, sign: int, margin: float) -> int:
    """-1 if the first of two is better, 1 if the second is, 0 if they do not differ beyond interval and margin."""
    estimate, low, high = interval
    if estimate is None or low is None or high is None or low <= 0 <= high or abs(estimate) <= margin:
        return 0
    return sign if estimate > 0 else -sign
