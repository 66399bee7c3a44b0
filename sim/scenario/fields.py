"""The types of which scenario files are made: each checks a value and says what is allowed.

Files are described by frozen dataclasses with fields of these types, and read by `sim.scenario.schema.checked`. A
check raises ValueError with a text that names the value and what is allowed; names are looked up in `Known`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, cast

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator
from pydantic import ValidationInfo as Info

from sim.scenario.distributions import Distribution
from sim.scenario.grammar import Bounds, distribution, is_number, require_legal
from sim.scenario.messages import flow, listed, nearest, show, unknown

T = TypeVar("T")


class Known(NamedTuple):
    """The names that files may use, as far as the shipped files could be read."""

    names: Mapping[str, Collection[str]]
    """By kind: parameter, quantity, claim, lever, outcome, switch, source, policy. No kind, no check."""
    bounds: Mapping[str, Bounds]
    """Legal range of each parameter and quantity."""
    dials: Collection[str]
    """Claims that have readings, and so a dial."""
    whole: Collection[str] = ()
    """Quantities that are whole numbers."""


def _known(info: Info) -> Known:
    return cast(Known, info.context)


# --- numbers, text, dates ---


def number(low: float, high: float) -> BeforeValidator:
    """A number from low to high."""
    allowed = f"a number from {flow(low)} to {flow(high)}"

    def check(value: Any) -> float:
        if is_number(value) and low <= value <= high:
            return float(value)
        raise ValueError(f"must be {allowed}, got {show(value)}{_hint(value)}")

    return BeforeValidator(check)


def whole(low: int, high: int) -> BeforeValidator:
    """A whole number from low to high."""
    allowed = f"a whole number from {low} to {high}"

    def check(value: Any) -> int:
        if type(value) is int and low <= value <= high:
            return value
        raise ValueError(f"must be {allowed}, got {show(value)}{_hint(value)}")

    return BeforeValidator(check)


def _hint(value: Any) -> str:
    digits = isinstance(value, str) and re.fullmatch(r"[-+0-9._eE]*[0-9][-+0-9._eE]*", value)
    return "; a number has no quotes, underscores or leading zeros" if digits else ""


def _text(value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    hint = "; put it in quotes" if isinstance(value, (bool, int, float)) else ""
    raise ValueError(f"must be text, got {show(value)}{hint}")


def _word(value: Any) -> str:
    """A name as text: 2026 can only mean the start of that name."""
    if type(value) is int or (isinstance(value, str) and value):
        return str(value)
    raise ValueError(f"must be a name, got {show(value)}")


def _month(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", value):
        return value
    raise ValueError(f"must be a month from 1900-01 to 2099-12, written YYYY-MM, got {show(value)}")


def _step(value: Any) -> float:
    if value in (1, 0.5, 0.25) and is_number(value):
        return float(value)
    raise ValueError(f"must be 1, 0.5 or 0.25, got {show(value)}")


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be on or off, without quotes, got {show(value)}")


def _rising(bounds: Bounds) -> Bounds:
    if bounds[0] < bounds[1]:
        return bounds
    raise ValueError(f"must be [low, high] with low < high, got {flow(bounds)}")


Positive = Annotated[float, number(1e-9, 1e9)]
Share = Annotated[float, number(0, 1)]
Months = Annotated[float, number(0, 600)]
Step = Annotated[float, BeforeValidator(_step)]
Text = Annotated[str, BeforeValidator(_text)]
Word = Annotated[str, BeforeValidator(_word)]
Month = Annotated[str, BeforeValidator(_month)]
OnOff = Annotated[bool, BeforeValidator(_switch)]
_End = Annotated[float, number(-1e12, 1e12)]
Range = Annotated[tuple[_End, _End], AfterValidator(_rising)]


# --- names ---


def _named(kind: str) -> AfterValidator:
    """A name that the shipped files know."""

    def check(name: str, info: Info) -> str:
        names = _known(info).names.get(kind)
        if names is not None and name not in names:
            raise ValueError(unknown(kind, name, names))
        return name

    return AfterValidator(check)


def _by_name(value: Any) -> Any:
    """Each entry of a mapping is told its name."""
    if not isinstance(value, dict):
        return value
    return {key: {**entry, _KEY: key} if isinstance(entry, dict) else entry for key, entry in value.items()}


def _with_dial(claim: str, info: Info) -> str:
    known = _known(info)
    if claim in known.names.get("claim", ()) and claim not in known.dials:
        raise ValueError(f"claim {claim} has no readings, so no dial; allowed: {listed(known.dials)}")
    return claim


def _name(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", value):
        return value
    raise ValueError(f"must be a name of letters, digits, _ and -, got {show(value)}")


def _some(items: tuple[T, ...]) -> tuple[T, ...]:
    if items:
        return items
    raise ValueError("must have at least one entry, got []")


def without_repeats(items: tuple[T, ...]) -> tuple[T, ...]:
    """A list that names nothing twice."""
    for place, item in enumerate(items):
        if item in items[:place]:
            raise ValueError(f"must name each entry once, got {show(item)} twice")
    return items


Name = Annotated[Word, AfterValidator(_name)]
_KEY = " key"  # no key of a file begins with a space unless someone means mischief
KeyName = Annotated[str, Field(validation_alias=_KEY)]
"""A field that holds the key under which its entry stands."""
ByName = Annotated[dict[Name, T], BeforeValidator(_by_name)]
"""Entries, each of which has a `KeyName`."""
ParameterName = Annotated[Word, _named("parameter")]
QuantityName = Annotated[Word, _named("quantity")]
ClaimName = Annotated[Word, _named("claim")]
DialledClaim = Annotated[ClaimName, AfterValidator(_with_dial)]
LeverName = Annotated[Word, _named("lever")]
OutcomeName = Annotated[Word, _named("outcome")]
SwitchName = Annotated[Word, _named("switch")]
PolicyName = Annotated[Word, _named("policy")]
StartName = Annotated[Word, _named("start")]
WorldviewName = Annotated[Word, _named("worldview")]
SourceName = Annotated[Word, _named("source")]
Texts = Annotated[tuple[Text, ...], AfterValidator(without_repeats)]
Sources = Annotated[tuple[SourceName, ...], AfterValidator(without_repeats), AfterValidator(_some)]
References = Annotated[tuple[Word, ...], AfterValidator(_some)]


# --- distributions, dials, quantities ---


def _within_own_bounds(value: Any, info: Info) -> Distribution:
    return distribution(value, info.data.get("bounds"))


def _beside_names(value: Any) -> Any:
    """A value alone cannot know its bounds: put each beside its name."""
    return {name: (name, entry) for name, entry in value.items()} if isinstance(value, dict) else value


def _of_parameter(pair: tuple[str, Any], info: Info) -> Distribution:
    return distribution(pair[1], _known(info).bounds.get(pair[0]))


def _of_quantity(pair: tuple[str, Any], info: Info) -> float:
    number = _legal_number(pair[1], _known(info).bounds.get(pair[0]))
    if pair[0] in _known(info).whole and not number.is_integer():
        raise ValueError(f"must be a whole number, got {show(pair[1])}")
    return number


def _legal_number(value: Any, bounds: Bounds | None) -> float:
    if not is_number(value):
        raise ValueError(f"must be a number, got {show(value)}")
    require_legal(value, value, bounds, value)
    return float(value)


def _each_claim(value: Any, info: Info) -> Any:
    """One word stands for every claim with a dial."""
    return dict.fromkeys(_known(info).dials, value) if isinstance(value, str) and value in _WORDS else value


def _dial(value: Any) -> float | str:
    if isinstance(value, str) and value in _WORDS:
        return value
    if is_number(value) and 0 <= value <= 1:
        return float(value)
    near = nearest(value, _WORDS) if isinstance(value, str) else None
    allowed = "newsham, self, neutral or a number from 0 (Self's reading) to 1 (Newsham's)"
    raise ValueError(f"must be {allowed}, got {show(value)}" + (f"; nearest: {near}" if near else ""))


Author = Literal["newsham", "self"]
_WORDS = ("newsham", "self", "neutral")
Dial = Annotated[float | str, PlainValidator(_dial)]
Claims = Annotated[dict[DialledClaim, Dial], BeforeValidator(_each_claim)]
OwnDistribution = Annotated[Distribution, PlainValidator(_within_own_bounds)]
_OfParameter = Annotated[Distribution, PlainValidator(_of_parameter)]
_OfQuantity = Annotated[float, PlainValidator(_of_quantity)]
Distributions = Annotated[dict[ParameterName, _OfParameter], BeforeValidator(_beside_names)]
Quantities = Annotated[dict[QuantityName, _OfQuantity], BeforeValidator(_beside_names)]
