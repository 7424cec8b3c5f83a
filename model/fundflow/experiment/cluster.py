"""Pieces on a Dask cluster: the same tasks as local processes do, sent to workers that may be on other machines.

A worker gets one scenario and the number of a replication and sends the piece back as bytes, so no disk is shared. The
pieces are written here, whole or not at all; which worker did a task, and in which order, leaves no trace.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from fundflow.experiment.engine import code_version
from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.pieces import PieceJob, piece_path
from fundflow.experiment.running import processors
from fundflow.experiment.workers import Interrupted, Task, WorkersLost, _one_thread_each

Spread = Callable[[PieceJob, Callable[[], set[Task]], Callable[[Task], None]], None]
ANSWER_SECONDS = 10
_LOCAL = re.compile(r"^local(?::(\d+))?$")
_HELD_JOBS = 2
_held: OrderedDict[str, PieceJob] = OrderedDict()
"""Jobs that this worker prepared, by identity of the scenario."""


@contextmanager
def spread_on(address: str | None) -> Iterator[Spread | None]:
    """Connect to a cluster, or start one; None gives None, which means local processes.

    Raises
    ------
    Refused
        If Dask is not installed, the address is none, does not answer, has no workers, or runs another version.
    """
    if address is None:
        yield None
        return
    local = _LOCAL.match(address)
    if not local and not re.match(r"^(\w+://)?[^\s:/]+:\d+$", address):
        raise Refused(f"--cluster {address}: must be an address such as tcp://10.0.0.5:8786, or local:2")
    count = int(local[1] or processors()) if local else 0
    if local and not 1 <= count <= 1000:
        raise Refused(f"--cluster {address}: a cluster has 1 to 1000 workers")
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise Refused(
            f"--cluster {address}: needs Dask, which is not installed; pip install 'fundflow[cluster]'"
        ) from None
    # A lost worker is told by the exception; Dask's own lines would bury it.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if local:
        with _one_thread_each(), distributed.LocalCluster(
            n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster, distributed.Client(cluster) as client:
            yield _spread(client, distributed)
        return
    with _connected(distributed, address) as client:
        _check_workers(client, address)
        yield _spread(client, distributed)


def _connected(distributed: Any, address: str) -> Any:
    """Connect by a deadline of our own: Dask's ends with the connection, and it waits for the greeting for ever."""
    found: list[Any] = []

    def connect() -> None:
        try:
            found.append(distributed.Client(address, timeout=ANSWER_SECONDS))
        except (OSError, ValueError, TimeoutError):
            return

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS + 5)
    if not found:
        raise Refused(f"--cluster {address}: does not answer within {ANSWER_SECONDS} seconds")
    return found[0]


def _check_workers(client: Any, address: str) -> None:
    """Refuse a cluster whose results would not be ours."""
    try:
        client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        versions = client.run(_version)
    except TimeoutError:
        raise Refused(f"--cluster {address}: has no workers") from None
    except Exception as error:
        raise Refused(f"--cluster {address}: a worker cannot import fundflow: {error}") from None
    other = {where: one for where, one in versions.items() if one != code_version()}
    if other:
        where, one = next(iter(other.items()))
        raise Refused(f"--cluster {address}: the worker {where} runs {one}, this is {code_version()}")


def _version() -> str:
    return code_version()


def _spread(client: Any, distributed: Any) -> Spread:
    """Do tasks on the workers of a client; see ``run_pieces``."""
    def spread(job: PieceJob, missing: Callable[[], set[Task]], done: Callable[[Task], None]) -> None:
        waiting = iter(sorted(missing()))
        names: dict[Any, Task] = {}
        finished = distributed.as_completed(with_results=False)

        def submit(count: int) -> None:
            for _, task in zip(range(count), waiting, strict=False):
                alone = replace(
                    job, scenarios=(job.scenarios[task[0]],), metas=(job.metas[task[0]],), held=OrderedDict()
                )
                key = f"piece-{job.metas[task[0]]['identity'][:32]}-{task[1]}"
                future = client.submit(_piece, alone, task[1], key=key, pure=False, retries=0)
                names[future] = task
                finished.add(future)

        try:
            # Twice as many at hand as there are threads: no worker waits, and a large grid is not sent at once.
            submit(2 * max(sum(client.nthreads().values()), 1))
            for future in finished:
                task = names.pop(future)
                path = piece_path(job.store, job.metas[task[0]], task[1])
                write_whole(path, future.result())
                done(task)
                submit(1)
        except KeyboardInterrupt:
            raise Interrupted from None
        except distributed.KilledWorker as error:
            raise WorkersLost("workers of the cluster died again and again at one task (out of memory?)") from error
        except (OSError, CancelledError) as error:
            raise WorkersLost(f"the cluster was lost: {error}") from error
        finally:
            client.cancel(list(names), force=True)

    return spread


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def _piece(job: PieceJob, replication: int) -> bytes:
    """Run a replication on a worker and give its piece as bytes."""
    identity = str(job.metas[0]["identity"])
    if identity in _held:
        job = _held[identity]
    else:
        _held[identity] = job
        while len(_held) > _HELD_JOBS:
            _held.popitem(last=False)
    with tempfile.TemporaryDirectory() as folder:
        here = replace(job, store=Path(folder))  # shares what is prepared
        here.do((0, replication))
        return piece_path(here.store, job.metas[0], replication).read_bytes()
