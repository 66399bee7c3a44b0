"""Blocks as tasks of Dask: on the processors of this computer, or on any number of computers.

Few blocks are under way at any time, so memory stays flat. A worker plays and encodes a block; the process that
started the run writes it. Dask gives the blocks of a lost worker to others. A worker whose results would not be
bit-identical, because of other rules, libraries or rounding, is found before its first block and sent away.
"""

from __future__ import annotations

import json
import logging
import pickle
import re
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sim.engine import batch
from sim.errors import ClusterError, ClusterLostError, WorkerError
from sim.results import same_program
from sim.results.manifest import differing_values
from sim.results.parts import FillBlocks, Parts

if TYPE_CHECKING:
    from distributed import Client, Future

    from sim.engine.batch import Block
    from sim.results.same_program import Fingerprint
    from sim.scenario.experiment import Experiment

LOCAL = "local"
BLOCKS_PER_THREAD = 2  # under way for each thread of a worker
CONNECT_S = 5
LOG_EVERY_S = 30  # between two checks whether any worker is left

Output = TypeVar("Output")
Task = Callable[[Parts, int], Output]  # a worker's task for one block

log = logging.getLogger("sim")


def fill_on_cluster(address: str, workers: int | None, fingerprint: Fingerprint) -> FillBlocks:
    """Have the blocks of a folder played on a cluster; this process writes them as they come.

    Parameters
    ----------
    address
        `local`, the address of a scheduler (`tcp://desk1:8786`), or the scheduler's file.
    workers
        Processes, for `local`; by default one a processor.
    fingerprint
        Required of every worker: `sim.results.same_program.fingerprint` of the experiment on this computer.
    """

    def fill(parts: Parts, numbers: Sequence[int]) -> Generator[int, None, None]:
        if not numbers:
            return
        with _connect(address, workers) as client:
            job = pickle.dumps((parts.experiment, parts.block_worlds, fingerprint))
            for number, files in _Crew(client, job, _encode_block).play(numbers):
                parts.write(number, files)
                yield number

    return fill


def blocks(
    experiment: Experiment, address: str, *, workers: int | None = None, block_worlds: int = 1000
) -> Generator[Block, None, None]:
    """Yield the blocks of an experiment in order of worlds, as `sim.engine.batch.blocks` does, from a cluster."""
    job = pickle.dumps((experiment, block_worlds, same_program.fingerprint(experiment)))
    early: dict[int, Block] = {}
    due = 0
    with _connect(address, workers) as client:
        for number, block in _Crew(client, job, _play_block).play(Parts(Path(), experiment, block_worlds).own_blocks):
            early[number] = block
            while due in early:
                yield early.pop(due)
                due += 1


# On a worker


def _run_task(job: bytes, task: Task[Output], number: int) -> Output:
    return task(_unpack_job(job), number)


@lru_cache(maxsize=2)
def _unpack_job(job: bytes) -> Parts:
    """Parts of the job, after a check that this worker gives the same bytes; once a job."""
    from distributed import get_worker

    experiment, block_worlds, required = pickle.loads(job)
    differences = differing_values(same_program.describe_program(), required)
    if not differences:  # a worker with other rules need not compile them
        differences = differing_values(same_program.fingerprint(experiment), required)
    if differences:
        raise WorkerError(get_worker().address, "; ".join(differences))
    return Parts(Path(), experiment, block_worlds)


def _play_block(parts: Parts, number: int) -> Block:
    blocks = batch.blocks(parts.experiment, workers=1, block_worlds=parts.block_worlds, numbers=[number])
    with closing(blocks):
        return next(blocks)


def _encode_block(parts: Parts, number: int) -> dict[str, bytes]:
    return {kind: bytes(content) for kind, content in parts.encode(_play_block(parts, number)).items()}


# On the computer that started the run


