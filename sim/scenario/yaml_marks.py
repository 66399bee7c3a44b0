"""YAML text as plain data, with the line and column of every key and value.

Only the core of YAML is accepted: mappings, lists, text, numbers, on/off. Tags, anchors, aliases, merge keys, repeated
keys, empty values and deep nesting are faults, so no file can mislead its reader or exhaust the computer.
`2026-11` and `010` are text, `1e-3` is a number, `on`, `yes` and `true` are on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from sim.errors import Fault, Mark, Path
from sim.scenario.messages import show_value

LARGEST_BYTES = 1_000_000
DEEPEST = 12
MOST_FAULTS = 100
MOST_VALUES = 20_000
_NESTED = f"nested deeper than {DEEPEST} levels; write fewer levels"

_WORDS = {**dict.fromkeys(("true", "yes", "on"), True), **dict.fromkeys(("false", "no", "off"), False)}
_NO_VALUE = {
    "lines": "write one ([] or {} for none), or remove the line",
    "braces": "write one, or put text with a comma in quotes",
}
_EMPTY = ("", "~", "null")
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)")
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Advice by the error texts of the two parsers (libyaml's, and PyYAML's own).
_INDENT = "this line's indentation does not fit the lines above"
_ADVICE = {
    "mapping values are not allowed": "a second ': ' on this line; put text with ': ' in quotes",
    "cannot start any token": "no value can begin with this character; indent with spaces, not tabs, "
    "and quote text that begins with a sign such as @ or %",
    "did not find expected key": _INDENT,
    "expected <block end>": _INDENT,
    "did not find expected '-' indicator": "a list item must begin with '- ', in line with the others",
}
# The same, shown at the beginning of the unfinished part.
_UNFINISHED = {
    "expected ',' or": "a bracket is not closed, or a comma is missing",
    "could not find expected ':'": "a key without ':' after it",
    "unexpected end of stream": "a quotation mark is not closed",
}


@dataclass(frozen=True)
class Document:
    """The data of one file, or of one option of the command line, and the position of everything in it."""

    file: str
    data: dict[str, Any]
    sha256: str = ""
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)

    def fault(self, path: Path, message: str, *, key: bool = False) -> Fault:
        """A fault at the value at `path` (or at its key), or at the nearest enclosing position that exists."""
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        for end in range(len(path), -1, -1):
            if mark := first.get(path[:end]) or second.get(path[:end]):
                return Fault(self.file, *mark, message)
            first, second = self.keys, self.values
        return Fault(self.file, 0, 0, message)


def parse(content: bytes, file: str, *, loose: bool = False) -> tuple[Document | None, list[Fault]]:
    """The document in a file's content, or None, and every fault of its form.

    `loose` is for files from other programs: values may be empty, and an alias may repeat a list or mapping of plain
    values.
    """
    builder = _Builder(file, loose)
    data = builder.build(content)
    if not builder.faults and not isinstance(data, dict):
        message = "the file is empty" if data is None else f"must be `key: value` lines, got {show_value(data)}"
        builder.add_fault(message, (1, 1))
    if builder.faults:
        return None, builder.faults
    return Document(file, data, hashlib.sha256(content).hexdigest(), builder.keys, builder.values), []


def parse_value(text: str) -> tuple[Any, list[Fault]]:
    """One value, written as in a file: ``0.4``, ``{triangular: [.1, .2, .5]}``, ``off``.

    >>> parse_value("{triangular: [.1, .2, .5]}")
    ({'triangular': [0.1, 0.2, 0.5]}, [])
    """
    builder = _Builder("")
    data = builder.build(text.encode("utf-8", "surrogatepass"))
    if data is None and not builder.faults:
        builder.add_fault("there is no value; write one after '='", (1, 1))
    return data, builder.faults


def _control(bad: re.Match[str]) -> str:
    return f"control character U+{ord(bad[0]):04X}; remove it"


def _position(before: str) -> Mark:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class _Builder:
    """Builds data and positions from the parser's events; never recurses deeper than DEEPEST."""

    def __init__(self, file: str, loose: bool = False) -> None:
        self.file, self.loose = file, loose
        self.anchored: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}

    def add_fault(self, message: str, mark: Mark) -> None:
        self.faults.append(Fault(self.file, *mark, message))

    def _decode(self, content: bytes) -> str:
        if len(content) > LARGEST_BYTES:
            self.add_fault(f"the file is larger than {LARGEST_BYTES:,} bytes", (1, 1))
            return ""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = content[: error.start].decode("utf-8", "replace")
            self.add_fault(f"must be UTF-8 text, got byte 0x{content[error.start]:02x}", _position(before))
            return ""
        if bad := _UNPRINTABLE.search(text):
            self.add_fault(_control(bad), _position(text[: bad.start()]))
        return text

    def build(self, content: bytes) -> Any:
        text = self._decode(content)
        if self.faults:
            return None
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        events = (event for event in yaml.parse(text, Loader=loader) if not isinstance(event, _BOUNDARIES))
        data = None
        try:
            for count, event in enumerate(events):
                if count:
                    self.add_fault("a file is one document; remove '---' and everything after it", _mark(event))
                    break
                data = self._node(event, events, ())
        except yaml.MarkedYAMLError as error:
            # The parser reads ahead, and may reach its own limit before this class reaches DEEPEST.
            deep = _too_deep(text)
            self.add_fault(*((_NESTED, deep) if deep else _syntax(error)))
        except yaml.YAMLError as error:
            self.add_fault(f"not YAML: {error}", (1, 1))
        except _Stop:
            pass
        return data

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Any:
        mark = _mark(event)
        self.values[path] = mark
        if len(path) > DEEPEST:
            self.add_fault(_NESTED, mark)
            raise _Stop
        if len(self.faults) > MOST_FAULTS or len(self.values) > MOST_VALUES:
            rest = "faults; correct these first" if self.faults else "values; split the file"
            self.add_fault(f"too many {rest}", mark)
            raise _Stop
        if self.loose and isinstance(event, yaml.AliasEvent) and event.anchor in self.anchored:
            return self.anchored[event.anchor]
        self._check_features(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._remember(event, self._mapping(events, path, "braces" if event.flow_style else "lines"))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._remember(event, self._list(events, path))
        value = _scalar(event)
        if value is None and path and isinstance(path[-1], int) and not self.loose:
            self.add_fault("an empty entry; write a value, or remove the entry", mark)
        elif isinstance(value, str) and (bad := _UNPRINTABLE.search(value)):
            self.add_fault(_control(bad), mark)
        return value

    def _remember(self, event: yaml.Event, value: Any) -> Any:
        """Remember the value of an anchor: only plain values, so that no alias contains another."""
        anchor, inner = getattr(event, "anchor", None), value.values() if isinstance(value, dict) else value
        if anchor and not any(isinstance(entry, (dict, list)) for entry in inner):
            self.anchored[anchor] = value
        return value

    def _list(self, events: Iterator[yaml.Event], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[yaml.Event], path: Path, style: str) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key, mark = self._key(event, events, path), _mark(event)
            if key in mapping:
                line = self.keys[*path, key][0]
                self.add_fault(f"repeated key {show_value(key)}, first on line {line}; remove one of the two", mark)
            value = self._node(next(events), events, (*path, key))
            if value is None and not self.loose:
                self.add_fault(f"no value for {show_value(key)}; {_NO_VALUE[style]}", mark)
            if key not in mapping:
                mapping[key], self.keys[*path, key] = value, mark
        return mapping

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> str:
        """The text of a key; `on`, `no` and `2026` are names here."""
        if isinstance(event, yaml.ScalarEvent) and event.value:
            self._check_features(event)
            if event.value == "<<":
                self.add_fault("merge keys (<<) are not allowed; write the lines in full", _mark(event))
            elif bad := _UNPRINTABLE.search(event.value):
                self.add_fault(_control(bad), _mark(event))
            return event.value
        self.add_fault("a key must be a word", _mark(event))
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, events, (*path, "?"))
        return "?"

    def _check_features(self, event: yaml.Event) -> None:
        """Add a fault for features of YAML that scenario files do not need."""
        if isinstance(event, yaml.AliasEvent):
            self.add_fault(f"aliases (*{event.anchor}) are not allowed; write the value in full", _mark(event))
        elif not self.loose and (anchor := getattr(event, "anchor", None)):
            self.add_fault(f"anchors (&{anchor}) are not allowed; write the value in full", _mark(event))
        elif tag := getattr(event, "tag", None):
            self.add_fault(f"tags ({tag}) are not allowed; put text in quotes", _mark(event))


