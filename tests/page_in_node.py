"""The scripts of the page run by Node: what Python asks them, and what they answer."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.page import build, content, translations
from analysis.questions.javascript import print_rules
from sim.model import codes, outcomes

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment
    from sim.statistics import intervals

FOLDER = Path(build.__file__).parent


def ask(scripts: list[str], code: str, data: Any = None) -> Any:
    """Run scripts of the page and then `code`, in which DATA is the data; give what it calls `answer` with."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in scripts]
    if "say.js" in scripts:
        texts.append(f"speak({json.dumps(translations.read_english())});")
    text = "\n".join(['"use strict";', f"const DATA = {json.dumps(data)};", *texts,
                      "const answer = (x) => console.log(JSON.stringify(x));", code])  # fmt: skip
    return json.loads(_node(text).stdout)


def _node(text: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["node", "-"], input=text, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done


class Worker:
    """The worker of an experiment's page, with what it embeds."""

    def __init__(self, exp: Experiment, folder: Path) -> None:
        """Print the rules; `folder` takes the answers."""
        rules = print_rules(exp)
        self.exp, self.folder = exp, folder
        self.numbers = json.loads(json.dumps(content.numbers(exp, rules)))
        self.text = "\n".join(
            ['"use strict";', rules.text, *((FOLDER / name).read_text(encoding="utf-8") for name in build.WORKER)]
        )

    def draw(self, view: str, dials: dict[str, float], worlds: int) -> np.ndarray:
        """Give what worlds are like: float[world, parameter], in chunks as the page asks for them."""
        code = """for (let first = 0; first < worlds; first += 50) {
          const columns = believed(beliefs, first, 50);
          for (let i = 0; i < 50; i++) {
            columns.forEach((column, index) => { out[(first + i) * columns.length + index] = at(column, i); });
          }
        }"""
        return self._run(code, view, dials, worlds, len(self.exp.catalogue.parameters))

    def play(
        self, view: str, dials: dict[str, float], start: str, policy: str, worlds: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give all recorded columns of each trial, and the counts of rungs."""
        request = f"start: {json.dumps(start)}, policies: [{json.dumps(policy)}]"
        code = f"""play({{ beliefs, {request}, first: 0, count: worlds }},
            (policy, world) => out.set(ROW, world * ROW.length));
          require("fs").writeFileSync("counts", Buffer.from(COUNTS.buffer));"""
        out = self._run(code, view, dials, worlds, len(outcomes.COLUMNS))
        return out, np.fromfile(self.folder / "counts").reshape(self.exp.months, len(codes.TRACKS), codes.FALLEN + 1)

    def _run(self, code: str, view: str, dials: dict[str, float], worlds: int, columns: int) -> np.ndarray:
        given = json.dumps({"view": view, "dials": dials})
        _node(
            f"""{self.text}
          init({json.dumps(self.numbers)});
          const beliefs = {given}, worlds = {worlds}, out = new Float64Array(worlds * {columns});
          {code}
          require("fs").writeFileSync("out", Buffer.from(out.buffer));""",
            self.folder,
        )
        return np.fromfile(self.folder / "out").reshape(worlds, columns)


def run_worker(worker: Worker, scripts: list[str], code: str) -> None:
    """Run `code` after the worker and further scripts of the page, in the worker's folder."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in scripts]
    _node("\n".join([worker.text, *texts, f"init({json.dumps(worker.numbers)});", code]), worker.folder)


def assert_close(found: list[float | None], wanted: intervals.Interval) -> None:
    """Assert that an interval is the wanted one, to 1e-12 of its size."""
    assert [x is None for x in found] == [x is None for x in wanted]
    size = max((abs(x) for x in wanted if x is not None), default=0.0)
    for x, y in zip(found, wanted, strict=True):
        assert x is None or y is None or math.isclose(x, y, rel_tol=0, abs_tol=1e-12 * max(size, 1e-300)), (
            found,
            wanted,
        )
