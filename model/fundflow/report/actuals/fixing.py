"""Put actuals in the place of what was simulated, to the fen.

Amounts of the file are split over what it does not say (the district of a whole-city amount, payer, legal status, year
of the award, months of a yearly row) as the replications of the run have them together. The split is the same in every
replication and adds up exactly: what is known varies no more.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import polars as pl

from fundflow.report.actuals.cells import PAID, covered_cells, granted_in, in_place, paid_in
from fundflow.report.actuals.rows import AWARD, CASH, ENTITLEMENT, STOCK, Actuals, Row
from fundflow.report.actuals.shares import apportion
from fundflow.report.actuals.weighing import stock_rows
from fundflow.report.frames import BEARERS
from fundflow.report.source import WHOLE_CITY, Tables

_NONE = -1
"""Replication of rows that every replication shares."""
_KEYS = ("month", "instrument", "district", "paid_by", "status", "award_year")


def fix_cash(tables: Tables, actuals: Actuals) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Payments with the covered cells fixed.

    Returns
    -------
    payments
        As the run has them, with the shares of covered cells replaced.
    fixed
        What was put there, once: the columns of payments with replication -1.
    """
    rows = [row for row in actuals.of(CASH) if row.fen is not None]
    with_amount = {(*row.unit, row.name) for row in rows}
    cells = covered_cells(actuals)
    known = pl.DataFrame(sorted(with_amount), schema=["bearer", "place", "instrument"], orient="row")
    cells = cells.join(known, on=["bearer", "place", "instrument"], how="semi") if rows else cells.clear()
    schema = tables.payments.schema
    fixed = _frame(_fixed_rows(tables, rows, paid_in(tables, cells)), schema)
    left = tables.payments
    for bearer, column in PAID.items():
        mine = cells.filter(bearer=bearer)
        left = _cleared(left, mine.filter(place=WHOLE_CITY).select("instrument", "month"), column)
        single = mine.filter(pl.col("place") != WHOLE_CITY)
        left = _cleared(left, single.select("instrument", "month", pl.col("place").alias("district")), column)
    left = left.filter(pl.any_horizontal(pl.col(column) != 0 for column in PAID.values()))
    return pl.concat([left, _everywhere(fixed, tables)]), fixed


def _cleared(payments: pl.DataFrame, cells: pl.DataFrame, column: str) -> pl.DataFrame:
    if cells.is_empty():
        return payments
    keys = cells.columns
    cells = cells.unique().with_columns(covered=pl.lit(True))
    marked = payments.join(cells, on=keys, how="left", maintain_order="left")
    value = pl.when(pl.col("covered").is_null()).then(pl.col(column)).otherwise(0).alias(column)
    return marked.with_columns(value).drop("covered")


