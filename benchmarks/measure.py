"""Single measurements, each meant for a fresh process: ``python benchmarks/measure.py KIND NUMBER``, answers JSON.

Times are processor seconds, so that other work on the machine disturbs them little; of several runs the fastest counts.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(name, "1")

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
REPEATS = int(os.environ.get("REPEATS", "3"))
HORIZON = 2022
"""Last year of the comparison with the reference, which is slow."""


def timed(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Processor seconds of the fastest of several runs."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def spread(work: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, float]:
    """Processor seconds of the fastest and of the slowest of several runs: what the machine's noise does."""
    taken = [timed(work, 1) for _ in range(repeats)]
    return min(taken), max(taken)


def baseline(size: int) -> Any:
    """The shipped baseline to 2035, with another number of firms."""
    from fundflow.experiment.engine import load
    from fundflow.simulation import prepare

    return prepare(load(ROOT / "scenarios" / "baseline.toml", [f"population.size={size}"]))


def peak() -> float:
    """Most memory that this process has held, in MiB."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024) if sys.platform == "darwin" else most / 1024


def growth(size: int) -> dict[str, Any]:
    """One baseline replication, and the memory of a worker that runs some."""
    from fundflow.simulation import simulate

    start = time.process_time()
    inputs = baseline(size)
    prepared = time.process_time() - start
    loaded = peak()
    seconds, slowest = spread(lambda: simulate(inputs, 1, False))
    return {
        "firms": size, "prepare": prepared, "seconds": seconds, "slowest": slowest, "loaded": loaded, "mib": peak(),
    }  # fmt: skip


def core(size: int) -> dict[str, Any]:
    """A replication with the instruments of the firm model alone, and with all: streams, firm events and funds too."""
    from fundflow.simulation import simulate
    from fundflow.simulation.law import OWN_EVENTS

    inputs = baseline(size)
    own = {name: one for name, one in inputs.catalogue.instruments.items() if one.trigger in OWN_EVENTS}
    few = replace(
        inputs,
        catalogue=replace(inputs.catalogue, instruments=own),
        economy=inputs.economy.model_copy(update={"streams": {}, "firm_events": {}, "funds": {}}),
    )
    taken: dict[str, list[float]] = {"core": [], "all": []}
    # One after the other in turn, so that both meet the same machine.
    for _ in range(REPEATS):
        for name, asked in (("core", few), ("all", inputs)):
            taken[name].append(timed(lambda asked=asked: simulate(asked, 1, False), 1))
    return {
        "firms": size, "instruments": len(inputs.catalogue.instruments), "of_core": len(own),
        "core": min(taken["core"]), "all": min(taken["all"]),
    }  # fmt: skip


def reference(size: int) -> dict[str, Any]:
    """Engine and reference model on the same scenario with the same results."""
    from tests.reference import scaled

    from fundflow.simulation import simulate

    question = scaled.scenario(1, size, HORIZON)
    from fundflow.simulation import prepare

    inputs = prepare(question)
    simulate(inputs, 0, False)
    engine = timed(lambda: simulate(inputs, 0, False))
    slow = timed(lambda: scaled.reference(question, inputs), 1)
    return {"firms": size, "engine": engine, "reference": slow}


def instruments(times: int) -> dict[str, Any]:
    """A replication at 15,000 firms with every instrument so many times over, each under its own id."""
    from fundflow.simulation import simulate

    inputs = baseline(15_000)
    known = inputs.catalogue.instruments
    copies = {
        f"{name}{'-copy' * turn}": replace(one, id=f"{name}{'-copy' * turn}")
        for turn in range(times)
        for name, one in known.items()
    }
    more = replace(inputs, catalogue=replace(inputs.catalogue, instruments=copies))
    return {"instruments": len(copies), "seconds": timed(lambda: simulate(more, 1, False))}


def parts(size: int) -> dict[str, Any]:
    """Seconds by process of one baseline replication; the chain of claims is part of the process that claims."""
    from fundflow.simulation import engine

    inputs = baseline(size)
    engine.simulate(inputs, 1, False)
    spent: defaultdict[str, float] = defaultdict(float)
    real = engine.set_up

    def set_up(*given: Any) -> Any:
        start = time.process_time()
        made = real(*given)
        spent["set up, and the tables at the end"] += time.process_time() - start
        env = made[0].env
        enter = env.process
        env.process = lambda process: enter(_watched(process, spent))
        return made

    engine.set_up = set_up
    whole = timed(lambda: engine.simulate(inputs, 1, False), 1)
    spent["set up, and the tables at the end"] += whole - sum(spent.values())
    return {"firms": size, "seconds": whole, "parts": dict(sorted(spent.items(), key=lambda item: -item[1]))}


def _watched(process: Generator[Any, Any, Any], spent: defaultdict[str, float]) -> Generator[Any, Any, Any]:
    name = process.__name__.replace("_", " ")
    value = None
    while True:
        start = time.process_time()
        try:
            event = process.send(value)
        except StopIteration:
            return
        finally:
            spent[name] += time.process_time() - start
        value = yield event


KINDS = {one.__name__: one for one in (growth, core, reference, instruments, parts)}

if __name__ == "__main__":
    print(json.dumps(KINDS[sys.argv[1]](int(sys.argv[2]))))
