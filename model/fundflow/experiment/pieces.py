"""Many variants at once, cut into pieces: one replication of one scenario, stored under the hash of what it is made of.

A piece holds the cube that questions need (money by year, instrument, district and legal status) and nothing else, so
memory does not grow with replications. An interrupted experiment finds its pieces again, a repeated one reuses them, a
longer one adds to them; two experiments that share a variant share its pieces.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from fundflow.experiment.engine import SIMULATION, Inputs, load_engine, meta_of
from fundflow.experiment.running import RESULTS, processors
from fundflow.experiment.workers import ReplicationFailed, Task, run_here, run_in_processes, told
from fundflow.report.source import net_of_refunds
from fundflow.report.words import LEVELS
from fundflow.results.files import write_table
from fundflow.results.schema import frame_of, schema_of
from fundflow.scenario import Scenario

STORE = RESULTS / "pieces"
CELL = ("year", "instrument", "district", "status")
CLASS_CELL = (*CELL, "class")
COUNTS = ("claims", "recipients")
_HELD = 2
"""Prepared scenarios that a worker keeps: a piece of the next variant must not drop the one in use."""


class Watch(Protocol):
    """Who is told how an experiment goes on."""

    def advanced(self, finished: int, wanted: int) -> None:
        """So many pieces of so many are there."""


@dataclass(frozen=True)
class Pieces:
    """The finished pieces of an experiment.

    Attributes
    ----------
    scenarios
        The variants, in the order in which they were given.
    metas
        ``run.json`` of each: identity, digests, what reports must say of each instrument.
    replications
        Numbers that every variant has.
    """

    scenarios: tuple[Scenario, ...]
    metas: tuple[dict[str, Any], ...] = field(repr=False)
    replications: tuple[int, ...]
    store: Path

    def cube(self, variant: int) -> pl.LazyFrame:
        """The cube of one variant: ``replication, year, instrument, district, status`` and amounts in fen.

        Amounts are ``<measure>_<level>`` for entitlement, award (fiscal year of the award) and cash (calendar year of
        the payment), by the level that bears them, refunds between governments taken off the refunded line.
        """
        return pl.scan_parquet([piece_path(self.store, self.metas[variant], r) for r in self.replications])

    def class_cube(self, variant: int) -> pl.LazyFrame:
        """The same by size class of the claimant (column ``class``), where ``run_pieces`` was asked for it."""
        return pl.scan_parquet([class_path(self.store, self.metas[variant], r) for r in self.replications])

    def totals(self, variant: int, measure: str = "entitlement", keys: Sequence[str] = ("year",)) -> pl.DataFrame:
        """Sums by replication and keys: columns ``city, district, province, total`` in fen (int64)."""
        cube = self.class_cube(variant) if "class" in keys else self.cube(variant)
        level = [pl.col(f"{measure}_{one}").sum().alias(one) for one in LEVELS]
        # A key may be called like the column of a share: the place is then named apart.
        named = [pl.col(key).alias("place" if key == "district" else key) for key in keys]
        summed = cube.group_by("replication", *named).agg(level)
        return summed.with_columns(pl.sum_horizontal(LEVELS).alias("total")).collect()


@dataclass
class PieceJob:
    """Replications of several scenarios, each written as a piece."""

    engine: str
    scenarios: tuple[Scenario, ...]
    metas: tuple[dict[str, Any], ...]
    store: Path
    classes: bool = False
    held: OrderedDict[int, Inputs] = field(default_factory=OrderedDict)

    def __getstate__(self) -> dict[str, object]:
        """Leave prepared scenarios behind: a worker prepares its own."""
        return {**self.__dict__, "held": OrderedDict()}

    def do(self, task: Task) -> None:
        """Run one replication of one variant and write its piece.

        Raises
        ------
        ReplicationFailed
            If it ends with an error; the text says where.
        """
        variant, replication = task
        try:
            engine = load_engine(self.engine)
            if variant not in self.held:
                self.held[variant] = engine.prepare(self.scenarios[variant])
                while len(self.held) > _HELD:
                    self.held.popitem(last=False)
            more = {"keep_classes": True} if self.classes else {}
            tables = engine.simulate(self.held[variant], replication, keep_claims=False, **more)
            meta = self.metas[variant]
            if self.classes:
                frame = class_cube_of(tables["by_class"], replication, meta["instruments"])
                write_table(class_path(self.store, meta, replication), frame)
            write_table(piece_path(self.store, meta, replication), cube_of(tables, replication, meta["instruments"]))
        except Exception as error:
            name = self.scenarios[variant].name
            raise ReplicationFailed(f"{name}: replication {replication} failed: {told(error)}") from error


def run_pieces(
    scenarios: Sequence[Scenario],
    replications: Iterable[int],
    *,
    workers: int | None = None,
    store: Path = STORE,
    engine: str = SIMULATION,
    classes: bool = False,
    watch: Watch | None = None,
    spread: Callable[[PieceJob, Callable[[], set[Task]], Callable[[Task], None]], None] | None = None,
) -> Pieces:
    """Run what is missing of some variants, paired: every variant gets the same replications.

    Parameters
    ----------
    scenarios
        Variants; the same draws meet all that share a seed.
    replications
        Numbers of the replications.
    workers
        Spawned processes; 0 runs in this process; by default one for each processor.
    store
        Folder of the pieces.
    classes
        Keep the sums by size class of the claimant as well (``Pieces.class_cube``).
    spread
        Does the missing tasks elsewhere, for instance on a cluster, in place of local processes.

    Raises
    ------
    Interrupted, ReplicationFailed, WorkersLost
        What is finished stays in the store; the same call goes on from there.
    """
    wanted = tuple(sorted(set(replications)))
    prepare = load_engine(engine).prepare
    metas = tuple(meta_of(one, prepare(one)) for one in scenarios)
    job = PieceJob(engine, tuple(scenarios), metas, store, classes)
    # Variants of one identity share their pieces: each is run once, under the first that asks for it.
    first = {meta["identity"]: variant for variant, meta in reversed(list(enumerate(metas)))}
    tasks = {(variant, number) for variant in first.values() for number in wanted}

    def missing() -> set[Task]:
        paths = (piece_path, class_path) if classes else (piece_path,)
        return {task for task in tasks if not all(path(store, metas[task[0]], task[1]).exists() for path in paths)}

    left = len(missing())

    def done(_: Task) -> None:
        nonlocal left
        left -= 1
        if watch is not None:
            watch.advanced(len(tasks) - left, len(tasks))

    if watch is not None:
        watch.advanced(len(tasks) - left, len(tasks))
    if left and spread is not None:
        spread(job, missing, done)
    elif left and workers == 0:
        run_here(job, missing, done)
    elif left:
        run_in_processes(job, workers or processors(), missing, done)
    return Pieces(tuple(scenarios), metas, wanted, store)


def piece_path(store: Path, meta: dict[str, Any], replication: int) -> Path:
    """Where a piece lies."""
    return store / str(meta["identity"])[:32] / f"{replication:06d}.parquet"


def class_path(store: Path, meta: dict[str, Any], replication: int) -> Path:
    """Where the sums by class of a piece lie."""
    return piece_path(store, meta, replication).with_suffix(".classes.parquet")


def cube_of(tables: Any, replication: int, instruments: dict[str, Any]) -> pl.DataFrame:
    """The cube of a replication's tables; see ``Pieces.cube``."""
    granted = frame_of("commitments", tables["commitments"], replication)
    return _cube(granted, frame_of("payments", tables["payments"], replication), replication, instruments, CELL)


