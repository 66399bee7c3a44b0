"""The typed form printed as JavaScript, and functions of unsigned words as WebAssembly.

Each kind of record exists once, as one Float64Array; whole numbers are doubles, exact up to 2**53. Several results
come back in the array RESULT. JavaScript has no 64-bit words at speed, so a rule with WORD variables, as the random
generator is, becomes a WebAssembly function of a few hundred bytes with the same name.
"""

from __future__ import annotations

import base64
import json
import math
import re
import struct
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from sim.translate.subset import BOOL, INT, REAL, WORD, Array, Expr, Function, Kind, NotInSubset, Program, Record, Tuple

RUNTIME = """const PAIR = new Float64Array(1), HALVES = new Int32Array(PAIR.buffer);
function high_word(x) { PAIR[0] = x; return HALVES[1]; }
function times_power(x, k) { PAIR[0] = x; HALVES[1] += k << 20; return PAIR[0]; }
function round(x) { const r = Math.round(x); return (r - x === 0.5 && r % 2 !== 0 ? r - 1 : r) + 0; }
function max(a, b) { return b > a ? b : a; }
function min(a, b) { return b < a ? b : a; }
function divide(a, b, site) { if (b === 0) throw new Error(SITES[site]); return a / b; }
"""
NAMES = {"exp": "Math.exp", "log": "Math.log", "sqrt": "Math.sqrt", "abs": "Math.abs"}
WORDS_OF_JAVASCRIPT = """
    await break case catch class const continue debugger default delete do else enum eval export extends
    false finally for function if implements import in instanceof interface let new null package private protected
    public return static super switch this throw true try typeof var void while with yield arguments
    RESULT Math max min round"""
RESERVED = frozenset(WORDS_OF_JAVASCRIPT.split())


def print_javascript(program: Program, records: Mapping[str, Record]) -> str:
    """Print a program as statements of a script or module; `records` names the array of each kind of record.

    Every function stands under its last name with `$` for dots (`month$play`); RESULT and the records are constants.
    """
    printer = _Printer(records)
    functions = [printer.function(function) for function in program.functions]
    return "\n".join(
        [
            f"const SITES = {json.dumps([_without_folder(site) for site in program.sites])};",
            *(f"const {name} = new Float64Array({_slots(record)});" for name, record in records.items()),
            RUNTIME + _wasm_text(printer.words),
            *(f"const {name} = {text};" for name, text in printer.tables.values()),
            *(text for text in functions if text),
        ]
    )


def offsets(record: Record) -> dict[str, int]:
    """Return where each field of a record begins in its array."""
    names = record.dtype.names or ()
    return dict(zip(names, accumulate((_slots(record.field(name)) for name in names), initial=0), strict=False))


def _without_folder(site: str) -> str:
    return re.sub(r"^[^:]*[/\\](?=[^/\\]*?:\d+: )", "", site)


def _slots(kind: Kind) -> int:
    """How many numbers a value, a record or an array of known lengths takes."""
    if isinstance(kind, Array):
        return math.prod(length or 0 for length in kind.shape) * _slots(kind.item)
    return sum(_slots(kind.field(name)) for name in kind.dtype.names or ()) if isinstance(kind, Record) else 1


def _called(function: Function) -> str:
    return "$".join(function.name.split(".")[-2:])


def _literal(number: Any, kind: Kind) -> str:
    if kind == BOOL:
        return str(bool(number)).lower()
    text = repr(int(number)) if kind in (INT, WORD) else repr(float(number))
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text, text)


