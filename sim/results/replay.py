"""Play one trial of a folder's run again, and print its record.

    python -m sim.results.replay DIR START WORLDVIEW POLICY TRIAL

`failures.csv` has the command for every trial that failed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sim.errors import FolderError, QuestionError
from sim.model import draws
from sim.results import failures, manifest
from sim.scenario.experiment import Experiment


def replay(experiment: Experiment, start: str, worldview: str, policy: str, trial: int) -> np.ndarray:
    """Record of one trial, a structured array of length 1.

    Raises QuestionError if the experiment has no such cell or trial.

    >>> import sim
    >>> replay(sim.load("debate"), "2026", "neutral", "both", trial=7)["world"]
    array([7])
    """
    worldviews = {entry.name: entry for entry in experiment.worldviews}
    starts, policies = ({entry.name for entry in entries} for entries in (experiment.starts, experiment.policies))
    if start not in starts or policy not in policies or worldview not in worldviews or trial < 0:
        raise QuestionError(f"there is no trial {trial} of {start}, {worldview}, {policy}")
    world, luck = divmod(trial, experiment.lucks)
    parameters = draws.draw_parameters(experiment, worldviews[worldview], world, 1)
    return failures.play_world(experiment, (start, worldview, policy), parameters, world)[0][luck : luck + 1]


def main(arguments: list[str]) -> int:
    """Print each column of the record, and mark the values that are invalid; return the exit code."""
    try:
        folder, start, worldview, policy, trial = arguments
        experiment = manifest.read_experiment(Path(folder), manifest.require_run(Path(folder)))
        record = replay(experiment, start, worldview, policy, int(trial))
    except (ValueError, FolderError) as error:
        print(f"{error}\nUsage: python -m sim.results.replay DIR START WORLDVIEW POLICY TRIAL", file=sys.stderr)
        return 2
    for name in record.dtype.names or ():
        mark = "   invalid" if failures.invalid_values(experiment, name, record[name])[0] else ""
        print(f"{name}: {record[name][0]:g}{mark}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
