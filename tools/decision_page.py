"""The decision table as a page: what each actor chooses, what it perceives, what that moves, and why."""

from __future__ import annotations

from analysis.paper.markdown import table
from sim.model.decisions import Decision, decision_table, perceptions, reason, source
from sim.scenario.experiment import Experiment

TITLES = {"prc": "The PRC", "japan": "Japan", "us": "The United States", "taiwan": "Taiwan"}
ARROWS = {"up": "↑ more", "down": "↓ less", "scales": "↕ counts more", "either": "↑ or ↓"}

KINDS = {"seen": "perceived", "trait": "its nature", "number": "expert"}


def choices(exp: Experiment) -> str:
    """Write every choice of every actor that depends on what it perceives, a table for each actor."""
    return "\n\n".join(f"### {title}\n\n{_choices(actor)}" for actor, title in TITLES.items())


def _choices(actor: str) -> str:
    rows = []
    for decision in decision_table().values():
        if decision.actor == actor and decision.choice:
            found = {(seen.meaning, seen.direction): seen for seen in reversed([*perceptions(decision)])}
            for number, seen in enumerate(reversed(found.values())):
                way = ", ".join(f"`{key.removeprefix(f'{actor}.')}`" for key in seen.through)
                named = [f"**{_capital(decision.choice)}** (`{decision.name}`)", _basis(decision)]
                first, last = named if number == 0 else ["", ""]
                rows.append([first, seen.meaning, ARROWS[seen.direction], seen.because, way, last])
    return table(["choice", "it perceives", "which makes it", "because", "by way of", "the rule, and its source"], rows)


def luck(exp: Experiment) -> str:
    """Write every choice that no perception moves: an expert's number and luck."""
    rows = (
        [TITLES[decision.actor], f"{_capital(decision.choice)} (`{decision.name}`)",
         "; ".join(argument.meaning for argument in decision.arguments), decision.chance, _basis(decision)]
        for decision in decision_table().values()
        if decision.chance
    )  # fmt: skip
    return table(["actor", "choice", "the number", "why nothing moves it", "the rule, and its source"], rows)


def rules(exp: Experiment) -> str:
    """Write every rule with all its arguments, by actor."""
    rows = []
    for decision in decision_table().values():
        for number, argument in enumerate(decision.arguments):
            first = [f"`{decision.key}`", decision.result] if number == 0 else ["", ""]
            way = ", ".join(f"`{key}`" for key in argument.sources)
            where = way or KINDS[argument.kind]
            rows.append([*first, f"`{argument.name}`", argument.meaning, ARROWS[argument.direction], where])
    return table(["rule", "gives", "argument", "what it is", "moves it", "from"], rows)


def _basis(decision: Decision) -> str:
    return " ".join(filter(None, [reason(decision.rule), source(decision.rule) and f"*{source(decision.rule)}*"]))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


PARTS = {"decisions": choices, "decisions-luck": luck, "decisions-rules": rules}
"""The generated parts of docs/decisions.md."""
