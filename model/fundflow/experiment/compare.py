"""Two or more scenarios side by side: paired differences by year, bearer, district, instrument and size class.

Every scenario meets the same draws, so a replication of one is subtracted from the same replication of the other;
what they share falls out, and the interval of the difference is that of what the reform changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.experiment.engine import SIMULATION
from fundflow.experiment.estimate import Estimate, estimate
from fundflow.experiment.pieces import STORE, Pieces, Watch, run_pieces
from fundflow.report.frames import MAP_2021
from fundflow.report.words import LEVELS
from fundflow.scenario import Scenario

BEARERS = (*LEVELS, "total")
DIMENSIONS: dict[str, tuple[str, ...]] = {
    "total": (), "instrument": ("instrument",), "district": ("district",), "class": ("class",),
    "district_class": ("district", "class"),
}  # fmt: skip
ALL = "all"


class CannotCompare(ValueError):
    """The scenarios do not meet the same draws, or share no year."""


@dataclass(frozen=True)
class Comparison:
    """One base and its reforms.

    Attributes
    ----------
    frame
        One row for each reform (1, 2, ...), dimension, year, key and bearer: ``base``, ``reform`` (means in fen),
        ``mean, deviation, low, high, n`` of the paired difference, ``distinct`` (told from zero) and ``enough`` (about
        how many replications would tell; empty where it is told, or zero).
    """

    scenarios: tuple[Scenario, ...]
    instruments: dict[str, Any] = field(repr=False)
    measure: str
    year: int
    years: tuple[int, ...]
    replications: int
    frame: pl.DataFrame = field(repr=False)
    reductions: tuple[float | None, ...]
    """By reform, (Var(A) + Var(B)) / Var(A - B) of the budget year's total; None where the difference never varies."""

    modes: tuple[str, ...] = ()
    """By scenario, ``static`` or ``dynamic`` where the comparison was asked for one; else empty."""
    totals: dict[int, NDArray[np.int64]] = field(default_factory=dict, repr=False)
    """By scenario, the total in fen, shape (replications, years)."""

    def of(self, reform: int, dimension: str, bearer: str = "total", year: int | None = None) -> pl.DataFrame:
        """Rows of one dimension and bearer in the budget year, or in another."""
        return self.frame.filter(
            pl.col("reform") == reform, dimension=dimension, bearer=bearer, year=self.year if year is None else year
        )

    def total(self, reform: int) -> Estimate:
        """The total difference of the budget year."""
        return told(self.of(reform, "total").row(0, named=True))

    def identical(self, reform: int) -> bool:
        """Whether every amount of every replication is the same, in every year and cell."""
        rows = self.frame.filter(reform=reform)
        return not ((rows["mean"] != 0).any() or (rows["deviation"] != 0).any())


def told(row: dict[str, Any]) -> Estimate:
    """The estimate that a row of the frame holds."""
    return Estimate(row["mean"], row["deviation"], row["low"], row["high"], row["n"])


