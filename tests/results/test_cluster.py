"""Blocks played by Dask on real processes, which are killed, replaced, or not what they should be: the same bytes."""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import Client, LocalCluster
from playing import needs_kernels
from run_files import files
from typer.testing import CliRunner

import sim
from analysis.cli import main
from sim.errors import ClusterError, ClusterLostError
from sim.results import cluster, store
from sim.results.store import write_folder
from sim.scenario.experiment import Experiment

ROOT = Path(__file__).parents[2]
TRIALS, BLOCKS = 1490, 30  # in blocks of 50, the last one short
KILLS = 3
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)

UNLIKE: dict[str, dict[str, Any]] = {
    "rules run: as python there, as machine code here": {"env": {"STRAIT_RULES": "python"}},
    "a sample of trials (systems and processors may round differently)": {
        "preload": "import numpy; from sim.model import draws; "
        "draws.draw_parameters = lambda *how, of=draws.draw_parameters: numpy.nextafter(of(*how), 0)"
    },
    "Strait does not work there": {"preload": "import sys; sys.modules['sim'] = None"},
}


@pytest.fixture(scope="module")
def exp() -> Experiment:
    """Give the debate with two policies under one worldview."""
    cells: dict[str, Any] = {"starts": ["2026"], "worldviews": ["neutral"], "policies": ["both", "status_quo"]}
    return sim.load("debate", trials=TRIALS, seed=7, **cells)


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Make blocks small enough to have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "BLOCK_TRIALS", 50)
        yield


@pytest.fixture(scope="module")
def whole(small_blocks: None, exp: Experiment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a run in this process."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    write_folder(exp, folder)
    return folder


@pytest.fixture(scope="module")
def crew() -> Iterator[LocalCluster]:
    """Give two workers that are processes."""
    quiet: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": logging.CRITICAL}
    with dask.config.set({"distributed.scheduler.allowed-failures": KILLS}), LocalCluster(2, **quiet) as cluster:
        yield cluster


@pytest.fixture
def scheduler() -> Iterator[LocalCluster]:
    """Give a scheduler to which no worker belongs yet."""
    with LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=logging.CRITICAL) as cluster:
        yield cluster


