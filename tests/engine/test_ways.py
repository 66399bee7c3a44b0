"""Machine code, numba, plain Python and JavaScript give the same bits in every cell of the debate."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playing import needs_kernels, play
from translating import needs_node

import sim
from analysis.questions.javascript import play_in_javascript
from sim.engine import batch, setup
from sim.model import codes, compiled, outcomes
from sim.model.records import parameters_dtype, setting_dtype, state_dtype
from sim.scenario.experiment import Experiment
from sim.scenario.layers import ScriptedEvent
from sim.translate.machine import Compiled, compile_object
from sim.translate.subset import INT, REAL, Array, Program, Record
from sim.translate.to_llvm import print_llvm

pytestmark = needs_kernels
EVENTS = (ScriptedEvent(month=3, event="large_drill"), ScriptedEvent(month=40, event="taiwan_trigger"))


def odd() -> Iterator[Experiment]:
    """The debate, and experiments that reach its corners."""
    exp = sim.load("debate", trials=60)
    yield exp
    one = sim.load("debate", trials=60, starts="2026", worldviews="self")
    yield replace(one, events=EVENTS, lucks=3)
    yield replace(one, step_months=0.5, seed=2**53 - 1)
    yield replace(one, switches=dict.fromkeys(one.switches, False))


@pytest.fixture
def by_numba() -> Iterator[None]:
    pytest.importorskip("numba")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "way", "numba")
        yield


def records(exp: Experiment) -> dict[Any, bytes]:
    played = play(exp)
    return {cell: rows.tobytes() + played.rung_counts[cell].tobytes() for cell, rows in played.records.items()}


def test_numba_gives_the_same_bytes(by_numba: None) -> None:
    exp = sim.load("debate", trials=40)
    numba = records(exp)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "way", "machine code")
        assert records(exp) == numba


def test_no_index_is_outside_its_array() -> None:
    exp = sim.load("debate", trials=60)
    levers, names = len(exp.catalogue.levers), list(exp.catalogue.parameters)
    program = Program()
    kinds = (Array(Record(setting_dtype(levers)), (None,)), Array(Record(parameters_dtype(names)), (None,)),
             Array(Record(state_dtype(levers)), (None,)), INT, INT, Array(REAL, (None, len(outcomes.COLUMNS))),
             Array(INT, (None, len(codes.TRACKS), codes.FALLEN + 1)))  # fmt: skip
    entry = program.read(batch.play_block.function, kinds)
    code = compile_object(print_llvm(program, entry, check_indices=True))
    checked = Compiled(code, entry.name, kinds, program.sites)
    for exp in odd():
        for start in exp.starts:
            for view in exp.worldviews:
                drawn = setup.draw_worlds(exp, view, 0, exp.trials // exp.lucks)
                for policy in exp.policies:
                    out = np.empty((exp.trials, len(outcomes.COLUMNS)))
                    counts = np.zeros((exp.months, len(codes.TRACKS), codes.FALLEN + 1), np.int64)
                    setting = setup.build_setting(exp, policy, start)
                    checked(setting, drawn, np.zeros(2, state_dtype(levers)), 0, exp.lucks, out, counts)
                    assert counts[:, 0].sum() == exp.months * exp.trials


@needs_node
def test_javascript_gives_the_same_bits(tmp_path: Path) -> None:
    for number, exp in enumerate(odd()):
        folder = tmp_path / str(number)
        folder.mkdir()
        for (start, view, policy), (found, found_counts) in play_in_javascript(exp, folder)[0].items():
            name = f"{start} {view} {policy}"
            out, counts = play_cell(exp, start, view, policy)
            assert (found.view(np.int64) == out.view(np.int64))[~np.isnan(out)].all(), name
            assert (np.isnan(found) == np.isnan(out)).all(), name
            assert (found_counts == counts).all(), name


def play_cell(exp: Experiment, start: str, view: str, policy: str) -> tuple[np.ndarray, np.ndarray]:
    """What `play_block` fills for a cell."""
    begins = next(entry for entry in exp.starts if entry.name == start)
    believes = next(entry for entry in exp.worldviews if entry.name == view)
    does = next(entry for entry in exp.policies if entry.name == policy)
    out = np.empty((exp.trials, len(outcomes.COLUMNS)))
    counts = np.zeros((exp.months, len(codes.TRACKS), codes.FALLEN + 1), np.int64)
    drawn = setup.draw_worlds(exp, believes, 0, exp.trials // exp.lucks)
    setting = setup.build_setting(exp, does, begins)
    batch.play_block(setting, drawn, np.zeros(2, state_dtype(len(exp.catalogue.levers))), 0, exp.lucks, out, counts)
    return out, counts


@pytest.mark.parametrize("triple", ["x86_64-pc-windows-msvc", "arm64-apple-darwin", "aarch64-unknown-linux-gnu"])
def test_objects_for_other_systems_are_emitted(triple: str) -> None:
    exp = sim.load("debate")
    levers, names = len(exp.catalogue.levers), list(exp.catalogue.parameters)
    program = Program()
    kinds = [Record(dtype) for dtype in (state_dtype(levers), parameters_dtype(names), setting_dtype(levers))]
    entry = program.read(batch.play_trial, (*kinds, Array(INT, (None, len(codes.TRACKS), codes.FALLEN + 1))))
    code = compile_object(print_llvm(program, entry), triple=triple)
    start = {"x": b"\x64\x86", "arm64": b"\xcf\xfa\xed\xfe", "aarch64": b"\x7fELF"}
    assert len(code) > 50_000
    assert code.startswith(next(magic for name, magic in start.items() if triple.startswith(name)))


def test_wrong_machine_code_is_noticed_and_something_else_plays(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    exp = sim.load("debate", trials=20, starts="2026", worldviews="self", policies="both")
    right = records(exp)
    monkeypatch.setattr(compiled, "way", "machine code")
    monkeypatch.setattr(compiled.RulesKernel, "is_kept", lambda self, *given: False)
    real = batch.play_block.translated

    def wrong(*given: Any) -> None:
        real(*given)
        given[5][0, 0] += 0.25

    monkeypatch.setitem(batch.play_block.__dict__, "translated", wrong)
    with caplog.at_level(logging.WARNING, logger="sim"):
        assert records(exp) == right
    assert compiled.way in ("numba", "python")
    assert "differ from the same rules in Python" in caplog.text
