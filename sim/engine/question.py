"""A question to the model: which policies, from which start, under which worldview, measured by which outcomes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import batch
from sim.engine.beliefs import Floats
from sim.engine.own_outcomes import OwnOutcome, compute_outcome, name_of
from sim.errors import QuestionError
from sim.scenario.catalogue import Outcome
from sim.scenario.experiment import Experiment, Policy, Start, Worldview
from sim.scenario.messages import correct_number, describe_unknown, find_nearest

MAIN_CONTRAST = "ties_added"


@dataclass(frozen=True)
class Question:
    """One policy, or the difference between two, from one start under one worldview. Make it with `Question.of`.

    Attributes
    ----------
    policies
        The policy that is played; or two, and values are of the first minus the second.
    outcomes
        Names of outcomes. An outcome that has a compensator is estimated by it.
    own
        Those of them that are functions of a trial, by name.
    """

    experiment: Experiment
    policies: tuple[Policy, ...]
    start: Start
    worldview: Worldview
    outcomes: tuple[str, ...]
    agents: batch.Agents | None = None
    own: Mapping[str, OwnOutcome] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        *,
        contrast: str | Sequence[str] | None = None,
        policy: str | None = None,
        outcomes: str | Sequence[str | OwnOutcome] | None = None,
        start: str | None = None,
        worldview: str | None = None,
        lucks: int | None = None,
        agents: Mapping[str, type] | None = None,
    ) -> Question:
        """Fill in the defaults and check every name.

        Parameters
        ----------
        contrast
            The key of one of the experiment's contrasts, `"ties_added"`; or two policies, `("both", "status_quo")` or
            `"both-status_quo"`. A comma separates names with hyphens: `"a,b-c"`.
        policy
            Without a contrast: the policy; by default the experiment's first.
        outcomes
            Names, or functions of a trial (`sim.engine.own_outcomes`); by default the primary ones.
        start
            By default the experiment's last.
        worldview
            By default the one with the fewest numbers off neutral.
        lucks
            In each world; by default the experiment's.
        agents
            Classes to use in place of the actors' own, as in `sim.run`.

        Raises
        ------
        QuestionError
            For a name that the experiment does not have, or an outcome that is recorded only in some trials.

        Examples
        --------
        >>> import sim
        >>> Question.of(sim.load("debate"), contrast="ties_added").contrast
        ('both', 'interoperability')
        """
        policies = {entry.name: entry for entry in experiment.policies}
        starts = {entry.name: entry for entry in experiment.starts}
        views = {entry.name: entry for entry in experiment.worldviews}
        known = experiment.catalogue.outcomes
        primary = [name for name, entry in known.items() if entry.primary]
        chosen = (outcomes,) if isinstance(outcomes, str) else tuple(primary if outcomes is None else outcomes)
        own = {name_of(entry, [*known]): entry for entry in chosen if not isinstance(entry, str)}
        names = tuple(entry if isinstance(entry, str) else name_of(entry) for entry in chosen)
        for name in names:
            if name not in own:
                reject_conditional(look_up("outcome", name, known))
        if twice := [name for i, name in enumerate(names) if name in names[:i]]:
            raise QuestionError(f"outcomes: name each once, got {twice[0]} twice")
        if not names:
            raise QuestionError("outcomes: name at least one")
        if contrast is not None and policy is not None:
            raise QuestionError("policy: a contrast names both policies already; leave out policy or contrast")
        pair = (policy or experiment.policies[0].name,) if contrast is None else _two_policies(contrast, experiment)
        return cls(
            experiment if lucks is None else replace(experiment, lucks=check_count("lucks", lucks)),
            tuple(look_up("policy", name, policies) for name in pair),
            look_up("start", str(start), starts) if start is not None else experiment.starts[-1],
            look_up("worldview", worldview, views) if worldview is not None else experiment.most_neutral(),
            names,
            batch.read_agents(agents),
            own,
        )

    @property
    def contrast(self) -> tuple[str, ...]:
        """Names of the policies; of two, the difference is the first minus the second."""
        return tuple(policy.name for policy in self.policies)

    def values(self, parameters: Floats, first_world: int) -> Floats:
        """Each world's mean over its lucks, float[world, outcome]; of two policies, their difference.

        `parameters` is float[world, parameter]; its first row is world `first_world`.
        """
        means = [self._means(policy, parameters, first_world) for policy in self.policies]
        return means[0] if len(means) == 1 else means[0] - means[1]

    def _means(self, policy: Policy, parameters: Floats, first_world: int) -> Floats:
        records, _ = batch.play_cell(self.experiment, policy, self.start, parameters, first_world, self.agents)
        values = np.column_stack([self._column(records, name) for name in self.outcomes])
        for name, column in zip(self.outcomes, values.T, strict=True):
            if not np.isfinite(column).all():
                raise QuestionError(f"outcome {name} has no value in some trials, so policies cannot be compared by it")
        means: Floats = values.reshape(len(parameters), self.experiment.lucks, -1).mean(axis=1)
        return means

    def _column(self, records: NDArray[Any], name: str) -> Floats:
        if name in self.own:
            return compute_outcome(self.own[name], records).astype(np.float64)
        column: Floats = records[estimated_by(self.experiment, name)].astype(np.float64)
        return column


def estimated_by(experiment: Experiment, outcome: str) -> str:
    """Name the column of a record whose mean estimates an outcome: its compensator where there is one."""
    return f"{outcome}_compensator" if experiment.catalogue.outcomes[outcome].compensator else outcome


def reject_conditional(outcome: Outcome) -> None:
    """Reject an outcome that is recorded only in some trials: its averages are of different trials under each policy.

    Raises QuestionError.
    """
    if outcome.given:
        raise QuestionError(
            f"outcome {outcome.name} is recorded only in trials with {outcome.given}, so its averages are not "
            "comparable between policies. Use a loss such as loss_self."
        )


def look_up(kind: str, name: str, entries: Mapping[str, Any]) -> Any:
    """Return the entry of this name; raises QuestionError with the nearest name if there is none."""
    if name not in entries:
        raise QuestionError(describe_unknown(kind, name, list(entries)))
    return entries[name]


def check_count(name: str, value: int) -> int:
    """Return the value; raises QuestionError unless it is a whole number from 1."""
    return check_whole(name, value, 1)


def check_whole(name: str, value: int, low: int) -> int:
    """Return the value; raises QuestionError unless it is a whole number from `low`.

    >>> check_whole("worlds", 1.5, 1)
    Traceback (most recent call last):
    sim.errors.QuestionError: worlds: must be a whole number from 1, got 1.5
    """
    if hasattr(value, "__index__") and index(value) >= low:
        return value
    advice = correct_number(value, low, math.inf, integer=True)
    raise QuestionError(f"{name}: must be a whole number from {low}, got {value}{advice}")


def main_contrast(experiment: Experiment) -> tuple[str, ...]:
    """Name the two policies of a question that has room for one contrast.

    They are those of `ties_added` where the experiment has it; else of its first contrast; else the second policy and
    the first. Raises QuestionError for an experiment with one policy.

    Examples
    --------
    >>> import sim
    >>> main_contrast(sim.load("debate")), main_contrast(sim.load("debate", policies=["quiet_depth", "both"]))
    (('both', 'interoperability'), ('both', 'quiet_depth'))
    """
    names = [policy.name for policy in experiment.policies]
    if len(names) < 2:
        raise QuestionError("policies: with one policy there is no difference; name two or more")
    contrasts = [entry for entry in experiment.contrasts if {*entry.policies} <= {*names}]
    contrasts.sort(key=lambda entry: entry.key != MAIN_CONTRAST)
    return contrasts[0].policies if contrasts else tuple(names[1::-1])


def _two_policies(contrast: str | Sequence[str], experiment: Experiment) -> tuple[str, str]:
    """Read a contrast. A policy's own name may have hyphens, so every hyphen is tried."""
    policies = [policy.name for policy in experiment.policies]
    keys = {entry.key: entry.policies for entry in experiment.contrasts if entry.key}
    if isinstance(contrast, str) and contrast in keys:
        return keys[contrast]
    near = find_nearest(contrast.replace("-", "_"), keys) if isinstance(contrast, str) else None
    if isinstance(contrast, str) and "," in contrast:
        contrast = [name.strip() for name in contrast.split(",")]
    if isinstance(contrast, str):
        splits = [(contrast[:i], contrast[i + 1 :]) for i, letter in enumerate(contrast) if letter == "-"]
        pairs = [pair for pair in splits if {*pair} <= {*policies}] or splits[: not near]
    else:
        pairs = [(contrast[0], contrast[1])] if len(contrast) == 2 else []
    if not pairs or pairs[0][0] == pairs[0][1]:
        shown = ", ".join(keys) and f"{', '.join(keys)}, or "
        example = "-".join(main_contrast(experiment))
        hint = f"; nearest: {near}" if near else ""
        raise QuestionError(f"contrast: must be {shown}two policies, as in {example}, got {contrast!r}{hint}")
    if len(pairs) > 1:
        readings = " or ".join(",".join(pair) for pair in pairs)
        raise QuestionError(f"contrast: {contrast!r} can be read in {len(pairs)} ways; write {readings}")
    return pairs[0]
