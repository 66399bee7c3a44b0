"""The form of a file: types that check one value each, and `read_record`, which checks a whole document.

A kind of file is described by frozen dataclasses that derive from `FileEntry` and whose fields have the types below.
A check raises ValueError; its text gives the value and what to write instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)  # fmt: skip

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)  # fmt: skip
from pydantic_core import ErrorDetails

from sim.errors import Fault, Path
from sim.scenario.distributions import Bounds, Distribution, is_number, parse_distribution, require_legal
from sim.scenario.messages import correct_number, describe_unknown, find_nearest, format_value, list_names, show_value
from sim.scenario.yaml_marks import Document

T = TypeVar("T")


class FileEntry:
    """Base of every dataclass that is read from a file: a key that is not a field is a fault."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


class KnownNames(NamedTuple):
    """The names that files may use, as far as the shipped files are readable."""

    names: Mapping[str, Collection[str]]
    """By kind (parameter, claim, policy and so on); names of an absent kind are not checked."""
    bounds: Mapping[str, Bounds]
    """Legal range of each parameter and quantity."""
    dials: Mapping[str, Collection[str]]
    """Claims with readings, and so with a dial: the authors who speak."""
    integers: Collection[str] = ()
    """Quantities that are whole numbers."""


def _known(info: ValidationInfo) -> KnownNames:
    return cast(KnownNames, info.context)


# --- numbers, text, dates ---


def number(low: float, high: float) -> BeforeValidator:
    """Check that a value is a number from low to high."""
    return _in_range(float, f"a number from {format_value(low)} to {format_value(high)}", low, high)


def integer(low: int, high: int) -> BeforeValidator:
    """Check that a value is a whole number from low to high."""
    return _in_range(int, f"a whole number from {low} to {high}", low, high)


def _in_range(kind: type[float], allowed: str, low: float, high: float) -> BeforeValidator:
    def check(value: Any) -> float:
        if is_number(value) and low <= value <= high and (kind is float or type(value) is int):
            return kind(value)
        shown = repr(value) if kind is int and is_number(value) else show_value(value)  # 100.0, not 100
        hint = correct_number(value, low, high, integer=kind is int)
        raise ValueError(f"must be {allowed}, got {shown}{hint}")

    return BeforeValidator(check)


def _matching(pattern: str, rule: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return value
        raise ValueError(f"must be {rule}, got {show_value(value)}")

    return check


def _text(value: Any) -> str:
    """Text on one line, as captions and tables need it; a block of lines is joined."""
    if isinstance(value, str) and value.strip():
        return re.sub(r"\s*[\r\n\x85\u2028\u2029]\s*", " ", value.strip())
    hint = "; put it in quotes" if isinstance(value, (bool, int, float)) else ""
    raise ValueError(f"must be text, got {show_value(value)}{hint}")


def _word(value: Any) -> str:
    """A name as text: 2026 can only mean the start of that name."""
    if type(value) is int or (isinstance(value, str) and value):
        return str(value)
    hint = ""
    if isinstance(value, bool):
        words = "yes, on and true" if value else "no, off and false"
        hint = f"; YAML reads {words} as {format_value(value)}: put the name in quotes"
    raise ValueError(f"must be a name, got {show_value(value)}{hint}")


def _month_count(value: Any) -> float:
    """A number of months from the start; a year or a date is a frequent mistake."""
    if is_number(value) and 0 <= value <= MOST_MONTHS:
        return float(value)
    is_year = is_number(value) and 1900 <= value <= 2100
    is_date = isinstance(value, str) and re.match(r"(19|20)[0-9]{2}\b", value)
    hint = "; count from the start, as 12 for a year later" if is_year or is_date else ""
    allowed = f"a number from 0 to {MOST_MONTHS}"
    raise ValueError(f"must be {allowed}, got {show_value(value)}{hint or correct_number(value, 0, MOST_MONTHS)}")


def _step(value: Any) -> float:
    if value in (1, 0.5, 0.25) and is_number(value):
        return float(value)
    raise ValueError(f"must be 1, 0.5 or 0.25, got {show_value(value)}")


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be on or off, without quotes, got {show_value(value)}")


def _rising(bounds: Bounds) -> Bounds:
    if bounds[0] < bounds[1]:
        return bounds
    raise ValueError(f"must be [low, high] with low < high, got {format_value(bounds)}")


def without_repeats(items: tuple[T, ...]) -> tuple[T, ...]:
    """Check that a list names nothing twice."""
    for index, item in enumerate(items):
        if item in items[:index]:
            raise ValueError(f"must name each entry once, got {show_value(item)} twice")
    return items


def _not_empty(items: tuple[T, ...]) -> tuple[T, ...]:
    if items:
        return items
    raise ValueError("must have at least one entry, got []")


Positive = Annotated[float, number(1e-9, 1e9)]
Share = Annotated[float, number(0, 1)]
MOST_MONTHS = 600
Months = Annotated[float, BeforeValidator(_month_count)]
Step = Annotated[float, BeforeValidator(_step)]
Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[Text, ...], AfterValidator(without_repeats)]
Word = Annotated[str, BeforeValidator(_word)]
_month = _matching(
    "(19|20)[0-9]{2}-(0[1-9]|1[0-2])", "a month from 1900-01 to 2099-12, written as 2027-03 for March 2027"
)
Month = Annotated[str, BeforeValidator(_month)]
OnOff = Annotated[bool, BeforeValidator(_switch)]
_End = Annotated[float, number(-1e12, 1e12)]
Range = Annotated[tuple[_End, _End], AfterValidator(_rising)]