class _Printer:
    def __init__(self, records: Mapping[str, Record]) -> None:
        self.records = {record: name for name, record in records.items()}
        self.tables: dict[Any, tuple[str, str]] = {}
        self.words: list[Function] = []
        self.lines: list[str] = []
        self.references: dict[str, tuple[str, str]] = {}  # an array, and where in it a reference begins
        self.fresh = 0

    def function(self, function: Function) -> str:
        kinds = [*function.locals.values(), *(kind for _, kind in function.parameters)]
        if WORD in function.locals.values():
            self.words.append(function)
            return ""
        if any(isinstance(kind, Array) and isinstance(kind.item, Record) for kind in kinds):
            raise NotInSubset(f"{function.name} has an array of records, which only compiled kernels have")
        self.lines, self.fresh = [], 0
        taken = [(name, kind) for name, kind in function.parameters if kind not in self.records]
        self.references = {name: (self.name(name), "0") for name, kind in taken if isinstance(kind, (Array, Record))}
        self.block(function.body)
        given = [self.name(name) for name, _ in taken]
        own = [self.name(name) for name in function.locals if name != "_"]
        head = f"function {_called(function)}({', '.join(given)}) {{" + (f" let {', '.join(own)};" if own else "")
        return "\n".join([head, *self.lines, "}"])

    def name(self, name: str) -> str:
        return name + "$" if name in RESERVED or name in self.records.values() else name

    def new(self) -> str:
        self.fresh += 1
        return f"t${self.fresh}"

    # Statements

    def block(self, statements: Sequence[tuple[Any, ...]]) -> None:
        for statement in statements:
            match statement:
                case ("set", place, value) if place.op == "index" and place.args[1].op != "const":
                    # In Python the index is worked out last.
                    self.unpack([self.value(place)], Expr("tuple", Tuple((value.kind,)), (value,)))
                case ("set", place, value):
                    self.lines.append(f"{self.value(place)} = {self.value(value)};")
                case ("bind", name, value) if value.op == "list":
                    self.lines.append(f"const {self.name(name)} = [{', '.join(map(self.value, value.args))}];")
                    self.references[name] = self.name(name), "0"
                case ("bind", name, value):
                    self.references[name] = self.reference(value)
                case ("unpack", places, value):
                    self.unpack([place and self.value(place) for place in places], value)
                case ("do", call):
                    self.lines.append(f"{self.value(call)};")
                case ("host", name, values):
                    self.lines.append(f"{name}({', '.join(map(self.value, values))});")
                case ("return", value) if value is not None and isinstance(value.kind, Tuple):
                    parts = len(value.args) if value.op == "tuple" else 0  # a call has left its results there already
                    self.unpack([f"RESULT[{index}]" for index in range(parts)], value)
                    self.lines.append("return;")
                case ("return", value):
                    self.lines.append(f"return {self.value(value)};" if value else "return;")
                case ("if", test, then, otherwise):
                    self.nested(f"if ({self.value(test)}) {{", then)
                    if otherwise:
                        self.nested("else {", otherwise)
                case ("while", test, body):
                    self.nested(f"while ({self.value(test)}) {{", body)
                case ("for", name, limit, body):
                    at, stop = self.new(), self.new()
                    head = f"for (let {at} = 0, {stop} = {self.value(limit)}; {at} < {stop}; {at}++) {{"
                    self.nested(head + (f" {self.name(name)} = {at};" if name != "_" else ""), body)
                case (word,):
                    self.lines.append(f"{word};")

    def nested(self, head: str, body: Sequence[tuple[Any, ...]]) -> None:
        self.lines.append(head)
        self.block(body)
        self.lines.append("}")

    def unpack(self, places: Sequence[str | None], value: Expr) -> None:
        if value.op == "tuple":
            parts = [self.new() for _ in value.args]
            self.lines += [f"const {part} = {self.value(item)};" for part, item in zip(parts, value.args, strict=True)]
        else:
            self.lines.append(f"{self.value(value)};")
            parts = [_result(index, kind) for index, kind in enumerate(value.kind.items)]  # type: ignore[union-attr]
        self.lines += [f"{place} = {part};" for place, part in zip(places, parts, strict=False) if place]

    # Values

    def reference(self, expr: Expr) -> tuple[str, str]:
        match expr.op, expr.args:
            case "local", (name,):
                return (self.records[expr.kind], "0") if expr.kind in self.records else self.references[name]
            case "const", _:
                return self.table(expr), "0"
            case "field", (record, name):
                (array, start), step = self.reference(record), str(offsets(record.kind)[name])
            case "index", (whole, index):
                (array, start), at, size = self.reference(whole), self.value(index), _slots(expr.kind)
                step = str(int(at) * size) if at.isdigit() else at if size == 1 else f"{at} * {size}"
        if start.isdigit() and step.isdigit():
            return array, str(int(start) + int(step))
        return array, step if start == "0" else start if step == "0" else f"{start} + {step}"

    def table(self, expr: Expr) -> str:
        kind, numbers = expr.kind, expr.args[0]
        assert isinstance(kind, Array)
        key = str(kind), numbers
        if key not in self.tables:
            items = ", ".join(_literal(number, kind.item) + ("n" if kind.item == WORD else "") for number in numbers)
            array = "BigUint64Array" if kind.item == WORD else "Float64Array"
            self.tables[key] = f"TABLE{len(self.tables)}", f"new {array}([{items}])"
        return self.tables[key][0]

    def value(self, expr: Expr) -> str:
        match expr.op, expr.args:
            case "const", (number,):
                return _literal(number, expr.kind) + ("n" if expr.kind == WORD else "")
            case "local", (name,):
                return self.name(name)
            case "field" | "index", _:
                array, at = self.reference(expr)
                return f"{array}[{at}]"
            case "len", (array,):
                return f"{self.reference(array)[0]}.length"
            case "item", (whole, index):
                return f"({self.value(whole)}, {_result(index, expr.kind)})"
            case "neg", (operand,):
                return f"(-{self.value(operand)}{_whole(expr)})"
            case "not", (operand,):
                return f"(!{self.value(operand)})"
            case "if", parts:
                return "({} ? {} : {})".format(*map(self.value, parts))
            case "and" | "or", parts:
                return f"({(' && ' if expr.op == 'and' else ' || ').join(map(self.value, parts))})"
            case "cast", (before,):
                return self.cast(self.value(before), before.kind, expr.kind)
            case "call", (rule, *given):
                texts = [self.argument(argument) for argument in given if argument.kind not in self.records]
                return f"{_called(rule)}({', '.join(texts)})"
            case "/", (above, below) if not (below.op == "const" and below.args[0]):
                return f"divide({self.value(above)}, {self.value(below)}, {expr.site})"
            case sign, (left, right) if not sign.isidentifier():
                return f"({self.value(left)} {sign} {self.value(right)}{_whole(expr) if sign == '*' else ''})"
        return f"{NAMES.get(expr.op, expr.op)}({', '.join(map(self.value, expr.args))})"

    def argument(self, expr: Expr) -> str:
        if not isinstance(expr.kind, (Array, Record)):
            return self.value(expr)
        array, start = self.reference(expr)
        return array if start == "0" else f"{array}.subarray({start})"

    def cast(self, value: str, old: Kind, new: Kind) -> str:
        if old == BOOL:
            return f"(+{value})"
        return f"(Math.trunc({value}) + 0)" if (old, new) == (REAL, INT) else value


