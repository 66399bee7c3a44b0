"""The records of a trial as they are built from their declarations in `sim.model.state`.

Compiled rules read and write NumPy records, rules in plain Python objects of the classes; both have the same fields.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np

from sim.model.state import PER_LEVER, Parameters, Setting, State

Record = TypeVar("Record")


class Field(NamedTuple):
    """A field as declared: `kind` is int, float or a record's class, `elements` None for a single number."""

    kind: type
    elements: int | None
    unit: str
    meaning: str


@functools.cache
def fields(record: type) -> dict[str, Field]:
    """The fields that a record's class declares, by name. Those of `Parameters` have unit and meaning in a file.

    >>> fields(State)["anger"]
    Field(kind=<class 'float'>, elements=None, unit='share', meaning="the PRC's anger over recent steps, fading")
    """
    declared: dict[str, Field] = {}
    for name, hint in get_type_hints(record, include_extras=True).items():
        kind, *elements = get_args(hint) if get_origin(hint) is Annotated else (hint, "", "")
        unit, meaning = elements[-2:]
        if len(elements) == 3:
            declared[name] = Field(get_args(kind)[0], elements[0], unit, meaning)
        else:
            declared[name] = Field(kind, None, unit, meaning)
    return declared


def _count(elements: int, levers: int) -> int:
    if elements == PER_LEVER:
        return levers
    return levers * -elements if elements < 0 else elements


def _dtype(record: type, levers: int) -> np.dtype[Any]:
    numbers = {int: np.dtype("i8"), float: np.dtype("f8")}
    columns: list[Any] = []
    for name, field in fields(record).items():
        shape = () if field.elements is None else (_count(field.elements, levers),)
        columns.append((name, numbers.get(field.kind) or _dtype(field.kind, levers), shape))
    return np.dtype(columns, align=True)


@functools.cache
def state_dtype(levers: int) -> np.dtype[Any]:
    """The NumPy record of a trial with so many levers in the catalogue."""
    return _dtype(State, levers)


@functools.cache
def setting_dtype(levers: int) -> np.dtype[Any]:
    """The NumPy record of a cell with so many levers in the catalogue."""
    return _dtype(Setting, levers)


def parameters_dtype(names: Sequence[str]) -> np.dtype[Any]:
    """The NumPy record of a world's parameters, in the order of `names`."""
    return np.dtype([(name, fields(Parameters)[name].kind) for name in names])


def parameter_records(table: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """float64[world, parameter], with the parameters' names in order, as records[world]."""
    return np.ascontiguousarray(table).view(parameters_dtype(names)).reshape(-1)


def plain_record(kind: type[Record], values: np.void) -> Record:
    """A NumPy record as an object of its class, for rules in plain Python. Arrays become lists.

    >>> plain_record(State, np.zeros(1, state_dtype(levers=2))[0]).depth
    [0.0, 0.0]
    """
    record, declared = kind(), fields(cast(type, kind))
    for name in values.dtype.names or ():
        inner = declared[name].kind not in (int, float)
        setattr(record, name, plain_record(declared[name].kind, values[name]) if inner else values[name].tolist())
    return record


def blank_state(levers: int, world: int, luck: int) -> State:
    """The record of a trial that has not begun, for rules in plain Python."""
    state = plain_record(State, np.zeros(1, state_dtype(levers))[0])
    state.world, state.luck = world, luck
    return state
