"""The typed form of the rules printed as one C file, to compare our machine code with that of a C compiler.

The C checks neither divisions nor indices, as somebody might write it for speed alone. C leaves the order open in
which operands and arguments are worked out, so calls that write to records must not stand there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.translate.subset import BOOL, INT, NONE, REAL, WORD, Array, Expr, Function, Kind, Program, Record, Tuple
from sim.translate.subset import has_open_length as is_open
from sim.translate.to_llvm import HIGH_PRODUCT, size_of

TYPES = {INT: "int64_t", REAL: "double", BOOL: "_Bool", WORD: "uint64_t", NONE: "void"}
RUNTIME = """#include <math.h>
#include <stdint.h>
#include <string.h>
#define PICK(name, type, sign) static inline type name(type a, type b) { return b sign a ? b : a; }
PICK(max_float, double, >) PICK(min_float, double, <) PICK(max_int, int64_t, >) PICK(min_int, int64_t, <)
static inline uint64_t sim_translate_primitives_high_product(uint64_t a, uint64_t b) {
  return (unsigned __int128)a * b >> 64;
}
static inline int64_t high_word(double x) { int64_t word; memcpy(&word, &x, 8); return word >> 32; }
static inline int64_t low_word(double x) { int64_t word; memcpy(&word, &x, 8); return (int32_t)word; }
static inline double times_power(double x, int64_t k) {
  uint64_t word; memcpy(&word, &x, 8); word += (uint64_t)k << 52; memcpy(&x, &word, 8); return x;
}
"""
NOT_FINITE = {"nan": "NAN", "inf": "INFINITY", "-inf": "-INFINITY"}
NAMES = {"abs": "fabs", "round": "(int64_t)rint", "neg": "-", "not": "!"}


def print_c(program: Program, kernel: Function) -> str:
    """Print a program; the function `kernel` can be called from outside, under the name `kernel`."""
    printer = _Printer(kernel)
    functions = [printer.function(function) for function in program.functions]
    declared = [text for _, text in (*printer.tuples.values(), *printer.tables.values())]
    return "\n".join([RUNTIME, *declared, *functions])


class _Printer:
    def __init__(self, kernel: Function) -> None:
        self.kernel = kernel
        self.tuples: dict[Kind, tuple[str, str]] = {}
        self.tables: dict[str, tuple[str, str]] = {}
        self.references: dict[str, tuple[str, str]] = {}  # a pointer, and a length that is known only when it runs
        self.lines: list[str] = []
        self.count = 0

    def function(self, function: Function) -> str:
        given = []
        for name, kind in function.parameters:
            self.references[name] = f"v_{name}", f"{name}_length"
            given += [f"{self.type(kind)} v_{name}", *([f"int64_t {name}_length"] if is_open(kind) else [])]
        if function.name == HIGH_PRODUCT:
            return ""  # it stands in RUNTIME
        own = [f"{self.type(kind)} v_{name};" for name, kind in function.locals.items()]
        self.lines = [f"{self.type(function.result or NONE)} {self.called(function)}({', '.join(given)}) {{", *own]
        self.block(function.body)
        return "\n".join(["" if function is self.kernel else "static", *self.lines, "}"])

    def called(self, function: Function) -> str:
        return "kernel" if function is self.kernel else function.name.replace(".", "_")

    def type(self, kind: Kind) -> str:
        if isinstance(kind, Tuple):
            if kind not in self.tuples:
                fields = " ".join(f"{self.type(item)} item{index};" for index, item in enumerate(kind.items))
                name = f"struct tuple{len(self.tuples)}"
                self.tuples[kind] = name, f"{name} {{ {fields} }};"
            return self.tuples[kind][0]
        return TYPES.get(str(kind), "char *")

    def new(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def block(self, statements: Sequence[tuple[Any, ...]]) -> None:
        for statement in statements:
            match statement:
                case ("set", [place], value) if place and isinstance(place.kind, Record):
                    target, source = self.pointer(place)[0], self.pointer(value)[0]
                    self.lines.append(f"memcpy({target}, {source}, {size_of(place.kind)});")
                case ("set", places, value):
                    own, several = self.new(), isinstance(value.kind, Tuple)
                    self.lines.append(f"{self.type(value.kind)} {own} = {self.value(value)};")
                    self.lines += [f"{self.value(place)} = {own}{f'.item{index}' if several else ''};"
                                   for index, place in enumerate(places) if place]  # fmt: skip
                case ("bind", name, value):
                    pointer, length = self.pointer(value)
                    self.references[name] = self.new(), length
                    self.lines.append(f"char *{self.references[name][0]} = {pointer};")
                case ("do", call):
                    self.lines.append(f"{self.value(call)};")
                case ("return", value):
                    self.lines.append(f"return {self.value(value) if value else ''};")
                case ("if", test, then, otherwise):
                    self.nested(f"if ({self.value(test)})", then)
                    self.nested("else", otherwise)
                case ("while", test, body, _):
                    self.nested(f"while ({self.value(test)})", body)
                case (word,):
                    self.lines.append(f"{word};")

    def nested(self, head: str, body: Sequence[tuple[Any, ...]]) -> None:
        self.lines.append(head + " {")
        self.block(body)
        self.lines.append("}")

    def pointer(self, expr: Expr) -> tuple[str, str]:
        match expr.op, expr.args:
            case "local", (name,):
                return self.references[name]
            case "const", (numbers,):
                assert isinstance(expr.kind, Array)
                key = repr((expr.kind, numbers))
                if key not in self.tables:
                    values = ", ".join(_literal(number, expr.kind.item) for number in numbers)
                    own = f"table{len(self.tables)}"
                    self.tables[key] = own, f"static const {self.type(expr.kind.item)} {own}[] = {{ {values} }};"
                return f"((char *){self.tables[key][0]})", ""
            case "list", items:
                own = self.new()
                text = ", ".join(map(self.value, items))
                self.lines.append(f"{self.type(items[0].kind)} {own}[] = {{ {text} }};")
                return f"((char *){own})", ""
            case "field", (record, name):
                return f"({self.pointer(record)[0]} + {record.kind.dtype.fields[name][1]})", ""
        array, index = expr.args
        return f"({self.pointer(array)[0]} + {size_of(expr.kind)} * {self.value(index)})", ""

    def value(self, expr: Expr) -> str:
        match expr.op, expr.args:
            case "const", (number,):
                return _literal(number, expr.kind)
            case "local", (name,):
                return f"v_{name}"
            case "field" | "index", _:
                return f"*({self.type(expr.kind)} *){self.pointer(expr)[0]}"
            case "len", (array,):
                return self.pointer(array)[1]
            case "item", (several, index):
                return f"{self.value(several)}.item{index}"
            case "tuple", parts:
                return f"({self.type(expr.kind)}){{ {', '.join(map(self.value, parts))} }}"
            case "cast", (before,):
                return f"({self.type(expr.kind)}){self.value(before)}"
            case "if", parts:
                return "({} ? {} : {})".format(*map(self.value, parts))
            case "max" | "min", (left, right):
                return f"{expr.op}_{expr.kind}({self.value(left)}, {self.value(right)})"
            case "call", (rule, *given):
                return f"{self.called(rule)}({', '.join(text for one in given for text in self.argument(one))})"
            case sign, (left, right) if not sign.isidentifier():
                return f"({self.value(left)} {sign} {self.value(right)})"
        return f"{NAMES.get(expr.op, expr.op)}({', '.join(map(self.value, expr.args))})"

    def argument(self, expr: Expr) -> list[str]:
        if isinstance(expr.kind, (Array, Record)):
            return list(self.pointer(expr)) if is_open(expr.kind) else [self.pointer(expr)[0]]
        return [self.value(expr)]


def _literal(number: Any, kind: Kind) -> str:
    if kind == REAL:
        return f"({float(number).hex() if math.isfinite(number) else NOT_FINITE[str(float(number))]})"
    return f"{int(number)}ULL" if kind == WORD else f"({int(number)}LL)"
