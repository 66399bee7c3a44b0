"""Checks across entries: of a start, of a set of values, and of a complete experiment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import Fault
from sim.scenario.catalogue import Catalogue
from sim.scenario.distributions import Fixed
from sim.scenario.messages import describe_unknown, show_value
from sim.scenario.reader import list_names
from sim.scenario.schema import KnownNames
from sim.scenario.shipped import shipped_policies

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment, Policy, Start, Worldview
    from sim.scenario.reader import Layer
    from sim.scenario.values import Values


def check_start(layers: list[Layer], known: KnownNames) -> Iterator[Fault]:
    """Faults of a start that leaves out its date, a lever or a quantity."""
    if not layers:
        return
    document = layers[0].document
    for section, kind in (("levers", "lever"), ("quantities", "quantity")):
        present = {name for layer in layers for name in _names(layer.document.data.get(section))}
        if missing := [name for name in known.names.get(kind, ()) if name not in present]:
            message = f"{section}: a start sets every {kind}; missing: {', '.join(missing)}"
            yield document.fault((section,), message, key=True)
    if not any("date" in layer.document.data for layer in layers):
        yield document.fault((), "missing key 'date'; write the first month as YYYY-MM")


def check_values(layers: list[Layer], catalogue: Catalogue | None) -> Iterator[Fault]:
    """Faults of values that give a price to an outcome of which more is better."""
    outcomes = catalogue.outcomes if catalogue else {}
    for layer in layers:
        for name in _names(layer.document.data.get("prices")):
            if name in outcomes and outcomes[name].better == "high":
                message = f"prices: must be of outcomes of which less is better, got {name}"
                yield layer.document.fault(("prices", name), message, key=True)


def check_orders(part: list[Layer], policy: Policy, changed: Collection[str]) -> Iterator[Fault]:
    """Faults of orders: two of one thing in a month, before its own move, or for a lever `changed` everywhere."""
    document, seen = part[-1].document, set()
    responds = any("when_coerced" in layer.document.data for layer in part)
    for index, order in enumerate(policy.orders):
        own = policy.levers.get(order.lever) if order.lever else None
        things = [thing for thing in (order.lever, order.when_coerced and "when_coerced") if thing]
        if order.lever in changed:
            message = f"the experiment sets {order.lever} for every policy; leave out this order or that line"
        elif own is not None and order.month < own.from_month:
            message = (
                f"{order.lever} has an order in month {order.month:g}, before its own move in month "
                f"{own.from_month:g}; write the move as an order too"
            )
        elif own is not None and order.month == own.from_month:
            message = f"{order.lever} has an order and its own move in month {order.month:g}; make them one"
        elif responds and order.when_coerced and order.month == 0:
            message = "when_coerced has an order in month 0, and the policy sets it too; leave out one of the two"
        elif twice := next((thing for thing in things if (thing, order.month) in seen), None):
            message = f"{twice} has two orders in month {order.month:g}; make them one"
        else:
            seen |= {(thing, order.month) for thing in things}
            continue
        yield document.fault(("orders", index), f"orders: {message}")


def _names(section: Any) -> Iterable[str]:
    return section if isinstance(section, dict) else ()


def check_experiment(layers: list[Layer], experiment: Experiment, known: KnownNames) -> Iterator[Fault]:
    """Faults that only show in the complete experiment: its trials, scripted events, contrasts and correlations."""
    trials, lucks, months = experiment.trials, experiment.lucks, experiment.months
    if trials % lucks:
        yield _fault(layers, ("trials", "lucks"), f"trials must be a multiple of lucks ({lucks}), got {trials}")
    for index, event in enumerate(experiment.events):
        if event.month >= months:
            message = f"events: must come before the horizon, month {months}, got month {event.month:g}"
            yield _fault(layers, ("events",), message, index)
    policies = {policy.name for policy in experiment.policies} | {*known.names["policy"]}
    policies |= list_names("policies", layers)  # a contrast of a policy that an option leaves out is not played
    pairs, keys = ([getattr(contrast, part) for contrast in experiment.contrasts] for part in ("policies", "key"))
    for index, (pair, key) in enumerate(zip(pairs, keys, strict=True)):
        if key and key in keys[:index]:
            yield _fault(layers, ("contrasts",), f"contrasts: two have the key {key!r}; rename one", index)
        if pair[0] == pair[1] or set(pair) in map(set, pairs[:index]):
            message = f"contrasts: must be pairs of two policies, each pair once, got {' and '.join(pair)}"
            yield _fault(layers, ("contrasts",), message, index)
        for name in {*pair} - policies:
            message = f"contrasts: {describe_unknown('policy', name, policies)}"
            yield _fault(layers, ("contrasts",), message, index)
    yield from _check_titles(layers, experiment)
    yield from _check_losses(layers, experiment)
    if experiment.correlations:
        yield from _check_correlations(layers, experiment)


def describe_surprises(experiment: Experiment) -> Iterator[str]:
    """What one's own policies do that may not be meant: a lever that goes back, or that begins after the last month."""
    shipped = shipped_policies()
    for policy in experiment.policies:
        if policy.name in shipped:
            continue
        for number, order in enumerate(policy.orders, start=1):
            if order.month >= experiment.months:
                late = f"in month {order.month:g}, and a trial ends in month {experiment.months}"
                yield f"Note: policy {policy.name} has order {number} ({order.lever or 'when_coerced'}) {late}."
        for lever, change in policy.levers.items():
            if change.from_month >= experiment.months:
                late = f"in month {change.from_month:g}, and a trial ends in month {experiment.months}"
                yield f"Note: policy {policy.name} begins the lever {lever} {late}."
            for start in experiment.starts:
                now, goal = start.levers[lever], policy.target(lever, start)
                for what, before, after in (("deep", now.depth, goal.depth), ("open", now.openness, goal.openness)):
                    if after < before and (what == "deep" or (now.depth and goal.depth)):
                        yield (
                            f"Note: policy {policy.name} sets the lever {lever} less {what} ({after:g}) "
                            f"than at the start, {start.name} ({before:g})."
                        )


