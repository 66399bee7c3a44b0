"""Play one trial of a folder's run again, and show its record.

    python -m sim.results.replay DIR START WORLDVIEW POLICY TRIAL

`failures.csv` has the command for every trial that failed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sim.engine import batch
from sim.errors import FolderError, QuestionError
from sim.model import draws
from sim.results import failures, manifest
from sim.scenario.experiment import Experiment


def experiment(folder: str | Path) -> Experiment:
    """The experiment of the run in a folder.

    Raises
    ------
    FolderError
        If there is none.
    """
    found = manifest.read_run(Path(folder))
    if not found:
        raise FolderError(f"{folder}: there are no results here")
    return Experiment.from_resolved({**found["experiment"], "files": found["files"]})


def replay(exp: Experiment, start: str, worldview: str, policy: str, trial: int) -> np.ndarray:
    """Record of one trial, a structured array of length 1.

    Raises
    ------
    ValueError
        If the experiment has no such cell or trial.

    Examples
    --------
    >>> import sim
    >>> replay(sim.load("debate"), "2026", "neutral", "both", trial=7)["world"]
    array([7])
    """
    starts = {entry.name: entry for entry in exp.starts}
    policies = {entry.name: entry for entry in exp.policies}
    views = {entry.name: entry for entry in exp.worldviews}
    if start not in starts or policy not in policies or worldview not in views or trial < 0:
        raise QuestionError(f"there is no trial {trial} of {start}, {worldview}, {policy}")
    world, luck = divmod(trial, exp.lucks)
    parameters = draws.draw_parameters(exp, views[worldview], world, 1)
    return batch.play_cell(exp, policies[policy], starts[start], parameters, world)[0][luck : luck + 1]


def main(words: list[str]) -> int:
    """Print each column of the record, marked where it cannot be right; give the exit code."""
    try:
        folder, start, worldview, policy, trial = words
        exp = experiment(folder)
        record = replay(exp, start, worldview, policy, int(trial))
    except (ValueError, FolderError) as error:
        print(f"{error}\nUse: python -m sim.results.replay DIR START WORLDVIEW POLICY TRIAL", file=sys.stderr)
        return 2
    for name in record.dtype.names or ():
        mark = "   cannot be" if failures.invalid_values(exp, name, record[name])[0] else ""
        print(f"{name}: {record[name][0]:g}{mark}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