# --- names ---


def _name_of(kind: str) -> AfterValidator:
    """Check that the shipped files know a name of this kind."""

    def check(name: str, info: ValidationInfo) -> str:
        names = _known(info).names.get(kind)
        if names is not None and name not in names:
            raise ValueError(describe_unknown(kind, name, names))
        return name

    return AfterValidator(check)


def _with_dial(claim: str, info: ValidationInfo) -> str:
    known = _known(info)
    claims = known.names.get("claim", ())
    if claim in claims and claim not in known.dials:
        entry = claims[claim] if isinstance(claims, Mapping) else None
        kind = entry.get("kind") if isinstance(entry, Mapping) else None
        why = _WITHOUT_DIAL.get(str(kind), "it has no readings")
        raise ValueError(f"claim {claim} has no dial: {why}. Set other claims: {list_names(known.dials)}")
    return claim


_WITHOUT_DIAL = {
    "composite": "it is composite, so it follows from other claims",
    "normative": "it is normative, so it changes no result",
}


def _with_names(value: Any) -> Any:
    """Add its key to each entry of a mapping."""
    if not isinstance(value, dict):
        return value
    return {key: {**entry, _KEY: key} if isinstance(entry, dict) else entry for key, entry in value.items()}


_letters = _matching("[A-Za-z0-9][A-Za-z0-9_-]{0,63}", "a name of letters (A to Z), digits, _ and -")
Name = Annotated[Word, AfterValidator(_letters)]


def _text_in_tables(name: str) -> str:
    """Refuse a name that other programs read as something else in a table."""
    if name.casefold() in _MISSING:
        raise ValueError(f"{show_value(name)} means a missing value in CSV and Excel; take another name")
    if name.casefold() in ("true", "false"):
        raise ValueError(f"{show_value(name)} means yes or no in CSV and Excel; take another name")
    if re.fullmatch(r"[0-9]+([eE]-?[0-9]+)?|inf|infinity", name.casefold()):
        raise ValueError(f"{show_value(name)} means a number in CSV and Excel; begin the name with a letter")
    return name


def _year_or_text(name: str) -> str:
    """The same for a start, which may be called as its year."""
    return name if re.fullmatch("[1-9][0-9]{3}", name) else _text_in_tables(name)


_MISSING = ("na", "nan", "null", "none")
_contrast_key = _matching("[A-Za-z][A-Za-z0-9_]{0,63}", "letters, digits and _ that begin with a letter")
RowName = Annotated[Name, AfterValidator(_text_in_tables)]
"""The name of a policy, a worldview or a set of values, which stands in the rows of tables."""
StartRowName = Annotated[Name, AfterValidator(_year_or_text)]
_KEY = " key"  # the space keeps it apart from the keys of files
KeyName = Annotated[str, Field(validation_alias=_KEY)]
"""A field that holds the key of its entry."""
ByName = Annotated[dict[Name, T], BeforeValidator(_with_names)]
"""A mapping of entries, each of which has a `KeyName`."""
ParameterName = Annotated[Word, _name_of("parameter")]
QuantityName = Annotated[Word, _name_of("quantity")]
ClaimName = Annotated[Word, _name_of("claim")]
ClaimWithDial = Annotated[ClaimName, AfterValidator(_with_dial)]
LeverName = Annotated[Word, _name_of("lever")]
OutcomeName = Annotated[Word, _name_of("outcome")]
SwitchName = Annotated[Word, _name_of("switch")]
PolicyName = Annotated[Word, _name_of("policy")]
StartName = Annotated[Word, _name_of("start")]
WorldviewName = Annotated[Word, _name_of("worldview")]
SourceName = Annotated[Word, _name_of("source")]
Sources = Annotated[tuple[SourceName, ...], AfterValidator(without_repeats), AfterValidator(_not_empty)]
ContrastKey = Annotated[str, BeforeValidator(_contrast_key), AfterValidator(_text_in_tables)]
"""The key of a contrast: without a hyphen, which stands between two policies."""
References = Annotated[tuple[Word, ...], AfterValidator(_not_empty)]


