"""Random programs of the subset leave the same bits in every way of running; a printer that is wrong is found out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from llvmlite import ir
from translating import OUT, Outcome, Small, TooLarge, in_javascript, needs_node

from sim.translate import to_javascript, to_llvm

PROGRAMS = 300
HEAD = """import math

PI = 3.141592653589793
TABLE = (2, 0, 1)


def near(n: int) -> int:
    return 0 if n < 0 else 2 if n > 2 else n


def clip(x: float) -> float:
    return -1000.0 if not x > -1000.0 else 1000.0 if x > 1000.0 else x


def pair(x: float, flag: bool) -> tuple[float, bool]:
    return x * 0.5, not flag
"""
NUMBERS = ("int", "float")
KINDS = (*NUMBERS, "bool")


class Writer:
    """Writes one program; everything is drawn from one seeded generator."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rules: list[tuple[str, list[str], str]] = []  # name, kinds of arguments, kind of result
        self.variables: dict[str, str] = {}
        self.loops = 0
        self.result = "float"

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def readable(self, kind: str) -> str:
        names = [name for name, of in self.variables.items() if of == kind]
        index = self.pick("0", "1", "2", "near(state.n)")
        names += {"int": ["state.n", f"state.m[{index}]"], "float": ["state.r", f"state.v[{index}]"]}.get(
            kind, ["True"]
        )
        return str(self.pick(*names))

    def storable(self, kind: str) -> str | None:
        names = [name for name, of in self.variables.items() if of == kind and name[0] == "x"]
        index = self.pick("0", "1", "2", "near(state.n)") if kind in NUMBERS else 0
        names += {"int": ["state.n", f"state.m[{index}]"], "float": ["state.r", f"state.v[{index}]"]}.get(kind, [])
        return self.pick(*names) if names else None

    def constant(self, kind: str) -> str:
        if kind == "float":
            return str(self.pick("0.0", "1.5", "-2.25", "0.1", "PI", "1e-3", "7.0", "math.nan"))
        return str(self.random.randint(-3, 3)) if kind == "int" else str(self.pick("True", "False"))

    def number(self, depth: int) -> str:
        return self.expression(self.pick(*NUMBERS), depth)

    def expression(self, kind: str, depth: int = 3) -> str:
        if depth == 0 or self.chance(0.25):
            return self.readable(kind) if self.chance(0.6) else self.constant(kind)
        inner: Callable[[str], str] = lambda of: self.expression(of, depth - 1)  # noqa: E731
        if self.chance(0.15):
            return self.call(kind)
        if kind == "int":
            return str(self.pick(
                f"({inner('int')} {self.pick('+', '-')} {inner('int')})", f"({self.readable('int')} * {self.constant('int')})",
                f"(-{inner('int')})", f"{self.pick('max', 'min')}({inner('int')}, {inner('int')})",
                f"({inner('int')} if {inner('bool')} else {inner('int')})", f"int(clip({inner('float')}))",
                f"round(clip({inner('float')}))", "len(state.v)", f"state.m[TABLE[{self.pick(0, 1, 2)}]]",
                f"({inner('int')} & 7)", f"({inner('int')} >> 1)", f"int({inner('bool')})",
            ))  # fmt: skip
        if kind == "float":
            return str(self.pick(
                f"({self.number(depth - 1)} {self.pick('+', '-', '*')} {inner('float')})",
                f"({inner('float')} {self.pick('+', '-', '*')} {self.number(depth - 1)})",
                f"({self.number(depth - 1)} / {self.number(depth - 1)})", f"(-{inner('float')})", f"abs({inner('float')})",
                f"{self.pick('max', 'min')}({inner('float')}, {inner('float')})",
                f"({inner('float')} if {inner('bool')} else {inner('float')})", f"float({self.number(depth - 1)})",
                f"math.sqrt(abs({inner('float')}))", f"pair({inner('float')}, {inner('bool')})[0]",
            ))  # fmt: skip
        sign = self.pick("<", "<=", ">", ">=", "==", "!=")
        middle = self.pick("state.n", "state.r", "state.v[1]", "0.25", "1")
        return str(self.pick(
            f"({self.number(depth - 1)} {sign} {self.number(depth - 1)})", f"(not {inner('bool')})",
            f"({inner('bool')} {self.pick('and', 'or')} {inner('bool')})",
            f"({self.number(depth - 1)} <= {middle} < {self.number(depth - 1)})",
            f"({inner('bool')} {self.pick('==', '!=')} {inner('bool')})",
        ))  # fmt: skip

    def call(self, kind: str) -> str:
        rules = [rule for rule in self.rules if rule[2] == kind]
        if not rules:
            return self.constant(kind)
        name, kinds, _ = self.pick(*rules)
        return f"{name}({', '.join(['state', *(self.expression(of, 0) for of in kinds)])})"

    def block(self, depth: int) -> list[str]:
        return [line for _ in range(self.random.randint(1, 3)) for line in self.statement(depth)]

    def statement(self, depth: int) -> list[str]:
        kind = self.pick(*KINDS)
        what = self.random.randint(0, 9 if depth else 5)
        if what <= 3:
            place = self.storable(kind)
            return [f"{place} = {self.expression(kind)}" if place else f"state.r = {self.expression('float')}"]
        if what == 4:
            kind = self.pick(*NUMBERS)
            place = self.storable(kind)
            if place and "(" in place:  # a call in what is read and written is not in the subset
                place = "state.n" if kind == "int" else "state.r"
            return [f"{place} {self.pick('+=', '-=')} {self.expression(kind, 2)}"]
        if what == 5:
            both = f"state.r, state.n = {self.expression('float', 2)}, {self.expression('int', 2)}"
            return [
                self.pick(both, f"state.v[1], xb = pair({self.expression('float', 2)}, {self.expression('bool', 1)})")
            ]
        if what == 6:
            lines = [f"if {self.expression('bool')}:", *indent(self.block(depth - 1))]
            return lines + (["else:", *indent(self.block(depth - 1))] if self.chance(0.5) else [])
        self.loops += 1
        name = f"k{self.loops}"
        if what == 7:
            self.variables[name] = "int"
            body = self.block(depth - 1)
            if self.chance(0.5):
                body += [f"if {self.expression('bool')}:", f"    {self.pick('break', 'continue')}", "state.n += 1"]
            del self.variables[name]
            return [f"for {name} in range({self.pick('3', 'len(state.m)', 'near(state.n)')}):", *indent(body)]
        if what == 8:
            head = [f"{name} = 0", f"while {name} < 3 and {self.expression('bool', 2)}:"]
            return [*head, f"    {name} += 1", *indent(self.block(depth - 1))]
        return [f"if {self.expression('bool')}:", f"    return {self.expression(self.result)}"]

    def rule(self, name: str) -> str:
        kinds = [self.pick(*KINDS) for _ in range(self.random.randint(0, 3))]
        self.result = self.pick(*KINDS)
        given = {f"p{index}": kind for index, kind in enumerate(kinds)}
        self.variables = given | {"xi": "int", "xf": "float", "xb": "bool"}
        body = ["xi, xf = 1, 0.5", "xb = False", *self.block(2), f"return {self.expression(self.result)}"]
        self.rules.append((name, kinds, self.result))
        arguments = ", ".join(["state", *(f"{argument}: {kind}" for argument, kind in given.items())])
        return "\n".join([f"def {name}({arguments}) -> {self.result}:", *indent(body)])

    def program(self) -> Small:
        rules = [self.rule(f"rule{index}") for index in range(3)]
        name, kinds, result = self.rules[-1]
        given = {"int": "state.n", "float": "state.r", "bool": "state.n > 0"}
        call = f"{name}({', '.join(['state', *(given[kind] for kind in kinds)])})"
        value = f"1.0 if {call} else 0.0" if result == "bool" else f"float({call})"
        run = f"def run(state, out) -> None:\n    for index in range({OUT}):\n        out[index] = {value}\n"
        start = self.random.randint(-3, 3), self.pick(0.0, 1.5, -0.75, 1e3)
        return Small("\n\n\n".join([HEAD, *rules, run]), *start)


