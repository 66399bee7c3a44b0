"""Whether the ranking of policies depends on the form of the model: each mechanism is switched, on the same luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import pandas as pd

from analysis.questions import averages
from analysis.questions.averages import Averages
from analysis.questions.compare import primary
from sim.results.result import Progress
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment
from sim.statistics.intervals import Interval

AS_IT_IS = "as it is"
COLUMNS = [
    "form", "start", "worldview", "outcome", "order", "turned", "parted", "merged", "pair", "change", "low", "high",
    "margin", "verdict",
]  # fmt: skip


def variants(exp: Experiment) -> dict[str, Experiment]:
    """The experiment as it is, with each switch set the other way, and in steps half as long.

    >>> import sim
    >>> [*variants(sim.load("debate"))][:2]
    ['as it is', 'provocation off']
    """
    switched = {
        f"{name} {'off' if on else 'on'}": replace(exp, switches={**exp.switches, name: not on})
        for name, on in exp.switches.items()
    }
    half = exp.step_months / 2
    return {AS_IT_IS: exp, **switched, f"steps of {half:g} months": replace(exp, step_months=half)}


def compare_variants(
    exp: Experiment, trials: int, update: Progress | None = None, *, keep: bool = False
) -> pd.DataFrame:
    """How each variant of the model changes the ranking of policies.

    Parameters
    ----------
    exp
        Its starts, worldviews and policies; its own number of trials does not count.
    trials
        Of each cell of each variant.
    update, keep
        As in `analysis.questions.averages.play`.

    Returns
    -------
    pandas.DataFrame
        A row for each variant (`form`), start, worldview and primary outcome: `order` of the policies, best first;
        pairs of policies whose order is reversed (`turned`), that differ only in the variant (`parted`) or only in the
        usual model (`merged`), where `a > b` means that a is better; the `pair` whose difference changes most, as
        `a - b`, and its `change` with `low` and `high` (95 %), paired trial by trial; `margin`; `verdict`. Two
        policies differ if their difference is beyond its interval and the margin. A pair counts as changed only if
        the change is beyond them too.
    """
    played = averages.play(variants(exp), trials, update=update, keep=keep)
    usual = played.pop(AS_IT_IS)
    rows = []
    for form, cells in played.items():
        for start, view in product(exp.starts, exp.worldviews):
            variant, base = ({policy.name: model[start.name, view.name, policy.name] for policy in exp.policies}
                             for model in (cells, usual))  # fmt: skip
            rows += [[form, start.name, view.name, outcome.name, *_compare_rankings(exp, outcome, variant, base)]
                     for outcome in primary(exp)]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _compare_rankings(
    exp: Experiment, outcome: Outcome, variant: Mapping[str, Averages], base: Mapping[str, Averages]
) -> list[Any]:
    """The columns from `order` on, for one start, worldview and outcome, from the cells of both models by policy."""
    sign = -1 if outcome.better == "high" else 1
    blocks = [{name: cell.outcome(exp, outcome.name) for name, cell in model.items()} for model in (variant, base)]
    pairs: dict[str, list[str]] = {"turned": [], "parted": [], "merged": []}
    largest: tuple[str, Interval] = ("", Interval(0.0, 0.0, 0.0))
    for a, b in combinations(variant, 2):
        difference, usual = (model[a] - model[b] for model in blocks)
        change = averages.paired_difference(difference, usual)
        if abs(change.estimate or 0) >= abs(largest[1].estimate or 0):
            largest = f"{a} - {b}", change
        side, usual_side = (_side(averages.paired_difference(values, 0 * values), sign, outcome.margin)
                            for values in (difference, usual))  # fmt: skip
        if side == usual_side or not _side(change, sign, outcome.margin):
            continue
        kind = "turned" if side and usual_side else "parted" if side else "merged"
        pairs[kind].append(f"{a} > {b}" if (side or usual_side) < 0 else f"{b} > {a}")
    order = sorted(variant, key=lambda name: sign * blocks[0][name].mean())
    changes = ["; ".join(names) for names in pairs.values()]
    verdict = "changes" if any(changes) else "same ranking"
    return [" > ".join(order), *changes, largest[0], *largest[1], outcome.margin, verdict]


def _side(interval: Interval, sign: int, margin: float) -> int:
    """-1 if the first of two is better, 1 if the second is, 0 if they do not differ beyond interval and margin."""
    estimate, low, high = interval
    if estimate is None or low is None or high is None or low <= 0 <= high or abs(estimate) <= margin:
        return 0
    return sign if estimate > 0 else -sign
