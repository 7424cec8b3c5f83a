"""A simulation of a millisecond: the two functions an experiment needs, with ways to go wrong on request.

The scenario's ``simulation`` table carries the requests: ``die_at`` kills the worker there (once, if there is a
``mark`` file), ``fail_at`` raises there, ``interrupt_at`` presses Ctrl-C there, ``slow`` waits, ``log`` is a
file that notes each replication started.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace

from fundflow.base.draws import Draws
from tests.results.tables import tables_of


def prepare(scenario):
    return SimpleNamespace(
        scenario=scenario,
        catalogue=SimpleNamespace(digest="c" * 64),
        population=SimpleNamespace(hash="p" * 64),
        warnings=("assumed: everything",),
        instruments_meta={"rnd": {"zh": "研发", "en": "R&D"}},
    )


def _once(mark: str) -> bool:
    """Whether this is the first time, over all processes."""
    try:
        Path(mark).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def simulate(inputs, replication, keep_claims):
    wish = inputs.scenario.simulation
    time.sleep(float(wish.get("slow", 0)))
    note = wish.get("log")
    if note:
        with Path(note).open("a") as file:
            file.write(f"{replication} {os.getpid()} {os.environ.get('OMP_NUM_THREADS')}\n")
    if replication == wish.get("die_at") and ("mark" not in wish or _once(wish["mark"])):
        os.kill(os.getpid(), signal.SIGKILL)
    if replication == wish.get("fail_at"):
        raise ArithmeticError("shares do not add up")
    if replication == wish.get("interrupt_at"):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
    tables = tables_of(replication)
    if not keep_claims:
        tables.pop("claims", None)
    draws = Draws(inputs.scenario.seed, replication)
    tables["indicators"]["value"] = list(draws.uniform("value", [1, 2]))
    return tables
