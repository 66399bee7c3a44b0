"""The settings of a run as tables: what was played, and every parameter with its distribution under each worldview."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.paper import explain
from analysis.paper.markdown import table
from sim.results import manifest
from sim.scenario.catalogue import Parameter
from sim.scenario.experiment import Experiment, Worldview
from sim.scenario.schema import EVIDENCE, Author

SET, DIAL = "set", "claim."
READINGS: dict[Author, str] = {"newsham": "Newsham's reading", "self": "Self's reading"}


def origin(exp: Experiment, entry: Parameter, view: Worldview) -> str:
    """Return where a worldview's distribution of a parameter comes from.

    It is `evidence`, an author's reading, a dial, or `set`.

    >>> import sim
    >>> exp = sim.load("debate", set_=["claim.N12=0.5", "us_intervenes_prob=0.4"])
    >>> view, entries = exp.worldviews[0], exp.catalogue.parameters
    >>> origin(exp, entries["us_intervenes_prob"], view), origin(exp, entries["force_hr_joint_involvement"], view)
    ('set', "Newsham's reading")
    """
    law, claim = view.distributions[entry.name], exp.catalogue.claims.get(entry.claim or "")
    if law == entry.neutral:
        return EVIDENCE
    readings = claim.readings if claim else {}
    for author, label in READINGS.items():
        if readings.get(author, {}).get(entry.name) == law:
            return label
    spec = law.spec()
    if claim and isinstance(spec, dict) and "blend" in spec:
        return f"{DIAL}{claim.name}={spec['blend']['dial']:g}"
    return SET


def parameters(exp: Experiment) -> pd.DataFrame:
    """Return every parameter with its meaning, unit, bounds, and its distribution and its origin in each worldview."""
    rows = []
    for entry in exp.catalogue.parameters.values():
        claim = exp.catalogue.claims.get(entry.claim or "")
        row: dict[str, Any] = {
            "parameter": entry.name, "meaning": entry.meaning, "unit": entry.unit, "low": entry.bounds[0],
            "high": entry.bounds[1], EVIDENCE: str(entry.neutral),
        }  # fmt: skip
        for view in exp.worldviews:
            row |= {f"in {view.name}": str(view.distributions[entry.name])}
            row |= {f"{view.name} from": origin(exp, entry, view)}
        sources = dict.fromkeys((*entry.source, *(claim.source if claim else ())))
        row |= {
            "known": entry.known, "claim": entry.claim or "", "paragraphs": " ".join(claim.paragraphs if claim else ()),
            "sources": " ".join(sources),
        }  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


def changed(exp: Experiment) -> list[str]:
    """Return what differs from the shipped numbers and readings, as in `--set`: parameters, dials, switches.

    >>> import sim
    >>> changed(sim.load("debate", set_=["claim.N12=0.5", "us_intervenes_prob=0.4", "switch.learning=off"]))
    ['claim.N12=0.5', 'switch.learning=off', 'us_intervenes_prob']
    """
    entries = exp.catalogue.parameters
    origins = {(name, origin(exp, entry, view)) for view in exp.worldviews for name, entry in entries.items()}
    switches = {f"switch.{name}={'on' if on else 'off'}" for name, on in exp.switches.items()
                if on != exp.catalogue.switches[name].default}  # fmt: skip
    numbers = {name if how == SET else how for name, how in origins if how == SET or how.startswith(DIAL)}
    return sorted(numbers | switches)


def policies_table(exp: Experiment) -> str:
    """Return what each policy does, in Markdown; levers with the same setting stand together."""
    rows = []
    for policy in exp.policies:
        alike: dict[str, list[str]] = {}
        for name, setting in policy.levers.items():
            alike.setdefault(explain.depths(setting), []).append(name)
        moves = [f"{', '.join(names)}: {how}" for how, names in alike.items()]
        levers = "; ".join(moves + [f"month {order.month:g}: {explain.order_text(order)}" for order in policy.orders])
        rows.append((policy.title, levers or "as at the start", policy.when_coerced.replace("_", " ")))
    return table(("policy", "levers", "under pressure"), rows)


def parameters_table(exp: Experiment) -> str:
    """Return the parameters that at least one worldview takes from elsewhere than the evidence, in Markdown."""
    rows = []
    for entry in exp.catalogue.parameters.values():
        how = {view.name: origin(exp, entry, view) for view in exp.worldviews}
        if {*how.values()} == {EVIDENCE}:
            continue
        cells = [
            how[view.name] if how[view.name] == EVIDENCE or how[view.name].startswith(DIAL)
            else str(view.distributions[entry.name])
            for view in exp.worldviews
        ]  # fmt: skip
        claim = exp.catalogue.claims.get(entry.claim or "")
        where = ", ".join(claim.paragraphs) if claim else ""
        rows.append((entry.name, entry.unit, entry.neutral, *cells, entry.claim or "", where))
    views = (view.title for view in exp.worldviews)
    if not rows:
        return "None: all are from the evidence."
    return table(("parameter", "unit", "evidence", *views, "claim", "paragraphs"), rows)


def settings(exp: Experiment, run: Mapping[str, Any], done: int) -> pd.DataFrame:
    """Return every other setting: `setting`, `value` and `meaning`, one row each."""
    return pd.DataFrame(
        [(name, str(value), meaning) for name, value, meaning in _settings(exp, run, done)],
        columns=["setting", "value", "meaning"],
    )


def _settings(exp: Experiment, run: Mapping[str, Any], done: int) -> Iterator[tuple[str, object, str]]:
    yield "experiment", exp.name, exp.title
    yield from _question(exp, run) if "command" in run else _run(exp, run, done)
    yield "seed", run["seed"], "of all worlds and all luck"
    yield "months", exp.months, "horizon"
    yield "step_months", exp.step_months, "length of a step"
    yield "started", run["started"], "UTC"
    yield "finished", run["finished"] or "", "UTC"
    for name, version in run["versions"].items():
        yield f"version of {name}", version, "Strait itself" if name == manifest.DISTRIBUTIONS[0] else "library"
    yield "platform", run["platform"], ""
    yield "rules", run["rules_sha256"], "SHA-256 of the rules' sources"
    for policy in exp.policies:
        yield f"policy {policy.name}", policy.title, policy.summary
        yield f"policy {policy.name}, under pressure", policy.when_coerced.replace("_", " "), ""
        for name, setting in policy.levers.items():
            yield f"policy {policy.name}, {name}", explain.depths(setting), exp.catalogue.levers[name].meaning
        for number, order in enumerate(policy.orders, start=1):
            yield f"policy {policy.name}, order {number}", explain.order_text(order), f"in month {order.month:g}"
    for contrast in exp.contrasts:
        yield f"contrast {contrast.name}", contrast.meaning, contrast.words
    for view in exp.worldviews:
        yield f"worldview {view.name}", view.title, view.summary
    for start in exp.starts:
        yield f"start {start.name}", start.date, start.summary
        for name, value in start.quantities.items():
            quantity = exp.catalogue.quantities[name]
            yield f"start {start.name}, {name}", f"{value:g}", f"{quantity.meaning} ({quantity.unit})"
        for name, level in start.levers.items():
            yield f"start {start.name}, {name}", explain.depths(level), exp.catalogue.levers[name].meaning
    for name, on in exp.switches.items():
        yield f"switch {name}", "on" if on else "off", exp.catalogue.switches[name].meaning
    for a, b, rho in exp.correlations:
        yield f"correlation of {a} and {b}", rho, "of a Gaussian copula"
    for event in exp.events:
        yield f"event {event.event}", f"month {event.month:g}", "happens in every trial"
    for entry in exp.values:
        yield f"values {entry.name}", entry.title, f"prices of outcomes; they add up to {entry.outcome}"


def _run(exp: Experiment, run: Mapping[str, Any], done: int) -> Iterator[tuple[str, object, str]]:
    yield "status", run["status"], "complete, or running: not finished"
    yield "trials", run["trials"], "in each cell: a start, a worldview, a policy"
    yield "trials done", done, "in each cell"
    yield "lucks", exp.lucks, "trials in each world"
    yield "cells", run["cells"], "starts x worldviews x policies"


def _question(exp: Experiment, record: Mapping[str, Any]) -> Iterator[tuple[str, object, str]]:
    """Give the command, its options, its design, and the run that it read; a list in one cell."""
    yield "command", f"strait {record['command']}", "the question to the model"
    parts = (("options", "option"), ("asked", "asked"), ("design", "design"), ("run", "run that was read"))
    meanings = ("as typed, or its default", "by name", "as played", "by strait run")
    for (key, head), meaning in zip(parts, meanings, strict=True):
        for name, value in (record[key] or {}).items():
            if not (key == "run" and name == "versions"):
                yield f"{head}, {name}", _cell(value), meaning
    yield "lucks", exp.lucks, "trials in each world"


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_cell(each)}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
