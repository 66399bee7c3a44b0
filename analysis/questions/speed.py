"""How fast the model plays here: what a user waits for, and ratios of times measured in one round.

Ratios hardly depend on how fast the machine is or what else it does.

The yardstick is to draw 3,840 uniform numbers with NumPy's Philox: what luck keyed by month would cost a trial of 120
months before anything is played. `docs/performance.md` says what the figures mean.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.questions.javascript import play_in_javascript
from sim.engine import batch, mesa_model, setup
from sim.model import codes, compiled, draws, month, outcomes
from sim.model.compiled import hash_rules, twin
from sim.model.records import blank_state, state_dtype
from sim.results import result, tables
from sim.scenario import loader
from sim.translate.kernel import Kernel

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

REFERENCE_DRAWS = 3840
WORLDS, SLOW_WORLDS = 1000, 10  # a round plays so many of each policy in the kernel, and in Mesa and plain Python
COMMANDS = ["run", "debate", "--no-figures", "--fresh", "--out"]
FOLDER_TRIALS = 2000  # of each cell, in the folder whose size is measured
MEANINGS = {
    "cold_first_result_seconds": "first result of a fresh installation: strait run debate --trials 1 --no-figures",
    "cold_first_result_cpu_seconds": "the same in processor time",
    "warm_start_seconds": "strait run of 100 trials a cell, tables only, from the command line",
    "edit_to_result_cpu_seconds": "from a changed rule to its first trial, in an open session",
    "link_cpu_seconds": "from compiled rules in the cache folder to their first trial",
    "slider_seconds": "5 policies x 1 worldview x 2,000 trials, with results",
    "kernel_microseconds": "processor time of a trial, draws included",
    "kernel_trials_per_cpu_s": "trials a second of processor time, draws included",
    "javascript_microseconds": "processor time of a trial in JavaScript, under Node",
    "ratio_javascript": "a trial in JavaScript over a trial in the kernel",
    "mesa_batch_run_trials_per_cpu_s": "the same by mesa.batch_run of StraitModel, one process",
    "ratio_mesa_batch_run": "a trial under mesa.batch_run over a trial in the kernel",
    "ratio_plain_python": "a trial in plain Python over a trial in the kernel",
    "ratio_reference_draws": "a trial in the kernel over 3,840 Philox numbers from NumPy (the bar is 1.9)",
    "draws_per_trial": "random numbers a trial draws, its share of the world's parameters included",
    "draws_share": "share of the kernel's time that the draws take",
    "bytes_per_trial": "of a results folder, all files, at 2,000 trials a cell",
}


def bench(repeats: int = 5) -> dict[str, float]:
    """Return medians over `repeats` rounds of what `MEANINGS` names, on the debate from its reference start, neutral.

    Ratios are computed within a round. The size of a folder is measured once. What needs Node or machine code is left
    out where there is none.
    """
    exp = loader.load("debate", worldviews="neutral", trials=WORLDS)
    exp = replace(exp, starts=(exp.reference,))
    _play(exp)  # compiled, or loaded, before the clock starts
    blocks = _blocks(exp)
    rounds = [_round(exp, blocks) for _ in range(repeats)]
    figures = {name: median(times[name] for times in rounds) for name in rounds[0]}
    figures["draws_per_trial"] = 4 * blocks + len(exp.catalogue.parameters) / len(exp.policies)
    figures["slider_seconds"] = median(_wall(lambda: result.run(exp, trials=2000)) for _ in range(repeats))
    figures |= _commands(repeats)
    return {name: figures[name] for name in MEANINGS if name in figures}


def play_plainly(exp: Experiment, order: Any, trials: int) -> None:
    """Play each policy's first trials in plain Python, from the first start, under the first worldview."""
    for policy in exp.policies:
        setting, worlds = setup.plain_cell(exp, policy, exp.starts[0], exp.worldviews[0], trials)
        for world, params in enumerate(worlds):
            state = blank_state(len(exp.catalogue.levers), world, 1)
            order.begin(state, params, setting)
            while state.time < setting.months and not state.over:
                order.play(state, params, setting)
            order.finish(state, params, setting)
            outcomes.write(state, [0.0] * len(outcomes.COLUMNS))


