"""Rules are read here: a small, typed subset of Python becomes a typed form that the printers can print.

A value is a whole number of 64 bits (INT), a real of 64 bits (REAL), a truth (BOOL), an unsigned word (WORD), or a
tuple of these; a reference leads to a record (a NumPy struct) or to an array. The kinds of a kernel's arguments come
from the arrays that it is called with, those of fields from the record's dtype, those of a rule's own arguments from
its annotations. What is not in the subset is refused with its file, its line, the rules that led to it, and what to
write instead; nothing is guessed. docs/subset.md has the subset on one page.
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import math
import operator
import sys
import types
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from sim.errors import StraitError
from sim.translate import primitives

INT, REAL, BOOL, WORD, NONE = "int", "float", "bool", "uint64", "None"
NUMBERS = (BOOL, INT, REAL)  # where two of these meet, the later one wins


@dataclass(frozen=True)
class Tuple:
    """The kind of several values that a rule gives back together."""

    items: tuple[Kind, ...]

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


@dataclass(frozen=True)
class Record:
    """The kind of a record, known by its dtype."""

    dtype: np.dtype[Any]

    def field(self, name: str) -> Kind:
        """Return the kind of a field."""
        return kind_of_dtype(self.dtype[name])


@dataclass(frozen=True)
class Array:
    """The kind of an array of numbers or records; a first length of None is known only when the code runs."""

    item: Kind
    shape: tuple[int | None, ...]

    def element(self) -> Kind:
        """Return the kind of what an index leads to."""
        return Array(self.item, self.shape[1:]) if len(self.shape) > 1 else self.item


Kind = str | Tuple | Record | Array


@dataclass(frozen=True, eq=False)
class Expr:
    """An expression: an operation, the kind of its value, its parts. `site` is the number of its line, for faults.

    Operations: const local field index item list tuple neg not cast if max min len call host, the signs of arithmetic
    and comparison, and the names of `OPERATIONS`. A tuple stands only in `set` and `return`.
    """

    op: str
    kind: Kind
    args: tuple[Any, ...] = ()
    site: int = 0


Statement = tuple[Any, ...]
"""("set", places, value) ("bind", name, reference) ("do", call) ("return", value) ("if", test, then, otherwise)
("while", test, body, is_counted) ("break",) ("continue",). A tuple is set to several places, and to none where a place
is None. A `while` that is counted is a `for`, which surely ends."""


@dataclass
class Function:
    """A rule read for certain kinds of arguments."""

    name: str
    parameters: list[tuple[str, Kind]]
    result: Kind | None
    locals: dict[str, Kind] = field(default_factory=dict)
    body: list[Statement] = field(default_factory=list)


class NotInSubset(StraitError):
    """A rule holds something that cannot be translated; the text says where, and what to write instead."""


OPERATIONS: dict[Callable[..., Any], tuple[str, tuple[Kind, ...], Kind]] = {
    math.sqrt: ("sqrt", (REAL,), REAL),
    abs: ("abs", (REAL,), REAL),
    round: ("round", (REAL,), INT),
    primitives.high_word: ("high_word", (REAL,), INT),
    primitives.low_word: ("low_word", (REAL,), INT),
    primitives.times_power: ("times_power", (REAL, INT), REAL),
}
PYTHON = {bool: BOOL, np.bool_: BOOL, np.uint64: WORD, int: INT, np.integer: INT, float: REAL}
CASTS: dict[Any, Kind] = {bool: BOOL, int: INT, float: REAL, np.uint64: WORD}
PLAIN: dict[Any, Callable[[Any], Any]] = {kind: plain for plain, kind in CASTS.items()}
BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.BitAnd: "&", ast.BitXor: "^",
          ast.RShift: ">>", ast.LShift: "<<"}  # fmt: skip
COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
FOLDED = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Pow: operator.pow}
ANNOTATED = {"int": INT, "float": REAL, "bool": BOOL, "None": NONE}
INSTEAD = {
    "Try": "a rule raises and catches nothing; test before",
    "Raise": "a rule raises nothing; check the input where it is read",
    "Assert": "a rule checks nothing; write a test",
    "With": "a rule opens nothing",
    "Import ImportFrom": "import at the top of the module",
    "FunctionDef": "write the inner function at the top of the module",
    "ClassDef": "write the class at the top of the module",
    "Lambda": "write a function at the top of the module",
    "ListComp SetComp DictComp GeneratorExp": "write a loop: for index in range(limit)",
    "Dict Set": "write numbers into fields of the record",
    "JoinedStr": "a rule has no text; write numbers",
    "NamedExpr": "assign on a line of its own",
    "Starred": "name each argument",
    "Slice": "write an index, one at a time",
    "AnnAssign": "assign without an annotation; the value says its kind",
    "Delete": "leave the variable alone",
    "Global Nonlocal": "write into a field of the record",
    "Yield": "return the values together",
    "Await": "a rule waits for nothing",
    "Match": "write if and elif",
}


def kind_of_dtype(dtype: np.dtype[Any]) -> Kind:
    """Return the kind of a field or an element; only 64-bit numbers, and records and arrays of them, have one.

    >>> kind_of_dtype(np.dtype(("f8", (2,))))
    Array(item='float', shape=(2,))
    """
    if dtype.shape:
        return Array(kind_of_dtype(dtype.base), dtype.shape)
    kinds = {"i8": INT, "f8": REAL, "u8": WORD}
    if dtype.names is None and dtype.str[1:] not in kinds:
        raise NotInSubset(f"a field or an element is a number of 64 bits, not {dtype}: use float64 or int64")
    return Record(dtype) if dtype.names else kinds[dtype.str[1:]]


def kind_of_value(value: Any) -> Kind | None:
    """Return the kind of a Python number, or of an argument of a kernel; None if it has none."""
    if isinstance(value, np.ndarray):
        return Array(kind_of_dtype(value.dtype), (None, *value.shape[1:]))
    return next((kind for kind_of_python, kind in PYTHON.items() if isinstance(value, kind_of_python)), None)


def has_open_length(kind: Kind) -> bool:
    """Return whether an array's length comes with it as an argument."""
    return isinstance(kind, Array) and kind.shape[0] is None


