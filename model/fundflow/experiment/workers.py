"""Tasks in spawned processes: one thread each, none lost with a killed worker, stopped by Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from typing import Protocol

from fundflow.experiment.engine import Inputs, load_engine
from fundflow.results import write_replication
from fundflow.scenario import Scenario

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "POLARS_MAX_THREADS",
)
_MOST_LOSSES = 3


class ReplicationFailed(RuntimeError):
    """A replication ended with an error; the finished ones are kept."""


class WorkersLost(RuntimeError):
    """Workers died again and again without finishing anything."""


class Interrupted(Exception):
    """Ctrl-C: the finished replications are kept."""


Task = tuple[int, ...]
"""What names a unit of work inside a job: (replication,), or (variant, replication)."""


class Job(Protocol):
    """What a worker must know to do a task: picklable, so that a spawned process or another machine can hold it."""

    def do(self, task: Task) -> None:
        """Do a task and write what it gives, whole or not at all.

        Raises
        ------
        ReplicationFailed
            If it ends with an error; the text says where.
        """


@dataclass
class RunJob:
    """Replications of one scenario, written into its run folder."""

    engine: str
    scenario: Scenario
    folder: Path
    inputs: Inputs | None = None

    def __getstate__(self) -> dict[str, object]:
        """Leave the inputs behind: a worker prepares its own."""
        return {**self.__dict__, "inputs": None}

    def do(self, task: Task) -> None:
        """Run one replication and write it; see ``Job``."""
        (replication,) = task
        try:
            engine = load_engine(self.engine)
            if self.inputs is None:
                self.inputs = engine.prepare(self.scenario)
            tables = engine.simulate(self.inputs, replication, keep_claims=replication == 0)
            write_replication(self.folder, replication, tables)
        except Exception as error:
            raise ReplicationFailed(f"replication {replication} failed: {told(error)}") from error


_job: Job | None = None


def _start_worker(job: Job) -> None:
    """Ctrl-C is the parent's affair; and a worker must not outlive a parent that was killed."""
    global _job
    _job = job
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(task: Task) -> Task:
    assert _job is not None
    _job.do(task)
    return task


def run_here(job: Job, missing: Callable[[], set[Task]], done: Callable[[Task], None]) -> None:
    """Do the missing tasks in this process, in order.

    Raises
    ------
    Interrupted
        On Ctrl-C; the replication at hand is lost, the finished ones are kept.
    ReplicationFailed
        If a replication ends with an error.
    """
    for task in sorted(missing()):
        try:
            job.do(task)
            done(task)
        except KeyboardInterrupt:
            raise Interrupted from None


def run_in_processes(
    job: Job, workers: int, missing: Callable[[], set[Task]], done: Callable[[Task], None]
) -> None:
    """Do the missing tasks in spawned processes.

    Parameters
    ----------
    job
        What the workers must know.
    workers
        How many processes, at least one.
    missing
        Asks which tasks are still to do; asked again when a worker was lost.
    done
        Called with each task that is finished.

    Raises
    ------
    Interrupted
        On Ctrl-C, after the replications at hand are finished; a second Ctrl-C does not wait for them.
    ReplicationFailed
        If a replication ends with an error.
    WorkersLost
        If workers die repeatedly and nothing is finished between.
    """
    losses = 0
    with _one_thread_each():
        while left := missing():
            try:
                _run_pool(job, min(workers, len(left)), sorted(left), done)
            except BrokenProcessPool:
                losses = losses + 1 if missing() == left else 1
                if losses >= _MOST_LOSSES:
                    raise WorkersLost(
                        f"workers died {losses} times before finishing a replication (out of memory?); "
                        "try fewer --workers"
                    ) from None


def _run_pool(job: Job, workers: int, tasks: list[Task], done: Callable[[Task], None]) -> None:
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_start_worker, initargs=(job,)
    )
    at_hand: dict[Future[Task], Task] = {}
    waiting = iter(tasks)
    try:
        _submit(pool, waiting, at_hand, workers + 1)
        while at_hand:
            finished, _ = wait(at_hand, return_when=FIRST_COMPLETED)
            for future in finished:
                del at_hand[future]
                done(future.result())
            _submit(pool, waiting, at_hand, workers + 1)
    except KeyboardInterrupt:
        try:
            pool.shutdown(wait=True, cancel_futures=True)
        except KeyboardInterrupt:
            for child in set(multiprocessing.active_children()) - others:
                child.kill()
        raise Interrupted from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, waiting: Iterator[Task], at_hand: dict[Future[Task], Task], most: int) -> None:
    """Keep a few replications at hand: enough that no worker waits, few enough that Ctrl-C is quick."""
    while len(at_hand) < most:
        task = next(waiting, None)
        if task is None:
            return
        with _deaf_to_interrupts():
            at_hand[pool.submit(_work, task)] = task


def told(error: Exception) -> str:
    """Say what went wrong and where, since a traceback does not leave the worker."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "fundflow" in Path(frame.filename).parts] or frames
    at = f" ({Path(ours[-1].filename).name}, line {ours[-1].lineno})" if ours else ""
    return f"{type(error).__name__}: {error}{at}"


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes with Ctrl-C blocked, so that none prints a traceback while it is still importing."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Set what the libraries of a worker read when they are imported."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