def cube_of_run(
    granted: pl.DataFrame, paid: pl.DataFrame, replication: int, instruments: dict[str, Any]
) -> pl.DataFrame:
    """The same from the tables of a run folder, those of one replication."""
    return _cube(granted, paid, replication, instruments, CELL)


def class_cube_of(tables: Any, replication: int, instruments: dict[str, Any]) -> pl.DataFrame:
    """The cube by class of a replication's sums by class; see ``Pieces.class_cube``."""
    granted, paid = (
        pl.DataFrame(tables[name]) if tables[name] else pl.DataFrame(schema=schema_of(name) | {"class": pl.String()})
        for name in ("commitments", "payments")
    )
    return _cube(granted, paid, replication, instruments, CLASS_CELL)


def _cube(
    granted: pl.DataFrame, paid: pl.DataFrame, replication: int, instruments: dict[str, Any], cell: Sequence[str]
) -> pl.DataFrame:
    granted, paid = (net_of_refunds(table, instruments) for table in (granted, paid))
    sums = [f"{measure}_{level}" for measure in ("entitlement", "award") for level in LEVELS]
    cuts = ["deferred", "refused", "cut_cap", "cut_quota", "cut_envelope"]
    cash = [
        pl.col(column).sum().alias(f"cash_{level}")
        for level, column in zip(LEVELS, ("city", "district_fen", "province"), strict=True)
    ]
    left = granted.group_by(cell).agg(pl.col([*COUNTS, *sums, *cuts]).sum())
    right = paid.with_columns((pl.col("month") // 100).alias("year").cast(granted.schema["year"]))
    right = right.group_by(cell).agg(cash)
    joined = left.join(right, on=cell, how="full", coalesce=True).fill_null(0)
    money = [*sums, *(f"cash_{level}" for level in LEVELS), *cuts]
    return joined.select(
        pl.lit(replication, dtype=pl.Int32).alias("replication"),
        pl.col("year").cast(pl.Int32), *cell[1:],
        pl.col(list(COUNTS)).cast(pl.Int32), pl.col(money).cast(pl.Int64),
    ).sort(cell)  # fmt: skip
