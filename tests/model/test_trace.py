"""The trace: its table, the same events from every way of running, and no cost in batches."""

from __future__ import annotations

import ast
import copy
import doctest
import functools
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playing import needs_kernels
from translating import needs_node

import sim
from sim.engine import batch, setup
from sim.engine import replay as replay_module
from sim.errors import QuestionError
from sim.model import codes, outcomes, trace
from sim.model.records import parameters_dtype, setting_dtype, state_dtype
from sim.scenario.experiment import Experiment
from sim.scenario.layers import ScriptedEvent
from sim.translate import subset
from sim.translate.subset import INT, REAL, Array, NotInSubset, Program, Record
from sim.translate.to_javascript import offsets, print_javascript
from sim.translate.to_llvm import print_llvm

EVENTS = (ScriptedEvent(month=3, event="large_drill"), ScriptedEvent(month=9.5, event="us_transit"),
          ScriptedEvent(month=40, event="taiwan_trigger"), ScriptedEvent(month=41, event="deadly_incident"),
          ScriptedEvent(month=50, event="drill_regime"), ScriptedEvent(month=60, event="us_arms_sale"))  # fmt: skip
EXP = sim.load("debate", trials=30)
COUNTS = (EXP.months, len(codes.TRACKS), codes.FALLEN + 1)
STATE, PARAMS, SETTING = (
    Record(dtype) for dtype in (
        state_dtype(len(EXP.catalogue.levers)), parameters_dtype(list(EXP.catalogue.parameters)),
        setting_dtype(len(EXP.catalogue.levers)),
    )
)  # fmt: skip


def trials() -> Iterator[tuple[Experiment, dict[str, Any]]]:
    """Thirty trials over several cells, with scripted events, half months and several lucks."""
    odd = replace(EXP, events=EVENTS, step_months=0.5, lucks=3)
    for number in range(30):
        exp = (EXP, odd, replace(EXP, switches=dict.fromkeys(EXP.switches, False)))[number % 3]
        pick = [part[number % len(part)].name for part in (exp.policies, exp.worldviews, exp.starts)]
        yield exp, {**dict(zip(("policy", "worldview", "start"), pick, strict=True)), "trial": number}


@functools.cache
def replayed() -> list[list[trace.Event]]:
    """The events of all these trials, in plain Python."""
    return [sim.replay(exp, **which) for exp, which in trials()]


def test_the_table_and_the_numbers_of_events_agree() -> None:
    assert [getattr(trace, kind.name.upper()) for kind in trace.EVENTS] == list(range(len(trace.EVENTS)))
    for kind in trace.EVENTS:
        assert kind.meaning.endswith(".")
        assert len(kind.fields) <= 4
        assert len({field.name for field in kind.fields}) == len(kind.fields)
        assert all(field.unit and field.meaning for field in kind.fields)


def test_every_event_is_noted_by_a_rule_with_the_values_that_it_declares() -> None:
    noted = set()
    for path in (Path(sim.__file__).parent / "model").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "trace.note":
                name, values = ast.unparse(node.args[1]).removeprefix("trace."), node.args[3:]
                declared = trace.EVENTS[getattr(trace, name)].fields
                assert len(values) == 4
                assert all(ast.unparse(value) == "0" for value in values[len(declared) :]), name
                noted.add(name.lower())
    assert noted == {kind.name for kind in trace.EVENTS}


def test_a_trace_tells_how_each_trial_ended() -> None:
    for events, (exp, which) in zip(replayed(), trials(), strict=True):
        row = sim.StraitModel(exp, **which).run()
        kinds = [event.what for event in events]
        assert kinds.count("fall") == kinds.count("aftermath") == row["taiwan_falls"]
        assert kinds.count("decision") == kinds.count("war_end")
        assert (kinds.count("crisis") > 0) == row["crisis"]
        assert ("nuclear_use" in kinds) == row["nuclear_use"]
        decided = [event for event in events if event.what == "decision"]
        assert [event.time for event in events if event.what == "perception"][-1:] >= [e.time for e in decided[-1:]]
        forms = {event.values["form"] for event in events if event.what == "stage"}
        assert ("quarantine" in forms, "invasion" in forms) == (row["quarantine"] == 1, row["invasion"] == 1)
        numbers = [value for event in events for value in event.values.values() if isinstance(value, float)]
        assert np.isfinite(numbers).all()
    assert {event.what for events in replayed() for event in events} >= {"fall", "scripted", "leak", "response"}


def test_the_mesa_model_gives_the_same_events() -> None:
    for events, (exp, which) in zip(replayed(), trials(), strict=True):
        model = sim.StraitModel(exp, **which)
        model.run()
        assert repr(model.events) == repr(events)


