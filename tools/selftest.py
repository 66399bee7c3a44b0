"""How often the intervals that Strait prints hold the truth, in runs that are drawn from laws whose truth is known.

A law gives the trials of every cell, and the truth of every figure. Some laws are formulas. One is played: the trials
of many worlds, each with many lucks, are the law, and its truth is their own mean or quantile. A run draws worlds from
the law, and lucks in each world. `sim.results.tables` makes its tables, as for any run. So the test is of what is
printed.
"""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.lib import recfunctions
from numpy.typing import NDArray
from scipy import special

from analysis.paper import markdown
from sim.engine.batch import Cell
from sim.results import result as results
from sim.results import tables
from sim.results.result import Progress
from sim.scenario import loader
from sim.scenario.catalogue import Contrast, Outcome
from sim.scenario.experiment import Experiment

WORLDS, LUCKS = (20, 50, 200, 1_000), (1, 2, 5, 20)
RUNS = 200  # of each size
MANY_WORLDS = 200  # from which on coverage is to lie between `LEAST_OF_MANY` and `MOST_OF_MANY`
LEAST, LEAST_OF_MANY, MOST_OF_MANY = 0.90, 0.93, 0.97
RARE = 20  # worlds with an event, below which an interval need only hold `LEAST`, and may hold always
JUDGED = 50  # printed intervals, from which on a coverage is judged
ERRORS = 3  # standard errors by which a simulated coverage may miss its bar
KEY = 1977  # of the generator behind the runs
POPULATION_WORLDS, POPULATION_LUCKS = 2_000, 20
PLAYED = ("use_of_force", "nuclear_use", "crisis", "relations_ruptured", "japan_gdp_loss_pct", "loss_self",
          "months_to_first_force", "us_defends_japan", "demands_granted", "public_support", "japan_military_months_5",
          "japan_economic_months_2")  # fmt: skip
JOINT = "all main comparisons"
KINDS = {"mean": "level", "quantile": "quantile", "difference": "difference", "band": "joint band"}

Draw = Callable[[np.random.Generator, int, int], "dict[Cell, NDArray[Any]]"]


class Figure(NamedTuple):
    """What an interval is of; `of` is a cell, or a pair of policies."""

    interval: str  # mean | quantile | difference | band
    outcome: str
    statistic: str  # mean, or a quantile such as q0.9
    estimator: str
    of: tuple[str, ...]


class Limits(NamedTuple):
    """A figure's estimate with its limits, None where they are blank."""

    figure: Figure
    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Law:
    """A law of trials: `draw` gives the records of a run of so many worlds and lucks; `truths` are of its figures."""

    name: str
    experiment: Experiment
    draw: Draw
    truths: Mapping[Figure, float]


# What a run prints


def read_limits(experiment: Experiment, records: tables.Records) -> Iterator[Limits]:
    """Every interval of a run's tables; outcomes with a compensator come twice, the second time as plain counts."""
    outcomes = experiment.catalogue.outcomes
    counted = {name: replace(entry, quantiles=()) for name, entry in outcomes.items() if entry.compensator}
    for forced, entries in ((None, outcomes), ("count", counted)):
        exp = replace(experiment, catalogue=replace(experiment.catalogue, outcomes=entries))
        for row in tables.summary_rows(exp, records, forced):  # type: ignore[arg-type]
            *of, outcome, statistic, estimate, low, high, estimator, _ = row
            kind = "mean" if statistic == "mean" else "quantile"
            yield Limits(Figure(kind, outcome, statistic, estimator, tuple(of)), estimate, low, high)
        for pair in tables.difference_rows(exp, records, forced):  # type: ignore[arg-type]
            both = pair["start"], pair["worldview"], pair["policy_a"], pair["policy_b"]
            for kind, prefix in (("difference", ""), ("band", "simultaneous_")):
                figure = Figure(kind, pair["outcome"], "mean", pair["estimator"], both)
                yield Limits(figure, pair["difference"], pair[f"{prefix}low"], pair[f"{prefix}high"])


# Laws


