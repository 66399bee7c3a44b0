"""The same blocks as tasks of Dask: on the processors of this computer, or on as many computers as there are.

Few blocks are under way at any time, so memory stays flat. A worker plays and packs a whole block; the process that
asked writes it down. Dask gives the blocks of a lost worker to others. A worker that would give other bytes, because
of other rules, libraries or rounding, is found before it plays its first block and is sent away.
"""

from __future__ import annotations

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
from sim.results import failures, manifest, same_program
from sim.results.filling import Fill
from sim.results.parts import Parts

if TYPE_CHECKING:
    from distributed import Client, Future

    from sim.engine.batch import Block
    from sim.results.same_program import Traits
    from sim.scenario.experiment import Experiment

LOCAL = "local"
AHEAD = 2  # blocks under way for each thread of a worker
ANSWER_S = 5  # a scheduler that is there answers sooner
WORD_S = 30  # between two looks at whether any worker is left

Made = TypeVar("Made")
Work = Callable[[Parts, int], Made]  # what a worker makes of a block

log = logging.getLogger("sim")


def filler(where: str, workers: int | None, traits: Traits) -> Fill:
    """Have the blocks of a folder played on a cluster; this process writes them as they come.

    Parameters
    ----------
    where
        `local`, the address of a scheduler (`tcp://desk1:8786`), or the file in which it wrote that down.
    workers
        Processes, for `local`; by default one a processor.
    traits
        What a worker must be like: `sim.results.same_program.traits` of the experiment here.
    """

    def fill(parts: Parts, numbers: Sequence[int]) -> Generator[int, None, None]:
        if not numbers:
            return
        with _joined(where, workers) as client:
            order = pickle.dumps((parts.experiment, parts.block_worlds, traits))
            for number, files in _Crew(client, order, _packed).made(numbers):
                parts.keep(number, files)
                yield number

    return fill


def blocks(
    experiment: Experiment, where: str, *, workers: int | None = None, block_worlds: int = 1000
) -> Generator[Block, None, None]:
    """Yield the blocks of an experiment in order of worlds, as `sim.engine.batch.blocks` does, played on a cluster."""
    order = pickle.dumps((experiment, block_worlds, same_program.traits(experiment)))
    early: dict[int, Block] = {}
    due = 0
    with _joined(where, workers) as client:
        for number, block in _Crew(client, order, _played).made(Parts(Path(), experiment, block_worlds).wanted):
            early[number] = block
            while due in early:
                yield early.pop(due)
                due += 1


# On a worker


def _task(order: bytes, work: Work[Made], number: int) -> Made:
    return work(_ready(order), number)


@lru_cache(maxsize=2)
def _ready(order: bytes) -> Parts:
    """What is to be played, once this worker has shown that it gives the same bytes."""
    from distributed import get_worker

    experiment, size, wanted = pickle.loads(order)
    unlike = manifest.differing_values(same_program.program(), wanted)
    unlike = unlike or manifest.differing_values(same_program.traits(experiment), wanted)
    if unlike:  # a worker of other rules need not compile them
        raise WorkerError(get_worker().address, "; ".join(unlike))
    return Parts(Path(), experiment, size)


def _played(parts: Parts, number: int) -> Block:
    with closing(batch.blocks(parts.experiment, workers=1, block_worlds=parts.block_worlds, numbers=[number])) as one:
        return next(one)


def _packed(parts: Parts, number: int) -> dict[str, bytes]:
    sound = failures.remove_failures(parts.experiment, _played(parts, number))
    return {kind: bytes(content) for kind, content in parts.packed(*sound).items()}


# Where the results are wanted


