"""Run a scenario: find what is finished, run what is missing, close the folder."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from fundflow.experiment.engine import SIMULATION, load_engine, meta_of
from fundflow.experiment.workers import (
    Interrupted,
    ReplicationFailed,
    RunJob,
    Task,
    WorkersLost,
    run_here,
    run_in_processes,
)
from fundflow.results import Run, RunWriter, held
from fundflow.results.files import write_json
from fundflow.scenario import Scenario

RESULTS = Path("results")


class Watch(Protocol):
    """Who is told how a run goes on."""

    def started(self, folder: Path, finished: int, wanted: int) -> None:
        """The folder is known, and how many of the wanted replications it already holds."""

    def advanced(self, finished: int) -> None:
        """So many of the wanted replications are finished."""

    def ended(self) -> None:
        """No more replications will come, for whatever reason."""


class Silent:
    """Nobody is told."""

    def started(self, folder: Path, finished: int, wanted: int) -> None:
        """Say nothing."""

    def advanced(self, finished: int) -> None:
        """Say nothing."""

    def ended(self) -> None:
        """Say nothing."""


def run_scenario(
    scenario: Scenario,
    *,
    replications: int | None = None,
    workers: int | None = None,
    out: Path | None = None,
    results: Path = RESULTS,
    engine: str = SIMULATION,
    watch: Watch | None = None,
) -> Run:
    """Run the replications of a scenario that are not finished yet.

    Parameters
    ----------
    scenario
        What to run.
    replications
        How many; by default the scenario's number.
    workers
        Spawned processes; 0 runs in this process; by default one for each processor.
    out
        The run folder; by default ``<results>/<name>-<first eight of the identity>``.
    engine
        Module with ``prepare`` and ``simulate``.
    watch
        Told how the run goes on.

    Returns
    -------
    Run
        The finished run; it may hold more replications than asked for, if it did before.

    Raises
    ------
    Interrupted, ReplicationFailed, WorkersLost
        After what is finished was made readable; the text names the folder.
    OtherRun, FolderInUse
        If the folder cannot be this run's.
    """
    watch = watch or Silent()
    wanted = set(range(replications or scenario.replications))
    inputs = load_engine(engine).prepare(scenario)
    meta = meta_of(scenario, inputs)
    folder = out or results / f"{scenario.name}-{meta['identity'][:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        writer = RunWriter(folder, meta, scenario.to_toml())
        watch.started(folder, len(wanted & writer.finished()), len(wanted))
        clock = _Clock(folder, workers)

        def missing() -> set[Task]:
            return {(number,) for number in wanted - writer.finished()}

        def done(_: Task) -> None:
            writer.seal_full()
            clock.count += 1
            watch.advanced(len(wanted) - len(missing()))

        job = RunJob(engine, scenario, folder, inputs)
        try:
            if workers == 0:
                run_here(job, missing, done)
            else:
                run_in_processes(job, workers or processors(), missing, done)
        except (Interrupted, ReplicationFailed, WorkersLost) as stop:
            kept = len(writer.finished())
            if kept:
                writer.close()
            raise type(stop)(f"{stop}\n{kept} finished replications are kept in {folder}".strip()) from stop
        finally:
            watch.ended()
            clock.note()
        return writer.close()


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Clock:
    """Wall time of a run: kept apart in ``timing.json``, since it may not change a hash."""

    def __init__(self, folder: Path, workers: int | None) -> None:
        self._path = folder / "timing.json"
        self._workers = processors() if workers is None else workers
        self._started = datetime.now(UTC)
        self._from = time.monotonic()
        self.count = 0

    def note(self) -> None:
        """Add this session, if it ran anything."""
        if not self.count:
            return
        try:
            sessions = json.loads(self._path.read_text(encoding="utf-8"))["sessions"]
        except (OSError, ValueError, KeyError):
            sessions = []
        sessions.append(
            {
                "started": self._started.isoformat(timespec="seconds"),
                "seconds": round(time.monotonic() - self._from, 3),
                "replications": self.count,
                "workers": self._workers,
            }
        )
        write_json(self._path, {"sessions": sessions})
