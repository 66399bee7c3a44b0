"""What is asked of the model: which policies, from which start, under which worldview, on which outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import batch
from sim.engine.beliefs import Floats
from sim.errors import QuestionError
from sim.scenario.messages import unknown

if TYPE_CHECKING:
    from sim.scenario.catalogue import Outcome
    from sim.scenario.experiment import Experiment, Policy, Start, Worldview


@dataclass(frozen=True)
class Asked:
    """What is asked of the model, checked: the experiment, one policy or the two compared, a start, outcomes."""

    exp: Experiment
    policies: tuple[Policy, ...]
    start: Start
    worldview: Worldview
    outcomes: tuple[str, ...]

    def values(self, parameters: Floats, first_world: int) -> Floats:
        """Each world's mean over its lucks, float[world, outcome]; of the difference, if two policies are compared.

        `parameters` is float[world, parameter]; its first row is world `first_world`.
        """
        played = [self._played(policy, parameters, first_world) for policy in self.policies]
        return played[0] if len(played) == 1 else played[0] - played[1]

    def _played(self, policy: Policy, parameters: Floats, first_world: int) -> Floats:
        records, _ = batch.play_cell(self.exp, policy, self.start, parameters, first_world)
        entries = self.exp.catalogue.outcomes
        columns = [f"{name}_compensator" if entries[name].compensator else name for name in self.outcomes]
        found = np.column_stack([records[column].astype(np.float64) for column in columns])
        for name, column in zip(self.outcomes, found.T, strict=True):
            if not np.isfinite(column).all():
                raise QuestionError(f"outcome {name} has no value in some trials, so it cannot be compared this way")
        means: Floats = found.reshape(len(parameters), self.exp.lucks, -1).mean(axis=1)
        return means


def ask(
    exp: Experiment,
    outcomes: Sequence[str] | None = None,
    contrast: str | Sequence[str] | None = None,
    policy: str | None = None,
    start: str | None = None,
    worldview: str | None = None,
    lucks: int | None = None,
) -> Asked:
    """What `evaluate` is asked, with its defaults filled in and its names checked.

    Raises QuestionError for a name that the experiment does not have, or an outcome that is told of some trials only.

    >>> import sim
    >>> [policy.name for policy in ask(sim.load("debate"), contrast="both-status_quo").policies]
    ['both', 'status_quo']
    """
    policies = {entry.name: entry for entry in exp.policies}
    starts, views = {entry.name: entry for entry in exp.starts}, {entry.name: entry for entry in exp.worldviews}
    primary = [name for name, entry in exp.catalogue.outcomes.items() if entry.primary]
    wanted = (outcomes,) if isinstance(outcomes, str) else tuple(primary if outcomes is None else outcomes)
    for name in wanted:
        refuse_given(known("outcome", name, exp.catalogue.outcomes))
    if not wanted:
        raise QuestionError("outcomes: name at least one")
    pair = (policy or exp.policies[0].name,) if contrast is None else _pair(contrast, list(policies))
    return Asked(
        exp if lucks is None else replace(exp, lucks=whole("lucks", lucks)),
        tuple(known("policy", name, policies) for name in pair),
        known("start", start, starts) if start is not None else exp.starts[-1],
        known("worldview", worldview, views) if worldview is not None else exp.most_neutral(),
        wanted,
    )


def refuse_given(outcome: Outcome) -> None:
    """Refuse what is told of some trials only: over all of them it would be another thing."""
    if outcome.given:
        raise QuestionError(
            f"outcome {outcome.name} is told only of trials with {outcome.given}: policies with more and fewer of them "
            "cannot be compared by it (losses, as loss_self, count what has a price)"
        )


def _pair(contrast: str | Sequence[str], policies: Sequence[str]) -> tuple[str, str]:
    """Two policies, of a text with a hyphen between them or of a pair."""
    if isinstance(contrast, str):
        cuts = [(contrast[:i], contrast[i + 1 :]) for i, letter in enumerate(contrast) if letter == "-"]
        pairs = [cut for cut in cuts if {*cut} <= {*policies}] or cuts[:1]
    else:
        pairs = [(contrast[0], contrast[1])] if len(contrast) == 2 else []
    if not pairs or pairs[0][0] == pairs[0][1]:
        raise QuestionError(f"contrast: must name two policies, as in direct_ties-interoperability, got {contrast!r}")
    return pairs[0]


def known(kind: str, name: str, entries: Mapping[str, Any]) -> Any:
    if name not in entries:
        raise QuestionError(unknown(kind, name, list(entries)))
    return entries[name]


def whole(name: str, value: int) -> int:
    if index(value) < 1:
        raise QuestionError(f"{name}: must be a whole number from 1, got {value}")
    return value