def _fixed_rows(tables: Tables, rows: list[Row], simulated: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of the file, split over what they do not say."""
    pooled: dict[tuple[str, str, str, int], list[tuple[Any, ...]]] = defaultdict(list)
    keys = ("bearer", "place", "instrument", "month", "district", "paid_by", "status", "award_year")
    for bearer, place, name, *rest in simulated.group_by(keys).agg(pl.col("fen").sum()).sort(keys).iter_rows():
        pooled[bearer, place, name, rest[0] // 100].append(tuple(rest))
    made = []
    for row in rows:
        alike = pooled.get((*row.unit, row.name, row.year), [])
        if row.award_year is not None:
            alike = [one for one in alike if one[4] == row.award_year]
        weights: dict[tuple[Any, ...], int] = defaultdict(int)
        for month, district, paid_by, status, award_year, fen in alike:
            # The months of a single month's row are known; the year tells how its money is made up.
            weights[(row.first if row.first == row.last else month, district, paid_by, status, award_year)] += fen
        parts = weights or {_alone(tables, row): 1}
        for key, fen in zip(parts, apportion(row.fen or 0, list(parts.values())), strict=True):
            month, district, paid_by, status, award_year = key
            made.append({"month": month, "instrument": row.name, "district": district, "paid_by": paid_by,
                         "status": status, "award_year": award_year, PAID[row.bearer]: fen})  # fmt: skip
    return made


def _alone(tables: Tables, row: Row) -> tuple[Any, ...]:
    """How to book money that no replication pays: by its bearer, in the last month of the row."""
    year = row.year if row.award_year is None else row.award_year
    return row.last, row.place, row.bearer, _status(tables, row.name, row.last), year


def _status(tables: Tables, name: str, month: int) -> str:
    ends = str(tables.instruments.get(name, {}).get("expires") or "")
    return "assumed_renewed" if ends and month > int(ends[:4]) * 100 + int(ends[5:7]) else "in_force"


def fix_commitments(tables: Tables, actuals: Actuals) -> pl.DataFrame:
    """Commitments with the awards and entitlements of the file in the place of simulated ones."""
    table = tables.commitments
    for kind, prefix in ((ENTITLEMENT, "entitlement"), (AWARD, "award")):
        rows = actuals.of(kind)
        if not rows:
            continue
        pooled: dict[tuple[str, str, str, int], dict[tuple[str, str], int]] = defaultdict(dict)
        keys = ("bearer", "place", "instrument", "year", "district", "status")
        summed = granted_in(tables, actuals, kind).group_by(keys).agg(pl.col("fen").sum()).sort(keys)
        for bearer, place, name, year, district, status, fen in summed.iter_rows():
            pooled[bearer, place, name, year][district, status] = fen
        made: list[dict[str, Any]] = []
        # City, districts and province name the same recipients: those of the first bearer count.
        counts = [row for row in rows if kind == AWARD and row.count is not None]
        counting = {(r.name, r.year): r.bearer for r in sorted(counts, key=lambda r: -BEARERS.index(r.bearer))}
        for row in rows:
            alone = {(row.place, _status(tables, row.name, row.last)): 1}
            shares = pooled.get((*row.unit, row.name, row.year)) or alone
            here = (pl.col("instrument") == row.name) & (pl.col("year") == row.year)
            here &= in_place(row.place)
            columns: list[tuple[str, int]] = []
            if row.fen is not None:
                columns.append((f"{prefix}_{row.bearer}", row.fen))
            if row.count is not None and counting.get((row.name, row.year)) == row.bearer:
                columns.append(("recipients", row.count))
            for column, total in columns:
                table = table.with_columns(pl.when(here).then(0).otherwise(pl.col(column)).alias(column))
                for (district, status), part in zip(shares, apportion(total, list(shares.values())), strict=True):
                    made.append({"year": row.year, "instrument": row.name, "district": district, "status": status,
                                 column: part})  # fmt: skip
        table = pl.concat([table, _everywhere(_frame(made, table.schema), tables)])
    return table


def follow_awards(tables: Tables, before: pl.DataFrame, fixed: pl.DataFrame, actuals: Actuals) -> pl.DataFrame:
    """Payments that still flow from awards of the file: what is awarded and not yet paid, at simulated times.

    In each replication the open rest of an award (award less what the covered months paid on it) is paid in the share
    and at the times in which the replication pays its own open rest; where it has none, as the replications have it
    together, and where none has any, in the month after the last covered one.

    Parameters
    ----------
    tables
        The run with its cash fixed, commitments as simulated.
    before
        Payments as simulated.
    fixed
        The fixed cash (`fix_cash`).
    """
    rows = [row for row in actuals.of(AWARD) if row.fen is not None]
    payments = tables.payments
    for row in rows:
        column = PAID[row.bearer]
        here = (pl.col("instrument") == row.name) & (pl.col("award_year") == row.year)
        here &= in_place(row.place)
        open_fen = max((row.fen or 0) - int(fixed.filter(here)[column].sum()), 0)
        cells = _open_cells(actuals, row)
        mine = payments.filter(here & ~cells & (pl.col(column) != 0))
        promised = _by_replication(tables, _awarded(tables, row), f"award_{row.bearer}")
        paid_before = _by_replication(tables, before.filter(here & cells), column)
        pooled = mine.group_by(_KEYS).agg(pl.col(column).sum()).sort(_KEYS)
        made: list[dict[str, Any]] = []
        for number in tables.replications:
            own = mine.filter(pl.col("replication") == number).sort(_KEYS)
            weights, source = own[column].to_list(), own
            rest = promised[number] - paid_before[number]
            wanted = open_fen
            if weights and rest > 0:
                wanted = min(open_fen * sum(weights) // rest, open_fen)
            elif not pooled.is_empty():
                weights, source = pooled[column].to_list(), pooled
            else:
                made.append({"replication": number, **_next(tables, actuals, row), column: wanted})
                continue
            for key, fen in zip(source.select(_KEYS).iter_rows(named=True), apportion(wanted, weights), strict=True):
                made.append({"replication": number, **key, column: fen})
        value = pl.when(here & ~cells).then(0).otherwise(pl.col(column)).alias(column)
        payments = pl.concat([payments.with_columns(value), _frame(made, payments.schema)])
    return payments.filter(pl.any_horizontal(pl.col(column) != 0 for column in PAID.values()))


def _open_cells(actuals: Actuals, row: Row) -> pl.Expr:
    """Months in which the file's cash covers the line of an award."""
    covered = pl.lit(False)
    for bearer, place, name in actuals.lines():
        if bearer == row.bearer and name == row.name:
            first, last = actuals.spans[bearer, place]
            inside = pl.col("month").is_between(first, last)
            covered |= inside if place == WHOLE_CITY else inside & (pl.col("district") == place)
    return covered


def _awarded(tables: Tables, row: Row) -> pl.DataFrame:
    here = (pl.col("instrument") == row.name) & (pl.col("year") == row.year)
    return tables.commitments.filter(here & in_place(row.place))


def _by_replication(tables: Tables, rows: pl.DataFrame, column: str) -> dict[int, int]:
    summed = dict(rows.group_by("replication").agg(pl.col(column).sum()).iter_rows())
    return {number: int(summed.get(number, 0)) for number in tables.replications}


def _next(tables: Tables, actuals: Actuals, row: Row) -> dict[str, Any]:
    last = actuals.spans.get(row.unit, (0, row.year * 100 + 11))[1]
    month = max(last + 1 if last % 100 < 12 else last + 89, row.year * 100 + 1)
    status = _status(tables, row.name, row.last)
    return {"month": month, "instrument": row.name, "district": row.place, "paid_by": row.bearer, "status": status,
            "award_year": row.year}  # fmt: skip


def fix_stocks(tables: Tables, actuals: Actuals) -> pl.DataFrame:
    """Indicators with the counts of the file; a count of the whole city is split where the run has districts only."""
    table = tables.indicators
    for row in actuals.of(STOCK):
        simulated = stock_rows(replace(tables, indicators=table), row)
        shares = simulated.group_by("district").agg(pl.col("value").sum().round(0).cast(pl.Int64)).sort("district")
        places, weights = shares["district"].to_list(), shares["value"].to_list()
        if not places or not sum(weights):
            places, weights = [row.place], [1]
        parts = apportion(row.count or 0, weights)
        made = [{"year": row.year, "name": row.name, "district": place, "value": float(part)}
                for place, part in zip(places, parts, strict=True)]  # fmt: skip
        gone = (pl.col("name") == row.name) & (pl.col("year") == row.year) & pl.col("district").is_in(places)
        table = pl.concat([table.filter(~gone), _everywhere(_frame(made, table.schema), tables)])
    return table


def _frame(made: list[dict[str, Any]], schema: Any) -> pl.DataFrame:
    """Rows with the columns of a table; what is not said is zero, or no replication in particular."""
    zeros = {name: (_NONE if name == "replication" else 0) for name, kind in schema.items() if kind != pl.String()}
    return pl.DataFrame([zeros | row for row in made], schema=schema, orient="row")


def _everywhere(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The same rows in every replication."""
    numbers = pl.DataFrame({"replication": list(tables.replications)}, schema={"replication": pl.Int32()})
    return numbers.join(rows.drop("replication"), how="cross").select(rows.columns)
