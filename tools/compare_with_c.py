"""Our machine code against that of a C compiler, from the same typed form and with the same exp and log."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine import batch, setup
from sim.model import codes, outcomes, trace
from sim.model.records import state_dtype
from sim.scenario.experiment import Experiment
from sim.translate.machine import argument_types, pass_argument
from sim.translate.subset import Program, kind_of_value
from tools.to_c import print_c

COMPILERS = ("clang", "gcc")  # the first that is there
# As in our code, no operation is rearranged or fused, whole numbers wrap, and the code is for this very processor.
FLAGS = ["-w", "-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fwrapv", "-shared", "-fPIC", "-lm"]


def find_compiler() -> str | None:
    """Return the name of the C compiler to compare with, None where there is none."""
    return next(filter(shutil.which, COMPILERS), None)


def compile_c(kernel: Callable[..., None], given: tuple[Any, ...], compiler: str) -> Callable[..., None]:
    """Return `kernel` as that compiler compiles it, to be called with arguments like `given`."""
    program, kinds = Program(dropped=(trace.note,)), [kind_of_value(value) for value in given]
    text = print_c(program, program.read(kernel, tuple(kinds)))  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "rules.c"), Path(folder, "rules.so")
        source.write_text(text, encoding="utf-8")
        subprocess.run([compiler, str(source), "-o", str(library), *FLAGS], check=True)
        function = ctypes.CDLL(str(library)).kernel
    function.argtypes = [part for kind in kinds for part in argument_types(kind)]  # type: ignore[arg-type]
    function.restype = None
    return lambda *values: function(
        *(part for kind, value in zip(kinds, values, strict=True) for part in pass_argument(kind, value))  # type: ignore[arg-type]
    )


def arguments(exp: Experiment, worlds: int) -> list[tuple[Any, ...]]:
    """Return what `play_block` takes for each policy, from the first start, under the first worldview."""
    drawn, scratch = setup.draw_worlds(exp, exp.worldviews[0], 0, worlds), state_dtype(len(exp.catalogue.levers))
    months = exp.months, len(codes.TRACKS), codes.FALLEN + 1
    return [
        (setup.build_setting(exp, policy, exp.starts[0]), drawn, np.zeros(2, scratch), 0, 1,
         np.zeros((worlds, len(outcomes.COLUMNS))), np.zeros(months, np.int64))
        for policy in exp.policies
    ]  # fmt: skip


def compare(exp: Experiment, compiler: str, rounds: int, worlds: int = 400) -> tuple[float, float]:
    """Return microseconds a trial of ours and of C: each the least of alternating rounds, since other work only adds.

    Raises RuntimeError where a trial of one is not a trial of the other to the last bit.
    """
    ours, cells = batch.play_block.translated, arguments(exp, worlds)
    theirs = compile_c(batch.play_block.function, cells[0], compiler)
    ours(*arguments(exp, 1)[0])
    ours.wait()
    for cell, again in zip(cells, arguments(exp, worlds), strict=True):
        ours(*cell)
        theirs(*again)
        if not all(np.array_equal(cell[part], again[part], equal_nan=True) for part in (5, 6)):
            raise RuntimeError(f"{compiler} and our machine code give different trials")
    times = [[_seconds(play, cells) for play in (ours, theirs)] for _ in range(rounds)]
    least, least_c = (min(column) / (worlds * len(cells)) * 1e6 for column in zip(*times, strict=True))
    return least, least_c


def _seconds(play: Callable[..., None], cells: list[tuple[Any, ...]]) -> float:
    begun = time.thread_time()
    for cell in cells:
        play(*cell)
    return time.thread_time() - begun
