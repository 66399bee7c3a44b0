"""How fast the model plays here, as ratios measured in one run, so that a slow or busy machine does not matter.

The yardstick is the making of 3,840 uniform numbers by NumPy's Philox: what luck keyed by month would cost a trial
of 120 months before anything is played.
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
from typing import TYPE_CHECKING

import numpy as np

from sim import draws, engine, model, outcomes, results, scenario, world
from sim.compiled import plain, twin
from sim.rules import japan, prc, taiwan, us

if TYPE_CHECKING:
    from sim.scenario import Experiment

REFERENCE_DRAWS = 3840
MEANINGS = {
    "kernel_trials_per_cpu_s": "trials a second of processor time, draws included",
    "mesa_batch_run_trials_per_cpu_s": "the same by mesa.batch_run of StraitModel, one process",
    "ratio_mesa_batch_run": "a trial under mesa.batch_run over a trial in the kernel",
    "ratio_plain_python": "a trial in plain Python over a trial in the kernel",
    "ratio_reference_draws": "a trial in the kernel over 3,840 Philox numbers from NumPy (the bar is 2.5)",
    "draws_share": "share of the kernel's time that goes into random numbers",
    "slider_seconds": "5 policies x 1 worldview x 2,000 trials, answered",
    "cold_compile_seconds": "a first run that has to compile the rules",
    "warm_start_seconds": "strait run of 100 trials a cell, tables only, from the command line",
    "bytes_per_trial": "of a results folder",
}


def bench(repeats: int = 5, worlds: int = 1000) -> dict[str, float]:
    """Medians over `repeats` of what `MEANINGS` names, on the debate from its reference start, neutral."""
    exp = scenario.load("debate", worldviews="neutral", trials=worlds)
    exp = replace(exp, starts=(exp.reference,))
    (start,), (view,), cells = exp.starts, exp.worldviews, len(exp.policies)

    def kernel() -> None:
        drawn = draws.parameters(exp, view, 0, worlds)
        for policy in exp.policies:
            engine.play_cell(exp, policy, start, drawn, 0)

    kernel()  # compiled, or loaded, before the clock starts
    generator = np.random.Generator(np.random.Philox(1))
    trial = _cpu(kernel, repeats) / (worlds * cells)
    reference = _cpu(lambda: generator.random(REFERENCE_DRAWS * worlds), repeats) / worlds
    meshed = _cpu(lambda: _by_mesa(exp, 10), repeats) / (10 * cells)
    slow, blocks = _by_plain_python(exp, 10)
    return {
        "kernel_trials_per_cpu_s": 1 / trial,
        "mesa_batch_run_trials_per_cpu_s": 1 / meshed,
        "ratio_mesa_batch_run": meshed / trial,
        "ratio_plain_python": slow / trial,
        "ratio_reference_draws": trial / reference,
        "draws_share": _cost_of_draws(exp, blocks, repeats) / trial,
        "slider_seconds": _wall(lambda: results.run(exp, trials=2000), repeats),
        **_commands(repeats),
    }


def _cpu(work: Callable[[], object], repeats: int) -> float:
    return _timed(work, repeats, time.thread_time)


def _wall(work: Callable[[], object], repeats: int) -> float:
    return _timed(work, repeats, time.perf_counter)


def _timed(work: Callable[[], object], repeats: int, clock: Callable[[], float]) -> float:
    taken = []
    for _ in range(repeats):
        begun = clock()
        work()
        taken.append(clock() - begun)
    return median(taken)


def _by_mesa(exp: Experiment, trials: int) -> None:
    import mesa

    given = {"exp": exp, "policy": [policy.name for policy in exp.policies], "trial": range(trials)}
    mesa.batch_run(model.StraitModel, given, number_processes=1, max_steps=exp.months, display_progress=False)


def _by_plain_python(exp: Experiment, trials: int) -> tuple[float, float]:
    """Processor seconds a trial in plain Python, and how many blocks of four draws it makes."""
    made = 0

    def counted(*key: int) -> tuple[float, float, float, float]:
        nonlocal made
        made += 1
        return draws.four(*key)

    (start,), (view,) = exp.starts, exp.worldviews
    actors = {"prc": prc, "japan": japan, "us": us, "taiwan": taiwan}
    play = model.order_of_play(four=counted, **{name: twin(module) for name, module in actors.items()})
    natures = draws.parameters(exp, view, 0, trials).view(world.parameters_dtype(tuple(exp.catalogue.parameters)))
    begun = time.thread_time()
    for policy in exp.policies:
        setting = engine.setting(exp, policy, start)
        c = world.record(setting.dtype, setting[0])
        for row in range(trials):
            w = world.record(world.world_dtype(len(exp.catalogue.levers)))
            p = world.record(natures.dtype, natures[row, 0])
            w.world, w.luck = row, 1
            play.begin(w, p, c)
            while w.time < c.months and not w.over:
                play.play(w, p, c)
            play.finish(w, p, c)
            plain(outcomes.write)(w, c, [0.0] * len(outcomes.COLUMNS))
    played = trials * len(exp.policies)
    return (time.thread_time() - begun) / played, made / played


def _cost_of_draws(exp: Experiment, blocks: float, repeats: int) -> float:
    """Processor seconds that a trial spends on its own draws and its share of the world's parameters."""
    names, worlds = [f"bench {number}" for number in range(100)], 1000
    one = _cpu(lambda: draws.uniforms(exp.seed, names, 0, worlds), repeats) / (len(names) * worlds)
    drawn = _cpu(lambda: draws.parameters(exp, exp.worldviews[0], 0, worlds), repeats) / worlds
    return one * blocks + drawn / len(exp.policies)


def _commands(repeats: int) -> dict[str, float]:
    """What a user at a terminal waits for, in processes of their own."""
    with tempfile.TemporaryDirectory() as place:

        def strait(cache: str | None, *more: str) -> None:
            code = "from analysis.cli import main; main()"
            command = [sys.executable, "-c", code, "run", "debate", "--no-figures", "--fresh", "--out", f"{place}/out"]
            env = {**os.environ, **({"NUMBA_CACHE_DIR": cache} if cache else {})}
            subprocess.run([*command, *more], check=True, capture_output=True, env=env)

        cold = _wall(lambda: strait(f"{place}/cache", "--trials", "1"), 1)
        warm = _wall(lambda: strait(None, "--trials", "100"), repeats)
        trials = 100 * 30
        size = sum(file.stat().st_size for file in Path(place, "out").rglob("*") if file.is_file())
    return {"cold_compile_seconds": cold, "warm_start_seconds": warm, "bytes_per_trial": size / trials}
