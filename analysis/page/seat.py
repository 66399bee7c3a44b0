"""What the screen Play needs: groups of levers that Japan orders together, and what Japan sees of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

import yaml

from analysis.questions.claim_readings import median
from sim.model import codes, outcomes, trace

if TYPE_CHECKING:
    from analysis.questions.javascript import Rules
    from sim.scenario.catalogue import Lever
    from sim.scenario.experiment import Experiment

GROUPS = Path(__file__).parent / "seat.yaml"
SEEN = (
    "time", "over", "support", "posture", "posture_until", "us_consents", "us_integrates", "taiwan_consents",
    "taiwan_builds", "crises",
    "crisis_until", "deployed", "japan_loss", "over_ties", "campaign", "rung", "age", "level", "depth", "openness",
)  # fmt: skip
"""Fields of the state that Japan's government sees: nothing that Beijing believes, and no luck to come."""
CABINET = ("elite_gap_points", "business_pressure_points", "support_needed")
"""What Japan's cabinet knows of itself."""


def groups_of(levers: Mapping[str, Lever]) -> dict[str, dict[str, Any]]:
    """Give the groups in which levers are ordered, as `seat.yaml` has them; a lever without one is a group by itself.

    >>> import sim
    >>> groups = groups_of(sim.load("debate").catalogue.levers)
    >>> groups["escorts"]["levers"], groups["escorts"]["openness"], "article_vi_bases" in groups
    (['escorts'], ['open'], False)
    """
    listed = yaml.safe_load(GROUPS.read_text(encoding="utf-8"))
    groups = {name: {"openness": ["quiet", "open"], "needs": []} | group for name, group in listed.items()}
    used = {"r", *(group["letter"] for group in groups.values())}
    letters = (letter for letter in ascii_lowercase if letter not in used)
    grouped = {name for group in groups.values() for name in group["levers"]}
    for name, lever in levers.items():
        if name not in grouped and lever.package != "standing":
            is_tie = "taiwan" in lever.consent
            groups[name] = groups["arms"] | {
                "letter": next(letters), "section": "taiwan" if is_tie else "home",
                "options": "tie" if is_tie else "measure", "levers": [name],
            }  # fmt: skip
    return groups


def seat_numbers(exp: Experiment, rules: Rules) -> dict[str, Any]:
    """Return where the worker finds what Japan sees of a trial under way, and the outcomes that it counts."""
    columns = list(outcomes.COLUMNS)
    counted = (
        "use_of_force", "japan_gdp_loss_pct", "taiwan_falls", "japan_in_combat", "months_to_first_force",
        "first_strike", "japan_supports", "japan_protects", "force_at_japan", "islet_seized",
    )  # fmt: skip
    return {
        "seen": {name: [rules.state[name], _elements(name, exp)] for name in SEEN},
        "cabinet": {name: rules.parameters[name] for name in CABINET},
        "force": rules.state["happened"] + codes.USE_OF_FORCE,
        "columns": {name: columns.index(name) for name in counted},
    }  # fmt: skip


def _elements(name: str, exp: Experiment) -> int:
    return len(codes.TRACKS) if name == "rung" else len(exp.catalogue.levers) if name in SEEN[-4:] else 1


def seat_words(exp: Experiment) -> dict[str, Any]:
    """Return the groups of levers; by lever its title, the consents, its official step, its months of work."""
    catalogue = exp.catalogue
    kinds = ("ties", "interoperability")
    years = {kind: median(catalogue.parameters[f"{kind}_adoption_years"].neutral) for kind in kinds}
    return {
        "groups": groups_of(catalogue.levers), "months": exp.months, "events": [kind.name for kind in trace.EVENTS],
        "levers": {name: {
            "title": lever.title, "consent": list(lever.consent), "budget": lever.budget, "package": lever.package,
            "official": lever.official,
            "adoption": 12 * lever.adoption_ratio * years["ties" if "taiwan" in lever.consent else "interoperability"],
        } for name, lever in catalogue.levers.items()},
        "at": {start.name: {name: [level.depth, level.openness] for name, level in start.levers.items()}
               for start in exp.starts},
    }  # fmt: skip
