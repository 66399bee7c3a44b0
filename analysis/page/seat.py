"""What the screen Play needs: groups of levers that Japan orders together, and what Japan sees of a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.questions.claim_readings import median
from sim.model import codes, outcomes, trace

if TYPE_CHECKING:
    from analysis.questions.javascript import Rules
    from sim.scenario.catalogue import Lever
    from sim.scenario.experiment import Experiment

TRAINING, COMBAT = 0.3, 1.0
"""From which combat role on a tie is training for war, and a part in it."""
SEEN = (
    "time", "over", "support", "posture", "posture_until", "us_consents", "taiwan_consents", "taiwan_builds", "crises",
    "crisis_until", "deployed", "japan_loss", "over_ties", "campaign", "rung", "age", "level", "depth", "openness",
)  # fmt: skip
"""Fields of the state that Japan's government sees: nothing that Beijing believes, and no luck to come."""
CABINET = ("elite_gap_points", "business_pressure_points", "support_needed")
"""What Japan's cabinet knows of itself."""


def group_of(lever: Lever) -> str | None:
    """Name the group in which a lever is ordered; None for what stands already.

    >>> import sim
    >>> levers = sim.load("debate").catalogue.levers
    >>> [group_of(levers[name]) for name in ("liaison", "naval_training", "escorts", "article_vi_bases")]
    ['offices', 'training', 'escorts', None]
    """
    if lever.package == "direct_ties":
        return "offices" if lever.combat < TRAINING else "training" if lever.combat < COMBAT else "escorts"
    if lever.package == "extras":
        return "words" if lever.signal_share > 0 else "arms"
    return "alliance" if lever.package == "interoperability" else None


def seat_numbers(exp: Experiment, rules: Rules) -> dict[str, Any]:
    """Return where the worker finds what Japan sees of a trial under way, and the outcomes that it counts."""
    columns = list(outcomes.COLUMNS)
    counted = "use_of_force", "japan_gdp_loss_pct", "taiwan_falls", "japan_in_combat", "months_to_first_force"
    return {
        "seen": {name: [rules.state[name], _elements(name, exp)] for name in SEEN},
        "cabinet": {name: rules.parameters[name] for name in CABINET},
        "force": rules.state["happened"] + codes.USE_OF_FORCE,
        "columns": {name: columns.index(name) for name in counted},
    }  # fmt: skip


def _elements(name: str, exp: Experiment) -> int:
    return len(codes.TRACKS) if name == "rung" else len(exp.catalogue.levers) if name in SEEN[-4:] else 1


def seat_words(exp: Experiment) -> dict[str, Any]:
    """Return the groups of levers; by lever its title, whose consent it needs, its months of work before practice."""
    catalogue = exp.catalogue
    groups: dict[str, list[str]] = {}
    for name, lever in catalogue.levers.items():
        if group := group_of(lever):
            groups.setdefault(group, []).append(name)
    kinds = ("ties", "interoperability")
    years = {kind: median(catalogue.parameters[f"{kind}_adoption_years"].neutral) for kind in kinds}
    return {
        "groups": groups, "months": exp.months, "events": [kind.name for kind in trace.EVENTS],
        "levers": {name: {
            "title": lever.title, "consent": list(lever.consent), "isTie": "taiwan" in lever.consent,
            "adoption": 12 * lever.adoption_ratio * years["ties" if "taiwan" in lever.consent else "interoperability"],
        } for name, lever in catalogue.levers.items()},
        "at": {start.name: {name: [level.depth, level.openness] for name, level in start.levers.items()}
               for start in exp.starts},
    }  # fmt: skip