def _check_titles(layers: list[Layer], experiment: Experiment) -> Iterator[Fault]:
    """Two entries of a kind with one title: sentences and figures could not tell them apart."""
    kinds: dict[str, Sequence[Policy | Worldview | Start | Values]] = {
        "policies": experiment.policies, "worldviews": experiment.worldviews, "starts": experiment.starts,
        "values": experiment.values,
    }  # fmt: skip
    for kind, entries in kinds.items():
        first: dict[str, str] = {}
        for entry in entries:
            title = " ".join(entry.title.casefold().split())
            if (other := first.setdefault(title, entry.name)) != entry.name:
                message = f"{kind}: {other} and {entry.name} have one title, {show_value(entry.title)}"
                yield _fault(layers, (kind,), f"{message}; give one of them another `title:`")


def _check_losses(layers: list[Layer], experiment: Experiment) -> Iterator[Fault]:
    """Two sets of values whose losses would have one name: a-b and a_b."""
    first: dict[str, str] = {}
    for entry in experiment.values:
        if (other := first.setdefault(entry.outcome, entry.name)) != entry.name:
            message = f"values: {other} and {entry.name} both give {entry.outcome}; rename one of them"
            yield _fault(layers, ("values",), message)


def _check_correlations(layers: list[Layer], experiment: Experiment) -> Iterator[Fault]:
    import numpy as np

    names = sorted({name for pair in experiment.correlations for name in pair[:2]})
    matrix = np.eye(len(names))
    for index, (first, second, rho) in enumerate(experiment.correlations):
        a, b = names.index(first), names.index(second)
        if a == b or matrix[a, b]:
            message = f"correlations: must be two parameters, each pair once, got {first}, {second}"
            yield _fault(layers, ("correlations",), message, index)
        matrix[a, b] = matrix[b, a] = rho
        for name in (first, second):
            if all(isinstance(view.distributions[name], Fixed) for view in experiment.worldviews):
                message = f"correlations: {name} has one value in every worldview; allowed: a distribution"
                yield _fault(layers, ("correlations",), message, index)
    if len(names) > 2 and np.linalg.eigvalsh(matrix)[0] < 1e-9:
        message = f"correlations: those of {', '.join(names)} contradict each other (not positive definite)"
        yield _fault(layers, ("correlations",), message)


def _fault(layers: list[Layer], keys: tuple[str, ...], message: str, *path: int) -> Fault:
    """A fault in the uppermost layer that sets one of the keys."""
    setting = ((layer, key) for layer in reversed(layers) for key in keys if key in layer.document.data)
    layer, key = next(setting, (layers[0], keys[0]))
    return layer.document.fault((key, *path), message)
