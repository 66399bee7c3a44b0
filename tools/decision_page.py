"""The decision table as a page: what each actor chooses, what it perceives, what that moves, and why."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from analysis.paper.markdown import table
from sim.model.decisions import Decision, Perception, decision_table, perceptions, reason, source
from sim.scenario.experiment import Experiment

TITLES = {"prc": "The PRC", "japan": "Japan", "us": "The United States", "taiwan": "Taiwan"}
DECIDES = {
    "prc": "whether, when and in which form to use force, and how hard to answer steps by Japan and Taiwan",
    "japan": "how far its ties with Taiwan go, how to bear coercion, and whether to open bases, protect or fight",
    "us": "whether to fight, lead convoys or show forces, and what its forces may do with Japan",
    "taiwan": "whether to hold out, how boldly to speak, how much to spend on defence",
}
ARROWS = {"up": "↑ more", "down": "↓ less", "scales": "↕ counts more", "either": "↑ or ↓"}
KINDS = {"seen": "perceived", "trait": "its nature", "number": "expert"}
LOOKED_AT = 4  # things in the overview


@functools.cache
def summaries() -> Mapping[str, str]:
    """Return each choice in two sentences, by "actor.rule". Raises ValueError if a choice lacks them, or is no more."""
    path = Path(__file__).with_name("decision_summaries.yaml")
    found: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    choices = [decision.key for decision in decision_table().values() if decision.choice]
    if wrong := [*(key for key in choices if key not in found), *(key for key in found if key not in choices)]:
        what = "write its two sentences" if wrong[0] in choices else "no such choice; take it out"
        raise ValueError(f"tools/{path.name}: {wrong[0]}: {what}")
    return found


def overview(exp: Experiment) -> str:
    """Write who decides what, and which perceptions move most of each actor's choices."""
    rows = []
    for actor, title in TITLES.items():
        decisions = [decision for decision in _choices_of(actor) if not decision.chance]
        moved = Counter(meaning for decision in decisions for meaning in {*_meanings(decision)})
        most = "; ".join(f"{meaning} ({count})" for meaning, count in sorted(
            moved.items(), key=lambda entry: (-entry[1], entry[0]))[:LOOKED_AT])  # fmt: skip
        rows.append([title, DECIDES[actor], str(len(_choices_of(actor))), most])
    return table(["actor", "decides", "choices", "looks at most (and how many of its choices that moves)"], rows)


def choices(exp: Experiment) -> str:
    """Write every choice of every actor in two sentences, with all that it perceives folded below."""
    return "\n\n".join("\n\n".join([f"### {title}", *map(_choice, _choices_of(actor))])
                       for actor, title in TITLES.items())  # fmt: skip


def _choices_of(actor: str) -> list[Decision]:
    return [decision for decision in decision_table().values() if decision.actor == actor and decision.choice]


def _choice(decision: Decision) -> str:
    text = f"**{_capital(decision.choice)}.** {summaries()[decision.key]}"
    basis = f"Rule `{decision.key}`. {_basis(decision)}"
    if decision.chance:
        return f"{text}\n\n{_fold('No perception moves it', f'{_capital(decision.chance)}. {basis}')}"
    rows = []
    for argument in decision.perceives:
        found: dict[str, list[Perception]] = {}  # of each thing, the shortest way first
        for seen in sorted(perceptions(replace(decision, arguments=(argument,))), key=lambda seen: len(seen.through)):
            found.setdefault(_meaning(decision, seen), []).append(seen)
        for number, (meaning, (first, *others)) in enumerate(found.items()):
            rules_between = ", ".join(f"`{key.removeprefix(f'{decision.actor}.')}`" for key in first.through)
            other = next((seen.direction for seen in others if seen.direction != first.direction), "")
            moves = ARROWS[first.direction] + (f"; {ARROWS[other]} in a roundabout way" if other else "")
            rows.append([argument.meaning if number == 0 else "", meaning, moves, first.because, rules_between])
    count = len({*_meanings(decision)})
    head = ["by way of", "it perceives", "which makes it", "because", "rules between"]
    title = "1 thing moves it" if count == 1 else f"{count} things move it"
    return "\n\n".join([text, _fold(title, "\n\n".join([table(head, rows), basis]))])


def _fold(title: str, text: str) -> str:
    """Text that opens on a click, on GitHub and on the web site."""
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


def _meanings(decision: Decision) -> Iterable[str]:
    return (_meaning(decision, seen) for seen in perceptions(decision))


def _meaning(decision: Decision, seen: Perception) -> str:
    """What is perceived; with the actor whose "its" it is, if that is another."""
    of = seen.through[-1].split(".")[0] if seen.through else decision.actor
    return seen.meaning if of == decision.actor else f"{TITLES[of]}: {seen.meaning}"


def rules(exp: Experiment) -> str:
    """Write every rule with all its arguments, folded by actor."""
    titles = {actor: title.replace("The ", "the ") for actor, title in TITLES.items()}
    return "\n\n".join(_fold(f"Rules of {title}", _rules(actor)) for actor, title in titles.items())


def _rules(actor: str) -> str:
    rows = []
    for decision in decision_table().values():
        for number, argument in enumerate(decision.arguments if decision.actor == actor else ()):
            first = [f"`{decision.key}`", decision.result] if number == 0 else ["", ""]
            way = ", ".join(f"`{key}`" for key in argument.sources)
            where = way or KINDS[argument.kind]
            rows.append([*first, f"`{argument.name}`", argument.meaning, ARROWS[argument.direction], where])
    return table(["rule", "gives", "argument", "what it is", "moves it", "from"], rows)


def _basis(decision: Decision) -> str:
    return " ".join(filter(None, [reason(decision.rule), source(decision.rule) and f"*{source(decision.rule)}*"]))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


PARTS = {"decisions-overview": overview, "decisions": choices, "decisions-rules": rules}
"""The generated parts of docs/decisions.md."""
