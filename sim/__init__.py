"""Strait: the argument of two essays over Japan and Taiwan as a simulator.

It shows what follows from each set of beliefs. It does not predict.

load            an experiment, by name or file, with changes
run             play it in memory: a Result with tables, intervals and differences
write_folder    play it into a folder, continue or extend it
load_folder     the Result in a folder, without playing
read_table      a CSV file of a folder, with names as text and missing values marked
evaluate        the model as a function: beliefs in, outcomes or a difference between two policies out
evaluate_table  the same as a table with labels
problem         the inputs of `evaluate` as SALib takes them
replay          one trial again: who decided what, on which perception, and when
story           one trial under two policies, in dated sentences: where they part, and why
StraitModel     one trial as a Mesa model; its agents are PRC, Japan, UnitedStates, Taiwan, each an Actor
Experiment      what `load` gives: policies, worldviews, starts and the catalogue of all numbers
Result          what `run` gives; `Result.with_outcome` adds an outcome of your own
Story           what `story` gives: text, HTML for Jupyter, or data
StraitError     the base of all errors that you can correct; ScenarioError lists every fault of scenario files

docs/api.md describes each; so does `help(sim.run)`.

>>> import sim
>>> exp = sim.load("debate", trials=100)
>>> result = sim.run(exp)
>>> sorted(result.summary()["policy"].unique())
['both', 'direct_ties', 'interoperability', 'quiet_depth', 'status_quo']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.engine.evaluation import evaluate, evaluate_table, problem
    from sim.engine.mesa_model import PRC, Actor, Japan, StraitModel, Taiwan, UnitedStates
    from sim.engine.replay import replay
    from sim.errors import ScenarioError, StraitError
    from sim.narrative.story import Story, story
    from sim.results.csv_tables import read_table
    from sim.results.result import Result, run
    from sim.results.store import load_folder, write_folder
    from sim.scenario.experiment import Experiment
    from sim.scenario.loader import load

_EVALUATION, _RESULT = "sim.engine.evaluation", "sim.results.result"
_HOMES = {
    **dict.fromkeys(("ScenarioError", "StraitError"), "sim.errors"),
    "Experiment": "sim.scenario.experiment",
    "load": "sim.scenario.loader",
    **dict.fromkeys(("evaluate", "evaluate_table", "problem"), _EVALUATION),
    **dict.fromkeys(("run", "Result"), _RESULT),
    **dict.fromkeys(("load_folder", "write_folder"), "sim.results.store"),
    "read_table": "sim.results.csv_tables",
    "replay": "sim.engine.replay",
    **dict.fromkeys(("story", "Story"), "sim.narrative.story"),
    **dict.fromkeys(("StraitModel", "Actor", "PRC", "Japan", "UnitedStates", "Taiwan"), "sim.engine.mesa_model"),
}

__all__ = ["PRC", "Actor", "Experiment", "Japan", "Result", "ScenarioError", "Story", "StraitError",
           "StraitModel", "Taiwan", "UnitedStates", "evaluate", "evaluate_table", "load", "load_folder", "problem",
           "read_table", "replay", "run", "story", "write_folder"]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a name at its first use, so that `import sim` is quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, for `help(sim)` and completion."""
    return __all__