def _functions_of(path: str) -> dict[int, ast.FunctionDef]:
    """The functions of a file as it is now, by the line on which their code object says that they begin."""
    linecache.checkcache(path)
    return _functions_in("".join(linecache.getlines(path)))


@functools.lru_cache(maxsize=512)
def _functions_in(text: str) -> dict[int, ast.FunctionDef]:
    tree = ast.parse(text)
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]): node for node in functions}


class Program:
    """The functions that a kernel needs, each after those that it calls.

    Attributes
    ----------
    sites
        Where a fault may arise, and which, as file:line and text; expressions hold their index.
    dropped
        Functions whose calls are left out, as those that note events are in a batch. So is an `if` that holds nothing
        else.
    hosted
        Functions that the page around the rules provides, and their names there. They get the numbers, not the records.

    Examples
    --------
    >>> program = Program()
    >>> program.read(math.hypot, ())
    Traceback (most recent call last):
    sim.translate.subset.NotInSubset: hypot is no rule: only Python functions can be translated
    """

    def __init__(
        self, dropped: Iterable[Callable[..., Any]] = (), hosted: Mapping[Callable[..., Any], str] | None = None
    ) -> None:
        """Begin a program that holds nothing."""
        self.functions: list[Function] = []
        self.sites = ["?"]
        self.dropped, self.hosted = frozenset(dropped), dict(hosted or {})
        self._read: dict[Any, tuple[Function | None, Any]] = {}

    def read(self, rule: Callable[..., Any], kinds: tuple[Kind, ...]) -> Function:
        """Read a function, or a method of an agent, for these kinds of arguments, and all that it calls.

        Raises NotInSubset.
        """
        rule = getattr(rule, "translated_as", rule)
        owner, rule = getattr(rule, "__self__", None), getattr(rule, "__func__", rule)
        if owner is not None and hasattr(rule, "__wrapped__"):  # an agent's method that is the actor's own rule
            owner, rule = None, rule.__wrapped__
        if not isinstance(rule, types.FunctionType):
            raise NotInSubset(f"{getattr(rule, '__name__', rule)} is no rule: only Python functions can be translated")
        key = (rule.__code__, id(rule.__globals__), tuple(map(id, rule.__closure__ or ())), id(owner), kinds)
        if key not in self._read:
            self._read[key] = None, rule
            function = _Reader(self, rule, owner, kinds).read()
            if any(function.name == other.name for other in self.functions):
                function.name += f"_{len(self.functions)}"
            self.functions.append(function)
            self._read[key] = function, (rule, owner)  # what is kept alive keeps its id
        known = self._read[key][0]
        if known is None:
            raise NotInSubset(f"{rule.__qualname__} calls itself: write a loop")
        return known


