"""The records of a trial: what is set (`Setting`), what the world is like (`Parameters`), what has happened (`World`).

Compiled rules read and write NumPy records; plain Python and the Mesa model use objects with the same fields, so
one set of rules serves both. Times are months since the start, rates are per year.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from sim.model.codes import AFTERMATH, MOST_SCRIPTED, SUMS, SWITCHES


def setting_dtype(levers: int) -> np.dtype[Any]:
    """Fields of a cell: start, policy, switches and the levers' attributes."""
    scalars = ["step", "years", "months", "hope", "prc_strength", "taiwan_readiness", "drill_regime",
               "japan_trade_share", "japan_trade_drift", "support_shift", "us_shift",
               "months_to_us_inauguration", "months_to_taiwan_inauguration",
               "reference_hope", "reference_trade"]  # fmt: skip
    fields: list[Any] = [(name, "f8") for name in scalars]
    fields += [("on_" + name, "f8") for name in SWITCHES]
    fields += [("base_" + name, "f8") for name in SUMS] + [("reference_" + name, "f8") for name in SUMS]
    fields += [(name, "i8") for name in ("seed", "when_coerced", "moves")]
    fields += [("scripted", "i8"), ("scripted_event", "i8", (MOST_SCRIPTED,))]
    fields += [("scripted_key", "i8", (MOST_SCRIPTED,))]
    fields += [("scripted_month", "f8", (MOST_SCRIPTED,))]
    fields += [("start_rung", "i8", (4,)), ("start_months", "f8", (4,)), ("moved", "i8", (levers,))]
    fields += [(name, "i8", (levers,)) for name in ("package", "needs_us", "needs_taiwan", "first_step_key")]
    fields += [(name, "f8", (levers,)) for name in (
        "start_depth", "start_openness", "goal_depth", "goal_openness", "from_month", "ramp_months", "official",
        "combat", "signal_share", "capability_share", "incident_exposure", "adoption_ratio",
        "steps_per_year")]  # fmt: skip
    return np.dtype(fields, align=True)


def parameters_dtype(names: tuple[str, ...]) -> np.dtype[Any]:
    """Fields of a world's parameters: one number each, under their own names."""
    return np.dtype([(name, "f8") for name in names])


def world_dtype(levers: int) -> np.dtype[Any]:
    """Fields of a trial under way; those that need a word are explained where they are set."""
    whole = ["world", "luck", "over", "opportunist", "unlimited", "us_consents", "taiwan_consents", "taiwan_builds",
             "us_elections", "taiwan_elections", "posture", "gathered", "moving", "first_official",
             "campaign", "campaigns", "us_in", "bases_in", "struck", "japan_in", "resisting", "crises",
             "answers", "regime", "backed_down", "gave_up", "ruptured"]  # fmt: skip
    real = ["time", "next_us_inauguration", "next_taiwan_inauguration", "us_swing", "strength", "readiness", "anger",
            "hope_lost", "support_swing", "support", "contact_level",
            "firmness", "us_firmness", "demand_ratio", "buildup", "jump_until",
            "leaked", "posture_until", "crisis_until", "deployed", "rest_until", "first_crisis", "first_force",
            "japan_loss", "taiwan_loss", "expected_japan_loss", "expected_taiwan_loss", "severity",
            "milder_severity",
            "japan_adapted", "taiwan_adapted", "peace_years",
            "aircraft_lost", "ships_lost",
            # what the levers amount to, and the odds ratios that follow
            "relief", "relief_seen", "or_interop", "or_interop_seen", "or_ties", "or_ties_seen", "or_strike",
            "balance", "incident_rate", "calm_rate", "pressure_ratio", "embolden", "log_seen", "log_seen_ties",
            "log_slow", "log_slow_ties",
            # the PRC's estimates
            "error", "assessment", "believed_success", "believed_joint", "success", "joint", "window",
            # chances of who fights and of who wins, as they stand, and as they stood when a campaign began
            "us_prob", "bases_prob", "strike_prob", "fight_prob", "resist_prob",
            "alone", "without_bases", "with_bases", "joined", "late",
            "u_us", "u_bases", "u_strike", "u_fight", "u_resist", "u_nuclear", "u_broken", "stage_start", "stage_end",
            "u_exit", "u_escalate", "u_settle",
            # constants of this world, worked out once
            "log_success", "log_joint", "log_hope", "log_crisis", "log_window", "log_form", "log_readiness",
            "log_contact", "log_alert", "alert", "reference_joint", "opportunity", "despair",
            "log_quiet", "log_official", "log_alliance", "log_dispute", "log_combat", "log_hostility", "log_face",
            "log_anger", "log_trade", "log_habit", "log_interop", "log_ties", "log_extras",
            "log_help", "log_freedom",
            "log_entrapment", "log_escorts", "log_warning", "log_pressure", "log_embolden",
            # falls expected since what follows them was last added up, and ties and demands at that time
            "fought", "falls_fought", "falls_unfought", "after_ties", "after_demands", "ties_depth_more",
            "keep_anger", "keep_hope", "keep_support", "keep_firmness",
            "follow", "keep_slow", "odds_alone", "odds_without", "odds_with", "in_time",
            "first_rate", "usual_hope_loss"]  # fmt: skip
    fields: list[Any] = [(name, "i8") for name in whole] + [(name, "f8") for name in real]
    fields += [(name, "f8") for name in SUMS]
    fields += [("rung", "i8", (4,)), ("highest", "i8", (4,)), ("month_high", "i8", (4,))]
    fields += [("milder", "i8", (4,)), ("milder_until", "f8", (4,))]
    fields += [("until", "f8", (4,)), ("since", "f8", (4,)), ("rung_months", "f8", (22,))]
    fields += [("hazard", "f8", (13,)), ("threshold", "f8", (13,)), ("count", "i8", (13,))]
    fields += [(name, "f8", (13,)) for name in ("mark_a", "mark_b", "mark_c")]
    fields += [("happened", "i8", (14,)), ("expected", "f8", (14,)), ("compensator", "f8", (14,))]
    fields += [(name, "f8", (len(AFTERMATH),)) for name in ("after", "after_expected")]
    fields += [(name, "f8", (levers,)) for name in ("level", "age", "depth", "openness")]
    fields += [("repeats", "i8", (levers,))]
    return np.dtype(fields, align=True)


@functools.cache
def _record_class(dtype: np.dtype[Any]) -> type:
    assert dtype.names is not None
    return type("Record", (), {"__slots__": dtype.names})


def record(dtype: np.dtype[Any], values: np.void | None = None) -> Any:
    """An object with the fields of `dtype`: zeros, or the values of a NumPy record. Arrays become lists.

    >>> record(np.dtype([("a", "f8"), ("b", "i8", (2,))])).b
    [0, 0]
    """
    filled = np.zeros((), dtype)[()] if values is None else values
    made = _record_class(dtype)()
    for name in dtype.names or ():
        setattr(made, name, filled[name].tolist())
    return made
