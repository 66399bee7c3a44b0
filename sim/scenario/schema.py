"""Plain data into the frozen dataclass that describes its file, and a fault for all that does not fit."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sim.errors import Fault, Path
from sim.scenario.fields import KeyName, Known
from sim.scenario.messages import nearest, show, unknown
from sim.scenario.yaml_marks import Document

T = TypeVar("T")

STRICT = ConfigDict(extra="forbid")
"""Every dataclass of a file has this as its ``__pydantic_config__``: a key that is not a field is a fault."""
_MUST_BE = {
    "dict_type": "must be a mapping (`name: value` lines)",
    "dataclass_type": "must be a mapping (`name: value` lines)",
    "tuple_type": "must be a list ([a, b] or lines that begin with `- `)",
}


def checked(shape: type[T], document: Document, known: Known) -> tuple[T | None, list[Fault]]:
    """The document as this dataclass, or None, and all its faults."""
    adapter: TypeAdapter[T] = _adapter(shape)  # type: ignore[arg-type]
    try:
        record = adapter.validate_python(document.data, context=known)
    except ValidationError as error:
        return None, [_fault(shape, document, detail) for detail in error.errors(include_url=False)]
    return record, []


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _fault(shape: type, document: Document, error: ErrorDetails) -> Fault:
    path, kind = error["loc"], error["type"]
    if path[-1:] == ("[key]",):
        return document.fault(path[:-1], _text(error), key=True)
    if kind == "unexpected_keyword_argument":
        return document.fault(path, unknown("key", path[-1], _keys(shape, path[:-1])), key=True)
    if kind == "missing":
        last = path[-1]
        missing = f"missing key {last!r}" if isinstance(last, str) else f"entry {last + 1} is missing"
        return document.fault(path[:-1], _about(path[:-1]) + missing, key=True)
    return document.fault(path, _about(path) + _text(error))


def _about(path: Path) -> str:
    """The last key on the way, and the number of the list item if it is one: `depth: `, `policies[2]: `."""
    last = max((n for n, step in enumerate(path) if isinstance(step, str)), default=None)
    if last is None:
        return ""
    return str(path[last]) + "".join(f"[{int(step) + 1}]" for step in path[last + 1 :]) + ": "


def _text(error: ErrorDetails) -> str:
    """What is wrong, the value, what is allowed, and the nearest name."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        near = nearest(value, allowed) if isinstance(value, str) else None
        nearest_if_any = f"; nearest: {near}" if near else ""
        return f"must be one of {', '.join(allowed)}, got {show(value)}{nearest_if_any}"
    if kind == "too_long":
        return f"must have {context['max_length']} entries, got {show(value)}"
    return f"{_MUST_BE.get(kind, error['msg'])}, got {show(value)}"


def _keys(shape: Any, path: Path) -> list[str]:
    """The keys that the dataclass reached by `path` from `shape` may have."""
    for step in path:
        inner = get_type_hints(shape)[str(step)] if is_dataclass(shape) else get_args(shape)
        shape = inner[get_origin(shape) is dict] if isinstance(inner, tuple) else inner  # dict: its values
        if get_origin(shape) in (Union, UnionType):
            shape = get_args(shape)[0]
    hints = get_type_hints(shape, include_extras=True)
    return [field.name for field in fields(shape) if hints[field.name] != KeyName]
