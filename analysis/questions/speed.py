"""How fast the model plays here, as ratios measured in one round, so a slow or busy machine does not matter.

The yardstick is to draw 3,840 uniform numbers with NumPy's Philox: what luck keyed by month would cost a trial of 120
months before anything is played. `docs/performance.md` says what the figures mean.
"""

from __future__ import annotations

import os
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

from sim.engine import batch, mesa_model, setup
from sim.model import draws, month, outcomes
from sim.model.compiled import twin
from sim.model.state import blank_state
from sim.results import result, tables
from sim.scenario import loader

if TYPE_CHECKING:
    from sim.scenario.experiment import Experiment

REFERENCE_DRAWS = 3840
WORLDS, SLOW_WORLDS = 1000, 10  # a round plays so many of each policy in the kernel, and in Mesa and plain Python
COMMANDS = ["run", "debate", "--no-figures", "--fresh", "--out"]
FOLDER_TRIALS = 2000  # of each cell, in the folder whose size is measured
MEANINGS = {
    "kernel_trials_per_cpu_s": "trials a second of processor time, draws included",
    "mesa_batch_run_trials_per_cpu_s": "the same by mesa.batch_run of StraitModel, one process",
    "ratio_mesa_batch_run": "a trial under mesa.batch_run over a trial in the kernel",
    "ratio_plain_python": "a trial in plain Python over a trial in the kernel",
    "ratio_reference_draws": "a trial in the kernel over 3,840 Philox numbers from NumPy (the bar is 2.5)",
    "draws_per_trial": "random numbers a trial draws, its share of the world's parameters included",
    "draws_share": "share of the kernel's time that the draws take",
    "slider_seconds": "5 policies x 1 worldview x 2,000 trials, with results",
    "cold_compile_seconds": "a first run that has to compile the rules",
    "warm_start_seconds": "strait run of 100 trials a cell, tables only, from the command line",
    "bytes_per_trial": "of a results folder, all files, at 2,000 trials a cell",
}


def bench(repeats: int = 5) -> dict[str, float]:
    """Return medians over `repeats` rounds of what `MEANINGS` names, on the debate from its reference start, neutral.

    Ratios are computed within a round. The size of a folder is measured once.
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
    return {name: figures[name] for name in MEANINGS}


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
    return {
        "kernel_trials_per_cpu_s": 1 / kernel,
        "mesa_batch_run_trials_per_cpu_s": 1 / mesa,
        "ratio_mesa_batch_run": mesa / kernel,
        "ratio_plain_python": slow / kernel,
        "ratio_reference_draws": kernel / reference,
        "draws_share": (block * blocks + drawn) / kernel,
    }


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

        cold = median(_wall(lambda: strait(1, tempfile.mkdtemp(dir=folder))) for _ in range(repeats))
        warm = median(_wall(lambda: strait(100)) for _ in range(repeats))
        strait(FOLDER_TRIALS)
        size = sum(file.stat().st_size for file in Path(folder, "out").rglob("*") if file.is_file())
        cells = len(tables.cells(loader.load("debate")))
    return {
        "cold_compile_seconds": cold,
        "warm_start_seconds": warm,
        "bytes_per_trial": size / (FOLDER_TRIALS * cells),
    }