class _Reader:
    """Reads one function for given kinds of arguments."""

    def __init__(self, program: Program, rule: types.FunctionType, owner: Any, kinds: Sequence[Kind]) -> None:
        self.program, self.rule, self.owner = program, rule, owner
        self.path = rule.__code__.co_filename
        node = _functions_of(self.path).get(rule.__code__.co_firstlineno)
        if node is None or node.name != rule.__name__:
            where = f"{self.path}:{rule.__code__.co_firstlineno}"
            raise NotInSubset(f"{where}: {rule.__name__} is not there: load the file again, and write it with def")
        self.node = node
        rules: Iterable[str] = getattr(owner, "rules", ())
        self.plays = [name for name in rules if getattr(type(owner), name) is rule]  # an agent's choices
        arguments = node.args.args[owner is not None :]
        names = inspect.getclosurevars(rule)
        self.outside: dict[str, Any] = {**names.builtins, **names.globals, **names.nonlocals}
        if owner is not None:
            self.outside[node.args.args[0].arg] = owner
        if node.args.vararg or node.args.kwonlyargs or node.args.kwarg or len(arguments) != len(kinds):
            self.refuse(node, f"{node.name} takes {len(arguments)} plain arguments, and {len(kinds)} are given")
        parameters = []
        for argument, given in zip(arguments, kinds, strict=True):
            wanted = self.annotated(argument.annotation) or given
            if not widens(given, wanted):
                self.refuse(argument, f"{argument.arg} is {wanted}, and {given} is given")
            parameters.append((argument.arg, wanted))
        self.out = Function(f"{rule.__module__}.{node.name}", parameters, self.annotated(node.returns))
        self.kinds = dict(parameters)
        self.references: dict[str, Kind] = {}
        self.assigned = {name for name, _ in parameters}  # what has a value wherever the reader stands

    def annotated(self, node: ast.expr | None) -> Kind | None:
        """The kind that an annotation names; None for one that names a record or an array, whose dtype says more."""
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "tuple" and isinstance(node.slice, ast.Tuple):
            return Tuple(tuple(self.annotated(item) or NONE for item in node.slice.elts))
        return ANNOTATED.get(ast.unparse(node)) if node is not None else None

    def read(self) -> Function:
        goes_on = self.block(self.node.body, self.out.body)
        if goes_on and self.out.result not in (None, NONE):
            self.refuse(self.node, f"{self.node.name} may end without a result: return one on every path")
        self.out.result = self.out.result or NONE
        self.out.locals = {name: kind for name, kind in self.kinds.items() if name not in dict(self.out.parameters)}
        return self.out

    def refuse(self, node: Any, why: str) -> NoReturn:
        raise NotInSubset(f"{self.path}:{node.lineno}: {why}\n    {ast.unparse(node).splitlines()[0]}")

    def unlisted(self, node: Any) -> NoReturn:
        name = type(node).__name__
        advice = [text for names, text in INSTEAD.items() if name in names.split()] or ["docs/subset.md says what is"]
        self.refuse(node, f"{name} is not in the subset: {advice[0]}")

    def site(self, node: ast.expr, why: str) -> int:
        self.program.sites.append(f"{self.path}:{node.lineno}: {why}: {ast.unparse(node)}")
        return len(self.program.sites) - 1

    # Statements: each method says, by False, that nothing after it is reached.

    def block(self, nodes: Sequence[ast.stmt], out: list[Statement]) -> bool:
        for node in nodes:
            read = getattr(self, "read_" + type(node).__name__, None) or self.unlisted(node)
            if read(node, out) is False:
                return False
        return True

    def branch(self, nodes: Sequence[ast.stmt], before: set[str]) -> tuple[list[Statement], set[str] | None]:
        """Statements, and what has a value after them: None where nothing comes after."""
        out: list[Statement] = []
        self.assigned = set(before)
        return out, self.assigned if self.block(nodes, out) else None

    def read_Expr(self, node: ast.Expr, out: list[Statement]) -> None:
        if isinstance(node.value, ast.Call):
            if not self.is_dropped(node):
                out.append(("do", self.expr(node.value, several=True)))
        elif not isinstance(node.value, ast.Constant):
            self.refuse(node, "the value of this expression is lost: assign it, or take it out")

    def read_Pass(self, node: ast.Pass, out: list[Statement]) -> None:
        pass

    def read_Return(self, node: ast.Return, out: list[Statement]) -> bool:
        value = self.expr(node.value, several=True) if node.value else None
        if value and isinstance(value.kind, (Array, Record)):
            self.refuse(node, "a rule gives back numbers: let the caller read the record")
        if self.out.result is None:
            self.out.result = value.kind if value else NONE
        if (value is None) != (self.out.result == NONE):
            self.refuse(node, f"{self.node.name} gives {self.out.result}: return that on every path")
        value = value and self.cast(value, self.out.result, node)
        if value and node.value and self.plays:
            value = self.checked(value, node.value, out)
        out.append(("return", value))
        return False

    def checked(self, value: Expr, node: ast.expr, out: list[Statement]) -> Expr:
        """The value of an agent's choice; NaN, infinity, or a negative value where none may be, is a fault."""
        if value.op == "tuple":
            return _tuple([self.checked(part, node, out) for part in value.args])
        if value.kind != REAL:
            return value
        value, one, none = self.kept(value, out), Expr("const", REAL, (1.0,)), Expr("const", REAL, (0.0,))
        above = any(name in self.owner.not_negative for name in self.plays)
        most = Expr("const", REAL, (sys.float_info.max,))
        least = none if above else Expr("const", REAL, (-sys.float_info.max,))
        below = Expr("if", REAL, (Expr("<=", BOOL, (value, most)), one, none))
        sound = Expr("if", REAL, (Expr(">=", BOOL, (value, least)), below, none))
        why = f"{self.plays[0]} must give a finite number{' of 0 or more' if above else ''}"
        out.append(("set", [None], Expr("/", REAL, (one, sound), self.site(node, why))))
        return value

    def read_Break(self, node: ast.Break | ast.Continue, out: list[Statement]) -> bool:
        out.append((type(node).__name__.lower(),))
        return False

    read_Continue = read_Break

    def is_dropped(self, node: ast.stmt) -> bool:
        call = node.value if isinstance(node, ast.Expr) else None
        return isinstance(call, ast.Call) and self.known(call.func) in self.program.dropped

    def read_If(self, node: ast.If, out: list[Statement]) -> bool:
        if not node.orelse and all(map(self.is_dropped, node.body)):
            return True
        test, before = self.test(node.test), self.assigned
        then, after_then = self.branch(node.body, before)
        otherwise, after_otherwise = self.branch(node.orelse, before)
        out.append(("if", test, then, otherwise))
        reached = [after for after in (after_then, after_otherwise) if after is not None]
        self.assigned = set.intersection(*reached) if reached else before
        return bool(reached)

    def read_While(self, node: ast.While, out: list[Statement]) -> None:
        if node.orelse:
            self.refuse(node, "a loop has no else: set a variable in the loop and test it afterwards")
        test, before = self.test(node.test), self.assigned
        # A loop may wait for what never comes, as where a rate is infinite. After many rounds it is a fault.
        one, left = Expr("const", REAL, (1.0,)), self.kept(Expr("const", REAL, (1e5,)), out)
        fault = Expr("/", REAL, (one, left), self.site(node.test, "the loop goes on for 100,000 rounds"))
        begin = [("set", [left], Expr("-", REAL, (left, one))), ("set", [None], fault)]
        out.append(("while", test, begin + self.branch(node.body, before)[0], False))
        self.assigned = before

    def read_For(self, node: ast.For, out: list[Statement]) -> None:
        match node:
            case ast.For(ast.Name(name), ast.Call(function, [limit]), orelse=[]) if self.known(function) is range:
                before = self.assigned
            case _:
                self.refuse(node, "a loop is written `for name in range(limit)`, without else")
        if self.kinds.setdefault(name, INT) != INT or name in self.references:
            self.refuse(node, f"{name} is something else before: take another name")
        # The count has a variable of its own: a body that sets the name changes no count.
        stop, count = self.kept(self.cast(self.expr(limit), INT, node), out), self.kept(_whole(0), out)
        body, _ = self.branch(node.body, before | {name})
        begin = [("set", [Expr("local", INT, (name,))], count), ("set", [count], Expr("+", INT, (count, _whole(1))))]
        out.append(("while", Expr("<", BOOL, (count, stop)), begin + body, True))
        self.assigned = before

    def kept(self, value: Expr, out: list[Statement]) -> Expr:
        """A variable of the reader's own that keeps a value."""
        variable = Expr("local", value.kind, (f"$kept{len(self.kinds)}",))
        self.kinds[variable.args[0]] = value.kind
        out.append(("set", [variable], value))
        return variable

    def read_AugAssign(self, node: ast.AugAssign, out: list[Statement]) -> None:
        moves = any(isinstance(part, ast.Subscript) and not isinstance(part.slice, (ast.Name, ast.Constant))
                    for part in ast.walk(node.target))  # fmt: skip
        if _has_call(node.target) or (moves and _has_call(node.value)):
            self.refuse(node, "a call stands in what is both read and written: assign it to a variable before")
        value = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
        self.read_Assign(ast.copy_location(ast.Assign([node.target], value), node), out)

    def read_Assign(self, node: ast.Assign, out: list[Statement]) -> None:
        value = self.expr(node.value, several=True)
        if len(node.targets) > 1 and value.kind in (*NUMBERS, WORD):  # it is worked out once
            value = self.kept(value, out)
        for target in node.targets:
            if isinstance(target, ast.Name) and isinstance(value.kind, (Array, Record)):
                if target.id in self.kinds or target.id in self.references:
                    self.refuse(node, f"{target.id} is something else before: take another name")
                self.references[target.id] = value.kind
                self.assigned.add(target.id)
                out.append(("bind", target.id, value))
                continue
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            kinds = value.kind.items if isinstance(value.kind, Tuple) and parts != [target] else (value.kind,)
            if len(parts) != len(kinds):
                self.refuse(node, f"{len(parts)} names on the left, {len(kinds)} values on the right")
            places = [self.place(part, kind) for part, kind in zip(parts, kinds, strict=True)]
            wanted = tuple(place.kind if place else kind for place, kind in zip(places, kinds, strict=True))
            out.append(("set", places, self.cast(value, wanted[0] if parts == [target] else Tuple(wanted), node)))

    def place(self, node: ast.expr, kind: Kind) -> Expr | None:
        """What can be stored to: a variable, a field, or an element; None for `_`."""
        if isinstance(node, ast.Name):
            if node.id in self.references or kind not in (*NUMBERS, WORD):
                self.refuse(node, f"{node.id} cannot hold {kind}: give each value a name, `a, b = rule(x)`")
            if node.id == "_":
                return None
            self.assigned.add(node.id)
            return Expr("local", self.kinds.setdefault(node.id, kind), (node.id,))
        if isinstance(node, ast.Attribute) and self.known(node.value) is self.owner is not None:
            self.refuse(node, "an agent keeps nothing of its own in compiled rules: use sim.StraitModel for that")
        place = self.expr(node)
        if place.op not in ("field", "index") or isinstance(place.kind, Array):
            self.refuse(node, "nothing can be stored here")
        return place

    # Expressions

    def cast(self, value: Expr, kind: Kind, node: Any) -> Expr:
        if value.op == "tuple" and isinstance(kind, Tuple) and len(value.args) == len(kind.items):
            parts = zip(value.args, kind.items, strict=True)
            return _tuple([self.cast(part, wanted, node) for part, wanted in parts])
        if not widens(value.kind, kind):
            self.refuse(node, f"{kind} is wanted and {value.kind} is given: convert it by float() or int(), or compare")
        return _cast(value, kind)

    def test(self, node: ast.expr) -> Expr:
        value = self.expr(node)
        if value.kind != BOOL:
            self.refuse(node, f"a condition is a comparison, not {value.kind}: write for example `> 0`")
        return value

    def known(self, node: ast.expr) -> Any:
        """The Python object that a name of the module, or an attribute of one, stands for; NotInSubset if none."""
        if isinstance(node, ast.Name) and node.id not in self.kinds and node.id not in self.references:
            return self.outside.get(node.id, NotInSubset)
        if isinstance(node, ast.Attribute):
            if self.owner is not None and ast.unparse(node.value) == "super()":
                return getattr(super(self.outside["__class__"], self.owner), node.attr, NotInSubset)
            owner = self.known(node.value)
            return getattr(owner, node.attr, NotInSubset) if owner is not NotInSubset else NotInSubset
        return NotInSubset

    def constant(self, value: Any, node: ast.expr) -> Expr:
        if isinstance(value, int) and not -(2**63) <= value < 2**63 and not isinstance(value, np.integer):
            self.refuse(node, "a whole number has 64 bits: this one is beyond them")
        if isinstance(value, (tuple, np.ndarray)) and len(value) and np.ndim(value) == 1:
            item = kind_of_value(value[0])
            if item is not None and all(kind_of_value(element) == item for element in value):
                return Expr("const", Array(item, (len(value),)), (tuple(map(PLAIN[item], value)),))
        kind = None if isinstance(value, np.ndarray) else kind_of_value(value)
        if kind is None:
            what = "nothing" if value is NotInSubset else type(value).__name__
            self.refuse(node, f"a number is wanted here, and {ast.unparse(node)} is {what}")
        return Expr("const", kind, (PLAIN[kind](value),))

    def expr(self, node: ast.expr, *, several: bool = False) -> Expr:
        read = getattr(self, "expr_" + type(node).__name__, None) or self.unlisted(node)
        try:
            value: Expr = read(node)
        except (ArithmeticError, ValueError) as error:  # of an operation on constants
            self.refuse(node, f"this has no value in Python either ({error})")
        if not several and (isinstance(value.kind, Tuple) or value.kind == NONE):
            self.refuse(node, f"{value.kind} stands where one value is wanted: write `a, b = rule(x)`, or if and else")
        if not several and value.op == "list":
            self.refuse(node, "a list has no name here: assign it to one before")
        return value

    def expr_Constant(self, node: ast.Constant) -> Expr:
        return self.constant(node.value, node)

    def expr_Name(self, node: ast.Name) -> Expr:
        kind = self.references.get(node.id) or self.kinds.get(node.id)
        if node.id == "_":
            self.refuse(node, "_ is for what nobody reads: give it a name")
        if kind is None:
            return self.constant(self.known(node), node)
        if node.id not in self.assigned:
            self.refuse(node, f"{node.id} may have no value here: assign it on every path before")
        return Expr("local", kind, (node.id,))

    def expr_Attribute(self, node: ast.Attribute) -> Expr:
        value = self.known(node)
        if value is not NotInSubset:
            return self.constant(value, node)
        owner = self.expr(node.value)
        if not isinstance(owner.kind, Record) or node.attr not in (owner.kind.dtype.names or ()):
            self.refuse(node, f"there is no field {node.attr}")
        return Expr("field", owner.kind.field(node.attr), (owner, node.attr))

    def expr_Subscript(self, node: ast.Subscript) -> Expr:
        value = self.expr(node.value, several=isinstance(node.value, ast.Call))
        for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            index = self.cast(self.expr(part), INT, node)
            if isinstance(value.kind, Tuple) and index.op == "const":
                value = Expr("item", value.kind.items[index.args[0]], (value, index.args[0]))
            elif isinstance(value.kind, Array):
                length = value.kind.shape[0]
                if index.op == "const" and not 0 <= index.args[0] < (2**63 if length is None else length):
                    self.refuse(node, f"the index {index.args[0]} is outside: count from 0 at the beginning")
                value = Expr("index", value.kind.element(), (value, index), self.site(node, "the index is outside"))
            else:
                self.refuse(node, f"{value.kind} has no index; of a tuple only a number that is written out")
        return value

    def expr_BinOp(self, node: ast.BinOp) -> Expr:
        left, right, sign = self.expr(node.left), self.expr(node.right), BINARY.get(type(node.op))
        numbers = {left.kind, right.kind} <= {*NUMBERS} and not left.kind == right.kind == BOOL
        if numbers and left.op == right.op == "const" and type(node.op) in FOLDED:
            return self.constant(FOLDED[type(node.op)](left.args[0], right.args[0]), node)
        if sign is None:
            name = type(node.op).__name__
            self.refuse(node, f"{name} is not in the subset: use + - * /, or exp and log of sim.model.elementary")
        if sign in ("&", "^", ">>", "<<") or WORD in (left.kind, right.kind):
            if left.kind != right.kind or left.kind not in (WORD, INT) or sign == "/":
                self.refuse(node, f"{left.kind} {sign} {right.kind}: convert one of them first")
            if sign in ("<<", ">>") and right.op == "const" and not 0 <= right.args[0] < 64:
                self.refuse(node, "a shift is by 0 to 63 bits")
            return Expr(sign, left.kind, (left, right))
        if not numbers:
            self.refuse(node, f"{left.kind} {sign} {right.kind}: numbers are wanted")
        kind = REAL if sign == "/" else _wider(left.kind, right.kind)
        site = self.site(node, "division by zero") if sign == "/" else 0
        return Expr(sign, kind, (self.cast(left, kind, node), self.cast(right, kind, node)), site)

    def expr_UnaryOp(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not):
            return Expr("not", BOOL, (self.test(node.operand),))
        value = self.expr(node.operand)
        if not isinstance(node.op, ast.USub) or value.kind not in (INT, REAL):
            self.refuse(node, f"{type(node.op).__name__} of {value.kind} is not in the subset")
        return self.constant(-value.args[0], node) if value.op == "const" else Expr("neg", value.kind, (value,))

    def expr_BoolOp(self, node: ast.BoolOp) -> Expr:
        return _joined(list(map(self.test, node.values)), stop=isinstance(node.op, ast.Or))

    def expr_Compare(self, node: ast.Compare) -> Expr:
        if any(map(_has_call, node.comparators[:-1])):
            self.refuse(node, "a call stands in the middle of a chain: assign it to a variable before")
        sides = [self.expr(side) for side in [node.left, *node.comparators]]
        pairs = []
        for left, sign, right in zip(sides, node.ops, sides[1:], strict=False):
            comparable = left.kind == right.kind == WORD or {left.kind, right.kind} <= {*NUMBERS}
            if type(sign) not in COMPARE or not comparable:
                pair = f"{left.kind} {type(sign).__name__} {right.kind}"
                self.refuse(node, f"{pair} is not in the subset: compare numbers")
            kind = _wider(left.kind, right.kind)
            pairs.append(Expr(COMPARE[type(sign)], BOOL, (_cast(left, kind), _cast(right, kind))))
        return _joined(pairs, stop=False)

    def expr_IfExp(self, node: ast.IfExp) -> Expr:
        test, then, otherwise = self.test(node.test), self.expr(node.body), self.expr(node.orelse)
        if then.kind not in (*NUMBERS, WORD):
            self.refuse(node, f"a choice is between numbers, not {then.kind}: write if and else")
        if then.kind != otherwise.kind:  # Python would keep a whole number whole
            self.refuse(node, f"one side is {then.kind}, the other {otherwise.kind}: write both alike, 1.0 for 1")
        return Expr("if", then.kind, (test, then, otherwise))

    def expr_List(self, node: ast.List) -> Expr:
        items = tuple(map(self.expr, node.elts))
        if {item.kind for item in items} not in ({INT}, {REAL}):
            self.refuse(node, "a list holds numbers of one kind, and one at least")
        return Expr("list", Array(items[0].kind, (len(items),)), items)

    def expr_Tuple(self, node: ast.Tuple) -> Expr:
        return _tuple([self.expr(item) for item in node.elts])

    def expr_Call(self, node: ast.Call) -> Expr:
        function = self.known(node.func)
        if node.keywords:
            self.refuse(node, "arguments are given by position")
        if function in (math.exp, math.log):
            self.refuse(node, "its last bits differ between systems: use exp and log of sim.model.elementary")
        if function is NotInSubset or not isinstance(function, Hashable):
            self.refuse(node, f"there is no rule {ast.unparse(node.func)}")
        args = [self.expr(arg, several=not isinstance(function, types.FunctionType)) for arg in node.args]
        kinds = tuple(arg.kind for arg in args)
        if function in self.program.hosted:
            numbers = [_cast(arg, REAL) for arg in args if arg.kind in NUMBERS]
            return Expr("host", NONE, (self.program.hosted[function], *numbers))
        if function in CASTS and len(args) == 1 and kinds[0] in (*NUMBERS, WORD):
            if function is bool and kinds[0] != BOOL:
                self.refuse(node, "bool() of a number: write the comparison")
            return _cast(args[0], CASTS[function])
        if function is len and len(args) == 1 and isinstance(kinds[0], Array):
            length = kinds[0].shape[0]
            return Expr("len", INT, tuple(args)) if length is None else _whole(length)
        if function in (max, min) and len(args) == 2:
            if kinds not in ((INT, INT), (REAL, REAL)):
                self.refuse(node, f"{function.__name__} of {kinds[0]} and {kinds[1]}: write both alike, 1.0 for 1")
            return Expr(function.__name__, kinds[0], tuple(args))
        if function in OPERATIONS:
            name, wanted, result = OPERATIONS[function]
            if len(wanted) != len(args):
                self.refuse(node, f"{name} takes {len(wanted)} arguments")
            return Expr(name, result, tuple(self.cast(arg, kind, node) for arg, kind in zip(args, wanted, strict=True)))
        try:
            rule = self.program.read(function, kinds)  # type: ignore[arg-type]
        except NotInSubset as fault:
            raise NotInSubset(f"{fault}\n  called in {self.path}:{node.lineno}, {self.node.name}") from None
        casts = [self.cast(arg, kind, node) for arg, (_, kind) in zip(args, rule.parameters, strict=True)]
        return Expr("call", rule.result or NONE, (rule, *casts))