def _round(exp: Experiment, blocks: float) -> dict[str, float]:
    """Return each time once, in seconds of processor time a trial, and their ratios."""
    cells, generator, names = len(exp.policies), np.random.Generator(np.random.Philox(1)), [f"{n}" for n in range(100)]
    kernel = _cpu(lambda: _play(exp)) / (WORLDS * cells)
    reference = _cpu(lambda: _draw(generator, WORLDS * cells)) / (WORLDS * cells)
    mesa = _cpu(lambda: _play_in_mesa(exp)) / (SLOW_WORLDS * cells)
    slow = _cpu(lambda: play_plainly(exp, month, SLOW_WORLDS)) / (SLOW_WORLDS * cells)
    block = _cpu(lambda: draws.draw_uniforms(exp.seed, names, 0, WORLDS)) / (len(names) * WORLDS)
    drawn = _cpu(lambda: draws.draw_parameters(exp, exp.worldviews[0], 0, WORLDS)) / (WORLDS * cells)
    others: dict[str, float] = {}
    if shutil.which("node"):
        with tempfile.TemporaryDirectory() as folder:
            others["javascript_microseconds"] = play_in_javascript(exp, Path(folder))[1]
        others["ratio_javascript"] = others["javascript_microseconds"] / (kernel * 1e6)
    if compiled.way == "machine code":
        others |= _preparations(exp)
    return others | {
        "kernel_microseconds": kernel * 1e6,
        "kernel_trials_per_cpu_s": 1 / kernel,
        "mesa_batch_run_trials_per_cpu_s": 1 / mesa,
        "ratio_mesa_batch_run": mesa / kernel,
        "ratio_plain_python": slow / kernel,
        "ratio_reference_draws": kernel / reference,
        "draws_share": (block * blocks + drawn) / kernel,
    }


def _preparations(exp: Experiment) -> dict[str, float]:
    """Return seconds from a changed rule, and from compiled rules in the cache folder, to a first trial."""
    # A number that no session had before: a rule that was compiled once would come from the cache folder.
    edited = twin(month, LOG_QUARTER_TO_HALF=month.LOG_QUARTER_TO_HALF * (1 + time.time_ns() % 10**9 * 1e-15))
    changed = Kernel(twin(batch, month=edited).play_block)
    given = (
        setup.build_setting(exp, exp.policies[0], exp.starts[0]), setup.draw_worlds(exp, exp.worldviews[0], 0, 1),
        np.zeros(2, state_dtype(len(exp.catalogue.levers))), 0, 1, np.empty((1, len(outcomes.COLUMNS))),
        np.zeros((exp.months, len(codes.TRACKS), codes.FALLEN + 1), np.int64),
    )  # fmt: skip
    seconds = {"edit_to_result_cpu_seconds": _cpu(lambda: changed(*given))}
    changed.wait()
    return seconds | {"link_cpu_seconds": _cpu(lambda: Kernel(batch.play_block.function, hash_rules)(*given))}


def _cpu(work: Callable[[], object], clock: Callable[[], float] = time.thread_time) -> float:
    start = clock()
    work()
    return clock() - start


def _wall(work: Callable[[], object]) -> float:
    return _cpu(work, time.perf_counter)


def _play(exp: Experiment) -> None:
    drawn = draws.draw_parameters(exp, exp.worldviews[0], 0, WORLDS)
    for policy in exp.policies:
        batch.play_cell(exp, policy, exp.starts[0], drawn, 0)


def _draw(generator: np.random.Generator, trials: int) -> None:
    for _ in range(trials):
        generator.random(REFERENCE_DRAWS)


def _play_in_mesa(exp: Experiment) -> None:
    import mesa

    given = {"exp": exp, "policy": [policy.name for policy in exp.policies], "trial": range(SLOW_WORLDS)}
    mesa.batch_run(mesa_model.StraitModel, given, number_processes=1, max_steps=exp.months, display_progress=False)


def _blocks(exp: Experiment) -> float:
    """Return how many blocks of four numbers a trial draws."""
    drawn = 0

    def counted(*key: int) -> tuple[float, float, float, float]:
        nonlocal drawn
        drawn += 1
        return draws.four(*key)

    counting = twin(draws, four=counted)
    play_plainly(exp, mesa_model.order_of_play(draws=counting), SLOW_WORLDS)
    return drawn / (SLOW_WORLDS * len(exp.policies))


def _commands(repeats: int) -> dict[str, float]:
    """Return how long a user at a terminal waits, in separate processes, and the size of a results folder."""
    with tempfile.TemporaryDirectory() as folder:

        def strait(trials: int, cache: str | None = None) -> None:
            command = [sys.executable, "-c", "from analysis.cli.main import main; main()", *COMMANDS, f"{folder}/out"]
            env = {**os.environ, **({"XDG_CACHE_HOME": cache} if cache else {})}
            subprocess.run([*command, "--trials", str(trials)], check=True, capture_output=True, env=env)

        def cold() -> tuple[float, float]:
            before = os.times()
            wall = _wall(lambda: strait(1, tempfile.mkdtemp(dir=folder)))
            after = os.times()
            used = after.children_user + after.children_system - before.children_user - before.children_system
            return wall, used

        walls, processor = zip(*(cold() for _ in range(repeats)), strict=True)
        warm = median(_wall(lambda: strait(100)) for _ in range(repeats))
        strait(FOLDER_TRIALS)
        size = sum(file.stat().st_size for file in Path(folder, "out").rglob("*") if file.is_file())
        cells = len(tables.cells(loader.load("debate")))
    return {
        "cold_first_result_seconds": median(walls),
        "cold_first_result_cpu_seconds": median(processor),
        "warm_start_seconds": warm,
        "bytes_per_trial": size / (FOLDER_TRIALS * cells),
    }