# --- distributions, dials, quantities ---


def _within_own_bounds(value: Any, info: ValidationInfo) -> Distribution:
    return parse_distribution(value, info.data.get("bounds"))


def _with_keys(value: Any) -> Any:
    """Put each value beside its key, by which its bounds are found."""
    return {name: (name, entry) for name, entry in value.items()} if isinstance(value, dict) else value


def _of_parameter(pair: tuple[str, Any], info: ValidationInfo) -> Distribution:
    return parse_distribution(pair[1], _known(info).bounds.get(pair[0]))


def _of_quantity(pair: tuple[str, Any], info: ValidationInfo) -> float:
    (name, value), known = pair, _known(info)
    if not is_number(value):
        hint = correct_number(value, *known.bounds.get(name, (-math.inf, math.inf)))
        raise ValueError(f"must be a number, got {show_value(value)}{hint}")
    require_legal(value, value, known.bounds.get(name), value)
    if name in known.integers and not float(value).is_integer():
        raise ValueError(f"must be a whole number, got {show_value(value)}")
    return float(value)


def _with_one_gap(text: str) -> str:
    if text.count("{}") + text.count("{%}") == 1:
        return text
    allowed = "text with one {} where the number goes, or {%} for a hundred times it"
    raise ValueError(f"must be {allowed}, got {show_value(text)}")


Author = Literal["newsham", "self"]
DialWord = Literal["newsham", "self", "neutral"]
ShownNumber = Annotated[Text, AfterValidator(_with_one_gap)]
AUTHORS: dict[Author, str] = {"newsham": "Newsham", "self": "Self"}
EVIDENCE, NEUTRAL = "evidence", "neutral"  # the second is an accepted spelling of the first
STOPS = {"self": -1.0, EVIDENCE: 0.0, "newsham": 1.0}
"""Where the dial of a claim stands for each word."""


def dial_range(authors: Collection[str]) -> tuple[float, float]:
    """From where to where the dial of a claim goes if these authors speak: -1 Self, 0 the evidence, 1 Newsham.

    >>> dial_range(["newsham"]), dial_range(["newsham", "self"])
    ((0.0, 1.0), (-1.0, 1.0))
    """
    stops = [STOPS[EVIDENCE], *(STOPS[author] for author in authors)]
    return min(stops), max(stops)


def _by_claim(value: Any, info: ValidationInfo) -> Any:
    """Put each value beside its claim, which says who speaks. One word goes to every claim: where its author is silent
    the evidence stands."""
    if isinstance(value, str) and value in (*STOPS, NEUTRAL):
        dials = _known(info).dials
        value = {claim: value if value in authors else EVIDENCE for claim, authors in dials.items()}
    return _with_keys(value)


def _dial(pair: tuple[str, Any], info: ValidationInfo) -> float:
    claim, value = pair
    authors = _known(info).dials.get(claim, tuple(AUTHORS))
    low, high = dial_range(authors)
    number = {**STOPS, NEUTRAL: STOPS[EVIDENCE]}.get(value) if isinstance(value, str) else value
    if is_number(number) and low <= number <= high:
        return float(number)
    silent = [author for author in AUTHORS if author not in authors]
    words = [word for word in ("newsham", "self", EVIDENCE) if word not in silent]
    ends = {-1.0: "Self's reading", 0.0: "the evidence", 1.0: "Newsham's reading"}
    stops = [f"{format_value(stop)} ({ends[stop]})" for stop in sorted({low, 0.0, high})]
    scale = f"a number from {' over '.join(stops[:-1])} to {stops[-1]}"
    hint = _dial_hint(claim, value, number, low, high, words, silent)
    raise ValueError(f"must be {', '.join(words)} or {scale}, got {show_value(value)}{hint}")