def _has_call(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Call) for part in ast.walk(node))


def widens(given: Kind, wanted: Kind) -> bool:
    """Whether a value of one kind may stand for one of another: a truth for 0 or 1, a whole number for a real."""
    return given == wanted or ({given, wanted} <= {*NUMBERS} and _wider(given, wanted) == wanted)


def _wider(left: Kind, right: Kind) -> Kind:
    return left if left == right else max(left, right, key=NUMBERS.index)


def _joined(tests: Sequence[Expr], *, stop: bool) -> Expr:
    """`and`, which stops at the first test that is false, or `or`, which stops at the first that is true."""
    *before, joined = tests
    for test in reversed(before):
        end = Expr("const", BOOL, (stop,))
        joined = Expr("if", BOOL, (test, end, joined) if stop else (test, joined, end))
    return joined


def _whole(number: int) -> Expr:
    return Expr("const", INT, (number,))


def _tuple(parts: Sequence[Expr]) -> Expr:
    return Expr("tuple", Tuple(tuple(part.kind for part in parts)), tuple(parts))


def _cast(value: Expr, kind: Kind) -> Expr:
    if value.kind == kind:
        return value
    if value.op == "const":
        return Expr("const", kind, (PLAIN[kind](value.args[0]),))
    return Expr("cast", kind, (value,))
