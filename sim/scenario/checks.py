"""Checks across entries: of a start, of a set of values, and of a complete experiment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sim.errors import Fault
from sim.scenario.catalogue import Catalogue
from sim.scenario.distributions import Fixed
from sim.scenario.messages import describe_unknown
from sim.scenario.schema import KnownNames

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment
    from sim.scenario.reader import Layer


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
    for index, pair in enumerate(contrasts := experiment.catalogue.contrasts):
        if pair[0] == pair[1] or set(pair) in map(set, contrasts[:index]):
            message = f"contrasts: must be pairs of two policies, each pair once, got {' and '.join(pair)}"
            yield _fault(layers, ("contrasts",), message, index)
        for name in {*pair} - policies:
            message = f"contrasts: {describe_unknown('policy', name, policies)}"
            yield _fault(layers, ("contrasts",), message, index)
    if experiment.correlations:
        yield from _check_correlations(layers, experiment)


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