def script() -> str:
    """A program for Node that plays trials from files and keeps what the rules note."""
    program = Program(hosted={trace.note: "NOTE"})
    program.read(batch.play_trial, (STATE, PARAMS, SETTING, Array(INT, (None, *COUNTS[1:]))))
    at, rules = offsets(STATE), print_javascript(program, {"STATE": STATE, "PARAMS": PARAMS, "SETTING": SETTING})
    return f""""use strict"; {rules}
const fs = require("fs"), EVENTS = [];
function NOTE(...event) {{ EVENTS.push(...event); }}
const read = (name) => new Float64Array(new Uint8Array(fs.readFileSync(name)).buffer);
for (const [number, trial] of JSON.parse(fs.readFileSync("trials.json")).entries()) {{
  SETTING.set(read(`${{number}}.setting`)); PARAMS.set(read(`${{number}}.world`)); STATE.fill(0); EVENTS.length = 0;
  STATE[{at["world"]}] = trial.world; STATE[{at["luck"]}] = trial.luck;
  batch$play_trial(new Float64Array({COUNTS[0] * COUNTS[1] * COUNTS[2]}));
  fs.writeFileSync(`${{number}}.events`, Buffer.from(new Float64Array(EVENTS).buffer));
}}"""


def flat(record: np.void) -> np.ndarray:
    """The numbers of a record, one after the other."""
    names = record.dtype.names or ()
    return np.concatenate([flat(record[name]) if record.dtype[name].names else np.ravel(record[name]).astype(float)
                           for name in names])  # fmt: skip


@needs_node
def test_javascript_gives_the_same_events(tmp_path: Path) -> None:
    keys = []
    for number, (exp, which) in enumerate(trials()):
        policy, view, start = setup.pick_cell(exp, which["policy"], which["worldview"], which["start"])
        world, luck = divmod(which["trial"], exp.lucks)
        flat(setup.build_setting(exp, policy, start)[0]).tofile(tmp_path / f"{number}.setting")
        setup.draw_worlds(exp, view, world, 1).view(np.float64).tofile(tmp_path / f"{number}.world")
        keys.append({"world": world, "luck": luck + 1})
    (tmp_path / "trials.json").write_text(json.dumps(keys), encoding="utf-8")
    (tmp_path / "rules.js").write_text(script(), encoding="utf-8")
    done = subprocess.run(["node", "rules.js"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]
    for number, events in enumerate(replayed()):
        rows = np.fromfile(tmp_path / f"{number}.events").reshape(-1, 6).tolist()
        assert repr(trace.describe_events(rows, sorted(EXP.catalogue.levers))) == repr(events)


def kernel_text(program: Program) -> str:
    """The kernel as LLVM's intermediate code."""
    kinds = (Array(SETTING, (None,)), Array(PARAMS, (None,)), Array(STATE, (None,)), INT, INT,
             Array(REAL, (None, len(outcomes.COLUMNS))), Array(INT, (None, *COUNTS[1:])))  # fmt: skip
    return print_llvm(program, program.read(batch.play_block.function, kinds))


class WithoutNotes(ast.NodeTransformer):
    """Takes notes out of rules, and each `if` that holds nothing else."""

    removed = 0

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_note = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "trace.note"
        self.removed += is_note
        return None if is_note else node

    def visit_If(self, node: ast.If) -> ast.stmt | None:
        self.generic_visit(node)
        return node if node.body else None


@needs_kernels
def test_notes_cost_nothing_in_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    with_notes = kernel_text(Program(dropped=[trace.note]))
    assert "note" not in with_notes
    own = batch.read_agents({"prc": sim.PRC})
    assert own is not None
    for kernel in (batch.play_block.translated, own.play_block):
        assert kernel._dropped == (trace.note,)
    whole, without = subset._functions_of, WithoutNotes()

    @functools.cache
    def stripped(path: str) -> dict[int, ast.FunctionDef]:
        return {line: without.visit(copy.deepcopy(node)) for line, node in whole(path).items()}

    monkeypatch.setattr(subset, "_functions_of", stripped)
    assert kernel_text(Program()) == with_notes
    assert without.removed >= len(trace.EVENTS)


@needs_kernels
def test_machine_code_has_no_page_to_note_on() -> None:
    with pytest.raises(NotInSubset, match="drop its calls"):
        kernel_text(Program(hosted={trace.note: "NOTE"}))


@pytest.mark.parametrize(
    "which", [{"policy": "hope"}, {"worldview": "hope"}, {"start": "hope"}, {"trial": -1}, {"policy": ""}]
)
def test_a_replay_of_what_is_not_there_says_so(which: dict[str, Any]) -> None:
    with pytest.raises(QuestionError, match=next(iter(which))):
        sim.replay("debate", **which)


def test_the_page_on_the_model_quotes_the_trial_that_it_names(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")
    section = page.partition("## One trial, event by event")[2]
    code, quoted = (section.partition(f"```{language}\n")[2].partition("```")[0] for language in ("python", "text"))
    exec(compile(code, "model.md", "exec"), {})
    printed = re.sub(r"\d+\.\d{4,}", lambda number: str(round(float(number[0]), 3)), capsys.readouterr().out)
    assert printed.startswith(quoted)


@pytest.mark.parametrize("module", [trace, replay_module])
def test_examples(module: Any) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
