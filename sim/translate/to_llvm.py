"""The typed form printed as LLVM's intermediate code.

Every operation rounds by itself, as in Python: no fast-math, no contraction. Whole numbers have 64 bits and wrap. A
division by zero is noted in the global `fault` by the number of its line; every `while`, and every loop of the
kernel itself, then stops, and the caller raises. Records are read and written where NumPy keeps them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from llvmlite import ir

from sim.translate import primitives, subset
from sim.translate.subset import BOOL, INT, NONE, REAL, WORD, Array, Expr, Function, Kind, Program, Record, Tuple

DOUBLE, I64, I1, WIDE, POINTER = ir.DoubleType(), ir.IntType(64), ir.IntType(1), ir.IntType(128), ir.PointerType()
TYPES = {INT: I64, WORD: I64, REAL: DOUBLE, BOOL: I1, NONE: ir.VoidType()}
# What LLVM calls an operation; on reals its name begins with f.
NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "div", "neg": "neg", "not": "not_", "&": "and_", "^": "xor",
         "<<": "shl"}  # fmt: skip
INTRINSICS = {"sqrt": "llvm.sqrt.f64", "abs": "llvm.fabs.f64", "round": "llvm.rint.f64"}
HIGH_PRODUCT = f"{primitives.__name__}.{primitives.high_product.__name__}"


def type_of(kind: Kind) -> Any:
    """Return LLVM's type of a kind; records and arrays are pointers."""
    return ir.LiteralStructType(map(type_of, kind.items)) if isinstance(kind, Tuple) else TYPES.get(str(kind), POINTER)


def size_of(kind: Kind) -> int:
    """Return the bytes that a value, a record, or an array of known lengths takes."""
    if isinstance(kind, Array):
        return math.prod(length or 0 for length in kind.shape) * size_of(kind.item)
    return int(kind.dtype.itemsize) if isinstance(kind, Record) else 8


def print_llvm(program: Program, kernel: Function, *, check_indices: bool = False, has_wide: bool = True) -> str:
    """Print a program; only `kernel` can be called from outside.

    With `check_indices` an index outside its array is a fault as a division by zero is. A processor that `has_wide`
    multiplies two words into 128 bits.
    """
    module = ir.Module("rules")
    fault = ir.GlobalVariable(module, I64, "fault")
    fault.initializer = I64(0)
    declared: dict[str, ir.Function] = {}
    for function in program.functions:
        given = []
        for _, kind in function.parameters:
            given += [POINTER, I64] if subset.has_open_length(kind) else [type_of(kind)]
        made = ir.Function(module, ir.FunctionType(type_of(function.result or NONE), given), function.name)
        made.attributes.add("nounwind")
        made.linkage = "" if function is kernel else "internal"
        declared[function.name] = made
    for function in program.functions:
        if has_wide and function.name == HIGH_PRODUCT:
            build = ir.IRBuilder(declared[function.name].append_basic_block())
            product = build.mul(*(build.zext(word, WIDE) for word in build.function.args))
            build.ret(build.trunc(build.lshr(product, WIDE(64)), I64))
        else:
            _Body(declared, function, function is kernel, check_indices)
    return str(module)


