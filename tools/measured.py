"""Measures of the whole model, which take minutes: made by a command, recorded in docs/measured/, read by the pages.

Each is a CSV file. Beside them `made.json` says under which rules and which numbers each was made, and with how many
trials; so that a page that no longer tells the truth is found at once. Rules that were rewritten and still do the same
make no measure old: some trials are played and compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.evidence import implied, model_variants
from analysis.questions import (
    averages,
    claims,
    crossover,
    dials,
    discover,
    effort,
    flip,
    options,
    robust,
    sensitivity,
    variance,
)
from sim.engine import batch
from sim.model import compiled
from sim.results import disk
from tools import findings_runs

if TYPE_CHECKING:
    from analysis.questions.averages import Update
    from sim.scenario.experiment import Experiment

MADE = "made.json"
RUN = 10_000  # trials of a cell, as scenarios/debate.yaml has it
TRACED, SAME = 40, 1e-9  # trials of each cell that tell whether rules do the same, and how nearly
PROSE = frozenset(
    {"title", "summary", "meaning", "label", "says", "supports", "contradicts", "verdict", "why", "note", "cite", "url",
     "year", "source", "sources", "known", "paragraphs", "files"}
)  # fmt: skip
"""Entries of scenario files that no number hangs on."""


@dataclass(frozen=True)
class Measure:
    """How a measure is made, with how many trials a cell, and what it tells."""

    make: Callable[[Experiment, int, Update], pd.DataFrame]
    trials: int
    tells: str


MEASURES: Mapping[str, Measure] = {
    "dials": Measure(lambda exp, n, told: dials.effects(exp, n, told, keep=True), 100_000,
                     "what each claim's dial moves"),
    "options": Measure(options.count, 200, "how often each actor chooses each of its options"),
    "effort": Measure(lambda exp, n, told: effort.table(exp, n, told, keep=True), 10_000,
                      "policies as written, at equal effort, and by the tenth of a lever"),
    "forms": Measure(lambda exp, n, told: model_variants.compare(exp, n, told, keep=True), 10_000,
                     "the ranking of policies under other forms of the model"),
    "implied": Measure(lambda exp, n, told: implied.table(exp, n, told, keep=True), 10_000,
                       "what the model implies of claims that restate the answer"),
    "policies": Measure(findings_runs.policies, RUN, "what each policy does, from each start"),
    "claims": Measure(findings_runs.shares, claims.TRIALS, "which belief carries the disagreement"),
    "crossings": Measure(findings_runs.crossings, crossover.TRIALS, "where along a belief the better policy changes"),
    "flips": Measure(findings_runs.flips, flip.TRIALS, "how few beliefs turn the result round"),
    "weights": Measure(findings_runs.weights, sensitivity.TRIALS, "which beliefs weigh most when all are open"),
    "spreads": Measure(findings_runs.spreads, variance.TRIALS, "how much of the spread is luck"),
    "boxes": Measure(findings_runs.boxes, discover.TRIALS, "with which beliefs the other policy does better"),
    "regrets": Measure(findings_runs.regrets, robust.TRIALS, "which policy one would regret least"),
}  # fmt: skip


def make(name: str, exp: Experiment, folder: Path, update: Update, trials: int | None = None) -> None:
    """Make a measure of an experiment and record it in a folder.

    Raises
    ------
    ValueError
        For a number of trials that the measure cannot have.
    OSError
        If the folder cannot be written to.
    """
    measure = MEASURES[name]
    n = trials or measure.trials
    found = measure.make(exp, n, update)
    folder.mkdir(exist_ok=True)
    table = found.to_csv(index=False, float_format="%.4g", lineterminator="\n").encode()
    disk.save(folder / f"{name}.csv", table)
    made = {**_made(folder), name: {**marks(exp), "trace": trace(exp), "trials": n, "table": _hash(table)}}
    disk.save(folder / MADE, (json.dumps(made, indent=2, sort_keys=True) + "\n").encode())
    averages.forget()


def read(name: str, folder: Path) -> tuple[pd.DataFrame, int]:
    """A recorded measure and its trials.

    Raises
    ------
    OSError
        If it has not been made.
    """
    frame = pd.read_csv(folder / f"{name}.csv", dtype={"start": str}, keep_default_na=False, na_values=[""])
    return frame, int(_made(folder)[name]["trials"])


def stale(exp: Experiment, folder: Path) -> dict[str, str]:
    """Measures that were made of another version of the model, by hand, or never, and what differs."""
    now, made = marks(exp), _made(folder)
    found: dict[str, str] = {}
    does: list[float] | None = None
    for name in MEASURES:
        then = made.get(name)
        if then is None or not (folder / f"{name}.csv").exists():
            found[name] = "was never made"
        elif then["table"] != _hash((folder / f"{name}.csv").read_bytes()):
            found[name] = "was changed by hand"
        elif differs := [what for what in now if then[what] != now[what]]:
            if differs == ["rules"]:
                does = trace(exp) if does is None else does
                if np.allclose(does, then["trace"], rtol=SAME, atol=SAME):
                    continue
            found[name] = f"was made with other {' and '.join(differs)}"
    return found


def trace(exp: Experiment) -> list[float]:
    """What the rules do, in a number for each cell: the mean over its first trials of all that is recorded of them."""
    (block,) = batch.blocks(replace(exp, trials=TRACED * exp.lucks), block_worlds=TRACED)
    found = []
    for rows in block.records.values():
        values = np.nan_to_num(np.array([rows[name].astype(float) for name in rows.dtype.names or ()]))
        found.append(float(f"{values.sum(axis=0).mean():.12g}"))
    return found


def marks(exp: Experiment) -> dict[str, str]:
    """What a measure rests on: a hash of the rules, and one of all numbers in the scenario files.

    >>> import sim
    >>> one, other = (marks(sim.load("debate", set_=set_)) for set_ in ([], ["us_intervenes_prob=0.5"]))
    >>> one["rules"] == other["rules"], one["numbers"] == other["numbers"]
    (True, False)
    """
    resolved = {key: entry for key, entry in exp.resolved().items() if key not in ("name", "trials")}
    numbers = json.dumps(_without_prose(resolved), sort_keys=True)
    return {"rules": compiled.rules_mark()[:16], "numbers": _hash(numbers.encode())}


def _hash(text: bytes) -> str:
    """A short hash of a text, whatever ends its lines on this system."""
    return hashlib.sha256(text.replace(b"\r\n", b"\n")).hexdigest()[:16]


def _without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_prose(entry) for key, entry in value.items() if key not in PROSE}
    return [_without_prose(entry) for entry in value] if isinstance(value, list) else value


def _made(folder: Path) -> dict[str, dict[str, Any]]:
    file = folder / MADE
    made: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return made
