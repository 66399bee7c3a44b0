"""The typed form printed as JavaScript, and functions of unsigned words as WebAssembly.

Each kind of record exists once, as one Float64Array; whole numbers are doubles, exact up to 2**53. Tuple results
come back in the array RESULT. JavaScript has no 64-bit words at speed, so LLVM compiles a rule with WORD variables, as
the random generator is, to a WebAssembly function of a few hundred bytes.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from sim.translate import subset
from sim.translate.machine import compile_object
from sim.translate.subset import BOOL, INT, NONE, REAL, WORD, Array, Expr, Function, Kind, Program, Record, Tuple
from sim.translate.to_llvm import print_llvm

RUNTIME = """const PAIR = new Float64Array(1), HALVES = new Int32Array(PAIR.buffer);
function high_word(x) { PAIR[0] = x; return HALVES[1]; }
function low_word(x) { PAIR[0] = x; return HALVES[0]; }
function times_power(x, k) { PAIR[0] = x; HALVES[1] += k << 20; return PAIR[0]; }
function round(x) { const r = Math.round(x); return (r - x === 0.5 && r % 2 !== 0 ? r - 1 : r) + 0; }
function max(a, b) { return b > a ? b : a; }
function min(a, b) { return b < a ? b : a; }
function divide(a, b, site) { if (b === 0) throw new Error(SITES[site]); return a / b; }
"""
# LLVM leaves to a linker to export the function of an object file. It is also the first entry of the file's table.
WORDS = """const MEMORY = new WebAssembly.Memory({ initial: 1 }), RESULT = new Float64Array(MEMORY.buffer, 0, 16);
function words(code) {
  const bytes = Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0));
  const table = new WebAssembly.Table({ initial: 2, element: "anyfunc" });
  const env = { __linear_memory: MEMORY, __indirect_function_table: table };
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
  return table.get(1);
}
"""
TEXTS = {"not": "(!{})", "if": "({} ? {} : {})", "sqrt": "Math.sqrt({})", "abs": "Math.abs({})",
         "high_word": "high_word({})", "low_word": "low_word({})", "round": "round({})"}  # fmt: skip


def print_javascript(program: Program, records: Mapping[str, Record]) -> str:
    """Print a program as statements of a script or module; `records` names the array of each kind of record.

    Every function stands under its last name with `$` for dots (`month$play`); RESULT and the records are constants.
    """
    words = [rule for rule in program.functions if WORD in (rule.result, *rule.locals.values())]
    printer = _Printer(records)
    functions = [printer.function(rule) for rule in program.functions if rule not in words]
    codes = [f"const {_called(rule)} = words('{_assemble(rule, words)}');" for rule in words if rule.result != WORD]
    return "\n".join(
        [
            f"const SITES = {json.dumps([_without_folder(site) for site in program.sites])};",
            *(f"const {name} = new Float64Array({_slots(record)});" for name, record in records.items()),
            RUNTIME + (WORDS if codes else "const RESULT = new Float64Array(16);"),
            *(f"const {name} = {text};" for text, name in printer.tables.items()),
            *codes,
            *functions,
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


def _variable(name: str) -> str:
    return "_" + name  # never a word of JavaScript, nor a name of RUNTIME


def _literal(number: Any, kind: Kind) -> str:
    if kind == REAL and not math.isfinite(number):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[repr(number)]
    return f"{number}n" if kind == WORD else repr(number).lower()


class _Printer:
    def __init__(self, records: Mapping[str, Record]) -> None:
        self.records = {record: name for name, record in records.items()}
        self.tables: dict[str, str] = {}  # names by what is in them
        self.lines: list[str] = []
        self.references: dict[str, tuple[str, str]] = {}  # an array, and where in it a reference begins
        self.own: list[str] = []  # the names of variables

    def function(self, function: Function) -> str:
        kinds = [*function.locals.values(), *(kind for _, kind in function.parameters)]
        if any(isinstance(kind, Array) and isinstance(kind.item, Record) for kind in kinds):
            raise subset.NotInSubset(f"{function.name} has an array of records, which only compiled kernels have")
        given = [name for name, kind in function.parameters if kind not in self.records]
        self.lines, self.own = [], list(map(_variable, function.locals))
        self.references = {name: (_variable(name), "0") for name in given}
        self.block(function.body)
        own = f" let {', '.join(self.own)};" if self.own else ""
        head = f"function {_called(function)}({', '.join(map(_variable, given))}) {{{own}"
        return "\n".join([head, *self.lines, "}"])

    def new(self, value: str) -> str:
        """A variable of the printer's own that keeps a value."""
        self.own.append(f"${len(self.own)}")
        self.lines.append(f"{self.own[-1]} = {value};")
        return self.own[-1]

    # Statements

    def block(self, statements: Sequence[tuple[Any, ...]]) -> None:
        for statement in statements:
            match statement:
                case ("set", places, value):
                    self.set([place and self.value(place) for place in places], value)
                case ("bind", name, value):
                    array, start = self.reference(value)
                    self.references[name] = array, start if start.isdigit() else self.new(start)
                case ("do", call):
                    self.lines.append(f"{self.value(call)};")
                case ("return", value) if value is not None and isinstance(value.kind, Tuple):
                    parts = value.args if value.op == "tuple" else ()  # a call has left its results there already
                    self.set([f"RESULT[{index}]" for index in range(len(parts))], value)
                    self.lines.append("return;")
                case ("return", value):
                    self.lines.append(f"return {self.value(value)};" if value else "return;")
                case ("if", test, then, otherwise):
                    self.nested(f"if ({self.value(test)})", then)
                    if otherwise:
                        self.nested("else", otherwise)
                case ("while", test, body, _):
                    self.nested(f"while ({self.value(test)})", body)
                case (word,):
                    self.lines.append(f"{word};")

    def nested(self, head: str, body: Sequence[tuple[Any, ...]]) -> None:
        self.lines.append(f"{head} {{")
        self.block(body)
        self.lines.append("}")

    def set(self, places: Sequence[str | None], value: Expr) -> None:
        """Set places; all values, and then all indices, are worked out before any is stored."""
        if value.op == "tuple":
            parts = [self.new(self.value(part)) for part in value.args]
        elif isinstance(value.kind, Tuple):
            self.lines.append(f"{self.value(value)};")
            parts = [_result(index, kind) for index, kind in enumerate(value.kind.items)]
        else:
            # JavaScript works out an index before the value, Python after it.
            is_fixed = re.fullmatch(r"[\w$]+(\[\d+\])?", places[0] or "")
            parts = [self.value(value) if is_fixed else self.new(self.value(value))]
        self.lines += [f"{place} = {part};" for place, part in zip(places, parts, strict=False) if place]

    # Values

    def reference(self, expr: Expr) -> tuple[str, str]:
        match expr.op, expr.args:
            case "local", (name,):
                return (self.records[expr.kind], "0") if expr.kind in self.records else self.references[name]
            case "const", (numbers,):  # a tuple that a module holds is printed once
                items = ", ".join(_literal(number, expr.kind.item) for number in numbers)  # type: ignore[union-attr]
                return self.tables.setdefault(f"[{items}]", f"TABLE{len(self.tables)}"), "0"
            case "list", items:
                return self.new(f"[{', '.join(map(self.value, items))}]"), "0"
            case "field", (record, name):
                (array, start), step = self.reference(record), str(offsets(record.kind)[name])
            case "index", (whole, index):
                (array, start), at, size = self.reference(whole), self.value(index), _slots(expr.kind)
                step = str(int(at) * size) if at.isdigit() else at if size == 1 else f"{at} * {size}"
        if start.isdigit() and step.isdigit():
            return array, str(int(start) + int(step))
        return array, step if start == "0" else start if step == "0" else f"{start} + {step}"

    def value(self, expr: Expr) -> str:
        if isinstance(expr.kind, (Array, Record)):
            array, start = self.reference(expr)
            return array if start == "0" else f"{array}.subarray({start})"
        match expr.op, expr.args:
            case "const", (number,):
                return _literal(number, expr.kind)
            case "local", (name,):
                return _variable(name)
            case "field" | "index", _:
                array, at = self.reference(expr)
                return f"{array}[{at}]"
            case "len", (array,):
                return f"{self.reference(array)[0]}.length"
            case "item", (whole, index):
                return f"({self.value(whole)}, {_result(index, expr.kind)})"
            case "call", (rule, *given):
                texts = [self.value(argument) for argument in given if argument.kind not in self.records]
                return f"{_called(rule)}({', '.join(texts)})"
            case "host", (name, *given):
                return f"{name}({', '.join(map(self.value, given))})"
            case "cast", (before,) if before.kind == BOOL:
                return f"(+{self.value(before)})"
            case "cast", (before,):
                return f"(Math.trunc({self.value(before)}) + 0)" if expr.kind == INT else self.value(before)
            case "neg", (operand,):
                return f"(-{self.value(operand)}{_whole(expr)})"
            case "/", (above, below) if not (below.op == "const" and below.args[0]):
                return f"divide({self.value(above)}, {self.value(below)}, {expr.site})"
            case sign, (left, right) if not sign.isidentifier():
                return f"({self.value(left)} {sign} {self.value(right)}{_whole(expr) if sign == '*' else ''})"
        return TEXTS.get(expr.op, expr.op + "({}, {})").format(*map(self.value, expr.args))