def indent(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


@pytest.fixture(scope="module")
def programs() -> dict[int, tuple[Small, Outcome]]:
    """The programs that Python runs to their end, or to a division by zero, by seed, with what they leave."""
    found = {}
    for seed in range(PROGRAMS):
        program = Writer(seed).program()
        try:
            found[seed] = program, program.in_python()
        except (TooLarge, OverflowError, ValueError):
            continue
    return found


def test_most_programs_say_something(programs: dict[int, tuple[Small, Outcome]]) -> None:
    ends = Counter("fault" if left.line else "numbers" for _, left in programs.values())
    assert ends["numbers"] > 0.5 * PROGRAMS
    assert ends["fault"] > 0.05 * PROGRAMS
    assert len({left.numbers for _, left in programs.values()}) > 0.5 * PROGRAMS


@pytest.mark.parametrize("optimise", [False, True], ids=["as printed", "optimised"])
def test_machine_code_leaves_what_python_leaves(programs: dict[int, tuple[Small, Outcome]], optimise: bool) -> None:
    wrong = [program.text for program, left in programs.values() if program.in_machine_code(optimise=optimise) != left]
    assert not wrong, wrong[0]


@needs_node
def test_javascript_leaves_what_python_leaves(programs: dict[int, tuple[Small, Outcome]]) -> None:
    found = in_javascript([program for program, _ in programs.values()])
    wrong = [program.text for (program, left), now in zip(programs.values(), found, strict=True) if left != now]
    assert not wrong, wrong[0]


# A wrong printer, planted: enough programs must notice it.


def _swap(monkeypatch: pytest.MonkeyPatch, one: str, other: str) -> None:
    """One operation on reals does another (on whole numbers a loop might never end)."""
    builder = ir.IRBuilder
    monkeypatch.setattr(builder, one, getattr(builder, other))


def _ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    builder = ir.IRBuilder
    monkeypatch.setattr(builder, "fcmp_unordered", builder.fcmp_ordered)


def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides of a choice are worked out, so a guarded division faults."""
    real = to_llvm._Body.choose

    def choose(self: Any, test: Any, then: Any, otherwise: Any) -> Any:
        if then.func.__name__ == "block":
            return real(self, test, then, otherwise)
        one, other = then(), otherwise()
        return real(self, test, lambda: one, lambda: other)

    monkeypatch.setattr(to_llvm._Body, "choose", choose)


def _late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two faults the last one stays."""

    def note(self: Any, happens: Any, site: int) -> None:
        with self.build.if_then(happens):
            self.build.store(to_llvm.I64(site), self.module.get_global("fault"))

    monkeypatch.setattr(to_llvm._Body, "note_fault", note)


def _max_of_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    builder = ir.IRBuilder
    real = builder.select

    def select(self: Any, test: Any, yes: Any, no: Any, name: str = "") -> Any:
        return real(self, test, no, yes, name) if yes.type == to_llvm.DOUBLE else real(self, test, yes, no, name)

    monkeypatch.setattr(builder, "select", select)


def _signs_of_whole_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    builder = ir.IRBuilder
    monkeypatch.setattr(builder, "icmp_signed", builder.icmp_unsigned)


def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are stored before all are worked out."""

    real = to_llvm._Body.unpack

    def unpack(self: Any, places: Any, value: Any) -> None:
        if len(places) == 1:
            real(self, places, value)
            return
        for index, place in enumerate(places):
            part = self.value(value.args[index]) if value.op == "tuple" else None
            part = self.build.extract_value(self.value(value), index) if part is None else part
            if place is not None:
                self.store(place, part)

    monkeypatch.setattr(to_llvm._Body, "unpack", unpack)


TWO_FAULTS = Small("def run(state, out) -> None:\n    out[0] = 1 / state.v[2]\n    out[1] = 2 / state.v[2]\n")
MUTANTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "minus for plus": lambda patch: _swap(patch, "fadd", "fsub"),
    "plus for times": lambda patch: _swap(patch, "fmul", "fadd"),
    "NaN differs from nothing": _ordered,
    "both sides of a choice": _eager,
    "the last fault": _late,
    "max and min exchanged": _max_of_nan,
    "unsigned comparison": _signs_of_whole_numbers,
    "stored one by one": _one_by_one,
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_printer_is_found_out(
    programs: dict[int, tuple[Small, Outcome]], monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    MUTANTS[mutant](monkeypatch)
    cases = [(TWO_FAULTS, TWO_FAULTS.in_python()), *programs.values()]
    assert any(program.in_machine_code(optimise=False) != left for program, left in cases)


@needs_node
@pytest.mark.parametrize("mutant", ["no division by zero", "a negative zero", "half away from zero"])
def test_a_wrong_printer_of_javascript_is_found_out(
    programs: dict[int, tuple[Small, Outcome]], monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    if mutant == "no division by zero":
        text = "function divide(a, b, site) { return a / b; }"
        monkeypatch.setattr(
            to_javascript, "RUNTIME", to_javascript.RUNTIME.rpartition("function divide")[0] + text + "\n"
        )
    elif mutant == "a negative zero":
        monkeypatch.setattr(to_javascript, "_whole", lambda expr: "")
    else:
        wrong = to_javascript.RUNTIME.replace("r - x === 0.5 && r % 2 !== 0 ? r - 1 : r", "r")
        monkeypatch.setattr(to_javascript, "RUNTIME", wrong)
    found = in_javascript([program for program, _ in programs.values()])
    assert [left for (_, left), now in zip(programs.values(), found, strict=True) if left != now]