def play_law(name: str, names: Sequence[str], **cells: list[str]) -> Law:
    """Return cells of the debate as a law: many worlds and lucks are played, from which runs are drawn."""
    exp = loader.load("debate", **cells, trials=POPULATION_WORLDS * POPULATION_LUCKS, lucks=POPULATION_LUCKS)  # type: ignore[arg-type]
    records = results.run(exp).records
    outcomes = {name: exp.catalogue.outcomes[name] for name in names}
    exp = replace(exp, catalogue=replace(exp.catalogue, outcomes=outcomes))
    known = records[tables.cells(exp)[0]].dtype.names or ()
    columns = ["world", "luck", *names, *(entry.given for entry in outcomes.values() if entry.given)]
    columns += [f"{name}_compensator" for name in columns if f"{name}_compensator" in known]
    columns = list(dict.fromkeys(columns))
    population: dict[Cell, NDArray[Any]] = {
        cell: recfunctions.repack_fields(np.asarray(rows)[columns]) for cell, rows in records.items()
    }

    def draw(random: np.random.Generator, worlds: int, lucks: int) -> dict[Cell, NDArray[Any]]:
        world = random.integers(POPULATION_WORLDS, size=(worlds, 1))
        trial = (world * POPULATION_LUCKS + random.integers(POPULATION_LUCKS, size=(worlds, lucks))).ravel()
        return {cell: rows[trial] for cell, rows in population.items()}

    truths = {}
    for figure, estimate, _, _ in read_limits(exp, population):
        truths[figure] = math.nan if estimate is None else estimate
        if figure.interval == "quantile":  # the least value that so large a share does not exceed
            values = population[figure.of][figure.outcome]  # type: ignore[index]
            truths[figure] = float(np.quantile(values, float(figure.statistic[1:]), method="inverted_cdf"))
    return Law(name, exp, draw, truths)


POLICIES = FIRST, SECOND = "direct_ties", "status_quo"
FACTORS = {FIRST: 0.8, SECOND: 1.0}  # of the chance of an event, and of the size of a loss
WORLD_SPREAD, LUCK_SPREAD = 0.6, 1.0  # of the logarithm of a loss


def formula_law(chance: float, concentration: float) -> Law:
    """Return the law of an event with a skewed loss, a month and a value that weighs as much as the event is likely.

    Parameters
    ----------
    chance
        Mean chance p of the event, times the policy's factor.
    concentration
        Of the Beta law of p over worlds; the smaller, the more worlds differ.

    Notes
    -----
    A loss is the factor times exp(W + L), with W and L normal; the month is 60 (1 - p) + 20 N; the value after the
    event is p times the factor. So with E[p²]/E[p] = r, the mean month is 60 (1 - r) and the mean value r times the
    factor, each given the event.
    """
    entries: list[tuple[str, str, dict[str, Any]]] = [
        ("event", "share", {"primary": True, "compensator": True}),
        ("loss", "% of GDP", {"primary": True, "quantiles": (0.5, 0.9, 0.95, 0.99)}),
        ("month", "months", {"given": "event"}),
        ("value", "chance", {"given": "event", "compensator": True}),
    ]
    outcomes = {name: Outcome(name=name, meaning=name, label=name, unit=unit, better="low", margin=0.005, **more)
                for name, unit, more in entries}  # fmt: skip
    exp = loader.load("debate", policies=[*POLICIES], worldviews=["neutral"], starts=["2026"])
    exp = replace(exp, catalogue=replace(exp.catalogue, outcomes=outcomes), contrasts=(Contrast(POLICIES),))
    alpha, beta = chance * concentration, (1 - chance) * concentration
    columns = [("world", "i8"), ("luck", "i8"), ("event", "u1"), ("event_compensator", "f8"), ("loss", "f8"),
               ("month", "f8"), ("value", "f8"), ("value_compensator", "f8")]  # fmt: skip

    def draw(random: np.random.Generator, worlds: int, lucks: int) -> dict[Cell, NDArray[Any]]:
        p = np.repeat(random.beta(alpha, beta, worlds), lucks)
        size = np.exp(np.repeat(random.normal(0, WORLD_SPREAD, worlds), lucks) + random.normal(0, LUCK_SPREAD, p.size))
        luck, month = random.random(p.size), 60 * (1 - p) + random.normal(0, 20, p.size)
        records: dict[Cell, NDArray[Any]] = {}
        for policy, factor in FACTORS.items():
            rows = records["2026", "neutral", policy] = np.zeros(p.size, columns)
            rows["world"], rows["luck"] = np.divmod(np.arange(p.size), lucks)
            rows["event"], rows["event_compensator"] = luck < p * factor, p * factor
            rows["loss"] = rows["event"] * factor * size
            rows["month"] = np.where(rows["event"] == 1, month, np.nan)
            rows["value"] = np.where(rows["event"] == 1, p * factor, np.nan)
            rows["value_compensator"] = (p * factor) ** 2
        return records

    given = (alpha + 1) / (concentration + 1)  # E[p²] / E[p]
    spread = math.hypot(WORLD_SPREAD, LUCK_SPREAD)
    means = {policy: {"event": factor * chance, "loss": factor**2 * chance * math.exp(spread**2 / 2),
                      "month": 60 * (1 - given), "value": factor * given}
             for policy, factor in FACTORS.items()}  # fmt: skip

    def truth(figure: Figure) -> float:
        if figure.interval in ("difference", "band"):
            return means[figure.of[2]][figure.outcome] - means[figure.of[3]][figure.outcome]
        if figure.interval == "mean":
            return means[figure.of[2]][figure.outcome]
        factor, q = FACTORS[figure.of[2]], float(figure.statistic[1:])
        none = 1 - factor * chance  # the share of trials without a loss
        return 0.0 if q <= none else factor * math.exp(spread * float(special.ndtri((q - none) / (1 - none))))

    figures = [figure for figure, *_ in read_limits(exp, draw(np.random.default_rng(KEY), 50, 1))]
    truths = {figure: truth(figure) for figure in figures}
    return Law(f"chance {chance:g}, concentration {concentration:g}", exp, draw, truths)