def _whole(expr: Expr) -> str:
    """A whole number has no negative zero, and adding 0 to JavaScript's takes it away."""
    return " + 0" if expr.kind == INT else ""


def _result(index: int, kind: Kind) -> str:
    return f"RESULT[{index}]" + (" !== 0" if kind == BOOL else "")


def _assemble(function: Function, words: Sequence[Function]) -> str:
    """A function of words as a WebAssembly module in base 64: whole numbers come as doubles, words as BigInt."""
    results = function.result.items if isinstance(function.result, Tuple) else ()
    kinds = {kind for _, kind in function.parameters}
    if set(results) != {REAL} or not kinds <= {INT, REAL, WORD}:
        raise subset.NotInSubset(
            f"{function.name}: a rule with unsigned words takes numbers and gives back several reals"
        )
    given = [Expr("local", WORD if kind == WORD else REAL, (name,)) for name, kind in function.parameters]
    values = [value if value.kind == kind else Expr("cast", kind, (value,))
              for value, (_, kind) in zip(given, function.parameters, strict=True)]  # fmt: skip
    array = Array(REAL, (len(results),))
    places = [Expr("index", REAL, (Expr("local", array, ("RESULT",)), Expr("const", INT, (at,))))
              for at in range(len(results))]  # fmt: skip
    # RESULT begins at 0, which stands for an argument that is missing.
    outer = Function("words", [*((value.args[0], value.kind) for value in given), ("RESULT", array)], NONE)
    outer.body = [("set", places, Expr("call", function.result or NONE, (function, *values))), ("return", None)]
    program = Program()
    program.functions = [*words, outer]
    text = print_llvm(program, outer, has_wide=False) + '\n@table = global ptr @"words"'
    code = compile_object(text, level=1, triple="wasm32-unknown-unknown")  # a higher level would need wide products
    return base64.b64encode(code).decode()