def _whole(expr: Expr) -> str:
    """A whole number has no negative zero, and adding 0 to JavaScript's takes it away."""
    return " + 0" if expr.kind == INT else ""


def _result(index: int, kind: Kind) -> str:
    return f"RESULT[{index}]" + (" !== 0" if kind == BOOL else "")


# WebAssembly: functions of words, as stack code (https://webassembly.github.io/spec/core/binary)

WASM_TYPES = {WORD: b"\x7e", INT: b"\x7c", REAL: b"\x7c"}  # whole numbers come as doubles
WASM_SIGNS = {  # by whether the numbers are real
    False: {"+": b"\x7c", "*": b"\x7e", "&": b"\x83", "|": b"\x84", "^": b"\x85", "<<": b"\x86", ">>": b"\x88"},
    True: {"+": b"\xa0", "-": b"\xa1", "*": b"\xa2"},
}


def _wasm_text(functions: Sequence[Function]) -> str:
    """A module that gives `functions`, and RESULT, where they leave their results; words arrive as BigInt."""
    if not functions:
        return "const RESULT = new Float64Array(16);\n"
    code = base64.b64encode(_wasm_module(functions)).decode()
    names = ", ".join(_called(function) for function in functions)
    return (
        f"const WORDS = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(atob('{code}'), "
        "(letter) => letter.charCodeAt(0)))).exports;\n"
        f"const RESULT = new Float64Array(WORDS.memory.buffer, 0, 16), {{ {names} }} = WORDS;\n"
    )


def _wasm_module(functions: Sequence[Function]) -> bytes:
    types = [b"\x60" + _vector([WASM_TYPES[str(kind)] for _, kind in rule.parameters]) + b"\x00" for rule in functions]
    exports = [_name("memory") + b"\x02\x00"]
    exports += [_name(_called(function)) + b"\x00" + _unsigned(index) for index, function in enumerate(functions)]
    sections = {1: types, 3: [_unsigned(index) for index in range(len(functions))], 5: [b"\x00\x01"], 7: exports,
                10: [_Words(function).code() for function in functions]}  # fmt: skip
    packed = [bytes([number]) + _sized(_vector(entries)) for number, entries in sections.items()]
    return b"\0asm\1\0\0\0" + b"".join(packed)


