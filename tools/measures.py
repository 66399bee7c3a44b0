"""Measures of the model: computed by a command in some minutes, recorded in docs/measured/, read by the pages.

Each is a CSV file. Beside them `made.json` records the rules, numbers and trials of each, so a page that is out of date
is found at once. Rules that were rewritten and still do the same make no measure old: some trials are played and
compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.evidence import implied, late_numbers, model_variants, validate, validation_rows
from analysis.evidence.cells import Cells
from analysis.figures import (
    crossover_figure,
    discover_figure,
    figure_layout,
    risk_cost_figure,
    robust_figure,
    robust_map_figure,
    worth_figure,
)
from analysis.figures.figure_layout import CaptionedFigure
from analysis.questions import (
    averages,
    claims,
    crossover,
    dials,
    discover,
    effort,
    flip,
    mechanisms,
    options,
    robust,
    sensitivity,
    variance,
    worth,
)
from analysis.questions.finding import stakes
from analysis.questions.work import Work
from sim.engine import batch
from sim.engine.question import Question, main_contrast
from sim.model import compiled
from sim.results import disk
from sim.results import result as results
from sim.results.result import Progress
from sim.scenario.experiment import Experiment
from tools import selftest

Draw = Callable[["Experiment", pd.DataFrame], CaptionedFigure]
Compute = Callable[["Experiment", int, "Progress"], pd.DataFrame]
RECORD = "made.json"
RUN_TRIALS = 10_000  # of a cell, as scenarios/debate.yaml has it
TRACE_TRIALS, TRACE_TOLERANCE = 40, 1e-9  # of each cell, to see whether rules do the same
MAIN_OUTCOME = "use_of_force"
PUBLISHED = "9"
"""The check of validation.yaml that has published questions."""
PROSE = frozenset(
    {"title", "summary", "meaning", "label", "says", "supports", "contradicts", "verdict", "why", "note", "cite", "url",
     "year", "source", "sources", "known", "paragraphs", "files", "question", "answers", "shown", "plain_name",
     "words"}
)  # fmt: skip
"""Entries of scenario files that change no number."""


def policy_results(exp: Experiment, trials: int, progress: Progress) -> pd.DataFrame:
    """Return what `strait run` finds: paired differences that the debate asks about, and levels, separated by `kind`.

    Of primary outcomes, losses, and what each policy takes.
    """
    result = results.run(exp, trials=trials, progress=progress)
    summary, differences = result.summary(), result.differences()
    outcomes = [name for name, entry in exp.catalogue.outcomes.items()
                if entry.primary or name.startswith(("loss_", "lever_years"))]  # fmt: skip
    pairs = pd.Series([*zip(differences["policy_a"], differences["policy_b"], strict=True)], index=differences.index)
    shown = differences[pairs.isin([entry.policies for entry in exp.contrasts]) & differences["outcome"].isin(outcomes)]
    levels = summary[(summary["statistic"] == "mean") & summary["outcome"].isin(outcomes)]
    return pd.concat([levels.assign(kind="level"), shown.assign(kind="difference")], ignore_index=True)


def draw_policies(exp: Experiment, measured: pd.DataFrame) -> CaptionedFigure:
    """Draw risk against cost, from the last start."""
    levels, differences = (measured[measured["kind"] == kind] for kind in ("level", "difference"))
    return risk_cost_figure.draw_risk_against_cost(exp, levels, exp.starts[-1].name, differences)


def from_each_start(ask: Callable[[Question, Work, int], pd.DataFrame]) -> Compute:
    """Return a measure that asks about the main contrast from every start; `ask` asks from one, with some trials."""

    def compute(exp: Experiment, trials: int, progress: Progress) -> pd.DataFrame:
        questions = [Question.of(exp, contrast=main_contrast(exp), outcomes=stakes(exp), start=start.name)
                     for start in exp.starts]  # fmt: skip
        return _join(questions, lambda question, work: ask(question, work, trials), progress)

    return compute


@from_each_start
def claim_values(question: Question, work: Work, trials: int) -> pd.DataFrame:
    """Return the values, ends and pairs of `strait claims`, distinguished by `kind`."""
    finding = claims.claims(question, work, trials=trials)
    keys = ["start", "policy_a", "policy_b", "outcome", "theme", "claim"]
    values = finding.table.merge(finding.details, on=keys).assign(kind="value")
    ends = finding.ends.rename(columns={"worldview": "claim", "difference": "value"}).assign(kind="end")
    pairs = finding.pairs.assign(claim=finding.pairs["claim_a"] + " " + finding.pairs["claim_b"], kind="pair")
    columns = ["start", "policy_a", "policy_b", "outcome", "claim", "value", "low", "high", "kind"]
    return pd.concat([values, ends, pairs.rename(columns={"interaction": "value"})[columns]], ignore_index=True)


@from_each_start
def crossings(question: Question, work: Work, trials: int) -> pd.DataFrame:
    """Return where along each claim the better policy changes, with the differences at both ends of each dial.

    Its ends are readings, or the evidence where an author is silent.
    """
    finding = crossover.crossover(question, work, trials=trials)
    keys = ["claim", "outcome"]
    rows = [(*key, *crossover_figure.end_differences(curve)) for key, curve in finding.curves.groupby(keys)]
    return finding.table.merge(pd.DataFrame(rows, columns=[*keys, "at_low", "at_high"]), on=keys)


@from_each_start
def flips(question: Question, work: Work, trials: int) -> pd.DataFrame:
    """Return the fewest changes of belief that turn the result, from every worldview."""
    views = [replace(question, outcomes=(MAIN_OUTCOME,), worldview=view) for view in question.experiment.worldviews]
    return _join(views, lambda each, work: flip.flip(each, work, trials=trials).table, work.progress)


@from_each_start
def mechanism_parts(question: Question, work: Work, trials: int) -> pd.DataFrame:
    """Return how much of each difference goes through which mechanism: the table of `strait mechanisms`."""
    return mechanisms.mechanisms(question, work, trials=trials).table


@from_each_start
def input_weights(question: Question, work: Work, trials: int) -> pd.DataFrame:
    """Return the weight of each belief when all are open: the table of `strait sensitivity`."""
    return sensitivity.sensitivity(question, work, trials=trials).table.drop(columns=["says", "law"])


@from_each_start
def variance_parts(question: Question, work: Work, trials: int) -> pd.DataFrame:
    """Return how much of the spread is luck: the table of `strait variance`."""
    several = replace(question.experiment, lucks=max(2, question.experiment.lucks))
    return variance.variance(replace(question, experiment=several), work, trials=trials).table


@from_each_start
def discovered_boxes(question: Question, work: Work, trials: int) -> pd.DataFrame:
    """Return the lines of `strait discover`: beliefs with which the policy that is mostly worse does better."""
    outcomes = tuple(discover.disputed_outcomes(question.experiment))
    finding = discover.discover(replace(question, outcomes=outcomes), work, trials=trials)
    lines = ((name, line) for name in outcomes
             for line in discover_figure.describe_discover(finding, name) if " says: " not in line)  # fmt: skip
    return pd.DataFrame(lines, columns=["outcome", "line"]).assign(start=question.start.name)


def regrets(exp: Experiment, trials: int, progress: Progress) -> pd.DataFrame:
    """Return the lines of `strait robust`: the policy that one would regret least."""
    run = robust.play_policies(exp, Work(progress=progress), trials=trials)
    lines = []
    for start in exp.starts:
        finding = robust.robust(run, start=start.name)
        lines += [(start.name, "", line) for line in robust_map_figure.describe_robust_map(finding)]
        for name in finding.question.outcomes:
            lines += [(start.name, name, line) for line in robust_figure.describe_robust(finding, name)]
    return pd.DataFrame(lines, columns=["start", "outcome", "line"])


def studies(exp: Experiment, trials: int, progress: Progress) -> pd.DataFrame:
    """Return the lines of `strait worth` from the last start: what a study of one belief, or more, would save."""
    question = Question.of(exp, contrast=None, outcomes=worth.choice_outcomes(exp), start=exp.starts[-1].name)
    finding = worth.worth(question, Work(averages.cache_folder() / "analyses", progress=progress), trials=trials)
    lines = [(name, line) for name in question.outcomes for line in worth_figure.describe_worth(finding, name)]
    lines += [("", line) for line in worth_figure.describe_choices(finding)]
    return pd.DataFrame(lines, columns=["outcome", "line"]).assign(start=question.start.name)


def _join(
    questions: Sequence[Question], ask: Callable[[Question, Work], pd.DataFrame], progress: Progress | None
) -> pd.DataFrame:
    """Return the tables of some questions, one below the other; trials are saved until the measure is recorded."""
    folder = averages.cache_folder() / "analyses"

    def update(number: int) -> Progress | None:
        return progress and (lambda done, total: progress(number * total + done, len(questions) * total))

    tables = [ask(question, Work(folder, progress=update(number))) for number, question in enumerate(questions)]
    return pd.concat(tables, ignore_index=True)


def published_questions(exp: Experiment, trials: int, progress: Progress) -> pd.DataFrame:
    """Return the rows of `strait validate` that ask what forecasters and games have asked."""
    validation = validation_rows.load_rows()
    rows = [row for row in validation.checks.values() if row.check == PUBLISHED]
    found = validate.table(validate.measure_rows(Cells(trials), rows, progress), validation)
    return found[found["check"] == PUBLISHED].reset_index(drop=True)


@dataclass(frozen=True)
class Measure:
    """How a measure is computed, with how many trials a cell (or what `counted` says), and what it shows."""

    compute: Compute
    trials: int
    shows: str
    counted: str = "trials a cell"
    of_model: bool = True  # whether it is of no use once the model has changed
    draw: Draw | None = None  # its figure, saved beside the table


# Trials are as many as the statements of the pages need; all measures together take under ten minutes on two cores.
MEASURES: Mapping[str, Measure] = {
    "dials": Measure(lambda exp, n, progress: dials.effects(exp, n, progress, keep=True), 20_000,
                     "what accepting each claim moves"),
    "options": Measure(options.count_choices, 100, "how often each actor chooses each of its options"),
    "effort": Measure(lambda exp, n, progress: effort.table(exp, n, progress, keep=True), 5_000,
                      "policies as written, at equal effort, and with a tenth more of a lever"),
    "forms": Measure(lambda exp, n, progress: model_variants.compare_variants(exp, n, progress, keep=True), 5_000,
                     "the ranking of policies under other forms of the model"),
    "implied": Measure(lambda exp, n, progress: implied.table(exp, n, progress, keep=True), 10_000,
                       "what the model implies about claims that restate the conclusion"),
    "policies": Measure(policy_results, RUN_TRIALS, "what each policy does, risks and costs", draw=draw_policies),
    "mechanisms": Measure(mechanism_parts, 3_000, "through which mechanism each policy works"),
    "late": Measure(late_numbers.compare, 20_000, "what S12 does without the numbers that were added late"),
    "claims": Measure(claim_values, 2_500, "which belief carries the disagreement"),
    "crossings": Measure(crossings, 2_500, "where along a belief the better policy changes"),
    "flips": Measure(flips, 2_000, "how few beliefs turn the result round"),
    "weights": Measure(input_weights, 200, "which beliefs weigh most when all are open"),
    "spreads": Measure(variance_parts, variance.TRIALS, "how much of the spread is luck"),
    "boxes": Measure(discovered_boxes, 200, "with which beliefs the other policy does better"),
    "regrets": Measure(regrets, robust.TRIALS, "which policy one would regret least"),
    "studies": Measure(studies, 16, "what a study would save", "trials of each policy at each set of beliefs"),
    "published": Measure(published_questions, 20_000, "what forecasters and games have asked, asked of the model"),
    "coverage": Measure(lambda _, n, progress: selftest.measure(selftest.laws(), runs=n, progress=progress),
                        selftest.RUNS, "how often intervals hold the truth", "runs of each size", of_model=False),
}  # fmt: skip


def record(name: str, exp: Experiment, folder: Path, progress: Progress, trials: int | None = None) -> None:
    """Compute a measure of an experiment and record it in a folder.

    Raises ValueError for a number of trials that the measure cannot have. Raises OSError if the folder cannot be
    written to.
    """
    measure = MEASURES[name]
    n = trials or measure.trials
    frame = measure.compute(exp, n, progress)
    folder.mkdir(exist_ok=True)
    table = frame.to_csv(index=False, float_format="%.4g", lineterminator="\n").encode()
    disk.save(folder / f"{name}.csv", table)
    if measure.draw:
        _, svg = figure_layout.save_figure(measure.draw(replace(exp, trials=n), frame), folder)
        svg.unlink()  # the page shows the PNG
    entry = {**fingerprints(exp), "trace": trace(exp), "trials": n, "table": _hash(table)}
    entries = {**_records(folder), name: entry}
    disk.save(folder / RECORD, (json.dumps(entries, indent=2, sort_keys=True) + "\n").encode())
    averages.clear_cache()


def read(name: str, folder: Path) -> tuple[pd.DataFrame, int]:
    """Return a recorded measure and its trials.

    Raises OSError if it was never recorded.
    """
    frame = pd.read_csv(folder / f"{name}.csv", dtype={"start": str}, keep_default_na=False, na_values=[""])
    return frame, int(_records(folder)[name]["trials"])


def find_stale(exp: Experiment, folder: Path) -> dict[str, str]:
    """Return the measures of another version of the model, changed by hand, or missing, each with the reason."""
    now, recorded = fingerprints(exp), _records(folder)
    stale: dict[str, str] = {}
    current_trace: list[float] | None = None
    for name in MEASURES:
        then = recorded.get(name)
        if then is None or not (folder / f"{name}.csv").exists():
            stale[name] = "was never recorded"
        elif then["table"] != _hash((folder / f"{name}.csv").read_bytes()):
            stale[name] = "was changed by hand"
        elif MEASURES[name].of_model and (differs := [what for what in now if then[what] != now[what]]):
            if differs == ["rules"]:
                current_trace = trace(exp) if current_trace is None else current_trace
                if np.allclose(current_trace, then["trace"], rtol=TRACE_TOLERANCE, atol=TRACE_TOLERANCE):
                    continue
            stale[name] = f"was computed with other {' and '.join(differs)}"
    return stale


def trace(exp: Experiment) -> list[float]:
    """Return what the rules do, as a number for each cell: the mean over its first trials of everything recorded."""
    (block,) = batch.blocks(replace(exp, trials=TRACE_TRIALS * exp.lucks), block_worlds=TRACE_TRIALS)
    means = []
    for rows in block.records.values():
        values = np.nan_to_num(np.array([rows[name].astype(float) for name in rows.dtype.names or ()]))
        means.append(float(f"{values.sum(axis=0).mean():.12g}"))
    return means


def fingerprints(exp: Experiment) -> dict[str, str]:
    """Return a hash of the rules, and one of all numbers in the scenario files.

    >>> import sim
    >>> one, other = (fingerprints(sim.load("debate", set_=set_)) for set_ in ([], ["us_intervenes_prob=0.5"]))
    >>> one["rules"] == other["rules"], one["numbers"] == other["numbers"]
    (True, False)
    """
    resolved = {key: entry for key, entry in exp.resolved().items() if key not in ("name", "trials", "changes")}
    numbers = json.dumps(_without_prose(resolved), sort_keys=True)
    return {"rules": compiled.hash_rules()[:16], "numbers": _hash(numbers.encode())}


def _hash(text: bytes) -> str:
    """Return a short hash of a text, the same for every system's line endings."""
    return hashlib.sha256(text.replace(b"\r\n", b"\n")).hexdigest()[:16]


def _without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_prose(entry) for key, entry in value.items() if key not in PROSE}
    return [_without_prose(entry) for entry in value] if isinstance(value, list) else value


def _records(folder: Path) -> dict[str, dict[str, Any]]:
    file = folder / RECORD
    entries: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return entries
