"""One trial as a Mesa model: four agents who make their own choices.

The model plays the very months that the batch kernel plays (`sim.model.month`), with the agents standing where the
rules of the actors stand. An agent is a class whose methods are the rules of `sim.model.rules`; override one and the
model changes from the month in which the new choice differs, and nothing else does:

>>> class Dove(PRC):
...     def urge(self, success, price, hope, crisis):
...         return 0.0
>>> StraitModel("debate", "direct_ties", "self", "2026", trial=3, agents={"prc": Dove}).run()["use_of_force"]
0
"""

from __future__ import annotations

import functools
import inspect
import math
import secrets
import types
import warnings
from collections.abc import Callable, Mapping
from operator import index
from typing import TYPE_CHECKING, Any, TypeVar

import mesa

from sim.engine import loop_limit, setup
from sim.errors import QuestionError, RuleError
from sim.model import month, outcomes, trace
from sim.model.compiled import twin
from sim.model.effects import aftermath, campaign, east_china, episodes, events, levers, reactions, war
from sim.model.records import blank_state, plain_record
from sim.model.rules import japan, prc, taiwan, us
from sim.model.state import Parameters, Setting, State
from sim.scenario.messages import describe_unknown
from sim.scenario.values import loss

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

Agent = TypeVar("Agent", bound="type[Actor]")


MOST_CALLS = 100_000  # of an agent's rules in one step, as the rounds of a loop in machine code
MOST_TRIALS = 2**31  # so many to draw one from that two are hardly ever the same


class Actor(mesa.Agent):
    """An actor of the model. `self.model.state` is the trial's record so far (`sim.model.state.State`).

    `rules` names its choices; those in `not_negative` give a rate, odds, a ratio or months.
    """

    rules: frozenset[str] = frozenset()
    not_negative = frozenset(
        {"urge", "weighs_step", "drill_chance", "presses_more", "relents", "breaks_off", "nuclear_hazard"}
    )


def _plays(rules: types.ModuleType) -> Callable[[Agent], Agent]:
    """Give a class the rules of an actor as methods, and the names of its options."""

    def add(agent: Agent) -> Agent:
        for name, rule in vars(rules).items():
            if name.isupper():
                setattr(agent, name, rule)
            elif isinstance(rule, types.FunctionType) and rule.__module__ == rules.__name__:
                setattr(agent, name, _method(rule))
                agent.rules |= {name}
        return agent

    return add


