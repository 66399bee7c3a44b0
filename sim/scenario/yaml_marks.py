"""YAML text as plain data, with the line and column of every key and value.

Only the core of YAML is accepted: mappings, lists, text, numbers, on/off. Tags, anchors, aliases, merge keys, repeated
keys, empty values and deep nesting are faults, so no file can mislead its reader or exhaust the computer.
`2026-11` and `010` are text, `1e-3` is a number, `on`, `yes` and `true` are on.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
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
_WRONG_START = (
    "not YAML: no value can begin with this character; indent with spaces, not tabs, "
    "and quote text that begins with a sign such as @ or %"
)
_BLOCK = re.compile(r"(^|[:-] +)[|>][-+0-9]*[ ]*(#.*)?$")  # the rest of a line whose text is on the lines below
_GLUED = re.compile(r"""(?:^|[{,]|- ) *([A-Za-z0-9_-]+):(?=[^\s:/])""")  # a key whose colon has no space after it
_ODD = {
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2007\u2009\u200a\u202f\u3000", "write a normal space"),
    **dict.fromkeys("\u200b\u2060\ufeff", "remove it"),
    **dict.fromkeys("：﹕", "write ': '"),
    **dict.fromkeys("，、﹐", "write ', '"),
    **dict.fromkeys("“”„‟＂", 'write "'),
    **dict.fromkeys("［【", "write ["),
    **dict.fromkeys("］】", "write ]"),
}
"""Signs of word processors, web pages and Asian keyboards that look like those of YAML, and what to write."""
_NOT_TEXT = {
    b"\xff\xfe": "the file is UTF-16; save it again as UTF-8 (in Notepad: Save as, Encoding)",
    b"\xfe\xff": "the file is UTF-16; save it again as UTF-8 (in Notepad: Save as, Encoding)",
    b"PK\x03\x04": "the file is a document of Word or Excel; save it again as plain text",
    b"\xd0\xcf\x11\xe0": "the file is a document of Word or Excel; save it again as plain text",
    b"{\\rtf": "the file is rich text (RTF); save it again as plain text",
    b"%PDF": "the file is a PDF; copy its text into a plain text file",
    b"<!DOCTYPE": "the file is a web page; save the plain text that it shows",
    b"<html": "the file is a web page; save the plain text that it shows",
}
"""First bytes of files that are no plain text."""


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
        if isinstance(data, str) and (glued := _GLUED.match(data)):
            message = f"write a space after the colon of {glued[1]}"
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
        is_utf_16 = b"\0\0\0\0" in (content[1:8:2], content[:8:2])  # also without its mark
        begins = b"\xff\xfe" if is_utf_16 else content
        for first, message in _NOT_TEXT.items():
            if begins.startswith(first):
                self.add_fault(message, (1, 1))
                return ""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = content[: error.start].decode("utf-8", "replace")
            message = f"must be UTF-8 text, got byte 0x{content[error.start]:02x}; save the file again as UTF-8"
            self.add_fault(message, _position(before))
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
        except (yaml.YAMLError, RecursionError) as error:
            # The parser reads ahead, and may reach its own limit before this class reaches DEEPEST.
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            self.add_fault(*_explain(text, (mark.line, mark.column) if mark else None))
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
            if value is None and not self.loose and not _ODD.keys() & {*key}:
                advice = _NO_VALUE[style]
                if glued := _GLUED.match(key):
                    advice = f"write a space after the colon, {glued[1]}: {key[glued.end() :]}"
                self.add_fault(f"no value for {show_value(key)}; {advice}", mark)
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
            elif odd := next((sign for sign in event.value if sign in _ODD), None):
                self.add_fault(_describe_odd(odd), _mark(event))
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


def _describe_odd(sign: str) -> str:
    return f"{unicodedata.name(sign, 'a sign').lower()} (U+{ord(sign):04X}); {_ODD[sign]}"


class _Scan:
    """What is open at the end of a text: its brackets, and its quotation mark; of texts that are not YAML too."""

    def __init__(self, text: str) -> None:
        self.brackets: list[int] = []
        self.quote: int | None = None
        self.sign = ""  # of the quotation mark
        self.lines_quoted: tuple[int, int] | None = None  # the last quoted text over several lines: begin and end
        self.deep: int | None = None  # the first bracket or dash inside DEEPEST others
        below: int | None = None  # text of a block goes on as long as lines are indented more than this
        start = 0
        for line in text.splitlines(keepends=True):
            indent = len(line) - len(line.lstrip(" "))
            if below is None or (line.strip() and indent <= below):
                below = None
                self._read_line(line, start)
                if self.quote is None and not self.brackets and _BLOCK.search(line.rstrip()):
                    below = indent
            start += len(line)

    def _read_line(self, line: str, start: int) -> None:
        dashes = re.match(rf" *(?:- ){{{DEEPEST + 1}}}", line)
        if dashes and self.deep is None and not self.brackets:
            self.deep = start + dashes.end() - 2
        last, previous = "", " "  # the last sign that is no space, and the sign just before
        for index, sign in enumerate(line):
            if self.quote is not None:
                if sign == self.sign and (sign == "'" or previous != "\\"):
                    if self.quote < start:
                        self.lines_quoted = (self.quote, start + index)
                    self.quote = None
            elif sign == "#" and previous == " ":
                return
            elif sign in "\"'" and last in ("", *"[{,:-"):
                self.quote, self.sign = start + index, sign
            elif sign in "[{" and (self.brackets or not last or (last in ":-" and previous == " ")):
                self.brackets.append(start + index)
                if len(self.brackets) > DEEPEST and self.deep is None:
                    self.deep = start + index
            elif sign in "]}" and self.brackets:
                self.brackets.pop()
            previous = sign
            last = sign if sign != " " else last


def _explain(text: str, mark: Mark | None) -> tuple[str, Mark]:
    """The message for text that is not YAML, and its position; `mark` is the parser's, counted from 0.

    What is wrong is found in the text itself: each version of a parser words its errors in another way.
    """
    whole = _Scan(text)
    if whole.deep is not None:
        return _NESTED, _position(text[: whole.deep])
    lines = text.split("\n")
    number, column = min(mark[0], len(lines) - 1) if mark else 0, mark[1] if mark else 0
    at = sum(len(line) + 1 for line in lines[:number]) + column if mark and mark[0] < len(lines) else len(text)
    first = max(number - 1, 0)
    for row in range(first, number + 1):
        for place, sign in enumerate(lines[row]):
            if sign in _ODD:
                return _describe_odd(sign), (row + 1, place + 1)
    if whole.quote is not None:
        return "not YAML: a quotation mark is not closed", _position(text[: whole.quote])
    if whole.lines_quoted and text.count("\n", 0, whole.lines_quoted[1]) == number:
        return "not YAML: a quotation mark is not closed", _position(text[: whole.lines_quoted[0]])
    for row in range(number, first - 1, -1):
        if "\t" in lines[row][: len(lines[row]) - len(lines[row].lstrip())]:
            return _WRONG_START, (row + 1, 1)
    before = _Scan(text[:at])
    if before.brackets:
        if glued := _GLUED.search(lines[number]):
            return f"not YAML: write a space after the colon of {glued[1]}", (number + 1, glued.start(1) + 1)
        return "not YAML: a bracket is not closed, or a comma is missing", _position(text[: before.brackets[-1]])
    for row in range(number, first - 1, -1):
        if glued := _GLUED.match(lines[row]):
            return f"not YAML: write a space after the colon of {glued[1]}", (row + 1, glued.start(1) + 1)
    line = lines[number]
    if before.sign == '"' and "\\" in line[max(column - 2, 0) : column + 1]:
        return r"not YAML: \ has a special meaning in double quotes; use single quotes", (number + 1, column + 1)
    if re.search(r"""(^|[:\[{,-] *)("[^"]*"|'[^']*')\s*$""", line[:column]):
        return "not YAML: text after a quotation mark; put all of it in quotes", (number + 1, column + 1)
    if column < len(line) and line[column] in "@`%&*!|>,]}":
        return _WRONG_START, (number + 1, column + 1)
    colons = [found.start() for found in re.finditer(r":(?= |$)", line)][:20]
    if len(colons := [place for place in colons if not _Scan(line[:place]).brackets]) > 1:
        return "not YAML: a second ': ' on this line; put text with ': ' in quotes", (number + 1, colons[1] + 1)
    for row in range(number, first - 1, -1):
        bare = lines[row].partition(" #")[0].strip()
        if bare and ":" not in bare and not bare.startswith(("-", "#", "[", "{")):
            indent = len(lines[row]) - len(lines[row].lstrip())
            return "not YAML: a key without ':' after it", (row + 1, indent + 1)
    if number and lines[number - 1].lstrip().startswith("- ") and not line.lstrip().startswith("- "):
        return "not YAML: a list item must begin with '- ', in line with the others", (number + 1, column + 1)
    return "not YAML: this line's indentation does not fit the lines above", (number + 1, column + 1)


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