def _dial_hint(
    claim: str, value: Any, number: Any, low: float, high: float, words: list[str], silent: list[Author]
) -> str:
    """What to write instead of a wrong setting of a claim."""
    if silent and is_number(number) and -1 <= number <= 1:  # right on the other side, where no author speaks
        quiet = f"; {AUTHORS[silent[0]]} is silent on {claim}: write {EVIDENCE}"
        old = number - 1  # the scale of earlier versions went from 0, Self's reading, to 1
        if isinstance(value, str) or not low <= old < high:
            return quiet
        return f"{quiet}, or {format_value(round(old, 6))} for what {format_value(number)} meant on the old scale"
    near = find_nearest(value, [*words, NEUTRAL]) if isinstance(value, str) else None
    return f"; nearest: {near}" if near else correct_number(value, low, high)


Dial = Annotated[float, PlainValidator(_dial)]
Claims = Annotated[dict[ClaimWithDial, Dial], BeforeValidator(_by_claim)]
OwnDistribution = Annotated[Distribution, PlainValidator(_within_own_bounds)]
_OfParameter = Annotated[Distribution, PlainValidator(_of_parameter)]
_OfQuantity = Annotated[float, PlainValidator(_of_quantity)]
Distributions = Annotated[dict[ParameterName, _OfParameter], BeforeValidator(_with_keys)]
Quantities = Annotated[dict[QuantityName, _OfQuantity], BeforeValidator(_with_keys)]


# --- documents ---

_MUST_BE = {
    "dict_type": "must be a mapping (`name: value` lines)",
    "dataclass_type": "must be a mapping (`name: value` lines)",
    "tuple_type": "must be a list ([a, b] or lines that begin with `- `)",
}


def read_record(shape: type[T], document: Document, known: KnownNames) -> tuple[T | None, list[Fault]]:
    """The document as a record of this dataclass, or None, and all its faults."""
    adapter: TypeAdapter[T] = _adapter(shape)  # type: ignore[arg-type]
    try:
        return adapter.validate_python(document.data, context=known), []
    except ValidationError as error:
        return None, [_fault(shape, document, detail) for detail in error.errors(include_url=False)]


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _fault(shape: type, document: Document, error: ErrorDetails) -> Fault:
    path, kind = error["loc"], error["type"]
    if path[-1:] == ("[key]",):
        return document.fault(path[:-1], _message(error), key=True)
    if kind == "unexpected_keyword_argument":
        return document.fault(path, describe_unknown("key", path[-1], _keys(shape, path[:-1])), key=True)
    if kind == "missing":
        last = path[-1]
        missing = f"missing key {last!r}" if isinstance(last, str) else f"entry {last + 1} is missing"
        return document.fault(path[:-1], _prefix(path[:-1]) + missing, key=True)
    return document.fault(path, _prefix(path) + _message(error))


def _prefix(path: Path) -> str:
    """The last key of the path, with the number of the list item if it is one: `depth: `, `policies[2]: `."""
    last = max((n for n, step in enumerate(path) if isinstance(step, str)), default=None)
    if last is None:
        return ""
    return str(path[last]) + "".join(f"[{int(step) + 1}]" for step in path[last + 1 :]) + ": "


def _message(error: ErrorDetails) -> str:
    """The rule that is broken, the value, and the nearest name."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    near = None
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        near = find_nearest(value, allowed) if isinstance(value, str) else None
        rule = f"must be one of {', '.join(allowed)}"
    elif kind == "too_long":
        rule = f"must have {context['max_length']} entries at most"
    else:
        rule = _MUST_BE.get(kind, error["msg"])
    return f"{rule}, got {show_value(value)}" + (f"; nearest: {near}" if near else "")


def _keys(shape: Any, path: Path) -> list[str]:
    """The keys of the dataclass at `path` below `shape`."""
    for step in path:
        inner = get_type_hints(shape)[str(step)] if is_dataclass(shape) else get_args(shape)
        shape = inner[get_origin(shape) is dict] if isinstance(inner, tuple) else inner  # dict: its values
        if get_origin(shape) in (Union, UnionType):
            shape = get_args(shape)[0]
    hints = get_type_hints(shape, include_extras=True)
    return [field.name for field in fields(shape) if hints[field.name] != KeyName]