def _method(rule: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(rule)
    def method(self: Actor, *situation: Any) -> Any:
        return rule(*situation)

    return method


@_plays(prc)
class PRC(Actor):
    """The People's Republic of China; its choices are the rules of `sim.model.rules.prc`."""


@_plays(japan)
class Japan(Actor):
    """Japan; its choices are the rules of `sim.model.rules.japan`."""


@_plays(us)
class UnitedStates(Actor):
    """The United States; its choices are the rules of `sim.model.rules.us`."""


@_plays(taiwan)
class Taiwan(Actor):
    """Taiwan; its choices are the rules of `sim.model.rules.taiwan`."""


AGENTS: Mapping[str, type[Actor]] = {"prc": PRC, "japan": Japan, "us": UnitedStates, "taiwan": Taiwan}


def check_agents(agents: Any) -> None:
    """Check the classes that are to play: each extends its actor's own, overrides a rule, and misspells none.

    Raises QuestionError.
    """
    if not isinstance(agents, Mapping):
        raise QuestionError(f'agents: give classes by actor, such as {{"prc": MyPRC}}, got {agents!r}')
    for name, agent in agents.items():
        if name not in AGENTS:
            raise QuestionError(describe_unknown("agent", name, list(AGENTS)))
        usual = AGENTS[name]
        if not isinstance(agent, type) or not issubclass(agent, usual):
            raise QuestionError(f"agents: {name} must be a class that extends sim.{usual.__name__}, got {agent!r}")
        if agent is usual:
            continue
        own = [vars(base) for base in agent.__mro__ if not issubclass(usual, base)]
        methods = {key: each for space in own for key, each in space.items() if isinstance(each, types.FunctionType)}
        called = {key for each in methods.values() for key in each.__code__.co_names}
        for key in methods:
            if not (key.startswith("_") or hasattr(usual, key) or key in called):
                unknown = describe_unknown("rule", key, usual.rules)
                raise QuestionError(f"agents: {agent.__name__}: {unknown}; begin the name of a helper with _")
        if not any(hasattr(usual, key) and not key.startswith("_") for space in own for key in space):
            raise QuestionError(
                f"agents: {agent.__name__} overrides no rule of sim.{usual.__name__}, so it would change nothing; "
                f"the rules are {', '.join(sorted(usual.rules))}"
            )


class CheckedAgent:
    """An agent whose rules raise RuleError where they give NaN, infinity, or a negative number that may not be.

    They also raise it after `most` calls, since the caller has last set `calls` to 0: only a loop without an end calls
    them as often in one step. With `limit_loops` they raise it where a `while` of their own goes on for as many rounds.
    """

    def __init__(self, agent: Actor, most: float = MOST_CALLS, *, limit_loops: bool = False) -> None:
        self._agent, self._most = agent, most
        self._counts_rounds = limit_loops and loop_limit.has_loops(type(agent))
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        """The agent's own attribute; a rule with a check around it."""
        found = getattr(self._agent, name)
        return functools.partial(self._play, name, found) if name in self._agent.rules else found

    def _play(self, name: str, rule: Callable[..., Any], *situation: Any) -> Any:
        value = loop_limit.play(rule, *situation) if self._counts_rounds else rule(*situation)
        self.calls += 1
        least, words = (0.0, " of 0 or more") if name in self._agent.not_negative else (-math.inf, "")
        for part in value if isinstance(value, tuple) else (value,):
            if not (least <= part and math.isfinite(part)):
                raise RuleError(f"{_line(rule)}: {name} must give a finite number{words}, and gives {part:g}")
        if self.calls > self._most:
            raise RuleError(f"{_line(rule)}: the loop goes on for {self._most:,} rounds: {name} is called in it")
        return value


def _line(rule: Callable[..., Any]) -> str:
    code = inspect.unwrap(rule).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def order_of_play(**names: Any) -> types.SimpleNamespace:
    """`sim.model.month` in plain Python, played by the actors `prc`, `japan`, `us`, `taiwan`: agents or rules.

    Other names stand where the rules see them: `draws`, `scale`, `math`.
    """
    known: dict[str, Any] = dict(names)
    for module in (episodes, war, reactions, levers, aftermath, campaign, events, east_china, month):
        name = module.__name__.rpartition(".")[2]
        known[name] = twin(module, **{key: value for key, value in known.items() if key in vars(module)})
    return types.SimpleNamespace(**vars(known["month"]))


def _read_now(name: str, model: StraitModel) -> float:
    value: float = model._now[name]
    return value


class StraitModel(mesa.Model):
    """One trial of an experiment, month by month.

    Parameters
    ----------
    exp : a loaded experiment, or the name or path of one.
    policy, worldview, start : names of the cell; by default the experiment's first of each.
    seed : the experiment's seed if not given. The draws are Strait's own (`sim.model.draws`), not Mesa's generator.
    trial : number of the trial, world * lucks + luck, as in `result.trials`. Without it, it is 0 where a seed is given;
        else it is drawn at random, as Mesa does without a seed, so that `mesa.batch_run(..., iterations=3)` plays three
        different trials. `model.trial` and the collected data say which, so that any can be played again.
    agents : classes to use in place of `PRC`, `Japan`, `UnitedStates`, `Taiwan`, by "prc", "japan", "us", "taiwan".

    Raises
    ------
    QuestionError : a ValueError, for a policy, worldview, start, agent or rule that does not exist.
    sim.errors.RuleError : from `step` and `run`, where an agent's rule gives no number, or divides by zero.

    Examples
    --------
    >>> model = StraitModel("debate", policy="direct_ties", worldview="neutral", start="2026", trial=42)
    >>> model.step()
    >>> model.state.time
    1.0
    >>> model.run()["trial"]
    42

    Three trials of each of two policies, with all outcomes of each:

    >>> cell = {"exp": "debate", "policy": ["direct_ties", "status_quo"], "worldview": "self", "start": "2026"}
    >>> rows = mesa.batch_run(StraitModel, cell, iterations=3, display_progress=False)
    >>> len(rows), len({row["trial"] for row in rows}), rows[0]["use_of_force"] in (0, 1)
    (6, 6, True)
    """

    running: bool
    state: State
    parameters: Parameters
    setting: Setting

    def __init__(
        self,
        exp: Experiment | str = "debate",
        policy: str | None = None,
        worldview: str | None = None,
        start: str | None = None,
        seed: int | None = None,
        trial: int | None = None,
        agents: Mapping[str, type[Actor]] | None = None,
    ) -> None:
        from dataclasses import replace

        from sim.scenario.loader import load

        if isinstance(exp, str):
            exp = load(exp)
        if trial is None:
            trial = secrets.randbelow(MOST_TRIALS) if seed is None else 0
        exp = exp if seed is None else replace(exp, seed=seed)
        super().__init__(rng=exp.seed)
        for name in agents or {}:
            setup.require_known("agent", name, AGENTS)
        check_agents(agents or {})
        if index(trial) < 0:
            raise QuestionError(f"trial: must be 0 or more, got {trial}")
        chosen = {**AGENTS, **(agents or {})}
        self.experiment, self.trial = exp, trial
        self.policy, self.worldview, self.start = setup.pick_cell(exp, policy, worldview, start)
        self.prc, self.japan, self.us, self.taiwan = (chosen[name](self) for name in AGENTS)
        self._playing: dict[str, Any] = {name: getattr(self, name) for name in AGENTS}
        if agents:
            self._playing = {name: CheckedAgent(agent) for name, agent in self._playing.items()}
        self._months = order_of_play(**self._playing)
        world, luck = divmod(trial, exp.lucks)
        self.setting = plain_record(Setting, setup.build_setting(exp, self.policy, self.start)[0])
        self.parameters = plain_record(Parameters, setup.draw_worlds(exp, self.worldview, world, 1)[0])
        self.state = blank_state(len(exp.catalogue.levers), world, luck + 1)
        self._rows = trace.record_events(self.state)
        self._play(self._months.begin)
        self._now = self.outcomes()
        names = ["trial", *exp.catalogue.outcomes]
        self.datacollector = mesa.DataCollector({name: functools.partial(_read_now, name) for name in names})

    def step(self) -> None:
        """Play one month; the last one plays a war that is still on to its end.

        When the trial is over (`model.running` is False) it changes nothing, and warns.
        """
        if not self.running:
            self.steps -= 1  # Mesa has already counted this call
            warnings.warn(f"The trial ended in month {self.steps}; step() changed nothing.", stacklevel=3)
            return
        state, setting = self.state, self.setting
        for _ in range(round(1 / setting.step)):
            if not state.over:
                state.unweighed = 1  # agents may remember: they are asked each month how ready they are, changed or not
                self._play(self._months.play)
        if state.over or state.time >= setting.months:
            self._play(self._months.finish)
            self.running = False
        self._now = self.outcomes()
        self.datacollector.collect(self)

    def _play(self, part: Callable[[State, Parameters, Setting], None]) -> None:
        for agent in self._playing.values():
            if isinstance(agent, CheckedAgent):
                agent.calls = 0
        try:
            part(self.state, self.parameters, self.setting)
        except (ArithmeticError, RuleError) as fault:
            where = f"trial {self.trial}, seed {self.experiment.seed}, policy {self.policy.name}"
            raise RuleError(f"{fault} ({where}, start {self.start.name})") from fault

    def run(self) -> dict[str, Any]:
        """Play to the end and return the trial's row of `result.trials`: its cell, its key and its outcomes."""
        while self.running:
            self.step()
        return self.outcomes()

    @property
    def events(self) -> list[trace.Event]:
        """The trial's events so far, as `sim.replay` gives them."""
        return trace.describe_events(self._rows, sorted(self.experiment.catalogue.levers))

    def outcomes(self) -> dict[str, Any]:
        """The trial's outcomes so far, under the names of `result.trials`; a time that has not come is NaN."""
        row = [math.nan] * len(outcomes.COLUMNS)
        outcomes.write(self.state, row)
        values = {
            name: int(value) if name in outcomes.SHARES else float(value)
            for name, value in zip(outcomes.COLUMNS, row, strict=True)
        }
        known = self.experiment.catalogue.outcomes
        for ending in ("", "_compensator"):
            for entry in self.experiment.values:
                priced = loss(entry, known, lambda name: float(values[name]), compensated=bool(ending))
                values[entry.outcome + ending] = float(priced)
        cell = {"start": self.start.name, "worldview": self.worldview.name, "policy": self.policy.name}
        key = {"trial": self.trial, "world": self.state.world, "luck": self.state.luck - 1}
        return {**cell, **key, **values}
