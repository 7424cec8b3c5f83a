"""What a run gives in the cells that a file of actuals covers."""

from __future__ import annotations

import polars as pl

from fundflow.report.actuals.rows import AWARD, CASH, ENTITLEMENT, Actuals
from fundflow.report.frames import BEARERS
from fundflow.report.source import WHOLE_CITY, Tables

PAID = {"city": "city", "district": "district_fen", "province": "province"}
"""Columns of the payments that hold what each level bears."""
_LABELS = ("replication", "month", "instrument", "district", "paid_by", "status", "award_year")


def covered_cells(actuals: Actuals) -> pl.DataFrame:
    """The covered cells: ``bearer, place, instrument, month``."""
    schema = {"bearer": pl.String(), "place": pl.String(), "instrument": pl.String(), "month": pl.Int32()}
    return pl.DataFrame(actuals.covered(), schema=schema, orient="row")


def paid_in(tables: Tables, cells: pl.DataFrame) -> pl.DataFrame:
    """Simulated payments in some cells, one row for each share that a level bears.

    Parameters
    ----------
    tables
        The run as simulated.
    cells
        ``bearer, place, instrument, month``; the place `WHOLE_CITY` takes every district.

    Returns
    -------
    DataFrame
        ``replication, month, instrument, district, paid_by, status, award_year, bearer, place, fen, count``; a share
        of nothing is left out, so that ``count`` holds the payments that this level has a part in.
    """
    rows = tables.payments.filter(
        pl.col("instrument").is_in(cells["instrument"].unique().to_list())
        & pl.col("month").is_in(cells["month"].unique().to_list())
    )
    parts = []
    for bearer, column in PAID.items():
        mine = rows.filter(pl.col(column) != 0).select(
            *_LABELS, pl.lit(bearer).alias("bearer"), pl.col(column).alias("fen"), pl.col("count").cast(pl.Int64)
        )
        parts.append(_in_place(mine, cells.filter(bearer=bearer).drop("bearer"), "month"))
    return pl.concat(parts).select(*_LABELS, "bearer", "place", "fen", "count")


def granted_in(tables: Tables, actuals: Actuals, kind: str) -> pl.DataFrame:
    """Simulated awards or entitlements of the lines and years that rows of that kind give.

    Returns
    -------
    DataFrame
        ``replication, year, instrument, district, status, bearer, place, fen, count``; ``count`` are recipients.
    """
    prefix = {AWARD: "award", ENTITLEMENT: "entitlement"}[kind]
    schema = {"bearer": pl.String(), "place": pl.String(), "instrument": pl.String(), "year": pl.Int32()}
    given = [(*row.unit, row.name, row.year) for row in actuals.of(kind)]
    cells = pl.DataFrame(given, schema=schema, orient="row").unique()
    parts = []
    for bearer in BEARERS:
        mine = tables.commitments.select(
            "replication", "year", "instrument", "district", "status", pl.lit(bearer).alias("bearer"),
            pl.col(f"{prefix}_{bearer}").alias("fen"), pl.col("recipients").cast(pl.Int64).alias("count"),
        ).filter(pl.col("fen") != 0)  # fmt: skip
        parts.append(_in_place(mine, cells.filter(bearer=bearer).drop("bearer"), "year"))
    return pl.concat(parts)


def _in_place(rows: pl.DataFrame, cells: pl.DataFrame, time: str) -> pl.DataFrame:
    whole = cells.filter(place=WHOLE_CITY)
    single = cells.filter(pl.col("place") != WHOLE_CITY).with_columns(district=pl.col("place"))
    return pl.concat([
        rows.join(whole, on=["instrument", time], how="inner"),
        rows.join(single, on=["instrument", time, "district"], how="inner"),
    ])  # fmt: skip


def in_place(place: str) -> pl.Expr:
    """Rows of a place: of a district, or all of them for the whole city."""
    return pl.lit(True) if place == WHOLE_CITY else pl.col("district") == place


def with_counts(tables: Tables) -> Tables:
    """Give payments of a run written before they were counted a count of zero."""
    if "count" in tables.payments.columns:
        return tables
    from dataclasses import replace

    return replace(tables, payments=tables.payments.with_columns(pl.lit(0, pl.Int32).alias("count")))


def observed_cash(actuals: Actuals) -> pl.DataFrame:
    """The rows of cash, as given: ``bearer, place, instrument, year, fen, count`` (null where not given)."""
    return pl.DataFrame(
        [(*row.unit, row.name, row.year, row.fen, row.count) for row in actuals.of(CASH)],
        schema={"bearer": pl.String(), "place": pl.String(), "instrument": pl.String(), "year": pl.Int32(),
                "fen": pl.Int64(), "count": pl.Int64()},
        orient="row",
    )  # fmt: skip