class _Body:
    """Prints one function."""

    def __init__(self, declared: dict[str, ir.Function], function: Function, is_kernel: bool, checks: bool) -> None:
        self.declared, self.is_kernel, self.checks = declared, is_kernel, checks
        self.ir, self.module = declared[function.name], declared[function.name].module
        self.build = ir.IRBuilder(self.ir.append_basic_block("entry"))
        self.variables = {name: self.build.alloca(type_of(kind)) for name, kind in function.locals.items()}
        self.references: dict[str, tuple[Any, Any]] = {}  # a pointer, and a length that is known only when it runs
        self.loops: list[dict[str, Any]] = []  # where `continue` and `break` lead
        given = iter(self.ir.args)
        for name, kind in function.parameters:
            if isinstance(kind, (Array, Record)):
                self.references[name] = next(given), next(given) if subset.has_open_length(kind) else None
            else:
                self.variables[name] = self.build.alloca(type_of(kind))
                self.build.store(next(given), self.variables[name])
        self.build.branch(body := self.build.append_basic_block("body"))
        self.build.position_at_end(body)
        self.block(function.body)
        if not self.build.block.is_terminated:
            self.build.ret_void() if function.result == NONE else self.build.unreachable()

    def call(self, name: str, result: Any, *given: Any) -> Any:
        """A call of one of LLVM's own functions."""
        kind = ir.FunctionType(result, [part.type for part in given])
        return self.build.call(self.module.globals.get(name) or ir.Function(self.module, kind, name), given)

    # Statements

    def block(self, statements: Sequence[tuple[Any, ...]]) -> None:
        for statement in statements:
            match statement:
                case ("set", places, value):
                    self.unpack(places, value)
                case ("bind", name, value):
                    self.references[name] = self.pointer(value)
                case ("do", call):
                    self.value(call)
                case ("return", value):
                    self.build.ret(self.value(value)) if value else self.build.ret_void()
                case ("if", test, then, otherwise):
                    self.choose(self.value(test), partial(self.block, then), partial(self.block, otherwise))
                case ("while", test, body, is_counted):
                    self.loop(test, body, stops=self.is_kernel or not is_counted)
                case (word,):
                    self.build.branch(self.loops[-1][word])

    def unpack(self, places: Sequence[Expr | None], value: Expr) -> None:
        """Set places; all values are worked out before any is stored."""
        parts = [self.value(part) for part in (value.args if value.op == "tuple" else [value])]
        if isinstance(value.kind, Tuple) and value.op != "tuple":
            parts = [self.build.extract_value(parts[0], index) for index in range(len(places))]
        for place, part in zip(places, parts, strict=True):
            if place is not None:
                self.store(place, part)

    def store(self, place: Expr, value: Any) -> None:
        if isinstance(place.kind, Record):
            self.call("llvm.memcpy.p0.p0.i64", TYPES[NONE], self.value(place), value, I64(size_of(place.kind)), I1(0))
        elif place.op == "local":
            self.build.store(value, self.variables[place.args[0]])
        else:
            self.build.store(value, self.pointer(place)[0], align=8)

    def loop(self, test: Expr, body: Any, *, stops: bool) -> None:
        head, inside, end = (self.ir.append_basic_block(name) for name in ("head", "inside", "end"))
        self.build.branch(head)
        self.build.position_at_end(head)
        goes_on = self.value(test)
        self.build.cbranch(self.unless_fault(goes_on) if stops else goes_on, inside, end)
        self.build.position_at_end(inside)
        self.loops.append({"continue": head, "break": end})
        self.block(body)
        self.loops.pop()
        if not self.build.block.is_terminated:
            self.build.branch(head)
        self.build.position_at_end(end)

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
        return self.build.gep(pointer, [size], inbounds=True, source_etype=ir.IntType(8))

    def pointer(self, expr: Expr) -> tuple[Any, Any]:
        """Where a place or reference lies, and its length where that is known only now."""
        match expr.op:
            case "local":
                return self.references[expr.args[0]]
            case "const":
                return self.table(expr), None
            case "list":
                with self.build.goto_entry_block():  # room on the stack is taken once
                    room = self.build.alloca(ir.ArrayType(type_of(expr.args[0].kind), len(expr.args)))
                room.type = POINTER  # llvmlite gives it another type
                for number, item in enumerate(expr.args):
                    self.build.store(self.value(item), self.offset(room, I64(8 * number)))
                return room, None
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
            made.initializer = made.value_type(list(map(item, numbers)))
            made.global_constant, made.linkage = True, "internal"
        return self.module.get_global(name)

    # Values

    def value(self, expr: Expr) -> Any:
        if isinstance(expr.kind, (Array, Record)):
            return self.pointer(expr)[0]
        match expr.op, expr.args:
            case "const", (number,):
                return type_of(expr.kind)(number)
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
            case "call", (rule, *given):
                arguments = [part for value in given for part in self.argument(value)]
                return self.build.call(self.declared[rule.name], arguments)
            case "host", (name, *_):
                raise subset.NotInSubset(f"machine code has no page around it that provides {name}: drop its calls")
            case "if", (test, then, otherwise):
                return self.choose(self.value(test), partial(self.value, then), partial(self.value, otherwise))
        return self.operation(expr, *map(self.value, expr.args))

    def argument(self, expr: Expr) -> list[Any]:
        return list(self.pointer(expr)) if subset.has_open_length(expr.kind) else [self.value(expr)]

    def choose(self, test: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
        """Do one of two things, or work out one of two values."""
        incoming = []
        with self.build.if_else(test) as sides:
            for side, way in zip(sides, (then, otherwise), strict=True):
                with side:
                    incoming.append((way(), self.build.block))
        if incoming[0][0] is None:
            return None
        phi = self.build.phi(incoming[0][0].type)
        for value, block in incoming:
            phi.add_incoming(value, block)
        return phi

    def operation(self, expr: Expr, first: Any, second: Any = None) -> Any:
        kind, build = expr.args[0].kind, self.build
        match expr.op:
            case "cast":
                return self.cast(first, kind, expr.kind)
            case "max" | "min":
                return build.select(self.compare(">" if expr.op == "max" else "<", kind, second, first), second, first)
            case "high_word":
                return build.ashr(build.bitcast(first, I64), I64(32))
            case "low_word":
                return build.sext(build.trunc(build.bitcast(first, I64), ir.IntType(32)), I64)
            case "times_power":
                return build.bitcast(build.add(build.bitcast(first, I64), build.shl(second, I64(52))), DOUBLE)
            case ">>":
                return build.ashr(first, second) if kind == INT else build.lshr(first, second)
            case "/" if not (expr.args[1].op == "const" and expr.args[1].args[0]):
                self.note_fault(self.compare("==", REAL, second, DOUBLE(0.0)), expr.site)
        if expr.op in NAMES:
            operation = getattr(build, ("f" if kind == REAL else "") + NAMES[expr.op])
            return operation(first) if second is None else operation(first, second)
        if expr.op in INTRINSICS:
            result = self.call(INTRINSICS[expr.op], DOUBLE, first)
            return self.cast(result, REAL, INT) if expr.op == "round" else result
        return self.compare(expr.op, kind, first, second)

    def cast(self, value: Any, old: Kind, new: Kind) -> Any:
        if new == REAL:
            return self.build.sitofp(value, DOUBLE) if old == INT else self.build.uitofp(value, DOUBLE)
        if old == REAL:  # beyond 64 bits the nearest number, on every processor
            return self.call("llvm.fptosi.sat.i64.f64", I64, value)
        return self.build.zext(value, I64) if old == BOOL else value

    def compare(self, sign: str, kind: Kind, first: Any, second: Any) -> Any:
        if kind == REAL:
            return (self.build.fcmp_unordered if sign == "!=" else self.build.fcmp_ordered)(sign, first, second)
        return (self.build.icmp_signed if kind == INT else self.build.icmp_unsigned)(sign, first, second)
