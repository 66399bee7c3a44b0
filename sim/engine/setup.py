"""The records that rules read: a cell's setting (start, policy, switches) and the worlds of a worldview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import QuestionError
from sim.model import codes, draws
from sim.model.effects import levers as lever_rules
from sim.model.records import fields, parameter_records, plain_record, setting_dtype
from sim.model.state import LeverEffects, LeverSums, Parameters, Setting
from sim.scenario.experiment import LeverSetting
from sim.scenario.layers import LeverLevel

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Policy, Start, Worldview
    from sim.scenario.layers import ScriptedEvent

ATTRIBUTES = ("official", "defence", "combat", "signal_share", "capability_share", "incident_exposure",
              "adoption_ratio", "steps_per_year", "budget")  # fmt: skip
BUDGET_BEGINS = 4  # April
SHORTEST_RAMP = 1e-6  # months


def require_known(kind: str, name: str, known: Collection[str]) -> None:
    """Raise QuestionError for a name that does not exist."""
    if name not in known:
        raise QuestionError(f"unknown {kind} {name!r}; there are {', '.join(known)}")


def pick_cell(
    exp: Experiment, policy: str | None, worldview: str | None, start: str | None
) -> tuple[Policy, Worldview, Start]:
    """Give a cell's policy, worldview and start by name, the experiment's first for None; or raise QuestionError."""

    def pick(kind: str, name: str | None, among: Sequence[Any]) -> Any:
        by_name = {entry.name: entry for entry in among}
        name = among[0].name if name is None else str(name)  # a start such as 2026 may come as a number
        require_known(kind, name, by_name)
        return by_name[name]

    return (
        pick("policy", policy, exp.policies), pick("worldview", worldview, exp.worldviews),
        pick("start", start, exp.starts),
    )  # fmt: skip


def build_setting(exp: Experiment, policy: Policy, start: Start) -> np.ndarray:
    """A cell's record: what the start, the policy and the switches set (`sim.model.state.Setting`), of length 1.

    Levers and scripted events are keyed by name and stand in the order of their names, so that the order of a file,
    or a lever that nobody uses, changes no trial.
    """
    levers = exp.catalogue.lever_rows
    record = np.zeros(1, setting_dtype(len(levers)))
    setting = record[0]
    setting["seed"], setting["months"] = exp.seed, exp.months
    setting["step"], setting["years"] = exp.step_months, exp.step_months / codes.MONTHS_A_YEAR
    setting["start_rung"] = [start.quantities[f"{target}_{domain}_rung"] for target, domain, _ in codes.TRACKS]
    setting["start_months"] = [start.quantities[f"{target}_{domain}_months"] for target, domain, _ in codes.TRACKS]
    for name, value in start.quantities.items():
        if name in fields(Setting):
            setting[name] = value
    setting["months_to_budget"] = (BUDGET_BEGINS - int(start.date.partition("-")[2])) % codes.MONTHS_A_YEAR
    for name, on in exp.switches.items():
        setting["on_" + name] = float(on)
    reference = exp.reference.quantities
    setting["reference_hope"], setting["reference_trade"] = reference["hope"], reference["japan_trade_share"]
    setting["when_coerced"] = codes.WHEN_COERCED.index(policy.when_coerced)
    for row, lever in enumerate(levers):
        setting["package"][row] = codes.PACKAGES.index(lever.package)
        setting["first_step_key"][row] = draws.key_of(f"first step {lever.name}")
        setting["needs_us"][row], setting["needs_taiwan"][row] = "us" in lever.consent, "taiwan" in lever.consent
        for name in ATTRIBUTES:
            setting[name][row] = getattr(lever, name)
        setting["has_effects"][row] = bool(lever.effects)
        for effect, share in lever.effects.items():
            setting["effect_share"][row * len(codes.EFFECTS) + codes.EFFECTS.index(effect)] = share
        now, goal = start.levers[lever.name], policy.target(lever.name, start)
        setting["start_depth"][row], setting["start_openness"][row] = now.depth, now.openness
        setting["goal_depth"][row], setting["goal_openness"][row] = goal.depth, goal.openness
        if goal != now:
            setting["from_month"][row] = policy.levers[lever.name].from_month
            setting["ramp_months"][row] = max(policy.levers[lever.name].ramp_months, SHORTEST_RAMP)
            setting["moved"][setting["moves"]] = row
            setting["moves"] += 1
    _write_orders(setting, policy, start, [lever.name for lever in levers])
    setting["scripted"] = len(exp.events)
    for row, scripted in enumerate(script(exp.events)):
        setting["scripted_event"][row], setting["scripted_month"][row], setting["scripted_key"][row] = scripted
    for sums, at, kind in (("base", start, LeverSums), ("reference", exp.reference, LeverEffects)):
        totals = add_levers(setting, [at.levers[lever.name] for lever in levers])
        for name in fields(kind):
            setting[sums][name] = getattr(totals, name)
    return record


def _write_orders(setting: np.void, policy: Policy, start: Start, names: Sequence[str]) -> None:
    """The orders of a policy by month; each aims from what the lever's last goal was, and has a luck of its own."""
    goals = {name: policy.target(name, start) for name in names}
    moves = Counter(name for name in names if goals[name] != start.levers[name])
    setting["orders"] = len(policy.orders)
    setting["order_lever"] = setting["order_response"] = codes.NO_CHANGE
    for number, order in enumerate(sorted(policy.orders, key=lambda order: order.month)):
        setting["order_month"][number] = order.month
        if order.when_coerced is not None:
            setting["order_response"][number] = codes.WHEN_COERCED.index(order.when_coerced)
        if order.lever is None:
            continue
        row, goal = names.index(order.lever), goals[order.lever]
        goals[order.lever] = goal = LeverLevel(
            goal.depth if order.depth is None else order.depth,
            goal.openness if order.openness is None else order.openness,
        )
        if row in setting["moved"][: setting["moves"]]:
            setting["from_month"][row] = min(setting["from_month"][row], order.month)
        else:
            setting["from_month"][row] = order.month
            setting["moved"][setting["moves"]] = row
            setting["moves"] += 1
        setting["order_lever"][number] = row
        setting["order_depth"][number], setting["order_openness"][number] = goal.depth, goal.openness
        ramp = LeverSetting.ramp_months if order.ramp_months is None else order.ramp_months
        setting["order_ramp_months"][number] = max(ramp, SHORTEST_RAMP)
        setting["order_key"][number] = setting["first_step_key"][row] + moves[order.lever]
        moves[order.lever] += 1
    setting["moved"][: setting["moves"]].sort()  # so that sums do not depend on the order of orders


