"""The option ``--set KEY=VALUE``: each adds one line to an experiment file, in the order given.

=================================  ==========================================================
us_intervenes_prob=0.4             a parameter, for every worldview: any distribution
claim.N12=newsham                  a claim, for every worldview: newsham, self, evidence, or a dial from -1 (Self) to 1
lever.escorts.depth=1              depth, openness, from_month or ramp_months, for every policy
quantity.prc_strength=0.1          for every start
switch.learning=off                on or off
=================================  ==========================================================
"""

from __future__ import annotations

import re
from typing import Any

from sim.scenario.messages import describe_unknown, find_nearest, show_value
from sim.scenario.schema import KnownNames
from sim.scenario.yaml_marks import parse_value

_SECTIONS = {"claim": "claims", "lever": "levers", "quantity": "quantities", "switch": "switches"}
_LENGTHS = {"claim": 2, "lever": 3, "quantity": 2, "switch": 2}
_OPTIONS = ("trials", "lucks", "seed")
_FORMS = "PARAMETER, claim.CLAIM, lever.LEVER.SETTING, quantity.QUANTITY, switch.SWITCH"


def parse_override(text: str, known: KnownNames) -> tuple[dict[str, Any], list[str]]:
    """The part of an experiment file for one KEY=VALUE, and the faults of its form.

    >>> parse_override("lever.escorts.depth=1", KnownNames({}, {}, {}))
    ({'levers': {'escorts': {'depth': 1}}}, [])
    """
    key, equals, written = text.partition("=")
    if not equals:
        other = re.fullmatch(r"([\w.-]+)\s*[: ]\s*(\S.*)", text.strip())
        hint = f"; write {other[1]}={other[2]}" if other else ""
        return {}, [f"must be KEY=VALUE, got {show_value(text)}{hint}"]
    value, faults = parse_value(written)
    if faults:
        return {}, [fault.message for fault in faults]
    kind, *names = key.strip().split(".")
    if not names:
        problem = _unknown_parameter(kind, known)
        return ({}, [problem]) if problem else ({"parameters": {kind: value}}, [])
    if kind in _SECTIONS and len(names) + 1 != _LENGTHS[kind]:
        form = next(form for form in _FORMS.split(", ") if form.startswith(f"{kind}."))
        near = find_nearest(names[0], known.names.get(kind, ()))
        example = f"; nearest: {kind}.{near}{'.depth' if kind == 'lever' else ''}" if near else ""
        return {}, [f"unknown key {show_value(key)}; write {form}{example}"]
    if kind not in _SECTIONS or len(names) + 1 != _LENGTHS[kind]:
        near = find_nearest(kind, _SECTIONS)
        return {}, [f"unknown key {show_value(key)}; allowed: {_FORMS}" + (f"; nearest: {near}" if near else "")]
    for name in reversed(names):
        value = {name: value}
    return {_SECTIONS[kind]: value}, []


def _unknown_parameter(name: str, known: KnownNames) -> str | None:
    """The message for a key that is no parameter; it may be a name of another kind without that kind."""
    parameters = known.names.get("parameter", [name])
    if name in parameters:
        return None
    if name in _OPTIONS:
        return f"unknown parameter {show_value(name)}; write --{name} in place of --set"
    others = {entry: f"{kind}.{entry}" for kind in _SECTIONS for entry in known.names.get(kind, ())}
    near = find_nearest(name, [*parameters, *others])
    if near in others and near not in parameters:
        setting = ".depth" if others[near].startswith("lever.") else ""
        return f"unknown parameter {show_value(name)}; allowed: {_FORMS}; nearest: {others[near]}{setting}"
    return describe_unknown("parameter", name, parameters)
