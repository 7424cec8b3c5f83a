"""Time a baseline replication by part, and see how its cost grows with the number of firms.

Parts are the packages and modules in which the time is spent, from a profile of one further replication:
shares, since the profiler slows everything down. The times themselves are taken without it.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Measured:
    """Times of one size of population."""

    size: int
    prepare: float
    replication: float
    write: float
    parts: dict[str, float] = field(default_factory=dict)


def measure(size: int, replications: int, sets: list[str]) -> Measured:
    """Time preparation, replications (the fastest counts) and writing at one size."""
    import tempfile

    from fundflow.experiment.engine import load
    from fundflow.results import write_replication
    from fundflow.simulation import prepare, simulate

    scenario = load(ROOT / "scenarios" / "baseline.toml", [f"population.size={size}", *sets])
    start = time.perf_counter()
    inputs = prepare(scenario)
    prepared = time.perf_counter() - start
    simulate(inputs, 1, False)  # imports and caches
    times = []
    for number in range(1, replications + 1):
        start = time.perf_counter()
        tables = simulate(inputs, number, False)
        times.append(time.perf_counter() - start)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_replication(Path(folder), 1, tables)
        written = time.perf_counter() - start
    return Measured(size, prepared, min(times), written, parts_of(inputs))


def parts_of(inputs: Any) -> dict[str, float]:
    """Share of a replication spent in each module; libraries count for the module that calls them."""
    from fundflow.simulation import simulate

    profile = cProfile.Profile()
    profile.runcall(simulate, inputs, 1, False)
    stats: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    spent: dict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, own, _, callers) in stats.items():
        if _module(file):
            spent[_module(file)] += own
            continue
        for (caller, _, _), (_, _, share, _) in callers.items():
            spent[_module(caller) or "libraries"] += share
    total = sum(spent.values()) or 1.0
    return {name: value / total for name, value in sorted(spent.items(), key=lambda item: -item[1])}


def _module(file: str) -> str:
    path = Path(file)
    return f"{path.parent.name}.{path.stem}" if "fundflow" in path.parts else ""


def memory() -> float:
    """Most memory that this process has held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024) if sys.platform == "darwin" else peak / 1024


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000, 15_000, 60_000])
    parser.add_argument("--replications", type=int, default=3)
    parser.add_argument("--set", dest="sets", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    found = [measure(size, given.replications, given.sets) for size in sorted(given.sizes)]
    print(f"{'firms':>8} {'prepare s':>10} {'replication s':>14} {'write s':>8} {'time/firms':>11}")
    unit = found[0].replication / found[0].size
    for one in found:
        growth = one.replication / one.size / unit
        print(f"{one.size:8d} {one.prepare:10.2f} {one.replication:14.3f} {one.write:8.3f} {growth:11.2f}")
    print(f"\nmost memory: {memory():.0f} MiB\n\npart of a replication at {found[-1].size} firms")
    for name, share in list(found[-1].parts.items())[:20]:
        print(f"  {share:6.1%}  {name}")


if __name__ == "__main__":
    main()
