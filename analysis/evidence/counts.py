"""What the rows of validation.yaml count in chronicles: how often something began, how long it lasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.evidence import chronicle
from analysis.evidence.cells import At, Lab, mean, ratio
from analysis.evidence.chronicle import OPTIONS, Chronicle
from analysis.evidence.measures import UNREACHABLE
from sim.model import codes
from sim.statistics import intervals
from sim.statistics.intervals import Floats, Interval

if TYPE_CHECKING:
    from analysis.evidence.validation_rows import Check

HIGHEST = {"economic": 3, "military": 2}  # rungs above are force, which tables count


def episodes(lab: Lab, row: Check, at: At) -> Interval:
    """Episodes begun on some ladders, at this rung or graver but short of force; a year, or by `until_month`."""
    told = lab.told(at)
    return _rate(told, begun(told, row), row)


def crises(lab: Lab, row: Check, at: At) -> Interval:
    """Crises begun, likewise."""
    told = lab.told(at)
    return _rate(told, _of(told, "crisis", row.of.until_month), row)


def episode_months(lab: Lab, row: Check, at: At) -> Interval:
    """The median length of such episodes, as cast when they began: none is cut off."""
    found = begun(lab.told(at), row)
    return intervals.quantile(found["months"].to_numpy(float).reshape(-1, 1), 0.5)


def deadly_share(lab: Lab, row: Check, at: At) -> Interval:
    """Share of dangerous incidents that kill."""
    told = lab.told(at)
    return ratio(_by_trial(told, _of(told, "deadly")), told.trials["incidents"].to_numpy(float))


def response_share(lab: Lab, row: Check, at: At) -> Interval:
    """Share of a coerced Japan's responses that are this option."""
    told = lab.told(at)
    found = _of(told, "response")
    return _share(told, found, found["rung"] == OPTIONS.index(row.of.option))


def rally_share(lab: Lab, row: Check, at: At) -> Interval:
    """Share of coercions of Japan after which the public is no less in favour."""
    told = lab.told(at)
    found = _of(told, "rally")
    return _share(told, found, found["months"] >= 0)


def steps_unanswered(lab: Lab, row: Check, at: At) -> Interval:
    """Share of steps on some levers, as deep and open as the policy has them, that cost Japan nothing."""
    return mean(chronicle.steps_unanswered(lab.experiment(at), row.of.lever))


def force_per_dispute(lab: Lab, row: Check, at: At) -> Interval:
    """Trials with force, by military episodes short of it at either target."""
    found = _of(told := lab.told(at), "episode")
    military = found[found["track"].str.endswith("military")]
    graver = _by_trial(told, military[military["rung"] >= 4]) > 0
    return ratio(graver.astype(float), _by_trial(told, military[military["rung"] <= HIGHEST["military"]]))


def tracks_with_varying_episodes(lab: Lab, row: Check, at: At) -> Interval:
    """Targets x domains in which the number of episodes on every rung that can be reached differs between trials."""
    found, vary = _of(told := lab.told(at), "episode"), 0
    for target, domain, rungs in codes.TRACKS:
        track = f"{target}_{domain}"
        reached = [rung for rung in range(1, rungs) if (track, rung) not in UNREACHABLE]
        here = found[found["track"] == track]
        vary += all(np.ptp(_by_trial(told, here[here["rung"] == rung])) > 0 for rung in reached)
    return Interval(float(vary), None, None)


def below_record(lab: Lab, row: Check, at: At) -> Interval:
    """Share of trials with fewer episodes than on record, ties counted half; a fall leaves a trial out."""
    told = lab.told(at)
    return _below(_by_trial(told, begun(told, row))[lasting(told)], len(lab.record[str(row.record)]))


def quiet_years_below_record(lab: Lab, row: Check, at: At) -> Interval:
    """Share of trials with fewer quiet years than on record, likewise."""
    exp = lab.experiment(at)
    dates = [month for dates in lab.record.values() for month in since(exp.starts[0].date, dates)]
    on_record = exp.months // 12 - len({month // 12 for month in dates})
    told = lab.told(at)
    return _below(quiet_years(told, exp.months // 12)[lasting(told)], on_record)


def lasting(told: Chronicle) -> NDArray[np.bool_]:
    """Whether each trial was played to the horizon: Taiwan did not fall."""
    years = told.trials["years"].to_numpy(float)
    return np.asarray(years == years.max())


def quiet_years(told: Chronicle, years: int) -> Floats:
    """Years of each trial, of so many, in which no large drill, economic coercion of Japan or crisis began.

    Years after a fall count as quiet: look at trials that last.
    """
    events = told.events
    drill = events["track"].str.endswith("military") & (events["rung"] == 2)
    coercion = (events["track"] == "japan_economic") & (events["rung"] >= 2)
    loud = events[(events["what"] == "crisis") | ((events["what"] == "episode") & (drill | coercion))]
    pairs = loud.assign(year=(loud["month"] // 12).clip(upper=years - 1))[["trial", "year"]].drop_duplicates()
    return np.asarray(years - _by_trial(told, pairs))


def since(start: str, dates: tuple[str, ...]) -> list[int]:
    """Months from a start to each date.

    >>> since("1996-11", ("1996-12", "2022-08"))
    [1, 309]
    """
    at = [12 * int(date[:4]) + int(date[5:]) for date in (start, *dates)]
    return [month - at[0] for month in at[1:]]


def begun(told: Chronicle, row: Check) -> pd.DataFrame:
    """Episodes on a row's ladders, at its rung or graver but short of force, begun before its `until_month`."""
    found = _of(told, "episode", row.of.until_month)
    highest = found["track"].str.rpartition("_")[2].map(HIGHEST)
    return found[found["track"].isin(row.of.track) & found["rung"].between(row.of.rung, highest)]


def _of(told: Chronicle, what: str, until_month: float = np.inf) -> pd.DataFrame:
    return told.events[(told.events["what"] == what) & ~(told.events["month"] >= until_month)]


def _by_trial(told: Chronicle, found: pd.DataFrame) -> Floats:
    """How many of these each trial has."""
    return np.bincount(found["trial"], minlength=len(told.trials)).astype(float)


def _rate(told: Chronicle, found: pd.DataFrame, row: Check) -> Interval:
    counts = _by_trial(told, found)
    if not row.of.per_year:
        return mean(counts)
    return ratio(counts, np.minimum(told.trials["years"].to_numpy(float), row.of.until_month / 12))


def _share(told: Chronicle, found: pd.DataFrame, which: pd.Series[bool]) -> Interval:
    return ratio(_by_trial(told, found[which]), _by_trial(told, found))


def _below(counts: Floats, on_record: int) -> Interval:
    return mean((counts < on_record) + (counts == on_record) / 2)
