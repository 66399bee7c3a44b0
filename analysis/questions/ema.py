"""An experiment as a model of the EMA workbench: claims or parameters uncertain, the policy a lever.

What is uncertain is drawn by the workbench; every call of the model is one row of `sim.evaluate`, played in the same
worlds with the same luck. Tested with version 2.5 of the workbench. Version 3.0 has the same classes, and wants names
that are identifiers, as they are here; its designs of experiments have other names (`combine="full_factorial"`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.engine.beliefs import QUANTILE
from sim.engine.evaluation import CLAIM, evaluate, problem
from sim.engine.question import Question, look_up
from sim.errors import QuestionError

if TYPE_CHECKING:
    from ema_workbench import Model, RealParameter

    from sim.scenario.experiment import Experiment

LEVER = "policy_played"
"""Name of the lever; `policy` itself is the workbench's own word."""


def model(
    exp: Experiment,
    uncertain: str | Sequence[str] = "dials",
    *,
    outcomes: Sequence[str] | None = None,
    contrast: str | Sequence[str] | None = None,
    start: str | None = None,
    worldview: str | None = None,
    worlds: int = 100,
    lucks: int | None = None,
) -> Model:
    """A model for the workbench's evaluators, which may be spread over processes.

    Parameters
    ----------
    uncertain
        `dials`: every claim's, over its range (-1 Self, 0 the evidence, 1 Newsham). `parameters`: every number that is
        drawn, with its distribution under the worldview. Or names of claims and parameters; a parameter lies over the
        dial of its claim. Where the workbench has no such distribution the name is `quantile_PARAMETER`, from 0 to 1.
    outcomes
        By default the primary ones; each is to be minimised or maximised as the catalogue says.
    contrast
        Two policies: outcomes are the differences, first minus second, and there is no lever. Without it the policy
        is the lever `policy_played`.
    start, worldview
        As in `sim.evaluate`.
    worlds, lucks
        Worlds played in each experiment, and lucks in each: constants of the model.

    Raises
    ------
    QuestionError
        A ValueError, for a name that is misspelt (the nearest is given) or a number that is not drawn.
    ModuleNotFoundError
        Without the workbench; it says how to install it.

    Examples
    --------
    >>> import sim
    >>> found = model(sim.load("debate"), ["N12", "us_intervenes_prob"], outcomes=["use_of_force"], worlds=20)
    >>> [entry.name for entry in found.uncertainties], [entry.name for entry in found.levers]
    (['N12', 'us_intervenes_prob'], ['policy_played'])
    """
    ema = workbench()
    question = Question.of(exp, outcomes=outcomes, contrast=contrast, start=start, worldview=worldview, lucks=lucks)
    laws = _laws(exp, uncertain, question.worldview.name)
    names = {name.replace(".", "_"): name for name in laws}
    play = Played(exp, names, question.outcomes, contrast, question.start.name, question.worldview.name)
    result = ema.Model("Strait", function=play)
    result.uncertainties = [_parameter(name, *laws[names[name]]) for name in names]
    if contrast is None and len(exp.policies) > 1:
        result.levers = [ema.CategoricalParameter(LEVER, [policy.name for policy in exp.policies])]
    kinds = {"low": ema.ScalarOutcome.MINIMIZE, "high": ema.ScalarOutcome.MAXIMIZE, "none": ema.ScalarOutcome.INFO}
    better = {name: exp.catalogue.outcomes[name].better for name in question.outcomes}
    result.outcomes = [ema.ScalarOutcome(name, kinds[side]) for name, side in better.items()]
    result.constants = [ema.Constant("worlds", worlds), ema.Constant("lucks", question.experiment.lucks)]
    return result


def workbench() -> Any:
    """The library, without its warning that one of the ways to spread work is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "ipyparallel not installed")
            import ema_workbench
    except ModuleNotFoundError as fault:
        raise ModuleNotFoundError(
            "the EMA workbench is missing: python -m pip install -e '.[ema]'", name=fault.name
        ) from fault
    return ema_workbench


@dataclass(frozen=True)
class Played:
    """The function of such a model: settings by name in, outcomes by name out. It can be pickled."""

    exp: Experiment
    names: dict[str, str]
    outcomes: tuple[str, ...]
    contrast: str | Sequence[str] | None
    start: str
    worldview: str

    def __call__(
        self, *, worlds: int, lucks: int, policy_played: str | None = None, **settings: float
    ) -> dict[str, float]:
        """Mean of each outcome in these worlds; a setting left out is as the worldview has it."""
        row = [float(value) for value in settings.values()]
        names = [look_up("uncertainty", name, self.names) for name in settings]
        values = evaluate(
            self.exp, [row], names, outcomes=self.outcomes, contrast=self.contrast, policy=policy_played,
            start=self.start, worldview=self.worldview, worlds=worlds, lucks=lucks, workers=1,
        )  # fmt: skip
        return dict(zip(self.outcomes, values[0].tolist(), strict=True))


def _laws(exp: Experiment, uncertain: str | Sequence[str], worldview: str) -> dict[str, tuple[str, list[float]]]:
    """Distribution and bounds of what is uncertain, in SALib's words, by the name that `evaluate` takes."""
    if isinstance(uncertain, str):
        return _by_name(problem(exp, uncertain, worldview))
    laws = _by_name(problem(exp, "dials")) | _by_name(problem(exp, "parameters", worldview))
    choices = {name.removeprefix(QUANTILE): name for name in laws}
    chosen = {}
    for name in uncertain:
        bare = name.removeprefix(CLAIM)
        if bare not in choices and bare in exp.catalogue.claims:
            raise QuestionError(f"claim {bare} has no dial: no number of the model is its own")
        if bare not in choices and bare in exp.catalogue.parameters:
            raise QuestionError(f"{bare} is one number under worldview {worldview}, so there is nothing to draw")
        full_name = look_up("name", bare, choices)
        chosen[full_name] = laws[full_name]
    if len(chosen) < max(len(uncertain), 1):
        raise QuestionError("uncertain: name at least one, each once")
    return chosen


def _by_name(salib_problem: dict[str, Any]) -> dict[str, tuple[str, list[float]]]:
    rows = zip(salib_problem["names"], salib_problem["dists"], salib_problem["bounds"], strict=True)
    return {name.removeprefix(CLAIM): (law, bounds) for name, law, bounds in rows}


def _parameter(name: str, law: str, bounds: list[float]) -> RealParameter:
    """A parameter of the workbench from a distribution in SALib's words."""
    from scipy import stats

    real: type[RealParameter] = workbench().RealParameter
    low, high, *shape = bounds
    if law == "unif":
        return real(name, low, high)
    if law == "triang":
        frozen = stats.triang(shape[0], loc=low, scale=high - low)
    else:
        mean, sd = shape
        frozen = stats.truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)
    parameter = real.from_dist(name, frozen)
    parameter.pff = False  # 2.5 prints it, and forgets to set it here
    return parameter