def compare(
    scenarios: Sequence[Scenario],
    replications: int,
    *,
    measure: str = "entitlement",
    workers: int | None = None,
    store: Path = STORE,
    engine: str = SIMULATION,
    watch: Watch | None = None,
    modes: tuple[str, ...] = (),
) -> Comparison:
    """Run a base and its reforms with the same draws and take every difference replication by replication.

    Raises
    ------
    CannotCompare
        If seeds differ, or the budget year of the base is not simulated by all.
    """
    base = scenarios[0]
    seeds = {one.seed for one in scenarios}
    if len(seeds) > 1:
        raise CannotCompare(
            f"the scenarios have different seeds ({', '.join(map(str, sorted(seeds)))}): give one --seed"
        )
    last = min(one.end.year for one in scenarios)
    if base.budget_year > last:
        raise CannotCompare(f"budget_year = {base.budget_year} of the base lies after {last}, where a reform ends")
    years = tuple(range(base.start.year, last + 1))
    pieces = run_pieces(
        scenarios, range(replications), workers=workers, store=store, engine=engine, classes=True, watch=watch
    )
    frames: list[pl.DataFrame] = []
    totals: dict[int, NDArray[np.int64]] = {}
    for dimension, keys in DIMENSIONS.items():
        sums = [_sums(pieces, variant, measure, keys, years) for variant in range(len(scenarios))]
        cells = pl.concat([one.select("year", "key") for one in sums]).unique().sort("year", "key")
        if dimension == "total":
            cells = pl.DataFrame({"year": years, "key": [ALL] * len(years)}, schema=cells.schema)
        dense = [_dense(one, cells, replications) for one in sums]
        frames += [_rows(number, dimension, cells, dense[0], other) for number, other in enumerate(dense[1:], start=1)]
        if dimension == "total":
            totals = {variant: values[:, :, -1] for variant, values in enumerate(dense)}
    at = years.index(base.budget_year)
    return Comparison(
        scenarios=tuple(scenarios),
        instruments={name: one for meta in reversed(pieces.metas) for name, one in meta["instruments"].items()},
        measure=measure,
        year=base.budget_year,
        years=years,
        replications=replications,
        frame=pl.concat(frames),
        reductions=tuple(reduction(totals[0][:, at], totals[n][:, at]) for n in range(1, len(scenarios))),
        modes=modes,
        totals=totals,
    )


def reduction(base: NDArray[Any], reform: NDArray[Any]) -> float | None:
    """How many times as many unpaired replications would be needed: (Var(A) + Var(B)) / Var(A - B)."""
    if len(base) < 2:
        return None
    gap = float(np.var(reform - base, ddof=1))
    return float(np.var(base, ddof=1) + np.var(reform, ddof=1)) / gap if gap else None


def _sums(pieces: Pieces, variant: int, measure: str, keys: Sequence[str], years: Sequence[int]) -> pl.DataFrame:
    """Sums by replication, year and key (its parts joined by a space), districts by the map since 2021-04-09."""
    table = pieces.totals(variant, measure, ("year", *keys)).filter(pl.col("year").is_in(years))
    if "district" in keys:
        table = table.with_columns(pl.col("place").replace(MAP_2021))
    parts = [pl.col("place" if key == "district" else key) for key in keys] or [pl.lit(ALL)]
    named = table.with_columns(pl.concat_str(parts, separator=" ").alias("key"))
    return named.group_by("replication", "year", "key").agg(pl.col(BEARERS).sum())


def _dense(sums: pl.DataFrame, cells: pl.DataFrame, replications: int) -> NDArray[np.int64]:
    """Shape (replications, cells, bearers); what a replication does not hold is zero."""
    placed = sums.join(cells.with_row_index("cell"), on=["year", "key"])
    values = np.zeros((replications, cells.height, len(BEARERS)), np.int64)
    values[placed["replication"].to_numpy(), placed["cell"].to_numpy()] = placed.select(BEARERS).to_numpy()
    return values


def _rows(
    reform: int, dimension: str, cells: pl.DataFrame, base: NDArray[np.int64], other: NDArray[np.int64]
) -> pl.DataFrame:
    gaps = other - base
    parts = []
    for number, bearer in enumerate(BEARERS):
        found = [estimate(gaps[:, cell, number]) for cell in range(cells.height)]
        parts.append(
            cells.select(
                pl.lit(reform, pl.Int32).alias("reform"), pl.lit(dimension).alias("dimension"), "year", "key",
                pl.lit(bearer).alias("bearer"),
                pl.Series("base", base[:, :, number].mean(axis=0), pl.Float64),
                pl.Series("reform_mean", other[:, :, number].mean(axis=0), pl.Float64),
                *(
                    pl.Series(name, [getattr(one, name) for one in found], pl.Float64)
                    for name in ("mean", "deviation", "low", "high")
                ),
                pl.Series("n", [one.n for one in found], pl.Int32),
                pl.Series("distinct", [one.distinct for one in found], pl.Boolean),
                pl.Series("enough", [one.enough() for one in found], pl.Int64),
            )
        )  # fmt: skip
    return pl.concat(parts)