@contextmanager
def _connect(address: str, workers: int | None) -> Iterator[Client]:
    """Start a cluster on this computer or connect to one; leave it at the end, also after an error.

    Raises ClusterError if Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(
            "--cluster needs Dask, which is not installed: python -m pip install -e '.[cluster]'"
        ) from error
    if address == LOCAL:
        with _start_local(workers or batch.workers_here()) as client:
            yield client
        return
    if workers:
        raise ClusterError("--workers is for this computer; leave it out: a cluster has the workers that joined it")
    try:
        client = Client(_scheduler_address(address), timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        raise ClusterError(f"{address}: no scheduler answers there; start it, or correct the address") from error
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # `ClusterLostError` reports a lost scheduler
    with client:
        yield client


@contextmanager
def _start_local(workers: int) -> Iterator[Client]:
    """Start local worker processes. They are killed on exit; every result is on disk by then."""
    import asyncio

    from distributed import Client, LocalCluster

    async def kill() -> None:
        closing = (nanny.close(timeout=0.2) for nanny in cluster.workers.values())
        await asyncio.gather(*closing, return_exceptions=True)

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=":0",
        silence_logs=logging.ERROR,
        preload=["import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"],  # Ctrl-C is for this process
    ) as cluster:
        try:
            with Client(cluster) as client:
                yield client
        finally:
            cluster.sync(kill)


def _scheduler_address(text: str) -> str:
    """Address of a scheduler, from the address itself or the file to which the scheduler wrote it."""
    if Path(text).is_file():
        try:
            return str(json.loads(Path(text).read_text(encoding="utf-8"))["address"])
        except (ValueError, KeyError, TypeError) as error:
            raise ClusterError(
                f"{text}: not the file of a Dask scheduler; write it with dask scheduler --scheduler-file {text}"
            ) from error
    if re.fullmatch(r"\w+://.+", text):
        return text
    if re.fullmatch(r"[\w.-]+:\d+", text):
        return f"tcp://{text}"
    raise ClusterError(f"{text}: no such file; write --cluster local, tcp://HOST:PORT or a scheduler's file")


class _Crew:
    """Workers of a cluster, and the blocks that are under way."""

    def __init__(self, client: Client, job: bytes, task: Task[Any]) -> None:
        self.client, self.job, self.task = client, job, task
        self.under_way: dict[Future[Any], tuple[int, int]] = {}  # number of the block, workers sent away before
        self.sent_away: set[str] = set()

    def play(self, numbers: Sequence[int]) -> Iterator[tuple[int, Any]]:
        """Yield the number and the output of each block, in the order in which they are done.

        Raises ClusterError if no worker gives the same bytes as this computer. Raises ClusterLostError if the cluster
        disappears.
        """
        from distributed import CancelledError

        todo = deque(numbers)
        try:
            self._check_workers()
            while todo or self.under_way:
                while todo and len(self.under_way) < BLOCKS_PER_THREAD * max(1, sum(self.client.nthreads().values())):
                    number = todo.popleft()
                    future = self.client.submit(_run_task, self.job, self.task, number, pure=False)
                    self.under_way[future] = number, len(self.sent_away)
                for future in self._wait_for_done():
                    number, sent_away_before = self.under_way.pop(future)
                    if (error := future.exception()) is None:
                        yield number, future.result()
                    elif self._was_of_a_worker(error, sent_away_before):
                        todo.appendleft(number)
                    else:
                        raise error
        except (CancelledError, OSError) as error:
            raise ClusterLostError(f"The cluster disappeared ({error}).") from error

    def _check_workers(self) -> None:
        """Wait for a first worker, and check all that are there."""
        if not self.client.nthreads():
            log.warning("No worker has joined the cluster yet; waiting for one.")
            self.client.wait_for_workers(1)
        self._send_away({})

    def _wait_for_done(self) -> set[Future[Any]]:
        """Wait until some blocks are done or have failed."""
        from distributed import wait

        warned = False
        while True:
            try:
                done: set[Future[Any]] = wait([*self.under_way], LOG_EVERY_S, "FIRST_COMPLETED").done
                return done
            except TimeoutError:
                if not warned and not self.client.nthreads():
                    log.warning("No worker is left in the cluster; waiting for one.")
                    warned = True

    def _was_of_a_worker(self, error: BaseException, sent_away_before: int) -> bool:
        """Whether a block failed because of a worker that is sent away, perhaps just now; another may play it then."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            raise ClusterLostError(f"A block was lost with its worker several times. {error}") from error
        self._send_away({error.address: error.differences} if isinstance(error, WorkerError) else {})
        return len(self.sent_away) > sent_away_before

    def _send_away(self, reasons: dict[str, str]) -> None:
        """Send away these workers, and all others whose results would not be bit-identical."""
        here = same_program.describe_program()
        for address, there in self.client.run(same_program.describe_program, on_error="return").items():
            if isinstance(there, Exception) and not isinstance(there, OSError):  # OSError: the worker was just lost
                reasons[address] = f"Strait does not work there ({there})"
            elif isinstance(there, dict) and (differences := differing_values(there, here)):
                reasons[address] = "; ".join(differences)
        new = {address: reason for address, reason in reasons.items() if address not in self.sent_away}
        for address, reason in new.items():
            log.warning("Worker %s is sent away: its results would not be bit-identical (%s).", address, reason)
        if new:
            self.sent_away |= new.keys()
            self.client.retire_workers([*new], close_workers=True)
            if not self.client.nthreads():
                raise ClusterError("No worker is left; install this Strait and the same libraries on the workers.")