def worker(address: str, sources: Path = ROOT, **how: Any) -> subprocess.Popen[str]:
    """Begin a worker as a user does, with other sources of Strait, environment or preparation."""
    more = [*how.get("more", ()), *(["--preload", how["preload"]] if "preload" in how else [])]
    return subprocess.Popen(
        [sys.executable, "-m", "dask", "worker", address, "--nthreads", "1", "--no-dashboard", *more],
        env={**os.environ, "PYTHONPATH": str(sources), **how.get("env", {})},
        cwd=sources, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> str:
    """Wait for a process to end by itself, and return its output."""
    return process.communicate(timeout=120)[0]


# The same bytes


def test_workers_killed_in_the_midst_change_no_byte(
    exp: Experiment, whole: Path, crew: LocalCluster, tmp_path: Path
) -> None:
    chance = random.Random(2026)
    moments = {*chance.sample(range(1, BLOCKS - 4), KILLS)}
    killed: list[int] = []
    written = 0

    def kill(*_: int) -> None:
        nonlocal written
        written += 1
        alive = [nanny.pid for nanny in crew.workers.values() if nanny.pid and nanny.pid not in killed]
        if written in moments and alive:
            killed.append(chance.choice(alive))
            os.kill(killed[-1], KILL)
        elif written in moments:
            moments.add(written + 1)

    result = write_folder(exp, tmp_path / "out", cluster=crew.scheduler_address, progress=kill)
    assert (written, len(killed)) == (BLOCKS, KILLS)
    assert result.manifest
    assert result.manifest["status"] == "complete"
    assert files(tmp_path / "out") == files(whole)


def test_a_stopped_run_continues_elsewhere(exp: Experiment, whole: Path, crew: LocalCluster, tmp_path: Path) -> None:
    def interrupted(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    address = tmp_path / "scheduler.json"
    # The client's own way to write this file fails while workers still have names of tasks in tuples.
    address.write_text(json.dumps({"address": crew.scheduler_address}), encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_folder(exp, tmp_path / "out", cluster=str(address), progress=interrupted)
    assert not write_folder(exp, tmp_path / "out").reused
    assert files(tmp_path / "out") == files(whole)


def test_results_in_memory_are_the_same(exp: Experiment, crew: LocalCluster) -> None:
    here, there = (sim.run(exp, trials=2500, cluster=where) for where in (None, crew.scheduler_address))
    assert here.trials.equals(there.trials)
    assert here.worlds.equals(there.worlds)
    assert here.rungs.equals(there.rungs)


def test_a_cluster_of_this_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = "run debate --trials 100 --start 2026 --worldview neutral --policy both --policy status_quo --no-figures"
    for words in (f"{run} --out here", f"{run} --out there --cluster local --workers 1"):
        command = CliRunner().invoke(main.app, words.split())
        assert command.exit_code == 0, command.output
    assert files(tmp_path / "there") == files(tmp_path / "here")


# Workers that would give other bytes


@needs_kernels
def test_workers_with_other_results_are_sent_away(
    exp: Experiment, scheduler: LocalCluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address = scheduler.scheduler_address
    workers = [worker(address, more=["--no-nanny"], **how) for how in UNLIKE.values()]
    with Client(scheduler) as client:
        client.wait_for_workers(len(UNLIKE))
    with pytest.raises(ClusterError, match="No worker is left; install this Strait"):
        write_folder(exp, tmp_path / "out", cluster=address)
    assert not [why for why in UNLIKE if why not in caplog.text]
    assert not (tmp_path / "out" / "trials.parquet").exists()
    for process in workers:
        ended(process)


def test_a_worker_with_other_rules_that_joins_late_is_sent_away(
    exp: Experiment, whole: Path, crew: LocalCluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(ROOT / "sim", tmp_path / "sim")
    with (tmp_path / "sim" / "model" / "rules" / "us.py").open("a", encoding="utf-8") as file:
        file.write("\nANOTHER = 1\n")
    late: list[subprocess.Popen[str]] = []

    def join(*_: int) -> None:
        if not late:
            late.append(worker(crew.scheduler_address, tmp_path))
            with Client(crew, set_as_default=False) as client:
                client.wait_for_workers(3)

    write_folder(exp, tmp_path / "out", cluster=crew.scheduler_address, progress=join)
    ended(late[0])
    assert "is sent away: its results would not be bit-identical (the rules' sources (sim/): " in caplog.text
    assert files(tmp_path / "out") == files(whole)


# Clusters that are not there


@pytest.mark.parametrize(("where", "message"), [
    ("tcp://127.0.0.1:9", "no scheduler answers there"), ("127.0.0.1:9", "no scheduler answers there"),
    ("none.json", "no such file; write --cluster local, tcp://HOST:PORT or a scheduler's file"),
    ("C:\\none.json", "no such file"), ("bad.json", "not the file of a Dask scheduler"),
    ("stale.json", "no scheduler answers there"),
])  # fmt: skip
def test_a_missing_cluster_is_reported(
    where: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    Path("bad.json").write_text("{}", encoding="utf-8")
    Path("stale.json").write_text('{"address": "tcp://127.0.0.1:9"}', encoding="utf-8")
    words = ["run", "debate", "--trials=20", "--policy=both", "--worldview=self", "--start=2026", "--cluster", where]
    refused = CliRunner().invoke(main.app, words)
    assert (refused.exit_code, f"{where}: {message}" in refused.stderr) == (2, True), refused.output


def test_without_dask_it_says_what_to_install(exp: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"python -m pip install -e '\.\[cluster\]'"):
        sim.run(exp, trials=20, cluster="local")


def test_a_lost_cluster_is_reported(exp: Experiment, crew: LocalCluster, tmp_path: Path) -> None:
    usual = dask.config.get("distributed.comm.timeouts.connect")

    def lost(*_: int) -> None:
        dask.config.set({"distributed.comm.timeouts.connect": "1s"})  # not before: a busy computer connects slowly
        crew.close()

    with (
        dask.config.set({"distributed.comm.timeouts.connect": usual}),
        pytest.raises(ClusterLostError, match="disappeared"),
    ):
        write_folder(exp, tmp_path / "out", cluster=crew.scheduler_address, progress=lost)
    assert (tmp_path / "out" / "trials.parquet").exists()
