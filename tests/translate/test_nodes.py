"""Every kind of node of the subset does what Python does."""

from __future__ import annotations

import pytest
from translating import Small, in_javascript, indented, needs_node

# name: the body of run(state, out); state.n = 2, state.r = 1.5, state.m = [1, -2, 0], state.v = [.25, -1, 0]
BODIES = {
    "a whole number": "out[0] = 3",
    "a real": "out[0] = 0.1",
    "truths": "flag = True\nother = False\nout[0] = 1.0 if flag and not other else 2.0",
    "not a number": "out[0] = math.nan",
    "infinity": "out[0] = -math.inf",
    "a constant of the module": "out[0] = PI",
    "a table of the module": "out[0] = TABLE[0]\nout[1] = TABLE[state.n]",
    "the length of a table": "out[0] = len(TABLE)",
    "a field": "out[0] = state.r\nout[1] = state.n",
    "an element": "out[0] = state.v[1]\nout[1] = state.m[state.n - 1]",
    "the length of an array": "out[0] = len(state.v)\nout[1] = len(out)",
    "setting a field": "state.r = 7.5\nstate.n = -4",
    "setting an element": "state.v[2] = 0.5\nstate.m[state.n] = 9",
    "several targets": "state.r = state.v[0] = a = 3.0\nout[0] = a",
    "several targets of one value": "state.n = state.m[0] = state.n + 1\nstate.r = state.v[1] = 2 * state.r",
    "a zero that is negative in one table":
        "out[0] = ZEROS[0]\nout[1] = MINUS[0]\nout[2] = ONES[0] + 0.5\nout[3] = WHOLE[0] + 0.5",
    "what is not read": "_, x, _ = 1, 2.5, state.n\n_ = 3.0\nout[0] = x",
    "a reference": "row = state.v\nrow[1] = 8.0\nout[0] = row[0]",
    "a list": "kept = [1, 2, state.n]\nkept[0] = 5\nout[0] = kept[0] + kept[2]",
    "a list of reals": "kept = [0.5, state.r]\nout[0] = kept[1]",
    "addition": "out[0] = state.n + 3\nout[1] = state.n + state.r\nout[2] = state.r + 0.1",
    "subtraction": "out[0] = state.n - 5\nout[1] = state.n - state.r\nout[2] = state.r - 0.1",
    "multiplication": "out[0] = state.n * -3\nout[1] = state.n * state.r\nout[2] = state.r * 0.1",
    "division": "out[0] = state.n / 3\nout[1] = state.r / 0.7\nout[2] = 1 / state.n",
    "division by zero": "x = state.m[2]\nout[0] = 1.0\nout[1] = state.r / x\nout[2] = 5.0",
    "division by a zero real": "out[0] = state.r / state.v[2]",
    "division by zero in a loop": "while state.n > 0:\n    state.n = state.n + 1 if 1 / state.v[2] > 0 else 0",
    "a minus": "out[0] = -state.r\nout[1] = -state.n\nout[2] = -0.0",
    "powers of constants": "out[0] = 2.0**-52",
    "bits": "out[0] = (state.n << 4) + (37 >> 2) + (13 & 7) + (13 ^ 7)",
    "bits of a negative number": "out[0] = (state.m[1] >> 1) + (state.m[1] & 127)",
    "less": "out[0] = 1.0 if state.n < 2 else 0.0\nout[1] = 1.0 if state.r < 2 else 0.0",
    "at most": "out[0] = 1.0 if state.n <= 2 else 0.0",
    "greater": "out[0] = 1.0 if state.n > 1.5 else 0.0",
    "at least": "out[0] = 1.0 if state.r >= 1.5 else 0.0",
    "equal": "out[0] = 1.0 if state.n == 2 else 0.0\nout[1] = 1.0 if state.r == state.n else 0.0",
    "not equal": "out[0] = 1.0 if state.n != 2 else 0.0",
    "comparisons with NaN": "x = math.nan\nout[0] = 1.0 if x < 1 else 0.0\nout[1] = 1.0 if x != x else 0.0\n"
                            "out[2] = 1.0 if x == x else 0.0\nout[3] = 1.0 if not x >= 1 else 0.0",
    "equal truths": "a = state.n > 1\nout[0] = 1.0 if a == (state.r > 1) else 0.0",
    "a chain": "out[0] = 1.0 if 0 <= state.n < 3 else 0.0\nout[1] = 1.0 if 2 < state.n < 3 else 0.0",
    "and": "out[0] = 1.0 if state.n > 1 and state.r > 1 and state.v[1] < 0 else 0.0",
    "and stops": "out[0] = 1.0 if state.v[2] != 0 and 1 / state.v[2] > 0 else 0.0",
    "or": "out[0] = 1.0 if state.n > 5 or state.r > 1 else 0.0",
    "or stops": "out[0] = 1.0 if state.v[2] == 0 or 1 / state.v[2] > 0 else 0.0",
    "not": "out[0] = 1.0 if not state.n > 5 else 0.0",
    "one of two values": "out[0] = state.r if state.n > 1 else state.v[0]",
    "one of two works alone": "out[0] = 0.0 if state.v[2] == 0 else 1 / state.v[2]",
    "if": "if state.n > 1:\n    out[0] = 1.0",
    "if and else": "if state.n > 5:\n    out[0] = 1.0\nelse:\n    out[0] = 2.0",
    "elif": "if state.n > 5:\n    out[0] = 1.0\nelif state.r > 1:\n    out[0] = 2.0\nelse:\n    out[0] = 3.0",
    "a variable set on both ways": "if state.n > 5:\n    a = 1\nelse:\n    a = 2\nout[0] = a",
    "while": "while state.n < 10:\n    state.n += 3",
    "for": "for i in range(3):\n    state.v[i] += i",
    "for with a limit that changes": "for i in range(state.n):\n    state.n += 1\nout[0] = state.n",
    "for that sets its own name": "for i in range(4):\n    i = i + 2\n    out[0] += i",
    "for over nothing": "for i in range(state.m[1]):\n    out[0] = i + 1.0",
    "for within for": "for i in range(3):\n    for j in range(2):\n        out[0] += i * j\n    out[1] += i",
    "for without a name": "for _ in range(3):\n    out[0] += 1.5",
    "break": "for i in range(9):\n    if i == 4:\n        break\n    out[0] = i",
    "continue": "for i in range(5):\n    if i < 3:\n        continue\n    out[0] += i",
    "continue in while": "while state.n < 9:\n    state.n += 1\n    if state.n == 5:\n        continue\n    out[0] += state.n",
    "return": "out[0] = 1.0\nif state.n > 1:\n    return\nout[0] = 2.0",
    "pass": "if state.n > 1:\n    pass\nout[0] = 1.0",
    "a comment in quotes": '"""What it does."""\nout[0] = 1.0',
    "changing in place": "state.n += 2\nstate.r *= 2\nstate.r -= 0.5\nstate.r /= 4\nstate.v[state.n - 3] += 1",
    "exchanging": "state.v[0], state.v[1] = state.v[1], state.v[0]",
    "several values at once": "a, b = state.n, state.r\nout[0] = a + b",
    "a whole number into a real": "a = 1.5\na = state.n\nout[0] = a / 4",
    "int of a real": "out[0] = int(state.r)\nout[1] = int(-2.7)\nout[2] = int(state.v[1] * 1.9)",
    "int of a truth": "out[0] = int(state.n > 1) + int(state.n > 5)",
    "float": "out[0] = float(state.n) / 3\nout[1] = float(state.n > 1)",
    "bool": "a = bool(state.n > 1)\nout[0] = 1.0 if a else 0.0",
    "abs": "out[0] = abs(state.v[1])\nout[1] = abs(-0.0)",
    "round to even": "out[0] = round(state.r)\nout[1] = round(2.5)\nout[2] = round(-0.5)\nout[3] = round(-1.5)",
    "max": "out[0] = max(state.r, state.v[0])\nout[1] = max(state.n, -3)\nout[2] = max(0.0, -0.0)",
    "max of NaN": "out[0] = max(math.nan, 1.0)\nout[1] = max(1.0, math.nan)",
    "min": "out[0] = min(state.r, state.v[0])\nout[1] = min(state.n, -3)\nout[2] = min(math.nan, 1.0)",
    "a square root": "out[0] = math.sqrt(state.r)",
}  # fmt: skip
WITH_FUNCTIONS = {
    "a call": "def half(x: float) -> float:\n    return x / 2\n\n\ndef run(state, out) -> None:\n"
              "    out[0] = half(state.r)\n    out[1] = half(state.n)\n",
    "a call with a record": "def grow(state, by: int) -> None:\n    state.n += by\n\n\ndef run(state, out) -> None:\n"
                            "    grow(state, 3)\n    out[0] = state.n\n",
    "several results": "def both(x: float) -> tuple[float, bool, int]:\n    return 2 * x, x > 1, 7\n\n\n"
                       "def run(state, out) -> None:\n    a, b, c = both(state.r)\n    _, d, _ = both(0.5)\n"
                       "    out[0] = a + c\n    out[1] = 1.0 if b else 0.0\n    out[2] = 1.0 if d else 0.0\n",
    "results of a call, given on": "def two(x: float) -> tuple[float, float]:\n    return x, x + 1\n\n\n"
                                   "def on(x: float) -> tuple[float, float]:\n    return two(x * 3)\n\n\n"
                                   "def run(state, out) -> None:\n    out[0], out[1] = on(state.r)\n"
                                   "    out[2] = two(4.0)[1]\n",
    "an array as argument": "def total(row) -> float:\n    sum_ = 0.0\n    for i in range(len(row)):\n"
                            "        sum_ += row[i]\n    return sum_\n\n\ndef run(state, out) -> None:\n"
                            "    out[0] = total(state.v)\n    kept = [1.5, 2.0]\n    out[1] = total(kept)\n",
    "calls in order": "def step(state) -> int:\n    state.n += 1\n    return 10 * state.n\n\n\n"
                      "def run(state, out) -> None:\n    out[0] = step(state) - step(state)\n"
                      "    state.n = state.n + step(state)\n    state.r += step(state)\n",
    "a value before its index": "def step(state) -> int:\n    state.n -= 1\n    return state.n\n\n\n"
                                "def run(state, out) -> None:\n    state.m[state.n] = step(state)\n"
                                "    state.v[state.n], state.r = 4.5, step(state)\n",
    "one rule for two kinds": "def twice(x):\n    return x + x\n\n\ndef run(state, out) -> None:\n"
                              "    out[0] = twice(state.n)\n    out[1] = twice(state.r)\n",
    "a result on every way": "def sign(x: float) -> int:\n    if x > 0:\n        return 1\n    elif x < 0:\n"
                             "        return -1\n    return 0\n\n\ndef run(state, out) -> None:\n"
                             "    out[0] = sign(state.r) + sign(state.v[1]) + sign(state.v[2])\n",
    "bits of reals": "from sim.translate.primitives import high_word, low_word, times_power\n\n\n"
                     "def run(state, out) -> None:\n"
                     "    out[0] = high_word(state.r)\n    out[1] = times_power(state.r, state.n - 7)\n"
                     "    out[2] = low_word(0.1) + low_word(0.7) + low_word(-0.7)\n",
    "a result that is not read": "def step(state) -> int:\n    state.n += 1\n    return state.n\n\n\n"
                                 "def run(state, out) -> None:\n    _ = step(state)\n    out[0] = state.n\n",
    "two calls of two results": "def two(x: float) -> tuple[float, float]:\n    return x, x + 1\n\n\n"
                                "def run(state, out) -> None:\n    a, _ = two(1.0)\n    _, b = two(5.0)\n"
                                "    out[0] = a + b\n    out[1] = two(1.0)[0] - two(7.0)[1]\n",
    "names of JavaScript": "def new(this: float, let: int) -> float:\n    var = this * let\n    return var\n\n\n"
                           "def run(state, out) -> None:\n    RESULT, divide = 1.5, 3\n    STATE = new(RESULT, divide)\n"
                           "    out[0] = STATE / RESULT\n",
    "words": "import numpy as np\nfrom sim.translate.primitives import high_product\n\nODD = np.uint64(0x9E3779B97F4A7C15)"
             "\n\n\ndef mixed(x: int) -> tuple[float, float]:\n    a, b = np.uint64(x) * ODD, np.uint64(x) + ODD\n"
             "    for _ in range(5):\n        c = high_product(a, ODD)\n        a, b = (a ^ b) + c, b + ODD\n"
             "    return float(a >> np.uint64(12)) * 2.0**-52, float(b >> np.uint64(12)) * 0.5 + 0.25\n\n\n"
             "def run(state, out) -> None:\n    out[0], out[1] = mixed(state.n)\n    out[2], out[3] = mixed(977 * state.n)\n",
}  # fmt: skip
PROGRAMS = {name: Small(indented(body)) for name, body in BODIES.items()} | {
    name: Small(text) for name, text in WITH_FUNCTIONS.items()
}


@pytest.mark.filterwarnings("ignore:overflow encountered")
@pytest.mark.parametrize("optimise", [False, True], ids=["as printed", "optimised"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_machine_code_does_what_python_does(name: str, optimise: bool) -> None:
    assert PROGRAMS[name].in_machine_code(optimise=optimise) == PROGRAMS[name].in_python()


@needs_node
@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_javascript_does_what_python_does() -> None:
    found = dict(zip(PROGRAMS, in_javascript([*PROGRAMS.values()]), strict=True))
    assert found == {name: program.in_python() for name, program in PROGRAMS.items()}


def test_a_fault_names_its_line() -> None:
    assert PROGRAMS["division by zero"].in_python().line == 10


ENDLESS = Small(indented("while state.r < 2:\n    out[0] += state.r"))


@pytest.mark.parametrize("optimise", [False, True], ids=["as printed", "optimised"])
def test_a_loop_without_end_is_a_fault_of_its_line(optimise: bool) -> None:
    assert ENDLESS.in_machine_code(optimise=optimise).line == 8


@needs_node
def test_a_loop_without_end_is_a_fault_in_javascript_too() -> None:
    assert in_javascript([ENDLESS])[0].line == 8
