"""What is not in the subset is refused with its line, the rules that led to it, and what to write instead."""

from __future__ import annotations

import re

import numpy as np
import pytest
from translating import STATE, Small, indented

from sim.errors import StraitError
from sim.translate.subset import REAL, Array, NotInSubset, Program, Record

# name: the body of run(state, out), what the refusal says
BODIES = {
    "try": ("try:\n    out[0] = 1\nexcept ValueError:\n    pass", "Try is not in the subset: a rule raises and catches"),
    "raise": ("raise ValueError", "Raise is not in the subset"),
    "assert": ("assert state.n > 1", "Assert is not in the subset: a rule checks nothing; write a test"),
    "with": ("with open('x'):\n    pass", "With is not in the subset: a rule opens nothing"),
    "import": ("import os", "Import is not in the subset: import at the top of the module"),
    "inner function": ("def inner():\n    pass", "FunctionDef is not in the subset: write the inner function"),
    "lambda": ("f = lambda x: x", "Lambda is not in the subset"),
    "comprehension": ("kept = [x for x in state.v]", "ListComp is not in the subset: write a loop"),
    "dictionary": ("kept = {1: 2}", "Dict is not in the subset: write numbers into fields"),
    "text": ("kept = f'{state.n}'", "JoinedStr is not in the subset: a rule has no text"),
    "walrus": ("if (n := state.n) > 1:\n    out[0] = n", "NamedExpr is not in the subset: assign on a line of its own"),
    "slice": ("row = state.v[0:2]", "Slice is not in the subset"),
    "delete": ("x = 1\ndel x", "Delete is not in the subset"),
    "global": ("global PI", "Global is not in the subset"),
    "match": ("match state.n:\n    case 1:\n        pass", "Match is not in the subset: write if and elif"),
    "annotation": ("x: float = 1", "AnnAssign is not in the subset"),
    "a text constant": ("out[0] = 'one'", "a number is wanted here, and 'one' is str"),
    "an unknown name": ("out[0] = nowhere", "a number is wanted here, and nowhere is nothing"),
    "an unknown field": ("out[0] = state.wings", "there is no field wings"),
    "an unknown function": ("out[0] = nowhere(1)", "no rule nowhere"),
    "arguments by name": ("out[0] = max(a=1, b=2)", "arguments are given by position"),
    "a function of a library": ("out[0] = math.gamma(2.0)", "gamma is no rule: only Python functions"),
    "a function whose last bits differ": ("out[0] = math.exp(2.0)", "use exp and log of sim.model.elementary"),
    "sum of a list": ("out[0] = sum([1.0, 2.0])", "sum is no rule"),
    "condition of a number": ("if state.n:\n    pass", "a condition is a comparison, not int: write for example `> 0`"),
    "not of a number": ("if not state.r:\n    pass", "a condition is a comparison, not float"),
    "bool of a number": ("flag = bool(state.n)", "bool() of a number: write the comparison"),
    "whole number that becomes real": ("x = 1\nx = 0.5", "int is wanted and float is given"),
    "real into a whole field": ("state.n = 0.5", "int is wanted and float is given"),
    "use before assignment": ("if state.n > 1:\n    x = 1\nout[0] = x", "x may have no value here: assign it on every path"),
    "use after a loop": ("for i in range(3):\n    x = i\nout[0] = x", "x may have no value here"),
    "two kinds in a choice": ("out[0] = 1 if state.n > 1 else 0.5", "one side is int, the other float: write both alike"),
    "two kinds in max": ("out[0] = max(1, state.r)", "max of int and float: write both alike"),
    "a call in a chain": ("out[0] = 1.0 if 0 < abs(state.r) < 2 else 0.0", "a call stands in the middle of a chain"),
    "a call in what is changed": ("state.v[int(state.r)] += 1", "a call stands in what is both read and written"),
    "a call that may move what is changed": (
        "state.m[state.n - 1] += int(state.r)", "a call stands in what is both read and written"
    ),
    "else after for": ("for i in range(3):\n    pass\nelse:\n    pass", "a loop is written `for name in range(limit)`"),
    "else after while": ("while state.n < 1:\n    pass\nelse:\n    pass", "a loop has no else"),
    "for over an array": ("for x in state.v:\n    pass", "a loop is written `for name in range(limit)`"),
    "for from one number": ("for i in range(1, 3):\n    pass", "a loop is written `for name in range(limit)`"),
    "a lost value": ("state.n + 1", "the value of this expression is lost"),
    "remainder": ("out[0] = state.n % 2", "Mod is not in the subset: use + - * /"),
    "whole division": ("out[0] = state.n // 2", "FloorDiv is not in the subset"),
    "a power": ("out[0] = state.r ** 2", "Pow is not in the subset"),
    "a plus sign": ("out[0] = +state.r", "UAdd of float is not in the subset"),
    "is": ("out[0] = 1.0 if state.n is 1 else 0.0", "int Is int is not in the subset: compare numbers"),
    "in": ("out[0] = 1.0 if state.n in TABLE else 0.0", "is not in the subset: compare numbers"),
    "more names than values": ("a, b = 1, 2, 3", "2 names on the left, 3 values on the right"),
    "an array in two variables": ("a = 1.0\na = state.v", "a is something else before: take another name"),
    "another array under one name": ("row = state.v\nif state.n > 1:\n    row = out", "row is something else before"),
    "an array into a field": ("state.v = state.v", "nothing can be stored here"),
    "a list without a name": ("out[0] = [1.0, 2.0][state.n]", "a list has no name here: assign it to one before"),
    "a list of arrays": ("kept = [state.v, state.v]", "a list holds numbers of one kind"),
    "a choice of arrays": ("row = state.v if state.n > 1 else out", "a choice is between numbers"),
    "a choice of several values": ("a, b = (1, 2) if state.n > 1 else (3, 4)", "where one value is wanted"),
    "an element of several values": ("out[0] = (1.0, 2.0)[0]", "where one value is wanted"),
    "reading what nobody reads": ("_ = state.n\nout[0] = _", "_ is for what nobody reads: give it a name"),
    "a mixed list": ("kept = [1, 0.5]", "a list holds numbers of one kind"),
    "an empty list": ("kept = []", "a list holds numbers of one kind, and one at least"),
    "an index of a number": ("out[0] = state.n[0]", "int has no index"),
    "a real index": ("out[0] = state.v[0.5]", "int is wanted and float is given"),
    "a result where none is": ("return 1", "run gives None"),
    "setting a constant": ("math.pi = 3.0", "nothing can be stored here"),
}  # fmt: skip
WITH_FUNCTIONS = {
    "a path without a result": (
        "def f(x: float) -> float:\n    if x > 1:\n        return x\n\n\ndef run(state, out) -> None:\n    out[0] = f(1.0)\n",
        "f may end without a result: return one on every path",
    ),
    "a rule that calls itself": (
        "def f(x: float) -> float:\n    return f(x)\n\n\ndef run(state, out) -> None:\n    out[0] = f(1.0)\n",
        "f calls itself: write a loop",
    ),
    "an argument of another kind": (
        "def f(n: int) -> int:\n    return n\n\n\ndef run(state, out) -> None:\n    out[0] = f(state.r)\n",
        "n is int, and float is given",
    ),
    "too few arguments": (
        "def f(n: int, m: int) -> int:\n    return n\n\n\ndef run(state, out) -> None:\n    out[0] = f(1)\n",
        "f takes 2 plain arguments, and 1 are given",
    ),
    "many arguments at once": (
        "def f(*n: int) -> int:\n    return 1\n\n\ndef run(state, out) -> None:\n    out[0] = f(1)\n",
        "f takes 0 plain arguments",
    ),
    "an index of a tuple that changes": (
        "def f() -> tuple[float, float]:\n    return 1.0, 2.0\n\n\ndef run(state, out) -> None:\n    out[0] = f()[state.n]\n",
        "has no index; of a tuple only a number that is written out",
    ),
    "several values in one variable": (
        "def f() -> tuple[float, float]:\n    return 1.0, 2.0\n\n\ndef run(state, out) -> None:\n    a = f()\n",
        "a cannot hold (float, float): give each value a name, `a, b = rule(x)`",
    ),
    "several values as an argument": (
        "def f() -> tuple[float, float]:\n    return 1.0, 2.0\n\n\ndef g(pair) -> float:\n    return pair[0]\n\n\n"
        "def run(state, out) -> None:\n    out[0] = g(f())\n",
        "(float, float) stands where one value is wanted: write `a, b = rule(x)`",
    ),
    "an array as a result": (
        "def f(state):\n    return state.v\n\n\ndef run(state, out) -> None:\n    out[0] = f(state)[0]\n",
        "a rule gives back numbers: let the caller read the record",
    ),
    "a whole result for a real variable": (
        "def f() -> tuple[int, int]:\n    return 1, 2\n\n\ndef run(state, out) -> None:\n"
        "    a, b = 0.5, 1\n    a, b = f()\n",
        "(float, int) is wanted and (int, int) is given",
    ),
    "signed and unsigned": (
        "import numpy as np\n\n\ndef run(state, out) -> None:\n    out[0] = float(np.uint64(state.n) + state.n)\n",
        "uint64 + int: convert one of them first",
    ),
}  # fmt: skip
CASES = {name: (indented(body), says) for name, (body, says) in BODIES.items()} | WITH_FUNCTIONS


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("name", CASES)
def test_what_is_not_in_the_subset_is_refused(name: str) -> None:
    text, says = CASES[name]
    with pytest.raises(NotInSubset) as refusal:
        _ = Small(text).read
    assert says in str(refusal.value)
    assert re.search(r"<program \d+>:\d+[:,] ", str(refusal.value))
    assert isinstance(refusal.value, StraitError)


def test_a_refusal_names_the_rules_that_led_to_it() -> None:
    text = """def inner(x: float) -> float:
    return x ** 2


def outer(x: float) -> float:
    return inner(x)


def run(state, out) -> None:
    out[0] = outer(state.r)
"""
    with pytest.raises(NotInSubset) as refusal:
        _ = Small(text).read
    lines = str(refusal.value).splitlines()
    assert ":2: Pow is not in the subset" in lines[0]
    assert lines[1] == "    x ** 2"
    assert lines[2].endswith(":6, outer")
    assert lines[3].endswith(":10, run")


def test_a_function_without_source_is_refused() -> None:
    space: dict[str, object] = {}
    exec("def run(state, out):\n    pass\n", space)
    with pytest.raises(NotInSubset, match="run is not there"):
        Program().read(space["run"], (Record(STATE), Array(REAL, (None,))))  # type: ignore[arg-type]


def test_fields_have_64_bits() -> None:
    with pytest.raises(NotInSubset, match="64 bits, not int32: use float64 or int64"):
        Record(np.dtype([("n", "i4")])).field("n")