class _Stop(Exception):
    """Raised to stop reading, after the fault that gives the reason."""


_BOUNDARIES = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)


def _too_deep(text: str) -> Mark | None:
    """The position of the first bracket inside DEEPEST others, in text that the parser cannot read.

    >>> _too_deep("a: " + "[" * 13), _too_deep("a: " + "[" * 12), _too_deep("a: '" + "[" * 13 + "'")
    ((1, 16), None, None)
    """
    depth, quote = 0, ""
    for index, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"" and (not index or text[index - 1] in " \n[{,:"):
            quote = sign
        elif sign in "[{":
            depth += 1
            if depth > DEEPEST:
                return _position(text[:index])
        elif sign in "]}":
            depth -= 1
    return None


def _syntax(error: yaml.MarkedYAMLError) -> tuple[str, Mark]:
    """The message for text that is not YAML, and its position."""
    problem = error.problem or "unreadable"
    for table, mark in ((_UNFINISHED, error.context_mark), (_ADVICE, error.problem_mark)):
        for error_text, advice in table.items():
            if error_text in problem and mark:
                return f"not YAML: {advice}", (mark.line + 1, mark.column + 1)
    mark = error.problem_mark or error.context_mark
    return f"not YAML: {problem}", (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _mark(event: yaml.Event) -> Mark:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _scalar(event: yaml.Event) -> Any:
    """A scalar as text, a number, on or off, or None; in quotes or in a block it is always text."""
    if not isinstance(event, yaml.ScalarEvent):
        return "?"
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text.lower() in _EMPTY:
        return None
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) or _INFINITE.fullmatch(text):
        return float(text.replace(".i", "i").replace(".I", "i").replace(".n", "n").replace(".N", "n"))
    return text