@contextmanager
def _joined(where: str, workers: int | None) -> Iterator[Client]:
    """Begin a cluster on this computer or join one, and leave it in the end, however that comes.

    Raises
    ------
    ClusterError
        If Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as fault:
        raise ClusterError("--cluster needs Dask, which is not installed: pip install '.[cluster]'") from fault
    if where == LOCAL:
        with _local(workers or batch.workers_here()) as client:
            yield client
        return
    if workers:
        raise ClusterError("--workers is for this computer; a cluster has the workers that have joined it")
    try:
        client = Client(_address(where), timeout=ANSWER_S)
    except (OSError, ValueError) as fault:
        raise ClusterError(f"{where}: no scheduler answers there; is it running, and is this its address?") from fault
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a lost scheduler is told once, in our words
    with client:
        yield client


@contextmanager
def _local(workers: int) -> Iterator[Client]:
    """Begin so many processes on this computer; they end at once in the end, for all that counts is kept then."""
    import asyncio

    from distributed import Client, LocalCluster

    async def end() -> None:
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
            cluster.sync(end)


def _address(where: str) -> str:
    """Address of a scheduler that is named by it or by the file in which the scheduler wrote it."""
    import json

    if Path(where).is_file():
        try:
            return str(json.loads(Path(where).read_text(encoding="utf-8"))["address"])
        except (ValueError, KeyError, TypeError) as fault:
            raise ClusterError(f"{where}: this is no file of a Dask scheduler") from fault
    if re.fullmatch(r"\w+://.+", where):
        return where
    if re.fullmatch(r"[\w.-]+:\d+", where):
        return f"tcp://{where}"
    raise ClusterError(f"{where}: no such file; --cluster takes local, tcp://HOST:PORT or a scheduler's file")


class _Crew:
    """The workers of a cluster, and the blocks they have under way."""

    def __init__(self, client: Client, order: bytes, work: Work[Any]) -> None:
        self.client, self.order, self.work = client, order, work
        self.under_way: dict[Future[Any], tuple[int, int]] = {}  # number of the block, workers sent away by then
        self.sent_away: set[str] = set()

    def made(self, numbers: Sequence[int]) -> Iterator[tuple[int, Any]]:
        """What the workers make of these blocks, in the order in which it comes.

        Raises
        ------
        ClusterError
            If no worker gives the same bytes as this computer, or the cluster is lost.
        """
        from distributed import CancelledError

        todo = deque(numbers)
        try:
            self.begin()
            while todo or self.under_way:
                while todo and len(self.under_way) < AHEAD * max(1, sum(self.client.nthreads().values())):
                    number = todo.popleft()
                    task = self.client.submit(_task, self.order, self.work, number, pure=False)
                    self.under_way[task] = number, len(self.sent_away)
                for task in self.ended():
                    number, before = self.under_way.pop(task)
                    if (fault := task.exception()) is None:
                        yield number, task.result()
                    elif self.was_of_a_worker(fault, before):
                        todo.appendleft(number)
                    else:
                        raise fault
        except (CancelledError, OSError) as fault:
            raise ClusterLostError(f"The cluster went away ({fault}).") from fault

    def begin(self) -> None:
        """Wait for a worker, and look at those that are there."""
        if not self.client.nthreads():
            log.warning("No worker has joined the cluster yet; waiting for one.")
            self.client.wait_for_workers(1)
        self.send_away({})

    def ended(self) -> set[Future[Any]]:
        """Wait until some tasks have ended, and give them."""
        from distributed import wait

        told = False
        while True:
            try:
                ended: set[Future[Any]] = wait([*self.under_way], WORD_S, "FIRST_COMPLETED").done
                return ended
            except TimeoutError:
                if not told and not self.client.nthreads():
                    log.warning("No worker is left in the cluster; waiting for one.")
                    told = True

    def was_of_a_worker(self, fault: BaseException, before: int) -> bool:
        """Whether a task failed because of a worker that has been sent away, perhaps now; others may do it then."""
        from distributed import KilledWorker

        if isinstance(fault, KilledWorker):
            raise ClusterLostError(f"A block was lost with its worker again and again. {fault}") from fault
        self.send_away({fault.address: fault.differences} if isinstance(fault, WorkerError) else {})
        return len(self.sent_away) > before

    def send_away(self, unlike: dict[str, str]) -> None:
        """Send away these workers, for the reasons given, and all others that would give other bytes."""
        here = same_program.program()
        for address, there in self.client.run(same_program.program, on_error="return").items():
            if isinstance(there, Exception) and not isinstance(there, OSError):  # that would be a worker just lost
                unlike[address] = f"Strait does not work there ({there})"
            elif isinstance(there, dict) and (differing := manifest.differing_values(there, here)):
                unlike[address] = "; ".join(differing)
        new = {address: what for address, what in unlike.items() if address not in self.sent_away}
        for address, what in new.items():
            log.warning("Worker %s is sent away, it would not give the same results: %s", address, what)
        if new:
            self.sent_away |= new.keys()
            self.client.retire_workers([*new], close_workers=True)
            if not self.client.nthreads():
                raise ClusterError("No worker is left: they must have this Strait, and the libraries it has here.")