class _Words:
    """Prints one function of words. Statements: set, unpack, for, and one return at the end."""

    def __init__(self, function: Function) -> None:
        self.function = function
        kinds = dict(function.parameters) | {name: kind for name, kind in function.locals.items() if name != "_"}
        self.numbers = {name: number for number, name in enumerate(kinds)}
        self.own = 0  # variables of the printer's own, all words

    def code(self) -> bytes:
        body = b"".join(map(self.statement, self.function.body)) + b"\x0b"
        kinds = [kind for name, kind in self.function.locals.items() if name != "_"] + [WORD] * self.own
        return _sized(_vector([b"\x01" + WASM_TYPES[str(kind)] for kind in kinds]) + body)

    def variable(self) -> int:
        self.own += 1
        return len(self.numbers) + self.own - 1

    def statement(self, statement: tuple[Any, ...]) -> bytes:
        match statement:
            case ("set", place, value):
                return self.value(value) + b"\x21" + _unsigned(self.numbers[place.args[0]])
            case ("unpack", places, value) if value.op == "tuple":
                stores = [b"\x21" + _unsigned(self.numbers[place.args[0]]) for place in reversed(places)]
                return b"".join(map(self.value, value.args)) + b"".join(stores)
            case ("for", "_", limit, body) if limit.op == "const":
                count, stop = _unsigned(self.variable()), _signed(limit.args[0])
                inside = b"".join(map(self.statement, body))
                step = b"\x20" + count + b"\x42\x01\x7c\x22" + count + b"\x42" + stop + b"\x54\x0d\x00"
                return b"\x42\x00\x21" + count + b"\x03\x40" + inside + step + b"\x0b"
            case ("return", value) if value is not None and value.op == "tuple":
                return b"".join(b"\x41" + _signed(8 * index) + self.value(part) + b"\x39\x03\x00"
                                for index, part in enumerate(value.args))  # fmt: skip
        raise NotInSubset(f"{self.function.name}: a function of words has no {statement[0]}")

    def value(self, expr: Expr) -> bytes:
        match expr.op, expr.args:
            case "const", (number,) if expr.kind == REAL:
                return b"\x44" + struct.pack("<d", number)
            case "const", (number,):
                return b"\x42" + _signed(int(number) - (int(number) >> 63 << 64))
            case "local", (name,):
                return b"\x20" + _unsigned(self.numbers[name])
            case "cast", (before,) if expr.kind == WORD:  # of a whole number, which arrives as a double
                return self.value(before) + b"\xb1"
            case "cast", (before,) if before.kind == WORD and expr.kind == REAL:
                return self.value(before) + b"\xba"
            case "high_product", (left, right):
                return self.high_product(left, right)
            case sign, (left, right) if sign in WASM_SIGNS[expr.kind == REAL]:
                return self.value(left) + self.value(right) + WASM_SIGNS[expr.kind == REAL][sign]
        raise NotInSubset(f"{self.function.name}: a function of words has no {expr.op}")

    def high_product(self, left: Expr, right: Expr) -> bytes:
        """Long multiplication by halves of 32 bits: no sum below passes 64 bits."""
        a, b, low, middle = (_unsigned(self.variable()) for _ in range(4))
        get, put = b"\x20", b"\x21"

        def half(word: bytes, *, upper: bool) -> bytes:
            return get + word + (b"\x42\x20\x88" if upper else b"\x42" + _signed(0xFFFFFFFF) + b"\x83")

        def product(upper_a: bool, upper_b: bool) -> bytes:
            return half(a, upper=upper_a) + half(b, upper=upper_b) + b"\x7e"

        plus, low_a_low_b = b"\x7c", product(upper_a=False, upper_b=False) + b"\x42\x20\x88"
        return (
            self.value(left) + put + a + self.value(right) + put + b
            + low_a_low_b + product(upper_a=True, upper_b=False) + plus + put + low
            + product(upper_a=False, upper_b=True) + half(low, upper=False) + plus + put + middle
            + product(upper_a=True, upper_b=True) + half(low, upper=True) + plus + half(middle, upper=True) + plus
        )  # fmt: skip


def _unsigned(number: int) -> bytes:
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + _unsigned(rest) if rest else bytes([low])


def _signed(number: int) -> bytes:
    low, rest = number & 127, number >> 7
    done = (rest == 0 and not low & 64) or (rest == -1 and low & 64)
    return bytes([low]) if done else bytes([low | 128]) + _signed(rest)


def _sized(content: bytes) -> bytes:
    return _unsigned(len(content)) + content


def _vector(entries: Sequence[bytes]) -> bytes:
    return _unsigned(len(entries)) + b"".join(entries)


def _name(text: str) -> bytes:
    return _sized(text.encode())
