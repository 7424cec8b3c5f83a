"""Sums of a run over replications: exact in fen, with the spread of the replications where there are enough.

Money is summed in int64 fen and divided only when it is drawn or printed. A bar shows the mean over
replications, since means add up over districts, instruments and bearers as medians do not. A band shows
quantiles of the total of each replication: observed values, as in ``summary.csv``, between which one more
outcome lies with at least the probability that the band names (``fundflow.base.order``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.base.order import place_of
from fundflow.report.source import WHOLE_CITY, Tables
from fundflow.report.words import LEVELS

BEARERS = LEVELS
LEAST_FOR_80 = 40
LEAST_FOR_95 = 400
MAP_2021 = {"下城区": "拱墅区", "江干区": "上城区", "钱塘新区": "钱塘区"}
"""Districts of the old map as they are called since 2021-04-09, where the whole went into one district."""


@dataclass(frozen=True)
class Spread:
    """How one quantity is distributed over replications, one entry per cell.

    Attributes
    ----------
    paths
        Shape (replications, cells).
    low_80, high_80, low_95, high_95
        Bounds of the bands, shape (cells,), or None where there are too few replications for the band.
    """

    paths: NDArray[Any]
    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    low_80: NDArray[np.float64] | None
    high_80: NDArray[np.float64] | None
    low_95: NDArray[np.float64] | None
    high_95: NDArray[np.float64] | None


def spread(paths: NDArray[Any], tables: Tables | None = None) -> Spread:
    """Summarise paths of shape (replications, cells): 80% from 40 replications, 95% from 400.

    With tables the replications weigh what the tables say, and their effective number decides about bands.
    """
    paths = np.asarray(paths)
    if not len(paths):
        raise ValueError("a run without a finished replication has nothing to show")
    n = len(paths) if tables is None else tables.effective

    def quantile(share: float) -> NDArray[np.float64]:
        return quantiles(paths, share, tables)

    enough_80, enough_95 = n >= LEAST_FOR_80, n >= LEAST_FOR_95
    return Spread(
        paths=paths,
        mean=mean(tables, paths),
        median=quantile(0.5),
        low_80=quantile(0.1) if enough_80 else None,
        high_80=quantile(0.9) if enough_80 else None,
        low_95=quantile(0.025) if enough_95 else None,
        high_95=quantile(0.975) if enough_95 else None,
    )


def mean_error(values: Any) -> float:
    """Half of the 95% interval of a mean over replications by Student's t: the Monte Carlo error.

    Parameters
    ----------
    values
        Shape (replications,). With one replication the error is infinite.
    """
    data = np.asarray(values, np.float64)
    if len(data) < 2:
        return float("inf")
    from scipy.stats import t

    return float(t.ppf(0.975, len(data) - 1) * data.std(ddof=1) / len(data) ** 0.5)


def mean(tables: Tables | None, paths: NDArray[Any]) -> NDArray[np.float64]:
    """Mean over replications by their weights, for drawing; shape of a path.

    Whole fen come from `mean_fen`: a float is only what is drawn or printed in 万元.
    """
    if tables is None or tables.reading is None:
        return np.asarray(paths.mean(axis=0), np.float64)
    return np.asarray(np.average(np.asarray(paths, np.float64), axis=0, weights=tables.weights), np.float64)


def mean_fen(tables: Tables, rows: pl.DataFrame, value: str | pl.Expr) -> int:
    """Mean over replications of the sum of a column, cut down to a whole unit, exactly."""
    whole, parts = weighted_sum(tables, rows, value)
    return whole // parts


def weighted_sum(tables: Tables, rows: pl.DataFrame, value: str | pl.Expr) -> tuple[int, int]:
    """Sum of a column times the weight of its replication, and the sum of all weights, exactly."""
    expression = pl.col(value) if isinstance(value, str) else value
    parts = int(tables.weights.sum())
    if tables.reading is None:
        return int(rows.select(expression.sum()).item() or 0), parts
    return int(rows.select((expression.cast(pl.Int128) * _weight(tables, pl.Int128())).sum()).item() or 0), parts


def share_of_replication(tables: Tables) -> pl.Expr:
    """Share of all weights that the replication of a row has, for sums that are no money."""
    return _weight(tables, pl.Float64()) / int(tables.weights.sum())


def _weight(tables: Tables, of: pl.DataType) -> pl.Expr:
    known = dict(zip(tables.replications, tables.weights.tolist(), strict=True))
    return pl.col("replication").replace_strict(known, default=0, return_dtype=of)


def quantiles(paths: NDArray[Any], share: float, tables: Tables | None = None) -> NDArray[np.float64]:
    """Quantile of each cell over replications: a value that some replication gave.

    Between two quantiles on both sides of the median one more outcome lies with at least the share between them. With
    weights it is the least value at or below which replications weigh at least that share.
    """
    if tables is None or tables.reading is None:
        return np.asarray(np.sort(paths, axis=0)[place_of(len(paths), share)], np.float64)
    order = np.argsort(paths, axis=0, kind="stable")
    heaped = np.cumsum(tables.weights[order], axis=0)
    at = (heaped < share * heaped[-1]).sum(axis=0)
    return np.asarray(np.take_along_axis(np.take_along_axis(paths, order, 0), at[None], 0)[0], np.float64)


def evenly(tables: Tables, values: NDArray[Any]) -> NDArray[Any]:
    """One value for each effective replication, all of the same weight, for what counts replications.

    The values of equal steps of the weighted distribution, at its middles; as simulated, the values themselves.
    """
    if tables.reading is None:
        return values
    order = np.argsort(values, kind="stable")
    heaped = np.cumsum(tables.weights[order])
    n = max(round(tables.effective), 1)
    at = np.searchsorted(heaped, (np.arange(n) + 0.5) / n * heaped[-1])
    return np.asarray(values[order][at])


def sums(table: pl.DataFrame, keys: Sequence[str], values: Sequence[str]) -> pl.DataFrame:
    """Sum int64 columns by keys over all replications: the totals of the Parquet files, to the fen."""
    return table.group_by(list(keys)).agg(pl.col(list(values)).sum()).sort(list(keys))


def paths(
    tables: Tables, table: pl.DataFrame, value: str | pl.Expr, key: str, cells: Iterable[Any]
) -> NDArray[np.int64]:
    """Sum a value per replication and cell; a cell without a row is zero, whatever else is there.

    Returns
    -------
    int64 array
        Shape (replications, cells), in the order of ``tables.replications`` and ``cells``.
    """
    expression = pl.col(value) if isinstance(value, str) else value
    rows = {r: i for i, r in enumerate(tables.replications)}
    columns = {c: i for i, c in enumerate(cells)}
    result = np.zeros((len(rows), len(columns)), np.int64)
    summed = table.group_by("replication", key).agg(expression.sum().cast(pl.Int64).alias("value"))
    for replication, cell, amount in summed.select("replication", key, "value").iter_rows():
        if cell in columns and replication in rows:
            result[rows[replication], columns[cell]] = amount
    return result


def entitlement() -> pl.Expr:
    """Entitlement of all bearers."""
    return _bearers("entitlement_{}")


def award() -> pl.Expr:
    """Award of all bearers."""
    return _bearers("award_{}")


def cash() -> pl.Expr:
    """Cash of a payment, whoever bears it."""
    return pl.col("city") + pl.col("district_fen") + pl.col("province")


def _bearers(pattern: str) -> pl.Expr:
    first, *rest = (pl.col(pattern.format(b)) for b in BEARERS)
    total = first
    for column in rest:
        total = total + column
    return total


def payments_by_year(tables: Tables) -> pl.DataFrame:
    """Payments with the calendar year of the cash in a column ``year``."""
    return tables.payments.with_columns((pl.col("month") // 100).alias("year"))


def on_map_2021(table: pl.DataFrame) -> pl.DataFrame:
    """Name districts by the map since 2021-04-09."""
    return table.with_columns(pl.col("district").replace(MAP_2021))


def treasury(tables: Tables, level: str) -> pl.DataFrame:
    """What leaves the treasuries of one level, month by month.

    Returns
    -------
    DataFrame
        ``replication, month, instrument, district, award_year, status, kind, fen``: ``kind`` is "payment"
        for cash to recipients, "settlement" for money to other levels of government (negative where it
        comes in; award_year 0).
    """
    paid = tables.payments.filter(pl.col("paid_by") == level).select(
        "replication",
        "month",
        "instrument",
        "district",
        "award_year",
        "status",
        pl.lit("payment").alias("kind"),
        cash().alias("fen"),
    )
    settled = tables.settlements.filter((pl.col("from_level") == level) | (pl.col("to_level") == level)).select(
        "replication",
        "month",
        "instrument",
        "district",
        pl.lit(0, pl.Int32).alias("award_year"),
        pl.lit("").alias("status"),
        pl.lit("settlement").alias("kind"),
        pl.when(pl.col("from_level") == level).then(pl.col("amount")).otherwise(-pl.col("amount")).alias("fen"),
    )
    return pl.concat([paid, settled], how="vertical_relaxed").with_columns((pl.col("month") // 100).alias("year"))


def status_shares(tables: Tables, year: int) -> dict[str, float]:
    """Shares of a year's entitlement by legal status; they add up to one; empty without money."""
    rows = tables.commitments.filter(pl.col("year") == year)
    summed = {
        str(status[0]): weighted_sum(tables, part, entitlement())[0]
        for status, part in rows.group_by("status", maintain_order=True)
    }
    whole = sum(summed.values())
    return {status: fen / whole for status, fen in sorted(summed.items()) if fen} if whole else {}