def laws() -> list[Law]:
    """Return the laws of the self-test: four formulas, and cells of the debate."""
    cells = {"starts": ["2026"], "worldviews": ["neutral"], "policies": [FIRST, "both", SECOND]}
    return [
        formula_law(0.3, 4.0), formula_law(0.3, 0.5), formula_law(0.05, 4.0), formula_law(0.003, 100.0),
        play_law("three policies on the evidence, played", PLAYED, **cells),
    ]  # fmt: skip


# Coverage


class Tally:
    """Runs in which an interval was printed, held the truth, and lay wholly above or below it."""

    def __init__(self) -> None:
        self.runs = self.printed = self.covered = self.above = self.below = self.events = 0.0

    def add(self, limits: Sequence[Limits], truths: Mapping[Figure, float], events: float) -> None:
        """Add a run: one figure, or several that must hold together."""
        self.runs += 1
        self.events += events
        shown = [one for one in limits if not (one.low is None and one.high is None)]
        above = any(one.low is not None and one.low > truths[one.figure] + ROUNDING for one in shown)
        below = any(one.high is not None and one.high < truths[one.figure] - ROUNDING for one in shown)
        self.printed += bool(shown)
        self.covered += bool(shown) and not above and not below
        self.above, self.below = self.above + above, self.below + below


ROUNDING = 1e-9  # of a limit that equals the truth


