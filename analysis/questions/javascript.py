"""The rules printed as JavaScript, and cells played with them by Node: for the page, tests and `strait bench`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.engine import batch, replay, setup
from sim.model import codes, outcomes, trace
from sim.model.records import parameters_dtype, setting_dtype, state_dtype
from sim.translate.subset import INT, REAL, Array, Program, Record
from sim.translate.to_javascript import offsets, print_javascript

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment


NOTE = "let NOTES = null;\nfunction NOTE(...event) { if (NOTES) NOTES.push(...event); }\n"


@dataclass(frozen=True)
class Rules:
    """The rules as statements of JavaScript, and where the fields of their records lie in STATE, PARAMS and SETTING."""

    text: str
    state: dict[str, int]
    parameters: dict[str, int]
    setting: dict[str, int]


def print_rules(exp: Experiment) -> Rules:
    """Print what plays one trial of an experiment, `batch$play_trial(counts)`, and what records it.

    `replay$play_watched(course)` plays the same trial and looks at each step. Both push what the rules note, six
    numbers an event, onto the list NOTES unless it is null.
    """
    levers, names = len(exp.catalogue.levers), list(exp.catalogue.parameters)
    state, params, setting = (
        Record(dtype) for dtype in (state_dtype(levers), parameters_dtype(names), setting_dtype(levers))
    )
    program = Program(hosted={trace.note: "NOTE"})
    program.read(batch.play_trial, (state, params, setting, Array(INT, (None, len(codes.TRACKS), codes.FALLEN + 1))))
    program.read(outcomes.write, (state, Array(REAL, (len(outcomes.COLUMNS),))))
    program.read(replay.play_watched, (state, params, setting, Array(REAL, (None, len(replay.VIEWS)))))
    text = NOTE + print_javascript(program, {"STATE": state, "PARAMS": params, "SETTING": setting})
    return Rules(text, offsets(state), offsets(params), offsets(setting))


def play_in_javascript(exp: Experiment, folder: Path) -> tuple[dict[batch.Cell, tuple[np.ndarray, np.ndarray]], float]:
    """Play all cells of an experiment under Node; `folder` takes its files.

    Returns
    -------
    cells : by start, worldview and policy
        `out[trial, column]` and `counts[month, track, rung]`, as `sim.engine.batch.play_block` fills them.
    microseconds : float
        What a trial costs: the median of the cells, so that the first ones, not yet optimised, matter little.
    """
    cells: dict[batch.Cell, str] = {}
    counts = exp.months, len(codes.TRACKS), codes.FALLEN + 1
    for start in exp.starts:
        for view in exp.worldviews:
            drawn = setup.draw_worlds(exp, view, 0, exp.trials // exp.lucks)
            for policy in exp.policies:
                cells[start.name, view.name, policy.name] = name = str(len(cells))
                flatten(setup.build_setting(exp, policy, start)[0]).tofile(folder / f"{name}.setting")
                drawn.view(np.float64).tofile(folder / f"{name}.worlds")
    text = _script(exp, [*cells.values()], int(np.prod(counts)))
    (folder / "rules.js").write_text(text, encoding="utf-8")
    done = subprocess.run(["node", "rules.js"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"Node cannot play the rules: {done.stderr[:2000]}")
    shape = exp.trials, len(outcomes.COLUMNS)
    played = {
        cell: (np.fromfile(folder / f"{name}.out").reshape(shape),
               np.fromfile(folder / f"{name}.counts").astype(np.int64).reshape(counts))
        for cell, name in cells.items()
    }  # fmt: skip
    return played, float(np.median(json.loads(done.stdout)))


def _script(exp: Experiment, cells: Sequence[str], counts: int) -> str:
    """A program that plays cells from files, in the language of the page, and prints what a trial of each costs."""
    rules, columns = print_rules(exp), len(outcomes.COLUMNS)
    return f""""use strict"; {rules.text}
const fs = require("fs"), ROW = new Float64Array({columns}), costs = [];
const read = (name) => new Float64Array(new Uint8Array(fs.readFileSync(name)).buffer);
for (const cell of {json.dumps(cells)}) {{
  SETTING.set(read(cell + ".setting"));
  const drawn = read(cell + ".worlds"), worlds = drawn.length / PARAMS.length;
  const out = new Float64Array({exp.trials} * ROW.length), counts = new Float64Array({counts});
  const begun = process.cpuUsage().user;
  for (let world = 0; world < worlds; world++) for (let luck = 0; luck < {exp.lucks}; luck++) {{
    PARAMS.set(drawn.subarray(world * PARAMS.length, (world + 1) * PARAMS.length));
    STATE.fill(0); STATE[{rules.state["world"]}] = world; STATE[{rules.state["luck"]}] = luck + 1;
    batch$play_trial(counts); outcomes$write(ROW); out.set(ROW, (world * {exp.lucks} + luck) * ROW.length);
  }}
  costs.push((process.cpuUsage().user - begun) / {exp.trials});
  fs.writeFileSync(cell + ".out", Buffer.from(out.buffer));
  fs.writeFileSync(cell + ".counts", Buffer.from(counts.buffer));
}}
console.log(JSON.stringify(costs));"""


def flatten(record: np.void) -> np.ndarray:
    """Give the numbers of a record, one after the other, as they lie in its array in JavaScript."""
    names = record.dtype.names or ()
    return np.concatenate([flatten(record[name]) if record.dtype[name].names else np.ravel(record[name]).astype(float)
                           for name in names])  # fmt: skip
