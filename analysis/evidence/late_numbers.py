"""What the readings do that were added after the first results had been seen, on the same worlds and luck."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pandas as pd

from analysis.questions import averages
from analysis.questions.compare import primary
from sim.results.result import Progress
from sim.results.tables import shown_contrasts
from sim.scenario.experiment import Experiment

LATE = {"S12": ("us_or_interoperability", "interoperability_fight_points")}
"""By claim: the parameters whose readings were added late. The head of scenarios/claims.yaml gives the reason."""
WITH, WITHOUT, CHANGE = "with", "without", "change"
COLUMNS = [
    "start", "worldview", "policy_a", "policy_b", "outcome", "late_numbers", "difference", "low", "high", "margin",
]  # fmt: skip


def without_late_numbers(exp: Experiment) -> Experiment:
    """Return an experiment in which the numbers that were added late come from the evidence under every worldview.

    >>> import sim
    >>> exp = without_late_numbers(sim.load("debate"))
    >>> laws = [view.distributions["us_or_interoperability"] for view in exp.worldviews]
    >>> laws[0] == laws[1] == laws[2]
    True
    """
    neutral = {name: exp.catalogue.parameters[name].neutral for names in LATE.values() for name in names}
    views = tuple(replace(view, distributions=view.distributions | neutral) for view in exp.worldviews)
    return replace(exp, worldviews=views)


def compare(exp: Experiment, trials: int, update: Progress | None = None) -> pd.DataFrame:
    """Return each contrast with the late numbers, without them, and the change between the two.

    Parameters
    ----------
    exp
        Its starts, policies and contrasts. Only worldviews in which the late numbers differ from the evidence count.
    trials
        Of each cell, with and without; both meet the same worlds and luck.
    update
        As in `analysis.questions.averages.play`; trials are saved until the cache is cleared.

    Returns
    -------
    pandas.DataFrame
        `start`, `worldview`, `policy_a`, `policy_b`, `outcome` (primary ones), `late_numbers` (`with`, `without`, or
        `change`: without minus with), `difference` (first policy minus second, in the outcome's unit), `low`, `high`
        (95 %) and `margin`.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", starts="2026", policies=["status_quo", "interoperability"])
    >>> compare(exp, 200)["worldview"].unique().tolist()
    ['self']
    """
    plain = without_late_numbers(exp)
    pairs = zip(exp.worldviews, plain.worldviews, strict=True)
    changed = [view.name for view, other in pairs if view.distributions != other.distributions]
    cells = {
        name: replace(form, worldviews=tuple(view for view in form.worldviews if view.name in changed))
        for name, form in ((WITH, exp), (WITHOUT, plain))
    }
    played = averages.play(cells, trials, update=update, keep=True)
    rows = []
    for start, view, (a, b), outcome in product(exp.starts, changed, shown_contrasts(exp), primary(exp)):
        usual, rest = (
            played[form][start.name, view, a].outcome(exp, outcome.name)
            - played[form][start.name, view, b].outcome(exp, outcome.name)
            for form in (WITH, WITHOUT)
        )
        found = {WITH: averages.paired_difference(usual, 0 * usual),
                 WITHOUT: averages.paired_difference(rest, 0 * rest),
                 CHANGE: averages.paired_difference(rest, usual)}  # fmt: skip
        rows += [[start.name, view, a, b, outcome.name, form, *interval, outcome.margin]
                 for form, interval in found.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