def measure(
    of_laws: Sequence[Law],
    worlds: Sequence[int] = WORLDS,
    lucks: Sequence[int] = LUCKS,
    runs: int = RUNS,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Draw runs of each size from each law, and count how often each printed interval holds the truth.

    Returns
    -------
    pandas.DataFrame
        A row for each law, interval, outcome, statistic, estimator, number of worlds and of lucks: `runs` (times cells
        or pairs), `printed` (with at least one limit), `covered`, `above`, `below` (the interval lies wholly on that
        side of the truth), and `events` (mean number of worlds with an outcome other than 0; of a difference, worlds
        in which the two policies differ).
    """
    found, total, done = [], len(of_laws) * len(worlds) * len(lucks) * runs, 0
    for law in of_laws:
        for size, luck in ((w, n) for w in worlds for n in lucks):
            exp = replace(law.experiment, trials=size * luck, lucks=luck)
            key = [KEY, zlib.crc32(f"{law.name}, {size}, {luck}".encode())]
            random = np.random.Generator(np.random.Philox(key=key))
            tallies: dict[Figure, Tally] = defaultdict(Tally)
            for _ in range(runs):
                _add_run(tallies, law, exp, law.draw(random, size, luck))
                done += 1
                if progress and done % 20 == 0:
                    progress(done, total)
            found += [(law.name, *figure[:4], size, luck, *_columns(tally)) for figure, tally in tallies.items()]
    columns = ["law", *Figure._fields[:4], "worlds", "lucks", "runs", "printed", "covered", "above", "below", "events"]
    return pd.DataFrame(found, columns=columns)


def _columns(tally: Tally) -> list[float]:
    counts = (tally.runs, tally.printed, tally.covered, tally.above, tally.below)
    return [*(int(count) for count in counts), round(tally.events / tally.runs, 2)]


def _add_run(tallies: dict[Figure, Tally], law: Law, exp: Experiment, records: dict[Cell, NDArray[Any]]) -> None:
    bands: dict[str, list[Limits]] = defaultdict(list)
    for limits in read_limits(exp, records):
        figure = limits.figure
        if figure.interval == "band":
            bands[figure.estimator if figure.estimator == "count" else "compensator"].append(limits)
        elif not math.isnan(law.truths[figure]):
            tallies[figure._replace(of=())].add([limits], law.truths, _events(exp, records, figure))
    for estimator, of_band in bands.items():
        tallies[Figure("band", JOINT, "mean", estimator, ())].add(of_band, law.truths, 0)


def _events(exp: Experiment, records: dict[Cell, NDArray[Any]], figure: Figure) -> float:
    """Worlds with an outcome other than 0; of a difference, worlds in which the policies differ."""
    start, view, *policies = figure.of
    values = [np.nan_to_num(records[start, view, policy][figure.outcome].astype(float)) for policy in policies]
    differs = values[0] != (values[1] if len(values) > 1 else 0)
    return float(np.count_nonzero(differs.reshape(-1, exp.lucks).any(axis=1)))


def judge(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose coverage misses its bar by more than `ERRORS` standard errors, with the bar.

    From 200 worlds and 20 worlds with an event on, coverage is to be 93 to 97 %; below that, at least 90 % where a
    limit is printed. A quantile's rank is a whole number, so that its interval must hold too often to hold enough.
    """
    rows = found[found["printed"] >= JUDGED].copy()
    rows["coverage"] = rows["covered"] / rows["printed"]
    rare = (rows["events"] < RARE) & (rows["estimator"] != "compensator") & (rows["interval"] != "band")
    many = (rows["worlds"] >= MANY_WORLDS) & ~rare
    rows["least"] = np.where(many, LEAST_OF_MANY, LEAST)
    rows["most"] = np.where(many & (rows["interval"] != "quantile"), MOST_OF_MANY, 1.0)
    for bar in ("least", "most"):
        rows[f"error_{bar}"] = ERRORS * np.sqrt(rows[bar] * (1 - rows[bar]) / rows["printed"])
    missed = (rows["coverage"] < rows["least"] - rows["error_least"]) | (
        rows["coverage"] > rows["most"] + rows["error_most"]
    )
    return rows[missed].drop(columns=["error_least", "error_most"]).reset_index(drop=True)


def describe(found: pd.DataFrame) -> str:
    """Return the lowest and highest coverage of each kind of interval, in Markdown: a column for each number of worlds.

    All numbers of lucks count together. Beside it stands how many of the intervals have limits, where not all have.
    """
    sizes = sorted(set(found["worlds"]))
    rows = []
    for (interval, estimator), kind in found.groupby(["interval", "estimator"], sort=False):
        rows.append([KINDS[str(interval)], estimator, *(_range(kind[kind["worlds"] == size]) for size in sizes)])
    return markdown.table(["interval of a", "estimator", *(f"{size:,} worlds" for size in sizes)], rows)


def _range(rows: pd.DataFrame) -> str:
    pooled = rows.groupby(["law", "outcome", "statistic"])[["printed", "covered"]].sum()
    judged = pooled[pooled["printed"] >= JUDGED]
    if judged.empty:
        return "blank"
    coverage = 100 * judged["covered"] / judged["printed"]
    share = rows["printed"].sum() / rows["runs"].sum()
    return f"{coverage.min():.1f} to {coverage.max():.1f}" + (f" ({share:.0%} printed)" if share < 0.995 else "")


def describe_missed(missed: pd.DataFrame) -> list[str]:
    """Return a line for each coverage that misses its bar, the worst first."""
    return [
        f"{row['coverage']:.1%} of {row['printed']:,} intervals hold the truth, not {row['least']:.0%} to "
        f"{row['most']:.0%}: {KINDS[row['interval']]}, {row['outcome']}, {row['statistic']}, {row['estimator']}, "
        f"{row['worlds']:,} worlds, {row['lucks']} lucks, {row['law']}"
        for row in missed.sort_values("coverage").to_dict("records")
    ]


def _table(_: Experiment, found: pd.DataFrame) -> str:
    return describe(found)


def _missed(_: Experiment, found: pd.DataFrame) -> str:
    lines = describe_missed(judge(found))
    judged = int((found["printed"] >= JUDGED).sum())
    head = f"Of {judged:,} coverages, {len(lines) or 'none'} {'miss their' if len(lines) > 1 else 'misses its'} bar"
    return "\n".join([f"{head}{':' if lines else '.'}", *(["", *(f"* {line}" for line in lines)] if lines else [])])


PARTS: Mapping[str, tuple[tuple[str, ...], Callable[[Experiment, pd.DataFrame], str]]] = {
    "coverage": (("coverage",), _table), "coverage-missed": (("coverage",), _missed),
}  # fmt: skip
"""Name of a part of a page: the measures it reads, and the function that writes it."""
