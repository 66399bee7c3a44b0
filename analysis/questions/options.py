"""How often each actor chooses each of its options, counted by agents that keep a tally."""

from __future__ import annotations

import functools
import importlib
import types
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.engine import mesa_model
from sim.results import tables

if TYPE_CHECKING:
    from sim.engine.batch import Cell
    from sim.scenario.experiment import Experiment

CHOICE = ["actor", "choice", "option"]
COLUMNS = [*tables.CELL_COLUMNS, *CHOICE, "chosen", "trials", "per_trial"]
Tally = Counter[tuple[str, str, int]]


@dataclass(frozen=True)
class Choice:
    """A rule by which an actor chooses, and its options by the number that the rule returns."""

    actor: str
    name: str
    options: Mapping[int, str]


def find_choices() -> list[Choice]:
    """Every rule by which an actor chooses: a rule that returns yes or no, or a named option.

    >>> next(choice for choice in find_choices() if choice.name == "responds").options[0]
    'suspend'
    """
    choices = []
    for actor in mesa_model.AGENTS:
        rules = importlib.import_module(f"sim.model.rules.{actor}")
        for name, rule in vars(rules).items():
            if isinstance(rule, types.FunctionType) and rule.__module__ == rules.__name__:
                options = _options(rules, rule)
                choices += [Choice(actor, name, options)] if options else []
    return choices


def _options(rules: types.ModuleType, function: types.FunctionType) -> dict[int, str]:
    """The options of a rule; none for a rule that returns a quantity."""
    returned = function.__annotations__["return"]
    if returned in ("bool", bool):
        return {1: "yes", 0: "no"}
    if returned not in ("int", int):
        return {}
    names = [name for name in function.__code__.co_names if name.isupper()]
    return {getattr(rules, name): name.lower().replace("_", " ") for name in names}


def counting_agents(tally: Tally) -> dict[str, type[mesa_model.Actor]]:
    """The usual agents, which also add each of their choices to the tally."""
    methods: dict[str, dict[str, Any]] = {actor: {} for actor in mesa_model.AGENTS}
    for choice in find_choices():
        usual = getattr(mesa_model.AGENTS[choice.actor], choice.name)
        methods[choice.actor][choice.name] = _count_choice(usual, choice, tally)
    return {actor: type(usual.__name__, (usual,), methods[actor]) for actor, usual in mesa_model.AGENTS.items()}


def _count_choice(usual: Callable[..., Any], choice: Choice, tally: Tally) -> Callable[..., Any]:
    @functools.wraps(usual)
    def decide(self: mesa_model.Actor, *situation: Any) -> Any:
        decided = usual(self, *situation)
        tally[choice.actor, choice.name, int(decided)] += 1
        return decided

    return decide


def count_choices(exp: Experiment, trials: int, update: Callable[[int, int], object] | None = None) -> pd.DataFrame:
    """Play the first `trials` trials of every cell, one by one, and count the choices.

    Parameters
    ----------
    exp
        The experiment; its own number of trials does not count.
    trials
        Of each cell. `sim.StraitModel` plays about ninety per second.
    update
        Called after each trial with the trials done and to do, over all cells.

    Returns
    -------
    pandas.DataFrame
        `start`, `worldview`, `policy`, `actor`, `choice` (the rule), `option`, `chosen` (how often in total),
        `trials`, `per_trial`.

    Examples
    --------
    >>> import sim
    >>> exp = sim.load("debate", policies="both", worldviews="self", starts="2026")
    >>> sorted(set(count_choices(exp, trials=2)["actor"]))
    ['japan', 'prc', 'taiwan', 'us']
    """
    rows = []
    cells = tables.cells(exp)
    for index, cell in enumerate(cells):
        tally: Tally = Counter()
        for trial in range(trials):
            play_and_count(exp, cell, trial, tally)
            if update:
                update(index * trials + trial + 1, len(cells) * trials)
        for choice in find_choices():
            for number, option in choice.options.items():
                chosen = tally[choice.actor, choice.name, number]
                rows.append([*cell, choice.actor, choice.name, option, chosen, trials, chosen / trials])
    return pd.DataFrame(rows, columns=COLUMNS)


def play_and_count(exp: Experiment, cell: Cell, trial: int, tally: Tally) -> dict[str, Any]:
    """Play one trial of a cell, add its choices to the tally, and return its outcomes."""
    start, worldview, policy = cell
    return mesa_model.StraitModel(exp, policy, worldview, start, trial=trial, agents=counting_agents(tally)).run()


def rates_by_policy(counts: pd.DataFrame) -> pd.DataFrame:
    """Choices per trial: one row per option, one column per policy, averaged over worldviews and starts."""
    rates = counts.groupby([*CHOICE, "policy"], sort=False)["per_trial"].mean().unstack("policy")
    return rates[list(dict.fromkeys(counts["policy"]))]


def never_chosen(counts: pd.DataFrame) -> list[str]:
    """Options that no trial of any cell chose."""
    total = counts.groupby(CHOICE, sort=False)["chosen"].sum()
    return [" ".join(map(str, key)) for key in total.index[total == 0]]
