"""The typed form printed as LLVM's intermediate code.

Every operation rounds by itself, as in Python: no fast-math, no contraction. Whole numbers have 64 bits and wrap. A
division by zero is noted in the global `fault` by the number of its line; every `while`, and every loop of the
kernel itself, then stops, and the caller raises. Records are read and written where NumPy keeps them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from llvmlite import ir

from sim.translate.subset import (
    BOOL,
    INT,
    NONE,
    REAL,
    WORD,
    Array,
    Expr,
    Function,
    Kind,
    NotInSubset,
    Program,
    Record,
    Tuple,
    has_open_length,
)  # fmt: skip

DOUBLE, I64, I1, WIDE, POINTER = ir.DoubleType(), ir.IntType(64), ir.IntType(1), ir.IntType(128), ir.PointerType()
TYPES = {INT: I64, WORD: I64, REAL: DOUBLE, BOOL: I1, NONE: ir.VoidType()}
SIGNS = {"+": "add", "-": "sub", "*": "mul", "&": "and_", "^": "xor", "<<": "shl"}
INTRINSICS = {"exp": "llvm.exp.f64", "log": "llvm.log.f64", "sqrt": "llvm.sqrt.f64", "abs": "llvm.fabs.f64",
              "round": "llvm.rint.f64"}  # fmt: skip


def type_of(kind: Kind) -> Any:
    """Return LLVM's type of a kind; records and arrays are pointers."""
    return ir.LiteralStructType(map(type_of, kind.items)) if isinstance(kind, Tuple) else TYPES.get(str(kind), POINTER)


def size_of(kind: Kind) -> int:
    """Return the bytes that a value, a record, or an array of known lengths takes."""
    if isinstance(kind, Array):
        return math.prod(length or 0 for length in kind.shape) * size_of(kind.item)
    return int(kind.dtype.itemsize) if isinstance(kind, Record) else 8


def print_llvm(program: Program, kernel: Function, *, check_indices: bool = False) -> str:
    """Print a program; only `kernel` can be called from outside.

    With `check_indices` an index outside its array is a fault as a division by zero is.
    """
    module = ir.Module("rules")
    fault = ir.GlobalVariable(module, I64, "fault")
    fault.initializer = I64(0)
    declared: dict[str, ir.Function] = {}
    for function in program.functions:
        given = [part for _, kind in function.parameters for part in
                 ([POINTER, I64] if has_open_length(kind) else [type_of(kind)])]  # fmt: skip
        made = ir.Function(module, ir.FunctionType(type_of(function.result or NONE), given), function.name)
        made.attributes.add("nounwind")
        made.linkage = "" if function is kernel else "internal"
        declared[function.name] = made
    for function in program.functions:
        _Body(module, declared, function, function is kernel, check_indices)
    return str(module)