def script(events: Iterable[ScriptedEvent]) -> list[tuple[int, float, int]]:
    """Scripted events in the order of a setting: place in `codes.SCRIPTED`, month, and the key of their luck.

    Examples
    --------
    >>> from sim.scenario.layers import ScriptedEvent
    >>> [row[:2] for row in script([ScriptedEvent(6, "us_transit"), ScriptedEvent(0, "large_drill")])]
    [(5, 0), (3, 6)]
    """
    same_before: Counter[str] = Counter()
    rows = []
    for event in sorted(events, key=lambda event: (event.month, event.event)):
        name = f"{event.event} in month {event.month:g}"
        rows.append((codes.SCRIPTED.index(event.event), event.month, draws.key_of(f"{name}, {same_before[name]}")))
        same_before[name] += 1
    return rows


def add_levers(setting: np.void, levels: Sequence[LeverLevel]) -> LeverSums:
    """What a setting's levers amount to at these levels."""
    totals, plain_setting, add = LeverSums(), plain_record(Setting, setting), lever_rules.add
    for name, field in fields(LeverSums).items():
        setattr(totals, name, 0.0 if field.elements is None else [0.0] * field.elements)
    for row, level in enumerate(levels):
        seen = level.depth * level.openness
        add(totals, plain_setting, row, level.depth, seen, seen)
    return totals


def draw_worlds(exp: Experiment, worldview: Worldview, first_world: int, worlds: int) -> np.ndarray:
    """What the worlds of a worldview are like: records[world] with the fields of `sim.model.state.Parameters`."""
    table = draws.draw_parameters(exp, worldview, first_world, worlds)
    return parameter_records(table, list(exp.catalogue.parameters))


def plain_cell(
    exp: Experiment, policy: Policy, start: Start, worldview: Worldview, worlds: int
) -> tuple[Setting, list[Parameters]]:
    """A cell for rules in plain Python: its setting, and the parameters of its first worlds."""
    records = draw_worlds(exp, worldview, 0, worlds)
    setting = plain_record(Setting, build_setting(exp, policy, start)[0])
    return setting, [plain_record(Parameters, record) for record in records]