def indicator_paths(tables: Tables, name: str, years: Iterable[int]) -> NDArray[np.float64] | None:
    """Paths of one indicator of the whole city: the city's own row, else the sum of the districts.

    Returns
    -------
    float64 array or None
        Shape (replications, years), NaN where a year has no value; None where the run has no such indicator.
    """
    chosen = tables.indicators.filter(pl.col("name") == name)
    if chosen.is_empty():
        return None
    whole = chosen.filter(pl.col("district") == WHOLE_CITY)
    if not whole.is_empty():
        chosen = whole
    columns = {year: i for i, year in enumerate(years)}
    rows = {r: i for i, r in enumerate(tables.replications)}
    result = np.full((len(rows), len(columns)), np.nan)
    summed = chosen.group_by("replication", "year").agg(pl.col("value").sum())
    for replication, year, value in summed.select("replication", "year", "value").iter_rows():
        if year in columns and replication in rows:
            result[rows[replication], columns[year]] = value
    return result


def instruments_by_size(tables: Tables) -> list[str]:
    """Instruments that have a claim in the run, the largest entitlement first."""
    summed = sums(tables.commitments.with_columns(entitlement().alias("fen")), ["instrument"], ["fen"])
    return [str(i) for i in summed.sort(["fen", "instrument"], descending=[True, False])["instrument"]]


def not_in_force(tables: Tables, years: Iterable[int]) -> list[str]:
    """Instruments that carry money in these years on an assumed renewal of an expired document."""
    chosen = tables.commitments.filter(
        pl.col("year").is_in(list(years)) & (pl.col("status") == "assumed_renewed") & (entitlement() > 0)
    )
    order = {name: i for i, name in enumerate(instruments_by_size(tables))}
    return sorted((str(i) for i in chosen["instrument"].unique()), key=lambda i: order[i])


def not_covered(tables: Tables) -> dict[str, list[int]]:
    """Years in which claimants of an instrument stood outside any rule: no rule yet, which is not a zero."""
    rows = tables.commitments.filter(
        (pl.col("status") == "not_covered") & (pl.col("claims") > 0) & pl.col("year").is_in(list(tables.years))
    )
    years: dict[str, list[int]] = {}
    for instrument, year in rows.select("instrument", "year").unique().sort("instrument", "year").iter_rows():
        years.setdefault(str(instrument), []).append(int(year))
    return years
