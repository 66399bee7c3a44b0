"""A made-up run of the debate, for tests of what is drawn and said: no engine, differences of a known sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import sim
from analysis.figures.outcome_shares_figure import MAIN
from analysis.questions.timelines import FIRST_EVENTS, LOSSES
from sim.results.result import Result
from sim.scenario.experiment import Experiment

RATES = dict(zip(MAIN, (0.74, 0.62, 0.17, 0.26, 0.09, 0.11, 0.10, 0.08, 0.12), strict=True))
SHIFTS = (0.0, -0.22, -0.08, -0.25, -0.12, -0.05, 0.1, 0.02)  # of each policy, on the log of a bad chance
SIGNS = (1.0, -1.0, 0.1)  # of the shifts, by worldview


@cache
def debate() -> Experiment:
    """Load the shipped debate from its later start, with the outcomes that the figures use."""
    exp = sim.load("debate", starts=["2026"])
    kept = {name: exp.catalogue.outcomes[name] for name in (*MAIN, *LOSSES, *FIRST_EVENTS)}
    return replace(exp, catalogue=replace(exp.catalogue, outcomes=kept))


def experiment(
    policies: Mapping[str, str] | None = None,
    worldviews: Mapping[str, str] | None = None,
    trials: int = 200,
    months: int = 120,
) -> Experiment:
    """Return the debate with other policies and worldviews: name -> title; unknown names are the user's own."""
    exp = replace(debate(), trials=trials, months=months, seed=7)
    if policies:
        known = {policy.name: policy for policy in exp.policies}
        first = exp.policies[0]
        plain = {name: policy.plain_name for name, policy in known.items()}
        made = [replace(known.get(name, first), name=name, title=title, plain_name=plain.get(name, ""))
                for name, title in policies.items()]  # fmt: skip
        exp = replace(exp, policies=tuple(made))
    if worldviews:
        views = {view.name: view for view in exp.worldviews}
        exp = replace(exp, worldviews=tuple(replace(views[n], title=title) for n, title in worldviews.items()))
    return exp


def run(exp: Experiment, signs: Sequence[float] = SIGNS, shifts: Sequence[float] = SHIFTS) -> Result:
    """Play it: worldview w multiplies the policies' shifts by signs[w]; worlds and luck are the same for all."""
    records, parts = {}, []
    for start in exp.starts:
        for view, sign in zip(exp.worldviews, signs, strict=False):
            for policy, shift in zip(exp.policies, shifts, strict=False):
                cell = start.name, view.name, policy.name
                records[cell] = _rows(exp, float(np.exp(sign * shift)))
                parts.append(_rungs(exp, cell, float(np.exp(sign * shift))))
    return Result(exp, records, pd.DataFrame, pd.concat(parts, ignore_index=True))


def _rows(exp: Experiment, ratio: float) -> Any:
    """Trials of a cell in which bad outcomes are `ratio` times as likely, about."""
    rng, n = np.random.default_rng(exp.seed), exp.trials
    world = rng.normal(size=n)
    columns: dict[str, Any] = {"world": np.arange(n), "luck": np.zeros(n, int)}
    for name, rate in RATES.items():
        good = exp.catalogue.outcomes[name].better == "high"
        chance = 1 - (rate if good else 1 - rate) ** (ratio * np.exp(0.5 * world - 0.125))
        bad, when = rng.random(n) < chance, rng.random(n) * exp.months
        columns[name] = (bad ^ good).astype("u1")
        columns[f"{name}_compensator"] = 1 - chance if good else chance
        for first, event in zip(FIRST_EVENTS, ("crisis", "use_of_force"), strict=True):
            if event == name:
                columns[first] = np.where(bad, when, np.nan)
    for name, scale in zip(LOSSES, (1.0, 4.0), strict=True):
        force = columns["use_of_force"] * rng.lognormal(1.6, 0.8, n)
        columns[name] = scale * (rng.lognormal(-1, 0.8, n) * ratio + force)
        columns[f"{name}_compensator"] = columns[name]
    rows = np.empty(n, [(name, values.dtype) for name, values in columns.items()])
    for name, values in columns.items():
        rows[name] = values
    return rows


def _rungs(exp: Experiment, cell: tuple[str, str, str], ratio: float) -> pd.DataFrame:
    """Shares of trials by month: ever more pressure, and Taiwan falling."""
    months, parts = np.arange(1, exp.months + 1), []
    where = dict(zip(("start", "worldview", "policy"), cell, strict=True))
    for domain, ladder in exp.catalogue.rungs.items():
        for target in ("japan", "taiwan"):
            fallen = 0.001 * ratio * months * (target == "taiwan")
            above = [0.3 * ratio * (1 - np.exp(-months / 40)) * 0.45**rung for rung in range(len(ladder) - 1)]
            shares = [1 - fallen - sum(above), *above, fallen]
            for rung, share in zip([*range(len(ladder)), -1], shares, strict=True):
                track = {"target": target, "domain": domain, "month": months, "rung": rung, "share": share}
                parts.append(pd.DataFrame(where | track))
    return pd.concat(parts)
