"""Faults that only show in an experiment, or a file, as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sim.errors import Fault
from sim.scenario.distributions import Fixed
from sim.scenario.experiment import Worldview
from sim.scenario.layers import Correlation, ScriptedEvent
from sim.scenario.reader import Layer, Reader, topmost


def gaps(reader: Reader, chain: list[Layer]) -> Iterator[Fault]:
    """Levers and quantities that a start should set and does not."""
    if not chain:
        return
    document = chain[0].document
    for section, kind in (("levers", "lever"), ("quantities", "quantity")):
        given = {name for layer in chain for name in _names(layer.document.data.get(section))}
        if missing := [name for name in reader.known.names.get(kind, ()) if name not in given]:
            message = f"{section}: a start sets every {kind}; missing: {', '.join(missing)}"
            yield document.fault((section,), message, key=True)
    if not any("date" in layer.document.data for layer in chain):
        yield document.fault((), "missing key 'date'")


def unpriceable(reader: Reader, chain: list[Layer]) -> Iterator[Fault]:
    """Prices of outcomes that it may be good to have more of."""
    known = reader.catalogue.outcomes if reader.catalogue else {}
    for layer in chain:
        for name in _names(layer.document.data.get("prices")):
            if name in known and known[name].better == "high":
                message = f"prices: must be of outcomes of which less is better, got {name}"
                yield layer.document.fault(("prices", name), message, key=True)


def _names(section: Any) -> Iterable[str]:
    return section if isinstance(section, dict) else ()


def uncorrelatable(
    layers: list[Layer], correlations: Sequence[Correlation], worldviews: Sequence[Worldview]
) -> Iterator[Fault]:
    """Correlations that cannot be drawn."""
    if not correlations:
        return
    import numpy as np

    names = sorted({name for pair in correlations for name in pair[:2]})
    matrix = np.eye(len(names))
    for place, (first, second, rho) in enumerate(correlations):
        a, b = names.index(first), names.index(second)
        if a == b or matrix[a, b]:
            message = f"correlations: must be two parameters, each pair once, got {first}, {second}"
            yield fault(layers, ["correlations"], message, place)
        matrix[a, b] = matrix[b, a] = rho
        for name in (first, second):
            if all(isinstance(view.distributions[name], Fixed) for view in worldviews):
                message = f"correlations: {name} has one value in every worldview; allowed: a distribution"
                yield fault(layers, ["correlations"], message, place)
    if len(names) > 2 and np.linalg.eigvalsh(matrix)[0] < 1e-9:
        message = f"correlations: those of {', '.join(names)} cannot all hold (not positive definite)"
        yield fault(layers, ["correlations"], message)


def fault(layers: list[Layer], keys: Sequence[str], message: str, *path: int) -> Fault:
    """A fault of the whole experiment, shown where the uppermost layer sets one of the keys."""
    layer, key = topmost(layers, *keys) or (layers[0], keys[0])
    return layer.document.fault((key, *path), message)


def too_late(layers: list[Layer], events: Sequence[ScriptedEvent], months: int) -> Iterator[Fault]:
    """Scripted events beyond the horizon."""
    for place, scripted in enumerate(events):
        if scripted.month >= months:
            message = f"events: must come before the horizon, month {months}, got month {scripted.month:g}"
            yield fault(layers, ["events"], message, place)
