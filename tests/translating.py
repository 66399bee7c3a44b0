"""One small program run in every way: plain Python, machine code without and with optimisation, JavaScript.

A program is the text of a module with a function `run(state, out)`; `state` has the fields of `STATE`, `out` is a list
of real numbers. Every way must leave the same bits in both, or stop at a division by zero on the same line.
"""

from __future__ import annotations

import json
import linecache
import math
import shutil
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.translate.machine import Compiled, compile_object
from sim.translate.subset import REAL, Array, Function, Program, Record
from sim.translate.to_javascript import offsets, print_javascript
from sim.translate.to_llvm import print_llvm

STATE = np.dtype([("n", "i8"), ("r", "f8"), ("m", "i8", (3,)), ("v", "f8", (3,))], align=True)
OUT = 4  # numbers that a program gives
LARGEST_WHOLE = 2**50  # in JavaScript whole numbers are exact up to 2**53
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="JavaScript needs Node")
_numbers = count()


@dataclass(frozen=True)
class Outcome:
    """What a program leaves: the fields of its state and its numbers as text of exact bits, or the fault's line."""

    numbers: tuple[str, ...]
    line: int | None = None


class TooLarge(Exception):
    """A whole number that JavaScript cannot hold."""


@dataclass(frozen=True)
class Small:
    """A program with the state that it begins with."""

    text: str
    n: int = 2
    r: float = 1.5

    @cached_property
    def run(self) -> Callable[..., None]:
        """The program's function."""
        path, space = f"<program {next(_numbers)}>", {"__name__": f"tests.program{next(_numbers)}"}
        linecache.cache[path] = (len(self.text), None, self.text.splitlines(keepends=True), path)
        exec(compile(self.text, path, "exec"), space)
        return space["run"]  # type: ignore[return-value]

    @cached_property
    def read(self) -> tuple[Program, Function]:
        """The program in typed form."""
        program = Program()
        return program, program.read(self.run, (Record(STATE), Array(REAL, (None,))))

    def start(self) -> np.ndarray:
        """The state as a record in an array of length 1."""
        state = np.zeros(1, STATE)
        state[0] = (self.n, self.r, [1, -2, 0], [0.25, -1.0, 0.0])
        return state

    def in_python(self) -> Outcome:
        """Run it as Python does."""
        first = self.start()[0]
        state, out = SimpleNamespace(**{name: first[name].tolist() for name in STATE.names or ()}), [0.0] * OUT
        try:
            self.run(state, out)
        except ZeroDivisionError as fault:
            return Outcome((), traceback.extract_tb(fault.__traceback__)[-1].lineno)
        if max(map(abs, [state.n, *state.m])) > LARGEST_WHOLE:
            raise TooLarge
        return outcome([state.n, *state.m], [*out, state.r, *state.v])

    def in_machine_code(self, *, optimise: bool) -> Outcome:
        """Run it compiled."""
        program, entry = self.read
        code = compile_object(print_llvm(program, entry, check_indices=True), level=3 if optimise else 0)
        compiled = Compiled(code, entry.name, [kind for _, kind in entry.parameters], program.sites)
        state, out = self.start(), np.zeros(OUT)
        try:
            compiled(state, out)
        except ZeroDivisionError as fault:
            return Outcome((), int(str(fault).split(">:")[1].split(":")[0]))
        return outcome([state[0]["n"], *state[0]["m"]], [*out, state[0]["r"], *state[0]["v"]])


def outcome(whole: Sequence[Any], real: Sequence[Any]) -> Outcome:
    """What was left, in exact bits; one NaN is like another."""
    bits = ["nan" if math.isnan(number) else struct.pack("<d", number).hex() for number in real]
    return Outcome((*(str(int(number)) for number in whole), *bits))


def in_javascript(programs: Sequence[Small]) -> list[Outcome]:
    """Run all programs in one go of Node."""
    record = Record(STATE)
    at = offsets(record)
    blocks = []
    for small in programs:
        program, entry = small.read
        name = "$".join(entry.name.split(".")[-2:])
        start = [float(number) for field in STATE.names or () for number in np.ravel(small.start()[0][field])]
        blocks.append(f"""{{ {print_javascript(program, {"STATE": record})}
            STATE.set({start}); const out = new Float64Array({OUT}); let fault = "";
            try {{ {name}(out); }} catch (error) {{ fault = error.message; }}
            const whole = [STATE[{at["n"]}], ...STATE.slice({at["m"]}, {at["m"]} + 3)];
            const real = [...out, STATE[{at["r"]}], ...STATE.slice({at["v"]}, {at["v"]} + 3)];
            ALL.push({{ fault, whole, real: Buffer.from(new Float64Array(real).buffer).toString("hex") }}); }}""")
    text = '"use strict"; const ALL = [];\n' + "\n".join(blocks) + "\nconsole.log(JSON.stringify(ALL));"
    done = subprocess.run(["node", "-"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]
    results = []
    for one in json.loads(done.stdout):
        real = np.frombuffer(bytes.fromhex(one["real"]))
        line = int(one["fault"].split(">:")[1].split(":")[0]) if one["fault"] else None
        results.append(Outcome((), line) if line else outcome(one["whole"], real.tolist()))
    return results


def indented(lines: str) -> str:
    """A program's text around the body of its function `run`."""
    body = "\n".join("    " + line for line in lines.strip("\n").splitlines())
    tables = "TABLE, ZEROS, MINUS, ONES, WHOLE = (2, 0, 1), (0.0, 1.0), (-0.0, 1.0), (1.0, 2.0), (1, 2)\n"
    return f"import math\n\n{tables}PI = 3.25\n\n\ndef run(state, out) -> None:\n{body}\n"


sys.setrecursionlimit(max(sys.getrecursionlimit(), 5000))