class _Body:
    """Prints one function."""

    def __init__(
        self, module: ir.Module, declared: dict[str, ir.Function], function: Function, stops: bool, checks: bool
    ) -> None:
        self.module, self.declared, self.stops, self.checks = module, declared, stops, checks
        self.ir = declared[function.name]
        self.build = ir.IRBuilder(self.ir.append_basic_block("entry"))
        self.variables = {name: self.build.alloca(type_of(kind)) for name, kind in function.locals.items()}
        self.references: dict[str, tuple[Any, Any]] = {}  # a pointer, and a length that is known only when it runs
        self.loops: list[tuple[Any, Any]] = []  # where `continue` and `break` lead
        given = iter(self.ir.args)
        for name, kind in function.parameters:
            if isinstance(kind, (Array, Record)):
                self.references[name] = next(given), next(given) if has_open_length(kind) else None
            else:
                self.variables[name] = self.build.alloca(type_of(kind))
                self.build.store(next(given), self.variables[name])
        body = self.ir.append_basic_block("body")
        self.entry_end = self.build.branch(body)
        self.build.position_at_end(body)
        self.block(function.body)
        if not self.build.block.is_terminated:
            self.build.ret_void() if function.result == NONE else self.build.unreachable()

    @contextmanager
    def at_entry(self) -> Iterator[None]:
        """Print at the function's beginning, where room on the stack is taken once."""
        with self.build.goto_block(self.ir.entry_basic_block):
            self.build.position_before(self.entry_end)
            yield

    def room(self, kind: Any) -> Any:
        with self.at_entry():
            return self.build.alloca(kind)

    # Statements

    def block(self, statements: Sequence[tuple[Any, ...]]) -> None:
        for statement in statements:
            match statement:
                case ("set", place, value) if isinstance(place.kind, Record):
                    self.copy(self.pointer(place)[0], self.pointer(value)[0], size_of(place.kind))
                case ("set", place, value):
                    self.store(place, self.value(value))
                case ("bind", name, value) if value.op == "list":
                    self.references[name] = self.room(ir.ArrayType(type_of(value.kind.item), len(value.args))), None
                    for index, item in enumerate(value.args):
                        self.build.store(self.value(item), self.offset(self.references[name][0], I64(8 * index)))
                case ("bind", name, value):
                    self.references[name] = self.pointer(value)
                case ("unpack", places, value):
                    self.unpack(places, value)
                case ("do", call):
                    self.value(call)
                case ("host", name, _):
                    raise NotInSubset(f"machine code has no page around it that provides {name}: drop its calls")
                case ("return", value):
                    self.build.ret(self.value(value)) if value else self.build.ret_void()
                case ("if", test, then, otherwise):
                    self.branch(test, then, otherwise)
                case ("while", test, body):
                    self.loop(partial(self.while_true, test), body)
                case ("for", name, limit, body):
                    self.count(name, limit, body)
                case ("break",):
                    self.build.branch(self.loops[-1][1])
                case ("continue",):
                    self.build.branch(self.loops[-1][0])

    def copy(self, target: Any, source: Any, size: int) -> None:
        self.build.call(self.external("llvm.memcpy.p0.p0.i64", ir.VoidType(), POINTER, POINTER, I64, I1),
                        [target, source, I64(size), I1(0)])  # fmt: skip

    def store(self, place: Expr, value: Any) -> None:
        if place.op == "local":
            self.build.store(value, self.variables[place.args[0]])
        else:
            self.build.store(value, self.pointer(place)[0], align=8)

    def unpack(self, places: Sequence[Expr | None], value: Expr) -> None:
        if value.op == "tuple":
            parts = [self.value(part) for part in value.args]
        else:
            whole = self.value(value)
            parts = [self.build.extract_value(whole, index) for index in range(len(places))]
        for place, part in zip(places, parts, strict=True):
            if place is not None:
                self.store(place, part)

    def branch(self, test: Expr, then: Any, otherwise: Any) -> None:
        with self.build.if_else(self.value(test)) as (yes, no):
            for where, body in ((yes, then), (no, otherwise)):
                with where:
                    self.block(body)

    def loop(self, goes_on: Callable[[], Any], body: Any, step: Callable[[], None] = lambda: None) -> None:
        head, inside, next_, end = (self.ir.append_basic_block(name) for name in ("head", "inside", "next", "end"))
        self.build.branch(head)
        self.build.position_at_end(head)
        self.build.cbranch(goes_on(), inside, end)
        self.build.position_at_end(inside)
        self.loops.append((next_, end))
        self.block(body)
        self.loops.pop()
        if not self.build.block.is_terminated:
            self.build.branch(next_)
        self.build.position_at_end(next_)
        step()
        self.build.branch(head)
        self.build.position_at_end(end)

    def count(self, name: str, limit: Expr, body: Any) -> None:
        """A `for` counts in a place of its own, so that a body that sets the name changes no count, as in Python."""
        counter, stop = self.room(I64), self.value(limit)
        self.build.store(I64(0), counter)

        def goes_on() -> Any:
            now = self.build.load(counter, typ=I64)
            more = self.build.icmp_signed("<", now, stop)
            if self.stops:
                more = self.unless_fault(more)
            # Outside the loop Python keeps the last index: it is set only where the body begins.
            with self.build.if_then(more):
                self.build.store(now, self.variables[name])
            return more

        def step() -> None:
            now = self.build.load(counter, typ=I64)
            self.build.store(self.build.add(now, I64(1), flags=["nsw"]), counter)

        self.loop(goes_on, body, step)

    def while_true(self, test: Expr) -> Any:
        return self.unless_fault(self.value(test))

    def unless_fault(self, test: Any) -> Any:
        """An atomic load: the flag may be set from outside, so it is read in every round."""
        fault = self.build.load_atomic(self.module.get_global("fault"), "monotonic", 8, typ=I64)
        return self.build.and_(test, self.build.icmp_unsigned("==", fault, I64(0)))

    def note_fault(self, happens: Any, site: int) -> None:
        """The first fault stays."""
        with self.build.if_then(happens, likely=False):
            before = self.build.load(self.module.get_global("fault"), typ=I64)
            first = self.build.icmp_unsigned("==", before, I64(0))
            self.build.store(self.build.select(first, I64(site), before), self.module.get_global("fault"))

    # Places and references

    def offset(self, pointer: Any, size: Any) -> Any:
        moved = self.build.gep(pointer, [size], inbounds=True, source_etype=ir.IntType(8))
        moved.type = POINTER  # llvmlite gives the pointers of what stands on the stack another type
        return moved

    def pointer(self, expr: Expr) -> tuple[Any, Any]:
        """Where a place or reference lies, and its length where that is known only now."""
        match expr.op:
            case "local":
                return self.references[expr.args[0]]
            case "const":
                return self.table(expr), None
            case "field":
                offset = expr.args[0].kind.dtype.fields[expr.args[1]][1]
                return self.offset(self.pointer(expr.args[0])[0], I64(offset)), None
        (array, length), index = self.pointer(expr.args[0]), self.value(expr.args[1])
        if self.checks:
            bound = I64(expr.args[0].kind.shape[0]) if length is None else length
            wrong = self.build.icmp_unsigned(">=", index, bound)
            self.note_fault(wrong, expr.site)
            index = self.build.select(wrong, I64(0), index)
        return self.offset(array, self.build.mul(index, I64(size_of(expr.kind)), flags=["nsw"])), None

    def table(self, expr: Expr) -> Any:
        """A tuple of numbers that a module holds, printed once."""
        item, numbers = type_of(expr.kind.item), expr.args[0]  # type: ignore[union-attr]
        name = "table" + hashlib.sha256(repr((expr.kind, numbers)).encode()).hexdigest()[:16]
        if name not in self.module.globals:
            made = ir.GlobalVariable(self.module, ir.ArrayType(item, len(numbers)), name)
            made.initializer = made.value_type([item(_plain(item, number)) for number in numbers])
            made.global_constant, made.linkage = True, "internal"
        return self.module.get_global(name)

    def external(self, name: str, result: Any, *given: Any) -> ir.Function:
        return self.module.globals.get(name) or ir.Function(self.module, ir.FunctionType(result, given), name)

    # Values

    def value(self, expr: Expr) -> Any:
        match expr.op, expr.args:
            case "const", (number,):
                return type_of(expr.kind)(_plain(type_of(expr.kind), number))
            case "local", (name,):
                return self.build.load(self.variables[name], typ=type_of(expr.kind))
            case "field" | "index", _:
                return self.build.load(self.pointer(expr)[0], typ=type_of(expr.kind), align=8)
            case "len", (array,):
                return self.pointer(array)[1]
            case "item", (whole, index):
                return self.build.extract_value(self.value(whole), index)
            case "tuple", parts:
                made = ir.Constant(type_of(expr.kind), ir.Undefined)
                for index, part in enumerate(parts):
                    made = self.build.insert_value(made, self.value(part), index)
                return made
            case "cast", (before,):
                return self.cast(self.value(before), before.kind, expr.kind)
            case "call", (rule, *given):
                arguments = [part for value in given for part in self.argument(value)]
                return self.build.call(self.declared[rule.name], arguments)
            case "if", (test, then, otherwise):
                return self.choose(self.value(test), lambda: self.value(then), lambda: self.value(otherwise))
            case "and" | "or", (first, *rest):
                later = Expr(expr.op, BOOL, tuple(rest)) if len(rest) > 1 else rest[0]
                others = (lambda: self.value(later)), (lambda: I1(expr.op == "or"))
                return self.choose(self.value(first), *(others if expr.op == "and" else reversed(others)))
            case "max" | "min", parts:
                left, right = map(self.value, parts)
                compare = self.build.fcmp_ordered if expr.kind == REAL else self.build.icmp_signed
                return self.build.select(compare(">" if expr.op == "max" else "<", right, left), right, left)
        return self.operation(expr, *map(self.value, expr.args))

    def argument(self, expr: Expr) -> list[Any]:
        if isinstance(expr.kind, (Array, Record)):
            return [part for part in self.pointer(expr) if part is not None]
        return [self.value(expr)]

    def cast(self, value: Any, old: Kind, new: Kind) -> Any:
        if new == REAL:
            return self.build.sitofp(value, DOUBLE) if old == INT else self.build.uitofp(value, DOUBLE)
        if old == REAL:  # beyond 64 bits the nearest number, on every processor
            return self.build.call(self.external("llvm.fptosi.sat.i64.f64", I64, DOUBLE), [value])
        return self.build.zext(value, I64) if old == BOOL else value

    def choose(self, test: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
        incoming = []
        with self.build.if_else(test) as (yes, no):
            for where, value in ((yes, then), (no, otherwise)):
                with where:
                    incoming.append((value(), self.build.block))
        phi = self.build.phi(incoming[0][0].type)
        for value, block in incoming:
            phi.add_incoming(value, block)
        return phi

    def operation(self, expr: Expr, first: Any, second: Any = None) -> Any:
        kind, build = expr.args[0].kind, self.build
        match expr.op:
            case "not":
                return build.not_(first)
            case "neg":
                return build.fneg(first) if kind == REAL else build.neg(first)
            case "/":
                if not (expr.args[1].op == "const" and expr.args[1].args[0]):
                    self.note_fault(build.fcmp_ordered("==", second, DOUBLE(0.0)), expr.site)
                return build.fdiv(first, second)
            case ">>":
                return build.ashr(first, second) if kind == INT else build.lshr(first, second)
            case sign if sign in SIGNS:
                return getattr(build, ("f" if kind == REAL else "") + SIGNS[sign])(first, second)
            case "high_product":
                product = build.mul(build.zext(first, WIDE), build.zext(second, WIDE))
                return build.trunc(build.lshr(product, WIDE(64)), I64)
            case "high_word":
                return build.ashr(build.bitcast(first, I64), I64(32))
            case "times_power":
                return build.bitcast(build.add(build.bitcast(first, I64), build.shl(second, I64(52))), DOUBLE)
            case name if name in INTRINSICS:
                made = build.call(self.external(INTRINSICS[name], DOUBLE, DOUBLE), [first])
                return self.cast(made, REAL, INT) if name == "round" else made
        if kind == REAL:
            return (build.fcmp_unordered if expr.op == "!=" else build.fcmp_ordered)(expr.op, first, second)
        return (build.icmp_unsigned if kind in (WORD, BOOL) else build.icmp_signed)(expr.op, first, second)


def _plain(kind: Any, number: Any) -> Any:
    return float(number) if kind is DOUBLE else int(number)
