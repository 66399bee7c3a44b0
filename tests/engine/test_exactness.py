"""One answer: whatever the blocks, the workers, their order and kind, and whether rules are compiled or not."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import needs_kernels

from sim.engine import batch
from sim.model import draws
from sim.scenario.experiment import Experiment
from sim.scenario.loader import load

WORLDS, LUCKS = 23, 2
Entry = TypeVar("Entry")
Prints = dict[tuple[Any, ...], str]


def small(trials: int = WORLDS * LUCKS) -> Experiment:
    """Eight cells, with several lucks a world and correlated parameters."""
    exp = load(
        "debate", trials=trials, lucks=LUCKS, policies=["direct_ties", "status_quo"], set_=["force_per_year=0.2"]
    )
    correlated = (("us_intervenes_prob", "japan_fights_prob", 0.5), ("hope_loss_ties", "us_intervenes_prob", -0.3))
    return replace(exp, worldviews=exp.worldviews[:2], correlations=correlated)


def prints(exp: Experiment, workers: int | None = None, block_worlds: int = 1000, order: int = 0) -> Prints:
    """A hash of each cell's trials and of its monthly counts, and of each worldview's worlds."""
    numbers = [*range(-(-exp.trials // exp.lucks // block_worlds))]
    random.Random(order).shuffle(numbers)
    played = batch.blocks(exp, workers=workers, block_worlds=block_worlds, numbers=numbers)
    return joined([*played])


def joined(blocks: Sequence[batch.Block]) -> Prints:
    """The hashes of blocks, in whatever order they were played."""
    blocks = sorted(blocks, key=lambda block: block.first_world)
    made: Prints = {}
    for cell in blocks[0].records:
        trials = np.concatenate([block.records[cell] for block in blocks])
        counts = np.sum([block.rung_counts[cell] for block in blocks], axis=0)
        made[cell] = hashed(trials) + hashed(counts)
    for view in blocks[0].parameters:
        made[(view,)] = hashed(np.concatenate([block.parameters[view] for block in blocks]))
    return made


def hashed(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


@cache
def usual() -> Prints:
    """One worker, one block, everything in the experiment's own order."""
    return prints(small(), workers=1)


def shuffled(entries: Sequence[Entry]) -> st.SearchStrategy[tuple[Entry, ...]]:
    return st.permutations(entries).map(tuple)


@needs_kernels
@settings(max_examples=40)
@given(data=st.data(), workers=st.integers(1, 6), block=st.integers(1, 30), order=st.integers(0, 99))
def test_blocks_workers_and_the_order_of_cells_and_blocks_change_no_byte(
    data: st.DataObject, workers: int, block: int, order: int
) -> None:
    exp = small()
    turned = replace(
        exp,
        policies=data.draw(shuffled(exp.policies)),
        worldviews=data.draw(shuffled(exp.worldviews)),
        starts=data.draw(shuffled(exp.starts)),
    )
    assert prints(turned, workers=workers, block_worlds=block, order=order) == usual()


def test_a_world_drawn_alone_is_the_world_drawn_among_others() -> None:
    exp = small()
    for view in exp.worldviews:
        together = draws.draw_parameters(exp, view, 0, 300)
        for size in (1, 3, 7):
            apart = [draws.draw_parameters(exp, view, first, size) for first in range(0, 300, size)]
            assert np.concatenate(apart)[:300].tobytes() == together.tobytes()


def _by_process(numbers: list[int]) -> list[batch.Block]:
    return [*batch.blocks(small(), workers=1, block_worlds=5, numbers=numbers)]


@needs_kernels
def test_processes_change_no_byte() -> None:
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=fresh) as pool:
        blocks = [block for part in pool.map(_by_process, [[4, 0], [3, 1, 2]]) for block in part]
    assert joined(blocks) == usual()


@needs_kernels
def test_plain_python_changes_no_byte() -> None:
    code = "from sim.model import compiled; assert not compiled.is_compiled(); "
    code += "print(t.prints(t.small(6), block_worlds=2))"
    assert alone(code, STRAIT_RULES="python") == str(prints(small(6)))


def test_another_processor_draws_the_same_worlds() -> None:
    """NumPy and BLAS have code for many processors; on one with none of the newer instructions worlds are the same."""
    found: Any = np.show_config(mode="dicts")
    plainest = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(found["SIMD Extensions"].get("found", [])),
        "OPENBLAS_CORETYPE": "PRESCOTT",
    }
    code = "print([t.hashed(t.draws.draw_parameters(t.small(), view, 0, 500)) for view in t.small().worldviews])"
    here, there = alone(code), alone(code, **plainest)
    assert here == there == str([hashed(draws.draw_parameters(small(), view, 0, 500)) for view in small().worldviews])


def alone(code: str, **environment: str) -> str:
    """What Python prints that knows this module as `t`, in a process of its own."""
    folder, tests, root = Path(__file__).parents[:3]
    paths = os.pathsep.join(map(str, (root, tests, folder)))
    command = [sys.executable, "-W", "ignore", "-c", f"import test_exactness as t\n{code}"]
    env = {**os.environ, "PYTHONPATH": paths, **environment}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout.strip()
