"""Measure the engine in one run and print the tables: against the reference, by part, and how its cost grows.

Every measurement runs alone in a fresh process (``measure.py``), one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

MEASURE = Path(__file__).with_name("measure.py")


def measured(kind: str, number: int) -> dict[str, Any]:
    """Run one measurement in a process of its own."""
    print(f"... {kind} {number}", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, str(MEASURE), kind, str(number)], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def against_reference(sizes: list[int]) -> None:
    print("\nEngine against the reference model, the same instruments and two years, processor seconds\n")
    print("| firms | engine s | reference s | times as fast |\n|---:|---:|---:|---:|")
    for size in sizes:
        one = measured("reference", size)
        ratio = one["reference"] / one["engine"]
        print(f"| {size:,} | {one['engine']:.2f} | {one['reference']:.1f} | {ratio:.0f} |", flush=True)


def by_part(size: int) -> None:
    one = measured("parts", size)
    print(f"\nOne baseline replication at {size:,} firms, 2021 to 2035, by process: {one['seconds']:.2f} s\n")
    print("| part | share | s |\n|---|---:|---:|")
    for name, seconds in one["parts"].items():
        if seconds / one["seconds"] >= 0.005:
            print(f"| {name} | {seconds / one['seconds']:.1%} | {seconds:.3f} |")


def by_firms(sizes: list[int]) -> None:
    found = [measured("growth", size) for size in sizes]
    first, last = found[0], found[-1]
    print("\nGrowth with firms: a baseline replication, fastest and slowest of three, and memory before and after it\n")
    print("| firms | times the firms | s | slowest s | times the time | prepare s | MiB before | MiB |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for one in found:
        print(
            f"| {one['firms']:,} | {one['firms'] / first['firms']:.1f} | {one['seconds']:.2f} | {one['slowest']:.2f} "
            f"| {one['seconds'] / first['seconds']:.2f} | {one['prepare']:.2f} | {one['loaded']:.0f} "
            f"| {one['mib']:.0f} |"
        )
    a_firm = (last["seconds"] - first["seconds"]) / (last["firms"] - first["firms"])
    fixed = first["seconds"] - a_firm * first["firms"]
    print(f"\nBy a line through both ends {fixed:.2f} s are fixed: {fixed / last['seconds']:.0%} of the last row")


def by_core(sizes: list[int]) -> None:
    print("\nCost of all instruments over those of the firm model, in one process in turn\n")
    print("| firms | instruments | of these of the firm model | all s | firm model s | ratio |")
    print("|---:|---:|---:|---:|---:|---:|")
    for size in sizes:
        one = measured("core", size)
        print(
            f"| {size:,} | {one['instruments']} | {one['of_core']} | {one['all']:.2f} | {one['core']:.2f} "
            f"| {one['all'] / one['core']:.2f} |",
            flush=True,
        )


def by_instruments(times: list[int]) -> None:
    found = [measured("instruments", number) for number in times]
    first = found[0]
    print("\nGrowth with instruments: all of the catalogue once and more times over, 15,000 firms\n")
    print("| instruments | times the instruments | s | times the time |\n|---:|---:|---:|---:|")
    for one in found:
        print(
            f"| {one['instruments']} | {one['instruments'] / first['instruments']:.1f} | {one['seconds']:.2f} "
            f"| {one['seconds'] / first['seconds']:.2f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[6_000, 30_000, 60_000])
    parser.add_argument("--reference", type=int, nargs="*", default=[5_000, 60_000], help="none: leave it out")
    parser.add_argument("--instruments", type=int, nargs="+", default=[1, 2, 4])
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start, Python {sys.version.split()[0]}")
    by_part(max(given.sizes))
    by_firms(given.sizes)
    by_core([min(given.sizes), max(given.sizes)])
    by_instruments(given.instruments)
    against_reference(given.reference)


if __name__ == "__main__":
    main()
